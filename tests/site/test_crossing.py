"""The pages on matching say what the tables say, and nothing of who is withheld."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from lxml import html

from etl.site import build_site
from tests.site import fabricated


def words(page: Path) -> str:
    text = str(html.fromstring(page.read_bytes()).text_content())
    return re.sub(r"\s+", " ", text)


def test_the_page_says_in_one_sentence_what_crossing_borders_gains(site: Path) -> None:
    text = words(site / "incrocio" / "index.html")
    inside = sum(90 + 20 * place for place in range(12))
    assert f"si possono coprire 2.493 posti su 3.840: {2_493 - inside} in più" in text
    home = words(site / "index.html")
    assert f"{2_493 - inside} in più passando i confini delle province" in home


def test_home_menu_and_privacy_lead_to_matching_and_to_how_to_object(site: Path) -> None:
    home = html.fromstring((site / "index.html").read_bytes())
    assert home.xpath("//nav[@aria-label='Sezioni']//a[@href='./incrocio/']")
    privacy = html.fromstring((site / "privacy" / "index.html").read_bytes())
    assert privacy.xpath("//main//a[contains(@href, 'incrocio/come-funziona/')]")
    crossing = html.fromstring((site / "incrocio" / "index.html").read_bytes())
    assert crossing.xpath("//main//a[@href='come-funziona/']")
    page = words(site / "incrocio" / "come-funziona" / "index.html")
    for needed in ("articolo 22", "AI Act", "articolo 21", "non disponibile", "articolo 35"):
        assert needed in page


def test_a_flow_is_a_range_where_optima_differ_and_withheld_where_people_are_few(
    site: Path,
) -> None:
    tree = html.fromstring((site / "incrocio" / "index.html").read_bytes())
    table = tree.xpath("//table[caption[contains(., 'provincia del posto')]]")[0]
    rows = table.xpath("./tbody/tr")
    assert len(rows) == len(fabricated.PROVINCES)
    cells = [cell.text_content().strip() for cell in rows[0].xpath("./td")]
    assert len(cells) == len(fabricated.PROVINCES)
    assert "80–82" in cells
    assert "ris." in cells


def blocks(site: Path, slug: str) -> list[list[tuple[str, ...]]]:
    tree = html.fromstring((site / "incrocio" / slug / "index.html").read_bytes())
    (table,) = tree.xpath("//table[contains(@class, 'tabella-territori')]")
    return [
        [
            tuple(cell.text_content() for cell in row.xpath("./th|./td"))
            for row in body.xpath("./tr")
        ]
        for body in table.xpath("./tbody")
    ]


def test_enrolled_people_are_told_by_province_then_ambito_then_comune(site: Path) -> None:
    assert blocks(site, "milano") == [
        [("Milano", "provincia", "40")],
        [
            ("Ambito inventato Uno", "ambito", "40"),
            ("Milano", "comune", "40"),
            ("Milano Frazione 2", "comune", "40"),
            ("Altri comuni", "resto dell’ambito", "40"),
        ],
        [("Ambito inventato Due", "ambito", "40")],
        [("Senza un comune noto: Milano", "resto della provincia", "40")],
    ]


def test_a_province_without_ambiti_goes_from_itself_to_its_comuni(site: Path) -> None:
    assert blocks(site, "varese") == [
        [("Varese", "provincia", "40")],
        [
            ("Varese", "comune", "40"),
            ("Altri comuni della provincia: Varese", "resto della provincia", "40"),
        ],
    ]
    page = words(site / "incrocio" / "varese" / "index.html")
    assert "I comuni piccoli stanno insieme" in page
    assert "ambito" not in page


def test_a_withheld_figure_stands_on_no_page(zone: Path, site: Path) -> None:
    hidden = pd.read_parquet(
        zone / "datasets" / "incrocio-copertura" / "incrocio-copertura.parquet"
    )
    row = hidden[hidden["posti_copribili_massimo_stato"] == "riservato"].iloc[0]
    page = html.fromstring(
        (site / "incrocio" / fabricated_slug(str(row["provincia"])) / "index.html").read_bytes()
    )
    line = page.xpath("//section[@aria-labelledby='copertura']//tbody/tr[td='riservato']")
    assert len(line) == 1
    values = [cell.text_content().strip() for cell in line[0].xpath("./td")]
    assert values == [str(row["posti"]), *["riservato"] * 5]


def fabricated_slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def test_the_requirement_that_costs_most_posts_comes_first(site: Path) -> None:
    text = words(site / "incrocio" / "index.html")
    assert "senza il requisito «turni di notte», +31 posti" in text


def test_every_province_has_its_page_and_every_operator_their_count(site: Path) -> None:
    for name, _ in fabricated.PROVINCES.values():
        assert (site / "incrocio" / fabricated_slug(name) / "index.html").is_file()
    pages = sorted((site / "operatori").glob("*/index.html"))
    told = [page for page in pages if "I posti adatti alle persone che segue" in words(page)]
    assert told


def test_where_nothing_was_matched_the_page_says_so(tmp_path: Path) -> None:
    def empty(tables: dict[str, pd.DataFrame]) -> None:
        for slug in tables:
            if slug.startswith("incrocio-"):
                tables[slug] = tables[slug].iloc[:0]

    zone = fabricated.write_zone(tmp_path / "zona", empty)
    build_site(fabricated.config(), zone, tmp_path / "sito")
    assert "L’incrocio non è stato fatto" in words(tmp_path / "sito" / "incrocio" / "index.html")
    assert not (tmp_path / "sito" / "incrocio" / "lecco").exists()
