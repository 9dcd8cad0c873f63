"""Who gets which post: four rules among which a Region chooses, all worked out and compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from etl.config import Matching
from etl.derive.matching.cardinality import most_posts
from etl.derive.matching.encode import Int, Lots, People, Places
from etl.derive.matching.graph import Graph, make_graph
from etl.derive.matching.identity import tie_break
from etl.derive.matching.levels import Settled, settle
from etl.derive.matching.pairs import Pairs
from etl.derive.matching.ranges import is_only
from etl.derive.matching.stable import deferred_acceptance

Regime = Literal[
    "massimo_punteggio", "posti_poi_punteggio", "graduatoria", "graduatoria_poi_punteggio"
]
REGIMES: tuple[Regime, ...] = get_args(Regime)

# Two optima with the same number for every pair are all but impossible; three turns, never.
_TURNS = 3
_DAYS_A_MONTH = 30


@dataclass(frozen=True)
class Market:
    """People, lots and their possible pairs as a graph, and the ranking of people.

    `rank` is 1 for whoever comes first; no two are equal.
    """

    places: Places
    people: People
    lots: Lots
    graph: Graph
    score: Int
    rank: Int

    @cached_property
    def filling(self) -> Int:
        """A filling of most posts: the lot of each person (−1: none)."""
        return most_posts(self.graph)

    @cached_property
    def crosses(self) -> Int:
        """Whether each edge leads into another province."""
        provinces = self.places.province
        origin = provinces[self.people.place[self.graph.sources()]]
        return np.asarray(origin != provinces[self.lots.place[self.graph.lot]])


@dataclass(frozen=True)
class Assignment:
    """The edge of each person (−1: none) under one regime, and what proves it.

    `settled` is None for «graduatoria», whose proof is that no pair blocks it.
    """

    regime: Regime
    edge: Int
    settled: Settled | None


def market(places: Places, people: People, lots: Lots, pairs: Pairs, config: Matching) -> Market:
    """Return what every regime works on."""
    return Market(
        places,
        people,
        lots,
        make_graph(pairs.start, pairs.lot, lots.posts),
        pairs.score,
        ranking(people, config),
    )


def ranking(people: People, config: Matching) -> Int:
    """Return each person's place in the ranking, 1 first.

    Points for months of enrolment and for the support band (`[incrocio.graduatoria]`); then who
    enrolled first; then a number drawn from the profile and from nothing else (`canonical`).
    """
    rule = config.graduatoria
    band = np.array(rule.punti_fascia, dtype=np.int64)[people.support - 1]
    months = people.enrolled.astype(np.int64) // _DAYS_A_MONTH
    points = rule.punti_mese_iscrizione * months + band
    order = np.lexsort((people.key, -people.enrolled.astype(np.int64), -points))
    rank = np.empty(len(people), dtype=np.int64)
    rank[order] = np.arange(1, len(people) + 1)
    return rank


def assign(market: Market, regime: Regime, config: Matching) -> Assignment:
    """Return who gets which post under one regime.

    «massimo_punteggio»: the greatest total score. «posti_poi_punteggio»: as many posts as
    possible, then the greatest score. «graduatoria»: deferred acceptance, people by score, lots
    by the ranking (residents of the lot's province first where the configuration says so).
    «graduatoria_poi_punteggio»: people in the ranking's order, each kept if a post can be found
    for all kept so far, then the greatest score. Equal optima: who enrolled earlier, then keys.
    """
    if regime == "graduatoria":
        return Assignment(
            regime,
            deferred_acceptance(market.graph, market.score, priority(market, config)),
            None,
        )
    graph = market.graph
    settled = settle(graph, [(aim, _weight(market, aim)) for aim in _AIMS[regime]])
    for turn in range(_TURNS):
        if is_only(settled.last, settled.edge):
            break
        keys = market.people.key[graph.sources()]
        ties = tie_break(keys, market.lots.key[graph.lot], turn)
        settled = settle(graph, [(f"spareggio {turn + 1}", ties)], settled)
    return Assignment(regime, settled.edge, settled)


_AIMS: dict[Regime, tuple[str, ...]] = {
    "massimo_punteggio": ("punteggio", "anzianita"),
    "posti_poi_punteggio": ("posti", "punteggio", "anzianita"),
    "graduatoria_poi_punteggio": ("graduatoria", "punteggio"),
}


def _weight(market: Market, aim: str) -> Int:
    """Return what an aim gives for every edge."""
    sources = market.graph.sources()
    match aim:
        case "posti":
            return np.ones(len(sources), dtype=np.int8)
        case "graduatoria":
            return (len(market.people) + 1 - market.rank).astype(np.int32)[sources]
        case "anzianita":
            return market.people.enrolled[sources]
        case _:
            return market.score


def priority(market: Market, config: Matching) -> Int:
    """Return, for each edge, the person's turn at the lot: the lower, the sooner."""
    turn: Int = market.rank[market.graph.sources()]
    if config.graduatoria.prima_chi_risiede_in_provincia:
        turn = turn + len(market.people) * market.crosses
    return turn
