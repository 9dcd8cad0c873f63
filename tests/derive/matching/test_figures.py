"""Regimes compared, and figures that depend on no id, no order of rows, no chosen optimum."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from etl.config import ROOT, Matching, Ranking
from etl.derive.matching.cardinality import most_posts
from etl.derive.matching.encode import Lots, People, canonical
from etl.derive.matching.figures import (
    comparison,
    coverage,
    fitting_by_operator,
    flows,
    followed,
    frontiers,
    obstacles,
    outcomes,
    shortages,
)
from etl.derive.matching.graph import make_graph
from etl.derive.matching.obstacles import LIFTABLE, lifted_requirements
from etl.derive.matching.pairs import possible_pairs
from etl.derive.matching.regimes import REGIMES, Assignment, Market, assign, market, ranking
from etl.derive.matching.stable import blocking_pairs

from .graphs import CONFIG, RULES, market_in, pairs_in, region

PLACE = (900, 500, 60, 2)


@pytest.fixture(scope="module")
def here() -> Market:
    return market_in(*PLACE)


@pytest.fixture(scope="module")
def all_regimes(here: Market) -> list[Assignment]:
    return [assign(here, regime, CONFIG) for regime in REGIMES]


def figures(of: Market) -> dict[str, pd.DataFrame]:
    ones = [assign(of, regime, CONFIG) for regime in REGIMES]
    return {
        "copertura": coverage(of),
        "frontiere": frontiers(of),
        "confronto": comparison(of, ones),
        "ostacoli": obstacles(of, RULES),
        "equità": counted(of, ones),
        "carenze": shortages(of),
        **{f"flussi {one.regime}": flows(of, one) for one in ones},
    }


def counted(of: Market, ones: list[Assignment]) -> pd.DataFrame:
    """How many people stand in each cell of the fairness table."""
    names = [str(number) for number in range(len(of.people))]
    cells = outcomes(of, ones, tuple("abcdefg"), names)
    return cells.groupby(["esito", "dimensione", "gruppo"])["_persona"].nunique().reset_index()


def rebuilt(people: People, lots: Lots, threads: int | None = None) -> Market:
    places, _, _ = region(*PLACE)
    (people, _), (lots, _) = canonical(people), canonical(lots)
    found = possible_pairs(places, people, lots, RULES, threads)
    return market(places, people, lots, found, CONFIG)


@pytest.mark.parametrize("renamed", [False, True], ids=["righe permutate", "id cambiati"])
def test_neither_the_order_of_the_rows_nor_the_ids_change_a_published_figure(
    here: Market, renamed: bool
) -> None:
    draw = np.random.default_rng(11)
    people = here.people.take(draw.permutation(len(here.people)))
    lots = here.lots.take(draw.permutation(len(here.lots)))
    if renamed:
        people = replace(people, key=draw.permutation(len(people)) + 1)
        lots = replace(lots, key=draw.permutation(len(lots)) + 1)
    other = figures(rebuilt(people, lots))
    for name, table in figures(here).items():
        pd.testing.assert_frame_equal(table, other[name], obj=name)


def test_without_renaming_the_very_same_people_get_the_very_same_posts(here: Market) -> None:
    draw = np.random.default_rng(12)
    other = rebuilt(
        here.people.take(draw.permutation(len(here.people))),
        here.lots.take(draw.permutation(len(here.lots))),
    )
    for regime in REGIMES:
        one, two = assign(here, regime, CONFIG), assign(other, regime, CONFIG)
        assert one.edge.tolist() == two.edge.tolist()


def test_people_and_lots_that_are_alike_can_be_exchanged_without_changing_a_figure() -> None:
    _, people, lots = region(*PLACE)
    twice = np.repeat(np.arange(0, len(people), 3), 3)
    draw = np.random.default_rng(13)
    tables = []
    for _ in range(2):
        some = people.take(draw.permutation(twice))
        same = replace(some, key=draw.permutation(len(some)) + 1)
        posts = lots.take(draw.permutation(np.repeat(np.arange(0, len(lots), 2), 2)))
        tables.append(figures(rebuilt(same, replace(posts, key=draw.permutation(len(posts)) + 1))))
    for name, table in tables[0].items():
        pd.testing.assert_frame_equal(table, tables[1][name], obj=name)


def test_one_thread_or_many_one_process_or_another_give_the_very_same_result(here: Market) -> None:
    expected = _digest(here)
    assert [_digest(rebuilt(here.people, here.lots, threads)) for threads in (1, 5)] == [
        expected,
        expected,
    ]
    elsewhere = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import digest_here; print(digest_here())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
    )
    assert elsewhere.stdout.strip() == expected


def digest_here() -> str:
    return _digest(market_in(*PLACE))


def _digest(of: Market) -> str:
    edges = [assign(of, regime, CONFIG).edge for regime in REGIMES]
    return hashlib.sha256(np.concatenate([of.graph.lot, *edges]).tobytes()).hexdigest()


def test_each_regime_is_best_at_what_it_promises(
    here: Market, all_regimes: list[Assignment]
) -> None:
    posts = {one.regime: int((one.edge >= 0).sum()) for one in all_regimes}
    score = {one.regime: int(here.score[one.edge[one.edge >= 0]].sum()) for one in all_regimes}
    most = int((most_posts(here.graph) >= 0).sum())
    assert posts["posti_poi_punteggio"] == posts["graduatoria_poi_punteggio"] == most
    assert score["massimo_punteggio"] == max(score.values())
    first = here.rank <= len(here.people) // 10
    served = {one.regime: int((one.edge[first] >= 0).sum()) for one in all_regimes}
    assert served["graduatoria_poi_punteggio"] == max(served.values())
    stable = next(one for one in all_regimes if one.regime == "graduatoria")
    local = np.where(here.crosses, len(here.people), 0) + here.rank[here.graph.sources()]
    args = (here.graph.sources(), here.graph.lot, here.graph.posts)
    assert blocking_pairs(*args, stable.edge, here.score, local) == 0


def test_the_ranking_counts_months_and_band_and_then_who_enrolled_first() -> None:
    _, people, _ = region(*PLACE)
    three = replace(
        people.take(np.arange(4)),
        enrolled=np.array([300, 310, 600, 300], dtype=np.int32),
        support=np.array([1, 1, 1, 3], dtype=np.int16),
    )
    assert ranking(three, CONFIG).tolist() == [4, 3, 2, 1]
    no_band = Matching(graduatoria=Ranking(punti_fascia=[0, 0, 0, 0]))
    order = ranking(three, no_band)
    assert order[2] == 1
    assert order[1] == 2


def test_coverage_counts_every_post_once_and_its_ends_hold_the_optimum(here: Market) -> None:
    table = coverage(here)
    most = int((most_posts(here.graph) >= 0).sum())
    assert table["posti"].sum() == here.lots.posts.sum()
    low, high = table["posti_copribili_minimo"], table["posti_copribili_massimo"]
    assert low.sum() <= most <= high.sum()
    assert (low <= high).all()
    assert (high <= table["posti_con_candidati"]).all()
    assert (table["posti_con_candidati"] <= table["posti"]).all()
    assert not table.duplicated(["codice_provincia", "gruppo_professionale"]).any()


def test_crossing_borders_gains_what_the_region_fills_beyond_its_provinces(here: Market) -> None:
    table = frontiers(here)
    provinces, whole = table.iloc[:-1], table.iloc[-1]
    assert pd.isna(whole["codice_provincia"])
    assert whole["posti_coperti_minimo"] == whole["posti_coperti_massimo"]
    assert whole["posti_coperti_minimo"] == (most_posts(here.graph) >= 0).sum()
    assert whole["posti_coperti_dentro"] == provinces["posti_coperti_dentro"].sum()
    assert whole["posti_coperti_minimo"] > whole["posti_coperti_dentro"]
    assert (provinces["posti_adatti_altrove"] <= provinces["posti_adatti_residenti"]).all()
    assert whole["posti_adatti_residenti"] <= whole["posti"]
    kept = ~here.crosses
    before = np.concatenate([[0], np.cumsum(kept)])
    inside = make_graph(before[here.graph.start], here.graph.lot[kept], here.graph.posts)
    assert whole["posti_coperti_dentro"] == (most_posts(inside) >= 0).sum()


def test_flows_add_up_to_the_posts_filled(here: Market, all_regimes: list[Assignment]) -> None:
    for one in all_regimes:
        table = flows(here, one)
        assert len(table) == len(here.places.provinces) ** 2
        filled = (one.edge >= 0).sum()
        assert table["abbinamenti_minimo"].sum() <= filled <= table["abbinamenti_massimo"].sum()
        assert (table["abbinamenti_massimo"] <= table["persone_adatte"]).all()
        assert (table["_abbinate"] == table["abbinamenti_massimo"]).all()


def test_the_comparison_has_a_row_for_every_regime(
    here: Market, all_regimes: list[Assignment]
) -> None:
    table = comparison(here, all_regimes)
    assert table["regime"].tolist() == list(REGIMES)
    assert table["punteggio_medio"].between(0, 10_000).all()
    assert (table["fuori_provincia_minimo"] <= table["fuori_provincia_massimo"]).all()


def test_fairness_counts_everyone_once_in_every_dimension(
    here: Market, all_regimes: list[Assignment]
) -> None:
    table = counted(here, all_regimes)
    sums = table.groupby(["esito", "dimensione"])["_persona"].sum().unstack()
    assert (sums.loc["disponibili"] == len(here.people)).all()
    for one in all_regimes:
        assert (sums.loc[one.regime] == (one.edge >= 0).sum()).all()
    assert sums.shape == (1 + len(REGIMES), 4)


def test_the_shortage_of_a_group_is_what_no_filling_fills(here: Market) -> None:
    table = shortages(here)
    assert table["posti"].sum() == here.lots.posts.sum()
    group = here.lots.occupation // 1_000
    for row in table.to_dict("records"):
        mine = group == int(row["sottogruppo_professionale"].replace(".", ""))
        alone = here.graph._replace(posts=np.where(mine, here.graph.posts, 0))
        filled = (most_posts(alone) >= 0).sum()
        assert row["posti_mancanti"] == row["posti"] - filled
    by_cell = coverage(here)
    missing = by_cell["posti"] - by_cell["posti_copribili_massimo"]
    assert by_cell["posti_mancanti"].tolist() == missing.tolist()


def test_lifting_a_requirement_gains_what_matching_again_without_it_fills(here: Market) -> None:
    places, people, lots = here.places, here.people, here.lots
    match = most_posts(here.graph)
    found = lifted_requirements(places, people, lots, RULES, here.graph, match)
    assert sorted(one.requirement for one in found) == sorted(LIFTABLE)
    assert [one.posts for one in found] == sorted((one.posts for one in found), reverse=True)
    by_name = {one.requirement: one for one in found}
    table = obstacles(here, RULES).set_index("requisito")
    assert (
        table.loc["turni_notturni", "posti_con_requisito"]
        == lots.posts[lots.conditions & 1 != 0].sum()
    )
    assert table.loc["vista", "posti_con_requisito"] > 0
    night = 1  # the first bit of the conditions
    without = replace(lots, conditions=lots.conditions & ~night)
    again = possible_pairs(places, people, without, RULES)
    filled = (most_posts(make_graph(again.start, again.lot, lots.posts)) >= 0).sum()
    assert by_name["turni_notturni"].posts == filled - (match >= 0).sum()
    assert by_name["turni_notturni"].pairs == len(again) - len(pairs_in(*PLACE))


def test_an_operator_counts_whom_they_follow_and_the_posts_that_fit_them(here: Market) -> None:
    names = [f"OP-{number}" for number in range(400)]
    table = followed(here, names).set_index("codice_operatore")
    assert table.index.tolist() == names
    graph, sources = here.graph, here.graph.sources()
    operator = here.people.operator[sources]
    chosen = int(operator[operator >= 0][0])
    mine = operator == chosen
    lots, away = np.unique(graph.lot[mine]), np.unique(graph.lot[mine & here.crosses])
    row = table.loc[names[chosen]]
    assert row["offerte_adatte"] == len(lots)
    assert row["posti_adatti"] == here.lots.posts[lots].sum()
    assert row["posti_adatti_altrove"] == here.lots.posts[away].sum()
    assert row["_persone"] == len(np.unique(sources[mine]))
    ids = [str(number) for number in range(len(here.people))]
    cells = fitting_by_operator(here, ids, names)
    assert not cells.duplicated().any()
    group = here.lots.occupation[graph.lot[mine]] // 10_000
    pairs = set(zip(sources[mine].tolist(), group.tolist(), strict=True))
    own = cells[cells["codice_operatore"] == names[chosen]]
    assert {
        (int(row["_persona"]), int(row["gruppo_professionale"])) for row in own.to_dict("records")
    } == pairs
