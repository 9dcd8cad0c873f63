"""Whom operators follow: who stands in each cell of kind of disability, in region and province."""

from __future__ import annotations

import pandas as pd

from etl.contracts import TOTAL, UNSTATED, vocabulary
from etl.derive.datasets import Inputs
from etl.derive.paths import doti, recent

CELL = ["id_operatore", "codice_territorio", "gruppo_disabilita"]


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row a cell and person (`_persona`), and one without a person an empty cell.

    Cells: each operator × region and each of its provinces × kind of disability, with the total.
    The indices of F10 are empty: they are computed from the protected counts.
    """
    rows = recent(doti(inputs), inputs.date)
    rows = rows[rows["id_operatore"].notna()]
    portal = inputs.config.portale
    pieces = []
    for level, code, name in (
        ("regione", pd.Series(portal.codice_regione, index=rows.index, dtype="str"), None),
        ("provincia", rows["codice_provincia"], rows["provincia"]),
    ):
        pieces.append(
            pd.DataFrame(
                {
                    "id_operatore": rows["id_operatore"],
                    "denominazione_operatore": rows["denominazione_operatore"],
                    "livello_territorio": level,
                    "codice_territorio": code,
                    "territorio": portal.regione if name is None else name,
                    "gruppo_disabilita": rows["gruppo_disabilita"].fillna(UNSTATED),
                    "_persona": rows["id_persona"],
                }
            )
        )
    single = pd.concat(pieces, ignore_index=True)
    total = single.assign(gruppo_disabilita=TOTAL).astype({"gruppo_disabilita": "str"})
    members = pd.concat([single, total], ignore_index=True)[[*CELL, "_persona"]].drop_duplicates()
    places = single.drop_duplicates(CELL[:2]).drop(columns=["gruppo_disabilita", "_persona"])
    groups = [TOTAL, *vocabulary("gruppi_disabilita")]
    if (single["gruppo_disabilita"] == UNSTATED).any():
        groups.append(UNSTATED)
    cells = places.merge(pd.DataFrame({"gruppo_disabilita": groups}), how="cross")
    table = cells.merge(members, on=CELL, how="left")
    return table.assign(
        periodo_ingresso=str(rows["periodo_ingresso"].iloc[0]) if len(rows) else "",
        quoziente_localizzazione=pd.Series(pd.NA, index=table.index, dtype="Float64"),
        herfindahl=pd.Series(pd.NA, index=table.index, dtype="Float64"),
        data_riferimento=pd.Timestamp(inputs.date),
        sintetico=bool(len(rows)) and bool(rows["sintetico"].any()),
    )
