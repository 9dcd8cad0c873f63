"""What happened on paths accompanied by a network, and on individual ones, in the whole region."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.effects import outcomes
from etl.derive.paths import doti


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per kind of path and indicator. The comparison is descriptive, not causal."""
    rows = doti(inputs)
    table = outcomes(
        rows, ["tipo_percorso_dote"], inputs.config.riservatezza.minimo_tassi, inputs.date
    )
    return table.assign(
        data_riferimento=pd.Timestamp(inputs.date),
        sintetico=bool(len(rows)) and bool(rows["sintetico"].any()),
    )
