"""Deferred acceptance: people go where they fit best, posts keep who comes first in the ranking.

The result is the stable matching that all people prefer: nobody can point to a post that fits
them better and is held by somebody who comes after them (no justified envy).

Source: D. Gale, L. Shapley, «College admissions and the stability of marriage», 1962.
"""

from __future__ import annotations

import numpy as np

from etl.derive.matching.compiled import compiled
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph


def deferred_acceptance(graph: Graph, liking: Int, priority: Int) -> Int:
    """Return the edge of each person (−1: none) in the stable matching best for people.

    `liking` (by edge): the higher, the sooner the person asks; equal ones in the order of the
    lots. `priority` (by edge): the lower, the sooner the lot keeps the person; within a lot all
    different.
    """
    edge = np.full(graph.people, -1, dtype=np.int64)
    _propose(
        graph,
        np.concatenate([[0], np.cumsum(graph.posts)]),
        np.ascontiguousarray(liking, dtype=np.int64),
        np.ascontiguousarray(priority, dtype=np.int64),
        edge,
    )
    return edge


def blocking_pairs(person: Int, lot: Int, posts: Int, edge: Int, liking: Int, priority: Int) -> int:
    """Return how many pairs would both rather have each other than what they have.

    Counted from the columns of all edges, knowing nothing of how `edge` was found. A person
    indifferent between two posts blocks neither.
    """
    held = edge >= 0
    pairs = edge[held]
    have = np.full(len(edge), np.iinfo(np.int64).min, dtype=np.int64)
    have[held] = liking[pairs]
    load = np.bincount(lot[pairs], minlength=len(posts))
    worst = np.full(len(posts), -1, dtype=np.int64)
    np.maximum.at(worst, lot[pairs], priority[pairs])
    wants = liking > have[person]
    would = (load < posts)[lot] | (priority < worst[lot])
    return int((wants & would & (posts[lot] > 0)).sum())


@compiled
def _propose(graph: Graph, seats: Int, liking: Int, priority: Int, edge: Int) -> None:
    start, lot = graph.start, graph.lot
    people, lots = len(edge), len(seats) - 1
    order = np.arange(len(lot)).astype(np.int32)
    asked = start[:-1].copy()
    sorted_up_to = np.zeros(people, dtype=np.bool_)
    held = np.zeros(lots, dtype=np.int64)
    holder = np.full(seats[lots], -1, dtype=np.int32)
    worst = np.full(lots, -1, dtype=np.int64)
    queue = np.arange(people).astype(np.int32)
    waiting = people
    while waiting:
        waiting -= 1
        one = queue[waiting]
        if not sorted_up_to[one]:
            sorted_up_to[one] = True
            # few edges: insertion keeps equal ones in the order of the lots
            for at in range(start[one] + 1, start[one + 1]):
                moved = order[at]
                place = at
                while place > start[one] and liking[order[place - 1]] < liking[moved]:
                    order[place] = order[place - 1]
                    place -= 1
                order[place] = moved
        while asked[one] < start[one + 1]:
            at = order[asked[one]]
            asked[one] += 1
            place = lot[at]
            first, size = seats[place], seats[place + 1] - seats[place]
            if size == 0:
                continue
            if held[place] < size:
                seat = first + held[place]
                held[place] += 1
                loser = -1
            elif priority[at] < worst[place]:
                seat = first
                for other in range(first, first + size):
                    if priority[edge[holder[other]]] == worst[place]:
                        seat = other
                        break
                loser = holder[seat]
                edge[loser] = -1
            else:
                continue
            holder[seat] = one
            edge[one] = at
            if held[place] == size:
                last = np.int64(-1)
                for other in range(first, first + size):
                    last = max(last, priority[edge[holder[other]]])
                worst[place] = last
            if loser >= 0:
                queue[waiting] = loser
                waiting += 1
            break
