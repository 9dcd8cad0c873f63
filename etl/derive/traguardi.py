"""Targets of the programmes: what the documents set, beside what is known to be done."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import facts_with_return


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per target; `previsto` is always the document's, `realizzato` where it can.

    Where no document tells `realizzato`, it is that of the last return.
    """
    return facts_with_return(inputs.received, load_contract("traguardi"), "realizzato")
