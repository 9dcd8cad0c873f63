"""Possible pairs: found in squares, one by one, and by DuckDB, they are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import etl.derive.matching.pairs as pairs_module
from etl.bench.matching_peers import pairs_by_sql
from etl.config import Matching, MatchingWeights
from etl.derive.matching.encode import canonical
from etl.derive.matching.explanation import explain
from etl.derive.matching.pairs import Pairs, kept_apart, possible_pairs
from etl.derive.matching.scoring import scoring

from .graphs import RULES, Region, pairs_in, region

OTHER_RULES = scoring(
    Matching(
        cifre_professione=2,
        pesi=MatchingWeights(
            professione=20,
            capacita=30,
            vicinanza=10,
            orario=10,
            sostegno=5,
            preferenza=15,
            formazione=10,
        ),
    )
)


def as_triples(pairs: Pairs) -> list[tuple[int, int, int]]:
    return list(zip(pairs.person.tolist(), pairs.lot.tolist(), pairs.score.tolist(), strict=True))


def one_by_one(where: Region, rules: object) -> list[tuple[int, int, int]]:
    places, people, lots = where
    found = []
    for person in range(len(people)):
        for lot in range(len(lots)):
            seen = explain(places, people, person, lots, lot, rules)  # type: ignore[arg-type]
            if seen.score is not None:
                found.append((person, lot, seen.score))
    return found


@pytest.mark.parametrize("rules", [RULES, OTHER_RULES], ids=["predefinite", "altre"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_squares_one_by_one_and_duckdb_find_the_same_pairs_and_scores(
    seed: int, rules: object
) -> None:
    where = region(70, 60, 14, seed)
    found = as_triples(possible_pairs(*where, rules))  # type: ignore[arg-type]
    assert found
    assert found == one_by_one(where, rules)
    table = pairs_by_sql(*where, rules)  # type: ignore[arg-type]
    assert found == list(table.itertuples(index=False, name=None))


def test_duckdb_finds_the_same_pairs_in_a_larger_region() -> None:
    found = as_triples(pairs_in(1_500, 1_000, 90, 2))
    table = pairs_by_sql(*region(1_500, 1_000, 90, 2), RULES)
    assert len(found) > 5_000
    assert found == list(table.itertuples(index=False, name=None))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    places, people, lots = region(120, 90, 20, 7)
    draw = np.random.default_rng(seed)
    shuffled = (
        places,
        canonical(people.take(draw.permutation(len(people))))[0],
        canonical(lots.take(draw.permutation(len(lots))))[0],
    )
    assert as_triples(possible_pairs(*shuffled, RULES)) == as_triples(pairs_in(120, 90, 20, 7))


@pytest.mark.parametrize("cell", [700, 6_000, 90_000])
@pytest.mark.parametrize(("chunk", "threads"), [(1, 3), (64, 1), (10_000, 2)])
def test_squares_and_processes_change_nothing(
    monkeypatch: pytest.MonkeyPatch, cell: int, chunk: int, threads: int
) -> None:
    expected = as_triples(pairs_in(120, 90, 20, 7))
    monkeypatch.setattr(pairs_module, "_CELL", cell)
    monkeypatch.setattr(pairs_module, "_CHUNK", chunk)
    found = possible_pairs(*region(120, 90, 20, 7), RULES, threads=threads)
    assert as_triples(found) == expected


def test_scores_lie_between_nothing_and_ten_thousand_and_fewer_pairs_are_scanned_than_exist() -> (
    None
):
    found = pairs_in(1_500, 1_000, 90, 2)
    _, people, lots = region(1_500, 1_000, 90, 2)
    assert found.score.min() >= 0
    assert found.score.max() <= 10_000
    assert len(found) < found.scanned < len(people) * len(lots) / 20


def test_nobody_and_nothing_give_no_pairs() -> None:
    places, people, lots = region(70, 60, 14, 1)
    none = np.zeros(0, dtype=np.int64)
    assert len(possible_pairs(places, people.take(none), lots, RULES)) == 0
    nothing = possible_pairs(places, people, lots.take(none), RULES)
    assert len(nothing) == 0
    assert len(nothing.start) == len(people) + 1


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_kept_apart_by_one_thing_lack_exactly_that(seed: int) -> None:
    places, people, lots = region(70, 60, 14, seed)
    expected = []
    for person in range(len(people)):
        for lot in range(len(lots)):
            excluded = int(people.excluded[person]) & int(lots.conditions[lot])
            lacking = int(lots.required[lot]) & ~int(people.able[person])
            if excluded.bit_count() + lacking.bit_count() != 1:
                continue
            seen = explain(places, people, person, lots, lot, RULES)
            if len(seen.obstacles) == 1:
                bit = (excluded or lacking).bit_length() - 1 + (0 if excluded else 64)
                expected.append((person, lot, bit))
    found = kept_apart(places, people, lots, RULES)
    assert sorted(zip(*(column.tolist() for column in found), strict=True)) == expected
