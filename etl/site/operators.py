"""The operators' dashboard and a page for each operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from etl.config import Config
from etl.contracts import vocabulary
from etl.site.language import collation_key, fold, long_date
from etl.site.maps import FoliumMap, Point, region_map
from etl.site.page import Asset, Page
from etl.site.released import Released, Row

TRAIL = (("operatori/", "Operatori"),)


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the dashboard, then one page for each operator."""
    sites = _in_order(released.rows("sedi-operatori"))
    yield Page(
        path="operatori/index.html",
        template="operatori",
        title="Operatori",
        description=(
            "Gli operatori accreditati che aiutano le persone con disabilità a trovare lavoro: "
            "dove sono, che cosa offrono, chi conoscono meglio."
        ),
        context={
            "sedi": [_listed(row, released) for row in sites],
            "operatori": len({row["id_operatore"] for row in sites}),
            "province": released.provinces,
            "servizi": vocabulary("servizi"),
            "gruppi": vocabulary("gruppi_disabilita"),
            "accessi": vocabulary("accessibilita"),
            "mappa": dashboard_map(released),
            "cataloghi": _catalogues(config, released),
        },
    )
    by_operator: dict[str, list[Row]] = {}
    for row in sites:
        by_operator.setdefault(row["id_operatore"], []).append(row)
    for operator in sorted(released.rows("operatori"), key=lambda row: row["id_operatore"]):
        own = by_operator.get(operator["id_operatore"], [])
        yield _operator_page(config, released, operator, own)


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield the module of the dashboard's map."""
    yield Asset("operatori/mappa.js", text=dashboard_map(released).module)


def dashboard_map(released: Released) -> FoliumMap:
    """Return the map of the sites: one marker for each comune, with how many sites it has."""
    sites = released.rows("sedi-operatori")
    numbers = Counter(row["codice_comune"] for row in sites)
    places = {row["codice_comune"]: row for row in sites}
    points = [
        Point(row["lat"], row["lon"], code, row["comune"], numbers[code])
        for code, row in sorted(places.items())
    ]
    return region_map(released.boundaries, points, theme="../tema")


def _in_order(sites: list[Row]) -> list[Row]:
    """Return the sites by operator's name, then comune: an order that is no ranking."""
    return sorted(
        sites,
        key=lambda row: (
            collation_key(row["denominazione_operatore"]),
            collation_key(row["comune"]),
            row["id_sede"],
        ),
    )


def _listed(row: Row, released: Released) -> dict[str, Any]:
    province = released.by_code.get(row["codice_provincia"])
    return {
        **row,
        "sigla": province.sigla if province else "",
        "comune_cercato": fold(row["comune"]),
        "servizi": row["servizi"] or [],
        "gruppi_disabilita": row["gruppi_disabilita"] or [],
        "accessibilita": row["accessibilita"] or [],
    }


def _catalogues(config: Config, released: Released) -> list[dict[str, Any]]:
    """Return each province with the address of its official catalogue, where it is known."""
    official = {
        source.provincia: source
        for source in config.fonti
        if source.provincia and source.contratto == "catalogo-operatori"
    }
    return [
        {
            "codice": province.code,
            "provincia": province.name,
            "fornitore": official[province.code].fornitore if province.code in official else None,
            "pagina": official[province.code].pagina_ufficiale
            if province.code in official
            else None,
        }
        for province in released.provinces
    ]


def _operator_page(config: Config, released: Released, operator: Row, sites: list[Row]) -> Page:
    name = operator["denominazione_operatore"]
    catalogues = {item["codice"]: item for item in _catalogues(config, released)}
    comuni = sorted({row["comune"] for row in sites}, key=collation_key)
    address = f"{config.portale.url_base}/operatori/{operator['id_operatore']}/"
    return Page(
        path=f"operatori/{operator['id_operatore']}/index.html",
        template="operatore",
        title=name,
        description=f"Sedi, servizi, orari e accessibilità di {name}.",
        trail=TRAIL,
        context={
            "operatore": operator,
            "sedi": [_listed(row, released) for row in sites],
            "comuni": comuni,
            "cataloghi": catalogues,
            "incrocio": next(
                (
                    row
                    for row in released.rows("incrocio-operatori")
                    if row["codice_operatore"] == operator["codice_operatore"]
                ),
                None,
            ),
            "segnalazione": {
                "subject": f"Errore nella scheda di {name}",
                "body": (
                    f"Pagina: {address}\nOperatore: {name} ({operator['codice_operatore']})\n"
                    f"Dati aggiornati al {long_date(released.date)}\n\n"
                    "Che cosa è sbagliato:\n\nChe cosa dovrebbe esserci:\n"
                ),
            },
        },
    )
