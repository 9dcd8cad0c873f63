"""Other people's readers see the same rows: DuckDB, hyparquet, a GeoJSON checker, gunzip."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from etl.config import ROOT
from etl.contracts import load_contract
from etl.publish.formats import LARGE, compressed
from tests.publish import released


def records(site: Path, slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (site / f"dati/{slug}/{slug}.json").read_text(encoding="utf-8")
    )
    return found


def node(program: str, *arguments: str) -> Any:
    done = subprocess.run(
        ["node", "--input-type=module", "-", *arguments],
        input=program,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


HYPARQUET = """
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
const all = {}
for (const path of process.argv.slice(2)) {
  all[path] = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
}
console.log(JSON.stringify(all, (_, value) =>
  typeof value === 'bigint' ? Number(value) : value))
"""


def test_hyparquet_reads_every_value_of_every_parquet(site: Path) -> None:
    paths = {slug: str(site / f"dati/{slug}/{slug}.parquet") for slug in released.SLUGS}
    read = node(HYPARQUET, *paths.values())
    for slug, path in paths.items():
        dates = {f.name for f in load_contract(slug).campi if f.definizione.tipo == "data"}
        rows = [
            {
                name: value[:10] if name in dates and value is not None else value
                for name, value in row.items()
            }
            for row in read[path]
        ]
        assert rows == records(site, slug)


@pytest.mark.parametrize("slug", released.SLUGS)
def test_duckdb_reads_every_value_of_the_parquet(site: Path, slug: str) -> None:
    with duckdb.connect() as base:
        cursor = base.execute(f"SELECT * FROM '{site}/dati/{slug}/{slug}.parquet'")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert json.loads(json.dumps(rows, default=str)) == records(site, slug)


CHECKER = """
import { readFileSync } from 'node:fs'
import { check } from '@placemarkio/check-geojson'
const found = {}
for (const path of process.argv.slice(2)) {
  try { found[path] = check(readFileSync(path, 'utf8')).features.length }
  catch (error) { found[path] = String(error) }
}
console.log(JSON.stringify(found))
"""


def test_the_geojson_checker_finds_no_fault_and_finds_one_where_it_is(
    site: Path, tmp_path: Path
) -> None:
    paths = [str(path) for path in sorted((site / "dati").glob("*/*.geojson"))]
    broken = tmp_path / "rotto.geojson"
    broken.write_text('{"type":"FeatureCollection","features":[{"type":"Feature"}]}')
    found = node(CHECKER, *paths, str(broken))
    assert len(paths) == 3
    assert [found[path] for path in paths] == [12, 30, 8]
    assert isinstance(found[str(broken)], str)


@pytest.mark.parametrize("slug", released.SLUGS)
def test_the_two_json_forms_hold_the_same_values(site: Path, slug: str) -> None:
    columns = json.loads((site / f"dati/{slug}/{slug}.colonne.json").read_text(encoding="utf-8"))
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    assert rows == records(site, slug)


def test_a_large_text_file_has_a_compressed_copy_beside_it(tmp_path: Path) -> None:
    def many(frames: dict[str, pd.DataFrame]) -> None:
        one = frames["posti-disponibili"]
        copies = LARGE // 200 // len(one)
        frame = pd.concat([one] * copies, ignore_index=True)
        frame["id_posto"] = [f"{number:020x}" for number in range(len(frame))]
        frames["posti-disponibili"] = frame

    site = released.write_site(tmp_path, released.release(many))
    folder = site / "dati/posti-disponibili"
    for name in ("posti-disponibili.csv", "posti-disponibili.json"):
        content = (folder / name).read_bytes()
        assert len(content) > LARGE
        packed = (folder / f"{name}.gz").read_bytes()
        assert gzip.decompress(packed) == content
        assert packed[4:8] == b"\0\0\0\0"
    assert not (site / "dati/operatori/operatori.csv.gz").exists()
    with gzip.open(folder / "posti-disponibili.csv.gz", "rt", encoding="utf-8", newline="") as text:
        assert sum(1 for _ in csv.reader(text)) - 1 == len(records(site, "posti-disponibili"))


def test_the_same_content_is_compressed_to_the_same_bytes() -> None:
    assert compressed(b"uno" * 1000) == compressed(b"uno" * 1000)
