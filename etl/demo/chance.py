"""Seeded draws that give the same values on every machine and Python version."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with weights, ready to be drawn from."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        kept = {value: weight for value, weight in weights.items() if weight > 0}
        self.values: tuple[T, ...] = tuple(kept)
        self.cumulative: tuple[float, ...] = tuple(accumulate(kept.values()))


class Chance:
    """A stream of draws named by its key: two streams with different keys are independent.

    Everything comes from `Random.random()`, the only sequence that Python promises to keep.
    """

    def __init__(self, *key: object) -> None:
        self._random = Random(":".join(map(str, key))).random

    def happens(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random() < probability

    def below(self, stop: int) -> int:
        """Return an integer from 0 to `stop` − 1."""
        return int(self._random() * stop)

    def between(self, first: int, last: int) -> int:
        """Return an integer from `first` to `last`, both included."""
        return first + int(self._random() * (last - first + 1))

    def share(self, low: float, high: float) -> float:
        """Return a number between `low` and `high`."""
        return low + self._random() * (high - low)

    def one(self, values: Sequence[T]) -> T:
        """Return one of the values, each as likely."""
        return values[int(self._random() * len(values))]

    def pick(self, weighted: Weighted[T]) -> T:
        """Return one of the values, by weight."""
        total = weighted.cumulative[-1]
        place = bisect_right(weighted.cumulative, self._random() * total)
        return weighted.values[min(place, len(weighted.values) - 1)]

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """Return up to `count` different values, in their own order."""
        left = list(range(len(values)))
        chosen = [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
        return [values[index] for index in sorted(chosen)]

    def successes(self, trials: int, probability: float) -> int:
        """Return how many of `trials` happen."""
        return sum(self._random() < probability for _ in range(trials))

    def heavy_tail(self, low: float, high: float, shape: float) -> int:
        """Return an integer between `low` and `high`, the large ones rare (bounded Pareto)."""
        tail = 1 - (low / high) ** shape
        return min(int(high), int(low / (1 - self._random() * tail) ** (1 / shape)))

    def run_length(self, mean: float) -> int:
        """Return an integer from 1 up, geometric, with the given mean."""
        if mean <= 1:
            return 1
        return 1 + int(log(1 - self._random()) / log(1 - 1 / mean))
