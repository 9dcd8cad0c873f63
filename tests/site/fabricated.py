"""A small released zone, invented from the contracts, with hostile texts among its values."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from shapely.geometry import box

from etl.config import Config
from etl.contracts import load_contracts, vocabulary
from etl.derive.matching.columns import columns
from etl.derive.matching.to_js import module as matching_rules
from etl.derive.quota.to_js import module as browser_rules
from etl.derive.quota.to_json import parameters_json, provinces_json
from etl.protect.release import Release
from etl.protect.tabular import shape
from etl.protect.zone import ReleasableZone, swap
from etl.publish import publish
from tests.site import crossed, followed, measured

DAY = date(2025, 12, 31)
HOSTILE = (
    "<script>window.colpito=1</script>",
    "${window.colpito=1}",
    '=HYPERLINK("http://male.example";"clicca")',
    "</script><img src=x onerror=window.colpito=1>",
    '"><svg onload=window.colpito=1>',
    "{{ 7 * 7 }} {% raw %} {{ config }}",
    "trattino \x96 e campanello \x07",
)
PROVINCES = {
    "012": ("Varese", "VA"),
    "013": ("Como", "CO"),
    "014": ("Sondrio", "SO"),
    "015": ("Milano", "MI"),
    "016": ("Bergamo", "BG"),
    "017": ("Brescia", "BS"),
    "018": ("Pavia", "PV"),
    "019": ("Cremona", "CR"),
    "020": ("Mantova", "MN"),
    "097": ("Lecco", "LC"),
    "098": ("Lodi", "LO"),
    "108": ("Monza e della Brianza", "MB"),
}
JOBS = {
    "4.1.1.2.0": ("Addetti agli affari generali", "4", "Inserimento dati e archivio"),
    "5.1.2.2.0": ("Commessi delle vendite al minuto", "5", "Rifornimento degli scaffali"),
    "8.1.3.2.0": ("Personale non qualificato addetto all’imballaggio", "8", "Preparazione pacchi"),
    "7.2.8.1.0": ("Operai addetti a macchine confezionatrici", "7", "Conduzione di una linea"),
    "3.1.2.1.0": ("Tecnici programmatori", "3", "Manutenzione di applicazioni"),
}


def config() -> Config:
    """Return a portal with two demonstration catalogues and the statements."""
    return Config.model_validate(
        {
            "portale": {
                "nome": "Mirato",
                "regione": "Lombardia",
                "codice_regione": "03",
                "province": list(PROVINCES),
                "url_base": "https://mirato.example/prova",
                "anno_geografia": 2023,
                "titolare": {
                    "nome": "Regione Lombardia (portale dimostrativo)",
                    "codice_ipa": "r_lombar",
                    "email": "opendata@mirato.example",
                    "sito": "https://mirato.example",
                },
            },
            "riservatezza": {
                "soglia_persone": 5,
                "soglia_persone_dettaglio": 10,
                "soglia_imprese": 3,
                "minimo_tassi": 20,
                "quota_massima_nascosta": 0.3,
            },
            "fonti": [
                _catalogue("catalogo-milano", "Città metropolitana di Milano", "015"),
                _catalogue("catalogo-lecco", "Provincia di Lecco", "097"),
                {
                    "id": "prospetti",
                    "fornitore": "Sistema informativo regionale dei prospetti",
                    "contratto": "prospetti",
                    "formato": "pid-xml",
                    "frequenza": "annuale",
                    "percorso": "build/demo/prospetti",
                    "sintetica": True,
                },
            ],
        }
    )


def _catalogue(source: str, supplier: str, province: str) -> dict[str, Any]:
    return {
        "id": source,
        "fornitore": supplier,
        "contratto": "catalogo-operatori",
        "formato": "csv",
        "frequenza": "trimestrale",
        "percorso": f"build/demo/{source}.csv",
        "provincia": province,
        "pagina_ufficiale": f"https://www.provincia.example/{province}/catalogo",
        "sintetica": True,
    }


PROOF = {
    "tables": 3,
    "shown": 60,
    "hidden": 12,
    "equations": 20,
    "recovered": 0,
    "narrow": 0,
    "passed": True,
}


def write_zone(
    folder: Path,
    change: Callable[[dict[str, pd.DataFrame]], None] = lambda _: None,
    **more: Any,
) -> Path:
    """Write the whole zone under `folder` through the real publisher; return it.

    `change` may alter the tables; `more` is the publisher's: `previous`, `day`.
    """
    comuni, province = _geography()
    tables = {
        "sedi-operatori": _sites(comuni),
        "posti-disponibili": _vacancies(comuni),
        "scoperture-territoriali": _cells(),
        "scoperture-province": _province_cells(),
        "scoperture-settori": _sector_cells(),
        "cifre-pubblicate": _figures(),
        "iscritti-profili": _enrolled("regione", "03", "Lombardia"),
        "iscritti-comuni": pd.concat(
            [_enrolled(*place) for place in ENROLLED_PLACES], ignore_index=True
        ).sort_values(["codice_territorio", "gruppo_disabilita"], ignore_index=True),
    }
    tables["operatori"] = _operators(tables["sedi-operatori"])
    tables |= followed.tables(tables["sedi-operatori"], HOSTILE[0])
    tables |= measured.tables(province, made=tables)
    tables |= crossed.tables(
        {code: name for code, (name, _) in PROVINCES.items()},
        sorted(set(tables["operatori"]["codice_operatore"])),
    )
    change(tables)
    contracts = {contract.slug: contract for contract in load_contracts()}
    for slug, contract in contracts.items():
        table = tables[slug]
        for name in contract.names:
            if name not in table:
                source = name.removesuffix("_stato")
                table[name] = table[source].notna().map({True: "pubblicato", False: "riservato"})
        tables[slug] = shape(contract, table)
    release = Release(
        date=DAY,
        synthetic=True,
        contracts=contracts,
        tables=tables,
        expectations=_expectations(),
        quality=_quality(),
        comuni=comuni,
        province=province,
    )
    zone = ReleasableZone(folder)
    publish(config(), release, zone, **more)
    for name, text in (
        ("quota.mjs", browser_rules()),
        ("parametri.json", parameters_json()),
        ("province.json", provinces_json(2023)),
        ("incrocio.mjs", matching_rules(config().incrocio)),
        (
            "posti.json",
            columns(tables["posti-disponibili"], tables["sedi-operatori"], comuni, config()),
        ),
    ):
        zone.write(f"strumenti/{name}", text.encode("utf-8"))
    zone.write("qualita/riservatezza.json", json.dumps(PROOF).encode("utf-8"))
    swap([(zone.folder, zone.current)])
    return zone.current


def _geography() -> tuple[pd.DataFrame, pd.DataFrame]:
    comuni, province = [], []
    for place, (code, (name, sigla)) in enumerate(PROVINCES.items()):
        west, south = 8.6 + 0.45 * (place % 4), 45.1 + 0.35 * (place // 4)
        province.append(
            {
                "codice_provincia": code,
                "provincia": name,
                "sigla": sigla,
                "slug": name.lower().replace(" ", "-"),
                "popolazione": 100_000 + place,
                "geometry": box(west, south, west + 0.45, south + 0.35),
            }
        )
        for number in range(1, 5):
            comuni.append(
                {
                    "codice_comune": f"{code}{number:03}",
                    "comune": name if number == 1 else f"{name} Frazione {number}",
                    "codice_provincia": code,
                    "provincia": name,
                    "sigla": sigla,
                    "lat": round(south + 0.07 * number, 4),
                    "lon": round(west + 0.09 * number, 4),
                    "popolazione": 1000 * number,
                }
            )
    return pd.DataFrame(comuni), pd.DataFrame(province)


def _sites(comuni: pd.DataFrame) -> pd.DataFrame:
    services, groups = list(vocabulary("servizi")), list(vocabulary("gruppi_disabilita"))
    access, tongues = list(vocabulary("accessibilita")), list(vocabulary("lingue"))
    places = comuni[comuni["codice_provincia"].isin(["015", "097", "016"])].to_dict("records")
    rows = []
    for number in range(42):
        operator, place = number % 14, places[number % len(places)]
        name = f"Operatore Inventato {chr(65 + operator)}"
        if operator == 13:
            name = f"Coop {HOSTILE[0]}"
        rows.append(
            {
                **{key: place[key] for key in ("codice_comune", "comune", "lat", "lon")},
                "codice_provincia": place["codice_provincia"],
                "provincia": place["provincia"],
                "id_sede": f"operatore-{operator:02}-sede-{number:02}",
                "id_operatore": f"operatore-{operator:02}",
                "denominazione_operatore": name,
                "denominazione_sede": f"Sede di {place['comune']}",
                "indirizzo": f"via Esempio, {number + 1}",
                "catalogo": "097" if place["codice_provincia"] == "097" else "015",
                "servizi": services[: 1 + number % len(services)],
                "gruppi_disabilita": groups[number % 4 : 1 + number % 7],
                "accessibilita": access[: number % 5],
                "lingue": tongues[: number % 3],
                "orari": "lun–ven 9–12" if number % 3 else None,
                "telefono": "02 0000 0000" if number % 2 else None,
                "email": "sede@operatore.example",
                "sito_web": "javascript:alert(1)" if operator == 13 else "https://op.example/",
                "data_aggiornamento": "2025-11-30",
                "sintetico": True,
            }
        )
    frame = pd.DataFrame(rows)
    return frame.sort_values(["denominazione_operatore", "id_sede"], ignore_index=True)


def _operators(sites: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for operator, group in sites.groupby("id_operatore", sort=True):
        first = group.iloc[0]
        rows.append(
            {
                "id_operatore": operator,
                "codice_operatore": f"ACC{str(operator)[-2:]}",
                "denominazione_operatore": first["denominazione_operatore"],
                "natura_giuridica": "cooperativa_sociale",
                "province_catalogo": sorted(set(group["catalogo"])),
                "numero_sedi": len(group),
                "servizi": sorted({code for codes in group["servizi"] for code in codes}),
                "gruppi_disabilita": sorted(
                    {code for codes in group["gruppi_disabilita"] for code in codes}
                ),
                "email": first["email"],
                "sito_web": first["sito_web"],
                "data_aggiornamento": "2025-11-30",
                "sintetico": True,
            }
        )
    return pd.DataFrame(rows).sort_values("denominazione_operatore", ignore_index=True)


def _vacancies(comuni: pd.DataFrame) -> pd.DataFrame:
    jobs, sectors = list(JOBS.items()), ["C", "G", "H", "N", "R"]
    many = comuni[comuni["codice_provincia"] == "015"].to_dict("records")
    others = comuni[comuni["codice_provincia"].isin(["097", "012", "108"])].to_dict("records")
    places = many * 56 + others * 5
    rows = []
    for number, place in enumerate(places):
        code, (job, group, task) = jobs[number % len(jobs)]
        hostile = number < len(HOSTILE)
        hidden = number % 11 == 10
        rows.append(
            {
                "id_posto": f"{number:016x}",
                "codice_provincia": place["codice_provincia"],
                "provincia": place["provincia"],
                "codice_comune": None if hidden else place["codice_comune"],
                "comune": None if hidden else place["comune"],
                "lat": None if hidden else place["lat"],
                "lon": None if hidden else place["lon"],
                "qualifica": code,
                "professione": job,
                "gruppo_professionale": group,
                "mansione": HOSTILE[number] if hostile else task,
                "posti": 1 + number % 3,
                "categoria_soggetto": "C" if number % 9 == 8 else "D",
                "capacita_controindicazioni": HOSTILE[number]
                if hostile
                else ("No carichi oltre 10 kg" if number % 2 else None),
                "barriere_architettoniche": "S" if number % 4 == 0 else "N",
                "turni_notturni": "S" if number % 5 == 0 else "N",
                "mezzi_pubblici": "S" if number % 3 else "N",
                "categoria_assunzione": "NO" if number % 2 else "NU",
                "settore": None if number % 7 == 6 else sectors[number % len(sectors)],
                "denominazione_azienda": f"Ditta {HOSTILE[3]}" if number == 2 else None,
                "data_riferimento": "2025-12-31",
                "sintetico": True,
            }
        )
    return pd.DataFrame(rows)


def _cells() -> pd.DataFrame:
    """Uncovered quota by province, broad sector and size, every fourth row withheld."""
    rows = []
    for place, (code, (name, _)) in enumerate(PROVINCES.items()):
        for number, sector in enumerate(["industria", "commercio", "sanita"]):
            for size, label in enumerate(vocabulary("classe_dimensionale")):
                where = {"codice_provincia": code, "provincia": name, "macrosettore": sector}
                hidden = (place + number + size) % 4 == 3
                rows.append({**where, "classe_dimensionale": label, **_quota(number, size, hidden)})
    return pd.DataFrame(rows)


def _province_cells() -> pd.DataFrame:
    """Uncovered quota by province and size; in the first province one size is withheld."""
    rows = []
    for place, (code, (name, _)) in enumerate(PROVINCES.items()):
        for size, label in enumerate(vocabulary("classe_dimensionale")):
            where = {"codice_provincia": code, "provincia": name, "classe_dimensionale": label}
            rows.append({**where, **_quota(place + 3, size, hidden=(place, size) == (0, 1))})
    return pd.DataFrame(rows)


def _sector_cells() -> pd.DataFrame:
    """Uncovered quota by broad sector and size, nothing withheld."""
    rows = []
    for number, sector in enumerate(["industria", "commercio", "sanita"]):
        for size, label in enumerate(vocabulary("classe_dimensionale")):
            where = {"macrosettore": sector, "classe_dimensionale": label}
            rows.append({**where, **_quota(number + 6, size, hidden=False)})
    return pd.DataFrame(rows).drop(columns="imprese")


def _quota(number: int, size: int, hidden: bool) -> dict[str, object]:
    return {
        "imprese": None if hidden else 4 + number + size,
        "quota_riserva": None if hidden else 10 + number,
        "scoperture": None if hidden else number * size,
        "scoperture_con_segno": None if hidden else number * size - 1,
        "data_riferimento": "2025-12-31",
        "sintetico": True,
    }


# Milano has ambiti, one of them without a comune by itself; Varese has none.
ENROLLED_PLACES = (
    ("provincia", "015", "Milano"),
    ("ambito", "015-A01", "Ambito inventato Uno"),
    ("comune", "015002", "Milano Frazione 2"),
    ("comune", "015001", "Milano"),
    ("altri_comuni", "015-A01-altri", "Altri comuni: Ambito inventato Uno"),
    ("ambito", "015-A02", "Ambito inventato Due"),
    ("altri_comuni", "015-A02-altri", "Altri comuni: Ambito inventato Due"),
    ("altri_comuni", "015-altri", "Senza un comune noto: Milano"),
    ("provincia", "012", "Varese"),
    ("comune", "012001", "Varese"),
    ("altri_comuni", "012-altri", "Altri comuni della provincia: Varese"),
)


def _enrolled(level: str, code: str, name: str) -> pd.DataFrame:
    """Perturbed counts of one territory, one of them withheld."""
    rows = []
    for number, group in enumerate(["totale", *vocabulary("gruppi_disabilita")]):
        rows.append(
            {
                "livello_territorio": level,
                "codice_territorio": code,
                "territorio": name,
                "codice_provincia": None if level == "regione" else code[:3],
                "codice_ambito": _ambito(code),
                "gruppo_disabilita": group,
                "classe_eta": "totale",
                "sesso": "totale",
                "iscritti": None if number == 7 else 40 - 5 * number,
                "data_riferimento": "2025-12-31",
                "sintetico": True,
            }
        )
    return pd.DataFrame(rows)


def _ambito(code: str) -> str | None:
    """Return the ambito in which a territory of Milano's stands, or which it is."""
    if code in ("015001", "015002"):
        return "015-A01"
    return code.removesuffix("-altri") if "-A" in code else None


def _figures() -> pd.DataFrame:
    rows = []
    for number, (place, code, value, unit) in enumerate(
        [
            ("Lombardia", None, 43851.0, "persone"),
            ("Bergamo", "016", 23.0, "percento"),
            ("Lecco", "097", 599.0, "persone"),
            ("Friuli-Venezia Giulia", None, 8914.0, "persone"),
        ]
    ):
        rows.append(
            {
                "id_cifra": f"cifra-{number}",
                "territorio": place,
                "codice_provincia": code,
                "periodo": "2023" if number < 3 else "2016",
                "indicatore": "Iscritti al collocamento mirato",
                "valore": value,
                "unita_misura": unit,
                "nota": None,
                "ente_fonte": "Ente di prova",
                "fonte": "Giornale di prova",
                "url_fonte": "https://giornale.example/articolo",
                "data_fonte": "2024-07",
                "sintetico": False,
            }
        )
    return pd.DataFrame(rows)


def _expectations() -> list[dict[str, Any]]:
    return [
        {
            "dataset": contract.slug,
            "attesa": "expect_column_values_to_not_be_null",
            "colonna": contract.chiave[0],
            "esito": True,
        }
        for contract in load_contracts()
    ]


def _quality() -> dict[str, Any]:
    sources = []
    for source in config().fonti:
        sources.append(
            {
                "id": source.id,
                "fornitore": source.fornitore,
                "fornitore_slug": source.fornitore.lower().replace(" ", "-").replace("à", "a"),
                "contratto": source.contratto,
                "sintetica": True,
                "frequenza": source.frequenza,
                "letti": 120,
                "accettati": 117,
                "rifiutati": 3,
                "avvisi": 2,
                "problemi": []
                if source.id == "catalogo-lecco"
                else [
                    {
                        "codice": "comune-sconosciuto",
                        "messaggio": "il comune non esiste",
                        "gravita": "riga",
                        "responsabile": "fornitore",
                        "conteggio": 3,
                    },
                    {
                        "codice": "telefono-mancante",
                        "gravita": "avviso",
                        "responsabile": "fornitore",
                        "conteggio": 2,
                    },
                ],
            }
        )
    differences = [
        {"tipo": "valore_diverso", "cifra": "quota_riserva_disabili", "conteggio": 4},
        {"tipo": "riepilogo_assente", "cifra": "", "conteggio": 9},
    ]
    return {"fonti": sources, "differenze_prospetti": differences}
