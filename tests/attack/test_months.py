"""Twelve monthly releases side by side, read by a stranger."""

from __future__ import annotations

from itertools import pairwise

import pytest

from etl.audit import audit
from etl.audit.files import read_release
from tests.attack.meaning import never_above_zero, zero
from tests.attack.releases import HIDING, SLUGS, Month, monthly_releases
from tests.attack.stranger import Attack, Figure, attack, read_pages
from tests.attack.test_site import LIMITS, wanted, whole_attack

CROWD = 3


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> list[Month]:
    return monthly_releases(tmp_path_factory.mktemp("anno"), contracts=HIDING)


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
            for slug in SLUGS
        )


def test_no_month_singles_out_a_company(year: list[Month]) -> None:
    assert singled_out(year) == 0


def test_no_figure_is_found_by_believing_the_month_before(year: list[Month]) -> None:
    assert believed(year) == 0


def test_releases_that_forget_single_companies_out(forgetful: list[Month]) -> None:
    assert singled_out(forgetful) > 5
    assert believed(forgetful) > 5


def test_a_period_is_published_once(year: list[Month]) -> None:
    def files(month: Month) -> dict[str, bytes]:
        return {
            path.relative_to(month.data).as_posix(): path.read_bytes()
            for slug in SLUGS
            for path in sorted((month.data / slug).iterdir())
        }

    for month in year[1:]:
        assert files(month) == files(year[0])


def told(month: Month) -> dict[Figure, int | None]:
    """Return every figure of every table that hides some."""
    pages = read_pages(month.data, "*")
    return {name: value for page in pages for name, value in page.figures.items()}


def few(month: Month) -> dict[Figure, int]:
    """Return the withheld figures that count very few."""
    hidden = {name for name, value in told(month).items() if value is None}
    return {
        name: value
        for name, value in month.truth().items()
        if name in hidden and 0 < value < LIMITS.soglia_persone
    }


def test_every_month_keeps_what_it_hides_in_all_tables_together(year: list[Month]) -> None:
    for month in year:
        pages = read_pages(month.data, "*")
        assert len(wanted(pages)) > 100
        assert whole_attack(pages).narrow(wanted(pages)) == {}


def knowing_what_columns_mean(month: Month) -> Attack:
    pages = read_pages(month.data, "*")
    return attack(pages, never_above_zero=never_above_zero(pages), zero=zero(pages))


def found_by_memory(months: list[Month]) -> int:
    """Count the few of one month found by who believes what another month shows of the rest."""
    found = 0
    for one, other in [*pairwise(months), *((after, before) for before, after in pairwise(months))]:
        small, shown = few(one), told(other)
        hidden = [name for name, value in told(one).items() if value is None]
        beliefs = {
            name: (float(value), float(value))
            for name in hidden
            if (value := shown.get(name)) is not None
        }
        found += sum(beliefs[name][0] == value for name, value in small.items() if name in beliefs)
        asked = {name: 1.0 for name in small if name not in beliefs}
        try:
            narrow = knowing_what_columns_mean(one).knowing(beliefs).narrow(asked)
        except ValueError:
            continue  # what it believes cannot be
        found += sum(round(low) == small[name] for name, (low, _) in narrow.items())
    return found


def test_matching_and_returns_change_from_month_to_month(year: list[Month]) -> None:
    for slug in ("incrocio-flussi", "incrocio-copertura", "incrocio-confini"):
        texts = {(month.data / slug / f"{slug}.csv").read_bytes() for month in year}
        assert len(texts) == len(year), slug
    assert sum(len(few(month)) for month in year) > 100


def test_no_small_figure_of_any_table_is_found_by_remembering_other_months(
    year: list[Month],
) -> None:
    assert found_by_memory(year) == 0


def test_a_correction_of_a_period_that_is_out_singles_nobody_out(year: list[Month]) -> None:
    corrected = 0
    for before, after in pairwise(year):
        old, new, truth, later = told(before), told(after), before.truth(), after.truth()
        for name in truth.keys() & later.keys():
            if "periodo" not in dict(name[1]) or truth[name] == later[name]:
                continue
            corrected += 1
            assert old[name] is None or new[name] is None
    assert corrected > 10


def test_the_audit_of_twelve_months_passes(year: list[Month]) -> None:
    releases = [
        read_release(month.data, HIDING.values(), LIMITS, str(number))
        for number, month in enumerate(year)
    ]
    report = audit(releases)
    assert report.releases == 12
    assert report.hidden > 500
    assert report.passed
