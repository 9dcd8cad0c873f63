"""From derived tables to a release: policy by policy, then the expectations, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from etl.config import Config
from etl.contracts import Contract, tied_tables
from etl.problems import ReleaseRefusedError
from etl.protect.computed import compute
from etl.protect.expectations import check
from etl.protect.generalization import generalize
from etl.protect.joint import Tables, filled, last_release, suppress_jointly
from etl.protect.periods import published_before
from etl.protect.perturbed import perturb
from etl.protect.rates import withhold_small
from etl.protect.tabular import shape
from etl.protect.ties import relations


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
    hiding: dict[str, Contract] = {}
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
                hiding[slug] = contract
            case "perturbazione":
                counted = perturb(derived[slug], contract, config.riservatezza, secret)
                protected[slug] = compute(counted, contract, config.riservatezza)
            case "tassi":
                protected[slug] = withhold_small(derived[slug], contract, config.riservatezza)
    standing = _standing(config, hiding, derived, previous)
    protected |= standing
    for group in _together(contracts, hiding, derived, standing):
        own = [contracts[slug] for slug in sorted(group.derived)]
        joint = suppress_jointly(config, group, last_release(own, previous))
        protected |= joint.tables
        name = "+".join(sorted({str(one.riservatezza.sistema) for one in own}))
        reports[name] = joint.report
    tables = {slug: _released(contracts[slug], protected[slug]) for slug in sorted(contracts)}
    return Protection(tables, reports)


def _standing(
    config: Config,
    hiding: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
    previous: Path | None,
) -> dict[str, pd.DataFrame]:
    """Return the released tables of the systems whose period is out already."""
    systems: dict[str | None, list[str]] = {}
    for slug, contract in hiding.items():
        systems.setdefault(contract.riservatezza.sistema, []).append(slug)
    found: dict[str, pd.DataFrame] = {}
    for slugs in systems.values():
        own = {slug: hiding[slug] for slug in slugs}
        frames = {slug: derived[slug] for slug in slugs}
        least = config.riservatezza.quota_minima_periodo
        found |= published_before(own, frames, previous, least) or {}
    return found


def _together(
    contracts: Mapping[str, Contract],
    hiding: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
    standing: Mapping[str, pd.DataFrame],
) -> Iterator[Tables]:
    """Yield the tables to protect, those together that share totals or have a relation.

    What stands already comes with those that it has a relation with.
    """
    seen = {
        slug: filled(hiding[slug], standing[slug], frame) if slug in standing else frame
        for slug, frame in derived.items()
    }
    found = relations(contracts, seen)
    for slugs in tied_tables(hiding.values(), [relation.tables for relation in found]):
        fresh = {slug: derived[slug] for slug in slugs if slug not in standing}
        if fresh:
            yield Tables(
                contracts,
                fresh,
                [relation for relation in found if relation.tables & set(slugs)],
                {slug: seen[slug] for slug in slugs if slug in standing},
            )


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
