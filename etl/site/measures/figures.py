"""Indicators worked out from released rows alone: a hidden figure has no part in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from etl.contracts import NOT_COLLECTED, PUBLISHED, WITHHELD
from etl.indicators import formula
from etl.indicators.estimates import COMPARABLE, difference
from etl.site.charts import Value
from etl.site.measures.declaration import ROWS, Filter, Indicator
from etl.site.released import Row

PERIOD = "periodo"


@dataclass(frozen=True)
class Figure:
    """One value of an indicator.

    `state` is pubblicato, riservato or non_rilevato; `rows` how many rows it could stand on,
    `hidden` how many of them are withheld and `absent` how many nobody filled: numerator and
    denominator are then those of the others. `against` is the second proportion of a difference,
    as its numerator and denominator.
    """

    period: str
    state: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    rows: int = 0
    hidden: int = 0
    absent: int = 0
    synthetic: bool = False
    against: tuple[float, float] | None = None

    @property
    def few(self) -> bool:
        """Whether a proportion, or one of two compared, stands on too few cases to be judged."""
        least = min(self.denominator or 0, self.against[1] if self.against else math.inf)
        return self.low is not None and least < COMPARABLE

    @property
    def parts(self) -> tuple[float | None, float | None]:
        """The numerator and the denominator."""
        return self.numerator, self.denominator

    def as_value(self, label: str, target: float | None = None) -> Value:
        """The figure as charts take it."""
        missing = "riservato" if self.state == WITHHELD else "non rilevato"
        parts = None
        if self.numerator is not None and self.denominator is not None:
            parts = (self.numerator, self.denominator)
        return Value(label, self.value, missing, self.low, self.high, target, parts)


def matching(rows: Iterable[Row], chosen: Filter) -> list[Row]:
    """Return the rows whose columns hold the wanted value, or one of the wanted values."""

    def holds(row: Row) -> bool:
        return all(
            _word(row[name]) in (wanted if isinstance(wanted, list) else [wanted])
            for name, wanted in chosen.items()
        )

    return [row for row in rows if holds(row)]


def _word(value: Any) -> Any:
    """Return a cell as declarations write it: true and false are words."""
    return str(value).lower() if isinstance(value, bool) else value


def periods(rows: Sequence[Row]) -> list[str]:
    """Return the periods of the rows, in order."""
    return sorted({str(row[PERIOD]) for row in rows if row.get(PERIOD) is not None})


def series(indicator: Indicator, rows: Sequence[Row]) -> list[Figure]:
    """Return the indicator's figures, one a period in order; without data, none.

    The baseline's own period is left out of an indicator that measures the change since it.
    """
    own = matching(rows, indicator.dove)
    if indicator.kind == "differenza":
        return [at(indicator, rows, period) for period in periods(own)]
    if not indicator.per_periodo:
        return [_figure(indicator, own, own, "")] if own else []
    kept = [
        period
        for period in periods(own)
        if not (indicator.kind == "variazione" and period == indicator.partenza)
    ]
    return [at(indicator, rows, period) for period in kept]


def at(indicator: Indicator, rows: Sequence[Row], period: str) -> Figure:
    """Return the indicator of one period, over the rows given."""
    if indicator.kind == "differenza":
        groups = (indicator.dove, indicator.confronto)
        first, second = (_in_period(indicator, rows, chosen, period) for chosen in groups)
        return _difference(first, second)
    return _in_period(indicator, rows, indicator.dove, period)


def _in_period(indicator: Indicator, rows: Sequence[Row], chosen: Filter, period: str) -> Figure:
    own = matching(rows, chosen)
    now = [row for row in own if row.get(PERIOD) == period]
    if indicator.kind == "variazione":
        before = [row for row in own if row.get(PERIOD) == indicator.partenza]
        return _figure(indicator, now, before, period)
    return _figure(indicator, now, now, period)


def _difference(first: Figure, second: Figure) -> Figure:
    """Return the first proportion less the second; no value unless both are shown."""
    synthetic = first.synthetic or second.synthetic
    rows, hidden = first.rows + second.rows, first.hidden + second.hidden
    absent = first.absent + second.absent
    lacking = next((item for item in (first, second) if item.state != PUBLISHED), None)
    if lacking is not None:
        return Figure(first.period, lacking.state, rows=rows, hidden=hidden, synthetic=synthetic)
    parts = [float(value or 0) for item in (first, second) for value in item.parts]
    found = difference(*parts)
    return Figure(
        first.period,
        PUBLISHED,
        found.value,
        *first.parts,
        found.low,
        found.high,
        rows,
        hidden,
        absent,
        synthetic,
        (parts[2], parts[3]),
    )


def _figure(indicator: Indicator, now: Sequence[Row], below: Sequence[Row], period: str) -> Figure:
    if not now:
        return Figure(period, NOT_COLLECTED)
    top = matching(now, indicator.dove_numeratore)
    synthetic = any(row.get("sintetico") for row in now)
    count = len(now)
    if _row_by_row(indicator):
        # a row counts only where both its figures are shown
        both = [
            row
            for row in now
            if _shown(row, indicator.numeratore) and _shown(row, indicator.denominatore)
        ]
        top, below = matching(both, indicator.dove_numeratore), both
    numerator, lost_top = _sum(top, indicator.numeratore)
    name = indicator.numeratore if indicator.kind == "variazione" else indicator.denominatore
    denominator, lost_below = (None, 0) if name is None else _sum(below, name)
    hidden = sum(_withheld(row, indicator.numeratore, indicator.denominatore) for row in now)
    hidden = max(hidden, lost_top, lost_below)
    absent = sum(
        not _withheld(row, indicator.numeratore, indicator.denominatore)
        and not (_shown(row, indicator.numeratore) and _shown(row, indicator.denominatore))
        for row in now
    )
    if indicator.kind == "variazione" and (lost_top or lost_below):
        # two years compared on different rows would compare nothing
        return Figure(period, WITHHELD, rows=count, hidden=hidden, synthetic=synthetic)
    lacking = numerator is None or (name is not None and not denominator)
    if lacking:
        state = WITHHELD if hidden else NOT_COLLECTED
        return Figure(period, state, rows=count, hidden=hidden, synthetic=synthetic)
    assert numerator is not None
    found = formula(indicator.formula).estimate(numerator, denominator, indicator.kind)
    scale = 100 if indicator.per_cento and found.value is not None else 1
    return Figure(
        period,
        PUBLISHED,
        None if found.value is None else found.value * scale,
        numerator,
        denominator,
        found.low,
        found.high,
        count,
        hidden,
        absent,
        synthetic,
    )


def _row_by_row(indicator: Indicator) -> bool:
    divided = indicator.kind not in ("variazione", "conteggio")
    return divided and indicator.denominatore not in (None, ROWS)


def _shown(row: Row, name: str | None) -> bool:
    return name is None or name == ROWS or row.get(name) is not None


def _withheld(row: Row, *names: str | None) -> bool:
    return any(row.get(f"{name}_stato") == WITHHELD for name in names if name)


def _sum(rows: Sequence[Row], name: str) -> tuple[float | None, int]:
    """Return the sum over the rows that show it (None: none does), and how many withhold it."""
    if name == ROWS:
        return float(len(rows)), 0
    values = [row[name] for row in rows if row[name] is not None]
    return (float(sum(values)) if values else None), sum(_withheld(row, name) for row in rows)


def by(
    indicator: Indicator, rows: Sequence[Row], column: str, order: Callable[[str], Any]
) -> dict[str, list[Figure]]:
    """Return, for each value of a column in the order asked, the indicator's series over it.

    Only values of rows that the indicator takes stand there.
    """
    taken = matching(rows, indicator.dove)
    values = sorted({str(row[column]) for row in taken if row[column] is not None}, key=order)
    every = periods(taken)
    found: dict[str, list[Figure]] = {}
    for value in values:
        own = [row for row in rows if str(row[column]) == value]
        found[value] = (
            [at(indicator, own, period) for period in every]
            if indicator.per_periodo
            else series(indicator, own)
        )
    return found
