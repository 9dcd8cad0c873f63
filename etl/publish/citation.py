"""How to cite one version of a data set: CITATION.cff and BibTeX."""

from __future__ import annotations

import json
import re

from etl.config import Config
from etl.publish.edition import LICENCE, Edition

_TEX = re.compile(r"([\\{}$&#%_^~])")


def citation_cff(config: Config, edition: Edition) -> bytes:
    """Return the CITATION.cff of this version (Citation File Format 1.2.0)."""
    portal = config.portale
    lines = [
        "cff-version: 1.2.0",
        'message: "Citare così questa versione dei dati."',
        "type: dataset",
        f"title: {_yaml(edition.contract.titolo.it)}",
        f"abstract: {_yaml(edition.description)}",
        f"version: {_yaml(edition.version)}",
        f"date-released: {edition.day.isoformat()}",
        f"license: {LICENCE}",
        f"url: {_yaml(edition.own_address(config))}",
        f"repository: {_yaml(edition.page(config))}",
        "authors:",
        f"  - name: {_yaml(portal.titolare.nome)}",
        f"    email: {_yaml(portal.titolare.email)}",
        f"    website: {_yaml(portal.titolare.sito)}",
        "keywords:",
        *(f"  - {_yaml(word)}" for word in edition.contract.parole_chiave or [portal.nome]),
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def citation_bibtex(config: Config, edition: Edition) -> bytes:
    """Return the BibTeX entry of this version."""
    portal = config.portale
    year, month, _ = edition.day.isoformat().split("-")
    fields = {
        "author": f"{{{_tex(portal.titolare.nome)}}}",
        "title": f"{{{_tex(edition.contract.titolo.it)}}}",
        "year": year,
        "month": str(int(month)),
        "version": edition.version,
        "publisher": _tex(portal.nome),
        "url": edition.own_address(config),
        "note": f"Licenza CC BY 4.0{', dati dimostrativi' if edition.synthetic else ''}",
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{edition.slug}-{edition.version},\n{body}\n}}\n".encode()


def _yaml(text: str) -> str:
    """Return the text as a YAML scalar: JSON's quoting is YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _tex(text: str) -> str:
    return _TEX.sub(r"\\\1", text)
