"""Uncovered quota by province, sector and size class, recomputed from every statement."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.statements import in_force, section


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per province × sector × size class with at least one obliged employer.

    `imprese` counts employers with a site in the province; `scoperture` sums each employer's
    uncovered posts, none below zero; `scoperture_con_segno` lets excesses count as negative.
    Restricted: `_imprese`, and `_persone`, the people with disabilities in force.
    """
    received = inputs.received
    statements = in_force(received.tables["prospetti"])
    facts = statements[["codice_comunicazione", "codice_ateco", "data_riferimento", "sintetico"]]
    rows = inputs.quota.province.merge(facts, on="codice_comunicazione", how="inner").merge(
        inputs.quota.nazionale[["codice_comunicazione", "classe_dimensionale"]].dropna(),
        on="codice_comunicazione",
        how="inner",
    )
    rows["settore"] = section(rows["codice_ateco"])
    places = received.geography.province[["codice_provincia", "provincia"]]
    rows = rows.merge(places, on="codice_provincia", how="inner")
    grouped = rows.groupby(
        ["codice_provincia", "provincia", "settore", "classe_dimensionale"], sort=True
    )
    return pd.DataFrame(
        {
            "imprese": grouped["codice_comunicazione"].nunique().astype("Int64"),
            "quota_riserva": grouped["quota_riserva_disabili"].sum().astype("Int64"),
            "scoperture": grouped["scoperture_disabili"].sum().astype("Int64"),
            "scoperture_con_segno": grouped["scoperture_disabili_con_segno"].sum().astype("Int64"),
            "_imprese": grouped["codice_comunicazione"].nunique().astype("Int64"),
            "_persone": grouped["disabili_in_forza"].sum().astype("Int64"),
            "data_riferimento": grouped["data_riferimento"].max(),
            "sintetico": grouped["sintetico"].any(),
        }
    ).reset_index()
