"""Partnership networks one by one: what their two criteria let one say, without any count."""

from __future__ import annotations

import pandas as pd

from etl.contracts import load_contract
from etl.derive.datasets import Inputs
from etl.derive.declared import own_returns
from etl.indicators.programmes import network_evidence


def derive(inputs: Inputs) -> pd.DataFrame:
    """Return one row per network and year, from what each network reports.

    People, outcomes and answers are read here and never leave: only classes do.
    """
    contract = load_contract("reti-valutate")
    sent = own_returns(inputs.received, contract.slug)
    rows = [_network(row) for _, row in sent.iterrows()]
    table = pd.DataFrame(rows, columns=[field.name for field in contract.campi])
    kinds = {"punti_integrazione": "Int64", "punti_innovazione": "Int64", "sintetico": "boolean"}
    return table.astype(kinds).sort_values(contract.chiave, ignore_index=True)


def _network(row: pd.Series) -> dict[str, object]:
    figures = [
        None if pd.isna(row.get(name)) else float(row[name])
        for name in ("persone", "occupati", "attesi", "risposte", "migliorati")
    ]
    found = network_evidence(*figures)
    return {
        "codice_rete": row["categoria"],
        "periodo": row["periodo"],
        "numerosita_rete": found.size,
        "punti_integrazione": row.get("punti_integrazione"),
        "punti_innovazione": row.get("punti_innovazione"),
        "esito_rete": found.outcome,
        "beneficio_rete": found.benefit,
        "evidenza_rete": found.evidence,
        "sintetico": row["sintetico"],
    }
