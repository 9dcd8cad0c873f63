"""A supplier's table as it is: rows of texts, whatever the format. Nothing is ever evaluated."""

from __future__ import annotations

import zipfile
from pathlib import Path

from etl.receive.grids.delimited import read_csv
from etl.receive.grids.grid import LARGEST_TABLE, ZIP, Grid, GridError
from etl.receive.grids.portals import read_json
from etl.receive.grids.workbooks import read_ods, read_xlsx

__all__ = ["Grid", "GridError", "guess_kind", "read_grid"]


def read_grid(
    path: Path,
    kind: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Grid:
    """Return a file's rows; raises GridError where it is not a table of that `kind`."""
    if not path.is_file():
        raise GridError(
            "non-e-un-file",
            "Il percorso non è un file.",
            "indicare il file, non la cartella, in «percorso» di portale.toml.",
        )
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
        return read_csv(path.read_bytes(), encoding, delimiter)
    if kind == "xlsx":
        return read_xlsx(path, sheet)
    if kind == "ods":
        return read_ods(path, sheet)
    if kind in ("socrata", "ckan"):
        return read_json(path.read_bytes())
    raise ValueError(kind)


def guess_kind(path: Path) -> str | None:
    """Return the format of a file from its content and name; None where it is none of ours."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(ZIP):
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
