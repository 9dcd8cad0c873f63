"""What all best assignments have in common, and how far they differ.

An optimum is rarely the only one. A published figure is therefore either the same in all of them
or a range, with both ends reached by some optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.derive.matching.assignment import best_assignment
from etl.derive.matching.compiled import compiled
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph, make_graph
from etl.derive.matching.levels import Face


@dataclass(frozen=True)
class Choice:
    """Where optima differ: the part of a face that is not the same in all of them.

    `always` are the edges (numbers in the whole graph) that every optimum has; `graph` holds the
    edges that some have and others have not, over people and lots numbered anew (`numbers`: edges
    in the whole graph); `part` says for each of these edges to which independent part it belongs.
    """

    always: Int
    graph: Graph
    numbers: Int
    full: Int
    matched: Int
    part: Int


def choice(face: Face, edge: Int) -> Choice:
    """Return where the matchings of a face differ, given one of them (`edge` by person)."""
    graph = face.graph
    mine = np.full(graph.people, -1, dtype=np.int64)
    held = edge >= 0
    mine[held] = np.searchsorted(face.numbers, edge[held])
    group = _groups(graph, mine, face.full, face.matched)
    sources = graph.sources()
    varies = group[sources] == group[graph.people + graph.lot]
    chosen = np.zeros(len(graph.lot), dtype=np.bool_)
    chosen[mine[held]] = True
    fixed = np.bincount(graph.lot[chosen & ~varies], minlength=graph.lots)
    numbers = np.flatnonzero(varies)
    people, person = np.unique(sources[numbers], return_inverse=True)
    lots, lot = np.unique(graph.lot[numbers], return_inverse=True)
    start = np.searchsorted(person, np.arange(len(people) + 1))
    return Choice(
        always=face.numbers[chosen & ~varies],
        graph=make_graph(start, lot, (graph.posts - fixed)[lots]),
        numbers=face.numbers[numbers],
        full=face.full[lots],
        matched=face.matched[people],
        part=group[sources[numbers]],
    )


def is_only(face: Face, edge: Int) -> bool:
    """Return whether a matching is the only one of its face."""
    return len(choice(face, edge).numbers) == 0


def spread(found: Choice, label: Int, labels: int) -> tuple[Int, Int]:
    """Return, for each label, the least and the most pairs that an optimum has with it.

    `label` gives a number below `labels` to every edge of the whole graph (−1: not counted).
    """
    always = label[found.always]
    low = np.bincount(always[always >= 0], minlength=labels)
    high = low.copy()
    mine = label[found.numbers]
    for one in np.unique(mine[mine >= 0]):
        parts = np.unique(found.part[mine == one])
        inside = np.isin(found.part, parts)
        graph, kept = found.graph.keep(inside)
        people = np.diff(graph.start) > 0
        lots = np.diff(graph.lot_start) > 0
        weight = (mine[kept] == one).astype(np.int64)
        for sign in (1, -1):
            priced = best_assignment(
                graph, sign * weight, found.full & lots, found.matched & people
            )
            total = int(weight[priced.edge[priced.edge >= 0]].sum())
            if sign > 0:
                high[one] += total
            else:
                low[one] += total
    return low, high


@compiled
def _groups(graph: Graph, edge: Int, full: Int, matched: Int) -> Int:
    """Return the strongly connected part of each person, each lot, and the outside.

    In the exchange graph, person → lot means could come, lot → person could go; the outside
    receives and gives whoever and whatever need not be matched. An edge belongs to some optima
    and not to others exactly when its two ends are in one part.
    """
    start, lot, posts = graph.start, graph.lot, graph.posts
    people, lots = len(edge), len(posts)
    outside = people + lots
    load = np.zeros(lots, dtype=np.int64)
    for one in range(people):
        if edge[one] >= 0:
            load[lot[edge[one]]] += 1
    count = outside + 1
    arcs_at = np.zeros(count + 1, dtype=np.int64)
    for fill in range(2):
        if fill:
            total = np.int64(0)
            for node in range(count):
                size = arcs_at[node]
                arcs_at[node] = total
                total += size
            arcs_at[count] = total
            arcs = np.empty(total, dtype=np.int32)
            at = arcs_at.copy()
        for one in range(people):
            for number in range(start[one], start[one + 1]):
                tail, head = one, people + lot[number]
                if number == edge[one]:
                    tail, head = head, tail
                if fill:
                    arcs[at[tail]] = head
                    at[tail] += 1
                else:
                    arcs_at[tail] += 1
            tail, head = outside, one
            if edge[one] >= 0:
                if matched[one]:
                    continue
                tail, head = one, outside
            if fill:
                arcs[at[tail]] = head
                at[tail] += 1
            else:
                arcs_at[tail] += 1
        for place in range(lots):
            if load[place] < posts[place]:
                if fill:
                    arcs[at[people + place]] = outside
                    at[people + place] += 1
                else:
                    arcs_at[people + place] += 1
            if load[place] > 0 and not full[place]:
                if fill:
                    arcs[at[outside]] = people + place
                    at[outside] += 1
                else:
                    arcs_at[outside] += 1
    return _strong(arcs_at, arcs)


@compiled
def _strong(arcs_at: Int, arcs: Int) -> Int:
    """Return the strongly connected part of each node (R. Tarjan, 1972, without recursion)."""
    count = len(arcs_at) - 1
    index = np.full(count, -1, dtype=np.int64)
    low = np.zeros(count, dtype=np.int64)
    part = np.full(count, -1, dtype=np.int64)
    turn = arcs_at[:-1].copy()
    stack = np.empty(count, dtype=np.int64)
    path = np.empty(count, dtype=np.int64)
    parts, clock, height = 0, 0, 0
    for root in range(count):
        if index[root] >= 0:
            continue
        depth = 0
        path[0] = root
        index[root] = low[root] = clock
        clock += 1
        stack[height] = root
        height += 1
        while depth >= 0:
            node = path[depth]
            if turn[node] < arcs_at[node + 1]:
                head = arcs[turn[node]]
                turn[node] += 1
                if index[head] < 0:
                    index[head] = low[head] = clock
                    clock += 1
                    stack[height] = head
                    height += 1
                    depth += 1
                    path[depth] = head
                elif part[head] < 0:
                    low[node] = min(low[node], index[head])
                continue
            if low[node] == index[node]:
                while True:
                    height -= 1
                    part[stack[height]] = parts
                    if stack[height] == node:
                        break
                parts += 1
            depth -= 1
            if depth >= 0:
                low[path[depth]] = min(low[path[depth]], low[node])
    return part
