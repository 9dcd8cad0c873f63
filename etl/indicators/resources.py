"""F15 and F21–F25: money, what an hour and an outcome cost, which services to keep."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from etl.indicators.estimates import Estimate, median, quantile, ratio

PARAMETERS = Path(__file__).with_name("parametri.toml")


@cache
def parameter(name: str) -> float:
    """Return a number of `parametri.toml`, where its source and the day it holds from stand."""
    return float(tomllib.loads(PARAMETERS.read_text(encoding="utf-8"))[name]["valore"])


@dataclass(frozen=True)
class Saturation:
    """How far a budget is used: committed of allocated, paid of committed, and what is left."""

    committed: Estimate
    paid: Estimate
    left: float


def saturation(allocated: float, committed: float, paid: float) -> Saturation:
    """F15: raises ValueError unless paid ≤ committed ≤ allocated."""
    if not paid <= committed <= allocated:
        raise ValueError("paid ≤ committed ≤ allocated")
    return Saturation(ratio(committed, allocated), ratio(paid, committed), allocated - committed)


def budget_flag(found: Saturation) -> str | None:
    """F15: whether the money still allows a measure to widen; None where nothing was allocated."""
    share = found.committed.value
    if share is None:
        return None
    if found.left <= 0:
        return "esaurite"
    return "in_esaurimento" if share >= parameter("risorse_in_esaurimento") else "disponibili"


@dataclass(frozen=True)
class UnitCost:
    """Cost of an hour (€): weighted over all hours, mean and median of operators, dispersion.

    `variation` is the standard deviation of the operators' costs over their mean; `excluded` how
    many operators were left out as outliers; None where fewer than two operators are left.
    """

    weighted: float
    mean: float
    median: float
    variation: float | None
    operators: int
    excluded: int


def hourly_cost(costs: Sequence[float], hours: Sequence[float]) -> UnitCost:
    """F21: from each operator's eligible cost and validated hours.

    Operators above the third quartile plus three interquartile ranges are left out. Raises
    ValueError where an operator has no hours.
    """
    if len(costs) != len(hours) or not costs or any(hour <= 0 for hour in hours):
        raise ValueError("each cost needs its hours, above zero")
    rates = [cost / hour for cost, hour in zip(costs, hours, strict=True)]
    first, third = quantile(rates, 0.25), quantile(rates, 0.75)
    limit = third + 3 * (third - first)
    kept = [place for place, rate in enumerate(rates) if rate <= limit]
    chosen = [rates[place] for place in kept]
    mean = sum(chosen) / len(chosen)
    variation = None
    if len(chosen) > 1:
        squares = sum((rate - mean) ** 2 for rate in chosen)
        variation = math.sqrt(squares / (len(chosen) - 1)) / mean
    return UnitCost(
        sum(costs[place] for place in kept) / sum(hours[place] for place in kept),
        mean,
        median(chosen),
        variation,
        len(chosen),
        len(rates) - len(chosen),
    )


def updated_cost(cost: float, index_now: float, index_then: float) -> float:
    """F21: the cost brought to today by the consumer prices of workers' families (FOI)."""
    if index_then <= 0:
        raise ValueError("the index must be above zero")
    return cost * index_now / index_then


def staff_hour(annual_cost: float) -> float:
    """F22: annual gross cost of employment over a year's hours (Reg. EU 2021/1060, art. 55)."""
    return annual_cost / parameter("ore_anno")


def flat_rates(direct: float, staff: float) -> dict[str, float]:
    """F23: what each flat rate adds, on direct costs or on those of staff (arts. 54 and 56)."""
    return {
        "indiretti_su_diretti": direct * parameter("indiretti_su_diretti"),
        "indiretti_su_personale": staff * parameter("indiretti_su_personale"),
        "restanti_su_personale": staff * parameter("restanti_su_personale"),
    }


def with_flat_rate(staff_hour_cost: float) -> float:
    """F23: an hour of staff with the flat rate for all other costs."""
    return staff_hour_cost * (1 + parameter("restanti_su_personale"))


def cost_per_outcome(cost: float, outcomes: float) -> Estimate:
    """F24: cost of the service over the outcomes reached (€ each)."""
    return ratio(cost, outcomes)


@dataclass(frozen=True)
class PanelRule:
    """What a service must show to enter the panel of effective services."""

    people: float = field(default_factory=lambda: parameter("panel_persone"))
    improved: float = field(default_factory=lambda: parameter("panel_migliorati"))
    variation: float = field(default_factory=lambda: parameter("panel_variazione"))
    territories: float = field(default_factory=lambda: parameter("panel_territori"))


def panel_faults(
    people: int,
    ratio_low: float | None,
    improved: float | None,
    variation: float | None,
    territories: int,
    rule: PanelRule | None = None,
) -> list[str]:
    """F25: why a service does not enter the panel, as keys; empty where it enters.

    It enters with enough people, an effect (adjusted O/E surely above 1, or enough people who
    feel better), a cost that does not vary too much, and enough territories.
    """
    asked = rule or PanelRule()
    faults = []
    if people < asked.people:
        faults.append("poche_persone")
    effect = ratio_low is not None and ratio_low > 1
    felt = improved is not None and improved >= asked.improved
    if not (effect or felt):
        faults.append("effetto_non_mostrato")
    if variation is None or variation > asked.variation:
        faults.append("costo_disperso")
    if territories < asked.territories:
        faults.append("pochi_territori")
    return faults
