"""What perturbed counts and their perturbed totals say of one another, by linear programs.

Everyone knows how far a count can be from the one shown, and that the people of a total are those
of its parts. So each true count lies in an interval, and a reader of all tables may find a smaller
one. Here it is measured for every count that may be small.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

Cell = frozenset[tuple[str, str]]
Sum = tuple[Cell, tuple[Cell, ...]]
Row = Mapping[str, object]

TOLERANCE = 1e-6
# pairs of programs for all counts at once, and how many of those left are asked for their own ends
ROUNDS = 12
NARROWEST = 40


@dataclass(frozen=True)
class Counts:
    """The counts of the same people in all tables: what each can be, and which sums hold."""

    least: Mapping[Cell, int]
    most: Mapping[Cell, int]
    sums: Sequence[Sum]


@dataclass(frozen=True)
class Spread:
    """How many values are left for counts that may be small.

    `asked`: how many there are; `exact`: those with one value left; `fewest`: a number of values
    that each of them has left at least, as far as `wanted` is looked for (None: nothing may be
    small). `consistent`: some counts of people agree with all that is shown.
    """

    asked: int = 0
    exact: int = 0
    fewest: int | None = None
    consistent: bool = True


def spread(counts: Counts, small: int, wanted: int) -> Spread:
    """Return how many whole values each count has left that may be under `small`.

    More than `wanted` are not looked for. Figures that no sum ties keep the values that their own
    perturbation leaves.
    """
    names = sorted(counts.least, key=sorted)
    place = {name: rank for rank, name in enumerate(names)}
    low = np.array([counts.least[name] for name in names], dtype=float)
    high = np.array([counts.most[name] for name in names], dtype=float)
    system = _System(_matrix(counts.sums, place), low, high)
    asked = np.flatnonzero(low < small)
    if system.start is None:
        return Spread(asked=len(asked), consistent=False)
    values = {int(cell): int(high[cell] - low[cell]) + 1 for cell in asked if not system.tied[cell]}
    tied = asked[system.tied[asked]]
    found = system.widths(tied, wanted - 1)
    values |= {int(cell): int(width) + 1 for cell, width in zip(tied, found, strict=True)}
    return Spread(
        asked=len(asked),
        exact=sum(number <= 1 for number in values.values()),
        fewest=min(values.values(), default=None),
    )


def sums_of(
    rows: Sequence[Row], dimensions: Iterable[str], margins: Iterable[str], total: str
) -> list[Sum]:
    """Return which published cells are sums of others, by one dimension at a time.

    Codes of territories stand at several levels; `livello_territorio` and the codes of what they
    are in say which is part of which.
    """
    names = sorted(dimensions)
    known = {cell_of(row, names, total) for row in rows}
    parts: dict[Cell, list[Cell]] = {}
    inside = _inside(rows)
    for row in rows:
        own = cell_of(row, names, total)
        for name in names:
            code = str(row[name])
            if name in margins and code != total:
                above = total
            elif name == TERRITORY and code in inside:
                above = inside[code]
            else:
                continue
            whole = cell_of({**row, name: above}, names, total)
            if whole in known:
                parts.setdefault(whole | {("", name)}, []).append(own)
    return [
        (frozenset(pair for pair in whole if pair[0]), tuple(sorted(cells, key=sorted)))
        for whole, cells in sorted(parts.items(), key=lambda item: sorted(item[0]))
    ]


TERRITORY = "codice_territorio"
_LEVELS = ("regione", "provincia", "ambito", "comune")


def cell_of(row: Row, names: Iterable[str], total: str) -> Cell:
    """Return what a row counts: its codes, totals left out."""
    return frozenset((name, str(row[name])) for name in names if str(row[name]) != total)


def _inside(rows: Sequence[Row]) -> dict[str, str]:
    """Return, for each territory, the smallest published one that it lies in."""
    levels = {
        str(row[TERRITORY]): str(row["livello_territorio"]) for row in rows if TERRITORY in row
    }
    regions = [code for code, level in levels.items() if level == _LEVELS[0]]
    found = {}
    for row in rows:
        code = str(row.get(TERRITORY))
        above = [row.get("codice_ambito"), row.get("codice_provincia"), *regions]
        larger = [str(one) for one in above if one and str(one) != code and str(one) in levels]
        if code in levels and levels[code] != _LEVELS[0] and larger:
            found[code] = larger[0]
    return found


def _matrix(sums: Sequence[Sum], place: Mapping[Cell, int]) -> sp.csr_matrix:
    rows, columns, signs = [], [], []
    for number, (whole, parts) in enumerate(sums):
        for cell, sign in ((whole, -1.0), *((part, 1.0) for part in parts)):
            rows.append(number)
            columns.append(place[cell])
            signs.append(sign)
    return sp.csr_matrix((signs, (rows, columns)), shape=(len(sums), len(place)))


class _System:
    """Counts within their limits, and sums that hold exactly."""

    def __init__(
        self, matrix: sp.csr_matrix, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> None:
        self.matrix, self.low, self.high = matrix, low, high
        self.tied = np.asarray(matrix.getnnz(axis=0) > 0)
        self.start = self._solve(np.zeros(len(low)), self.matrix, slice(None))

    def widths(self, asked: NDArray[np.int64], enough: int) -> NDArray[np.float64]:
        """Return a width that each count asked has at least, and `enough` where that is reached.

        Two tables that agree with all that is shown serve many counts at once. A count whose width
        they leave open is asked for its own ends, among those that sums tie to it; of the others
        that stay narrow, only the narrowest are.
        """
        assert self.start is not None
        most, least = self.start.copy(), self.start.copy()

        def push(
            cost: NDArray[np.float64], cells: NDArray[np.int64], matrix: sp.csr_matrix
        ) -> None:
            for sign in (1.0, -1.0):
                answer = self._solve(sign * cost, matrix, cells)
                assert answer is not None  # the whole system has an answer, so has a part
                most[cells] = np.maximum(most[cells], answer)
                least[cells] = np.minimum(least[cells], answer)

        def width(cells: NDArray[np.int64]) -> NDArray[np.float64]:
            return np.asarray(np.floor(most[cells] + TOLERANCE) - np.ceil(least[cells] - TOLERANCE))

        generator = np.random.default_rng(68)
        for _ in range(ROUNDS):
            left = asked[width(asked) < enough]
            if len(left):
                cost = np.zeros(len(self.low))
                cost[left] = generator.choice([-1.0, 1.0], len(left))
                push(cost, np.arange(len(self.low)), self.matrix)
        left = asked[width(asked) < enough]
        left = left[np.argsort(width(left), kind="stable")]
        components = self._components(left) if len(left) else {}
        for number, cell in enumerate(left):
            (own,) = width(np.array([cell]))
            if own < 1 or (number < NARROWEST and own < enough):
                cells, rows = components[int(cell)]
                push(np.where(cells == cell, 1.0, 0.0), cells, self.matrix[rows][:, cells])
        return width(asked)

    def _components(
        self, asked: NDArray[np.int64]
    ) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return, for each count, the counts that sums tie to it, and those sums."""
        links = sp.bmat([[None, abs(self.matrix).T], [abs(self.matrix), None]])
        labels = sp.csgraph.connected_components(links, directed=False)[1]
        width = len(self.low)
        parts = {
            label: (
                np.flatnonzero(labels[:width] == label),
                np.flatnonzero(labels[width:] == label),
            )
            for label in np.unique(labels[asked])
        }
        return {int(cell): parts[labels[cell]] for cell in asked}

    def _solve(
        self,
        cost: NDArray[np.float64],
        matrix: sp.csr_matrix,
        cells: NDArray[np.int64] | slice,
    ) -> NDArray[np.float64] | None:
        answer = linprog(
            cost,
            A_eq=matrix if matrix.shape[0] else None,
            b_eq=np.zeros(matrix.shape[0]) if matrix.shape[0] else None,
            bounds=np.column_stack([self.low[cells], self.high[cells]]),
            method="highs",
        )
        return None if answer.x is None else np.asarray(answer.x)
