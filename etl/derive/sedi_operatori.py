"""Operators' sites: one row for each site and catalogue."""

from __future__ import annotations

import pandas as pd

from etl.derive.catalogues import catalogue_sites
from etl.derive.datasets import Inputs


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per site, by operator's name, with its comune resolved and placed."""
    sites = catalogue_sites(inputs.received)
    return sites.sort_values(
        ["denominazione_operatore", "comune", "denominazione_sede", "id_sede"], ignore_index=True
    )
