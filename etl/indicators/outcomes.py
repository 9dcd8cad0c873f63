"""F1–F10: what became of the people whom a service took on, and who the service works with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etl.indicators.estimates import (
    Z95,
    Estimate,
    byar,
    median,
    proportion,
    proportion_limits,
    quantile,
    ratio,
    ratio_limits,
)


def employment_rate(occupied: float, observable: float) -> Estimate:
    """F1: people in work at the horizon, of the entries that can be observed up to it."""
    return proportion(occupied, observable)


def started_in_time(started: float, entries: float) -> Estimate:
    """F2: people with a contract within 180 days, of the entries."""
    return proportion(started, entries)


def stable_share(stable: float, hires: float) -> Estimate:
    """F3: permanent contracts, or of twelve months and more, of all hires."""
    return proportion(stable, hires)


def median_tenure(days: Sequence[int], ended: Sequence[bool]) -> int | None:
    """F3: median days of a contract by Kaplan–Meier; None where half have not ended yet.

    `ended` says which contracts are over; the others are censored at the days seen so far.
    """
    if len(days) != len(ended):
        raise ValueError("one mark for each duration")
    left, survival = len(days), 1.0
    pairs: list[tuple[int, bool]] = sorted(zip(days, ended, strict=True))
    for day in dict.fromkeys(day for day, _ in pairs):
        marks = [over for seen, over in pairs if seen == day]
        survival *= 1 - sum(marks) / left
        left -= len(marks)
        if survival <= 0.5:
            return day
    return None


def retention(still: float, hired: float) -> Estimate:
    """F4: people still in work at the horizon, with any employer, of those hired."""
    return proportion(still, hired)


@dataclass(frozen=True)
class Waiting:
    """Days between two events: median, ninth decile, how many were measured."""

    median: float
    p90: float
    n: int


def activation_time(days: Sequence[float]) -> Waiting | None:
    """F5: days from the assignment to the first service; None where none was measured."""
    if not days:
        return None
    return Waiting(median(days), quantile(days, 0.9), len(days))


@dataclass(frozen=True)
class Benefit:
    """Perceived benefit: mean change (points of the scale), share improved, response rate."""

    change: float | None
    improved: Estimate
    response: Estimate


def perceived_benefit(answers: Sequence[tuple[float, float]], asked: int) -> Benefit:
    """F6: from (score at entry, score at exit), each from 1 to 5, of those asked at both times."""
    if any(not 1 <= score <= 5 for pair in answers for score in pair):
        raise ValueError("scores go from 1 to 5")
    differences = [after - before for before, after in answers]
    mean = sum(differences) / len(differences) if differences else None
    better = sum(difference > 0 for difference in differences)
    return Benefit(mean, proportion(better, len(answers)), proportion(len(answers), asked))


def z_scores(values: Sequence[float]) -> list[float]:
    """Return each value as standard deviations from the mean; zeros where all are equal."""
    if not values:
        return []
    mean = sum(values) / len(values)
    spread = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    return [(value - mean) / spread if spread else 0.0 for value in values]


def network_effectiveness(
    rates: Sequence[float], benefits: Sequence[float], weight: float
) -> list[float]:
    """F7: weight · z(adjusted rate) + (1 − weight) · z(benefit), one value for each network.

    The weight is published beside it; the two criteria are always shown apart as well.
    """
    if not 0 <= weight <= 1:
        raise ValueError("the weight goes from 0 to 1")
    return [
        weight * rate + (1 - weight) * benefit
        for rate, benefit in zip(z_scores(rates), z_scores(benefits), strict=True)
    ]


@dataclass(frozen=True)
class Adjusted:
    """Indirect standardisation: expected, O/E with its interval, and the adjusted rate."""

    observed: float
    expected: float
    ratio: float
    low: float
    high: float
    rate: float


def case_mix(observed: float, strata: Sequence[tuple[float, float]], overall: float) -> Adjusted:
    """F8: observed outcomes against those expected from (stratum's rate, people in the stratum).

    `overall` is the region's rate, on which the adjusted rate stands. Raises ValueError where
    nothing is expected.
    """
    expected = sum(rate * people for rate, people in strata)
    low, high = byar(observed, expected, 1.96)
    found = observed / expected
    return Adjusted(observed, expected, found, low, high, found * overall)


def funnel_limits(
    trials: float, rate: float | None = None, z: float = Z95, dispersion: float = 1.0
) -> tuple[float, float]:
    """F9: control limits at this size: of a proportion around `rate`, else of O/E (trials = E)."""
    if rate is None:
        return ratio_limits(trials, z, dispersion)
    return proportion_limits(rate, trials, z, dispersion)


def specialisation(group: float, clients: float, regional_group: float, region: float) -> Estimate:
    """F10: share of the group among the operator's clients over its share in the region."""
    own, common = proportion(group, clients), proportion(regional_group, region)
    if own.value is None or not common.value:
        return Estimate(None, group, clients)
    return ratio(own.value, common.value)


def concentration(parts: Mapping[str, float] | Sequence[float]) -> float | None:
    """F10: Herfindahl's index Σs² of the shares; None where there is nothing to share."""
    values = list(parts.values()) if isinstance(parts, Mapping) else list(parts)
    total = sum(values)
    return sum((value / total) ** 2 for value in values) if total else None
