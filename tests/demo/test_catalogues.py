"""Every catalogue, read by a reader of its own, says what was meant."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from odf.opendocument import load as load_ods
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from openpyxl import load_workbook

from etl.config import ROOT, Config, Source, load_config
from etl.contracts import load_supplier_contract, vocabulary
from etl.demo.archives import FIXED_DATE
from etl.demo.catalogues import HOSTILE_ADDRESS, HOSTILE_SITE
from etl.demo.generation import SEED
from etl.demo.operators import draw_sites
from etl.demo.territory import load_territory
from tests.demo.conftest import SCALE, Demo

CATALOGUES = [
    source
    for source in load_config(ROOT / "portale.toml").fonti
    if source.contratto == "catalogo-operatori"
]
Grid = list[list[str]]


def grid_of(path: Path, source: Source) -> Grid:
    if source.formato == "csv":
        text = path.read_bytes().decode(source.codifica or "utf-8")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=source.separatore or ","))
    return _xlsx(path, source) if source.formato == "xlsx" else _ods(path)


def _xlsx(path: Path, source: Source) -> Grid:
    book = load_workbook(path)
    page = book[source.foglio] if source.foglio else book.active
    assert page is not None
    for area in list(page.merged_cells.ranges):
        page.unmerge_cells(str(area))
        if area.max_col > area.min_col:
            for column in range(area.min_col + 1, area.max_col + 1):
                page.cell(area.min_row, column, page.cell(area.min_row, area.min_col).value)
    return [[_text(value) for value in row] for row in page.iter_rows(values_only=True)]


def _ods(path: Path) -> Grid:
    rows: Grid = []
    below: set[tuple[int, int]] = set()
    table = load_ods(str(path)).spreadsheet.getElementsByType(Table)[0]
    for number, row in enumerate(table.getElementsByType(TableRow)):
        cells: list[str] = []
        for column, cell in enumerate(row.childNodes):
            if cell.qname == CoveredTableCell(check_grammar=False).qname:
                cells.append("" if (number, column) in below else cells[-1])
                continue
            assert cell.qname == TableCell(check_grammar=False).qname
            tall = int(cell.getAttribute("numberrowsspanned") or 1)
            below |= {(number + step, column) for step in range(1, tall)}
            day = cell.getAttribute("datevalue")
            cells.append(day or "\n".join(str(p) for p in cell.getElementsByType(P)))
        rows.append(cells)
    return rows


def _text(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)


def headers_of(grid: Grid, source: Source) -> list[str]:
    top = source.riga_intestazione - 1
    lines = grid[top : top + source.righe_intestazione]
    width = max(map(len, lines))
    columns = zip(*(line + [""] * (width - len(line)) for line in lines), strict=True)
    return [" / ".join(dict.fromkeys(filter(None, parts))) for parts in columns]


def rows_of(grid: Grid, source: Source) -> list[dict[str, str]]:
    headers = headers_of(grid, source)
    body = grid[source.riga_intestazione - 1 + source.righe_intestazione :]
    return [dict(zip(headers, row, strict=False)) for row in body if any(row)]


def decoded(row: dict[str, str], field: str, source: Source) -> set[str]:
    known = source.valori.get(field, {})
    labels = {label.it: code for code, label in vocabulary(field).items()}
    words = row[source.colonne[field]].split(source.elenchi.get(field, "\0"))
    return {known.get(word) or labels[word] for word in words if word}


def test_the_twelve_provinces_have_a_catalogue_in_at_least_four_layouts(config: Config) -> None:
    assert sorted(source.provincia or "" for source in CATALOGUES) == sorted(
        config.portale.province
    )
    layouts = {
        (source.formato, source.codifica, source.separatore, source.righe_intestazione)
        for source in CATALOGUES
    }
    assert len(layouts) >= 4


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda source: source.id)
def test_a_catalogue_read_by_another_reader_says_what_was_meant(demo: Demo, source: Source) -> None:
    province = source.provincia or ""
    territory = load_territory(demo.config.portale.province, demo.config.portale.anno_geografia)
    sites = draw_sites(territory, SCALE, SEED)[province]
    path = demo.folder / "cataloghi" / Path(source.percorso or "").name
    rows = rows_of(grid_of(path, source), source)
    assert len(rows) == len(sites) >= 3
    for row, site in zip(rows, sites, strict=True):
        assert row[source.colonne["codice_operatore"]] == site.operator.code
        assert row[source.colonne["denominazione_operatore"]] == site.operator.name
        assert decoded(row, "servizi", source) == set(site.services)
        assert decoded(row, "gruppi_disabilita", source) == set(site.groups)
        assert decoded(row, "accessibilita", source) == set(site.access)
        assert decoded(row, "natura_giuridica", source) == {site.operator.nature}
        day = row[source.colonne["data_aggiornamento"]]
        assert day in (site.updated.isoformat(), f"{site.updated:%d/%m/%Y}")
        comune = row[source.colonne["comune_dichiarato"]]
        written = site.comune.nome.upper().replace("'", "`")
        known = (site.comune.codice, site.comune.belfiore, site.comune.nome, written)
        assert comune in known or "`" in comune


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda source: source.id)
def test_the_mapping_covers_what_the_contract_requires(source: Source) -> None:
    contract = load_supplier_contract("catalogo-operatori")
    required = {field.name for field in contract.campi if field.obbligatorio}
    assert required <= set(source.colonne) <= set(contract.names)
    assert len(set(source.colonne.values())) == len(source.colonne)
    for field, words in source.valori.items():
        assert set(words.values()) <= set(vocabulary(field))
        separator = source.elenchi.get(field)
        assert not [word for word in words if separator and separator in word]
    assert (source.pagina_ufficiale or "").startswith("https://")


def test_the_ways_of_writing_a_comune_and_a_day_all_occur(demo: Demo) -> None:
    seen: set[str] = set()
    for source in CATALOGUES:
        path = demo.folder / "cataloghi" / Path(source.percorso or "").name
        for row in rows_of(grid_of(path, source), source):
            comune = row[source.colonne["comune_dichiarato"]]
            seen.add(
                "istat" if comune.isdigit() else "belfiore" if comune[1:].isdigit() else "nome"
            )
            if comune.isupper() and len(comune) > 4:
                seen.add("maiuscolo")
            seen.add("italiana" if "/" in row[source.colonne["data_aggiornamento"]] else "iso")
    assert seen == {"istat", "belfiore", "nome", "maiuscolo", "italiana", "iso"}


def test_old_registers_write_back_ticks_for_apostrophes_and_accents() -> None:
    from etl.demo.catalogues import _upper

    assert _upper("Castelnuovo Bocca d'Adda") == "CASTELNUOVO BOCCA D`ADDA"
    assert _upper("Viggiù") == "VIGGIU`"


def test_a_hostile_site_is_written_as_text(demo: Demo) -> None:
    planted = demo.truth["seminati"]["sede_ostile"]["dove"]
    assert [where["fonte"] for where in planted] == [CATALOGUES[0].id]
    path = demo.folder / "cataloghi" / Path(CATALOGUES[0].percorso or "").name
    cells = {cell for row in grid_of(path, CATALOGUES[0]) for cell in row}
    assert {HOSTILE_SITE, HOSTILE_ADDRESS} <= cells


def test_a_workbook_never_turns_text_into_a_formula(tmp_path: Path) -> None:
    from etl.demo.sheets import Sheet, write_xlsx

    source = next(one for one in CATALOGUES if one.formato == "xlsx")
    sheet = Sheet([""] * (source.riga_intestazione - 1), [["Testo"]], 1, [[HOSTILE_ADDRESS]])
    write_xlsx(tmp_path / "prova.xlsx", sheet, source)
    page = load_workbook(tmp_path / "prova.xlsx").active
    assert page is not None
    cell = page.cell(source.riga_intestazione + 1, 1)
    assert (cell.value, cell.data_type) == (HOSTILE_ADDRESS, "s")


def test_some_operators_stand_in_several_catalogues(config: Config) -> None:
    territory = load_territory(config.portale.province, config.portale.anno_geografia)
    where: dict[str, set[str]] = {}
    for province, sites in draw_sites(territory, 1, SEED).items():
        for site in sites:
            where.setdefault(site.operator.code, set()).add(province)
    assert sum(map(len, draw_sites(territory, 1, SEED).values())) == 1000
    assert len(where) == 400
    assert 50 < sum(len(provinces) > 1 for provinces in where.values()) < 350


def test_addresses_telephones_and_mail_are_fictional(config: Config) -> None:
    territory = load_territory(config.portale.province, config.portale.anno_geografia)
    for sites in draw_sites(territory, SCALE, SEED).values():
        for site in sites:
            assert site.phone.startswith("555")
            assert site.email.endswith(".example")


def test_archives_carry_no_date_of_today(demo: Demo) -> None:
    found = [
        path for path in sorted(demo.folder.rglob("*")) if path.suffix in (".zip", ".xlsx", ".ods")
    ]
    assert len(found) == 18
    for path in found:
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {FIXED_DATE}
            if path.suffix == ".ods":
                first = archive.infolist()[0]
                assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
            if path.suffix == ".xlsx":
                core = archive.read("docProps/core.xml").decode("utf-8")
                assert core.count("2026-02-02T09:00:00Z") == 2
