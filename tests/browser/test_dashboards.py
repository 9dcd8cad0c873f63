"""Filters, map, list and address move together; without scripts the lists are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tests.browser.kinds import eventually, visit


def rows(zone: Path, slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(
        zone / "datasets" / slug / f"{slug}.parquet"
    ).to_pylist()
    return found


def announced(page: Page) -> list[int]:
    text = page.locator("#conteggio").text_content() or ""
    return [int(number.replace(".", "")) for number in re.findall(r"[\d.]+", text)]


def on_the_map(page: Page) -> int:
    names = [item.get_attribute("aria-label") or "" for item in page.locator(".cerchio").all()]
    return sum(int(name.split()[0].replace(".", "")) for name in names)


def test_filters_on_vacancies_agree_with_the_released_data(
    address: str, open_context: Any, zone: Path
) -> None:
    page = open_context().new_page()
    visit(page, address + "scoperture/")
    page.get_by_label("Senza turni di notte").check()
    page.get_by_label("Raggiungibile con i mezzi pubblici").check()
    page.get_by_label("Settore", exact=True).select_option("G")
    page.get_by_label("Riservato a", exact=True).select_option("D")
    wanted = [
        row
        for row in rows(zone, "posti-disponibili")
        if row["turni_notturni"] == "N"
        and row["mezzi_pubblici"] == "S"
        and row["settore"] == "G"
        and row["categoria_soggetto"] == "D"
    ]
    posts = sum(row["posti"] for row in wanted)
    expect(page.locator("#conteggio")).to_contain_text(f"{posts} posti in {len(wanted)} offerte")
    placed = sum(row["posti"] for row in wanted if row["comune"])
    assert eventually(page, lambda: on_the_map(page) == placed)
    hidden = posts - placed
    expect(page.locator("#fuori-mappa")).to_contain_text(f"{hidden} posti non sono sulla mappa")


def test_filters_on_operators_agree_with_the_released_data(
    address: str, open_context: Any, zone: Path
) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/?gruppo=vista&gruppo=udito")
    wanted = [
        row
        for row in rows(zone, "sedi-operatori")
        if {"vista", "udito"} <= set(row["gruppi_disabilita"])
    ]
    operators = len({row["id_operatore"] for row in wanted})
    assert announced(page)[:2] == [len(wanted), operators]
    expect(page.get_by_label("disabilità della vista")).to_be_checked()
    assert eventually(page, lambda: on_the_map(page) == len(wanted))


def test_choices_stand_in_the_address_and_come_back_from_it(
    address: str, open_context: Any
) -> None:
    context = open_context()
    page = context.new_page()
    visit(page, address + "scoperture/")
    page.get_by_label("Provincia", exact=True).select_option("015")
    page.get_by_label("Senza barriere architettoniche").check()
    page.wait_for_url("**/scoperture/?provincia=015&barriere=no")
    page.get_by_role("button", name="Pagina successiva").click()
    page.wait_for_url("**/scoperture/?provincia=015&barriere=no&pagina=2")
    first = page.locator("#righe tr").first.text_content()
    count = page.locator("#conteggio").text_content()
    other = context.new_page()
    visit(other, page.url)
    expect(other.locator("#conteggio")).to_have_text(count)
    assert other.locator("#righe tr").first.text_content() == first


def test_taking_the_filters_away_gives_the_whole_list_back(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/")
    whole = page.locator("#conteggio").text_content()
    page.get_by_label("Comune", exact=True).fill("BERGAMO FRAZIONE")
    expect(page.locator("#conteggio")).not_to_have_text(whole)
    page.get_by_role("button", name="Togli i filtri").click()
    expect(page.locator("#conteggio")).to_have_text(whole)
    page.wait_for_url("**/operatori/")


def test_an_empty_result_says_what_to_do(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "scoperture/")
    page.get_by_label("Comune", exact=True).fill("nessun comune")
    expect(page.locator("#nessuno")).to_be_visible()
    expect(page.locator("#conteggio")).to_have_text("0 posti in 0 offerte")
    assert page.locator("#righe tr").count() == 0


def test_pages_turn_by_keyboard_and_the_reader_is_taken_to_the_list(
    address: str, open_context: Any, zone: Path
) -> None:
    page = open_context().new_page()
    visit(page, address + "scoperture/")
    last = -(-len(rows(zone, "posti-disponibili")) // 25)
    button = page.get_by_role("button", name=f"Pagina {last} di {last}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#elenco")).to_be_focused()
    expect(page.locator("#conteggio")).to_contain_text(f"pagina {last} di {last}")
    expect(page.get_by_role("button", name=f"Pagina {last} di {last}")).to_have_attribute(
        "aria-current", "page"
    )
    assert page.locator("#righe tr").count() == len(rows(zone, "posti-disponibili")) % 25 or 25


def test_the_list_can_be_ordered_by_occupation(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "scoperture/")
    page.get_by_label("Ordina per").select_option("professione")
    page.wait_for_url("**/?ordine=professione")
    names = page.locator("#righe th > span").all_text_contents()
    assert set(names) == {"Addetti agli affari generali"}


@pytest.mark.parametrize(("section", "columns"), [("scoperture/", 6), ("operatori/", 4)])
def test_the_page_draws_the_same_rows_as_the_server(
    address: str, open_context: Any, section: str, columns: int
) -> None:
    plain = open_context(java_script_enabled=False).new_page()
    plain.goto(address + section)
    page = open_context().new_page()
    visit(page, address + section)
    # what only a script can do stands in the rows that it draws
    page.locator(".scegli-confronto").evaluate_all("boxes => boxes.forEach(box => box.remove())")

    def cells(view: Page) -> list[str]:
        texts = view.locator("#righe tr > *").all_inner_texts()
        return [" ".join(text.split()) for text in texts]

    assert cells(plain) == cells(page)
    assert len(cells(page)) == 25 * columns


def test_without_scripts_the_lists_are_whole_and_no_empty_tool_is_shown(
    address: str, open_context: Any, zone: Path
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address + "operatori/")
    expect(page.locator("#filtri")).to_be_hidden()
    expect(page.locator(".mappa")).to_be_hidden()
    ways = page.get_by_role("navigation", name="Dove cerchi?").get_by_role("link").all()
    lists = [str(way.get_attribute("href")) for way in ways]
    shown = 0
    for way in lists:
        page.goto(address + "operatori/" + way)
        shown += page.locator(".sede:visible").count()
    assert shown == len(rows(zone, "sedi-operatori"))
    page.goto(address + "scoperture/")
    expect(page.locator(".mappa")).to_be_hidden()
    page.get_by_role("link", name="Milano", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Milano")
    assert page.locator("tr[id^='posto-']").count() == 100
    page.get_by_role("link", name="Pagina successiva").click()
    expect(page.get_by_text("pagina 2 di 3").first).to_be_visible()


def test_the_list_works_where_the_map_cannot_be_drawn(address: str, open_context: Any) -> None:
    context = open_context()
    context.route("**/leaflet.js", lambda route: route.abort())
    page = context.new_page()
    for section in ("operatori/", "scoperture/"):
        page.goto(address + section)
        expect(page.locator("#pagine")).to_be_visible()
        page.get_by_label("Comune", exact=True).fill("Lecco Frazione 2")
        expect(page.locator("#righe tr:visible").first).to_contain_text("Lecco Frazione 2")


@pytest.mark.parametrize(
    ("section", "file"), [("scoperture/", "posti.json"), ("operatori/", "sedi.json")]
)
def test_where_the_list_does_not_load_the_page_says_so_and_shows_the_way(
    address: str, open_context: Any, section: str, file: str
) -> None:
    context = open_context()
    context.route(f"**/{file}", lambda route: route.abort())
    page = context.new_page()
    page.goto(address + section)
    expect(page.locator("#conteggio")).to_contain_text("non si è caricato")
    expect(page.locator("#filtri")).to_be_hidden()
    expect(page.get_by_role("link", name="Milano", exact=True)).to_be_visible()
