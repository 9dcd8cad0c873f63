"""The exact shortage of people by group of occupations, region-wide."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import shortages


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the table of `figures.shortages` with `_persone` (restricted)."""
    return from_matching(inputs, "incrocio-carenze", lambda matching: shortages(matching.market))
