"""Provinces, ambiti and comuni: who stands where, with the register and without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from etl.contracts import load_contract
from etl.derive.ambiti import comuni_and_ambiti
from etl.derive.datasets import Inputs, derive
from tests.derive.test_enrolled import CONFIG, GEOGRAPHY, inputs, person

LEAST = CONFIG.riservatezza.popolazione_minima_comuni
COMUNI = GEOGRAPHY.comuni.set_index("codice_comune")
BERGAMO = COMUNI[COMUNI["codice_provincia"] == "016"].sort_values("popolazione", ascending=False)
SMALL = BERGAMO[BERGAMO["popolazione"] < LEAST].index
HOME, OTHER = SMALL[0], SMALL[1]
FINE, DETAILED = load_contract("iscritti-comuni"), load_contract("iscritti-profili")


def register(changes: dict[str, str] | None = None, **more: Any) -> pd.DataFrame:
    """Return a register of Bergamo: every other comune, by people, in each of two ambiti."""
    placed = {code: f"016-A{1 + place % 2:02d}" for place, code in enumerate(BERGAMO.index)}
    placed |= changes or {}
    frame = pd.DataFrame({"codice_comune": placed.keys(), "codice_ambito": placed.values()})
    frame = frame[frame["codice_ambito"] != ""]
    frame["denominazione_ambito"] = "Ambito inventato " + frame["codice_ambito"].str[-1]
    return frame.assign(sintetico=False, **more).reset_index(drop=True)


def in_bergamo(number: int, comune: str, **more: Any) -> dict[str, Any]:
    return person(number, comune_dichiarato=comune, provincia_fornitore="016", **more)


def members(given: Inputs) -> dict[str, set[str]]:
    """Return who stands in each territory, whatever their kind of disability."""
    table = derive(given, FINE)
    table = table[table["gruppo_disabilita"] == "totale"]
    return {
        str(code): set(group.dropna())
        for code, group in table.groupby("codice_territorio")["_persona"]
    }


def names(*numbers: int) -> set[str]:
    return {f"FINTA-{number:06d}" for number in numbers}


@pytest.fixture
def crowd() -> list[dict[str, Any]]:
    """One person in each of forty comuni, large and small, and one of no known comune."""
    codes = [*BERGAMO.index[:20], *SMALL[-20:]]
    people = [in_bergamo(number, code) for number, code in enumerate(codes)]
    return [*people, in_bergamo(99, "Luogo Che Non Esiste")]


def test_each_level_is_made_of_the_one_below(crowd: list[dict[str, Any]]) -> None:
    given = inputs(*crowd, register=register())
    found = members(given)
    table = derive(given, FINE).drop_duplicates("codice_territorio")
    table = table[table["codice_provincia"] == "016"].set_index("codice_territorio")
    ambiti = set(table.index[table["livello_territorio"] == "ambito"])
    assert ambiti == {"016-A01", "016-A02"}
    assert found["016-altri"] == names(99)
    parts = [found["016-altri"], *(found[code] for code in ambiti)]
    assert set.union(*parts) == found["016"]
    assert sum(map(len, parts)) == len(found["016"]) == 41
    for ambito in ambiti:
        below = table.index[(table["codice_ambito"] == ambito) & (table.index != ambito)]
        assert f"{ambito}-altri" in below
        inside = [found[code] for code in below]
        assert set.union(*inside) == found[ambito]
        assert sum(map(len, inside)) == len(found[ambito])


def test_without_a_register_there_are_provinces_and_comuni_as_before(
    crowd: list[dict[str, Any]],
) -> None:
    table = derive(inputs(*crowd), FINE)
    assert table["codice_ambito"].isna().all()
    assert set(table["livello_territorio"]) == {"provincia", "comune", "altri_comuni"}
    small = {number for number, row in enumerate(crowd) if row["comune_dichiarato"] in SMALL}
    assert members(inputs(*crowd))["016-altri"] == names(*small, 99)


def test_the_other_provinces_of_a_register_of_one_are_as_before() -> None:
    table = derive(inputs(person(1), register=register()), FINE)
    elsewhere = table[table["codice_provincia"] == "015"]
    plain = derive(inputs(person(1)), FINE)
    assert elsewhere.reset_index(drop=True).equals(
        plain[plain["codice_provincia"] == "015"].reset_index(drop=True)
    )


@pytest.mark.parametrize("spoilt", [{HOME: ""}, {HOME: "016-A03"}])
def test_a_province_whose_ambiti_would_leave_few_people_apart_has_none(
    spoilt: dict[str, str],
) -> None:
    given = inputs(in_bergamo(1, HOME), register=register(spoilt))
    assert comuni_and_ambiti(given)["codice_ambito"].isna().all()
    assert members(given)["016-altri"] == names(1)


def test_a_comune_that_two_registers_place_differently_is_in_none() -> None:
    twice = pd.concat([register(), register({HOME: "016-A09"})], ignore_index=True)
    given = inputs(in_bergamo(1, HOME), register=twice)
    assert comuni_and_ambiti(given)["codice_ambito"].isna().all()


def test_a_single_small_comune_does_not_stand_by_itself_as_the_rest() -> None:
    large = BERGAMO.index[BERGAMO["popolazione"] >= LEAST]
    alone = dict.fromkeys([*large, HOME], "016-A01")
    changes = dict.fromkeys(BERGAMO.index, "016-A02") | alone
    given = inputs(in_bergamo(1, HOME), in_bergamo(2, large[-1]), register=register(changes))
    places = comuni_and_ambiti(given)
    rest = places[places["territorio"] == "016-A01-altri"]
    assert set(rest.index) == {HOME, large[-1]}
    assert rest["popolazione"].sum() >= LEAST
    assert members(given)["016-A01-altri"] == names(1, 2)


def test_every_territory_that_is_not_a_province_has_the_least_people() -> None:
    given = inputs(person(1), register=register())
    people = comuni_and_ambiti(given).groupby("territorio")["popolazione"].sum()
    assert (people >= LEAST).all()


def test_a_comune_that_changes_ambito_takes_its_people_with_it_and_the_province_does_not_move() -> (
    None
):
    crowd = [in_bergamo(1, HOME), in_bergamo(2, OTHER), in_bergamo(3, BERGAMO.index[0])]
    before_code = register().set_index("codice_comune").loc[HOME, "codice_ambito"]
    after_code = "016-A02" if before_code == "016-A01" else "016-A01"
    before = members(inputs(*crowd, register=register()))
    after = members(inputs(*crowd, register=register({HOME: after_code})))
    assert names(1) <= before[str(before_code)]
    assert after[after_code] == before[after_code] | names(1)
    assert after[str(before_code)] == before[str(before_code)] - names(1)
    assert after["016"] == before["016"] == names(1, 2, 3)


def test_a_register_changes_nothing_above_the_ambiti(crowd: list[dict[str, Any]]) -> None:
    plain, placed = inputs(*crowd), inputs(*crowd, register=register())
    assert derive(plain, DETAILED)[DETAILED_COLUMNS].equals(
        derive(placed, DETAILED)[DETAILED_COLUMNS]
    )
    assert members(plain)["016"] == members(placed)["016"]


DETAILED_COLUMNS = ["codice_territorio", "gruppo_disabilita", "classe_eta", "sesso", "_persona"]


def test_an_invented_register_makes_the_table_a_demonstration() -> None:
    real = person(1, sintetico=False)
    placed = register().assign(sintetico=True)
    assert not derive(inputs(real, register=register()), FINE)["sintetico"].any()
    assert derive(inputs(real, register=placed), FINE)["sintetico"].all()
    assert not derive(inputs(real, register=placed), DETAILED)["sintetico"].any()


def test_with_no_least_people_every_comune_stands_by_itself() -> None:
    limits = CONFIG.riservatezza.model_copy(update={"popolazione_minima_comuni": 0})
    given = inputs(person(1), register=register())
    given = replace(given, config=CONFIG.model_copy(update={"riservatezza": limits}))
    places = comuni_and_ambiti(given)
    assert (places["territorio"] == places.index).all()
