"""Rows of texts, and what cannot be read as such."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

LARGEST_TABLE = 64 * 1024 * 1024
MOST_ROWS = 300_000
MOST_COLUMNS = 1_000
MOST_BLANK_ROWS = 1_000
ZIP = b"PK\x03\x04"


class GridError(Exception):
    """The file cannot be read as a table: why, and what to do."""

    def __init__(self, code: str, message: str, remedy: str, row: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.row = code, message, remedy, row


@dataclass
class Grid:
    """The rows of a table with their numbers as a spreadsheet shows them (from 1).

    `header_known` says that the first row holds the names for certain (JSON formats);
    `aliases` other names of the columns; `notices` what was noticed while reading.
    """

    rows: list[tuple[int, list[str]]]
    header_known: bool = False
    aliases: list[tuple[str, ...]] = field(default_factory=list)
    notices: list[tuple[str, str, str]] = field(default_factory=list)


def cell_text(value: Any) -> str:
    """Return a spreadsheet's value as a person would type it (dates in ISO form)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sì" if value else "no"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
