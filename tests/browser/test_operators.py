"""Choosing an operator: the nearest first, why each is there, three compared, soon on a phone."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.kinds import visit

# «Slow 4G» and a processor four times slower: a mid-range phone.
LATENCY, BYTES_A_SECOND, SLOWER = 0.15, 1_600_000 / 8, 4


def shown(page: Page) -> list[str]:
    return page.locator("#righe tr:not([hidden]) th > a").all_text_contents()


def test_sites_come_from_the_nearest_once_the_visitor_says_where_they_start(
    address: str, open_context: Any
) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/")
    by_name = shown(page)
    page.get_by_label("Parto da").fill("Lecco (LC)")
    expect(page.locator("#ordine")).to_contain_text("Dalla più vicina a Lecco")
    first = page.locator("#righe tr:not([hidden])").first
    expect(first).to_contain_text("Lecco (LC)")
    reasons = page.locator("#righe tr:not([hidden]) .perche").all_text_contents()
    distances = [int(text.split(" a circa ")[1].split(" km")[0]) for text in reasons]
    assert distances == sorted(distances)
    page.get_by_role("button", name="Togli i filtri").click()
    expect(page.locator("#ordine")).to_contain_text("In ordine di nome")
    assert shown(page) == by_name


def test_each_answer_says_which_wishes_it_meets(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/?gruppo=udito&apertura=mattina")
    expect(page.get_by_label("Aperto la mattina")).to_be_checked()
    for text in page.locator("#righe tr:not([hidden]) .perche").all_text_contents():
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


def test_the_first_view_needs_under_a_second_on_a_phone_and_its_data_little_more(
    address: str, open_context: Any, site: Path
) -> None:
    page = open_context(375).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, address + "operatori/")
    tree = (site / "operatori/index.html").read_text("utf-8")
    head, body = tree.split("</head>")
    # nothing but the styles stands between the page and the first paint
    scripts = head.count("<script")
    assert scripts == head.count("<script defer") + head.count('<script type="module"') > 0
    styles = [
        site / "operatori" / line.split('href="')[1].split('"')[0]
        for line in head.splitlines()
        if 'rel="stylesheet"' in line
    ]
    # the title, the ways on, the filters and the first sites of the list
    beginning = head + body[: body.index("</tr>", body.index('id="righe"'))]
    waited = len(gzip.compress(beginning.encode())) + sum(map(compressed, styles))
    assert 3 * LATENCY + waited / BYTES_A_SECOND < 1
    own = [url.split("/prova/")[1].split("?")[0] for url in asked]
    data = [name for name in own if name.startswith("operatori/")]
    size = sum(
        compressed(site / (f"{name}index.html" if name.endswith("/") else name)) for name in data
    )
    assert {"operatori/", "operatori/mappa.js"} <= set(data)
    assert size < 200_000
    assert "operatori/comuni.json" not in own


def test_a_phone_four_times_slower_paints_before_the_list_s_scripts_have_run(
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
    map_asked = page.evaluate(
        "performance.getEntriesByType('resource').find(r => r.name.endsWith('mappa.js')).startTime"
    )
    assert painted < map_asked
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top < innerHeight")


def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))
