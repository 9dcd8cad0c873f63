"""The targets of complementary suppression, as ratios of one run."""

from __future__ import annotations

import pytest

from etl.bench.suppression import Figures, benchmark


@pytest.fixture(scope="module")
def figures() -> Figures:
    return benchmark(small_tables=6, every=12)


def test_the_reference_table_hides_no_more_than_the_best_peer_nearly(figures: Figures) -> None:
    assert figures.cells == 2_870
    assert figures.sensitive == pytest.approx(497, abs=10)
    assert figures.hidden <= 735
    assert figures.hidden_lightest <= 735
    assert figures.hidden <= 1.03 * figures.bound


def test_the_weight_is_near_the_optimum_of_small_tables(figures: Figures) -> None:
    assert 1.0 <= figures.weight_ratio <= 1.10
    assert 1.0 <= figures.weight_ratio_lightest <= 1.03


def test_choosing_and_auditing_is_five_times_faster_than_a_plain_audit(figures: Figures) -> None:
    assert figures.audit_passed
    assert figures.speedup >= 5
    assert figures.programs * 5 <= figures.plain_programs
