"""Figures of different tables that tie each other: protected together, and only where they are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from scipy.optimize import linprog

from etl.config import load_config
from etl.contracts import Contract, Tie, load_contract
from etl.problems import ReleaseRefusedError
from etl.protect.joint import Tables, filled, suppress_jointly
from etl.protect.release import protect_tables
from etl.protect.ties import relations

CONFIG = load_config()
LIMITS = CONFIG.riservatezza.model_copy(update={"quota_massima_nascosta": 1.0})
ALL = CONFIG.model_copy(update={"riservatezza": LIMITS})
FLOWS, COVERAGE = "incrocio-flussi", "incrocio-copertura"
CROSSING = {slug: load_contract(slug) for slug in (FLOWS, COVERAGE)}
MEASURE, STATEMENTS = "articolo-14", "scoperture-province"
OBLIGED = {slug: load_contract(slug) for slug in (MEASURE, STATEMENTS)}


def flows(people: dict[str, int]) -> pd.DataFrame:
    """Return who suits the posts of one province, by where they live; half of them are matched."""
    rows = [
        {
            "provincia_residenza": home,
            "provincia_lavoro": "014",
            "persone_adatte": count,
            "abbinamenti_minimo": count // 2,
            "abbinamenti_massimo": count // 2,
            "_persone": count,
            "_abbinate": count,
        }
        for home, count in people.items()
    ]
    return pd.DataFrame(rows)


def coverage(people: int) -> pd.DataFrame:
    """Return the one occupation in which that province has posts."""
    row = {
        "codice_provincia": "014",
        "gruppo_professionale": "5",
        "posti": 60,
        "posti_con_candidati": 50,
        "posti_copribili_minimo": 20,
        "posti_copribili_massimo": 25,
        "posti_mancanti": 35,
        "persone_adatte": people,
        "_persone": people,
    }
    return pd.DataFrame([row])


def withheld(table: pd.DataFrame, name: str) -> set[int]:
    return set(table.index[table[name].isna()])


def left_to_know(flow: pd.DataFrame, total: float) -> tuple[float, float]:
    """Return between what the small flow lies, for who adds the others up to the people there."""
    rows = list(flow.index)
    small = rows.index(flow.index[flow["provincia_residenza"] == "016"][0])
    bounds = [
        (0, None) if pd.isna(value) else (float(value), float(value))
        for value in flow["persone_adatte"]
    ]
    cost = [0.0] * len(rows)
    cost[small] = 1.0
    ends = [
        linprog(
            [sign * one for one in cost],
            A_eq=[[1.0] * len(rows)],
            b_eq=[total],
            bounds=bounds,
            method="highs",
        ).fun
        for sign in (1.0, -1.0)
    ]
    return ends[0], -ends[1]


def test_a_small_flow_is_found_when_each_table_is_protected_alone() -> None:
    derived = {FLOWS: flows({"014": 20, "015": 10, "016": 3}), COVERAGE: coverage(33)}
    alone = suppress_jointly(ALL, Tables(CROSSING, {FLOWS: derived[FLOWS]})).tables[FLOWS]
    assert left_to_know(alone, 33.0) == (3.0, 3.0)


def test_tied_tables_are_protected_together_and_the_small_flow_stays_unknown() -> None:
    derived = {FLOWS: flows({"014": 20, "015": 10, "016": 3}), COVERAGE: coverage(33)}
    tables = suppress_jointly(ALL, Tables(CROSSING, derived, relations(CROSSING, derived))).tables
    assert tables[COVERAGE]["persone_adatte"].tolist() == [33]
    low, high = left_to_know(tables[FLOWS], 33.0)
    assert high - low >= LIMITS.soglia_persone


def test_the_protection_of_the_whole_release_reckons_with_ties() -> None:
    derived = {FLOWS: flows({"014": 20, "015": 10, "016": 3}), COVERAGE: coverage(33)}
    for slug, frame in derived.items():
        for field in CROSSING[slug].campi:
            if field.name not in frame and not field.name.endswith("_stato"):
                frame[field.name] = {"data": "2025-12-31", "logico": True}.get(
                    field.definizione.tipo, "x"
                )
    found = protect_tables(ALL, CROSSING, derived, secret=b"un segreto qualsiasi, ma lungo")
    assert len(withheld(found.tables[FLOWS], "persone_adatte")) == 2
    assert list(found.reports) == [f"{COVERAGE}+{FLOWS}"]


def test_what_a_public_figure_bounds_is_not_promised_more_room_than_there_is() -> None:
    few = coverage(3).assign(
        posti=2, posti_con_candidati=2, posti_copribili_minimo=1, posti_copribili_massimo=1
    )
    few["posti_mancanti"] = 1
    derived = {COVERAGE: few}
    table = suppress_jointly(ALL, Tables(CROSSING, derived, relations(CROSSING, derived)))
    assert withheld(table.tables[COVERAGE], "posti_copribili_massimo") == {0}


def statements(years: str = "2025-12-31") -> pd.DataFrame:
    """Return the employers of one province by size; of the largest there are two."""
    rows = [("15-35", 40, 40, 30), ("36-50", 20, 40, 25), ("51+", 2, 9, 3)]
    return pd.DataFrame(
        [
            {
                "codice_provincia": "014",
                "classe_dimensionale": size,
                "imprese": employers,
                "quota_riserva": quota,
                "scoperture": uncovered,
                "scoperture_con_segno": uncovered,
                "_imprese": employers,
                "_persone": quota - uncovered,
                "_coperti": 1,
                "_scoperti": 1,
                "data_riferimento": pd.Timestamp(years),
            }
            for size, employers, quota, uncovered in rows
        ]
    )


def measure(obliged: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Return what the offices report of article 14, with the companies that they count."""
    return pd.DataFrame(
        [
            {
                "codice_provincia": province,
                "periodo": year,
                "imprese_obbligate": count,
                "posti_quota": count + 27,
                "convenzioni_attive": 12,
                "lavoratori_convenzione": 20,
                "convenzioni_incentivate": 6,
                "cooperative_convenzione": 6,
                "valore_commesse": 400_000.0,
                "_resto": 6,
            }
            for (province, year), count in obliged.items()
        ]
    )


def kept(derived: dict[str, pd.DataFrame]) -> list[tuple[str, bool]]:
    return [
        (item.name.split("#")[0], item.holds)
        for item in relations(OBLIGED, derived)
        if "imprese_obbligate" in item.left[0].cell
    ]


def test_two_suppliers_who_count_the_same_companies_protect_each_others_figures() -> None:
    derived = {MEASURE: measure({("014", "2025"): 62}), STATEMENTS: statements()}
    tables = suppress_jointly(ALL, Tables(OBLIGED, derived, relations(OBLIGED, derived))).tables
    hidden = withheld(tables[STATEMENTS], "imprese")
    assert 2 in hidden
    assert len(hidden) > 1 or withheld(tables[MEASURE], "imprese_obbligate")


def test_a_tie_of_other_years_ties_nothing() -> None:
    derived = {MEASURE: measure({("014", "2021"): 62}), STATEMENTS: statements()}
    assert kept(derived) == []
    tables = suppress_jointly(ALL, Tables(OBLIGED, derived, relations(OBLIGED, derived))).tables
    assert withheld(tables[STATEMENTS], "imprese") == {2}
    assert not withheld(tables[MEASURE], "imprese_obbligate")


def test_suppliers_who_disagree_everywhere_are_not_believed() -> None:
    derived = {MEASURE: measure({("014", "2025"): 61}), STATEMENTS: statements()}
    assert kept(derived) == []


def test_a_belief_that_half_of_the_figures_bear_out_is_reckoned_with_where_it_fails_too() -> None:
    second = statements().assign(codice_provincia="015")
    frame = pd.concat([statements(), second], ignore_index=True)
    derived = {
        MEASURE: measure({("014", "2025"): 62, ("015", "2025"): 60}),
        STATEMENTS: frame,
    }
    assert sorted(kept(derived)) == [(MEASURE, False), (MEASURE, True)]
    tables = suppress_jointly(ALL, Tables(OBLIGED, derived, relations(OBLIGED, derived))).tables
    for province in ("014", "015"):
        own = tables[STATEMENTS]["codice_provincia"] == province
        other = tables[MEASURE]["codice_provincia"] == province
        assert (
            tables[STATEMENTS].loc[own, "imprese"].isna().sum() > 1
            or tables[MEASURE].loc[other, "imprese_obbligate"].isna().any()
        )


def test_a_table_that_stands_already_is_protected_by_what_comes_beside_it() -> None:
    first = suppress_jointly(ALL, Tables(OBLIGED, {STATEMENTS: statements()})).tables[STATEMENTS]
    assert withheld(first, "imprese") == {2}
    stands = filled(OBLIGED[STATEMENTS], first, statements())
    assert stands["imprese"].tolist() == [40, 20, 2]
    fresh = {MEASURE: measure({("014", "2025"): 62})}
    found = relations(OBLIGED, fresh | {STATEMENTS: stands})
    tables = suppress_jointly(ALL, Tables(OBLIGED, fresh, found, {STATEMENTS: stands})).tables
    assert set(tables) == {MEASURE}
    assert withheld(tables[MEASURE], "imprese_obbligate") == {0}


def test_figures_of_one_origin_that_contradict_each_other_stop_the_build() -> None:
    derived = {COVERAGE: coverage(33).assign(posti_mancanti=34)}
    with pytest.raises(ReleaseRefusedError, match=r"in 1 righe di «incrocio-copertura»") as refused:
        relations(CROSSING, derived)
    assert "34" not in refused.value.summary


def tied(**change: Any) -> dict[str, Contract]:
    """Return the flows' contract with one tie alone."""
    tie = Tie.model_validate(
        {
            "somma": ["persone_adatte"],
            "relazione": "almeno",
            "tabella": COVERAGE,
            "per": {"provincia_lavoro": "codice_provincia"},
            "valori": ["persone_adatte"],
            **change,
        }
    )
    contract = CROSSING[FLOWS]
    policy = contract.riservatezza.model_copy(update={"legami": [tie]})
    bare = CROSSING[COVERAGE].riservatezza.model_copy(update={"legami": []})
    return {
        FLOWS: contract.model_copy(update={"riservatezza": policy}),
        COVERAGE: CROSSING[COVERAGE].model_copy(update={"riservatezza": bare}),
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [((20, 10, 3), (20, 9))]),
        ({"righe": "ciascuna"}, [((20, 10, 3), (20,)), ((20, 10, 3), (9,))]),
        ({"dove": {"gruppo_professionale": "5"}}, [((20, 10, 3), (20,))]),
        (
            {"diversi": ["provincia_residenza", "provincia_lavoro"], "relazione": "al_massimo"},
            [((10, 3), (20, 9))],
        ),
        ({"per": {}}, [((20, 10, 3), (20, 9))]),
        (
            {
                "per": {"provincia_residenza": "codice_provincia"},
                "relazione": "al_massimo",
            },
            [((20,), (20, 9))],
        ),
        (
            {"valori": ["posti", "-posti_mancanti"], "relazione": "al_massimo"},
            [((20, 10, 3), (60, -35, 60, -35))],
        ),
    ],
)
def test_a_tie_adds_up_the_rows_that_it_names(
    change: dict[str, Any], expected: list[tuple[tuple[int, ...], tuple[int, ...]]]
) -> None:
    second = coverage(9).assign(gruppo_professionale="6")
    frames = {
        FLOWS: flows({"014": 20, "015": 10, "016": 3}),
        COVERAGE: pd.concat([coverage(20), second], ignore_index=True),
    }
    found = relations(tied(**change), frames)
    assert [
        tuple(tuple(term.sign * term.value for term in side) for side in (item.left, item.right))
        for item in found
    ] == expected


def test_codes_of_a_finer_level_stand_under_the_coarser_one() -> None:
    short = load_contract("incrocio-carenze")
    contracts = {"incrocio-carenze": short, COVERAGE: CROSSING[COVERAGE]}
    frames = {
        "incrocio-carenze": pd.DataFrame(
            {
                "sottogruppo_professionale": ["5.1", "5.2", "6.1"],
                "posti": [30, 30, 9],
                "posti_mancanti": [20, 10, 1],
                "persone_adatte": [25, 15, 7],
            }
        ),
        COVERAGE: coverage(33),
    }
    found = {item.name: item for item in relations(contracts, frames)}
    people = found["incrocio-carenze#1|5|codice_provincia=014|gruppo_professionale=5"]
    assert [term.value for term in people.left] == [25, 15]
    assert [term.value for term in people.right] == [33]


def test_a_relation_with_a_figure_that_nobody_collected_says_nothing() -> None:
    frame = coverage(33)
    frame["posti_mancanti"] = pd.array([None], dtype="Int64")
    names = [item.name for item in relations(CROSSING, {COVERAGE: frame})]
    assert not [name for name in names if name.startswith(f"{COVERAGE}#0")]
