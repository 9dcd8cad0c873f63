"""Tables that share totals, protected together: one system of cells and equations."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from etl.protect.suppression.system import (
    Equation,
    MalformedSystemError,
    Standing,
    System,
    build_system,
)
from etl.protect.ties import Relation, Row, Tied, cell_id, missing, row_key, rows_of

# The restricted column that lists who stands behind a row, and what each brought to its figures.
CONTRIBUTIONS = "_contributi"
_UNBOUNDED = -1_000_000.0


@dataclass(frozen=True)
class Protected:
    """Tables with their small cells, and those that protect them, emptied; and how it was done."""

    tables: dict[str, pd.DataFrame]
    report: dict[str, int | float]


@dataclass(frozen=True)
class Tables:
    """Tables that are protected together, and what stands beside them.

    `derived` are the tables to protect, by slug; `contracts` those of every table named here.
    `standing` are tables that were released before and stay as they are, what they hide filled in
    as `filled` does: it must stay hidden beside the others. `relations` tie figures of all of
    them, public ones included.
    """

    contracts: Mapping[str, Contract]
    derived: Mapping[str, pd.DataFrame]
    relations: Sequence[Relation] = ()
    standing: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def suppress_jointly(config: Config, tables: Tables, before: Release | None = None) -> Protected:
    """Return tables as they may be released, none of them weaker for those that stand beside it.

    A row is sensitive where its contributors are few, or where a `mai_zero` column is zero: all
    its values are hidden together. Further rows are hidden until the interval of each hidden value
    is as wide as `ampiezze` says, whoever knows all the tables, or is one of the contributors. What
    the release `before` withheld stays withheld, and what it showed and has not changed since
    protects nobody. Raises ReleaseRefusedError where too large a share of a `sistema` would hide,
    nothing could protect a cell, or the figures contradict one another.
    """
    try:
        system = _system(config, tables)
    except MalformedSystemError:
        names = ", ".join(f"«{slug}»" for slug in sorted(tables.derived))
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: le cifre di {names} non sono coerenti tra loro (una parte "
            "supera il suo totale, o una somma non torna). Controllare i file dei fornitori e i "
            "moduli che derivano i dati."
        ) from None
    result = suppress_after(system, [before]).suppression if before else suppress(system)
    _refuse(config, tables, result)
    hidden = set(result.hidden)
    contracts, derived = tables.contracts, tables.derived
    protected = {
        slug: _with_states(contracts[slug], frame, hidden) for slug, frame in derived.items()
    }
    own = {name for slug, frame in derived.items() for name in _own_cells(contracts[slug], frame)}
    return Protected(
        protected,
        {
            "celle": len(own),
            "sensibili": len(own & set(result.primary)),
            "secondarie": len(own & set(result.secondary)),
            "quota_nascosta": round(len(own & hidden) / max(1, len(own)), 4),
        },
    )


def last_release(contracts: Iterable[Contract], previous: Path | None) -> Release | None:
    """Return what the release in `previous` showed and withheld, by its own files.

    None where it has none of these tables. What a row describes has its name whatever its period;
    where the period is one of the dimensions, a figure of it that is out already is out for good.
    """
    shown: dict[str, int] = {}
    dated: dict[str, int] = {}
    hidden: set[str] = set()
    for contract in contracts:
        path = (previous or Path()) / contract.slug / f"{contract.slug}.parquet"
        if previous is None or not path.is_file():
            continue
        for row in pq.read_table(path).to_pylist():
            if not set(contract.riservatezza.dimensioni) <= set(row):
                continue
            for name in contract.riservatezza.valori:
                if row.get(f"{name}_stato") == WITHHELD:
                    hidden.add(cell_id(contract, name, row))
                elif row.get(name) is not None:
                    shown[cell_id(contract, name, row)] = int(row[name])
                    if "periodo" in contract.riservatezza.dimensioni:
                        dated[cell_id(contract, name, row)] = int(row[name])
    return Release(dated, shown, frozenset(hidden)) if shown or hidden else None


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
    return _parts(row.get(CONTRIBUTIONS, ()), name)[0] if name in policy.somme else 0


def _width(config: Config, policy: Policy, name: str, row: Mapping[Any, Any]) -> int:
    """Return how wide a hidden value must stay: a sum, by twice p % of its largest part."""
    limits = config.riservatezza
    if name not in policy.somme:
        return int(getattr(limits, policy.ampiezze[name]))
    return max(1, math.ceil(2 * limits.p_percento / 100 * _largest_part(policy, name, row)))


def _system(config: Config, tables: Tables) -> System:
    contracts = tables.contracts
    tied = Tied()
    for relation in tables.relations:
        tied.add(relation)
    cells: list[dict[str, object]] = []
    for slug, frame in sorted(tables.derived.items()):
        cells += _cells(config, contracts[slug], frame, sensitive(config, contracts[slug], frame))
    equations = _additions(contracts, tables.derived)
    for slug, frame in sorted(tables.standing.items()):
        cells += _standing_cells(config, contracts[slug], frame)
    values = {str(cell["id"]): int(str(cell["value"])) for cell in cells}
    # what arrived since may contradict what stands: then its sums tell nobody anything
    equations += [
        equation
        for equation in _additions(contracts, tables.standing)
        if values.keys() >= {equation.parent, *equation.children}
        and values[equation.parent] == sum(values[name] for name in equation.children)
    ]
    ceilings = _inherited(tied.ceilings, equations, cells)
    cells = [_bounded(cell, ceilings.get(str(cell["id"]))) for cell in cells]
    return build_system(
        pd.DataFrame(cells + tied.cells),
        equations + tied.equations,
        _insiders(contracts, tables.derived),
    )


def _inherited(
    ceilings: Mapping[str, int], equations: Sequence[Equation], cells: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Return the ceilings with those of parts: none exceeds a whole whose parts are all counts."""
    found = dict(ceilings)
    signed = {cell["id"] for cell in cells if cell.get("floor", 0.0) < 0}
    wholes = [item for item in equations if not signed & {*item.children}] if found else []
    while True:
        lower = {
            part: found[whole.parent]
            for whole in wholes
            if whole.parent in found
            for part in whole.children
            if found.get(part, found[whole.parent] + 1) > found[whole.parent]
        }
        if not lower:
            return found
        found |= lower


def _bounded(cell: dict[str, object], most: int | None) -> dict[str, object]:
    """Return a cell with the most that everyone knows it to hold: no interval can be wider."""
    if most is None or cell["standing"] in (Standing.KNOWN, Standing.LATENT):
        return cell
    room = most - int(float(str(cell["floor"])))
    bounded = {**cell, "ceiling": float(most), "width": min(int(str(cell["width"])), max(1, room))}
    if room < 1 and cell["sensitive"]:
        # there is nothing to know of it: it is withheld with its row
        bounded |= {"sensitive": False, "standing": int(Standing.HIDDEN), "harmless_from": 0.0}
    return bounded


def _additions(
    contracts: Mapping[str, Contract], frames: Mapping[str, pd.DataFrame]
) -> list[Equation]:
    """Return the sums within rows and between the tables of each `sistema`."""
    equations: list[Equation] = []
    for slug, frame in sorted(frames.items()):
        contract = contracts[slug]
        for smaller, larger in _ordered_values(contract):
            for row in rows_of(frame[frame[smaller].notna() & frame[larger].notna()]):
                part = cell_id(contract, smaller, row)
                gap = cell_id(contract, f"{larger}-{smaller}", row)
                equations.append(Equation(cell_id(contract, larger, row), (part, gap)))
        for other, coarse in sorted(frames.items()):
            if contracts[other].riservatezza.sistema == contract.riservatezza.sistema:
                equations += _sums(contracts[other], coarse, contract, frame)
    return equations


def _cells(
    config: Config, contract: Contract, frame: pd.DataFrame, small: pd.Series[bool]
) -> list[dict[str, object]]:
    policy = contract.riservatezza
    cells: list[dict[str, object]] = []
    for row, is_small in zip(rows_of(frame), small, strict=True):
        is_alone = len({company for company, _ in row.get(CONTRIBUTIONS, ())}) == 1
        # what nobody collected is no cell: it promises nothing and protects nothing
        for name in (name for name in policy.valori if not missing(row, name)):
            cells.append(
                {
                    "id": cell_id(contract, name, row),
                    "value": int(row[name]),
                    "sensitive": bool(is_small),
                    "width": _width(config, policy, name, row),
                    "harmless_from": np.inf,
                    "largest": _largest_part(policy, name, row),
                    "standing": int(Standing.HIDDEN if is_small else Standing.FREE),
                    "floor": _UNBOUNDED if name in policy.con_segno else 0.0,
                    "ceiling": np.inf,
                    "alone": is_alone,
                    "bundle": f"{contract.slug}|{row_key(contract, row)}",
                }
            )
        for smaller, larger in _ordered_values(contract):
            if missing(row, smaller) or missing(row, larger):
                continue
            cells.append(
                {
                    "id": cell_id(contract, f"{larger}-{smaller}", row),
                    "value": int(row[larger]) - int(row[smaller]),
                    "standing": int(Standing.LATENT),
                    "alone": is_alone,
                    "bundle": f"latente|{smaller}|{contract.slug}|{row_key(contract, row)}",
                }
            )
    return cells


def filled(contract: Contract, table: pd.DataFrame, derived: pd.DataFrame) -> pd.DataFrame:
    """Return a released table with what it hides filled in from what is derived today.

    A figure hidden of something that nobody speaks of any longer stays empty.
    """
    today = {
        cell_id(contract, name, row): row[name]
        for row in rows_of(derived)
        for name in contract.riservatezza.valori
    }
    rows = rows_of(table)
    columns = {}
    for name in contract.riservatezza.valori:
        values = [
            today.get(cell_id(contract, name, row))
            if row[f"{name}_stato"] == WITHHELD
            else row[name]
            for row in rows
        ]
        columns[name] = pd.Series(values, index=table.index, dtype="Int64")
    return table.assign(**columns)


def _standing_cells(
    config: Config, contract: Contract, frame: pd.DataFrame
) -> list[dict[str, object]]:
    """Return the cells of a table that is out: what it shows is known, what it hides is hidden."""
    shown = {
        cell_id(contract, name, row)
        for row in rows_of(frame)
        for name in contract.riservatezza.valori
        if row[f"{name}_stato"] == PUBLISHED
    }
    everything = pd.Series(True, index=frame.index)
    known = {"sensitive": False, "standing": int(Standing.KNOWN)}
    return [
        {**cell, **known} if cell["id"] in shown else cell
        for cell in _cells(config, contract, frame, everything)
        if cell["standing"] != Standing.LATENT or int(str(cell["value"])) >= 0
    ]


def _insiders(
    contracts: Mapping[str, Contract], derived: Mapping[str, pd.DataFrame]
) -> list[Counter[str]]:
    """Return, for each company, what it brought to every cell: it knows, and may be reading."""
    brought: dict[str, Counter[str]] = {}
    for slug, frame in sorted(derived.items()):
        if CONTRIBUTIONS not in frame:
            continue
        contract = contracts[slug]
        for row in rows_of(frame):
            for company, figures in row[CONTRIBUTIONS]:
                cells = brought.setdefault(company, Counter())
                for name in contract.riservatezza.valori:
                    cells[cell_id(contract, name, row)] += figures[name]
                for smaller, larger in _ordered_values(contract):
                    gap = cell_id(contract, f"{larger}-{smaller}", row)
                    cells[gap] += figures[larger] - figures[smaller]
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
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows_of(fine):
        groups.setdefault(tuple(row[name] for name in shared), []).append(row)
    common = [name for name in parent.riservatezza.valori if name in child.riservatezza.valori]
    return [
        Equation(
            cell_id(parent, name, row),
            tuple(
                cell_id(child, name, part) for part in groups[tuple(row[name] for name in shared)]
            ),
        )
        for row in rows_of(coarse)
        for name in common
    ]


def _with_states(contract: Contract, frame: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    columns: dict[str, pd.Series[Any]] = {}
    rows = rows_of(frame)
    for name in contract.riservatezza.valori:
        withheld = pd.Series(
            [cell_id(contract, name, row) in hidden for row in rows], index=frame.index
        )
        columns[name] = frame[name].where(~withheld)
        state = withheld.map({True: WITHHELD, False: PUBLISHED}).astype("str")
        columns[f"{name}_stato"] = state.where(withheld | frame[name].notna(), NOT_COLLECTED)
    return frame.assign(**columns)


def _refuse(config: Config, tables: Tables, result: Suppression) -> None:
    if result.unprotected:
        names = ", ".join(f"«{slug}»" for slug in sorted(tables.derived))
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: in {names} {len(result.unprotected)} valori piccoli non si "
            "possono proteggere. Unire più categorie in una delle dimensioni."
        )
    limit = config.riservatezza.quota_massima_nascosta
    hidden = set(result.hidden)
    systems: dict[str, list[str]] = {}
    for slug in sorted(tables.derived):
        systems.setdefault(str(tables.contracts[slug].riservatezza.sistema), []).append(slug)
    for slugs in systems.values():
        own = {
            name
            for slug in slugs
            for name in _own_cells(tables.contracts[slug], tables.derived[slug])
        }
        share = len(own & hidden) / max(1, len(own))
        if share <= limit:
            continue
        finest = max(slugs, key=lambda slug: len(tables.contracts[slug].riservatezza.dimensioni))
        proposal = _coarsest_cure(config, tables.contracts[finest], tables.derived[finest])
        names = ", ".join(f"«{slug}»" for slug in slugs)
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: in {names} resterebbe nascosto il {share:.0%} dei "
            f"valori, più del {limit:.0%} ammesso. {proposal}"
        )


def _own_cells(contract: Contract, frame: pd.DataFrame) -> set[str]:
    """Return the figures of a table that somebody collected."""
    return {
        cell_id(contract, name, row)
        for row in rows_of(frame)
        for name in contract.riservatezza.valori
        if not missing(row, name)
    }


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
