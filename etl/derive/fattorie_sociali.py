"""The map of social farming: each farm with its place, its profile and its links."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from etl.contracts import load_contract
from etl.derive import legami_fattorie
from etl.derive.datasets import Inputs
from etl.derive.declared import latest_return
from etl.receive.geography import municipalities


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per farm or cooperative, by code; `lat`, `lon` are a point of its comune.

    `grado` counts the others of the list with which it works; `legami_possibili` all the others:
    the sum of the first over the sum of the second is the network's density. A farm whose comune
    does not exist is left out.
    """
    farms = latest_return(inputs.received, load_contract("fattorie-sociali"))
    year = inputs.config.portale.anno_geografia
    provinces = tuple(sorted(set(farms["codice_comune"].dropna().str[:3])))
    places = municipalities(year, provinces)[["codice_comune", "comune", "lat", "lon"]]
    table = farms.merge(places, on="codice_comune", how="inner")
    links = legami_fattorie.derive(inputs)
    known = set(table["codice_azienda"])
    both = links["azienda_a"].isin(known) & links["azienda_b"].isin(known)
    degree = Counter([*links.loc[both, "azienda_a"], *links.loc[both, "azienda_b"]])
    grades = [degree[code] for code in table["codice_azienda"]]
    table["grado"] = pd.Series(grades, index=table.index, dtype="Int64")
    others = max(0, len(table) - 1)
    table["legami_possibili"] = pd.Series(others, index=table.index, dtype="Int64")
    table["profilata"] = table["data_profilo"].notna().astype("boolean")
    return table.sort_values("codice_azienda", ignore_index=True)
