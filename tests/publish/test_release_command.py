"""`python -m etl release`: what it refuses before it starts."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from etl.cli import app

RUNNER = CliRunner()


def test_a_gate_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["release", "--to", str(tmp_path / "sito"), "--skip", "fortuna"])
    assert result.exit_code == 2
    assert "«fortuna» non è un controllo" in result.stderr


def test_first_is_refused_where_something_is_published(tmp_path: Path) -> None:
    (tmp_path / "sito/dati").mkdir(parents=True)
    (tmp_path / "sito/dati/manifest.json").write_text("{}")
    result = RUNNER.invoke(app, ["release", "--to", str(tmp_path / "sito"), "--first"])
    assert result.exit_code == 2
    assert "qualcosa è già pubblicato" in result.stderr


def test_without_a_release_to_follow_nothing_is_built(tmp_path: Path) -> None:
    place, work = str(tmp_path / "sito"), str(tmp_path / "lavoro")
    result = RUNNER.invoke(app, ["release", "--to", place, "--build", work, "--quiet"])
    assert result.exit_code == 1
    assert not (tmp_path / "sito").exists()
    assert "--first" in (tmp_path / "lavoro/rapporti/rilascio.md").read_text(encoding="utf-8")
