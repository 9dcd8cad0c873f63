"""The leak gate: no restricted text of the sources may stand in any published byte."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ahocorasick
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FORBIDDEN_COLUMNS = frozenset(
    {
        "codice_fiscale",
        "nome",
        "cognome",
        "data_nascita",
        "percentuale_invalidita",
        "percentuale_disabilita",
        "diagnosi",
        "indirizzo_persona",
    }
)
_PICTURES = {".woff", ".woff2", ".ttf", ".eot", ".png", ".jpg", ".ico"}
_PACKED = {".zip", ".gz", ".xlsx", ".ods", ".parquet", ".sqlite", ".duckdb"}
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
# The pattern of free_text.CODICE_FISCALE, on bytes and in both cases at once.
_CODE = re.compile(
    rb"[A-Za-z]{6}[0-9LMNP-Vlmnp-v]{2}[A-EHLMPRSTa-ehlmprst][0-9LMNP-Vlmnp-v]{2}"
    rb"[A-Za-z][0-9LMNP-Vlmnp-v]{3}[A-Za-z]"
)
_CODE_LENGTH = 16
_EMAIL = re.compile(rb"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_LOCAL_PART = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%+-")
# Italian numbers: a mobile's ten digits, or a prefix apart from the rest. Plain figures of the
# data are not like that.
_PHONE = re.compile(
    rb"(?:39[ .]?)?(?:3\d{2}[ ./-]?\d{3}[ ./-]?\d{4}|0\d{1,3}[ ./-]\d{5,8})(?![0-9A-Za-z.,_-])"
)
_ALNUM = bytes(bytes([code]).isalnum() for code in range(256))
_DIGIT = bytes(bytes([code]).isdigit() for code in range(256))
# before a number's first digit: what makes it a part of something longer
_JOINING = bytes(bytes([code]).isalnum() or code in b".,_-/#%" for code in range(256))
_THIRD_PARTY = "tema/terze/"
_WORDS = [chr(code) for code in range(256) if chr(code).isalnum()]
_FOLDED = bytes(
    ord(chr(code).lower().encode("latin-1", "ignore") or b" ") if chr(code) in _WORDS else 32
    for code in range(256)
)
_BETWEEN_WORDS = bytes(code for code in range(256) if chr(code) not in _WORDS)


@dataclass(frozen=True)
class Leak:
    """Where something restricted was found, and of what kind; never what it was."""

    file: str
    kind: str

    def line(self) -> str:
        """Return the finding in one line."""
        return f"{self.file}: {self.kind}"


class LeakGate:
    """Searches files for restricted texts, held in memory only, and for what is shaped like one.

    A restricted text is searched as whole words, whatever the case, the punctuation between the
    words, or the escaping (HTML entities, percent signs, zip and Parquet compression). A personal
    tax code is a leak whoever's it is. Where `contacts` is given, so is every e-mail address and
    telephone number that is not among them.
    """

    def __init__(
        self, values: Iterable[tuple[str, ...]], contacts: Iterable[str] | None = None
    ) -> None:
        self._automaton = ahocorasick.Automaton()
        self.size = 0
        self._seen: set[bytes] = set()
        self._contacts = None if contacts is None else {_contact(text) for text in contacts}
        for group in values:
            for value in group:
                words = _fold(_bytes(value))
                compact = words.replace(" ", "")
                if len(compact) >= 6:
                    self._automaton.add_word(compact, words)
                    self.size += 1
        if self.size:
            self._automaton.make_automaton()

    def search(self, files: Iterable[Path], root: Path, *, shapes: bool = True) -> list[Leak]:
        """Return what was found in the files, each named by its path below `root`.

        A text that was searched before, in whatever file or archive, is not searched again.
        Without `shapes` only the known texts are sought.
        """
        found: list[Leak] = []
        for path in sorted(files, key=lambda path: (path.suffix in _PACKED, path)):
            name = path.relative_to(root).as_posix()
            for part, text in self._unseen(path, path.read_bytes()):
                place = f"{name} ({part})" if part else name
                kinds = self._kinds(text, shapes, third_party=_THIRD_PARTY in name)
                found.extend(Leak(place, kind) for kind in sorted(kinds))
        return found

    def _unseen(self, path: Path, content: bytes) -> Iterator[tuple[str, str]]:
        """Yield (part, text) for every text of a file that did not stand elsewhere already.

        Tables, databases, archives and archives within archives are opened; a font or a picture
        is read as the bytes that it is.
        """
        if not self._is_new(content):
            return
        if path.suffix in _PICTURES:
            yield "", content.decode("latin-1")
        elif path.suffix in (".sqlite", ".duckdb", ".parquet"):
            for part, text in _columns(path, content):
                if self._is_new(text.encode("utf-8", "replace")):
                    yield part, text
        elif content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for entry in sorted(archive.namelist()):
                    for part, text in self._unseen(Path(entry), archive.read(entry)):
                        yield f"{entry}, {part}" if part else entry, text
        elif content.startswith(b"\x1f\x8b"):
            yield from self._unseen(path.with_suffix(""), gzip.decompress(content))
        else:
            yield "", content.decode("utf-8", "replace")

    def _is_new(self, content: bytes) -> bool:
        digest = hashlib.sha256(content).digest()
        new = digest not in self._seen
        self._seen.add(digest)
        return new

    def _kinds(self, text: str, shapes: bool, third_party: bool) -> set[str]:
        kinds = set()
        readings = [_bytes(text)]
        if "<" in text:
            # a name may be split by tags: then they stand for the space between its words
            readings.append(_bytes(_without_tags(text)))
        for content in readings:
            if shapes and _holds_code(content):
                kinds.add("un codice fiscale di persona")
            if self.size and self._holds_value(content):
                kinds.add("un testo riservato delle fonti")
        if shapes and self._contacts is not None and not third_party:
            kinds |= self._unknown_contacts(readings[0])
        return kinds

    def _unknown_contacts(self, content: bytes) -> set[str]:
        """Look for e-mail addresses and telephone numbers that nothing published explains."""
        known = self._contacts or set()
        return {kind for kind, text in contacts_in(content) if _contact(text) not in known}

    def _holds_value(self, content: bytes) -> bool:
        """Look for the letters alone, which is quick; then for whole words where they are found."""
        letters = content.translate(_FOLDED, _BETWEEN_WORDS).decode("latin-1")
        suspects = {words for _, words in self._automaton.iter(letters)}
        if not suspects:
            return False
        text = f" {_fold(content)} "
        return any(f" {words} " in text for words in suspects)


def contacts_in(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) for each e-mail address and Italian telephone number in a text."""
    place = content.find(b"@")
    while place >= 0:
        start = place
        while start > max(0, place - 64) and content[start - 1] in _LOCAL_PART:
            start -= 1
        found = _EMAIL.match(content, start, place + 320)
        if found:
            yield "un indirizzo di posta elettronica", found[0].decode("latin-1")
        place = content.find(b"@", place + 1)
    digits = np.frombuffer(content.translate(_DIGIT), dtype=np.uint8)
    joining = np.frombuffer(content.translate(_JOINING), dtype=np.uint8)
    first = digits.copy()
    first[1:] &= joining[:-1] ^ 1
    starts = np.flatnonzero(first)
    # such a number has seven digits or more in its first ten bytes
    run = np.concatenate([[0], np.cumsum(digits, dtype=np.int64)])
    many = run[np.minimum(starts + 10, len(digits))] - run[starts] >= 7
    for start in starts[many].tolist():
        found = _PHONE.match(content, start)
        if found:
            yield "un numero di telefono", found[0].decode("latin-1")


def _contact(text: str) -> str:
    """Return an address or number as it is compared: in lower case, a number's digits alone."""
    if "@" in text:
        return text.lower().strip(".")
    return re.sub(r"\D", "", text).removeprefix("39")


def _holds_code(content: bytes) -> bool:
    """Tell whether a run of exactly sixteen letters and digits is shaped like a tax code."""
    alnum = np.frombuffer(b"\0" + content.translate(_ALNUM) + b"\0", dtype=np.uint8)
    edges = np.flatnonzero(alnum[1:] != alnum[:-1])
    starts, ends = edges[::2], edges[1::2]
    return any(
        _CODE.fullmatch(content, start, start + _CODE_LENGTH)
        for start in starts[ends - starts == _CODE_LENGTH].tolist()
    )


def _without_tags(text: str) -> str:
    """Return the text with each tag made spaces."""
    raw = np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)
    marks = np.flatnonzero((raw == ord("<")) | (raw == ord(">")))
    opening = raw[marks] == ord("<")
    ends = np.append(marks[1:], len(raw))
    # a tag runs from a «<» to the next mark, if that is a «>»
    closed = opening & np.append(~opening[1:], False)
    change = np.zeros(len(raw) + 1, dtype=np.int8)
    change[marks[closed]] += 1
    change[ends[closed]] -= 1
    blank = np.cumsum(change[:-1], dtype=np.int8).astype(bool)
    blank[ends[closed]] = True
    return np.where(blank, np.uint8(32), raw).tobytes().decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    """Return the text with its escapes undone; letters beyond Latin-1 become question marks."""
    plain = html.unescape(text) if "&" in text else text
    if "%" in plain and _PERCENT.search(plain):
        plain = unquote(plain)
    if "\\u" in plain:
        plain = _UNICODE.sub(lambda match: chr(int(match[1], 16)), plain)
    return plain.encode("latin-1", "replace")


def words_of(text: str) -> str:
    """Return a text's words as the gate compares them: lower case, single spaces between."""
    return _fold(_bytes(text))


def _fold(content: bytes) -> str:
    """Return the words in lower case, separated by single spaces."""
    return b" ".join(content.translate(_FOLDED).split()).decode("latin-1")


def forbidden_columns(names: Iterable[str]) -> list[str]:
    """Return the column names that may stand in no published table."""
    return sorted(set(names) & FORBIDDEN_COLUMNS)


def _columns(path: Path, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (column, its distinct values) for every column of a table or database."""
    if path.suffix == ".parquet":
        table = pq.read_table(io.BytesIO(content))
        for name in table.column_names:
            column = table.column(name)
            distinct = column if pa.types.is_nested(column.type) else column.unique()
            yield name, _joined(distinct.to_pylist())
        return
    with tempfile.NamedTemporaryFile(suffix=path.suffix) as copy:
        copy.write(content)
        copy.flush()
        engine = _open_database(Path(copy.name))
        with closing(engine):
            tables = engine.execute(
                "SELECT table_name, column_name FROM duckdb_columns() c "
                "JOIN duckdb_tables() t USING (database_name, schema_name, table_name) ORDER BY ALL"
                if path.suffix == ".duckdb"
                else "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                "WHERE m.type = 'table'"
            ).fetchall()
            yield "schema", _joined(name for row in tables for name in row)
            for table_name, column in tables:
                values = engine.execute(
                    f'SELECT DISTINCT "{column}" FROM "{table_name}"'
                ).fetchall()
                yield f"{table_name}.{column}", _joined(value for (value,) in values)


def _open_database(path: Path) -> Any:
    if path.suffix == ".sqlite":
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    import duckdb

    return duckdb.connect(str(path), read_only=True)


def _joined(values: Iterable[object]) -> str:
    return "\n".join(dict.fromkeys(str(value) for value in values if value is not None))
