"""The match command and the encrypted deliveries, on a small invented region."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pyrage
import pytest

from etl.config import ROOT, ConfigError, load_config
from etl.demo.generation import generate
from etl.derive.matching.lists import HEADER, NOTHING, WARNING
from etl.pipeline import DEMO_SECRET, Inputs, _deliver
from etl.receive import receive

SCALE = 0.01


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonti")
    generate(load_config(), folder, scale=SCALE, seed=11)
    return folder


def configured(folder: Path, sources: Path, more: str = "") -> Path:
    text = (ROOT / "portale.toml").read_text(encoding="utf-8").replace("build/demo", str(sources))
    path = folder / "portale.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


def match(folder: Path, config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "etl", "match", "--build", str(folder / "build"), *options]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "MIRATO_CONFIG": str(config)},
        capture_output=True,
        text=True,
        check=False,
    )


def ids_in(sources: Path) -> set[str]:
    files = sorted((sources / "iscritti").glob("*.csv"))
    return {one for path in files for one in pd.read_csv(path, sep=";", dtype="str")["id_persona"]}


def test_match_says_the_figures_and_writes_only_what_is_restricted(
    sources: Path, tmp_path: Path
) -> None:
    config = configured(tmp_path, sources)
    result = match(tmp_path, config)
    assert result.returncode == 0, result.stderr
    assert "Regola: più posti possibile, poi il punteggio. Dimostrata: sì." in result.stdout
    assert "posti coperti" in result.stdout
    assert "non comprese" in result.stdout
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["riservato"]
    folder = tmp_path / "build" / "riservato" / "incrocio"
    pairs = pd.read_csv(folder / "abbinamenti.csv")
    assert list(pairs.columns) == ["id_persona", "id_posto", "punteggio", "distanza_m"]
    assert pairs["id_persona"].is_unique
    assert stat.S_IMODE((folder / "abbinamenti.csv").stat().st_mode) == 0o600
    proof = json.loads((folder / "prova.json").read_text(encoding="utf-8"))
    assert proof["scopi"][0] == {"scopo": "posti", "raggiunto": len(pairs)}
    # no profile in what is shown
    everyone = ids_in(sources)
    assert not any(one in result.stdout + result.stderr for one in everyone)


def test_the_regime_can_be_chosen_and_a_wrong_one_is_explained(
    sources: Path, tmp_path: Path
) -> None:
    config = configured(tmp_path, sources)
    result = match(tmp_path, config, "--regime", "graduatoria", "--quiet")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "Regola: graduatoria." in result.stdout
    wrong = match(tmp_path, config, "--regime", "a caso")
    assert wrong.returncode == 2
    assert "Scegliere tra: massimo_punteggio" in wrong.stderr


def test_without_profiles_match_says_what_to_do(sources: Path, tmp_path: Path) -> None:
    config = configured(tmp_path, sources)
    text = config.read_text(encoding="utf-8")
    text = re.sub(r'\[\[fonti\]\]\nid = "iscritti-.*?\n(?=\n|\Z)', "", text, flags=re.S)
    config.write_text(text, encoding="utf-8")
    result = match(tmp_path, config)
    assert result.returncode == 1
    assert "nessun ufficio ha mandato i profili" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def delivered(
    sources: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, pyrage.x25519.Identity], Inputs]:
    """A delivery to one office and one operator, with keys made for the test."""
    folder = tmp_path_factory.mktemp("consegne")
    operators = pd.read_csv(sources / "iscritti" / "iscritti-097.csv", sep=";", dtype="str")
    operator = str(operators["codice_operatore"].dropna().iloc[0])
    keys = {
        name: pyrage.x25519.Identity.generate()
        for name in ("ufficio-097", f"operatore-{operator.lower()}")
    }
    office, other = keys.values()
    more = (
        f'\n[[incrocio.destinatari]]\nufficio = "097"\nchiave = "{office.to_public()}"\n'
        f'\n[[incrocio.destinatari]]\noperatore = "{operator}"\nchiave = "{other.to_public()}"\n'
    )
    config = load_config(configured(folder, sources, more))
    inputs = Inputs(config, receive(config, folder / "build"), DEMO_SECRET)
    _deliver(inputs, folder / "build")
    return folder / "build" / "consegne", keys, inputs


def opened(path: Path, key: pyrage.x25519.Identity) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(path.read_bytes(), [key]))) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_each_recipient_gets_one_file_that_only_their_key_opens(
    delivered: tuple[Path, dict[str, pyrage.x25519.Identity], Inputs],
) -> None:
    folder, keys, _ = delivered
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.zip.age" for name in keys
    )
    for name, key in keys.items():
        path = folder / f"{name}.zip.age"
        assert sorted(opened(path, key)) == ["LEGGIMI.txt", "elenco.csv", "elenco.json"]
        others = [other for other in keys.values() if other is not key]
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(path.read_bytes(), others)


def test_the_list_holds_the_recipient_s_people_alone_with_reasons_and_a_warning(
    delivered: tuple[Path, dict[str, pyrage.x25519.Identity], Inputs],
) -> None:
    folder, keys, inputs = delivered
    matching = inputs.matching
    assert matching is not None
    people = matching.supply
    office = opened(folder / "ufficio-097.zip.age", keys["ufficio-097"])
    assert office["LEGGIMI.txt"].strip() == WARNING
    assert json.loads(office["elenco.json"])["avvertenza"] == WARNING
    table = pd.read_csv(io.StringIO(office["elenco.csv"].removeprefix("\ufeff")), sep=";")
    assert tuple(table.columns) == HEADER
    provinces = matching.market.places.provinces
    home = matching.market.places.province[people.people.place]
    residents = {
        one for one, where in zip(people.ids, home, strict=True) if provinces[where] == "097"
    }
    assert set(table["id_persona"]) == residents
    suggested = table[table["suggerimento"] == "sì"]
    chosen = matching.chosen.edge
    assert len(suggested) == sum(
        chosen[place] >= 0 for place, one in enumerate(people.ids) if one in residents
    )
    assert suggested["id_persona"].is_unique
    assert suggested["motivi_a_favore"].str.contains(r"\(\d+ su \d+\)").any()
    nothing = table[table["suggerimento"] == "nessuno"]
    assert (nothing["motivi_contro"] == NOTHING).all()
    operator = next(name for name in keys if name != "ufficio-097")
    rows = json.loads(opened(folder / f"{operator}.zip.age", keys[operator])["elenco.json"])[
        "righe"
    ]
    place = [code.lower() for code in people.operators].index(operator.removeprefix("operatore-"))
    followed = {
        one for one, who in zip(people.ids, people.people.operator, strict=True) if who == place
    }
    assert {row["id_persona"] for row in rows} == followed


def test_without_keys_nothing_is_written_and_old_deliveries_go_away(
    delivered: tuple[Path, dict[str, pyrage.x25519.Identity], Inputs], tmp_path: Path
) -> None:
    _, _, inputs = delivered
    silent = inputs.config.incrocio.model_copy(update={"destinatari": []})
    config = inputs.config.model_copy(update={"incrocio": silent})
    old = tmp_path / "consegne"
    old.mkdir()
    (old / "ufficio-097.zip.age").write_bytes(b"vecchio")
    _deliver(Inputs(config, inputs.received, DEMO_SECRET), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "wrong",
    [
        'ufficio = "097"\nchiave = "AGE-SECRET-KEY-1ABC"',
        'ufficio = "097"\noperatore = "X"\nchiave = "{key}"',
        'chiave = "{key}"',
        'ufficio = "097"\nchiave = "{key}"\n[[incrocio.destinatari]]\nufficio = "097"\n'
        'chiave = "{key}"',
    ],
)
def test_a_wrong_recipient_is_refused_when_the_configuration_is_read(
    sources: Path, tmp_path: Path, wrong: str
) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    more = f"\n[[incrocio.destinatari]]\n{wrong.replace('{key}', key)}\n"
    with pytest.raises(ConfigError, match=r"incrocio"):
        load_config(configured(tmp_path, sources, more))
