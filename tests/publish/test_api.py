"""The API of files: every address that OpenAPI tells is there and holds what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Yield a site that is served at the address that its own metadata state."""
    folder = tmp_path_factory.mktemp("radice")
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


# What stands in for DuckDB's own program: the same engine, called from Python.
DUCKDB = """#!{python}
import sys
import duckdb

*base, option, query = sys.argv[1:]
assert option == "-c"
with duckdb.connect(*base, read_only=bool(base)) as connection:
    for row in connection.execute(query).fetchall():
        print(*row, sep="\\t")
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str, str], str]:
    """Return what runs a program of an example in its language and returns what it prints."""
    (tmp_path / "programmi").mkdir()
    shim = tmp_path / "programmi" / "duckdb"
    shim.write_text(DUCKDB.format(python=sys.executable), encoding="utf-8")
    shim.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{shim.parent}:{os.environ['PATH']}",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    start = {
        "curl": ["bash", "-ec"],
        "duckdb": ["bash", "-ec"],
        "python": [sys.executable, "-W", "error", "-c"],
        "r": ["Rscript", "-e"],
    }

    def execute(language: str, program: str) -> str:
        done = subprocess.run(
            [*start[language], program],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (program, done.stderr)
        return done.stdout

    return execute


Runner = Callable[[str, str], str]


def test_the_examples_of_each_data_set_run_as_they_are(
    served: tuple[Path, str], tmp_path: Path, run: Runner
) -> None:
    site, base = served
    for slug in ("operatori", "posti-disponibili"):
        examples = load(site, f"dati/{slug}/esempi.json")
        assert all(base in program for program in examples.values())
        told = {language: run(language, program) for language, program in examples.items()}
        published = site / f"dati/{slug}/{slug}.csv"
        assert (tmp_path / f"{slug}.csv").read_bytes() == published.read_bytes()
        assert told["python"].strip()
        first = load(site, f"dati/{slug}/{slug}.json")[0]
        assert first["id_operatore" if slug == "operatori" else "id_posto"] in told["r"]
        counts = [int(line.split("\t")[-1]) for line in told["duckdb"].splitlines()]
        assert sum(counts) == len(load(site, f"dati/{slug}/{slug}.json"))


def test_the_examples_of_the_portal_run_as_they_are_and_agree(
    served: tuple[Path, str], tmp_path: Path, run: Runner
) -> None:
    site, _ = served
    examples = load(site, "dati/esempi.json")
    assert [set(item["programmi"]) for item in examples] == [
        {"curl", "python", "r", "duckdb"},
        {"curl", "python", "r", "duckdb"},
        {"curl", "python", "r", "duckdb"},
        {"curl", "python", "duckdb"},
    ]
    told = [
        {language: run(language, program) for language, program in item["programmi"].items()}
        for item in examples
    ]
    slug = examples[0]["programmi"]["curl"].rsplit("/", 1)[1].removesuffix(".csv\n")
    rows = load(site, f"dati/{slug}/{slug}.json")
    province, version, everything = told[1:]
    code = json.loads(max(tmp_path.glob("0*.json")).read_text(encoding="utf-8"))
    assert province["python"].split() == ["1.0.0", str(len(code["righe"]))]
    assert province["r"].split() == ["[1]", str(len(code["righe"]))]
    assert len(province["duckdb"].splitlines()) == min(5, len(code["righe"]))
    assert f"{slug}.csv: OK" in version["curl"].splitlines()
    assert version["python"].split() == version["duckdb"].split() == [str(len(rows))]
    assert version["r"].split() == ["[1]", str(len(rows))]
    assert everything["duckdb"].split() == [str(len(rows))]
    assert everything["python"].split() == ["righe", "0", str(len(rows))]
    assert (tmp_path / "mirato.zip").read_bytes() == (site / "dati/mirato.zip").read_bytes()


def test_the_python_example_keeps_the_zeros_of_codes(site: Path) -> None:
    example = load(site, "dati/sedi-operatori/esempi.json")["python"]
    assert "'codice_provincia': str" in example
