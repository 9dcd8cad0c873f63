"""Delimited text: whatever encoding, delimiter and quotes a spreadsheet program left."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from etl.receive.grids.grid import MOST_COLUMNS, MOST_ROWS, ZIP, Grid, GridError

# no cell is so long: a quote that does not close swallows the rest of the file
LONGEST_CELL = 100_000
DELIMITERS = (";", ",", "\t", "|")

_HINT = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, declared: str | None) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the text and what was noticed; raises GridError where the encoding is wrong."""
    notices: list[tuple[str, str, str]] = []
    if data.startswith(ZIP) or data.startswith(b"\xd0\xcf\x11\xe0"):
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


def read_csv(data: bytes, encoding: str | None, delimiter: str | None) -> Grid:
    """Return the rows of a delimited text; raises GridError."""
    text, notices = decode(data, encoding)
    if not text.strip():
        raise GridError("file-vuoto", "Il file è vuoto.", "inviare di nuovo il file completo.")
    hint = _HINT.match(text)
    if hint:  # Excel's own line, above the header
        text = "\n" + text[hint.end() :]
    chosen = delimiter or (hint.group(1) if hint else sniff_delimiter(text))
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
            raise _unclosed(number) from None
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise _unclosed(number)
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


def _unclosed(number: int) -> GridError:
    return GridError(
        "csv-illeggibile",
        f"Dalla riga {number} il file non si legge: forse una virgoletta non si chiude.",
        "controllare le virgolette della riga e salvare di nuovo il file.",
        row=number,
    )


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
