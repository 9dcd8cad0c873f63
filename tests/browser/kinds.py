"""One address for each kind of page, and how to wait until a page is ready."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

KINDS = [
    "",
    "operatori/",
    "operatori/operatore-13/",
    "scoperture/",
    "scoperture/?notte=no&provincia=015",
    "scoperture/lecco/",
    "scoperture/milano/3/",
    "scoperture/bergamo/",
    "dati/",
    "dati/posti-disponibili/",
    "dati/cifre-pubblicate/",
    "qualita/",
    "qualita/citta-metropolitana-di-milano/",
    "qualita/riservatezza/",
    "glossario/",
    "accessibilita/",
    "privacy/",
    "note-legali/",
    "404.html",
]


def visit(page: Page, url: str) -> None:
    """Open the address; where there is a map, wait until its markers stand."""
    page.goto(url)
    if page.locator(".mappa").count():
        page.locator(".mappa[data-pronta]").wait_for()


def eventually(page: Page, holds: Callable[[], bool]) -> bool:
    """Return whether the condition comes true within ten seconds.

    Playwright's own waiting for a function needs `eval`, which the policy forbids.
    """
    for _ in range(100):
        if holds():
            return True
        page.wait_for_timeout(100)
    return False
