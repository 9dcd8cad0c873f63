"""What the suppliers delivered: every source read, checked, kept or put aside."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.config import ROOT, Config, Source
from etl.contracts import load_supplier_contract
from etl.problems import InputRefusedError, Problem, Severity
from etl.receive.archive import fingerprint, list_members
from etl.receive.frames import typed, with_origin
from etl.receive.geography import Geography, load_geography
from etl.receive.occupations import load_occupations
from etl.receive.pid import iter_statements
from etl.receive.pid_rules import TABLES
from etl.receive.tabular import read_table
from etl.receive.validation import Table, validate

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Snapshot:
    """One input as it was received: whose, which bytes, and how much of it was kept.

    `date` is the file's own date (UTC), None where a server does not say it.
    """

    id: str
    fornitore: str
    file: str
    sha256: str
    bytes: int
    date: str | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int


@dataclass(frozen=True)
class Received:
    """Everything that the later stages work on.

    `tables` by supplier contract: the contract's columns and `fonte`, `fornitore`,
    `provincia_fornitore`, `sintetico`; dates are datetime64[s], lists are tuples of codes.
    """

    tables: dict[str, pd.DataFrame]
    snapshots: list[Snapshot]
    problems: list[Problem]
    geography: Geography
    occupations: pd.DataFrame


def receive(config: Config, build: Path, progress: Progress | None = None) -> Received:
    """Return every source's accepted rows; writes only below `build`.

    Raises InputRefusedError, with every problem met, where a source that must be there is
    missing or is refused.
    """
    say = progress or (lambda _: None)
    tables: dict[str, list[pd.DataFrame]] = {}
    snapshots: list[Snapshot] = []
    problems: list[Problem] = []
    for source in config.fonti:
        say(f"Ricevere «{source.id}»…")
        path = ROOT / (source.percorso or "")
        frames, met, read, accepted = _read(source, path)
        problems += met
        digest, size = fingerprint(path)
        day = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC).date()
        snapshots.append(
            Snapshot(
                source.id,
                source.fornitore,
                path.name,
                digest,
                size,
                day.isoformat(),
                read,
                accepted,
                read - accepted,
            )
        )
        for name, frame in frames.items():
            tables.setdefault(name, []).append(
                with_origin(frame, source.id, source.fornitore, source.provincia, source.sintetica)
            )
    refused = [problem for problem in problems if problem.severity is Severity.FILE]
    if refused:
        raise InputRefusedError(problems, "\n".join(problem.line() for problem in refused[:20]))
    return Received(
        {name: pd.concat(frames, ignore_index=True) for name, frames in sorted(tables.items())},
        snapshots,
        problems,
        load_geography(config),
        load_occupations(),
    )


def _read(source: Source, path: Path) -> tuple[dict[str, pd.DataFrame], list[Problem], int, int]:
    if source.formato == "pid-xml":
        return _read_statements(source, path)
    contract = load_supplier_contract(source.contratto)
    reading = read_table(source, contract, path, path.name)
    if reading.table is None:
        return {}, reading.problems, reading.rows_read, 0
    kept, met = _accept(reading.table)
    return (
        {contract.nome: typed(contract, kept)},
        reading.problems + met,
        reading.rows_read,
        len(kept),
    )


def _accept(table: Table) -> tuple[list[list[str | int | None]], list[Problem]]:
    found = validate(table)
    dropped = {
        index
        for index, problem in found
        if problem.severity is not Severity.NOTICE or problem.code == "riga-ripetuta"
    }
    kept = [row for index, row in enumerate(table.rows) if index not in dropped]
    return kept, [problem for _, problem in found]


def _read_statements(
    source: Source, path: Path
) -> tuple[dict[str, pd.DataFrame], list[Problem], int, int]:
    members, problems = list_members(path)
    rows: dict[str, list[list[str | int | None]]] = {name: [] for name in TABLES}
    accepted = 0
    for statement in iter_statements(members, source.id):
        problems += statement.problems
        if statement.refused:
            continue
        accepted += 1
        for name, found in statement.tables.items():
            rows[name] += [list(row) for row in found]
    return (
        {name: typed(load_supplier_contract(name), rows[name]) for name in TABLES},
        problems,
        len(members),
        accepted,
    )
