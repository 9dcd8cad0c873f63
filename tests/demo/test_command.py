"""`python -m etl demo`: what it writes, says and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from etl.commands import demo as command
from etl.config import ROOT

app = typer.Typer()
app.command("demo")(command.demo)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_it_writes_the_files_and_says_how_many(tmp_path: Path) -> None:
    status, said = run("--out", str(tmp_path / "demo"), "--scale", "0.001", "--seed", "5")
    assert status == 0
    truth = json.loads((tmp_path / "demo" / "verita.json").read_text(encoding="utf-8"))
    assert (truth["seme"], truth["scala"]) == (5, 0.001)
    assert f"{truth['prospetti']} prospetti" in " ".join(said.split())


def test_quiet_says_nothing(tmp_path: Path) -> None:
    assert run("--out", str(tmp_path / "demo"), "--scale", "0.001", "--quiet") == (0, "")


@pytest.mark.parametrize("scale", ["0", "-1", "molto"])
def test_a_wrong_scale_ends_with_status_two(tmp_path: Path, scale: str) -> None:
    status, _ = run("--out", str(tmp_path / "demo"), "--scale", scale)
    assert status == 2
    assert not (tmp_path / "demo").exists()


def test_help_shows_an_example() -> None:
    status, said = run("--help")
    assert status == 0
    assert "Esempio: python -m etl demo" in " ".join(said.split())


def test_if_needed_does_nothing_where_every_source_is_there_and_makes_what_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "portale.toml").read_text(encoding="utf-8")
    (tmp_path / "portale.toml").write_text(
        text.replace('"build/demo/', f'"{tmp_path}/demo/'), encoding="utf-8"
    )
    monkeypatch.setenv("MIRATO_CONFIG", str(tmp_path / "portale.toml"))
    out = tmp_path / "demo"
    wanted = ("--out", str(out), "--scale", "0.001", "--if-needed")
    assert run(*wanted)[0] == 0
    written = (out / "consensi.csv").stat().st_mtime_ns
    status, said = run(*wanted)
    assert status == 0
    assert "ci sono già" in said
    assert (out / "consensi.csv").stat().st_mtime_ns == written
    shutil.rmtree(out / "prospetti")
    assert run(*wanted)[0] == 0
    assert (out / "prospetti").is_dir()
