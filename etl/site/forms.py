"""Blank forms to download: the same fields as an accessible page and as an OpenDocument text."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from pydantic import BaseModel, ConfigDict, Field

from etl.publish.archives import zipped
from etl.site.assets import CONTENT

FOLDER = CONTENT / "modelli"
ODT = "application/vnd.oasis.opendocument.text"
_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("meta", "meta"),
        ("manifest", "manifest"),
    )
)
_FO = 'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
EMPTY_BOX = "☐"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormField(_Section):
    """One field: what it asks, the answers to choose from, or how many lines to write on."""

    nome: str = Field(pattern=r"^[a-z_]+$")
    etichetta: str
    scelte: list[str] = Field(default_factory=list)
    righe: int = 1


class FormPart(_Section):
    """Fields that stand together."""

    titolo: str
    campi: list[FormField]


class Form(_Section):
    """A blank form."""

    nome: str
    titolo: str
    sommario: str
    fonte: str
    avvertenze: list[str]
    parti: list[FormPart]


@cache
def load_forms(folder: Path = FOLDER) -> tuple[Form, ...]:
    """Return every blank form of `content/modelli/`, by name."""
    return tuple(
        Form(nome=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.toml"))
    )


def to_odt(form: Form, publisher: str) -> bytes:
    """Return the form as an OpenDocument text: headings, one table a part, the same bytes always.

    Each field is a row: its label in a header column, room to write beside it.
    """
    parts = {
        "mimetype": ODT,
        "content.xml": _content(form),
        "styles.xml": _styles(),
        "meta.xml": (
            f'{_XML}<office:document-meta {_NAMES} {_DC} office:version="1.3"><office:meta>'
            f"<dc:title>{escape(form.titolo)}</dc:title><dc:language>it</dc:language>"
            f"<dc:creator>{escape(publisher)}</dc:creator></office:meta></office:document-meta>"
        ),
        "META-INF/manifest.xml": (
            f'{_XML}<manifest:manifest {_NAMES} manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT}"/>'
            + "".join(
                f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
                for name in ("content.xml", "styles.xml", "meta.xml")
            )
            + "</manifest:manifest>"
        ),
    }
    entries = ((name, text.encode("utf-8")) for name, text in parts.items())
    return zipped(entries, stored=frozenset({"mimetype"}))


def _content(form: Form) -> str:
    body = [_heading(form.titolo, 1), _paragraph(form.sommario)]
    body += [_paragraph(line) for line in form.avvertenze]
    for number, part in enumerate(form.parti, start=1):
        body.append(_heading(part.titolo, 2))
        rows = "".join(_row(field) for field in part.campi)
        body.append(
            f'<table:table table:name="Parte{number}" table:style-name="Tabella">'
            '<table:table-column table:style-name="Etichette"/>'
            f'<table:table-column table:style-name="Risposte"/>{rows}</table:table>'
        )
    body.append(_paragraph(form.fonte))
    return (
        f'{_XML}<office:document-content {_NAMES} {_FO} office:version="1.3">'
        "<office:automatic-styles>"
        + _column("Etichette", "6cm")
        + _column("Risposte", "11cm")
        + '<style:style style:name="Tabella" style:family="table">'
        '<style:table-properties style:width="17cm"/></style:style>'
        '<style:style style:name="Cella" style:family="table-cell">'
        '<style:table-cell-properties fo:border="0.5pt solid #4a5a6a" fo:padding="0.15cm"/>'
        "</style:style></office:automatic-styles>"
        f"<office:body><office:text>{''.join(body)}</office:text></office:body>"
        "</office:document-content>"
    )


def _column(name: str, width: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}"/></style:style>'
    )


def _row(field: FormField) -> str:
    answers = "   ".join(f"{EMPTY_BOX} {choice}" for choice in field.scelte)
    room = _paragraph(answers) + _paragraph("") * (field.righe - 1)
    return (
        f'<table:table-row><table:table-cell table:style-name="Cella">'
        f"{_paragraph(field.etichetta)}</table:table-cell><table:table-cell "
        f'table:style-name="Cella">{room}</table:table-cell></table:table-row>'
    )


def _heading(text: str, level: int) -> str:
    return (
        f'<text:h text:style-name="Titolo{level}" text:outline-level="{level}">'
        f"{escape(text)}</text:h>"
    )


def _paragraph(text: str) -> str:
    return f"<text:p>{escape(text)}</text:p>"


def _styles() -> str:
    return (
        f'{_XML}<office:document-styles {_NAMES} {_FO} office:version="1.3"><office:styles>'
        '<style:default-style style:family="paragraph"><style:text-properties '
        'fo:font-size="12pt" fo:language="it" fo:country="IT"/></style:default-style>'
        + "".join(
            f'<style:style style:name="Titolo{level}" style:family="paragraph" '
            f'style:default-outline-level="{level}"><style:paragraph-properties '
            'fo:margin-top="0.5cm" fo:margin-bottom="0.2cm"/><style:text-properties '
            f'fo:font-size="{size}" fo:font-weight="bold"/></style:style>'
            for level, size in ((1, "20pt"), (2, "14pt"))
        )
        + "</office:styles></office:document-styles>"
    )
