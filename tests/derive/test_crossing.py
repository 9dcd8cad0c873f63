"""The data sets on matching: what they say, what is protected, and nothing without profiles."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from etl.config import ROOT, Config, load_config
from etl.contracts import WITHHELD, load_contract, load_contracts, vocabulary
from etl.demo.generation import generate
from etl.derive.crossing import reference_day
from etl.derive.datasets import Inputs, derive
from etl.derive.matching.obstacles import LIFTABLE
from etl.derive.matching.regimes import REGIMES
from etl.protect import protect_tables
from etl.receive import receive

SECRET = b"segreto di prova abbastanza lungo"
SLUGS = [one.slug for one in load_contracts() if one.slug.startswith("incrocio-")]


@cache
def region(with_profiles: bool = True) -> tuple[Config, Inputs]:
    """A hundredth of the demonstration region, received once."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        text = (ROOT / "portale.toml").read_text(encoding="utf-8")
        text = text.replace("quota_massima_nascosta = 0.3", "quota_massima_nascosta = 1.0")
        text = text.replace("build/demo", str(folder / "demo"))
        if not with_profiles:
            text = re.sub(r'\[\[fonti\]\]\nid = "iscritti-.*?\n(?=\n|\Z)', "", text, flags=re.S)
        (folder / "portale.toml").write_text(text, encoding="utf-8")
        config = load_config(folder / "portale.toml")
        generate(config, folder / "demo", scale=0.01, seed=5)
        return config, Inputs(config, receive(config, folder / "build"), SECRET)


@cache
def released() -> dict[str, pd.DataFrame]:
    config, inputs = region()
    contracts = {slug: load_contract(slug) for slug in SLUGS}
    derived = {slug: derive(inputs, contract) for slug, contract in contracts.items()}
    return protect_tables(config, contracts, derived, secret=SECRET).tables


def test_every_figure_on_few_people_is_withheld_or_changed() -> None:
    config, inputs = region()
    checked = 0
    for slug in SLUGS:
        contract = load_contract(slug)
        policy = contract.riservatezza
        if policy.metodo != "soppressione":
            continue
        true = derive(inputs, contract).set_index(policy.dimensioni).sort_index()
        shown = released()[slug].set_index(policy.dimensioni).sort_index()
        few = pd.Series(False, index=true.index)
        for column in policy.contributori:
            few |= true[column].between(1, config.riservatezza.soglia_persone - 1)
        for value in policy.valori:
            assert (shown.loc[few[few].index, f"{value}_stato"] == WITHHELD).all()
            assert shown.loc[few[few].index, value].isna().all()
            open_rows = shown[f"{value}_stato"] != WITHHELD
            assert (shown.loc[open_rows, value] == true.loc[open_rows, value]).all()
        checked += int(few.sum())
    assert checked > 50
    for slug in ("incrocio-equita", "incrocio-seguiti"):
        counts = released()[slug]["persone"].dropna()
        assert len(counts)
        assert not counts.between(1, 4).any()


def test_nobody_stands_in_a_released_table() -> None:
    _, inputs = region()
    ids = set(inputs.received.tables["iscritti"]["id_persona"])
    for slug, table in released().items():
        assert not any(str(column).startswith("_") for column in table.columns)
        for column in table.select_dtypes("str"):
            assert not ids & set(table[column].dropna()), slug


def test_crossing_borders_gains_what_the_region_fills_beyond_the_sum_of_its_provinces() -> None:
    _, inputs = region()
    matching = inputs.matching
    assert matching is not None
    inside = derive(inputs, load_contract("incrocio-confini"))["posti_coperti_dentro"].sum()
    most = derive(inputs, load_contract("incrocio-regimi")).set_index("regime")["posti_coperti"]
    assert most["posti_poi_punteggio"] == int((matching.market.filling >= 0).sum()) > inside
    assert most["posti_poi_punteggio"] == most.max()


def test_the_regime_in_force_is_the_one_that_the_region_chose() -> None:
    config, inputs = region()
    table = derive(inputs, load_contract("incrocio-regimi"))
    assert table["regime"].tolist() == list(REGIMES)
    assert table.loc[table["in_vigore"], "regime"].tolist() == [config.incrocio.regime]


def test_words_that_nobody_understood_are_counted_by_province() -> None:
    _, inputs = region()
    table = derive(inputs, load_contract("incrocio-testi"))
    matching = inputs.matching
    assert matching is not None
    assert table["offerte"].sum() == len(matching.demand.lots)
    assert table["frasi_non_comprese"].sum() == sum(matching.demand.unread.values()) > 0
    assert (table["frasi_non_comprese"] <= table["frasi"]).all()


def test_the_vocabularies_name_what_the_engine_names() -> None:
    assert set(vocabulary("requisito")) == set(LIFTABLE)
    assert tuple(vocabulary("regime")) == REGIMES
    assert set(vocabulary("esito_incrocio")) == {"disponibili", *REGIMES}
    areas, conditions = vocabulary("funzione_limitata"), vocabulary("condizioni_lavoro")
    for name, text in vocabulary("requisito").items():
        same = areas.get(name) or conditions.get(name)
        assert same is None or same == text
    groups = {code[:3] for code in region()[1].received.occupations["qualifica"]}
    assert groups == set(vocabulary("sottogruppo_professionale"))


@pytest.mark.parametrize("slug", SLUGS)
def test_without_profiles_nothing_is_matched_and_every_table_is_empty(slug: str) -> None:
    config, inputs = region(with_profiles=False)
    assert inputs.matching is None
    contract = load_contract(slug)
    frame = derive(inputs, contract)
    table = protect_tables(config, {slug: contract}, {slug: frame}, secret=SECRET).tables[slug]
    assert len(table) == 0
    assert list(table.columns) == contract.names


def test_the_sum_of_the_fair_shares_is_everyone() -> None:
    # perturbed counts are near the true ones, never exact by design
    table = released()["incrocio-equita"]
    _, inputs = region()
    matching = inputs.matching
    assert matching is not None
    everyone = table[table["esito"] == "disponibili"].groupby("dimensione")["persone"]
    for name, total in everyone.sum().items():
        cells = int(everyone.size()[name])
        assert abs(int(total) - len(matching.supply.people)) <= 5 * cells
        assert abs(int(total) - len(matching.supply.people)) <= 6 * math.sqrt(3 * cells)


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (["2025-11-03"] * 9, "2025-12-31"),
        (["2025-11-03", *["2026-02-11"] * 5], "2026-02-28"),
        # one wrong date, or one person's, dates nothing
        (["2026-01-20"] * 8 + ["2062-05-01"], "2026-01-31"),
        (["2062-05-01"] * 4, "2025-12-31"),
    ],
)
def test_a_month_counts_once_several_people_have_enrolled_in_it(dates: list[str], day: str) -> None:
    config, inputs = region()
    assert inputs.date.isoformat() == "2025-12-31"
    profiles = pd.DataFrame({"data_iscrizione": dates})
    assert reference_day(inputs, profiles) == pd.Timestamp(day)
    assert config.riservatezza.soglia_persone == 5
