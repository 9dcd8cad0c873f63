"""What earlier releases have said limits what the next one may say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etl.protect.suppression import (
    Equation,
    Release,
    Standing,
    System,
    build_system,
    remember,
    suppress,
    suppress_after,
)
from tests.audit.population import declared_system, months, universe

K = 5


def row(values: list[int], period: str = "1", series: bool = True) -> System:
    """Return one row of counts with its total, in one period."""
    names = [f"x{place}" for place in range(len(values))]
    cells = pd.DataFrame(
        {
            "id": [f"{name}@{period}" for name in (*names, "totale")],
            "value": [*values, sum(values)],
            "sensitive": [0 < value < K for value in values] + [False],
            "width": K,
            "harmless_from": float(K),
        }
    )
    if series:
        cells["series"] = [*names, "totale"]
    ids = cells["id"].tolist()
    return build_system(cells, [Equation(ids[-1], tuple(ids[:-1]))])


def series_of(system: System, hidden: tuple[str, ...]) -> set[str]:
    """Return what the hidden cells describe."""
    return {system.series[place] for place in system.positions(hidden)}


def test_what_was_hidden_stays_hidden_when_it_grows() -> None:
    first = row([2, 7, 30, 40])
    release = Release.of(first, suppress(first).hidden)
    second = row([9, 9, 31, 41], "2")
    assert suppress(second).hidden == ()
    result = suppress_after(second, [release]).suppression
    assert series_of(second, result.hidden) == release.hidden_series


def test_the_same_release_again_hides_the_same_cells_whatever_is_under_them() -> None:
    first = row([2, 7, 30, 40])
    release = Release.of(first, ("x0@1", "x1@1"))
    other = row([4, 5, 30, 40])
    assert suppress_after(other, [release]).suppression.hidden == ("x0@1", "x1@1")


def test_a_figure_that_is_out_protects_nobody() -> None:
    first = row([6, 8, 30, 40])
    release = Release.of(first, ())
    # the rule has become stricter: the same figures, but one is sensitive now
    stricter = first.with_changes(
        sensitive=np.array([False, True, False, False, False]),
        standing=np.array([0, int(Standing.HIDDEN), 0, 0, 0]),
    )
    remembered = remember(stricter, [release])
    assert remembered.already_known == (stricter.ids[1],)
    assert (remembered.system.standing == Standing.KNOWN).all()


def test_two_totals_of_one_period_that_differ_by_one_person_are_not_both_shown() -> None:
    first = row([20, 21], series=False)
    release = Release.of(first, ())
    second = row([20, 22], series=False)
    succession = suppress_after(second, [release])
    assert set(succession.remembered.differences) == {"x1@1", "totale@1"}
    assert {"x1@1", "totale@1"} <= set(succession.suppression.hidden)


def test_a_figure_that_has_not_changed_since_it_was_shown_is_no_partner() -> None:
    first = row([6, 30, 40, 50])
    release = Release.of(first, ())
    # x0 falls under its threshold; x1 is as it was, x2 and the total have changed
    second = row([4, 30, 41, 50], "2")
    result = suppress_after(second, [release])
    assert result.exposed == ()
    hidden = series_of(second, result.suppression.hidden)
    assert "x0" in hidden
    assert hidden & {"x2", "totale"}
    assert not hidden & {"x1", "x3"}


def test_what_only_memory_could_break_is_protected_from_everybody_else_and_named() -> None:
    first = row([6, 30, 40, 50])
    release = Release.of(first, ())
    # one person moved from x0 to nowhere else that is hidden: all the rest is as it was shown
    system = row([4, 30, 40, 50], "2")
    # the total is published elsewhere, so it cannot be the partner
    second = system.with_changes(
        standing=np.where(np.array(system.series) == "totale", int(Standing.KNOWN), system.standing)
    )
    result = suppress_after(second, [release])
    assert result.exposed == ("x0@2",)
    assert len(result.suppression.hidden) == 2
    assert result.suppression.unprotected == ()


def test_patterns_grow_slowly_over_a_year() -> None:
    releases: list[Release] = []
    sizes = []
    for number, people in enumerate(months(seed=2, count=1_200, months=6)):
        _, system = declared_system(universe(people, month=f"{number:02d}"))
        hidden = suppress_after(system, releases).suppression.hidden
        assert all(release.hidden_series <= series_of(system, hidden) for release in releases)
        releases.append(Release.of(system, hidden))
        sizes.append(len(hidden))
    assert sizes[-1] <= 1.6 * sizes[0]
