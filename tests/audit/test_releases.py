"""Twelve monthly releases laid side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
import pytest

from etl.audit import Axis, PublishedTable, Quantity, audit
from etl.protect.suppression import Release, System, released_table, suppress, suppress_after
from tests.audit.attacker import Cell, Page, cells_of, recovered_over_time
from tests.audit.population import (
    LEVELS,
    THRESHOLD,
    declared_system,
    months,
    published_table,
    universe,
)


@dataclass
class Year:
    """What twelve months published, and what was true."""

    tables: list[list[PublishedTable]] = field(default_factory=list)
    pages: list[dict[Cell, int | None]] = field(default_factory=list)
    truths: list[dict[Cell, int]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def recovered(self) -> int:
        """Return how many small figures the attacker finds."""
        return recovered_over_time(self.pages, self.truths, THRESHOLD)


Choice = Callable[[System, list[Release]], tuple[str, ...]]


def publish_a_year(seed: int, choose: Choice) -> Year:
    """Publish twelve months, each pattern chosen with the releases before it."""
    year = Year()
    releases: list[Release] = []
    for number, people in enumerate(months(seed, 1_200, 12)):
        month = f"2026-{number + 1:02d}"
        tables = universe(people, month=month)
        declared, system = declared_system(tables)
        hidden = choose(system, releases)
        releases.append(Release.of(system, hidden))
        year.tables.append([published_table(tables, declared, hidden, month)])
        year.sizes.append(len(hidden))
        year.pages.append(
            cells_of(Page(released_table(tables, declared, hidden), LEVELS, "persone"))
        )
        truth = cells_of(Page(released_table(tables, declared, ()), LEVELS, "persone"))
        year.truths.append({cell: int(figure or 0) for cell, figure in truth.items()})
    return year


@pytest.fixture(scope="module")
def remembering() -> Year:
    """Each release remembers the earlier ones."""
    return publish_a_year(
        3, lambda system, releases: suppress_after(system, releases).suppression.hidden
    )


@pytest.fixture(scope="module")
def forgetful() -> Year:
    """A fresh pattern every month, safe by itself."""
    return publish_a_year(3, lambda system, _: suppress(system).hidden)


def test_releases_that_remember_give_nothing_away(remembering: Year) -> None:
    assert remembering.recovered() == 0


def test_the_attacker_finds_much_where_patterns_are_chosen_afresh(forgetful: Year) -> None:
    assert forgetful.recovered() > 10


def test_remembering_costs_few_cells(remembering: Year, forgetful: Year) -> None:
    assert remembering.sizes[0] == forgetful.sizes[0]
    assert remembering.sizes[-1] <= 1.5 * forgetful.sizes[-1]


def test_the_audit_of_a_year_passes_where_releases_remember(remembering: Year) -> None:
    report = audit(remembering.tables)
    assert report.passed
    assert report.releases == 12
    assert report.differences.reappeared == 0


def test_the_audit_catches_cells_that_come_and_go(forgetful: Year) -> None:
    alone = [audit([tables]).passed for tables in forgetful.tables[:3]]
    assert all(alone)
    report = audit(forgetful.tables[:3])
    assert not report.passed
    assert report.differences.reappeared > 0


def two_months(second: list[int | None]) -> list[list[PublishedTable]]:
    """Return a row of three sectors and their total, as shown in January and in February."""
    releases = []
    for month, figures in (("1", [6, 30, 40, 76]), ("2", second)):
        frame = pd.DataFrame(
            {
                "mese": month,
                "settore": ["a", "b", "c", None],
                "persone": pd.array(figures, dtype="Int64"),
                "persone_stato": [
                    "riservato" if figure is None else "pubblicato" for figure in figures
                ],
            }
        )
        axes = (Axis("mese", ("mese",), adds_up=False), Axis("settore", ("settore",)))
        quantities = (Quantity("persone", THRESHOLD, THRESHOLD),)
        releases.append([PublishedTable("t", "u", month, frame, axes, quantities)])
    return releases


def test_a_partner_that_was_shown_the_month_before_is_guessed() -> None:
    # if the 30 still stand, the other is 74 − 40 − 30 = 4
    report = audit(two_months([None, None, 40, 74]))
    assert report.passed
    assert report.differences.guessed == 1


def test_a_total_that_has_changed_leaves_nothing_to_guess() -> None:
    # the 76 do not stand: 76 − 30 − 41 = 5 would be a harmless figure, and a wrong one
    report = audit(two_months([None, 30, 41, None]))
    assert report.passed
    assert report.differences.guessed == 0
