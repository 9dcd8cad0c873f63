"""What a provincial office runs before it sends its file."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from etl.commands.check import check
from etl.receive.inspection import contract_names
from tests.receive.statements import PERSON_VALUES, Province, Sample

Write = Callable[[str, str | bytes], Path]
Run = Callable[..., Result]

PORTAL = """
[portale]
nome = "Prova"
regione = "Lombardia"
codice_regione = "03"
province = ["012", "013", "014", "015", "016", "017", "018", "019", "020", "097", "098", "108"]
url_base = "https://prova.example"
anno_geografia = 2023
titolare = { nome = "Ente", codice_ipa = "x", email = "x@x.example", sito = "https://x.example" }

[riservatezza]
soglia_persone = 5
soglia_persone_dettaglio = 10
soglia_imprese = 3
minimo_tassi = 20
quota_massima_nascosta = 0.3

[[fonti]]
id = "prospetti"
fornitore = "Regione"
contratto = "prospetti"
formato = "pid-xml"
frequenza = "annuale"
percorso = "prospetti"

[[fonti]]
id = "catalogo-milano"
fornitore = "Milano"
contratto = "catalogo-operatori"
formato = "csv"
frequenza = "annuale"
percorso = "milano.csv"
provincia = "015"
codifica = "cp1252"
separatore = ";"

[fonti.colonne]
codice_operatore = "ID Albo"
denominazione_operatore = "Ente"
denominazione_sede = "Unità operativa"
comune_dichiarato = "Città"
servizi = "Servizi erogati"

[[fonti]]
id = "consensi"
fornitore = "Registro"
contratto = "consensi"
formato = "csv"
frequenza = "annuale"
percorso = "consensi.csv"
"""
HEADER = "ID Albo;Ente;Unità operativa;Città;Servizi erogati\n"
GOOD = HEADER + "A1;Coop Però;Sede 1;Milano;coaching\n"


@pytest.fixture
def run(write: Write, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MIRATO_CONFIG", str(write("portale.toml", PORTAL)))
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(check)

    def make(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(item) for item in arguments])

    return make


def test_a_good_file_ends_with_zero(run: Run, write: Write) -> None:
    result = run(write("milano.csv", GOOD.encode("cp1252")))
    assert result.exit_code == 0
    assert "accettato" in result.stdout
    assert "catalogo-milano" in result.stdout


def test_a_bad_row_ends_with_one_and_names_row_column_and_remedy(run: Run, write: Write) -> None:
    data = (GOOD + "A2;x;Sede 2;Millano;coaching\n").encode("cp1252")
    result = run(write("milano.csv", data))
    assert result.exit_code == 1
    assert "riga 3" in result.stdout
    assert "«Città»" in result.stdout
    assert "«Millano»" in result.stdout
    assert "Che cosa fare" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nessuno.csv"], "Non esiste"),
        (["milano.csv", "--as", "boh"], "catalogo-operatori"),
        (["milano.csv", "--format", "pdf"], "pdf"),
        ([], "PATH"),
        (["altro.csv"], "--as"),
    ],
)
def test_a_wrong_command_ends_with_two(
    arguments: list[str], word: str, run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("altro.csv", "pere;mele\n1;2\n")
    folder = write("milano.csv", GOOD.encode("cp1252")).parent
    monkeypatch.chdir(folder)
    result = run(*arguments)
    assert result.exit_code == 2
    assert word in result.stderr


def test_the_contract_is_told_from_format_and_headers(run: Run, write: Write) -> None:
    consents = "codice_comunicazione,consenso,data_consenso\nAAAAAAAAAAAAAAAA,S,10/01/2026\n"
    found: dict[str, Any] = {}
    for path in (
        write("a.csv", GOOD.encode("cp1252")),
        write("b.csv", consents),
        write("c.xml", Sample().xml()),
    ):
        result = run(path, "--format", "json")
        assert result.exit_code == 0, result.stdout
        found[path.name] = json.loads(result.stdout)["file"][0]["contratto"]
    assert found == {"a.csv": "catalogo-operatori", "b.csv": "consensi", "c.xml": "prospetti"}


def test_another_format_of_the_same_table_is_read_with_the_same_mapping(
    run: Run, write: Write
) -> None:
    records = [{"ID Albo": "A1", "Ente": "x", "Unità operativa": "S", "Città": "Milano",
                "Servizi erogati": "coaching"}]  # fmt: skip
    result = run(write("milano.json", json.dumps(records)), "--as", "catalogo-operatori")
    assert result.exit_code == 0, result.stdout
    assert "catalogo-milano" in result.stdout


def test_the_declared_encoding_is_checked_too(run: Run, write: Write) -> None:
    result = run(write("milano.csv", GOOD.encode()))
    assert result.exit_code == 0
    assert "UTF-8" in result.stdout


def test_a_folder_or_zip_of_statements_is_one_delivery(
    run: Run, write: Write, tmp_path: Path
) -> None:
    write("p/1.xml", Sample(code="A" * 16).xml())
    write("p/2.xml", Sample(code="B" * 16).xml())
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("1.xml", Sample(code="C" * 16).xml())
    for path, read in ((tmp_path / "p", 2), (tmp_path / "p.zip", 1)):
        result = run(path, "--format", "json")
        assert result.exit_code == 0
        assert json.loads(result.stdout)["file"][0]["letti"] == read


def test_a_folder_of_tables_gives_a_report_for_each(run: Run, write: Write, tmp_path: Path) -> None:
    write("t/a.csv", GOOD.encode("cp1252"))
    write("t/b.csv", (GOOD + "x\n").encode("cp1252"))
    result = run(tmp_path / "t", "--format", "json")
    assert result.exit_code == 1
    assert [item["esito"] for item in json.loads(result.stdout)["file"]] == [
        "accettato",
        "rifiutato",
    ]


def test_json_holds_every_problem_and_text_stays_readable(run: Run, write: Write) -> None:
    rows = "".join(f"A{n};x;S;Milano;volo\n" for n in range(10_000))
    path = write("milano.csv", (HEADER + rows).encode("cp1252"))
    report = json.loads(run(path, "--format", "json").stdout)
    assert report["esito"] == "rifiutato"
    assert len([p for p in report["file"][0]["problemi"] if p["code"] == "fuori-vocabolario"]) == (
        10_000
    )
    text = run(path).stdout
    assert len(text.splitlines()) < 40
    assert "10000 volte" in text


def test_a_page_runs_nothing_and_shows_what_was_found(run: Run, write: Write) -> None:
    hostile = "<script>alert(1)</script>"
    data = GOOD + f'A2;{hostile};"<img src=x onerror=alert(1)>";{hostile};{hostile}\n'
    result = run(write("milano.csv", data.encode("cp1252")), "--format", "html")
    assert result.exit_code == 1
    page = result.stdout
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert '<html lang="it">' in page
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", page)


def test_markup_of_the_terminal_is_shown_as_it_is(run: Run, write: Write) -> None:
    data = GOOD + "A2;x;S;[bold red]Milano[/bold red] \x1b[31m;coaching\n"
    result = run(write("milano.csv", data.encode("cp1252")))
    assert "[bold red]Milano[/bold red]" in result.stdout
    assert "\x1b[31m" not in result.stdout


@pytest.mark.parametrize("report", ["text", "json", "html"])
def test_no_report_tells_of_persons_or_restricted_figures(
    report: str, run: Run, write: Write
) -> None:
    xml = Sample(
        name="Segreta S.p.A.", tax_code="0123", provinces=(Province(disabled=7_777_777),)
    ).xml()
    result = run(write("p.xml", xml), "--format", report)
    assert result.exit_code == 1
    for value in (*PERSON_VALUES, "Segreta", "7777777", "«0123»"):
        assert value not in result.stdout, value


def test_the_contracts_that_may_be_named_are_those_of_a_suppliers_file() -> None:
    names = contract_names()
    assert {"catalogo-operatori", "consensi", "prospetti"} <= set(names)
    assert [name for name in names if name.startswith("prospetti-")] == []
