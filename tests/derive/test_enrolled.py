"""Enrolled people, placed in every cell they stand in, totals among them."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pandas as pd
import pytest

from etl.config import load_config
from etl.contracts import load_contract
from etl.derive.ambiti import comuni_and_ambiti
from etl.derive.datasets import Inputs, derive
from etl.derive.enrolled import memberships, persons
from etl.receive import Received
from etl.receive.geography import load_geography

CONFIG = load_config()
GEOGRAPHY = load_geography(CONFIG)
DAY = date(2025, 12, 31)


class _Received:
    def __init__(self, profiles: pd.DataFrame | None, register: pd.DataFrame | None = None) -> None:
        statements = pd.DataFrame({"data_riferimento": [pd.Timestamp(DAY)]})
        self.tables = {"prospetti": statements}
        if profiles is not None:
            self.tables["iscritti"] = profiles
        if register is not None:
            self.tables["ambiti"] = register
        self.geography = GEOGRAPHY


def person(number: int, **facts: Any) -> dict[str, Any]:
    return {
        "id_persona": f"FINTA-{number:06d}",
        "comune_dichiarato": "015146",
        "anno_nascita": 1980,
        "sesso": "F",
        "gruppo_disabilita": "vista",
        "lista": "D",
        "data_iscrizione": pd.Timestamp("2020-01-01"),
        "provincia_fornitore": "015",
        "sintetico": True,
        **facts,
    }


def inputs(*people: dict[str, Any], register: pd.DataFrame | None = None) -> Inputs:
    frame = pd.DataFrame(list(people))
    names = ["comune_dichiarato", "sesso", "gruppo_disabilita", "provincia_fornitore"]
    frame = frame.astype(dict.fromkeys(names, "str")).astype({"anno_nascita": "Int64"})
    return Inputs(CONFIG, cast(Received, _Received(frame, register)), b"")


def people(given: Inputs) -> pd.DataFrame:
    return persons(given, comuni_and_ambiti(given))


def cells_of(table: pd.DataFrame, number: int) -> set[tuple[str, ...]]:
    mine = table[table["_persona"] == f"FINTA-{number:06d}"]
    return set(mine[["codice_territorio", "gruppo_disabilita"]].itertuples(index=False, name=None))


def test_a_person_stands_in_each_level_and_in_each_total() -> None:
    given = inputs(person(1), person(2, gruppo_disabilita="udito"))
    table = memberships(given, ["provincia", "comune"], ["gruppo_disabilita"])
    assert cells_of(table, 1) == {
        (place, group) for place in ("015", "015146") for group in ("vista", "totale")
    }


def test_every_cell_is_there_even_if_nobody_stands_in_it() -> None:
    table = memberships(inputs(person(1)), ["regione", "provincia"], ["gruppo_disabilita", "sesso"])
    cells = table.drop_duplicates(["codice_territorio", "gruppo_disabilita", "sesso"])
    assert len(cells) == 13 * 8 * 3
    assert table["_persona"].isna().sum() == len(cells) - 8


@pytest.mark.parametrize(
    ("birth", "band"),
    [(2005, "15-29"), (1996, "15-29"), (1995, "30-45"), (1979, "46-54"), (1970, "55+")],
)
def test_the_age_is_that_reached_in_the_reference_year(birth: int, band: str) -> None:
    assert people(inputs(person(1, anno_nascita=birth)))["classe_eta"].tolist() == [band]


def test_a_small_comune_is_not_shown_by_itself() -> None:
    small = GEOGRAPHY.comuni.sort_values("popolazione").iloc[0]
    given = inputs(
        person(
            1,
            comune_dichiarato=small["codice_comune"],
            provincia_fornitore=small["codice_provincia"],
        )
    )
    assert people(given)["comune"].tolist() == [f"{small['codice_provincia']}-altri"]


def test_protected_categories_are_left_out_and_a_repeated_person_counts_once() -> None:
    moved = person(1, comune_dichiarato="016024", data_iscrizione=pd.Timestamp("2024-01-01"))
    found = people(inputs(person(1), moved, person(2, lista="C", gruppo_disabilita=None)))
    assert found[["_persona", "provincia"]].to_numpy().tolist() == [["FINTA-000001", "016"]]


def test_who_lives_in_no_known_comune_stands_with_the_rest_of_the_offices_province() -> None:
    found = people(inputs(person(1, comune_dichiarato="Luogo Che Non Esiste")))
    assert found[["provincia", "comune"]].to_numpy().tolist() == [["015", "015-altri"]]


def test_what_is_not_stated_has_its_own_code() -> None:
    found = people(inputs(person(1, sesso=None, gruppo_disabilita=None)))
    assert found[["gruppo_disabilita", "sesso"]].to_numpy().tolist() == [["non_indicato"] * 2]


@pytest.mark.parametrize("slug", ["iscritti-profili", "iscritti-comuni"])
def test_without_profiles_the_table_is_empty_and_nobody_counts_before_the_protection(
    slug: str,
) -> None:
    contract = load_contract(slug)
    nobody = Inputs(CONFIG, cast(Received, _Received(None)), b"")
    assert derive(nobody, contract).empty
    table = derive(inputs(person(1)), contract)
    assert "iscritti" not in table
    assert set(contract.names) - set(table) == {"iscritti", "iscritti_stato"}
