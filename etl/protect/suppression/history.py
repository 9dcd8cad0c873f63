"""What earlier releases have already said: sticky patterns and figures that are already out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from etl.protect.suppression.selection import Suppression, suppress
from etl.protect.suppression.system import Standing, System

RELUCTANCE = 10.0


@dataclass(frozen=True)
class Release:
    """One earlier release: the published figures and the hidden cells, by id and by series.

    Only published figures are kept; of a hidden cell, nothing but that it was hidden.
    """

    shown: Mapping[str, int]
    shown_series: Mapping[str, int]
    hidden_series: frozenset[str]

    @staticmethod
    def of(system: System, hidden: Sequence[str]) -> Release:
        """Return what this release says to the world, for the next one to remember."""
        concealed = set(hidden)
        shown: dict[str, int] = {}
        shown_series: dict[str, int] = {}
        hidden_series = set()
        for place in np.flatnonzero(system.publishable):
            name, series = system.ids[place], system.series[place]
            if name in concealed:
                hidden_series.add(series)
            else:
                shown[name] = shown_series[series] = int(system.value[place])
        return Release(shown, shown_series, frozenset(hidden_series))


@dataclass(frozen=True)
class Remembered:
    """A system as a reader of earlier releases sees it, and what could not be helped.

    `already_known`: cells that must not be shown now, but whose very figure is already out.
    `differences`: cells published before for the same period with a slightly different figure:
    their difference would single people out, so they are hidden and protected. `guessable`:
    cells of a series that was shown before and has the same value still.
    """

    system: System
    already_known: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    guessable: tuple[str, ...] = ()


def remember(system: System, releases: Sequence[Release]) -> Remembered:
    """Return the system that a reader of earlier releases sees, the oldest first.

    - What was hidden stays hidden while it describes the same thing (its series), also when it
      has grown over its threshold.
    - A figure that is out stays out: a cell shown before with the same value protects nobody.
    - A figure shown before for the same period that differs by less than a width is not shown.
    - A figure that has not changed since its series was last shown is what a reader would guess:
      hidden or not, it protects nobody. One that has changed is hidden reluctantly.
    """
    sticky = {series for release in releases for series in release.hidden_series}
    last: dict[str, int] = {}
    for release in releases:
        last.update(release.shown_series)
    standing, weight = system.standing.copy(), system.weight.copy()
    floor, ceiling = system.floor.copy(), system.ceiling.copy()
    sensitive = system.sensitive.copy()
    known: list[str] = []
    differences: list[str] = []
    guessable: list[str] = []
    for place in np.flatnonzero(~np.isin(standing, (Standing.LATENT, Standing.KNOWN))):
        name, series = system.ids[place], system.series[place]
        value = int(system.value[place])
        earlier = {release.shown[name] for release in releases if name in release.shown}
        if value in earlier:
            standing[place] = Standing.KNOWN
            if sensitive[place]:
                known.append(name)
            sensitive[place] = False
            continue
        if any(abs(value - before) < system.width[place] for before in earlier):
            differences.append(name)
            sensitive[place] = True
        if sensitive[place] or series in sticky:
            standing[place] = Standing.HIDDEN
        if series in last and not sensitive[place]:
            if last[series] == value:
                guessable.append(name)
                floor[place] = ceiling[place] = value
            weight[place] *= RELUCTANCE
    remembered = system.with_changes(
        standing=standing, sensitive=sensitive, weight=weight, floor=floor, ceiling=ceiling
    )
    return Remembered(remembered, tuple(known), tuple(differences), tuple(guessable))


@dataclass(frozen=True)
class Succession:
    """What to hide in a release that follows others.

    `exposed` are sensitive cells that only figures already guessable could protect: hidden from
    whoever reads this release alone, not from who believes that nothing else has changed.
    """

    suppression: Suppression
    remembered: Remembered
    exposed: tuple[str, ...]


def suppress_after(
    system: System, releases: Sequence[Release], together: int | None = 3
) -> Succession:
    """Return the cells to hide so that neither this release nor the earlier ones give them away."""
    remembered = remember(system, releases)
    chosen = suppress(remembered.system, together)
    if not chosen.unprotected:
        return Succession(chosen, remembered, ())
    # what cannot be protected from memory is protected from readers of this release alone
    standing = remembered.system.standing.copy()
    standing[system.positions(chosen.hidden)] = Standing.HIDDEN
    plain = remembered.system.with_changes(
        standing=standing, floor=system.floor, ceiling=system.ceiling
    )
    again = suppress(plain, together)
    return Succession(
        replace(again, corrected=tuple(sorted({*chosen.corrected, *again.corrected}))),
        remembered,
        tuple(sorted(set(chosen.unprotected) - set(again.unprotected))),
    )
