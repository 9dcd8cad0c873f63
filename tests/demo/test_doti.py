"""The doti: known truth, unlike clients, nothing that could name anybody, dates in order."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from etl.demo.doti import HEADER, HOSTILE_REPLY, write_doti
from etl.demo.territory import load_territory
from etl.demo.truth import Truth


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder, truth = tmp_path_factory.mktemp("doti"), Truth(68, 0.1)
    write_doti(folder, load_territory(["097", "098", "015"], 2023), truth)
    return folder, truth


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "doti.csv").open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_the_same_seed_gives_the_same_bytes(written: tuple[Path, Truth], tmp_path: Path) -> None:
    write_doti(tmp_path, load_territory(["097", "098", "015"], 2023), Truth(68, 0.1))
    for name in ("doti.csv", "dichiarazioni-operatori.csv"):
        assert (tmp_path / name).read_bytes() == (written[0] / name).read_bytes()


def test_no_column_names_a_person_and_every_code_says_that_it_is_invented(
    written: tuple[Path, Truth],
) -> None:
    found = rows(written[0])
    assert tuple(found[0]) == HEADER
    assert len(found) == written[1].doti > 1000
    assert all(row["COD_SOGGETTO"].startswith("FINTA-") for row in found)
    assert not {"NOME", "COGNOME", "CODICE_FISCALE"} & set(HEADER)


def test_what_comes_first_is_not_later(written: tuple[Path, Truth]) -> None:
    steps = ("DT_ASSEGNAZIONE", "DT_PRIMO_SERVIZIO", "DT_AVVIAMENTO", "DT_CESSAZIONE")
    for row in rows(written[0]):
        days = [datetime.strptime(row[step], "%d/%m/%Y") for step in steps if row[step]]
        assert days == sorted(days)


def test_the_planted_operators_do_as_the_truth_says(written: tuple[Path, Truth]) -> None:
    found, truth = rows(written[0]), written[1].as_dict()["seminati"]
    planted = {
        item["operatore"]: item["effetto_logit"] for item in truth["operatore_diverso"]["dove"]
    }
    assert json.dumps(planted)
    assert {effect > 0 for effect in planted.values()} == {True, False}

    def rate(codes: set[str]) -> float:
        known = [
            row
            for row in found
            if row["ID_OPERATORE"] in codes and row["OCC_12M"] and row["FASCIA"] in ("2", "3")
        ]
        return sum(row["OCC_12M"] == "S" for row in known) / len(known)

    usual = {row["ID_OPERATORE"] for row in found} - set(planted)
    assert rate({code for code, effect in planted.items() if effect > 0}) > rate(usual) + 0.1
    assert rate({code for code, effect in planted.items() if effect < 0}) < rate(usual) - 0.1


def test_clients_are_very_unlike_from_operator_to_operator(written: tuple[Path, Truth]) -> None:
    bands: dict[str, list[int]] = {}
    for row in rows(written[0]):
        bands.setdefault(row["ID_OPERATORE"], []).append(int(row["FASCIA"]))
    means = [sum(own) / len(own) for own in bands.values() if len(own) >= 20]
    assert max(means) - min(means) > 1


def test_an_operator_replies_with_hostile_text(written: tuple[Path, Truth]) -> None:
    text = (written[0] / "dichiarazioni-operatori.csv").read_text("cp1252")
    assert HOSTILE_REPLY.replace('"', '""') in text
