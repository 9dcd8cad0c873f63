"""Which requirement keeps most posts empty: what if one of them, and only one, were lifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.derive.matching.cardinality import refilled
from etl.derive.matching.criteria import (
    ABILITIES,
    ABILITY_BIT,
    AREAS,
    CONDITION_BIT,
    CONDITIONS,
    HIGHEST,
    capacity_bits,
)
from etl.derive.matching.encode import Int, Lots, People, Places
from etl.derive.matching.graph import Graph
from etl.derive.matching.pairs import kept_apart
from etl.derive.matching.scoring import Scoring

LIFTABLE: tuple[str, ...] = (*CONDITIONS, "senza_mezzi_pubblici", *AREAS, *ABILITIES)
"""What a workplace can change; the list for which a post is reserved is the law's."""


@dataclass(frozen=True)
class Lifted:
    """What lifting one requirement would give: posts filled in addition, pairs and their people."""

    requirement: str
    posts: int
    pairs: int
    people: int


def lifted_requirements(
    places: Places, people: People, lots: Lots, rules: Scoring, graph: Graph, match: Int
) -> list[Lifted]:
    """Return, for each liftable requirement, what would be gained without it, by posts gained.

    `graph` are the possible pairs and `match` a filling of most posts (lot by person). Posts
    gained do not depend on which filling it is.
    """
    person, lot, requirement = _single(places, people, lots, rules)
    before = int((match >= 0).sum())
    waiting = np.flatnonzero(match < 0)
    found = []
    for place, name in enumerate(LIFTABLE):
        chosen = requirement == place
        wider = graph.widen(person[chosen], lot[chosen])
        after = int((refilled(wider, match, waiting) >= 0).sum())
        concerned = len(np.unique(person[chosen]))
        found.append(Lifted(name, after - before, int(chosen.sum()), concerned))
    return sorted(found, key=lambda one: (-one.posts, -one.pairs, one.requirement))


def having(lots: Lots, requirement: str) -> Int:
    """Return which lots have a liftable requirement (a mask)."""
    if requirement in CONDITION_BIT:
        return np.asarray(lots.conditions & CONDITION_BIT[requirement] != 0)
    bits = ABILITY_BIT.get(requirement)
    if bits is None:
        bits = capacity_bits(requirement, HIGHEST)
    return np.asarray(lots.required & bits != 0)


def _single(places: Places, people: People, lots: Lots, rules: Scoring) -> tuple[Int, Int, Int]:
    """Return the pairs that one liftable requirement alone keeps apart, and its number."""
    meaning = np.full(128, -1, dtype=np.int64)
    for name, bit in CONDITION_BIT.items():
        if name in LIFTABLE:
            meaning[bit.bit_length() - 1] = LIFTABLE.index(name)
    for area, name in enumerate(AREAS):
        # a post requires one level in an area: whichever it is, it is one requirement
        meaning[64 + HIGHEST * area : 64 + HIGHEST * (area + 1)] = LIFTABLE.index(name)
    for name, bit in ABILITY_BIT.items():
        meaning[64 + bit.bit_length() - 1] = LIFTABLE.index(name)
    person, lot, bits = kept_apart(places, people, lots, rules)
    requirement = meaning[bits]
    return person[requirement >= 0], lot[requirement >= 0], requirement[requirement >= 0]
