"""Sums of money: nobody learns another's part, not even who stands behind the same sum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.optimize import linprog

from etl.config import load_config
from etl.contracts import PUBLISHED, WITHHELD, Contract, Policy, Text
from etl.protect.joint import Tables, sensitive, suppress_jointly

CONFIG = load_config()
ALL = CONFIG.model_copy(
    update={"riservatezza": CONFIG.riservatezza.model_copy(update={"quota_massima_nascosta": 1.0})}
)
PLACES, SECTORS = ("012", "013", "015", "016"), ("industria", "commercio", "sanita", "altro")
WORDS = Text(it="prova", en="test")


def contract(slug: str, dimensions: list[str], margins: list[str]) -> Contract:
    return Contract(
        slug=slug,
        titolo=WORDS,
        descrizione=WORDS,
        domanda=WORDS,
        frequenza="annuale",
        fonti=[],
        chiave=dimensions,
        campi=[],
        riservatezza=Policy(
            conta="denaro",
            metodo="soppressione",
            motivo=WORDS,
            sistema="contributi",
            dimensioni=dimensions,
            margini=margins,
            valori=["euro"],
            somme=["euro"],
            contributori={"_imprese": "soglia_imprese"},
            ampiezze={"euro": "p_percento"},
        ),
    )


CONTRACTS = {
    "fine": contract("fine", ["provincia", "settore"], ["provincia", "settore"]),
    "province": contract("province", ["provincia"], []),
    "settori": contract("settori", ["settore"], []),
}


def tabulate(grants: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the three tables of grants (company, provincia, settore, euro)."""
    rows = grants.assign(
        _imprese=grants["impresa"],
        _contributi=[
            (company, {"euro": euro})
            for company, euro in zip(grants["impresa"], grants["euro"], strict=True)
        ],
    )
    return {
        slug: rows.groupby(item.riservatezza.dimensioni)
        .agg(
            euro=("euro", "sum"),
            _imprese=("_imprese", "nunique"),
            _contributi=("_contributi", list),
        )
        .reset_index()
        for slug, item in CONTRACTS.items()
    }


def region(seed: int, companies: int = 80) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "impresa": [f"i{number:03}" for number in range(companies)],
            "provincia": random.choice(PLACES, companies, p=[0.15, 0.2, 0.35, 0.3]),
            "settore": random.choice(SECTORS, companies, p=[0.35, 0.3, 0.2, 0.15]),
            "euro": random.lognormal(9, 1.6, companies).astype("int64"),
        }
    )


@pytest.mark.parametrize(
    ("parts", "is_small"),
    [
        ([80, 10, 10], True),  # one makes more than 70 %
        ([50, 49, 1], True),  # the second knows the first within 15 %
        ([40, 30, 20, 10], False),
        ([50, 50], True),  # two companies are too few
    ],
)
def test_dominance_and_what_a_rival_can_estimate_make_a_sum_sensitive(
    parts: list[int], is_small: bool
) -> None:
    grants = pd.DataFrame(
        {
            "impresa": [f"i{number}" for number in range(len(parts))],
            "provincia": "015",
            "settore": "industria",
            "euro": [part * 1000 for part in parts],
        }
    )
    fine = tabulate(grants)["fine"]
    assert sensitive(CONFIG, CONTRACTS["fine"], fine).tolist() == [is_small]


def test_two_grants_to_one_company_are_one_part() -> None:
    grants = pd.DataFrame(
        {
            "impresa": ["a", "a", "b", "c"],
            "provincia": "015",
            "settore": "industria",
            "euro": [40_000, 40_000, 10_000, 10_000],
        }
    )
    assert sensitive(CONFIG, CONTRACTS["fine"], tabulate(grants)["fine"]).tolist() == [True]


def interval(
    protected: Mapping[str, pd.DataFrame], place: int, own: Mapping[tuple[str, str], int]
) -> float:
    """Return the width of one hidden cell of the fine table for a company that knows its part."""
    fine = protected["fine"]
    hidden = fine.index[fine["euro_stato"] == WITHHELD]
    where = {index: rank for rank, index in enumerate(hidden)}
    lines, sums = [], []
    for slug in ("province", "settori"):
        (shared,) = CONTRACTS[slug].riservatezza.dimensioni
        for _, row in protected[slug][protected[slug]["euro_stato"] == PUBLISHED].iterrows():
            part = fine[fine[shared] == row[shared]]
            line = np.zeros(len(hidden))
            line[[where[index] for index in part.index if index in where]] = 1
            lines.append(line)
            sums.append(float(row["euro"] - part["euro"].fillna(0).sum()))
    keys = [tuple(row) for row in fine.loc[hidden, ["provincia", "settore"]].to_numpy()]
    bounds = [(float(own.get(key, 0)), None) for key in keys]
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(hidden))
        cost[where[place]] = sign
        answer = linprog(cost, A_eq=np.array(lines), b_eq=np.array(sums), bounds=bounds)
        ends.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
    return ends[1] - ends[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_company_learns_the_largest_part_of_a_hidden_sum(seed: int) -> None:
    grants = region(seed)
    derived = tabulate(grants)
    protected = suppress_jointly(ALL, Tables(CONTRACTS, derived)).tables
    fine = derived["fine"]
    small = sensitive(ALL, CONTRACTS["fine"], fine)
    assert small.any()
    rivals = grants.sort_values("euro").groupby(["provincia", "settore"]).tail(1)
    assert (protected["fine"].loc[small, "euro_stato"] == WITHHELD).all()
    for place in fine.index[small]:
        row = fine.loc[place]
        largest = grants[
            (grants["provincia"] == row["provincia"]) & (grants["settore"] == row["settore"])
        ]["euro"].max()
        assert interval(protected, place, {}) >= 0.3 * largest - 1
        # the largest company of another sum knows its own part of that one
        for _, grant in rivals.iterrows():
            home = (grant["provincia"], grant["settore"])
            if home != (row["provincia"], row["settore"]):
                width = interval(protected, place, {home: grant["euro"]})
                assert width >= 0.3 * largest - 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"somme": []}, "somme"),
        ({"ampiezze": {"euro": "soglia_imprese"}}, "p_percento"),
        ({"margini": ["settore_che_manca"]}, "non sono tra le «dimensioni»"),
    ],
)
def test_a_policy_on_money_that_is_not_complete_is_refused(
    change: dict[str, object], said: str
) -> None:
    policy = CONTRACTS["fine"].riservatezza.model_dump()
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate(policy | change)
