"""The bytes of one released table in each format, identical whenever the table is."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.contracts import Contract
from etl.protect.tabular import as_text
from etl.publish.edition import LICENCE_URL

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Form:
    """One format: how it is called, its media type, and its term in the EU's file-type list."""

    title: str
    media_type: str
    file_type: str


FORMS = {
    "csv": Form("CSV", "text/csv", "CSV"),
    "json": Form("JSON, una riga per record", "application/json", "JSON"),
    "colonne.json": Form("JSON, una riga per colonna", "application/json", "JSON"),
    "geojson": Form("GeoJSON", "application/geo+json", "GEOJSON"),
    "parquet": Form("Parquet", "application/vnd.apache.parquet", "PARQUET"),
    "xlsx": Form(
        "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"
    ),
    "ods": Form("OpenDocument", "application/vnd.oasis.opendocument.spreadsheet", "ODS"),
    "csv.gz": Form("CSV compresso", "application/gzip", "GZIP"),
    "json.gz": Form("JSON compresso", "application/gzip", "GZIP"),
}
LARGE = 1_000_000  # bytes over which a compressed copy stands beside a text file


def to_csv(contract: Contract, table: pd.DataFrame) -> bytes:
    """Return the table as CSV (RFC 4180: UTF-8, comma, CRLF), safe in a spreadsheet.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    flat = as_text(contract, table)
    for field in contract.campi:
        match field.definizione.tipo:
            case "testo" | "elenco":
                dangerous = flat[field.name].str.startswith(FORMULA_STARTS).fillna(False)
                flat[field.name] = flat[field.name].where(~dangerous, "'" + flat[field.name])
            case "logico":
                flat[field.name] = flat[field.name].map({True: "true", False: "false"})
            case "decimale":
                flat[field.name] = [_decimal(value) for value in flat[field.name]]
    text = flat.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8")


def plain_csv(frame: pd.DataFrame) -> bytes:
    """Return a table of texts as CSV of the same kind, safe in a spreadsheet."""
    flat = frame.astype("str")
    for name in flat.columns:
        dangerous = flat[name].str.startswith(FORMULA_STARTS).fillna(False)
        flat[name] = flat[name].where(~dangerous, "'" + flat[name])
    return flat.to_csv(index=False, lineterminator="\r\n").encode("utf-8")


def to_values(contract: Contract, table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return each column as plain values: a missing value is None, a list stays a list."""
    columns = {}
    for field in contract.campi:
        values = table[field.name]
        if field.definizione.tipo == "elenco":
            columns[field.name] = list(values)
        else:
            columns[field.name] = values.astype("object").where(values.notna(), None).tolist()
    return columns


def to_records(contract: Contract, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values: a missing value is None, a list stays a list."""
    columns = to_values(contract, table)
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def to_json(contract: Contract, table: pd.DataFrame) -> bytes:
    """Return the table as a JSON array, one record a line."""
    lines = [_dumps(record) for record in to_records(contract, table)]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8")


def to_columns(contract: Contract, table: pd.DataFrame) -> bytes:
    """Return the table as a JSON object of arrays, one column a line."""
    columns = to_values(contract, table)
    lines = [f"{_dumps(name)}:{_dumps(values)}" for name, values in columns.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def as_json(value: Any) -> bytes:
    """Return the value as readable JSON bytes, keys in the order given."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def compressed(content: bytes) -> bytes:
    """Return the content as gzip, with no name and no date in it."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def to_geojson(contract: Contract, table: pd.DataFrame) -> bytes:
    """Return the table as a GeoJSON FeatureCollection; rows without a place have no geometry."""
    if contract.geometria is None:
        raise ValueError(f"«{contract.slug}» non ha una geometria")
    lat, lon = contract.geometria.lat, contract.geometria.lon
    features = []
    for record in to_records(contract, table):
        y, x = record.pop(lat), record.pop(lon)
        point = None if x is None or y is None else {"type": "Point", "coordinates": [x, y]}
        features.append(_dumps({"type": "Feature", "geometry": point, "properties": record}))
    body = ",\n".join(features)
    return f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode()


def to_parquet(contract: Contract, table: pd.DataFrame, synthetic: bool) -> bytes:
    """Return the table as Parquet (Snappy), its columns typed by the contract."""
    kinds = {
        "testo": pa.string(),
        "intero": pa.int64(),
        "decimale": pa.float64(),
        "data": pa.date32(),
        "logico": pa.bool_(),
        "elenco": pa.list_(pa.string()),
    }
    arrays, fields = [], []
    for field in contract.campi:
        kind = kinds[field.definizione.tipo]
        values = table[field.name]
        if field.definizione.tipo == "data":
            values = pd.to_datetime(values).dt.date.where(values.notna(), None)
        if field.definizione.tipo == "elenco":
            array = pa.array(list(values), type=kind)
        else:
            array = pa.array([None if pd.isna(v) else v for v in values.tolist()], type=kind)
        arrays.append(array)
        meta = {"title": field.definizione.titolo.it}
        fields.append(pa.field(field.name, kind, metadata=meta))
    schema = pa.schema(
        fields,
        metadata={
            "title": contract.titolo.it,
            "licence": LICENCE_URL,
            "sintetico": str(synthetic).lower(),
        },
    )
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="snappy")
    return sink.getvalue()


def _decimal(value: float) -> str | None:
    return None if pd.isna(value) else f"{value:.6f}".rstrip("0").rstrip(".")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
