"""The leak gate: nothing that came from a person's element may stand in any published byte."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import ahocorasick
import pyarrow.parquet as pq

from etl.protect.free_text import CODICE_FISCALE

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
_BINARY = {".woff", ".woff2", ".ttf", ".eot", ".png", ".jpg", ".ico"}
_TAG = re.compile(r"<[^<>]*>")
_LETTERS = {code: chr(code) for code in range(256) if chr(code).isalnum()}
_FOLDED = bytes(
    ord(_LETTERS[code].lower().encode("latin-1", "ignore") or b" ") if code in _LETTERS else 32
    for code in range(256)
)


@dataclass(frozen=True)
class Leak:
    """Where something restricted was found, and of what kind; never what it was."""

    file: str
    kind: str

    def line(self) -> str:
        """Return the finding in one line."""
        return f"{self.file}: {self.kind}"


class LeakGate:
    """Searches files for the texts of persons' elements, held in memory only.

    A person's value is searched as whole words, whatever the case, the punctuation between the
    words, or the escaping (HTML entities, percent signs, zip and Parquet compression).
    """

    def __init__(self, values: Iterable[tuple[str, ...]]) -> None:
        self._automaton = ahocorasick.Automaton()
        self.size = 0
        self._clean: set[bytes] = set()
        for group in values:
            for value in group:
                words = fold(value)
                if len(words) >= 6 and words not in self._automaton:
                    self._automaton.add_word(words, len(words))
                    self.size += 1
        if self.size:
            self._automaton.make_automaton()

    def search(self, files: Iterable[Path], root: Path) -> list[Leak]:
        """Return what was found in the files, each named by its path below `root`.

        Bytes that were searched before, under whatever name, are not searched again.
        """
        found: list[Leak] = []
        for path in files:
            content = path.read_bytes()
            digest = hashlib.sha256(content).digest()
            if digest in self._clean:
                continue
            name = path.relative_to(root).as_posix()
            leaks = [
                Leak(f"{name} ({part})" if part else name, kind)
                for part, text in _texts(path, content)
                for kind in self._kinds(text)
            ]
            if not leaks:
                self._clean.add(digest)
            found.extend(leaks)
        return found

    def _kinds(self, text: str) -> set[str]:
        kinds = set()
        readings = [text, _TAG.sub(" ", text)] if "<" in text else [text]
        for words in map(fold, readings):
            if any(
                len(word) == 16 and CODICE_FISCALE.fullmatch(word) for word in set(words.split())
            ):
                kinds.add("un codice fiscale di persona")
            if self.size and self._holds_person(words):
                kinds.add("un dato di una persona")
        return kinds

    def _holds_person(self, words: str) -> bool:
        for end, length in self._automaton.iter(words):
            start = end - length + 1
            before = start == 0 or words[start - 1] == " "
            after = end + 1 == len(words) or words[end + 1] == " "
            if before and after:
                return True
        return False


def fold(text: str) -> str:
    """Return the text as lower-case words separated by single spaces, escapes undone.

    Letters beyond Latin-1 count as spaces, in the texts and in what is searched alike.
    """
    plain = html.unescape(text) if "&" in text else text
    if "%" in plain:
        plain = unquote(plain)
    if "\\" in plain:
        plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), plain)
    folded = plain.encode("latin-1", "replace").translate(_FOLDED)
    return b" ".join(folded.split()).decode("latin-1")


def forbidden_columns(names: Iterable[str]) -> list[str]:
    """Return the column names that may stand in no published table."""
    return sorted(set(names) & FORBIDDEN_COLUMNS)


def _texts(path: Path, content: bytes) -> Iterable[tuple[str, str]]:
    """Yield (part, text) for every text of a file, whatever packs it.

    Tables, databases, archives and archives within archives are opened; a font or a picture
    yields none.
    """
    if path.suffix in _BINARY:
        return
    if path.suffix in (".sqlite", ".duckdb"):
        yield from _database_texts(path)
    elif path.suffix == ".parquet":
        table = pq.read_table(io.BytesIO(content))
        for name in table.column_names:
            yield name, _joined(table.column(name).to_pylist())
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in sorted(archive.namelist()):
                if PurePosixPath(entry).suffix in (".sqlite", ".duckdb"):
                    continue  # the same file stands beside the archive, and is searched there
                for part, text in _texts(Path(entry), archive.read(entry)):
                    yield f"{entry}, {part}" if part else entry, text
    elif content.startswith(b"\x1f\x8b"):
        yield from _texts(path.with_suffix(""), gzip.decompress(content))
    else:
        yield "", content.decode("utf-8", "replace")


def _database_texts(path: Path) -> Iterable[tuple[str, str]]:
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            names = database.execute("SELECT name, sql FROM sqlite_master").fetchall()
            yield "schema", _joined(sql for _, sql in names)
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (name,) in tables.fetchall():
                rows = database.execute(f'SELECT * FROM "{name}"')
                yield name, _joined(value for row in rows for value in row)
        return
    import duckdb

    with duckdb.connect(str(path), read_only=True) as engine:
        schema = engine.execute(
            "SELECT sql FROM duckdb_tables() UNION ALL SELECT sql FROM duckdb_views()"
        )
        yield "schema", _joined(sql for (sql,) in schema.fetchall())
        names = engine.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for (name,) in names:
            rows = engine.execute(f'SELECT * FROM "{name}"').fetchall()
            yield name, _joined(value for row in rows for value in row)


def _joined(values: Iterable[object]) -> str:
    return "\n".join(dict.fromkeys(str(value) for value in values if value is not None))
