"""Spreadsheets (XLSX, ODS): the values that a person sees, within limits, never a formula."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import etree

from etl.receive.archive import zip_fault
from etl.receive.grids.grid import (
    MOST_BLANK_ROWS,
    MOST_COLUMNS,
    MOST_ROWS,
    Grid,
    GridError,
    cell_text,
)

LARGEST_PART = 256 * 1024 * 1024


def _open_zip(path: Path, wanted: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            fault = zip_fault(archive, path.stat().st_size, LARGEST_PART)
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        raise GridError(
            "foglio-illeggibile",
            f"Il file non è un foglio di calcolo {wanted}, o è danneggiato.",
            f"aprirlo, salvarlo di nuovo come {wanted} e inviarlo.",
        ) from None
    if fault:
        raise GridError("archivio-sospetto", fault, "salvare di nuovo il foglio e inviarlo.")
    needed = "xl/workbook.xml" if wanted == "XLSX" else "content.xml"
    if needed not in names:
        raise GridError(
            "formato-diverso",
            f"Il file non è un foglio di calcolo {wanted}.",
            f"salvare il foglio come {wanted}, o cambiare il formato in portale.toml.",
        )


def read_xlsx(path: Path, sheet: str | None) -> Grid:
    """Return the rows of a sheet (the first, unless named); raises GridError."""
    import openpyxl

    _open_zip(path, "XLSX")
    with warnings.catch_warnings():
        # openpyxl warns of styles and validations that it does not keep: we do not need them
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(
                path, read_only=True, data_only=True, keep_links=False, rich_text=False
            )
        except Exception:
            # openpyxl raises many kinds of exceptions on damaged books
            raise GridError(
                "foglio-illeggibile",
                "Il foglio di calcolo è danneggiato.",
                "aprirlo, salvarlo di nuovo come XLSX e inviarlo.",
            ) from None
        try:
            names = book.sheetnames
            name = _sheet_name(names, sheet)
            page = book[name]
            if hasattr(page, "reset_dimensions"):
                page.reset_dimensions()  # the declared size may lie
            rows = _limited(
                [cell_text(value) for value in row] for row in page.iter_rows(values_only=True)
            )
        except GridError:
            raise
        except Exception:
            raise GridError(
                "foglio-illeggibile",
                "Il foglio di calcolo è danneggiato.",
                "aprirlo, salvarlo di nuovo come XLSX e inviarlo.",
            ) from None
        finally:
            book.close()
    return Grid(rows)


def _sheet_name(names: list[str], wanted: str | None) -> str:
    if wanted is None:
        return names[0]
    for name in names:
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    raise GridError(
        "foglio-mancante",
        f"Nel file non c’è il foglio «{wanted}». Fogli trovati: {', '.join(names)}.",
        "dare al foglio il nome atteso, o correggere «foglio» in portale.toml.",
    )


def _limited(rows: Iterable[list[str]]) -> list[tuple[int, list[str]]]:
    kept: list[tuple[int, list[str]]] = []
    blank = 0
    for number, cells in enumerate(rows, start=1):
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            blank += 1
            if blank > MOST_BLANK_ROWS:
                break
            continue
        blank = 0
        if len(cells) > MOST_COLUMNS or len(kept) >= MOST_ROWS:
            raise GridError(
                "foglio-troppo-grande",
                f"Il foglio supera {MOST_ROWS} righe o {MOST_COLUMNS} colonne.",
                "togliere le righe e le colonne che non servono.",
                row=number,
            )
        kept.append((number, cells))
    return kept


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def read_ods(path: Path, sheet: str | None) -> Grid:
    """Return the rows of a sheet (the first, unless named); raises GridError.

    The sheet is read as a stream: a cell or a row that is repeated a million times is no more
    than a number.
    """
    _open_zip(path, "ODS")
    names: list[str] = []
    rows: _OdsRows | None = None
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            for event, element in etree.iterparse(
                stream,
                events=("start", "end"),
                tag=(_TABLE + "table", _TABLE + "table-row"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                if element.tag == _TABLE + "table":
                    if event == "start":
                        names.append(str(element.get(_TABLE + "name", "")))
                        if rows is None and _same_name(names[-1], sheet):
                            rows = _OdsRows()
                            continue
                    if rows is not None:
                        break
                elif event == "end":
                    if rows is not None and not rows.add(element):
                        break
                    _let_go(element)
    except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError):
        raise GridError(
            "foglio-illeggibile",
            "Il foglio di calcolo è danneggiato.",
            "aprirlo, salvarlo di nuovo come ODS e inviarlo.",
        ) from None
    if rows is None:
        _sheet_name(names or ["(nessuno)"], sheet or "(il primo)")
        raise AssertionError("a sheet that is not there is refused above")
    return Grid(rows.kept)


def _same_name(name: str, wanted: str | None) -> bool:
    return wanted is None or name.strip().casefold() == wanted.strip().casefold()


def _let_go(element: Any) -> None:
    element.clear(keep_tail=True)
    while element.getprevious() is not None:
        del element.getparent()[0]


class _OdsRows:
    def __init__(self) -> None:
        self.kept: list[tuple[int, list[str]]] = []
        self.number = 0
        self.blank = 0

    def add(self, row: Any) -> bool:
        """Take one row element; False where the sheet is over."""
        repeat = _repeat(row, _TABLE + "number-rows-repeated")
        cells = self.cells(row)
        if not cells:
            self.number += repeat
            self.blank += 1
            return self.blank <= MOST_BLANK_ROWS
        self.blank = 0
        if len(self.kept) + repeat > MOST_ROWS:
            raise GridError(
                "foglio-troppo-grande",
                f"Il foglio ha più di {MOST_ROWS} righe.",
                "togliere le righe che non servono.",
                row=self.number + 1,
            )
        for _ in range(repeat):
            self.number += 1
            self.kept.append((self.number, list(cells)))
        return True

    def cells(self, row: Any) -> list[str]:
        cells: list[str] = []
        pending = 0
        for cell in row:
            if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
                continue
            times = _repeat(cell, _TABLE + "number-columns-repeated")
            text = _ods_cell(cell)
            if not text.strip():
                pending += times
                continue
            if len(cells) + pending + times > MOST_COLUMNS:
                raise GridError(
                    "foglio-troppo-grande",
                    f"Il foglio ha più di {MOST_COLUMNS} colonne.",
                    "togliere le colonne che non servono.",
                    row=self.number + 1,
                )
            cells += [""] * pending + [text] * times
            pending = 0
        return cells


def _repeat(element: Any, name: str) -> int:
    text = element.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _ods_cell(cell: Any) -> str:
    kind = cell.get(_OFFICE + "value-type")
    if kind == "date":
        day: str = cell.get(_OFFICE + "date-value", "")
        return day.removesuffix("T00:00:00")
    if kind in ("float", "percentage", "currency"):
        try:
            return cell_text(float(cell.get(_OFFICE + "value", "")))
        except ValueError:
            pass
    if kind == "boolean":
        return "sì" if cell.get(_OFFICE + "boolean-value") == "true" else "no"
    return "\n".join(_ods_text(paragraph) for paragraph in cell.findall(_TEXT + "p"))


def _ods_text(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == _TEXT + "s":
            parts.append(" " * min(_repeat(child, _TEXT + "c"), 100))
        elif child.tag in (_TEXT + "line-break", _TEXT + "tab"):
            parts.append("\n" if child.tag == _TEXT + "line-break" else "\t")
        elif child.tag != _OFFICE + "annotation" and isinstance(child.tag, str):
            parts.append(_ods_text(child))
        parts.append(child.tail or "")
    return "".join(parts)
