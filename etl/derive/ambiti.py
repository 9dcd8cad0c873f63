"""Which comuni are shown by themselves, and which stand together: in an ambito, or a province."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs

REST = "-altri"


def comuni_and_ambiti(inputs: Inputs) -> pd.DataFrame:
    """Return every comune of the portal with its ambito and the territory that shows it.

    Index: codice_comune. Columns: comune, codice_provincia, popolazione, codice_ambito and
    denominazione_ambito (missing where the province has no ambiti), territorio (the comune's own
    code, or that of the rest of its ambito or province), sintetico (whether its ambito is
    invented).

    A province has ambiti where the register puts each of its comuni in one, and each ambito has
    `popolazione_minima_comuni` inhabitants: otherwise what is left over would be few comuni. For
    the same reason, where those under that limit are fewer people than that together, the next
    smallest comuni of their ambito or province join them. Nothing here depends on who is enrolled.
    """
    least = inputs.config.riservatezza.popolazione_minima_comuni
    columns = ["codice_comune", "comune", "codice_provincia", "popolazione"]
    comuni = inputs.received.geography.comuni[columns].merge(
        _register(inputs), on="codice_comune", how="left", validate="one_to_one"
    )
    people = comuni.groupby("codice_ambito")["popolazione"].transform("sum")
    doubtful = comuni.loc[~(people >= least).fillna(False).astype("bool"), "codice_provincia"]
    without = comuni["codice_provincia"].isin(set(doubtful))
    comuni.loc[without, ["codice_ambito", "denominazione_ambito"]] = pd.NA
    comuni["sintetico"] = comuni["sintetico"].eq(True).fillna(False).astype("bool") & ~without
    whole = comuni["codice_ambito"].fillna(comuni["codice_provincia"])
    together = _together(comuni["popolazione"].astype("int64"), whole, least)
    comuni["territorio"] = comuni["codice_comune"].where(~together, whole + REST)
    return comuni.set_index("codice_comune")


def _together(people: pd.Series[int], whole: pd.Series[str], least: int) -> pd.Series[bool]:
    """Return which comuni do not stand by themselves: of each whole none, or enough people."""
    order = people.sort_values(kind="stable")
    before = order.groupby(whole.loc[order.index]).cumsum() - order
    small = people < least
    crowd = small.groupby(whole).transform("any")
    return small | (crowd & (before.reindex(people.index) < least))


def _register(inputs: Inputs) -> pd.DataFrame:
    """Return the register's rows by the comuni of today, without those that contradict each other.

    Columns: codice_comune, codice_ambito, denominazione_ambito, sintetico.
    """
    names = ["codice_comune", "codice_ambito", "denominazione_ambito", "sintetico"]
    received = inputs.received.tables.get("ambiti")
    if received is None or received.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in names})
    geography = inputs.received.geography
    own = [geography.resolve(code).codice_comune for code in received["codice_comune"]]
    rows = received[names].assign(codice_comune=pd.array(own, dtype="str"))
    rows = rows.drop_duplicates(["codice_comune", "codice_ambito"])
    rows = rows.drop_duplicates("codice_comune", keep=False).reset_index(drop=True)
    first = rows.groupby("codice_ambito")["denominazione_ambito"].transform("first")
    return rows.assign(denominazione_ambito=first)
