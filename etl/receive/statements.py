"""A delivery of statements read into seven tables, every file checked by itself and together."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from etl.config import Source
from etl.contracts import load_supplier_contract
from etl.problems import Problem, Severity
from etl.receive.archive import Member, list_members
from etl.receive.checks import Registers, check_table
from etl.receive.frames import Cell, typed
from etl.receive.pid import Statement, iter_statements
from etl.receive.pid_rules import (
    TABLES,
    columns,
    element_names,
    load_rules,
    restricted_columns,
)
from etl.receive.results import Refusals, SourceResult
from etl.receive.validation import COPY, Found, Table, dropped, validate

# starting two processes takes a second: worth it from this many files on
PARALLEL_FROM = 3_000
CHUNK_OF_FILES = 500
VACANCIES = "prospetti-posti"
REFUSAL_HEADER = ["file", "riga", "elemento", "codice", "motivo", "atteso", "rimedio"]


def read_statements(
    source: Source, path: Path, registers: Registers, say: Callable[[str], None]
) -> SourceResult:
    """Return the seven tables of a file, folder or zip of statements.

    A statement with a refused element goes whole to quarantine; a vacancy with an unknown place
    or occupation goes alone. No value of a person, and no restricted value, is in the result's
    problems or refusals.
    """
    members, problems = list_members(path)
    result = SourceResult(
        problems=[replace(problem, source=source.id) for problem in problems],
        refusals=Refusals(REFUSAL_HEADER),
        rows_read=len(members),
        refused=any(problem.severity is Severity.FILE for problem in problems),
    )
    if not members:
        result.refused = True
        result.problems.append(
            Problem(
                source.id,
                path.name,
                "nessun-prospetto",
                "Non c’è nessun prospetto da leggere.",
                "controllare che la cartella o lo zip contenga i file XML.",
                Severity.FILE,
            )
        )
        return result
    statements = []
    for statement in _all(members, source.id):
        statements.append(statement)
        if len(statements) % 5_000 == 0:
            say(f"«{source.id}»: letti {len(statements)} prospetti su {len(members)}.")
    problems_of = {statement.file: list(statement.problems) for statement in statements}
    accepted = [statement for statement in statements if not statement.refused]
    accepted = _without_copies(accepted, source.id, problems_of)
    copies = {s.file for s in statements if any(p.code == COPY for p in problems_of[s.file])}
    _check_tables(accepted, source, registers, problems_of, result)
    refused = 0
    for statement in statements:
        found = problems_of[statement.file]
        result.problems += found
        whole = any(p.severity is not Severity.NOTICE and not _is_vacancy(p) for p in found)
        refused += whole
        result.refusals.rows += [_refusal(p) for p in found if p.severity is not Severity.NOTICE]
    result.rows_quarantined = refused
    result.rows_accepted = len(statements) - refused - len(copies)
    return result


def _all(members: list[Member], source: str) -> Iterator[Statement]:
    processes = min(2, len(os.sched_getaffinity(0)))
    if len(members) < PARALLEL_FROM or processes < 2:
        yield from iter_statements(members, source)
        return
    chunks = [members[at : at + CHUNK_OF_FILES] for at in range(0, len(members), CHUNK_OF_FILES)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        # map keeps the order of the chunks: the result does not depend on who finishes first
        for statements in pool.map(_read_chunk, chunks, [source] * len(chunks)):
            yield from statements


def _read_chunk(members: list[Member], source: str) -> list[Statement]:
    load_rules()
    return list(iter_statements(members, source))


def _without_copies(
    statements: list[Statement], source: str, problems_of: dict[str, list[Problem]]
) -> list[Statement]:
    """Leave out statements that came twice; two that contradict each other are both refused."""
    by_code: dict[Cell, list[Statement]] = {}
    for statement in statements:
        by_code.setdefault(statement.tables["prospetti"][0][0], []).append(statement)
    kept = []
    for same in by_code.values():
        first = same[0]
        agree = all(statement.tables == first.tables for statement in same[1:])
        if agree:
            kept.append(first)
        for statement in same[1:] if agree else same if len(same) > 1 else []:
            other = first if statement is not first else same[1]
            problems_of[statement.file].append(
                Problem(
                    source,
                    statement.file,
                    COPY,
                    f"Il prospetto è identico a quello del file «{other.file}».",
                    "inviare ogni prospetto una volta sola.",
                    Severity.NOTICE,
                )
                if agree
                else Problem(
                    source,
                    statement.file,
                    "chiave-ripetuta",
                    f"Anche il file «{other.file}» ha lo stesso codice di comunicazione, ma dice "
                    "altro: non si sa quale vale.",
                    "inviare solo il prospetto giusto.",
                    column="codicecomunicazione",
                )
            )
    return sorted(kept, key=lambda statement: statement.file)


def _check_tables(
    statements: list[Statement],
    source: Source,
    registers: Registers,
    problems_of: dict[str, list[Problem]],
    result: SourceResult,
) -> None:
    _check_public_bodies(statements, source.id, registers, problems_of)
    tables: dict[str, Table] = {}
    bad_vacancies: set[int] = set()
    for name in TABLES:
        table = Table(
            contract=load_supplier_contract(name),
            source=source.id,
            rows=[list(row) for s in statements for row in s.tables[name]],
            files=[s.file for s in statements for _ in s.tables[name]],
            lines=[line for s in statements for line in s.lines[name]],
            headers=element_names(name),
            restricted=restricted_columns(name),
        )
        tables[name] = table
        found: list[Found] = validate(table)
        found += check_table(table, registers, source.provincia)
        for index, problem in found:
            vacancy = name == VACANCIES and problem.severity is not Severity.NOTICE
            problems_of[table.files[index]].append(_marked(problem) if vacancy else problem)
        if name == VACANCIES:
            bad_vacancies = dropped(found)
    refused = {
        file
        for file, found in problems_of.items()
        if any(p.severity is not Severity.NOTICE and not _is_vacancy(p) for p in found)
    }
    for name, table in tables.items():
        result.tables[name] = typed(
            table.contract,
            [
                row
                for index, row in enumerate(table.rows)
                if table.files[index] not in refused
                and not (name == VACANCIES and index in bad_vacancies)
            ],
        )


def _check_public_bodies(
    statements: list[Statement],
    source: str,
    registers: Registers,
    problems_of: dict[str, list[Problem]],
) -> None:
    """A public body compensates inside one region (Legge 68/1999, art. 5 c. 8)."""
    kind = columns("prospetti").index("tipologia_dichiarante")
    here = columns("prospetti-compensazioni").index("codice_provincia")
    there = columns("prospetti-compensazioni").index("provincia_compensata")
    region = registers.geography.region_of
    for statement in statements:
        if statement.tables["prospetti"][0][kind] != "C":
            continue
        rows = statement.tables["prospetti-compensazioni"]
        for row, line in zip(rows, statement.lines["prospetti-compensazioni"], strict=True):
            if region(str(row[here])) != region(str(row[there])):
                problems_of[statement.file].append(
                    Problem(
                        source,
                        statement.file,
                        "compensazione",
                        f"Un datore pubblico non può compensare la provincia {row[there]}, "
                        "che è di un’altra regione.",
                        "togliere la compensazione.",
                        row=line,
                        column="compensazioni",
                    )
                )


def _marked(problem: Problem) -> Problem:
    """Mark a problem that refuses one vacancy and not its statement."""
    return replace(problem, code=f"posto-{problem.code}")


def _is_vacancy(problem: Problem) -> bool:
    return problem.code.startswith("posto-")


def _refusal(problem: Problem) -> list[str]:
    return [
        problem.file,
        "" if problem.row is None else str(problem.row),
        problem.column or "",
        problem.code,
        problem.message,
        problem.expected or "",
        problem.remedy,
    ]
