"""Figures with their uncertainty: proportions, ratios, intervals and control limits.

Nothing here reads a table: counts in, small frozen results out. A ratio without a denominator has
no value (None): it is not zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054
Z998 = 3.090232306167813

COMPARABLE = 20
FIRM = 50


@dataclass(frozen=True)
class Estimate:
    """A ratio: value (None without a denominator), 95 % interval where there is one, and parts."""

    value: float | None
    numerator: float
    denominator: float
    low: float | None = None
    high: float | None = None

    @property
    def comparable(self) -> bool:
        """Whether the denominator is large enough to compare it at all (n ≥ 20)."""
        return self.denominator >= COMPARABLE

    @property
    def weak(self) -> bool:
        """Whether it must be shown as a weak estimate (20 ≤ n < 50)."""
        return COMPARABLE <= self.denominator < FIRM


def _counted(*values: float) -> None:
    if any(value < 0 or not math.isfinite(value) for value in values):
        raise ValueError("counts and sums must be finite and not negative")


def wilson(successes: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson interval of a proportion (Wilson 1927); raises ValueError without trials.

    The bounds are exactly 0 and 1 where no case, or every case, is a success.
    """
    _counted(successes, trials)
    if trials <= 0 or successes > trials:
        raise ValueError("a proportion needs 0 ≤ successes ≤ trials and trials > 0")
    p, square = successes / trials, z * z
    centre = p + square / (2 * trials)
    spread = z * math.sqrt(p * (1 - p) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == trials else (centre + spread) / scale
    return low, high


def proportion(part: float, whole: float) -> Estimate:
    """Return part / whole with its Wilson 95 % interval; raises ValueError where part > whole."""
    _counted(part, whole)
    if part > whole:
        raise ValueError("the part cannot exceed the whole")
    if whole == 0:
        return Estimate(None, part, whole)
    low, high = wilson(part, whole)
    return Estimate(part / whole, part, whole, low, high)


def ratio(numerator: float, denominator: float) -> Estimate:
    """Return numerator / denominator, without an interval."""
    _counted(numerator, denominator)
    value = numerator / denominator if denominator else None
    return Estimate(value, numerator, denominator)


def change(now: float, before: float) -> Estimate:
    """Return (now − before) / before: how much something grew since the baseline."""
    _counted(now, before)
    value = (now - before) / before if before else None
    return Estimate(value, now, before)


def difference(part: float, whole: float, other: float, others: float) -> Estimate:
    """Return part / whole − other / others, with its 95 % interval (Newcombe 1998, method 10).

    `numerator` and `denominator` are those of the first proportion; without a denominator there is
    no value.
    """
    if not whole or not others:
        return Estimate(None, part, whole)
    p, q = part / whole, other / others
    (low, high), (other_low, other_high) = wilson(part, whole), wilson(other, others)
    below = math.hypot(p - low, other_high - q)
    above = math.hypot(high - p, q - other_low)
    return Estimate(p - q, part, whole, p - q - below, p - q + above)


def byar(observed: float, expected: float, z: float = Z95) -> tuple[float, float]:
    """Return Byar's interval of the ratio observed / expected (Breslow and Day 1987, p. 69)."""
    _counted(observed, expected)
    if expected <= 0:
        raise ValueError("the expected number must be above zero")
    more = observed + 1
    low = 0.0
    if observed:
        low = observed * (1 - 1 / (9 * observed) - z / (3 * math.sqrt(observed))) ** 3 / expected
    return max(0.0, low), more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3 / expected


def ratio_limits(expected: float, z: float = Z95, dispersion: float = 1.0) -> tuple[float, float]:
    """Return the funnel's limits of observed / expected around 1 (Spiegelhalter 2005)."""
    _counted(expected, dispersion)
    if expected <= 0:
        raise ValueError("the expected number must be above zero")
    spread = z * math.sqrt(dispersion / expected)
    return max(0.0, 1 - spread), 1 + spread


def proportion_limits(
    rate: float, trials: float, z: float = Z95, dispersion: float = 1.0
) -> tuple[float, float]:
    """Return the funnel's limits of a proportion around the common rate (Spiegelhalter 2005)."""
    _counted(rate, trials, dispersion)
    if not 0 <= rate <= 1 or trials <= 0:
        raise ValueError("the limits need a rate from 0 to 1 and trials > 0")
    spread = z * math.sqrt(dispersion * rate * (1 - rate) / trials)
    return max(0.0, rate - spread), min(1.0, rate + spread)


def dispersion(scores: Sequence[float], tail: float = 0.1) -> float:
    """Return φ, the mean square of z-scores winsorised at both tails; never below 1."""
    if not scores:
        return 1.0
    low, high = quantile(scores, tail), quantile(scores, 1 - tail)
    kept = [min(max(score, low), high) for score in scores]
    return max(1.0, sum(score * score for score in kept) / len(kept))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile by linear interpolation (Hyndman and Fan, type 7); raises if empty."""
    if not values:
        raise ValueError("no quantile of no value")
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return quantile(values, 0.5)
