"""A supplier's table as it is: rows of texts, whatever the format. Nothing is ever evaluated."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import json
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from etl.receive.archive import zip_fault

LARGEST_TABLE = 64 * 1024 * 1024
MOST_ROWS = 300_000
MOST_COLUMNS = 1_000
MOST_BLANK_ROWS = 1_000
DELIMITERS = (";", ",", "\t", "|")
NATIVE_FORMATS = ("csv", "xlsx", "ods", "socrata", "ckan")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP = b"PK\x03\x04"


class GridError(Exception):
    """The file cannot be read as a table: why, and what to do."""

    def __init__(self, code: str, message: str, remedy: str, row: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.row = code, message, remedy, row


@dataclass
class Grid:
    """The rows of a table with their numbers as a spreadsheet shows them (from 1).

    `header_known` says that the first row holds the names for certain (JSON formats);
    `aliases` other names of the columns; `notices` what was noticed while reading.
    """

    rows: list[tuple[int, list[str]]]
    header_known: bool = False
    aliases: list[tuple[str, ...]] = field(default_factory=list)
    notices: list[tuple[str, str, str]] = field(default_factory=list)


def read_grid(
    path: Path,
    kind: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Grid:
    """Return a file's rows; raises GridError where it is not a table of that `kind`."""
    size = path.stat().st_size
    if size == 0:
        raise GridError("file-vuoto", "Il file è vuoto.", "inviare di nuovo il file completo.")
    if size > LARGEST_TABLE:
        raise GridError(
            "file-troppo-grande",
            f"Il file pesa {size // 1024 // 1024} MB: una tabella può pesarne al massimo "
            f"{LARGEST_TABLE // 1024 // 1024}.",
            "controllare di aver inviato il file giusto, o dividerlo in più file.",
        )
    if kind == "csv":
        return _csv(path.read_bytes(), encoding, delimiter)
    if kind == "xlsx":
        return _xlsx(path, sheet)
    if kind == "ods":
        return _ods(path, sheet)
    if kind in ("socrata", "ckan"):
        return _json(path.read_bytes())
    raise ValueError(kind)


def guess_kind(path: Path) -> str | None:
    """Return the format of a file from its content and name; None where it is none of ours."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(_ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
        except zipfile.BadZipFile:
            return None
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "content.xml" in names and "mimetype" in names:
            return "ods"
        return "pid-xml" if any(name.lower().endswith(".xml") for name in names) else None
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if text.startswith((b"<?xml", b"<prospetto", b"<!")) or path.suffix.lower() == ".xml":
        return "pid-xml"
    if text.startswith((b"{", b"[")) and path.suffix.lower() in (".json", ""):
        return "ckan" if b'"success"' in head else "socrata"
    return "csv"


# -- text -------------------------------------------------------------------------------------


def decode(data: bytes, declared: str | None) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the text and what was noticed; raises GridError where the encoding is wrong."""
    notices: list[tuple[str, str, str]] = []
    if data.startswith(_ZIP) or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise GridError(
            "formato-diverso",
            "Il file è un foglio di calcolo, non un CSV.",
            "salvare il foglio come CSV, o cambiare il formato della fonte in portale.toml.",
        )
    for mark, name in _BOMS:
        if data.startswith(mark):
            encoding: str = name
            break
    else:
        encoding = declared or _guess_encoding(data)
        if declared and _is_single_byte(declared) and _is_multibyte_utf8(data):
            notices.append(
                (
                    "codifica-diversa",
                    f"La codifica indicata è {declared}, ma il file è in UTF-8: "
                    "è stato letto come UTF-8.",
                    "correggere «codifica» nella fonte, in portale.toml.",
                )
            )
            encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except LookupError:
        raise GridError(
            "codifica-sconosciuta",
            f"La codifica «{encoding}» non esiste.",
            "scrivere utf-8 o cp1252 in «codifica», in portale.toml.",
        ) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise GridError(
            "codifica-sbagliata",
            f"Il file non è in {encoding}: alla riga {line} c’è un carattere che non si legge.",
            "salvare il file come «CSV UTF-8», o correggere «codifica» in portale.toml.",
            row=line,
        ) from None
    if "\x00" in text:
        raise GridError(
            "file-binario",
            "Il file non è un testo.",
            "inviare la tabella in CSV, XLSX o ODS.",
        )
    return text, notices


def _guess_encoding(data: bytes) -> str:
    sample = data[:4096]
    if sample.count(b"\x00") > len(sample) // 4:
        return "utf-16-le" if sample[1:2] == b"\x00" else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _is_single_byte(name: str) -> bool:
    return name.lower().replace("_", "-") in (
        "cp1252",
        "windows-1252",
        "latin-1",
        "latin1",
        "iso-8859-1",
        "iso-8859-15",
        "iso8859-1",
    )


def _is_multibyte_utf8(data: bytes) -> bool:
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _csv(data: bytes, encoding: str | None, delimiter: str | None) -> Grid:
    text, notices = decode(data, encoding)
    if not text.strip():
        raise GridError("file-vuoto", "Il file è vuoto.", "inviare di nuovo il file completo.")
    chosen = delimiter or sniff_delimiter(text)
    rows = list(_csv_rows(text, chosen))
    return Grid(rows, notices=notices)


def _csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise GridError(
                "csv-illeggibile",
                f"Dalla riga {number} il file non si legge: forse una virgoletta non si chiude.",
                "controllare le virgolette della riga e salvare di nuovo il file.",
                row=number,
            ) from None
        if number > MOST_ROWS:
            raise GridError(
                "troppe-righe",
                f"Il file ha più di {MOST_ROWS} righe.",
                "controllare di aver inviato il file giusto.",
            )
        if len(row) > MOST_COLUMNS:
            raise GridError(
                "troppe-colonne",
                f"La riga {number} ha {len(row)} colonne.",
                "controllare il separatore e le virgolette.",
                row=number,
            )
        yield number, row


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that splits the first rows most evenly."""
    best, best_score = ",", (0, 0)
    sample = text[:200_000]
    for delimiter in DELIMITERS:
        widths: dict[int, int] = {}
        try:
            for number, row in _csv_rows(sample, delimiter):
                if number > 60:
                    break
                if len(row) > 1:
                    widths[len(row)] = widths.get(len(row), 0) + 1
        except GridError:
            continue
        if widths:
            width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (count, width) > best_score:
                best, best_score = delimiter, (count, width)
    return best


# -- spreadsheets -----------------------------------------------------------------------------


def cell_text(value: Any) -> str:
    """Return a spreadsheet's value as a person would type it (dates in ISO form)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sì" if value else "no"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _open_zip(path: Path, wanted: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            fault = zip_fault(archive, path.stat().st_size)
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


def _xlsx(path: Path, sheet: str | None) -> Grid:
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


def _limited(rows: Iterator[list[str]] | Any) -> list[tuple[int, list[str]]]:
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


def _ods(path: Path, sheet: str | None) -> Grid:
    """Read an ODS sheet as a stream: a repeated cell or row is not repeated in memory."""
    _open_zip(path, "ODS")
    names: list[str] = []
    found: list[tuple[int, list[str]]] | None = None
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            for _, table in etree.iterparse(
                stream,
                events=("end",),
                tag=_TABLE + "table",
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                name = table.get(_TABLE + "name", "")
                names.append(name)
                wanted = sheet is None or name.strip().casefold() == sheet.strip().casefold()
                if wanted and found is None:
                    found = _limited_ods(table)
                table.clear()
    except (etree.XMLSyntaxError, zipfile.BadZipFile, OSError, NotImplementedError):
        raise GridError(
            "foglio-illeggibile",
            "Il foglio di calcolo è danneggiato.",
            "aprirlo, salvarlo di nuovo come ODS e inviarlo.",
        ) from None
    if found is None:
        _sheet_name(names or ["(nessuno)"], sheet or "(il primo)")
    return Grid(found or [])


def _limited_ods(table: Any) -> list[tuple[int, list[str]]]:
    kept: list[tuple[int, list[str]]] = []
    number = 0
    blank = 0
    for row in table.iter(_TABLE + "table-row"):
        repeat = _repeat(row, _TABLE + "number-rows-repeated")
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
                    row=number + 1,
                )
            cells += [""] * pending + [text] * times
            pending = 0
        if not cells:
            number += repeat
            blank += 1
            if blank > MOST_BLANK_ROWS:
                break
            continue
        blank = 0
        if len(kept) + repeat > MOST_ROWS:
            raise GridError(
                "foglio-troppo-grande",
                f"Il foglio ha più di {MOST_ROWS} righe.",
                "togliere le righe che non servono.",
                row=number + 1,
            )
        for _ in range(repeat):
            number += 1
            kept.append((number, list(cells)))
    return kept


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


# -- JSON of the open-data portals ------------------------------------------------------------


def _json(data: bytes) -> Grid:
    text, notices = decode(data, None)
    try:
        answer = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise GridError(
            "json-non-valido",
            "Il file non è un JSON leggibile: è stato tagliato o modificato.",
            "scaricare di nuovo il file.",
            row=line,
        ) from None
    grid = _socrata(answer) or _ckan(answer) or _records(answer)
    if grid is None:
        raise GridError(
            "json-sconosciuto",
            "Il JSON non ha la forma di Socrata (rows.json) né di CKAN (datastore).",
            "controllare l’indirizzo o il formato della fonte in portale.toml.",
        )
    grid.notices += notices
    return grid


def _socrata(answer: Any) -> Grid | None:
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        return None
    meta = answer.get("meta")
    view = meta.get("view") if isinstance(meta, dict) else None
    columns = view.get("columns") if isinstance(view, dict) else None
    if not isinstance(columns, list):
        return None
    shown = [
        (place, column)
        for place, column in enumerate(columns)
        if isinstance(column, dict)
        and column.get("dataTypeName") != "meta_data"
        and "hidden" not in (column.get("flags") or [])
    ]
    rows = [(1, [str(column.get("name", "")) for _, column in shown])]
    for number, record in enumerate(answer["data"], start=2):
        if not isinstance(record, list):
            continue
        rows.append(
            (
                number,
                [_json_text(record[place]) if place < len(record) else "" for place, _ in shown],
            )
        )
    aliases: list[tuple[str, ...]] = [(str(column.get("fieldName", "")),) for _, column in shown]
    return Grid(rows, header_known=True, aliases=aliases)


def _ckan(answer: Any) -> Grid | None:
    if not isinstance(answer, dict) or "result" not in answer:
        return None
    result = answer["result"]
    if answer.get("success") is False or not isinstance(result, dict):
        raise GridError(
            "ckan-errore",
            "Il portale ha risposto con un errore, non con i dati.",
            "controllare l’indirizzo della risorsa in portale.toml.",
        )
    records = result.get("records")
    if not isinstance(records, list):
        return None
    fields = [
        str(item["id"])
        for item in result.get("fields") or []
        if isinstance(item, dict) and not str(item.get("id", "_")).startswith("_")
    ]
    return _records(records, fields)


def _records(answer: Any, names: list[str] | None = None) -> Grid | None:
    if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
        return None
    if names is None or not names:
        names = list(
            dict.fromkeys(
                str(name)
                for item in answer
                for name in item
                if not str(name).startswith((":", "_"))
            )
        )
    if not names:
        return None
    rows = [(1, list(names))]
    for number, item in enumerate(answer, start=2):
        rows.append((number, [_json_text(item.get(name)) for name in names]))
    return Grid(rows, header_known=True)


def _json_text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_json_text(item) for item in value if item not in (None, ""))
    if isinstance(value, dict):
        for name in ("url", "human_address", "description"):
            if value.get(name):
                return str(value[name])
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return cell_text(value)
