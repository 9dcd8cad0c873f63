"""The Pelican plugin: a generator that writes every page that comes from released data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pelican import signals
from pelican.generators import Generator

from etl.config import Config
from etl.site import (
    catalogue,
    choosing,
    crossing,
    english,
    explorer,
    history,
    home,
    metadata,
    offices,
    operators,
    outcomes,
    practices,
    quality,
    search,
    self_match,
    tools,
    vacancies,
)
from etl.site.measures import pages as measures
from etl.site.page import Asset, Page
from etl.site.released import Released

SECTIONS = (
    home,
    operators,
    choosing,
    offices,
    outcomes,
    vacancies,
    crossing,
    self_match,
    tools,
    measures,
    practices,
    catalogue,
    explorer,
    history,
    metadata,
    english,
    quality,
    search,
)


@dataclass(frozen=True)
class Material:
    """What the generator works on."""

    config: Config
    released: Released


class DataPages(Generator):  # type: ignore[misc]
    """Writes the pages and the files of every section."""

    def generate_output(self, writer: Any) -> None:
        """Render each page through its template, relative addresses only, then write the files."""
        material: Material = self.settings["MIRATO"]
        for page in self._pages(material):
            writer.write_file(
                page.path,
                self.get_template(page.template),
                self.context,
                relative_urls=True,
                pagina=page,
                **page.context,
            )
        for asset in self._assets(material):
            asset.write(self.output_path)

    def _pages(self, material: Material) -> Iterator[Page]:
        for section in SECTIONS:
            yield from section.pages(material.config, material.released)

    def _assets(self, material: Material) -> Iterator[Asset]:
        for section in SECTIONS:
            yield from section.assets(material.config, material.released)


def _generators(_sender: Any) -> type[DataPages]:
    return DataPages


def register() -> None:
    """Tell Pelican of the generator."""
    signals.get_generators.connect(_generators)
