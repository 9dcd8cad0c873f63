"""The demo's own reckoning of quadro 3, against worked examples."""

from __future__ import annotations

from fractions import Fraction

import pytest

from etl.demo.obligation import (
    Group,
    Hours,
    Staff,
    base,
    in_force,
    quota,
    quota_18,
    round_over_half,
    split,
    summarise,
)

FORTY = 40 * 60


def part_time(number: int, hours: int) -> Hours:
    return Hours(number, FORTY, hours * 60)


@pytest.mark.parametrize(
    ("base_", "expected"),
    [
        (14, 0), (15, 1), (35, 1), (36, 2), (50, 2), (51, 4), (64, 4), (65, 5), (78, 5), (79, 6),
        (92, 6), (93, 7), (107, 7), (108, 8), (150, 10), (151, 11), (207, 14), (208, 15),
        (235, 16), (236, 17), (250, 17), (1000, 70),
    ],
)  # fmt: skip
def test_the_quota_follows_the_law_and_an_exact_half_goes_down(base_: int, expected: int) -> None:
    assert quota(base_) == expected


@pytest.mark.parametrize(
    ("base_", "expected"),
    [(50, 0), (51, 1), (150, 1), (151, 2), (249, 2), (250, 2), (251, 3), (350, 3), (351, 4)],
)
def test_the_art_18_quota_is_one_per_cent_over_150(base_: int, expected: int) -> None:
    assert quota_18(base_) == expected


@pytest.mark.parametrize(("value", "expected"), [("5/2", 2), ("251/100", 3), ("12/5", 2), ("3", 3)])
def test_only_more_than_half_rounds_up(value: str, expected: int) -> None:
    assert round_over_half(Fraction(value)) == expected


def test_the_base_leaves_out_each_group_that_the_rules_leave_out() -> None:
    staff = Staff(
        "015",
        employees=120,
        disabled=Group(4),
        excluded=[("0007", 8)],
        protected=2,
        part_time=[part_time(12, 24)],
        on_call=[part_time(3, 10)],
        telework=Group(2),
    )
    national, _ = summarise([staff], "015")
    assert national.base == 98
    assert (national.quota, national.signed) == (7, 3)


@pytest.mark.parametrize(("employees", "reduced", "expected"), [(18, 4, 16), (18, 5, 15)])
def test_reduced_weeks_are_summed_before_they_are_rounded(
    employees: int, reduced: int, expected: int
) -> None:
    assert base([Staff("015", employees, part_time=[part_time(reduced, 20)])]) == expected


@pytest.mark.parametrize(
    ("full_time", "rows", "expected"),
    [(3, [(1, 24)], 4), (3, [(1, 20)], 3), (3, [(1, 16)], 3), (0, [(3, 16)], 1)],
)
def test_a_week_over_half_counts_as_one_person(
    full_time: int, rows: list[tuple[int, int]], expected: int
) -> None:
    disabled = Group(full_time, [part_time(*row) for row in rows])
    assert in_force([Staff("015", disabled=disabled)]) == expected


@pytest.mark.parametrize(
    ("bases", "legal", "expected"),
    [
        ({"015": 120, "016": 60, "017": 40}, "015", [8, 4, 3]),
        ({"015": 80, "016": 51, "017": 51}, "015", [5, 4, 4]),
        ({"015": 64, "016": 64, "017": 64}, "015", [5, 4, 4]),
    ],
)
def test_the_national_quota_is_divided_among_the_provinces(
    bases: dict[str, int], legal: str, expected: list[int]
) -> None:
    assert list(split(bases, quota(sum(bases.values())), 7, legal).values()) == expected


def test_a_small_company_owes_everything_where_its_registered_office_is() -> None:
    _, lines = summarise([Staff("020", 20), Staff("019", 12)], "020")
    assert [line.quota for line in lines] == [1, 0]


def test_old_protected_workers_beyond_their_own_quota_relieve_the_uncovered_posts() -> None:
    staff = Staff("015", employees=78, disabled=Group(2), protected=3, protected_2000=1)
    national, _ = summarise([staff], "015")
    assert (national.quota, national.surplus_18, national.signed) == (5, 1, 2)


def test_a_compensation_moves_posts_and_leaves_the_total() -> None:
    staffs = [Staff("015", 60, moved=-1), Staff("016", 60, moved=1)]
    national, lines = summarise(staffs, "015")
    assert national.signed == national.quota == sum(line.signed for line in lines)
    assert [line.signed - line.quota for line in lines] == [-1, 1]
