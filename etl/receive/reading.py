"""One source, whatever its format: its accepted rows, its refused rows, its problems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from etl.config import Source
from etl.contracts import load_supplier_contract
from etl.problems import Problem, Severity
from etl.receive.checks import Registers, check_doubts, check_table
from etl.receive.cliclavoro import FORMAT, read_offers
from etl.receive.frames import typed
from etl.receive.results import Refusals, SourceResult, group
from etl.receive.statements import read_statements
from etl.receive.tabular import read_table
from etl.receive.validation import Table, dropped, validate

REASONS_SHOWN = 3


def read_source(
    source: Source,
    path: Path,
    registers: Registers,
    say: Callable[[str], None] = lambda _: None,
    name: str | None = None,
) -> SourceResult:
    """Return what one source's file, folder or zip holds.

    `name` is how problems call the file (its own name, unless said). The source is refused where
    it cannot be read, or where more rows are refused than `righe_rifiutate_massime` allows.
    """
    name = name or path.name
    if source.formato == "pid-xml":
        result = read_statements(source, path, registers, say)
    elif source.formato == FORMAT:
        result = read_offers(source, path, registers)
    else:
        result = _read_tabular(source, path, registers, name)
    share = result.rows_quarantined / result.rows_read if result.rows_read else 0.0
    if not result.refused and share > source.righe_rifiutate_massime:
        result.refused = True
        reasons = [
            f"{item.message} ({item.count})"
            for item in group(result.problems)
            if item.severity is not Severity.NOTICE
        ]
        result.problems.append(_too_many(source, name, result, reasons))
    return result


def _too_many(source: Source, name: str, result: SourceResult, reasons: list[str]) -> Problem:
    out, read = result.rows_quarantined, result.rows_read
    one, many = ("prospetto", "prospetti") if source.formato == "pid-xml" else ("riga", "righe")
    counted = (
        f"L’unico {one} della fonte è rifiutato"
        if (out, one) == (1, "prospetto") and read == 1
        else f"Su {read} {one if read == 1 else many} {out} non si possono usare"
    )
    return Problem(
        source.id,
        name,
        "troppe-righe-rifiutate",
        f"{counted}: l’intera fonte è rifiutata. I motivi più frequenti: "
        + " ".join(reasons[:REASONS_SHOWN]),
        "correggere il file e inviarlo di nuovo.",
        Severity.FILE,
        expected=f"al massimo il {source.righe_rifiutate_massime:.0%} di rifiuti",
    )


def _read_tabular(source: Source, path: Path, registers: Registers, name: str) -> SourceResult:
    contract = load_supplier_contract(source.contratto)
    reading = read_table(source, contract, path, name)
    result = SourceResult(problems=reading.problems, rows_read=reading.rows_read)
    table = reading.table
    if table is None:
        result.refused = True
        return result
    if contract.riservato:
        table.restricted = frozenset(contract.names)
    found = validate(table)
    found += check_table(table, registers, source.provincia)
    found += check_doubts(table, registers, dropped(found))
    out = dropped(found)
    refused = {index for index, problem in found if problem.severity is not Severity.NOTICE}
    result.problems += [
        problem for _, problem in sorted(found, key=lambda item: (item[0], item[1].code))
    ]
    kept = [row for index, row in enumerate(table.rows) if index not in out]
    result.tables[contract.nome] = typed(contract, kept)
    result.rows_accepted = len(kept)
    result.rows_quarantined = len(refused)
    result.refusals = _refusals(table, refused, result.problems)
    return result


def _refusals(table: Table, refused: set[int], problems: list[Problem]) -> Refusals:
    names = table.raw_names or table.contract.names
    raw = table.raw or [["" if v is None else str(v) for v in row] for row in table.rows]
    reasons: dict[tuple[str, int | None], list[str]] = {}
    for problem in problems:
        if problem.severity is not Severity.NOTICE:
            where = f"«{problem.column}»: " if problem.column else ""
            reasons.setdefault((problem.file, problem.row), []).append(where + problem.message)
    rows = []
    if table.contract.riservato:
        # a person's row, even without a name, is not copied anywhere: its place is enough
        names = []
    for index in sorted(refused):
        place = (table.files[index], table.lines[index])
        cells = (raw[index] + [""] * len(names))[: len(names)]
        rows.append([place[0], str(place[1]), " ".join(reasons.get(place, [])), *cells])
    return Refusals(["file", "riga", "motivi", *names], rows)
