"""What operators are doing: who stands in each cell of band × state, capacity, waiting times."""

from __future__ import annotations

import itertools

import pandas as pd

from etl.contracts import TOTAL, vocabulary
from etl.derive.datasets import Inputs
from etl.derive.outcomes.cohorts import activation_days
from etl.derive.paths import declarations, doti, recent

PAIR = ["id_operatore", "codice_provincia"]
CELL = [*PAIR, "fascia", "stato_dote"]


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row a cell and person (`_persona`), and one without a person an empty cell.

    Cells: each operator and province with doti of the last 24 months × support band × state, and
    their totals. `capacita` and the days of waiting (median, ninth decile; F5) stand on the rows
    of both totals; days only where at least `minimo_tassi` people have started.
    """
    rows = recent(doti(inputs), inputs.date)
    rows = rows[rows["id_operatore"].notna()]
    members = pd.DataFrame(
        {
            **{name: rows[name] for name in PAIR},
            "fascia": rows["fascia_aiuto"].astype("str"),
            "stato_dote": rows["stato_dote"],
            "_persona": rows["id_persona"],
        }
    )
    pieces = []
    for totals in itertools.product([(), ("fascia",)], [(), ("stato_dote",)]):
        names = {name: TOTAL for part in totals for name in part}
        pieces.append(members.assign(**names).astype(dict.fromkeys(names, "str")))
    members = pd.concat(pieces, ignore_index=True).drop_duplicates([*CELL, "_persona"])
    operators = rows.drop_duplicates(PAIR)[
        [*PAIR, "codice_operatore", "denominazione_operatore", "provincia"]
    ]
    bands = pd.DataFrame({"fascia": [TOTAL, *vocabulary("fascia")]})
    states = pd.DataFrame({"stato_dote": [TOTAL, *vocabulary("stato_dote")]})
    cells = operators.merge(bands, how="cross").merge(states, how="cross")
    table = cells.merge(members, on=CELL, how="left")
    table = table.merge(_waiting(inputs, rows), on=PAIR, how="left")
    declared = declarations(inputs)[["codice_operatore", "codice_provincia", "capacita"]]
    table = table.merge(declared, on=["codice_operatore", "codice_provincia"], how="left")
    whole = (table["fascia"] == TOTAL) & (table["stato_dote"] == TOTAL)
    for name in ("capacita", "giorni_attivazione_mediana", "giorni_attivazione_p90"):
        table[name] = table[name].astype("Int64").where(whole)
    period = str(rows["periodo_ingresso"].iloc[0]) if len(rows) else ""
    return table.assign(
        periodo_ingresso=period,
        data_riferimento=pd.Timestamp(inputs.date),
        sintetico=bool(len(rows)) and bool(rows["sintetico"].any()),
    )


def _waiting(inputs: Inputs, rows: pd.DataFrame) -> pd.DataFrame:
    days = rows[PAIR].assign(giorni=activation_days(rows).astype("Float64")).dropna()
    groups = days.groupby(PAIR, sort=True)["giorni"]
    found = pd.DataFrame(
        {
            "giorni_attivazione_mediana": groups.quantile(0.5),
            "giorni_attivazione_p90": groups.quantile(0.9),
        }
    ).round()
    enough = groups.size() >= inputs.config.riservatezza.minimo_tassi
    return found[enough].reset_index()
