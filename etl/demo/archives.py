"""Zip files with the same bytes every time: fixed dates, fixed attributes, given order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

FIXED_DATE = (2026, 2, 2, 9, 0, 0)
FIXED_STAMP = "2026-02-02T09:00:00Z"


def _entry(name: str, *, stored: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIXED_DATE)
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def write_zip(path: Path, files: Iterable[tuple[str, bytes]], stored: Iterable[str] = ()) -> None:
    """Write the files, one at a time as they come, into a zip at `path`.

    Names in `stored` are not compressed (an OpenDocument's `mimetype` must not be).
    """
    plain = set(stored)
    with zipfile.ZipFile(path, "w", compresslevel=6) as archive:
        for name, content in files:
            archive.writestr(_entry(name, stored=name in plain), content)


def read_zip(content: bytes) -> dict[str, bytes]:
    """Return the files of a zip, in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
