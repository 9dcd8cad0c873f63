"""«Efficacia»: outcomes beside what was to be expected, and paths beside each other. No ranking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from etl.config import Config
from etl.contracts import WITHHELD, vocabulary
from etl.indicators.funnel import interpolated_limits
from etl.site import charts
from etl.site.followed import COMPARED, NOT_COMPARED, Followed, Period, between, percent
from etl.site.language import collation_key, sentence
from etl.site.page import Asset, Page
from etl.site.released import Released, Row

ROOT = "operatori/efficacia/"
TRAIL = (("operatori/", "Operatori"),)
TAILS = (("95%", 0.025), ("99,8%", 0.001))
_SMALLEST = 20


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield one page a period and outcome; the latest, on work after a year, is the section's."""
    followed = Followed(released)
    for code in COMPARED:
        yield _page(released, followed, code, followed.periods[0] if followed.periods else None)
    for period in followed.periods[1:]:
        for code in COMPARED:
            yield _page(released, followed, code, period)


def _page(released: Released, followed: Followed, code: str, period: Period | None) -> Page:
    label = vocabulary("indicatore_esito")[code].it
    latest = period is None or period == followed.periods[0]
    first = latest and code == COMPARED[0]
    rows = _rows(released, code, period)
    title = f"Efficacia: {label}"
    if not latest and period is not None:
        title = f"{title}, {period.years}"
    return Page(
        path=f"{_folder(followed, code, period)}index.html",
        template="efficacia",
        title="Efficacia degli operatori" if first else title,
        description=(
            f"Quante persone sono {label}, operatore per operatore: il dato com’è, quello a "
            "parità di persone seguite, e quanto conta il caso. Non è una classifica."
        ),
        trail=TRAIL if first else (*TRAIL, (ROOT, "Efficacia")),
        context={
            "indicatore": code,
            "nome": label,
            "altri": [
                (
                    other,
                    sentence(vocabulary("indicatore_esito")[other].it),
                    _folder(followed, other, period),
                )
                for other in COMPARED
            ],
            "grafico": funnel(released, code, period),
            "province": _by_province(released, rows, followed),
            "quante": _counts(rows),
            "regione": percent(rows[0]["tasso_regione"]) if rows else "",
            "oltre_il_caso": _beyond_chance(rows),
            "periodo": period,
            "periodi": [
                (item, _folder(followed, code, item), item == period) for item in followed.periods
            ],
            "repliche": _replies(rows),
            "percorsi": _paths(released, period) if first else [],
            "percorsi_detti": _paths_in_words(released, period) if first else [],
            "anni": _year_by_year(released, code) if latest else [],
            "sintetico": released.datasets["esiti-operatori"].synthetic,
        },
    )


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield each funnel's figures as a file."""
    followed = Followed(released)
    periods: list[Period | None] = [*followed.periods] or [None]
    for period in periods:
        for code in COMPARED:
            chart = funnel(released, code, period)
            yield Asset(f"{_folder(followed, code, period)}{chart.name}.csv", text=chart.csv)


def _folder(followed: Followed, code: str, period: Period | None) -> str:
    latest = period is None or period == followed.periods[0]
    root = ROOT if latest or period is None else f"{ROOT}{period.years}/"
    return root if code == COMPARED[0] else f"{root}{code.replace('_', '-')}/"


def _rows(released: Released, code: str, period: Period | None) -> list[Row]:
    """Return the outcome's rows by operator's name, then province: an order that is no ranking."""
    return sorted(
        (
            row
            for row in released.rows("esiti-operatori")
            if row["indicatore_esito"] == code
            and period is not None
            and row["periodo_ingresso"] == period.code
        ),
        key=lambda row: (
            collation_key(row["denominazione_operatore"]),
            row["codice_provincia"],
            row["id_operatore"],
        ),
    )


def funnel(released: Released, code: str, period: Period | None) -> charts.Chart:
    """Return the funnel of one outcome: rates for like people by number of people."""
    rows = [row for row in _rows(released, code, period) if row["tasso_aggiustato"] is not None]
    rate = float(rows[0]["tasso_regione"]) if rows else 0.5
    sigma = float(rows[0]["sovradispersione"] or 0) if rows else 0.0
    largest = max([row["persone_osservate"] for row in rows], default=2 * _SMALLEST)
    sizes = np.unique(np.linspace(_SMALLEST, max(largest, 2 * _SMALLEST), 40).round())
    limits = {}
    for name, tail in TAILS:
        low, high = interpolated_limits(rate, sizes, tail, sigma)
        limits[name] = [
            (float(size), round(float(below), 4), round(float(above), 4))
            for size, below, above in zip(sizes, low, high, strict=True)
        ]
    label = vocabulary("indicatore_esito")[code].it
    drawn = charts.funnel(
        f"imbuto-{code.replace('_', '-')}",
        sentence(label),
        "Ogni segno è un operatore in una provincia: più a destra se le persone sono di più, più "
        "in alto se il tasso a parità di persone è più alto. La linea al centro è la media della "
        "regione. Tra le linee tratteggiate le differenze si spiegano con il caso: con poche "
        "persone il caso conta di più. I quadri sono gli operatori con un segnale.",
        [
            charts.FunnelPoint(
                label=row["denominazione_operatore"],
                size=float(row["persone_osservate"]),
                value=float(row["tasso_aggiustato"]),
                flagged=row["segnale"] in ("sopra_atteso", "sotto_atteso"),
            )
            for row in rows
        ],
        limits,
        rate,
        unit="percento",
        synthetic=released.datasets["esiti-operatori"].synthetic,
    )
    return replace(
        drawn,
        headers=(
            "Operatore",
            "Provincia",
            "Persone",
            "Tasso com’è",
            "Tasso a parità di persone",
            "Da",
            "A",
            "Segnale",
        ),
        rows=tuple(
            (
                row["denominazione_operatore"],
                row["provincia"],
                row["persone_osservate"],
                *(
                    row[name]
                    for name in (
                        "tasso",
                        "tasso_aggiustato",
                        "tasso_aggiustato_min",
                        "tasso_aggiustato_max",
                    )
                ),
                vocabulary("segnale")[row["segnale"]].it,
            )
            for row in rows
        ),
    )


def _by_province(released: Released, rows: list[Row], followed: Followed) -> list[dict[str, Any]]:
    """Return the provinces in the portal's order, each with its operators by name."""
    found = []
    for province in released.provinces:
        own = [row for row in rows if row["codice_provincia"] == province.code]
        shown = [row for row in own if row["tasso"] is not None]
        found.append(
            {
                "nome": province.name,
                "slug": province.slug,
                "righe": [outcome(row, followed) for row in shown],
                "non_confrontabili": [row for row in own if row["con_esito_stato"] == WITHHELD],
            }
        )
    return found


def outcome(row: Row, followed: Followed) -> dict[str, Any]:
    """Return one operator's outcome in one province, as figures in words."""
    period = followed.outcomes[Period(row["periodo_ingresso"])]
    beside = period[row["id_operatore"], row["codice_provincia"]]
    benefit, answers = (beside.get(code) for code in NOT_COMPARED)
    return {
        **row,
        "com_e": percent(row["tasso"]),
        "com_e_tra": between(row["tasso_min"], row["tasso_max"]),
        "a_parita": percent(row["tasso_aggiustato"]),
        "a_parita_tra": between(row["tasso_aggiustato_min"], row["tasso_aggiustato_max"]),
        "stimato": percent(row["tasso_stimato"]),
        "stimato_tra": between(row["tasso_stimato_min"], row["tasso_stimato_max"]),
        "beneficio": percent(benefit["tasso"]) if benefit else "–",
        "risposte": percent(answers["tasso"]) if answers else "–",
    }


def _counts(rows: list[Row]) -> dict[str, int]:
    signals = [row["segnale"] for row in rows if row["tasso"] is not None]
    return {
        "mostrati": len(signals),
        "riservati": len(rows) - len(signals),
        **{code: signals.count(code) for code in vocabulary("segnale")},
    }


def _beyond_chance(rows: list[Row]) -> str:
    sigma = float(rows[0]["sovradispersione"] or 0) if rows else 0.0
    if sigma < 0.1:
        return "Nel complesso, gli operatori differiscono poco più di quanto il caso spieghi."
    if sigma < 0.35:
        return "Nel complesso, gli operatori differiscono un po’ più di quanto il caso spieghi."
    return "Nel complesso, gli operatori differiscono più di quanto il caso spieghi."


def _replies(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["replica"]]


def _path_rows(released: Released, period: Period | None) -> dict[str, dict[str, Row]]:
    """Return the rows of a period by outcome, then by kind of path."""
    by_code: dict[str, dict[str, Row]] = {}
    for row in released.rows("esiti-percorsi"):
        if period is not None and row["periodo_ingresso"] == period.code:
            by_code.setdefault(row["indicatore_esito"], {})[row["tipo_percorso_dote"]] = row
    return by_code


def _year_by_year(released: Released, code: str) -> list[dict[str, Any]]:
    """Return each single year of entry, both kinds of path side by side, the latest last."""
    codes = sorted({str(row["periodo_ingresso"]) for row in released.rows("esiti-percorsi")})
    found = []
    for period in map(Period, codes):
        own = _path_rows(released, period).get(code, {})
        if "-" in period.years or not own:
            continue
        found.append(
            {
                "anno": period.years,
                "regione": percent(next(iter(own.values()))["tasso_regione"]),
                "percorsi": [
                    {
                        "tipo": path.it,
                        "a_parita": percent(row["tasso_aggiustato"]),
                        "tra": between(row["tasso_aggiustato_min"], row["tasso_aggiustato_max"]),
                        "persone": row["persone_osservate"],
                    }
                    for kind, path in vocabulary("tipo_percorso_dote").items()
                    for row in [own.get(kind)]
                    if row is not None
                ],
            }
        )
    return found


def _paths(released: Released, period: Period | None) -> list[dict[str, Any]]:
    """Return one row an outcome, both kinds of path side by side."""
    by_code = _path_rows(released, period)
    return [
        {
            "nome": sentence(label.it),
            "confrontato": code not in NOT_COMPARED,
            "percorsi": [
                {
                    "tipo": path.it,
                    "persone": row["persone_osservate"],
                    "com_e": percent(row["tasso"]),
                    "com_e_tra": between(row["tasso_min"], row["tasso_max"]),
                    "a_parita": percent(row["tasso_aggiustato"]),
                    "a_parita_tra": between(
                        row["tasso_aggiustato_min"], row["tasso_aggiustato_max"]
                    ),
                }
                for kind, path in vocabulary("tipo_percorso_dote").items()
                for row in [by_code[code].get(kind)]
                if row is not None
            ],
        }
        for code, label in vocabulary("indicatore_esito").items()
        if code in by_code
    ]


def _paths_in_words(released: Released, period: Period | None) -> list[str]:
    """Say for each compared outcome whether the two intervals are apart, and nothing more."""
    rows = _path_rows(released, period)
    said = []
    for code in COMPARED:
        one = rows.get(code, {}).get("accompagnato")
        other = rows.get(code, {}).get("individuale")
        if not one or not other:
            continue
        if one["tasso_aggiustato"] is None or other["tasso_aggiustato"] is None:
            continue
        label = sentence(vocabulary("indicatore_esito")[code].it)
        if one["tasso_aggiustato_min"] > other["tasso_aggiustato_max"]:
            text = "a parità di persone, più spesso chi è accompagnato da una rete."
        elif one["tasso_aggiustato_max"] < other["tasso_aggiustato_min"]:
            text = "a parità di persone, più spesso chi segue un percorso individuale."
        else:
            text = "a parità di persone, la differenza può dipendere dal caso."
        said.append(f"{label}: {text}")
    return said
