"""The best assignment, against an independent linear program, enumeration and OR-Tools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from etl.bench.matching_peers import assignment_by_flow, assignment_by_lap
from etl.derive.matching.assignment import NoAssignmentError, best_assignment
from etl.derive.matching.cardinality import most_posts, scarcity
from etl.derive.matching.certificate import faults
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph, make_graph
from etl.derive.matching.levels import Settled, settle

from .graphs import all_matchings, graph_of, graphs, market_in, total, weights


def best_by_linear_program(graph: Graph, weight: Int, full: Int, matched: Int) -> int | None:
    """The greatest total weight by HiGHS; None where the obligations cannot be met."""
    edges = len(graph.lot)
    if not edges:
        return None if full.any() or matched.any() else 0
    ones, numbers = np.ones(edges), np.arange(edges)
    of_people = csr_array((ones, (graph.sources(), numbers)), shape=(graph.people, edges))
    of_lots = csr_array((ones, (graph.lot, numbers)), shape=(graph.lots, edges))
    bounds = np.concatenate([np.ones(graph.people), graph.posts])
    must = np.concatenate([matched, full])
    rows = vstack([of_people, of_lots]).tocsr()
    found = linprog(
        -weight.astype(float),
        A_ub=rows[~must] if (~must).any() else None,
        b_ub=bounds[~must] if (~must).any() else None,
        A_eq=rows[must] if must.any() else None,
        b_eq=bounds[must] if must.any() else None,
        bounds=(0, 1),
        method="highs",
    )
    return round(-found.fun) if found.status == 0 else None


def obligations(draw: st.DrawFn, graph: Graph) -> tuple[Int, Int]:
    full = draw(st.lists(st.booleans(), min_size=graph.lots, max_size=graph.lots))
    matched = draw(st.lists(st.booleans(), min_size=graph.people, max_size=graph.people))
    kind = draw(st.sampled_from(["nessuno", "persone", "posti", "tutti"]))
    return (
        np.array(full) & (kind in ("posti", "tutti")),
        np.array(matched) & (kind in ("persone", "tutti")),
    )


def is_matching(graph: Graph, edge: Int) -> bool:
    """Recount from the pairs: each person's own edge, nobody twice, no lot over its posts."""
    used = edge[edge >= 0]
    load = np.bincount(graph.lot[used], minlength=graph.lots)
    owners = graph.sources()[used]
    return (
        len(set(used.tolist())) == len(used)
        and owners.tolist() == np.flatnonzero(edge >= 0).tolist()
        and bool((load <= graph.posts).all())
    )


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 200))
def test_the_total_is_that_of_an_independent_linear_program(data: st.DataObject, step: int) -> None:
    graph = data.draw(graphs())
    weight = weights(data.draw, graph, -4, 12)
    full, matched = obligations(data.draw, graph)
    expected = best_by_linear_program(graph, weight, full, matched)
    if expected is None:
        with pytest.raises(NoAssignmentError):
            best_assignment(graph, weight, full, matched, step)
        return
    found = best_assignment(graph, weight, full, matched, step)
    assert is_matching(graph, found.edge)
    assert total(weight, found.edge) == expected
    load = np.bincount(graph.lot[found.edge[found.edge >= 0]], minlength=graph.lots)
    assert (load[full] == graph.posts[full]).all()
    assert (found.edge[matched] >= 0).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_aims_are_reached_one_after_the_other_as_by_looking_at_every_matching(
    data: st.DataObject,
) -> None:
    graph = data.draw(graphs(people=5, lots=4))
    assume(len(graph.lot))
    score = weights(data.draw, graph, 0, 3)
    merit = data.draw(st.permutations(range(1, graph.people + 1)))
    aims = {
        "posti": np.ones(len(graph.lot), dtype=np.int64),
        "graduatoria": np.array(merit, dtype=np.int64)[graph.sources()],
        "punteggio": score,
        "spareggio": weights(data.draw, graph, 0, 1_000),
    }
    for names in (
        ("posti", "punteggio", "spareggio"),
        ("graduatoria", "punteggio"),
        ("punteggio", "posti"),
    ):
        settled = settle(graph, [(name, aims[name]) for name in names])
        reached = tuple(total(aims[name], settled.edge) for name in names)
        assert is_matching(graph, settled.edge)
        assert reached == max(
            tuple(total(aims[name], one) for name in names) for one in all_matchings(graph)
        )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_who_comes_first_is_who_would_come_first_among_all_matchings(data: st.DataObject) -> None:
    """The people matched by the ranking are the first in the order of every matching's people."""
    graph = data.draw(graphs(people=5, lots=4))
    order = data.draw(st.permutations(range(graph.people)))
    merit = np.empty(graph.people, dtype=np.int64)
    merit[list(order)] = np.arange(graph.people, 0, -1)
    settled = settle(graph, [("graduatoria", merit[graph.sources()])])
    best = max(tuple(one[person] >= 0 for person in order) for one in all_matchings(graph))
    assert tuple(settled.edge[list(order)] >= 0) == best


@pytest.mark.parametrize("seed", [1, 2])
def test_or_tools_and_scipy_reach_the_same_total_in_a_region(seed: int) -> None:
    market = market_in(900, 500, 60, seed)
    graph, score = market.graph, market.score
    best = settle(graph, [("punteggio", score)])
    by_flow = assignment_by_flow(graph, score)
    assert total(score, best.edge) == int(score[by_flow].sum())
    assert total(score, best.edge) == assignment_by_lap(graph, score)
    both = settle(graph, [("posti", np.ones_like(score)), ("punteggio", score)])
    bonus = 10_001 * (graph.people + 1)
    by_flow = assignment_by_flow(graph, score + bonus)
    assert ((both.edge >= 0).sum(), total(score, both.edge)) == (
        by_flow.sum(),
        score[by_flow].sum(),
    )


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_more_posts_never_lower_the_total(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    weight = weights(data.draw, graph)
    lot = data.draw(st.integers(0, graph.lots - 1))
    more = graph.posts.copy()
    more[lot] += 1
    aims = [("posti", np.ones(len(graph.lot), dtype=np.int64)), ("punteggio", weight)]
    wider = make_graph(graph.start, graph.lot, more)
    before, after = settle(graph, aims), settle(wider, aims)
    assert reached(before) <= reached(after)
    alone = [("punteggio", weight)]
    assert reached(settle(graph, alone)) <= reached(settle(wider, alone))


def reached(settled: Settled) -> tuple[int, ...]:
    return tuple(total(step.weight, settled.edge) for step in settled.steps)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_two_regions_side_by_side_reach_the_sum_of_both(data: st.DataObject) -> None:
    one, other = data.draw(graphs()), data.draw(graphs())
    first, second = weights(data.draw, one), weights(data.draw, other)
    both = make_graph(
        np.concatenate([one.start, one.start[-1] + other.start[1:]]),
        np.concatenate([one.lot, one.lots + other.lot]),
        np.concatenate([one.posts, other.posts]),
    )

    def aims(graph: Graph, weight: Int) -> Settled:
        ones = np.ones(len(graph.lot), dtype=np.int64)
        return settle(graph, [("posti", ones), ("punteggio", weight)])

    joined = reached(aims(both, np.concatenate([first, second])))
    parts = zip(reached(aims(one, first)), reached(aims(other, second)), strict=True)
    assert joined == tuple(a + b for a, b in parts)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_decomposition_gives_the_exact_shortage(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    match = most_posts(graph)
    parts = scarcity(graph, match)
    empty = int(graph.posts.sum()) - int((match >= 0).sum())
    short = int(graph.posts[parts.lots_short].sum())
    assert empty == short - int(parts.people_sure.sum())
    sources = graph.sources()
    fit_short = np.unique(sources[parts.lots_short[graph.lot]])
    assert set(fit_short.tolist()) == set(np.flatnonzero(parts.people_sure).tolist())
    waiting = int((match < 0).sum())
    over, sure = int(parts.people_over.sum()), int(graph.posts[parts.lots_sure].sum())
    assert waiting == over - sure


def test_no_edges_no_pairs_and_still_a_proof() -> None:
    graph = graph_of([[], [], []], [1, 2])
    settled = settle(graph, [("posti", np.zeros(0, dtype=np.int64))])
    assert (settled.edge == -1).all()
    assert not faults(
        graph.sources(), graph.lot, graph.posts, graph.people, settled.edge, settled.steps
    )


def test_prices_far_apart_do_not_overflow() -> None:
    graph = graph_of([[0, 1], [0, 1], [1, 2], [2]], [1, 1, 1])
    weight = np.array([0, 2**40, 2**40, 5, 2**39, 1, 2**40], dtype=np.int64)
    settled = settle(graph, [("posti", np.ones(7, dtype=np.int64)), ("punteggio", weight)])
    assert total(weight, settled.edge) == max(
        total(weight, one) for one in all_matchings(graph) if sum(e >= 0 for e in one) == 3
    )
