"""From derived tables to a release: policy by policy, then the expectations, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from etl.config import Config
from etl.contracts import Contract
from etl.problems import ReleaseRefusedError
from etl.protect.computed import compute
from etl.protect.expectations import check
from etl.protect.generalization import generalize
from etl.protect.joint import last_release, suppress_jointly
from etl.protect.periods import published_before
from etl.protect.perturbed import perturb
from etl.protect.rates import withhold_small
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


@dataclass(frozen=True)
class Protection:
    """The protected tables, in their contracts' columns, and what protecting them took.

    `reports`, by system of tables: cells, sensitive cells, cells hidden to protect them, share.
    """

    tables: dict[str, pd.DataFrame]
    reports: dict[str, dict[str, int | float]]


def protect_tables(
    config: Config,
    contracts: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
    previous: Path | None = None,
    *,
    secret: bytes,
) -> Protection:
    """Return every derived table as it may be released, each by its contract's policy.

    `previous` is the folder of the data sets released before: what was hidden there stays hidden
    while it describes the same thing, and exact tables of the same period stay as they are.
    `secret` keys the perturbation: it must be the same in
    every release. Raises ReleaseRefusedError.
    """
    protected: dict[str, pd.DataFrame] = {}
    reports: dict[str, dict[str, int | float]] = {}
    systems: dict[str, list[str]] = {}
    for slug, contract in sorted(contracts.items()):
        policy = contract.riservatezza
        match policy.metodo:
            case "aperto":
                protected[slug] = derived[slug]
            case "generalizzazione":
                (source,) = policy.contributori.values()
                threshold = getattr(config.riservatezza, source)
                protected[slug] = generalize(derived[slug], contract, threshold)
            case "soppressione" if derived[slug].empty:
                # nothing to hide: the states of its figures are columns without rows
                protected[slug] = derived[slug].reindex(columns=contract.names)
            case "soppressione":
                systems.setdefault(str(policy.sistema), []).append(slug)
            case "perturbazione":
                counted = perturb(derived[slug], contract, config.riservatezza, secret)
                protected[slug] = compute(counted, contract, config.riservatezza)
            case "tassi":
                protected[slug] = withhold_small(derived[slug], contract, config.riservatezza)
    for name, slugs in systems.items():
        own = {slug: contracts[slug] for slug in slugs}
        tables = {slug: derived[slug] for slug in slugs}
        standing = published_before(own, tables, previous, config.riservatezza.quota_minima_periodo)
        if standing is not None:
            protected |= standing
            continue
        joint = suppress_jointly(config, own, tables, last_release(own.values(), previous))
        protected |= joint.tables
        reports[name] = joint.report
    tables = {slug: _released(contracts[slug], protected[slug]) for slug in sorted(contracts)}
    return Protection(tables, reports)


def _released(contract: Contract, protected: pd.DataFrame) -> pd.DataFrame:
    table = shape(contract, protected)
    if contract.riservatezza.metodo == "aperto":
        return table
    return table.sort_values(contract.chiave, ignore_index=True)


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
