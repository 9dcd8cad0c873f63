"""Statements read from files and worked out again, beside what they declare: one report each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from etl.contracts import load_supplier_contract
from etl.derive.quota.law import Parameters, parameters
from etl.derive.quota.region import compute_region
from etl.derive.quota.rules import PROSPETTO
from etl.derive.quota.scalar import Reason, evaluate
from etl.derive.quota.statements import arrange
from etl.problems import Problem, Severity
from etl.receive.archive import list_members
from etl.receive.frames import typed
from etl.receive.pid import Statement, iter_statements
from etl.receive.pid_rules import TABLES

SOURCE = "prospetti"
SHOWN = (
    "base_computo_art3",
    "base_computo_art18",
    "quota_riserva_disabili",
    "quota_riserva_art18",
    "disabili_in_forza",
    "esonerati",
    "scoperture_disabili",
    "scoperture_art18",
)


@dataclass
class Recomputed:
    """What came of some files: one report a statement, and what could not be used."""

    statements: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether some file, or some statement, could not be used."""
        return any(problem.severity is not Severity.NOTICE for problem in self.problems)

    def reasons(self, index: int) -> tuple[Parameters, list[Reason]]:
        """Return the law of one statement's day, and the steps that lead to its figures."""
        code = self.statements[index]["codice_comunicazione"]
        one = {
            name: frame[frame["codice_comunicazione"] == code]
            for name, frame in self.tables.items()
        }
        arranged = arrange(one)
        law = parameters(arranged.days[0].astype(object))
        return law, list(evaluate(PROSPETTO, arranged.row(0, law), law).reasons)


def read(paths: Iterable[Path]) -> Iterator[Statement | Problem]:
    """Yield the statement of each XML in files, folders and zips, and the problems of the rest."""
    for path in paths:
        members, problems = list_members(path)
        for problem in problems:
            yield replace(problem, source=SOURCE)
        if not members:
            yield Problem(
                SOURCE,
                path.name,
                "nessun-prospetto",
                "Non c’è nessun prospetto da leggere.",
                "indicare un XML, o una cartella o uno zip che ne contenga.",
                Severity.FILE,
            )
        yield from iter_statements(members, SOURCE)


def recompute(read_items: Iterable[Statement | Problem]) -> Recomputed:
    """Return every accepted statement's figures, sorted by code, beside the declared ones.

    A statement with a refused element is left out and its problems are kept; of two statements
    with one code the first is used. Keys of each report: codice_comunicazione, nazionale,
    province, dichiarato, differenze.
    """
    result = Recomputed()
    rows: dict[str, list[list[Any]]] = {name: [] for name in TABLES}
    seen: set[str] = set()
    code_at = load_supplier_contract("prospetti").names.index("codice_comunicazione")
    for item in read_items:
        if isinstance(item, Problem):
            result.problems.append(item)
            continue
        result.problems += item.problems
        if item.refused:
            continue
        code = str(item.tables["prospetti"][0][code_at])
        if code in seen:
            result.problems.append(_twice(item.file))
            continue
        seen.add(code)
        for name in TABLES:
            rows[name] += [list(row) for row in item.tables[name]]
    result.tables = {name: typed(load_supplier_contract(name), rows[name]) for name in TABLES}
    if seen:
        result.statements = _reports(result.tables)
    return result


def _reports(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    region = compute_region(tables)
    declared = tables["prospetti-riepilogo"]
    figures = list(SHOWN)
    local = _by_code(region.province, [("provincia", "codice_provincia")], figures)
    stated = _by_code(declared, [("provincia", "codice_provincia")], figures)
    places = [("provincia", "codice_provincia"), ("tipo", "tipo"), ("cifra", "cifra")]
    found = _by_code(region.differenze, places, ["dichiarato", "calcolato"])
    reports: list[dict[str, Any]] = []
    for row in region.nazionale.to_dict("records"):
        code = row["codice_comunicazione"]
        said = stated.get(code, [])
        reports.append(
            {
                "codice_comunicazione": code,
                "nazionale": {name: _plain(row[name]) for name in SHOWN},
                "province": local.get(code, []),
                "dichiarato": {
                    "nazionale": next(
                        (_without_place(item) for item in said if item["provincia"] is None), None
                    ),
                    "province": sorted(
                        (item for item in said if item["provincia"] is not None),
                        key=lambda item: str(item["provincia"]),
                    ),
                },
                "differenze": found.get(code, []),
            }
        )
    return reports


def _by_code(
    frame: pd.DataFrame, labels: list[tuple[str, str]], figures: list[str]
) -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        line = {name: _plain(row[column]) for name, column in labels}
        line |= {name: _plain(row[name]) for name in figures}
        result.setdefault(str(row["codice_comunicazione"]), []).append(line)
    return result


def _without_place(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "provincia"}


def _plain(value: Any) -> int | str | None:
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)


def _twice(file: str) -> Problem:
    return Problem(
        SOURCE,
        file,
        "prospetto-ripetuto",
        "Un altro file ha lo stesso codice di comunicazione: questo non è stato usato.",
        "lasciare un solo file per prospetto.",
        Severity.NOTICE,
    )
