"""Every file of one data set: forms, descriptions, past, and the folder of its version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from etl.config import Config
from etl.contracts import Contract
from etl.publish.citation import citation_bibtex, citation_cff
from etl.publish.csvw import csvw
from etl.publish.datapackage import data_package
from etl.publish.dcat import dataset_graph, to_jsonld, to_turtle
from etl.publish.edition import Edition
from etl.publish.examples import examples
from etl.publish.feeds import atom, news
from etl.publish.formats import (
    FORMS,
    LARGE,
    as_json,
    compressed,
    to_columns,
    to_csv,
    to_geojson,
    to_json,
    to_parquet,
)
from etl.publish.manifest import Entry
from etl.publish.schema_org import schema_org
from etl.publish.spreadsheets import MOST_ROWS, to_ods, to_xlsx
from etl.publish.sql import create_table, create_view
from etl.publish.versions import Files, History, Versioned, checksums, tombstone_csv

Bounds = tuple[float, float, float, float]

# What a version keeps for ever: the rows, and what is needed to read and cite them.
_KEPT_FORMS = ("csv", "parquet")


def dataset_files(
    config: Config,
    edition: Edition,
    history: History,
    contracts: Iterable[Contract],
    bounds: Bounds,
) -> Files:
    """Return every file of the data set by name, its versions' folders aside."""
    forms = _forms(config, edition)
    described = _descriptions(
        config, edition, list(contracts), form_entries(edition, forms), bounds
    )
    return {**forms, **described, **_past(config, edition, history)}


def form_entries(edition: Edition, files: Files, folder: str | None = None) -> list[Entry]:
    """Return the entries of the forms among the files; `folder` is theirs where not the usual."""
    place = folder or f"dati/{edition.slug}"
    return [
        Entry(
            f"{place}/{name}",
            len(content),
            hashlib.sha256(content).hexdigest(),
            len(edition.table),
        )
        for name, content in files.items()
        if name.startswith(f"{edition.slug}.") and name.split(".", 1)[1] in FORMS
    ]


def version_files(config: Config, given: Versioned) -> Files:
    """Return the files of the version's own folder, which never change afterwards."""
    edition, slug = given.edition, given.edition.slug
    kept = {f"{slug}.{kind}": given.files[f"{slug}.{kind}"] for kind in _KEPT_FORMS}
    entries = form_entries(edition, kept, f"dati/{slug}/versioni/{edition.version}")
    files = {
        **kept,
        "datapackage.json": as_json(data_package(config, edition, entries)),
        f"{slug}.csv-metadata.json": as_json(csvw(config, edition, ())),
        "CITATION.cff": given.files["CITATION.cff"],
        f"{slug}.bib": given.files[f"{slug}.bib"],
        "modifiche.json": as_json(given.history.records[0]),
    }
    if given.changes is not None:
        files["modifiche.csv"] = given.changes
    return {**files, "SHA256SUMS": checksums(files)}


def _past(config: Config, edition: Edition, history: History) -> Files:
    slug, title = edition.slug, edition.contract.titolo.it
    told: dict[str, Any] = {"insieme": slug, "titolo": title, "versioni": history.records}
    feed = atom(
        config,
        f"{config.portale.nome}: modifiche di «{title}»",
        f"dati/{slug}/modifiche.atom",
        f"dati/{slug}/",
        news(slug, title, history.records),
    )
    return {
        "modifiche.json": as_json(told),
        "modifiche.atom": feed,
        "ritirate.csv": tombstone_csv(edition.contract, history),
    }


def _forms(config: Config, edition: Edition) -> Files:
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
    contracts: list[Contract],
    files: list[Entry],
    bounds: Bounds,
) -> Files:
    """Return what tells people and machines of the data set, by file name."""
    contract, slug = edition.contract, edition.slug
    graph = dataset_graph(config, edition, files, bounds)
    statements = [create_table(contract, contracts), create_view(contract)]
    return {
        "datapackage.json": as_json(data_package(config, edition, files)),
        f"{slug}.csv-metadata.json": as_json(csvw(config, edition, contracts)),
        f"{slug}.jsonld": as_json(schema_org(config, edition, files)),
        f"{slug}.sql": "\n\n".join(filter(None, statements)).encode() + b"\n",
        "dcat.ttl": to_turtle(graph),
        "dcat.jsonld": to_jsonld(graph),
        "CITATION.cff": citation_cff(config, edition),
        f"{slug}.bib": citation_bibtex(config, edition),
        "esempi.json": as_json(examples(config, edition)),
    }
