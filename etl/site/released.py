"""What the site reads: the releasable zone, and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from etl.config import Config
from etl.contracts import Contract, load_contracts
from etl.problems import ReleaseRefusedError
from etl.site.language import slugify

Row = dict[str, Any]

# What each kind of file is for, by what follows the first dot of its name, in the order in which
# pages list them.
KINDS = {
    "csv": "CSV, si apre con ogni programma",
    "csv.gz": "CSV compresso",
    "xlsx": "Excel, per i fogli di calcolo",
    "ods": "OpenDocument, per i fogli di calcolo",
    "json": "JSON, una voce per riga",
    "json.gz": "JSON compresso",
    "colonne.json": "JSON, una lista per colonna",
    "geojson": "GeoJSON, per le mappe",
    "parquet": "Parquet, per l’analisi",
    "sqlite": "SQLite, tutti i dati in una base di dati",
    "duckdb": "DuckDB, tutti i dati per l’analisi",
    "zip": "ZIP, tutti i file",
    "datapackage.json": "Data Package, la descrizione del pacchetto",
    "csv-metadata.json": "CSVW, la descrizione del CSV",
    "dcat.ttl": "DCAT-AP_IT in Turtle",
    "dcat.jsonld": "DCAT-AP_IT in JSON-LD",
    "catalogo.ttl": "il catalogo DCAT-AP_IT in Turtle",
    "catalogo.jsonld": "il catalogo DCAT-AP_IT in JSON-LD",
    "jsonld": "schema.org, per i motori di ricerca",
    "sql": "SQL, per creare la tabella",
    "bib": "BibTeX, la citazione",
    "CITATION.cff": "Citation File Format, la citazione",
    "modifiche.json": "le modifiche, versione per versione",
    "modifiche.csv": "le righe cambiate, una per una",
    "modifiche.atom": "le novità, come feed Atom",
    "ritirate.csv": "le chiavi delle righe ritirate",
    "SHA256SUMS": "le impronte, per controllare i file",
    "esempi.json": "programmi di esempio",
    "qualita-metadati.json": "la qualità dei metadati",
}


class SiteError(ReleaseRefusedError):
    """The site cannot be built; nothing of what was published is touched."""


@dataclass(frozen=True)
class ReleasedFile:
    """One file that visitors can download; `rows` is known where it is a table."""

    name: str
    bytes: int
    sha256: str
    rows: int | None

    @property
    def kind(self) -> str:
        """What the file is, as people say it."""
        extension = self.name.split(".", 1)[-1]
        return KINDS.get(self.name) or KINDS.get(extension) or extension

    @property
    def order(self) -> tuple[int, str]:
        """The file's place in a list of downloads."""
        extension = self.name.split(".", 1)[-1]
        known = list(KINDS)
        key = self.name if self.name in KINDS else extension
        return (known.index(key) if key in KINDS else len(known), self.name)


@dataclass(frozen=True)
class Dataset:
    """One released data set: its contract, its rows and the files made of it."""

    contract: Contract
    rows: list[Row]
    files: list[ReleasedFile]

    @property
    def slug(self) -> str:
        """The data set's identity."""
        return self.contract.slug

    @property
    def tables(self) -> list[ReleasedFile]:
        """The files that hold the rows."""
        return [item for item in self.files if item.rows is not None]

    @property
    def descriptions(self) -> list[ReleasedFile]:
        """The files that describe the rows."""
        return [item for item in self.files if item.rows is None]

    @cached_property
    def synthetic(self) -> bool:
        """Whether any row is invented for demonstration."""
        return any(row.get("sintetico") for row in self.rows)

    @cached_property
    def reference_date(self) -> date | None:
        """The latest day to which a row refers, or on which its supplier updated it."""
        for name in ("data_riferimento", "data_aggiornamento"):
            dates: list[date] = [row[name] for row in self.rows if row.get(name)]
            if dates:
                return max(dates)
        return None


@dataclass(frozen=True)
class Province:
    """A province of the portal."""

    code: str
    name: str
    sigla: str
    slug: str


@dataclass(frozen=True)
class Tools:
    """What the pages that work things out need: rules for the browser, and what they work on.

    `parameters` holds for each number of the law titolo, unita and valori; `provinces` all of
    Italy's; `matching` are the rules of matching and `vacancies` what they search.
    """

    module: Path
    matching: Path
    vacancies: Path
    parameters: dict[str, Any]
    provinces: list[dict[str, str]]


@dataclass(frozen=True)
class Released:
    """Everything that the pages may show."""

    datasets: dict[str, Dataset]
    provinces: list[Province]
    boundaries: dict[str, Any]
    quality: dict[str, Any]
    proof: dict[str, Any]
    zone: Path
    files: list[ReleasedFile]
    tools: Tools
    by_code: dict[str, Province] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {item.code: item for item in self.provinces})

    @property
    def date(self) -> date:
        """The day of the release, as the quality report states it."""
        return date.fromisoformat(self.quality["data"])

    def rows(self, slug: str) -> list[Row]:
        """Return the rows of one data set, in the order in which they were released."""
        return self.datasets[slug].rows


def read_released(config: Config, zone: Path) -> Released:
    """Return what stands in the releasable zone; raises SiteError, naming the file that lacks."""
    boundaries = _read_json(zone / "geografia" / "province.geojson")
    listed = _read_json(zone / "manifest.json")["files"]
    datasets = {
        contract.slug: _read_dataset(contract, zone / "datasets" / contract.slug, listed)
        for contract in load_contracts()
    }
    return Released(
        datasets=datasets,
        provinces=_provinces(config, boundaries),
        boundaries=boundaries,
        quality=_read_json(zone / "qualita" / "qualita.json"),
        proof=_read_json(zone / "qualita" / "riservatezza.json"),
        zone=zone,
        files=_listed_in(listed, "dati/"),
        tools=_read_tools(zone / "strumenti"),
    )


def _read_tools(folder: Path) -> Tools:
    files = {name: folder / name for name in ("quota.mjs", "incrocio.mjs", "posti.json")}
    for path in files.values():
        if not path.exists():
            raise SiteError(
                f"Manca «strumenti/{path.name}», con cui una pagina lavora nel browser. "
                "Eseguire prima «python -m etl build»."
            )
    return Tools(
        module=files["quota.mjs"],
        matching=files["incrocio.mjs"],
        vacancies=files["posti.json"],
        parameters=_read_json(folder / "parametri.json"),
        provinces=_read_json(folder / "province.json"),
    )


def _listed_in(listed: list[dict[str, Any]], folder: str) -> list[ReleasedFile]:
    """Return the manifest's files that stand in a folder of the site, not below it."""
    files = [
        ReleasedFile(entry["path"].removeprefix(folder), **_facts(entry))
        for entry in listed
        if entry["path"].startswith(folder) and "/" not in entry["path"].removeprefix(folder)
    ]
    return sorted(files, key=lambda item: item.order)


def _facts(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("bytes", "sha256", "rows")}


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SiteError(
            f"Manca «{path.parent.name}/{path.name}»: il sito si costruisce dopo la pubblicazione "
            "dei dati. Eseguire prima «python -m etl build»."
        ) from None
    except ValueError as error:
        raise SiteError(f"«{path.name}» non è un JSON leggibile: {error}") from None


def _read_dataset(contract: Contract, folder: Path, listed: list[dict[str, Any]]) -> Dataset:
    table = folder / f"{contract.slug}.parquet"
    if not table.exists():
        raise SiteError(
            f"Manca «{contract.slug}/{table.name}»: il contratto promette questo insieme di dati, "
            "ma nella zona pubblica non c’è. Eseguire prima «python -m etl build»."
        )
    files = _listed_in(listed, f"dati/{contract.slug}/")
    for item in files:
        path = folder / item.name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != item.sha256:
            raise SiteError(
                f"«{contract.slug}/{item.name}» non è il file che il manifesto descrive. "
                "Rifare la pubblicazione con «python -m etl build --force»."
            )
    return Dataset(contract=contract, rows=pq.read_table(table).to_pylist(), files=files)


def _provinces(config: Config, boundaries: dict[str, Any]) -> list[Province]:
    known = {}
    for feature in boundaries["features"]:
        facts = feature["properties"]
        name = str(facts["provincia"])
        known[str(facts["codice_provincia"])] = Province(
            code=str(facts["codice_provincia"]),
            name=name,
            sigla=str(facts.get("sigla", "")),
            slug=str(facts.get("slug") or slugify(name)),
        )
    lacking = [code for code in config.portale.province if code not in known]
    if lacking:
        raise SiteError(
            f"«geografia/province.geojson» non contiene le province {', '.join(lacking)}."
        )
    return sorted((known[code] for code in config.portale.province), key=lambda item: item.name)
