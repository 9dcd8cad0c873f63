"""Excel and OpenDocument: every cell typed, no formula, the same bytes each time."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from etl.contracts import load_contract
from etl.publish.edition import Edition
from etl.publish.formats import to_records
from etl.publish.spreadsheets import to_ods, to_xlsx
from tests.publish import released

SLUGS = list(released.SLUGS)


def edition(slug: str) -> Edition:
    table = released.release().tables[slug]
    return Edition(load_contract(slug), table, "1.0.0", released.DAY, released.DAY)


def expected(given: Edition) -> list[list[Any]]:
    rows = []
    for record in to_records(given.contract, given.table):
        row = []
        for field in given.contract.campi:
            value = record[field.name]
            match field.definizione.tipo:
                case "elenco":
                    value = "|".join(value) or None
                case "data" if value is not None:
                    value = datetime.fromisoformat(value)
            row.append(value)
        rows.append(row)
    return rows


@pytest.mark.parametrize("slug", SLUGS)
def test_excel_holds_every_value_with_its_type(slug: str) -> None:
    given = edition(slug)
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(released.config(), given)))
    sheet = book.worksheets[0]
    header, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert header == given.contract.names
    assert rows == expected(given)


@pytest.mark.parametrize("slug", SLUGS)
def test_opendocument_holds_every_value_with_its_type(slug: str) -> None:
    given = edition(slug)
    content = io.BytesIO(to_ods(released.config(), given))
    frame = pd.read_excel(content, engine="odf", dtype=object, keep_default_na=False)
    assert list(frame.columns) == given.contract.names
    found = [[None if value == "" else value for value in row] for row in frame.values.tolist()]
    assert found == expected(given)


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    given = edition("operatori")
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(released.config(), given)))
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    assert "f" not in kinds
    column = given.contract.names.index("denominazione_operatore") + 1
    cell = book.worksheets[0].cell(2, column)
    assert (cell.data_type, cell.value, cell.number_format) == ("s", released.FORMULA, "@")


def test_codes_keep_their_zeros_and_unwritable_characters_are_marked() -> None:
    given = edition("sedi-operatori")
    given.table.loc[0, "denominazione_operatore"] = "a\x01b _x0041_ <&>"
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(released.config(), given))).worksheets[0]
    row = dict(zip(given.contract.names, [cell.value for cell in sheet[2]], strict=True))
    assert row["codice_comune"] == "015001"
    assert unescape(row["denominazione_operatore"]) == "a\ufffdb _x0041_ <&>"


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_the_second_sheet_says_licence_owner_and_every_field(write: Any) -> None:
    given = edition("sedi-operatori")
    content = io.BytesIO(write(released.config(), given))
    sheet = pd.read_excel(content, sheet_name=1, header=None, dtype=str).fillna("")
    text = "\n".join("\t".join(row) for row in sheet.values.tolist())
    for expected_text in ("CC BY 4.0", "r_lombar", "Dati dimostrativi\tsì", "ascensore = "):
        assert expected_text in text
    assert set(given.contract.names) <= set(sheet[0])


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_the_clock_does_not_enter_the_file(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(released.config(), edition("operatori"))
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert write(released.config(), edition("operatori")) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_opendocument_file_starts_with_its_type(site: Path) -> None:
    content = (site / "dati/operatori/operatori.ods").read_bytes()
    assert content[30:84].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
