"""What crossing provinces' borders gains."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row a province of `figures.frontiers`, with `_persone` (restricted).

    The region's own row is left out: its figures are those of the regimes, and the sum of these.
    """
    return from_matching(
        inputs, "incrocio-confini", lambda matching: matching.frontiers.iloc[:-1].copy()
    )
