"""From derived tables to a release: policy by policy, then the expectations, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from etl.config import Config
from etl.contracts import Contract
from etl.problems import ReleaseRefusedError
from etl.protect.expectations import check
from etl.protect.generalization import generalize
from etl.protect.small_cells import suppress_small
from etl.protect.tabular import shape


@dataclass(frozen=True)
class Release:
    """What may be published: one protected table a contract, and what describes it.

    `quality` counts what was received, accepted and refused, by supplier and kind of problem;
    `expectations` are the outcomes of the checks; `comuni` and `province` are public geography.
    """

    date: date
    synthetic: bool
    contracts: Mapping[str, Contract]
    tables: Mapping[str, pd.DataFrame]
    expectations: list[dict[str, Any]]
    quality: Mapping[str, Any]
    comuni: pd.DataFrame
    province: pd.DataFrame


def protect_table(config: Config, contract: Contract, derived: pd.DataFrame) -> pd.DataFrame:
    """Return one derived table as it may be released, in the contract's columns and order."""
    policy = contract.riservatezza
    match policy.metodo:
        case "aperto":
            protected = derived
        case "generalizzazione":
            (source,) = policy.contributori.values()
            protected = generalize(derived, contract, getattr(config.riservatezza, source))
        case "soppressione":
            protected = suppress_small(config, contract, derived)
        case other:
            raise ReleaseRefusedError(
                f"«{contract.slug}» chiede il metodo di protezione «{other}», che non c’è."
            )
    table = shape(contract, protected)
    by = [name for name in contract.chiave if name in table]
    return table if policy.metodo == "aperto" else table.sort_values(by, ignore_index=True)


def check_release(
    contracts: Mapping[str, Contract], tables: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    """Return the outcome of every expectation; raises ReleaseRefusedError if one fails."""
    outcomes = [row for slug, table in tables.items() for row in check(contracts[slug], table)]
    failed = [row for row in outcomes if not row["esito"]]
    if failed:
        lines = "\n".join(
            f"  - {row['dataset']}: {row['attesa']} ({row['colonna'] or 'tabella'})"
            for row in failed
        )
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: {len(failed)} controlli sui dati da rilasciare non sono "
            f"superati.\n{lines}\nControllare il contratto o il modulo che deriva i dati."
        )
    return outcomes
