"""Vacant posts: one row for each vacancy that a supplier declares."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per vacancy inside the portal's provinces, with `_azienda` (restricted)."""
    return inputs.vacancies
