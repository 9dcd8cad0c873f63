"""The law tools' pages say what the law's numbers say, and hold no number of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from etl.site import build_site
from etl.site.released import SiteError
from tests.site import fabricated

QUOTA = "strumenti/quota/index.html"
AGREEMENT = "strumenti/articolo-14/index.html"


def read(site: Path, page: str) -> html.HtmlElement:
    return html.document_fromstring((site / page).read_text(encoding="utf-8"))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def thresholds(site: Path) -> list[list[tuple[str, ...]]]:
    return [
        [tuple(words(cell) for cell in row) for row in table.xpath("tbody/tr")]
        for table in read(site, QUOTA).xpath("//table[contains(@class, 'soglie')]")
    ]


def listed(site: Path, page: str) -> list[dict[str, str]]:
    """Every row of the tables of the law's numbers."""
    return [
        {
            "titolo": words(row.find("th")),
            "dubbio": "sì" if row.xpath(".//span[contains(@class, 'marca-demo')]") else "no",
            **{cell.get("data-colonna"): words(cell) for cell in row.findall("td")},
        }
        for row in read(site, page).xpath("//table[contains(@class, 'tabella-numeri')]/tbody/tr")
    ]


def law(zone: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((zone / "strumenti" / "parametri.json").read_text())
    return found


@pytest.fixture
def rebuilt(zone: Path, tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Return a maker of the site with other numbers of the law."""

    def build(numbers: dict[str, Any]) -> Path:
        other = tmp_path / "zona"
        shutil.copytree(zone, other)
        (other / "strumenti" / "parametri.json").write_text(json.dumps(numbers))
        build_site(fabricated.config(), other, tmp_path / "output")
        return tmp_path / "output"

    return build


def test_the_thresholds_are_those_of_the_release_s_day(site: Path) -> None:
    assert thresholds(site) == [
        [
            ("Fino a 14", "Nessun obbligo"),
            ("Da 15 a 35", "1 posto"),
            ("Da 36 a 50", "2 posti"),
            ("Oltre 50", "7% della base"),
        ],
        [
            ("Fino a 50", "Nessun obbligo"),
            ("Da 51 a 150", "1 posto"),
            ("Oltre 150", "1% della base"),
        ],
    ]


def test_another_law_gives_another_page(
    zone: Path, rebuilt: Callable[[dict[str, Any]], Path]
) -> None:
    numbers = law(zone)
    numbers["quota_soglia_una_unita"]["valori"] = []
    share = numbers["quota_percentuale"]["valori"]
    share[0]["al"] = "2025-06-30"
    share.append({**share[0], "valore": 8, "dal": "2025-07-01", "al": None, "verificato": False})
    numbers["quota_unita_fascia_b"]["valori"][0]["valore"] = 3
    site = rebuilt(numbers)
    assert thresholds(site)[0] == [
        ("Da verificare", "Nessun obbligo"),
        ("Da verificare", "1 posto"),
        ("Da 36 a 50", "3 posti"),
        ("Oltre 50", "8% della base"),
    ]
    rows = [row for row in listed(site, QUOTA) if row["titolo"] == "Quota con base oltre 50"]
    assert [row["Valore"] for row in rows] == ["7%", "8%"]
    assert [row["Vale"] for row in rows] == [
        "dal 18 gennaio 2000 fino al 30 giugno 2025",
        "dal 1º luglio 2025",
    ]
    assert [row["dubbio"] for row in rows] == ["no", "sì"]


def test_every_number_of_the_law_is_listed_with_its_source(site: Path, zone: Path) -> None:
    rows = listed(site, QUOTA) + listed(site, AGREEMENT)
    entries = [
        (history["titolo"], entry) for history in law(zone).values() for entry in history["valori"]
    ]
    assert len(rows) == len(entries)
    for title, entry in entries:
        (row,) = [
            row
            for row in rows
            if row["titolo"] == " ".join(title.split())
            and (row["Vale"] or "").startswith("dal" if entry["dal"] else "fino")
            and " ".join(entry["fonte"].split()) in row["Fonte"]
        ]
        assert row["dubbio"] == ("no" if entry["verificato"] else "sì"), title
        assert (row["Valore"] == "da verificare") == (entry["valore"] is None), title


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Contributo esonerativo per giorno lavorativo e per posto", "39,21 €"),
        ("Mese entro cui si invia il prospetto", "gennaio"),
        ("Giorni per la richiesta agli uffici dal sorgere dell’obbligo", "60 giorni"),
        ("Art. 14: durata minima della convenzione", "1 anno"),
        ("Art. 14: come si combinano i criteri di accesso", "alternativo"),
    ],
)
def test_numbers_are_written_with_their_unit(site: Path, title: str, value: str) -> None:
    rows = listed(site, QUOTA) + listed(site, AGREEMENT)
    assert value in [row["Valore"] for row in rows if row["titolo"] == title]


def test_the_rules_reach_the_browser_as_they_were_released(site: Path, zone: Path) -> None:
    sent = (site / "strumenti" / "quota.mjs").read_bytes()
    assert sent == (zone / "strumenti" / "quota.mjs").read_bytes()
    scripts = read(site, QUOTA).xpath("//link[@rel='modulepreload']/@href")
    assert scripts == ["../../strumenti/quota.mjs"]


@pytest.mark.parametrize(
    "name", ["quota.mjs", "parametri.json", "province.json", "incrocio.mjs", "posti.json"]
)
def test_without_the_rules_there_is_no_site(zone: Path, tmp_path: Path, name: str) -> None:
    other = tmp_path / "zona"
    shutil.copytree(zone, other)
    (other / "strumenti" / name).unlink()
    with pytest.raises(SiteError, match=name):
        build_site(fabricated.config(), other, tmp_path / "output")


def test_every_province_of_italy_can_be_chosen_those_of_the_portal_first(site: Path) -> None:
    (choice,) = read(site, QUOTA).xpath("//select[@id='p1-provincia']")
    own, others = choice.findall("optgroup")
    assert own.get("label") == "Lombardia"
    codes = [option.get("value") for option in own]
    assert sorted(codes) == sorted(fabricated.PROVINCES)
    every = codes + [option.get("value") for option in others]
    assert len(every) == len(set(every)) == 107


def test_the_offices_are_those_that_the_configuration_names(site: Path) -> None:
    for page in (QUOTA, AGREEMENT):
        offices = {
            item.get("data-provincia"): item
            for item in read(site, page).xpath("//ul[@class='uffici']/li")
        }
        assert set(offices) == set(fabricated.PROVINCES)
        assert "Città metropolitana di Milano" in words(offices["015"])
        assert offices["015"].xpath(".//a/@href") == ["https://www.provincia.example/015/catalogo"]
        assert "indirizzo non indicato" in words(offices["012"])


def test_the_access_criteria_stand_with_their_words_and_their_last_day(site: Path) -> None:
    page = read(site, AGREEMENT)
    quotes = [words(quote) for quote in page.xpath("//ol[@class='criteri']//blockquote")]
    assert len(quotes) == 4
    assert "«disabili di età superiore a 55 anni»" in quotes
    (notice,) = page.xpath("//div[contains(@class, 'scaduti')]")
    assert "valevano fino al 31 dicembre 2021" in words(notice)
    assert "non più valida, salvo una proroga" in words(notice)


def test_another_region_is_told_what_holds_only_in_lombardia(
    site: Path, zone: Path, tmp_path: Path
) -> None:
    config = fabricated.config()
    moved = config.portale.model_copy(update={"regione": "Piemonte", "codice_regione": "01"})
    build_site(config.model_copy(update={"portale": moved}), zone, tmp_path / "output")
    for page in (QUOTA, AGREEMENT):
        assert "Per Piemonte chiedi" in words(read(tmp_path / "output", page))
        assert "Per Lombardia chiedi" not in words(read(site, page))


def test_the_tools_are_linked_from_home_and_from_each_other(site: Path) -> None:
    home = read(site, "index.html").xpath("//main//a/@href")
    assert "./strumenti/quota/" in home
    assert "./strumenti/articolo-14/" in home
    for page, other in ((QUOTA, "articolo-14"), (AGREEMENT, "quota")):
        (menu,) = read(site, page).xpath("//nav[@aria-label='Sezioni']")
        assert len(menu.xpath(".//a[@aria-current]")) == 1
        links = read(site, page).xpath("//nav[@class='strumenti']//a[not(@aria-current)]/@href")
        assert links == [f"../../strumenti/{other}/"]
