"""A monitoring return names a measure, a quantity and a category that some data set asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from etl.contracts import load_supplier_contract
from etl.problems import Severity
from etl.receive.checks import Registers, check_table
from etl.receive.validation import Table

PROVINCES = SimpleNamespace(region_of=lambda code: "03" if code == "015" else None)
GOOD = ["promotore-68", "015", "2021", None, "promotori", "12", None]


def problems(*rows: list[Any]) -> list[tuple[int, str, str | None, str | None]]:
    contract = load_supplier_contract("ritorni-monitoraggio")
    count = len(rows)
    table = Table(
        contract, "monitoraggio", list(rows), ["ritorni.csv"] * count, list(range(2, count + 2))
    )
    registers = cast(Registers, SimpleNamespace(geography=PROVINCES, occupations=frozenset()))
    found = check_table(table, registers, None)
    assert all(problem.severity is Severity.ROW for _, problem in found)
    return [(index, item.code, item.column, item.expected) for index, item in found]


def test_a_return_that_a_measure_asks_for_is_accepted() -> None:
    area = ["piani-di-zona", None, "2013", "nord", "persone_inserite", "80", None]
    assert problems(GOOD, area) == []


@pytest.mark.parametrize(
    ("place", "value", "code", "column", "expected"),
    [
        (0, "promotore68", "misura-sconosciuta", "misura", "promotore-68"),
        (4, "promotrici", "grandezza-sconosciuta", "grandezza", "promotori"),
        (1, "999", "provincia-sconosciuta", "codice_provincia", "015"),
    ],
)
def test_a_wrong_word_is_named_with_the_words_that_would_do(
    place: int, value: str, code: str, column: str, expected: str
) -> None:
    wrong = [value if index == place else cell for index, cell in enumerate(GOOD)]
    ((index, found, where, words),) = problems(GOOD, wrong)
    assert (index, found, where) == (1, code, column)
    assert expected in (words or "")


@pytest.mark.parametrize("category", [None, "centro"])
def test_a_category_outside_the_vocabulary_is_refused(category: str | None) -> None:
    row = ["piani-di-zona", None, "2013", category, "persone_inserite", "80", None]
    ((_, code, column, words),) = problems(row)
    assert (code, column) == ("categoria-sconosciuta", "categoria")
    assert "nord" in (words or "")


def test_a_category_without_a_vocabulary_may_be_any_text() -> None:
    assert problems(["costi-standard", None, "2021", "formazione/3", "ore", "800", None]) == []


@pytest.mark.parametrize(
    ("item", "amount", "code", "found"),
    [
        ("promotori", None, None, ("quantita-mancante", "quantita")),
        ("promotori", "12", "dodici", ("codice-di-troppo", "codice")),
        ("data_atto", "20201001", None, ("quantita-di-troppo", "quantita")),
        ("data_atto", None, "1/10/2020", ("codice-sbagliato", "codice")),
        ("data_atto", None, None, ("codice-sbagliato", "codice")),
        ("modo_sportello", None, "da Mario Rossi", ("codice-sbagliato", "codice")),
        ("data_atto", None, "2020-10-01", None),
        ("modo_sportello", None, "ente_esterno", None),
    ],
)
def test_a_value_is_a_number_or_a_code_as_its_column_asks_and_never_free_text(
    item: str, amount: str | None, code: str | None, found: tuple[str, str] | None
) -> None:
    rows = problems(["promotore-68", "015", "2021", None, item, amount, code])
    assert [(kind, column) for _, kind, column, _ in rows] == ([found] if found else [])


@pytest.mark.parametrize(
    ("category", "item", "code", "found"),
    [
        ("fs-01", "codice_comune", "015146", None),
        ("fs-01", "codice_comune", "999146", "codice-sbagliato"),
        ("fs-01", "attivita_agricole", "vivaio|verde", None),
        ("fs-01", "attivita_agricole", "vivaio|banca", "codice-sbagliato"),
        ("Azienda di Mario Rossi", "codice_comune", "015146", "categoria-sconosciuta"),
    ],
)
def test_a_list_s_codes_are_checked_one_by_one_and_names_are_no_codes(
    category: str, item: str, code: str, found: str | None
) -> None:
    rows = problems(["fattorie-sociali", None, "2015", category, item, None, code])
    assert [kind for _, kind, _, _ in rows] == ([found] if found else [])
