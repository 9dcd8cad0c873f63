"""Published figures: real facts entered by hand, each with its source and date."""

from __future__ import annotations

import pandas as pd

from etl.contracts import DATASETS
from etl.derive.datasets import Inputs

FACTS = DATASETS / "cifre-pubblicate" / "fatti.csv"


def derive(inputs: Inputs) -> pd.DataFrame:  # noqa: ARG001 - facts come from no supplier
    """Return the figures by territory, period and indicator; none of them is synthetic."""
    frame = pd.read_csv(FACTS, dtype="str", keep_default_na=False, na_values=[""])
    frame["valore"] = frame["valore"].astype("Float64")
    frame["sintetico"] = False
    return frame.sort_values(["territorio", "periodo", "indicatore"], ignore_index=True)
