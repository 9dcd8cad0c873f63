"""Wilson's interval made for people with unequal chances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.indicators.estimates import Z95

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS = 52
_REACH = 30.0


def odds_shift_interval(
    chances: Floats, groups: Ints, observed: Ints, z: float = Z95
) -> tuple[Floats, Floats]:
    """Return, for each group, the interval of its expected successes, people being unlike.

    A group's effect multiplies everybody's odds by the same factor; the limits are the factors at
    which (observed − expected)² = z² variance. With equal chances they are Wilson's limits times
    the number of people. `chances` and `groups` (0, 1, …) are per person, `observed` per group.
    """
    count = len(observed)
    size = np.bincount(groups, minlength=count).astype(np.float64)
    owner, logits, times = alike(chances, groups)

    def mean_and_spread(shift: Floats) -> tuple[Floats, Floats]:
        shifted = 1 / (1 + np.exp(-(logits + shift[owner])))
        return (
            np.bincount(owner, weights=times * shifted, minlength=count).astype(np.float64),
            np.bincount(owner, weights=times * shifted * (1 - shifted), minlength=count).astype(
                np.float64
            ),
        )

    def limit(sign: float) -> Floats:
        low, high = np.full(count, -_REACH), np.full(count, _REACH)
        for _ in range(_STEPS):
            middle = (low + high) / 2
            mean, spread = mean_and_spread(middle)
            # the score falls as the factor grows
            above = (observed - mean) > sign * z * np.sqrt(spread)
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return mean_and_spread((low + high) / 2)[0]

    lower = np.where(observed == 0, 0.0, limit(1.0))
    upper = np.where(observed == size, size, limit(-1.0))
    return lower, upper


def alike(chances: Floats, groups: Ints) -> tuple[Ints, Floats, Floats]:
    """Return the group, the log odds and the number of the people of a group with one chance."""
    logits = np.round(np.log(chances) - np.log1p(-chances), 12)
    pairs, times = np.unique(np.column_stack([groups, logits]), axis=0, return_counts=True)
    return pairs[:, 0].astype(np.int64), pairs[:, 1], times.astype(np.float64)
