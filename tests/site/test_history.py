"""Every version that can be cited has its page; what changed is told in words."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.publish import place
from etl.publish.previous import open_release
from etl.publish.versions import Withdrawals
from etl.site import build_site
from tests.site import fabricated

BASE = fabricated.config().portale.url_base
POSTS = "posti-disponibili"
FIGURES = "cifre-pubblicate"
EMPTIED = "scoperture-settori"
GONE = "insieme-di-una-volta"
REASON = "Un valore era sbagliato."
WITHDRAWN = Withdrawals.model_validate(
    {
        "versioni": [
            {
                "insieme": FIGURES,
                "versione": "1.0.0",
                "data": "2026-02-01",
                "motivo": {"it": REASON, "en": "x"},
            }
        ],
        "insiemi": [
            {"insieme": GONE, "data": "2026-01-01", "motivo": {"it": "Non serve più.", "en": "x"}}
        ],
    }
)


class Reader(HTMLParser):
    """Reads a page's text, its links, and its blocks of data."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self.data: list[str] = []
        self._data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        self._data = tag == "script" and given.get("type") == "application/ld+json"

    def handle_endtag(self, _tag: str) -> None:
        self._data = False

    def handle_data(self, data: str) -> None:
        (self.data if self._data else self.words).append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def read(site: Path, path: str) -> Reader:
    return Reader((site / path / "index.html").read_text(encoding="utf-8"))


def later(tables: dict[str, pd.DataFrame]) -> None:
    tables[POSTS] = tables[POSTS].iloc[3:].reset_index(drop=True)
    tables[FIGURES].loc[0, "valore"] = 1.0
    tables[EMPTIED] = tables[EMPTIED].iloc[:0].copy()


@pytest.fixture(scope="module")
def later_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of a second release: rows, a version and a data set were withdrawn."""
    patch = pytest.MonkeyPatch()
    module = import_module("etl.publish.publish")
    patch.setattr(module, "to_duckdb", lambda *_: b"")
    patch.setattr(module, "shape_errors", lambda _: [])
    folder = tmp_path_factory.mktemp("versioni")
    (folder / "prima").mkdir()
    place(fabricated.write_zone(folder / "prima"), folder / "prima" / "sito")
    previous = open_release(folder / "prima" / "sito")
    patch.setattr(module, "withdrawals", lambda: WITHDRAWN)
    patch.setattr("etl.site.history.withdrawals", lambda: WITHDRAWN)
    zone = fabricated.write_zone(folder, later, previous=previous, day=date(2026, 3, 1))
    ended(zone)
    site = folder / "sito"
    build_site(fabricated.config(), zone, site)
    patch.undo()
    return site


def ended(zone: Path) -> None:
    """Leave in the zone the versions of a data set that is no longer published."""
    old, new = zone / "datasets" / "operatori", zone / "datasets" / GONE
    shutil.copytree(old / "versioni" / "1.0.0", new / "versioni" / "1.0.0")
    for name in ("modifiche.json", "versioni/index.json"):
        text = (old / name).read_text(encoding="utf-8")
        (new / name).write_text(text.replace("operatori", GONE), encoding="utf-8")
    for path in (new / "versioni" / "1.0.0").glob("operatori.*"):
        path.rename(path.with_name(path.name.replace("operatori", GONE)))


def test_every_address_that_a_citation_gives_is_a_page(site: Path, later_site: Path) -> None:
    for root in (site, later_site):
        cited = []
        for path in sorted((root / "dati").rglob("CITATION.cff")):
            cited += re.findall(r'^url: "(.+)"$', path.read_text(encoding="utf-8"), re.M)
        for path in sorted((root / "dati").rglob("*.bib")):
            cited += re.findall(r"url = \{(.+)\}", path.read_text(encoding="utf-8"))
        assert len(cited) >= 4 * len(list((root / "dati").glob("*/datapackage.json")))
        for address in cited:
            assert (root / address.removeprefix(f"{BASE}/") / "index.html").is_file(), address


def test_a_version_s_page_gives_its_files_its_changes_and_its_citation(later_site: Path) -> None:
    page = read(later_site, f"dati/{POSTS}/versioni/1.1.0")
    assert "Posti disponibili, versione 1.1.0" in page.text
    assert "3 righe ritirate." in page.text
    assert f"{BASE}/dati/{POSTS}/versioni/1.1.0/, licenza CC BY 4.0" in page.text
    assert f"@misc{{{POSTS}-1.1.0," in page.text
    folder = later_site / f"dati/{POSTS}/versioni/1.1.0"
    for path in sorted(folder.iterdir()):
        assert path.name == "index.html" or path.name in page.links
    assert {"modifiche.csv", "SHA256SUMS"} <= set(page.links)
    old = read(later_site, f"dati/{POSTS}/versioni/1.0.0")
    assert "C’è una versione più recente" in old.text


def test_latest_says_which_version_it_is_and_which_address_to_cite(later_site: Path) -> None:
    page = read(later_site, f"dati/{POSTS}/versioni/latest")
    assert "Versione 1.1.0" in page.text
    assert "../1.1.0/" in page.links
    assert "/versioni/1.1.0/, licenza" in page.text
    assert "/versioni/latest/, licenza" not in page.text


def test_the_change_log_tells_people_and_programs_and_shows_what_is_gone(later_site: Path) -> None:
    page = read(later_site, f"dati/{POSTS}/versioni")
    assert page.text.index("Versione 1.1.0") < page.text.index("Versione 1.0.0")
    assert {"../modifiche.atom", "../modifiche.json", "index.json", "../ritirate.csv"} <= {
        *page.links
    }
    tombstones = (later_site / f"dati/{POSTS}/ritirate.csv").read_text().splitlines()[1:]
    assert len(tombstones) == 3
    for line in tombstones:
        key, last, since, _ = line.split(",")
        assert f"{key} {last} {since}".replace(" ", "") in page.text.replace(" ", "")
    told = read(later_site, "dati/modifiche")
    assert "Posti disponibili, 1.1.0" in told.text
    assert "../modifiche.atom" in told.links


def test_a_data_set_without_rows_is_called_neither_real_nor_invented(later_site: Path) -> None:
    page = read(later_site, f"dati/{EMPTIED}").text
    assert "Questo insieme di dati è vuoto" in page
    assert "Dati reali" not in page
    assert "0 righe" in read(later_site, f"dati/{EMPTIED}/esplora").text
    catalogue = read(later_site, "dati").text
    before = catalogue.split("Scoperture per settore e dimensione")[0]
    assert not before.rstrip().endswith(("Dati reali", "Dati dimostrativi"))


def test_a_withdrawn_version_keeps_its_address_with_the_reason_and_no_file(
    later_site: Path,
) -> None:
    page = read(later_site, f"dati/{FIGURES}/versioni/1.0.0")
    assert "è stata ritirata il 1º febbraio 2026" in page.text
    assert REASON in page.text
    assert f"{FIGURES}.csv" not in page.links
    assert REASON in read(later_site, f"dati/{FIGURES}/versioni").text


def test_a_data_set_that_ended_keeps_its_versions(later_site: Path) -> None:
    page = read(later_site, f"dati/{GONE}")
    assert "non è più pubblicato. Non serve più." in page.text
    assert "versioni/1.0.0/" in page.links
    assert f"{GONE}.csv" in read(later_site, f"dati/{GONE}/versioni/1.0.0").links
    assert not (later_site / f"dati/{GONE}/versioni/latest").exists()


def test_a_data_set_s_page_carries_schema_org_whatever_its_texts_hold(site: Path) -> None:
    slugs = [path.parent.name for path in sorted((site / "dati").glob("*/datapackage.json"))]
    assert POSTS in slugs
    for slug in slugs:
        (block,) = read(site, f"dati/{slug}").data
        assert "<" not in block
        expected = json.loads((site / f"dati/{slug}/{slug}.jsonld").read_text(encoding="utf-8"))
        assert json.loads(block) == expected
        assert expected["@type"] == "Dataset"
        page = (site / f"dati/{slug}/index.html").read_text(encoding="utf-8")
        assert 'type="application/atom+xml"' in page.split("</head>")[0]


def test_text_that_would_end_a_block_of_data_stays_text() -> None:
    from etl.site.catalogue import data_block

    given: Any = {"a": "</script><script>alert(1)</script>", "b": "<!--", "c": "è «così» & così"}
    block = data_block(given)
    assert not re.search(r"[<>&]", block)
    assert json.loads(block) == given


def test_the_metadata_score_is_shown_with_its_method(site: Path) -> None:
    score = json.loads((site / "dati/qualita-metadati.json").read_text(encoding="utf-8"))
    page = read(site, "qualita/metadati")
    assert f"punti su 405{score['punti']:.0f}" in page.text
    assert score["punti"] >= 351
    assert score["metodo"] in page.links
    for row in score["misure"]:
        assert row["misura"] in page.text


def test_the_examples_on_the_pages_are_those_that_are_tested(site: Path) -> None:
    shown = read(site, "dati/esempi").text
    for example in json.loads((site / "dati/esempi.json").read_text(encoding="utf-8")):
        for program in example["programmi"].values():
            assert re.sub(r"\s+", " ", program).strip() in shown
    own = json.loads((site / f"dati/{POSTS}/esempi.json").read_text(encoding="utf-8"))
    for program in own.values():
        assert re.sub(r"\s+", " ", program).strip() in read(site, f"dati/{POSTS}").text
