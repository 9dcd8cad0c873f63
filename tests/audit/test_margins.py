"""Perturbed counts and their totals: what linear programs leave of a count that may be small."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.audit.margins import Cell, Counts, Spread, spread, sums_of

TOTAL = "totale"
SMALL = 5


def cell(**codes: str) -> Cell:
    return frozenset(codes.items())


def counts(whole: tuple[int, int], *parts: tuple[int, int]) -> Counts:
    """Return a total and its parts, each with the least and the most that it can be."""
    names = [cell(gruppo=str(number)) for number in range(len(parts))]
    ends = dict(zip([cell(), *names], [whole, *parts], strict=True))
    return Counts(
        {name: least for name, (least, _) in ends.items()},
        {name: most for name, (_, most) in ends.items()},
        [(cell(), tuple(names))],
    )


@pytest.mark.parametrize(
    ("whole", "parts", "found"),
    [
        # a total shown as zero, and five parts of which each has somebody
        ((0, 5), [(1, 14)] * 5, Spread(asked=6, exact=6, fewest=1)),
        ((0, 5), [(1, 14)], Spread(asked=2, fewest=5)),
        ((0, 5), [(0, 5), (0, 5)], Spread(asked=3, fewest=6)),
        ((60, 70), [(0, 5), (55, 65)], Spread(asked=1, fewest=6)),
        ((60, 70), [(0, 5), (52, 58)], Spread(asked=1, fewest=4)),
        ((60, 70), [(20, 30), (30, 40)], Spread()),
        ((0, 5), [(1, 14)] * 6, Spread(asked=7, consistent=False)),
    ],
)
def test_what_a_total_says_of_its_parts(
    whole: tuple[int, int], parts: list[tuple[int, int]], found: Spread
) -> None:
    assert spread(counts(whole, *parts), SMALL, wanted=5) == found


def test_a_count_that_no_sum_ties_keeps_what_its_own_perturbation_leaves() -> None:
    alone = Counts({cell(sesso="F"): 0}, {cell(sesso="F"): 5}, [])
    assert spread(alone, SMALL, wanted=4) == Spread(asked=1, fewest=6)


def limits(values: list[int]) -> list[tuple[int, int]]:
    return [(max(0, value - 2), value + 2) for value in values]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 6), min_size=4, max_size=4),
    st.lists(st.integers(-2, 2), min_size=4, max_size=4),
)
def test_the_values_left_are_those_of_every_table_that_agrees(
    truth: list[int], noise: list[int]
) -> None:
    """A table of two by two with its rows' totals, against counting every possibility."""
    inner = [cell(riga=row, colonna=column) for row in "ab" for column in "xy"]
    wholes = [cell(riga="a"), cell(riga="b")]
    shown = [max(0, value + change) for value, change in zip(truth, noise, strict=True)]
    rows = [sum(truth[:2]), sum(truth[2:])]
    ends = dict(zip([*inner, *wholes], limits(shown) + limits(rows), strict=True))
    sums = [(wholes[0], tuple(inner[:2])), (wholes[1], tuple(inner[2:]))]
    found = spread(
        Counts({k: v[0] for k, v in ends.items()}, {k: v[1] for k, v in ends.items()}, sums),
        small=100,
        wanted=100,
    )
    agreeing = [
        (*table, sum(table[:2]), sum(table[2:]))
        for table in itertools.product(*(range(ends[k][0], ends[k][1] + 1) for k in inner))
        if all(
            ends[whole][0] <= sum(table[place : place + 2]) <= ends[whole][1]
            for whole, place in zip(wholes, (0, 2), strict=True)
        )
    ]
    widths = np.ptp(np.array(agreeing), axis=0) + 1
    assert found.fewest == widths.min()
    assert found.exact == (widths == 1).sum()


def test_sums_follow_margins_and_the_levels_of_territories() -> None:
    places = [
        ("03", "regione", None, None),
        ("016", "provincia", "016", None),
        ("016-A01", "ambito", "016", "016-A01"),
        ("016146", "comune", "016", "016-A01"),
        ("016-A01-altri", "altri_comuni", "016", "016-A01"),
        ("016-altri", "altri_comuni", "016", None),
    ]
    rows = [
        {
            "codice_territorio": code,
            "livello_territorio": level,
            "codice_provincia": province,
            "codice_ambito": district,
            "gruppo": group,
        }
        for code, level, province, district in places
        for group in ("totale", "vista", "udito")
    ]
    by_place = {
        dict(whole)["codice_territorio"]: {dict(part)["codice_territorio"] for part in parts}
        for whole, parts in sums_of(rows, ["codice_territorio", "gruppo"], [], TOTAL)
        if ("gruppo", "vista") in whole
    }
    assert by_place == {
        "03": {"016"},
        "016": {"016-A01", "016-altri"},
        "016-A01": {"016146", "016-A01-altri"},
    }
    both = sums_of(rows, ["codice_territorio", "gruppo"], ["gruppo"], TOTAL)
    by_group = [parts for whole, parts in both if whole == cell(codice_territorio="016146")]
    assert by_group == [
        tuple(cell(codice_territorio="016146", gruppo=group) for group in ("udito", "vista"))
    ]
