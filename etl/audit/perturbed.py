"""Perturbed counts as the files show them: none too small, one value for the same people.

And what all of them say together: how many values are left for a count that may be small.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq

from etl.audit.margins import Cell, Counts, Spread, Sum, cell_of, spread, sums_of
from etl.audit.published import SHOWN, WITHHELD
from etl.config import Disclosure
from etl.contracts import TOTAL, Contract


@dataclass(frozen=True)
class PerturbedCounts:
    """What was found in perturbed tables; counts, never a cell.

    `small`: values shown that the method never gives, or under the table's threshold;
    `written`: withheld values that stand in the file all the same; `unlike`: cells of the same
    people that two tables of one release show with different values. `possible`: counts that may
    be under the threshold; `exact`: those for which all tables together leave one value; `fewest`:
    how many each of them is proven to have left. `contradictions`: groups of tables whose counts no
    people at all could have.
    """

    tables: int
    shown: int
    withheld: int
    small: int
    written: int
    unlike: int
    possible: int
    exact: int
    fewest: int | None
    contradictions: int

    @property
    def passed(self) -> bool:
        """Whether nothing was found that must not be."""
        return self.small == self.written == self.unlike == self.exact == self.contradictions == 0

    def public(self) -> dict[str, int | None]:
        """Return the counts as plain values."""
        return asdict(self)


def check_perturbed(
    folder: Path, contracts: Iterable[Contract], limits: Disclosure
) -> PerturbedCounts:
    """Return what one release, in `folder/<slug>/<slug>.parquet`, says in its perturbed tables."""
    people: dict[tuple[tuple[str, ...], str], _People] = {}
    tables = 0
    for contract in contracts:
        policy = contract.riservatezza
        path = folder / contract.slug / f"{contract.slug}.parquet"
        if policy.metodo != "perturbazione" or not path.is_file():
            continue
        (name,) = policy.valori
        rows = pq.read_table(path).to_pylist()
        if rows and not {*policy.dimensioni, name, f"{name}_stato"} <= {*rows[0]}:
            continue  # an earlier release, in which the table had other columns
        tables += 1
        same = people.setdefault((tuple(contract.fonti), name), _People(limits))
        same.read(contract, rows)
    found = list(people.values())
    spreads = [one.spread() for one in found]
    return PerturbedCounts(
        tables=tables,
        shown=sum(one.shown for one in found),
        withheld=sum(one.withheld for one in found),
        small=sum(one.small for one in found),
        written=sum(one.written for one in found),
        unlike=sum(len(values) > 1 for one in found for values in one.values.values()),
        possible=sum(one.asked for one in spreads),
        exact=sum(one.exact for one in spreads),
        fewest=min((one.fewest for one in spreads if one.fewest is not None), default=None),
        contradictions=sum(not one.consistent for one in spreads),
    )


class _People:
    """The tables that count the same people, read one after the other."""

    def __init__(self, limits: Disclosure) -> None:
        self.limits = limits
        self.shown = self.withheld = self.small = self.written = 0
        self.values: dict[Cell, set[int]] = {}
        self.least: dict[Cell, int] = {}
        self.most: dict[Cell, int] = {}
        self.sums: list[Sum] = []

    def read(self, contract: Contract, rows: list[dict[str, object]]) -> None:
        """Take in one table, as published."""
        policy = contract.riservatezza
        (name,) = policy.valori
        (threshold,) = policy.contributori.values()
        limit = int(getattr(self.limits, threshold))
        settings = self.limits.perturbazione
        least_shown = max(settings.piccoli + 1, limit)
        for row in rows:
            state = row[f"{name}_stato"]
            value = None if row[name] is None else int(str(row[name]))
            self.shown += state == SHOWN
            self.withheld += state == WITHHELD
            self.written += state != SHOWN and value is not None
            cell = cell_of(row, policy.dimensioni, TOTAL)
            if value is None:
                reach = (settings.piccoli + 1, limit - 1)
            else:
                self.small += 0 < value < least_shown
                self.values.setdefault(cell, set()).add(value)
                reach = (value, value)
            # nobody is never shown as somebody: what is above zero has at least one
            least = max(int(reach[0] > 0), reach[0] - settings.massimo)
            self.least[cell] = max(self.least.get(cell, 0), least)
            most = reach[1] + settings.massimo
            self.most[cell] = min(self.most.get(cell, most), most)
        self.sums += sums_of(rows, policy.dimensioni, policy.margini, TOTAL)

    def spread(self) -> Spread:
        """Return how many values all tables together leave to counts that may be small."""
        settings = self.limits.perturbazione
        counts = Counts(self.least, self.most, sorted(set(self.sums), key=_in_order))
        return spread(counts, self.limits.soglia_persone, settings.piccoli)


def _in_order(item: Sum) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]]]:
    whole, parts = item
    return sorted(whole), [sorted(part) for part in parts]
