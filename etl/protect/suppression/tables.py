"""From declared tables to cells and equations: every margin, each cell once."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.contracts import PUBLISHED, WITHHELD
from etl.protect.suppression.primary import Rule, Zeros, primary_sensitivity
from etl.protect.suppression.system import Equation, Standing

LATENT_LIMIT = 20_000

Grain = tuple[int, ...]


@dataclass(frozen=True)
class Dimension:
    """A dimension and its hierarchy: the columns of its levels, from coarse to fine.

    The codes of a level nest in those of the level before and are unique by themselves (province,
    ambito, comune). `adds_up` is false for periods: their figures are never summed, so there is
    no total, and what a cell describes is the same from one period to the next.
    """

    name: str
    levels: tuple[str, ...]
    adds_up: bool = True


@dataclass(frozen=True)
class Measure:
    """A published figure: its column, its rule, and the restricted columns behind it.

    `contributors` maps a column of counts to its threshold; `largest` and `second` name the
    columns of the two largest contributions, `counts` the column that says how many contribute.
    """

    name: str
    rule: Rule
    contributors: tuple[tuple[str, int], ...] = ()
    largest: str | None = None
    second: str | None = None
    counts: str | None = None


@dataclass(frozen=True)
class Universe:
    """All tables that count the same things: one frame at the finest detail, many margins.

    `published` lists the tables' margins, each by the columns that identify its cells (`()` is
    the grand total); None means every margin. A margin of two tables is one margin. `known_bounds`
    lists pairs of measures of which the first is never above the second. Figures are sums of the
    frame's rows: a figure that does not add up over a dimension must not be declared over it.
    """

    name: str
    frame: pd.DataFrame
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    published: tuple[tuple[str, ...], ...] | None = None
    known_bounds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Declared:
    """Cells and equations, ready for `build_system`; several may be joined.

    `cells` also carries `universe`, `measure` and, for each dimension's levels, the codes.
    `detail_left_out` names the universes whose finest common detail is too large to be joined:
    what its figures' not being negative would tell a reader is not taken into account.
    """

    cells: pd.DataFrame
    equations: list[Equation] = field(default_factory=list)
    detail_left_out: tuple[str, ...] = ()


def declare(universe: Universe) -> Declared:
    """Return the cells of all the universe's tables and every equation that a reader can write.

    Beside the published margins there are latent ones: coarser margins that two tables share
    without publishing them, and the finest common detail (up to LATENT_LIMIT cells), whose
    figures cannot be negative either.
    """
    return _Declaration(universe).declared()


def join(declared: list[Declared]) -> Declared:
    """Return several declarations as one: shared cells are merged by `build_system`."""
    return Declared(
        pd.concat([item.cells for item in declared], ignore_index=True),
        [equation for item in declared for equation in item.equations],
        tuple(sorted(name for item in declared for name in item.detail_left_out)),
    )


def released_table(universe: Universe, declared: Declared, hidden: Collection[str]) -> pd.DataFrame:
    """Return the universe's published margins as one table, hidden figures emptied.

    One row a cell, totals included (their level columns are missing); columns: the dimensions'
    levels, then each measure (Int64) with its `_stato`. Sorted by the levels, totals last.
    """
    cells = declared.cells
    cells = cells[(cells["universe"] == universe.name) & (cells["standing"] != Standing.LATENT)]
    levels = [level for dimension in universe.dimensions for level in dimension.levels]
    withheld = cells["id"].isin(set(hidden))
    cells = cells.assign(
        _key=cells["bundle"],
        _figure=cells["value"].astype("Int64").where(~withheld),
        _state=withheld.map({True: WITHHELD, False: PUBLISHED}).astype("str"),
    )
    for level in levels:
        if level not in cells:
            cells[level] = pd.NA
    table = cells.drop_duplicates("_key").set_index("_key")[levels].astype("str")
    for measure in universe.measures:
        part = cells[cells["measure"] == measure.name].set_index("_key")
        table[measure.name] = part["_figure"]
        table[f"{measure.name}_stato"] = part["_state"]
    return table.sort_values(levels, na_position="last", kind="stable").reset_index(drop=True)


def cell_id(universe: str, measure: str, codes: Mapping[str, str]) -> str:
    """Return a cell's id: what it counts, and the codes that say of whom (finest levels only)."""
    return "|".join([universe, measure, *(f"{column}={codes[column]}" for column in sorted(codes))])


class _Declaration:
    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.dimensions = universe.dimensions
        self.place = {
            level: (axis, depth)
            for axis, dimension in enumerate(self.dimensions)
            for depth, level in enumerate(dimension.levels)
        }
        self.published = self._published()
        self.shared = self._meets() - self.published
        self.detail = tuple(max(grain[axis] for grain in self.published) for axis in self._axes())
        self.codes = [self._codes(axis) for axis in self._axes()]

    def _axes(self) -> range:
        return range(len(self.dimensions))

    def _published(self) -> set[Grain]:
        if self.universe.published is None:
            choices = [
                range(-1 if dimension.adds_up else len(dimension.levels) - 1, len(dimension.levels))
                for dimension in self.dimensions
            ]
            return set(itertools.product(*choices))
        return {self._grain(columns) for columns in self.universe.published}

    def _grain(self, columns: tuple[str, ...]) -> Grain:
        grain = [-1] * len(self.dimensions)
        for column in columns:
            if column not in self.place:
                raise ValueError(f"«{column}» is no level of any dimension")
            axis, depth = self.place[column]
            grain[axis] = max(grain[axis], depth)
        for axis, dimension in enumerate(self.dimensions):
            if not dimension.adds_up and grain[axis] < 0:
                raise ValueError(f"«{dimension.name}» has no total: name its level in {columns}")
        return tuple(grain)

    def _meets(self) -> set[Grain]:
        grains = set(self.published)
        while True:
            found = {
                tuple(min(pair) for pair in zip(first, second, strict=True))
                for first, second in itertools.combinations(sorted(grains), 2)
            } - grains
            if not found:
                return grains
            grains |= found

    def _codes(self, axis: int) -> list[pd.DataFrame]:
        """Return, for each depth of a dimension, its codes with those of the levels above."""
        levels = list(self.dimensions[axis].levels)
        return [
            self.universe.frame[levels[: depth + 1]]
            .drop_duplicates()
            .sort_values(levels[: depth + 1])
            .reset_index(drop=True)
            for depth in range(len(levels))
        ]

    def declared(self) -> Declared:
        grains = self.published | self.shared
        pairs = _covers(grains)
        every = set(grains)
        fits = self._size(self.detail) <= LATENT_LIMIT
        if self.detail not in grains and fits:
            every.add(self.detail)
            pairs += [pair for pair in _covers(every) if pair[1] == self.detail]
        groups = {grain: self._figures(grain) for grain in sorted(every)}
        cells = [self._cells(grain, groups[grain]) for grain in sorted(every)]
        equations = [
            equation
            for parent, child in sorted(pairs)
            for equation in self._sums(groups[child], parent, child)
        ]
        for grain in sorted(self.published):
            slack, more = self._bounds(groups[grain], grain)
            cells.append(slack)
            equations += more
        left_out = () if self.detail in every else (self.universe.name,)
        return Declared(pd.concat(cells, ignore_index=True), equations, left_out)

    def _size(self, grain: Grain) -> int:
        return int(
            np.prod(
                [len(self.codes[axis][depth]) for axis, depth in enumerate(grain) if depth >= 0]
            )
        )

    def _columns(self, grain: Grain) -> list[str]:
        return [
            level
            for axis, depth in enumerate(grain)
            for level in self.dimensions[axis].levels[: depth + 1]
        ]

    def _finest(self, grain: Grain) -> list[str]:
        return [
            self.dimensions[axis].levels[depth] for axis, depth in enumerate(grain) if depth >= 0
        ]

    def _cells(self, grain: Grain, groups: pd.DataFrame) -> pd.DataFrame:
        """Return one row a cell and measure of one margin."""
        published = grain in self.published
        totals = [depth < 0 for depth in grain]
        adding = [dimension.adds_up for dimension in self.dimensions]
        lasting = [
            column
            for axis, column in zip(
                [axis for axis, depth in enumerate(grain) if depth >= 0],
                self._finest(grain),
                strict=True,
            )
            if adding[axis]
        ]
        keys, series = self._keys(groups, self._finest(grain)), self._keys(groups, lasting)
        empty = self._empty(groups)
        name = self.universe.name
        parts = []
        for measure in self.universe.measures:
            part = self._measured(measure, groups, empty)
            part["id"] = [f"{name}|{measure.name}{key}" for key in keys]
            part["series"] = [f"{name}|{measure.name}{key}" for key in series]
            part["bundle"] = [f"{name}{key}" for key in keys]
            part["weight"] = 1.0 + sum(totals) / 2
            if not published:
                part["bundle"] = part["id"]
                part["standing"] = int(Standing.LATENT)
                part["sensitive"] = False
                part["floor"] = 0.0
                part["weight"] = 0.0
            part["universe"] = name
            part["measure"] = measure.name
            parts.append(part.assign(**{level: groups[level] for level in self._columns(grain)}))
        return pd.concat(parts, ignore_index=True)

    @staticmethod
    def _keys(groups: pd.DataFrame, columns: list[str]) -> list[str]:
        keys = np.full(len(groups), "", dtype=object)
        for column in sorted(columns):
            keys = keys + f"|{column}=" + groups[column].astype(str).to_numpy(object)
        return list(keys)

    def _figures(self, grain: Grain) -> pd.DataFrame:
        columns = self._columns(grain)
        summed = sorted(
            {measure.name for measure in self.universe.measures}
            | {name for measure in self.universe.measures for name, _ in measure.contributors}
            | {measure.counts for measure in self.universe.measures if measure.counts}
        )
        frame = self.universe.frame
        if columns:
            groups = frame.groupby(columns, sort=True)[summed].sum().reset_index()
        else:
            groups = frame[summed].sum().to_frame().T
        if any(measure.rule.zeros is not Zeros.KNOWN for measure in self.universe.measures):
            groups = self._with_empty(groups, grain, summed)
        for measure in self.universe.measures:
            if measure.largest:
                groups = self._with_largest(groups, measure, columns)
        return groups

    def _with_empty(self, groups: pd.DataFrame, grain: Grain, summed: list[str]) -> pd.DataFrame:
        cross = pd.DataFrame({"_": [0]})
        for axis, depth in enumerate(grain):
            if depth >= 0:
                cross = cross.merge(self.codes[axis][depth], how="cross")
        columns = self._columns(grain)
        if not columns:
            return groups
        full = cross.drop(columns="_").merge(groups, on=columns, how="left")
        full[summed] = full[summed].fillna(0)
        return full

    def _with_largest(
        self, groups: pd.DataFrame, measure: Measure, columns: list[str]
    ) -> pd.DataFrame:
        """Add the two largest contributions of each cell, contributors being distinct by row."""
        frame = self.universe.frame
        names = [name for name in (measure.largest, measure.second) if name]
        long = pd.concat(
            [frame[columns].assign(_share=frame[name].fillna(0)) for name in names],
            ignore_index=True,
        ).sort_values("_share", ascending=False, kind="stable")
        tags = (f"_{measure.name}_largest", f"_{measure.name}_second")
        if not columns:
            first = [*long["_share"].head(2), 0, 0]
            return groups.assign(**{tags[0]: first[0], tags[1]: first[1]})
        for rank, tag in enumerate(tags):
            top = pd.DataFrame(long.groupby(columns, sort=True).nth(rank))
            groups = groups.merge(top.rename(columns={"_share": tag}), on=columns, how="left")
        return groups.fillna({tags[0]: 0, tags[1]: 0})

    def _empty(self, groups: pd.DataFrame) -> pd.Series[bool]:
        """Return which cells have nobody in them, whatever the measure."""
        empty = pd.Series(True, index=groups.index)
        for measure in self.universe.measures:
            empty &= groups[measure.name] == 0
            for column, _ in measure.contributors:
                empty &= groups[column] == 0
        return empty

    def _measured(
        self, measure: Measure, groups: pd.DataFrame, empty: pd.Series[bool]
    ) -> pd.DataFrame:
        value = groups[measure.name].to_numpy(np.int64)
        largest = second = None
        if measure.largest:
            largest = groups[f"_{measure.name}_largest"].to_numpy(np.int64)
            second = groups[f"_{measure.name}_second"].to_numpy(np.int64)
        primary = primary_sensitivity(
            measure.rule,
            value,
            [(groups[name].to_numpy(np.int64), least) for name, least in measure.contributors],
            largest,
            second,
        )
        rule = measure.rule
        counts_alone = rule.threshold is not None and not measure.contributors
        known = empty.to_numpy() & (rule.zeros is Zeros.KNOWN)
        # an empty cell that is shown says nothing of the hidden ones
        floor = np.where(known | (value < rule.least_value), value, rule.least_value)
        if rule.zeros is Zeros.SENSITIVE:
            primary.sensitive[empty.to_numpy()] = True
        return pd.DataFrame(
            {
                "value": value,
                "sensitive": primary.sensitive & ~known,
                "width": primary.width,
                "harmless_from": float(rule.threshold or 0) if counts_alone else np.inf,
                "standing": np.where(known, int(Standing.KNOWN), int(Standing.FREE)),
                "floor": floor.astype(float),
                "largest": largest if largest is not None else 0,
                "alone": (groups[measure.counts] == 1).to_numpy() if measure.counts else False,
            }
        )

    def _sums(self, groups: pd.DataFrame, parent: Grain, child: Grain) -> list[Equation]:
        """Return, for each measure, the equations that add one margin up to a coarser one."""
        above = self._keys(groups, self._finest(parent))
        below = self._keys(groups, self._finest(child))
        families: dict[str, list[str]] = {}
        for upper, lower in zip(above, below, strict=True):
            families.setdefault(upper, []).append(lower)
        name = self.universe.name
        return [
            Equation(
                f"{name}|{measure.name}{upper}",
                tuple(f"{name}|{measure.name}{lower}" for lower in lowers),
            )
            for measure in self.universe.measures
            for upper, lowers in sorted(families.items())
        ]

    def _bounds(self, groups: pd.DataFrame, grain: Grain) -> tuple[pd.DataFrame, list[Equation]]:
        """Return a latent cell for what separates two measures of which one bounds the other."""
        name = self.universe.name
        keys = self._keys(groups, self._finest(grain))
        slack = []
        equations = []
        for lesser, greater in self.universe.known_bounds:
            gaps = (groups[greater] - groups[lesser]).to_numpy(np.int64)
            for key, gap in zip(keys, gaps, strict=True):
                between = f"{name}|{greater}-{lesser}{key}"
                slack.append({"id": between, "value": gap})
                equations.append(
                    Equation(f"{name}|{greater}{key}", (f"{name}|{lesser}{key}", between))
                )
        frame = pd.DataFrame(slack, columns=["id", "value"]).assign(
            sensitive=False,
            width=1,
            harmless_from=np.inf,
            standing=int(Standing.LATENT),
            weight=0.0,
            floor=0.0,
            largest=0,
            alone=False,
            universe=name,
            measure="",
        )
        frame["series"] = frame["bundle"] = frame["id"]
        return frame, equations


def _covers(grains: set[Grain]) -> list[tuple[Grain, Grain]]:
    """Return the pairs (coarser, finer) with no other grain between them."""

    def below(first: Grain, second: Grain) -> bool:
        return first != second and all(a <= b for a, b in zip(first, second, strict=True))

    return [
        (parent, child)
        for parent in sorted(grains)
        for child in sorted(grains)
        if below(parent, child)
        and not any(below(parent, other) and below(other, child) for other in grains)
    ]
