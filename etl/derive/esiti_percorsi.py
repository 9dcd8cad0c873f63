"""What happened on paths accompanied by a network, and on individual ones, in the whole region."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.effects import outcomes
from etl.derive.outcomes.cohorts import entries_since, pooled_periods
from etl.derive.paths import doti


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per kind of path, period and indicator: three years together, and each year.

    The comparison is descriptive, not causal.
    """
    rows = doti(inputs)
    pooled = pooled_periods(inputs.date, entries_since(rows))
    table = outcomes(
        rows,
        ["tipo_percorso_dote"],
        inputs.config.riservatezza.minimo_tassi,
        inputs.date,
        [period for whole in pooled for period in (whole, *whole.years)],
    )
    return table.assign(
        data_riferimento=pd.Timestamp(inputs.date),
        sintetico=bool(len(rows)) and bool(rows["sintetico"].any()),
    )
