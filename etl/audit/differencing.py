"""What a reader learns by laying one release beside the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from etl.audit.intervals import find_intervals
from etl.audit.knowledge import Key, Knowledge, know, series_of
from etl.audit.published import Axis, PublishedTable, Quantity

SINGLE_FREE_LIMIT = 200

Axes = Mapping[str, tuple[Axis, ...]]


@dataclass(frozen=True)
class Differences:
    """What neighbouring releases give away together; counts only.

    `single_out`: figures published twice for the same period, so close that the difference points
    at few. `reappeared`: cells hidden in one release and shown in the next, though they describe
    the same thing. `withdrawn`: figures of a period that were shown once and are hidden since,
    because a correction of few would single these out. `guessed`: hidden figures that would follow
    exactly if nothing that the neighbouring release shows had changed (a guess that the reader
    cannot check).
    """

    single_out: int = 0
    reappeared: int = 0
    withdrawn: int = 0
    guessed: int = 0
    programs: int = 0


def compare(releases: Sequence[Sequence[PublishedTable]]) -> Differences:
    """Return what the releases, given from the oldest, say about one another."""
    known = [know(tables) for tables in releases]
    axes = {table.universe: table.axes for tables in releases for table in tables}
    widths = {
        (table.universe, quantity.column): quantity
        for tables in releases
        for table in tables
        for quantity in table.quantities
    }
    singled: set[Key] = set()
    reappeared: set[tuple[int, Key]] = set()
    withdrawn: set[Key] = set()
    guessed: set[tuple[int, Key]] = set()
    programs = 0
    for place, (before, after) in enumerate(pairwise(known)):
        singled |= _singled_out(before, after, widths)
        withdrawn |= after.hidden & set(before.shown)
        shown_before, shown_after = _shown_series(before, axes), _shown_series(after, axes)
        reappeared |= {
            (place, key) for key in before.hidden if series_of(key, axes[key[0]]) in shown_after
        }
        for tag, now, other in ((place, before, shown_after), (place + 1, after, shown_before)):
            found, cost = _guess(now, other, axes)
            guessed |= {(tag, key) for key in found}
            programs += cost
    return Differences(len(singled), len(reappeared), len(withdrawn), len(guessed), programs)


def _shown_series(known: Knowledge, axes: Axes) -> dict[Key, int]:
    return {series_of(key, axes[key[0]]): figure for key, figure in known.shown.items()}


def _singled_out(
    before: Knowledge, after: Knowledge, widths: Mapping[tuple[str, str], Quantity]
) -> set[Key]:
    return {
        key
        for key, figure in after.shown.items()
        if key in before.shown and 0 < abs(figure - before.shown[key]) < widths[key[:2]].width
    }


def _guess(now: Knowledge, other: Mapping[Key, int], axes: Axes) -> tuple[set[Key], int]:
    """Return the hidden cells that follow if what the other release shows holds here as well."""
    guesses = {
        place: other[series]
        for place, unknown in enumerate(now.unknowns)
        if unknown.promise is not None
        and (series := series_of(unknown.key, axes[unknown.key[0]])) in other
    }
    if not guesses:
        return set(), 0
    found, programs = _exact(_fixed(now, guesses))
    if len(guesses) <= SINGLE_FREE_LIMIT:
        # a cell just hidden may be the one that has changed: the others may not have
        for place in guesses:
            rest = {cell: figure for cell, figure in guesses.items() if cell != place}
            more, cost = _exact(_fixed(now, rest), only=now.unknowns[place].key)
            found |= more
            programs += cost
    return found, programs


def _fixed(now: Knowledge, guesses: Mapping[int, int]) -> Knowledge:
    places = np.array(sorted(guesses), dtype=np.int64)
    rest = np.array(
        [place for place in range(len(now.unknowns)) if place not in guesses], dtype=np.int64
    )
    figures = np.array([guesses[place] for place in places.tolist()], dtype=np.int64)
    return replace(
        now,
        unknowns=tuple(now.unknowns[place] for place in rest),
        matrix=now.matrix[:, rest],
        total=now.total - now.matrix[:, places] @ figures,
    )


def _exact(knowledge: Knowledge, only: Key | None = None) -> tuple[set[Key], int]:
    if only is not None:
        knowledge = replace(
            knowledge,
            unknowns=tuple(
                unknown if unknown.key == only else replace(unknown, promise=None)
                for unknown in knowledge.unknowns
            ),
        )
    pool = find_intervals(knowledge, skip_inconsistent=True)
    return {
        knowledge.unknowns[cell].key
        for cell, interval in pool.intervals.items()
        if interval.narrow and interval.low == interval.high
    }, pool.programs
