"""Cells and equations from declared tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from etl.protect.suppression import (
    Dimension,
    Equation,
    MalformedSystemError,
    Measure,
    Rule,
    Standing,
    Universe,
    Zeros,
    build_system,
    cell_id,
    declare,
    join,
    released_table,
)

FRAME = pd.DataFrame(
    {
        "provincia": ["p1", "p1", "p1", "p2", "p2"],
        "comune": ["c1", "c1", "c2", "c3", "c3"],
        "settore": ["a", "b", "a", "a", "b"],
        "persone": [3, 4, 5, 6, 7],
    }
)
PLACE = Dimension("territorio", ("provincia", "comune"))
SECTOR = Dimension("settore", ("settore",))
PERSONS = Measure("persone", Rule(threshold=5))


def universe(**changes: object) -> Universe:
    tables = Universe("u", FRAME, (PLACE, SECTOR), (PERSONS,))
    return replace(tables, **changes)  # type: ignore[arg-type]


def test_every_margin_of_a_hierarchy_is_the_sum_of_the_one_below() -> None:
    declared = declare(universe())
    system = build_system(declared.cells, declared.equations)
    value = dict(zip(system.ids, system.value.tolist(), strict=True))
    assert value[cell_id("u", "persone", {})] == 25
    assert value[cell_id("u", "persone", {"provincia": "p1"})] == 12
    assert value[cell_id("u", "persone", {"comune": "c1"})] == 7
    assert value[cell_id("u", "persone", {"provincia": "p1", "settore": "a"})] == 8
    # three grains of place by two of sector, empty combinations included
    assert system.size == (1 + 2 + 3) * (1 + 2)
    rank = np.linalg.matrix_rank(system.matrix.toarray())
    assert rank == system.size - 3 * 2


def test_a_margin_shared_by_two_tables_is_one_cell() -> None:
    first = declare(universe(published=(("comune",), ("provincia",), ())))
    second = declare(universe(published=(("provincia", "settore"), ("provincia",), ())))
    both = join([first, second])
    system = build_system(both.cells, both.equations)
    assert len(both.cells) > system.size
    assert len(set(system.ids)) == system.size
    total = system.positions([cell_id("u", "persone", {"provincia": "p2"})])[0]
    assert len(system.matrix[:, [total]].nonzero()[0]) >= 3


def test_tables_without_their_common_total_are_still_tied() -> None:
    declared = declare(universe(published=(("comune",), ("settore",))))
    system = build_system(declared.cells, declared.equations)
    latent = {
        name
        for name, standing in zip(system.ids, system.standing, strict=True)
        if standing == Standing.LATENT
    }
    assert cell_id("u", "persone", {}) in latent
    assert cell_id("u", "persone", {"comune": "c1", "settore": "a"}) in latent


def test_periods_are_never_added_up() -> None:
    frame = pd.concat([FRAME.assign(mese="1"), FRAME.assign(mese="2")], ignore_index=True)
    month = Dimension("mese", ("mese",), adds_up=False)
    declared = declare(universe(frame=frame, dimensions=(PLACE, SECTOR, month)))
    system = build_system(declared.cells, declared.equations)
    assert cell_id("u", "persone", {"mese": "1"}) in system.ids
    assert cell_id("u", "persone", {}) not in system.ids
    assert cell_id("u", "persone", {}) in system.series
    with pytest.raises(ValueError, match="no total"):
        declare(universe(frame=frame, dimensions=(PLACE, month), published=(("comune",),)))


def test_the_order_of_the_rows_changes_nothing() -> None:
    shuffled = FRAME.sample(frac=1, random_state=3)
    first, second = declare(universe()), declare(universe(frame=shuffled))
    one = build_system(first.cells, first.equations)
    two = build_system(
        second.cells.sample(frac=1, random_state=5), list(reversed(second.equations))
    )
    assert one.ids == two.ids
    assert (one.value == two.value).all()
    assert (one.matrix != two.matrix).nnz == 0


def test_empty_combinations_are_cells_unless_their_zeros_are_known() -> None:
    free = declare(universe()).cells
    rule = Rule(threshold=5, zeros=Zeros.KNOWN)
    known = declare(universe(measures=(Measure("persone", rule),))).cells
    empty = cell_id("u", "persone", {"comune": "c2", "settore": "b"})
    assert empty in set(free["id"])
    assert empty not in set(known["id"])
    assert set(known["floor"]) == {1.0}


def test_figures_of_one_row_are_hidden_together() -> None:
    frame = FRAME.assign(ore=FRAME["persone"] * 10)
    hours = Measure("ore", Rule(width=20), contributors=(("persone", 5),))
    cells = declare(universe(frame=frame, measures=(PERSONS, hours))).cells
    small = cells[cells["id"].str.endswith("|comune=c1|settore=a")]
    assert small["bundle"].nunique() == 1
    assert small["sensitive"].all()


def test_a_figure_that_never_exceeds_another_is_tied_to_it() -> None:
    frame = FRAME.assign(liberi=FRAME["persone"] - 2)
    free = Measure("liberi", Rule(width=5))
    declared = declare(
        universe(frame=frame, measures=(PERSONS, free), known_bounds=(("liberi", "persone"),))
    )
    system = build_system(declared.cells, declared.equations)
    gap = [name for name in system.ids if "persone-liberi" in name]
    assert len(gap) == (1 + 2 + 3) * (1 + 2)
    assert all(system.standing[system.positions(gap)] == Standing.LATENT)


def test_the_two_largest_contributions_are_found_in_every_margin() -> None:
    frame = FRAME.assign(massimo=FRAME["persone"], secondo=0, imprese=1)
    measure = Measure(
        "persone",
        Rule(width=1, p_percent=15),
        largest="massimo",
        second="secondo",
        counts="imprese",
    )
    cells = declare(universe(frame=frame, measures=(measure,))).cells.set_index("id")
    assert cells.loc[cell_id("u", "persone", {}), "largest"] == 7
    assert not cells.loc[cell_id("u", "persone", {}), "alone"]
    one = cells.loc[cell_id("u", "persone", {"comune": "c2"})]
    assert (one["largest"], one["alone"], one["sensitive"]) == (5, True, True)


def test_the_released_table_holds_no_hidden_figure() -> None:
    tables = universe()
    declared = declare(tables)
    hidden = [cell_id("u", "persone", {"comune": "c1", "settore": "a"})]
    table = released_table(tables, declared, hidden)
    withheld = table[table["persone_stato"] == "riservato"]
    assert withheld[["provincia", "comune", "settore"]].values.tolist() == [["p1", "c1", "a"]]
    assert withheld["persone"].isna().all()
    assert table["persone"].isna().sum() == 1
    assert len(table) == 18


def test_a_system_that_does_not_hold_together_is_refused() -> None:
    cells = pd.DataFrame({"id": ["t", "x", "y"], "value": [5, 2, 2]})
    with pytest.raises(MalformedSystemError, match="add up"):
        build_system(cells, [Equation("t", ("x", "y"))])
    with pytest.raises(MalformedSystemError, match="not a cell"):
        build_system(cells, [Equation("t", ("x", "z"))])
    twice = pd.DataFrame({"id": ["x", "x"], "value": [1, 2]})
    with pytest.raises(MalformedSystemError, match="two different values"):
        build_system(twice, [])
    known = pd.DataFrame(
        {"id": ["x"], "value": [1], "sensitive": [True], "standing": [int(Standing.KNOWN)]}
    )
    with pytest.raises(MalformedSystemError, match="known to everyone"):
        build_system(known, [])
