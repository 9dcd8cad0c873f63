"""Invented released tables on what operators do and on what follows: small, weak, full, apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from etl.contracts import TOTAL, vocabulary
from etl.indicators.estimates import wilson

PERIOD, BEFORE, RECENT = "2021-01/2023-12", "2018-01/2020-12", "2024-01/2025-12"
YEARS = [f"{year}-01/{year}-12" for year in range(2018, 2024)]
LAST = {"data_riferimento": "2025-12-31", "sintetico": True}
REGION_RATE = 0.4
NOT_COMPARED = ("beneficio_percepito", "risposta_questionario")


def tables(sites: pd.DataFrame, hostile: str) -> dict[str, pd.DataFrame]:
    """Return the data sets on activity, specialisation and outcomes of the sites' operators."""
    names = ["id_operatore", "denominazione_operatore", "codice_provincia", "provincia"]
    distinct = sites[names].drop_duplicates(["id_operatore", "codice_provincia"])
    pairs = [dict(zip(names, row, strict=True)) for row in distinct.itertuples(index=False)]
    return {
        "attivita-operatori": _by_operator(
            [row for number, pair in enumerate(pairs) for row in _activity(number, pair)]
        ),
        "specializzazioni-operatori": _by_operator(_specialisation(pairs)),
        "esiti-operatori": _by_operator(
            [
                row
                for number, pair in enumerate(pairs)
                for period in (BEFORE, PERIOD)
                for row in _outcomes(number, pair, hostile, period)
            ]
        ),
        "esiti-percorsi": pd.DataFrame(
            [row for period in (BEFORE, PERIOD, *YEARS) for row in _paths(period)]
        ),
    }


def _by_operator(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.sort_values("id_operatore", kind="stable", ignore_index=True)


def _activity(number: int, pair: dict[str, Any]) -> list[dict[str, Any]]:
    bands, states = [TOTAL, *vocabulary("fascia")], [TOTAL, *vocabulary("stato_dote")]
    return [
        {
            **pair,
            **LAST,
            "periodo_ingresso": RECENT,
            "fascia": band,
            "stato_dote": state,
            "doti": (8 + number) * (4 if band == TOTAL else 1) * (3 if state == TOTAL else 1),
            "capacita": 40 + number if band == state == TOTAL and number % 5 else None,
            "giorni_attivazione_mediana": 9 + number if band == state == TOTAL else None,
            "giorni_attivazione_p90": 30 + number if band == state == TOTAL else None,
        }
        for band in bands
        for state in states
    ]


def _specialisation(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups = list(vocabulary("gruppi_disabilita"))
    rows = []
    seen: set[str] = set()
    for number, pair in enumerate(pairs):
        places = [("provincia", pair["codice_provincia"], pair["provincia"])]
        if pair["id_operatore"] not in seen:
            places.append(("regione", "03", "Lombardia"))
            seen.add(pair["id_operatore"])
        for level, code, name in places:
            for place, group in enumerate([TOTAL, *groups]):
                known = group != TOTAL and number % 4 != 3
                rows.append(
                    {
                        "id_operatore": pair["id_operatore"],
                        "denominazione_operatore": pair["denominazione_operatore"],
                        "livello_territorio": level,
                        "codice_territorio": code,
                        "territorio": name,
                        "periodo_ingresso": RECENT,
                        "gruppo_disabilita": group,
                        "clienti": 60 if group == TOTAL else (number + place) % 9 + 5,
                        "quoziente_localizzazione": 0.4 + (number + place) % 6 / 2
                        if known
                        else None,
                        "herfindahl": 0.2 if number % 4 != 3 else None,
                        **LAST,
                    }
                )
    return rows


def _rates(seen: int, people: int) -> dict[str, Any]:
    low, high = wilson(seen, people)
    return {
        "persone_osservate": people,
        "con_esito": seen,
        "tasso": round(seen / people, 4),
        "tasso_min": round(low, 4),
        "tasso_max": round(high, 4),
        "tasso_regione": REGION_RATE,
    }


def _adjusted(seen: int, people: int, expected: float) -> dict[str, Any]:
    low, high = wilson(seen, people)
    scale = REGION_RATE * people / expected
    return {
        "attesi": expected,
        "rapporto": round(seen / expected, 3),
        **{
            f"tasso_{kind}{end}": round(min(1.0, value * scale * (factor if not end else 1)), 3)
            for kind, factor in (("aggiustato", 1.0), ("stimato", 1.0))
            for end, value in (("", seen / people), ("_min", low), ("_max", high))
        },
    }


def _outcomes(number: int, pair: dict[str, Any], hostile: str, period: str) -> list[dict[str, Any]]:
    rows = []
    for place, code in enumerate(vocabulary("indicatore_esito")):
        people = (12, 31, 84, 160)[(number + (period == BEFORE)) % 4]
        row = {
            **pair,
            **LAST,
            "periodo_ingresso": period,
            "indicatore_esito": code,
            "replica": hostile if number == 2 else None,
            "tasso_regione": REGION_RATE,
            "segnale": "non_confrontabile",
            "sovradispersione": 0.12,
        }
        if people >= 20:
            seen = people * (6 + (number + place) % 5) // 20
            row |= _rates(seen, people)
            row["affidabilita"] = "debole" if people < 50 else "piena"
            if code not in NOT_COMPARED:
                row |= _adjusted(seen, people, round(people * (0.34 + 0.02 * (number % 6)), 1))
                row["segnale"] = "sopra_atteso" if number % 8 == 3 else "in_linea"
            if code == "beneficio_percepito":
                row["variazione_beneficio"] = 0.31
            if code == "contratto_stabile":
                row["durata_mediana"] = 400 + number
        rows.append(row)
    return rows


def _paths(period: str) -> list[dict[str, Any]]:
    rows = []
    for number, path in enumerate(vocabulary("tipo_percorso_dote")):
        for code in vocabulary("indicatore_esito"):
            seen, people = 420 - 90 * number, 1000
            row = {
                "tipo_percorso_dote": path,
                "periodo_ingresso": period,
                "indicatore_esito": code,
                **_rates(seen, people),
                **LAST,
                "durata_mediana": 500 if code == "contratto_stabile" else None,
                "variazione_beneficio": 0.2 if code == "beneficio_percepito" else None,
            }
            if code not in NOT_COMPARED:
                adjusted = _adjusted(seen, people, 380.0)
                row |= {name: v for name, v in adjusted.items() if "stimato" not in name}
            rows.append(row)
    return rows
