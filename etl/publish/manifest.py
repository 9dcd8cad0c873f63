"""Every published file, with its size and hash; and where in the zone it stands."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etl.protect import ReleasableZone

MANIFEST = "dati/manifest.json"


@dataclass(frozen=True)
class Entry:
    """One published file: its path on the site, bytes, hash, and rows where it is a table."""

    path: str
    bytes: int
    sha256: str
    rows: int | None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def extension(self) -> str:
        """What follows the first dot of the file's name: `csv`, `colonne.json`, `csv.gz`."""
        return self.name.split(".", 1)[-1]


class Manifest:
    """Writes files into the zone and remembers what was written, in the order of the paths.

    `dati/<slug>/…` stands in the zone at `datasets/<slug>/…`; every other path of the site stands
    below `portale/`. The manifest itself is `manifest.json`.
    """

    def __init__(self, zone: ReleasableZone) -> None:
        self._zone = zone
        self._entries: dict[str, Entry] = {}

    def add(self, path: str, content: bytes, rows: int | None = None) -> Entry:
        """Write one file and return its entry; raises ValueError where the path is taken."""
        if path in self._entries:
            raise ValueError(f"«{path}» è già stato scritto")
        self._zone.write(zone_path(path), content)
        entry = Entry(path, len(content), hashlib.sha256(content).hexdigest(), rows)
        self._entries[path] = entry
        return entry

    def read(self, path: str) -> bytes:
        """Return what was written at a path."""
        return (self._zone.folder / zone_path(path)).read_bytes()

    def entries(self, below: str = "") -> list[Entry]:
        """Return what was written below a path, sorted."""
        return [entry for path, entry in sorted(self._entries.items()) if path.startswith(below)]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return every entry as plain values, sorted by path."""
        return [asdict(entry) for entry in self.entries()]


def zone_path(path: str) -> str:
    """Return where a path of the site stands in the releasable zone."""
    if path == MANIFEST:
        return "manifest.json"
    match path.split("/", 2):
        case ["dati", slug, rest] if slug != "api":
            return f"datasets/{slug}/{rest}"
    return f"portale/{path}"


def place(zone: Path, site: Path) -> int:
    """Put every file that the zone's manifest lists where the site serves it; return how many.

    Each is a hard link where it can be: the site holds the very file that was checked. What the
    site has put there already is left alone.
    """
    listed = json.loads((zone / "manifest.json").read_text(encoding="utf-8"))["files"]
    for path in [*(entry["path"] for entry in listed), MANIFEST]:
        target = site / path
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source = zone / zone_path(path)
            try:
                os.link(source, target)
            except OSError:  # the site is on another disk
                shutil.copy2(source, target)
    return len(listed)
