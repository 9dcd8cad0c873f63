"""The doti as they were received, once each, with the operator's public id and what adjusts for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from etl.contracts import field_dictionary, load_supplier_contract
from etl.derive.catalogues import catalogue_sites
from etl.derive.datasets import Inputs

# Who people are when they enter: what an operator does not choose (F8).
CHARACTERISTICS = ("fascia_aiuto", "classe_eta", "anzianita", "titolo_studio", "gruppo_disabilita")
RECENT_MONTHS = 24
_AGES = {"15-29": 29, "30-45": 45, "46-54": 54, "55+": 200}
_SENIORITY = {"meno_di_1_anno": 365, "1_4_anni": 1461, "oltre_4_anni": 100_000}


def doti(inputs: Inputs) -> pd.DataFrame:
    """Return one row a dote of the portal's provinces, in the supplier's columns and these.

    `id_operatore` and `denominazione_operatore` (missing where no catalogue names the operator),
    `provincia`, `classe_eta` and `anzianita` (of enrolment) when the dote was assigned. Of several
    rows of one dote the last counts. Without a source of doti the table is empty.
    """
    raw = inputs.received.tables.get("doti")
    if raw is None:
        raw = _empty()
    rows = raw.drop_duplicates("id_dote", keep="last")
    province = inputs.received.geography.province[["codice_provincia", "provincia"]]
    rows = rows.merge(province, on="codice_provincia", how="inner")
    sites = catalogue_sites(inputs.received).sort_values(
        ["codice_operatore", "data_aggiornamento", "id_sede"], na_position="first"
    )
    names = sites.groupby("codice_operatore", sort=True)[
        ["id_operatore", "denominazione_operatore"]
    ].last()
    rows = rows.merge(names, on="codice_operatore", how="left")
    day = rows["data_assegnazione"]
    age = day.dt.year - rows["anno_nascita"].astype("Float64")
    enrolled = (day - rows["data_iscrizione"]).dt.days
    return rows.assign(
        classe_eta=_band(age, _AGES),
        anzianita=_band(enrolled, _SENIORITY),
        fascia_aiuto=rows["fascia_aiuto"].astype("Int64"),
    )


def recent(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the doti assigned in the last months up to `day`, with `periodo_ingresso`."""
    last = pd.Timestamp(day)
    first = (last + pd.Timedelta(days=1) - pd.DateOffset(months=RECENT_MONTHS)).normalize()
    inside = rows["data_assegnazione"].between(first, last)
    return rows[inside].assign(periodo_ingresso=f"{first:%Y-%m}/{last:%Y-%m}")


def declarations(inputs: Inputs) -> pd.DataFrame:
    """Return what operators declare: codice_operatore, codice_provincia, capacita, replica."""
    names = ["codice_operatore", "codice_provincia", "capacita", "replica"]
    raw = inputs.received.tables.get("dichiarazioni-operatori")
    if raw is None:
        text = {name: pd.Series(dtype="str") for name in names}
        return pd.DataFrame(text).astype({"capacita": "Int64"})
    return raw[names].drop_duplicates(names[:2], keep="last")


def _band(values: pd.Series, limits: dict[str, int]) -> pd.Series:
    numbers = values.astype("float64").to_numpy()
    bands = pd.cut(numbers, [-np.inf, *limits.values()], labels=list(limits))
    return pd.Series(bands, index=values.index).astype("str").fillna("non_indicato")


def _empty() -> pd.DataFrame:
    kinds = {"intero": "Int64", "decimale": "Float64", "data": "datetime64[s]"}
    definitions = field_dictionary()
    columns = {
        name: pd.Series(dtype=kinds.get(definitions[name].tipo, "str"))
        for name in load_supplier_contract("doti").names
    }
    return pd.DataFrame(columns).assign(sintetico=pd.Series(dtype="bool"))
