"""Every released table in every form, described for people and machines, with one manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from etl.config import Config
from etl.problems import ReleaseRefusedError
from etl.protect import ReleasableZone, Release
from etl.publish import harvest
from etl.publish.api import api_files, openapi
from etl.publish.archives import zipped
from etl.publish.databases import to_duckdb, to_sqlite
from etl.publish.dataset import Bounds, dataset_files, form_entries, version_files
from etl.publish.dcat import catalogue, to_jsonld, to_turtle
from etl.publish.dictionary import facts
from etl.publish.edition import Edition
from etl.publish.examples import portal_examples
from etl.publish.feeds import atom, newest_first, news
from etl.publish.formats import as_json
from etl.publish.manifest import Manifest
from etl.publish.metadata_quality import metadata_quality, shape_errors
from etl.publish.previous import PublishedRelease
from etl.publish.versions import LATEST, Versioned, Withdrawals, index, version_of, withdrawals


def publish(
    config: Config,
    release: Release,
    zone: ReleasableZone,
    previous: PublishedRelease | None = None,
    day: date | None = None,
) -> None:
    """Write the release into the zone: every form, every description, and the manifest.

    `previous` is the release published before: versions follow from it, and all that it ever
    published is published again, unchanged. `day` is the day of the release, where it is not the
    day to which the data refer. Raises ReleaseRefusedError where the catalogue is not valid
    DCAT-AP, or where rows point at rows of another data set that are not there.
    """
    contracts = dict(sorted(release.contracts.items()))
    bounds, released = _bounds(release.province), day or release.date
    manifest = Manifest(zone)
    datasets = {
        slug: version_of(
            contract,
            release.tables[slug],
            released,
            previous,
            lambda edition, history: dataset_files(
                config, edition, history, contracts.values(), bounds
            ),
        )
        for slug, contract in contracts.items()
    }
    withdrawn = withdrawals()
    for given in datasets.values():
        _write_dataset(config, given, previous, withdrawn, manifest)
    gone = _keep_gone(previous, datasets, manifest)
    editions = {slug: given.edition for slug, given in datasets.items()}
    _together(config, release, datasets, manifest)
    _news(config, datasets, gone, manifest)
    for path, content, rows in api_files(config, editions):
        manifest.add(path, content, rows)
    manifest.add("dati/api/openapi.json", as_json(openapi(config, editions)))
    manifest.add("dati/esempi.json", as_json(portal_examples(config, editions)))
    _catalogue(config, datasets, bounds, manifest)
    _harvest(config, manifest)
    zone.write("geografia/comuni.csv", _plain_csv(release.comuni))
    zone.write("geografia/province.geojson", _provinces(release.province))
    quality = {
        **release.quality,
        "data": release.date.isoformat(),
        "attese": release.expectations,
    }
    zone.write("qualita/qualita.json", as_json(quality))
    newest = max(edition.day for edition in editions.values())
    listed = {"data": newest.isoformat(), "files": manifest.as_dicts()}
    zone.write("manifest.json", as_json(listed))


def _write_dataset(
    config: Config,
    given: Versioned,
    previous: PublishedRelease | None,
    withdrawn: Withdrawals,
    manifest: Manifest,
) -> None:
    """Write one data set: what it is now, and each version that it ever had."""
    slug, version = given.edition.slug, given.edition.version
    rows = {entry.name: entry.rows for entry in form_entries(given.edition, given.files)}
    for name, content in given.files.items():
        manifest.add(f"dati/{slug}/{name}", content, rows.get(name))
    folder = f"dati/{slug}/versioni"
    if withdrawn.version(slug, version):
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: ritiri.toml ritira «{slug}» {version}, che è la versione "
            "in vigore. Correggere i dati: la nuova versione potrà sostituirla."
        )
    if previous is not None:
        for entry in previous.below(f"{folder}/"):
            old = entry.path.removeprefix(f"{folder}/").split("/")[0]
            if old not in ("index.json", LATEST) and not withdrawn.version(slug, old):
                manifest.add(entry.path, previous.read(entry.path), entry.rows)
    if given.fresh:
        own = version_files(config, given)
        for name, content in own.items():
            manifest.add(f"{folder}/{version}/{name}", content, rows.get(name))
    for record in given.history.records:
        reason = withdrawn.version(slug, record["versione"])
        if reason:
            told = {"insieme": slug, **reason.model_dump(mode="json")}
            manifest.add(f"{folder}/{record['versione']}/ritirata.json", as_json(told))
    for entry in manifest.entries(f"{folder}/{version}/"):
        content = manifest.read(entry.path)
        manifest.add(f"{folder}/{LATEST}/{entry.name}", content, entry.rows)
    listed = index(slug, given.history, manifest.entries(f"{folder}/"), withdrawn)
    manifest.add(f"{folder}/index.json", as_json(listed))


def _keep_gone(
    previous: PublishedRelease | None, datasets: Mapping[str, Versioned], manifest: Manifest
) -> dict[str, dict[str, Any]]:
    """Publish again the versions of data sets that are no longer published; return their logs."""
    logs = {}
    for slug in previous.slugs if previous else ():
        if previous is None or slug in datasets:
            continue
        for entry in previous.below(f"dati/{slug}/"):
            rest = entry.path.removeprefix(f"dati/{slug}/")
            if rest.startswith("versioni/") or rest == "modifiche.json":
                manifest.add(entry.path, previous.read(entry.path), entry.rows)
        logs[slug] = previous.read_json(f"dati/{slug}/modifiche.json")
    return logs


def _news(
    config: Config,
    datasets: Mapping[str, Versioned],
    gone: Mapping[str, Mapping[str, Any]],
    manifest: Manifest,
) -> None:
    """Write the change log of all data sets, as JSON and as a feed."""
    items = [
        item
        for slug, given in datasets.items()
        for item in news(slug, given.edition.contract.titolo.it, given.history.records)
    ]
    for slug, log in gone.items():
        items += news(slug, log["titolo"], log["versioni"])
    ordered = newest_first(items)
    told = [{"insieme": item.slug, "titolo": item.title, **item.record} for item in ordered]
    manifest.add("dati/modifiche.json", as_json({"modifiche": told}))
    title = f"{config.portale.nome}: modifiche dei dati"
    manifest.add(
        "dati/modifiche.atom", atom(config, title, "dati/modifiche.atom", "dati/", ordered)
    )


def _together(
    config: Config, release: Release, datasets: Mapping[str, Versioned], manifest: Manifest
) -> None:
    """Write everything as one SQLite file, one DuckDB file and one zip."""
    editions = {slug: given.edition for slug, given in datasets.items()}
    sqlite = to_sqlite(config, editions, release.comuni, release.province)
    parquet = {slug: given.files[f"{slug}.parquet"] for slug, given in datasets.items()}
    manifest.add("dati/mirato.sqlite", sqlite)
    manifest.add("dati/mirato.duckdb", to_duckdb(editions, sqlite, parquet))
    entries = [("LEGGIMI.txt", _readme(config, editions))]
    entries += [
        (f"{slug}/{name}", content)
        for slug, given in datasets.items()
        for name, content in sorted(given.files.items())
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
    config: Config, datasets: Mapping[str, Versioned], bounds: Bounds, manifest: Manifest
) -> None:
    """Write the catalogue as linked data, and its score; raises ReleaseRefusedError."""
    editions = {slug: given.edition for slug, given in datasets.items()}
    forms = {slug: form_entries(given.edition, given.files) for slug, given in datasets.items()}
    day = max(edition.day for edition in editions.values())
    graph = catalogue(config, editions, forms, day, bounds)
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


def _harvest(config: Config, manifest: Manifest) -> None:
    manifest.add("robots.txt", harvest.robots(config))
    manifest.add(".well-known/api-catalog", harvest.api_catalog(config))
    manifest.add(".well-known/void", harvest.void(config))


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
