"""Operators: one row for each accredited body in the provincial catalogues."""

from __future__ import annotations

import pandas as pd

from etl.derive.catalogues import catalogue_sites, union
from etl.derive.datasets import Inputs


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per operator, by name; lists are the union over its sites.

    Where two catalogues disagree on a detail, the one updated last is believed.
    """
    sites = catalogue_sites(inputs.received)
    grouped = sites.sort_values(
        ["codice_operatore", "data_aggiornamento", "id_sede"], na_position="first"
    ).groupby("codice_operatore", sort=True)
    latest = grouped.last()
    frame = pd.DataFrame(
        {
            "id_operatore": latest["id_operatore"],
            "denominazione_operatore": latest["denominazione_operatore"],
            "natura_giuridica": latest["natura_giuridica"],
            "email": latest["email"],
            "sito_web": latest["sito_web"],
            "data_aggiornamento": grouped["data_aggiornamento"].max(),
            "numero_sedi": grouped["id_sede"].nunique().astype("Int64"),
            "province_catalogo": grouped["catalogo"].agg(lambda codes: sorted(set(codes))),
            "servizi": grouped["servizi"].agg(union),
            "gruppi_disabilita": grouped["gruppi_disabilita"].agg(union),
            "sintetico": grouped["sintetico"].any(),
        }
    ).reset_index()
    return frame.sort_values(["denominazione_operatore", "id_operatore"], ignore_index=True)
