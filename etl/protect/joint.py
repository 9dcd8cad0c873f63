"""Tables that share totals, protected together: one system of cells and equations."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from etl.config import Config
from etl.contracts import NOT_COLLECTED, PUBLISHED, WITHHELD, Contract, Policy
from etl.problems import ReleaseRefusedError
from etl.protect.suppression.history import Release, suppress_after
from etl.protect.suppression.primary import Rule, primary_sensitivity
from etl.protect.suppression.selection import Suppression, suppress
from etl.protect.suppression.system import Equation, Standing, System, build_system

# The restricted column that lists who stands behind a row, and what each brought to its figures.
CONTRIBUTIONS = "_contributi"
_UNBOUNDED = -1_000_000.0


@dataclass(frozen=True)
class Protected:
    """Tables with their small cells, and those that protect them, emptied; and how it was done."""

    tables: dict[str, pd.DataFrame]
    report: dict[str, int | float]


def suppress_jointly(
    config: Config,
    contracts: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
    before: Release | None = None,
) -> Protected:
    """Return the tables of one `sistema` as they may be released.

    A row is sensitive where its contributors are few, or where a `mai_zero` column is zero: all
    its values are hidden together. Further rows are hidden until the interval of each hidden value
    is as wide as `ampiezze` says, whoever knows all the tables, or is one of the contributors. What
    the release `before` withheld stays withheld, and what it showed and has not changed since
    protects nobody. Raises ReleaseRefusedError where too large a share would hide, or nothing could
    protect a cell.
    """
    system = _system(config, contracts, derived)
    result = suppress_after(system, [before]).suppression if before else suppress(system)
    _refuse(config, contracts, derived, result)
    hidden = set(result.hidden)
    tables = {slug: _with_states(contracts[slug], frame, hidden) for slug, frame in derived.items()}
    values = sum(
        len(frame) * len(contracts[slug].riservatezza.valori) for slug, frame in derived.items()
    )
    return Protected(
        tables,
        {
            "celle": values,
            "sensibili": len(result.primary),
            "secondarie": len(result.secondary),
            "quota_nascosta": round(result.share, 4),
        },
    )


def row_key(contract: Contract, row: Mapping[str, object]) -> str:
    """Return what a row describes, the same in every release: its dimensions in order."""
    return "|".join(f"{name}={row[name]}" for name in sorted(contract.riservatezza.dimensioni))


def last_release(contracts: Iterable[Contract], previous: Path | None) -> Release | None:
    """Return what the release in `previous` showed and withheld, by its own files.

    None where it has none of these tables. The names are those of what a row describes, whatever
    its period.
    """
    shown: dict[str, int] = {}
    hidden: set[str] = set()
    for contract in contracts:
        path = (previous or Path()) / contract.slug / f"{contract.slug}.parquet"
        if previous is None or not path.is_file():
            continue
        for row in pq.read_table(path).to_pylist():
            if not set(contract.riservatezza.dimensioni) <= set(row):
                continue
            key = row_key(contract, row)
            for name in contract.riservatezza.valori:
                if row.get(f"{name}_stato") == WITHHELD:
                    hidden.add(f"{name}|{key}")
                elif row.get(name) is not None:
                    shown[f"{name}|{key}"] = int(row[name])
    return Release({}, shown, frozenset(hidden)) if shown or hidden else None


def sensitive(config: Config, contract: Contract, frame: pd.DataFrame) -> pd.Series[bool]:
    """Return, for each row, whether it breaks a primary rule of its policy."""
    policy = contract.riservatezza
    found = pd.Series(False, index=frame.index)
    for column, threshold in policy.contributori.items():
        few = frame[column].between(1, getattr(config.riservatezza, threshold) - 1)
        found |= few.fillna(False).astype("bool")
    if policy.mai_zero:
        counted = frame[policy.mai_zero]
        found |= (counted == 0).any(axis=1) & (counted.sum(axis=1) > 0)
    for name in policy.somme:
        found |= _dominated(config, frame, name)
    return found.astype("bool")


def _dominated(config: Config, frame: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Return which sums one contributor dominates, or lets another tell its own part."""
    limits = config.riservatezza
    rule = Rule(width=1, dominance=limits.dominanza, p_percent=limits.p_percento)
    parts = [_parts(contributions, name) for contributions in frame[CONTRIBUTIONS]]
    broken = primary_sensitivity(
        rule,
        frame[name].fillna(0).to_numpy(np.int64),
        largest=np.array([part[0] for part in parts], dtype=np.int64),
        second=np.array([part[1] for part in parts], dtype=np.int64),
    )
    return pd.Series(broken.sensitive, index=frame.index, dtype="bool")


def _parts(contributions: Iterable[tuple[str, Mapping[str, int]]], name: str) -> tuple[int, int]:
    """Return the two largest parts of one sum, each of one contributor."""
    brought: Counter[str] = Counter()
    for contributor, figures in contributions:
        brought[contributor] += figures[name]
    first, second, *_ = [*sorted(brought.values(), reverse=True), 0, 0]
    return first, second


def _largest_part(policy: Policy, name: str, row: Mapping[Any, Any]) -> int:
    return _parts(row[CONTRIBUTIONS], name)[0] if name in policy.somme else 0


def _width(config: Config, policy: Policy, name: str, row: Mapping[Any, Any]) -> int:
    """Return how wide a hidden value must stay: a sum, by twice p % of its largest part."""
    limits = config.riservatezza
    if name not in policy.somme:
        return int(getattr(limits, policy.ampiezze[name]))
    return max(1, math.ceil(2 * limits.p_percento / 100 * _largest_part(policy, name, row)))


def _system(
    config: Config,
    contracts: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
) -> System:
    cells: list[dict[str, object]] = []
    equations: list[Equation] = []
    for slug, frame in sorted(derived.items()):
        contract = contracts[slug]
        cells += _cells(config, contract, frame)
        equations += [
            Equation(f"{larger}|{key}", (f"{smaller}|{key}", f"{larger}-{smaller}|{key}"))
            for smaller, larger in _ordered_values(contract)
            for key in _keys(contract, frame[frame[smaller].notna() & frame[larger].notna()])
        ]
        for other, coarse in sorted(derived.items()):
            equations += _sums(contracts[other], coarse, contract, frame)
    return build_system(pd.DataFrame(cells), equations, _insiders(contracts, derived))


def _cells(config: Config, contract: Contract, frame: pd.DataFrame) -> list[dict[str, object]]:
    policy = contract.riservatezza
    small = sensitive(config, contract, frame)
    cells: list[dict[str, object]] = []
    rows = frame.to_dict("records")
    for key, row, is_small in zip(_keys(contract, frame), rows, small, strict=True):
        is_alone = len({company for company, _ in row.get(CONTRIBUTIONS, ())}) == 1
        # what nobody collected is no cell: it promises nothing and protects nothing
        for name in (name for name in policy.valori if not pd.isna(row[name])):
            cells.append(
                {
                    "id": f"{name}|{key}",
                    "value": int(row[name]),
                    "sensitive": bool(is_small),
                    "width": _width(config, policy, name, row),
                    "largest": _largest_part(policy, name, row),
                    "standing": int(Standing.HIDDEN if is_small else Standing.FREE),
                    "floor": _UNBOUNDED if name in policy.con_segno else 0.0,
                    "alone": is_alone,
                    "bundle": key,
                }
            )
        for smaller, larger in _ordered_values(contract):
            if pd.isna(row[smaller]) or pd.isna(row[larger]):
                continue
            cells.append(
                {
                    "id": f"{larger}-{smaller}|{key}",
                    "value": int(row[larger]) - int(row[smaller]),
                    "sensitive": False,
                    "width": 1,
                    "largest": 0,
                    "standing": int(Standing.LATENT),
                    "floor": 0.0,
                    "alone": is_alone,
                    "bundle": f"latente|{smaller}|{key}",
                }
            )
    return cells


def _insiders(
    contracts: Mapping[str, Contract], derived: Mapping[str, pd.DataFrame]
) -> list[Counter[str]]:
    """Return, for each company, what it brought to every cell: it knows, and may be reading."""
    brought: dict[str, Counter[str]] = {}
    for slug, frame in sorted(derived.items()):
        if CONTRIBUTIONS not in frame:
            continue
        contract = contracts[slug]
        for key, row in zip(_keys(contract, frame), frame[CONTRIBUTIONS], strict=True):
            for company, figures in row:
                cells = brought.setdefault(company, Counter())
                for name in contract.riservatezza.valori:
                    cells[f"{name}|{key}"] += figures[name]
                for smaller, larger in _ordered_values(contract):
                    cells[f"{larger}-{smaller}|{key}"] += figures[larger] - figures[smaller]
    return [brought[company] for company in sorted(brought)]


def _ordered_values(contract: Contract) -> list[tuple[str, str]]:
    """The pairs of values of which everyone knows that one is never above the other."""
    values = set(contract.riservatezza.valori)
    return [(a, b) for a, b in contract.attese.minore_o_uguale if {a, b} <= values]


def _sums(
    parent: Contract, coarse: pd.DataFrame, child: Contract, fine: pd.DataFrame
) -> list[Equation]:
    """The equations by which each row of a coarser table is a sum of rows of a finer one."""
    shared = parent.riservatezza.dimensioni
    if not set(shared) < set(child.riservatezza.dimensioni):
        return []
    groups: dict[tuple[object, ...], list[str]] = {}
    for key, row in zip(_keys(child, fine), fine[shared].itertuples(index=False), strict=True):
        groups.setdefault(tuple(row), []).append(key)
    common = [name for name in parent.riservatezza.valori if name in child.riservatezza.valori]
    return [
        Equation(f"{name}|{key}", tuple(f"{name}|{part}" for part in groups[tuple(row)]))
        for key, row in zip(
            _keys(parent, coarse), coarse[shared].itertuples(index=False), strict=True
        )
        for name in common
    ]


def _keys(contract: Contract, frame: pd.DataFrame) -> list[str]:
    return [
        row_key(contract, {str(name): value for name, value in row.items()})
        for row in frame[contract.riservatezza.dimensioni].to_dict("records")
    ]


def _with_states(contract: Contract, frame: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    columns: dict[str, pd.Series[Any]] = {}
    keys = _keys(contract, frame)
    for name in contract.riservatezza.valori:
        withheld = pd.Series([f"{name}|{key}" in hidden for key in keys], index=frame.index)
        columns[name] = frame[name].where(~withheld)
        state = withheld.map({True: WITHHELD, False: PUBLISHED}).astype("str")
        columns[f"{name}_stato"] = state.where(withheld | frame[name].notna(), NOT_COLLECTED)
    return frame.assign(**columns)


def _refuse(
    config: Config,
    contracts: Mapping[str, Contract],
    derived: Mapping[str, pd.DataFrame],
    result: Suppression,
) -> None:
    names = ", ".join(f"«{slug}»" for slug in sorted(derived))
    if result.unprotected:
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: in {names} {len(result.unprotected)} valori piccoli non si "
            "possono proteggere. Unire più categorie in una delle dimensioni."
        )
    limit = config.riservatezza.quota_massima_nascosta
    if result.share > limit:
        finest = max(sorted(derived), key=lambda slug: len(contracts[slug].riservatezza.dimensioni))
        proposal = _coarsest_cure(config, contracts[finest], derived[finest])
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: in {names} resterebbe nascosto il {result.share:.0%} dei "
            f"valori, più del {limit:.0%} ammesso. {proposal}"
        )


def _coarsest_cure(config: Config, contract: Contract, frame: pd.DataFrame) -> str:
    """Say which dimension, left out or with fewer categories, would leave the fewest small rows."""
    policy = contract.riservatezza
    counted = [*policy.contributori, *policy.mai_zero, *policy.somme]
    if policy.somme:
        counted.append(CONTRIBUTIONS)
    shares: list[tuple[float, str]] = []
    for name in policy.dimensioni:
        others = [other for other in policy.dimensioni if other != name]
        coarser = frame.groupby(others, sort=True)[counted].sum().reset_index()
        shares.append((float(sensitive(config, contract, coarser).mean()), name))
    share, name = min(shares)
    return (
        f"Proposta: meno categorie in «{name}» di «{contract.slug}»; senza questa dimensione le "
        f"righe piccole sarebbero il {share:.0%}."
    )
