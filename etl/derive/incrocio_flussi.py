"""How many people of each province get a post in each, over all optima of the regime."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import flows


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the table of `figures.flows` with `_persone` (restricted)."""
    return from_matching(
        inputs, "incrocio-flussi", lambda matching: flows(matching.market, matching.chosen)
    )
