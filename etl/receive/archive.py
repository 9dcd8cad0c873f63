"""A delivery of many files: one file, a folder or a zip. Nothing is ever extracted to disk."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from etl.problems import Problem, Severity

LARGEST_ENTRY = 512 * 1024 * 1024
LARGEST_ARCHIVE = 8 * 1024 * 1024 * 1024
MOST_ENTRIES = 500_000
# XML of statements shrinks ten to thirty times; a bomb, a thousand
HIGHEST_RATIO = 200
SMALL_ENTRY = 1024 * 1024


@dataclass(frozen=True, order=True)
class Member:
    """One XML file of a delivery: `entry` is its name inside the zip `path`, or empty."""

    name: str
    path: str
    entry: str = ""


class Opener:
    """Opens members for reading, keeping the last zip open: thousands stand in the same one."""

    def __init__(self) -> None:
        self._path = ""
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the zip that is still open."""
        if self._archive is not None:
            self._archive.close()
        self._path, self._archive = "", None

    def open(self, member: Member) -> IO[bytes]:
        """Return the member's bytes as a stream; raises OSError or zipfile.BadZipFile."""
        if not member.entry:
            return Path(member.path).open("rb")
        if self._archive is None or self._path != member.path:
            self.close()
            self._archive = zipfile.ZipFile(member.path)
            self._path = member.path
        return self._archive.open(member.entry)


def list_members(path: Path) -> tuple[list[Member], list[Problem]]:
    """Return a delivery's XML files, sorted by name, and the problems of the rest.

    The problems have no source: who calls knows it. A name inside a zip is only a label: no file
    is ever written where it points.
    """
    problems: list[Problem] = []
    found: list[Member] = []
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if not file.is_file():
                continue
            name = file.relative_to(path).as_posix()
            kind = file.suffix.lower()
            if _is_statement(name):
                found.append(Member(name, str(file)))
            elif kind == ".zip":
                found += _zipped(file, name, problems)
            else:
                problems.append(_left_out(name))
    elif _is_zip(path):
        found = _zipped(path, path.name, problems)
    else:
        found = [Member(path.name, str(path))]
    return sorted(found), problems


def _is_statement(name: str) -> bool:
    # macOS adds a hidden twin to each file that it puts in a zip
    return name.lower().endswith(".xml") and not name.rsplit("/", 1)[-1].startswith("._")


def _is_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _left_out(name: str) -> Problem:
    return Problem(
        source="",
        file=name,
        code="file-ignorato",
        message="Il file non è un XML né uno zip: non è stato letto.",
        remedy="togliere il file dalla consegna, o inviarlo nel formato giusto.",
        severity=Severity.NOTICE,
    )


def zip_fault(archive: zipfile.ZipFile, size: int, largest: int = LARGEST_ENTRY) -> str | None:
    """Return why an archive must not be opened, or None: bombs, overlaps, passwords."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        return f"L’archivio contiene {len(entries)} file: il massimo è {MOST_ENTRIES}."
    if len({entry.filename for entry in entries}) < len(entries):
        return "L’archivio contiene due file con lo stesso nome."
    if sum(entry.compress_size for entry in entries) > size:
        return "I file dell’archivio si sovrappongono: è costruito per riempire la memoria."
    if sum(entry.file_size for entry in entries) > LARGEST_ARCHIVE:
        return "L’archivio, aperto, supera 8 GB."
    for entry in entries:
        if entry.flag_bits & 0x1:
            return "L’archivio è protetto da una password."
        if entry.file_size > largest:
            return f"Un file dell’archivio, aperto, supera {largest // 1024 // 1024} MB."
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > SMALL_ENTRY and ratio > HIGHEST_RATIO:
            return (
                f"Un file dell’archivio si espande {ratio:.0f} volte: "
                "è costruito per riempire la memoria."
            )
    return None


def _zipped(path: Path, name: str, problems: list[Problem]) -> list[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            fault = zip_fault(archive, path.stat().st_size)
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        fault, entries = "L’archivio zip è danneggiato.", []
    if fault:
        problems.append(
            Problem(
                source="",
                file=name,
                code="archivio-rifiutato",
                message=fault,
                remedy="creare di nuovo lo zip, con i soli prospetti, e inviarlo.",
                severity=Severity.FILE,
            )
        )
        return []
    found = []
    for entry in entries:
        label = f"{name}/{entry.filename}"
        if _is_statement(entry.filename):
            found.append(Member(label, str(path), entry.filename))
        else:
            problems.append(_left_out(label))
    return found


def fingerprint(path: Path) -> tuple[str, int]:
    """Return the sha256 and the bytes of a file, or of a folder's files with their names."""
    if path.is_dir():
        digest, total = hashlib.sha256(), 0
        for file in sorted(path.rglob("*")):
            if file.is_file():
                inner, size = fingerprint(file)
                digest.update(f"{file.relative_to(path).as_posix()}\0{inner}\n".encode())
                total += size
        return digest.hexdigest(), total
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
