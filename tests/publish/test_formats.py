"""One table, every format: the same rows, safe where they land, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from etl.contracts import load_contract
from etl.protect.tabular import shape
from etl.publish.formats import FORMULA_STARTS, to_csv, to_geojson, to_json, to_parquet

CONTRACT = load_contract("sedi-operatori")


def sites() -> pd.DataFrame:
    row = {
        "id_sede": "s-1",
        "id_operatore": "o-1",
        "denominazione_operatore": '=HYPERLINK("http://x")',
        "denominazione_sede": 'Sede "uno", con virgola',
        "indirizzo": "Via\nRoma  1",
        "codice_comune": "016215",
        "comune": "Torre de' Busi",
        "codice_provincia": "016",
        "provincia": "Bergamo",
        "lat": 45.774,
        "lon": 9.0,
        "catalogo": "016",
        "servizi": ["accoglienza", "scouting"],
        "gruppi_disabilita": [],
        "accessibilita": ["ascensore"],
        "lingue": ["it"],
        "orari": None,
        "telefono": "+39 555 1",
        "email": "a@b.example",
        "sito_web": None,
        "data_aggiornamento": pd.Timestamp("2026-01-15"),
        "sintetico": True,
    }
    other = {**row, "id_sede": "s-2", "lat": None, "lon": None, "denominazione_operatore": "ZETA"}
    return shape(CONTRACT, pd.DataFrame([row, other]))


def test_csv_reads_back_row_by_row_with_crlf_and_joined_lists() -> None:
    content = to_csv(CONTRACT, sites()).decode("utf-8")
    assert content.count("\r\n") == 3
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert list(rows[0]) == CONTRACT.names
    assert rows[0]["servizi"] == "accoglienza|scouting"
    assert rows[0]["denominazione_sede"] == 'Sede "uno", con virgola'
    assert rows[0]["indirizzo"] == "Via Roma 1"
    assert (rows[0]["codice_comune"], rows[0]["lon"], rows[1]["lat"]) == ("016215", "9", "")
    assert rows[0]["sintetico"] == "true"
    assert rows[0]["data_aggiornamento"] == "2026-01-15"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_cell_of_the_csv_starts_like_a_formula(start: str) -> None:
    frame = sites()
    frame["denominazione_sede"] = pd.Series([f"{start}1+1", "x"], dtype="str")
    rows = list(csv.DictReader(io.StringIO(to_csv(CONTRACT, frame).decode(), newline="")))
    assert all(not value.startswith(FORMULA_STARTS) for row in rows for value in row.values())


def test_json_and_geojson_hold_the_texts_as_they_are_and_no_place_where_there_is_none() -> None:
    records = json.loads(to_json(CONTRACT, sites()))
    assert records[0]["denominazione_operatore"] == '=HYPERLINK("http://x")'
    assert records[0]["servizi"] == ["accoglienza", "scouting"]
    assert records[0]["orari"] is None
    features = json.loads(to_geojson(CONTRACT, sites()))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [9.0, 45.774]}
    assert features[1]["geometry"] is None


def test_parquet_keeps_the_types_of_the_contract() -> None:
    table = pq.read_table(io.BytesIO(to_parquet(CONTRACT, sites(), synthetic=True)))
    assert table.column_names == CONTRACT.names
    assert str(table.schema.field("servizi").type).startswith("list<")
    assert str(table.schema.field("data_aggiornamento").type) == "date32[day]"
    assert table.schema.metadata[b"sintetico"] == b"true"
    assert table.to_pylist()[1]["lat"] is None


def test_the_same_table_gives_the_same_bytes() -> None:
    for form in (to_csv, to_json, to_geojson):
        assert form(CONTRACT, sites()) == form(CONTRACT, sites())
    assert to_parquet(CONTRACT, sites(), True) == to_parquet(CONTRACT, sites(), True)
