"""What the invented profiles of enrolled people are like."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from etl.config import load_config
from etl.contracts import DATASETS, load_supplier_contract, vocabulary
from etl.demo.iscritti import (
    AREAS,
    LIST_SEPARATOR,
    PLANTED_OCCUPATION,
    Enrolled,
    generate_iscritti,
)

SCALE = 0.08


def read(folder: Path) -> pd.DataFrame:
    files = sorted(folder.glob("*.csv"))
    return pd.concat(
        [
            pd.read_csv(path, sep=";", dtype="str", keep_default_na=False).assign(
                provincia=path.stem[-3:]
            )
            for path in files
        ],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Enrolled]:
    folder = tmp_path_factory.mktemp("iscritti") / "file"
    return folder, generate_iscritti(load_config(), folder, SCALE)


@pytest.fixture(scope="module")
def profiles(written: tuple[Path, Enrolled]) -> pd.DataFrame:
    return read(written[0])


def test_every_province_gets_one_file_with_as_many_profiles_as_are_said(
    written: tuple[Path, Enrolled], profiles: pd.DataFrame
) -> None:
    config = load_config()
    folder, enrolled = written
    assert [path.name for path in sorted(folder.iterdir())] == sorted(
        f"iscritti-{code}.csv" for code in config.portale.province
    )
    assert profiles["provincia"].value_counts().to_dict() == enrolled.people


def test_published_totals_are_met_at_full_scale(written: tuple[Path, Enrolled]) -> None:
    people = written[1].people
    assert sum(people.values()) == pytest.approx(43_851 * SCALE, abs=12)
    assert people["016"] == round(2405 * SCALE)
    assert people["097"] == round(2387 * SCALE)


def test_published_proportions_are_met(profiles: pd.DataFrame) -> None:
    age = 2025 - profiles["anno_nascita"].astype(int)
    enrolled = pd.to_datetime(profiles["data_iscrizione"])
    low = ["nessuno", "licenza_elementare", "licenza_media"]
    assert (age > 45).mean() == pytest.approx(0.65, abs=0.03)
    assert (enrolled < "2021-12-31").mean() == pytest.approx(0.52, abs=0.04)
    assert profiles["titolo_studio"].isin(low).mean() == pytest.approx(1 / 3, abs=0.03)
    assert (profiles["sesso"] == "M").mean() == pytest.approx(0.546, abs=0.03)
    assert (profiles["disponibile"] == "S").mean() == pytest.approx(0.482, abs=0.03)


def test_every_row_keeps_to_the_contract(profiles: pd.DataFrame) -> None:
    contract = load_supplier_contract("iscritti")
    assert list(profiles.columns) == [*contract.names, "provincia"]
    assert profiles["id_persona"].is_unique
    for field in contract.campi:
        values, definition = profiles[field.name], field.definizione
        if field.obbligatorio:
            assert (values != "").all(), field.name
        present = values[values != ""]
        if definition.tipo == "intero":
            numbers = present.astype(int)
            assert numbers.between(definition.minimo or 0, definition.massimo or 0).all()
        if definition.formato:
            assert present.str.fullmatch(definition.formato).all(), field.name
        if definition.vocabolario:
            if definition.tipo == "elenco":
                present = present.str.split(LIST_SEPARATOR).explode()
            assert set(present) <= set(vocabulary(definition.vocabolario)), field.name


def test_occupations_are_in_the_register_and_the_areas_in_the_vocabulary(
    profiles: pd.DataFrame,
) -> None:
    register = set(pd.read_csv(DATASETS / "professioni.csv", dtype="str")["qualifica"])
    sought = profiles["qualifiche_cercate"].str.split(LIST_SEPARATOR)
    assert set(sought.explode()) <= register
    assert sought.str.len().between(1, 5).all()
    assert tuple(vocabulary("funzione_limitata")) == AREAS


def test_one_person_in_every_province_is_unlike_everyone_else(
    written: tuple[Path, Enrolled], profiles: pd.DataFrame
) -> None:
    planted = written[1].planted
    assert sorted(planted) == sorted(set(profiles["provincia"]))
    for province, profile in planted.items():
        same_comune = profiles[profiles["comune_dichiarato"] == profile.comune_dichiarato]
        assert list(same_comune["id_persona"]) == [profile.id_persona]
        assert list(same_comune["provincia"]) == [province]
    seeking = profiles[profiles["qualifiche_cercate"].str.contains(PLANTED_OCCUPATION)]
    assert set(seeking["id_persona"]) == {profile.id_persona for profile in planted.values()}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    config = load_config()
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        generate_iscritti(config, tmp_path / name, 0.01, seed)
    bytes_of = {
        name: [path.read_bytes() for path in sorted((tmp_path / name).iterdir())] for name in "abc"
    }
    assert bytes_of["a"] == bytes_of["b"]
    assert bytes_of["a"] != bytes_of["c"]


def test_a_scale_of_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="above zero"):
        generate_iscritti(load_config(), tmp_path, 0)
