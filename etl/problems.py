"""What is wrong with an input, said to the person who must act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a problem stops."""

    FILE = "file"  # the whole file is refused
    ROW = "riga"  # the row goes to quarantine, the rest is used
    NOTICE = "avviso"  # nothing is refused, someone should look


class Responsible(StrEnum):
    """Who must act."""

    SUPPLIER = "fornitore"
    PUBLISHER = "gestore"


@dataclass(frozen=True)
class Problem:
    """One problem, in Italian, with the place where it is and the remedy.

    `row` counts from 1 as the person sees it in the file (the header row included); for XML it
    is the line of the element. `found` never holds more than the one offending value, and is
    empty where the value comes from a person's element or a restricted field.
    """

    source: str
    file: str
    code: str
    message: str
    remedy: str
    severity: Severity = Severity.ROW
    responsible: Responsible = Responsible.SUPPLIER
    row: int | None = None
    column: str | None = None
    found: str | None = None
    expected: str | None = None

    def line(self) -> str:
        """Return the problem as one line of text: place, message, found, expected, remedy."""
        place = self.file
        if self.row is not None:
            place += f", riga {self.row}"
        if self.column:
            place += f", colonna «{self.column}»"
        parts = [f"{place}: {self.message}"]
        if self.found is not None:
            parts.append(f"Trovato: «{shorten(self.found)}».")
        if self.expected:
            parts.append(f"Atteso: {self.expected}.")
        parts.append(f"Che cosa fare: {self.remedy}")
        return " ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as plain values, for JSON."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class InputRefusedError(Exception):
    """The data fail: what was published stays as it was. Carries the problems to show."""

    def __init__(self, problems: Iterable[Problem], summary: str) -> None:
        self.problems = list(problems)
        self.summary = summary
        super().__init__(summary)


class ReleaseRefusedError(Exception):
    """A gate stopped the release; nothing was published. `summary` says which, and what to do."""

    def __init__(self, summary: str) -> None:
        self.summary = summary
        super().__init__(summary)


def shorten(value: str, limit: int = 80) -> str:
    """Return the value on one line, control characters shown as spaces, cut at `limit`."""
    flat = "".join(char if char.isprintable() else " " for char in value)
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
