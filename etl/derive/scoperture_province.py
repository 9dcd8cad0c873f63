"""Uncovered quota by province and size class."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.uncovered import tabulate


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the uncovered quota by province and size class."""
    return tabulate(inputs, ["codice_provincia", "provincia", "classe_dimensionale"])
