"""The provincial catalogues, each in the layout and the words that `portale.toml` describes.

The mapping of a source is read backwards: from the portal's field to the supplier's header, from
the portal's code to one of the supplier's words. So what the portal says it can read is exactly
what is written.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from etl.config import Config, Source
from etl.contracts import vocabulary
from etl.demo.chance import Chance
from etl.demo.economy import DATA
from etl.demo.operators import Site, draw_sites
from etl.demo.sheets import Cell, Sheet, write_csv, write_ods, write_xlsx
from etl.demo.territory import Territory
from etl.demo.truth import Progress, Truth

HEADER_PARTS = " / "
# One site of the first catalogue carries these.
HOSTILE_SITE = "Sede <script>document.title='mirato-violato'</script> & \"figli\""
HOSTILE_ADDRESS = '=HYPERLINK("https://esempio.example/";"apri")'


def write_catalogues(
    config: Config, folder: Path, territory: Territory, truth: Truth, tell: Progress
) -> None:
    """Write one file for every synthetic source of contract «catalogo-operatori»."""
    sites = draw_sites(territory, truth.scale, truth.seed)
    sources = [
        source
        for source in config.fonti
        if source.sintetica and source.contratto == "catalogo-operatori" and source.percorso
    ]
    styles = tomllib.loads((DATA / "cataloghi.toml").read_text(encoding="utf-8"))
    seen: set[str] = set()
    for done, source in enumerate(sources, start=1):
        own = sites.get(source.provincia or "", [])
        seen.update(site.operator.code for site in own)
        truth.sites += len(own)
        style = styles["predefinito"] | styles.get(source.id, {})
        sheet = _sheet(source, style, own, truth, hostile=done == 1)
        write = {"csv": write_csv, "xlsx": write_xlsx, "ods": write_ods}[source.formato]
        write(folder / Path(source.percorso or "").name, sheet, source)
        tell("cataloghi", done, len(sources))
    truth.operators = len(seen)


def _sheet(
    source: Source, style: dict[str, Any], sites: Sequence[Site], truth: Truth, *, hostile: bool
) -> Sheet:
    chance = Chance(truth.seed, "catalogo", source.id)
    words = {
        field: _words(field, source.valori.get(field, {}))
        for field in ("natura_giuridica", "servizi", "gruppi_disabilita", "accessibilita", "lingue")
    }
    extra: dict[str, str] = style["colonne_in_piu"]
    rows: list[list[Cell]] = []
    for index, site in enumerate(sites):
        values = _values(site, style, source, words, chance)
        if hostile and index == len(sites) // 2:
            values |= {"denominazione_sede": HOSTILE_SITE, "indirizzo": HOSTILE_ADDRESS}
            truth.plant("sede_ostile", fonte=source.id, operatore=site.operator.code)
        rows.append([*(values[field] for field in source.colonne), *extra.values()])
        if style["riga_vuota_ogni"] and index % style["riga_vuota_ogni"] == 4:
            rows.append([])
    titles = [*style["titoli"], *[""] * source.riga_intestazione][: source.riga_intestazione - 1]
    headers = [header.split(HEADER_PARTS) for header in (*source.colonne.values(), *extra)]
    return Sheet(titles, headers, source.righe_intestazione, rows)


def _words(field: str, mapping: dict[str, str]) -> dict[str, list[str]]:
    """Return the supplier's words for each code: its own, else the portal's label."""
    words: dict[str, list[str]] = {}
    for word, code in mapping.items():
        words.setdefault(code, []).append(word)
    return {
        code: words.get(code) or [label.it] for code, label in sorted(vocabulary(field).items())
    }


def _values(
    site: Site,
    style: dict[str, Any],
    source: Source,
    words: dict[str, dict[str, list[str]]],
    chance: Chance,
) -> dict[str, Cell]:
    def listed(field: str, codes: Sequence[str]) -> str:
        separator = source.elenchi.get(field, ", ")
        return separator.join(chance.one(words[field][code]) for code in codes)

    operator = site.operator
    return {
        "codice_operatore": operator.code,
        "denominazione_operatore": operator.name,
        "natura_giuridica": chance.one(words["natura_giuridica"][operator.nature]),
        "denominazione_sede": site.name,
        "indirizzo": site.address,
        "comune_dichiarato": _comune(site, style["comune"]),
        "telefono": site.phone,
        "email": site.email,
        "sito_web": f"https://www.{operator.domain}/",
        "servizi": listed("servizi", site.services),
        "gruppi_disabilita": listed("gruppi_disabilita", site.groups),
        "accessibilita": listed("accessibilita", site.access),
        "lingue": listed("lingue", site.languages),
        "orari": site.hours,
        "data_aggiornamento": _day(site.updated, style["data"]),
    }


def _comune(site: Site, how: str) -> str:
    comune = site.comune
    if how == "istat":
        return comune.codice
    if how == "belfiore":
        return comune.belfiore
    if how == "maiuscolo":
        return _upper(comune.nome)
    return comune.nome


def _upper(name: str) -> str:
    """Return the name as old registers write it: upper case, back-ticks for accents."""
    text = ""
    for char in name.replace("'", "`").replace("’", "`"):
        plain = unicodedata.normalize("NFD", char)
        text += plain[0] + ("`" if len(plain) > 1 else "")
    return text.upper()


def _day(day: date, how: str) -> Cell:
    if how == "nativa":
        return day
    return f"{day:%d/%m/%Y}" if how == "italiana" else day.isoformat()
