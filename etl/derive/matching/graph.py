"""The graph of possible pairs, seen from the people and from the lots."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from etl.derive.matching.compiled import compiled
from etl.derive.matching.encode import Int


class Graph(NamedTuple):
    """Edges by person (`start`, `lot`) and by lot (`lot_start`, `person`, `edge`).

    Edges are numbered in the order of `lot`; `edge` holds the numbers in the order of the lots.
    `posts` is how many people each lot can take.
    """

    start: Int
    lot: Int
    posts: Int
    lot_start: Int
    person: Int
    edge: Int

    @property
    def people(self) -> int:
        """How many people, with or without edges."""
        return len(self.start) - 1

    @property
    def lots(self) -> int:
        """How many lots, with or without edges."""
        return len(self.posts)

    def sources(self) -> Int:
        """Return the person of each edge."""
        return np.repeat(np.arange(self.people, dtype=np.int32), np.diff(self.start))

    def keep(self, kept: Int) -> tuple[Graph, Int]:
        """Return the graph of some edges (a mask) with their old numbers."""
        start, lot, numbers = _keep(self.start, self.lot, kept)
        return make_graph(start, lot, self.posts), numbers

    def widen(self, person: Int, lot: Int) -> Graph:
        """Return the graph with further edges, sorted by person; seen from the people only."""
        more = np.searchsorted(person, np.arange(len(self.start)))
        start, lots = _merged(self.start, self.lot, more, np.ascontiguousarray(lot, np.int32))
        none = np.zeros(0, dtype=np.int32)
        return Graph(start, lots, self.posts, np.zeros(self.lots + 1, np.int64), none, none)


def make_graph(start: Int, lot: Int, posts: Int) -> Graph:
    """Return the graph of edges sorted by person, over lots with so many posts."""
    first = np.ascontiguousarray(start, dtype=np.int64)
    lots = np.ascontiguousarray(lot, dtype=np.int32)
    lot_start, person, edge = _turn(first, lots, len(posts))
    return Graph(first, lots, np.asarray(posts, dtype=np.int64), lot_start, person, edge)


@compiled
def _turn(start: Int, lot: Int, lots: int) -> tuple[Int, Int, Int]:
    at = np.zeros(lots + 1, dtype=np.int64)
    for edge in range(len(lot)):
        at[lot[edge] + 1] += 1
    for place in range(lots):
        at[place + 1] += at[place]
    lot_start = at.copy()
    person = np.empty(len(lot), dtype=np.int32)
    number = np.empty(len(lot), dtype=np.int32)
    for source in range(len(start) - 1):
        for edge in range(start[source], start[source + 1]):
            place = at[lot[edge]]
            person[place] = source
            number[place] = edge
            at[lot[edge]] = place + 1
    return lot_start, person, number


@compiled
def _merged(start: Int, lot: Int, more_start: Int, more_lot: Int) -> tuple[Int, Int]:
    first = np.empty(len(start), dtype=np.int64)
    lots = np.empty(len(lot) + len(more_lot), dtype=np.int32)
    total = 0
    for source in range(len(start) - 1):
        first[source] = total
        for edge in range(start[source], start[source + 1]):
            lots[total] = lot[edge]
            total += 1
        for edge in range(more_start[source], more_start[source + 1]):
            lots[total] = more_lot[edge]
            total += 1
    first[len(start) - 1] = total
    return first, lots


@compiled
def _keep(start: Int, lot: Int, kept: Int) -> tuple[Int, Int, Int]:
    size = 0
    for edge in range(len(lot)):
        size += kept[edge]
    first = np.empty(len(start), dtype=np.int64)
    lots = np.empty(size, dtype=np.int32)
    numbers = np.empty(size, dtype=np.int32)
    total = 0
    for source in range(len(start) - 1):
        first[source] = total
        for edge in range(start[source], start[source + 1]):
            if kept[edge]:
                lots[total] = lot[edge]
                numbers[total] = edge
                total += 1
    first[len(start) - 1] = total
    return first, lots, numbers


@compiled
def tight_edges(graph: Graph, weight: Int, lot_price: Int, person_price: Int) -> Int:
    """Return which edges weigh exactly as much as the prices at their ends (a mask)."""
    tight = np.zeros(len(graph.lot), dtype=np.bool_)
    for source in range(len(graph.start) - 1):
        price = person_price[source]
        for edge in range(graph.start[source], graph.start[source + 1]):
            tight[edge] = price + lot_price[graph.lot[edge]] == weight[edge]
    return tight
