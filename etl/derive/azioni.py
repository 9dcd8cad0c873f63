"""Actions of the programmes: the documents' own, with the state that is known of each."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import from_facts, latest_return


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per action; `stato_azione` is the document's, else that of the last return.

    A return says how much is done: 0 is not started, 100 is done, anything between is running,
    unless it says by name that the action is suspended (or any other state) before it is done.
    A row is synthetic where its state comes from an invented return.
    """
    contract = load_contract("azioni")
    facts = from_facts(contract).drop(columns=["stato_fonte", "avanzamento", "sintetico"])
    sent = latest_return(inputs.received, contract).rename(columns={"stato_azione": "_detto"})
    table = facts.merge(sent, on="id_azione", how="left")
    stated = table["stato_azione"].notna()
    table["avanzamento"] = table["avanzamento"].where(~stated).astype("Int64")
    known = table["avanzamento"].notna() | table["_detto"].notna()
    counted = table["avanzamento"].map(_state, na_action="ignore").astype("str")
    said = counted.where(table["_detto"].isna() | (counted == "conclusa"), table["_detto"])
    table["stato_azione"] = table["stato_azione"].where(stated, said.where(known, "non_nota"))
    table["stato_fonte"] = (
        stated.map({True: "documento", False: "ritorno"}).where(stated | known, "nessuna")
    ).astype("str")
    table["sintetico"] = table["sintetico"].fillna(False) & known
    return table.sort_values("id_azione", ignore_index=True)


def _state(done: int) -> str:
    return {0: "non_avviata", 100: "conclusa"}.get(done, "in_corso")
