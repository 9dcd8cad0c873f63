"""What the leak gate looks for: everything restricted, and nothing that is public anyway."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from etl.config import Config, load_config
from etl.contracts import load_contract
from etl.protect.leaks import LeakGate
from etl.protect.sought import public_contacts, restricted_texts, tracked_files
from etl.receive import Received

CONFIG: Config = load_config().model_copy(update={"fonti": []})
PROFILE = {
    "id_persona": "FINTA-0123456789abcdef",
    "comune_dichiarato": "012061",
    "anno_nascita": 1961,
    "sesso": "F",
    "gruppo_disabilita": "plurima",
    "lista": "D",
    "fascia_aiuto": 4,
    "data_iscrizione": pd.Timestamp("2001-02-03"),
}
STATEMENTS = pd.DataFrame(
    {
        "codice_comunicazione": ["PROVA20250000011", "PROVA20250000021", "PROVA20250000031"],
        "codice_fiscale_azienda": ["99991010009", "99992020009", "99993030009"],
        "denominazione_azienda": ["Tornerie Quaglio S.r.l.", "Consente S.p.A.", "Comune di Lecco"],
    }
).astype("str")
VACANCIES = pd.DataFrame(
    {
        "mansione": ["Archivio presso Quaglio di Barzio", "Imballaggio di pacchi e archivio"],
        "capacita_controindicazioni": ["No carichi", "No carichi"],
    }
).astype("str")
RELEASED = {
    "posti-disponibili": pd.DataFrame(
        {
            "mansione": ["Imballaggio di pacchi", "Archivio"],
            "denominazione_azienda": ["Consente S.p.A.", None],
        }
    ).astype("str")
}


class _Received:
    def __init__(self) -> None:
        self.tables = {
            "iscritti": pd.DataFrame([PROFILE]),
            "prospetti": STATEMENTS,
            "prospetti-posti": VACANCIES,
        }


@pytest.fixture(scope="module")
def sought() -> list[tuple[str, ...]]:
    return list(restricted_texts(CONFIG, cast(Received, _Received()), RELEASED))


@pytest.mark.parametrize(
    "line",
    [
        "FINTA-0123456789ABCDEF",
        '"012061","1961","F","plurima","D","4","2001-02-03"',
        "codice prova20250000021",
        '{"cf": "99991010009"}',
        "TORNERIE QUAGLIO SRL è scoperta",
        "archivio, presso quaglio (di Barzio)",
    ],
)
def test_each_restricted_field_of_the_sources_is_found(
    sought: list[tuple[str, ...]], line: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(line.replace("SRL", "S.r.l."), encoding="utf-8")
    assert LeakGate(sought).search([tmp_path / "a.csv"], tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "Consente S.p.A.",  # consents, and a released row names it
        "Comune di Lecco",  # a public body, whose name may stand anywhere
        "Imballaggio di pacchi e archivio",  # withheld, but of words told elsewhere
        "012061, plurima, 1961",
    ],
)
def test_what_may_be_told_is_not_sought(
    sought: list[tuple[str, ...]], line: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(line, encoding="utf-8")
    assert not LeakGate(sought).search([tmp_path / "a.csv"], tmp_path)


def test_contacts_of_offices_are_public_and_those_in_other_tables_are_not() -> None:
    contracts = {slug: load_contract(slug) for slug in ("sedi-operatori", "posti-disponibili")}
    frames = {
        "sedi-operatori": pd.DataFrame({"email": ["sede@operatore.example", None]}).astype("str"),
        "posti-disponibili": pd.DataFrame({"mansione": ["scrivere a x@ditta.example"]}).astype(
            "str"
        ),
    }
    found = public_contacts(contracts, frames)
    assert "sede@operatore.example" in found
    assert CONFIG.portale.titolare.email in found
    assert "x@ditta.example" not in found


def test_files_that_git_keeps_are_searched_where_there_is_a_clone(tmp_path: Path) -> None:
    assert tracked_files(tmp_path) == []
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    subprocess.run(["git", "-C", str(tmp_path), "add", "a.txt"], check=True)
    assert tracked_files(tmp_path) == [tmp_path / "a.txt"]


def test_an_occupation_of_the_classification_is_no_secret() -> None:
    received = _Received()
    received.tables["prospetti-posti"] = pd.DataFrame(
        {
            "mansione": ["Incisori e intarsiatori su legno", "Intarsi per la bottega Quaglio"],
            "capacita_controindicazioni": [None, None],
        }
    ).astype("str")
    sought = {
        text
        for group in restricted_texts(CONFIG, cast(Received, received), RELEASED)
        for text in group
    }
    assert "Incisori e intarsiatori su legno" not in sought
    assert "Intarsi per la bottega Quaglio" in sought


def test_a_company_that_offers_through_cliclavoro_is_sought_as_well() -> None:
    received = _Received()
    received.tables["offerte-cliclavoro"] = pd.DataFrame(
        {
            "codice_fiscale_azienda": ["99994040009"],
            "denominazione_azienda": ["Vetrerie Zanardelli S.n.c."],
            "mansione": ["Molatura per le Vetrerie Zanardelli"],
            "capacita_controindicazioni": [None],
        }
    ).astype("str")
    sought = {
        text
        for group in restricted_texts(CONFIG, cast(Received, received), RELEASED)
        for text in group
    }
    assert {
        "99994040009",
        "Vetrerie Zanardelli S.n.c.",
        "Molatura per le Vetrerie Zanardelli",
    } <= sought
