"""Perturbed counts as the files show them: none too small, and one value for the same people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq

from etl.audit.published import SHOWN, WITHHELD
from etl.config import Disclosure
from etl.contracts import TOTAL, Contract

_Cell = tuple[tuple[str, ...], str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class PerturbedCounts:
    """What was found in perturbed tables; counts, never a cell.

    `small`: values shown that the method never gives, or under the table's threshold;
    `written`: withheld values that stand in the file all the same; `unlike`: cells of the same
    people that two tables of one release show with different values.
    """

    tables: int
    shown: int
    withheld: int
    small: int
    written: int
    unlike: int

    @property
    def passed(self) -> bool:
        """Whether nothing was found that must not be."""
        return self.small == self.written == self.unlike == 0

    def public(self) -> dict[str, int]:
        """Return the counts as plain values."""
        return asdict(self)


def check_perturbed(
    folder: Path, contracts: Iterable[Contract], limits: Disclosure
) -> PerturbedCounts:
    """Return what one release, in `folder/<slug>/<slug>.parquet`, says in its perturbed tables."""
    tables = shown = withheld = small = written = 0
    seen: dict[_Cell, set[int]] = {}
    for contract in contracts:
        policy = contract.riservatezza
        path = folder / contract.slug / f"{contract.slug}.parquet"
        if policy.metodo != "perturbazione" or not path.is_file():
            continue
        tables += 1
        (threshold,) = policy.contributori.values()
        least = max(limits.perturbazione.piccoli + 1, getattr(limits, threshold))
        for row in pq.read_table(path).to_pylist():
            codes = frozenset(
                (name, str(row[name])) for name in policy.dimensioni if row[name] != TOTAL
            )
            for name in policy.valori:
                value, state = row[name], row[f"{name}_stato"]
                shown += state == SHOWN
                withheld += state == WITHHELD
                written += state != SHOWN and value is not None
                if value is None:
                    continue
                small += 0 < value < least
                seen.setdefault((tuple(contract.fonti), name, codes), set()).add(value)
    unlike = sum(len(values) > 1 for values in seen.values())
    return PerturbedCounts(tables, shown, withheld, small, written, unlike)
