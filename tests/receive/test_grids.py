"""Suppliers' tables, with the faults that real ones have."""

from __future__ import annotations

import contextlib
import datetime
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.receive.grids import Grid, GridError, grid, guess_kind, read_grid
from etl.receive.grids.delimited import decode, read_csv, sniff_delimiter
from tests.receive.sheets import ods, ods_table

Write = Callable[[str, str | bytes], Path]


def cells(found: Grid) -> list[list[str]]:
    return [row for _, row in found.rows]


# -- delimited text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        ("Città;Però\n".encode(), None),
        ("Città;Però\n".encode("utf-8-sig"), None),
        ("Città;Però\n".encode("utf-8-sig"), "cp1252"),
        ("Città;Però\r\n".encode("utf-16"), None),
        ("Città;Però\n".encode("utf-16-le"), None),
        ("Città;Però\n".encode("utf-16-be"), None),
        ("Città;Però\n".encode("utf-32"), None),
        ("Città;Però\n".encode("cp1252"), None),
        ("Città;Però\n".encode("cp1252"), "cp1252"),
        ("Città;Però\n".encode("latin-1"), "iso-8859-1"),
    ],
)
def test_the_encoding_is_found_or_taken_as_declared(data: bytes, declared: str | None) -> None:
    assert cells(read_csv(data, declared, None)) == [["Città", "Però"]]


def test_a_file_declared_cp1252_that_is_utf8_is_read_right_and_told() -> None:
    found = read_csv("Città;Però\n".encode(), "cp1252", ";")
    assert cells(found) == [["Città", "Però"]]
    assert [code for code, _, _ in found.notices] == ["codifica-diversa"]


@pytest.mark.parametrize(
    ("data", "declared", "code"),
    [
        ("a;b\nCittà;x\n".encode("cp1252"), "utf-8", "codifica-sbagliata"),
        (b"a;b\nx\x81;y\n", None, "codifica-sbagliata"),
        (b"a;b\n", "utf-nulla", "codifica-sconosciuta"),
        (b"a;b\nx\x00y;z\n", "utf-8", "file-binario"),
        (b"PK\x03\x04rest", None, "formato-diverso"),
        (b"\xd0\xcf\x11\xe0rest", None, "formato-diverso"),
        (b"  \n\n ", None, "file-vuoto"),
        (b'a;b\n"x;y\n' + b"z;z\n" * 60_000, None, "csv-illeggibile"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(
    data: bytes, declared: str | None, code: str
) -> None:
    with pytest.raises(GridError) as caught:
        read_csv(data, declared, None)
    assert caught.value.code == code
    assert caught.value.remedy
    if code in ("codifica-sbagliata", "csv-illeggibile"):
        assert caught.value.row == 2


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n1,5;2,5;3\n", ";"),
        ("a,b,c\n1;5,2,3\n", ","),
        ("a\tb\n1,5\t2;3\n", "\t"),
        ("a|b|c\nx, y|z; w|k\n", "|"),
        ('"Nome; forma","Via, n."\n"x; y","z, w"\n', ","),
        ("uno\ndue\n", ","),
    ],
)
def test_the_delimiter_is_the_one_that_splits_evenly(text: str, delimiter: str) -> None:
    assert sniff_delimiter(text) == delimiter


def test_the_line_that_excel_adds_is_a_hint_and_no_header() -> None:
    assert read_csv(b"sep=|\r\na,x|b\r\n1|2\r\n", None, None).rows[1:] == [
        (2, ["a,x", "b"]),
        (3, ["1", "2"]),
    ]


def test_newlines_inside_headers_and_cells_do_not_break_rows() -> None:
    data = b'"Codice\r\nunit\xe0";Nome\r\n001;"Via\nlunga"\r\n002;x\r\n'
    found = read_csv(data, None, None)
    assert found.rows == [
        (1, ["Codice\r\nunità", "Nome"]),
        (2, ["001", "Via\nlunga"]),
        (3, ["002", "x"]),
    ]


def test_naples_is_no_missing_value_and_formulas_keep_their_zeros() -> None:
    data = b'COMUNE;SIGLA;ISTAT\nNapoli;NA;="063049"\nx;null;="028001"\n'
    assert cells(read_csv(data, None, None))[1:] == [
        ["Napoli", "NA", '="063049"'],
        ["x", "null", '="028001"'],
    ]


def test_very_long_lines_are_read() -> None:
    header = ";".join(f"Colonna numero {number}" for number in range(900))
    row = ";".join("***" if number % 3 else "1.234,56" for number in range(900))
    found = read_csv(f"{header}\n{row}\n".encode(), None, None)
    assert [len(line) for line in cells(found)] == [900, 900]
    assert len(header) > 16_000


def test_rows_and_columns_have_a_limit() -> None:
    with pytest.raises(GridError, match="colonne"):
        read_csv((";" * 2_000).encode() + b"\n", None, ";")
    with pytest.raises(GridError, match="righe"):
        read_csv(b"a;b\n" * (grid.MOST_ROWS + 1), None, ";")


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "cp1252"]))
def test_any_bytes_are_read_or_refused(data: bytes, declared: str | None) -> None:
    with contextlib.suppress(GridError):
        found = read_csv(data, declared, None)
        assert all(isinstance(cell, str) for row in cells(found) for cell in row)


@settings(deadline=None, derandomize=True)
@given(st.text(min_size=1))
def test_a_decoded_text_is_the_text_that_was_written(text: str) -> None:
    if "\x00" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode("utf-8-sig"), None)[0] == text


# -- spreadsheets -----------------------------------------------------------------------------


def workbook(path: Path, rows: list[list[Any]], title: str = "Foglio1") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def test_a_workbook_gives_what_a_person_sees(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["Titolo del catalogo"],
            [],
            ["Codice", "Data", "Numero", "Vero"],
            ["007", datetime.date(2025, 12, 31), 12.0, True],
            [15146, datetime.datetime(2025, 12, 31, 8, 30), 1.5, False],
            ["=HYPERLINK(\"http://x\")", None, None, None],
        ],
    )  # fmt: skip
    found = read_grid(path, "xlsx")
    assert found.rows[0] == (1, ["Titolo del catalogo"])
    assert found.rows[2] == (4, ["007", "2025-12-31", "12", "sì"])
    assert found.rows[3] == (5, ["15146", "2025-12-31 08:30:00", "1.5", "no"])
    # a formula that no program has computed holds no value, and none is computed here
    assert len(found.rows) == 4


def test_a_formula_written_as_text_stays_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["A1"] = "Nome"
    page["A2"].value = "=1+1"
    page["A2"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    assert cells(read_grid(tmp_path / "a.xlsx", "xlsx"))[1] == ["=1+1"]


def test_the_named_sheet_is_read_and_a_missing_one_lists_those_found(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["x"]], title="Dati 2025")
    assert cells(read_grid(path, "xlsx", sheet=" dati 2025 ")) == [["x"]]
    with pytest.raises(GridError, match="Dati 2025"):
        read_grid(path, "xlsx", sheet="Operatori")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_that_is_none_is_refused(kind: str, write: Write, tmp_path: Path) -> None:
    for name, data in {
        "testo": b"codice;nome\n",
        "zip rotto": b"PK\x03\x04 e poi nulla",
        "vuoto": b"",
    }.items():
        with pytest.raises(GridError) as caught:
            read_grid(write(name, data), kind)
        assert caught.value.remedy
    other = tmp_path / "altro.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(GridError) as caught:
        read_grid(other, kind)
    assert caught.value.code == "formato-diverso"


@pytest.mark.parametrize("inside", ["xl/workbook.xml", "content.xml"])
def test_a_workbook_that_would_fill_the_memory_is_not_opened(inside: str, tmp_path: Path) -> None:
    path = tmp_path / "bomba"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(inside, b"<x/>" + b" " * 30_000_000)
    with pytest.raises(GridError) as caught:
        read_grid(path, "xlsx" if inside.startswith("xl") else "ods")
    assert caught.value.code == "archivio-sospetto"


def test_a_damaged_workbook_gives_words_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "rotto.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<non e xml")
    with pytest.raises(GridError) as caught:
        read_grid(path, "xlsx")
    assert caught.value.code == "foglio-illeggibile"
    damaged = tmp_path / "rotto.ods"
    ods(damaged, ods_table("A", [["x"]]) + "<non")
    with pytest.raises(GridError) as caught:
        read_grid(damaged, "ods", sheet="B")
    assert caught.value.code == "foglio-illeggibile"


def test_an_ods_gives_texts_dates_numbers_and_spaces(tmp_path: Path) -> None:
    date = '<table:table-cell office:value-type="date" office:date-value="2025-12-31"/>'
    number = '<table:table-cell office:value-type="float" office:value="12"/>'
    yes = '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
    rich = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>nota'
        '</text:p></office:annotation><text:p>Via <text:s text:c="2"/>lunga</text:p>'
        "<text:p>e <text:span>larga</text:span></text:p></table:table-cell>"
    )
    twice = (
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell>"
    )
    path = ods(
        tmp_path / "a.ods",
        ods_table("Note", [["non questo"]])
        + ods_table(
            "Dati", [["a", "b"], [date, number, yes], [rich, "<table:table-cell/>", twice]]
        ),
    )
    assert cells(read_grid(path, "ods", sheet="dati")) == [
        ["a", "b"],
        ["2025-12-31", "12", "sì"],
        ["Via   lunga\ne larga", "", "x", "x"],
    ]
    assert cells(read_grid(path, "ods")) == [["non questo"]]


def test_cells_and_rows_repeated_a_million_times_cost_nothing(tmp_path: Path) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    blank = f'<table:table-row table:number-rows-repeated="1048570">{empty}</table:table-row>'
    rows = ods_table("A", [["a", empty], ["b"]]).replace("</table:table>", blank + "</table:table>")
    assert cells(read_grid(ods(tmp_path / "a.ods", rows), "ods")) == [["a"], ["b"]]


@pytest.mark.parametrize(
    "bomb",
    [
        '<table:table-row table:number-rows-repeated="900000000"><table:table-cell '
        'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>',
        '<table:table-row><table:table-cell table:number-columns-repeated="900000000" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>',
    ],
)
def test_a_full_cell_repeated_without_end_is_refused(bomb: str, tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", f'<table:table table:name="A">{bomb}</table:table>')
    with pytest.raises(GridError) as caught:
        read_grid(path, "ods")
    assert caught.value.code == "foglio-troppo-grande"


# -- portals ----------------------------------------------------------------------------------

SOCRATA = {
    "meta": {
        "view": {
            "columns": [
                {"id": -1, "name": "sid", "fieldName": ":sid", "dataTypeName": "meta_data"},
                {"id": 2, "name": "DENOMINAZIONE_STRUTTURA", "fieldName": "denominazionest_ruttura",
                 "dataTypeName": "text"},
                {"id": 3, "name": "nascosta", "fieldName": "nascosta", "dataTypeName": "text",
                 "flags": ["hidden"]},
                {"id": 4, "name": "POSTI", "fieldName": "posti", "dataTypeName": "number"},
                {"id": 5, "name": "SITO", "fieldName": "sito", "dataTypeName": "url"},
            ]
        }
    },
    "data": [
        ["r1", "RESIDENZA MARIO E\nRINA", "via", "12", {"url": "https://x.example"}],
        ["r2", None, "via", 7, ["https://y.example", None]],
        ["r3", "CORTA"],
    ],
}  # fmt: skip


def test_socrata_rows_come_without_the_system_columns(write: Write) -> None:
    found = read_grid(write("rows.json", json.dumps(SOCRATA)), "socrata")
    assert cells(found) == [
        ["DENOMINAZIONE_STRUTTURA", "POSTI", "SITO"],
        ["RESIDENZA MARIO E\nRINA", "12", "https://x.example"],
        ["", "7", "https://y.example"],
        ["CORTA", "", ""],
    ]
    assert found.aliases[0] == ("denominazionest_ruttura",)
    assert found.header_known


def test_ckan_and_plain_records_are_read(write: Write) -> None:
    records = [{"_id": 1, "Codice": "007", "Posti": 3, "Nota": None}, {"_id": 2, "Codice": "008"}]
    ckan = {
        "success": True,
        "result": {
            "fields": [{"id": "_id"}, {"id": "Codice"}, {"id": "Posti"}, {"id": "Nota"}],
            "records": records,
        },
    }
    expected = [["Codice", "Posti", "Nota"], ["007", "3", ""], ["008", "", ""]]
    assert cells(read_grid(write("c.json", json.dumps(ckan)), "ckan")) == expected
    plain = [{":id": "x", "Codice": "007"}, {"Posti": 2}]
    assert cells(read_grid(write("p.json", json.dumps(plain)), "socrata")) == [
        ["Codice", "Posti"],
        ["007", ""],
        ["", "2"],
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"meta": {', "json-non-valido"),
        ("[" * 100_000, "json-non-valido"),
        ('{"success": false, "error": {}}', "json-sconosciuto"),
        ('{"success": false, "result": null}', "ckan-errore"),
        ("{}", "json-sconosciuto"),
        ("[1, 2]", "json-sconosciuto"),
        ('{"data": [[1]], "meta": {}}', "json-sconosciuto"),
        ("<html>errore</html>", "json-non-valido"),
    ],
)
def test_an_answer_that_is_no_table_is_refused(text: str, code: str, write: Write) -> None:
    with pytest.raises(GridError) as caught:
        read_grid(write("x.json", text), "ckan")
    assert caught.value.code == code


def test_a_file_too_big_for_a_table_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "grande.csv"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(GridError, match="200 MB"):
        read_grid(path, "csv")


def test_the_format_is_told_from_the_content(write: Write, tmp_path: Path) -> None:
    kinds = {
        "a.csv": ("a;b\n1;2\n", "csv"),
        "b.txt": (b"\xff\xfea\x00;\x00", "csv"),
        "c.xml": ("<prospetto/>", "pid-xml"),
        "d.dat": ('<?xml version="1.0"?><x/>', "pid-xml"),
        "e.json": ('{"meta": {}}', "socrata"),
        "f.json": ('{"success": true}', "ckan"),
        "g.zip": (b"PK\x03\x04", None),
    }
    for name, (content, kind) in kinds.items():
        assert guess_kind(write(name, content)) == kind, name
    assert guess_kind(workbook(tmp_path / "h", [["x"]])) == "xlsx"
    assert guess_kind(ods(tmp_path / "i", ods_table("A", [["x"]]))) == "ods"
