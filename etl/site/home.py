"""The home page, and the page of unknown addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from etl.config import Config
from etl.contracts import WITHHELD
from etl.site.crossing import region_summary
from etl.site.maps import outline
from etl.site.page import Asset, Page
from etl.site.released import Released

# Of the published figures, those shown on the home page: the widest territory, the latest year.
SHOWN_FIGURES = 6


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the home page and the page of unknown addresses."""
    yield Page(
        path="index.html",
        template="home",
        title=f"{config.portale.nome}: il collocamento mirato in {config.portale.regione}",
        description=(
            f"Operatori accreditati, posti riservati e dati aperti sul collocamento mirato "
            f"delle persone con disabilità in {config.portale.regione}."
        ),
        context={
            "cifre": _figures(released),
            "incrocio": region_summary(released),
            "cifre_pubblicate": _published_figures(config, released),
            "sagoma": outline(released.boundaries),
        },
    )
    yield Page(
        path="404.html",
        template="404",
        title="Pagina non trovata",
        description="L’indirizzo cercato non corrisponde a nessuna pagina.",
        # the server gives this page at any depth: its links start from the root
        context={"SITEURL": urlsplit(config.portale.url_base).path.rstrip("/")},
    )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield no file."""
    yield from ()


def _figures(released: Released) -> dict[str, Any]:
    operators = released.rows("operatori")
    sites = released.rows("sedi-operatori")
    vacancies = released.rows("posti-disponibili")
    cells = released.rows("scoperture-province")
    return {
        "operatori": len(operators),
        "sedi": len(sites),
        "comuni_sedi": len({row["codice_comune"] for row in sites}),
        "posti": sum(row["posti"] for row in vacancies),
        "offerte": len(vacancies),
        "comuni_posti": len({row["codice_comune"] for row in vacancies} - {None}),
        "scoperture": sum(row["scoperture"] or 0 for row in cells),
        "celle_riservate": sum(row["scoperture_stato"] == WITHHELD for row in cells),
    }


def _published_figures(config: Config, released: Released) -> list[dict[str, Any]]:
    rows = [row for row in released.rows("cifre-pubblicate") if not row["sintetico"]]
    regional = config.portale.regione
    rows.sort(key=lambda row: row["id_cifra"])
    rows.sort(key=lambda row: str(row["periodo"])[-4:], reverse=True)
    rows.sort(key=lambda row: (row["territorio"] != regional, not row["codice_provincia"]))
    # one figure for each territory before a second of any
    places: Counter[str] = Counter()
    ranked = []
    for place, row in enumerate(rows):
        ranked.append((places[row["territorio"]], place, row))
        places[row["territorio"]] += 1
    return [row for _, _, row in sorted(ranked, key=lambda item: item[:2])][:SHOWN_FIGURES]
