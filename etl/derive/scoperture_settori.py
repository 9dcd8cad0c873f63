"""Uncovered quota by broad sector and size class, for the whole region."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.uncovered import tabulate


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return the uncovered quota by broad sector and size class, for the whole region."""
    return tabulate(inputs, ["macrosettore", "classe_dimensionale"])
