"""One address for each kind of page, and how to wait until a page is ready."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

KINDS = [
    "",
    "operatori/",
    "operatori/operatore-13/",
    "operatori/efficacia/",
    "operatori/guida/",
    "operatori/provincia/lecco/vista/",
    "operatori/efficacia/2018-2020/contratto-stabile/",
    "operatori/uffici/milano/",
    "scoperture/",
    "scoperture/?notte=no&provincia=015",
    "scoperture/lecco/",
    "scoperture/milano/3/",
    "scoperture/bergamo/",
    "incrocio/",
    "incrocio/como/",
    "incrocio/come-funziona/",
    "cerca-lavoro/",
    "cerca-lavoro/#cerca&lavoro=41120&comune=Milano+%28MI%29&quanto=100&gruppo=2&d-vista=2",
    "cerca-lavoro/#cerca&quanto=tanto",
    "strumenti/quota/",
    "strumenti/quota/#calcolo&giorno=2025-12-31&1.provincia=015&1.lavoratori=120&1.esclusi=8"
    "&1.orario=disabili*2*16*40*1&2.provincia=058&2.lavoratori=60&retribuzione_mensile=1500",
    "strumenti/quota/#calcolo&1.lavoratori=dodici&1.orario=dipendenti*1*50*40",
    "strumenti/articolo-14/#base=98&forza=4",
    "monitoraggio/",
    "monitoraggio/agricoltura-sociale/",
    "monitoraggio/piani-di-zona/",
    "buone-pratiche/",
    "modelli/scheda-segnalazione/",
    "dati/",
    "dati/posti-disponibili/",
    "dati/posti-disponibili/esplora/",
    "dati/scoperture-territoriali/esplora/#gruppo=codice_provincia&calcolo=somma:imprese"
    "&filtro=macrosettore:e:industria",
    "dati/posti-disponibili/versioni/",
    "dati/posti-disponibili/versioni/1.0.0/",
    "dati/esempi/",
    "dati/modifiche/",
    "dati/cifre-pubblicate/",
    "qualita/",
    "qualita/citta-metropolitana-di-milano/",
    "qualita/riservatezza/",
    "qualita/metadati/",
    "glossario/",
    "cerca/",
    "cerca/#q=convenzione",
    "facile/",
    "facile/parole/",
    "en/",
    "en/dati/",
    "en/dati/posti-disponibili/",
    "accessibilita/",
    "privacy/",
    "note-legali/",
    "404.html",
]


def visit(page: Page, url: str) -> None:
    """Open the address; wait until a map has its markers, an explorer its data."""
    page.goto(url)
    if page.locator("#esplora").count():
        page.locator("#esplora[data-pronta]").wait_for()
    if page.locator("#cerca[novalidate]").count():
        page.locator("#cerca[data-pronto]").wait_for()
    if page.locator("form#filtri").count():
        page.locator("form#filtri[data-pronto]").wait_for(state="attached")
    if page.locator(".mappa").count():
        page.locator(".mappa").scroll_into_view_if_needed()
        page.locator(".mappa[data-pronta]").wait_for()
        page.evaluate("window.scrollTo(0, 0)")


def eventually(page: Page, holds: Callable[[], bool]) -> bool:
    """Return whether the condition comes true within ten seconds.

    Playwright's own waiting for a function needs `eval`, which the policy forbids.
    """
    for _ in range(100):
        if holds():
            return True
        page.wait_for_timeout(100)
    return False
