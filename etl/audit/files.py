"""Published files read back: the tables that were protected by hiding, release by release."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from etl.audit.links import DATE, Sheet, dimensions, with_links
from etl.audit.published import Axis, PublishedTable, Quantity
from etl.config import Disclosure
from etl.contracts import Contract

# A value that may be negative has no least value that everyone knows.
_NO_FLOOR = -1_000_000


def read_release(
    folder: Path, contracts: Iterable[Contract], limits: Disclosure, release: str
) -> list[PublishedTable]:
    """Return the tables of one release that hide figures, from `folder/<slug>/<slug>.parquet`.

    What a column means and how wide a hidden figure must stay comes from the contracts and the
    thresholds, which are public too. A table or a column that a release did not have yet is left
    out.
    """
    hiding = [item for item in contracts if item.riservatezza.metodo == "soppressione"]
    axes: dict[str, list[str]] = {}
    for contract in hiding:
        names = axes.setdefault(str(contract.riservatezza.sistema), [])
        names += [name for name in dimensions(contract) if name not in names]
    frames = {
        contract.slug: _dated(pq.read_table(path).to_pandas())
        for contract in hiding
        if (path := folder / contract.slug / f"{contract.slug}.parquet").is_file()
    }
    present = [
        contract
        for contract in hiding
        if contract.slug in frames and {*dimensions(contract)} <= {*frames[contract.slug]}
    ]
    tables = [
        _table(
            frames[contract.slug].copy(),
            contract,
            limits,
            release,
            axes[str(contract.riservatezza.sistema)],
        )
        for contract in present
    ]
    sheets = {item.slug: Sheet.of(item, frames[item.slug]) for item in present}
    return with_links(tables, sheets)


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose rows all have its date: a table is of one period, its latest."""
    if DATE in frame and len(frame):
        return frame.assign(**{DATE: str(frame[DATE].astype("str").max())[:10]})
    return frame


def _table(
    frame: pd.DataFrame, contract: Contract, limits: Disclosure, release: str, axes: list[str]
) -> PublishedTable:
    policy = contract.riservatezza
    own = dimensions(contract)
    for name in axes:
        if name not in own:
            frame[name] = ""
    values = [name for name in policy.valori if {name, f"{name}_stato"} <= {*frame}]
    columns = [*axes, *(name for value in values for name in (value, f"{value}_stato"))]
    return PublishedTable(
        name=contract.slug,
        universe=str(policy.sistema),
        release=release,
        frame=_plain(frame[columns], values),
        axes=tuple(Axis(name, (name,), adds_up=name != DATE) for name in axes),
        quantities=tuple(_quantity(contract, limits, value) for value in values),
    )


def _plain(frame: pd.DataFrame, values: list[str]) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(values, "Int64"))


def _quantity(contract: Contract, limits: Disclosure, value: str) -> Quantity:
    policy = contract.riservatezza
    larger = [b for a, b in contract.attese.minore_o_uguale if a == value and b in policy.valori]
    return Quantity(
        column=value,
        # how wide a sum must stay depends on who brought what: a reader sees that it is not told
        width=1 if value in policy.somme else getattr(limits, policy.ampiezze[value]),
        floor=_NO_FLOOR if value in policy.con_segno else 0,
        below=larger[0] if larger else None,
    )
