"""«Cerca lavoro» in a browser: what suits and why, nothing sent, nothing kept unless asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from etl.derive.matching.distance import metres, sphere_points
from tests.browser.conftest import POLICY
from tests.site.fabricated import HOSTILE

SECTION = "cerca-lavoro/"
CLERK = "41120"
HERE = "lavoro=41120&comune=Milano+%28MI%29"


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.locator("#cerca[data-pronto]").wait_for()
    return page


@pytest.fixture
def form(address: str, open_context: Any) -> Page:
    return opened(open_context().new_page(), address + SECTION)


def fill(page: Page, comune: str = "Milano", job: str = CLERK, reach: int = 30) -> None:
    page.get_by_label("Scegli il lavoro").select_option(job)
    page.get_by_label("In che comune abiti?").fill(comune)
    page.get_by_label("Quanta strada al massimo?").fill(str(reach))


def search(page: Page) -> None:
    page.get_by_role("button", name="Cerca", exact=True).click()


def count(page: Page, section: str) -> int:
    title = page.locator(f"#{section}")
    return int((title.text_content() or "").rsplit(": ", 1)[1]) if title.count() else 0


def vacancies(zone: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(
        zone / "datasets" / "posti-disponibili" / "posti-disponibili.parquet"
    ).to_pylist()
    return rows


def within(zone: Path, kilometres: int) -> list[dict[str, Any]]:
    """The clerks' vacancies for people with disabilities that buses reach, near Milano."""
    rows = vacancies(zone)
    home = next(row for row in rows if row["comune"] == "Milano")
    found = []
    for row in rows:
        if row["qualifica"] != "4.1.1.2.0" or row["comune"] is None:
            continue
        first, second = sphere_points([home["lat"], row["lat"]], [home["lon"], row["lon"]])
        if (
            metres(first, second) <= kilometres * 1_000
            and row["categoria_soggetto"] == "D"
            and row["mezzi_pubblici"] == "S"
        ):
            found.append(row)
    return found


# ---------------------------------------------------------------------------------------------
# Results


def test_what_suits_is_what_the_released_rows_say_nearest_first(form: Page, zone: Path) -> None:
    fill(form)
    search(form)
    expect(form.locator("#titolo-risultati")).to_be_focused()
    assert count(form, "adatte") == len(within(zone, 30)) > 10
    expect(form.locator("#conteggio")).to_contain_text(f"{len(within(zone, 30))} offerte adatte")
    places = form.locator("#adatte-elenco .voce-dove").all_text_contents()
    assert len(places) == 10
    assert "Milano (MI), il tuo comune" in places[0]
    distances = [
        float(found.group(1).replace(",", "."))
        if (found := re.search(r"a ([\d,]+) km", text))
        else 0
        for text in places
    ]
    assert distances == sorted(distances)
    form.get_by_role("button", name="Pagina 2 di 2").first.click()
    expect(form.locator("#adatte")).to_be_focused()
    expect(form.locator("#adatte-elenco")).to_have_attribute("start", "11")


def test_farther_and_in_another_province_there_are_more(form: Page, zone: Path) -> None:
    fill(form, reach=100)
    search(form)
    assert count(form, "adatte") == len(within(zone, 100)) > len(within(zone, 30))
    provinces = {row["codice_provincia"] for row in within(zone, 100)}
    assert len(provinces) > 1


def test_minutes_become_kilometres_by_the_means(form: Page, zone: Path) -> None:
    fill(form, reach=90)
    form.get_by_label("minuti di viaggio").check()
    search(form)
    assert count(form, "adatte") == len(within(zone, 30))


def test_each_result_says_why_and_each_refusal_why_not(form: Page) -> None:
    fill(form)
    form.locator("summary", has_text="Che cosa non può esserci").click()
    form.get_by_label("sollevare pesi").check()
    form.get_by_role("group", name="Puoi fare turni di notte?").get_by_label("No").check()
    search(form)
    expect(form.locator("#adatte")).to_have_text("Offerte adatte: 0")
    expect(form.locator("#sezioni")).to_contain_text("Prova a fare più strada")
    form.get_by_text("Mostra queste offerte e il perché").click()
    first = form.locator("#escluse-elenco > li").first
    expect(first.locator(".ostacoli li")).to_have_text(
        "In questo lavoro c’è: turni di notte. Tu hai detto di no."
    )
    expect(form.locator("#sezioni")).to_contain_text("turni di notte: ")
    form.get_by_role("group", name="Puoi fare turni di notte?").get_by_label("Sì").check()
    search(form)
    form.locator("#adatte-elenco summary").first.click()
    reasons = form.locator("#adatte-elenco > li").first.locator("details li")
    expect(reasons.first).to_contain_text("È un lavoro che cerchi.")
    expect(reasons.first).to_contain_text("35 punti su 35")
    expect(reasons).to_have_count(7)


def test_a_vacancy_whose_comune_is_withheld_is_only_perhaps_near(form: Page, zone: Path) -> None:
    fill(form)
    search(form)
    hidden = [
        row
        for row in vacancies(zone)
        if row["qualifica"] == "4.1.1.2.0"
        and row["comune"] is None
        and row["codice_provincia"] in ("015", "108", "012", "097")
        and row["mezzi_pubblici"] == "S"
        and row["categoria_soggetto"] == "D"
    ]
    assert 0 < count(form, "forse") <= len(hidden)
    card = form.locator("#forse-elenco > li").first
    expect(card).to_contain_text("il comune è riservato")
    card.locator("summary").click()
    expect(card).to_contain_text("il punteggio manca")


def test_operators_suit_by_experience_and_access_and_lead_to_their_page(form: Page) -> None:
    fill(form, reach=100)
    form.locator("summary", has_text="Che operatore cerchi").click()
    search(form)
    every = count(form, "sedi")
    form.get_by_label("Con quale disabilità").select_option(label="Disabilità dell’udito")
    form.get_by_label("ascensore").check()
    search(form)
    assert 0 < count(form, "sedi") < every
    card = form.locator("#sedi-elenco > li").first
    expect(card).to_contain_text("disabilità dell’udito")
    card.locator("summary").click()
    expect(card).to_contain_text("Ha: ascensore.")
    form.get_by_text("Sedi che non vanno bene").click()
    expect(form.locator("#sedi-escluse-elenco")).to_contain_text("Non dice di avere")
    card.get_by_role("link").first.click()
    expect(form).to_have_url(re.compile("operatori/operatore-"))


def test_the_best_can_come_first(form: Page) -> None:
    fill(form)
    search(form)
    form.get_by_label("Metti prima").select_option("punteggio")
    for summary in form.locator("#adatte-elenco summary").all():
        summary.click()
    totals = form.locator("#adatte-elenco details > p").all_text_contents()
    points = [int(re.findall(r"\d+", text)[0]) for text in totals]
    assert len(points) == 10
    assert points == sorted(points, reverse=True)


# ---------------------------------------------------------------------------------------------
# The form


def test_what_lacks_is_told_together_and_beside_its_field(form: Page) -> None:
    form.get_by_label("Quanta strada al massimo?").fill("tanta")
    search(form)
    summary = form.locator("#errori")
    expect(summary).to_be_focused()
    expect(summary.locator("a")).to_have_count(3)
    for field, message in (
        ("lavoro", "Scegli almeno un lavoro."),
        ("comune", "Scrivi il comune in cui abiti."),
        ("quanto", "Scrivi un numero da 1 a 300."),
    ):
        expect(form.locator(f"#{field}-errore")).to_have_text(message)
        wrong = form.locator(f"#{field}")
        expect(wrong).to_have_attribute("aria-invalid", "true")
        assert f"{field}-errore" in (wrong.get_attribute("aria-describedby") or "")
    summary.get_by_role("link", name="Scrivi il comune").click()
    expect(form.locator("#comune")).to_be_focused()
    expect(form.locator("#risultati")).to_be_hidden()
    fill(form, comune="Atlantide")
    search(form)
    expect(form.locator("#comune-errore")).to_contain_text("non è tra quelli della regione")
    fill(form, comune="milano (mi)")
    search(form)
    expect(summary).to_be_hidden()
    expect(form.locator("#risultati")).to_be_visible()


def test_a_word_shortens_the_list_and_up_to_five_jobs_are_chosen(form: Page) -> None:
    form.get_by_label("Scrivi una parola").fill("pacchi")
    expect(form.locator("#lavoro-aiuto")).to_have_text("1 lavoro trovato.")
    form.get_by_role("button", name="Aggiungi questo lavoro").click()
    expect(form.locator("#scelti li")).to_have_count(1)
    expect(form.get_by_label("Scrivi una parola")).to_have_value("")
    form.get_by_label("Scegli il lavoro").select_option(CLERK)
    form.get_by_role("button", name="Aggiungi questo lavoro").click()
    expect(form.locator("#scelti li")).to_have_count(2)
    form.get_by_role("button", name="Togli: Personale non qualificato").click()
    expect(form.locator("#scelti li")).to_have_count(1)
    expect(form.locator("#scelti")).to_contain_text("Addetti agli affari generali")


def test_the_keyboard_alone_gives_the_answer_on_a_phone(address: str, open_context: Any) -> None:
    page = opened(open_context(375).new_page(), address + SECTION)
    page.get_by_label("Scegli il lavoro").focus()
    page.keyboard.type("Addetti agli")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#scelti li")).to_have_count(1)
    page.get_by_label("In che comune abiti?").focus()
    page.keyboard.type("Lecco")
    page.keyboard.press("Enter")
    expect(page.locator("#titolo-risultati")).to_be_focused()
    expect(page.locator("#conteggio")).to_have_attribute("role", "status")
    page.keyboard.press("Tab")
    expect(page.locator("#indice a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#adatte")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


# ---------------------------------------------------------------------------------------------
# Nothing leaves, nothing stays


class Counted:
    """The small site behind a server that remembers what it was asked, and can be switched off."""

    def __init__(self, site: Path) -> None:
        asked: list[str] = []
        self.asked = asked

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments, directory=str(site))

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", POLICY)
                super().end_headers()

            def log_message(self, *_arguments: Any) -> None:
                asked.append(self.path)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def counted(site: Path) -> Iterator[Counted]:
    server = Counted(site)
    yield server
    if server.thread.is_alive():
        server.stop()


READY = "navigator.serviceWorker.ready.then((found) => found.active.state)"


def test_after_loading_nothing_is_asked_of_anybody_whatever_is_done(
    counted: Counted, open_context: Any
) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = opened(context.new_page(), counted.address + SECTION)
    page.evaluate(READY)
    page.wait_for_load_state("networkidle")
    before = len(counted.asked)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    fill(page, reach=100)
    for summary in page.locator("form summary").all():
        summary.click()
    page.get_by_label("stare a lungo in piedi").check()
    page.get_by_label("Vista", exact=True).select_option("2")
    search(page)
    for name in ("Mostra queste offerte", "Sedi che non vanno bene"):
        page.locator("#sezioni summary", has_text=name).click()
    page.get_by_role("button", name=re.compile("Pagina 2")).first.click()
    page.get_by_role("button", name="Conserva su questo dispositivo").click()
    page.get_by_role("button", name="Copia un collegamento").click()
    page.get_by_role("button", name="Cancella le scelte").click()
    page.get_by_role("button", name="Prova con un esempio").click()
    page.wait_for_timeout(500)
    # Chromium looks its icon up, in its own cache, whenever the address is written anew
    assert [url for url in asked if not url.endswith("/mirato.svg")] == []
    assert counted.asked[before:] == []


def test_everything_asked_is_among_the_files_that_are_kept(
    counted: Counted, open_context: Any, site: Path
) -> None:
    page = opened(open_context().new_page(), counted.address + SECTION)
    page.evaluate(READY)
    kept = set(re.findall(r'"(\.[^"]*|[a-z]+\.(?:mjs|json))"', _files(site)))
    for path in set(counted.asked):
        inside = path.startswith("/cerca-lavoro/")
        name = path.removeprefix("/cerca-lavoro/") or "./" if inside else f"..{path}"
        assert name in kept | {"servizio.js"}, path
    assert page.evaluate("caches.keys().then((names) => names.length)") == 1


def _files(site: Path) -> str:
    text = (site / "cerca-lavoro" / "servizio.js").read_text(encoding="utf-8")
    return text[text.index("const FILE") : text.index(".map(")]


def test_once_loaded_the_page_opens_and_searches_with_the_network_cut(
    counted: Counted, open_context: Any
) -> None:
    context = open_context()
    page = opened(context.new_page(), counted.address + SECTION)
    page.evaluate(READY)
    counted.stop()
    again = opened(context.new_page(), counted.address + SECTION)
    fill(again)
    search(again)
    expect(again.locator("#adatte-elenco > li")).to_have_count(10)
    color = again.locator("h1").evaluate("element => getComputedStyle(element).color")
    assert color == "rgb(23, 50, 77)"
    assert again.evaluate("document.fonts.check('16px \"Titillium Web\"')")


def test_without_a_service_worker_the_open_page_still_works_with_the_network_cut(
    counted: Counted, open_context: Any
) -> None:
    context = open_context(service_workers="block")
    page = opened(context.new_page(), counted.address + SECTION)
    counted.stop()
    fill(page)
    search(page)
    expect(page.locator("#adatte-elenco > li")).to_have_count(10)


def kept(page: Page) -> list[Any]:
    found: list[Any] = json.loads(
        page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, "
            "history.state, location.hash, location.search])"
        )
    )
    return found


def test_nothing_is_kept_unless_the_person_asks_and_what_is_kept_can_be_deleted(
    address: str, open_context: Any
) -> None:
    context = open_context()
    page = opened(context.new_page(), address + SECTION)
    fill(page, comune="Lecco")
    search(page)
    assert kept(page) == [{}, {}, "", None, "", ""]
    page.reload()
    page.locator("#cerca[data-pronto]").wait_for()
    expect(page.get_by_label("In che comune abiti?")).to_have_value("")
    expect(page.locator("#scelti li")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancella le scelte")).to_be_hidden()

    fill(page, comune="Lecco")
    search(page)
    page.get_by_role("button", name="Conserva su questo dispositivo").click()
    expect(page.locator("#detto")).to_contain_text("Scelte conservate")
    assert list(kept(page)[0]) == ["mirato.cerca-lavoro"]
    other = opened(context.new_page(), address + SECTION)
    expect(other.get_by_label("In che comune abiti?")).to_have_value("Lecco")
    expect(other.locator("#risultati")).to_be_visible()
    expect(other.locator("#detto")).to_contain_text("ripreso le scelte conservate")
    other.get_by_role("button", name="Cancella le scelte").click()
    expect(other.locator("#detto")).to_be_focused()
    assert kept(other) == [{}, {}, "", None, "", ""]


def test_a_link_gives_the_same_search_and_leaves_the_address_clean(
    address: str, open_context: Any
) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = opened(context.new_page(), address + SECTION)
    fill(page, reach=45)
    page.locator("summary", has_text="In che cosa hai difficoltà").click()
    page.get_by_label("Udito").select_option("3")
    page.get_by_role("group", name="Come ti muovi?").get_by_label("Ho la patente").check()
    search(page)
    page.get_by_role("button", name="Copia un collegamento").click()
    expect(page.locator("#detto")).to_contain_text("chi lo riceve le vede")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(address + SECTION + "#cerca&lavoro=41120")
    other = opened(context.new_page(), link)
    expect(other.locator("#conteggio")).to_have_text(page.locator("#conteggio").inner_text())
    expect(other.get_by_label("Udito")).to_have_value("3")
    expect(other.locator("summary", has_text="In che cosa hai difficoltà")).to_contain_text(
        "compilato"
    )
    assert other.url == address + SECTION


def test_where_copying_is_forbidden_the_link_is_shown(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'));")
    opened(page, f"{address}{SECTION}#cerca&{HERE}")
    page.get_by_role("button", name="Copia un collegamento").click()
    expect(page.get_by_label("Il collegamento")).to_be_focused()
    assert "#cerca&" in page.get_by_label("Il collegamento").input_value()


def test_a_hostile_link_runs_nowhere_and_is_told(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    bad = "%3Cimg%20src%3Dx%20onerror%3Dwindow.colpito%3D1%3E"
    opened(
        page,
        f"{address}{SECTION}#cerca&lavoro=99999&lavoro={bad}&comune={bad}&quanto={bad}&mezzo={bad}"
        f"&no={bad}&accesso=999&d-vista=9&d-{bad}=1&__proto__=1&titolo={bad}",
    )
    expect(page.locator("#detto")).to_contain_text("non si è potuta leggere")
    expect(page.locator("#errori")).to_be_visible()
    assert page.evaluate("window.colpito ?? null") is None
    assert faults == []


@pytest.mark.parametrize("hostile", HOSTILE[:2])
def test_a_hostile_vacancy_is_shown_and_runs_nowhere(form: Page, hostile: str, zone: Path) -> None:
    row = next(row for row in vacancies(zone) if row["mansione"] == hostile)
    fill(form, job=row["qualifica"].replace(".", ""), reach=200)
    form.get_by_label("Ho la patente").check()
    search(form)
    form.get_by_text("Mostra queste offerte e il perché").click()

    def shown() -> bool:
        return hostile in (form.locator("#sezioni").text_content() or "")

    for _ in range(40):
        if shown():
            break
        for button in form.get_by_role("button", name="Pagina successiva").all():
            button.click()
    assert shown()
    assert form.evaluate("window.colpito ?? null") is None


def test_without_the_vacancies_the_lists_are_pointed_at(address: str, open_context: Any) -> None:
    page = open_context(service_workers="block").new_page()
    page.route("**/posti.json", lambda route: route.abort())
    page.goto(address + SECTION)
    expect(page.locator("#stato")).to_contain_text("non si è caricato")
    expect(page.locator("#stato a")).to_have_count(2)
    expect(page.locator("#cerca")).to_be_hidden()


def test_without_scripts_only_what_works_is_shown(address: str, open_context: Any) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address + SECTION)
    notice = page.locator("main noscript p")
    expect(notice).to_contain_text("ha bisogno di JavaScript")
    expect(notice).to_be_visible()
    expect(page.locator("#cerca")).to_be_hidden()
    expect(page.locator("#stato")).to_be_hidden()
    expect(page.locator("#uffici")).to_be_visible()


def test_on_paper_stand_the_results_with_their_reasons(form: Page) -> None:
    fill(form)
    search(form)
    form.emulate_media(media="print")
    expect(form.locator("#cerca")).to_be_hidden()
    expect(form.locator("#riassunto")).to_be_visible()
    expect(form.locator("#adatte-elenco details li").first).to_be_visible()
    expect(form.get_by_role("button", name="Stampa")).to_be_hidden()
