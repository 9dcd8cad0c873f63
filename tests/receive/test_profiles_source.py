"""The offices' profiles of enrolled people are received whole, and nothing of them is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.config import Config, load_config
from etl.demo.iscritti import LIST_SEPARATOR, generate_iscritti
from etl.receive import Received, receive


def configuration(folder: Path) -> Config:
    config = load_config()
    sources = [
        source.model_copy(update={"percorso": str(folder / Path(source.percorso or "").name)})
        for source in config.fonti
        if source.contratto == "iscritti"
    ]
    return config.model_copy(update={"fonti": sources})


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Received, Path]:
    place = tmp_path_factory.mktemp("iscritti")
    generate_iscritti(load_config(), place / "file", 0.004)
    files = sorted((place / "file").iterdir())
    written = pd.concat(
        [pd.read_csv(path, sep=";", dtype="str", keep_default_na=False) for path in files],
        ignore_index=True,
    )
    return written, receive(configuration(place / "file"), place / "build"), place


def test_every_profile_is_accepted_in_its_own_words(
    received: tuple[pd.DataFrame, Received, Path],
) -> None:
    written, result, _ = received
    table = result.tables["iscritti"].set_index("id_persona").loc[written["id_persona"]]
    assert result.problems == []
    assert len(table) == len(written)
    assert table["fascia_aiuto"].astype("str").tolist() == written["fascia_aiuto"].tolist()
    assert [set(one) for one in table["condizioni_escluse"]] == [
        set(filter(None, text.split(LIST_SEPARATOR))) for text in written["condizioni_escluse"]
    ]


def test_the_occupations_sought_keep_the_order_of_preference(
    received: tuple[pd.DataFrame, Received, Path],
) -> None:
    written, result, _ = received
    table = result.tables["iscritti"].set_index("id_persona").loc[written["id_persona"]]
    sought = [LIST_SEPARATOR.join(codes) for codes in table["qualifiche_cercate"]]
    assert sought == written["qualifiche_cercate"].tolist()


def test_a_wrong_profile_is_put_aside_without_any_of_its_values(
    received: tuple[pd.DataFrame, Received, Path],
) -> None:
    written, _, place = received
    config = configuration(place / "guasto")
    for source in config.fonti:
        good = (place / "file" / Path(source.percorso or "").name).read_text(encoding="utf-8")
        Path(source.percorso or "").parent.mkdir(exist_ok=True)
        header, first, *rest = good.splitlines()
        bad = first.replace(";D;", ";Q;").replace(";C;", ";Q;")
        Path(source.percorso or "").write_text("\n".join([header, bad, *rest]), encoding="utf-8")
    result = receive(config, place / "altro")
    assert len(result.tables["iscritti"]) == len(written) - len(config.fonti)
    ids = set(written["id_persona"])
    for problem in result.problems:
        assert problem.found is None
        assert not any(one in problem.line() for one in ids)
    for path in (place / "altro" / "quarantena").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert not any(one in text for one in ids), path.name
