"""Perturbed counts: near the true ones, the same for the same persons, never a small one."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.protect.perturbation import PerturbationTable, Perturber, perturbation_table
from tests.audit.attacker import Page, cells_of, least_squares

SECRET = b"segreto di prova, mai usato altrove"


def people(count: int, seed: int = 0) -> pd.DataFrame:
    """Return one row a person, in three dimensions."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "persona": [f"P{number:05d}" for number in range(count)],
            "provincia": [f"p{code}" for code in generator.choice(5, count)],
            "settore": [f"s{code}" for code in generator.zipf(1.4, count) % 9],
            "classe": [f"k{code}" for code in generator.choice(4, count, p=[0.5, 0.3, 0.15, 0.05])],
        }
    )


class TestTable:
    @pytest.mark.parametrize("count", range(0, 15))
    def test_every_count_changes_by_zero_on_average_and_stays_out_of_the_small_ones(
        self, count: int
    ) -> None:
        table = perturbation_table()
        row = table.chances[min(count, len(table.chances) - 1)]
        changes = range(-5, 6)
        assert sum(row) == pytest.approx(1, abs=1e-7)
        assert sum(p * v for p, v in zip(row, changes, strict=True)) == pytest.approx(0, abs=1e-7)
        for chance, change in zip(row, changes, strict=True):
            assert chance == 0 or count + change == 0 or count + change > 4

    @pytest.mark.parametrize("count", [5, 6, 7, 9, 10, 500])
    def test_the_variance_is_the_one_asked(self, count: int) -> None:
        assert perturbation_table().expected_variance(count) == pytest.approx(3, abs=1e-5)

    @pytest.mark.parametrize(("count", "variance"), [(0, 0), (1, 4), (2, 6), (3, 6), (4, 4)])
    def test_a_count_too_small_for_it_gets_the_nearest_that_mean_zero_allows(
        self, count: int, variance: float
    ) -> None:
        assert perturbation_table().expected_variance(count) == pytest.approx(variance, abs=1e-5)

    def test_zero_stays_zero(self) -> None:
        assert perturbation_table().chances[0][5] == 1

    def test_large_counts_change_by_the_discrete_bell(self) -> None:
        # p(v) ∝ exp(b·v²), symmetric: the ratios of logarithms are those of the squares
        row = np.log(perturbation_table().chances[-1])
        assert row == pytest.approx(row[::-1], abs=1e-5)
        assert (row[0] - row[5]) / (row[4] - row[5]) == pytest.approx(25, rel=1e-4)

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(st.integers(1, 8), st.integers(0, 8), st.floats(0.3, 8))
    def test_any_table_that_is_accepted_is_unbiased(
        self, reach: int, small: int, variance: float
    ) -> None:
        if small > reach:
            with pytest.raises(ValueError, match="perturbazione"):
                perturbation_table(reach, variance, small)
            return
        for count, row in enumerate(perturbation_table(reach, variance, small).chances):
            mean = sum(p * v for p, v in zip(row, range(-reach, reach + 1), strict=True))
            assert mean == pytest.approx(0, abs=1e-6)
            assert all(
                chance == 0 or count + change == 0 or count + change > small
                for chance, change in zip(row, range(-reach, reach + 1), strict=True)
            )


class TestCounts:
    def test_the_same_persons_have_the_same_count_in_every_table_and_release(self) -> None:
        frame = people(4_000)
        perturber = Perturber(SECRET)
        sector = perturber.counts(frame, "persona", ["settore"])
        # a sector under another name, other columns, other order, another object, later on
        again = frame.assign(gruppo="g" + frame["settore"]).sample(frac=1, random_state=2)
        other = Perturber(SECRET).counts(again, "persona", ["gruppo"])
        assert other["persone"].tolist() == sector["persone"].tolist()
        doubled = pd.concat([frame, frame], ignore_index=True)
        assert perturber.counts(doubled, "persona", ["settore"]).equals(sector)

    def test_another_person_changes_the_draw(self) -> None:
        frame = people(3_000)
        perturber = Perturber(SECRET)
        first = perturber.counts(frame, "persona", ["provincia", "settore", "classe"])
        swapped = frame.assign(persona="X" + frame["persona"])
        second = perturber.counts(swapped, "persona", ["provincia", "settore", "classe"])
        assert (first["persone"] != second["persone"]).mean() > 0.5

    def test_another_secret_changes_the_draw(self) -> None:
        frame = people(3_000)
        first = Perturber(SECRET).counts(frame, "persona", ["settore", "classe"])
        second = Perturber(SECRET + b"!").counts(frame, "persona", ["settore", "classe"])
        assert (first["persone"] != second["persone"]).mean() > 0.5

    def test_changes_follow_the_table(self) -> None:
        table = perturbation_table()
        # 4,000 groups of 40 and as many of 6 persons
        for size in (6, 40):
            groups = np.repeat(np.arange(4_000), size)
            frame = pd.DataFrame(
                {"persona": [f"{size}/{n}" for n in range(len(groups))], "gruppo": groups}
            )
            counted = Perturber(SECRET).counts(frame, "persona", ["gruppo"])
            changes = counted["persone"].to_numpy(int) - size
            observed = np.bincount(changes + 5, minlength=11)
            expected = 4_000 * np.array(table.chances[min(size, len(table.chances) - 1)])
            drawn = expected > 0
            assert observed[~drawn].sum() == 0
            squares = ((observed - expected)[drawn] ** 2 / expected[drawn]).sum()
            # ten degrees of freedom at most: beyond 35 once in ten thousand
            assert squares < 35

    def test_no_published_count_lies_between_one_and_four(self) -> None:
        counted = Perturber(SECRET).counts(
            people(2_000), "persona", ["provincia", "settore", "classe"]
        )
        assert not counted["persone"].between(1, 4).any()
        assert (counted["persone"] >= 0).all()
        assert (counted["persone"] == 0).any()

    def test_only_groups_and_perturbed_counts_come_back(self) -> None:
        frame = people(500)
        perturber = Perturber(SECRET)
        counted = perturber.counts(frame, "persona", ["settore"], name="iscritti")
        assert list(counted.columns) == ["settore", "iscritti"]
        assert counted["iscritti"].dtype == "Int64"
        total = perturber.counts(frame, "persona", [])
        assert total.shape == (1, 1)
        assert abs(int(total["persone"].iloc[0]) - 500) <= 5
        assert "segreto" not in repr(perturber)

    def test_an_empty_frame_counts_nobody(self) -> None:
        empty = people(1).iloc[:0]
        assert Perturber(SECRET).counts(empty, "persona", ["settore"]).empty
        assert Perturber(SECRET).counts(empty, "persona", [])["persone"].tolist() == [0]

    def test_a_short_secret_or_a_nameless_person_is_refused(self) -> None:
        with pytest.raises(ValueError, match="16 byte"):
            Perturber(b"corto")
        frame = people(3)
        frame.loc[1, "persona"] = None
        with pytest.raises(ValueError, match="identificativo"):
            Perturber(SECRET).counts(frame, "persona", ["settore"])


class TestAttack:
    """Least squares on every margin at once, the best that a reader can do."""

    DIMENSIONS = (("provincia",), ("settore",), ("classe",))

    def hits(self, table: PerturbationTable) -> tuple[float, float]:
        """Return the share of small counts found, and that of the most usual one."""
        frame = people(1_500, seed=4)
        perturber = Perturber(SECRET, table)
        pages = []
        for size in range(4):
            for margins in itertools.combinations(self.DIMENSIONS, size):
                by = [level for levels in margins for level in levels]
                pages.append(
                    Page(perturber.counts(frame, "persona", by), self.DIMENSIONS, "persone")
                )
        by = ["provincia", "settore", "classe"]
        truth = frame.groupby(by).size().reset_index(name="persone")
        true = cells_of(Page(truth, self.DIMENSIONS, "persone"))
        small = {cell: value for cell, value in true.items() if value and value < 5}
        guesses = least_squares(pages)
        found = np.mean([round(guesses[cell]) == value for cell, value in small.items()])
        usual = pd.Series(list(small.values())).value_counts(normalize=True).max()
        return float(found), float(usual)

    def test_an_attacker_does_no_better_than_guessing_the_most_usual_count(self) -> None:
        found, usual = self.hits(perturbation_table())
        assert found <= usual

    def test_a_weak_perturbation_is_caught(self) -> None:
        found, usual = self.hits(perturbation_table(reach=1, variance=0.1, small=0))
        assert found > 2 * usual
