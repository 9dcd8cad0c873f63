"""Changes of hidden figures that leave every shown sum as it is."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from tests.attack import sources
from tests.attack.stranger import Page

DIMENSIONS = ("classe_dimensionale", "codice_provincia", "macrosettore")
FINE = "scoperture-territoriali"
Row = tuple[str, ...]


def withheld(pages: Iterable[Page]) -> set[Row]:
    """Return the codes of the rows whose uncovered posts are withheld, in every table."""
    return {
        tuple(code for _, code in codes)
        for page in pages
        for (column, codes), value in page.figures.items()
        if column == "scoperture" and value is None
    }


def rows_of(frame: pd.DataFrame) -> set[Row]:
    """Return the codes of the rows of the finest table."""
    return {tuple(map(str, row)) for row in frame[list(DIMENSIONS)].itertuples(index=False)}


def companies(
    statements: Mapping[str, str], frame: pd.DataFrame, rows: set[Row]
) -> Iterator[tuple[str, str, Row]]:
    """Yield (file, text, row) for the companies of one province that stand in one of `rows`."""
    where = {
        company: tuple(str(row[name]) for name in DIMENSIONS)
        for row in frame.to_dict("records")
        for company, _ in row["_contributi"]
    }
    for key, text in statements.items():
        row = where.get(Path(key).stem)
        if row in rows and row is not None and sources.has_one_province(text):
            yield key, text, row


def exchanges(
    statements: Mapping[str, str], frame: pd.DataFrame, pages: Iterable[Page]
) -> Iterator[dict[str, int]]:
    """Yield changes of people in force that leave every shown sum as it is, by statement's file.

    Companies of hidden rows lose one or hire one: two rows, or four that make a rectangle. Who
    hires still misses somebody, and who loses keeps somebody, so that what is small stays small
    for the same reasons.
    """
    hidden = withheld(pages)
    losing: dict[Row, str] = {}
    hiring: dict[Row, str] = {}
    for key, text, row in companies(statements, frame, hidden):
        if sources.uncovered(text) >= 2:
            hiring.setdefault(row, key)
        if sources.uncovered(text) >= 1 and sources.in_force(text) >= 2:
            losing.setdefault(row, key)
    for loser, hirer in itertools.product(losing, hiring):
        changes = {losing[loser]: -1, hiring[hirer]: 1}
        if len(changes) == 2 and not _shows({loser: -1, hirer: 1}, hidden):
            yield changes
    for first, last in itertools.combinations(losing, 2):
        size, province, sector = first
        corners = ((size, province, last[2]), (size, last[1], sector))
        if last[0] != size or province == last[1] or sector == last[2]:
            continue
        if all(corner in hiring for corner in corners):
            changes = {losing[first]: -1, losing[last]: -1}
            changes |= {hiring[corner]: 1 for corner in corners}
            if len(changes) == 4:
                yield changes


def _shows(changes: Mapping[Row, int], hidden: set[Row]) -> bool:
    """Tell whether some shown row of a coarser table would change."""
    sums: Counter[Row] = Counter()
    for (size, province, sector), change in changes.items():
        sums[size, province] += change
        sums[size, sector] += change
    return any(change and row not in hidden for row, change in sums.items())
