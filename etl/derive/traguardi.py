"""Targets of the programmes: what the documents set, beside what is known to be done."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import from_facts, latest_return


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per target; `realizzato` is the document's, else that of the last return.

    `previsto` is always the document's. A row is synthetic where `realizzato` is invented.
    """
    contract = load_contract("traguardi")
    facts = from_facts(contract).drop(columns="sintetico")
    sent = latest_return(inputs.received, contract).rename(columns={"realizzato": "_inviato"})
    table = facts.merge(sent, on="id_traguardo", how="left")
    sent_only = table["realizzato"].isna() & table["_inviato"].notna()
    table["realizzato"] = table["realizzato"].fillna(table["_inviato"]).astype("Int64")
    table["sintetico"] = table["sintetico"].fillna(False) & sent_only
    return table.sort_values("id_traguardo", ignore_index=True)
