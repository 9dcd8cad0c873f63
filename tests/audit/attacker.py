"""A plain attacker, written apart from both the protection and the audit.

It knows what anybody can: the published frames, which columns are dimensions, and that figures
are not negative. It equates sums, and asks two linear programs a hidden cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import linprog

Cell = frozenset[tuple[str, str]]
# each dimension is its levels from coarse to fine
Dimensions = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Page:
    """One published frame as the attacker holds it."""

    frame: pd.DataFrame
    dimensions: Dimensions
    measure: str


def cells_of(page: Page) -> dict[Cell, int | None]:
    """Return what each row says: the figure, or None when it is withheld."""
    levels = [level for dimension in page.dimensions for level in dimension]
    found: dict[Cell, int | None] = {}
    for row in page.frame.to_dict("records"):
        key = frozenset(
            (level, str(row[level])) for level in levels if level in row and not pd.isna(row[level])
        )
        figure = row[page.measure]
        found[key] = None if pd.isna(figure) else int(figure)
    return found


def _grain(cell: Cell) -> frozenset[str]:
    return frozenset(level for level, _ in cell)


def equal_sums(
    cells: Iterable[Cell],
) -> list[tuple[tuple[Cell, ...], tuple[Cell, ...]]]:
    """Return pairs of groups of cells that must have the same sum.

    Two margins, added up to what they have in common, must agree.
    """
    by_grain: dict[frozenset[str], list[Cell]] = {}
    for cell in cells:
        by_grain.setdefault(_grain(cell), []).append(cell)
    found = []
    for first, second in combinations(sorted(by_grain, key=sorted), 2):
        common = first & second
        groups: dict[Cell, tuple[list[Cell], list[Cell]]] = {}
        for side, grain in enumerate((first, second)):
            for cell in by_grain[grain]:
                shared = frozenset(pair for pair in cell if pair[0] in common)
                groups.setdefault(shared, ([], []))[side].append(cell)
        found += [(tuple(left), tuple(right)) for left, right in groups.values() if left and right]
    return found


@dataclass(frozen=True)
class Attack:
    """The equations of all pages of one measure, ready to be solved."""

    unknown: list[Cell]
    matrix: sp.csr_matrix
    total: np.ndarray
    floor: np.ndarray

    def interval(self, cell: Cell) -> tuple[float, float]:
        """Return the least and the greatest that one hidden figure can be."""
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(self.unknown))
            cost[self.unknown.index(cell)] = sign
            answer = linprog(
                cost,
                A_eq=self.matrix,
                b_eq=self.total,
                bounds=np.column_stack([self.floor, np.full(len(cost), np.inf)]),
                method="highs",
            )
            if answer.status == 2:
                raise ValueError("nothing agrees with what is published")
            ends.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
        return ends[0], ends[1]

    def recovered(self, cells: Iterable[Cell]) -> dict[Cell, int]:
        """Return the cells that have only one possible value, with that value."""
        found = {}
        for cell in cells:
            low, high = self.interval(cell)
            if high - low < 0.5:
                found[cell] = round(low)
        return found

    def narrow(self, cells: Iterable[Cell], width: float) -> list[Cell]:
        """Return the cells whose interval is narrower than promised."""
        return [cell for cell in cells if (ends := self.interval(cell))[1] - ends[0] < width - 1e-6]


def prepare(
    pages: Sequence[Page],
    assumed: Mapping[Cell, int] | None = None,
    floors: Mapping[Cell, int] | None = None,
    inner: bool = False,
) -> Attack:
    """Return the joint equations of some pages.

    `assumed` adds figures that the attacker believes; `floors` what it knows to be in a cell;
    `inner` adds the finest combinations, which are published nowhere but cannot be negative.
    """
    figures: dict[Cell, int | None] = {}
    for page in pages:
        for cell, figure in cells_of(page).items():
            if figures.get(cell) is None:
                figures[cell] = figure
    for cell, figure in (assumed or {}).items():
        if cell in figures:
            figures[cell] = figure
    if inner:
        for cell in _finest(figures, pages[0].dimensions):
            figures.setdefault(cell, None)
    unknown = sorted((cell for cell, figure in figures.items() if figure is None), key=sorted)
    place = {cell: rank for rank, cell in enumerate(unknown)}
    rows: list[int] = []
    columns: list[int] = []
    signs: list[float] = []
    totals: list[float] = []
    for left, right in equal_sums(figures):
        total = 0.0
        for group, sign in ((left, 1.0), (right, -1.0)):
            for cell in group:
                if figures[cell] is None:
                    rows.append(len(totals))
                    columns.append(place[cell])
                    signs.append(sign)
                else:
                    total -= sign * float(figures[cell] or 0)
        totals.append(total)
    matrix = sp.csr_matrix((signs, (rows, columns)), shape=(len(totals), len(unknown)))
    floor = np.array([float((floors or {}).get(cell, 0)) for cell in unknown])
    return Attack(unknown, matrix, np.array(totals), floor)


def _finest(cells: Iterable[Cell], dimensions: Dimensions) -> list[Cell]:
    choices = []
    for levels in dimensions:
        parts = {
            frozenset(pair for pair in cell if pair[0] in levels)
            for cell in cells
            if any(pair[0] == levels[-1] for pair in cell)
        }
        choices.append(sorted(parts, key=sorted))
    return [frozenset().union(*parts) for parts in product(*choices)]


def guesses_by_cell(
    month: Mapping[Cell, int | None], believed: Mapping[Cell, int]
) -> dict[Cell, set[int]]:
    """Return what the sums say of each hidden cell if what other months show still holds.

    A sum speaks of a cell when everything else in it is shown, or believed.
    """
    guesses: dict[Cell, set[int]] = {}
    for left, right in equal_sums(month):
        for group, other in ((left, right), (right, left)):
            known = {
                cell: figure if figure is not None else believed.get(cell)
                for cell in (*group, *other)
                for figure in (month[cell],)
            }
            missing = [cell for cell, figure in known.items() if figure is None]
            if len(missing) > 1:
                continue
            difference = sum(known[cell] or 0 for cell in other) - sum(
                known[cell] or 0 for cell in group
            )
            for target in group:
                # every other cell of the sum is known: what is left is the target
                if month[target] is None and missing in ([], [target]):
                    guesses.setdefault(target, set()).add(difference + (known[target] or 0))
    return guesses


def recovered_over_time(
    months: Sequence[Mapping[Cell, int | None]],
    truths: Sequence[Mapping[Cell, int]],
    threshold: int,
) -> int:
    """Return how many small hidden figures an attacker finds by laying the months side by side.

    For a figure hidden in one month, the nearest months that show its neighbours are believed to
    hold. It is recovered when all the sums that can be worked out agree on the true figure.
    """
    found = 0
    for now, month in enumerate(months):
        others = sorted(
            (other for other in range(len(months)) if other != now),
            key=lambda other: (abs(other - now), other),
        )
        believed: dict[Cell, int] = {}
        for cell, figure in month.items():
            if figure is None:
                for other in others:
                    value = months[other].get(cell)
                    if value is not None:
                        believed[cell] = value
                        break
        for cell, guesses in guesses_by_cell(month, believed).items():
            truth = truths[now][cell]
            found += 0 < truth < threshold and guesses == {truth}
    return found


def least_squares(pages: Sequence[Page]) -> dict[Cell, float]:
    """Return the best guess of the finest figures from perturbed counts of every margin."""
    figures = {cell: figure for page in pages for cell, figure in cells_of(page).items()}
    dimensions = pages[0].dimensions
    finest = _finest(figures, dimensions)
    place = {cell: rank for rank, cell in enumerate(finest)}
    rows: list[int] = []
    columns: list[int] = []
    seen: list[float] = []
    for cell, figure in figures.items():
        for inner in finest:
            if cell <= inner:
                rows.append(len(seen))
                columns.append(place[inner])
        seen.append(float(figure or 0))
    matrix = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(seen), len(finest)))
    solution = sp.linalg.lsqr(matrix, np.array(seen))[0]
    return dict(zip(finest, solution.tolist(), strict=True))
