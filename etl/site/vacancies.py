"""Vacant posts and uncovered quota: the map and list of the region, and the provinces' pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from etl.config import Config
from etl.contracts import PUBLISHED, WITHHELD, vocabulary
from etl.site.language import collation_key, count
from etl.site.maps import FoliumMap, Point, region_map
from etl.site.page import Asset, Page
from etl.site.released import Province, Released, Row

FIRST_ROWS = 25
ROWS_PER_PAGE = 100
TRAIL = (("scoperture/", "Posti e scoperture"),)

# How `posti.json` writes a text that is not shown.
HIDDEN, NOT_STATED = -1, -2
# The bits of its flags.
BARRIERS, NIGHT, TRANSPORT, OTHER_LIST, BY_NUMBER = 1, 2, 4, 8, 16


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the page of the region, then each province's pages."""
    rows = in_order(released)
    yield Page(
        path="scoperture/index.html",
        template="scoperture",
        title="Posti e scoperture",
        description=(
            "I posti riservati che le aziende dichiarano disponibili, su una mappa e in un elenco, "
            "e quanti posti della quota di riserva mancano ancora."
        ),
        context={
            "offerte": rows[:FIRST_ROWS],
            "totale": _totals(rows),
            "province": [_province_line(released, rows, item) for item in released.provinces],
            "settori": _present(rows, "settore", "settore"),
            "gruppi": _present(rows, "gruppo_professionale", "gruppo_professionale"),
            "mappa": vacancy_map(released),
        },
    )
    for province in released.provinces:
        yield from _province_pages(released, rows, province)


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield the map's module and the vacancies that the page filters in the browser."""
    yield Asset("scoperture/mappa.js", text=vacancy_map(released).module)
    yield Asset("scoperture/posti.json", text=columns(released))


def in_order(released: Released) -> list[Row]:
    """Return the vacancies by comune, then occupation; those without a comune come last."""
    return sorted(
        (_listed(row, released) for row in released.rows("posti-disponibili")),
        key=lambda row: (
            row["comune"] is None,
            collation_key(row["comune"] or row["provincia"]),
            collation_key(row["professione"]),
            row["id_posto"],
        ),
    )


def _listed(row: Row, released: Released) -> Row:
    province = released.by_code.get(row["codice_provincia"])
    return {**row, "sigla": province.sigla if province else ""}


def vacancy_map(released: Released) -> FoliumMap:
    """Return the map of the vacancies: one marker for each comune, with its posts."""
    rows = [row for row in released.rows("posti-disponibili") if row["codice_comune"]]
    posts: Counter[str] = Counter()
    for row in rows:
        posts[row["codice_comune"]] += row["posti"]
    places = {row["codice_comune"]: row for row in rows}
    points = [
        Point(row["lat"], row["lon"], code, row["comune"], posts[code])
        for code, row in sorted(places.items())
    ]
    return region_map(released.boundaries, points, theme="../tema")


def _totals(rows: list[Row]) -> dict[str, int]:
    return {
        "posti": sum(row["posti"] for row in rows),
        "offerte": len(rows),
        "comuni": len({row["codice_comune"] for row in rows} - {None}),
        "posti_senza_comune": sum(row["posti"] for row in rows if row["codice_comune"] is None),
    }


def _present(rows: list[Row], column: str, name: str) -> list[tuple[str, str]]:
    labels = vocabulary(name)
    codes = {row[column] for row in rows} - {None}
    return [(code, labels[code].it) for code in labels if code in codes]


def _province_line(released: Released, rows: list[Row], province: Province) -> dict[str, Any]:
    own = [row for row in rows if row["codice_provincia"] == province.code]
    return {"provincia": province, **_totals(own), "quota": _quota(_sizes(released, province))}


def _cells(released: Released, province: Province) -> list[Row]:
    rows = released.rows("scoperture-territoriali")
    return [row for row in rows if row["codice_provincia"] == province.code]


def _sizes(released: Released, province: Province) -> list[Row]:
    rows = released.rows("scoperture-province")
    return [row for row in rows if row["codice_provincia"] == province.code]


def _quota(cells: list[Row]) -> dict[str, int]:
    """Return the sums of what is published, and how many values are withheld.

    No total is shown: with the published cells it would give back the withheld ones.
    """
    sums = {
        name: sum(row[name] for row in cells if row[f"{name}_stato"] == PUBLISHED)
        for name in ("quota_riserva", "scoperture")
    }
    withheld = sum(row["scoperture_stato"] == WITHHELD for row in cells)
    return {**sums, "riservati": withheld, "valori": len(cells)}


def _province_pages(released: Released, rows: list[Row], province: Province) -> Iterator[Page]:
    own = [row for row in rows if row["codice_provincia"] == province.code]
    chunks = [own[at : at + ROWS_PER_PAGE] for at in range(0, len(own), ROWS_PER_PAGE)] or [[]]
    totals = _totals(own)
    posts = count(totals["posti"], "posto", "posti")
    offers = count(totals["offerte"], "offerta", "offerte")
    for number, chunk in enumerate(chunks, start=1):
        first = number == 1
        folder = f"scoperture/{province.slug}/"
        trail = TRAIL if first else (*TRAIL, (folder, province.name))
        title = f"Posti e scoperture: {province.name}"
        yield Page(
            path=f"{folder}index.html" if first else f"{folder}{number}/index.html",
            template="scoperture_provincia",
            title=title if first else f"{title}, pagina {number} di {len(chunks)}",
            description=f"Posti riservati disponibili in provincia: {posts} in {offers}.",
            trail=trail,
            context={
                "provincia": province,
                "offerte": chunk,
                "totale": totals,
                "numero_pagina": number,
                "pagine": len(chunks),
                "cartella": folder,
                "da": (number - 1) * ROWS_PER_PAGE + 1,
                **(_summaries(released, own, province) if first else {}),
            },
        )


def _summaries(released: Released, own: list[Row], province: Province) -> dict[str, Any]:
    cells = _cells(released, province)
    sizes = [(code, text.it) for code, text in vocabulary("classe_dimensionale").items()]
    sectors = [code for code, _ in _present(cells, "macrosettore", "macrosettore")]
    by_size = {row["classe_dimensionale"]: row for row in _sizes(released, province)}
    grid = {(row["macrosettore"], row["classe_dimensionale"]): row for row in cells}
    return {
        "per_settore": _by(own, "settore", "settore"),
        "per_gruppo": _by(own, "gruppo_professionale", "gruppo_professionale"),
        "per_comune": _by_comune(own),
        "classi": sizes,
        "griglia": [
            (vocabulary("macrosettore")[sector].it, [grid.get((sector, size)) for size, _ in sizes])
            for sector in sectors
        ],
        "somme": [by_size.get(size) for size, _ in sizes],
        "quota": _quota(_sizes(released, province)),
    }


def _by(rows: list[Row], column: str, name: str) -> list[tuple[str | None, int]]:
    """Return (label, posts), the most first; None is the label of what is withheld."""
    posts: Counter[str | None] = Counter()
    for row in rows:
        posts[row[column]] += row["posti"]
    labels = vocabulary(name)
    named = [(labels[code].it, number) for code, number in posts.items() if code is not None]
    named.sort(key=lambda item: (-item[1], collation_key(item[0])))
    hidden = [(None, posts[None])] if posts[None] else []
    return [*named, *hidden]


def _by_comune(rows: list[Row]) -> list[tuple[str, int]]:
    posts: Counter[str] = Counter()
    for row in rows:
        if row["comune"] is not None:
            posts[row["comune"]] += row["posti"]
    return sorted(posts.items(), key=lambda item: collation_key(item[0]))


def columns(released: Released) -> str:
    """Return the vacancies as JSON columns, each text written once: what the page filters.

    Texts that are withheld or not stated are −1 and −2. The flags add up: 1 barriers, 2 night
    shifts, 4 public transport, 8 other protected categories, 16 by number.
    """
    rows = in_order(released)
    provinces = {item.code: place for place, item in enumerate(released.provinces)}
    comuni = sorted(
        {(row["codice_comune"], row["comune"]) for row in rows if row["codice_comune"]},
        key=lambda item: (collation_key(item[1]), item[0]),
    )
    jobs = sorted(
        {(row["professione"], row["gruppo_professionale"]) for row in rows},
        key=lambda item: (collation_key(item[0]), item[1]),
    )
    texts = {
        name: _distinct(rows, name)
        for name in ("mansione", "capacita_controindicazioni", "denominazione_azienda")
    }
    sectors = _present(rows, "settore", "settore")
    comune_at = {code: place for place, (code, _) in enumerate(comuni)}
    job_at = {job: place for place, job in enumerate(jobs)}
    sector_at = {code: place for place, (code, _) in enumerate(sectors)}
    text_at = {
        name: {text: place for place, text in enumerate(values)} for name, values in texts.items()
    }

    def index(row: Row, name: str) -> int:
        if row[name] is not None:
            return text_at[name][row[name]]
        return HIDDEN if row[f"{name}_stato"] == WITHHELD else NOT_STATED

    content = {
        "province": [[item.code, item.name, item.sigla] for item in released.provinces],
        "comuni": comuni,
        "professioni": jobs,
        "settori": sectors,
        "mansioni": texts["mansione"],
        "capacita": texts["capacita_controindicazioni"],
        "aziende": texts["denominazione_azienda"],
        "offerte": {
            "provincia": [provinces[row["codice_provincia"]] for row in rows],
            "comune": [comune_at.get(row["codice_comune"], HIDDEN) for row in rows],
            "professione": [
                job_at[row["professione"], row["gruppo_professionale"]] for row in rows
            ],
            "posti": [row["posti"] for row in rows],
            "settore": [
                sector_at[row["settore"]]
                if row["settore"] is not None
                else (HIDDEN if row["settore_stato"] == WITHHELD else NOT_STATED)
                for row in rows
            ],
            "mansione": [index(row, "mansione") for row in rows],
            "capacita": [index(row, "capacita_controindicazioni") for row in rows],
            "azienda": [index(row, "denominazione_azienda") for row in rows],
            "segni": [_flags(row) for row in rows],
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _distinct(rows: list[Row], name: str) -> list[str]:
    return sorted({row[name] for row in rows if row[name] is not None}, key=collation_key)


def _flags(row: Row) -> int:
    return int(
        BARRIERS * (row["barriere_architettoniche"] == "S")
        + NIGHT * (row["turni_notturni"] == "S")
        + TRANSPORT * (row["mezzi_pubblici"] == "S")
        + OTHER_LIST * (row["categoria_soggetto"] == "C")
        + BY_NUMBER * (row["categoria_assunzione"] == "NU")
    )
