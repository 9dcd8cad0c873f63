"""Cell-key perturbation: detailed counts of persons that may differ from the true ones by a few.

Each person has a key for life, HMAC-SHA256(secret, identifier) cut to 32 bits; the key of a cell
is the sum of its persons' keys modulo 2³². It picks the change from a fixed distribution, so the
same persons get the same published value in every table and every release, and repeating a
request teaches nothing. The change v has p(v) ∝ exp(a·v + b·v²), mean 0, the variance asked and
|v| within reach; no published value lies between 1 and the largest small one; zero stays zero.

Sources: Fraser, Wooton (2005), «A proposed method for confidentialising tabular output to protect
against differencing» (ABS); Marley, Leaver (2011) for the maximum-entropy distribution.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MODULUS = 2**32
SHORTEST_SECRET = 16


@dataclass(frozen=True)
class PerturbationTable:
    """How counts change: for each true count, the chance of each change.

    `chances[i][v + reach]` is the probability that a count of i becomes i + v; the last row holds
    for every greater count. No row needs the secret: the table can be published.
    """

    reach: int
    variance: float
    small: int
    chances: tuple[tuple[float, ...], ...]

    def expected_variance(self, count: int) -> float:
        """Return the variance of the change of one true count (its mean is 0)."""
        row = self.chances[min(count, len(self.chances) - 1)]
        return sum(chance * (place - self.reach) ** 2 for place, chance in enumerate(row))


@lru_cache(maxsize=8)
def perturbation_table(reach: int = 5, variance: float = 3.0, small: int = 4) -> PerturbationTable:
    """Return the table for |v| ≤ `reach`, this variance, and no published value in 1…`small`.

    Counts too small for that variance get the nearest that mean 0 allows. Raises ValueError where
    a count could reach neither zero nor a value above the small ones.
    """
    if not 0 <= small <= reach or variance <= 0:
        raise ValueError("la perturbazione chiede 0 ≤ piccoli ≤ massimo e una varianza positiva")
    rows = [
        _chances(_allowed(count, reach, small), reach, variance)
        for count in range(reach + small + 2)
    ]
    return PerturbationTable(reach, variance, small, tuple(rows))


def _allowed(count: int, reach: int, small: int) -> list[int]:
    if count == 0:
        return [0]
    return [
        change
        for change in range(-reach, reach + 1)
        if count + change == 0 or count + change > small
    ]


def _chances(allowed: list[int], reach: int, variance: float) -> tuple[float, ...]:
    if allowed == [0]:
        solved = [1.0]
    else:
        low, high = -60.0, 60.0
        for _ in range(80):
            middle = (low + high) / 2
            spread = sum(
                chance * change**2
                for chance, change in zip(_tilted(allowed, middle), allowed, strict=True)
            )
            low, high = (middle, high) if spread < variance else (low, middle)
        solved = _tilted(allowed, (low + high) / 2)
    row = [0.0] * (2 * reach + 1)
    for chance, change in zip(solved, allowed, strict=True):
        # nine decimals, so that the table is the same on every machine
        row[change + reach] = round(chance, 9)
    return tuple(row)


def _tilted(allowed: list[int], curve: float) -> list[float]:
    """Return the distribution exp(a·v + curve·v²) on the allowed changes that has mean 0."""
    low, high = -700.0, 700.0
    chances: list[float] = []
    for _ in range(80):
        slope = (low + high) / 2
        exponents = [slope * change + curve * change**2 for change in allowed]
        top = max(exponents)
        weights = [math.exp(exponent - top) for exponent in exponents]
        total = sum(weights)
        chances = [weight / total for weight in weights]
        mean = sum(chance * change for chance, change in zip(chances, allowed, strict=True))
        low, high = (slope, high) if mean < 0 else (low, slope)
    return chances


class Perturber:
    """Counts persons, and returns nothing but perturbed counts.

    Neither the true counts nor any key leaves this object.
    """

    def __init__(self, secret: bytes, table: PerturbationTable | None = None) -> None:
        """Raises ValueError for a secret that is too short to be one."""
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(
                f"il segreto della perturbazione deve avere almeno {SHORTEST_SECRET} byte"
            )
        self._secret = secret
        self._table = table or perturbation_table()
        self._keys: dict[str, int] = {}
        cumulative = np.cumsum(np.array(self._table.chances), axis=1)
        self._cuts = np.round(cumulative * MODULUS).astype(np.uint64)
        # whatever rounding left over belongs to the last possible change
        for cuts, chances in zip(self._cuts, self._table.chances, strict=True):
            last = max(place for place, chance in enumerate(chances) if chance > 0)
            cuts[last:] = MODULUS

    def __repr__(self) -> str:
        return "Perturber(…)"

    def counts(
        self, records: pd.DataFrame, person: str, by: Sequence[str], name: str = "persone"
    ) -> pd.DataFrame:
        """Return the perturbed number of distinct persons in each group.

        `person` names the column of identifiers, `by` the grouping columns (none: the total).
        One row a group that occurs, sorted; columns `by` and `name` (Int64). Groups that do not
        occur hold nobody, and nobody stays zero. Raises ValueError for a missing identifier.
        """
        if records[person].isna().any():
            raise ValueError("una riga non ha l’identificativo della persona")
        columns = list(by)
        distinct = records[[person, *columns]].drop_duplicates()
        frame = distinct[columns].assign(_key=self._keys_of(distinct[person]), _one=1)
        if columns:
            groups = frame.groupby(columns, sort=True, dropna=False)[["_key", "_one"]].sum()
        else:
            groups = frame[["_key", "_one"]].sum().to_frame().T
        values = self._perturbed(
            groups["_one"].to_numpy(np.int64), groups["_key"].to_numpy(np.int64)
        )
        released = groups.reset_index()[columns]
        released[name] = pd.array(values, dtype="Int64")
        return released

    def _keys_of(self, persons: pd.Series[str]) -> NDArray[np.int64]:
        keys = self._keys
        found = []
        for person in persons.astype("str"):
            key = keys.get(person)
            if key is None:
                digest = hmac.digest(self._secret, person.encode(), hashlib.sha256)
                key = keys[person] = int.from_bytes(digest[:4], "big")
            found.append(key)
        return np.array(found, dtype=np.int64)

    def _perturbed(self, counts: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
        # sums of fewer than 2³¹ keys stay within 64 bits
        draws = (keys % MODULUS).astype(np.uint64)
        rows = self._cuts[np.minimum(counts, len(self._cuts) - 1)]
        changes = (draws[:, None] >= rows).sum(axis=1) - self._table.reach
        return np.asarray(counts + changes)
