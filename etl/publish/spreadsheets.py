"""One table as an Excel (OOXML) or OpenDocument file: every cell typed, the bytes pinned.

The two formats are zips of XML. They are written here, row by row, because the libraries for
them put the clock in the file or take several times as long (docs/decisions/030-forms.md).
Two sheets: the data, then the facts and the dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from etl.config import Config
from etl.publish.archives import zipped
from etl.publish.dictionary import HEADER, facts, fields
from etl.publish.edition import Edition
from etl.publish.formats import to_values

_EXCEL_DAY_ZERO = date(1899, 12, 30)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SHEET_NAME = 31  # characters that Excel allows
MOST_ROWS = 1_048_575  # below the heading, in both formats

Cell = tuple[
    str, str
]  # (kind, content): a kind is "" (nothing), titolo, testo, numero, logico, data
_NOTHING: Cell = ("", "")


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: list[list[Cell]]
    headings: int  # how many rows stand above the data


def to_xlsx(config: Config, edition: Edition) -> bytes:
    """Return the edition as an Excel file: texts stay texts, dates are dates, no formula."""
    sheets = _sheets(config, edition)
    parts = {
        "[Content_Types].xml": _XLSX_TYPES,
        "_rels/.rels": _XLSX_RELATIONS,
        "docProps/core.xml": _xlsx_properties(config, edition),
        "xl/workbook.xml": _xlsx_workbook(sheets),
        "xl/_rels/workbook.xml.rels": _XLSX_BOOK_RELATIONS,
        "xl/styles.xml": _XLSX_STYLES,
        "xl/worksheets/sheet1.xml": _xlsx_sheet(sheets[0]),
        "xl/worksheets/sheet2.xml": _xlsx_sheet(sheets[1]),
    }
    return zipped((name, _XML + text.encode("utf-8")) for name, text in parts.items())


def to_ods(config: Config, edition: Edition) -> bytes:
    """Return the edition as an OpenDocument spreadsheet, with the same sheets as the Excel file."""
    parts = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", _XML + _ODS_MANIFEST.encode()),
        ("meta.xml", _XML + _ods_properties(config, edition).encode()),
        ("styles.xml", _XML + _ODS_STYLES.encode()),
        ("content.xml", _XML + _ods_content(_sheets(config, edition)).encode()),
    ]
    return zipped(parts, stored=frozenset({"mimetype"}))


def _sheets(config: Config, edition: Edition) -> list[_Sheet]:
    contract = edition.contract
    values = to_values(contract, edition.table)
    columns = [_cells(field.definizione.tipo, values[field.name]) for field in contract.campi]
    data = [[("titolo", name) for name in contract.names]]
    data += [list(row) for row in zip(*columns, strict=True)]
    described: list[list[Cell]] = [
        [("titolo", what), ("testo", text)] for what, text in facts(config, edition)
    ]
    described += [[], [("titolo", name) for name in HEADER]]
    described += [[("testo", text) for text in row] for row in fields(contract)]
    return [
        _Sheet(contract.slug[:_SHEET_NAME], data, headings=1),
        _Sheet("dizionario e licenza", described, headings=0),
    ]


def _cells(kind: str, values: list[Any]) -> list[Cell]:
    match kind:
        case "elenco":
            return [("testo", "|".join(value)) if value else _NOTHING for value in values]
        case "intero":
            return [_NOTHING if v is None else ("numero", str(int(v))) for v in values]
        case "decimale":
            return [_NOTHING if v is None else ("numero", repr(float(v))) for v in values]
        case "logico":
            return [_NOTHING if v is None else ("logico", "1" if v else "0") for v in values]
        case _:
            return [_NOTHING if value is None else (kind, value) for value in values]


def _text(value: str) -> str:
    """Return the text as XML content; a character that XML cannot hold becomes U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", value))


# --- Excel ------------------------------------------------------------------------------------

_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XLSX_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_KIND}.worksheet+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>"
)
_XLSX_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="r2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
    'Target="docProps/core.xml"/></Relationships>'
)
_XLSX_BOOK_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
# Cell styles by position: 0 plain, 1 heading, 2 date, 3 text (so that codes keep their zeros
# when someone edits the cell).
_XLSX_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def _xlsx_properties(config: Config, edition: Edition) -> str:
    stamp = f'<{{0}} xsi:type="dcterms:W3CDTF">{edition.day.isoformat()}T00:00:00Z</{{0}}>'
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_text(edition.contract.titolo.it)}</dc:title>"
        f"<dc:creator>{_text(config.portale.titolare.nome)}</dc:creator>"
        f"<dc:description>{_text(edition.description)}</dc:description>"
        f"<dc:language>it</dc:language><cp:version>{edition.version}</cp:version>"
        f"{stamp.format('dcterms:created')}{stamp.format('dcterms:modified')}</cp:coreProperties>"
    )


def _xlsx_workbook(sheets: list[_Sheet]) -> str:
    named = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="r{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'


def _xlsx_sheet(sheet: _Sheet) -> str:
    letters = [_letters(number) for number in range(max(map(len, sheet.rows)))]
    body = "".join(
        f'<row r="{number}">{_xlsx_row(row, letters, number)}</row>'
        for number, row in enumerate(sheet.rows, 1)
    )
    wide = f'<cols><col min="1" max="{len(letters)}" width="24" customWidth="1"/></cols>'
    pane, ending = "", ""
    if sheet.headings:
        pane = _XLSX_PANE
        ending = f'<autoFilter ref="A1:{letters[-1]}{len(sheet.rows)}"/>'
    return (
        f'<worksheet xmlns="{_MAIN}">{pane}{wide}<sheetData>{body}</sheetData>{ending}</worksheet>'
    )


_XLSX_PANE = (
    '<sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews>"
)


def _xlsx_row(row: list[Cell], letters: list[str], number: int) -> str:
    return "".join(
        [
            f'<c r="{letter}{number}"{_xlsx_cell(cell)}'
            for letter, cell in zip(letters, row, strict=False)
            if cell is not _NOTHING
        ]
    )


@lru_cache(maxsize=65_536)
def _xlsx_cell(cell: Cell) -> str:
    kind, content = cell
    match kind:
        case "numero":
            return f"><v>{content}</v></c>"
        case "logico":
            return f' t="b"><v>{content}</v></c>'
        case "data":
            days = (date.fromisoformat(content) - _EXCEL_DAY_ZERO).days
            return f' s="2"><v>{days}</v></c>'
        case _:
            style = 1 if kind == "titolo" else 3
            text = _text(_LOOKS_ESCAPED.sub("_x005F_", content))
            return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(number: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


# --- OpenDocument -----------------------------------------------------------------------------

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODS_NAMES = (
    f'xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0" '
    f'xmlns:text="{_ODF}:text:1.0" xmlns:style="{_ODF}:style:1.0" '
    f'xmlns:number="{_ODF}:datastyle:1.0" xmlns:fo="{_ODF}:xsl-fo-compatible:1.0" '
    f'xmlns:meta="{_ODF}:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'office:version="1.3"'
)
_ODS_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:version="1.3" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", "styles.xml", "meta.xml")
    )
    + "</manifest:manifest>"
)
_ODS_STYLES = (
    f"<office:document-styles {_ODS_NAMES}><office:styles>"
    '<style:style style:name="Default" style:family="table-cell"/>'
    "</office:styles></office:document-styles>"
)
_ODS_AUTOMATIC = (
    "<office:automatic-styles>"
    '<number:date-style style:name="N1"><number:year number:style="long"/>'
    "<number:text>-</number:text>"
    '<number:month number:style="long"/><number:text>-</number:text>'
    '<number:day number:style="long"/></number:date-style>'
    '<style:style style:name="titolo" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="data" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="largo" style:family="table-column">'
    '<style:table-column-properties style:column-width="4.5cm"/></style:style>'
    "</office:automatic-styles>"
)


def _ods_properties(config: Config, edition: Edition) -> str:
    stamp = f"{edition.day.isoformat()}T00:00:00"
    return (
        f"<office:document-meta {_ODS_NAMES}><office:meta>"
        f"<dc:title>{_text(edition.contract.titolo.it)}</dc:title>"
        f"<dc:description>{_text(edition.description)}</dc:description>"
        f"<dc:creator>{_text(config.portale.titolare.nome)}</dc:creator>"
        f"<meta:creation-date>{stamp}</meta:creation-date><dc:date>{stamp}</dc:date>"
        "<dc:language>it</dc:language>"
        f'<meta:user-defined meta:name="versione">{edition.version}</meta:user-defined>'
        "</office:meta></office:document-meta>"
    )


def _ods_content(sheets: list[_Sheet]) -> str:
    tables = "".join(map(_ods_table, sheets))
    return (
        f"<office:document-content {_ODS_NAMES}>{_ODS_AUTOMATIC}<office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def _ods_table(sheet: _Sheet) -> str:
    columns = (
        '<table:table-column table:style-name="largo" '
        f'table:number-columns-repeated="{max(map(len, sheet.rows))}"/>'
    )
    head, rows = sheet.rows[: sheet.headings], sheet.rows[sheet.headings :]
    heading = f"<table:table-header-rows>{_ods_rows(head)}</table:table-header-rows>"
    return (
        f"<table:table table:name={quoteattr(sheet.name)}>{columns}{heading if head else ''}"
        f"{_ods_rows(rows)}</table:table>"
    )


def _ods_rows(rows: Iterable[list[Cell]]) -> str:
    return "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row)) or _ODS_EMPTY}</table:table-row>"
        for row in rows
    )


_ODS_EMPTY = "<table:table-cell/>"


@lru_cache(maxsize=65_536)
def _ods_cell(cell: Cell) -> str:
    kind, content = cell
    match kind:
        case "":
            return _ODS_EMPTY
        case "numero":
            typed = f'office:value-type="float" office:value="{content}"'
        case "logico":
            content = "true" if content == "1" else "false"
            typed = f'office:value-type="boolean" office:boolean-value="{content}"'
            content = content.upper()
        case "data":
            typed = (
                f'table:style-name="data" office:value-type="date" office:date-value="{content}"'
            )
        case "titolo":
            typed = 'table:style-name="titolo" office:value-type="string"'
        case _:
            typed = 'office:value-type="string"'
    return f"<table:table-cell {typed}><text:p>{_text(content)}</text:p></table:table-cell>"
