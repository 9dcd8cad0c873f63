"""The flat form of a released table: what its CSV says, and what the gates check."""

from __future__ import annotations

from typing import Any

import pandas as pd

from etl.contracts import Contract

LIST_SEPARATOR = "|"


def shape(contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """Return exactly the contract's columns, in order, each with its published type.

    testo → str, intero → Int64, decimale → Float64, data → str (ISO), logico → boolean,
    elenco → object (lists of codes, sorted as given). Whitespace in texts is folded: no cell
    holds a line break.
    """
    columns: dict[str, pd.Series[Any]] = {}
    for field in contract.campi:
        values = frame[field.name]
        match field.definizione.tipo:
            case "testo":
                text = values.astype("str")
                columns[field.name] = text.str.replace(r"\s+", " ", regex=True).str.strip()
            case "intero":
                columns[field.name] = values.astype("Int64")
            case "decimale":
                columns[field.name] = values.astype("Float64").round(6)
            case "data":
                columns[field.name] = pd.to_datetime(values).dt.strftime("%Y-%m-%d").astype("str")
            case "logico":
                columns[field.name] = values.astype("boolean")
            case "elenco":
                columns[field.name] = pd.Series(
                    [list(codes) if isinstance(codes, (list, tuple)) else [] for codes in values],
                    index=frame.index,
                    dtype="object",
                )
    return pd.DataFrame(columns).reset_index(drop=True)


def as_text(contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each list joined by `|` (an empty list is a missing value)."""
    flat = frame.copy()
    for field in contract.campi:
        if field.definizione.tipo == "elenco":
            joined = [LIST_SEPARATOR.join(codes) or None for codes in frame[field.name]]
            flat[field.name] = pd.Series(joined, index=frame.index, dtype="str")
    return flat
