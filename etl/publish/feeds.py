"""The change log as Atom feeds: of one data set, and of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from etl.config import Config


@dataclass(frozen=True)
class News:
    """One version of one data set, as a feed tells it."""

    slug: str
    title: str
    record: Mapping[str, Any]

    @property
    def day(self) -> str:
        """The day of the version (ISO)."""
        day: str = self.record["data"]
        return day


def news(slug: str, title: str, records: Iterable[Mapping[str, Any]]) -> list[News]:
    """Return the news of one data set, newest first."""
    return [News(slug, title, record) for record in records]


def newest_first(items: Iterable[News]) -> list[News]:
    """Return the news of many data sets, newest first, then by data set and version."""
    ordered = sorted(items, key=lambda item: (item.slug, _numbers(item)), reverse=True)
    ordered.sort(key=lambda item: item.slug)
    return sorted(ordered, key=lambda item: item.day, reverse=True)


def _numbers(item: News) -> tuple[int, ...]:
    return tuple(map(int, item.record["versione"].split(".")))


def atom(config: Config, title: str, path: str, page: str, items: list[News]) -> bytes:
    """Return an Atom feed (RFC 4287); `path` is its own on the site, `page` the page it is of."""
    base, holder = config.portale.url_base, config.portale.titolare
    address = f"{base}/{path}"
    entries = "".join(_entry(base, item) for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="it">\n'
        f"<id>{escape(address)}</id>\n"
        f"<title>{escape(title)}</title>\n"
        f"<updated>{_moment(items[0].day)}</updated>\n"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(address)}/>\n'
        f'<link rel="alternate" type="text/html" href={quoteattr(f"{base}/{page}")}/>\n'
        f"<author><name>{escape(holder.nome)}</name><email>{escape(holder.email)}</email>"
        f"</author>\n"
        f"<rights>CC BY 4.0</rights>\n"
        f"{entries}</feed>\n"
    ).encode()


def _entry(base: str, item: News) -> str:
    version = item.record["versione"]
    address = f"{base}/dati/{item.slug}/versioni/{version}/"
    text = " ".join(item.record["in_parole"])
    return (
        "<entry>\n"
        f"<id>{escape(address)}</id>\n"
        f"<title>{escape(f'{item.title}, versione {version}')}</title>\n"
        f"<updated>{_moment(item.day)}</updated>\n"
        f'<link rel="alternate" type="text/html" href={quoteattr(address)}/>\n'
        f'<link rel="related" type="application/json" '
        f"href={quoteattr(f'{address}modifiche.json')}/>\n"
        f"<category term={quoteattr(item.slug)}/>\n"
        f'<content type="text">{escape(text)}</content>\n'
        "</entry>\n"
    )


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"
