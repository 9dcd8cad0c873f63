"""Money of the measures: what is left of each budget, and whether it is running out."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import from_returns
from etl.indicators.resources import Saturation, budget_flag, saturation


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the returns by item and year, with `residuo` and `segnale_risorse` (F15).

    Both are missing where a sum lacks, or where the three do not stand in their order.
    """
    contract = load_contract("risorse")
    assert contract.ritorno is not None
    table = from_returns(inputs.received, contract, contract.ritorno)
    found = [
        _saturation(*(None if pd.isna(value) else float(value) for value in sums))
        for sums in zip(table["stanziato"], table["impegnato"], table["liquidato"], strict=True)
    ]
    left = [None if item is None else round(item.left, 2) for item in found]
    flags = [None if item is None else budget_flag(item) for item in found]
    table["residuo"] = pd.Series(left, index=table.index, dtype="Float64")
    table["segnale_risorse"] = pd.Series(flags, index=table.index, dtype="str")
    return table


def _saturation(
    allocated: float | None, committed: float | None, paid: float | None
) -> Saturation | None:
    if allocated is None or committed is None:
        return None
    spent = paid or 0.0
    return saturation(allocated, committed, spent) if spent <= committed <= allocated else None
