"""Which figures must not be shown."""

from __future__ import annotations

import numpy as np
import pytest

from etl.protect.suppression import Rule, Zeros, primary_sensitivity


@pytest.mark.parametrize(
    ("threshold", "value", "sensitive"),
    [
        (5, 0, False),
        (5, 1, True),
        (5, 4, True),
        (5, 5, False),
        (10, 9, True),
        (10, 10, False),
        (3, 2, True),
        (3, 3, False),
    ],
)
def test_a_count_under_its_threshold_is_sensitive(
    threshold: int, value: int, sensitive: bool
) -> None:
    found = primary_sensitivity(Rule(threshold=threshold), np.array([value]))
    assert found.sensitive.tolist() == [sensitive]
    assert found.width.tolist() == [threshold]


@pytest.mark.parametrize("zeros", list(Zeros))
def test_whether_a_zero_is_sensitive_is_decided_explicitly(zeros: Zeros) -> None:
    # row [0, 12, 8]: that nobody of a group is there may say something of everybody else
    found = primary_sensitivity(Rule(threshold=5, zeros=zeros), np.array([0, 12, 8]))
    assert found.sensitive.tolist() == [zeros is Zeros.SENSITIVE, False, False]


def test_only_a_count_whose_zeros_are_all_shown_is_known_to_be_at_least_one() -> None:
    assert Rule(threshold=5, zeros=Zeros.KNOWN).least_value == 1
    assert Rule(threshold=5, zeros=Zeros.FREE).least_value == 0
    assert Rule(width=5, zeros=Zeros.KNOWN).least_value == 0
    assert Rule(width=5, floor=-3).least_value == -3


def test_a_mean_of_two_firms_of_which_one_has_four_fifths_is_not_shown() -> None:
    found = primary_sensitivity(
        Rule(width=1, dominance=0.70),
        np.array([100, 100]),
        largest=np.array([80, 70]),
        second=np.array([20, 30]),
    )
    assert found.sensitive.tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "largest", "second", "sensitive"),
    [
        (115, 100, 0, False),  # the others are 15: the estimate is off by 15 %
        (114, 100, 0, True),
        (214, 100, 100, True),  # the second knows its 100 and leaves 14 in doubt
        (215, 100, 100, False),
        (0, 0, 0, False),
    ],
)
def test_a_competitor_must_not_estimate_the_largest_within_the_p_per_cent(
    value: int, largest: int, second: int, sensitive: bool
) -> None:
    found = primary_sensitivity(
        Rule(width=1, p_percent=15),
        np.array([value]),
        largest=np.array([largest]),
        second=np.array([second]),
    )
    assert found.sensitive.tolist() == [sensitive]
    assert found.width.tolist() == [30 if sensitive else 1]


def test_too_few_contributors_make_any_figure_sensitive() -> None:
    found = primary_sensitivity(
        Rule(width=5),
        np.array([500, 500, 0]),
        contributors=[(np.array([2, 3, 0]), 3), (np.array([5, 4, 0]), 5)],
    )
    assert found.sensitive.tolist() == [True, True, False]


def test_a_rule_without_threshold_or_width_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold or a width"):
        Rule()
