"""Every released table in every form, described for people and machines, with one manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from etl.config import Config
from etl.contracts import Contract
from etl.problems import ReleaseRefusedError
from etl.protect import ReleasableZone, Release
from etl.publish import harvest
from etl.publish.api import api_files, openapi
from etl.publish.archives import zipped
from etl.publish.citation import citation_bibtex, citation_cff
from etl.publish.csvw import csvw
from etl.publish.databases import to_duckdb, to_sqlite
from etl.publish.datapackage import data_package
from etl.publish.dcat import catalogue, dataset_graph, to_jsonld, to_turtle
from etl.publish.dictionary import facts
from etl.publish.edition import FIRST_VERSION, Edition
from etl.publish.examples import examples
from etl.publish.formats import (
    LARGE,
    compressed,
    to_columns,
    to_csv,
    to_geojson,
    to_json,
    to_parquet,
)
from etl.publish.manifest import Entry, Manifest
from etl.publish.metadata_quality import metadata_quality, shape_errors
from etl.publish.schema_org import schema_org
from etl.publish.spreadsheets import MOST_ROWS, to_ods, to_xlsx
from etl.publish.sql import create_table, create_view

Bounds = tuple[float, float, float, float]


def publish(config: Config, release: Release, zone: ReleasableZone) -> None:
    """Write the release into the zone: every form, every description, and the manifest.

    Raises ReleaseRefusedError where the catalogue is not valid DCAT-AP, or where rows point at
    rows of another data set that are not there.
    """
    editions = {
        slug: Edition(contract, release.tables[slug], FIRST_VERSION, release.date, release.date)
        for slug, contract in sorted(release.contracts.items())
    }
    manifest = Manifest(zone, editions)
    bounds = _bounds(release.province)
    contents: dict[str, dict[str, bytes]] = {}
    forms: dict[str, list[Entry]] = {}
    for slug, edition in editions.items():
        contents[slug] = _forms(config, edition)
        forms[slug] = [
            manifest.add(f"dati/{slug}/{name}", content, len(edition.table))
            for name, content in contents[slug].items()
        ]
        described = _descriptions(config, edition, release.contracts.values(), forms[slug], bounds)
        for name, content in described.items():
            manifest.add(f"dati/{slug}/{name}", content)
        contents[slug].update(described)
    _together(config, release, editions, contents, manifest)
    for path, content, rows in api_files(config, editions):
        manifest.add(path, content, rows)
    manifest.add("dati/api/openapi.json", as_json(openapi(config, editions)))
    _catalogue(config, release, editions, forms, bounds, manifest)
    _harvest(config, editions, manifest)
    zone.write("geografia/comuni.csv", _plain_csv(release.comuni))
    zone.write("geografia/province.geojson", _provinces(release.province))
    quality = {
        **release.quality,
        "data": release.date.isoformat(),
        "attese": release.expectations,
    }
    zone.write("qualita/qualita.json", as_json(quality))
    listed = {"data": release.date.isoformat(), "files": manifest.as_dicts()}
    zone.write("manifest.json", as_json(listed))


def _forms(config: Config, edition: Edition) -> dict[str, bytes]:
    """Return the rows in every format, by file name."""
    contract, table, slug = edition.contract, edition.table, edition.slug
    forms = {
        f"{slug}.csv": to_csv(contract, table),
        f"{slug}.json": to_json(contract, table),
        f"{slug}.colonne.json": to_columns(contract, table),
        f"{slug}.parquet": to_parquet(contract, table, edition.synthetic),
    }
    if contract.geometria is not None:
        forms[f"{slug}.geojson"] = to_geojson(contract, table)
    if len(table) <= MOST_ROWS:
        forms[f"{slug}.xlsx"] = to_xlsx(config, edition)
        forms[f"{slug}.ods"] = to_ods(config, edition)
    for name in (f"{slug}.csv", f"{slug}.json"):
        if len(forms[name]) > LARGE:
            forms[f"{name}.gz"] = compressed(forms[name])
    return forms


def _descriptions(
    config: Config,
    edition: Edition,
    contracts: Iterable[Contract],
    files: list[Entry],
    bounds: Bounds,
) -> dict[str, bytes]:
    """Return what tells people and machines of the data set, by file name."""
    contract, slug = edition.contract, edition.slug
    every = list(contracts)
    graph = dataset_graph(config, edition, files, bounds)
    statements = [create_table(contract, every), create_view(contract)]
    return {
        "datapackage.json": as_json(data_package(config, edition, files)),
        f"{slug}.csv-metadata.json": as_json(csvw(config, edition, every)),
        f"{slug}.jsonld": as_json(schema_org(config, edition, files)),
        f"{slug}.sql": "\n\n".join(filter(None, statements)).encode() + b"\n",
        "dcat.ttl": to_turtle(graph),
        "dcat.jsonld": to_jsonld(graph),
        "CITATION.cff": citation_cff(config, edition),
        f"{slug}.bib": citation_bibtex(config, edition),
        "esempi.json": as_json(examples(config, edition)),
    }


def _together(
    config: Config,
    release: Release,
    editions: Mapping[str, Edition],
    contents: Mapping[str, Mapping[str, bytes]],
    manifest: Manifest,
) -> None:
    """Write everything as one SQLite file, one DuckDB file and one zip."""
    sqlite = to_sqlite(config, editions, release.comuni, release.province)
    parquet = {slug: files[f"{slug}.parquet"] for slug, files in contents.items()}
    manifest.add("dati/mirato.sqlite", sqlite)
    manifest.add("dati/mirato.duckdb", to_duckdb(editions, sqlite, parquet))
    entries = [("LEGGIMI.txt", _readme(config, editions))]
    entries += [
        (f"{slug}/{name}", content)
        for slug, files in contents.items()
        for name, content in sorted(files.items())
        if not name.endswith(".gz")
    ]
    packed = frozenset(name for name, _ in entries if name.endswith((".xlsx", ".ods", ".parquet")))
    manifest.add("dati/mirato.zip", zipped(entries, stored=packed))


def _readme(config: Config, editions: Mapping[str, Edition]) -> bytes:
    parts = [f"{config.portale.nome}: dati aperti sul collocamento mirato", ""]
    for slug, edition in editions.items():
        parts += [f"== {slug}", *(f"{what}: {text}" for what, text in facts(config, edition)), ""]
    return "\r\n".join(parts).encode()


def _catalogue(
    config: Config,
    release: Release,
    editions: Mapping[str, Edition],
    forms: Mapping[str, list[Entry]],
    bounds: Bounds,
    manifest: Manifest,
) -> None:
    """Write the catalogue as linked data, and its score; raises ReleaseRefusedError."""
    graph = catalogue(config, editions, forms, release.date, bounds)
    errors = shape_errors(graph)
    if errors:
        lines = "\n".join(f"  - {error}" for error in errors[:20])
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: il catalogo non rispetta DCAT-AP in {len(errors)} punti.\n"
            f"{lines}\nControllare i contratti in datasets/ e [portale] in portale.toml."
        )
    manifest.add("dati/catalogo.ttl", to_turtle(graph))
    manifest.add("dati/catalogo.jsonld", to_jsonld(graph))
    addresses = {f"{config.portale.url_base}/{entry.path}" for entry in manifest.entries()}
    score = metadata_quality(graph, addresses, compliant=not errors)
    manifest.add("dati/qualita-metadati.json", as_json(score))


def _harvest(config: Config, editions: Mapping[str, Edition], manifest: Manifest) -> None:
    pages = harvest.data_pages(config, editions.values())
    manifest.add("robots.txt", harvest.robots(config))
    manifest.add("sitemap.xml", harvest.sitemap(pages))
    manifest.add(".well-known/api-catalog", harvest.api_catalog(config))
    manifest.add(".well-known/void", harvest.void(config))


def as_json(value: Any) -> bytes:
    """Return the value as readable JSON bytes, keys in the order given."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _plain_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\r\n").encode()


def _bounds(province: pd.DataFrame) -> Bounds:
    boxes = [geometry.bounds for geometry in province["geometry"]]
    west, south, east, north = zip(*boxes, strict=True)
    return (
        round(min(west), 4),
        round(min(south), 4),
        round(max(east), 4),
        round(max(north), 4),
    )


def _provinces(province: pd.DataFrame) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {name: row[name] for name in row if name != "geometry"},
            "geometry": _rounded(row["geometry"].__geo_interface__),
        }
        for row in province.astype({"popolazione": "int64"}).to_dict("records")
    ]
    return as_json({"type": "FeatureCollection", "features": features})


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def trim(part: Any) -> Any:
        return round(part, 4) if isinstance(part, float) else [trim(piece) for piece in part]

    return {"type": geometry["type"], "coordinates": trim(geometry["coordinates"])}
