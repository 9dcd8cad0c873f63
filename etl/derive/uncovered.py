"""Uncovered quota, statement by statement and province by province, and its sums."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.statements import in_force, section

# Ateco 2025 sections gathered so that most cells hold a crowd.
SECTIONS = {
    "agricoltura": "A",
    "industria": "BCDE",
    "costruzioni": "F",
    "commercio": "G",
    "trasporti": "H",
    "alloggio": "I",
    "servizi": "JKLMNO",
    "pubblico": "PQ",
    "sanita": "R",
    "altro": "STUV",
}
_FIGURES = {
    "quota_riserva_disabili": "quota_riserva",
    "scoperture_disabili": "scoperture",
    "scoperture_disabili_con_segno": "scoperture_con_segno",
}
BROAD_SECTOR = {section: name for name, sections in SECTIONS.items() for section in sections}


def tabulate(inputs: Inputs, dimensions: list[str]) -> pd.DataFrame:
    """Return the uncovered quota summed by `dimensions`, inside the portal's provinces.

    `imprese` counts the employers with a site in each province; `scoperture` sums each employer's
    uncovered posts, none below zero; `scoperture_con_segno` lets excesses count as negative.
    Restricted columns: `_imprese`, `_persone` (people with disabilities in force), `_coperti` and
    `_scoperti` (employers with a quota, without and with uncovered posts), `_recenti` (employers
    whose statement is of the latest date), `_contributi` (for each employer its statement's code,
    and what it brought to each figure: one of them may be reading).
    """
    grouped = contributions(inputs).groupby(dimensions, sort=True)
    return pd.DataFrame(
        {
            "imprese": grouped["codice_comunicazione"].count().astype("Int64"),
            "quota_riserva": grouped["quota_riserva_disabili"].sum().astype("Int64"),
            "scoperture": grouped["scoperture_disabili"].sum().astype("Int64"),
            "scoperture_con_segno": grouped["scoperture_disabili_con_segno"].sum().astype("Int64"),
            "_imprese": grouped["codice_comunicazione"].nunique().astype("Int64"),
            "_persone": grouped["disabili_in_forza"].sum().astype("Int64"),
            "_coperti": grouped["_coperto"].sum().astype("Int64"),
            "_scoperti": grouped["_scoperto"].sum().astype("Int64"),
            "_recenti": grouped["_recente"].sum().astype("Int64"),
            "_contributi": grouped["_contributo"].agg(list),
            "data_riferimento": grouped["data_riferimento"].max(),
            "sintetico": grouped["sintetico"].any(),
        }
    ).reset_index()


def contributions(inputs: Inputs) -> pd.DataFrame:
    """Return one row per statement in force and province, for employers under the obligation.

    Columns: those of the quota by province, codice_ateco, classe_dimensionale, provincia,
    macrosettore, data_riferimento, sintetico, `_scoperto`, `_coperto`, `_recente` and
    `_contributo` (the statement's code, and what it brings to each figure).
    """
    statements = in_force(inputs.received.tables["prospetti"])
    facts = statements[["codice_comunicazione", "codice_ateco", "data_riferimento", "sintetico"]]
    sizes = inputs.quota.nazionale[["codice_comunicazione", "classe_dimensionale"]].dropna()
    places = inputs.received.geography.province[["codice_provincia", "provincia"]]
    rows = (
        inputs.quota.province.merge(facts, on="codice_comunicazione", how="inner")
        .merge(sizes, on="codice_comunicazione", how="inner")
        .merge(places, on="codice_provincia", how="inner")
    )
    rows["macrosettore"] = section(rows["codice_ateco"]).map(BROAD_SECTOR).astype("str")
    uncovered = rows["scoperture_disabili"].fillna(0) > 0
    rows["_scoperto"] = uncovered
    rows["_coperto"] = ~uncovered & (rows["quota_riserva_disabili"].fillna(0) > 0)
    rows["_recente"] = rows["data_riferimento"] == rows["data_riferimento"].max()
    brought = rows.assign(imprese=1).rename(columns=_FIGURES)[["imprese", *_FIGURES.values()]]
    figures = brought.fillna(0).astype("int64").to_dict("records")
    shares = list(zip(rows["codice_comunicazione"], figures, strict=True))
    rows["_contributo"] = pd.Series(shares, index=rows.index, dtype="object")
    return rows
