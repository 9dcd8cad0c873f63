"""A stranger with the whole published site: every table, every form, every page's meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from etl.config import load_config
from etl.contracts import load_contracts
from tests.attack.meaning import coincidences, never_above_zero, zero
from tests.attack.shelf import forms, whole_number
from tests.attack.stranger import Attack, Figure, Page, attack, read_pages

LIMITS = load_config().riservatezza
# what each column's interval must be at least, as the contracts promise
PROMISED = {
    name: 1.0 if width == "p_percento" else float(getattr(LIMITS, width))
    for contract in load_contracts()
    for name, width in contract.riservatezza.ampiezze.items()
}
# what everybody is told that bounds a figure: no interval can be wider
BOUND_BY = {
    "posti_con_candidati": "posti",
    "posti_copribili_minimo": "posti",
    "posti_copribili_massimo": "posti",
    "posti_mancanti": "posti",
    "posti_coperti_minimo": "posti",
    "posti_coperti_massimo": "posti",
    "posti_coperti_dentro": "posti",
    "posti_coperti": "posti",
    "fuori_provincia_minimo": "posti",
    "fuori_provincia_massimo": "posti",
    "posti_in_piu": "posti_con_requisito",
}


@pytest.fixture(scope="module")
def data(built: Path) -> Path:
    return built / "output" / "dati"


@pytest.fixture(scope="module")
def pages(data: Path) -> list[Page]:
    return read_pages(data, "*")


def whole_attack(pages: list[Page]) -> Attack:
    """Return all that the pages say to a reader who knows what their columns mean."""
    return attack(
        pages,
        never_above_zero=never_above_zero(pages),
        zero=[*zero(pages), *coincidences(pages)],
    )


def wanted(pages: list[Page]) -> dict[Figure, float]:
    """Return each withheld figure with the width that its interval must keep."""
    found: dict[Figure, float] = {}
    for page in pages:
        for row in page.rows:
            for column in page.columns:
                name = page.figure(row, column)
                if name not in page.figures or page.figures[name] is not None:
                    continue
                width = PROMISED[column]
                bound = BOUND_BY.get(column)
                if bound in page.facts:
                    width = min(width, float(row[bound]))
                found[name] = width
    return found


def test_every_table_that_hides_is_on_the_strangers_desk(pages: list[Page]) -> None:
    hiding = {
        contract.slug
        for contract in load_contracts()
        if contract.riservatezza.metodo == "soppressione"
    }
    assert {page.name for page in pages} == hiding
    hidden = {page.name for page in pages if None in page.figures.values()}
    assert {"incrocio-flussi", "incrocio-copertura", "scoperture-territoriali"} <= hidden
    assert len(wanted(pages)) > 500


def test_all_tables_together_give_no_hidden_figure_away(pages: list[Page]) -> None:
    assert whole_attack(pages).narrow(wanted(pages)) == {}


def test_no_two_tables_share_a_sum_that_gives_anything_away(pages: list[Page]) -> None:
    tied = {name for terms in coincidences(pages) for name, _ in terms}
    assert not tied & set(wanted(pages))


def page_of(
    name: str, columns: tuple[str, ...], dimensions: tuple[str, ...], *rows: tuple[object, ...]
) -> Page:
    """Return an invented page: each row is its codes, then its figures (None: withheld)."""
    page = Page(name, tuple(sorted(dimensions)), columns, (), {}, ())
    lines, figures = [], {}
    for row in rows:
        line = {name: str(code) for name, code in zip(dimensions, row, strict=False)}
        for column, value in zip(columns, row[len(dimensions) :], strict=True):
            line[column] = "" if value is None else str(value)
            figures[page.figure(line, column)] = value
        lines.append(line)
    return replace(page, rows=tuple(lines), figures=figures)


def test_a_sum_that_two_tables_share_is_found_by_its_figures_alone() -> None:
    sizes = [
        (place, size, 10 * rank + more)
        for rank, place in enumerate(("012", "013", "014"), 1)
        for size, more in (("piccole", 1), ("grandi", 2))
    ]
    fine = page_of(
        "una",
        ("imprese",),
        ("codice_provincia", "classe"),
        *sizes,
        ("015", "piccole", 41),
        ("015", "grandi", None),
    )
    totals = [(place, "2025", 20 * rank + 3) for rank, place in enumerate(("012", "013", "014"), 1)]
    other = page_of(
        "altra", ("aziende",), ("codice_provincia", "anno"), *totals, ("015", "2025", 83)
    )
    found = coincidences([fine, other])
    (hidden,) = [name for name, value in fine.figures.items() if value is None]
    assert hidden in {name for terms in found for name, _ in terms}
    assert attack([fine, other], zero=found).interval(hidden) == (42.0, 42.0)


def test_a_small_flow_is_found_where_only_small_rows_are_hidden() -> None:
    flows = page_of(
        "incrocio-flussi",
        ("persone_adatte",),
        ("provincia_residenza", "provincia_lavoro"),
        ("014", "014", 20),
        ("015", "014", 10),
        ("016", "014", None),
    )
    cover = page_of(
        "incrocio-copertura",
        ("persone_adatte",),
        ("codice_provincia", "gruppo_professionale"),
        ("014", "5", 33),
    )
    borders = page_of(
        "incrocio-confini", ("posti_coperti_massimo",), ("codice_provincia",), ("014", 30)
    )
    pages = [flows, cover, borders]
    (hidden,) = [name for name, value in flows.figures.items() if value is None]
    assert whole_attack(pages).narrow({hidden: 5.0}) == {hidden: (3.0, 3.0)}


def readings(data: Path, page: Page) -> Iterator[tuple[str, dict[Figure, int | None]]]:
    """Yield what each form of a table says of its figures."""
    for where, rows in forms(data, page.name):
        if not rows or not {*page.dimensions} <= set(rows[0]):
            continue
        yield (
            where,
            {
                page.figure({k: str(v) for k, v in row.items()}, column): whole_number(row[column])
                for row in rows
                for column in page.columns
                if column in row
            },
        )


def test_every_form_of_every_table_says_and_withholds_the_same(
    data: Path, pages: list[Page]
) -> None:
    kinds: set[str] = set()
    for page in pages:
        if not page.rows:
            continue
        told = page.figures
        count = 0
        for where, found in readings(data, page):
            kinds.add(where.rpartition(".")[2])
            count += 1
            for name, value in found.items():
                assert value == told.get(name), where
        # CSV, JSON, Parquet, spreadsheets, columns, API, archive, databases, versions
        assert count >= 9, page.name
    assert {"csv", "json", "parquet", "xlsx", "ods", "sqlite", "duckdb"} <= kinds
