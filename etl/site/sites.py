"""The operators' sites: their order, when they open, and the file that the dashboard filters."""

from __future__ import annotations

import json
import re
from typing import Any

from etl.contracts import vocabulary
from etl.site.followed import Followed
from etl.site.language import collation_key
from etl.site.released import Released, Row

# How many sites stand on the dashboard itself; the page fetches all of them to filter them.
FIRST_ROWS = 25
HOURS = {
    "mattina": "Aperto la mattina",
    "pomeriggio": "Aperto il pomeriggio",
    "appuntamento": "Riceve su appuntamento",
}
_SPAN = re.compile(r"(\d{1,2})(?:[:.]\d{2})?\s*[-–]\s*(\d{1,2})(?:[:.]\d{2})?")
AFTERNOON = 14
# A text that the catalogue does not state, in `sedi.json`.
NOT_STATED = -1


def opening(hours: str | None) -> list[str]:
    """Return when a site opens, as far as its hours say: codes of `HOURS`."""
    text = hours or ""
    spans = [(int(first), int(last)) for first, last in _SPAN.findall(text)]
    found = {
        "mattina": any(first < 12 for first, _ in spans),
        "pomeriggio": any(last > AFTERNOON for _, last in spans),
        "appuntamento": "appuntamento" in text.casefold(),
    }
    return [code for code, holds in found.items() if holds]


def in_order(sites: list[Row]) -> list[Row]:
    """Return the sites by operator's name, then comune: an order that is no ranking."""
    return sorted(
        sites,
        key=lambda row: (
            collation_key(row["denominazione_operatore"]),
            collation_key(row["comune"]),
            row["id_sede"],
        ),
    )


def listed(row: Row, released: Released) -> Row:
    """Return the site with its province's letters, and with empty lists where none is stated."""
    province = released.by_code.get(row["codice_provincia"])
    lists = ("servizi", "gruppi_disabilita", "accessibilita", "lingue")
    return {
        **row,
        "sigla": province.sigla if province else "",
        **{name: row[name] or [] for name in lists},
    }


def columns(released: Released, followed: Followed) -> str:
    """Return the sites as JSON columns in the list's order, each text written once.

    `codici` says which codes the numbers of `gruppo`, `accesso`, `servizio`, `lingua`, `apertura`
    and `conosciute` are made of: the first code is bit 1, the second 2, the third 4 and so on.
    `attesa` is the median wait for the first service in days, null where it is not known.
    """
    rows = in_order(released.rows("sedi-operatori"))
    provinces = {item.code: place for place, item in enumerate(released.provinces)}
    operators = list(
        dict.fromkeys((row["id_operatore"], row["denominazione_operatore"]) for row in rows)
    )
    comuni = sorted({row["codice_comune"]: row for row in rows}.items())
    hours = sorted({row["orari"] for row in rows if row["orari"]})
    operator_at = {code: place for place, (code, _) in enumerate(operators)}
    comune_at = {code: place for place, (code, _) in enumerate(comuni)}
    hours_at = {text: place for place, text in enumerate(hours)}
    codes = {
        "gruppo": list(vocabulary("gruppi_disabilita")),
        "accesso": list(vocabulary("accessibilita")),
        "servizio": list(vocabulary("servizi")),
        "lingua": list(vocabulary("lingue")),
        "apertura": list(HOURS),
    }
    pairs = [(row["id_operatore"], row["codice_provincia"]) for row in rows]
    known = [followed.known_for(*pair) for pair in pairs]
    content: dict[str, Any] = {
        "province": [[item.code, item.sigla] for item in released.provinces],
        "operatori": operators,
        "comuni": [
            [code, row["comune"], provinces[row["codice_provincia"]], row["lat"], row["lon"]]
            for code, row in comuni
        ],
        "orari": hours,
        "codici": codes,
        "sedi": {
            "operatore": [operator_at[row["id_operatore"]] for row in rows],
            "id": [row["id_sede"] for row in rows],
            "nome": [row["denominazione_sede"] for row in rows],
            "comune": [comune_at[row["codice_comune"]] for row in rows],
            "indirizzo": [row["indirizzo"] or "" for row in rows],
            "orari": [hours_at.get(row["orari"], NOT_STATED) for row in rows],
            "gruppo": [_bits(row["gruppi_disabilita"], codes["gruppo"]) for row in rows],
            "accesso": [_bits(row["accessibilita"], codes["accesso"]) for row in rows],
            "servizio": [_bits(row["servizi"], codes["servizio"]) for row in rows],
            "lingua": [_bits(row["lingue"], codes["lingua"]) for row in rows],
            "apertura": [_bits(opening(row["orari"]), codes["apertura"]) for row in rows],
            "conosciute": [_bits(groups, codes["gruppo"]) for groups in known],
            "attesa": [followed.activity.get(pair, {}).get("attesa") for pair in pairs],
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _bits(present: list[str] | None, codes: list[str]) -> int:
    return sum(1 << codes.index(code) for code in present or [])
