"""How wide each hidden cell's interval is: linear bounds, and whole-number witnesses.

A witness is a whole table that a reader cannot tell from the true one. Two witnesses that differ
by enough in a cell prove its width, and one witness serves many cells, so few programs are
needed. Only a cell that the pool does not certify is asked for its own bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from etl.audit.knowledge import Knowledge

TOLERANCE = 1e-6
REACH = 20


class InconsistentTablesError(ValueError):
    """No table at all agrees with what is published: the figures do not add up."""


@dataclass(frozen=True)
class Interval:
    """What is proven of one hidden cell, by two witnesses (their places in the pool).

    `low` and `high` are the least and greatest whole values found. `narrow`: the promised width
    cannot be reached; then `low` and `high` are all that is left, and equal ones mean that the
    figure is recovered. `harmless`: it is surely a large count, whatever its width.
    """

    cell: int
    low: int
    high: int
    low_witness: int
    high_witness: int
    harmless: bool
    narrow: bool


@dataclass
class Pool:
    """Witnesses of one knowledge: rows of whole values, one column an unknown.

    `dropped` are the believed rows that no table keeps: they tell nothing.
    """

    knowledge: Knowledge
    tables: NDArray[np.int64]
    programs: int = 0
    intervals: dict[int, Interval] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)


def find_intervals(knowledge: Knowledge, skip_inconsistent: bool = False) -> Pool:
    """Return, for every unknown that carries a promise, whether its interval keeps it.

    Raises InconsistentTablesError when the published figures contradict one another, unless
    the unknowns that they touch are to be left out.
    """
    pool = Pool(knowledge, np.zeros((0, len(knowledge.unknowns)), dtype=np.int64))
    if not knowledge.unknowns:
        return pool
    matrix = knowledge.matrix
    count = len(knowledge.unknowns)
    labels = _components(matrix)
    promised = np.array([unknown.promise is not None for unknown in knowledge.unknowns])
    parts = []
    for label in np.unique(labels[:count][promised]):
        cells = np.flatnonzero(labels[:count] == label)
        rows = np.flatnonzero(labels[count:] == label)
        try:
            part, dropped = _believing(knowledge, cells, rows)
        except InconsistentTablesError:
            if not skip_inconsistent:
                raise
            continue
        parts.append(part)
        pool.dropped |= dropped
    # parts do not touch one another: the nth witness of each makes up the nth whole table
    height = max((len(part.pool) for part in parts), default=0)
    tables = np.tile(_floors(knowledge), (height, 1))
    for part in parts:
        pool.programs += part.programs
        tables[:, part.cells] = part.pool[np.minimum(np.arange(height), len(part.pool) - 1)]
        for interval in part.intervals:
            pool.intervals[interval.cell] = interval
    pool.tables = tables
    return pool


def _believing(
    knowledge: Knowledge, cells: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[_Part, set[int]]:
    """Return what is found of some cells, and the believed rows that had to be given up."""
    try:
        return _Part(knowledge, cells, rows), set()
    except InconsistentTablesError:
        trusted = knowledge.believed[rows]
        if not trusted.any():
            raise
        return _Part(knowledge, cells, rows[~trusted]), set(rows[trusted].tolist())


def verify(pool: Pool) -> bool:
    """Return whether every witness is a table that agrees with all that is published.

    Whole-number arithmetic only: each row of the pool is multiplied by the equations, and each
    interval must be what its two witnesses say. Nothing of the solver is trusted.
    """
    knowledge = pool.knowledge
    matrix = knowledge.matrix.astype(np.int64)
    floors = _floors(knowledge)
    labels = _components(matrix)
    judged = np.unique(labels[np.array(sorted(pool.intervals), dtype=np.int64)])
    cells = np.isin(labels[: len(floors)], judged)
    rows = np.isin(labels[len(floors) :], judged)
    rows[sorted(pool.dropped)] = False
    for table in pool.tables:
        if ((matrix @ table)[rows] != knowledge.total[rows]).any():
            return False
        if (table < floors)[cells].any():
            return False
    return all(
        pool.tables[interval.low_witness, cell] == interval.low
        and pool.tables[interval.high_witness, cell] == interval.high
        and interval.low <= interval.high
        for cell, interval in pool.intervals.items()
    )


def _components(matrix: sp.csr_matrix) -> NDArray[np.int32]:
    links = sp.bmat([[None, abs(matrix).T], [abs(matrix), None]])
    return np.asarray(sp.csgraph.connected_components(links, directed=False)[1])


def _floors(knowledge: Knowledge) -> NDArray[np.int64]:
    return np.array([unknown.floor for unknown in knowledge.unknowns], dtype=np.int64)


class _Part:
    """Unknowns tied together by equations, apart from all others."""

    def __init__(
        self, knowledge: Knowledge, cells: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> None:
        self.cells = cells
        self.matrix = knowledge.matrix[rows][:, cells].astype(float)
        self.total = knowledge.total[rows].astype(float)
        self.floor = np.array([knowledge.unknowns[cell].floor for cell in cells], dtype=float)
        promises = [knowledge.unknowns[cell].promise for cell in cells]
        self.width = np.array([promise.width if promise else 0 for promise in promises])
        self.harmless = np.array(
            [
                np.inf
                if promise is None or promise.harmless_from is None
                else promise.harmless_from
                for promise in promises
            ]
        )
        self.targets = np.flatnonzero(self.width > 0)
        self.programs = 0
        self.pool = np.zeros((0, len(cells)), dtype=np.int64)
        self._keep(self._whole(np.zeros(len(cells)), self.floor, np.inf, gap=1.0))
        reach = REACH * float(self.width.max(initial=1))
        self.low = np.maximum(self.floor, self.pool[0] - reach)
        self.high = self.pool[0] + reach
        self._explore()
        self.intervals = [self._interval(int(cell)) for cell in self.targets]

    def _whole(
        self,
        cost: NDArray[np.float64],
        low: NDArray[np.float64],
        high: NDArray[np.float64] | float,
        gap: float,
    ) -> NDArray[np.float64]:
        self.programs += 1
        constraints = [LinearConstraint(self.matrix, self.total, self.total)]
        answer = milp(
            cost,
            constraints=constraints if len(self.total) else None,
            bounds=Bounds(low, high),
            integrality=np.ones(len(cost)),
            options={"mip_rel_gap": gap},
        )
        if answer.x is None:
            raise InconsistentTablesError("le cifre pubblicate non sono coerenti tra loro")
        return np.asarray(answer.x)

    def _keep(self, table: NDArray[np.float64]) -> None:
        self.pool = np.vstack([self.pool, np.round(table).astype(np.int64)])

    def _short(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        span = self.pool.max(axis=0) - self.pool.min(axis=0)
        return np.asarray(cells[span[cells] < self.width[cells]])

    def _explore(self) -> None:
        generator = np.random.default_rng(11)
        left = self._short(self.targets)
        signs = np.ones(len(self.cells))
        forward, stalls = True, 0
        while len(left) and stalls < 3:
            if forward:
                signs = generator.choice([-1.0, 1.0], len(self.cells))
            cost = np.zeros(len(self.cells))
            cost[left] = signs[left] if forward else -signs[left]
            forward = not forward
            # nothing is gained by moving a target beyond its width: others get the room
            low, high = self.low.copy(), self.high.copy()
            low[left] = np.maximum(low[left], self.pool[0][left] - self.width[left])
            high[left] = np.minimum(high[left], self.pool[0][left] + self.width[left])
            self._keep(self._whole(cost, low, high, gap=0.1))
            still = self._short(left)
            stalls = stalls + 1 if len(still) > 0.95 * len(left) else 0
            left = still

    def _bounds_of(self, cell: int) -> tuple[float, float]:
        """Return the linear bounds of one cell, with no other limit than what is published."""
        found = []
        for sign in (1.0, -1.0):
            self.programs += 1
            cost = np.zeros(len(self.cells))
            cost[cell] = sign
            answer = linprog(
                cost,
                A_eq=self.matrix if len(self.total) else None,
                b_eq=self.total if len(self.total) else None,
                bounds=np.column_stack([self.floor, np.full(len(cost), np.inf)]),
                method="highs",
            )
            found.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
        return found[0], found[1]

    def _interval(self, cell: int) -> Interval:
        harmless = False
        if len(self._short(np.array([cell]))):
            least, most = self._bounds_of(cell)
            harmless = bool(np.ceil(least - TOLERANCE) >= self.harmless[cell])
            if not harmless and np.floor(most + TOLERANCE) > np.ceil(least - TOLERANCE):
                for sign in (1.0, -1.0):
                    cost = np.zeros(len(self.cells))
                    cost[cell] = sign
                    self._keep(self._whole(cost, self.low, self.high, gap=0.0))
        column = self.pool[:, cell]
        low, high = int(column.min()), int(column.max())
        return Interval(
            cell=int(self.cells[cell]),
            low=low,
            high=high,
            low_witness=int(column.argmin()),
            high_witness=int(column.argmax()),
            harmless=harmless,
            narrow=high - low < self.width[cell] and not harmless,
        )
