"""Every page works under the strict policy, asks nobody else, and runs nothing hostile."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.kinds import KINDS, visit
from tests.site.fabricated import HOSTILE

WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  (window.violazioni ??= []).push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


def watched(page: Page) -> tuple[list[str], list[str]]:
    faults: list[str] = []
    hosts: list[str] = []
    page.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.on("request", lambda request: hosts.append(urlsplit(request.url).netloc))
    page.on(
        "response",
        lambda answer: (
            faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    return faults, hosts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1280, 375])
def test_pages_work_under_the_policy_and_ask_no_other_host(
    address: str, open_context: Any, kind: str, width: int
) -> None:
    context = open_context(width)
    context.add_init_script(WATCH)
    page = context.new_page()
    faults, hosts = watched(page)
    visit(page, address + kind)
    assert faults == []
    assert set(hosts) == {urlsplit(address).netloc}
    assert page.evaluate("window.violazioni ?? []") == []
    assert page.evaluate("window.colpito ?? null") is None


def test_maps_stay_within_the_policy_while_they_are_used(address: str, open_context: Any) -> None:
    context = open_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    faults, hosts = watched(page)
    visit(page, address + "scoperture/")
    page.get_by_role("button", name="Rimpicciolisci la mappa").click()
    page.wait_for_timeout(400)
    page.get_by_role("button", name="Ingrandisci la mappa").click()
    page.wait_for_timeout(400)
    page.get_by_label("Provincia", exact=True).select_option("097")
    page.wait_for_timeout(600)
    page.locator(".cerchio").first.click()
    page.wait_for_timeout(600)
    page.get_by_role("button", name="Tutta la regione").click()
    page.wait_for_timeout(400)
    assert faults == []
    assert set(hosts) == {urlsplit(address).netloc}
    assert page.evaluate("window.violazioni ?? []") == []


@pytest.mark.parametrize("hostile", HOSTILE[:3])
def test_a_hostile_vacancy_is_shown_and_runs_nowhere(
    address: str, open_context: Any, hostile: str
) -> None:
    page = open_context().new_page()
    visit(page, address + "scoperture/")
    page.get_by_label("Professione o compito").fill(hostile)
    expect(page.locator("#righe")).to_contain_text(hostile)
    expect(page.locator("#conteggio")).to_contain_text("1 offerta")
    assert page.evaluate("window.colpito ?? null") is None


def test_hostile_choices_in_the_address_run_nowhere(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    faults, _ = watched(page)
    query = "?comune=%3Cimg%20src%3Dx%20onerror%3Dwindow.colpito%3D1%3E&pagina=javascript:1"
    for section in ("scoperture/", "operatori/"):
        page.goto(f"{address}{section}{query}&provincia=999")
        expect(page.locator("#nessuno")).to_be_visible()
        # what is still coming when one leaves a page counts as failed
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.colpito ?? null") is None
    assert faults == []


def test_the_page_of_unknown_addresses_works_at_any_depth(
    address: str, open_context: Any, site: Any
) -> None:
    context = open_context()
    body = (site / "404.html").read_text(encoding="utf-8")
    context.route(
        "**/che/non/esiste/",
        lambda route: route.fulfill(status=404, content_type="text/html", body=body),
    )
    page = context.new_page()
    page.goto(address + "una/pagina/che/non/esiste/")
    color = page.locator("h1").evaluate("element => getComputedStyle(element).color")
    assert color == "rgb(23, 50, 77)"
    page.get_by_role("main").get_by_role("link", name="Operatori").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Operatori")
