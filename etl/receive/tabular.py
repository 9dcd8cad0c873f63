"""A supplier's table made canonical: its columns and words become ours, as the mapping says."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.config import Source
from etl.contracts import ContractField, SupplierContract, vocabulary
from etl.problems import Problem, Responsible, Severity, shorten
from etl.receive.frames import LIST_SEPARATOR, Cell
from etl.receive.geography import name_key
from etl.receive.grids import Grid, GridError, read_grid
from etl.receive.texts import cell as cell_text
from etl.receive.validation import Table

HEADER_SEARCH = 30
HEADERS_SHOWN = 30

_ITALIAN_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T]\d{1,2}[:.]\d{2}.*)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d{1,2}:\d{2}.*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.0+)?")
_SERIAL_ORIGIN = datetime.date(1899, 12, 30)
_MONTHS = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
]
_LONG_DATE = re.compile(r"(\d{1,2})\s+([a-z]+)\s+(\d{4})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[. '\u00a0\u202f]\d{3})+")
_YES = frozenset({"s", "si", "true", "vero", "1", "x", "y", "yes"})
_NO = frozenset({"n", "no", "false", "falso", "0"})
_GUESSED_SEPARATORS = (";", "|", "\n", ",")


@dataclass
class Reading:
    """A supplier's table made canonical (None where it is refused), and the problems met."""

    table: Table | None = None
    problems: list[Problem] = field(default_factory=list)
    rows_read: int = 0


@dataclass
class _Columns:
    positions: dict[str, int]
    headers: dict[str, str]
    missing: list[tuple[str, str]]
    ambiguous: list[tuple[str, str]]
    names: list[str]


def read_table(source: Source, contract: SupplierContract, path: Path, name: str) -> Reading:
    """Return the canonical rows of one supplier's file, read as its `source` says.

    `name` is how the problems call the file.
    """
    reading = Reading()
    try:
        grid = read_grid(
            path,
            source.formato,
            encoding=source.codifica,
            delimiter=source.separatore,
            sheet=source.foglio,
        )
    except GridError as error:
        reading.problems.append(
            Problem(
                source=source.id,
                file=name,
                code=error.code,
                message=error.message,
                remedy=error.remedy,
                severity=Severity.FILE,
                row=error.row,
            )
        )
        return reading
    for code, message, remedy in grid.notices:
        reading.problems.append(
            Problem(source.id, name, code, message, remedy, Severity.NOTICE, Responsible.PUBLISHER)
        )
    _canonical(source, contract, grid, name, reading)
    return reading


def _canonical(
    source: Source, contract: SupplierContract, grid: Grid, name: str, reading: Reading
) -> None:
    wanted = source.colonne or {field.name: field.name for field in contract.campi}
    start, columns = _find_header(source, contract, grid, wanted)
    optional = set() if source.colonne else {f.name for f in contract.campi if not f.obbligatorio}
    _report_columns(source, contract, grid, columns, optional, name, reading)
    if any(problem.severity is Severity.FILE for problem in reading.problems):
        return
    if start != _declared_start(source, grid):
        reading.problems.append(
            Problem(
                source.id,
                name,
                "intestazione-spostata",
                f"L’intestazione è alla riga {start}, non alla riga "
                f"{_declared_start(source, grid)}: il file è stato letto da lì.",
                "correggere «riga_intestazione» nella fonte, in portale.toml.",
                Severity.NOTICE,
                Responsible.PUBLISHER,
            )
        )
    last = start + (1 if grid.header_known else source.righe_intestazione) - 1
    body = [(number, cells) for number, cells in grid.rows if number > last]
    body = [(number, cells) for number, cells in body if any(cell.strip() for cell in cells)]
    reading.rows_read = len(body)
    if not body:
        reading.problems.append(
            Problem(
                source.id,
                name,
                "nessuna-riga",
                "Il file ha l’intestazione ma nessuna riga di dati.",
                "inviare di nuovo il file completo.",
                Severity.FILE,
            )
        )
        return
    values = [
        _column(source, entry, columns.positions.get(entry.name), body) for entry in contract.campi
    ]
    reading.table = Table(
        contract=contract,
        source=source.id,
        rows=[list(row) for row in zip(*values, strict=True)],
        files=[name] * len(body),
        lines=[number for number, _ in body],
        raw=[cells for _, cells in body],
        raw_names=columns.names,
        headers=columns.headers,
        positions=columns.positions,
        restricted=frozenset(contract.names) if contract.riservato else frozenset(),
    )


def count_missing_columns(source: Source, contract: SupplierContract, grid: Grid) -> int:
    """Return how many of the mapping's columns a table lacks."""
    wanted = source.colonne or {field.name: field.name for field in contract.campi}
    return len(_find_header(source, contract, grid, wanted)[1].missing)


# -- the header -------------------------------------------------------------------------------


def header_key(text: str) -> str:
    """Return a column's header without case, accents, punctuation and double spaces."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", name_key(cell_text(text))).split())


def _declared_start(source: Source, grid: Grid) -> int:
    return 1 if grid.header_known else source.riga_intestazione


def _find_header(
    source: Source, contract: SupplierContract, grid: Grid, wanted: dict[str, str]
) -> tuple[int, _Columns]:
    """Match at the declared row; where columns are missing, look for a better row nearby."""
    height = 1 if grid.header_known else source.righe_intestazione
    declared = _declared_start(source, grid)
    best = _match(grid, declared, height, wanted)
    if not best.missing or grid.header_known:
        return declared, best
    start = declared
    for number, _ in grid.rows[:HEADER_SEARCH]:
        found = _match(grid, number, height, wanted)
        if len(found.missing) < len(best.missing):
            start, best = number, found
    required = {entry.name for entry in contract.campi if entry.obbligatorio}
    # a row of data is no header: another row counts only with every required column
    if start != declared and any(name in required for name, _ in best.missing):
        return declared, _match(grid, declared, height, wanted)
    return start, best


def _match(grid: Grid, start: int, height: int, wanted: dict[str, str]) -> _Columns:
    rows = {number: cells for number, cells in grid.rows if start <= number < start + height}
    lines = [rows.get(number, []) for number in range(start, start + height)]
    width = max((len(line) for line in lines), default=0)
    names = [_header_names(lines, place, grid) for place in range(width)]
    keys: list[set[str]] = [{header_key(name) for name in options} - {""} for options in names]
    columns = _Columns({}, {}, [], [], [options[0] for options in names])
    for ours, header in wanted.items():
        key = header_key(header)
        exact = [place for place in range(width) if header in names[place]]
        places = exact[:1] if len(exact) == 1 else [p for p in range(width) if key in keys[p]]
        if not places:
            columns.missing.append((ours, header))
        elif len(places) > 1:
            columns.ambiguous.append((ours, header))
        else:
            columns.positions[ours] = places[0]
            columns.headers[ours] = names[places[0]][0]
    return columns


def _header_names(lines: list[list[str]], place: int, grid: Grid) -> tuple[str, ...]:
    """Every name a column may go by: its cells joined, with what stands over merged cells."""
    own = [cell_text(line[place]) if place < len(line) else "" for line in lines]
    filled = []
    for line, text in zip(lines[:-1], own[:-1], strict=True):
        left = place
        while not text and left > 0:
            left -= 1
            text = cell_text(line[left]) if left < len(line) else ""
        filled.append(text)
    joined = " ".join(text for text in own if text)
    merged = " ".join(text for text in [*filled, own[-1]] if text)
    options = [joined, merged, own[-1]]
    if place < len(grid.aliases):
        options += grid.aliases[place]
    return tuple(dict.fromkeys(options))


def _report_columns(
    source: Source,
    contract: SupplierContract,
    grid: Grid,
    columns: _Columns,
    optional: set[str],
    name: str,
    reading: Reading,
) -> None:
    present = [header for header in columns.names if header]
    if not present:
        reading.problems.append(
            Problem(
                source.id,
                name,
                "senza-intestazione",
                f"Alla riga {_declared_start(source, grid)} non c’è un’intestazione.",
                "mettere i nomi delle colonne nella riga indicata in portale.toml.",
                Severity.FILE,
            )
        )
        return
    missing = [header for ours, header in columns.missing if ours not in optional]
    for header in missing:
        near = difflib.get_close_matches(
            header_key(header), [header_key(text) for text in present], n=1, cutoff=0.5
        )
        nearest = next((t for t in present if near and header_key(t) == near[0]), None)
        reading.problems.append(
            Problem(
                source.id,
                name,
                "colonna-mancante",
                f"Manca la colonna «{header}»."
                + (f" La più vicina tra quelle trovate è «{shorten(nearest)}»." if nearest else ""),
                f"dare alla colonna il nome «{header}» e inviare di nuovo il file."
                if nearest
                else "aggiungere la colonna e inviare di nuovo il file.",
                Severity.FILE,
                column=header,
            )
        )
    if len(missing) > 1:
        found = ", ".join(f"«{shorten(text, 40)}»" for text in present[:HEADERS_SHOWN])
        reading.problems.append(
            Problem(
                source.id,
                name,
                "intestazione-diversa",
                f"Mancano {len(missing)} colonne su {len(missing) + len(columns.positions)}. "
                f"Le colonne trovate sono: {found}.",
                "usare il modello concordato, o controllare di aver inviato il file giusto.",
                Severity.FILE,
            )
        )
    for _, header in columns.ambiguous:
        reading.problems.append(
            Problem(
                source.id,
                name,
                "colonna-doppia",
                f"Più colonne si chiamano «{header}»: non si sa quale leggere.",
                "lasciarne una sola, o cambiare il nome delle altre.",
                Severity.FILE,
                column=header,
            )
        )
    unmapped = [
        entry.name
        for entry in contract.campi
        if entry.obbligatorio and source.colonne and entry.name not in source.colonne
    ]
    for ours in unmapped:
        reading.problems.append(
            Problem(
                source.id,
                name,
                "corrispondenza-mancante",
                f"La fonte non dice quale colonna del fornitore contiene «{ours}».",
                f"aggiungere «{ours}» a «colonne» della fonte, in portale.toml.",
                Severity.FILE,
                Responsible.PUBLISHER,
            )
        )


# -- the values -------------------------------------------------------------------------------


def _column(
    source: Source,
    entry: ContractField,
    place: int | None,
    body: Sequence[tuple[int, list[str]]],
) -> list[Cell]:
    if place is None:
        return [None] * len(body)
    words = {name_key(cell_text(theirs)): ours for theirs, ours in _words(source, entry).items()}
    cells = [cells[place] if place < len(cells) else "" for _, cells in body]
    kind = entry.definizione.tipo
    comma = kind == "decimale" and any("," in cell for cell in cells)
    separator = source.elenchi.get(entry.name)
    cache: dict[str, Cell] = {}
    values: list[Cell] = []
    for cell in cells:
        if cell not in cache:
            if kind == "elenco":
                cache[cell] = _list(cell, separator, words)
            else:
                cache[cell] = _scalar(cell_text(cell), kind, words, comma)
        values.append(cache[cell])
    return values


def _words(source: Source, entry: ContractField) -> dict[str, str]:
    """The words that stand for a code: the code itself, its label, and the supplier's own."""
    words: dict[str, str] = {}
    if entry.definizione.vocabolario:
        for code, label in vocabulary(entry.definizione.vocabolario).items():
            words[label.it] = code
            words[code.replace("_", " ")] = code
            words[code] = code
        if entry.definizione.vocabolario == "si_no":
            words |= dict.fromkeys(_YES, "S") | dict.fromkeys(_NO, "N")
    return words | source.valori.get(entry.name, {})


def _scalar(text: str, kind: str, words: dict[str, str], comma: bool) -> Cell:
    if not text:
        return None
    mapped = words.get(name_key(text))
    if mapped is not None:
        return mapped or None
    if kind == "data":
        return parse_date(text) or text
    if kind == "intero":
        return parse_integer(text) or text
    if kind == "decimale":
        return parse_decimal(text, comma) or text
    if kind == "logico":
        key = name_key(text)
        return "true" if key in _YES else "false" if key in _NO else text
    return text


def _list(cell: str, separator: str | None, words: dict[str, str]) -> Cell:
    text = cell.strip()
    whole = words.get(name_key(cell_text(text)))
    if whole is not None:
        return whole or None
    if separator is None:
        separator = next((mark for mark in _GUESSED_SEPARATORS if mark in text), ";")
    items: dict[str, None] = {}
    for part in _parts(text, separator, words):
        ours = words.get(name_key(part), part.replace(LIST_SEPARATOR, " "))
        if ours:
            items[ours] = None
    return LIST_SEPARATOR.join(_in_order(items, words)) or None


def _parts(text: str, separator: str, words: dict[str, str]) -> Iterator[str]:
    """Split a cell; an item that is no known word is split again where spaces were left out."""
    tight = separator.strip()
    for part in text.split(separator):
        item = cell_text(part)
        pieces = [cell_text(piece) for piece in item.split(tight)] if tight else []
        if name_key(item) not in words and pieces and all(name_key(p) in words for p in pieces):
            yield from pieces
        elif item:
            yield item


def _in_order(items: Iterable[str], words: dict[str, str]) -> list[str]:
    """Codes in the order of their vocabulary; where there is none, as the supplier wrote them."""
    order = {code: place for place, code in enumerate(dict.fromkeys(words.values()))}
    return sorted(items, key=lambda item: order.get(item, len(order)))


def parse_date(text: str) -> str | None:
    """Return a date written by a person or a spreadsheet as ISO text; None if it is none."""
    if match := _ISO_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _ITALIAN_DATE.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif _SERIAL.fullmatch(text):
        return (_SERIAL_ORIGIN + datetime.timedelta(days=int(text.split(".")[0]))).isoformat()
    elif (match := _LONG_DATE.fullmatch(name_key(text))) and match.group(2) in _MONTHS:
        day, month, year = (
            int(match.group(1)),
            _MONTHS.index(match.group(2)) + 1,
            int(match.group(3)),
        )
    else:
        return None
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def parse_integer(text: str) -> str | None:
    """Return a whole number (thousands marked by dots or spaces allowed) as plain digits."""
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[^0-9+-]", "", text)
    elif match := re.fullmatch(r"([+-]?\d+)[.,]0+", text):
        text = match.group(1)
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        return None
    return str(int(text))


def parse_decimal(text: str, comma: bool) -> str | None:
    """Return a number as plain digits with a dot.

    `comma` says that the column writes decimals with a comma: then a dot marks thousands.
    """
    plain = re.sub(r"[ '\u00a0\u202f]", "", text)
    if "," in plain and "." in plain:
        thousands, point = (".", ",") if plain.rfind(",") > plain.rfind(".") else (",", ".")
        plain = plain.replace(thousands, "").replace(point, ".")
    elif "," in plain:
        plain = plain.replace(",", ".") if plain.count(",") == 1 else plain.replace(",", "")
    elif plain.count(".") > 1 or (comma and re.fullmatch(r"[+-]?\d{1,3}\.\d{3}", plain)):
        plain = plain.replace(".", "")
    return plain if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", plain) else None
