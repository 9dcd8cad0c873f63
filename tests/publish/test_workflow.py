"""The scheduled workflow: its own commands, run here as GitHub's machine would run them."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.config import ROOT
from etl.pipeline import SECRET_VARIABLE
from etl.receive.sealed import IDENTITY_VARIABLE

STEPS = ("Strumenti", "Rilascio", "Riepilogo", "Pacchetto", "Sito da pubblicare")


@pytest.fixture
def workflow() -> dict[str, Any]:
    text = (ROOT / ".github/workflows/pubblica.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def step(workflow: dict[str, Any], name: str) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [
        item for job in workflow["jobs"].values() for item in job["steps"]
    ]
    return next(item for item in steps if item.get("name") == name)


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step's command as the runner does: `bash -e`, errors in pipes included."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_only_the_release_knows_the_secrets_and_only_the_delivery_may_publish(
    workflow: dict[str, Any],
) -> None:
    jobs = workflow["jobs"]
    assert workflow["permissions"] == {}
    assert jobs["rilascio"]["permissions"] == {"contents": "read"}
    assert jobs["consegna"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["consegna"]["needs"] == "rilascio"
    knowing = [
        item.get("name")
        for job in jobs.values()
        for item in job["steps"]
        if "secrets." in yaml.safe_dump(item)
    ]
    assert knowing == ["Rilascio"]
    assert not any("env" in job for job in jobs.values())
    given = step(workflow, "Rilascio")["env"]
    secret = {name for name, value in given.items() if "secrets." in value}
    assert secret == {SECRET_VARIABLE, IDENTITY_VARIABLE}
    assert all(given[name] == f"${{{{ secrets.{name} }}}}" for name in secret)


def test_one_publication_at_a_time_and_none_is_cut_short(workflow: dict[str, Any]) -> None:
    assert workflow["concurrency"] == {"group": "pubblica", "cancel-in-progress": False}
    names = [item.get("name") for item in workflow["jobs"]["rilascio"]["steps"]]
    assert tuple(name for name in names if name) == STEPS


@pytest.mark.parametrize(
    ("first", "accepted", "expected"),
    [
        ("false", "", ["--online"]),
        ("", "", ["--online"]),
        ("true", "", ["--online", "--first"]),
        (
            "false",
            "operatori posti-disponibili",
            ["--online", "--accept", "operatori", "--accept", "posti-disponibili"],
        ),
    ],
)
def test_the_release_follows_the_site_that_is_online(
    workflow: dict[str, Any], tmp_path: Path, first: str, accepted: str, expected: list[str]
) -> None:
    (tmp_path / "make").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.chiamata"\n')
    (tmp_path / "make").chmod(0o755)
    given = {"PRIMA": first, "ACCETTA": accepted}
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = run(step(workflow, "Rilascio")["run"], tmp_path, **given, PATH=path)
    assert done.returncode == 0, done.stderr
    said = (tmp_path / "make.chiamata").read_text().splitlines()
    assert said == ["release", f"OPTIONS={' '.join(expected)}"]


@pytest.mark.parametrize("accepted", ["$(touch x)", "--skip", "*", "a;b", "operatori `id`"])
def test_what_is_typed_in_the_form_runs_nothing(
    workflow: dict[str, Any], tmp_path: Path, accepted: str
) -> None:
    given = {"PRIMA": "false", "ACCETTA": accepted}
    done = run(step(workflow, "Rilascio")["run"], tmp_path, **given)
    assert done.returncode == 2
    assert "non è il nome di un insieme di dati" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_summary_is_written_however_the_release_ended(
    workflow: dict[str, Any], tmp_path: Path
) -> None:
    given = step(workflow, "Riepilogo")
    assert given["if"] == "always()"
    page = tmp_path / "pagina.md"
    assert run(given["run"], tmp_path, GITHUB_STEP_SUMMARY=str(page)).returncode == 0
    assert page.read_text(encoding="utf-8").startswith("# Rilascio non cominciato")
    (tmp_path / "build/rapporti").mkdir(parents=True)
    (tmp_path / "build/rapporti/rilascio.md").write_text("# Rilascio rifiutato\n", encoding="utf-8")
    page.unlink()
    assert run(given["run"], tmp_path, GITHUB_STEP_SUMMARY=str(page)).returncode == 0
    assert page.read_text(encoding="utf-8") == "# Rilascio rifiutato\n"
    told = step(workflow, "Esito della consegna")
    assert told["if"] == "always()"
    for outcome, words in (("success", "è in linea"), ("failure", "è rimasto com’era")):
        page.unlink()
        environment = {"ESITO": outcome, "INDIRIZZO": "https://mirato.example/"}
        assert run(told["run"], tmp_path, GITHUB_STEP_SUMMARY=str(page), **environment).stderr == ""
        assert words in page.read_text(encoding="utf-8")


def test_the_package_holds_every_file_of_the_site_and_no_link(
    workflow: dict[str, Any], tmp_path: Path
) -> None:
    release = tmp_path / "build/.pubblicato-rilasci/000001-abc"
    for name in ("index.html", ".well-known/api-catalog", "dati/manifest.json"):
        (release / name).parent.mkdir(parents=True, exist_ok=True)
        (release / name).write_text(name)
    os.link(release / "index.html", release / "copia.html")
    (tmp_path / "build/pubblicato").symlink_to(".pubblicato-rilasci/000001-abc")
    done = run(step(workflow, "Pacchetto")["run"], tmp_path, RUNNER_TEMP=str(tmp_path))
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "artifact.tar") as archive:
        members = {item.name: item for item in archive if not item.isdir()}
    assert set(members) == {
        "./index.html",
        "./copia.html",
        "./.well-known/api-catalog",
        "./dati/manifest.json",
    }
    assert all(item.isreg() for item in members.values())
    assert step(workflow, "Sito da pubblicare")["with"]["path"].endswith("/artifact.tar")
