"""Ranges over all optima: both ends are reached, and nothing lies outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etl.derive.matching.cardinality import most_posts, refilled
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph
from etl.derive.matching.levels import settle
from etl.derive.matching.ranges import choice, is_only, spread
from etl.derive.matching.regimes import REGIMES, assign
from etl.derive.matching.shortages import filled_posts

from .graphs import CONFIG, all_matchings, graphs, market_in, total, weights

LABELS = 3


def aims_of(draw: st.DrawFn, graph: Graph) -> list[tuple[str, Int]]:
    ones = np.ones(len(graph.lot), dtype=np.int64)
    merit = np.array(draw(st.permutations(range(1, graph.people + 1))), dtype=np.int64)
    score = weights(draw, graph, 0, 2)
    return draw(
        st.sampled_from(
            [
                [("posti", ones)],
                [("posti", ones), ("punteggio", score)],
                [("punteggio", score)],
                [("graduatoria", merit[graph.sources()])],
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_differs_and_how_much_is_what_looking_at_every_optimum_shows(
    data: st.DataObject,
) -> None:
    graph = data.draw(graphs(people=5, lots=4))
    assume(len(graph.lot))
    aims = aims_of(data.draw, graph)
    settled = settle(graph, aims)
    every = [(tuple(total(w, one) for _, w in aims), one) for one in all_matchings(graph)]
    best = max(value for value, _ in every)
    optima = [{edge for edge in one if edge >= 0} for value, one in every if value == best]
    found = choice(settled.last, settled.edge)
    common = set.intersection(*optima)
    assert set(found.always.tolist()) == common
    assert set(found.numbers.tolist()) == set.union(*optima) - common
    assert is_only(settled.last, settled.edge) == (len(optima) == 1)
    label = weights(data.draw, graph, -1, LABELS - 1)
    low, high = spread(found, label, LABELS)
    for one in range(LABELS):
        counts = [sum(label[edge] == one for edge in edges) for edges in optima]
        assert (low[one], high[one]) == (min(counts), max(counts))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_posts_filled_in_a_group_range_as_over_every_best_filling(data: st.DataObject) -> None:
    graph = data.draw(graphs(people=5, lots=4))
    group = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=graph.lots, max_size=graph.lots))
    )
    match = most_posts(graph)
    least, most = filled_posts(graph, match, group, 3)
    size = int((match >= 0).sum())
    counts = np.array(
        [
            np.bincount(group[graph.lot[[e for e in one if e >= 0]]], minlength=3)
            for one in all_matchings(graph)
            if sum(edge >= 0 for edge in one) == size
        ]
    )
    assert counts.min(axis=0).tolist() == least.tolist()
    assert counts.max(axis=0).tolist() == most.tolist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_where_some_lose_their_post_they_alone_make_the_filling_full_again(
    data: st.DataObject,
) -> None:
    graph = data.draw(graphs(people=12, lots=8))
    match = most_posts(graph)
    gone = np.array(data.draw(st.lists(st.booleans(), min_size=graph.lots, max_size=graph.lots)))
    others = graph._replace(posts=np.where(gone, 0, graph.posts))
    lost = gone[np.maximum(match, 0)] & (match >= 0)
    kept = np.where(lost, -1, match).astype(np.int32)
    found = refilled(others, kept, np.flatnonzero(lost))
    assert (found >= 0).sum() == (most_posts(others) >= 0).sum()
    assert (found[kept >= 0] >= 0).all()
    pairs = set(zip(graph.sources().tolist(), graph.lot.tolist(), strict=True))
    matched = np.flatnonzero(found >= 0)
    assert {(one, int(found[one])) for one in matched.tolist()} <= pairs
    assert (np.bincount(found[matched], minlength=graph.lots) <= others.posts).all()


def test_in_a_region_every_flow_of_the_chosen_optimum_lies_in_its_range() -> None:
    market = market_in(900, 500, 60, 2)
    # coarse scores, so that there are many optima
    market = replace(market, score=market.score // 2_000)
    province, size = market.places.province, len(market.places.provinces)
    sources = market.graph.sources()
    label = (
        province[market.people.place[sources]] * size
        + province[market.lots.place[market.graph.lot]]
    ).astype(np.int64)
    for regime in REGIMES:
        one = assign(market, regime, CONFIG)
        if one.settled is None:
            continue
        face = one.settled.face("punteggio")
        low, high = spread(choice(face, one.edge), label, size * size)
        counted = np.bincount(label[one.edge[one.edge >= 0]], minlength=size * size)
        assert (low <= counted).all()
        assert (counted <= high).all()
        assert regime == "graduatoria_poi_punteggio" or low.sum() < high.sum()
        assert is_only(one.settled.last, one.edge)
