"""The funnel's limits: where a rate lies by chance, by number of people. Only for drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def interpolated_limits(
    rate: float, sizes: Floats, tail: float, sigma: float = 0.0
) -> tuple[Floats, Floats]:
    """Return the exact binomial limits, interpolated between counts, by number of people.

    `sizes` are whole numbers; `tail` is the chance left out on each side. With `sigma`, the
    operators' over-dispersion on the logit scale, the limits are as much wider as the standard
    deviation is. Source: Spiegelhalter (2005), «Funnel plots for comparing institutional
    performance», appendix A.1.
    """
    from scipy.stats import binom

    def limit(share: float) -> Floats:
        count = binom.ppf(share, sizes, rate)
        reached = binom.cdf(count, sizes, rate)
        over = (reached - share) / (reached - binom.cdf(count - 1, sizes, rate))
        found: Floats = (count - over) / sizes
        return found

    wider = np.sqrt(1 + sizes * rate * (1 - rate) * sigma**2)
    low = rate + (limit(tail) - rate) * wider
    high = rate + (limit(1 - tail) - rate) * wider
    return np.clip(low, 0, 1), np.clip(high, 0, 1)
