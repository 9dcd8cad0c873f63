"""The law tools in a browser: figures, keyboard, link, paper, and nothing sent out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from etl.derive.quota.company import Company, Hours, Province
from etl.derive.quota.instruments import CONTRIBUTO, day_number
from etl.derive.quota.law import parameters
from etl.derive.quota.rules import GROUPS, PROSPETTO
from etl.derive.quota.scalar import Row, evaluate
from tests.browser.kinds import eventually

DAY = "2025-12-31"
LAW = parameters(date.fromisoformat(DAY))
QUOTA = "strumenti/quota/"
AGREEMENT = "strumenti/articolo-14/"
# T9 of the worked examples, in Milano, and a second province
LINK = (
    "#calcolo&giorno=2025-12-31&1.provincia=015&1.lavoratori=120&1.disabili_tempo_pieno=4"
    "&1.esclusi=8&1.categorie_protette=2&1.telelavoro_tempo_pieno=2"
    "&1.orario=dipendenti*12*24.00*40.00&1.orario=intermittenti*3*10*40"
)


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.locator("form[data-pronto]").first.wait_for()
    return page


@pytest.fixture
def quota(address: str, open_context: Any) -> Page:
    page = opened(open_context().new_page(), address + QUOTA)
    page.locator("#azienda > summary").click()
    page.get_by_label("Data del calcolo").fill(DAY)
    page.locator("#azienda > summary").click()
    return page


@pytest.fixture
def agreement(address: str, open_context: Any) -> Page:
    return opened(open_context().new_page(), address + AGREEMENT)


def write(page: Page, **figures: object) -> None:
    """Write figures by the name that the rules give them; `p2_…` is the second province."""
    for name, value in figures.items():
        field = page.locator("#" + re.sub(r"^p(\d)_", r"p\1-", name))
        reveal(field)
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))
            field.blur()


def reveal(field: Locator) -> None:
    """Open every part of the page in which the field stands."""
    while closed := field.locator("xpath=ancestor::details[not(@open)]").all():
        closed[0].locator("> summary").click()


def add_hours(page: Page, group: str, people: int, worked: str, full: str) -> None:
    part = page.locator(".calcolo-dettagli > .precisazioni details").nth(1)
    if part.get_attribute("open") is None:
        part.locator("> summary").click()
    part.get_by_role("button", name="Aggiungi un orario ridotto").click()
    row = part.locator(".riga-orario").last
    row.get_by_label("Chi", exact=True).select_option(group)
    row.get_by_label("Quante persone").fill(str(people))
    row.get_by_label("Ore alla settimana").fill(worked)
    row.get_by_label("Su un orario pieno di").fill(full)
    row.get_by_label("Su un orario pieno di").blur()


def add_provinces(page: Page, **workers: int) -> None:
    """Enter the employees of each province, `p015=120`: the first is the registered office."""
    for place, (name, number) in enumerate(workers.items(), start=1):
        if place > 1:
            page.get_by_role("button", name="Aggiungi un’altra provincia").click()
        write(page, **{f"p{place}_provincia": name[1:], f"p{place}_lavoratori": number})


def card(page: Page) -> dict[str, str]:
    """Return the result's card, each figure by its name."""
    expect(page.locator("#esito-cifre")).to_be_visible()
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#esito-voci > div")].map(
          (pair) => [pair.children[0].textContent, pair.children[1].textContent]))"""
    )
    return found


def split(page: Page, column: str) -> list[str]:
    """Return a column of the table of provinces, the whole at the end."""
    return page.locator(f"#riparto td[data-colonna='{column}']").all_text_contents()


def shows(page: Page, **wanted: object) -> bool:
    """Return whether the card comes to show the figures, once what is written is worked out."""
    names = {
        "base": "Base di computo",
        "quota": "Quota di riserva",
        "forza": "Persone con disabilità in forza",
        "scoperti": "Posti scoperti",
    }
    expected = {names[name]: str(value) for name, value in wanted.items()}
    return eventually(page, lambda: expected.items() <= card(page).items())


# ---------------------------------------------------------------------------------------------
# The worked examples


@pytest.mark.parametrize(
    ("workers", "posts"),
    # T1 and T4: thresholds, and the ties that floats get wrong
    [(14, 0), (15, 1), (35, 1), (36, 2), (50, 2), (51, 4), (150, 10), (151, 11), (250, 17)],
)
def test_a_number_of_employees_is_enough_for_an_answer(
    quota: Page, workers: int, posts: int
) -> None:
    write(quota, p1_lavoratori=workers)
    assert shows(quota, base=workers, quota=posts, scoperti=posts)
    said = quota.locator("#esito-frase")
    if posts == 0:
        expect(said).to_contain_text("non c’è obbligo")
    else:
        expect(said).to_contain_text(f"{posts} {'posto' if posts == 1 else 'posti'}")


def test_part_time_people_out_of_the_base_and_telework_are_taken_off(quota: Page) -> None:
    # T9
    write(
        quota,
        p1_provincia="015",
        p1_lavoratori=120,
        p1_disabili_tempo_pieno=4,
        p1_esclusi=8,
        p1_categorie_protette=2,
        p1_telelavoro_tempo_pieno=2,
    )
    add_hours(quota, "dipendenti", 12, "24", "40:00")
    add_hours(quota, "intermittenti", 3, "10:00", "40")
    assert shows(quota, base=98, quota=7, forza=4, scoperti=3)
    steps = quota.locator("#passi")
    expect(steps).to_contain_text("Il 7 per cento di 98 è 6,86: la quota di riserva è 7")
    expect(steps).to_contain_text("L. 68/1999, art. 3, c. 1")
    expect(quota.locator("#conto-base tr.totale").first).to_contain_text("98")


def test_a_part_timer_with_a_disability_counts_in_proportion(quota: Page) -> None:
    # T7, then T10: a person at 16 hours of 40 counts nothing
    write(quota, p1_lavoratori=40, p1_disabili_tempo_pieno=1)
    add_hours(quota, "dipendenti", 10, "20:00", "40:00")
    assert shows(quota, base=34, quota=1, forza=1, scoperti=0)
    expect(quota.locator("#esito-frase")).to_contain_text("È già coperto.")
    add_hours(quota, "disabili", 1, "16:00", "40:00")
    assert shows(quota, base=33, forza=1)


@pytest.mark.parametrize(
    ("workers", "whole", "parts"),
    [
        ({"p015": 120, "p016": 60, "p017": 40}, 15, [8, 4, 3]),  # T12
        ({"p015": 80, "p016": 51, "p017": 51}, 13, [5, 4, 4]),  # T13
        ({"p020": 20, "p019": 12}, 1, [0, 1]),  # T15: rows by code, the office is in Mantova
    ],
)
def test_the_quota_is_split_among_provinces(
    quota: Page, workers: dict[str, int], whole: int, parts: list[int]
) -> None:
    add_provinces(quota, **workers)
    assert shows(quota, quota=whole)
    assert split(quota, "Quota") == [str(n) for n in [*parts, whole]]
    assert sum(int(n) for n in split(quota, "Base")[:-1]) == sum(workers.values())


def test_compensation_moves_a_post_and_leaves_the_whole(quota: Page) -> None:
    # T20
    add_provinces(quota, p015=65, p016=65)
    write(quota, p1_disabili_tempo_pieno=1, p2_disabili_tempo_pieno=3)
    before = [int(n) for n in split(quota, "Scoperti")]
    write(quota, p1_riduzione_disabili=1)
    expect(quota.locator("#avvisi")).to_contain_text("non tornano")
    write(quota, p2_eccedenza_disabili=1)
    expect(quota.locator("#avvisi")).not_to_contain_text("non tornano")
    after = [int(n) for n in split(quota, "Scoperti")]
    assert after == [before[0] - 1, before[1] + 1, before[2]]


def test_a_province_with_too_many_people_must_compensate(quota: Page) -> None:
    add_provinces(quota, p015=100, p016=100)
    write(quota, p1_disabili_tempo_pieno=10)
    expect(quota.locator("#avvisi")).to_contain_text("Serve una compensazione")


def test_the_contribution_is_that_of_the_year(quota: Page) -> None:
    write(quota, p1_lavoratori=206, p1_disabili_tempo_pieno=6, patrono="7/12")
    quota.locator("#blocco-esonero").get_by_label("Si lavora sei giorni").check()
    days = tuple(Row({"giorno": day_number(2025, 1, 1) + n}) for n in range(365))
    # T16: quota 14, in force 6, 60 per cent
    given = Row({"unita": 8, "giorni_settimana": 6, "patrono": 1207}, days)
    wanted = [r.sentence for r in evaluate(CONTRIBUTO, given, LAW).reasons if r.sentence]
    assert len(wanted) == 2
    for sentence in wanted:
        expect(quota.locator("#esonero")).to_contain_text(sentence)
    write(quota, percentuale_autorizzata=30)
    expect(quota.locator("#esonero")).to_contain_text("copre fino a 4 posti")


def test_duties_incentives_sanctions_and_offices_follow_the_figures(quota: Page) -> None:
    write(quota, p1_provincia="015", p1_lavoratori=60, inizio="2025-12-01")
    assert shows(quota, quota=4)
    duties = quota.locator("#scadenze")
    expect(duties).to_contain_text("31 gennaio 2026")
    expect(duties).to_contain_text("entro il 30 gennaio 2026")
    expect(quota.locator("#uffici")).to_contain_text("Città metropolitana di Milano")
    assert quota.locator("#uffici a").count() == 1
    write(quota, retribuzione_mensile="2.000,50")
    expect(quota.locator("#incentivi")).to_contain_text("60 mesi: 84.021,00 €")
    expect(quota.locator("#dote-totale")).to_contain_text("da 10.000,00 € a 64.000,00 €")
    assert quota.locator("#dote tr").count() == quota.locator("#dote .marca-demo").count()
    write(quota, giorni_scopertura=60, giorni_prospetto=10)
    expect(quota.locator("#sanzioni")).to_contain_text("47.052,00 €")
    expect(quota.locator("#sanzioni")).to_contain_text("1.042,63 €")
    write(quota, percentuale_sospensione=30)
    expect(quota.locator("#sospensione")).to_contain_text("la quota di 4 si riduce a 3")


def test_the_law_is_that_of_the_chosen_day(quota: Page) -> None:
    write(quota, p1_lavoratori=100)
    assert shows(quota, quota=7)
    faults: list[str] = []
    quota.on("pageerror", lambda error: faults.append(str(error)))
    for day in ("2017-12-31", "1995-06-01"):
        write(quota, giorno=day)
        expect(quota.locator("#esito-frase")).to_contain_text("non è completo")
        expect(quota.locator("#esito-frase")).to_contain_text("Da verificare")
        assert card(quota)["Quota di riserva"] == "da verificare"
        expect(quota.locator("#nota-verifica")).to_contain_text(day[:4])
    write(quota, giorno=DAY)
    assert shows(quota, quota=7)
    assert faults == []


def invented(random: np.random.Generator) -> Company:
    codes = [str(code) for code in random.permutation(["012", "015", "016", "097", "058"])]

    def province(code: str) -> Province:
        workers = int(random.integers(20, 260))
        hours = tuple(
            Hours(
                str(random.choice(GROUPS)),
                int(random.integers(1, 4)),
                int(random.choice([2400, 2280])),
                60 * int(random.integers(1, 30)),
            )
            for _ in range(random.integers(0, 4))
        )
        protected = int(random.integers(0, 4))
        return Province(
            code,
            lavoratori=workers,
            disabili_tempo_pieno=int(random.integers(0, 6)),
            esclusi_disabili=workers // 10 + 2,
            esclusi_art18=workers // 10 + 1,
            categorie_protette=protected,
            categorie_protette_2000=int(random.integers(0, protected + 1)),
            somministrati_tempo_pieno=int(random.integers(0, 2)),
            esonero_autorizzato=int(random.integers(0, 2)),
            orari=hours,
        )

    many = int(random.integers(1, 5))
    return Company(tuple(province(code) for code in codes[:many]), codes[0])


def as_link(company: Company) -> str:
    pairs = [f"giorno={DAY}"]
    for place, item in enumerate(company.province, start=1):
        own = {
            "provincia": item.codice,
            "esclusi": item.esclusi_art18,
            "esclusi_solo_3": item.esclusi_disabili - item.esclusi_art18,
        }
        for name in (
            "lavoratori",
            "disabili_tempo_pieno",
            "categorie_protette",
            "categorie_protette_2000",
            "somministrati_tempo_pieno",
            "esonero_autorizzato",
        ):
            own[name] = getattr(item, name)
        pairs += [f"{place}.{name}={value}" for name, value in own.items()]
        for row in item.orari:
            worked, full = (
                f"{minutes // 60}.{minutes % 60:02}"
                for minutes in (row.minuti_svolti, row.minuti_contratto)
            )
            pairs.append(f"{place}.orario={row.gruppo}*{row.numero}*{worked}*{full}")
    return "#calcolo&" + "&".join(pairs)


def test_invented_companies_have_the_figures_that_the_build_gives(
    address: str, open_context: Any
) -> None:
    random = np.random.default_rng(71)
    page = opened(open_context().new_page(), address + QUOTA)
    for _ in range(12):
        company = invented(random)
        found = evaluate(PROSPETTO, company.row(), LAW)
        page.goto("about:blank")
        opened(page, address + QUOTA + as_link(company))
        assert shows(
            page,
            base=found["base_computo_art3"],
            quota=found["quota_riserva_disabili"],
            forza=found["disabili_in_forza"],
            scoperti=found["scoperture_disabili"],
        ), as_link(company)
        if len(company.province) > 1:
            for column, name in (
                ("Base", "base_computo_art3"),
                ("Quota", "quota_riserva_disabili"),
                ("In forza", "disabili_in_forza"),
                ("Scoperti", "scoperture_disabili"),
            ):
                wanted = [row[f"{name}_provincia"] for row in found.rows.values()]
                assert split(page, column) == [str(n) for n in [*wanted, found[name]]]
        sentences = [r.sentence for r in found.reasons if r.sentence and not r.where]
        assert page.locator("#passi > li").count() == len(sentences)
        for item, sentence in zip(page.locator("#passi > li").all(), sentences, strict=True):
            assert (item.text_content() or "").startswith(sentence)


# ---------------------------------------------------------------------------------------------
# What is written stays here


def test_the_address_keeps_the_figures_and_gives_them_back(quota: Page, open_context: Any) -> None:
    write(quota, p1_provincia="015", p1_lavoratori=120, p1_disabili_tempo_pieno=4, p1_esclusi=8)
    add_hours(quota, "disabili", 2, "16:30", "38:30")
    quota.locator(".riga-orario").get_by_label("Hanno un’invalidità").check()
    quota.get_by_role("button", name="Aggiungi un’altra provincia").click()
    write(quota, p2_provincia="058", p2_lavoratori=40, retribuzione_mensile="1.800,00")
    quota.locator("#azienda > summary").click()
    quota.get_by_label("Pubblico").check()
    assert shows(quota, base=146)
    other = opened(open_context().new_page(), quota.url)
    assert card(other) == card(quota)
    assert other.url == quota.url
    for part in ("#passi", "#riparto", "#incentivi", "#dati"):
        assert other.locator(part).text_content() == quota.locator(part).text_content()
    parts = urlsplit(quota.url)
    assert parts.query == ""
    assert "120" in parts.fragment
    expect(other.get_by_label("Pubblico")).to_be_checked()
    expect(other.locator(".riga-orario").get_by_label("Hanno un’invalidità")).to_be_checked()


def test_nothing_is_asked_of_the_network_once_the_page_is_there(
    address: str, open_context: Any
) -> None:
    for section in (QUOTA, AGREEMENT):
        context = open_context()
        page = opened(context.new_page(), address + section)
        page.wait_for_load_state("networkidle")
        context.set_offline(True)
        asked: list[str] = []
        page.on("request", lambda request, to=asked: to.append(request.url))
        for button in page.get_by_role("button", name="Prova con un esempio").all():
            button.click()
        if section == QUOTA:
            page.get_by_role("button", name="Aggiungi un’altra provincia").click()
            write(page, p3_provincia="058", p3_lavoratori="x")
            write(page, p3_lavoratori=30, retribuzione_mensile=1500)
        else:
            page.get_by_label("Quanti anni ha?").fill("60")
        for summary in page.locator("main summary").all():
            if summary.is_visible():
                summary.click()
        page.wait_for_timeout(800)
        expect(page.locator(".esito-frase").first).to_contain_text(re.compile("ris|salvo"))
        # Chromium looks its icon up, in its own cache, whenever the part after «#» changes
        assert [url for url in asked if not url.endswith("/mirato.svg")] == []


def test_the_link_can_be_copied(address: str, open_context: Any) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = opened(context.new_page(), address + QUOTA + LINK)
    page.get_by_role("button", name="Copia il collegamento").click()
    expect(page.locator("#copiato")).to_contain_text("chi lo riceve le vede")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_hostile_link_runs_nowhere_and_is_told(address: str, open_context: Any) -> None:
    page = open_context().new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    hostile = "%3Cimg%20src%3Dx%20onerror%3Dwindow.colpito%3D1%3E"
    opened(
        page,
        f"{address}{QUOTA}#calcolo&giorno={hostile}&1.provincia={hostile}&1.lavoratori={hostile}"
        f"&1.orario={hostile}*{hostile}&999.lavoratori=1&__proto__=1&{hostile}=1&datore={hostile}",
    )
    expect(page.locator("#p1-lavoratori-errore")).to_have_text(
        "Scrivi un numero intero, per esempio 12."
    )
    write(page, p1_lavoratori=20)
    reveal(page.locator(".riga-orario"))
    page.locator(".riga-orario").get_by_role("button", name="Togli").click()
    expect(page.locator("#avvisi")).to_contain_text("non si è potuta leggere")
    assert page.evaluate("window.colpito ?? null") is None
    assert faults == []


def test_going_back_gives_back_what_was_written(quota: Page) -> None:
    write(quota, p1_lavoratori=37)
    assert shows(quota, quota=2)
    quota.get_by_role("button", name="Prova con un esempio").click()
    assert shows(quota, quota=11)
    expect(quota.locator("#p2-lavoratori")).to_have_value("60")
    quota.go_back()
    assert shows(quota, quota=2)
    expect(quota.locator("#altre-province > *")).to_have_count(0)
    quota.get_by_role("button", name="Ricomincia").click()
    expect(quota.locator("#p1-lavoratori")).to_have_value("")
    expect(quota.locator("#risultati")).to_be_hidden()
    assert "#" not in quota.url


# ---------------------------------------------------------------------------------------------
# Errors, keyboard, paper, no scripts


@pytest.mark.parametrize(
    ("figures", "field", "message"),
    [
        ({"p1_lavoratori": "dodici"}, "p1-lavoratori", "Scrivi un numero intero"),
        ({"p1_lavoratori": "-3"}, "p1-lavoratori", "Scrivi un numero intero"),
        ({"p1_lavoratori": "99999999"}, "p1-lavoratori", "9.999.999"),
        ({"p1_lavoratori": 3, "p1_disabili_tempo_pieno": 4}, "p1-lavoratori", "che sono 4"),
        ({"p1_lavoratori": 3, "p1_esclusi": 4}, "p1-lavoratori", "che sono 4"),
        (
            {"p1_lavoratori": 30, "p1_categorie_protette_2000": 1},
            "p1-categorie_protette_2000",
            "Non può essere più",
        ),
        ({"p1_lavoratori": 30, "percentuale_autorizzata": 101}, "percentuale_autorizzata", "100"),
        ({"p1_lavoratori": 30, "patrono": "31/2"}, "patrono", "giorno e mese"),
        ({"p1_lavoratori": 30, "retribuzione_mensile": "1,500.00"}, "retribuzione_mensile", "1.5"),
    ],
)
def test_an_error_is_told_beside_its_field(
    quota: Page, figures: dict[str, object], field: str, message: str
) -> None:
    write(quota, p1_lavoratori=40)
    write(quota, **figures)
    said = quota.locator(f"#{field}-errore")
    expect(said).to_contain_text(message)
    wrong = quota.locator(f"#{field}")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    assert said.get_attribute("id") in (wrong.get_attribute("aria-describedby") or "").split()
    expect(quota.locator("#esito-frase")).to_have_text("Un campo è da correggere.")
    expect(quota.locator("#esito-cifre")).to_be_hidden()
    quota.locator("#errori a").click()
    if field.startswith("p1-"):
        expect(wrong).to_be_focused()
    wrong.evaluate("element => { element.value = '' }")
    write(quota, p1_lavoratori=40, p1_disabili_tempo_pieno="", p1_esclusi="")
    assert shows(quota, quota=2)
    expect(said).to_be_hidden()


def test_hours_that_are_not_reduced_are_refused(quota: Page) -> None:
    write(quota, p1_lavoratori=40)
    add_hours(quota, "dipendenti", 2, "40", "40")
    expect(quota.locator("#o1-svolto-errore")).to_have_text(
        "Le ore devono essere meno dell’orario pieno."
    )
    quota.locator("#o1-svolto").fill("24,5")
    quota.locator("#o1-svolto").blur()
    expect(quota.locator("#o1-svolto-errore")).to_have_text("Scrivi ore e minuti così: 24:30.")
    quota.locator("#o1-svolto").fill("24:30")
    quota.locator("#o1-svolto").blur()
    assert shows(quota, base=39)


def test_a_province_twice_is_refused_and_an_empty_one_does_not_count(quota: Page) -> None:
    add_provinces(quota, p015=100)
    quota.get_by_role("button", name="Aggiungi un’altra provincia").click()
    expect(quota.locator("#avvisi")).to_contain_text("non è ancora contata")
    assert shows(quota, base=100)
    write(quota, p2_provincia="015", p2_lavoratori=10)
    expect(quota.locator("#p2-provincia-errore")).to_have_text("Questa provincia c’è già.")
    quota.get_by_role("button", name="Togli questa provincia").click()
    assert shows(quota, base=100)
    expect(quota.get_by_role("button", name="Aggiungi un’altra provincia")).to_be_focused()


def test_nobody_is_scolded_while_still_writing(quota: Page) -> None:
    write(quota, p1_lavoratori=120, p1_disabili_tempo_pieno=4)
    assert shows(quota, quota=8)
    quota.locator("#p1-lavoratori").fill("1")
    quota.wait_for_timeout(700)
    expect(quota.locator("#p1-lavoratori-errore")).to_be_hidden()
    quota.locator("#p1-lavoratori").fill("100")
    assert shows(quota, quota=7)


def test_the_keyboard_alone_gives_the_answer_and_adds_a_province(
    address: str, open_context: Any
) -> None:
    page = opened(open_context(375).new_page(), address + QUOTA)
    page.locator("#p1-provincia").focus()
    press: Callable[[str], None] = page.keyboard.press
    page.keyboard.type("Lecco")
    press("Tab")
    page.keyboard.type("80")
    press("Tab")
    page.keyboard.type("2")
    press("Tab")
    assert shows(page, quota=5, forza=2, scoperti=3)
    status = page.locator("#esito-frase")
    expect(status).to_have_attribute("role", "status")
    expect(status).to_have_text(
        "L’azienda deve riservare 5 posti a persone con disabilità. Ne mancano 3. "
        "Per le altre categorie protette manca 1 posto."
    )
    for _ in range(20):
        if page.evaluate("document.activeElement.dataset.azione") == "aggiungi-provincia":
            break
        press("Tab")
    press("Enter")
    expect(page.locator("#p2-provincia")).to_be_focused()
    page.keyboard.type("Roma")
    press("Tab")
    page.keyboard.type("40")
    press("Tab")
    assert split(page, "Base") == ["38", "80", "120"] or shows(page, base=118)
    expect(page.locator("#uffici")).to_contain_text("Collocamento mirato di Roma")


def test_on_paper_stand_the_figures_the_steps_and_what_was_written(
    address: str, open_context: Any
) -> None:
    page = opened(open_context().new_page(), address + QUOTA + LINK)
    expect(page.locator("#dati")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#dati")).to_contain_text("Lavoratori di categorie escluse")
    expect(page.locator("#dati")).to_contain_text("24:00 ore su 40:00")
    expect(page.locator("#esito-frase")).to_be_visible()
    expect(page.locator("#passi")).to_be_visible()
    expect(page.locator("#dote")).to_be_visible()
    expect(page.locator("#sanzioni")).to_be_visible()
    expect(page.locator("#p1-lavoratori")).to_be_hidden()
    expect(page.get_by_role("button", name="Stampa")).to_be_hidden()
    expect(page.get_by_text("non un parere legale")).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator("#dote")).to_be_hidden()


def test_without_scripts_the_thresholds_are_there(address: str, open_context: Any) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(address + QUOTA)
    expect(page.locator("main noscript p")).to_contain_text("ha bisogno di JavaScript")
    expect(page.locator("main noscript p")).to_be_visible()
    expect(page.locator("#calcolo")).to_be_hidden()
    table = page.locator("table.soglie").first
    for row in ("Da 15 a 35 1 posto", "Da 36 a 50 2 posti", "Oltre 50 7% della base"):
        assert row in " ".join((table.inner_text()).split())
    page.goto(address + AGREEMENT)
    expect(page.locator("main noscript p")).to_contain_text("hanno bisogno di JavaScript")
    expect(page.locator("#persona")).to_be_hidden()
    expect(page.locator(".criteri li")).to_have_count(4)


# ---------------------------------------------------------------------------------------------
# Art. 14


def test_the_age_must_be_over_the_one_stated(agreement: Page) -> None:
    # U15
    agreement.get_by_label("In che giorno?").fill("2021-12-31")
    result = agreement.locator("#esito-persona")
    agreement.get_by_label("Quanti anni ha?").fill("55")
    expect(result).to_contain_text("Criteri soddisfatti: 0; l’accesso non è ammesso.")
    agreement.get_by_label("Quanti anni ha?").fill("56")
    expect(result).to_contain_text("Criteri soddisfatti: 1; l’accesso è ammesso.")
    expect(result.locator(".marca-demo")).to_have_count(1)
    agreement.get_by_label("Ha una disabilità psichica").check()
    expect(result).to_contain_text("Criteri soddisfatti: 2")


def test_after_the_last_day_the_rule_is_no_longer_valid(agreement: Page) -> None:
    # U16
    agreement.get_by_label("In che giorno?").fill("2022-01-01")
    agreement.get_by_label("La relazione conclusiva").check()
    result = agreement.locator("#esito-persona")
    expect(result).to_contain_text("Regola non più valida salvo proroga")
    expect(result).to_contain_text("Il 1º gennaio 2022 la regola non è più valida, salvo proroga.")
    expect(result).to_contain_text("Il 31 dicembre 2021, ultimo giorno valido")


def test_orders_cover_posts_up_to_the_cap_except_for_small_companies(agreement: Page) -> None:
    # T24
    fields = {"base": "100", "commesse": "90.000", "coefficiente": "30.000", "limite": "30"}
    write(agreement, **fields)
    result = agreement.locator("#esito-azienda")
    expect(result).to_contain_text("La convenzione copre 2 posti su 7.")
    expect(result).to_contain_text("coefficiente 30.000,00 €, limite 30%")
    expect(result.locator(".marca-demo")).to_have_count(1)
    write(agreement, base=20)
    expect(result).to_contain_text("La convenzione copre 1 posto su 1.")
    write(agreement, limite="")
    expect(result).to_contain_text("La convenzione copre 1 posto su 1.")


def test_the_unknown_cap_and_coefficient_are_not_guessed(agreement: Page) -> None:
    write(agreement, base=100, commesse="90.000")
    result = agreement.locator("#esito-azienda")
    expect(result).to_contain_text("da verificare: manca un numero della convenzione quadro")
    expect(result).to_contain_text("Da verificare: non è noto «Art. 14: valore annuo di commesse")
    write(agreement, coefficiente="30.000")
    expect(result).to_contain_text("non è noto «Art. 14: parte della quota che la convenzione")
    write(agreement, coefficiente="0")
    expect(result).to_contain_text("da verificare: manca un numero della convenzione quadro")
    write(agreement, coefficiente="tanto")
    expect(agreement.locator("#coefficiente-errore")).to_contain_text("1.500,00")


def test_the_self_check_keeps_nothing_anywhere(agreement: Page) -> None:
    before = agreement.url
    agreement.get_by_label("Quanti anni ha?").fill("56")
    agreement.get_by_label("Ha una disabilità psichica").check()
    expect(agreement.locator("#esito-persona")).to_contain_text("Criteri soddisfatti: 2")
    assert agreement.url == before
    kept = agreement.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"
    )
    assert json.loads(kept) == [{}, {}, "", None]
    agreement.reload()
    agreement.locator("form[data-pronto]").wait_for()
    expect(agreement.get_by_label("Quanti anni ha?")).to_have_value("")
    expect(agreement.get_by_label("Ha una disabilità psichica")).not_to_be_checked()


def test_the_calculator_hands_the_company_s_figures_to_the_agreement(
    address: str, open_context: Any
) -> None:
    page = opened(open_context().new_page(), address + QUOTA + LINK)
    page.locator("#blocco-convenzioni > summary").click()
    page.locator("#verso-articolo14").click()
    page.locator("#persona[data-pronto]").wait_for()
    expect(page.locator("#base")).to_have_value("98")
    expect(page.locator("#forza")).to_have_value("4")
