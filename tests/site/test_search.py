"""What can be found, and that the index tells no more than the pages."""

from __future__ import annotations

import json
from pathlib import Path

from lxml import html

Entry = list[str]


def entries(site: Path) -> list[Entry]:
    found: list[Entry] = json.loads((site / "cerca" / "indice.json").read_text(encoding="utf-8"))
    return found


def test_every_page_can_be_found_but_the_later_ones_of_a_list(site: Path) -> None:
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    pages = {page for page in pages if not page.startswith("en/")}
    found = {entry[0].partition("#")[0] + "index.html" for entry in entries(site)}
    lacking = pages - found
    assert lacking <= {"404.html", "cerca/index.html"} | {
        page for page in pages if page.split("/")[-2:-1] and page.split("/")[-2].isdigit()
    }
    assert "scoperture/lecco/index.html" in found
    assert any(page.startswith("operatori/operatore-") for page in found)


def test_every_entry_leads_to_a_place_that_says_what_it_says(site: Path) -> None:
    for address, title, _, headings, _ in entries(site):
        name, _, anchor = address.partition("#")
        page = html.document_fromstring((site / name / "index.html").read_text(encoding="utf-8"))
        shown = " ".join(page.text_content().split())
        assert title in shown, address
        assert all(heading in shown for heading in headings.split(" · ") if heading), address
        if anchor:
            assert " ".join(page.get_element_by_id(anchor).text_content().split()) == title


def test_each_word_of_the_glossary_is_an_entry(site: Path) -> None:
    words = {entry[1] for entry in entries(site) if entry[0].startswith("glossario/#")}
    assert {"Scopertura", "Quota di riserva"} <= words
