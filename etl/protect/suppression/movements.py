"""How far hidden cells can move while every published figure stays as it is.

A movement is a vector of changes d with matrix @ d = 0, zero on published cells and never below
what a cell can lose: the true table plus a movement is another table that a reader cannot tell
from the true one. A pool of movements certifies many cells at once: a cell is as wide as the
pool's highest change minus its lowest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from etl.protect.suppression.system import Booleans, Floats, Integers

TOLERANCE = 1e-6
# a program that certifies fewer than one in twenty of the missing cells is a stall
SLOW = 0.95
PATIENCE = 3


@dataclass(frozen=True)
class Knowledge:
    """What one reader takes for granted: how far each cell may go down and up.

    The outsider knows only floors and ceilings; an insider also knows its own contribution.
    """

    down: Floats
    up: Floats

    def allows(self, pool: Floats) -> Booleans:
        """Return which movements this reader cannot rule out."""
        inside = (pool >= -self.down - TOLERANCE) & (pool <= self.up + TOLERANCE)
        return np.asarray(inside.all(axis=1))

    def narrowed(self, insiders: Iterable[Inside]) -> Knowledge:
        """Return what these contributors know together."""
        down, up = self.down.copy(), self.up.copy()
        for insider in insiders:
            down[insider.cells] = np.minimum(down[insider.cells], insider.down)
            up[insider.cells] = np.minimum(up[insider.cells], insider.up)
        return Knowledge(down, up)


@dataclass(frozen=True)
class Inside:
    """How far one contributor's cells may go for it, and which of them it knows exactly."""

    cells: Integers
    down: Floats
    up: Floats
    known: Integers


@dataclass(frozen=True)
class Cut:
    """Why a cell is narrow: its width is at most the sum of `coefficients` over hidden cells."""

    cell: int
    width: float
    coefficients: Floats


@dataclass(frozen=True)
class _Part:
    """Hidden cells tied together (their places among the hidden), and their equations."""

    cells: Integers
    rows: Integers
    columns: Any


class Movements:
    """The movements of one set of hidden cells, and the pool of those found so far."""

    def __init__(self, matrix: Any, hidden: Booleans, reach: float, whole: bool = False) -> None:
        """`reach` bounds each change (a wider interval needs no proof); `whole` asks integers."""
        self.hidden = hidden
        self.places = np.flatnonzero(hidden)
        self.whole = whole
        self.reach = reach
        self._matrix = matrix
        columns = matrix.tocsc()[:, self.places].tocsr()
        self._rows = np.flatnonzero(np.diff(columns.indptr) > 0)
        self._columns = columns[self._rows]
        self._within = np.full(len(hidden), -1)
        self._within[self.places] = np.arange(len(self.places))
        graph = sp.bmat([[None, self._columns.T], [self._columns, None]])
        labels = sp.csgraph.connected_components(graph, directed=False)[1]
        self._component = labels[: len(self.places)]
        self._row_component = labels[len(self.places) :]
        self._parts: dict[int, _Part] = {}
        self.pool = np.zeros((1, len(hidden)))
        self.programs = 0

    def adopt(self, pool: Floats, knowledge: Knowledge) -> None:
        """Take over movements found for other hidden cells, where they hold here as well."""
        pool = pool[(np.abs(pool[:, ~self.hidden]) < TOLERANCE).all(axis=1)]
        if self.whole:
            pool = pool[(np.abs(pool - np.round(pool)) < TOLERANCE).all(axis=1)].round()
        self.pool = np.vstack([self.pool, pool[knowledge.allows(pool)]])

    def widths(self, knowledge: Knowledge) -> Floats:
        """Return, for every cell, the width that the pool proves against this reader."""
        pool = self.pool[knowledge.allows(self.pool)]
        return np.asarray(pool.max(axis=0) - pool.min(axis=0))

    def short_beside(self, insider: Inside, targets: Integers, width: Floats) -> Integers:
        """Return the targets that the pool does not prove wide against one contributor."""
        steps = self.pool[:, insider.cells]
        allowed = (steps >= -insider.down - TOLERANCE) & (steps <= insider.up + TOLERANCE)
        pool = self.pool[np.ix_(np.flatnonzero(allowed.all(axis=1)), targets)]
        return np.asarray(targets[np.ptp(pool, axis=0) < width[targets] - TOLERANCE])

    def explore(self, targets: Integers, width: Floats, knowledge: Knowledge) -> Integers:
        """Widen many targets together as long as it helps; return those still too narrow."""
        generator = np.random.default_rng(20_260_101)
        stalls = 0
        proven = self.widths(knowledge)
        missing = targets[proven[targets] < width[targets] - TOLERANCE]
        signs = np.ones(len(self.hidden))
        forward = True
        while len(missing) and stalls < PATIENCE:
            if forward:
                signs = generator.choice([-1.0, 1.0], len(self.hidden))
            objective = np.zeros(len(self.hidden))
            objective[missing] = signs[missing] if forward else -signs[missing]
            forward = not forward
            self._push(objective, missing, width, knowledge)
            proven = self.widths(knowledge)
            left = missing[proven[missing] < width[missing] - TOLERANCE]
            stalls = stalls + 1 if len(left) > SLOW * len(missing) else 0
            missing = left
        return missing

    def _limits(self, knowledge: Knowledge) -> tuple[Floats, Floats]:
        return (
            -np.minimum(knowledge.down[self.places], self.reach),
            np.minimum(knowledge.up[self.places], self.reach),
        )

    def _push(
        self, objective: Floats, targets: Integers, width: Floats, knowledge: Knowledge
    ) -> None:
        low, high = self._limits(knowledge)
        inside = self._within[targets]
        # a target need not go beyond the width that it must reach
        high[inside] = np.minimum(high[inside], width[targets])
        low[inside] = np.maximum(low[inside], -width[targets])
        self._keep(self._solve(-objective[self.places], low, high, gap=0.1))

    def _keep(self, change: Floats) -> None:
        row = np.zeros((1, len(self.hidden)))
        row[0, self.places] = np.round(change) if self.whole else change
        self.pool = np.vstack([self.pool, row])

    def _solve(
        self, cost: Floats, low: Floats, high: Floats, gap: float, part: _Part | None = None
    ) -> Floats:
        self.programs += 1
        cells, columns = (part.cells, part.columns) if part else (slice(None), self._columns)
        answer = milp(
            cost[cells],
            constraints=LinearConstraint(columns, 0, 0) if columns.shape[0] else None,
            bounds=Bounds(low[cells], high[cells]),
            integrality=np.full(columns.shape[1], int(self.whole)),
            options={"mip_rel_gap": gap} if self.whole else {},
        )
        if answer.x is None:
            raise RuntimeError(f"the solver stopped: {answer.message}")
        change = np.zeros(len(self.places))
        change[cells] = answer.x
        return change

    def _part(self, cell: int) -> _Part:
        """Return what is tied to a cell by hidden cells: the rest has no say."""
        label = self._component[self._within[cell]]
        if label not in self._parts:
            cells = np.flatnonzero(self._component == label)
            rows = np.flatnonzero(self._row_component == label)
            self._parts[label] = _Part(cells, self._rows[rows], self._columns[rows][:, cells])
        return self._parts[label]

    def reaches(self, cell: int, width: float, knowledge: Knowledge) -> bool:
        """Return whether one cell's own two programs prove it as wide as asked."""
        low, high = self._limits(knowledge)
        for sign in (1, -1):
            cost = np.zeros(len(self.places))
            cost[self._within[cell]] = -sign
            self._keep(self._solve(cost, low, high, gap=0.0, part=self._part(cell)))
            if self.widths(knowledge)[cell] >= width - TOLERANCE:
                return True
        return False

    def cut(self, cell: int, width: float, knowledge: Knowledge) -> Cut | None:
        """Return why a cell is narrower than `width`, or None when it is not."""
        coefficients = np.zeros(len(self.hidden))
        total = 0.0
        for sign in (1, -1):
            reached, multipliers = self._extreme(cell, sign, knowledge)
            total += reached
            if self.widths(knowledge)[cell] >= width - TOLERANCE:
                return None
            # By duality a cell moves by at most Σ rest⁺·up + rest⁻·down over the hidden cells.
            rest = -(self._matrix.T @ multipliers)
            rest[cell] += sign
            upward, downward = rest > TOLERANCE, rest < -TOLERANCE
            coefficients[upward] += rest[upward] * np.minimum(knowledge.up, self.reach)[upward]
            coefficients[downward] -= (
                rest[downward] * np.minimum(knowledge.down, self.reach)[downward]
            )
        return Cut(cell, total, np.minimum(coefficients, width))

    def _extreme(self, cell: int, sign: int, knowledge: Knowledge) -> tuple[float, Floats]:
        self.programs += 1
        inside = self._within[cell]
        part = self._part(cell)
        low, high = self._limits(knowledge)
        cost = np.zeros(len(self.places))
        cost[inside] = -sign
        answer = linprog(
            cost[part.cells],
            A_eq=part.columns if len(part.rows) else None,
            b_eq=np.zeros(len(part.rows)) if len(part.rows) else None,
            bounds=np.column_stack([low, high])[part.cells],
            method="highs",
        )
        if answer.x is None:
            raise RuntimeError(f"the solver stopped: {answer.message}")
        change = np.zeros(len(self.places))
        change[part.cells] = answer.x
        multipliers = np.zeros(self._matrix.shape[0])
        if len(part.rows):
            multipliers[part.rows] = -answer.eqlin.marginals
        if not self.whole:
            self._keep(change)
        return float(sign * change[inside]), multipliers
