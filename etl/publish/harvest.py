"""What catalogues and search engines look for: robots.txt, sitemap, well-known addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from xml.sax.saxutils import escape

from etl.config import Config
from etl.publish.edition import Edition


def robots(config: Config) -> bytes:
    """Return robots.txt: everything may be read, and here is the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {config.portale.url_base}/sitemap.xml\n".encode()


def sitemap(addresses: Iterable[tuple[str, date]]) -> bytes:
    """Return sitemap.xml of full addresses, each with the day of its last change."""
    entries = "".join(
        f"<url><loc>{escape(address)}</loc><lastmod>{day.isoformat()}</lastmod></url>\n"
        for address, day in sorted(addresses)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    ).encode()


def data_pages(config: Config, editions: Iterable[Edition]) -> list[tuple[str, date]]:
    """Return the pages that exist because data sets do: the catalogue and one page each."""
    pages = [(edition.page(config), edition.day) for edition in editions]
    return [(f"{config.portale.url_base}/dati/", max(day for _, day in pages)), *pages]


def api_catalog(config: Config) -> bytes:
    """Return `.well-known/api-catalog` (RFC 9727): where the API and the catalogue are told."""
    base = config.portale.url_base
    linkset = {
        "linkset": [
            {
                "anchor": f"{base}/dati/api/v1/",
                "service-desc": [
                    {"href": f"{base}/dati/api/openapi.json", "type": "application/json"}
                ],
                "service-doc": [{"href": f"{base}/dati/", "type": "text/html"}],
                "service-meta": [
                    {"href": f"{base}/dati/catalogo.jsonld", "type": "application/ld+json"},
                    {"href": f"{base}/dati/catalogo.ttl", "type": "text/turtle"},
                ],
            }
        ]
    }
    return (json.dumps(linkset, indent=2) + "\n").encode()


def void(config: Config) -> bytes:
    """Return `.well-known/void`: Turtle that points at the DCAT catalogue."""
    base = config.portale.url_base
    return (
        "@prefix void: <http://rdfs.org/ns/void#> .\n"
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n\n"
        f"<{base}/.well-known/void> a void:DatasetDescription ;\n"
        f"    foaf:topic <{base}/dati/#catalogo> .\n\n"
        f"<{base}/dati/#catalogo> a void:Dataset ;\n"
        f"    void:dataDump <{base}/dati/catalogo.ttl> , <{base}/dati/catalogo.jsonld> .\n"
    ).encode()
