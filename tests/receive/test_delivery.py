"""The whole of receiving: what is handed on, put aside, recorded, kept and refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.config import ROOT, Config
from etl.contracts import load_supplier_contract
from etl.problems import InputRefusedError, Severity
from etl.receive import Received, delivery, person_values, receive, statements
from tests.receive.conftest import CATALOGUE, configuration
from tests.receive.statements import PERSON_VALUES, Province, Sample

Write = Callable[[str, str | bytes], Path]

CATALOGUE_TEXT = (
    "codice_operatore,denominazione_operatore,denominazione_sede,comune_dichiarato,servizi,"
    "data_aggiornamento\n"
    "A1,Coop Prova,Sede 1,Milano,coaching,31/12/2025\n"
    'A2,Ente Prova,Sede 2,Ronago,"coaching;formazione",2025-11-30\n'
)
ORIGIN = ["fonte", "fornitore", "provincia_fornitore", "sintetico"]


@pytest.fixture
def deliver(write: Write, tmp_path: Path) -> Callable[..., Config]:
    """A portal with a catalogue, a register of consents and a folder of statements."""

    def make(**changes: Any) -> Config:
        first = write("p/1.xml", Sample(code="A" * 16).xml())
        second = Province("016", "A794", workers=60)
        write("p/2.xml", Sample(code="B" * 16, provinces=(Province(), second)).xml())
        sources = [
            {
                "id": "prospetti",
                "contratto": "prospetti",
                "formato": "pid-xml",
                "percorso": str(first.parent),
                "sintetica": True,
            },
            {
                "id": "catalogo",
                "formato": "csv",
                "percorso": str(write("catalogo.csv", CATALOGUE_TEXT)),
                "provincia": "015",
            },
            {
                "id": "consensi",
                "contratto": "consensi",
                "formato": "csv",
                "percorso": str(
                    write(
                        "consensi.csv",
                        f"codice_comunicazione,consenso,data_consenso\n{'A' * 16},sì,10/01/2026\n",
                    )
                ),
            },
        ]
        return configuration(*[source | changes.get(str(source["id"]), {}) for source in sources])

    make.build = tmp_path / "build"  # type: ignore[attr-defined]
    return make


def same(one: Received, other: Received) -> None:
    assert sorted(one.tables) == sorted(other.tables)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])
    assert one.problems == other.problems
    assert one.snapshots == other.snapshots


def test_every_table_has_its_contracts_columns_and_types(
    deliver: Callable[..., Config], tmp_path: Path
) -> None:
    received = receive(deliver(), tmp_path / "build")
    assert received.problems == []
    assert sorted(received.tables) == [
        "catalogo-operatori",
        "consensi",
        "prospetti",
        "prospetti-compensazioni",
        "prospetti-escluse",
        "prospetti-orari",
        "prospetti-posti",
        "prospetti-province",
        "prospetti-riepilogo",
    ]
    kinds = {
        "testo": "str",
        "intero": "Int64",
        "decimale": "Float64",
        "logico": "boolean",
        "data": "datetime64[s]",
        "elenco": "object",
    }
    for name, table in received.tables.items():
        contract = load_supplier_contract(name)
        assert list(table.columns) == [*contract.names, *ORIGIN]
        for field in contract.campi:
            assert str(table[field.name].dtype) == kinds[field.definizione.tipo], (name, field.name)
        assert list(table.index) == list(range(len(table)))
        assert str(table["sintetico"].dtype) == "boolean"
    catalogue = received.tables[CATALOGUE]
    assert list(catalogue["servizi"]) == [("coaching",), ("coaching", "formazione")]
    assert list(catalogue["provincia_fornitore"]) == ["015", "015"]
    assert not catalogue["sintetico"].any()
    assert received.tables["prospetti"]["sintetico"].all()
    assert received.tables["prospetti-riepilogo"]["codice_provincia"].isna().sum() == 2
    assert len(received.occupations) > 800


def test_each_input_is_recorded(deliver: Callable[..., Config], tmp_path: Path) -> None:
    received = receive(deliver(), tmp_path / "build")
    recorded = json.loads((tmp_path / "build/riservato/fotografie.json").read_text("utf-8"))
    assert [item["id"] for item in recorded] == ["prospetti", "catalogo", "consensi"]
    assert [item.rows_read for item in received.snapshots] == [2, 2, 1]
    for item in recorded:
        assert len(item["sha256"]) == 64
        assert item["bytes"] > 0
        assert len(item["date"]) == 10


def test_nothing_is_written_outside_build(deliver: Callable[..., Config], tmp_path: Path) -> None:
    config = deliver()
    before = sorted(path for path in tmp_path.rglob("*"))
    receive(config, tmp_path / "build")
    after = sorted(path for path in tmp_path.rglob("*"))
    assert [path for path in after if "build" not in path.relative_to(tmp_path).parts] == before


def test_unchanged_input_is_not_read_again_and_gives_the_same(
    deliver: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = deliver()
    first = receive(config, tmp_path / "build")

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("an unchanged source was read again")

    monkeypatch.setattr(delivery, "read_source", never)
    same(receive(config, tmp_path / "build"), first)


def test_changed_input_or_mapping_is_read_again(
    deliver: Callable[..., Config], write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(deliver(), tmp_path / "build")
    read: list[str] = []
    real = delivery.read_source

    def watched(source: Any, *more: Any, **named: Any) -> Any:
        read.append(source.id)
        return real(source, *more, **named)

    monkeypatch.setattr(delivery, "read_source", watched)
    receive(deliver(catalogo={"valori": {"servizi": {"x": "coaching"}}}), tmp_path / "build")
    assert read == ["catalogo"]
    config = deliver()
    write("p/3.xml", Sample(code="C" * 16).xml())
    read.clear()
    received = receive(config, tmp_path / "build")
    assert read == ["prospetti", "catalogo"]
    assert len(received.tables["prospetti"]) == 3


def test_a_damaged_memory_is_not_trusted(deliver: Callable[..., Config], tmp_path: Path) -> None:
    config = deliver()
    first = receive(config, tmp_path / "build")
    kept = tmp_path / "build/riservato/ricevuti/prospetti"
    (kept / "esito.json").write_text("{", encoding="utf-8")
    same(receive(config, tmp_path / "build"), first)
    (kept / "prospetti.parquet").write_bytes(b"PAR1")
    same(receive(config, tmp_path / "build"), first)


def test_two_processes_give_what_one_gives(
    deliver: Callable[..., Config], write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = deliver()
    for number in range(8):
        write(f"p/{9 - number}0.xml", Sample(code=f"{number:016d}").xml())
    write("p/rotto.xml", "<prospetto")
    config = configuration(
        config.fonti[0].model_dump() | {"righe_rifiutate_massime": 0.5},
        *[source.model_dump() for source in config.fonti[1:]],
    )
    one = receive(config, tmp_path / "build")
    monkeypatch.setattr(statements, "PARALLEL_FROM", 2)
    monkeypatch.setattr(statements, "CHUNK_OF_FILES", 3)
    monkeypatch.setattr(statements.os, "sched_getaffinity", lambda _: {0, 1})
    same(receive(config, tmp_path / "altra"), one)


def test_refused_rows_and_reasons_are_put_aside(
    deliver: Callable[..., Config], write: Write, tmp_path: Path
) -> None:
    config = deliver(catalogo={"righe_rifiutate_massime": 0.5})
    write("catalogo.csv", CATALOGUE_TEXT + "A3,=cmd(),S3,Nessunluogo,coaching,\n")
    received = receive(config, tmp_path / "build")
    folder = tmp_path / "build/quarantena/catalogo"
    assert sorted(path.name for path in folder.iterdir()) == ["motivi.json", "righe-rifiutate.csv"]
    reasons = json.loads((folder / "motivi.json").read_text("utf-8"))
    assert (reasons["letti"], reasons["accettati"], reasons["rifiutati"]) == (3, 2, 1)
    assert reasons["motivi"][0]["codice"] == "comune-sconosciuto"
    assert reasons["motivi"][0]["esempi"][0]["riga"] == 4
    refused = (folder / "righe-rifiutate.csv").read_bytes().decode("utf-8-sig")
    assert "'=cmd()" in refused
    assert "Nessunluogo" in refused
    assert [item.rows_quarantined for item in received.snapshots] == [0, 1, 0]
    # when the supplier corrects the file, nothing stays aside
    write("catalogo.csv", CATALOGUE_TEXT)
    receive(config, tmp_path / "build")
    assert not folder.exists()


def test_a_refused_statement_leaves_no_value_aside(
    deliver: Callable[..., Config], write: Write, tmp_path: Path
) -> None:
    config = deliver(prospetti={"righe_rifiutate_massime": 0.9})
    broken = Sample(name="Segreta S.p.A.", provinces=(Province(posts=({"nposti": "x"},)),)).xml()
    write("p/3.xml", broken)
    write("p/4.xml", broken[:-900])
    received = receive(config, tmp_path / "build")
    assert len(received.tables["prospetti"]) == 2
    written = [
        path.read_bytes().decode("utf-8", "replace")
        for path in (tmp_path / "build").rglob("*")
        if path.is_file() and path.suffix in (".json", ".csv", ".txt")
    ]
    assert any("3.xml" in text for text in written)
    for value in (*PERSON_VALUES, "Segreta S.p.A.", "01234567890"):
        assert all(value not in text for text in written), value


def test_no_person_is_in_the_memory_between_builds(
    deliver: Callable[..., Config], tmp_path: Path
) -> None:
    received = receive(deliver(), tmp_path / "build")
    held = "".join(table.to_csv() for table in received.tables.values())
    assert [value for value in PERSON_VALUES if value in held] == []
    named = [value for group in person_values(deliver()) for value in group]
    assert "VRDLCU80A01F205X" in named
    assert "Verdoni Lucullo" in named


FAULTS: dict[str, tuple[str, str | bytes, str]] = {
    "truncated XML": ("p/1.xml", Sample(code="A" * 16).xml()[:-500], "interrompe"),
    "billion laughs": ("p/1.xml", '<!DOCTYPE x [<!ENTITY a "a">]><prospetto/>', "DOCTYPE"),
    "wrong encoding": ("catalogo.csv", CATALOGUE_TEXT.replace("Coop", "Attività").encode("cp1252"),
                       "codifica"),
    "missing column": ("catalogo.csv", CATALOGUE_TEXT.replace("comune_dichiarato", "citta"),
                       "comune_dichiarato"),
    "empty file": ("catalogo.csv", b"", "vuoto"),
    "unknown comune": ("catalogo.csv", CATALOGUE_TEXT.replace("Milano", "Qwerty"), "comune"),
    "spreadsheet": ("catalogo.csv", b"PK\x03\x04", "foglio di calcolo"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_input_stops_the_build_with_words(
    fault: str, deliver: Callable[..., Config], write: Write, tmp_path: Path
) -> None:
    config = deliver(catalogo={"codifica": "utf-8"})
    name, content, word = FAULTS[fault]
    write(name, content)
    if fault in ("truncated XML", "billion laughs"):
        (tmp_path / "p/2.xml").unlink()
    with pytest.raises(InputRefusedError) as caught:
        receive(config, tmp_path / "build")
    assert word in caught.value.summary
    assert "Che cosa fare" in caught.value.summary
    assert "Nulla è stato pubblicato" in caught.value.summary
    source = "prospetti" if name.startswith("p/") else "catalogo"
    assert (tmp_path / "build/quarantena" / source / "motivi.json").exists()


def test_a_missing_source_stops_the_build_unless_it_is_optional(
    deliver: Callable[..., Config], tmp_path: Path
) -> None:
    lost = {"percorso": str(tmp_path / "nessuno.csv")}
    with pytest.raises(InputRefusedError, match=r"nessuno\.csv"):
        receive(deliver(consensi=lost), tmp_path / "build")
    received = receive(deliver(consensi=lost | {"obbligatoria": False}), tmp_path / "build")
    assert [(p.code, p.severity) for p in received.problems] == [
        ("fonte-mancante", Severity.NOTICE)
    ]
    consents = received.tables["consensi"]
    assert len(consents) == 0
    assert list(consents.columns)[:3] == ["codice_comunicazione", "consenso", "data_consenso"]


def test_an_optional_source_that_is_refused_is_left_out(
    deliver: Callable[..., Config], write: Write, tmp_path: Path
) -> None:
    config = deliver(consensi={"obbligatoria": False})
    write("consensi.csv", b"")
    received = receive(config, tmp_path / "build")
    assert len(received.tables["consensi"]) == 0
    assert [problem.code for problem in received.problems] == ["file-vuoto"]


def test_a_statement_sent_twice_counts_once_and_two_versions_count_never(
    deliver: Callable[..., Config], write: Write, tmp_path: Path
) -> None:
    config = deliver(prospetti={"righe_rifiutate_massime": 0.9})
    write("p/copia.xml", Sample(code="A" * 16).xml())
    write("p/altra.xml", Sample(code="B" * 16, workers=90).xml())
    received = receive(config, tmp_path / "build")
    assert list(received.tables["prospetti"]["codice_comunicazione"]) == ["A" * 16]
    codes = [(problem.file, problem.code) for problem in received.problems]
    assert codes == [
        ("2.xml", "chiave-ripetuta"),
        ("altra.xml", "chiave-ripetuta"),
        ("copia.xml", "riga-ripetuta"),
    ]
    snapshot = received.snapshots[0]
    assert (snapshot.rows_read, snapshot.rows_accepted, snapshot.rows_quarantined) == (4, 1, 2)


def test_the_result_does_not_depend_on_the_day_a_file_was_written(
    deliver: Callable[..., Config], tmp_path: Path
) -> None:
    config = deliver()
    first = receive(config, tmp_path / "build")
    for path in tmp_path.glob("p/*.xml"):
        os.utime(path, (1, 1))
    again = receive(config, tmp_path / "altra")
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


def test_what_was_kept_for_a_source_that_is_gone_is_removed(
    deliver: Callable[..., Config], tmp_path: Path
) -> None:
    config = deliver()
    receive(config, tmp_path / "build")
    fewer = config.model_copy(update={"fonti": config.fonti[:1]})
    receive(fewer, tmp_path / "build")
    kept = tmp_path / "build/riservato/ricevuti"
    assert [path.name for path in kept.iterdir()] == ["prospetti"]


PROGRAM = """
import sys
from pathlib import Path
from etl.config import load_config
from etl.receive import receive
receive(load_config(Path(sys.argv[1])), Path(sys.argv[2]))
"""


def test_the_same_input_gives_the_same_bytes_whatever_the_machine_says(
    deliver: Callable[..., Config], tmp_path: Path
) -> None:
    config = deliver()
    portal = {
        "portale": config.portale.model_dump(mode="json"),
        "riservatezza": config.riservatezza.model_dump(mode="json"),
        "fonti": [source.model_dump(mode="json", exclude_none=True) for source in config.fonti],
    }
    path = tmp_path / "portale.toml"
    path.write_text(as_toml(portal), encoding="utf-8")
    written = []
    for name, seed, zone, language in (("a", "1", "Asia/Tokyo", "C"), ("b", "2", "UTC", "C.UTF-8")):
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path), str(tmp_path / name)],
            check=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language},
        )
        folder = tmp_path / name
        written.append(
            {
                file.relative_to(folder).as_posix(): file.read_bytes()
                for file in sorted(folder.rglob("*"))
                if file.is_file()
            }
        )
    assert len(written[0]) > 10
    assert written[0] == written[1]


def as_toml(portal: dict[str, Any]) -> str:
    """Return a configuration as TOML: tables of plain values (JSON writes those the same way)."""
    lines = []
    for name in ("portale", "riservatezza"):
        lines.append(f"[{name}]")
        lines += [f"{key} = {_inline(value)}" for key, value in portal[name].items()]
    for source in portal["fonti"]:
        lines.append("[[fonti]]")
        lines += [f"{key} = {_inline(value)}" for key, value in source.items()]
    return "\n".join(lines) + "\n"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
