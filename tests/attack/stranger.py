"""A stranger with every published file, arithmetic and linear programs; nothing else.

It reads the files and their descriptors as anybody would, and knows the law: no count is
negative, nobody misses more posts than the law reserves, and a small employer owes one or two.
What else the columns' meanings tie is in `meaning.py`. It shares no line with the protection,
nor with the audit that the build makes of itself.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linprog

WITHHELD = "riservato"
EXACT = 0.5
CLOSE = 1e-6
# what an employer of each size owes at most (Legge 68/1999, art. 3)
OWED_AT_MOST = {"15-35": 1, "36-50": 2}

# a figure: what it counts, and the codes that say of whom
Figure = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Page:
    """One published table: its dimensions, and each figure or None where it is withheld.

    `columns` are those that may be withheld, `facts` the whole numbers that everybody is told;
    `rows` is all that its CSV says, as text.
    """

    name: str
    dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    facts: tuple[str, ...]
    figures: Mapping[Figure, int | None]
    rows: tuple[Mapping[str, str], ...]

    def figure(self, row: Mapping[str, str], column: str) -> Figure:
        """Return the name of a row's figure; a fact's says of which table it is."""
        codes = tuple((name, row[name]) for name in self.dimensions)
        return (column if column in self.columns else f"{self.name}.{column}", codes)


def read_pages(data: Path, kind: str = "scoperture-*") -> list[Page]:
    """Return the tables in a published folder `dati/` that withhold whole figures."""
    found = []
    for descriptor in sorted(data.glob(f"{kind}/datapackage.json")):
        package = json.loads(descriptor.read_text(encoding="utf-8"))
        if package["riservatezza"]["metodo"] == "soppressione":
            found.append(read_page(descriptor.parent / package["resources"][0]["path"], package))
    return found


def read_page(path: Path, package: Mapping[str, object]) -> Page:
    """Return one table from its CSV; its key says what each row describes."""
    (resource,) = package["resources"]  # type: ignore[misc, attr-defined]
    schema = resource["schema"]  # type: ignore[index]
    dimensions = tuple(sorted(schema["primaryKey"]))
    with path.open(encoding="utf-8", newline="") as lines:
        rows = tuple(csv.DictReader(lines))
    names = [field["name"] for field in schema["fields"]]
    columns = tuple(name for name in names if f"{name}_stato" in names)
    facts = tuple(
        field["name"]
        for field in schema["fields"]
        if field["type"] == "integer" and field["name"] not in columns
    )
    page = Page(path.stem, dimensions, columns, facts, {}, rows)
    figures: dict[Figure, int | None] = {}
    for row in rows:
        for column in columns:
            if row[f"{column}_stato"] != "non_rilevato":
                # whatever stands in the file is read, whatever its state says
                figures[page.figure(row, column)] = int(row[column]) if row[column] else None
        for column in facts:
            if row[column]:
                figures[page.figure(row, column)] = int(row[column])
    return replace(page, figures=figures)


@dataclass
class Attack:
    """All the figures of some pages, and what ties them: A x = b, C x ≤ 0, low ≤ x ≤ high."""

    names: list[Figure]
    equal: sp.csr_matrix
    below: sp.csr_matrix
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    programs: int = 0
    place: dict[Figure, int] = field(init=False)

    def __post_init__(self) -> None:
        self.place = {name: rank for rank, name in enumerate(self.names)}

    def knowing(self, ends: Mapping[Figure, tuple[float, float]]) -> Attack:
        """Return the same attack by somebody who also knows between what some figures lie."""
        low, high = self.low.copy(), self.high.copy()
        for name, (least, most) in ends.items():
            rank = self.place[name]
            low[rank], high[rank] = max(low[rank], least), min(high[rank], most)
        return Attack(self.names, self.equal, self.below, low, high)

    def interval(self, name: Figure) -> tuple[float, float]:
        """Return the least and the greatest that one figure can be."""
        cost = np.zeros(len(self.names))
        cost[self.place[name]] = 1.0
        ends = [sign * self._solve(sign * cost)[1] for sign in (1.0, -1.0)]
        return ends[0], ends[1]

    def narrow(self, wanted: Mapping[Figure, float]) -> dict[Figure, tuple[float, float]]:
        """Return the figures whose interval is narrower than `wanted`, with that interval.

        Tables that agree with the pages are drawn at random first: two that differ enough in a
        figure spare it the programs of its own.
        """
        names = sorted(wanted)
        places = np.array([self.place[name] for name in names], dtype=np.int64)
        widths = np.array([wanted[name] for name in names])
        start = self._solve(np.zeros(len(self.names)))[0]
        most, least = start.copy(), start.copy()
        generator = np.random.default_rng(len(self.names))
        for _ in range(24):
            left = places[(most - least)[places] < widths - CLOSE]
            if not len(left):
                return {}
            cost = np.zeros(len(self.names))
            cost[left] = generator.choice([-1.0, 1.0], len(left))
            low, high = self.low.copy(), self.high.copy()
            reach = 2.0 * widths.max()
            low[left] = np.maximum(low[left], start[left] - reach)
            high[left] = np.minimum(high[left], start[left] + reach)
            found = self._solve(cost, low, high)[0]
            most, least = np.maximum(most, found), np.minimum(least, found)
        left = places[(most - least)[places] < widths - CLOSE]
        ends = {self.names[rank]: self.interval(self.names[rank]) for rank in left}
        return {
            name: (low, high)
            for name, (low, high) in ends.items()
            if high - low < wanted[name] - CLOSE
        }

    def _solve(
        self,
        cost: NDArray[np.float64],
        low: NDArray[np.float64] | None = None,
        high: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.float64], float]:
        self.programs += 1
        answer = linprog(
            cost,
            A_eq=self.equal if self.equal.shape[0] else None,
            b_eq=np.zeros(self.equal.shape[0]) if self.equal.shape[0] else None,
            A_ub=self.below if self.below.shape[0] else None,
            b_ub=np.zeros(self.below.shape[0]) if self.below.shape[0] else None,
            bounds=np.column_stack(
                [self.low if low is None else low, self.high if high is None else high]
            ),
            method="highs",
        )
        if answer.status == 3:
            return np.zeros(len(cost)), -np.inf
        if answer.x is None:
            raise ValueError("no table at all agrees with what is published")
        return np.asarray(answer.x), float(answer.fun)


def attack(
    pages: Sequence[Page],
    signed: Iterable[str] = ("scoperture_con_segno",),
    never_above_zero: Iterable[Sum] = (),
    zero: Iterable[Sum] = (),
) -> Attack:
    """Return all that the pages say together; `signed` are the columns that may be negative.

    `never_above_zero` and `zero` are sums of figures of which the reader knows that.
    """
    figures: dict[Figure, int | None] = {}
    for page in pages:
        for name, value in page.figures.items():
            # a figure withheld on one page and shown on another is shown
            if figures.get(name) is None:
                figures[name] = value
    names = sorted(figures)
    place = {name: rank for rank, name in enumerate(names)}
    free = set(signed)
    low = np.array([-np.inf if name[0] in free else 0.0 for name in names])
    high = np.full(len(names), np.inf)
    for name, value in figures.items():
        if value is not None:
            low[place[name]] = high[place[name]] = float(value)
    equal = [row for pair in _finer(pages) for row in _sums(*pair, place)]
    below = list(_law(names, place))
    for sums, rows in ((zero, equal), (never_above_zero, below)):
        rows += [
            [(place[name], weight) for name, weight in terms]
            for terms in sums
            if all(name in place for name, _ in terms)
        ]
    return Attack(names, _matrix(equal, len(names)), _matrix(below, len(names)), low, high)


Row = list[tuple[int, float]]
Sum = Sequence[tuple[Figure, float]]


def _finer(pages: Sequence[Page]) -> list[tuple[Page, Page]]:
    """Return the pairs (coarse, fine): the rows of the one are sums of rows of the other."""
    return [
        (coarse, fine)
        for coarse in pages
        for fine in pages
        if set(coarse.dimensions) < set(fine.dimensions)
    ]


def _sums(coarse: Page, fine: Page, place: Mapping[Figure, int]) -> list[Row]:
    parts: dict[Figure, Row] = {}
    for column, codes in fine.figures:
        if column in coarse.columns:
            above = tuple(pair for pair in codes if pair[0] in coarse.dimensions)
            parts.setdefault((column, above), []).append((place[column, codes], 1.0))
    for name, row in parts.items():
        row.append((place[name], -1.0))
    return [parts[name] for name in sorted(parts)]


def _law(names: Sequence[Figure], place: Mapping[Figure, int]) -> Iterable[Row]:
    """Yield a row for each bound that the law or the meaning of the columns sets on a figure."""
    for column, codes in names:
        here = place[column, codes]
        if column == "scoperture":
            for larger, smaller in (
                (("quota_riserva", codes), None),
                (None, ("scoperture_con_segno", codes)),
            ):
                if larger in place:
                    yield [(here, 1.0), (place[larger], -1.0)]
                if smaller in place:
                    yield [(place[smaller], 1.0), (here, -1.0)]
        if column == "quota_riserva" and ("imprese", codes) in place:
            owed = OWED_AT_MOST.get(dict(codes).get("classe_dimensionale", ""))
            if owed:
                yield [(here, 1.0), (place["imprese", codes], -float(owed))]


def _matrix(rows: Sequence[Row], width: int) -> sp.csr_matrix:
    lines = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    places = [rank for row in rows for rank, _ in row]
    signs = [sign for row in rows for _, sign in row]
    return sp.csr_matrix((signs, (lines, places)), shape=(len(rows), width))
