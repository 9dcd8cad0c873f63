"""Searching the site: what is found, how it is told, and that nobody learns of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect


def test_accents_cases_and_slips_do_not_hide_a_page(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    page.goto(address + "cerca/")
    for words in ("Accessibilità", "accessibilita", "ACCESSIBILIT", "accesibilità"):
        page.get_by_label("Che cosa cerchi?").fill(words)
        expect(
            page.get_by_role("list").get_by_role("link", name="Accessibilità", exact=True).first
        ).to_be_visible()
        expect(page.locator("#esito")).to_contain_text("trovat")
    page.get_by_label("Che cosa cerchi?").fill("xyzzyq")
    expect(page.locator("#esito")).to_contain_text("Nessuna pagina con «xyzzyq»")
    expect(page.locator("#risultati li")).to_have_count(0)


def test_a_search_can_be_shared_and_no_server_hears_of_it(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + "cerca/#q=quota%20di%20riserva")
    result = page.locator("#risultati").get_by_role("link", name="Quota di riserva").first
    expect(result).to_be_visible()
    before = len(asked)
    page.get_by_label("Che cosa cerchi?").fill("scopertura")
    page.keyboard.press("Enter")
    expect(page.locator("#risultati a").first).to_contain_text("Scopertura")
    assert page.url == address + "cerca/#q=scopertura"
    assert [url for url in asked[before:] if not url.endswith(".svg")] == []
    assert not any("riserva" in url for url in asked)
    page.locator("#risultati a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_markup_in_the_words_is_only_text(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    page.goto(address + "cerca/#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.locator("#esito")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("#esito img").count() == 0
