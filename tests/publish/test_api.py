"""The API of files: every address that OpenAPI tells is there and holds what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from openapi_spec_validator import validate

from tests.publish import released


def load(site: Path, path: str) -> Any:
    return json.loads((site / path.lstrip("/")).read_text(encoding="utf-8"))


def test_the_openapi_document_is_valid(site: Path) -> None:
    validate(load(site, "dati/api/openapi.json"))


def documented(site: Path) -> dict[str, dict[str, Any]]:
    """Return the schema of the answer for each address, parameters filled in with real codes."""
    index = load(site, "dati/api/v1/indice.json")["insiemi"]
    found = {}
    for path, item in load(site, "dati/api/openapi.json")["paths"].items():
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        slug = path.split("/")[4] if "/v1/" in path else ""
        names = [parameter["name"] for parameter in item["get"].get("parameters", [])]
        codes: list[str] = [""]
        for name in names:
            codes = list(index[slug][name.removeprefix("codice_").removeprefix("id_")])
        for code in codes:
            found[path.replace(f"{{{''.join(names)}}}", code)] = schema
    return found


def test_every_documented_address_holds_what_its_schema_says(site: Path) -> None:
    components = load(site, "dati/api/openapi.json")["components"]
    addresses = documented(site)
    assert len(addresses) > 30
    for path, schema in addresses.items():
        jsonschema.validate(load(site, path), {**schema, "components": components})


def test_every_file_of_the_api_is_documented(site: Path) -> None:
    files = {
        f"/{path.relative_to(site).as_posix()}" for path in (site / "dati/api/v1").rglob("*.json")
    }
    assert files <= set(documented(site))


def test_every_province_has_its_file_even_where_there_are_no_rows(tmp_path: Path) -> None:
    def only_milan(frames: dict[str, pd.DataFrame]) -> None:
        frame = frames["posti-disponibili"]
        frames["posti-disponibili"] = frame[frame["codice_provincia"] == "015"].reset_index()

    site = released.write_site(tmp_path, released.release(only_milan))
    counts = {
        code: len(load(site, f"dati/api/v1/posti-disponibili/provincia/{code}.json")["righe"])
        for code in released.PROVINCES
    }
    assert counts == {"015": 10, "016": 0, "097": 0}


def test_the_rows_by_province_are_all_the_rows(site: Path) -> None:
    rows = [
        row
        for code in released.PROVINCES
        for row in load(site, f"dati/api/v1/posti-disponibili/provincia/{code}.json")["righe"]
    ]
    every = load(site, "dati/posti-disponibili/posti-disponibili.json")
    assert sorted(rows, key=lambda row: row["id_posto"]) == every


def test_a_vacancy_whose_comune_is_withheld_is_in_no_comune_s_file(site: Path) -> None:
    hidden = {
        row["id_posto"]
        for row in load(site, "dati/posti-disponibili/posti-disponibili.json")
        if row["comune_stato"] == "riservato"
    }
    assert hidden
    shown = {
        row["id_posto"]
        for path in (site / "dati/api/v1/posti-disponibili/comune").glob("*.json")
        for row in json.loads(path.read_text(encoding="utf-8"))["righe"]
    }
    assert not hidden & shown


def test_an_operator_s_file_holds_it_with_its_sites(site: Path) -> None:
    operator = load(site, "dati/operatori/operatori.json")[1]
    body = load(site, f"dati/api/v1/operatori/{operator['id_operatore']}.json")
    assert body["operatore"] == operator
    sites = load(site, "dati/sedi-operatori/sedi-operatori.json")
    assert body["collegati"]["sedi-operatori"] == [
        row for row in sites if row["id_operatore"] == operator["id_operatore"]
    ]
    assert len(body["collegati"]["sedi-operatori"]) == 2


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Yield a site that is served at the address that its own metadata state."""
    folder = tmp_path / "radice"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder / "sito")))
    base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield released.write_site(folder, base=base), base
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_examples_run_as_they_are(served: tuple[Path, str], tmp_path: Path) -> None:
    site, base = served
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    for slug in ("operatori", "posti-disponibili"):
        examples = load(site, f"dati/{slug}/esempi.json")
        assert all(base in program for program in examples.values())
        shell = subprocess.run(
            ["bash", "-ec", examples["curl"]], cwd=tmp_path, env=environment, check=False
        )
        assert shell.returncode == 0
        assert (tmp_path / f"{slug}.csv").read_bytes() == (
            site / f"dati/{slug}/{slug}.csv"
        ).read_bytes()
        python = subprocess.run(
            [sys.executable, "-c", examples["python"]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert python.returncode == 0, python.stderr
        assert python.stdout.strip()


def test_the_duckdb_example_counts_every_row(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    example = load(site, "dati/posti-disponibili/esempi.json")["duckdb"]
    query = example.split('duckdb -c "', 1)[1].rsplit('"', 1)[0]
    monkeypatch.chdir(site / "dati/posti-disponibili")
    with duckdb.connect() as base:
        rows = base.execute(query).fetchall()
    assert sum(count for _, count in rows) == 30
    assert [code for code, _ in rows] == sorted(code for code, _ in rows) or len(rows) == 3


def test_the_python_example_keeps_the_zeros_of_codes(site: Path) -> None:
    example = load(site, "dati/sedi-operatori/esempi.json")["python"]
    assert "'codice_provincia': str" in example
