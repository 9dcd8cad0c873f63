"""Data sets that their folder says all of: facts, returns, and what became of plans."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from etl.config import ROOT, load_config
from etl.contracts import ContractError, load_contract, load_contracts
from etl.derive import azioni, traguardi
from etl.derive.datasets import Inputs, derive
from etl.derive.declared import RETURNS, declared, from_facts, from_returns
from etl.protect.release import protect_tables
from etl.receive import Received
from tests.site.measured import sent

PROVINCES = pd.DataFrame({"codice_provincia": ["015"], "provincia": ["Milano"]})


MODULES = {path.stem for path in (ROOT / "etl" / "derive").glob("*.py")}


def received(*rows: tuple[str, str, str, str, float]) -> Received:
    frame = pd.DataFrame(rows, columns=["misura", "periodo", "categoria", "grandezza", "quantita"])
    frame = frame.astype({"quantita": "Float64"}).assign(sintetico=True, codice_provincia=None)
    geography = SimpleNamespace(province=PROVINCES)
    return Received({RETURNS: frame}, [], [], cast(Any, geography), pd.DataFrame())


def inputs(given: Received) -> Inputs:
    return Inputs(load_config(), given, b"chiave di prova di sedici byte")


def test_a_return_becomes_a_row_with_a_column_for_each_item() -> None:
    contract = load_contract("piani-di-zona")
    given = received(
        ("piani-di-zona", "2012", "nord", "persone_inserite", 60),
        ("piani-di-zona", "2012", "nord", "inserimenti", 72),
        ("piani-di-zona", "2013", "nord", "persone_inserite", 66),
        ("un-altra", "2012", "nord", "persone_inserite", 1),
    )
    assert contract.ritorno is not None
    table = from_returns(given, contract, contract.ritorno)
    assert list(zip(table["ambito"], table["periodo"], strict=True)) == [
        ("nord", "2012"),
        ("nord", "2013"),
    ]
    assert table["persone_inserite"].tolist() == [60, 66]
    assert table["inserimenti"].isna().tolist() == [False, True]
    assert table["_resto"].tolist() == [12, 0]
    assert table["sintetico"].all()


def test_without_returns_a_data_set_is_empty_and_keeps_its_columns() -> None:
    for contract in load_contracts():
        if contract.ritorno is not None and contract.module not in MODULES:
            table = from_returns(received(), contract, contract.ritorno)
            assert table.empty
            assert {n for n in contract.names if not n.endswith("_stato")} <= set(table.columns)


def test_a_small_count_and_a_small_remainder_are_both_withheld() -> None:
    contract = load_contract("strumenti-inserimento")
    given = received(
        *(
            ("strumenti-inserimento", "2013", kind, item, value)
            for kind, values in {
                "lsu": (60, 50, 20),
                "lpu": (60, 50, 3),
                "voucher": (60, 58, 20),
                "tirocinio": (80, 60, 30),
            }.items()
            for item, value in zip(
                ("persone_avviate", "persone_osservabili", "persone_occupate"), values, strict=True
            )
        )
    )
    table = derive(inputs(given), contract)
    config = load_config()
    config = config.model_copy(
        update={
            "riservatezza": config.riservatezza.model_copy(update={"quota_massima_nascosta": 1})
        }
    )
    shown = protect_tables(
        config, {contract.slug: contract}, {contract.slug: table}, secret=b"x" * 32
    ).tables[contract.slug]
    states = dict(zip(shown["strumento"], shown["persone_occupate_stato"], strict=True))
    assert states["lpu"] == "riservato"
    assert states["voucher"] == "riservato"
    assert states["lsu"] == "pubblicato"
    assert states["tirocinio"] == "pubblicato"


def test_what_nobody_sent_is_neither_withheld_nor_zero() -> None:
    contract = load_contract("strumenti-inserimento")
    given = received(("strumenti-inserimento", "2013", "lsu", "persone_avviate", 60))
    table = derive(inputs(given), contract)
    shown = protect_tables(
        load_config(), {contract.slug: contract}, {contract.slug: table}, secret=b"x" * 32
    ).tables[contract.slug]
    assert shown["persone_avviate_stato"].tolist() == ["pubblicato"]
    assert shown["persone_occupate_stato"].tolist() == ["non_rilevato"]
    assert shown["persone_occupate"].isna().all()


def test_facts_gather_the_rows_of_every_measure_and_are_real() -> None:
    table = from_facts(load_contract("impegni"))
    assert {"piani-di-zona"} <= set(table["misura"])
    assert not table["sintetico"].any()
    assert table["id_impegno"].is_unique


def test_a_column_that_no_contract_names_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "una"
    folder.mkdir()
    (folder / "impegni.csv").write_text("id_impegno,inventata\nx/y,1\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"una/impegni\.csv.*inventata"):
        from_facts(load_contract("impegni"), tmp_path)


def test_an_action_s_state_is_the_document_s_or_the_last_return_s_or_unknown() -> None:
    facts = from_facts(load_contract("azioni"))
    first, second, third = facts.loc[facts["stato_azione"].isna(), "id_azione"].head(3)
    given = received(
        ("azioni", "2014", first, "avanzamento", 30),
        ("azioni", "2015", first, "avanzamento", 100),
        ("azioni", "2015", second, "avanzamento", 0),
    )
    table = azioni.derive(inputs(given)).set_index("id_azione")
    assert table.loc[first, "stato_azione"] == "conclusa"
    assert table.loc[second, "stato_azione"] == "non_avviata"
    assert table.loc[third, "stato_azione"] == "non_nota"
    assert table.loc[[first, second, third], "stato_fonte"].tolist() == [
        "ritorno",
        "ritorno",
        "nessuna",
    ]
    assert table.loc[[first, second, third], "sintetico"].tolist() == [True, True, False]


def test_an_action_that_a_return_calls_suspended_is_suspended_unless_it_is_done() -> None:
    facts = from_facts(load_contract("azioni"))
    first, second = facts.loc[facts["stato_azione"].isna(), "id_azione"].head(2)
    given = received(
        ("azioni", "2015", first, "avanzamento", 30),
        ("azioni", "2015", second, "avanzamento", 100),
    )
    rows = given.tables[RETURNS].assign(codice=None)
    said = rows.assign(grandezza="stato_azione", quantita=pd.NA, codice="sospesa")
    given.tables[RETURNS] = pd.concat([rows, said.astype({"quantita": "Float64"})])
    table = azioni.derive(inputs(given)).set_index("id_azione")
    assert table.loc[[first, second], "stato_azione"].tolist() == ["sospesa", "conclusa"]


def test_a_target_keeps_what_the_document_plans_whatever_is_sent() -> None:
    given = received(("traguardi", "2015", "pdz-laboratori", "realizzato", 2))
    table = traguardi.derive(inputs(given)).set_index("id_traguardo")
    assert table.loc["pdz-laboratori", ["previsto", "realizzato"]].tolist() == [3, 2]
    assert table.loc["pdz-laboratori", "sintetico"]
    assert pd.isna(table.loc["pdz-unita", "realizzato"])
    assert not table.loc["pdz-unita", "sintetico"]


def test_every_invented_return_fills_a_column_that_some_data_set_asks_for() -> None:
    contracts = {contract.slug: contract for contract in load_contracts()}
    rows = sent()
    assert len(rows)
    for slug, own in rows.groupby("misura"):
        rule = contracts[str(slug)].ritorno
        assert rule is not None, slug
        assert set(own["grandezza"]) <= set(rule.grandezze), slug


def test_a_data_set_with_a_module_says_so_and_one_with_a_folder_needs_none() -> None:
    assert declared(load_contract("operatori")) is None
    assert declared(load_contract("cifre-pubblicate")) is not None
