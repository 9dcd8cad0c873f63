"""How well a possible pair fits: whole points, weighted as the Region decides.

Every component goes from 0 to 100 and is rounded down; the score is their sum weighted by the
hundredths in `portale.toml`, so it lies between 0 and 10,000 and needs no fractions: a browser
that follows these rules gets the same number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.config import Matching
from etl.derive.matching.encode import WANTS, Int

COMPONENTS: tuple[str, ...] = (
    "professione",
    "capacita",
    "vicinanza",
    "orario",
    "sostegno",
    "preferenza",
    "formazione",
)
"""The components in the order of their weights (keys of `[incrocio.pesi]`)."""

FULL_WEEK = 36
"""Weekly hours from which a person can take a full-time post (art. 2107 c.c., contracts)."""

# 100 × 1, .75, .5, .25: digits that two occupation codes share
AFFINITY: tuple[int, ...] = (0, 0, 25, 50, 75, 100)
PREFERENCE: tuple[int, ...] = (100, 80, 60, 40, 20)
# schooling that the nine great groups of CP2021 suppose (0 none … 5 degree)
SCHOOLING: tuple[int, ...] = (0, 5, 5, 4, 4, 3, 2, 2, 1, 2)


@dataclass(frozen=True)
class Scoring:
    """The numbers that the compiled loop works with."""

    digits: int
    weights: Int
    affinity: Int
    preference: Int
    schooling: Int


def scoring(config: Matching) -> Scoring:
    """Return the scoring that a configuration asks for."""
    weights = [getattr(config.pesi, name) for name in COMPONENTS]
    assert len(PREFERENCE) == WANTS
    return Scoring(
        config.cifre_professione,
        np.array(weights, dtype=np.int64),
        np.array(AFFINITY, dtype=np.int64),
        np.array(PREFERENCE, dtype=np.int64),
        np.array(SCHOOLING, dtype=np.int64),
    )
