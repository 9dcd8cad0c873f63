"""Charts as plain geometry: the templates in `theme/templates/grafici/` only draw what is here.

A chart is 360 units wide whatever the screen: on a small phone one unit is about a pixel, so its
letters stay readable, and on a wide screen the table stands beside it. Nothing is told by colour
alone: bars bear their figures, lines their own marks and dashes, cells their letters.
"""

from __future__ import annotations

import csv
import io
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.site.language import number

WIDTH = 360
WITHHELD, NOT_COLLECTED = "riservato", "non rilevato"
LINE = 15
LETTERS = 58
SIGNS = ("cerchio", "quadro", "rombo", "triangolo")

Cell = str | float | int | None


@dataclass(frozen=True)
class Chart:
    """One chart: what it is called, what it shows in words, its table, and the marks to draw.

    `kind` names the macro that draws it; `headers` and `rows` are the very figures of the chart,
    as the page's table shows them and the download holds them.
    """

    kind: str
    name: str
    title: str
    description: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    height: float
    marks: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    synthetic: bool = False
    width: int = WIDTH

    @property
    def numeric(self) -> tuple[bool, ...]:
        """For each column, whether its cells are figures, or words that stand in their place."""

        def figure(cell: Cell) -> bool:
            return cell is None or not isinstance(cell, str) or cell in (WITHHELD, NOT_COLLECTED)

        return tuple(
            all(figure(row[place]) for row in self.rows)
            and any(row[place] is not None for row in self.rows)
            for place in range(len(self.headers))
        )

    @property
    def worded(self) -> bool:
        """Whether the table is of words and too wide for a phone: there each row is a card."""
        return self.kind in ("tabella", "gantt") and len(self.headers) > 4

    @property
    def empty(self) -> bool:
        """Whether no cell beside the rows' names tells anything."""
        cells = [cell for row in self.rows for cell in row[1:]]
        return all(cell in (None, "", NOT_COLLECTED) for cell in cells)

    @property
    def csv(self) -> str:
        """The chart's figures as a CSV file (RFC 4180)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.headers)
        writer.writerows(["" if cell is None else cell for cell in row] for row in self.rows)
        return out.getvalue()


@dataclass(frozen=True)
class Value:
    """A figure to draw: its value, or the word that stands in its place; an interval if any."""

    label: str
    value: float | None
    missing: str = NOT_COLLECTED
    low: float | None = None
    high: float | None = None
    target: float | None = None
    parts: tuple[float, float] | None = None


def shown(value: float | None, unit: str = "", missing: str = NOT_COLLECTED) -> str:
    """Return a figure with its unit as a reader expects it; `missing` where there is none."""
    if value is None:
        return missing
    if unit == "percento":
        return f"{number(round(100 * value, 1))}%"
    if unit == "punti percentuali":
        return f"{number(round(100 * value, 1))} {unit}"
    figure = number(round(value, 2))
    if unit.startswith("euro"):
        return f"{figure} €" + unit.removeprefix("euro")
    return f"{figure} {unit}".strip()


def plain(value: float | None, unit: str) -> float | None:
    """Return a figure as its table holds it: percentages, and points, as percent."""
    if value is None:
        return None
    return round(100 * value, 1) if unit in ("percento", "punti percentuali") else round(value, 2)


def wrapped(text: str, letters: int = LETTERS) -> list[str]:
    """Return the text cut into the lines that fit the chart's width."""
    return textwrap.wrap(text, letters) or [""]


def nice_top(value: float) -> float:
    """Return the round number at which an axis ends, never below `value`."""
    if value <= 0:
        return 1.0
    step = 10 ** math.floor(math.log10(value))
    return float(
        next(
            step * factor
            for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
            if step * factor >= value * 0.999
        )
    )


def bars(
    name: str,
    title: str,
    description: str,
    items: Sequence[Value],
    unit: str = "",
    subject: str = "Voce",
    **more: Any,
) -> Chart:
    """Return horizontal bars, in the order given, each with its figure at its end.

    A bar may have an interval (a whisker) and a target (a tick, named in the table).
    """
    extent = [item.value or 0 for item in items]
    extent += [bound for item in items for bound in (item.high, item.target) if bound]
    proportion = any(item.low is not None for item in items) and max(extent) <= 1
    top = 1.0 if proportion else nice_top(max(extent, default=0))
    y, drawn = 4.0, []
    room = WIDTH - 92
    for item in items:
        lines = wrapped(item.label)
        text = shown(item.value, unit, item.missing)
        bar = None if item.value is None else round(room * max(0.0, item.value) / top, 1)
        drawn.append(
            {
                "righe": [
                    (line, round(y + LINE * (place + 0.75), 1)) for place, line in enumerate(lines)
                ],
                "y": y + LINE * len(lines) + 3,
                "lunghezza": bar,
                "testo": text,
                "testo_x": _beside(item, text, room / top),
                "da": None if item.low is None else round(room * item.low / top, 1),
                "a": None if item.high is None else round(room * item.high / top, 1),
                "meta": None if item.target is None else round(room * item.target / top, 1),
            }
        )
        y += LINE * len(lines) + 28
    extra = _extra_columns(items, unit)
    rows = tuple(
        (item.label, shown_cell(item, unit), *(column(item) for _, column in extra))
        for item in items
    )
    return Chart(
        "barre",
        name,
        title,
        description,
        (subject, _unit_header(unit), *(header for header, _ in extra)),
        rows,
        round(y, 1),
        {"barre": drawn, "base": 14},
        **more,
    )


def _beside(item: Value, text: str, scale: float) -> float:
    """Return where a bar's figure starts: after the bar, and never across the target's tick."""
    start = scale * (item.high or item.value or 0) + 6 if item.value is not None else 6.0
    tick = None if item.target is None else scale * item.target
    if tick is not None and start - 4 <= tick <= start + 7.2 * len(text):
        start = tick + 6
    return round(start, 1)


def shown_cell(item: Value, unit: str) -> Cell:
    """Return the figure for a table, or the word that stands in its place."""
    return item.missing if item.value is None else plain(item.value, unit)


def _unit_header(unit: str) -> str:
    return {"percento": "Percento", "": "Valore"}.get(unit, unit[:1].upper() + unit[1:])


def _extra_columns(items: Sequence[Value], unit: str) -> list[tuple[str, Any]]:
    columns: list[tuple[str, Any]] = []
    if any(item.parts and item.parts[1] != 1 for item in items):
        columns.append(("Numeratore", lambda item: item.parts[0] if item.parts else None))
        columns.append(("Denominatore", lambda item: item.parts[1] if item.parts else None))
    if any(item.low is not None for item in items):
        columns.append(("Da (95%)", lambda item: plain(item.low, unit)))
        columns.append(("A (95%)", lambda item: plain(item.high, unit)))
    if any(item.target is not None for item in items):
        columns.append(("Obiettivo", lambda item: plain(item.target, unit)))
    return columns


def lines(
    name: str,
    title: str,
    description: str,
    periods: Sequence[str],
    series: Mapping[str, Sequence[Value]],
    unit: str = "",
    subject: str = "Periodo",
    target: float | None = None,
    **more: Any,
) -> Chart:
    """Return one line for each series over the same periods; a missing figure breaks the line.

    Each series has a dash and a mark of its own, and its name in the legend above. `target` is a
    level that the document sets.
    """
    values = [item.high or item.value or 0 for items in series.values() for item in items]
    top = nice_top(max([*values, target or 0], default=0))
    if unit == "percento":
        top = min(1.0, top) if max([*values, target or 0], default=0) <= 1 else top
    legend = 20 * len(series) if len(series) > 1 else 0
    left, right, roof, floor = 44, WIDTH - 14, legend + 22, legend + 202
    x = _positions(len(periods), left + 12, right - 12)

    def height(value: float) -> float:
        return round(floor - (floor - roof) * value / top, 1)

    drawn = []
    for place, (label, items) in enumerate(series.items()):
        points = [
            None if item.value is None else (x[where], height(item.value))
            for where, item in enumerate(items)
        ]
        drawn.append(
            {
                "nome": textwrap.shorten(label, 48, placeholder="…"),
                "segno": SIGNS[place % len(SIGNS)],
                "tratto": place % len(SIGNS),
                "tratti": _pieces(points),
                "punti": [point for point in points if point],
                "testi": [
                    (px, round(height(item.high or item.value) - 9, 1), shown(item.value, unit))
                    for px, item in zip(x, items, strict=True)
                    if item.value is not None and len(series) == 1
                ],
                "baffi": [
                    (px, height(item.low), height(item.high))
                    for px, item in zip(x, items, strict=True)
                    if item.low is not None and item.high is not None
                ],
                "assenti": [
                    (px, floor - 6, item.missing)
                    for px, item in zip(x, items, strict=True)
                    if item.value is None and len(series) == 1
                ],
                "legenda_y": 20 * place + 13,
            }
        )
    every = max(1, math.ceil(len(periods) / 6))
    rows = tuple(
        (period, *(shown_cell(items[place], unit) for items in series.values()))
        for place, period in enumerate(periods)
    )
    return Chart(
        "linee",
        name,
        title,
        description,
        (subject, *series),
        rows,
        floor + 30,
        {
            "serie": drawn,
            "assi": [(height(top * part), shown(top * part, unit)) for part in (0, 0.5, 1)],
            "periodi": [
                (px, period)
                for place, (px, period) in enumerate(zip(x, periods, strict=True))
                if place % every == 0 or place == len(periods) - 1
            ],
            "sinistra": left,
            "destra": right,
            "pavimento": floor,
            "meta": None if target is None else (height(target), shown(target, unit)),
        },
        **more,
    )


def _positions(count: int, first: float, last: float) -> list[float]:
    if count == 1:
        return [round((first + last) / 2, 1)]
    return [round(first + (last - first) * place / (count - 1), 1) for place in range(count)]


def _pieces(points: Sequence[tuple[float, float] | None]) -> list[str]:
    pieces: list[list[str]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{point[0]},{point[1]}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]


def small_multiples(
    name: str,
    title: str,
    description: str,
    periods: Sequence[str],
    panels: Mapping[str, Sequence[Value]],
    unit: str = "",
    subject: str = "Provincia",
    **more: Any,
) -> Chart:
    """Return one small panel for each province, all on one scale, in the order given."""
    values = [item.value or 0 for items in panels.values() for item in items]
    top = (
        1.0
        if unit == "percento" and max(values, default=0) <= 1
        else nice_top(max(values, default=0))
    )
    columns, wide, tall = 3, WIDTH / 3, 94
    drawn = []
    for place, (label, items) in enumerate(panels.items()):
        left, above = (place % columns) * wide, (place // columns) * tall
        x = _positions(len(periods), left + 8, left + wide - 14)
        points = [
            None if item.value is None else (x[where], round(above + 84 - 46 * item.value / top, 1))
            for where, item in enumerate(items)
        ]
        last = items[-1] if items else Value(label, None)
        drawn.append(
            {
                "nome": textwrap.shorten(label, 19, placeholder="…"),
                "x": round(left + 4, 1),
                "y": above + 14,
                "ultimo": shown(last.value, unit, last.missing),
                "tratti": _pieces(points),
                "punti": [point for point in points if point],
                "base": (round(left + 4, 1), round(left + wide - 10, 1), above + 85),
            }
        )
    rows = tuple(
        (label, *(shown_cell(item, unit) for item in items)) for label, items in panels.items()
    )
    return Chart(
        "multipli",
        name,
        title,
        description,
        (subject, *periods),
        rows,
        tall * math.ceil(len(panels) / columns) + 4,
        {"riquadri": drawn, "massimo": shown(top, unit)},
        **more,
    )


@dataclass(frozen=True)
class FunnelPoint:
    """One unit of a funnel plot: its name, its size (people, or expected outcomes), its value."""

    label: str
    size: float
    value: float
    flagged: bool = False


def funnel(
    name: str,
    title: str,
    description: str,
    points: Sequence[FunnelPoint],
    limits: Mapping[str, Sequence[tuple[float, float, float]]],
    centre: float,
    unit: str = "",
    size_name: str = "Persone",
    subject: str = "Operatore",
    **more: Any,
) -> Chart:
    """Return a funnel plot: values against size, with control limits.

    `limits` maps each band's name (such as «95%») to (size, low, high), by size. Points outside
    are squares and named in the table, not in any order of merit: rows keep the order given.
    """
    sizes = [point.size for point in points] + [row[0] for band in limits.values() for row in band]
    highest = [point.value for point in points]
    highest += [
        row[2] for band in limits.values() for row in band if row[0] >= max(sizes, default=1) / 20
    ]
    widest, top = nice_top(max(sizes, default=1)), nice_top(max([*highest, centre], default=1))
    if unit == "percento":
        top = min(1.0, top)
    left, right, roof, floor = 44, WIDTH - 12, 14, 230

    def x(size: float) -> float:
        return round(left + (right - left) * size / widest, 1)

    def y(value: float) -> float:
        return round(floor - (floor - roof) * min(max(value, 0), top) / top, 1)

    bands = [
        {
            "nome": band,
            "tratto": place,
            "sotto": " ".join(f"{x(size)},{y(low)}" for size, low, _ in rows),
            "sopra": " ".join(f"{x(size)},{y(high)}" for size, _, high in rows),
            "testo": (right - 2, y(rows[-1][2]) - 4) if rows else None,
        }
        for place, (band, rows) in enumerate(limits.items())
    ]
    return Chart(
        "imbuto",
        name,
        title,
        description,
        (subject, size_name, _unit_header(unit), "Fuori dai limiti"),
        tuple(
            (
                point.label,
                plain(point.size, ""),
                plain(point.value, unit),
                "sì" if point.flagged else "no",
            )
            for point in points
        ),
        floor + 44,
        {
            "punti": [(x(point.size), y(point.value), point.flagged) for point in points],
            "fasce": bands,
            "centro": (y(centre), shown(centre, unit)),
            "assi": [(y(top * part), shown(top * part, unit)) for part in (0, 0.5, 1)],
            "taglie": [(x(widest * part), number(widest * part)) for part in (0, 0.5, 1)],
            "nome_taglia": size_name,
            "sinistra": left,
            "destra": right,
            "pavimento": floor,
        },
        **more,
    )


@dataclass(frozen=True)
class Action:
    """One action of a plan: its name, the periods in which it is planned, its state in words.

    `linked` are the numbers of other plans' actions that the document names beside it.
    """

    code: str
    label: str
    periods: frozenset[str]
    state: str
    responsible: str = ""
    linked: str = ""


STATE_SIGNS = {
    "non avviata": "○",
    "in corso": "◐",
    "conclusa": "●",
    "sospesa": "✕",
    "non nota": "?",
}


def _state_place(state: str) -> tuple[int, str]:
    known = list(STATE_SIGNS)
    return (known.index(state) if state in known else len(known), state)


def gantt(
    name: str,
    title: str,
    description: str,
    periods: Sequence[str],
    actions: Sequence[Action],
    subject: tuple[str, str] = ("Sigla", "Azione"),
    **more: Any,
) -> Chart:
    """Return the actions of a plan by period, each with its state as a sign and a word.

    `subject` says what an action's code and label are called.
    """
    left, right = 96, WIDTH - 10
    step = (right - left) / max(1, len(periods))
    linked = any(action.linked for action in actions)
    accountable = any(action.responsible for action in actions)
    states = sorted({action.state for action in actions}, key=_state_place)
    key = [
        {"x": 178 * (place % 2), "y": 13 + 18 * (place // 2), "segno": STATE_SIGNS.get(state, "?")}
        | {"nome": state, "stato": state.replace(" ", "-")}
        for place, state in enumerate(states)
    ]
    roof = 18.0 * math.ceil(len(states) / 2) + 8
    y, drawn = roof + 24, []
    for action in actions:
        drawn.append(
            {
                "codice": textwrap.shorten(action.code, 13, placeholder="…"),
                "y": y,
                "celle": [
                    round(left + step * place + 2, 1)
                    for place, period in enumerate(periods)
                    if period in action.periods
                ],
                "segno": STATE_SIGNS.get(action.state, "?"),
                "stato": action.state.replace(" ", "-"),
            }
        )
        y += 20
    return Chart(
        "gantt",
        name,
        title,
        description,
        (
            *subject,
            "Quando",
            "Stato",
            *(("Responsabile",) * accountable),
            *(("Azioni collegate",) * linked),
        ),
        tuple(
            (
                a.code,
                a.label,
                ", ".join(p for p in periods if p in a.periods),
                a.state,
                *((a.responsible,) * accountable),
                *((a.linked,) * linked),
            )
            for a in actions
        ),
        y + 4,
        {
            "azioni": drawn,
            "periodi": [
                (round(left + step * (place + 0.5), 1), period)
                for place, period in enumerate(periods)
            ],
            "larghezza": round(step - 4, 1),
            "legenda": key,
            "tetto": roof + 14,
            "sinistra": left,
            "destra": right,
        },
        **more,
    )


def matrix(
    name: str,
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[Cell]],
    labels: Mapping[str, str] | None = None,
    subject: str = "Voce",
    **more: Any,
) -> Chart:
    """Return a grid of letters or numbers: rows by columns, flows or responsibilities.

    Numbers are shaded by size as well; letters stand alone. `labels` are the rows' long names,
    shown in the table; the grid bears the rows' own keys.
    """
    numbers = [cell for cells in rows.values() for cell in cells if isinstance(cell, (int, float))]
    largest = max(numbers, default=0)
    left = 96
    step = (WIDTH - left - 4) / max(1, len(columns))
    heads = [wrapped(column, max(4, int(step / 6.2))) for column in columns]
    roof = 12 * max((len(head) for head in heads), default=1) + 8
    y, drawn = float(roof), []
    for key, cells in rows.items():
        drawn.append(
            {
                "nome": _short_lines(key, y),
                "y": y,
                "celle": [
                    {
                        "x": round(left + step * place, 1),
                        "testo": number(cell)
                        if isinstance(cell, (int, float))
                        else str(cell or ""),
                        "peso": _shade(cell, largest),
                    }
                    for place, cell in enumerate(cells)
                ],
            }
        )
        y += 24
    names = labels or {}
    return Chart(
        "matrice",
        name,
        title,
        description,
        (subject, *(("Descrizione",) if labels else ()), *columns),
        tuple(
            (key, *((names.get(key, ""),) if labels else ()), *cells) for key, cells in rows.items()
        ),
        y + 4,
        {
            "righe": drawn,
            "teste": [
                (
                    round(left + step * (place + 0.5), 1),
                    [(12 * (n + 1), part) for n, part in enumerate(head)],
                )
                for place, head in enumerate(heads)
            ],
            "larghezza": round(step - 2, 1),
        },
        **more,
    )


@dataclass(frozen=True)
class Place:
    """A point on a map: its name, its place (WGS84), how many things stand there."""

    label: str
    lat: float
    lon: float
    count: int


def places(
    name: str,
    title: str,
    description: str,
    points: Sequence[Place],
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    **more: Any,
) -> Chart:
    """Return a plain map: a numbered circle a place, its name beside it, and a scale.

    Longitudes are shrunk by the cosine of the latitude; names stand where they cover no other.
    """
    margin, room = 26, WIDTH - 116
    south, north = min(p.lat for p in points), max(p.lat for p in points)
    west, east = min(p.lon for p in points), max(p.lon for p in points)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = room / max((east - west) * shrink, (north - south) * 0.9, 0.05)
    drawn: list[dict[str, Any]] = []
    for point in points:
        drawn.append(
            {
                "x": round(margin + (point.lon - west) * shrink * scale, 1),
                "y": round(margin + (north - point.lat) * scale, 1),
                "raggio": 9 if point.count < 10 else 12,
                "numero": number(point.count),
            }
        )
    taken = [_box(spot["x"], spot["y"], 12, 12) for spot in drawn]
    for spot, point in sorted(zip(drawn, points, strict=True), key=lambda pair: pair[0]["x"]):
        text = textwrap.shorten(point.label, 24, placeholder="…")
        wide = 6.1 * len(text)
        ways = [
            (spot["x"] + spot["raggio"] + 4, spot["y"] + 4, "d-inizio", 0.0),
            (spot["x"] - spot["raggio"] - 4, spot["y"] + 4, "d-fine", -wide),
            (spot["x"], spot["y"] - spot["raggio"] - 5, "d-mezzo", -wide / 2),
            (spot["x"], spot["y"] + spot["raggio"] + 13, "d-mezzo", -wide / 2),
        ]
        boxes = [_box(x + shift + wide / 2, y - 4, wide / 2, 6) for x, y, _, shift in ways]
        clashes = [
            sum(_overlap(box, other) for other in taken) + 50 * (box[0] < 0) + 50 * (box[2] > WIDTH)
            for box in boxes
        ]
        best = clashes.index(min(clashes))
        taken.append(boxes[best])
        x, y, anchor, _ = ways[best]
        spot |= {"nome": text, "nome_x": round(x, 1), "nome_y": round(y, 1), "verso": anchor}
    height = max(spot["y"] for spot in drawn) + margin
    ten_kilometres = 10 / 111.2 * scale
    return Chart(
        "carta",
        name,
        title,
        description,
        tuple(headers),
        tuple(map(tuple, rows)),
        round(height + 34, 1),
        {"punti": drawn, "scala": (round(ten_kilometres, 1), round(height + 14, 1))},
        **more,
    )


def _box(x: float, y: float, half: float, tall: float) -> tuple[float, float, float, float]:
    return x - half, y - tall, x + half, y + tall


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _short_lines(text: str, y: float) -> list[tuple[float, str]]:
    """Return a row's name in one line, or two, with the height of each beside its cells."""
    lines = textwrap.wrap(text, 17, max_lines=2, placeholder="…")
    starts = (15.0,) if len(lines) == 1 else (9.0, 20.0)
    return [(y + start, line) for start, line in zip(starts, lines, strict=True)]


def table(
    name: str,
    title: str,
    description: str,
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    **more: Any,
) -> Chart:
    """Return a table without a drawing, where words and several numbers stand side by side."""
    return Chart(
        "tabella", name, title, description, tuple(headers), tuple(map(tuple, rows)), 0, {}, **more
    )


def _shade(cell: Cell, largest: float) -> int:
    """Return the class of a cell: 0 empty, 1–4 by size, 5 for a letter."""
    if cell is None or cell == "":
        return 0
    if isinstance(cell, str):
        return 5
    return 0 if not cell or not largest else min(4, 1 + int(4 * (cell / largest) * 0.999))
