"""One SQLite and one DuckDB file: the same rows, keys that hold, the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from etl.config import ROOT
from etl.contracts import load_contract
from etl.problems import ReleaseRefusedError
from etl.publish.sql import create_table, foreign_keys, in_order, owners
from tests.publish import released

CONTRACTS = {slug: load_contract(slug) for slug in released.SLUGS}


@pytest.fixture
def sqlite(site: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(site / "dati/mirato.sqlite")) as base:
        yield base


@pytest.fixture
def duck(site: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(site / "dati/mirato.duckdb"), read_only=True) as base:
        yield base


def published(site: Path, slug: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((site / f"dati/{slug}/{slug}.json").read_text("utf-8"))
    return rows


@pytest.mark.parametrize("slug", released.SLUGS)
def test_sqlite_holds_the_published_rows(site: Path, sqlite: sqlite3.Connection, slug: str) -> None:
    cursor = sqlite.execute(f'SELECT * FROM "{slug.replace("-", "_")}"')
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    plain = [
        {
            name: ("|".join(value) or None) if isinstance(value, list) else value
            for name, value in record.items()
        }
        for record in published(site, slug)
    ]
    assert rows == plain


@pytest.mark.parametrize("slug", released.SLUGS)
def test_duckdb_holds_the_published_rows_with_lists_and_dates(
    site: Path, duck: duckdb.DuckDBPyConnection, slug: str
) -> None:
    cursor = duck.execute(f'SELECT * FROM "{slug.replace("-", "_")}"')
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert json.loads(json.dumps(rows, default=str)) == published(site, slug)


def test_a_site_points_at_its_operator_and_nothing_points_nowhere(
    sqlite: sqlite3.Connection,
) -> None:
    keys = sqlite.execute('PRAGMA foreign_key_list("sedi_operatori")').fetchall()
    assert [(row[2], row[3], row[4]) for row in keys] == [
        ("operatori", "id_operatore", "id_operatore")
    ]
    assert sqlite.execute("PRAGMA foreign_key_check").fetchall() == []
    assert sqlite.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_views_say_codes_in_words_and_link_tables_hold_one_code_a_row(
    site: Path, sqlite: sqlite3.Connection, duck: duckdb.DuckDBPyConnection
) -> None:
    for base in (sqlite, duck):
        word = base.execute(
            "SELECT DISTINCT mezzi_pubblici, mezzi_pubblici_in_parole "
            "FROM posti_disponibili_in_parole ORDER BY 1"
        ).fetchall()
        assert word == [("N", "no"), ("S", "sì")]
    linked = sqlite.execute("SELECT id_sede, codice FROM sedi_operatori_servizi").fetchall()
    expected = [
        (row["id_sede"], code)
        for row in published(site, "sedi-operatori")
        for code in row["servizi"]
    ]
    assert sorted(linked) == sorted(expected)


def test_the_files_explain_themselves(
    sqlite: sqlite3.Connection, duck: duckdb.DuckDBPyConnection
) -> None:
    for base in (sqlite, duck):
        licences = base.execute("SELECT DISTINCT licenza FROM insiemi").fetchall()
        assert licences == [("CC-BY-4.0",)]
        fields = base.execute("SELECT count(*) FROM dizionario").fetchall()[0][0]
        assert fields == sum(len(contract.names) for contract in CONTRACTS.values())
    comments = duck.execute(
        "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'operatori' AND comment IS NULL"
    ).fetchall()
    assert comments == [(0,)]


def test_a_row_that_points_at_nothing_stops_the_release(tmp_path: Path) -> None:
    def orphan(frames: dict[str, pd.DataFrame]) -> None:
        frames["sedi-operatori"].loc[0, "id_operatore"] = "operatore-scomparso"

    with pytest.raises(ReleaseRefusedError, match="1 righe di «sedi_operatori»"):
        released.write_zone(tmp_path, released.release(orphan))


def test_the_schema_of_each_data_set_runs_in_both_databases() -> None:
    assert [contract.slug for contract in in_order(CONTRACTS)].index("operatori") < [
        contract.slug for contract in in_order(CONTRACTS)
    ].index("sedi-operatori")
    with closing(sqlite3.connect(":memory:")) as one, duckdb.connect() as two:
        for contract in in_order(CONTRACTS):
            one.execute(create_table(contract, CONTRACTS.values(), "sqlite"))
            two.execute(create_table(contract, CONTRACTS.values(), "duckdb"))


def test_the_register_of_a_thing_owns_its_identifier() -> None:
    assert owners(CONTRACTS.values())["id_operatore"].slug == "operatori"
    assert foreign_keys(CONTRACTS["operatori"], CONTRACTS.values()) == []


WRITER = """
import sys
from pathlib import Path
from tests.publish import released
zone = released.write_zone(Path(sys.argv[1]))
print(zone)
"""


def write_elsewhere(folder: Path, **environment: str) -> dict[str, str]:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    zone = Path(done.stdout.strip())
    return {
        path.relative_to(zone).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(zone.rglob("*"))
        if path.is_file()
    }


def test_every_file_is_the_same_bytes_in_another_folder_locale_zone_and_seed(
    tmp_path: Path,
) -> None:
    one = write_elsewhere(tmp_path / "qui", PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    two = write_elsewhere(
        tmp_path / "un altro posto", PYTHONHASHSEED="77", TZ="Asia/Tokyo", LC_ALL="C.UTF-8"
    )
    assert one == two


def test_nothing_of_the_writer_s_memory_stands_in_the_duckdb_file(site: Path) -> None:
    """Blocks are 256 kB: a small table leaves most of one unused, and unused means zero."""
    content = (site / "dati/mirato.duckdb").read_bytes()
    assert content.count(b"\0") > len(content) * 0.9
    for trace in (b"duckdb.connect", b"read_parquet", b"PYTHON", str(site.parent).encode()):
        assert trace not in content
