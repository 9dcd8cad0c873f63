"""Choosing an operator: the nearest first, why each is there, three compared, soon on a phone."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from etl.site.language import collation_key
from etl.site.sites import FIRST_ROWS
from tests.browser.kinds import visit

# «Slow 4G» and a processor four times slower: a mid-range phone.
LATENCY, BYTES_A_SECOND, SLOWER = 0.15, 1_600_000 / 8, 4


def shown(page: Page) -> list[str]:
    return page.locator("#righe tr th > a").all_text_contents()


def test_sites_come_from_the_nearest_once_the_visitor_says_where_they_start(
    address: str, open_context: Any
) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/")
    by_name = shown(page)
    page.get_by_label("Parto da").fill("Lecco (LC)")
    expect(page.locator("#ordine")).to_contain_text("Dalla più vicina a Lecco")
    first = page.locator("#righe tr").first
    expect(first).to_contain_text("Lecco (LC)")
    reasons = page.locator("#righe tr .perche").all_text_contents()
    distances = [int(text.split(" a circa ")[1].split(" km")[0]) for text in reasons]
    assert distances == sorted(distances)
    page.get_by_role("button", name="Togli i filtri").click()
    expect(page.locator("#ordine")).to_contain_text("In ordine di nome")
    assert shown(page) == by_name


def test_each_answer_says_which_wishes_it_meets(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/?gruppo=udito&apertura=mattina")
    expect(page.get_by_label("Aperto la mattina")).to_be_checked()
    assert shown(page) == sorted(shown(page), key=collation_key)
    for text in page.locator("#righe tr .perche").all_text_contents():
        assert text.startswith("Perché la vedi: ")
        assert "disabilità dell’udito" in text
        assert "aperto la mattina" in text


def test_up_to_three_sites_stand_side_by_side_in_the_list_s_order(
    address: str, open_context: Any
) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/")
    boxes = page.locator(".scegli-confronto input:visible")
    for place in (4, 2, 0):
        boxes.nth(place).check()
    table = page.get_by_role("table", name="A confronto")
    names = table.locator("thead a").all_text_contents()
    wanted = shown(page)
    assert names == [wanted[0], wanted[2], wanted[4]]
    expect(table.locator("tbody th").first).to_have_text("Dove")
    boxes.nth(6).click()
    expect(page.locator("#confronto-avviso")).to_contain_text("al massimo tre")
    assert table.locator("thead a").count() == 3
    page.get_by_role("button", name="Togli il confronto").click()
    expect(page.locator("#confronto")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_sites_of_a_province_stand_side_by_side_without_any_script(
    address: str, open_context: Any, scripts: bool
) -> None:
    page = open_context(java_script_enabled=scripts).new_page()
    page.goto(address + "operatori/provincia/milano/")
    whole = page.locator(".sede:visible").count()
    expect(page.locator(".affianca-scelta")).not_to_be_visible()
    boxes = page.locator(".segna")
    names = page.locator(".sede h3").all_text_contents()
    for place in (5, 0, 2):
        boxes.nth(place).check()
    expect(page.get_by_role("link", name="Leggi dall’inizio")).not_to_be_visible()
    page.get_by_label("Affianca le sedi segnate").check()
    shown = page.locator(".sede:visible")
    assert shown.locator("h3").all_text_contents() == [names[0], names[2], names[5]]
    # the same thing stands at the same height in every column
    columns = [
        [round(term.bounding_box()["y"]) for term in site.locator("dt").all()]
        for site in shown.all()
    ]
    assert columns[0] == columns[1] == columns[2]
    assert len(columns[0]) == 9
    places = [site.bounding_box() for site in shown.all()]
    assert all(one["x"] + one["width"] <= two["x"] for one, two in itertools.pairwise(places))
    page.get_by_role("link", name="Leggi dall’inizio").click()
    expect(shown.first.locator("h3")).to_be_in_viewport()
    page.get_by_role("button", name="Togli il confronto").click()
    assert page.locator(".sede:visible").count() == whole


def test_of_more_than_three_marked_sites_the_first_three_are_compared(
    address: str, open_context: Any
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address + "operatori/provincia/milano/")
    for place in range(4):
        page.locator(".segna").nth(place).check()
    page.get_by_label("Affianca le sedi segnate").check()
    names = page.locator(".sede h3").all_text_contents()
    assert page.locator(".sede:visible h3").all_text_contents() == names[:3]


def test_the_first_view_needs_a_page_and_its_styles_only(
    address: str, open_context: Any, site: Path
) -> None:
    tree = (site / "operatori/index.html").read_text("utf-8")
    head = tree.split("</head>")[0]
    # a module waits for the page; nothing else that could hold the first paint back
    assert head.count("<script") == head.count('<script type="module"') == 1
    styles = [
        site / "operatori" / line.split('href="')[1].split('"')[0]
        for line in head.splitlines()
        if 'rel="stylesheet"' in line
    ]
    assert len(styles) <= 3
    # however many sites there are, the page holds the ways on, the filters and the first of them
    assert tree.count("<tr>") == 1 + FIRST_ROWS
    first = compressed(site / "operatori/index.html") + sum(map(compressed, styles))
    # connection, page, styles: each waits once for the network
    assert 3 * LATENCY + first / BYTES_A_SECOND < 0.6
    page = open_context(375, java_script_enabled=False).new_page()
    page.goto(address + "operatori/")
    for way in ("Milano", "Lecco"):
        box = page.get_by_role("link", name=way, exact=True).first.bounding_box()
        assert box["y"] + box["height"] < 900


def test_all_data_of_the_dashboard_weigh_under_200_kb_for_two_thousand_sites(
    address: str, open_context: Any, site: Path
) -> None:
    page = open_context(375).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "operatori/")
    page.locator("#filtri[data-pronto]").wait_for(state="attached")

    def own() -> set[str]:
        names = {url.split("/prova/")[1].split("?")[0] for url in asked}
        return {name for name in names if name.startswith("operatori/")}

    # the map is out of sight: neither it nor what draws it has been asked for
    assert own() == {"operatori/", "operatori/sedi.json"}
    assert not [url for url in asked if "leaflet" in url]
    page.locator(".mappa").scroll_into_view_if_needed()
    page.locator(".mappa[data-pronta]").wait_for()
    page.get_by_text("Filtri", exact=True).click()
    page.get_by_label("Parto da").fill("Lecco (LC)")
    expect(page.locator("#ordine")).to_contain_text("Dalla più vicina a Lecco")
    assert own() == {f"operatori/{name}" for name in ("", "sedi.json", "mappa.js", "comuni.json")}
    sites = json.loads((site / "operatori/sedi.json").read_text("utf-8"))["sedi"]["id"]
    a_site = compressed(site / "operatori/sedi.json") / len(sites)
    rest = sum(
        compressed(site / "operatori" / name) for name in ("index.html", "mappa.js", "comuni.json")
    )
    assert 2000 * a_site + rest < 200_000


def test_a_phone_four_times_slower_paints_before_the_list_s_data_have_come(
    address: str, open_context: Any
) -> None:
    context = open_context(375)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 1000 * LATENCY,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    visit(page, address + "operatori/")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    come = page.evaluate(
        "performance.getEntriesByName(new URL('sedi.json', location).href)[0].responseEnd"
    )
    assert painted < come
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top < innerHeight")


def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))
