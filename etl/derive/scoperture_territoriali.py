"""Uncovered quota by province, broad sector and size class."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.uncovered import tabulate


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the uncovered quota by province, broad sector and size class."""
    dimensions = ["codice_provincia", "provincia", "macrosettore", "classe_dimensionale"]
    return tabulate(inputs, dimensions)
