"""Aims one after the other: each is reached as well as the ones before it allow.

The optima of one aim are exactly the matchings made of edges that its prices meet exactly, in
which every lot with a price is full and everyone with a price is matched (complementary
slackness). So the next aim is pursued in that smaller graph, with those obligations, and the
prices of all aims together prove the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from etl.derive.matching.assignment import Priced, best_assignment
from etl.derive.matching.cardinality import first_come, most_posts, scarcity
from etl.derive.matching.encode import Int
from etl.derive.matching.graph import Graph, tight_edges


@dataclass(frozen=True)
class Face:
    """The matchings that are best so far: a graph, and who must be matched and full in it.

    `numbers` are the edges' numbers in the whole graph.
    """

    graph: Graph
    numbers: Int
    full: Int
    matched: Int

    def narrow(self, weight: Int, prices: Priced | Step) -> Face:
        """Return the matchings that are best under `weight` (by edge of this face) as well."""
        graph = self.graph
        tight = tight_edges(graph, weight, prices.lot_price, prices.person_price)
        inside, kept = graph.keep(tight)
        return Face(
            inside,
            self.numbers[kept],
            self.full | (prices.lot_price > 0),
            self.matched | (prices.person_price > 0),
        )


def whole(graph: Graph) -> Face:
    """Return all matchings of a graph."""
    return Face(
        graph,
        np.arange(len(graph.lot), dtype=np.int32),
        np.zeros(graph.lots, dtype=np.bool_),
        np.zeros(graph.people, dtype=np.bool_),
    )


@dataclass(frozen=True)
class Step:
    """One aim with its proof: a weight for every edge of the whole graph, and the prices."""

    aim: str
    weight: Int
    lot_price: Int
    person_price: Int


@dataclass(frozen=True)
class Settled:
    """A matching (the edge of each person, −1: none), the steps that prove it, and its equals.

    `last` holds all matchings that are best by every aim.
    """

    graph: Graph
    edge: Int
    steps: list[Step]
    last: Face

    def face(self, aim: str) -> Face:
        """Return all matchings that are best up to and including an aim; KeyError if none."""
        face = whole(self.graph)
        for step in self.steps:
            face = face.narrow(step.weight[face.numbers], step)
            if step.aim == aim:
                return face
        raise KeyError(aim)


def settle(graph: Graph, aims: Sequence[tuple[str, Int]], after: Settled | None = None) -> Settled:
    """Return the matching that is best by the first aim, then by the second, and so on.

    An aim is a name and an integer weight for every edge. «posti» (weight 1) and «graduatoria»
    (a weight for each person, all different) are solved without an auction, and only as the
    first. `after` is a result whose aims come before these.
    """
    face = after.last if after else whole(graph)
    steps = list(after.steps) if after else []
    edge = after.edge if after else np.full(graph.people, -1, dtype=np.int64)
    for aim, weight in aims:
        mine = weight[face.numbers]
        if not steps and aim == "posti":
            priced = _posts(graph)
        elif not steps and aim == "graduatoria":
            priced = _ranking(graph, mine)
        else:
            priced = best_assignment(face.graph, mine, face.full, face.matched)
        found = priced.edge >= 0
        edge = np.full(graph.people, -1, dtype=np.int64)
        edge[found] = face.numbers[priced.edge[found]]
        steps.append(Step(aim, weight, priced.lot_price, priced.person_price))
        face = face.narrow(mine, priced)
    return Settled(graph, edge, steps, face)


def edges_of(graph: Graph, match: Int) -> Int:
    """Return the edge of each person (−1: none), given the lot of each."""
    sources = graph.sources()
    chosen = np.flatnonzero(match[sources] == graph.lot)
    edge = np.full(graph.people, -1, dtype=np.int64)
    edge[sources[chosen]] = chosen
    return edge


def _posts(graph: Graph) -> Priced:
    match = most_posts(graph)
    parts = scarcity(graph, match)
    return Priced(
        edges_of(graph, match),
        (~parts.lots_short).astype(np.int64),
        parts.people_sure.astype(np.int64),
    )


def _ranking(graph: Graph, weight: Int) -> Priced:
    merit = np.zeros(graph.people, dtype=np.int64)
    merit[graph.sources()] = weight
    match, lot_price = first_come(graph, np.argsort(-merit, kind="stable"), merit)
    person_price = np.where(match >= 0, merit - lot_price[np.maximum(match, 0)], 0)
    return Priced(edges_of(graph, match), lot_price, person_price)
