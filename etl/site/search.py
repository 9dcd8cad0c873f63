"""The page where one looks for a page, and the index that its browser searches.

The index holds titles, descriptions and headings as the finished pages show them, so it can tell
nothing that they do not. What a visitor looks for stays in the browser.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html

from etl.config import Config
from etl.site.page import Asset, Page
from etl.site.released import Released

INDEX = "cerca/indice.json"
_LEFT_OUT = ("404.html", "cerca/index.html")


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the search page; without scripts it is the map of the site."""
    yield Page(
        path="cerca/index.html",
        template="cerca",
        title="Cerca nel sito",
        description="Cerca una pagina, un operatore, una parola o un insieme di dati.",
        context={
            "dataset": [
                (dataset.slug, dataset.contract.titolo.it) for dataset in released.datasets.values()
            ]
        },
    )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield no file: the index is written when all pages stand."""
    yield from ()


def write_index(site: Path) -> int:
    """Write what can be found in the finished `site`; return how many entries.

    An entry is `[address, title, description, headings, section]`. A heading of a hand-written
    page that has an address of its own, such as a word of the glossary, is an entry too. Pages
    after the first of a list are left out, and so is what is only in English.
    """
    entries: list[list[str]] = []
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if name in _LEFT_OUT or name.startswith("en/") or path.parent.name.isdigit():
            continue
        entries += _entries(name.removesuffix("index.html"), path)
    target = site / INDEX
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    target.write_text(f"[\n{lines}\n]\n", encoding="utf-8", newline="\n")
    return len(entries)


def _entries(address: str, path: Path) -> Iterator[list[str]]:
    page: Any = html.document_fromstring(path.read_text(encoding="utf-8"))
    title = _text(page.xpath("//h1")[0])
    section = _text(page.xpath("(//nav[contains(@class, 'briciole')]//li)[2]"))
    description = "".join(page.xpath("//meta[@name='description']/@content"))
    headings = page.xpath("//main//h2|//main//h3")
    yield [
        address,
        title,
        description,
        " · ".join(dict.fromkeys(_text(item) for item in headings)),
        "" if section == title else section,
    ]
    for item in page.xpath("//article[contains(@class, 'testo')]//h2[@id]"):
        following = item.getnext()
        yield [
            f"{address}#{item.get('id')}",
            _text(item),
            textwrap.shorten(_text(following), 200, placeholder=" …")
            if following is not None
            else "",
            "",
            title,
        ]


def _text(element: Any) -> str:
    if isinstance(element, list):
        return _text(element[0]) if element else ""
    return " ".join(element.text_content().split())
