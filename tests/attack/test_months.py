"""Twelve monthly releases side by side, read by a stranger."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.attack.releases import Month, monthly_releases
from tests.attack.stranger import Figure, attack, read_pages

CROWD = 3


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> list[Month]:
    return monthly_releases(tmp_path_factory.mktemp("anno"))


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> list[Month]:
    return monthly_releases(tmp_path_factory.mktemp("smemorato"), count=3, remember=False)


def figures(month: Month) -> dict[Figure, int | None]:
    return {name: value for page in read_pages(month.data) for name, value in page.figures.items()}


def singled_out(months: list[Month]) -> int:
    """Count the figures whose difference between two releases is that of one or two companies."""
    found = 0
    for before, after in pairwise(months):
        old, new = figures(before), figures(after)
        parts, later = before.parts(), after.parts()
        for name in sorted(set(old) & set(new)):
            if old[name] is None or new[name] is None or old[name] == new[name]:
                continue
            was, now = parts[name], later[name]
            changed = [company for company in was | now if was[company] != now[company]]
            found += len(changed) < CROWD
    return found


def believed(months: list[Month]) -> int:
    """Count the hidden figures found by who believes that what a month shows held in the next."""
    found = 0
    for one, other in [*pairwise(months), *((after, before) for before, after in pairwise(months))]:
        pages = read_pages(one.data)
        shown = figures(other)
        hidden = [name for name, value in figures(one).items() if value is None]
        beliefs = {
            name: (float(value), float(value))
            for name in hidden
            if (value := shown.get(name)) is not None
        }
        truth = one.parts()
        asked = {name: 1.0 for name in hidden if name not in beliefs}
        found += sum(truth[name].total() == value[0] for name, value in beliefs.items())
        if not beliefs or not asked:
            continue
        try:
            narrow = attack(pages).knowing(beliefs).narrow(asked)
        except ValueError:
            continue  # what it believes cannot be
        found += sum(round(low) == truth[name].total() for name, (low, _) in narrow.items())
    return found


def test_twelve_months_differ_as_real_ones_do(year: list[Month]) -> None:
    assert len(year) == 12
    for before, after in pairwise(year):
        assert any(
            not before.derived[slug]
            .drop(columns="_contributi")
            .equals(after.derived[slug].drop(columns="_contributi"))
            for slug in before.derived
        )


def test_no_month_singles_out_a_company(year: list[Month]) -> None:
    assert singled_out(year) == 0


def test_no_figure_is_found_by_believing_the_month_before(year: list[Month]) -> None:
    assert believed(year) == 0


def test_releases_that_forget_single_companies_out(forgetful: list[Month]) -> None:
    assert singled_out(forgetful) > 5
    assert believed(forgetful) > 5


def test_a_period_is_published_once(year: list[Month]) -> None:
    first = {path.name: path.read_bytes() for path in sorted(year[0].data.rglob("*.*"))}
    for month in year[1:]:
        assert {path.name: path.read_bytes() for path in sorted(month.data.rglob("*.*"))} == first
