"""Whatever the escaping or the compression, a person's text is found, and never repeated."""

from __future__ import annotations

import gzip
import html
import io
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb
import pandas as pd
import pytest

from etl.protect.leaks import LeakGate, forbidden_columns

PERSON = ("ZZYZXQ80A01F205X", "Qwandoli Ermezzio", "Ermezzio Qwandoli")


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dentro.xml", text)
    return buffer.getvalue()


def parquet(text: str) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"nota": ["niente", text]}).to_parquet(buffer)
    return buffer.getvalue()


def database(suffix: str, text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        if suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE t (nota TEXT)")
                connection.execute("INSERT INTO t VALUES (?)", [text])
                connection.commit()
        else:
            with duckdb.connect(str(path)) as engine:
                engine.execute("CREATE TABLE t AS SELECT $1 AS nota", [text])
        return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"1,Qwandoli Ermezzio,x"),
        ("b.html", b"<td>QWANDOLI</td><td>ermezzio</td>"),
        ("c.html", html.escape("Ermezzio Qwandoli").replace("o", "&#111;").encode()),
        ("d.json", json.dumps("Ermezzio Qwandoli").replace("E", "\\u0045").encode()),
        ("e.txt", quote("?q=Qwandoli Ermezzio").encode()),
        ("f.xlsx", zipped("<c>Qwandoli Ermezzio</c>")),
        ("g.parquet", parquet("Qwandoli Ermezzio")),
        ("i.sqlite", database(".sqlite", "Qwandoli Ermezzio")),
        ("l.duckdb", database(".duckdb", "Qwandoli Ermezzio")),
        ("m.csv.gz", gzip.compress(b"1,Qwandoli Ermezzio,x")),
        ("h.log", b"errore per ZZYZXQ80A01F205X"),
    ],
)
def test_a_persons_value_is_found_in_every_form(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    leaks = LeakGate([PERSON]).search([tmp_path / name], tmp_path)
    assert leaks
    assert leaks[0].file.startswith(name)
    assert not any(value.lower() in leak.line().lower() for leak in leaks for value in PERSON)


def test_any_personal_tax_code_is_a_leak_even_if_unknown(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("codice BBBAAA80A01F205X ")
    assert LeakGate([]).search([tmp_path / "x.txt"], tmp_path)


def test_parts_of_a_name_inside_other_words_are_not_a_leak(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Qwandoliermezzio, Ermezzio, sqwandoli ermezzion")
    assert not LeakGate([PERSON]).search([tmp_path / "x.txt"], tmp_path)


def test_columns_that_describe_a_person_are_named() -> None:
    assert forbidden_columns(["comune", "data_nascita", "cognome"]) == ["cognome", "data_nascita"]


@pytest.mark.parametrize(
    "line",
    [
        "nessuno@persona.example",
        "noto@ufficio.example, nessuno@persona.example",
        "cell. 333 1234567",
        "tel:+393331234567",
        "0341/295111 noto, 0341/295222 no",
    ],
)
def test_an_address_or_number_that_nothing_published_explains_is_a_leak(
    tmp_path: Path, line: str
) -> None:
    gate = LeakGate([], contacts=["noto@ufficio.example", "0341 295111"])
    (tmp_path / "x.html").write_text(f"<p>{line}</p>")
    (leak,) = gate.search([tmp_path / "x.html"], tmp_path)
    assert "333" not in leak.line()
    assert "persona" not in leak.line()


@pytest.mark.parametrize(
    "line",
    [
        "NOTO@ufficio.example e 0341-295111",
        '"lat":45.333123,"n":3331234567890,"data":"2025-12-31","codice":"015146"',
        '{"@id":"https://a.example","@type":"Dataset"}',
        "sha256:03412951110341295111abcdef, versione 3.331.2345678",
    ],
)
def test_known_contacts_and_plain_figures_are_no_leak(tmp_path: Path, line: str) -> None:
    gate = LeakGate([], contacts=["noto@ufficio.example", "0341 295111"])
    (tmp_path / "x.json").write_text(line)
    assert gate.search([tmp_path / "x.json"], tmp_path) == []


def test_where_shapes_are_not_asked_only_known_texts_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("BBBAAA80A01F205X nessuno@persona.example")
    (tmp_path / "b.py").write_text("Qwandoli Ermezzio")
    gate = LeakGate([PERSON], contacts=[])
    found = gate.search([tmp_path / "a.py", tmp_path / "b.py"], tmp_path, shapes=False)
    assert [leak.file for leak in found] == ["b.py"]


def test_the_bytes_of_a_picture_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\ntEXtAuthor\0Qwandoli Ermezzio\0\xff\xfe")
    assert LeakGate([PERSON]).search([tmp_path / "x.png"], tmp_path)


def test_text_between_tags_is_kept_when_tags_are_taken_away(tmp_path: Path) -> None:
    page = "<p title='a > b'>Qwandoli</p> 3 < 4 <b>Ermezzio</b"
    (tmp_path / "x.html").write_text(page.replace(" 3 < 4 ", ""))
    assert LeakGate([PERSON]).search([tmp_path / "x.html"], tmp_path)
