"""Operators compared with what their own clients lead one to expect; never with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.derive.outcomes.case_mix import expected_chances
from etl.derive.outcomes.intervals import Floats, Ints, odds_shift_interval
from etl.derive.outcomes.poisson_binomial import discoveries, mid_p_of_groups
from etl.derive.outcomes.shrinkage import fit_effects
from etl.indicators.estimates import wilson

WEAK_UNDER = 50
FALSE_DISCOVERIES = 0.05
IN_LINE, ABOVE, BELOW = "in_linea", "sopra_atteso", "sotto_atteso"
WEAK, FULL = "debole", "piena"


@dataclass(frozen=True)
class Comparison:
    """One row a group with enough people, and the region's rate and over-dispersion.

    Columns of `table` (index: group): persone, con_esito, tasso and its limits (as they are);
    attesi, rapporto, tasso_aggiustato and its limits (indirectly standardised: observed over
    expected times the region's rate); tasso_stimato and its limits (shrunken); p (mid-P),
    segnale, affidabilita. Rates are shares.
    """

    table: pd.DataFrame
    rate: float
    sigma: float


def compare(
    people: pd.DataFrame,
    group: str,
    outcome: str,
    characteristics: Sequence[str],
    minimum: int,
) -> Comparison:
    """Return how each group with at least `minimum` people did, beside what was to be expected.

    `people` has one row a person whose outcome (0 or 1) is known; everybody, also of small groups,
    serves to say what is to be expected. Groups come in the order of their names.
    """
    people = people[people[outcome].notna()].reset_index(drop=True)
    people[outcome] = people[outcome].astype("float64")
    chances = expected_chances(people, outcome, characteristics)
    rate = float(people[outcome].mean()) if len(people) else 0.0
    sizes = people.groupby(group, sort=True).size()
    names = sizes[sizes >= minimum].index
    if not len(names):
        return Comparison(pd.DataFrame(index=names), rate, 0.0)
    inside = people[group].isin(names)
    place = {name: number for number, name in enumerate(names)}
    groups = people.loc[inside, group].map(place).to_numpy(np.int64)
    own = chances[inside].to_numpy(np.float64)
    seen = np.bincount(groups, weights=people.loc[inside, outcome]).astype(np.int64)
    count = np.bincount(groups)
    expected = np.bincount(groups, weights=own)
    raw = np.array([wilson(int(o), int(n)) for o, n in zip(seen, count, strict=True)])
    low, high = odds_shift_interval(own, groups, seen)
    effects = fit_effects(own, groups, seen)
    p_values = mid_p_of_groups(own, groups, seen)
    found = discoveries(p_values, FALSE_DISCOVERIES)
    scale = rate / expected
    table = pd.DataFrame(
        {
            "persone": count,
            "con_esito": seen,
            "tasso": seen / count,
            "tasso_min": raw[:, 0],
            "tasso_max": raw[:, 1],
            "attesi": expected,
            "rapporto": seen / expected,
            "tasso_aggiustato": np.minimum(seen * scale, 1),
            "tasso_aggiustato_min": np.minimum(low * scale, 1),
            "tasso_aggiustato_max": np.minimum(high * scale, 1),
            "tasso_stimato": np.minimum(_at(effects.mean, own, groups) * scale, 1),
            "tasso_stimato_min": np.minimum(_at(effects.low, own, groups) * scale, 1),
            "tasso_stimato_max": np.minimum(_at(effects.high, own, groups) * scale, 1),
            "p": p_values,
            "segnale": np.where(found, np.where(seen > expected, ABOVE, BELOW), IN_LINE),
            "affidabilita": np.where(count < WEAK_UNDER, WEAK, FULL),
        },
        index=names,
    )
    return Comparison(table, rate, effects.sigma)


def _at(effects: Floats, chances: Floats, groups: Ints) -> Floats:
    """Return each group's expected successes, were its effect this one."""
    odds = chances / (1 - chances) * np.exp(effects[groups])
    found = np.bincount(groups, weights=odds / (1 + odds), minlength=len(effects))
    return found.astype(np.float64)
