"""Every form in which a site gives its tables, read as anybody would; nothing of the project's.

One figure may be empty in one file and stand in another: whoever looks has both.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as pq
from lxml import etree

Row = Mapping[str, Any]
Form = tuple[str, list[Row]]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def forms(data: Path, slug: str) -> Iterator[Form]:
    """Yield (path or place, rows) for each form of one table under a site's `dati/`."""
    folder = data / slug
    inside = (path for path in sorted(folder.rglob("*")) if "esplora" not in path.parts)
    filtered = sorted((data / "api" / "v1" / slug).rglob("*.json"))
    for path in (*inside, *filtered):
        yield from _rows_of(path, path.relative_to(data).as_posix(), path.read_bytes)
    with zipfile.ZipFile(data / "mirato.zip") as archive:
        for name in archive.namelist():
            if name.startswith(f"{slug}/"):
                yield from _rows_of(
                    Path(name), f"mirato.zip/{name}", lambda n=name: archive.read(n)
                )
    table = slug.replace("-", "_")
    yield (
        "mirato.sqlite",
        _query(sqlite3.connect(f"file:{data / 'mirato.sqlite'}?mode=ro", uri=True), table),
    )
    yield (
        "mirato.duckdb",
        _query(duckdb.connect(str(data / "mirato.duckdb"), read_only=True), table),
    )


def _rows_of(path: Path, where: str, content: Callable[[], bytes]) -> Iterator[Form]:
    name = path.name
    if name.endswith(".gz"):
        yield from _rows_of(path.with_suffix(""), where, lambda: gzip.decompress(content()))
    elif path.suffix == ".csv" and name != "ritirate.csv":
        yield where, list(csv.DictReader(io.StringIO(content().decode("utf-8"))))
    elif path.suffix == ".parquet":
        yield where, pq.read_table(io.BytesIO(content())).to_pylist()
    elif path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content())).worksheets[0]
        yield where, _headed(sheet.iter_rows(values_only=True))
    elif path.suffix == ".ods":
        yield where, _headed(_open_document(content()))
    elif path.suffix == ".json":
        rows = _json_rows(json.loads(content()))
        if rows:
            yield where, rows
    elif path.suffix == ".geojson":
        yield where, [feature["properties"] for feature in json.loads(content())["features"]]


def _json_rows(value: Any) -> list[Row]:
    """Return the rows of a JSON text: a list of rows, one under «righe», or columns by name."""
    if isinstance(value, dict) and isinstance(value.get("righe"), list):
        value = value["righe"]
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return value
    if isinstance(value, dict) and value:
        columns = [item for item in value.values() if isinstance(item, list)]
        if len(columns) == len(value) and len({len(item) for item in columns}) == 1:
            return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
    return []


def _headed(lines: Iterable[Iterable[Any]]) -> list[Row]:
    rows = [list(line) for line in lines]
    return [dict(zip(map(str, rows[0]), row, strict=False)) for row in rows[1:]]


def _open_document(content: bytes) -> Iterator[list[str | None]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("content.xml"))
    (table, *_) = root.iter(f"{_TABLE}table")
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[str | None] = []
        for cell in row.iter(f"{_TABLE}table-cell"):
            text = "".join(cell.itertext()) or None
            cells += [text] * int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        yield cells


def _query(connection: Any, table: str) -> list[Row]:
    try:
        found = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        connection.close()


def whole_number(value: Any) -> int | None:
    """Return what a cell of any form says, if it is a whole number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return int(number) if number == int(number) else None
