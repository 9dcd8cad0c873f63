"""The audit passes what is protected, and catches every broken protector, beside an attacker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.audit import Axis, PublishedTable, Quantity, audit, find_intervals, know, verify
from etl.protect.suppression import (
    Declared,
    System,
    Universe,
    Zeros,
    released_table,
    suppress,
)
from tests.audit.attacker import Cell, Page, cells_of, prepare
from tests.audit.population import (
    LEVELS,
    THRESHOLD,
    declared_system,
    persons,
    published_table,
    universe,
)

SLOW = settings(max_examples=8, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def protected() -> tuple[Universe, Declared, System, tuple[str, ...]]:
    """Linked tables of 1,500 persons, with one alone in every province."""
    tables = universe(persons(7, 1_500))
    declared, system = declared_system(tables)
    return tables, declared, system, suppress(system).hidden


Protected = tuple[Universe, Declared, System, tuple[str, ...]]


def small_hidden(tables: Universe, declared: Declared, hidden: tuple[str, ...]) -> list[Cell]:
    """Return the cells that are hidden because they are small, as the attacker names them."""
    page = cells_of(Page(released_table(tables, declared, hidden), LEVELS, "persone"))
    truth = cells_of(Page(released_table(tables, declared, ()), LEVELS, "persone"))
    return [cell for cell, figure in page.items() if figure is None and 0 < (truth[cell] or 0) < 5]


def attack(tables: Universe, declared: Declared, hidden: tuple[str, ...]) -> tuple[int, int]:
    """Return how many small hidden cells the attacker recovers, and how many it narrows."""
    page = Page(released_table(tables, declared, hidden), LEVELS, "persone")
    prepared = prepare([page], inner=True)
    cells = small_hidden(tables, declared, hidden)
    return len(prepared.recovered(cells)), len(prepared.narrow(cells, THRESHOLD))


class TestWhatIsProtected:
    def test_the_audit_passes_and_its_witnesses_are_whole_tables(
        self, protected: Protected
    ) -> None:
        tables, declared, _, hidden = protected
        report = audit([[published_table(tables, declared, hidden)]])
        assert report.passed
        assert report.hidden == len(hidden)
        assert report.least_width is not None
        assert report.least_width >= 1.0
        assert report.witnesses_verified
        assert report.programs < 2 * report.hidden

    def test_the_attacker_recovers_nothing_and_narrows_nothing(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        assert len(small_hidden(tables, declared, hidden)) > 20
        assert attack(tables, declared, hidden) == (0, 0)

    def test_an_insider_who_knows_one_person_recovers_nothing(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        page = Page(released_table(tables, declared, hidden), LEVELS, "persone")
        cells = small_hidden(tables, declared, hidden)
        for known in cells:
            # the person is in its cell and in every coarser one
            floors = {cell: 1 for cell in cells_of(page) if cell <= known}
            assert prepare([page], floors=floors).recovered([known]) == {}
        # and of all other cells, for one person known in each province
        for known in cells[::8]:
            floors = {cell: 1 for cell in cells_of(page) if cell <= known}
            others = [cell for cell in cells if cell != known]
            assert prepare([page], floors=floors).recovered(others) == {}

    def test_zeros_that_are_all_shown_are_counted_on_by_the_audit(self) -> None:
        people = persons(5, 900)
        for zeros in (Zeros.KNOWN, Zeros.SENSITIVE):
            tables = universe(people, zeros=zeros)
            declared, system = declared_system(tables)
            hidden = suppress(system).hidden
            assert audit([[published_table(tables, declared, hidden)]]).passed
        free = universe(people)
        declared, system = declared_system(free)
        careless = published_table(free, declared, suppress(system).hidden)
        at_least_one = replace(careless.quantities[0], floor=1)
        assert not audit([[replace(careless, quantities=(at_least_one,))]]).passed


class TestBrokenProtectors:
    def test_hiding_small_cells_alone_is_caught_by_both(self, protected: Protected) -> None:
        tables, declared, system, _ = protected
        primary = tuple(
            name for name, small in zip(system.ids, system.sensitive, strict=True) if small
        )
        report = audit([[published_table(tables, declared, primary)]])
        recovered, narrowed = attack(tables, declared, primary)
        assert not report.passed
        assert report.recovered == recovered
        assert recovered > 5
        assert report.narrow >= narrowed >= recovered

    def test_one_protecting_cell_left_out_is_caught_by_both(self, protected: Protected) -> None:
        tables, declared, system, _ = protected
        hidden = suppress(system, together=None).hidden
        assert attack(tables, declared, hidden) == (0, 0)
        sensitive = {
            name for name, small in zip(system.ids, system.sensitive, strict=True) if small
        }
        secondary = [name for name in hidden if name not in sensitive]
        caught = 0
        for shown in secondary[:: max(1, len(secondary) // 6)]:
            broken = tuple(name for name in hidden if name != shown)
            report = audit([[published_table(tables, declared, broken)]])
            recovered, narrowed = attack(tables, declared, broken)
            assert (report.narrow > 0) == (narrowed > 0)
            assert report.recovered >= recovered
            caught += narrowed > 0
        # the lightest pattern has hardly a cell to spare
        assert caught >= 5

    def test_a_figure_hidden_in_one_table_and_shown_in_another_is_caught(
        self, protected: Protected
    ) -> None:
        tables, declared, _, hidden = protected
        table = published_table(tables, declared, hidden)
        # the page of one province forgets to hide its own total by sector
        page = released_table(tables, declared, ())
        page = page[page["settore"].notna() & page["comune"].isna() & page["classe"].isna()]
        report = audit([[table, replace(table, name="pagina", frame=page)]])
        assert not report.passed
        assert report.recovered > 0

    def test_a_figure_left_beside_the_word_riservato_is_caught(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        table = published_table(tables, declared, hidden)
        frame = table.frame.copy()
        place = frame.index[frame["persone_stato"] == "riservato"][0]
        frame.loc[place, "persone"] = 3
        report = audit([[replace(table, frame=frame)]])
        assert report.recovered == 1
        assert not report.passed

    def test_tables_protected_one_by_one_are_caught_together(self) -> None:
        people = persons(11, 1_500)
        parts = (
            (("comune", "settore"), ("comune",), ("settore",), ("provincia", "settore"), ()),
            (("provincia", "settore", "classe"), ("provincia", "classe"), ("provincia",)),
        )
        tables = []
        for number, margins in enumerate(parts):
            part = universe(people, margins)
            own, own_system = declared_system(part)
            table = published_table(part, own, suppress(own_system).hidden)
            assert audit([[table]]).passed
            tables.append(replace(table, name=f"tabella {number}"))
        assert not audit([tables]).passed

    def test_figures_that_do_not_add_up_are_caught(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        table = published_table(tables, declared, hidden)
        frame = table.frame.copy()
        frame.loc[len(frame) - 1, "persone"] += 1
        report = audit([[replace(table, frame=frame)]])
        assert report.contradictions > 0
        assert not report.passed

    def test_a_revised_total_that_singles_one_person_out_is_caught(
        self, protected: Protected
    ) -> None:
        tables, declared, _, hidden = protected
        first = published_table(tables, declared, hidden, "a")
        frame = first.frame.copy()
        frame.loc[len(frame) - 1, "persone"] += 1
        second = replace(first, frame=frame.iloc[[-1]], release="b")
        report = audit([[first], [second]])
        assert report.differences.single_out == 1
        assert not report.passed


class TestReport:
    def test_nothing_in_the_public_report_names_a_cell(self, protected: Protected) -> None:
        tables, declared, system, _ = protected
        primary = tuple(
            name for name, small in zip(system.ids, system.sensitive, strict=True) if small
        )
        report = audit([[published_table(tables, declared, primary)]])
        assert report.failing
        public = report.public()
        assert all(
            isinstance(value, bool | int | float)
            for key, value in public.items()
            if key != "differences"
        )
        assert "sUNICO" not in str(public)
        assert "sUNICO" not in repr(report)

    def test_a_witness_that_was_tampered_with_is_not_believed(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        pool = find_intervals(know([published_table(tables, declared, hidden)]))
        assert verify(pool)
        cell = next(iter(pool.intervals))
        pool.tables[0, cell] += 1
        assert not verify(pool)

    def test_an_interval_wider_than_its_witnesses_is_not_believed(
        self, protected: Protected
    ) -> None:
        tables, declared, _, hidden = protected
        pool = find_intervals(know([published_table(tables, declared, hidden)]))
        cell, interval = next(iter(pool.intervals.items()))
        pool.intervals[cell] = replace(interval, high=interval.high + 1)
        assert not verify(pool)

    def test_the_order_of_rows_and_tables_changes_nothing(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        table = published_table(tables, declared, hidden)
        shuffled = replace(table, frame=table.frame.sample(frac=1, random_state=1))
        assert audit([[table]]) == audit([[shuffled]])

    def test_a_state_that_means_nothing_is_refused(self, protected: Protected) -> None:
        tables, declared, _, hidden = protected
        table = published_table(tables, declared, hidden)
        frame = table.frame.assign(persone_stato="boh")
        with pytest.raises(ValueError, match="boh"):
            audit([[replace(table, frame=frame)]])

    def test_what_was_not_collected_is_unknown_and_promises_nothing(self) -> None:
        frame = pd.DataFrame(
            {
                "settore": ["a", "b", "c", None],
                "persone": pd.array([None, None, 30, 50], dtype="Int64"),
                "persone_stato": ["non_rilevato", "riservato", "pubblicato", "pubblicato"],
            }
        )
        table = PublishedTable(
            "t", "u", "1", frame, (Axis("settore", ("settore",)),), (Quantity("persone", 5),)
        )
        report = audit([[table]])
        assert (report.hidden, report.latent, report.passed) == (1, 1, True)

    def test_a_hidden_large_count_is_harmless_however_narrow(self) -> None:
        frame = pd.DataFrame(
            {
                "settore": ["a", "b", None],
                "persone": pd.array([None, 30, 50], dtype="Int64"),
                "persone_stato": ["riservato", "pubblicato", "pubblicato"],
            }
        )
        axes = (Axis("settore", ("settore",)),)
        count = PublishedTable("t", "u", "1", frame, axes, (Quantity("persone", 5, 5),))
        report = audit([[count]])
        assert (report.harmless, report.narrow, report.recovered) == (1, 0, 0)
        money = replace(count, quantities=(Quantity("persone", 5),))
        assert audit([[money]]).recovered == 1


@SLOW
@given(st.integers(0, 10_000), st.integers(150, 900), st.sampled_from([3, THRESHOLD, None]))
def test_audit_and_attacker_agree_on_any_population(
    seed: int, count: int, together: int | None
) -> None:
    tables = universe(persons(seed, count, comuni=6, sectors=4))
    declared, system = declared_system(tables)
    result = suppress(system, together)
    report = audit([[published_table(tables, declared, result.hidden)]])
    assert report.contradictions == 0
    assert (report.narrow == 0) == (result.unprotected == ())
    if not result.unprotected:
        assert attack(tables, declared, result.hidden) == (0, 0)


@SLOW
@given(st.integers(0, 10_000), st.floats(0.1, 0.6))
def test_any_pattern_is_judged_as_the_attacker_judges_it(seed: int, share: float) -> None:
    tables = universe(persons(seed, 500, comuni=4, sectors=4))
    declared, system = declared_system(tables)
    generator = np.random.default_rng(seed)
    hidden = tuple(
        name
        for name, small, latent in zip(
            system.ids, system.sensitive, ~system.publishable, strict=True
        )
        if not latent and (small or generator.random() < share)
    )
    report = audit([[published_table(tables, declared, hidden)]])
    page = Page(released_table(tables, declared, hidden), LEVELS, "persone")
    prepared = prepare([page], inner=True)
    exact = {
        cell: value
        for cell, value in prepared.recovered(
            [cell for cell, figure in cells_of(page).items() if figure is None]
        ).items()
        if value < THRESHOLD
    }
    assert report.recovered == len(exact)
