"""Why a pair fits or does not, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from etl.derive.matching.criteria import CONDITION_BIT, capacity_bit
from etl.derive.matching.encode import Lots, People
from etl.derive.matching.explanation import Explanation, explain, kilometres
from etl.derive.matching.scoring import COMPONENTS

from .graphs import RULES, Region, pairs_in, region

Columns = TypeVar("Columns", People, Lots)

PLACE = (120, 90, 20, 7)


@pytest.fixture(scope="module")
def fitting() -> tuple[Region, int, int]:
    pairs = pairs_in(*PLACE)
    return region(*PLACE), int(pairs.person[0]), int(pairs.lot[0])


def explained(where: Region, person: int, lot: int) -> Explanation:
    places, people, lots = where
    return explain(places, people, person, lots, lot, RULES)


def with_person(where: Region, person: int, **values: int) -> Region:
    places, people, lots = where
    return places, changed(people, person, values), lots


def with_lot(where: Region, lot: int, **values: int) -> Region:
    places, people, lots = where
    return places, people, changed(lots, lot, values)


def changed(columns: Columns, row: int, values: dict[str, int]) -> Columns:
    fresh = {}
    for name, value in values.items():
        column = np.array(getattr(columns, name), dtype=np.int64)
        column[row] = value
        fresh[name] = column
    return replace(columns, **fresh)


def test_a_fitting_pair_says_where_its_points_come_from(fitting: tuple[Region, int, int]) -> None:
    found = explained(*fitting)
    assert found.possible
    assert found.obstacles == ()
    assert tuple(name for name, *_ in found.points) == COMPONENTS
    assert found.score == sum(given for _, given, _, _ in found.points)
    assert sum(most for _, _, most, _ in found.points) == 10_000
    assert all(0 <= given <= most for _, given, most, _ in found.points)
    assert all(text for *_, text in found.points)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("turni_notturni", "turni di notte"),
        ("barriere", "barriere architettoniche"),
        ("senza_mezzi_pubblici", "mezzi pubblici"),
        ("riservato_C", "categorie protette"),
    ],
)
def test_an_excluded_condition_is_named(
    fitting: tuple[Region, int, int], condition: str, words: str
) -> None:
    where, person, lot = fitting
    bit = CONDITION_BIT[condition]
    _, people, lots = where
    where = with_person(where, person, excluded=int(people.excluded[person]) | bit)
    where = with_lot(where, lot, conditions=int(lots.conditions[lot]) | bit)
    found = explained(where, person, lot)
    assert not found.possible
    assert found.score is None
    assert len(found.obstacles) == 1
    assert words in found.obstacles[0]


def test_a_lacking_capacity_says_what_is_needed_and_what_there_is(
    fitting: tuple[Region, int, int],
) -> None:
    where, person, lot = fitting
    _, people, _ = where
    where = with_lot(where, lot, required=capacity_bit("vista", 4))
    able = int(people.able[person]) & ~capacity_bit("vista", 4)
    found = explained(with_person(where, person, able=able), person, lot)
    assert any("«vista»: almeno 4 su 4" in text for text in found.obstacles)


def test_a_place_too_far_says_how_far_it_is(fitting: tuple[Region, int, int]) -> None:
    where, person, lot = fitting
    pairs = pairs_in(*PLACE)
    away = next(
        (one, other)
        for one, other in zip(pairs.person.tolist(), pairs.lot.tolist(), strict=True)
        if explained(where, one, other).distance > 1_000
    )
    found = explained(with_person(where, away[0], limit=900), *away)
    assert "la persona può andare fino a 0,9 km" in found.obstacles[0]
    assert person >= 0
    assert lot >= 0


def test_another_occupation_is_an_obstacle(fitting: tuple[Region, int, int]) -> None:
    where, person, lot = fitting
    found = explained(with_lot(where, lot, occupation=99_999), person, lot)
    assert found.obstacles == ("La professione offerta non è tra quelle cercate, né vicina.",)


def test_kilometres_are_rounded_to_a_hundred_metres() -> None:
    assert [kilometres(metres) for metres in (0, 49, 50, 19_027, 19_950)] == [
        "0,0 km",
        "0,0 km",
        "0,1 km",
        "19,0 km",
        "20,0 km",
    ]
