"""What changed from one release of a data set to the next: fields and rows, exactly, by key.

Rows are compared with DuckDB, column by column, so that a million of them take seconds. A value
that either release withholds is never told: only its state is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from etl.contracts import PUBLISHED
from etl.publish.sql import literal, quoted

_OLD, _NEW = "riga_di_prima", "riga_di_dopo"


class Level(IntEnum):
    """How much a change matters to who uses the data (docs/versions.md)."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """The level in Italian."""
        return ("nessuna", "correzione", "minore", "maggiore")[self]


class NotComparableError(Exception):
    """The two tables cannot be compared by key; the text says why, in Italian."""


@dataclass(frozen=True)
class FieldChange:
    """One change in what the data set promises: of a field, or of the whole (`name` empty)."""

    name: str
    what: str
    level: Level
    before: str | None = None
    after: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values."""
        values = {
            "campo": self.name,
            "cosa": self.what,
            "livello": self.level.word,
            "prima": self.before,
            "dopo": self.after,
        }
        return {name: value for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True)
class Difference:
    """What separates two releases.

    `rows` has one line an added row, a withdrawn row, or a revised value: the columns `modifica`
    (aggiunta, ritirata, revisione), the key, `campo_modificato`, `valore_prima`, `valore_dopo`,
    all as text; it is None where the key itself changed, and rows cannot be told apart.
    """

    fields: list[FieldChange]
    rows_before: int
    rows_after: int
    added: int = 0
    withdrawn: int = 0
    revised: int = 0
    values: Mapping[str, int] = field(default_factory=dict)
    rows: pa.Table | None = None

    @property
    def level(self) -> Level:
        """The greatest level among the changes."""
        levels = [change.level for change in self.fields]
        if self.added or self.withdrawn or self.revised:
            levels.append(Level.MINOR)
        return max(levels, default=Level.NONE)


def compare(
    before: Path, after: Path, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Difference:
    """Return what changed between two Parquet files; `old` and `new` are their data packages.

    Raises NotComparableError where a key is missing from a file or stands on two rows.
    """
    fields = field_changes(old, new)
    key = _schema(new)["primaryKey"]
    with _tables(before, after) as base:
        counts = _count(base, "prima"), _count(base, "dopo")
        if key != _schema(old)["primaryKey"]:
            return Difference(fields, *counts)
        for name, path in (("prima", before), ("dopo", after)):
            _check_key(base, name, key, path)
        return _compare_rows(base, key, _guards(new), fields, counts)


# --- What the data set promises -------------------------------------------------------------------


def field_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[FieldChange]:
    """Return the changes between two data packages: fields, codes, key, disclosure rule."""
    before = {item["name"]: item for item in _schema(old)["fields"]}
    after = {item["name"]: item for item in _schema(new)["fields"]}
    changes = [FieldChange(name, "tolto", Level.MAJOR) for name in before if name not in after]
    changes += [FieldChange(name, "aggiunto", Level.MINOR) for name in after if name not in before]
    for name, item in after.items():
        if name in before:
            changes += _changes_of(name, before[name], item)
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        changes.append(FieldChange("", "ordine dei campi", Level.MINOR))
    whole: tuple[tuple[str, Any, Any], ...] = (
        ("chiave", _schema(old)["primaryKey"], _schema(new)["primaryKey"]),
        ("che cosa conta", _policy(old, "conta"), _policy(new, "conta")),
        ("metodo di protezione", _policy(old, "metodo"), _policy(new, "metodo")),
    )
    for title, one, two in whole:
        if one != two:
            changes.append(FieldChange("", title, Level.MAJOR, _text(one), _text(two)))
    return changes


def _changes_of(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key, title, level, default in (
        ("type", "tipo", Level.MAJOR, None),
        ("unit", "unità di misura", Level.MAJOR, None),
        ("significato", "significato", Level.MAJOR, 1),
        ("title", "titolo", Level.PATCH, None),
        ("description", "descrizione", Level.PATCH, None),
    ):
        one, two = old.get(key, default), new.get(key, default)
        if one != two:
            yield FieldChange(name, title, level, _text(one), _text(two))
    rules, others = dict(old.get("constraints", {})), dict(new.get("constraints", {}))
    codes, other_codes = rules.pop("enum", []), others.pop("enum", [])
    gone = [code for code in codes if code not in other_codes]
    fresh = [code for code in other_codes if code not in codes]
    if gone:
        yield FieldChange(name, "codici tolti", Level.MAJOR, _text(gone), None)
    if fresh:
        yield FieldChange(name, "codici aggiunti", Level.MINOR, None, _text(fresh))
    if rules != others:
        yield FieldChange(name, "limiti", Level.MINOR, _text(rules), _text(others))


def _schema(package: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = package["resources"][0]["schema"]
    return schema


def _policy(package: Mapping[str, Any], name: str) -> str | None:
    value: str | None = package.get("riservatezza", {}).get(name)
    return value


def _text(value: Any) -> str | None:
    if value is None or value == {}:
        return None
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in sorted(value.items()))
    return str(value)


# --- Rows -----------------------------------------------------------------------------------------


@contextmanager
def _tables(before: Path, after: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as base:
        for name, path in (("prima", before), ("dopo", after)):
            source = f"read_parquet({literal(str(path))})"
            base.execute(f"CREATE TABLE {name} AS SELECT * FROM {source}")
        yield base


def _count(base: duckdb.DuckDBPyConnection, table: str) -> int:
    ((count,),) = base.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _columns(base: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in base.execute(f"DESCRIBE {table}").fetchall()}


def _check_key(base: duckdb.DuckDBPyConnection, table: str, key: list[str], path: Path) -> None:
    lacking = [name for name in key if name not in _columns(base, table)]
    if lacking:
        raise NotComparableError(f"«{path.name}» non ha la chiave {', '.join(lacking)}.")
    names = ", ".join(map(quoted, key))
    twice = base.execute(
        f"SELECT {names} FROM {table} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()
    if twice:
        raise NotComparableError(
            f"In «{path.name}» la chiave {', '.join(map(str, twice[0]))} sta in più righe."
        )


def _guards(package: Mapping[str, Any]) -> dict[str, str]:
    """Return, for each field that may be withheld, the field that holds its state."""
    names = [item["name"] for item in _schema(package)["fields"]]
    guards = {name: f"{name}_stato" for name in names if f"{name}_stato" in names}
    for name, others in package.get("riservatezza", {}).get("insieme", {}).items():
        guards |= {other: f"{name}_stato" for other in others if f"{name}_stato" in names}
    return guards


def _compare_rows(
    base: duckdb.DuckDBPyConnection,
    key: list[str],
    guards: Mapping[str, str],
    fields: list[FieldChange],
    counts: tuple[int, int],
) -> Difference:
    old, new = _columns(base, "prima"), _columns(base, "dopo")
    same = " AND ".join(f"{_OLD}.{quoted(k)} IS NOT DISTINCT FROM {_NEW}.{quoted(k)}" for k in key)
    values = [name for name in new if name in old and name not in key]
    tests = {name: _differs(name, guards, old, new) for name in values}
    for name, table, one, two in (
        ("aggiunte", "dopo", _NEW, _OLD),
        ("ritirate", "prima", _OLD, _NEW),
    ):
        other = "prima" if table == "dopo" else "dopo"
        base.execute(
            f"CREATE TABLE {name} AS SELECT {one}.* FROM {table} {one} "
            f"ANTI JOIN {other} {two} ON {same}"
        )
    keys = ", ".join(f"{_as_text(_NEW, k, new[k])} AS {quoted(k)}" for k in key)
    parts = [
        f"SELECT '{kind}' AS modifica, {keys}, NULL AS campo_modificato, NULL AS valore_prima, "
        f"NULL AS valore_dopo FROM {table} {_NEW}"
        for kind, table in (("aggiunta", "aggiunte"), ("ritirata", "ritirate"))
    ]
    revised = 0
    if tests:
        flags = ", ".join(f"{test} AS {quoted(f'≠{name}')}" for name, test in tests.items())
        base.execute(
            f"CREATE TABLE coppie AS SELECT {_OLD}, {_NEW}, {flags} FROM prima {_OLD} "
            f"JOIN dopo {_NEW} ON {same} WHERE {' OR '.join(tests.values())}"
        )
        revised = _count(base, "coppie")
    for name in values if revised else []:
        parts.append(
            f"SELECT 'revisione', {keys}, {literal(name)}, {_as_text(_OLD, name, old[name])}, "
            f"{_as_text(_NEW, name, new[name])} FROM coppie WHERE {quoted(f'≠{name}')}"
        )
    base.execute(f"CREATE TABLE righe AS {' UNION ALL '.join(parts)}")
    order = ", ".join(["modifica", *map(quoted, key), "campo_modificato"])
    counted = base.execute(
        "SELECT campo_modificato, count(*) FROM righe WHERE campo_modificato IS NOT NULL "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return Difference(
        fields,
        *counts,
        added=_count(base, "aggiunte"),
        withdrawn=_count(base, "ritirate"),
        revised=revised,
        values=dict(counted),
        rows=base.sql(f"SELECT * FROM righe ORDER BY {order}").to_arrow_table(),
    )


def _differs(
    name: str, guards: Mapping[str, str], old: Mapping[str, str], new: Mapping[str, str]
) -> str:
    """Return the SQL test that a field's value was revised, and may be told."""
    if old[name] == new[name]:
        one, two = (f"{row}.{quoted(name)}" for row in (_OLD, _NEW))
    else:
        one, two = _as_text(_OLD, name, old[name]), _as_text(_NEW, name, new[name])
    tests = [f"{one} IS DISTINCT FROM {two}"]
    state = guards.get(name)
    tests += [
        f"{row}.{quoted(state)} = '{PUBLISHED}'"
        for row, columns in ((_OLD, old), (_NEW, new))
        if state and state in columns
    ]
    return f"({' AND '.join(tests)})"


def _as_text(row: str, name: str, kind: str) -> str:
    """Return the SQL of a value as the CSV writes it."""
    column = f"{row}.{quoted(name)}"
    if kind.endswith("[]"):
        return f"nullif(array_to_string({column}, '|'), '')"
    if kind in ("DOUBLE", "FLOAT"):
        return f"regexp_replace(CAST({column} AS VARCHAR), '\\.0$', '')"
    return f"CAST({column} AS VARCHAR)"
