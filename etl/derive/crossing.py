"""What the data sets on matching have in common: one matching, or none without profiles."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.matching.region import RegionMatching


def from_matching(
    inputs: Inputs, slug: str, compute: Callable[[RegionMatching], pd.DataFrame]
) -> pd.DataFrame:
    """Return what `compute` says of the region's matching, with the columns that all tables have.

    Adds provincia (by codice_provincia), data_riferimento and sintetico. Where no office sent
    profiles nothing was matched: the table is empty.
    """
    matching = inputs.matching
    if matching is None:
        return _empty(slug)
    frame = compute(matching)
    if "codice_provincia" in frame:
        names = inputs.received.geography.province.set_index("codice_provincia")["provincia"]
        frame["provincia"] = frame["codice_provincia"].map(names).astype("str")
    profiles = inputs.received.tables["iscritti"]
    synthetic = bool(profiles["sintetico"].any() or inputs.vacancies["sintetico"].any())
    return frame.assign(data_riferimento=reference_day(inputs, profiles), sintetico=synthetic)


def reference_day(inputs: Inputs, profiles: pd.DataFrame) -> pd.Timestamp:
    """Return the last day of the month that the profiles speak of, or the statements' if later.

    A month counts once `soglia_persone` people have enrolled in it or after: one wrong date, or
    one person's, dates nothing.
    """
    day = pd.Timestamp(inputs.date)
    enrolled = pd.to_datetime(profiles["data_iscrizione"]).sort_values()
    enough = inputs.config.riservatezza.soglia_persone
    if len(enrolled) < enough:
        return day
    return max(day, enrolled.iloc[-enough] + pd.offsets.MonthEnd(0))


def _empty(slug: str) -> pd.DataFrame:
    contract = load_contract(slug)
    kinds = {"intero": "Int64", "data": "datetime64[s]", "logico": "bool"}
    columns = {
        field.name: pd.Series(dtype=kinds.get(field.definizione.tipo, "str"))
        for field in contract.campi
    }
    policy = contract.riservatezza
    if policy.metodo == "perturbazione":
        # the protection counts, and adds the counts' column
        for name in policy.valori:
            del columns[name], columns[f"{name}_stato"]
    held = "str" if policy.metodo == "perturbazione" else "Int64"
    return pd.DataFrame(columns | {name: pd.Series(dtype=held) for name in policy.contributori})
