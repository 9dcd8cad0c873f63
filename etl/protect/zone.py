"""The releasable zone `build/pubblico/`: one writer, and a swap that is all or nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def in_force(build: Path) -> Path:
    """Return the releasable zone that is published now; it may not exist yet."""
    return build / "pubblico"


class ReleasableZone:
    """A new `build/pubblico/`, written beside the one in force and put in its place at the end.

    A file whose bytes did not change is a hard link to the one in force: unchanged output stays
    the same file, with the same date.
    """

    def __init__(self, build: Path) -> None:
        self.current = in_force(build)
        self.folder = build / ".pubblico-nuovo"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def write(self, relative: str, content: bytes) -> Path:
        """Return the path of the file just written; raises ValueError outside the zone."""
        path = (self.folder / relative).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise ValueError(f"fuori dalla zona pubblica: {relative}")
        path.parent.mkdir(parents=True, exist_ok=True)
        old = self.current / relative
        if old.is_file() and old.stat().st_size == len(content) and old.read_bytes() == content:
            os.link(old, path)
        else:
            path.write_bytes(content)
        return path

    def files(self) -> list[Path]:
        """Return every file written so far, sorted by path."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


def swap(pairs: list[tuple[Path, Path]]) -> None:
    """Put each new folder in the place of the one in force; on any failure, none changes.

    `pairs` are (new, in force). The folders they replace are removed at the end.
    """
    done: list[tuple[Path, Path, Path]] = []
    try:
        for new, current in pairs:
            old = current.with_name(f".{current.name}-vecchio")
            shutil.rmtree(old, ignore_errors=True)
            if current.exists():
                current.rename(old)
            done.append((new, current, old))
            new.rename(current)
    except OSError:
        for new, current, old in reversed(done):
            if current.exists() and not new.exists():
                current.rename(new)
            if old.exists():
                old.rename(current)
        raise
    for _, _, old in done:
        shutil.rmtree(old, ignore_errors=True)
