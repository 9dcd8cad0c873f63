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

FORMATS = {
    "csv": "CSV",
    "json": "JSON",
    "parquet": "Parquet",
    "geojson": "GeoJSON",
    "xlsx": "XLSX",
}


class SiteError(ReleaseRefusedError):
    """The site cannot be built; nothing of what was published is touched."""


@dataclass(frozen=True)
class ReleasedFile:
    """One file that visitors can download."""

    name: str
    path: Path
    bytes: int
    sha256: str

    @property
    def kind(self) -> str:
        """The format's name as people write it."""
        return FORMATS.get(self.path.suffix.removeprefix("."), self.path.suffix[1:].upper())


@dataclass(frozen=True)
class Dataset:
    """One released data set: its contract, its rows and the files made of it."""

    contract: Contract
    rows: list[Row]
    files: list[ReleasedFile]
    others: list[ReleasedFile]
    package: dict[str, Any]

    @property
    def slug(self) -> str:
        """The data set's identity."""
        return self.contract.slug

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
class Released:
    """Everything that the pages may show."""

    datasets: dict[str, Dataset]
    provinces: list[Province]
    boundaries: dict[str, Any]
    quality: dict[str, Any]
    manifest: Path
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
    manifest = zone / "manifest.json"
    hashes = _hashes(manifest)
    boundaries = _read_json(zone / "geografia" / "province.geojson")
    datasets = {
        contract.slug: _read_dataset(contract, zone / "datasets" / contract.slug, hashes)
        for contract in load_contracts()
    }
    return Released(
        datasets=datasets,
        provinces=_provinces(config, boundaries),
        boundaries=boundaries,
        quality=_read_json(zone / "qualita" / "qualita.json"),
        manifest=manifest,
    )


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


def _hashes(manifest: Path) -> dict[str, str]:
    """Return each file's sha256 by its address on the site, as the manifest states them."""
    return {entry["path"]: entry["sha256"] for entry in _read_json(manifest)["files"]}


def _read_dataset(contract: Contract, folder: Path, hashes: dict[str, str]) -> Dataset:
    table = folder / f"{contract.slug}.parquet"
    if not table.exists():
        raise SiteError(
            f"Manca «{contract.slug}/{table.name}»: il contratto promette questo insieme di dati, "
            "ma nella zona pubblica non c’è. Eseguire prima «python -m etl build»."
        )
    downloads: list[ReleasedFile] = []
    others: list[ReleasedFile] = []
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        content = path.read_bytes()
        address = f"dati/{contract.slug}/{path.name}"
        if hashes.get(address) != hashlib.sha256(content).hexdigest():
            raise SiteError(
                f"«{contract.slug}/{path.name}» non è il file che il manifesto descrive. "
                "Rifare la pubblicazione con «python -m etl build --force»."
            )
        item = ReleasedFile(path.name, path, len(content), hashes[address])
        data_file = path.stem == contract.slug and path.suffix[1:] in FORMATS
        (downloads if data_file else others).append(item)
    order = list(FORMATS)
    downloads.sort(key=lambda item: order.index(item.path.suffix[1:]))
    return Dataset(
        contract=contract,
        rows=pq.read_table(table).to_pylist(),
        files=downloads,
        others=others,
        package=_read_json(folder / "datapackage.json"),
    )


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
