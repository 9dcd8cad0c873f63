"""What earlier releases have already said: sticky patterns and figures that are already out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from etl.protect.suppression.system import Standing, System

RELUCTANCE = 1_000.0


@dataclass(frozen=True)
class Release:
    """One earlier release: the published figures and the hidden cells, by id and by series.

    Only published figures are kept; of a hidden cell, nothing but that it was hidden.
    """

    shown: Mapping[str, int]
    hidden: frozenset[str]
    shown_series: frozenset[str]
    hidden_series: frozenset[str]

    @staticmethod
    def of(system: System, hidden: Sequence[str]) -> Release:
        """Return what this release says to the world, for the next one to remember."""
        concealed = set(hidden)
        out = [
            place
            for place in np.flatnonzero(system.publishable)
            if system.ids[place] not in concealed
        ]
        return Release(
            shown={system.ids[place]: int(system.value[place]) for place in out},
            hidden=frozenset(concealed),
            shown_series=frozenset(system.series[place] for place in out),
            hidden_series=frozenset(
                series
                for name, series in zip(system.ids, system.series, strict=True)
                if name in concealed
            ),
        )


@dataclass(frozen=True)
class Remembered:
    """A system that takes earlier releases into account, and what could not be helped.

    `already_known`: cells that must not be shown now, but whose very figure is already out.
    `differences`: cells published before for the same period with a slightly different figure:
    their difference would single people out, so they are hidden and protected.
    """

    system: System
    already_known: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


def remember(system: System, releases: Sequence[Release], margin: int = 0) -> Remembered:
    """Return the system that a reader of earlier releases sees, the oldest first.

    - What was hidden stays hidden while it describes the same thing (its series), also when it
      has grown over its threshold.
    - A figure that is out stays out: a cell shown before with the same value protects nobody.
    - A figure shown before for the same period that differs by less than a width is not shown.
    - A series shown in the last release is a poor partner, since most figures do not change from
      one month to the next: it is hidden only where nothing else protects.
    - A count that has been shown is hidden as soon as it comes within `margin` of its threshold:
      when it falls under it, its partners have been hidden for some time.
    """
    sticky = {series for release in releases for series in release.hidden_series}
    recent = releases[-1].shown_series if releases else frozenset()
    standing, weight = system.standing.copy(), system.weight.copy()
    sensitive = system.sensitive.copy()
    known: list[str] = []
    differences: list[str] = []
    for place in np.flatnonzero(~np.isin(standing, (Standing.LATENT, Standing.KNOWN))):
        name, series = system.ids[place], system.series[place]
        value = int(system.value[place])
        earlier = {release.shown[name] for release in releases if name in release.shown}
        if value in earlier:
            standing[place] = Standing.KNOWN
            if sensitive[place]:
                known.append(name)
            sensitive[place] = False
        elif any(abs(value - before) < system.width[place] for before in earlier):
            differences.append(name)
            sensitive[place] = True
            standing[place] = Standing.HIDDEN
        elif series in sticky or (
            series in recent and value < system.harmless_from[place] + margin < np.inf
        ):
            standing[place] = Standing.HIDDEN
        elif series in recent and standing[place] == Standing.FREE:
            weight[place] *= RELUCTANCE
    return Remembered(
        system.with_changes(standing=standing, sensitive=sensitive, weight=weight),
        tuple(known),
        tuple(differences),
    )


def freshly_hidden(
    system: System, hidden: Sequence[str], releases: Sequence[Release]
) -> tuple[str, ...]:
    """Return the hidden cells that the last release showed: a reader may guess them unchanged."""
    recent = releases[-1].shown_series if releases else frozenset()
    return tuple(
        name
        for name, place in zip(hidden, system.positions(hidden), strict=True)
        if system.series[place] in recent
    )
