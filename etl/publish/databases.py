"""Everything released as one database file: SQLite, and DuckDB, each the same bytes every time."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from etl.config import Config
from etl.contracts import Contract, vocabulary
from etl.problems import ReleaseRefusedError
from etl.publish.dictionary import HEADER, fields
from etl.publish.edition import LICENCE, Edition
from etl.publish.formats import to_values
from etl.publish.sql import (
    STEADY,
    create_table,
    create_view,
    in_order,
    list_tables,
    literal,
    quoted,
    table_name,
)

# Readers as old as these open the file, DuckDB in the browser included.
_DUCKDB_STORAGE = "v1.0.0"

_INFORMATION = {
    "insiemi": (
        "insieme",
        "titolo",
        "descrizione",
        "versione",
        "data",
        "periodo_da",
        "periodo_a",
        "frequenza",
        "licenza",
        "titolare",
        "contatto",
        "sintetico",
    ),
    "dizionario": ("insieme", "posizione", *HEADER),
    "vocabolari": ("vocabolario", "codice", "it", "en"),
}


def to_sqlite(
    config: Config, editions: Mapping[str, Edition], comuni: pd.DataFrame, province: pd.DataFrame
) -> bytes:
    """Return a SQLite file: the data sets, territory, dictionary, vocabularies, views.

    Raises ReleaseRefusedError where a row points at another data set's row that is not there.
    """
    contracts = _contracts(editions)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mirato.sqlite"
        base = sqlite3.connect(path, isolation_level=None)
        try:
            base.execute("PRAGMA page_size = 4096")
            base.execute("PRAGMA journal_mode = OFF")
            base.execute("PRAGMA foreign_keys = OFF")
            base.execute("BEGIN")
            for name, (columns, rows) in _plain_tables(config, editions, comuni, province).items():
                base.execute(f"CREATE TABLE {quoted(name)} ({', '.join(map(quoted, columns))})")
                _insert(base, name, len(columns), rows)
            for contract in in_order(contracts):
                _fill(base, editions[contract.slug], contracts)
            for contract in in_order(contracts):
                view = create_view(contract)
                if view:
                    base.execute(view)
            base.execute("COMMIT")
            _check_references(base)
            base.execute("VACUUM")
        finally:
            base.close()
        return path.read_bytes()


def _fill(base: sqlite3.Connection, edition: Edition, contracts: Mapping[str, Contract]) -> None:
    contract, name = edition.contract, table_name(edition.contract)
    base.execute(create_table(contract, contracts.values(), "sqlite"))
    values = to_values(contract, edition.table)
    columns: list[list[Any]] = []
    for field in contract.campi:
        match field.definizione.tipo:
            case "elenco":
                columns.append(["|".join(codes) or None for codes in values[field.name]])
            case "logico":
                columns.append([None if v is None else int(v) for v in values[field.name]])
            case _:
                columns.append(values[field.name])
    _insert(base, name, len(columns), list(zip(*columns, strict=True)))
    keys = [values[key] for key in contract.chiave]
    for field, statement in list_tables(contract):
        base.execute(statement)
        rows = [
            (*key, code)
            for *key, codes in zip(*keys, values[field.name], strict=True)
            for code in sorted(set(codes))
        ]
        _insert(base, f"{name}_{field.name}", len(keys) + 1, rows)


def _insert(base: sqlite3.Connection, table: str, width: int, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * width)
    base.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows)


def _check_references(base: sqlite3.Connection) -> None:
    broken = base.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        table, _, other, _ = broken[0]
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: {len(broken)} righe di «{table}» rimandano a righe di "
            f"«{other}» che non ci sono. Controllare i moduli che derivano i due insiemi di dati."
        )


def _plain_tables(
    config: Config, editions: Mapping[str, Edition], comuni: pd.DataFrame, province: pd.DataFrame
) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """Return the tables that describe the data sets, and the territory: columns and rows."""
    portal = config.portale
    datasets, dictionary, names = [], [], set()
    for slug, edition in sorted(editions.items()):
        first, last = edition.period
        datasets.append(
            (
                table_name(edition.contract),
                edition.contract.titolo.it,
                edition.description,
                edition.version,
                edition.day.isoformat(),
                first.isoformat(),
                last.isoformat(),
                edition.contract.frequenza,
                LICENCE,
                portal.titolare.nome,
                portal.titolare.email,
                int(edition.synthetic),
            )
        )
        for position, row in enumerate(fields(edition.contract), 1):
            dictionary.append((slug.replace("-", "_"), position, *row))
        names |= {
            field.definizione.vocabolario
            for field in edition.contract.campi
            if field.definizione.vocabolario
        }
    labels = [
        (name, code, text.it, text.en)
        for name in sorted(names)
        for code, text in vocabulary(name).items()
    ]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "insiemi": datasets,
        "dizionario": dictionary,
        "vocabolari": labels,
    }
    tables = {name: (columns, rows[name]) for name, columns in _INFORMATION.items()}
    tables["comuni"] = _frame(comuni)
    tables["province"] = _frame(province.drop(columns="geometry"))
    return tables


def _frame(frame: pd.DataFrame) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    plain = frame.astype("object").where(frame.notna(), None)
    return tuple(map(str, frame.columns)), [tuple(row) for row in plain.itertuples(index=False)]


def _contracts(editions: Mapping[str, Edition]) -> dict[str, Contract]:
    return {slug: edition.contract for slug, edition in editions.items()}


# --- DuckDB -----------------------------------------------------------------------------------

# DuckDB writes whole blocks, and what its memory held before stands in their unused parts. So
# another process does it, which has seen nothing but the released files, with memory that its
# allocator clears. Then nothing else can be in the file, and its bytes are always the same.
_DUCKDB_TYPES = {"int64": f"BIGINT {STEADY}", "float64": f"DOUBLE {STEADY}"}
_CLEARED_MEMORY = {"DUCKDB_JE_MALLOC_CONF": "zero:true"}
_WRITER = "import duckdb, sys; duckdb.connect().execute(sys.stdin.buffer.read().decode())"


def to_duckdb(
    editions: Mapping[str, Edition], sqlite: bytes, parquet: Mapping[str, bytes]
) -> bytes:
    """Return a DuckDB file with the same tables, lists as lists and dates as dates.

    `sqlite` is the SQLite file of the same editions, `parquet` the Parquet file of each.
    """
    contracts = _contracts(editions)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        statements = _describing_tables(sqlite, folder)
        for contract in in_order(contracts):
            table = quoted(table_name(contract))
            file = folder / f"{contract.slug}.parquet"
            file.write_bytes(parquet[contract.slug])
            columns = ", ".join(map(quoted, contract.names))
            statements += [
                create_table(contract, contracts.values(), "duckdb"),
                f"INSERT INTO {table} SELECT {columns} FROM read_parquet({literal(str(file))});",
                f"COMMENT ON TABLE {table} IS {literal(editions[contract.slug].description)};",
            ]
            statements += [
                f"COMMENT ON COLUMN {table}.{quoted(field.name)} IS "
                f"{literal(field.definizione.descrizione.it)};"
                for field in contract.campi
            ]
        for contract in in_order(contracts):
            view = create_view(contract)
            if view:
                statements.append(view)
        return _write_duckdb(folder, statements)


def _describing_tables(sqlite: bytes, folder: Path) -> list[str]:
    """Return the statements that create and fill the plain tables, read from the SQLite file."""
    path = folder / "mirato.sqlite"
    path.write_bytes(sqlite)
    base = sqlite3.connect(path)
    statements = []
    try:
        for name in (*_INFORMATION, "comuni", "province"):
            cursor = base.execute(f"SELECT * FROM {quoted(name)}")
            columns = [column[0] for column in cursor.description]
            frame = pd.DataFrame(cursor.fetchall(), columns=columns)
            file = folder / f"_{name}.parquet"
            frame.to_parquet(file, index=False)
            typed = ", ".join(
                f"{quoted(str(column))} {_DUCKDB_TYPES.get(str(kind), 'VARCHAR')}"
                for column, kind in frame.dtypes.items()
            )
            statements += [
                f"CREATE TABLE {quoted(name)} ({typed});",
                f"INSERT INTO {quoted(name)} SELECT * FROM read_parquet({literal(str(file))});",
            ]
    finally:
        base.close()
    return statements


def _write_duckdb(folder: Path, statements: list[str]) -> bytes:
    path = folder / "mirato.duckdb"
    script = "\n".join(
        [
            "SET threads = 1;",
            # the other text compressions draw samples at random
            "SET force_compression = 'dictionary';",
            f"ATTACH {literal(str(path))} AS mirato (STORAGE_VERSION '{_DUCKDB_STORAGE}');",
            "USE mirato;",
            *statements,
            "CHECKPOINT mirato;",
            "USE memory;",
            "DETACH mirato;",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", _WRITER],
        input=script.encode(),
        env={**os.environ, **_CLEARED_MEMORY, "TZ": "UTC"},
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseRefusedError(
            "Nulla è stato pubblicato: il file DuckDB non si può scrivere. "
            + done.stderr.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        )
    return path.read_bytes()
