"""`python -m etl diff`: what it prints, for a portal and for one data set, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from etl.cli import app
from tests.publish import released

SLUG = "scoperture-province"
RUNNER = CliRunner()


def revise(frames: dict[str, pd.DataFrame]) -> None:
    frames[SLUG].loc[0, "imprese"] = 999


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("confronto")
    found = []
    for name, change in (("prima", None), ("dopo", revise)):
        (folder / name).mkdir()
        given = released.release(change, only=(SLUG, "operatori"))
        found.append(str(released.write_site(folder / name, given)))
    return found[0], found[1]


def test_two_portals_are_compared_data_set_by_data_set(sites: tuple[str, str]) -> None:
    result = RUNNER.invoke(app, ["diff", *sites, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["insiemi"]["operatori"]["livello"] == "nessuna"
    assert told["insiemi"][SLUG]["versione_seguente"] == "1.1.0"
    (change,) = told["insiemi"][SLUG]["modifiche"]
    assert (change["campo_modificato"], change["valore_dopo"]) == ("imprese", "999")


@pytest.mark.parametrize("place", ["", "/datapackage.json", f"/{SLUG}.csv"])
def test_one_data_set_is_named_by_its_folder_or_a_file_of_it(
    sites: tuple[str, str], place: str
) -> None:
    old, new = (f"{site}/dati/{SLUG}{place}" for site in sites)
    result = RUNNER.invoke(app, ["diff", old, new], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "1.0.0 → 1.1.0" in result.stdout
    assert "imprese da" in result.stdout


def test_a_place_without_data_is_wrong_use(sites: tuple[str, str], tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["diff", sites[0], str(tmp_path)])
    assert result.exit_code == 2
    assert "non è un portale né un insieme di dati" in result.stderr
