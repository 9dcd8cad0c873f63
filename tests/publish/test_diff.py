"""Two releases compared by key: exact on any edit, silent on what either withholds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.publish.diff import Difference, Level, NotComparableError, compare, field_changes

FIELDS = ["provincia", "anno", "testo", "numero", "quota", "quando", "vero", "codici"]
SCHEMA = pa.schema(
    [
        ("provincia", pa.string()),
        ("anno", pa.int64()),
        ("testo", pa.string()),
        ("numero", pa.int64()),
        ("quota", pa.float64()),
        ("quando", pa.date32()),
        ("vero", pa.bool_()),
        ("codici", pa.list_(pa.string())),
    ]
)
Row = dict[str, Any]


def package(fields: list[Row] | None = None, key: list[str] | None = None, **more: Any) -> Row:
    described = fields or [{"name": name, "type": "string"} for name in FIELDS]
    schema = {"fields": described, "primaryKey": key or ["provincia", "anno"]}
    return {"resources": [{"schema": schema}], "riservatezza": {"conta": "imprese", **more}}


def difference(folder: Path, before: list[Row], after: list[Row], **more: Any) -> Difference:
    paths = []
    for name, rows in (("prima", before), ("dopo", after)):
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=more.get("schema", SCHEMA)), path)
        paths.append(path)
    given_package = more.get("package", package())
    return compare(*paths, given_package, given_package)


texts = st.one_of(st.none(), st.sampled_from(["", "a", "A", "=1+1", "è", "a|b", "0", '"']))
rows = st.fixed_dictionaries(
    {
        "testo": texts,
        "numero": st.one_of(st.none(), st.integers(-3, 3)),
        "quota": st.one_of(st.none(), st.sampled_from([0.0, 0.1, 1.0, 1e-6, 1e6])),
        "quando": st.one_of(st.none(), st.dates()),
        "vero": st.one_of(st.none(), st.booleans()),
        "codici": st.lists(st.sampled_from(["x", "y"]), max_size=2),
    }
)
keys = st.tuples(st.sampled_from(["012", "015", "097"]), st.integers(2020, 2023))
tables = st.dictionaries(keys, rows, max_size=8)


def listed(table: dict[tuple[str, int], Row]) -> list[Row]:
    return [{"provincia": key[0], "anno": key[1], **row} for key, row in table.items()]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=tables, after=tables)
def test_any_edit_is_found_exactly(
    tmp_path: Path, before: dict[tuple[str, int], Row], after: dict[tuple[str, int], Row]
) -> None:
    found = difference(tmp_path, listed(before), listed(after))
    common = sorted(set(before) & set(after))
    expected = {
        (str(key[0]), str(key[1]), name)
        for key in common
        for name in before[key]
        if before[key][name] != after[key][name]
    }
    assert found.rows is not None
    told = found.rows.to_pylist()
    assert {
        (row["provincia"], row["anno"], row["campo_modificato"])
        for row in told
        if row["modifica"] == "revisione"
    } == expected
    for kind, names in (
        ("aggiunta", set(after) - set(before)),
        ("ritirata", set(before) - set(after)),
    ):
        assert {(row["provincia"], row["anno"]) for row in told if row["modifica"] == kind} == {
            (key[0], str(key[1])) for key in names
        }
    assert found.revised == len({place[:2] for place in expected})
    assert (found.level is Level.NONE) == (before == after)


def row(**values: Any) -> Row:
    return {**dict.fromkeys(FIELDS), "provincia": "015", "anno": 2024, "codici": [], **values}


def test_a_revised_value_is_told_as_the_csv_writes_it(tmp_path: Path) -> None:
    found = difference(
        tmp_path,
        [row(quota=2.0, codici=["x"], vero=True)],
        [row(quota=2.5, codici=["x", "y"], vero=None)],
    )
    assert found.rows is not None
    told = {
        item["campo_modificato"]: (item["valore_prima"], item["valore_dopo"])
        for item in found.rows.to_pylist()
    }
    assert told == {"quota": ("2", "2.5"), "codici": ("x", "x|y"), "vero": ("true", None)}
    assert found.values == {"quota": 1, "codici": 1, "vero": 1}


STATED = pa.schema(
    [
        ("id", pa.string()),
        ("valore", pa.int64()),
        ("valore_stato", pa.string()),
        ("luogo", pa.string()),
    ]
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((7, "pubblicato", "Lodi"), (9, "pubblicato", "Lodi"), {"valore"}),
        ((7, "pubblicato", "Lodi"), (None, "riservato", None), {"valore_stato"}),
        ((None, "riservato", None), (9, "pubblicato", "Lodi"), {"valore_stato"}),
        ((None, "non_rilevato", None), (9, "pubblicato", "Lodi"), {"valore_stato"}),
        ((7, "riservato", "Lodi"), (9, "riservato", "Como"), set()),
    ],
)
def test_a_value_that_either_release_withholds_is_not_told(
    tmp_path: Path,
    before: tuple[int | None, str, str | None],
    after: tuple[int | None, str, str | None],
    told: set[str],
) -> None:
    names = STATED.names
    fields = [{"name": name, "type": "string"} for name in names]
    found = difference(
        tmp_path,
        [dict(zip(names, ("a", *before), strict=True))],
        [dict(zip(names, ("a", *after), strict=True))],
        schema=STATED,
        package=package(fields, ["id"], insieme={"valore": ["luogo"]}),
    )
    assert found.rows is not None
    listed_rows = found.rows.to_pylist()
    assert {item["campo_modificato"] for item in listed_rows} == told
    texts_told = {item["valore_prima"] for item in listed_rows} | {
        item["valore_dopo"] for item in listed_rows
    }
    if "valore" not in told:
        assert not texts_told & {"7", "9", "Lodi", "Como"}


def test_a_key_that_stands_twice_cannot_be_compared_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotComparableError, match=r"«dopo\.parquet» la chiave 015, 2024"):
        difference(tmp_path, [row()], [row(), row(numero=2)])


def test_where_the_key_changed_rows_are_not_compared(tmp_path: Path) -> None:
    paths = []
    for name in ("prima", "dopo"):
        paths.append(tmp_path / f"{name}.parquet")
        pq.write_table(pa.Table.from_pylist([row()], schema=SCHEMA), paths[-1])
    found = compare(*paths, package(), package(key=["provincia"]))
    assert found.rows is None
    assert found.level is Level.MAJOR


FIELD = {"name": "a", "type": "integer", "title": "A", "description": "B"}


@pytest.mark.parametrize(
    ("old", "new", "what", "level"),
    [
        ([FIELD, {**FIELD, "name": "b"}], [FIELD], "tolto", Level.MAJOR),
        ([FIELD], [FIELD, {**FIELD, "name": "b"}], "aggiunto", Level.MINOR),
        ([FIELD], [{**FIELD, "type": "number"}], "tipo", Level.MAJOR),
        ([{**FIELD, "unit": "euro"}], [{**FIELD, "unit": "ore"}], "unità di misura", Level.MAJOR),
        ([FIELD], [{**FIELD, "significato": 2}], "significato", Level.MAJOR),
        ([FIELD], [{**FIELD, "description": "C"}], "descrizione", Level.PATCH),
        ([FIELD], [{**FIELD, "title": "C"}], "titolo", Level.PATCH),
        (
            [{**FIELD, "constraints": {"enum": ["x", "y"]}}],
            [{**FIELD, "constraints": {"enum": ["x"]}}],
            "codici tolti",
            Level.MAJOR,
        ),
        (
            [{**FIELD, "constraints": {"enum": ["x"]}}],
            [{**FIELD, "constraints": {"enum": ["x", "y"]}}],
            "codici aggiunti",
            Level.MINOR,
        ),
        (
            [{**FIELD, "constraints": {"minimum": 0}}],
            [{**FIELD, "constraints": {"minimum": 1}}],
            "limiti",
            Level.MINOR,
        ),
        (
            [FIELD, {**FIELD, "name": "b"}],
            [{**FIELD, "name": "b"}, FIELD],
            "ordine dei campi",
            Level.MINOR,
        ),
    ],
)
def test_each_change_of_a_field_has_its_level(
    old: list[Row], new: list[Row], what: str, level: Level
) -> None:
    (change,) = field_changes(package(old, ["a"]), package(new, ["a"]))
    assert (change.what, change.level) == (what, level)


@pytest.mark.parametrize("name", ["conta", "metodo"])
def test_another_way_of_counting_or_protecting_is_another_meaning(name: str) -> None:
    (change,) = field_changes(
        package([FIELD], ["a"], **{name: "uno"}), package([FIELD], ["a"], **{name: "due"})
    )
    assert change.level is Level.MAJOR


def test_a_million_rows_are_compared_exactly(tmp_path: Path) -> None:
    count = 1_000_000
    numbers = pa.array(range(count))
    before = pa.table({"id": numbers.cast(pa.string()), "v": numbers, "t": ["x"] * count})
    changed = pa.array([n + 1 if n % 1000 == 0 else n for n in range(count)])
    after = before.set_column(1, "v", changed).slice(100)
    added = pa.table({"id": ["nuova"], "v": [7], "t": ["y"]})
    fields = [{"name": name, "type": "string"} for name in before.column_names]
    paths = [tmp_path / "prima.parquet", tmp_path / "dopo.parquet"]
    for path, table in zip(paths, (before, pa.concat_tables([after, added])), strict=True):
        pq.write_table(table, path)
    found = compare(*paths, package(fields, ["id"]), package(fields, ["id"]))
    assert (found.added, found.withdrawn, found.revised) == (1, 100, 999)
    assert found.values == {"v": 999}
