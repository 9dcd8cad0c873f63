"""Builds the whole site into a new folder."""

from __future__ import annotations

import filecmp
import locale
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
import pelican
from pelican.settings import read_settings

from etl.config import Config
from etl.contracts import vocabulary
from etl.site import language, plugin, search
from etl.site.assets import CONTENT, THEME, copy_theme
from etl.site.released import Released, SiteError, read_released
from etl.site.self_match import write_worker

Progress = Callable[[str], None]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)
LICENCE = {
    "nome": "Creative Commons Attribuzione 4.0 Internazionale (CC BY 4.0)",
    "url": "https://creativecommons.org/licenses/by/4.0/deed.it",
}
MENU = (
    ("cerca-lavoro/", "Cerca lavoro"),
    ("operatori/", "Operatori"),
    ("scoperture/", "Posti e scoperture"),
    ("incrocio/", "Incrocio"),
    ("strumenti/quota/", "Per le aziende"),
    ("monitoraggio/", "Monitoraggio"),
    ("dati/", "Dati aperti"),
    ("qualita/", "Qualità"),
    ("glossario/", "Glossario"),
)
ENGLISH_MENU = (("en/", "Overview"), ("en/dati/", "Open data"))


def build_site(
    config: Config,
    zone: Path,
    output: Path,
    previous: Path | None = None,
    progress: Progress | None = None,
) -> int:
    """Build the site from the releasable zone into the new folder `output`; return its pages.

    A file whose bytes are those of the same file in `previous` becomes a hard link to it: what
    did not change keeps its date. Raises SiteError, with a text in Italian; then `output` is
    incomplete and must not be published.
    """
    say = progress or (lambda _text: None)
    released = read_released(config, zone)
    output.mkdir(parents=True, exist_ok=True)
    say("Sito: stile e risorse dell’interfaccia")
    copy_theme(output)
    say("Sito: pagine")
    _render(config, released, output)
    search.write_index(output)
    write_worker(output)
    if previous is not None and previous.is_dir():
        _keep_unchanged(output, previous)
    return sum(1 for _ in output.rglob("*.html"))


def _keep_unchanged(output: Path, previous: Path) -> None:
    for path in sorted(output.rglob("*")):
        old = previous / path.relative_to(output)
        if path.is_file() and old.is_file() and filecmp.cmp(path, old, shallow=False):
            path.unlink()
            os.link(old, path)


def _render(config: Config, released: Released, output: Path) -> None:
    with _strict_log(), _same_locale():
        pelican.console.quiet = True
        try:
            pelican.Pelican(read_settings(override=settings(config, released, output))).run()
        except jinja2.TemplateError as error:
            raise SiteError(f"Una pagina non si può comporre: {error}") from error


def settings(config: Config, released: Released, output: Path) -> dict[str, Any]:
    """Return Pelican's settings: no clock, no feeds, no blog, every text escaped."""
    return {
        "PATH": str(CONTENT),
        "OUTPUT_PATH": str(output),
        "THEME": str(THEME),
        "THEME_STATIC_PATHS": [],
        "STATIC_PATHS": [],
        "PLUGINS": [plugin],
        "SITENAME": config.portale.nome,
        "SITEURL": "",
        "RELATIVE_URLS": True,
        "TIMEZONE": "Europe/Rome",
        "DEFAULT_LANG": "it",
        "LOCALE": ["C"],
        "ARTICLE_PATHS": [],
        "PAGE_PATHS": ["pagine"],
        "PAGE_URL": "{slug}/",
        "PAGE_SAVE_AS": "{slug}/index.html",
        "DIRECT_TEMPLATES": [],
        **{
            f"{kind}_SAVE_AS": ""
            for kind in ("ARTICLE", "CATEGORY", "TAG", "AUTHOR", "DRAFT", "DRAFT_PAGE")
        },
        **dict.fromkeys(
            (
                "FEED_ALL_ATOM",
                "CATEGORY_FEED_ATOM",
                "AUTHOR_FEED_ATOM",
                "AUTHOR_FEED_RSS",
                "TRANSLATION_FEED_ATOM",
            )
        ),
        "MARKDOWN": {
            "extension_configs": {
                "markdown.extensions.extra": {},
                # one sentence a line, in the pages that are easy to read
                "markdown.extensions.nl2br": {},
                "markdown.extensions.meta": {},
            },
            "output_format": "html5",
        },
        "JINJA_ENVIRONMENT": {
            "autoescape": True,
            "trim_blocks": True,
            "lstrip_blocks": True,
            "extensions": [],
            "undefined": jinja2.StrictUndefined,
            "finalize": language.printable,
        },
        "JINJA_FILTERS": {
            "numero": language.number,
            "data": language.long_date,
            "conta": language.count,
            "peso": language.file_size,
            "frase": language.sentence,
            "elenco": language.listing,
            "indirizzo_web": language.web_address,
            "posta": language.mail_link,
            "telefono": language.phone_link,
            "voce": _label,
            "voci": _labels,
            "esperienza": _experience,
        },
        "JINJA_GLOBALS": {
            "portale": config.portale,
            "dimostrativo": config.is_demo,
            "politica": POLICY,
            "licenza": LICENCE,
            "menu": MENU,
            "menu_inglese": ENGLISH_MENU,
            "data_sito": released.date,
        },
        "MIRATO": plugin.Material(config, released),
    }


def _label(code: str | None, name: str) -> str:
    """Return the Italian label of a code in a controlled vocabulary; the code where unknown."""
    if code is None:
        return "–"
    text = vocabulary(name).get(code)
    return text.it if text else code


def _labels(codes: list[str] | None, name: str) -> str:
    """Return the labels of some codes as one sentence-cased list."""
    return language.sentence(", ".join(_label(code, name) for code in codes or []))


def _experience(codes: list[str] | None) -> str:
    """Return the kinds of disability as one list that says «disabilità» only once."""
    labels = [_label(code, "gruppi_disabilita") for code in codes or []]
    kind = "disabilità "
    named = [label.removeprefix(kind) for label in labels if label.startswith(kind)]
    others = [label for label in labels if not label.startswith(kind)]
    return language.sentence(", ".join([*([kind + ", ".join(named)] if named else []), *others]))


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _strict_log() -> Iterator[None]:
    """Make every warning of Pelican an error: it logs what it cannot do, and goes on without."""
    logger, collector = logging.getLogger("pelican"), _Collector()
    handlers, propagate = logger.handlers[:], logger.propagate
    logger.handlers, logger.propagate = [collector], False
    try:
        yield
    finally:
        logger.handlers, logger.propagate = handlers, propagate
    if collector.messages:
        raise SiteError("Il sito non è completo: " + "; ".join(collector.messages))


@contextmanager
def _same_locale() -> Iterator[None]:
    """Give the process back the locale that Pelican changes."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, before)
