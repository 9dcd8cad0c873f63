"""Deferred acceptance: stable, best for people, and what PyPI's «matching» finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.bench.matching_peers import preferences as preferences_of
from etl.bench.matching_peers import solve_deep, stable_by_matching
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph
from etl.derive.matching.regimes import priority
from etl.derive.matching.stable import blocking_pairs, deferred_acceptance

from .graphs import CONFIG, all_matchings, graphs, market_in


def preferences(draw: st.DrawFn, graph: Graph) -> tuple[Int, Int]:
    """How much people like each edge (all different), and each lot's order of people."""
    size = len(graph.lot)
    liking = np.array(draw(st.permutations(range(1, size + 1))), dtype=np.int64)
    order = np.array(draw(st.permutations(range(size))), dtype=np.int64)
    return liking, order


def by_matching(graph: Graph, liking: Int, order: Int) -> Int:
    wishes = preferences_of(graph, liking, order)
    return solve_deep(lambda: stable_by_matching(wishes, graph.people))


def blocked(graph: Graph, edge: Int, liking: Int, order: Int) -> int:
    return blocking_pairs(graph.sources(), graph.lot, graph.posts, edge, liking, order)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_blocks_it_and_no_stable_matching_is_better_for_anyone(data: st.DataObject) -> None:
    graph = data.draw(graphs(people=5, lots=4))
    liking, order = preferences(data.draw, graph)
    found = deferred_acceptance(graph, liking, order)
    assert blocked(graph, found, liking, order) == 0
    got = np.where(found >= 0, liking[np.maximum(found, 0)] if len(liking) else 0, 0)
    for one in all_matchings(graph):
        other = np.array(one, dtype=np.int64)
        if len(liking) and blocked(graph, other, liking, order) == 0:
            theirs = np.where(other >= 0, liking[np.maximum(other, 0)], 0)
            assert (got >= theirs).all()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_blocking_pairs_are_counted_as_by_definition(data: st.DataObject) -> None:
    graph = data.draw(graphs(people=4, lots=3))
    liking, order = preferences(data.draw, graph)
    sources = graph.sources()
    for one in list(all_matchings(graph))[:40]:
        held = {person: edge for person, edge in enumerate(one) if edge >= 0}
        count = 0
        for edge, (person, lot) in enumerate(zip(sources, graph.lot, strict=True)):
            mine = held.get(int(person))
            sitting = [order[other] for other in held.values() if graph.lot[other] == lot]
            better = mine is None or liking[edge] > liking[mine]
            welcome = len(sitting) < graph.posts[lot] or order[edge] < max(sitting)
            count += better and welcome
        assert blocked(graph, np.array(one, dtype=np.int64), liking, order) == count


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_small_cases_are_what_pypi_matching_finds(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    liking, order = preferences(data.draw, graph)
    found = deferred_acceptance(graph, liking, order)
    lots = np.where(found >= 0, graph.lot[np.maximum(found, 0)] if len(graph.lot) else -1, -1)
    if len(graph.lot):
        assert lots.tolist() == by_matching(graph, liking, order).tolist()
    else:
        assert (lots == -1).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_region_is_what_pypi_matching_finds(seed: int) -> None:
    market = market_in(900, 500, 60, seed)
    turn = priority(market, CONFIG)
    found = deferred_acceptance(market.graph, market.score, turn)
    lots = np.where(found >= 0, market.graph.lot[np.maximum(found, 0)], -1)
    assert lots.tolist() == by_matching(market.graph, market.score, turn).tolist()
    assert blocked(market.graph, found, market.score, turn) == 0
