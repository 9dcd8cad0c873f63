"""Files that are broken or built to harm: each is refused alone, with words, at once."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.receive import iter_person_values, persons
from etl.receive.archive import list_members
from etl.receive.checks import Registers
from etl.receive.pid import iter_statements, read_statement
from etl.receive.reading import read_source
from tests.receive.conftest import configuration
from tests.receive.statements import NAMESPACE, PERSON_VALUES, Province, Sample, worker

Write = Callable[[str, str | bytes], Path]

GOOD = Sample().xml()
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE prospetto [<!ENTITY a "ah">'
    + "".join(
        f'<!ENTITY {name} "{"&" + before + ";"}{("&" + before + ";") * 9}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + f']><prospetto xmlns="{NAMESPACE}" codicecomunicazione="&i;"/>'
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE prospetto [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + GOOD.split("?>", 1)[1].replace("Inserimento dati", "&x;")
)
HIDDEN = "<!-- " + "x" * 100 + " -->"
CASES = {
    "empty": (b"", "file-vuoto"),
    "blank": (b"  \n ", "xml-troncato|xml-non-valido"),
    "truncated": (GOOD.encode()[:-700], "xml-troncato"),
    "cut in a tag": (GOOD.encode()[:300], "xml-troncato"),
    "cut in a word": (GOOD[: GOOD.index("Inserimento") + 4].encode(), "xml-troncato"),
    "billion laughs": (LAUGHS.encode(), "xml-dtd"),
    "external entity": (EXTERNAL.encode(), "xml-dtd"),
    "doctype after a comment": (
        (HIDDEN + '<!DOCTYPE prospetto SYSTEM "http://192.0.2.1/x.dtd">' + GOOD[39:]).encode(),
        "xml-dtd",
    ),
    "doctype in utf-16": (LAUGHS.encode("utf-16"), "xml-dtd"),
    "undeclared entity": (GOOD.replace("Inserimento", "&egrave;").encode(), "xml-entita"),
    "wrong encoding": (GOOD.replace("Inserimento", "Attività").encode("cp1252"), "xml-codifica"),
    "unclosed": (GOOD.replace("</mansione>", "", 1).encode(), "xml-non-valido"),
    "no xml": (b"codice;nome\n1;x\n", "xml-non-valido|xml-troncato"),
    "another xml": (b"<catalogo><x/></catalogo>", "xml-non-riconosciuto"),
    "another namespace": (
        GOOD.replace(NAMESPACE, "http://example.invalid").encode(),
        "xml-non-riconosciuto",
    ),
    "deep": (
        (f'<prospetto xmlns="{NAMESPACE}">' + "<a>" * 5_000 + "</a>" * 5_000).encode(),
        "xml-non-valido|xml-troncato",
    ),
    "control characters": (GOOD.replace("dati", "da\x01ti").encode(), "xml-non-valido"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_refused_with_words(case: str) -> None:
    data, codes = CASES[case]
    pieces = [data[at : at + 50] for at in range(0, len(data), 50)]
    statement = read_statement(pieces, "x.xml", "p")
    assert statement.refused
    assert statement.problems[0].code in codes.split("|")
    assert statement.problems[0].remedy
    assert all(rows == [] for rows in statement.tables.values())
    told = " ".join(problem.line() for problem in statement.problems)
    assert "root:" not in told
    assert [value for value in PERSON_VALUES if value in told] == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_that_are_declared_are_read(encoding: str) -> None:
    text = GOOD if encoding == "utf-8-sig" else GOOD.replace("UTF-8", "UTF-16")
    assert read_statement([text.encode(encoding)], "x.xml", "p").problems == []


def test_one_bad_file_does_not_stop_the_others(write: Write, registers: Registers) -> None:
    for number in range(9):
        write(f"p/{number}.xml", Sample(code=f"{number:016d}").xml())
    write("p/tagliato.xml", GOOD[:-300])
    folder = write("p/laughs.xml", LAUGHS).parent
    source = configuration(
        {"id": "p", "contratto": "prospetti", "formato": "pid-xml", "percorso": str(folder)}
    ).fonti[0]
    result = read_source(source, folder, registers)
    assert not result.refused
    assert (result.rows_read, result.rows_accepted, result.rows_quarantined) == (11, 9, 2)
    assert {row[0] for row in result.refusals.rows} == {"tagliato.xml", "laughs.xml"}
    assert len(result.tables["prospetti"]) == 9


def test_a_zip_is_read_without_writing_where_its_names_point(
    tmp_path: Path, registers: Registers
) -> None:
    path = tmp_path / "d" / "prospetti.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b/c/1.xml", Sample(code="1" * 16).xml())
        archive.writestr("../../fuori.xml", Sample(code="2" * 16).xml())
        archive.writestr("/assoluto.xml", Sample(code="3" * 16).xml())
        archive.writestr("leggimi.txt", "non è un prospetto")
        archive.writestr("__MACOSX/a/._1.xml", b"\x00\x05\x16\x07")
    source = configuration(
        {"id": "p", "contratto": "prospetti", "formato": "pid-xml", "percorso": str(path)}
    ).fonti[0]
    result = read_source(source, path, registers)
    assert result.rows_accepted == 3
    assert [p.code for p in result.problems] == ["file-ignorato"] * 2
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["d", "prospetti.zip"]


@pytest.mark.parametrize("kind", ["bomb", "damaged", "nested", "encrypted"])
def test_a_zip_built_to_harm_is_refused_before_it_is_opened(
    kind: str, tmp_path: Path, registers: Registers
) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == "bomb":
            archive.writestr("1.xml", b" " * 40_000_000)
        elif kind == "nested":
            archive.writestr("dentro.zip", b"PK\x03\x04")
        else:
            archive.writestr("1.xml", GOOD)
    data = bytearray(path.read_bytes())
    if kind == "damaged":
        path.write_bytes(data[:-30])
    if kind == "encrypted":
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(data)
    source = configuration(
        {"id": "p", "contratto": "prospetti", "formato": "pid-xml", "percorso": str(path)}
    ).fonti[0]
    result = read_source(source, path, registers)
    assert result.refused
    assert result.rows_accepted == 0
    assert all(problem.remedy for problem in result.problems)


GROWTH = """
import json, resource, sys
sys.path.insert(0, {root!r})
from etl.receive.pid import read_statement, CHUNK
read_statement([{good!r}.encode()], "p", "p")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open({path!r}, "rb") as stream:
    statement = read_statement(iter(lambda: stream.read(CHUNK), b""), "grande.xml", "p")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{
    "growth": (after - before) // 1024,
    "codes": [problem.code for problem in statement.problems],
    "posts": len(statement.tables["prospetti-posti"]),
}}))
"""


def big_file(path: Path, filler: bytes, megabytes: int) -> None:
    before, after = GOOD.split("<postilavoro>", 1)
    block = filler * (1024 * 1024 // len(filler))
    with path.open("wb") as stream:
        stream.write(before.encode())
        for _ in range(megabytes):
            stream.write(block)
        stream.write(b"<postilavoro>" + after.encode())


@pytest.mark.parametrize(
    ("filler", "codes"),
    [
        (worker().encode(), []),
        (b"<boh><boh>1</boh></boh>", ["xml-non-riconosciuto"]),
        (b"x" * 1024, ["xml-non-riconosciuto"]),
    ],
    ids=["persons", "unknown elements", "text"],
)
def test_a_file_of_200_megabytes_is_read_or_refused_in_little_memory(
    filler: bytes, codes: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "grande.xml"
    big_file(path, filler, 200)
    assert path.stat().st_size > 190_000_000
    root = str(Path(__file__).parents[2])
    program = GROWTH.format(root=root, good=GOOD, path=str(path))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    found = json.loads(done.stdout)
    assert found["codes"][:1] == codes
    assert found["posts"] == (0 if codes else 1)
    assert found["growth"] < 120


def test_persons_are_told_to_the_leak_gate_alone(write: Write) -> None:
    folder = write("p/1.xml", GOOD).parent
    groups = list(iter_person_values(folder))
    delegate, contact = groups[0], groups[1]
    assert delegate == ("DLGTNO60C12L219K", "delegata.segreta@esempio.invalid")
    assert contact[:2] == ("NRIGPP75B41H501Z", "via della Riservatezza 7")
    assert contact[-2:] == ("Neriotti Giuseppa", "Giuseppa Neriotti")
    assert ("Provinciale Referendo", "Referendo Provinciale") in groups
    worker_group = ("VRDLCU80A01F205X", "Verdoni Lucullo", "Lucullo Verdoni")
    assert worker_group in groups
    write("p/1.xml", LAUGHS)
    assert list(iter_person_values(folder)) == []
    write("p/1.xml", GOOD[:-400])
    assert worker_group in list(iter_person_values(folder))


def test_persons_of_a_long_statement_are_told_as_well(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("p/1.xml", Sample(provinces=(Province(persons=50), Province("016", "A794"))).xml())
    whole = list(iter_person_values(path))
    monkeypatch.setattr(persons, "SMALL", 100)
    assert list(iter_person_values(path)) == whole
    assert len(whole) == 1 + 1 + 2 + 52


def test_no_value_of_a_person_is_in_tables_problems_refusals_or_logs(
    write: Write, registers: Registers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bad = Sample(code="7" * 16, provinces=(Province(posts=({"nposti": "x"},)),)).xml()
    write("p/1.xml", GOOD)
    write("p/2.xml", bad)
    write("p/3.xml", GOOD.replace("Verdoni", "Verdoni & Figli", 1))
    folder = write("p/4.xml", GOOD.replace("</lavoratore>", "", 1)).parent
    source = configuration(
        {
            "id": "p",
            "contratto": "prospetti",
            "formato": "pid-xml",
            "percorso": str(folder),
            "righe_rifiutate_massime": 1.0,
        }
    ).fonti[0]
    result = read_source(source, folder, registers)
    assert result.rows_quarantined == 3
    held = [table.to_csv() for table in result.tables.values()]
    held += [repr(result.problems), repr(result.refusals), caplog.text]
    for value in PERSON_VALUES:
        assert all(value not in text for text in held), value


def test_files_come_in_order_of_name_whatever_the_disk_says(write: Write) -> None:
    for name in ("b.xml", "a/2.xml", "a/10.xml"):
        folder = write(f"p/{name}", GOOD).parents[1 if "/" in name else 0]
    members, problems = list_members(folder)
    assert [member.name for member in members] == ["a/10.xml", "a/2.xml", "b.xml"]
    assert problems == []
    files = [statement.file for statement in iter_statements(members, "p")]
    assert files == [member.name for member in members]
