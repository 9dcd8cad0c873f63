"""A region's matching as the build runs it: every regime, each with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from etl.config import Matching
from etl.derive.matching import figures
from etl.derive.matching.certificate import faults
from etl.derive.matching.pairs import possible_pairs
from etl.derive.matching.profiles import Supply, places_of, supply
from etl.derive.matching.regimes import REGIMES, Assignment, Market, assign, market, priority
from etl.derive.matching.scoring import Scoring, scoring
from etl.derive.matching.stable import blocking_pairs
from etl.derive.matching.vacancies import Demand, demand
from etl.problems import ReleaseRefusedError
from etl.receive.geography import Geography


@dataclass(frozen=True)
class RegionMatching:
    """People, vacancies, who fits what, and who gets which post under every regime.

    All of it is restricted. `assignments` stand in the order of `REGIMES`; each is proven.
    """

    config: Matching
    supply: Supply
    demand: Demand
    rules: Scoring
    market: Market
    assignments: tuple[Assignment, ...]

    @property
    def chosen(self) -> Assignment:
        """The assignment of the regime that the Region chose."""
        return next(one for one in self.assignments if one.regime == self.config.regime)

    @cached_property
    def frontiers(self) -> pd.DataFrame:
        """What crossing borders gains, province by province; the last row is the region."""
        return figures.frontiers(self.market)

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """The regimes side by side."""
        return figures.comparison(self.market, self.assignments)


def match_region(
    profiles: pd.DataFrame,
    vacancies: pd.DataFrame,
    geography: Geography,
    occupations: pd.DataFrame,
    when: pd.Timestamp,
    config: Matching,
) -> RegionMatching:
    """Return the matching of the offices' profiles with vacancies (rows of `posti-disponibili`).

    Raises ReleaseRefusedError where a result is not proven: then nothing of it may be shown.
    """
    places, place_of = places_of(geography)
    people = supply(profiles, geography, occupations, when.date())
    posts = demand(vacancies, place_of, config)
    rules = scoring(config)
    pairs = possible_pairs(places, people.people, posts.lots, rules)
    of = market(places, people.people, posts.lots, pairs, config)
    assignments = tuple(assign(of, regime, config) for regime in REGIMES)
    for one in assignments:
        _prove(of, one, config)
    return RegionMatching(config, people, posts, rules, of, assignments)


def _prove(of: Market, one: Assignment, config: Matching) -> None:
    graph = of.graph
    sources = graph.sources()
    if one.settled is None:
        turn = priority(of, config)
        blocking = blocking_pairs(sources, graph.lot, graph.posts, one.edge, of.score, turn)
        found = [f"coppie che si preferirebbero: {blocking}"] if blocking else []
    else:
        steps = one.settled.steps
        found = faults(sources, graph.lot, graph.posts, graph.people, one.edge, steps)
    if found:
        raise ReleaseRefusedError(
            f"L’incrocio con il regime «{one.regime}» non è dimostrato: {'; '.join(found)}. "
            "È un errore del programma: segnalarlo, e nel frattempo non usare l’incrocio."
        )
