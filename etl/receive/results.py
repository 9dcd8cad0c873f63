"""What reading one source gave: accepted tables, refused rows and the reasons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.problems import Problem, Responsible, Severity

GRAVITY = (Severity.FILE, Severity.ROW, Severity.NOTICE)
EXAMPLES = 5


@dataclass
class Refusals:
    """Refused rows as a table: where each is, why, and the supplier's own cells if any."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class SourceResult:
    """One source after reading; `tables` are typed and hold accepted rows alone.

    `refused` says that the source as a whole cannot be used.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refusals: Refusals = field(default_factory=lambda: Refusals([]))
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    refused: bool = False


@dataclass(frozen=True)
class Group:
    """Problems of the same kind: the message once, how many times, the first places."""

    code: str
    message: str
    remedy: str
    expected: str | None
    severity: Severity
    responsible: Responsible
    count: int
    examples: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the group as plain values, for JSON."""
        return {
            "codice": self.code,
            "gravita": self.severity.value,
            "responsabile": self.responsible.value,
            "messaggio": self.message,
            "rimedio": self.remedy,
            "atteso": self.expected,
            "volte": self.count,
            "esempi": [
                {
                    "file": problem.file,
                    "riga": problem.row,
                    "colonna": problem.column,
                    "trovato": problem.found,
                }
                for problem in self.examples
            ],
        }


def group(problems: Iterable[Problem]) -> list[Group]:
    """Return the problems grouped by kind, message and column: gravest first, then most often."""
    groups: dict[tuple[str | None, ...], list[Problem]] = {}
    for problem in problems:
        key = (
            problem.severity.value,
            problem.code,
            problem.message if problem.code not in _PLACED else None,
            problem.column,
            problem.responsible.value,
        )
        groups.setdefault(key, []).append(problem)
    found = [
        Group(
            code=items[0].code,
            message=items[0].message,
            remedy=items[0].remedy,
            expected=items[0].expected,
            severity=items[0].severity,
            responsible=items[0].responsible,
            count=len(items),
            examples=tuple(items[:EXAMPLES]),
        )
        for items in groups.values()
    ]
    return sorted(
        found, key=lambda item: (GRAVITY.index(item.severity), -item.count, item.code, item.message)
    )


# messages that name a row or a place: they are one kind all the same
_PLACED = frozenset(
    {
        "riga-ripetuta",
        "chiave-ripetuta",
        "comune-sconosciuto",
        "comune-fuori",
        "comune-ambiguo",
        "comune-in-due-ambiti",
        "lavoratori-incoerenti",
        "compensazione",
        "esonero",
        "codifica-sbagliata",
        "csv-illeggibile",
        "troppe-colonne",
        "archivio-rifiutato",
    }
)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def as_csv(refusals: Refusals) -> str:
    """Return refused rows as CSV (UTF-8, comma) that is safe to open in a spreadsheet."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in [refusals.header, *refusals.rows]:
        writer.writerow([safe_cell(cell) for cell in row])
    return stream.getvalue()
