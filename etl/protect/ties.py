"""What everyone can work out between figures of different tables, as cells and equations.

Contracts say it (`legami`): posts filled and posts missing make the posts; the people who suit a
province are at least those who suit one of its occupations; two suppliers count the same
companies. Each relation that the figures keep becomes an equation of the joint system, with the
sums that nobody publishes, and the gap between them, as latent cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.contracts import Contract, Tie
from etl.problems import ReleaseRefusedError
from etl.protect.suppression.system import Equation, Standing

Row = dict[str, Any]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Return a table's rows by name of column."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def missing(row: Row, name: str) -> bool:
    """Tell whether nobody collected a row's figure."""
    value: object = row[name]
    return bool(pd.isna(value))  # type: ignore[call-overload]


def row_key(contract: Contract, row: Row) -> str:
    """Return what a row describes, the same in every release: its dimensions in order."""
    codes = ((name, row[name]) for name in sorted(contract.riservatezza.dimensioni))
    return "|".join(f"{name}={code}" for name, code in codes)


def cell_id(contract: Contract, name: str, row: Row) -> str:
    """Return the name of one figure's cell: tables of one `sistema` share their cells."""
    return f"{contract.riservatezza.sistema}.{name}|{row_key(contract, row)}"


@dataclass(frozen=True)
class Term:
    """One figure of a relation: its cell, its true value, and whether everyone is told it."""

    cell: str
    value: int
    sign: int
    public: bool


@dataclass(frozen=True)
class Relation:
    """A relation between figures: the sum of the left terms, and that of the right ones.

    `tables` are the slugs of the one or two tables that the figures stand in.
    """

    name: str
    tables: frozenset[str]
    left: tuple[Term, ...]
    kind: str
    right: tuple[Term, ...]
    certain: bool

    @property
    def gap(self) -> int:
        """By how much the side that is never the smaller one exceeds the other."""
        difference = sum(term.sign * term.value for term in self.left)
        difference -= sum(term.sign * term.value for term in self.right)
        return difference if self.kind == "almeno" else -difference

    @property
    def holds(self) -> bool:
        """Whether the true figures keep it."""
        return self.gap == 0 if self.kind == "uguale" else self.gap >= 0


def relations(
    contracts: Mapping[str, Contract], frames: Mapping[str, pd.DataFrame]
) -> list[Relation]:
    """Return every relation that the tables' contracts declare and a reader would reckon with.

    Those that the true figures keep, and, where half of one tie's relations hold, the equalities
    of that tie that do not: a reader believes them. `frames` are derived tables, with at least the
    columns that the ties name; a relation with a figure that nobody collected, or with a table
    that is not there, says nothing. Raises ReleaseRefusedError where figures of one origin do not
    keep a relation.
    """
    found = []
    for slug, contract in sorted(contracts.items()):
        for number, tie in enumerate(contract.riservatezza.legami):
            other = tie.tabella or slug
            if slug not in frames or other not in frames:
                continue
            name = f"{slug}#{number}"
            sides = (contract, frames[slug]), (contracts[other], frames[other])
            kept = list(_relations(name, tie, *sides[0], *sides[1]))
            broken = sum(not item.holds for item in kept)
            if broken and tie.certo:
                raise ReleaseRefusedError(
                    f"Nulla è stato pubblicato: in {broken} righe di «{slug}» le colonne "
                    f"{', '.join(tie.somma)} non hanno con {', '.join(tie.valori)} di «{other}» il "
                    f"rapporto che il contratto dichiara ({tie.relazione}). Controllare il legame "
                    f"in datasets/{slug}/contratto.toml e i moduli che derivano i due dati."
                )
            credible = 2 * broken <= len(kept)
            found += [item for item in kept if item.holds or (credible and item.kind == "uguale")]
    return found


def _relations(
    name: str,
    tie: Tie,
    contract: Contract,
    own: pd.DataFrame,
    other: Contract,
    theirs: pd.DataFrame,
) -> Iterator[Relation]:
    columns = list(tie.per)
    tables = frozenset({contract.slug, other.slug})
    if tie.tabella is None:
        for row in rows_of(own):
            left, right = (_terms(contract, [row], side) for side in (tie.own, tie.others))
            if left and right:
                key = row_key(contract, row)
                yield Relation(f"{name}|{key}", tables, left, tie.relazione, right, tie.certo)
        return
    mine = rows_of(own)
    if tie.diversi:
        first, second = tie.diversi
        mine = [row for row in mine if row[first] != row[second]]
    targets = [
        row
        for row in rows_of(theirs)
        if all(row[column] == value for column, value in tie.dove.items())
    ]
    ours = _by_codes(mine, columns, targets, list(tie.per.values()))
    others = _by_codes(targets, list(tie.per.values()), mine, columns)
    for codes in sorted(set(ours) & set(others)):
        left = _terms(contract, ours[codes], tie.own)
        each = tie.righe == "ciascuna"
        for rows in [[row] for row in others[codes]] if each else [others[codes]]:
            right = _terms(other, rows, tie.others)
            if left and right:
                one = f"|{row_key(other, rows[0])}" if each else ""
                label = f"{name}|{'|'.join(codes)}{one}"
                yield Relation(label, tables, left, tie.relazione, right, tie.certo)


def _by_codes(
    rows: list[Row], columns: list[str], others: list[Row], theirs: list[str]
) -> dict[tuple[str, ...], list[Row]]:
    """Return rows by their codes, each code as coarse as the other table has it."""
    known = [sorted({str(row[column]) for row in others}) for column in theirs]
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        codes = tuple(
            _coarsest(str(row[column]), coarse)
            for column, coarse in zip(columns, known, strict=True)
        )
        found.setdefault(codes, []).append(row)
    return found


def _coarsest(code: str, codes: Iterable[str]) -> str:
    """Return the code of the other table that this one begins with, or itself."""
    return next((other for other in codes if other and code.startswith(other)), code)


def _terms(
    contract: Contract, rows: Iterable[Row], columns: list[tuple[str, int]]
) -> tuple[Term, ...]:
    """Return the figures of some rows; none where one of them was not collected."""
    protected = set(contract.riservatezza.valori)
    terms: list[Term] = []
    for row in rows:
        for column, sign in columns:
            if missing(row, column):
                return ()
            cell = cell_id(contract, column, row)
            public = column not in protected
            if public:
                cell = f"aperto.{contract.slug}.{cell}"
            terms.append(Term(cell, int(row[column]), sign, public))
    return tuple(terms)


@dataclass
class Tied:
    """The cells and equations that relations add, and what is public of the cells that there are.

    `ceilings` are the most that everyone knows a cell to hold.
    """

    cells: list[dict[str, object]] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    ceilings: dict[str, int] = field(default_factory=dict)

    def add(self, relation: Relation) -> None:
        """Take one relation in: what stands on either side with a minus goes to the other."""
        sides: tuple[list[Term], list[Term]] = ([], [])
        for term, side in (
            *((term, 0) for term in relation.left),
            *((term, 1) for term in relation.right),
        ):
            sides[side if term.sign > 0 else 1 - side].append(term)
        smaller, larger = sides if relation.kind != "almeno" else sides[::-1]
        if all(term.public for term in larger):
            most = sum(term.value for term in larger)
            for term in smaller:
                known = self.ceilings.get(term.cell, most)
                self.ceilings[term.cell] = min(known, most)
        parent, child = (
            self._total(f"{relation.name}|{end}", terms)
            for end, terms in (("più", larger), ("meno", smaller))
        )
        if relation.holds and relation.kind == "uguale":
            self.equations.append(Equation(parent, (child,)))
            return
        if relation.kind == "uguale":
            # by how much the sources differ is taken as known: the interval is the believer's
            error = f"{relation.name}|errore"
            self.cells.append(
                {
                    "id": error,
                    "value": relation.gap,
                    "floor": -float("inf"),
                    "standing": int(Standing.KNOWN),
                }
            )
            self.equations.append(Equation(parent, (child, error)))
            return
        gap = f"{relation.name}|scarto"
        self._latent(gap, relation.gap)
        self.equations.append(Equation(parent, (child, gap)))

    def _total(self, name: str, terms: list[Term]) -> str:
        for term in terms:
            if term.public:
                standing = int(Standing.KNOWN)
                self.cells.append({"id": term.cell, "value": term.value, "standing": standing})
        if len(terms) == 1:
            return terms[0].cell
        self._latent(name, sum(term.value for term in terms))
        self.equations.append(Equation(name, tuple(term.cell for term in terms)))
        return name

    def _latent(self, name: str, value: int) -> None:
        self.cells.append({"id": name, "value": value, "standing": int(Standing.LATENT)})
