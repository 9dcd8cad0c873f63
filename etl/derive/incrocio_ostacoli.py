"""Which requirement keeps most posts empty: what if it, and only it, were lifted."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import obstacles


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the table of `figures.obstacles` with `_persone` (restricted)."""
    return from_matching(
        inputs, "incrocio-ostacoli", lambda matching: obstacles(matching.market, matching.rules)
    )
