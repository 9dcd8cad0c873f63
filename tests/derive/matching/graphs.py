"""Small graphs and regions, and every matching of a small graph, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from hypothesis import strategies as st

from etl.bench.regions import random_region
from etl.config import Matching
from etl.derive.matching.encode import Int, Lots, People, Places
from etl.derive.matching.graph import Graph, make_graph
from etl.derive.matching.pairs import Pairs, possible_pairs
from etl.derive.matching.regimes import Market, market
from etl.derive.matching.scoring import scoring

CONFIG = Matching()
RULES = scoring(CONFIG)

Region = tuple[Places, People, Lots]


def graph_of(fits: list[list[int]], posts: list[int]) -> Graph:
    """The graph in which person i fits the lots `fits[i]`."""
    start = np.concatenate([[0], np.cumsum([len(lots) for lots in fits])])
    lots = np.array([lot for row in fits for lot in sorted(row)], dtype=np.int64)
    return make_graph(start, lots, np.array(posts))


@st.composite
def graphs(draw: st.DrawFn, people: int = 9, lots: int = 6) -> Graph:
    """Graphs with lots of different sizes, people and lots without edges included."""
    count = draw(st.integers(1, lots))
    rows = draw(st.lists(st.sets(st.integers(0, count - 1)), min_size=1, max_size=people))
    posts = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    return graph_of([sorted(row) for row in rows], posts)


def weights(draw: st.DrawFn, graph: Graph, low: int = 0, high: int = 9) -> Int:
    """A weight for each edge; few values, so that many optima are equal."""
    size = len(graph.lot)
    return np.array(
        draw(st.lists(st.integers(low, high), min_size=size, max_size=size)), dtype=np.int64
    )


def all_matchings(graph: Graph) -> Iterator[tuple[int, ...]]:
    """Every matching of a graph: the edge of each person, −1 for none."""

    def extend(person: int, left: list[int], chosen: list[int]) -> Iterator[tuple[int, ...]]:
        if person == graph.people:
            yield tuple(chosen)
            return
        yield from extend(person + 1, left, [*chosen, -1])
        for edge in range(graph.start[person], graph.start[person + 1]):
            lot = int(graph.lot[edge])
            if left[lot]:
                left[lot] -= 1
                yield from extend(person + 1, left, [*chosen, edge])
                left[lot] += 1

    yield from extend(0, [int(size) for size in graph.posts], [])


def total(weight: Int, matching: tuple[int, ...] | Int) -> int:
    """What the edges of a matching weigh together."""
    return sum(int(weight[edge]) for edge in matching if edge >= 0)


@cache
def region(people: int, posts: int, comuni: int, seed: int, side_km: float = 70.0) -> Region:
    """A small region, dense enough for people and posts to compete."""
    return random_region(people, posts, comuni, seed, side_km)


@cache
def pairs_in(people: int, posts: int, comuni: int, seed: int) -> Pairs:
    """Its possible pairs."""
    return possible_pairs(*region(people, posts, comuni, seed), RULES)


@cache
def market_in(people: int, posts: int, comuni: int, seed: int) -> Market:
    """Its market."""
    found = pairs_in(people, posts, comuni, seed)
    return market(*region(people, posts, comuni, seed), found, CONFIG)
