"""Every row of the programmes' promises is answered by a page, a data set and an indicator.

`promised.csv` names for each row what must be found, and where: the commitments that it comes
from, the page, the places in it (indicators, charts, sections), the columns of the data behind
them, the formulas, and words that the page must say. It was written by somebody who read the
documents: whoever takes a row away must have read them too.
"""

from __future__ import annotations

import copy
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from lxml import html

from etl.contracts import DATASETS, load_contracts
from etl.indicators import formulas
from etl.site.measures.declaration import Indicator, load_measures
from tests.site.conftest import site, zone

__all__ = ["site", "zone"]

COMMITMENTS = {
    row["id_impegno"]: {**row, "misura": path.parent.name}
    for path in sorted(DATASETS.glob("*/impegni.csv"))
    for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
}
MEASURES = {measure.slug: measure for measure in load_measures()}
INDICATORS: dict[str, dict[str, Indicator]] = {
    measure.address: {item.id: item for item in measure.indicatori} for measure in load_measures()
}
UNKNOWN = ("", "non rilevato")


@dataclass(frozen=True)
class Promise:
    """One row of what the documents promise, and what must be found for it."""

    row: str
    commitment: str
    page: str
    shows: tuple[str, ...]
    data: dict[str, tuple[str, ...]]
    formulas: tuple[str, ...]
    words: tuple[str, ...]


def promises() -> Iterator[Promise]:
    text = Path(__file__).with_name("promised.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text), delimiter=";"):
        data = (item.split(":") for item in row["data"].split())
        yield Promise(
            row["row"],
            row["commitments"],
            row["page"],
            tuple(row["shows"].split()),
            {slug: tuple(columns.split(",")) for slug, columns in data},
            tuple(row["formulas"].split()),
            tuple(word for word in row["words"].split("|") if word),
        )


PROMISES = list(promises())

# The rows themselves, document by document: none may go missing.
ROWS = {
    "S0": "01a 01b 01c 01d 01e 02 02b 03 04 05a 05b 06a 06b 06c 06d 07 08 09a 09b 10 10a 10b 10c "
    "11a 11b 11c 12a 12b 12c 12d 13 14",
    "S1": "811a 811b 811c 811d 811e 811i1 811i2 811i3 811i4 812a 812b 812c 812d 812e 812f 813a "
    "813b 813c 813d 91a 91b 91c 91d 91e 91i1 91i2 91v roles",
    "S2": "1 2 3 4 5 6 7 8",
    "S3": "1 2 3 4 5 6",
    "S4": "1 2 3 4 5 6",
}


@cache
def parsed(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def said(element: html.HtmlElement) -> str:
    drawings = element.xpath(".//svg")
    if drawings:
        element = copy.deepcopy(element)
        for drawing in element.xpath(".//svg"):
            drawing.drop_tree()
    return " ".join(element.text_content().split())


def columns(site: Path, slug: str) -> tuple[list[str], int]:
    with (site / "dati" / slug / f"{slug}.csv").open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    return header, len(rows)


def faults(promise: Promise, page: html.HtmlElement, site: Path) -> list[str]:
    """Return what lacks on the page for the promise to be kept."""
    (main,) = page.xpath("//main")
    found = []
    for place in promise.shows:
        found += [f"{place}: {fault}" for fault in _place_faults(promise, main, place)]
    links = {str(link) for link in page.xpath("//main//a/@href")}
    for slug, asked in promise.data.items():
        header, rows = columns(site, slug)
        if not set(asked) <= set(header):
            found.append(f"{slug}: senza {sorted(set(asked) - set(header))}")
        if not rows:
            found.append(f"{slug}: senza righe")
        if _own(promise) and not any(f"/dati/{slug}/" in link for link in links):
            found.append(f"{slug}: la pagina non lo collega")
    for code in promise.formulas:
        method = parsed(site / "monitoraggio" / "metodo" / "index.html")
        (entry,) = method.xpath(f"//tr[@id='{code}']")
        users = {str(link) for link in entry.xpath(".//a/@href")}
        named = any(f"metodo/#{code}" in link for link in links)
        if not named and not any(f"/{_top(promise.page)}/" in f"{user}/" for user in users):
            found.append(f"{code}: né la pagina né il metodo dicono che è usata qui")
    text = said(main)
    found += [f"«{word}» non c’è" for word in promise.words if word not in text]
    return found


def _own(promise: Promise) -> bool:
    return f"{promise.page}/" in INDICATORS and promise.page.startswith("monitoraggio/")


def _top(page: str) -> str:
    return page if page.startswith("monitoraggio") else page.split("/")[0]


def _place_faults(promise: Promise, main: html.HtmlElement, place: str) -> list[str]:
    elements = main.xpath(f".//*[@id='{place}']")
    if len(elements) != 1:
        return ["non c’è"]
    (element,) = elements
    indicator = INDICATORS.get(f"{promise.page}/", {}).get(place)
    if indicator is not None:
        return _card_faults(element, indicator)
    if element.tag == "figure":
        return _figure_faults(element)
    if element.tag in ("h2", "h3"):
        following = element.xpath(
            "following::*[self::p or self::li or self::table or self::figure]"
        )
        return [] if following and said(element) else ["non dice niente"]
    return []


def _card_faults(card: html.HtmlElement, indicator: Indicator) -> list[str]:
    found = []
    value, when = (said(part) for part in card.xpath("./p")[:2])
    terms = {said(term): said(term.getnext()) for term in card.xpath(".//dt")}
    if value in UNKNOWN:
        found.append(f"vale «{value}»")
    if value != "riservato":
        if not when:
            found.append("senza periodo")
        if indicator.kind != "conteggio" and not {"Numeratore", "Denominatore"} <= set(terms):
            found.append("senza numeratore e denominatore")
    if not card.xpath(f".//a[contains(@href, 'metodo/#{indicator.formula}')]"):
        found.append("senza formula")
    if not card.xpath(".//a[contains(@href, '/dati/')]"):
        found.append("senza dati")
    return found


def _figure_faults(figure: html.HtmlElement) -> list[str]:
    found = []
    rows = figure.xpath(".//tbody/tr")
    cells = [said(cell) for row in rows for cell in row[1:]]
    if figure.xpath(".//table") and all(cell in UNKNOWN for cell in cells):
        found.append("senza cifre")
    if not said(figure.xpath("./figcaption")[0]):
        found.append("senza titolo")
    if not figure.xpath(".//a[@download]"):
        found.append("senza numeri da scaricare")
    return found


def test_no_row_is_missing() -> None:
    wanted = [f"{seed}-{name}" for seed, names in ROWS.items() for name in names.split()]
    found = {promise.row for promise in PROMISES}
    assert [row for row in wanted if row not in found] == []


def test_no_commitment_is_missing_and_none_is_made_up() -> None:
    assert {promise.commitment for promise in PROMISES} - {""} == set(COMMITMENTS)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.row)
def test_each_row_shows_what_was_promised(site: Path, promise: Promise) -> None:
    assert faults(promise, parsed(site / promise.page / "index.html"), site) == []


@pytest.mark.parametrize(
    ("promise", "place"),
    [(promise, place) for promise in PROMISES for place in promise.shows],
    ids=lambda value: value.row if isinstance(value, Promise) else value,
)
def test_a_row_is_not_kept_once_what_shows_it_is_taken_away(
    site: Path, promise: Promise, place: str
) -> None:
    page = copy.deepcopy(parsed(site / promise.page / "index.html"))
    (element,) = page.xpath(f"//main//*[@id='{place}']")
    element.drop_tree()
    assert any(fault.startswith(f"{place}:") for fault in faults(promise, page, site))


@pytest.mark.parametrize(
    "strip",
    [
        ".//tbody/tr",
        ".//a[@download]",
        ".//dl[@class='voci']/div[dt='Numeratore']",
        ".//a[contains(@href, 'metodo/#')]",
        ".//p[@class='sotto']//text()/..",
    ],
)
def test_a_row_is_not_kept_by_an_empty_shell(site: Path, strip: str) -> None:
    promise = next(item for item in PROMISES if item.row == "S1-811c")
    page = copy.deepcopy(parsed(site / promise.page / "index.html"))
    for element in page.xpath("//main")[0].xpath(strip):
        for child in list(element):
            element.remove(child)
        element.text = ""
        if element.tag in ("tr", "div", "a"):
            element.drop_tree()
    assert faults(promise, page, site)


@pytest.mark.parametrize("row", COMMITMENTS.values(), ids=lambda row: row["id_impegno"])
def test_a_commitment_quotes_its_document_and_leads_to_its_answer(
    site: Path, row: dict[str, str]
) -> None:
    measure = MEASURES[row["misura"]]
    page = parsed(site / measure.address / "index.html")
    assert row["insieme_dati"] in {contract.slug for contract in load_contracts()}
    assert not row["formula"] or row["formula"] in formulas()
    own, place = row["risposta"].startswith("#"), row["risposta"].partition("#")[2]
    address = measure.address if own else row["risposta"].partition("#")[0]
    answered = parsed(site / address / "index.html")
    assert not place or len(answered.xpath(f"//main//*[@id='{place}']")) == 1
    rows = [item for item in PROMISES if item.commitment == row["id_impegno"]]
    assert any(f"{item.page}/".startswith(address) for item in rows)
    assert not (place and own) or any(place in item.shows for item in rows)
    if measure.pagina is None:
        (entry,) = page.xpath(f"//tr[@id='{row['id_impegno'].replace('/', '-')}']")
        assert row["impegno"] in said(entry)
        assert " ".join(row["citazione"].split()) in said(entry)
        assert entry.xpath(f".//a[contains(@href, '{address}{'#' + place if place else ''}')]")


def test_quotations_are_short() -> None:
    for row in COMMITMENTS.values():
        assert len(row["citazione"]) <= 300, row["id_impegno"]
        assert not re.search(r"[\r\n]", row["citazione"])
