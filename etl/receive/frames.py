"""Canonical rows (texts and numbers) as typed data frames, and their files on disk."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.contracts import FieldType, SupplierContract

LIST_SEPARATOR = ";"

Cell = str | int | None
DTYPES: dict[FieldType, str] = {
    "testo": "str",
    "intero": "Int64",
    "decimale": "Float64",
    "logico": "boolean",
    "data": "datetime64[s]",
    "elenco": "object",
}


def typed(contract: SupplierContract, rows: Sequence[Sequence[Cell]]) -> pd.DataFrame:
    """Return valid canonical rows as a frame with the contract's columns.

    Texts are `str` (missing: NA), whole numbers Int64, decimals Float64, yes/no boolean, dates
    datetime64[s] (missing: NaT), lists tuples of codes (missing: the empty tuple).
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(contract.campi)
    return pd.DataFrame(
        {
            field.name: _series(field.definizione.tipo, values)
            for field, values in zip(contract.campi, columns, strict=True)
        }
    )


def _series(kind: FieldType, values: Sequence[Cell]) -> pd.Series:
    present: list[Cell] = [None if value == "" else value for value in values]
    if kind == "intero":
        numbers = [None if value is None else int(value) for value in present]
        return pd.Series(pd.array(numbers, dtype="Int64"))
    if kind == "decimale":
        decimals = [None if value is None else float(value) for value in present]
        return pd.Series(pd.array(decimals, dtype="Float64"))
    if kind == "logico":
        answers = [None if value is None else value == "true" for value in present]
        return pd.Series(pd.array(answers, dtype="boolean"))
    if kind == "data":
        days = pd.to_datetime(pd.Series(present, dtype="object"), format="%Y-%m-%d")
        return days.astype("datetime64[s]")
    if kind == "elenco":
        lists = [tuple(str(value).split(LIST_SEPARATOR)) if value else () for value in present]
        return pd.Series(lists, dtype="object")
    texts = [None if value is None else str(value) for value in present]
    return pd.Series(pd.array(texts, dtype="str"))


def write_csv(names: Iterable[str], rows: Iterable[Sequence[Cell]], path: Path) -> None:
    """Write canonical rows as the CSV that frictionless validates (UTF-8, comma, RFC 4180)."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(list(names))
        for row in rows:
            writer.writerow(["" if value is None else value for value in row])


def save(table: pd.DataFrame, path: Path) -> None:
    """Write a typed frame as Parquet; `load` gives back the same frame."""
    flat = table.copy()
    for name in flat.columns:
        if flat[name].dtype == object:
            flat[name] = pd.array([LIST_SEPARATOR.join(codes) for codes in flat[name]], dtype="str")
    pq.write_table(pa.Table.from_pandas(flat, preserve_index=False), path, compression="zstd")


def load(contract: SupplierContract, path: Path) -> pd.DataFrame:
    """Return the frame that `save` wrote."""
    table: pd.DataFrame = pq.read_table(path).to_pandas()
    for field in contract.campi:
        if field.definizione.tipo == "elenco":
            lists = [tuple(t.split(LIST_SEPARATOR)) if t else () for t in table[field.name]]
            table[field.name] = pd.Series(lists, dtype="object")
        else:
            kind: Any = DTYPES[field.definizione.tipo]
            table[field.name] = table[field.name].astype(kind)
    return table


def with_origin(
    table: pd.DataFrame, source: str, supplier: str, province: str | None, synthetic: bool
) -> pd.DataFrame:
    """Return the frame with the columns that say whose data these are."""
    count = len(table)
    return table.assign(
        fonte=pd.array([source] * count, dtype="str"),
        fornitore=pd.array([supplier] * count, dtype="str"),
        provincia_fornitore=pd.array([province] * count, dtype="str"),
        sintetico=pd.array([synthetic] * count, dtype="boolean"),
    )
