"""The explorer in a real browser: by mouse and keyboard, from a link, and without JavaScript."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from playwright.sync_api import Page, expect

from tests.browser.kinds import visit
from tests.browser.test_policy import WATCH, watched

CELLS = "dati/scoperture-territoriali/esplora/"
POSTS = "dati/posti-disponibili/esplora/"


def frame(zone: Path, slug: str) -> pd.DataFrame:
    return pq.read_table(zone / "datasets" / slug / f"{slug}.parquet").to_pandas()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#corpo tr > :nth-child({number})").all_inner_texts()


def test_a_filter_made_by_keyboard_alone_is_announced_and_stands_in_the_address(
    address: str, open_context: Any, zone: Path
) -> None:
    page = open_context().new_page()
    visit(page, address + POSTS)
    page.get_by_role("button", name="Aggiungi un filtro").focus()
    page.keyboard.press("Enter")
    group = page.get_by_role("group", name="Filtro 1")
    expect(group.get_by_label("Colonna")).to_be_focused()
    group.get_by_label("Colonna").select_option(label="Posti")
    expect(page.get_by_role("group", name="Filtro 1").get_by_label("Colonna")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    count = int((frame(zone, "posti-disponibili")["posti"] >= 3).sum())
    expect(page.locator("#conteggio[role=status]")).to_contain_text(f"{count} righe su")
    assert page.url.endswith("#filtro=posti%3Ada%3A3")
    page.get_by_role("button", name="Togli il filtro 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Aggiungi un filtro")).to_be_focused()
    assert "#" not in page.url


def test_a_wrong_number_is_said_beside_the_field(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + POSTS + "#filtro=posti:da:2")
    field = page.get_by_role("group", name="Filtro 1").get_by_label("Valore")
    field.fill("due")
    expect(field).to_have_attribute("aria-invalid", "true")
    error = page.locator(f"#{field.get_attribute('aria-describedby')}")
    expect(error).to_contain_text("Scrivi un numero")


def test_groups_say_what_they_leave_out_in_table_and_chart(
    address: str, open_context: Any, zone: Path
) -> None:
    page = open_context().new_page()
    visit(page, address + CELLS)
    page.get_by_label("Raggruppa per").select_option(label="Provincia")
    page.get_by_label("Calcola").select_option(label="somma di «Posti scoperti»")
    rows = frame(zone, "scoperture-territoriali").groupby("provincia")
    names = column(page, 1)
    assert sorted(names) == sorted(rows.groups)
    for name, total, left_out in zip(names, column(page, 3), column(page, 4), strict=True):
        group = rows.get_group(name)
        hidden = int((group["scoperture_stato"] == "riservato").sum())
        assert total == f"{group['scoperture'].sum():,.0f}".replace(",", ".")
        assert left_out == (
            f"{hidden} riservat{'o' if hidden == 1 else 'i'}" if hidden else "nessuno"
        )
    bars = page.locator(".grafico-riga")
    assert bars.count() == len(names)
    assert page.locator(".grafico-barre").get_attribute("aria-hidden") == "true"
    assert page.locator(".barra-parziale").count() == sum(
        (group["scoperture_stato"] == "riservato").any() for _, group in rows
    )


def test_a_link_opens_the_same_view_and_back_and_forth_follow(
    address: str, open_context: Any
) -> None:
    context = open_context()
    page = context.new_page()
    link = address + POSTS + "#ordine=posti:giu&colonne=posti,provincia&filtro=provincia:e:Milano"
    visit(page, link)
    expect(page.get_by_label("Ordina le righe per")).to_have_value("posti")
    expect(page.locator("#testa th")).to_have_text(["Posti", "Provincia"])
    expect(page.locator("#testa th[aria-sort=descending]")).to_have_text("Posti")
    first = column(page, 1)
    assert first == sorted(first, reverse=True)
    page.get_by_role("button", name="Copia il collegamento").click()
    expect(page.locator("#copiato")).not_to_be_empty()
    other = context.new_page()
    visit(other, page.url)
    assert column(other, 1) == first
    other.evaluate("window.location.hash = 'colonne=posti'")
    expect(other.locator("#testa th")).to_have_text(["Posti"])


def test_the_selection_comes_down_as_csv_without_a_request(
    address: str, open_context: Any, zone: Path
) -> None:
    context = open_context(accept_downloads=True)
    context.add_init_script(WATCH)
    page = context.new_page()
    faults, _ = watched(page)
    visit(page, address + POSTS + "#filtro=posti:e:2&colonne=id_posto,comune,posti")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with page.expect_download() as download:
        page.get_by_role("button", name="Scarica in CSV").click()
    assert download.value.suggested_filename == "posti-disponibili-1.0.0-selezione.csv"
    with download.value.path().open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    expected = frame(zone, "posti-disponibili").query("posti == 2")
    assert [row["id_posto"] for row in rows] == list(expected["id_posto"])
    assert [row["comune_stato"] for row in rows] == list(expected["comune_stato"])
    assert all(row["comune"] == "" for row in rows if row["comune_stato"] == "riservato")
    assert not [url for url in requests if not url.startswith("blob:")]
    assert faults == []
    assert page.evaluate("window.violazioni ?? []") == []


def test_without_javascript_the_table_is_there(address: str, open_context: Any) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address + POSTS)
    assert page.locator("#corpo tr").count() == 25
    expect(page.locator("#scelte")).to_be_hidden()
    expect(page.locator("main noscript p")).to_contain_text("Per filtrare serve JavaScript")


def test_a_file_that_cannot_be_read_leaves_the_first_rows_and_says_so(
    address: str, open_context: Any
) -> None:
    page = open_context().new_page()
    page.route("**/*.parquet", lambda route: route.fulfill(status=503, body=""))
    page.goto(address + POSTS)
    expect(page.locator("#conteggio")).to_contain_text("non si possono leggere")
    assert page.locator("#corpo tr").count() == 25
    expect(page.locator("#azioni")).to_be_hidden()


def test_search_engines_data_are_in_the_page_and_the_policy_lets_them(
    address: str, open_context: Any
) -> None:
    context = open_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    faults, _ = watched(page)
    page.goto(address + "dati/posti-disponibili/")
    said = page.locator('script[type="application/ld+json"]').text_content()
    assert json.loads(said or "")["@type"] == "Dataset"
    assert page.evaluate("window.violazioni ?? []") == []
    assert page.evaluate("window.colpito ?? null") is None
    assert faults == []
