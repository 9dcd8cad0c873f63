"""The same matching done by others: what ours is proven against and measured beside.

Plain DuckDB SQL for the pairs, OR-Tools and SciPy for the assignment, PyPI's «matching» for
deferred acceptance. Only development needs these libraries; each is imported where it is used.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from etl.derive.matching.criteria import AREAS
from etl.derive.matching.distance import ARC_DIVISOR
from etl.derive.matching.encode import WANTS, Int, Lots, People, Places
from etl.derive.matching.graph import Graph
from etl.derive.matching.scoring import FULL_WEEK, Scoring

Result = TypeVar("Result")

_DEEP = 512 * 2**20


def pairs_by_sql(
    places: Places, people: People, lots: Lots, rules: Scoring, threads: int = 2
) -> pd.DataFrame:
    """Return every possible pair (person, lot, score) as DuckDB finds it, in order."""
    import duckdb

    shift = 10 ** (5 - rules.digits)
    tables = {
        "person": _person_table(people),
        "want": _want_table(people, rules, shift),
        "lot": _lot_table(lots, shift),
        "place": pd.DataFrame(places.points, columns=["x", "y", "z"])
        .rename_axis("id")
        .reset_index(),
    }
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads}")
        for name, table in tables.items():
            connection.register(f"given_{name}", table)
            # a table of its own has statistics: without them the joins are planned badly
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")
        return connection.execute(_sql(rules, int(people.limit.max(initial=0)))).df()


def _sql(rules: Scoring, furthest: int) -> str:
    weight = dict(zip("pcvosrf", (int(one) for one in rules.weights), strict=True))
    short = " + ".join(f"greatest(d{area} - c{area}, 0)" for area in range(len(AREAS)))
    affinity = " ".join(
        f"WHEN l.code // {10 ** (5 - digits)} = w.code // {10 ** (5 - digits)} THEN {value}"
        for digits, value in reversed(list(enumerate(rules.affinity.tolist())))
        if digits >= rules.digits
    )
    schooling = " ".join(
        f"WHEN {group} THEN {level}" for group, level in enumerate(rules.schooling.tolist())
    )
    return f"""
    WITH line AS (
        SELECT a.id AS a, b.id AS b,
               (floor(sqrt(((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
                 + (a.z - b.z) * (a.z - b.z))::DOUBLE))::BIGINT + 50) // 100 AS m
        FROM place a, place b
    ), near AS (
        SELECT a, b, m + (m * (m * m // 1000) + {ARC_DIVISOR // 2}) // {ARC_DIVISOR} AS metres
        FROM line WHERE m <= {furthest}
    ), possible AS (
        SELECT p.id AS person, l.id AS lot, any_value(n.metres) AS metres,
               max({weight["p"]} * (CASE {affinity} END) + {weight["r"]} * w.preference) AS sought
        FROM want w
        JOIN person p ON p.id = w.person
        JOIN lot l ON l.family = w.family
        JOIN near n ON n.a = p.place AND n.b = l.place
        WHERE n.metres <= p.reach
          AND l.conditions & p.excluded = 0 AND l.required & ~p.able = 0
        GROUP BY p.id, l.id
    )
    SELECT person, lot, sought
        + {weight["c"]} * (CASE WHEN asked = 0 THEN 100 ELSE 100 - 100 * ({short}) // asked END)
        + {weight["v"]} * (100 - 100 * metres // reach)
        + {weight["o"]} * (CASE WHEN part_time OR hours >= {FULL_WEEK} THEN 100
                                ELSE 100 * hours // {FULL_WEEK} END)
        + {weight["s"]} * (CASE WHEN supported THEN 100 ELSE 100 - 30 * (band - 1) END)
        + {weight["f"]} * (100 - 25 * least(greatest(
              (CASE l.code // 10000 {schooling} END) - education, 0), 4)) AS score
    FROM possible
    JOIN person p ON p.id = person
    JOIN lot l ON l.id = lot
    ORDER BY person, lot
    """


def _person_table(people: People) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": np.arange(len(people), dtype=np.int64),
        "place": people.place.astype(np.int64),
        "reach": people.limit.astype(np.int64),
        "excluded": people.excluded.astype(np.int64),
        "able": people.able.astype(np.int64),
        "hours": people.hours.astype(np.int64),
        "band": people.support.astype(np.int64),
        "education": people.education.astype(np.int64),
    }
    columns |= {f"c{area}": people.capacity[:, area].astype(np.int64) for area in range(len(AREAS))}
    return pd.DataFrame(columns)


def _want_table(people: People, rules: Scoring, shift: int) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "person": np.repeat(np.arange(len(people), dtype=np.int64), WANTS),
            "code": people.wants.astype(np.int64).ravel(),
            "preference": np.tile(rules.preference, len(people)),
        }
    )
    table["family"] = table["code"] // shift
    return table[table["code"] > 0]


def _lot_table(lots: Lots, shift: int) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "id": np.arange(len(lots), dtype=np.int64),
        "place": lots.place.astype(np.int64),
        "conditions": lots.conditions.astype(np.int64),
        "required": lots.required.astype(np.int64),
        "code": lots.occupation.astype(np.int64),
        "family": lots.occupation.astype(np.int64) // shift,
        "asked": lots.demand.astype(np.int64).sum(axis=1),
        "part_time": lots.part_time.astype(bool),
        "supported": lots.supported.astype(bool),
    }
    columns |= {f"d{area}": lots.demand[:, area].astype(np.int64) for area in range(len(AREAS))}
    return pd.DataFrame(columns)


def assignment_by_flow(graph: Graph, weight: Int) -> Int:
    """Return which edges OR-Tools' min-cost flow takes for the greatest total weight (a mask)."""
    from ortools.graph.python import min_cost_flow

    people, lots, edges = graph.people, graph.lots, len(graph.lot)
    flow = min_cost_flow.SimpleMinCostFlow()
    source, sink = people + lots, people + lots + 1
    tails = np.concatenate(
        [np.full(people, source), graph.sources(), np.arange(lots) + people, [source]]
    )
    heads = np.concatenate([np.arange(people), graph.lot + people, np.full(lots, sink), [sink]])
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int64),
        heads.astype(np.int64),
        np.concatenate([np.ones(people + edges), graph.posts, [people]]).astype(np.int64),
        np.concatenate([np.zeros(people), -weight, np.zeros(lots + 1)]).astype(np.int64),
    )
    flow.set_nodes_supplies(np.array([source, sink]), np.array([people, -people]))
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("OR-Tools found no optimum")
    return np.asarray(flow.flows(arcs)[people : people + edges] > 0)


def assignment_by_lap(graph: Graph, weight: Int) -> int:
    """Return the greatest total weight by SciPy's sparse linear assignment (weights above 0)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    seats = np.repeat(np.arange(graph.lots), graph.posts)
    size = np.diff(graph.lot_start)[seats]
    first = graph.lot_start[:-1][seats]
    at = np.repeat(first - np.concatenate([[0], np.cumsum(size)[:-1]]), size) + np.arange(
        size.sum()
    )
    # every seat may stay empty: a column of its own, worth one point less than any pair
    rows = np.concatenate([np.repeat(np.arange(len(seats)), size), np.arange(len(seats))])
    columns = np.concatenate([graph.person[at], graph.people + np.arange(len(seats))])
    values = np.concatenate([weight[graph.edge[at]] + 1, np.ones(len(seats))]).astype(np.float64)
    matrix = csr_array((values, (rows, columns)), shape=(len(seats), graph.people + len(seats)))
    chosen, partner = min_weight_full_bipartite_matching(matrix, maximize=True)
    return int(matrix[chosen, partner].sum()) - len(seats)


def preferences(
    graph: Graph, liking: Int, priority: Int
) -> tuple[dict[int, list[str]], dict[str, list[int]], dict[str, int]]:
    """Return what people and lots prefer and how many each lot takes, as `matching` wants it."""
    sources = graph.sources()
    wishes: dict[int, list[str]] = {}
    for person in range(graph.people):
        own = np.arange(graph.start[person], graph.start[person + 1])
        if len(own):
            best_first = own[np.argsort(-liking[own], kind="stable")]
            wishes[person] = [f"L{lot}" for lot in graph.lot[best_first]]
    order: dict[str, list[int]] = {}
    posts: dict[str, int] = {}
    for lot in range(graph.lots):
        own = graph.edge[graph.lot_start[lot] : graph.lot_start[lot + 1]]
        if len(own):
            order[f"L{lot}"] = sources[own[np.argsort(priority[own])]].tolist()
            posts[f"L{lot}"] = int(graph.posts[lot])
    return wishes, order, posts


def stable_by_matching(
    wishes: tuple[dict[int, list[str]], dict[str, list[int]], dict[str, int]], people: int
) -> Int:
    """Return the lot of each person (−1: none) in PyPI `matching`'s best matching for people.

    `wishes` is what `preferences` returns; run it through `solve_deep`.
    """
    from matching.games import HospitalResident

    game = HospitalResident.create_from_dictionaries(*wishes)
    found = np.full(people, -1, dtype=np.int64)
    for lot, sitting in game.solve(optimal="resident").items():
        for person in sitting:
            found[person.name] = int(lot.name[1:])
    return found


def solve_deep(work: Callable[[], Result]) -> Result:
    """Return what `work` returns, run with a stack deep enough for `matching`'s recursion."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_DEEP)
    sys.setrecursionlimit(1_000_000)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if errors:
        raise errors[0]
    return results[0]
