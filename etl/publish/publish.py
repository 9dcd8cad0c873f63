"""Every released table in every format, its package, geography, quality figures, manifest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd

from etl.config import Config
from etl.contracts import Contract
from etl.protect import ReleasableZone, Release
from etl.publish.datapackage import data_package
from etl.publish.formats import to_csv, to_geojson, to_json, to_parquet


def publish(config: Config, release: Release, zone: ReleasableZone) -> None:
    """Write the release into the zone: data sets, geography, quality figures, manifest."""
    entries: list[dict[str, Any]] = []
    for slug, contract in sorted(release.contracts.items()):
        entries += _dataset(config, release, zone, contract, release.tables[slug])
    zone.write("geografia/comuni.csv", _plain_csv(release.comuni))
    zone.write("geografia/province.geojson", _provinces(release.province))
    quality = {
        **release.quality,
        "data": release.date.isoformat(),
        "attese": release.expectations,
    }
    zone.write("qualita/qualita.json", as_json(quality))
    zone.write("manifest.json", as_json({"data": release.date.isoformat(), "files": entries}))


def _dataset(
    config: Config,
    release: Release,
    zone: ReleasableZone,
    contract: Contract,
    table: pd.DataFrame,
) -> list[dict[str, Any]]:
    slug, rows = contract.slug, len(table)
    synthetic = bool(table["sintetico"].any())
    contents = {
        "csv": to_csv(contract, table),
        "json": to_json(contract, table),
        "parquet": to_parquet(contract, table, synthetic),
    }
    if contract.geometria is not None:
        contents["geojson"] = to_geojson(contract, table)
    package = as_json(
        data_package(
            config,
            contract,
            release.date,
            synthetic,
            {extension: (content, rows) for extension, content in contents.items()},
        )
    )
    entries = []
    for extension, content in contents.items():
        zone.write(f"datasets/{slug}/{slug}.{extension}", content)
        entries.append(_entry(f"dati/{slug}/{slug}.{extension}", content, rows))
    zone.write(f"datasets/{slug}/datapackage.json", package)
    entries.append(_entry(f"dati/{slug}/datapackage.json", package, None))
    return entries


def _entry(path: str, content: bytes, rows: int | None) -> dict[str, Any]:
    return {
        "path": path,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": rows,
    }


def as_json(value: Any) -> bytes:
    """Return the value as readable JSON bytes, keys in the order given."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _plain_csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\r\n").encode()


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
