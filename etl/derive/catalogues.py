"""The provincial catalogues joined into one list of sites, with stable ids and places."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from slugify import slugify

from etl.receive import Received


def union(lists: Iterable[Iterable[str]]) -> list[str]:
    """Return the sorted union of lists of codes."""
    return sorted({code for codes in lists for code in codes})


def catalogue_sites(received: Received) -> pd.DataFrame:
    """Return every catalogue's sites with `id_operatore`, `id_sede`, comune, province and point.

    An operator has one id whichever catalogue names it: its latest name, and its accreditation
    number where two bodies share that name. Sites whose comune lies outside the portal's
    provinces are left out.
    """
    rows = received.tables["catalogo-operatori"].copy()
    rows["catalogo"] = rows["provincia_fornitore"]
    rows["id_operatore"] = rows["codice_operatore"].map(_operator_ids(rows))
    rows["codice_comune"] = [
        received.geography.resolve(text, province).codice_comune
        for text, province in zip(rows["comune_dichiarato"], rows["catalogo"], strict=True)
    ]
    places = received.geography.comuni[
        ["codice_comune", "comune", "codice_provincia", "provincia", "lat", "lon"]
    ]
    sites = rows.merge(places, on="codice_comune", how="inner")
    sites["id_sede"] = _site_ids(sites)
    return sites


def _operator_ids(rows: pd.DataFrame) -> dict[str, str]:
    latest = (
        rows.sort_values(["data_aggiornamento", "fonte", "denominazione_operatore"])
        .groupby("codice_operatore")["denominazione_operatore"]
        .last()
    )
    names = latest.map(lambda name: slugify(name, max_length=80))
    shared = names.duplicated(keep=False) | (names == "")
    return {
        str(code): f"{name}-{slugify(str(code))}" if twice else name
        for code, name, twice in zip(names.index, names, shared, strict=True)
    }


def _site_ids(sites: pd.DataFrame) -> pd.Series:
    base = [
        slugify(f"{operator} {site} {comune}", max_length=110)
        for operator, site, comune in zip(
            sites["id_operatore"], sites["denominazione_sede"], sites["comune"], strict=True
        )
    ]
    ids = pd.Series(base, index=sites.index)
    order = sites.assign(_id=ids).sort_values(["_id", "catalogo", "indirizzo"])
    rank = order.groupby("_id").cumcount().reindex(sites.index)
    return ids.where(rank == 0, ids + "-" + (rank + 1).astype(str))
