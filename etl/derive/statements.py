"""The statements in force, and what the data sets take from them."""

from __future__ import annotations

from datetime import date

import ateco
import pandas as pd

from etl.problems import InputRefusedError


def reference_date(statements: pd.DataFrame) -> date:
    """Return the latest day to which a statement refers; raises InputRefusedError if none."""
    latest = pd.to_datetime(statements["data_riferimento"]).max()
    if pd.isna(latest):
        raise InputRefusedError(
            [], "Nessun prospetto leggibile: non c’è una data a cui riferire i dati."
        )
    return latest.date()


def in_force(statements: pd.DataFrame) -> pd.DataFrame:
    """Return the statements that no later one replaces, one per employer: the last one sent.

    Rows: as `prospetti`. A statement is replaced by one that names it in
    `codice_comunicazione_precedente`, and by a later one of the same employer.
    """
    replaced = set(statements["codice_comunicazione_precedente"].dropna())
    current = statements[~statements["codice_comunicazione"].isin(replaced)]
    ordered = current.sort_values(["data_riferimento", "data_invio", "codice_comunicazione"])
    return ordered.drop_duplicates("codice_fiscale_azienda", keep="last")


def section(codes: pd.Series) -> pd.Series:
    """Return the Ateco 2025 section (one letter) of each code; NA where the code is unknown."""
    known: dict[str, str | None] = {}
    for code in codes.dropna().unique():
        node = ateco.lookup(str(code)[:2], edition="2025")
        while node is not None and node.level != "section":
            node = ateco.lookup(node.parent, edition="2025") if node.parent else None
        known[code] = node.code if node else None
    return codes.map(known).astype("str")
