"""What happened to the people who entered at each operator, province by province."""

from __future__ import annotations

import pandas as pd

from etl.derive.datasets import Inputs
from etl.derive.effects import outcomes
from etl.derive.outcomes.cohorts import entries_since, pooled_periods
from etl.derive.paths import declarations, doti


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per operator, province, period and indicator, with the operator's reply."""
    rows = doti(inputs)
    table = outcomes(
        rows,
        ["id_operatore", "codice_provincia"],
        inputs.config.riservatezza.minimo_tassi,
        inputs.date,
        pooled_periods(inputs.date, entries_since(rows)),
    )
    names = rows.drop_duplicates(["id_operatore", "codice_provincia"])[
        [
            "id_operatore",
            "codice_provincia",
            "codice_operatore",
            "denominazione_operatore",
            "provincia",
        ]
    ]
    table = table.merge(names, on=["id_operatore", "codice_provincia"], how="left")
    replies = declarations(inputs).drop(columns="capacita")
    table = table.merge(replies, on=["codice_operatore", "codice_provincia"], how="left")
    return table.assign(
        data_riferimento=pd.Timestamp(inputs.date),
        sintetico=bool(len(rows)) and bool(rows["sintetico"].any()),
    )
