"""Figures computed from protected counts only: exact ones would give the counts away."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from etl.config import Disclosure
from etl.contracts import TOTAL, Contract
from etl.derive.outcomes.specialisation import herfindahl, location_quotients

Computation = Callable[[pd.DataFrame, Disclosure], pd.DataFrame]


def compute(table: pd.DataFrame, contract: Contract, limits: Disclosure) -> pd.DataFrame:
    """Return a perturbed table with what is computed from its protected counts, if anything."""
    computation = _COMPUTED.get(contract.slug)
    return table if computation is None else computation(table, limits)


def _specialisation(table: pd.DataFrame, limits: Disclosure) -> pd.DataFrame:
    """Fill the location quotients and Herfindahl indices, by level of territory.

    Only for operators whose protected total is at least `minimo_tassi` people.
    """
    owner = ["id_operatore", "codice_territorio"]
    whole = table["gruppo_disabilita"] == TOTAL
    total = table[whole].set_index(owner)["clienti"]
    names = pd.MultiIndex.from_frame(table[owner])
    enough = pd.Series(total.reindex(names).to_numpy() >= limits.minimo_tassi, index=table.index)
    table = table.assign(
        quoziente_localizzazione=pd.Series(pd.NA, index=table.index, dtype="Float64"),
        herfindahl=pd.Series(pd.NA, index=table.index, dtype="Float64"),
    )
    for _, level in table[~whole].groupby("livello_territorio", sort=True):
        counts = level.assign(
            _chi=level["id_operatore"] + " " + level["codice_territorio"],
            clienti=level["clienti"].fillna(0),
        )
        quotients = location_quotients(counts, "_chi", "gruppo_disabilita", "clienti")
        table.loc[level.index, "quoziente_localizzazione"] = quotients.round(2)
        indices = herfindahl(counts, "_chi", "clienti").round(3)
        by_owner = indices.groupby(counts["_chi"]).first()
        own = table.index[table["livello_territorio"].eq(level["livello_territorio"].iloc[0])]
        keys = table.loc[own, "id_operatore"] + " " + table.loc[own, "codice_territorio"]
        table.loc[own, "herfindahl"] = keys.map(by_owner).astype("Float64")
    for name in ("quoziente_localizzazione", "herfindahl"):
        table[name] = table[name].where(enough.fillna(False).astype("bool"))
    return table


_COMPUTED: dict[str, Computation] = {"specializzazioni-operatori": _specialisation}
