"""Choosing an operator without any script: lists by province and need, and a guided path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.config import Config
from etl.contracts import vocabulary
from etl.site.followed import Followed
from etl.site.language import sentence
from etl.site.page import Asset, Page
from etl.site.released import Province, Released, Row
from etl.site.sites import in_order

TRAIL = (("operatori/", "Operatori"),)
# How people call what they need, in easy Italian; groups that are not here keep their label.
NEEDS = {
    "motoria": "Ho difficoltà a muovermi",
    "vista": "Ho difficoltà a vedere",
    "udito": "Ho difficoltà a sentire",
    "intellettiva": "Ho difficoltà a capire o a imparare",
    "psichica": "Ho un disagio psichico",
    "spettro_autistico": "Sono una persona autistica",
    "plurima": "Ho più difficoltà insieme",
}


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the guided path, then each province's list and its lists by need."""
    followed = Followed(released)
    sites = in_order(released.rows("sedi-operatori"))
    yield Page(
        path="operatori/guida/index.html",
        template="operatori_guida",
        title="Trova chi ti aiuta: guida facile",
        description="Tre passi, con parole facili, per trovare chi ti aiuta a cercare lavoro.",
        trail=TRAIL,
        context={"province": released.provinces},
    )
    for province in released.provinces:
        own = [row for row in sites if row["codice_provincia"] == province.code]
        needs = {
            code: [row for row in own if code in (row["gruppi_disabilita"] or [])]
            for code in vocabulary("gruppi_disabilita")
        }
        yield _list_page(province, None, own, needs, followed)
        for code, rows in needs.items():
            yield _list_page(province, code, rows, needs, followed)


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield nothing: these are pages only."""
    yield from ()


def address(province: Province, need: str | None = None) -> str:
    """Return where a province's list stands, or its list for one need."""
    folder = f"operatori/provincia/{province.slug}/"
    return folder if need is None else f"{folder}{need.replace('_', '-')}/"


def _list_page(
    province: Province,
    need: str | None,
    rows: list[Row],
    needs: dict[str, list[Row]],
    followed: Followed,
) -> Page:
    label = vocabulary("gruppi_disabilita")[need].it if need else ""
    title = f"Operatori in provincia: {province.name}"
    trail: tuple[tuple[str, str], ...] = TRAIL
    if need:
        title = f"{province.name}: operatori con esperienza di {label}"
        trail = (*TRAIL, (address(province), province.name))
    return Page(
        path=f"{address(province, need)}index.html",
        template="operatori_provincia",
        title=title,
        description=f"{title}: sedi, servizi, accessibilità, orari, in ordine di nome.",
        trail=trail,
        context={
            "provincia": province,
            "bisogno": need,
            "bisogno_nome": label,
            "sedi": [_shown(row, need, province, followed) for row in rows],
            "bisogni": [
                (
                    NEEDS.get(code) or sentence(vocabulary("gruppi_disabilita")[code].it),
                    address(province, code),
                    len(found),
                    code,
                )
                for code, found in needs.items()
            ],
            "tutte": address(province),
        },
    )


def _shown(row: Row, need: str | None, province: Province, followed: Followed) -> dict[str, Any]:
    pair = (row["id_operatore"], row["codice_provincia"])
    return {
        **row,
        "perche": why(row, need, province.name, followed),
        "conosciute": followed.known_for(*pair),
        "attesa": followed.activity.get(pair, {}).get("attesa"),
    }


def why(row: Row, need: str | None, province: str, followed: Followed) -> str:
    """Say why a site is in a list, in short sentences: what was asked, and how easily it is met."""
    reasons = [f"È in provincia ({province})."]
    if need:
        label = vocabulary("gruppi_disabilita")[need].it
        reasons.append(f"Il catalogo dice che ha esperienza di {label}.")
        if need in followed.known_for(row["id_operatore"], row["codice_provincia"]):
            reasons.append(
                "Negli ultimi due anni ha seguito queste persone più di altri operatori."
            )
    if "mezzi_pubblici" in (row["accessibilita"] or []):
        reasons.append("Ha una fermata vicina.")
    return " ".join(reasons)
