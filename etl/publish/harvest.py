"""What catalogues and search engines look for: robots.txt, sitemap, well-known addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from etl.config import Config
from etl.publish.manifest import MANIFEST

_UNLISTED = re.compile(rb"""<meta name=["']?robots["']? content=["']?[^>]*noindex""")
_SAFE = ":/%#?=&+,;@"


def robots(config: Config) -> bytes:
    """Return robots.txt: everything may be read, and here is the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {config.portale.url_base}/sitemap.xml\n".encode()


def write_sitemap(config: Config, site: Path) -> int:
    """Write the site's sitemap.xml, of every page that it holds; return how many.

    Left out are the page of unknown addresses and those that ask not to be listed: on a portal of
    demonstration, where every page asks it once, those that ask it on their own account. The day
    of a page is that of the newest data; a data set's own page has its own.
    """
    manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    entries = []
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if name == "404.html" or len(_UNLISTED.findall(path.read_bytes())) > int(config.is_demo):
            continue
        day = manifest["data"]
        package = path.parent / "datapackage.json"
        if path.name == "index.html" and package.is_file():
            day = json.loads(package.read_text(encoding="utf-8"))["created"][:10]
        address = f"{config.portale.url_base}/{name.removesuffix('index.html')}"
        entries.append(f"<url><loc>{escape(quote(address, safe=_SAFE))}</loc>")
        entries.append(f"<lastmod>{day}</lastmod></url>\n")
    (site / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{''.join(entries)}</urlset>\n",
        encoding="utf-8",
        newline="\n",
    )
    return len(entries) // 2


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
                "service-doc": [{"href": f"{base}/dati/esempi/", "type": "text/html"}],
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
