"""`python -m etl release`: what it refuses before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.cli import app
from etl.config import ROOT

RUNNER = CliRunner()


def test_a_gate_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["release", "--to", str(tmp_path / "sito"), "--skip", "fortuna"])
    assert result.exit_code == 2
    assert "«fortuna» non è un controllo" in result.stderr


def test_first_is_refused_where_something_is_published(tmp_path: Path) -> None:
    (tmp_path / "sito/dati").mkdir(parents=True)
    (tmp_path / "sito/dati/manifest.json").write_text("{}")
    place, work = str(tmp_path / "sito"), str(tmp_path / "lavoro")
    result = RUNNER.invoke(app, ["release", "--to", place, "--build", work, "--first", "--quiet"])
    assert result.exit_code == 1
    told = (tmp_path / "lavoro/rapporti/rilascio.md").read_text(encoding="utf-8")
    assert "qualcosa è già pubblicato" in told


def test_the_release_in_force_has_one_place(tmp_path: Path) -> None:
    command = ["release", "--to", str(tmp_path / "sito"), "--online", "--published", "altrove"]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 2
    assert "usarne uno" in result.stderr


def test_a_site_that_does_not_answer_stops_even_a_first_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "portale.toml").read_text(encoding="utf-8")
    nowhere = text.replace("https://mirato.example", "http://127.0.0.1:9", 1)
    (tmp_path / "portale.toml").write_text(nowhere, encoding="utf-8")
    monkeypatch.setenv("MIRATO_CONFIG", str(tmp_path / "portale.toml"))
    place, work = str(tmp_path / "sito"), str(tmp_path / "lavoro")
    command = ["release", "--to", place, "--build", work, "--online", "--quiet"]
    for more in ([], ["--first"]):
        result = RUNNER.invoke(app, [*command, *more])
        assert result.exit_code == 1
        told = (tmp_path / "lavoro/rapporti/rilascio.md").read_text(encoding="utf-8")
        assert "non risponde" in told
    assert not (tmp_path / "sito").exists()


def test_without_a_release_to_follow_nothing_is_built(tmp_path: Path) -> None:
    place, work = str(tmp_path / "sito"), str(tmp_path / "lavoro")
    result = RUNNER.invoke(app, ["release", "--to", place, "--build", work, "--quiet"])
    assert result.exit_code == 1
    assert not (tmp_path / "sito").exists()
    assert "--first" in (tmp_path / "lavoro/rapporti/rilascio.md").read_text(encoding="utf-8")
