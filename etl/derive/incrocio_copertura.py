"""How many posts people within reach can fill, by province and great group of occupations."""

from __future__ import annotations

import pandas as pd

from etl.derive.crossing import from_matching
from etl.derive.datasets import Inputs
from etl.derive.matching.figures import coverage


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the table of `figures.coverage` with `_persone` (restricted)."""
    return from_matching(inputs, "incrocio-copertura", lambda matching: coverage(matching.market))
