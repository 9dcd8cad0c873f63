"""What contracts say of figures in different columns and tables, applied to what is published.

A contract's `legami` are public: anybody may add up the rows that they name and compare. This
module reads them for the audit alone, from the published rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from etl.audit.published import Codes, Link, PublishedTable
from etl.contracts import Contract, Tie

Figure = tuple[str, str, Codes] | int

DATE = "data_riferimento"


def dimensions(contract: Contract) -> list[str]:
    """Return what tells one figure of a table from another, of the same release or of others.

    The dimensions, and the table's date where it has one: figures of two periods are two figures.
    """
    names = contract.riservatezza.dimensioni
    return [*names, DATE] if DATE in contract.names and DATE not in names else list(names)


@dataclass(frozen=True)
class Sheet:
    """One published table with its contract: what a reader has open on the desk."""

    contract: Contract
    rows: list[dict[str, object]]

    @staticmethod
    def of(contract: Contract, frame: pd.DataFrame) -> Sheet:
        """Return a published frame as a sheet."""
        rows = [
            {str(name): None if pd.isna(cell) else cell for name, cell in row.items()}
            for row in frame[_flat(contract, frame)].to_dict("records")
        ]
        return Sheet(contract, rows)

    def figure(self, row: Mapping[str, object], column: str) -> Figure | None:
        """Return a figure as known: a number, or a protected cell; None where there is none."""
        policy = self.contract.riservatezza
        if column not in row:
            return None
        if column not in policy.valori:
            cell = row[column]
            return None if cell is None else int(str(cell))
        if row[f"{column}_stato"] == "non_rilevato":
            return None
        codes = tuple(sorted((name, str(row[name])) for name in dimensions(self.contract)))
        return (str(policy.sistema), column, codes)


def _flat(contract: Contract, frame: pd.DataFrame) -> list[str]:
    lists = {item.name for item in contract.campi if item.definizione.tipo == "elenco"}
    return [name for name in frame.columns if name not in lists]


def with_links(tables: list[PublishedTable], sheets: Mapping[str, Sheet]) -> list[PublishedTable]:
    """Return the tables, each with the links that its contract declares to what is there."""
    return [
        replace(table, links=tuple(_links(table.name, table.release, sheets))) for table in tables
    ]


def _links(slug: str, release: str, sheets: Mapping[str, Sheet]) -> Iterator[Link]:
    own = sheets[slug]
    for number, tie in enumerate(own.contract.riservatezza.legami):
        other = sheets.get(tie.tabella or slug)
        if other is None or not _has(own, tie.per, tie.diversi or ()):
            continue
        if not _has(other, tie.per.values(), tie.dove):
            continue
        for place, (mine, theirs) in enumerate(_matches(tie, own, other)):
            left = [(own.figure(row, name), sign) for row in mine for name, sign in tie.own]
            right = [(other.figure(row, name), sign) for row in theirs for name, sign in tie.others]
            if not left or not right or any(figure is None for figure, _ in (*left, *right)):
                continue
            high, low = (left, right) if tie.relazione == "almeno" else (right, left)
            moved = [(figure, -sign) for figure, sign in low]
            yield Link(
                name=f"{release}|{slug}|{number}|{place}",
                tie=f"{release}|{slug}|{number}",
                terms=tuple(
                    (figure, sign) for figure, sign in (*high, *moved) if figure is not None
                ),
                equal=tie.relazione == "uguale",
                believed=not tie.certo,
            )


def _has(sheet: Sheet, *names: Iterable[str]) -> bool:
    """Tell whether a release's table has these columns: earlier ones may not."""
    return not sheet.rows or {name for some in names for name in some} <= {*sheet.rows[0]}


def _matches(
    tie: Tie, own: Sheet, other: Sheet
) -> Iterator[tuple[list[dict[str, object]], list[dict[str, object]]]]:
    """Yield the rows of either table that one relation is about."""
    if tie.tabella is None:
        for row in own.rows:
            yield [row], [row]
        return
    mine, theirs = own.rows, other.rows
    if tie.diversi is not None:
        one, two = tie.diversi
        mine = [row for row in mine if row[one] != row[two]]
    theirs = [row for row in theirs if all(row[name] == value for name, value in tie.dove.items())]
    pairs = list(tie.per.items())

    def alike(row: Mapping[str, object], target: Mapping[str, object]) -> bool:
        codes = [(str(row[here]), str(target[there])) for here, there in pairs]
        return all(one.startswith(two) or two.startswith(one) for one, two in codes)

    done: set[tuple[int, ...]] = set()
    for target in theirs:
        ours = [place for place, row in enumerate(mine) if alike(row, target)]
        if not ours:
            continue
        rows = [mine[place] for place in ours]
        if tie.righe == "ciascuna":
            yield rows, [target]
        elif tuple(ours) not in done:
            done.add(tuple(ours))
            yield rows, [row for row in theirs if any(alike(one, row) for one in rows)]
