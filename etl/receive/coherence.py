"""What a statement's figures must say of one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.problems import Problem
from etl.receive.pid_rules import Value

Row = tuple[Value | None, ...]


def check_statement(
    tables: Mapping[str, Sequence[Row]],
    lines: Mapping[str, Sequence[int]],
    file: str,
    source: str,
) -> list[Problem]:
    """Return what is incoherent in one statement."""
    return []
