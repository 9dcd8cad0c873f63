"""How much operators differ beyond chance, and each one's effect drawn towards the mean.

Model: logit P(success) = logit(expected chance) + u, u ~ N(0, σ²), one u an operator. σ maximises
the marginal likelihood, integrated by the trapezoidal rule on one grid of effects (its error
vanishes faster than any power of the step); an operator's effect is its posterior mean, with its
posterior 2.5 % and 97.5 % points, averaged over what the data leave open about σ (a flat prior):
with σ fixed at its estimate, intervals would be too narrow where operators are few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from etl.derive.outcomes.intervals import Floats, Ints, alike

REACH, STEPS = 5.0, 401
SMALLEST_SIGMA, LARGEST_SIGMA = 0.02, 2.0
# A gain in log likelihood under this is no sign that operators differ.
_LEAST_GAIN = 1e-6
SIGMAS = 40
_NEGLIGIBLE = 1e-6
_GOLDEN = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Effects:
    """σ on the logit scale (the over-dispersion), and each group's effect with its interval."""

    sigma: float
    mean: Floats
    low: Floats
    high: Floats


class _Likelihood:
    """Log likelihood of each group at any effect, from tables that are made once."""

    def __init__(self, chances: Floats, groups: Ints, observed: Ints) -> None:
        self.group, self.logit, self.count = alike(chances, groups)
        self.observed = observed.astype(np.float64)

    def at(self, effects: Floats) -> Floats:
        """Return log L up to a constant, groups × effects."""
        table = np.empty((len(self.observed), len(effects)))
        for place, effect in enumerate(effects):
            softplus = np.logaddexp(0, self.logit + effect) * self.count
            spent = np.bincount(self.group, weights=softplus, minlength=len(self.observed))
            table[:, place] = self.observed * effect - spent
        return table


def fit_effects(chances: Floats, groups: Ints, observed: Ints) -> Effects:
    """Return σ and the shrunken effects; `groups` numbers the people's groups from zero."""
    likelihood = _Likelihood(chances, groups, observed)
    grid = np.linspace(-REACH, REACH, STEPS)
    table = likelihood.at(grid)

    def marginal(sigma: float) -> float:
        prior = -0.5 * (grid / sigma) ** 2
        prior -= _log_sum(prior[None, :])[0]
        return float(_log_sum(table + prior).sum())

    sigma = _largest(marginal, SMALLEST_SIGMA, LARGEST_SIGMA)
    if marginal(sigma) <= float(likelihood.at(np.zeros(1)).sum()) + _LEAST_GAIN:
        sigma = 0.0
    # σ itself is uncertain, all the more where operators are few: average over its likelihood
    sigmas = np.geomspace(SMALLEST_SIGMA, LARGEST_SIGMA, SIGMAS)
    weights = np.array([marginal(value) for value in sigmas]) + np.log(sigmas)
    weights = np.exp(weights - weights.max())
    posterior = np.zeros_like(table)
    for value, weight in zip(sigmas, weights / weights.sum(), strict=True):
        if weight > _NEGLIGIBLE:
            joint = table - 0.5 * (grid / value) ** 2
            posterior += weight * np.exp(joint - _log_sum(joint)[:, None])
    posterior /= posterior.sum(axis=1, keepdims=True)
    cumulative = np.cumsum(posterior, axis=1) - posterior / 2
    return Effects(
        sigma,
        posterior @ grid,
        _quantile(grid, cumulative, 0.025),
        _quantile(grid, cumulative, 0.975),
    )


def _quantile(grid: Floats, cumulative: Floats, share: float) -> Floats:
    return np.array([np.interp(share, row, grid) for row in cumulative])


def _log_sum(table: Floats) -> Floats:
    top = table.max(axis=1)
    found: Floats = top + np.log(np.exp(table - top[:, None]).sum(axis=1))
    return found


def _largest(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a one-peaked function is largest, by golden-section search."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > 1e-7:
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
    return (low + high) / 2
