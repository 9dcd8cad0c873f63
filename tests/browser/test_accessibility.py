"""axe finds nothing, nothing is wider than the screen, and the keyboard reaches everything."""

from __future__ import annotations

from math import hypot
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from etl.config import ROOT
from etl.site.maps import Point, region_map
from tests.browser.kinds import KINDS, eventually, visit

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    page.add_script_tag(path=str(AXE))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_small_phone(
    address: str, open_context: Any, kind: str, width: int
) -> None:
    # axe comes in as an inline script, so this context alone leaves the policy out
    page = open_context(width, bypass_csp=True).new_page()
    visit(page, address + kind)
    for element in page.locator("main details:not([open]) > summary").all():
        if element.is_visible():
            element.click()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("kind", KINDS)
def test_the_keyboard_skips_to_the_contents_and_every_stop_can_be_seen(
    address: str, open_context: Any, kind: str
) -> None:
    page = open_context().new_page()
    visit(page, address + kind)
    page.keyboard.press("Tab")
    skip = "Skip to content" if kind.startswith("en/") else "Vai al contenuto"
    link = page.get_by_role("link", name=skip)
    expect(link).to_be_focused()
    assert link.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#contenuto")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return true;
              const style = getComputedStyle(element);
              const box = element.getBoundingClientRect();
              return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
                && box.width > 0 && box.height > 0;
            }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


@pytest.mark.parametrize(("section", "noun"), [("scoperture/", "posti"), ("operatori/", "sedi")])
def test_a_marker_is_named_and_filters_the_list_by_keyboard(
    address: str, open_context: Any, section: str, noun: str
) -> None:
    page = open_context().new_page()
    visit(page, address + section + "?provincia=097")
    marker = page.locator(".cerchio-comune").first
    name = marker.get_attribute("aria-label")
    assert name
    number, rest = name.split(" ", 1)
    assert rest.startswith(f"{noun} a Lecco")
    expect(marker).to_have_attribute("role", "button")
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#elenco")).to_be_focused()
    expect(page.get_by_label("Comune", exact=True)).to_have_value(rest.removeprefix(f"{noun} a "))
    expect(page.locator("#conteggio")).to_contain_text(f"{number} {noun}")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_cluster_says_what_it_holds_and_opens_by_keyboard(
    address: str, open_context: Any, key: str
) -> None:
    page = open_context(375).new_page()
    visit(page, address + "operatori/")
    cluster = page.locator(".cerchio-gruppo").first
    assert cluster.get_attribute("aria-label").endswith(" comuni")
    before = page.locator(".cerchio-comune").count()
    cluster.focus()
    page.keyboard.press(key)
    assert eventually(page, lambda: page.locator(".cerchio-comune").count() > before)


def test_the_map_can_be_skipped_and_its_outlines_take_no_focus(
    address: str, open_context: Any
) -> None:
    page = open_context().new_page()
    visit(page, address + "scoperture/")
    skip = page.get_by_role("link", name="Salta la mappa e vai all’elenco")
    skip.focus()
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#elenco")).to_be_focused()
    assert page.locator(".provincia-mappa").count() == 12
    assert page.locator(".provincia-mappa[tabindex], .provincia-mappa[role]").count() == 0


def test_the_map_s_controls_speak_italian(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/")
    for name in ("Ingrandisci la mappa", "Rimpicciolisci la mappa", "Tutta la regione"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    assert "Zoom" not in page.content()


def test_the_map_does_not_move_for_who_asks_for_less_motion(
    address: str, open_context: Any
) -> None:
    page = open_context(reduced_motion="reduce").new_page()
    visit(page, address + "scoperture/")
    assert page.locator(".leaflet-fade-anim").count() == 0
    moving = open_context(reduced_motion="no-preference").new_page()
    visit(moving, address + "scoperture/")
    assert moving.locator(".leaflet-fade-anim").count() == 1


def test_on_paper_only_the_contents_remain(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    visit(page, address + "operatori/")
    page.emulate_media(media="print")
    expect(page.locator("nav.menu")).to_be_hidden()
    expect(page.locator(".mappa")).to_be_hidden()
    expect(page.locator("#filtri")).to_be_hidden()
    expect(page.locator("#righe tr").first).to_be_visible()


SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"codice_provincia": "015", "provincia": "Milano"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[8.5, 45], [11, 45], [11, 46.5], [8.5, 46.5], [8.5, 45]]],
            },
        }
    ],
}
MAP_ALONE = """
import { carta } from "./carta.js";
carta("../../scoperture/mappa.js", () => {});
document.getElementById("filtri").dataset.pronto = "";
"""
CIRCLES = """() => [...document.querySelectorAll(".cerchio")].map((circle) => {
  const { x, y, width } = circle.getBoundingClientRect();
  return [x + width / 2, y + width / 2, width];
})"""


def dense_points() -> list[Point]:
    """Return 900 comuni as close as those around a metropolis, and a few on the very same spot."""
    chance = Random(68)
    spots = [
        (round(chance.gauss(45.55, 0.3), 4), round(chance.gauss(9.4, 0.5), 4)) for _ in range(890)
    ]
    spots += [(45.6983, 9.6773)] * 10
    return [
        Point(lat, lon, f"{number:06}", f"Comune {number}", 1 + int(chance.paretovariate(0.6)))
        for number, (lat, lon) in enumerate(spots)
    ]


def serve(page: Page, pattern: str, module: str) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body=module, content_type="text/javascript")

    page.route(pattern, answer)


@pytest.mark.parametrize("width", [1280, 375])
def test_the_circles_of_a_crowded_map_can_be_told_apart_by_finger(
    address: str, open_context: Any, width: int
) -> None:
    page = open_context(width, bypass_csp=True, reduced_motion="reduce").new_page()
    serve(page, "**/scoperture/mappa.js", region_map(SQUARE, dense_points(), "../tema").module)
    serve(page, "**/tema/js/scoperture.js", MAP_ALONE)
    visit(page, address + "scoperture/")
    page.add_script_tag(path=str(AXE))
    circles: list[list[float]] = []

    def moved() -> bool:
        return bool(page.evaluate(CIRCLES) != circles)

    for _ in range(4):
        circles = page.evaluate(CIRCLES)
        assert len(circles) > 5
        for place, (x, y, side) in enumerate(circles):
            assert side >= 24
            for other_x, other_y, other_side in circles[:place]:
                assert hypot(x - other_x, y - other_y) >= (side + other_side) / 2
        small = page.evaluate("axe.run({runOnly: {type: 'rule', values: ['target-size']}})")
        assert small["violations"] == []
        page.get_by_role("button", name="Ingrandisci la mappa").click()
        assert eventually(page, moved)
