"""One linear system of all published tables: cells, the equations that tie them, what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


class MalformedSystemError(ValueError):
    """Cells and equations do not form a system; the text names the cell."""


class Standing(IntEnum):
    """What may happen to a cell before any choice is made."""

    FREE = 0  # may be shown or hidden
    KNOWN = 1  # everyone knows it: it cannot be hidden (structural zeros, figures already out)
    HIDDEN = 2  # must be hidden
    LATENT = 3  # never published anywhere: it only ties tables together


@dataclass(frozen=True)
class Equation:
    """A sum that everyone knows: the parent is the sum of its children (ids of cells)."""

    parent: str
    children: tuple[str, ...]


@dataclass(frozen=True)
class Insider:
    """Somebody who stands behind some cells: their places, and what it brought to each of them."""

    cells: Integers
    own: Integers


@dataclass(frozen=True)
class System:
    """All cells of all tables, each once, in the order of their ids, and their equations.

    `value` is the true figure (restricted); `sensitive` marks the cells that break a primary
    rule and `width` how wide (max − min) their interval must stay. A hidden cell that breaks no
    rule needs its width too, unless everyone can see that it is at least `harmless_from` (for a
    count, the threshold: learning a large count harms nobody). `floor` and `ceiling` are bounds
    that everyone knows. `largest` is the largest single contribution and `alone` says that there
    is no other: such contributors attack from inside. `insiders` are those known by all that they
    brought, whatever the cells. Cells of one `bundle` are hidden together.
    `series` is what the cell describes whatever the period. `matrix` holds one equation a row
    (+1 children, −1 parent): matrix @ value == 0.
    """

    ids: tuple[str, ...]
    series: tuple[str, ...]
    value: Integers
    sensitive: Booleans
    width: Integers
    harmless_from: Floats
    standing: Integers
    weight: Floats
    floor: Floats
    ceiling: Floats
    largest: Integers
    alone: Booleans
    bundle: Integers
    matrix: Any
    insiders: tuple[Insider, ...] = ()

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.ids)

    @property
    def publishable(self) -> Booleans:
        """The cells that stand in some table (all but the latent ones)."""
        return np.asarray(self.standing != Standing.LATENT)

    @property
    def movable(self) -> Booleans:
        """The cells that could have another value for a reader who is not told them."""
        return np.asarray(
            (self.standing != Standing.KNOWN)
            & ((self.value > self.floor) | (self.value < self.ceiling))
        )

    def positions(self, ids: Iterable[str]) -> Integers:
        """Return where these cells stand; raises MalformedSystemError for an unknown id."""
        index = {name: place for place, name in enumerate(self.ids)}
        try:
            return np.array([index[name] for name in ids], dtype=np.int64)
        except KeyError as error:
            raise MalformedSystemError(f"cell {error.args[0]!r} is not in the system") from None

    def with_changes(self, **changes: Any) -> System:
        """Return the system with some of its arrays replaced."""
        return replace(self, **changes)


_DEFAULTS: dict[str, Any] = {
    "sensitive": False,
    "width": 1,
    "harmless_from": np.inf,
    "standing": int(Standing.FREE),
    "weight": 1.0,
    "floor": 0.0,
    "ceiling": np.inf,
    "largest": 0,
    "alone": False,
}


def build_system(
    cells: pd.DataFrame,
    equations: Iterable[Equation],
    insiders: Iterable[Mapping[str, int]] = (),
) -> System:
    """Return the joint system; the order of rows and equations does not matter.

    `cells` needs `id` (text) and `value` (integer); other columns, with their defaults: series
    (the id), sensitive (False), width (1), harmless_from (∞), standing (FREE), weight (1), floor
    (0), ceiling (∞), largest (0), alone (False), bundle (the id; text). An empty field is
    the default. An id met twice is one cell of several tables: it takes the strictest of each
    column, and must have one value.
    Each of `insiders` maps the cells that somebody stands behind to what they brought to them.
    Raises MalformedSystemError for a value met in two versions, an unknown child or a wrong sum.
    """
    frame = _merged(cells)
    ids = tuple(frame["id"])
    index = {name: place for place, name in enumerate(ids)}
    unique = sorted({(item.parent, tuple(sorted(item.children))) for item in equations})
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    for row, (parent, children) in enumerate(unique):
        for name, sign in [(parent, -1.0), *((child, 1.0) for child in children)]:
            if name not in index:
                raise MalformedSystemError(f"an equation names {name!r}, which is not a cell")
            rows.append(row)
            columns.append(index[name])
            signs.append(sign)
    matrix = sp.csr_matrix((signs, (rows, columns)), shape=(len(unique), len(ids)))
    value = frame["value"].to_numpy(np.int64)
    wrong = np.flatnonzero(np.abs(matrix @ value) > 0)
    if len(wrong):
        raise MalformedSystemError(f"the children of {unique[wrong[0]][0]!r} do not add up to it")
    if (value < frame["floor"].to_numpy()).any() or (value > frame["ceiling"].to_numpy()).any():
        raise MalformedSystemError("a value lies outside its own floor and ceiling")
    return System(
        ids=ids,
        series=tuple(frame["series"]),
        value=value,
        sensitive=frame["sensitive"].to_numpy(bool),
        width=frame["width"].to_numpy(np.int64),
        harmless_from=frame["harmless_from"].to_numpy(np.float64),
        standing=frame["standing"].to_numpy(np.int64),
        weight=frame["weight"].to_numpy(np.float64),
        floor=frame["floor"].to_numpy(np.float64),
        ceiling=frame["ceiling"].to_numpy(np.float64),
        largest=frame["largest"].to_numpy(np.int64),
        alone=frame["alone"].to_numpy(bool),
        bundle=np.unique(frame["bundle"].to_numpy(str), return_inverse=True)[1].astype(np.int64),
        matrix=matrix,
        insiders=_distinct(_insider(given, index) for given in insiders),
    )


def _distinct(insiders: Iterable[Insider]) -> tuple[Insider, ...]:
    """Return the insiders in a fixed order, those who know the same as another only once."""
    found = {(item.cells.tobytes(), item.own.tobytes()): item for item in insiders}
    return tuple(found[key] for key in sorted(found))


def _insider(brought: Mapping[str, int], index: Mapping[str, int]) -> Insider:
    unknown = sorted(set(brought) - set(index))
    if unknown:
        raise MalformedSystemError(f"an insider names {unknown[0]!r}, which is not a cell")
    names = sorted(brought)
    return Insider(
        cells=np.array([index[name] for name in names], dtype=np.int64),
        own=np.array([brought[name] for name in names], dtype=np.int64),
    )


def _merged(cells: pd.DataFrame) -> pd.DataFrame:
    frame = cells.copy()
    for column, default in _DEFAULTS.items():
        given = frame[column] if column in frame else pd.Series(default, index=frame.index)
        frame[column] = given.where(given.notna(), default).astype(type(default))
    for column in ("series", "bundle"):
        given = frame[column] if column in frame else frame["id"]
        frame[column] = given.where(given.notna(), frame["id"])
    # latent in one table and published in another is published
    frame["latent"] = frame["standing"] == Standing.LATENT
    frame["known"] = frame["standing"] == Standing.KNOWN
    frame["hidden"] = frame["standing"] == Standing.HIDDEN
    grouped = frame.groupby("id", sort=True)
    versions = grouped["value"].nunique()
    if (versions > 1).any():
        raise MalformedSystemError(
            f"cell {versions.index[versions > 1][0]!r} has two different values"
        )
    merged = grouped.agg(
        series=("series", "min"),
        value=("value", "first"),
        sensitive=("sensitive", "any"),
        width=("width", "max"),
        harmless_from=("harmless_from", "max"),
        latent=("latent", "all"),
        known=("known", "any"),
        hidden=("hidden", "any"),
        weight=("weight", "max"),
        floor=("floor", "max"),
        ceiling=("ceiling", "min"),
        largest=("largest", "max"),
        alone=("alone", "any"),
        bundle=("bundle", "min"),
    )
    conflict = merged.index[merged["known"] & (merged["sensitive"] | merged["hidden"])]
    if len(conflict):
        raise MalformedSystemError(f"cell {conflict[0]!r} is known to everyone and must be hidden")
    merged["standing"] = np.select(
        [merged["latent"], merged["known"], merged["hidden"] | merged["sensitive"]],
        [int(Standing.LATENT), int(Standing.KNOWN), int(Standing.HIDDEN)],
        int(Standing.FREE),
    )
    return merged.reset_index()
