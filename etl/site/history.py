"""What a data set was: a page for each version that can be cited, and its changes in words."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from etl.config import Config
from etl.publish.versions import LATEST, TOMBSTONE, withdrawals
from etl.site.language import long_date
from etl.site.page import Asset, Page
from etl.site.released import Released, ReleasedFile

TOMBSTONES_SHOWN = 50
LEVELS = {
    "maggiore": "Versione maggiore: chi usa i dati deve controllare i propri programmi.",
    "minore": "Versione minore: i programmi continuano a funzionare.",
    "correzione": "Correzione: le righe sono le stesse, è corretto come sono scritte o descritte.",
}


@dataclass(frozen=True)
class Version:
    """One version as its page tells it; `withdrawn` holds day and reason where it must not be read.

    `record` is the entry of the change log, `files` what stands in the version's folder.
    """

    record: dict[str, Any]
    files: list[ReleasedFile]
    bibtex: str | None
    withdrawn: dict[str, str] | None

    @property
    def number(self) -> str:
        """The version: `1.4.2`."""
        return str(self.record["versione"])

    @property
    def level(self) -> str | None:
        """What its number promises, in a sentence; None for a first version."""
        return LEVELS.get(self.record["livello"])


@dataclass(frozen=True)
class Past:
    """The versions of one data set, newest first, and the rows that were withdrawn."""

    slug: str
    title: str
    versions: list[Version]
    columns: list[str]
    tombstones: list[list[str]]

    @cached_property
    def newest(self) -> Version:
        """The newest version: the one in force, where the data set is still published."""
        return self.versions[0]


def read_past(zone: Path) -> dict[str, Past]:
    """Return the past of every data set that is, or ever was, published, by slug."""
    listed = sorted((zone / "datasets").glob("*/versioni/index.json"))
    return {past.slug: past for past in map(_read, listed)}


def _read(path: Path) -> Past:
    folder = path.parent.parent
    index = json.loads(path.read_text(encoding="utf-8"))
    log = json.loads((folder / "modifiche.json").read_text(encoding="utf-8"))
    versions = [
        _version(folder, record, item)
        for record, item in zip(log["versioni"], index["versioni"], strict=True)
    ]
    columns, *rows = _rows(folder / "ritirate.csv") or [[]]
    return Past(index["insieme"], log["titolo"], versions, columns, rows)


def _version(folder: Path, record: dict[str, Any], item: dict[str, Any]) -> Version:
    files = [
        ReleasedFile(
            entry["path"].rsplit("/", 1)[-1], entry["bytes"], entry["sha256"], entry["rows"]
        )
        for entry in item["files"]
    ]
    bibtex = folder / "versioni" / record["versione"] / f"{folder.name}.bib"
    return Version(
        record,
        sorted(files, key=lambda file: file.order),
        bibtex.read_text(encoding="utf-8") if bibtex.is_file() else None,
        item.get("ritirata"),
    )


def _rows(path: Path) -> list[list[str]]:
    if not path.is_file():  # a data set that is no longer published
        return []
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.reader(text))


def citation(config: Config, past: Past, version: Version) -> str:
    """Return how to cite one version: publisher, title, version, day, address, licence."""
    portal = config.portale
    return (
        f"{portal.titolare.nome}, «{past.title}», {portal.nome}, versione {version.number} "
        f"del {long_date(version.record['data'])}, "
        f"{portal.url_base}/dati/{past.slug}/versioni/{version.number}/, licenza CC BY 4.0."
    )


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the change log of all, and for each data set its versions and a page for each."""
    pasts = read_past(released.zone)
    yield _news(pasts)
    ended = {item.insieme: item.motivo.it for item in withdrawals().insiemi}
    for slug, past in pasts.items():
        trail: tuple[tuple[str, str], ...] = (
            ("dati/", "Dati aperti"),
            (f"dati/{slug}/", past.title),
        )
        published = slug in released.datasets
        if not published:
            yield Page(
                path=f"dati/{slug}/index.html",
                template="dataset_cessato",
                title=past.title,
                description=f"«{past.title}» non è più pubblicato: le sue versioni restano.",
                trail=trail[:1],
                context={"passato": past, "motivo": ended.get(slug)},
            )
        yield Page(
            path=f"dati/{slug}/versioni/index.html",
            template="versioni",
            title=f"Versioni di «{past.title}»",
            description=f"Che cosa è cambiato in «{past.title}», versione per versione.",
            trail=trail,
            context={
                "passato": past,
                "pubblicato": published,
                "ritirate": past.tombstones[:TOMBSTONES_SHOWN],
                "colonne": past.columns[: -len(TOMBSTONE)],
            },
        )
        trail = (*trail, (f"dati/{slug}/versioni/", "Versioni"))
        for version in past.versions:
            yield _page_of(config, past, version, version.number, trail, published)
        if published:
            yield _page_of(config, past, past.newest, LATEST, trail, published)


def _page_of(
    config: Config,
    past: Past,
    version: Version,
    name: str,
    trail: tuple[tuple[str, str], ...],
    published: bool,
) -> Page:
    """Return the page of a version; `name` is its folder, the alias's for the newest."""
    alias = name == LATEST
    title = f"«{past.title}», {'la versione più recente' if alias else f'versione {name}'}"
    return Page(
        path=f"dati/{past.slug}/versioni/{name}/index.html",
        template="versione",
        title=title,
        description=f"I file di «{past.title}» nella versione {version.number}, e come citarla.",
        trail=trail,
        context={
            "passato": past,
            "versione": version,
            "alias": alias,
            "pubblicato": published,
            "in_vigore": version is past.newest,
            "citazione": citation(config, past, version),
        },
    )


def _news(pasts: dict[str, Past]) -> Page:
    told = [(version, past) for past in pasts.values() for version in past.versions]
    told.sort(key=lambda pair: pair[0].record["data"], reverse=True)
    return Page(
        path="dati/modifiche/index.html",
        template="modifiche",
        title="Che cosa è cambiato nei dati",
        description="Le versioni di tutti gli insiemi di dati, dalla più recente.",
        trail=(("dati/", "Dati aperti"),),
        context={"novita": told},
    )


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield nothing: the files of the versions are the catalogue's."""
    yield from ()
