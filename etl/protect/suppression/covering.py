"""The covering program: the lightest set of hidden cells that meets a growing list of demands.

Each demand says that, of some cells, enough must be hidden; all of them hold when everything that
may be hidden is hidden, so the program always has an answer. Demands are of three kinds: a hidden
cell is never the only one of its equation; the cells hidden in a sum can lose together what the
sum's protected cells must gain; and the cuts that movements find.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from etl.protect.suppression.system import (
    Booleans,
    Floats,
    Integers,
    Standing,
    System,
)

NODE_LIMIT = 2_000
GAP = 0.0005
LOYALTY = 1e-3


class Covering:
    """Demands on one system, and the choice that answers them; bundles of cells move together."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._bundles = int(system.bundle.max()) + 1 if system.size else 0
        forced = np.isin(system.standing, (Standing.HIDDEN, Standing.LATENT))
        self._may = self._by_bundle(system.standing != Standing.KNOWN)
        self._must = self._by_bundle(forced)
        self._weight = np.zeros(self._bundles)
        np.add.at(self._weight, system.bundle, np.where(system.publishable, system.weight, 0.0))
        self._indices: list[Integers] = []
        self._data: list[Floats] = []
        self._least: list[float] = []
        self._extra = 0
        self.bound = 0.0
        self.demand_partners()

    def _by_bundle(self, cells: Booleans) -> Booleans:
        bundles = np.zeros(self._bundles, dtype=bool)
        np.logical_or.at(bundles, self._system.bundle, cells)
        return bundles

    def _cells(self, bundles: Booleans) -> Booleans:
        hideable = self._system.standing != Standing.KNOWN
        return np.asarray(bundles[self._system.bundle] & hideable)

    def demand_partners(self) -> None:
        """Demand that no hidden cell stands alone in an equation."""
        system = self._system
        movable, fixed = system.movable, self._must[system.bundle]
        indptr, indices = system.matrix.indptr, system.matrix.indices
        for row in range(system.matrix.shape[0]):
            cells = indices[indptr[row] : indptr[row + 1]]
            cells = cells[movable[cells]]
            already = cells[fixed[cells]]
            if len(already) > 1 or not len(cells):
                continue
            if len(already) == 1:
                lonely = system.standing[already[0]] != Standing.LATENT
                others = cells[cells != already[0]]
                if lonely and len(others):
                    self._add(system.bundle[others], np.ones(len(others)), 1.0)
                continue
            # one continuous variable holds the sum, so that long equations stay sparse
            total = -1 - self._extra
            self._extra += 1
            bundles = system.bundle[cells]
            self._add(np.append(bundles, total), np.append(np.ones(len(cells)), -1.0), 0.0)
            for bundle in bundles:
                self._add(np.array([total, bundle]), np.array([1.0, -2.0]), 0.0)

    def demand_room(self, down: Floats, width: Floats, exempt: Callable[[int], bool]) -> None:
        """Demand that the cells hidden in a shown sum can lose what its protected cells need.

        `width` is zero for cells that need no protection; `exempt` says of which cells (single
        contributors) the room must not be counted on, since they know their own figure.
        """
        system = self._system
        movable = system.movable
        matrix = system.matrix
        for row in range(matrix.shape[0]):
            span = slice(matrix.indptr[row], matrix.indptr[row + 1])
            cells, signs = matrix.indices[span], matrix.data[span]
            keep = movable[cells]
            cells, signs = cells[keep], signs[keep]
            children, parents = cells[signs > 0], cells[signs < 0]
            need = float(width[children].max(initial=0.0))
            if need <= 0:
                continue
            room = np.minimum(down[children], need)
            self._room(children, room, parents, need)
            for insider in children[[exempt(int(cell)) for cell in children]]:
                others = children != insider
                need = float(width[children[others]].max(initial=0.0))
                if need > 0:
                    room = np.minimum(down[children[others]], need)
                    self._room(children[others], room, parents, need)

    def _room(self, children: Integers, room: Floats, parents: Integers, need: float) -> None:
        bundles = self._system.bundle[np.concatenate([children, parents])]
        self._add(bundles, np.concatenate([room, np.full(len(parents), need)]), need)

    def demand_cut(self, coefficients: Floats, width: float) -> bool:
        """Demand what one narrow cell needs; False when nothing more can be hidden for it."""
        cells = np.flatnonzero((coefficients > 0) & self._system.movable)
        possible = float(coefficients[cells].sum())
        self._add(self._system.bundle[cells], coefficients[cells], width)
        return possible >= width

    def _add(self, bundles: Integers, coefficients: Floats, least: float) -> None:
        # what cannot be met even with everything hidden is asked as far as it can be met
        if not (bundles < 0).any():
            unique, place = np.unique(bundles, return_inverse=True)
            summed = np.zeros(len(unique))
            np.add.at(summed, place, coefficients)
            coefficients = np.minimum(summed, least)
            bundles = unique
            least = min(least, float(coefficients.sum()))
        if len(bundles) and (least > 0 or (bundles < 0).any()):
            self._indices.append(np.asarray(bundles, dtype=np.int64))
            self._data.append(np.asarray(coefficients, dtype=np.float64))
            self._least.append(least)

    def choose(self, settled: Booleans, preferred: Booleans) -> Booleans:
        """Return the cells to hide: `settled` ones stay, `preferred` ones win ties.

        `bound` becomes the weight below which no answer to the demands can be.
        """
        keep = self._by_bundle(settled) | self._must
        like = self._by_bundle(preferred)
        cost = np.where(like, self._weight * (1 - LOYALTY), self._weight)
        cost = np.append(cost, np.zeros(self._extra))
        low = np.append(keep.astype(float), np.zeros(self._extra))
        high = np.append(self._may.astype(float), np.full(self._extra, np.inf))
        if not self._least:
            self.bound = float(cost[: self._bundles][keep].sum())
            return self._cells(keep)
        demands = self._demands()
        answer = milp(
            cost,
            constraints=LinearConstraint(demands, np.array(self._least), np.inf),
            bounds=Bounds(low, high),
            integrality=np.append(np.ones(self._bundles), np.zeros(self._extra)),
            options={"mip_rel_gap": GAP, "node_limit": NODE_LIMIT},
        )
        if answer.x is None:
            # the relaxation, rounded up, meets every demand as well
            answer = linprog(
                cost,
                A_ub=-demands,
                b_ub=-np.array(self._least),
                bounds=np.column_stack([low, high]),
                method="highs",
            )
            self.bound = float(answer.fun)
            return self._cells(answer.x[: self._bundles] > 1e-7)
        self.bound = float(answer.mip_dual_bound)
        return self._cells(answer.x[: self._bundles] > 0.5)

    def _demands(self) -> Any:
        sizes = [len(indices) for indices in self._indices]
        indptr = np.concatenate([[0], np.cumsum(sizes)])
        indices = np.concatenate(self._indices)
        columns = np.where(indices < 0, self._bundles - 1 - indices, indices)
        shape = (len(sizes), self._bundles + self._extra)
        return sp.csr_matrix((np.concatenate(self._data), columns, indptr), shape=shape)
