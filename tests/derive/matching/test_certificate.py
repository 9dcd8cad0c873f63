"""The proof of an assignment: valid for the optimum, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from etl.derive.matching.assignment import best_assignment
from etl.derive.matching.cardinality import most_posts
from etl.derive.matching.certificate import faults
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import make_graph
from etl.derive.matching.levels import Settled, Step, edges_of, settle
from etl.derive.matching.regimes import Market, assign
from etl.derive.matching.shortages import within
from etl.derive.matching.stable import blocking_pairs, deferred_acceptance

from .graphs import CONFIG, graphs, market_in, weights

MARKET = (900, 500, 60, 2)


def proven(market: Market, edge: Int, steps: list[Step]) -> list[str]:
    graph = market.graph
    return faults(graph.sources(), graph.lot, graph.posts, graph.people, edge, steps)


def right(market: Market) -> Settled:
    settled = assign(market, "posti_poi_punteggio", CONFIG).settled
    assert settled is not None
    return settled


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_every_optimum_carries_a_valid_proof(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    merit = np.array(data.draw(st.permutations(range(1, graph.people + 1))), dtype=np.int64)
    ones = np.ones(len(graph.lot), dtype=np.int64)
    score = weights(data.draw, graph)
    for aims in (
        [("posti", ones), ("punteggio", score)],
        [("graduatoria", merit[graph.sources()]), ("punteggio", score)],
        [("punteggio", score), ("anzianita", merit[graph.sources()])],
    ):
        settled = settle(graph, aims)
        args = (graph.sources(), graph.lot, graph.posts, graph.people)
        assert faults(*args, settled.edge, settled.steps) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_proof_fails_when_any_one_pair_is_removed(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    score = weights(data.draw, graph)
    settled = settle(
        graph, [("posti", np.ones(len(graph.lot), dtype=np.int64)), ("punteggio", score)]
    )
    people = np.flatnonzero(settled.edge >= 0)
    assume(len(people))
    for person in people:
        mutilated = settled.edge.copy()
        mutilated[person] = -1
        args = (graph.sources(), graph.lot, graph.posts, graph.people)
        assert faults(*args, mutilated, settled.steps)


@pytest.mark.parametrize(
    "regime", ["massimo_punteggio", "posti_poi_punteggio", "graduatoria_poi_punteggio"]
)
def test_every_regime_of_a_region_is_proven(regime: str) -> None:
    market = market_in(*MARKET)
    one = assign(market, regime, CONFIG)  # type: ignore[arg-type]
    assert one.settled is not None
    assert proven(market, one.edge, one.settled.steps) == []


def _greedy(market: Market) -> Int:
    """Takes the pair with the best score, again and again."""
    graph, sources = market.graph, market.graph.sources()
    left, edge = graph.posts.copy(), np.full(graph.people, -1, dtype=np.int64)
    for number in np.argsort(-market.score, kind="stable"):
        person, lot = sources[number], graph.lot[number]
        if edge[person] < 0 and left[lot]:
            edge[person] = number
            left[lot] -= 1
    return edge


def _top_three(market: Market) -> Int:
    """Is exact, but looks only at each lot's three best people."""
    graph = market.graph
    order = np.lexsort((-market.score, graph.lot))
    rank = np.arange(len(order)) - graph.lot_start[graph.lot[order]]
    kept = np.zeros(len(order), dtype=bool)
    kept[order[rank < 3]] = True
    smaller, numbers = graph.keep(kept)
    aims = [("posti", np.ones(len(numbers), dtype=np.int64)), ("punteggio", market.score[numbers])]
    found = settle(smaller, aims).edge
    return np.where(found >= 0, numbers[np.maximum(found, 0)], -1)


def _crowded(market: Market) -> Int:
    """Gives everyone their best lot, whatever its size."""
    graph = market.graph
    edge = np.full(graph.people, -1, dtype=np.int64)
    for person in range(graph.people):
        first, last = graph.start[person], graph.start[person + 1]
        if first < last:
            edge[person] = first + int(np.argmax(market.score[first:last]))
    return edge


def _storage_order(market: Market) -> Int:
    """Serves people as they are stored, each the first free lot."""
    graph = market.graph
    left, edge = graph.posts.copy(), np.full(graph.people, -1, dtype=np.int64)
    for person in range(graph.people):
        for number in range(graph.start[person], graph.start[person + 1]):
            if left[graph.lot[number]]:
                edge[person] = number
                left[graph.lot[number]] -= 1
                break
    return edge


def _somebody_elses_pair(market: Market) -> Int:
    """Gives one person the pair of another."""
    edge = right(market).edge.copy()
    one, other = np.flatnonzero(edge >= 0)[:2]
    edge[one] = edge[other]
    return edge


def _impossible_pair(market: Market) -> Int:
    """Invents a pair that is not among the possible ones."""
    edge = right(market).edge.copy()
    edge[np.flatnonzero(edge < 0)[0]] = len(market.graph.lot)
    return edge


def _score_only(market: Market) -> Int:
    """Has the greatest total above a good score, and leaves posts empty for it."""
    return settle(market.graph, [("punteggio", market.score - 6_000)]).edge


def _posts_only(market: Market) -> Int:
    """Fills as many posts as possible and ignores the score."""
    return edges_of(market.graph, most_posts(market.graph))


def _inside_provinces(market: Market) -> Int:
    """Is exact in every province, and never looks across a border."""
    province = market.places.province
    home, seat = province[market.people.place], province[market.lots.place]
    inside = within(market.graph, home, seat)
    numbers = np.flatnonzero(~market.crosses)
    aims = [("posti", np.ones(len(numbers), dtype=np.int64)), ("punteggio", market.score[numbers])]
    found = settle(inside, aims).edge
    return np.where(found >= 0, numbers[np.maximum(found, 0)], -1)


def _coarse_scores(market: Market) -> Int:
    """Is exact for scores rounded to the thousand."""
    aims = [("posti", np.ones_like(market.score)), ("punteggio", market.score // 1000)]
    return settle(market.graph, aims).edge


def _pair_removed(market: Market) -> Int:
    """Loses one pair on the way."""
    edge = right(market).edge.copy()
    edge[np.flatnonzero(edge >= 0)[7]] = -1
    return edge


def _other_ties(market: Market) -> Int:
    """Breaks ties by where a pair is stored instead of by seniority and keys."""
    storage = np.arange(len(market.score), dtype=np.int64)
    ones = np.ones_like(market.score)
    aims = [("posti", ones), ("punteggio", market.score), ("spareggio", -storage)]
    return settle(market.graph, aims).edge


def _swapped(market: Market) -> Int:
    """Exchanges the posts of two people who fit both."""
    graph, edge = market.graph, right(market).edge.copy()
    place = {
        (int(person), int(lot)): number
        for number, (person, lot) in enumerate(zip(graph.sources(), graph.lot, strict=True))
    }
    served = np.flatnonzero(edge >= 0)
    for one in served:
        for other in served:
            first, second = int(graph.lot[edge[one]]), int(graph.lot[edge[other]])
            pairs = (place.get((int(one), second)), place.get((int(other), first)))
            if first != second and None not in pairs:
                edge[one], edge[other] = pairs
                return edge
    raise AssertionError("no two people can exchange their posts")


def _by_ranking(market: Market) -> Int:
    """Follows the ranking though the aim is posts and score."""
    return assign(market, "graduatoria_poi_punteggio", CONFIG).edge


WRONG: list[Callable[[Market], Int]] = [
    _greedy,
    _top_three,
    _crowded,
    _storage_order,
    _somebody_elses_pair,
    _impossible_pair,
    _score_only,
    _posts_only,
    _inside_provinces,
    _coarse_scores,
    _pair_removed,
    _other_ties,
    _swapped,
    _by_ranking,
]


@pytest.mark.parametrize("engine", WRONG, ids=lambda engine: engine.__name__.strip("_"))
def test_a_wrong_engine_is_caught(engine: Callable[[Market], Int]) -> None:
    market = market_in(*MARKET)
    assert proven(market, right(market).edge, right(market).steps) == []
    assert proven(market, engine(market), right(market).steps)


def test_an_auction_left_unrepaired_is_caught() -> None:
    """Prices within one bid of the optimum do not pass for a proof."""
    market = market_in(*MARKET)
    graph, score = market.graph, market.score
    none_full = np.zeros(graph.lots, dtype=bool)
    nobody = np.zeros(graph.people, dtype=bool)
    priced = best_assignment(graph, score, none_full, nobody)
    step = Step("punteggio", score, priced.lot_price, priced.person_price)
    assert proven(market, priced.edge, [step]) == []
    dearer = replace(step, lot_price=step.lot_price + (step.lot_price > 0))
    assert proven(market, priced.edge, [dearer])
    cheaper = replace(step, person_price=np.maximum(step.person_price - 1, 0))
    assert proven(market, priced.edge, [cheaper])


def test_prices_that_are_not_whole_numbers_are_no_proof() -> None:
    market = market_in(*MARKET)
    settled = right(market)
    steps = [replace(one, lot_price=one.lot_price.astype(float)) for one in settled.steps]
    assert "numeri interi" in proven(market, settled.edge, steps)[0]


def test_a_proof_of_fewer_aims_does_not_prove_the_others() -> None:
    market = market_in(*MARKET)
    edge, steps = _coarse_scores(market), right(market).steps
    assert proven(market, edge, steps[:1]) == []
    assert proven(market, edge, steps[:2])


def test_an_unfair_distribution_by_ranking_is_caught() -> None:
    """Lots that keep people as they are stored, not by the ranking, leave blocking pairs."""
    market = market_in(*MARKET)
    graph, sources = market.graph, market.graph.sources()
    priority = market.rank[sources]
    fair = deferred_acceptance(graph, market.score, priority)
    unfair = deferred_acceptance(graph, market.score, sources.astype(np.int64))
    args = (sources, graph.lot, graph.posts)
    assert blocking_pairs(*args, fair, market.score, priority) == 0
    assert blocking_pairs(*args, unfair, market.score, priority) > 0
    assert blocking_pairs(*args, _greedy(market), market.score, priority) > 0


def test_a_proof_cannot_be_moved_to_another_region() -> None:
    market, other = market_in(*MARKET), market_in(900, 500, 60, 1)
    settled = right(market)
    assert proven(other, settled.edge, settled.steps)
    wider = market.graph.posts + 1
    graph = make_graph(market.graph.start, market.graph.lot, wider)
    assert faults(
        graph.sources(), graph.lot, graph.posts, graph.people, settled.edge, settled.steps
    )
