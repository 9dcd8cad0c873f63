"""The Promotore 68 desks: how long each took to open, from the dates of its act and opening."""

from __future__ import annotations

from datetime import date

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import from_returns
from etl.indicators.programmes import days_to_open


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the returns by province and year, with `giorni_apertura` (F27).

    The days are missing where a date lacks, or where the desk would open before its act.
    """
    contract = load_contract("promotore-68")
    assert contract.ritorno is not None
    table = from_returns(inputs.received, contract, contract.ritorno)
    pairs = zip(table["data_atto"], table["data_apertura"], strict=True)
    days = [_days(act, opening) for act, opening in pairs]
    table["giorni_apertura"] = pd.Series(days, index=table.index, dtype="Int64")
    return table


def _days(act: object, opening: object) -> int | None:
    if not (isinstance(act, str) and isinstance(opening, str)) or opening < act:
        return None
    return days_to_open(date.fromisoformat(act), date.fromisoformat(opening))
