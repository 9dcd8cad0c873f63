"""When too much would be hidden, the tables are too fine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from etl.protect.suppression import build_system, declare, propose_coarsening, suppress
from tests.audit.population import persons, universe


def test_a_table_that_hides_too_much_is_coarsened_where_it_saves_most() -> None:
    tables = universe(persons(3, 260, comuni=20), published=None)
    declared = declare(tables)
    share = suppress(build_system(declared.cells, declared.equations)).share
    assert share > 0.30
    proposals = propose_coarsening(tables)
    assert [item.sensitive_share for item in proposals] == sorted(
        item.sensitive_share for item in proposals
    )
    filled = declared.cells[declared.cells["value"] > 0]
    assert proposals[0].sensitive_share < 0.8 * float(np.mean(filled["sensitive"]))
    place = next(item for item in proposals if item.dimension == "territorio")
    assert (place.dropped, place.instead) == ("comune", "provincia")


def test_a_proposal_says_what_the_coarser_tables_would_hold() -> None:
    tables = universe(persons(3, 260, comuni=20))
    proposal = next(item for item in propose_coarsening(tables) if item.dimension == "territorio")
    assert tables.published is not None
    coarser = replace(
        tables,
        dimensions=(replace(tables.dimensions[0], levels=("provincia",)), *tables.dimensions[1:]),
        published=tuple(row for row in tables.published if "comune" not in row),
    )
    cells = declare(coarser).cells
    shown = cells[cells["weight"] > 0]
    assert proposal.cells == len(shown)
    assert proposal.sensitive_share == float(np.mean(shown.loc[shown["value"] > 0, "sensitive"]))
