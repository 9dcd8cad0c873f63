"""Tables written as CSV, XLSX and ODS, with the same bytes every time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from etl.config import Source
from etl.demo.archives import FIXED_DATE, FIXED_STAMP, read_zip, write_zip

Cell = str | date

SHEET_NAME = "Dati dimostrativi"


@dataclass(frozen=True)
class Sheet:
    """Title rows, headers (each a list of parts, top down), how many header rows, data rows."""

    titles: list[str]
    headers: list[list[str]]
    header_rows: int
    rows: list[list[Cell]]

    def header_grid(self) -> list[list[str]]:
        """Return the header's rows: a merged cell's text stands only where the merge begins."""
        grid = [["" for _ in self.headers] for _ in range(self.header_rows)]
        for column, parts in enumerate(self.headers):
            for row, part in enumerate(parts[: self.header_rows]):
                repeated = (
                    row < self.header_rows - 1
                    and len(parts) > 1
                    and column > 0
                    and self.headers[column - 1][: row + 1] == parts[: row + 1]
                )
                grid[row][column] = "" if repeated else part
        return grid

    def merges(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield merged areas of the header: row, column, rows and columns covered (from 0)."""
        if self.header_rows < 2:
            return
        column = 0
        while column < len(self.headers):
            parts = self.headers[column]
            if len(parts) == 1:
                yield 0, column, self.header_rows, 1
                column += 1
                continue
            last = column
            while last + 1 < len(self.headers) and (
                len(self.headers[last + 1]) > 1 and self.headers[last + 1][0] == parts[0]
            ):
                last += 1
            if last > column:
                yield 0, column, 1, last - column + 1
            column = last + 1


def write_csv(path: Path, sheet: Sheet, source: Source) -> None:
    """Write the sheet as CSV in the source's encoding and with its separator."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=source.separatore or ",", lineterminator="\r\n")
    for title in sheet.titles:
        writer.writerow([title] if title else [])
    writer.writerows(sheet.header_grid())
    writer.writerows(sheet.rows)
    path.write_bytes(buffer.getvalue().encode(source.codifica or "utf-8"))


def write_xlsx(path: Path, sheet: Sheet, source: Source) -> None:
    """Write the sheet as a workbook, header cells merged, dates as dates, text never a formula."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = source.foglio or SHEET_NAME
    row = 1
    for title in sheet.titles:
        if title:
            page.cell(row, 1, title).data_type = "s"
        row += 1
    top = row
    grid: list[list[Cell]] = [[*cells] for cells in sheet.header_grid()]
    for cells in (*grid, *sheet.rows):
        for column, value in enumerate(cells, start=1):
            if isinstance(value, date):
                page.cell(row, column, value).number_format = "DD/MM/YYYY"
            elif value:
                page.cell(row, column, value).data_type = "s"
        row += 1
    for first_row, first, rows, columns in sheet.merges():
        page.merge_cells(
            start_row=top + first_row,
            start_column=first + 1,
            end_row=top + first_row + rows - 1,
            end_column=first + columns,
        )
    book.properties.created = datetime(*FIXED_DATE)
    buffer = io.BytesIO()
    book.save(buffer)
    # the library stamps the moment of saving, whatever the properties say
    files = read_zip(buffer.getvalue())
    core = files["docProps/core.xml"].decode("utf-8")
    core = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{FIXED_STAMP}", core)
    files["docProps/core.xml"] = core.encode("utf-8")
    write_zip(path, files.items())


_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.2"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>\n"
)
_ODS_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' office:version="1.2"'
)


def write_ods(path: Path, sheet: Sheet, source: Source) -> None:
    """Write the sheet as an OpenDocument spreadsheet, header cells merged, dates as dates."""
    rows = [[title] if title else [] for title in sheet.titles]
    spans = {(row, column): (height, width) for row, column, height, width in sheet.merges()}
    covered = {
        (row + down, column + right)
        for (row, column), (height, width) in spans.items()
        for down in range(height)
        for right in range(width)
    } - set(spans)
    header = "".join(
        _ods_row(
            "<table:covered-table-cell/>"
            if (row, column) in covered
            else _ods_cell(value, spans.get((row, column)))
            for column, value in enumerate(cells)
        )
        for row, cells in enumerate(sheet.header_grid())
    )
    titles = "".join(_ods_row(map(_ods_cell, row)) for row in rows)
    body = "".join(_ods_row(map(_ods_cell, row)) for row in sheet.rows)
    name = escape(source.foglio or SHEET_NAME, {'"': "&quot;"})
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<office:document-content {_ODS_NAMESPACES}><office:body><office:spreadsheet>"
        f'<table:table table:name="{name}">{titles}{header}{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>\n"
    )
    meta = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<office:document-meta {_ODS_NAMESPACES}><office:meta>"
        f"<meta:creation-date>{FIXED_STAMP}</meta:creation-date><dc:date>{FIXED_STAMP}</dc:date>"
        "</office:meta></office:document-meta>\n"
    )
    files = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": _ODS_MANIFEST,
        "meta.xml": meta,
        "content.xml": content,
    }
    write_zip(path, ((name, text.encode("utf-8")) for name, text in files.items()), ("mimetype",))


def _ods_row(cells: Iterator[str] | map[str]) -> str:
    inside = "".join(cells)
    return f"<table:table-row>{inside or '<table:table-cell/>'}</table:table-row>\n"


def _ods_cell(value: Cell, span: tuple[int, int] | None = None) -> str:
    spanned = ""
    if span:
        height, width = span
        spanned = f' table:number-rows-spanned="{height}" table:number-columns-spanned="{width}"'
    if isinstance(value, date):
        shown = f"{value:%d/%m/%Y}"
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{value}"{spanned}>'
            f"<text:p>{shown}</text:p></table:table-cell>"
        )
    if not value:
        return f"<table:table-cell{spanned}/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string"{spanned}>{lines}</table:table-cell>'
