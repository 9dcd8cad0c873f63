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
from etl.site.followed import COMPARED, NOT_COMPARED, Followed, between, percent
from etl.site.language import collation_key, sentence
from etl.site.page import Asset, Page
from etl.site.released import Released, Row

ROOT = "operatori/efficacia/"
TRAIL = (("operatori/", "Operatori"),)
TAILS = (("95%", 0.025), ("99,8%", 0.001))
_SMALLEST = 20


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield one page an outcome; the first, on work after a year, is the section's own."""
    followed = Followed(released)
    for place, code in enumerate(COMPARED):
        label = vocabulary("indicatore_esito")[code].it
        folder = _folder(code)
        rows = _rows(released, code)
        chart = funnel(released, code)
        yield Page(
            path=f"{folder}index.html",
            template="efficacia",
            title="Efficacia degli operatori" if not place else f"Efficacia: {label}",
            description=(
                f"Quante persone sono {label}, operatore per operatore: il dato com’è, quello a "
                "parità di persone seguite, e quanto conta il caso. Non è una classifica."
            ),
            trail=TRAIL if not place else (*TRAIL, (ROOT, "Efficacia")),
            context={
                "indicatore": code,
                "nome": label,
                "altri": [
                    (other, sentence(vocabulary("indicatore_esito")[other].it), _folder(other))
                    for other in COMPARED
                ],
                "grafico": chart,
                "province": _by_province(released, rows, followed),
                "quante": _counts(rows),
                "regione": percent(rows[0]["tasso_regione"]) if rows else "",
                "oltre_il_caso": _beyond_chance(rows),
                "periodo": followed.period,
                "repliche": _replies(rows),
                "percorsi": _paths(released) if not place else [],
                "percorsi_detti": _paths_in_words(released) if not place else [],
                "sintetico": released.datasets["esiti-operatori"].synthetic,
            },
        )


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield each funnel's figures as a file."""
    for code in COMPARED:
        chart = funnel(released, code)
        yield Asset(f"{_folder(code)}{chart.name}.csv", text=chart.csv)


def _folder(code: str) -> str:
    return ROOT if code == COMPARED[0] else f"{ROOT}{code.replace('_', '-')}/"


def _rows(released: Released, code: str) -> list[Row]:
    """Return the outcome's rows by operator's name, then province: an order that is no ranking."""
    return sorted(
        (row for row in released.rows("esiti-operatori") if row["indicatore_esito"] == code),
        key=lambda row: (
            collation_key(row["denominazione_operatore"]),
            row["codice_provincia"],
            row["id_operatore"],
        ),
    )


def funnel(released: Released, code: str) -> charts.Chart:
    """Return the funnel of one outcome: rates for like people by number of people."""
    rows = [row for row in _rows(released, code) if row["tasso_aggiustato"] is not None]
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
                "non_confrontabili": sum(row["con_esito_stato"] == WITHHELD for row in own),
            }
        )
    return found


def outcome(row: Row, followed: Followed) -> dict[str, Any]:
    """Return one operator's outcome in one province, as figures in words."""
    beside = followed.outcomes[row["id_operatore"], row["codice_provincia"]]
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


def _paths(released: Released) -> list[dict[str, Any]]:
    """Return one row an outcome, both kinds of path side by side."""
    by_code: dict[str, dict[str, Row]] = {}
    for row in released.rows("esiti-percorsi"):
        by_code.setdefault(row["indicatore_esito"], {})[row["tipo_percorso_dote"]] = row
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


def _paths_in_words(released: Released) -> list[str]:
    """Say for each compared outcome whether the two intervals are apart, and nothing more."""
    rows = {
        (row["indicatore_esito"], row["tipo_percorso_dote"]): row
        for row in released.rows("esiti-percorsi")
    }
    said = []
    for code in COMPARED:
        one = rows.get((code, "accompagnato"))
        other = rows.get((code, "individuale"))
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
