"""The leak gate: nothing that came from a person's element may stand in any published byte."""

from __future__ import annotations

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
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
    if path.suffix in _BINARY:
        return
    if path.suffix == ".parquet":
        table = pq.read_table(io.BytesIO(content))
        for name in table.column_names:
            distinct = dict.fromkeys(map(str, table.column(name).to_pylist()))
            yield name, "\n".join(distinct)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in sorted(archive.namelist()):
                yield entry, archive.read(entry).decode("utf-8", "replace")
    else:
        yield "", content.decode("utf-8", "replace")
