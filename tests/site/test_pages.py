"""What every page must have, and what no page may hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from lxml import etree, html

from etl.contracts import load_contracts
from etl.site import build_site
from etl.site.language import printable
from tests.site import fabricated


def pages(site: Path) -> Iterator[tuple[str, html.HtmlElement]]:
    for path in sorted(site.rglob("*.html")):
        yield str(path.relative_to(site)), read(path)


def read(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def released(zone: Path, slug: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(
        zone / "datasets" / slug / f"{slug}.parquet"
    ).to_pylist()
    return rows


def test_every_fixed_address_has_its_page(site: Path) -> None:
    for address in [
        "",
        "operatori/",
        "scoperture/",
        "scoperture/lecco/",
        "dati/",
        "qualita/",
        "qualita/riservatezza/",
        "glossario/",
        "facile/",
        "facile/cercare-lavoro/",
        "en/",
        "en/dati/posti-disponibili/",
        "accessibilita/",
        "privacy/",
        "note-legali/",
    ]:
        assert (site / address / "index.html").is_file(), address
    assert (site / "404.html").is_file()


def test_every_page_says_its_language_and_has_a_title_a_description_and_one_heading(
    site: Path,
) -> None:
    titles = []
    for name, page in pages(site):
        assert page.get("lang") == ("en" if name.startswith("en/") else "it"), name
        assert len(page.findall(".//h1")) == 1, name
        assert text(page.find(".//h1")), name
        (description,) = page.xpath("//meta[@name='description']/@content")
        assert description, name
        titles.append(text(page.find(".//title")))
    assert len(set(titles)) == len(titles), "two pages share a title"


def test_headings_never_skip_a_level(site: Path) -> None:
    for name, page in pages(site):
        levels = [int(item.tag[1]) for item in page.xpath("//h1|//h2|//h3|//h4")]
        assert levels[0] == 1, name
        assert all(b - a <= 1 for a, b in pairwise(levels)), name


def test_every_page_can_be_skipped_through_and_has_its_landmarks(site: Path) -> None:
    for name, page in pages(site):
        assert page.xpath("//body/a[1]/@href") == ["#contenuto"], name
        for landmark in ("header", "nav", "main", "footer"):
            assert page.find(f".//{landmark}") is not None, (name, landmark)
        assert page.find(".//main").get("id") == "contenuto", name


def test_every_page_says_that_the_data_are_invented(site: Path) -> None:
    for name, page in pages(site):
        (notice,) = page.xpath("//aside[@class='demo']")
        english = name.startswith("en/")
        assert ("Demonstration data" if english else "Dati dimostrativi") in text(notice), name
        assert ("fictional" if english else "inventati") in text(notice), name


def test_a_portal_with_real_sources_bears_no_notice(zone: Path, tmp_path: Path) -> None:
    config = fabricated.config()
    real = config.model_copy(
        update={"fonti": [item.model_copy(update={"sintetica": False}) for item in config.fonti]}
    )
    build_site(real, zone, tmp_path / "output")
    for name, page in pages(tmp_path / "output"):
        assert not page.xpath("//aside[@class='demo']"), name
        assert not page.xpath("//meta[@name='robots']"), name


def test_no_page_holds_code_or_style_of_its_own(site: Path) -> None:
    for name, page in pages(site):
        for element in page.iter(etree.Element):
            assert element.tag not in ("style", "iframe", "object", "embed"), name
            data = element.get("type") in ("application/json", "application/ld+json")
            if element.tag == "script" and not data:
                assert element.get("src"), name
                assert not element.text, name
            for attribute in element.attrib:
                assert attribute != "style", (name, element.tag)
                assert not attribute.startswith("on"), (name, element.tag, attribute)


def test_every_page_states_the_policy_before_anything_else_loads(site: Path) -> None:
    for name, page in pages(site):
        head = page.find(".//head")
        assert head[1].get("http-equiv") == "Content-Security-Policy", name
        for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'"):
            assert rule in head[1].get("content"), name


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    for name, page in pages(site):
        asked = page.xpath(
            "//script/@src|//img/@src|//link[not(@rel='canonical' or @rel='alternate')]/@href"
        )
        asked += page.xpath("//*[local-name()='use']/@href")
        assert asked, name
        for address in asked:
            parts = urlsplit(address)
            assert not parts.scheme, (name, address)
            assert not parts.netloc, (name, address)


def test_styles_and_scripts_name_no_other_host(site: Path) -> None:
    for path in sorted([*site.rglob("*.css"), *site.rglob("mappa.js")]):
        body = path.read_text(encoding="utf-8")
        for mark in ("url(http", "url('http", 'url("http', "url(//", "@import", "data:application"):
            assert mark not in body, (path.name, mark)
    for path in site.rglob("*/mappa.js"):
        assert "http" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("hostile", fabricated.HOSTILE)
def test_hostile_texts_are_shown_as_they_are_written(site: Path, hostile: str) -> None:
    tasks = [
        text(item)
        for path in sorted((site / "scoperture/milano").rglob("index.html"))
        for item in read(path).xpath("//p[@class='sotto']")
    ]
    shown = " ".join(printable(hostile).split())
    assert shown in tasks
    assert f"Capacità e limiti: {shown}" in tasks


def test_an_operator_s_address_is_linked_only_if_it_is_a_web_address(site: Path) -> None:
    page = read(site / "operatori/operatore-13/index.html")
    assert not [link for link in page.xpath("//a/@href") if "javascript" in link]
    other = read(site / "operatori/operatore-00/index.html")
    assert "https://op.example/" in other.xpath("//a/@href")


def test_the_dashboard_lists_sites_by_name_and_says_that_it_is_no_ranking(
    site: Path, zone: Path
) -> None:
    page = read(site / "operatori/index.html")
    rows = page.xpath("//tbody[@id='righe']/tr")
    names = [text(row.find(".//a")).casefold() for row in rows]
    every = [row["denominazione_operatore"].casefold() for row in released(zone, "sedi-operatori")]
    assert names == sorted(every)[: len(rows)]
    assert len(rows) == 25
    assert "non è una classifica" in text(page)
    columns = json.loads((site / "operatori/sedi.json").read_text(encoding="utf-8"))
    assert sorted(columns["sedi"]["id"]) == sorted(
        row["id_sede"] for row in released(zone, "sedi-operatori")
    )


def test_the_dashboard_sends_to_each_province_s_official_catalogue(site: Path) -> None:
    page = read(site / "operatori/index.html")
    assert "Il cruscotto non sostituisce il catalogo provinciale" in text(page)
    links = page.xpath("//a/@href")
    assert "https://www.provincia.example/015/catalogo" in links
    assert "https://www.provincia.example/097/catalogo" in links
    assert "Bergamo: indirizzo non indicato" in text(page)


def test_every_operator_has_a_page_with_all_its_sites(site: Path, zone: Path) -> None:
    sites = released(zone, "sedi-operatori")
    for operator in released(zone, "operatori"):
        page = read(site / f"operatori/{operator['id_operatore']}/index.html")
        own = {row["id_sede"] for row in sites if row["id_operatore"] == operator["id_operatore"]}
        assert set(page.xpath("//li[@class='sede']/@id")) == own
        (report,) = [link for link in page.xpath("//main//a/@href") if "subject=Errore" in link]
        assert report.startswith("mailto:opendata@mirato.example?")
        assert str(operator["id_operatore"]) in report


def test_the_provinces_pages_list_every_vacancy_once_without_scripts(
    site: Path, zone: Path
) -> None:
    listed = []
    for path in sorted((site / "scoperture").glob("*/**/index.html")):
        page = read(path)
        assert not page.xpath("//script"), path
        listed += [row.removeprefix("posto-") for row in page.xpath("//tr/@id")]
    wanted = [str(row["id_posto"]) for row in released(zone, "posti-disponibili")]
    assert sorted(listed) == sorted(wanted)
    assert (site / "scoperture/milano/3/index.html").is_file()


def test_the_list_in_the_browser_holds_exactly_what_was_released(site: Path, zone: Path) -> None:
    data = json.loads((site / "scoperture/posti.json").read_text(encoding="utf-8"))
    offers = data["offerte"]
    seen = []
    for place in range(len(offers["posti"])):
        comune, sector = offers["comune"][place], offers["settore"][place]
        task, flags = offers["mansione"][place], offers["segni"][place]
        seen.append(
            (
                data["province"][offers["provincia"][place]][0],
                data["comuni"][comune][1] if comune >= 0 else None,
                data["professioni"][offers["professione"][place]][0],
                data["mansioni"][task] if task >= 0 else None,
                data["settori"][sector][0] if sector >= 0 else None,
                offers["posti"][place],
                "S" if flags & 1 else "N",
                "S" if flags & 2 else "N",
                "S" if flags & 4 else "N",
                "C" if flags & 8 else "D",
                "NU" if flags & 16 else "NO",
            )
        )
    names = [
        "codice_provincia",
        "comune",
        "professione",
        "mansione",
        "settore",
        "posti",
        "barriere_architettoniche",
        "turni_notturni",
        "mezzi_pubblici",
        "categoria_soggetto",
        "categoria_assunzione",
    ]
    wanted = [tuple(row[name] for name in names) for row in released(zone, "posti-disponibili")]
    assert sorted(seen, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize(
    ("slug", "part"), [("scoperture-territoriali", "tbody"), ("scoperture-province", "tfoot")]
)
def test_a_withheld_value_is_never_written_as_a_number(
    site: Path, zone: Path, slug: str, part: str
) -> None:
    cells = released(zone, slug)
    for path in sorted((site / "scoperture").glob("*/index.html")):
        page = read(path)
        grid = page.xpath(f"//section[@aria-labelledby='scoperti']//{part}//td")
        code = page.xpath("//a[contains(@href, '?provincia=')]/@href")[0].split("=")[1][:3]
        own = [row for row in cells if row["codice_provincia"] == code]
        withheld = sum(row["scoperture_stato"] == "riservato" for row in own)
        assert withheld or part == "tfoot"
        assert [text(cell) for cell in grid].count("riservato") == withheld
        assert len(grid) == len(own)


def test_sums_over_withheld_values_say_at_least(site: Path) -> None:
    page = read(site / "scoperture/index.html")
    rows = page.xpath("//section[@aria-labelledby='per-provincia']//tbody/tr")
    assert len(rows) == len(fabricated.PROVINCES)
    withheld = {next(iter(fabricated.PROVINCES.values()))[0]}
    for row in rows:
        assert text(row[5]).startswith("almeno ") == (text(row[0]) in withheld)


def test_each_data_set_page_has_dictionary_licence_citation_and_real_hashes(
    site: Path, zone: Path
) -> None:
    manifest = json.loads((zone / "manifest.json").read_text(encoding="utf-8"))
    assert (site / "dati/manifest.json").read_bytes() == (zone / "manifest.json").read_bytes()
    for contract in load_contracts():
        page = read(site / f"dati/{contract.slug}/index.html")
        fields = page.xpath("//section[@aria-labelledby='dizionario']//tbody/tr/th/code/text()")
        assert fields == contract.names
        shown = page.xpath("//section[@aria-labelledby='scarica']//td/code/text()")
        folder = f"dati/{contract.slug}/"
        below = [item for item in manifest["files"] if item["path"].startswith(folder)]
        own = [item for item in below if "/" not in item["path"].removeprefix(folder)]
        assert sorted(shown) == sorted(item["sha256"] for item in own)
        for item in below:
            assert (site / item["path"]).stat().st_size == item["bytes"]
        assert f"«{contract.titolo.it}»" in text(page.find(".//blockquote"))
        assert page.xpath("//a[contains(@href, 'creativecommons.org/licenses/by/4.0')]")


def test_every_file_of_the_manifest_stands_at_its_address(site: Path, zone: Path) -> None:
    manifest = json.loads((zone / "manifest.json").read_text(encoding="utf-8"))
    for item in manifest["files"]:
        content = (site / item["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == item["sha256"], item["path"]


def test_real_and_invented_figures_stand_apart_on_the_home_page(site: Path) -> None:
    page = read(site / "index.html")
    (invented,) = page.xpath("//section[@aria-labelledby='cifre']")
    (real,) = page.xpath("//section[@aria-labelledby='vere']")
    assert "Dati dimostrativi" in text(invented)
    assert "Dati reali" in text(real)
    assert "43.851" in text(real)
    assert "43.851" not in text(invented)
    for item in real.xpath(".//li"):
        assert item.xpath(".//a/@href")


def test_each_supplier_has_a_page_with_counts_and_no_values(site: Path) -> None:
    page = read(site / "qualita/citta-metropolitana-di-milano/index.html")
    assert "Il comune non esiste" in text(page)
    assert "Telefono mancante" in text(page)
    clean = read(site / "qualita/provincia-di-lecco/index.html")
    assert "Nessun problema" in text(clean)


def test_each_difference_names_the_figure_and_counts_the_statements(site: Path) -> None:
    rows = read(site / "qualita/index.html").xpath(
        "//section[@aria-labelledby='differenze']//tbody/tr"
    )
    assert [(text(row[0]), text(row[1])) for row in rows] == [
        ("Manca il riepilogo (quadro 3)", "9"),
        ("Quota di riserva per persone con disabilità: il valore dichiarato è un altro", "4"),
    ]


def test_easy_pages_keep_to_short_sentences_one_to_a_line(site: Path) -> None:
    for path in sorted((site / "facile").rglob("index.html")):
        article = read(path).find(".//article")
        lines = [
            line
            for block in article.xpath(".//p[not(contains(@class, 'riquadro'))]|.//li|.//dd")
            for line in "".join(block.itertext()).split("\n")
        ]
        assert lines
        for line in lines:
            for sentence in re.split(r"[.?!:] ", line):
                assert len(sentence.split()) <= 16, (path.parent.name, sentence)


def test_pages_in_two_languages_lead_to_each_other(site: Path) -> None:
    base = fabricated.config().portale.url_base
    for slug in [contract.slug for contract in load_contracts()]:
        if not (site / "dati" / slug).is_dir():
            continue
        here = read(site / "dati" / slug / "index.html")
        there = read(site / "en" / "dati" / slug / "index.html")
        assert here.xpath("//link[@hreflang='en']/@href") == [f"{base}/en/dati/{slug}/"]
        assert there.xpath("//link[@hreflang='it']/@href") == [f"{base}/dati/{slug}/"]
