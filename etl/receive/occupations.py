"""The register of occupations (ISTAT CP2021, five digits)."""

from __future__ import annotations

import pandas as pd

from etl.contracts import DATASETS


def load_occupations() -> pd.DataFrame:
    """Return every occupation by code: columns qualifica, professione (text)."""
    table = pd.read_csv(
        DATASETS / "professioni.csv", dtype="str", keep_default_na=False, encoding="utf-8"
    )
    return table.sort_values("qualifica", kind="stable").reset_index(drop=True)
