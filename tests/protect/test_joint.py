"""Tables that share totals: what is hidden stays unknown to a reader of all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from etl.config import load_config
from etl.contracts import PUBLISHED, WITHHELD, load_contract
from etl.problems import ReleaseRefusedError
from etl.protect.joint import Tables, last_release, sensitive, suppress_jointly

CONFIG = load_config()
ALL = CONFIG.model_copy(
    update={"riservatezza": CONFIG.riservatezza.model_copy(update={"quota_massima_nascosta": 1.0})}
)
SLUGS = ("scoperture-territoriali", "scoperture-province", "scoperture-settori")
CONTRACTS = {slug: load_contract(slug) for slug in SLUGS}
PROVINCES = ("012", "013", "015", "016")
SECTORS = ("industria", "commercio", "sanita", "altro")
VALUES = ("imprese", "quota_riserva", "scoperture", "scoperture_con_segno")
SIZES = ("15-35", "51-150")


def region(seed: int, firms: int) -> dict[str, pd.DataFrame]:
    """Draw employers, each with a quota and its people, and tabulate them three ways."""
    random = np.random.default_rng(seed)
    quota = random.integers(1, 6, firms)
    people = random.integers(0, 7, firms)
    signed = quota - people
    rows = pd.DataFrame(
        {
            "codice_provincia": random.choice(PROVINCES, firms, p=[0.1, 0.2, 0.4, 0.3]),
            "macrosettore": random.choice(SECTORS, firms, p=[0.4, 0.3, 0.2, 0.1]),
            "classe_dimensionale": random.choice(SIZES, firms, p=[0.6, 0.4]),
            "imprese": 1,
            "quota_riserva": quota,
            "scoperture": np.maximum(signed, 0),
            "scoperture_con_segno": signed,
            "_imprese": 1,
            "_persone": people,
            "_coperti": (signed <= 0).astype(int),
            "_scoperti": (signed > 0).astype(int),
        }
    )
    rows["_contributi"] = [
        [(f"A{number}", row)] for number, row in enumerate(rows[list(VALUES)].to_dict("records"))
    ]
    return {
        slug: rows.groupby(contract.riservatezza.dimensioni)[
            [*VALUES, "_imprese", "_persone", "_coperti", "_scoperti", "_contributi"]
        ]
        .sum()
        .reset_index()
        for slug, contract in CONTRACTS.items()
    }


def narrowest(
    protected: dict[str, pd.DataFrame], value: str, own: dict[int, float] | None = None
) -> list[tuple[float, float]]:
    """Return (width, needed) of each withheld cell of one value, by two programs a cell.

    Written apart from the build: it sees published figures, states and the shape of the tables.
    `own` are figures that a company knows, being alone in their rows: they are not asked for.
    """
    fine = protected["scoperture-territoriali"]
    unknown = {index: place for place, index in enumerate(fine.index[fine[value].isna()])}
    lines, sums = [], []
    for slug in SLUGS[1:]:
        coarse = protected[slug]
        policy = CONTRACTS[slug].riservatezza
        if value not in policy.valori:
            continue
        shared = policy.dimensioni
        for _, row in coarse[coarse[value].notna()].iterrows():
            part = fine[(fine[shared] == row[shared]).all(axis=1)]
            line = np.zeros(len(unknown))
            line[[unknown[index] for index in part.index if index in unknown]] = 1
            lines.append(line)
            sums.append(row[value] - part[value].sum())
    needed = 3 if value == "imprese" else 5
    own = own or {}
    bounds = [(own[index], own[index]) if index in own else (0, 1000) for index in unknown]
    found = []
    for index, place in unknown.items():
        if index in own:
            continue
        cost = np.zeros(len(unknown))
        cost[place] = 1
        ends = []
        for sign in (1, -1):
            answer = linprog(
                sign * cost,
                A_eq=np.array(lines) if lines else None,
                b_eq=np.array(sums, dtype=float) if lines else None,
                bounds=bounds,
                method="highs",
            )
            ends.append(answer.x[place])
        found.append((ends[1] - ends[0], needed))
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.integers(20, 150))
def test_an_attacker_with_every_table_finds_no_interval_too_narrow(seed: int, firms: int) -> None:
    derived = region(seed, firms)
    protected = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
    for value in ("imprese", "quota_riserva", "scoperture"):
        for width, needed in narrowest(protected, value):
            assert width >= needed - 1e-6


def known_to_single_companies(truth: pd.DataFrame, value: str) -> list[dict[int, float]]:
    """Return, for each company alone in its row, the figure that it knows."""
    return [
        {index: float(truth.loc[index, value])} for index in truth.index[truth["_imprese"] == 1]
    ]


def test_a_company_alone_in_its_row_finds_no_other_interval_too_narrow() -> None:
    for seed in (1, 4):
        derived = region(seed, 60)
        truth = derived["scoperture-territoriali"]
        protected = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
        insiders = known_to_single_companies(truth, "quota_riserva")
        assert insiders
        sensible = sensitive(CONFIG, CONTRACTS["scoperture-territoriali"], truth)
        for own in insiders:
            hidden = [
                index
                for index in truth.index
                if pd.isna(protected["scoperture-territoriali"].loc[index, "quota_riserva"])
                and index not in own
            ]
            widths = narrowest(protected, "quota_riserva", own)
            assert all(
                width >= needed - 1e-6
                for index, (width, needed) in zip(hidden, widths, strict=True)
                if sensible[index]
            )


def test_a_company_alone_would_find_others_out_if_nobody_reckoned_with_it() -> None:
    found = 0
    for seed in range(6):
        derived = {
            slug: frame.drop(columns="_contributi") for slug, frame in region(seed, 60).items()
        }
        protected = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
        truth = derived["scoperture-territoriali"]
        for own in known_to_single_companies(truth, "quota_riserva"):
            found += any(width < 1 for width, _ in narrowest(protected, "quota_riserva", own))
    assert found > 0


def test_hiding_the_small_cells_alone_would_not_have_been_enough() -> None:
    derived = region(5, 90)
    bare = {}
    for slug, frame in derived.items():
        small = sensitive(CONFIG, CONTRACTS[slug], frame)
        bare[slug] = frame.assign(imprese=frame["imprese"].where(~small))
    assert any(width < needed for width, needed in narrowest(bare, "imprese"))


def test_every_small_cell_is_withheld_with_all_its_values() -> None:
    derived = region(1, 100)
    protected = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
    for slug, frame in derived.items():
        small = sensitive(CONFIG, CONTRACTS[slug], frame)
        assert small.any() or slug != "scoperture-territoriali"
        for name in CONTRACTS[slug].riservatezza.valori:
            table = protected[slug]
            assert set(table.loc[small, f"{name}_stato"]) <= {WITHHELD}
            assert (table[name].isna() == (table[f"{name}_stato"] == WITHHELD)).all()
            assert (table.loc[table[name].notna(), f"{name}_stato"] == PUBLISHED).all()


@pytest.mark.parametrize(
    ("changed", "is_small"),
    [
        ({}, False),
        ({"_imprese": 2}, True),
        ({"_persone": 4}, True),
        ({"_persone": 0}, False),
        ({"_coperti": 0}, True),
        ({"_scoperti": 0}, True),
        ({"_coperti": 0, "_scoperti": 0}, False),
    ],
)
def test_few_companies_few_people_or_all_companies_alike_make_a_cell_small(
    changed: dict[str, int], is_small: bool
) -> None:
    row = {"_imprese": 3, "_persone": 5, "_coperti": 1, "_scoperti": 2, **changed}
    frame = pd.DataFrame([row])
    assert sensitive(CONFIG, CONTRACTS["scoperture-province"], frame).item() is is_small


def test_what_was_withheld_before_stays_withheld(tmp_path: Path) -> None:
    derived = region(3, 400)
    first = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
    for slug, table in first.items():
        (tmp_path / slug).mkdir()
        table.drop(columns="_contributi").to_parquet(tmp_path / slug / f"{slug}.parquet")
    before = last_release(CONTRACTS.values(), tmp_path)
    assert before
    grown = {
        slug: frame.assign(_imprese=9, _persone=99, _coperti=9, _scoperti=9)
        for slug, frame in derived.items()
    }
    second = suppress_jointly(ALL, Tables(CONTRACTS, grown), before).tables
    afresh = suppress_jointly(ALL, Tables(CONTRACTS, grown)).tables
    for slug in SLUGS:
        was = first[slug]["scoperture_stato"] == WITHHELD
        assert (second[slug].loc[was, "scoperture_stato"] == WITHHELD).all()
        assert (afresh[slug]["scoperture_stato"] == PUBLISHED).all()


def test_the_order_of_rows_and_tables_changes_nothing() -> None:
    derived = region(4, 120)
    shuffled = {
        slug: frame.sample(frac=1, random_state=1) for slug, frame in reversed(derived.items())
    }
    first = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
    second = suppress_jointly(ALL, Tables(CONTRACTS, shuffled)).tables
    for slug in SLUGS:
        pd.testing.assert_frame_equal(first[slug], second[slug].sort_index())


def test_where_too_much_would_hide_the_build_stops_and_proposes_a_coarser_table() -> None:
    with pytest.raises(ReleaseRefusedError, match=r"più del 30%.*Proposta: meno categorie in «"):
        suppress_jointly(CONFIG, Tables(CONTRACTS, region(2, 25)))
