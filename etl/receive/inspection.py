"""A supplier's file checked before it is sent: the same reading as the build's, and a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.config import Config, Source
from etl.contracts import SUPPLIER_CONTRACTS, load_supplier_contract
from etl.problems import Problem, Severity
from etl.receive.checks import Registers
from etl.receive.cliclavoro import CONTRACT as OFFERS
from etl.receive.cliclavoro import DECLARED, holds_offers
from etl.receive.grids import Grid, GridError, guess_kind, read_grid
from etl.receive.reading import read_source
from etl.receive.results import Group, SourceResult, group
from etl.receive.tabular import count_missing_columns

STATEMENTS = "prospetti"
# a mapping that finds fewer of its columns than this says nothing of what a file is
RECOGNISED = 0.5


class UnknownFileError(Exception):
    """Nothing says which contract a file follows."""


@dataclass(frozen=True)
class Inspection:
    """One file after checking: under which contract, read with whose mapping, what came out."""

    name: str
    contract: str
    title: str
    mapping: str
    result: SourceResult

    @property
    def refused(self) -> bool:
        """Whether anything is refused: the file, or some of its rows."""
        return self.result.refused or any(
            problem.severity is not Severity.NOTICE for problem in self.result.problems
        )

    @property
    def verdict(self) -> str:
        """Return in words what would happen to the file if it were sent."""
        result = self.result
        what = "prospetti" if self.contract == STATEMENTS else "righe"
        if result.refused:
            return "Il file è rifiutato: nessun dato verrebbe usato."
        if self.refused:
            out = result.rows_quarantined
            return (
                f"Il file è accettato solo in parte: {out} {what} su {result.rows_read} "
                "verrebbero scartati."
                if out
                else "Il file è accettato, ma alcuni elementi verrebbero scartati."
            )
        if result.problems:
            return "Il file è accettato. Ci sono avvisi da guardare."
        return "Il file è accettato: nessun problema."

    def groups(self) -> list[Group]:
        """Return the problems, grouped: gravest first."""
        return group(self.result.problems)

    def as_dict(self) -> dict[str, Any]:
        """Return the whole report as plain values, for JSON."""
        result = self.result
        return {
            "file": self.name,
            "contratto": self.contract,
            "corrispondenza": self.mapping,
            "esito": "rifiutato" if self.refused else "accettato",
            "sintesi": self.verdict,
            "letti": result.rows_read,
            "accettati": 0 if result.refused else result.rows_accepted,
            "rifiutati": result.rows_read if result.refused else result.rows_quarantined,
            "gruppi": [item.as_dict() for item in self.groups()],
            "problemi": [problem.as_dict() for problem in result.problems],
        }


def contract_names() -> list[str]:
    """Return the contracts that a supplier's file may follow."""
    names = sorted(path.stem for path in SUPPLIER_CONTRACTS.glob("*.toml"))
    return [name for name in names if not name.startswith(f"{STATEMENTS}-")]


def inspect(
    config: Config, path: Path, contract: str | None, registers: Registers
) -> Iterator[Inspection]:
    """Yield the report of a file, or of each file of a folder (one for a delivery of statements).

    Where `contract` is None it is told from the format and the headers; raises UnknownFileError
    where they do not tell.
    """
    if path.is_dir() and contract not in (STATEMENTS, OFFERS) and not _holds_statements(path):
        for file in sorted(item for item in path.rglob("*") if item.is_file()):
            yield _inspect_file(config, file, contract, registers)
        return
    yield _inspect_file(config, path, contract, registers)


def _holds_statements(folder: Path) -> bool:
    return any(item.suffix.lower() in (".xml", ".zip") for item in folder.rglob("*"))


def _inspect_file(
    config: Config, path: Path, contract: str | None, registers: Registers
) -> Inspection:
    kind = "pid-xml" if path.is_dir() else guess_kind(path) or ""
    if contract == OFFERS or (contract is None and kind == "pid-xml" and holds_offers(path)):
        offers = _offers_source(config, path)
        result = read_source(offers, path, registers)
        return Inspection(path.name, OFFERS, "Offerte Cliclavoro", "formato del Ministero", result)
    if contract == STATEMENTS or (contract is None and kind == "pid-xml"):
        source = _statements_source(config, path)
        result = read_source(source, path, registers)
        return Inspection(
            path.name, STATEMENTS, "Prospetti informativi", "formato del Ministero", result
        )
    source, missing, wanted = _best_mapping(config, path, kind, contract)
    if contract is None and (not wanted or missing / wanted > RECOGNISED):
        raise UnknownFileError(
            f"«{path.name}» non somiglia a nessuno dei file attesi. Dire di che cosa si tratta "
            f"con --as: {', '.join(contract_names())}."
        )
    result = read_source(source, path, registers)
    return Inspection(
        path.name,
        source.contratto,
        load_supplier_contract(source.contratto).titolo,
        f"fonte «{source.id}» ({source.fornitore})"
        if any(item.id == source.id for item in config.fonti)
        else "nomi delle colonne del portale",
        result,
    )


def _statements_source(config: Config, path: Path) -> Source:
    for source in config.fonti:
        if source.formato == "pid-xml":
            return source
    return Source(
        id=STATEMENTS,
        fornitore="Fornitore",
        contratto=STATEMENTS,
        formato="pid-xml",
        frequenza="annuale",
        percorso=str(path),
    )


def _offers_source(config: Config, path: Path) -> Source:
    for source in config.fonti:
        if source.contratto == OFFERS:
            return source
    return Source(
        id=OFFERS,
        fornitore="Fornitore",
        contratto=OFFERS,
        formato="cliclavoro-xml",
        frequenza="occasionale",
        percorso=str(path),
        # what only the sender's configuration says does not matter to a check of the file
        dichiarati=dict(zip(DECLARED, ("D", "N", "N", "S", "NO"), strict=True)),
    )


def _best_mapping(
    config: Config, path: Path, kind: str, contract: str | None
) -> tuple[Source, int, int]:
    """Return the source whose mapping finds the most of its columns, with what it misses."""
    grids: dict[str | None, Grid | None] = {}

    def grid(sheet: str | None) -> Grid | None:
        if sheet not in grids:
            try:
                grids[sheet] = read_grid(path, kind, sheet=sheet) if kind else None
            except GridError:
                grids[sheet] = None
        return grids[sheet]

    best: tuple[tuple[float, int, int], Source, int, int] | None = None
    for order, source in enumerate(_candidates(config, path, kind, contract)):
        found = grid(source.foglio) or grid(None)
        fields = load_supplier_contract(source.contratto)
        wanted = len(source.colonne or fields.campi)
        missing = count_missing_columns(source, fields, found) if found else wanted
        other_format = not any(item == source for item in config.fonti)
        rank = (missing / wanted, int(other_format), order)
        if best is None or rank < best[0]:
            best = (rank, source, missing, wanted)
    assert best is not None
    return best[1:]


def _candidates(config: Config, path: Path, kind: str, contract: str | None) -> Iterator[Source]:
    tables = [name for name in contract_names() if name not in (STATEMENTS, OFFERS)]
    names = [contract] if contract else tables
    for source in config.fonti:
        if source.contratto not in names or source.formato.endswith("-xml"):
            continue
        if source.formato == kind or not kind:
            yield source
        else:
            yield source.model_copy(
                update={"formato": kind, "codifica": None, "separatore": None, "foglio": None}
            )
    for name in names:
        yield Source.model_validate(
            {
                "id": f"file-{name}",
                "fornitore": "Fornitore",
                "contratto": name,
                "formato": kind or "csv",
                "frequenza": "occasionale",
                "percorso": str(path),
            }
        )


def places(problems: tuple[Problem, ...], count: int) -> str:
    """Return where problems are, in words: the first places and how many more."""
    shown = [
        f"riga {problem.row}" + (f", colonna «{problem.column}»" if problem.column else "")
        if problem.row
        else problem.file
        for problem in problems
    ]
    more = count - len(problems)
    return "; ".join(shown) + (f"; e altre {more}" if more > 0 else "")
