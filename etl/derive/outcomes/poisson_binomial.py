"""The exact distribution of how many succeed among people with unlike chances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.derive.outcomes.intervals import Floats, Ints


def distribution(chances: Floats) -> Floats:
    """Return P(N = 0), …, P(N = n): the convolution of [1 − p, p] over the people."""
    found = np.zeros(len(chances) + 1)
    found[0] = 1.0
    for seen, chance in enumerate(chances.tolist(), start=1):
        moved = found[:seen] * chance
        found[:seen] *= 1 - chance
        found[1 : seen + 1] += moved
    return found


def mid_p(observed: int, chances: Floats) -> float:
    """Return the two-sided mid-P: 2·min(F(o) − q/2, 1 − F(o) + q/2), q = P(N = o); at most 1."""
    probabilities = distribution(chances)
    half = probabilities[observed] / 2
    below = probabilities[:observed].sum() + half
    above = probabilities[observed + 1 :].sum() + half
    return float(min(1.0, 2 * min(below, above)))


def mid_p_of_groups(chances: Floats, groups: Ints, observed: Ints) -> Floats:
    """Return the mid-P of each group; `groups` numbers the people's groups from zero."""
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=len(observed)))
    people = np.split(chances[order], ends[:-1])
    return np.array(
        [mid_p(int(seen), own) for seen, own in zip(observed, people, strict=True)], dtype=float
    )


def discoveries(p_values: Floats, rate: float) -> NDArray[np.bool_]:
    """Return which p-values are discoveries at this false-discovery rate.

    Source: Benjamini and Hochberg (1995), step-up procedure.
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    under = p_values[order] <= rate * np.arange(1, count + 1) / max(count, 1)
    found = np.zeros(count, dtype=np.bool_)
    if under.any():
        found[order[: int(np.nonzero(under)[0][-1]) + 1]] = True
    return found
