"""The equations of all published tables together, written from the tables themselves."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from etl.audit.published import (
    WITHHELD,
    Axis,
    Codes,
    Link,
    PublishedTable,
    Quantity,
    Reading,
    readings,
)

COMMON_DETAIL_LIMIT = 20_000

Grain = tuple[int, ...]
Key = tuple[str, str, Codes]


@dataclass(frozen=True)
class Unknown:
    """A cell that no table shows: hidden somewhere, or never published (then no promise)."""

    key: Key
    promise: Quantity | None
    floor: int


@dataclass(frozen=True)
class Knowledge:
    """What a reader knows: unknowns x ≥ floor with matrix @ x = total, and what went wrong.

    `believed` marks the rows that the reader takes on trust: figures of different sources.
    `exposed` are cells hidden in one place and shown in another of the same release;
    `contradictions` counts sums of shown figures that do not hold, and figures shown with two
    values; `detail_left_out` counts the figures whose finest common detail is too large to be
    joined.
    """

    unknowns: tuple[Unknown, ...]
    matrix: sp.csr_matrix
    total: NDArray[np.int64]
    believed: NDArray[np.bool_]
    exposed: tuple[Key, ...]
    contradictions: int
    detail_left_out: int
    shown: dict[Key, int]
    hidden: frozenset[Key]


def know(tables: Iterable[PublishedTable]) -> Knowledge:
    """Return everything that follows from these tables taken together."""
    return _Reader(tuple(tables)).knowledge()


def series_of(key: Key, axes: Iterable[Axis]) -> Key:
    """Return what a cell describes whatever its period."""
    periods = {level for axis in axes if not axis.adds_up for level in axis.levels}
    universe, column, codes = key
    return universe, column, tuple(pair for pair in codes if pair[0] not in periods)


class _Reader:
    def __init__(self, tables: tuple[PublishedTable, ...]) -> None:
        self.tables = tables
        self.shown: dict[Key, int] = {}
        self.promises: dict[Key, Quantity] = {}
        self.hidden: set[Key] = set()
        self.shown_in: set[tuple[str, Key]] = set()
        self.hidden_in: set[tuple[str, Key]] = set()
        self.paths: dict[Key, Codes] = {}
        self.contradictions = 0
        self.detail_left_out = 0
        self.axes: dict[str, list[Axis]] = {}
        self.equations: list[tuple[Key, tuple[Key, ...]]] = []
        self.links = [link for table in tables for link in table.links]
        for table in tables:
            known = self.axes.setdefault(table.universe, [])
            known.extend(axis for axis in table.axes if axis not in known)
            if len({axis.name for axis in known}) < len(known):
                raise ValueError(f"«{table.universe}»: due tabelle danno a un asse livelli diversi")

    def knowledge(self) -> Knowledge:
        for table in self.tables:
            for reading in readings(table):
                self._take(reading)
        for universe in sorted(self.axes):
            columns = sorted({key[1] for key in self.paths if key[0] == universe})
            for column in columns:
                self._add_up(universe, column)
        self._bound()
        return self._solve()

    def _take(self, reading: Reading) -> None:
        key = (reading.universe, reading.quantity.column, self._finest(reading))
        self.paths[key] = reading.codes
        self.promises[key] = reading.quantity
        if reading.state == WITHHELD:
            self.hidden.add(key)
            self.hidden_in.add((reading.release, key))
        if reading.figure is None:
            return
        self.shown_in.add((reading.release, key))
        if self.shown.setdefault(key, reading.figure) != reading.figure:
            self.contradictions += 1

    def _finest(self, reading: Reading) -> Codes:
        present = dict(reading.codes)
        finest = []
        for axis in self.axes[reading.universe]:
            levels = [level for level in axis.levels if level in present]
            if levels:
                finest.append((levels[-1], present[levels[-1]]))
        return tuple(sorted(finest))

    def _grain(self, universe: str, path: Codes) -> Grain:
        present = {level for level, _ in path}
        return tuple(
            max((depth for depth, level in enumerate(axis.levels) if level in present), default=-1)
            for axis in self.axes[universe]
        )

    def _coarser(self, universe: str, path: Codes, grain: Grain) -> tuple[Codes, Codes]:
        """Return the path and the finest codes of the cell of a coarser grain above this one."""
        present = dict(path)
        codes, finest = [], []
        for axis, depth in zip(self.axes[universe], grain, strict=True):
            levels = [level for level in axis.levels[: depth + 1] if level in present]
            codes += [(level, present[level]) for level in levels]
            if levels:
                finest.append((levels[-1], present[levels[-1]]))
        return tuple(codes), tuple(sorted(finest))

    def _add_up(self, universe: str, column: str) -> None:
        cells: dict[Grain, dict[Key, Codes]] = {}
        for key, path in self.paths.items():
            if key[:2] == (universe, column):
                cells.setdefault(self._grain(universe, path), {})[key] = path
        published = set(cells)
        for grain in sorted(_meets(published) - published):
            cells[grain] = self._shared(universe, column, cells, grain)
        pairs = _covers(set(cells))
        detail = tuple(
            max(grain[axis] for grain in published) for axis in range(len(self.axes[universe]))
        )
        if detail not in cells:
            inner = self._common_detail(universe, column, cells, detail)
            if inner:
                cells[detail] = inner
                pairs += [pair for pair in _covers(set(cells)) if pair[1] == detail]
        for parent, child in pairs:
            families: dict[Key, list[Key]] = {}
            for key, path in cells[child].items():
                above = (universe, column, self._coarser(universe, path, parent)[1])
                families.setdefault(above, []).append(key)
            for above, below in sorted(families.items()):
                if above in cells[parent]:
                    self.equations.append((above, tuple(sorted(below))))

    def _shared(
        self, universe: str, column: str, cells: dict[Grain, dict[Key, Codes]], grain: Grain
    ) -> dict[Key, Codes]:
        """Return the never published cells that finer tables have in common."""
        found = {}
        for other, members in cells.items():
            if all(a <= b for a, b in zip(grain, other, strict=True)):
                for path in members.values():
                    codes, finest = self._coarser(universe, path, grain)
                    found[(universe, column, finest)] = codes
        return found

    def _common_detail(
        self, universe: str, column: str, cells: dict[Grain, dict[Key, Codes]], detail: Grain
    ) -> dict[Key, Codes]:
        """Return the cells of the finest detail that the tables share, none of them published."""
        choices: list[list[Codes]] = []
        for place, axis in enumerate(self.axes[universe]):
            if detail[place] < 0:
                continue
            levels = axis.levels[: detail[place] + 1]
            paths = {
                tuple(pair for pair in path if pair[0] in levels)
                for members in cells.values()
                for path in members.values()
            }
            choices.append(sorted(path for path in paths if path and path[-1][0] == levels[-1]))
        if np.prod([len(choice) for choice in choices]) > COMMON_DETAIL_LIMIT:
            self.detail_left_out += 1
            return {}
        found = {}
        for combination in itertools.product(*choices):
            path = tuple(itertools.chain.from_iterable(combination))
            finest = tuple(sorted(part[-1] for part in combination))
            found[(universe, column, finest)] = path
        return found

    def _bound(self) -> None:
        """Add, for a quantity that never exceeds another, the gap between them as an unknown."""
        for key in sorted(self.paths):
            promise = self.promises[key]
            if promise.below is None:
                continue
            above = (key[0], promise.below, key[2])
            if above in self.paths:
                gap = (key[0], f"{promise.below}-{key[1]}", key[2])
                self.equations.append((above, (key, gap)))

    def _solve(self) -> Knowledge:
        system = _Rows(self.shown)
        for parent, children in sorted(set(self.equations)):
            system.add([(parent, -1), *((child, 1) for child in children)])
        for link in self._credible_links():
            system.add_link(link)
        for key in sorted(self.hidden - set(self.shown)):
            system.place(key)
        self._limit_parts(system.most)
        unknowns = tuple(
            Unknown(
                key,
                self._promise(key, system.most.get(key)),
                self.promises[key].floor if key in self.hidden else 0,
            )
            for key in system.unknown
        )
        return Knowledge(
            unknowns=unknowns,
            matrix=system.matrix(),
            total=np.array(system.totals, dtype=np.int64),
            believed=np.array(system.believed, dtype=np.bool_),
            exposed=tuple(sorted({key for _, key in self.hidden_in & self.shown_in})),
            contradictions=self.contradictions + system.contradictions,
            detail_left_out=self.detail_left_out,
            shown=dict(self.shown),
            hidden=frozenset(self.hidden),
        )

    def _credible_links(self) -> list[Link]:
        """Return the links that a reader reckons with: facts, and beliefs that figures bear out."""
        checked: dict[str, list[bool]] = {}
        for link in self.links:
            if link.believed and (value := _value(link, self.shown)) is not None:
                checked.setdefault(link.tie, []).append(value == 0 if link.equal else value >= 0)
        return [
            link
            for link in self.links
            if not link.believed
            or (2 * sum(found := checked.get(link.tie, [])) >= len(found) and any(found))
        ]

    def _limit_parts(self, most: dict[Key, int]) -> None:
        """Add what is the most that a part can be, where that of its whole is public."""
        changed = bool(most)
        while changed:
            changed = False
            for whole, parts in self.equations:
                if whole not in most or any(self._floor(part) < 0 for part in parts):
                    continue
                for part in parts:
                    if most.get(part, most[whole] + 1) > most[whole]:
                        most[part] = most[whole]
                        changed = True

    def _floor(self, key: Key) -> int:
        return self.promises[key].floor if key in self.promises else 0

    def _promise(self, key: Key, most: int | None) -> Quantity | None:
        """Return what is promised of a cell: no more than what everyone knows leaves room for."""
        if key not in self.hidden:
            return None
        promise = self.promises[key]
        if most is None or most - promise.floor >= promise.width:
            return promise
        return replace(promise, width=most - promise.floor) if most > promise.floor else None


class _Rows:
    """Equations over what is not shown, one row each: matrix @ unknown = total."""

    def __init__(self, shown: dict[Key, int]) -> None:
        self.shown = shown
        self.unknown: dict[Key, int] = {}
        self.entries: list[tuple[int, int, int]] = []
        self.totals: list[int] = []
        self.believed: list[bool] = []
        self.most: dict[Key, int] = {}
        self.contradictions = 0

    def place(self, key: Key) -> int:
        """Return the column of an unknown cell."""
        return self.unknown.setdefault(key, len(self.unknown))

    def add(self, terms: Iterable[tuple[Key | int, int]], believed: bool = False) -> None:
        """Take in: Σ sign × term = 0. Where all is shown, it is only checked."""
        total = 0
        unknown = []
        for term, sign in terms:
            figure = term if isinstance(term, int) else self.shown.get(term)
            if figure is None:
                unknown.append((term, sign))
            else:
                total -= sign * figure
        if not unknown:
            self.contradictions += total != 0 and not believed
            return
        for key, sign in unknown:
            assert not isinstance(key, int)  # a number is never unknown
            self.entries.append((len(self.totals), self.place(key), sign))
        self.totals.append(total)
        self.believed.append(believed)

    def add_link(self, link: Link) -> None:
        """Take a link in, its slack an unknown of its own, and what it says of single cells."""
        numbers = sum(sign * term for term, sign in link.terms if isinstance(term, int))
        cells = [(term, sign) for term, sign in link.terms if not isinstance(term, int)]
        if all(sign < 0 for _, sign in cells) and not link.believed:
            for key, _ in cells:
                self.most[key] = min(self.most.get(key, numbers), numbers)
        value = _value(link, self.shown)
        if value is not None:
            broken = value != 0 if link.equal else value < 0
            self.contradictions += broken and not link.believed
            return
        slack: list[tuple[Key | int, int]] = [] if link.equal else [(("legame", link.name, ()), -1)]
        self.add([*link.terms, *slack], link.believed)

    def matrix(self) -> sp.csr_matrix:
        """Return the rows as a matrix of whole numbers."""
        rows, columns, signs = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        return sp.csr_matrix(
            (np.array(signs, dtype=np.int64), (rows, columns)),
            shape=(len(self.totals), len(self.unknown)),
        )


def _value(link: Link, shown: dict[Key, int]) -> int | None:
    """Return what a link's terms add up to; None where one of them is not shown."""
    figures = [
        (term if isinstance(term, int) else shown.get(term), sign) for term, sign in link.terms
    ]
    if any(figure is None for figure, _ in figures):
        return None
    return sum(sign * figure for figure, sign in figures if figure is not None)


def _meets(grains: set[Grain]) -> set[Grain]:
    found = set(grains)
    while True:
        more = {
            tuple(min(pair) for pair in zip(first, second, strict=True))
            for first, second in itertools.combinations(sorted(found), 2)
        }
        if more <= found:
            return found
        found |= more


def _covers(grains: set[Grain]) -> list[tuple[Grain, Grain]]:
    def above(first: Grain, second: Grain) -> bool:
        return first != second and all(a <= b for a, b in zip(first, second, strict=True))

    return [
        (coarse, fine)
        for coarse, fine in itertools.permutations(sorted(grains), 2)
        if above(coarse, fine)
        and not any(above(coarse, middle) and above(middle, fine) for middle in grains)
    ]
