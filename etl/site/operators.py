"""The operators' dashboard and a page for each operator."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from etl.config import Config
from etl.contracts import vocabulary
from etl.site import choosing, sites
from etl.site.followed import COMPARED, NOT_COMPARED, Followed, concentration, in_words
from etl.site.language import collation_key, long_date
from etl.site.maps import FoliumMap, Point, region_map
from etl.site.outcomes import outcome
from etl.site.page import Asset, Page
from etl.site.released import Released, Row
from etl.site.sites import in_order, listed

TRAIL = (("operatori/", "Operatori"),)


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the dashboard, then one page for each operator."""
    rows = in_order(released.rows("sedi-operatori"))
    followed = Followed(released)
    yield Page(
        path="operatori/index.html",
        template="operatori",
        title="Operatori",
        description=(
            "Gli operatori accreditati che aiutano le persone con disabilità a trovare lavoro: "
            "dove sono, che cosa offrono, chi conoscono meglio."
        ),
        context={
            "sedi": [listed(row, released) for row in rows[: sites.FIRST_ROWS]],
            "quante_sedi": len(rows),
            "operatori": len({row["id_operatore"] for row in rows}),
            "province": released.provinces,
            "servizi": vocabulary("servizi"),
            "gruppi": vocabulary("gruppi_disabilita"),
            "accessi": vocabulary("accessibilita"),
            "lingue": vocabulary("lingue"),
            "aperture": sites.HOURS,
            "elenchi": [(item.name, choosing.address(item)) for item in released.provinces],
            "mappa": dashboard_map(released),
            "cataloghi": _catalogues(config, released),
        },
    )
    by_operator: dict[str, list[Row]] = {}
    for row in rows:
        by_operator.setdefault(row["id_operatore"], []).append(row)
    for operator in sorted(released.rows("operatori"), key=lambda row: row["id_operatore"]):
        own = by_operator.get(operator["id_operatore"], [])
        yield _operator_page(config, released, operator, own, followed)


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield the map's module, the sites that the page filters, and where comuni are."""
    yield Asset("operatori/mappa.js", text=dashboard_map(released).module)
    yield Asset("operatori/sedi.json", text=sites.columns(released, Followed(released)))
    yield Asset("operatori/comuni.json", text=_places(released))


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


def _places(released: Released) -> str:
    """Return every comune as [name, province's letters, lat, lon], in names' order."""
    path = released.zone / "geografia" / "comuni.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            [row["comune"], row["sigla"], round(float(row["lat"]), 3), round(float(row["lon"]), 3)]
            for row in csv.DictReader(file)
        ]
    rows.sort(key=lambda row: (collation_key(str(row[0])), row[1]))
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


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


def _operator_page(
    config: Config, released: Released, operator: Row, own: list[Row], followed: Followed
) -> Page:
    name = operator["denominazione_operatore"]
    catalogues = {item["codice"]: item for item in _catalogues(config, released)}
    comuni = sorted({row["comune"] for row in own}, key=collation_key)
    address = f"{config.portale.url_base}/operatori/{operator['id_operatore']}/"
    return Page(
        path=f"operatori/{operator['id_operatore']}/index.html",
        template="operatore",
        title=name,
        description=f"Sedi, servizi, esperienza, attività ed esiti di {name}.",
        trail=TRAIL,
        context={
            "operatore": operator,
            "sedi": [listed(row, released) for row in own],
            "comuni": comuni,
            "cataloghi": catalogues,
            "specialita": _specialisation(config, operator["id_operatore"], followed),
            "attivita": [
                {**item, "codice": code}
                for (who, code), item in sorted(followed.activity.items())
                if who == operator["id_operatore"]
            ],
            "esiti": _outcomes(operator["id_operatore"], followed),
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


def _specialisation(config: Config, operator: str, followed: Followed) -> dict[str, Any]:
    """Return whom the operator follows in the region, in words."""
    rows = followed.specialisation.get((operator, config.portale.codice_regione), [])
    return {
        "righe": [{**row, "detto": in_words(row["quoziente_localizzazione"])} for row in rows],
        "insieme": concentration(rows),
    }


def _outcomes(operator: str, followed: Followed) -> list[dict[str, Any]]:
    """Return the operator's outcomes, a period and a province at a time, compared ones first."""
    found = []
    for period in followed.periods:
        provinces = []
        for (who, _), by_code in sorted(followed.outcomes[period].items()):
            if who != operator:
                continue
            rows = [by_code[code] for code in (*COMPARED, *NOT_COMPARED) if code in by_code]
            stay = by_code.get("contratto_stabile", {}).get("durata_mediana")
            provinces.append(
                {
                    "provincia": rows[0]["provincia"],
                    "righe": [outcome(row, followed) for row in rows if row["tasso"] is not None],
                    "durata_mediana": stay,
                    "replica": rows[0]["replica"],
                }
            )
        if provinces:
            found.append({"periodo": period, "province": provinces})
    return found
