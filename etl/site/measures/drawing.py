"""The charts that a measure declares, filled with its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from etl.contracts import Contract, field_dictionary, vocabulary
from etl.site.charts import (
    Action,
    Cell,
    Chart,
    Place,
    Value,
    bars,
    gantt,
    lines,
    matrix,
    places,
    plain,
    small_multiples,
    table,
)
from etl.site.language import collation_key, listing, long_date
from etl.site.measures.declaration import ROWS, Drawing, Indicator, Measure, load_measures
from etl.site.measures.figures import PERIOD, Figure, by, matching, periods, series
from etl.site.released import Released, Row

ACTIONS, TARGETS = "azioni", "traguardi"


def label(column: str, code: str) -> str:
    """Return what people call a value of a column: its vocabulary's label, else itself."""
    if column == "misura":
        return next((item.titolo for item in load_measures() if item.slug == code), code)
    name = field_dictionary()[column].vocabolario
    known = vocabulary(name) if name else {}
    return known[code].it if code in known else code


def own_rows(measure: Measure, released: Released, slug: str) -> list[Row]:
    """Return the rows of a data set that belong to the measure."""
    rows = released.rows(slug)
    if slug != measure.slug and "misura" in released.datasets[slug].contract.names:
        return [row for row in rows if row["misura"] == measure.slug]
    return rows


def draw(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    """Return the chart; None where there is nothing to draw, because nobody sent a figure."""
    match drawing.tipo:
        case "azioni":
            return _actions(measure, drawing, released)
        case "responsabilita":
            return _responsibilities(measure, drawing, released)
        case "traguardi":
            return _targets(measure, drawing, released)
        case "matrice":
            return _matrix(measure, drawing, released)
        case "parti":
            return _parts(measure, drawing, released)
        case "tabella":
            return _table(measure, drawing, released)
        case "carta":
            return _places(measure, drawing, released)
        case "calendario":
            return _calendar(measure, drawing, released)
        case "indice":
            return _index(measure, drawing, released)
        case "barre" if drawing.per is None:
            return _indicator_bars(measure, drawing, released)
        case "barre":
            return _bars(measure, drawing, released)
        case "province":
            return _provinces(measure, drawing, released)
        case _:
            return _lines(measure, drawing, released)


def _chosen(measure: Measure, drawing: Drawing) -> list[Indicator]:
    return [item for name in drawing.indicatori for item in measure.indicatori if item.id == name]


def _rows(measure: Measure, indicator: Indicator, released: Released) -> list[Row]:
    return own_rows(measure, released, measure.data_set(indicator))


def _invented(figures: Sequence[Figure]) -> bool:
    return any(item.synthetic for item in figures)


def _lines(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    chosen = _chosen(measure, drawing)
    found: dict[str, list[Figure]] = {}
    if drawing.per is not None:
        indicator = chosen[0]
        column = drawing.per
        groups = by(indicator, _rows(measure, indicator, released), column, _order(column))
        found = {label(column, code): figures for code, figures in groups.items()}
    else:
        for item in chosen:
            found[item.titolo] = series(item, _rows(measure, item, released))
    every = sorted({figure.period for figures in found.values() for figure in figures})
    if not every:
        return None
    lined = {
        name: [_at(figures, period).as_value(period) for period in every]
        for name, figures in found.items()
    }
    return lines(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        every,
        lined,
        chosen[0].unit,
        target=_drawn_target(chosen[0]),
        synthetic=any(_invented(figures) for figures in found.values()),
    )


def _at(figures: Sequence[Figure], period: str) -> Figure:
    return next((item for item in figures if item.period == period), Figure(period, "non_rilevato"))


def _order(column: str) -> Callable[[str], Any]:
    name = field_dictionary()[column].vocabolario
    known = list(vocabulary(name)) if name else []
    return lambda code: (known.index(code) if code in known else len(known), collation_key(code))


def _drawn_target(indicator: Indicator) -> float | None:
    """Return the level to draw; «more than» the baseline is the axis itself."""
    target = indicator.obiettivo
    return target.valore if target and target.verso != "piu_di" else None


def _provinces(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    indicator = _chosen(measure, drawing)[0]
    rows = _rows(measure, indicator, released)
    groups = by(indicator, rows, "codice_provincia", lambda code: code)
    every = periods(matching(rows, indicator.dove))
    if not groups:
        return None
    panels = {
        province.name: [
            _at(groups.get(province.code, []), period).as_value(period) for period in every
        ]
        for province in released.provinces
    }
    return small_multiples(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        every,
        panels,
        indicator.unit,
        synthetic=any(_invented(figures) for figures in groups.values()),
    )


def _bars(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    indicator, column = _chosen(measure, drawing)[0], str(drawing.per)
    groups = by(indicator, _rows(measure, indicator, released), column, _order(column))
    last = {code: figures[-1] for code, figures in groups.items() if figures}
    if not last:
        return None
    target = _drawn_target(indicator)
    period = next(iter(last.values())).period
    return bars(
        drawing.id,
        drawing.titolo,
        drawing.descrizione + (f" Periodo: {period}." if period else ""),
        [figure.as_value(label(column, code), target) for code, figure in last.items()],
        indicator.unit,
        field_dictionary()[column].titolo.it,
        synthetic=_invented(list(last.values())),
    )


def _indicator_bars(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    chosen = _chosen(measure, drawing)
    last = []
    for item in chosen:
        figures = series(item, _rows(measure, item, released))
        last.append((item, figures[-1] if figures else Figure("", "non_rilevato")))
    if all(figure.value is None for _, figure in last):
        return None
    return bars(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        [figure.as_value(item.titolo) for item, figure in last],
        chosen[0].unit,
        "Indicatore",
        synthetic=_invented([figure for _, figure in last]),
    )


def _parts(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    """Draw indicators as a grid: denominator, numerator and what they make, a row each."""
    chosen = _chosen(measure, drawing)
    last: list[Figure] = []
    for item in chosen:
        figures = series(item, _rows(measure, item, released))
        last.append(figures[-1] if figures else Figure("", "non_rilevato"))
    if all(figure.value is None for figure in last):
        return None
    period = last[0].period
    unit = {"percento": "Percento"}.get(chosen[0].unit, chosen[0].unit.capitalize())
    grid: dict[str, Sequence[Cell]] = {
        name: (figure.denominator, figure.numerator, plain(figure.value, chosen[0].unit))
        for name, figure in zip(drawing.nomi, last, strict=True)
    }
    return matrix(
        drawing.id,
        drawing.titolo,
        drawing.descrizione + (f" Periodo: {period}." if period else ""),
        [*drawing.colonne, unit],
        grid,
        subject="Gruppo",
        synthetic=_invented(last),
    )


def _declared(measure: Measure, drawing: Drawing, released: Released, slug: str) -> list[Row]:
    """Return the rows that the documents declare (actions, targets) and that the chart takes."""
    rows = released.rows(slug)
    return matching(
        [row for row in rows if row["misura"] == (drawing.misura or measure.slug)], drawing.dove
    )


def _actions(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    rows = _declared(measure, drawing, released, ACTIONS)
    if not rows:
        return None
    years = sorted({year for row in rows for year in row["periodo"].split("/")})
    actions = [
        Action(
            _short(row["id_azione"]),
            row["azione"],
            frozenset(row["periodo"].split("/")),
            label("stato_azione", row["stato_azione"]),
            listing(label("responsabili", code) for code in row["responsabili"] or []),
            ", ".join(row["azioni_collegate"] or []),
        )
        for row in rows
    ]
    return gantt(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        years,
        actions,
        note="Testo e responsabilità vengono dal documento.",
        synthetic=any(row["sintetico"] for row in rows),
    )


def _short(identifier: str) -> str:
    """Return an action's id without the document's prefix, and with dots in its objective."""
    parts = identifier.split("-")[1:]
    return "-".join(parts)


def _responsibilities(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    rows = _declared(measure, drawing, released, ACTIONS)
    known = list(vocabulary("soggetto"))
    actors = {
        code
        for row in rows
        for code in [*(row["responsabili"] or []), *(row["partecipanti"] or [])]
    }
    columns = sorted(actors, key=known.index)
    if not columns:
        return None
    grid: dict[str, Sequence[Cell]] = {}
    for row in rows:
        grid[_short(row["id_azione"])] = [_role(row, code) for code in columns]
    return matrix(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        [label("responsabili", code) for code in columns],
        grid,
        {_short(row["id_azione"]): row["azione"] for row in rows},
        "Azione",
        note="A: risponde dell’azione. R: partecipa a realizzarla. A R: tutte e due. "
        "Il documento non dice chi va solo consultato (C) o informato (I).",
    )


def _role(row: Row, code: str) -> str | None:
    accountable, taking_part = (
        code in (row["responsabili"] or []),
        code in (row["partecipanti"] or []),
    )
    if accountable and taking_part:
        return "A R"
    return "A" if accountable else "R" if taking_part else None


def _targets(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    rows = _declared(measure, drawing, released, TARGETS)
    if not rows:
        return None
    items = [
        Value(
            f"{row['traguardo']} ({row['periodo'].replace('/', '–')})",
            None if row["realizzato"] is None else float(row["realizzato"]),
            "non rilevato",
            target=float(row["previsto"]),
        )
        for row in rows
    ]
    return bars(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        items,
        "",
        "Traguardo",
        note="Il tratto rosso segna quanto è previsto: viene dal documento.",
        synthetic=any(row["sintetico"] for row in rows),
    )


def _matrix(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    row_name, column_name, value_name = drawing.colonne
    last, period = _latest(measure, drawing, released)
    if not last:
        return None
    down = sorted({row[row_name] for row in last}, key=_order(row_name))
    across = sorted({row[column_name] for row in last}, key=_order(column_name))
    if value_name == ROWS:
        cells: dict[tuple[Any, Any], Cell] = dict.fromkeys(product(down, across), 0)
        cells |= Counter((row[row_name], row[column_name]) for row in last)
    else:
        cells = {(row[row_name], row[column_name]): _cell(row, value_name) for row in last}
    return matrix(
        drawing.id,
        drawing.titolo,
        drawing.descrizione + period,
        [label(column_name, code) for code in across],
        {label(row_name, code): [cells.get((code, other)) for other in across] for code in down},
        subject=field_dictionary()[row_name].titolo.it,
        synthetic=any(row["sintetico"] for row in last),
    )


def _table(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    slug = drawing.insieme or measure.slug
    last, period = _latest(measure, drawing, released)
    if not last:
        return None
    # where nobody sends figures, an empty cell is no figure that lacks: the document says nothing
    told = released.datasets[slug].contract.ritorno is not None
    first = drawing.colonne[0]
    order = _order(first)
    return table(
        drawing.id,
        drawing.titolo,
        drawing.descrizione + period,
        [field_dictionary()[name].titolo.it for name in drawing.colonne],
        [
            [_told(row, name, "non rilevato" if told else "–") for name in drawing.colonne]
            for row in sorted(last, key=lambda row: order(str(row[first])))
        ],
        synthetic=any(row["sintetico"] for row in last),
    )


def _latest(measure: Measure, drawing: Drawing, released: Released) -> tuple[list[Row], str]:
    """Return the rows of the last period, and how to say it; all, where the chart shows periods."""
    slug = drawing.insieme or measure.slug
    rows = matching(own_rows(measure, released, slug), drawing.dove)
    every = periods(rows)
    repeated = PERIOD in released.datasets[slug].contract.chiave
    if not every or not repeated or PERIOD in drawing.colonne:
        return rows, ""
    return [row for row in rows if row[PERIOD] == every[-1]], f" Periodo: {every[-1]}."


def _places(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    """Draw how many rows stand at each place; rows without a place have no part in it."""
    rows, period = _latest(measure, drawing, released)
    placed = [row for row in rows if row["lat"] is not None and row["lon"] is not None]
    if not placed:
        return None
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in placed:
        grouped.setdefault(tuple(str(row[name]) for name in drawing.colonne), []).append(row)
    named = sorted(grouped.items(), key=lambda item: [collation_key(text) for text in item[0]])
    return places(
        drawing.id,
        drawing.titolo,
        drawing.descrizione + period,
        [Place(key[0], own[0]["lat"], own[0]["lon"], len(own)) for key, own in named],
        [*(field_dictionary()[name].titolo.it for name in drawing.colonne), "Quante"],
        [
            [
                *(label(name, code) for name, code in zip(drawing.colonne, key, strict=True)),
                len(own),
            ]
            for key, own in named
        ],
        synthetic=any(row["sintetico"] for row in placed),
    )


def _calendar(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    """Draw when each row starts and ends, by half year, with its state."""
    name, start, end, state = drawing.colonne
    rows = matching(own_rows(measure, released, drawing.insieme or measure.slug), drawing.dove)
    dated = [row for row in rows if row[start] is not None and row[end] is not None]
    if not dated:
        return None
    first, last = min(row[start] for row in dated), max(row[end] for row in dated)
    halves = [
        (year, half)
        for year in range(first.year, last.year + 1)
        for half in (1, 2)
        if _half(first) <= (year, half) <= _half(last)
    ]
    order = _order(name)
    return gantt(
        drawing.id,
        drawing.titolo,
        drawing.descrizione,
        [_half_name(item) for item in halves],
        [
            Action(
                str(row[name]),
                f"dal {long_date(row[start])} al {long_date(row[end])}",
                frozenset(
                    _half_name(item)
                    for item in halves
                    if _half(row[start]) <= item <= _half(row[end])
                ),
                label(state, row[state] or "non_nota"),
            )
            for row in sorted(dated, key=lambda row: (order(str(row[name])), row[start]))
        ],
        (field_dictionary()[name].titolo.it, "Date"),
        synthetic=any(row["sintetico"] for row in dated),
    )


def _half(day: date) -> tuple[int, int]:
    return day.year, 1 if day.month <= 6 else 2


def _half_name(half: tuple[int, int]) -> str:
    return f"{'I' if half[1] == 1 else 'II'} {half[0]}"


def _index(measure: Measure, drawing: Drawing, released: Released) -> Chart | None:
    """Draw each value of a column against all of them together: 1 is the whole's own rate."""
    indicator, column = _chosen(measure, drawing)[0], str(drawing.per)
    rows = _rows(measure, indicator, released)
    whole = series(indicator, rows)
    common = whole[-1] if whole else None
    if common is None or not common.value:
        return None
    rate, found = common.value, []
    for code, figures in by(indicator, rows, column, _order(column)).items():
        own = figures[-1].as_value(label(column, code), target=1.0)
        value = None if own.value is None else own.value / rate
        found.append(replace(own, value=value, low=None, high=None, parts=None))
    return bars(
        drawing.id,
        drawing.titolo,
        f"{drawing.descrizione} Periodo: {common.period}.",
        found,
        "",
        field_dictionary()[column].titolo.it,
        note="Il tratto rosso segna 1: come tutti insieme. Sopra 1 è più diffuso, sotto 1 meno.",
        synthetic=common.synthetic,
    )


def _told(row: Row, name: str, missing: str) -> Cell:
    """Return a cell as a table says it: labels for codes, words for what is not there."""
    value = row[name]
    if isinstance(value, bool):
        return "sì" if value else "no"
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, list):
        return ", ".join(label(name, code) for code in value) or "–"
    if value is None:
        return "riservato" if row.get(f"{name}_stato") == "riservato" else missing
    return label(name, value) if isinstance(value, str) else value


def _cell(row: Row, name: str) -> Cell:
    if row[name] is None:
        return "ris." if row.get(f"{name}_stato") == "riservato" else None
    value: Cell = row[name]
    return value


def contracts_of(measure: Measure, released: Released) -> list[Contract]:
    """Return the contracts of the data sets that the measure's page shows."""
    return [released.datasets[slug].contract for slug in measure.data_sets]
