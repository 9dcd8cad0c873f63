"""The whole build, from suppliers' files to the site, on a small invented region."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import ahocorasick
import pandas as pd
import pytest

from etl.config import ROOT, load_config
from etl.receive import iter_person_values
from tests.attack import sources as suppliers
from tests.attack.exchanges import FINE, exchanges
from tests.attack.releases import derive_month
from tests.attack.stranger import read_pages
from tests.building import configured, run, tree


def test_the_build_ends_well_and_leaves_data_and_pages(built: Path) -> None:
    assert (built / "output" / "index.html").is_file()
    for name in ("operatori", "sedi-operatori", "posti-disponibili", "scoperture-territoriali"):
        assert (built / "output" / "dati" / name / f"{name}.csv").is_file()


def test_two_builds_of_the_same_input_give_the_same_bytes_anywhere(
    built: Path, sources: Path, tmp_path: Path
) -> None:
    config = configured(tmp_path, sources)
    result = run(tmp_path, config, PYTHONHASHSEED="99", TZ="Pacific/Auckland", LC_ALL="C.UTF-8")
    assert result.returncode == 0, result.stderr
    for name in ("build/pubblico", "output"):
        assert tree(tmp_path / name) == tree(built / name)


def test_the_manifest_tells_path_bytes_hash_and_rows_of_every_file_of_the_data(built: Path) -> None:
    site = built / "output"
    manifest = json.loads((site / "dati" / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        content = (site / entry["path"]).read_bytes()
        assert len(content) == entry["bytes"]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    listed = {entry["path"] for entry in manifest["files"]}
    on_disk = {
        path.relative_to(site).as_posix()
        for path in (site / "dati").rglob("*")
        if path.is_file() and path.suffix != ".html" and path.name != "manifest.json"
    }
    assert on_disk == {path for path in listed if path.startswith("dati/")}


def test_frictionless_finds_every_published_package_valid(built: Path) -> None:
    packages = sorted((built / "output" / "dati").glob("*/datapackage.json"))
    assert packages
    for package in packages:
        command = [sys.executable, "-m", "frictionless", "validate", str(package), "--json"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout


def test_where_nothing_changed_nothing_is_done_again(built: Path, sources: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (built / "output").rglob("*")}
    result = run(built, configured(built, sources))
    assert result.returncode == 0
    assert "niente da rifare" in result.stderr
    assert {path: path.stat().st_mtime_ns for path in (built / "output").rglob("*")} == before


def test_another_hidden_value_in_the_sources_leaves_every_published_byte_as_it_was(
    built: Path, sources: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "fonti"
    shutil.copytree(sources, changed)
    statements = suppliers.read_statements(changed)
    config = load_config(built / "portale.toml")
    before = derive_month(config, tmp_path / "prova")[FINE]
    found = exchanges(statements, before, read_pages(built / "output" / "dati"))
    changes = next(itertools.islice(found, 5, None))
    edited = {key: suppliers.hires(statements[key], people) for key, people in changes.items()}
    suppliers.write_statements(changed, statements | edited)
    assert suppliers.change_hidden_returns(changed, built / "output" / "dati") >= 3
    result = run(tmp_path, configured(tmp_path, changed))
    assert result.returncode == 0, result.stderr
    after = derive_month(load_config(tmp_path / "portale.toml"), tmp_path / "prova")[FINE]
    assert not before["scoperture"].equals(after["scoperture"])
    for name in ("build/pubblico", "output"):
        assert tree(tmp_path / name) == tree(built / name)


def truncate_statements(sources: Path) -> None:
    for archive in sorted((sources / "prospetti").glob("*.zip")):
        with zipfile.ZipFile(archive) as old:
            entries = {name: old.read(name) for name in old.namelist()}
        with zipfile.ZipFile(archive, "w") as new:
            for name, content in entries.items():
                new.writestr(name, content[: len(content) // 2])


def billion_laughs(sources: Path) -> None:
    shutil.rmtree(sources / "prospetti")
    (sources / "prospetti").mkdir()
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ah">' for n in range(9)
    )
    (sources / "prospetti" / "a.xml").write_text(
        f'<?xml version="1.0"?><!DOCTYPE p [{entities}]><prospetto>&l8;</prospetto>'
    )


def empty_register(sources: Path) -> None:
    (sources / "consensi.csv").write_bytes(b"")


def register_without_a_column(sources: Path) -> None:
    (sources / "consensi.csv").write_text("codice_comunicazione,data_consenso\nX,2026-01-01\n")


def register_in_a_wrong_encoding(sources: Path) -> None:
    (sources / "consensi.csv").write_bytes("codice_comunicazione,consénso\n".encode("utf-16-be"))


def no_statements(sources: Path) -> None:
    shutil.rmtree(sources / "prospetti")


@pytest.mark.parametrize(
    "spoil",
    [
        truncate_statements,
        billion_laughs,
        empty_register,
        register_without_a_column,
        register_in_a_wrong_encoding,
        no_statements,
    ],
)
def test_a_bad_input_is_explained_and_leaves_what_was_published_untouched(
    built: Path, sources: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    work, spoiled = tmp_path / "lavoro", tmp_path / "fonti"
    shutil.copytree(built, work, copy_function=os.link)
    shutil.copytree(sources, spoiled)
    spoil(spoiled)
    before = tree(work / "output"), tree(work / "build" / "pubblico")
    result = run(work, configured(tmp_path, spoiled))
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert re.search(r"Che cosa fare|Nulla è stato pubblicato", result.stderr), result.stderr
    assert (tree(work / "output"), tree(work / "build" / "pubblico")) == before


def test_a_persons_name_on_a_page_stops_the_release_and_is_not_repeated(
    sources: Path, tmp_path: Path
) -> None:
    groups = iter_person_values(sources / "prospetti")
    name = next(value for group in groups for value in group if value.replace(" ", "").isalpha())
    assert " " in name
    config = configured(
        tmp_path,
        sources,
        lambda text: re.sub(r'(?m)^nome = "Regione.*$', f'nome = "Ente {name}"', text),
    )
    result = run(tmp_path, config)
    assert result.returncode == 1, result.stderr
    assert "dati di persone" in result.stderr
    assert name not in result.stderr
    assert not (tmp_path / "output").exists()


# what the statements say of persons, and how: written apart from the gate, which parses XML
CANARY = re.compile(
    r'<(?:codicefiscale|indirizzo|email|telefono)>([^<]{6,})</|(?:e-mailDelegato|delegato)="([^"]+)"'
)
PERSON_PARTS = re.compile(r"<(referente|lavoratore)>(.*?)</\1>", re.DOTALL)


def canaries(sources: Path) -> set[bytes]:
    """Return every identifying text of persons in the sources, and each profile's identifier."""
    found: set[str] = set()
    for archive in sorted((sources / "prospetti").glob("*.zip")):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                text = opened.read(name).decode("utf-8")
                parts = [part[2] for part in PERSON_PARTS.finditer(text)]
                head = text.split("<quadro1>")[0]
                found |= {
                    match[1] or match[2]
                    for part in [*parts, head]
                    for match in CANARY.finditer(part)
                }
                for part in parts:
                    surname = re.search("<cognome>([^<]+)", part)
                    name_found = re.search("<nome>([^<]+)", part)
                    if surname and name_found:
                        found.add(f"{surname[1]} {name_found[1]}")
    for path in sorted((sources / "iscritti").glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        # the identifier, and what the row says after it: a combination nobody shares
        found |= {line.split(";")[0] for line in lines} | {line.partition(";")[2] for line in lines}
    return {text.lower().encode() for text in found}


def every_byte(folder: Path) -> bytes:
    """Return all that the files hold, archives and compressed files opened."""
    parts = []
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        content = path.read_bytes()
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        elif content.startswith(b"\x1f\x8b"):
            parts.append(gzip.decompress(content))
        parts.append(content)
    return b"\n".join(parts).lower()


def test_no_canary_of_the_sources_is_in_any_byte_of_pages_data_or_reports(
    built: Path, sources: Path
) -> None:
    sought = canaries(sources)
    assert len(sought) > 1000
    automaton = ahocorasick.Automaton()
    for canary in sought:
        automaton.add_word(canary.decode("latin-1"), canary)
    automaton.make_automaton()
    for folder in ("output", "build/pubblico", "build/rapporti"):
        text = every_byte(built / folder).decode("latin-1")
        assert next(automaton.iter(text), None) is None, folder


def test_real_sources_without_a_secret_are_refused(sources: Path, tmp_path: Path) -> None:
    config = configured(tmp_path, sources, lambda text: text.replace("sintetica = true", ""))
    result = run(tmp_path, config, MIRATO_SEGRETO="")
    assert result.returncode == 1
    assert "MIRATO_SEGRETO" in result.stderr


def test_the_audit_reads_the_published_files_and_finds_the_protection_whole(built: Path) -> None:
    command = [sys.executable, "-m", "etl", "audit", str(built / "output" / "dati"), "--json"]
    environment = {**os.environ, "MIRATO_CONFIG": str(built / "portale.toml")}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["hidden"] > 0
    assert (report["recovered"], report["narrow"], report["passed"]) == (0, 0, True)


def test_the_audit_fails_on_a_table_that_gives_a_hidden_value_away(
    built: Path, tmp_path: Path
) -> None:
    shutil.copytree(built / "output" / "dati", tmp_path / "dati")
    path = tmp_path / "dati" / "scoperture-territoriali" / "scoperture-territoriali.parquet"
    table = pd.read_parquet(path)
    sums = table.groupby(["codice_provincia", "classe_dimensionale"])["imprese"].transform("count")
    rows = table.groupby(["codice_provincia", "classe_dimensionale"])["imprese"].transform("size")
    # one hidden value is left alone in a line whose total is told
    line = table[(sums < rows)].iloc[0]
    same = (table["codice_provincia"] == line["codice_provincia"]) & (
        table["classe_dimensionale"] == line["classe_dimensionale"]
    )
    others = table.index[same & table["imprese"].isna()][1:]
    table.loc[others, "imprese"] = 3
    table.loc[others, "imprese_stato"] = "pubblicato"
    table.to_parquet(path, index=False)
    totals = path.parent.parent / "scoperture-province" / "scoperture-province.parquet"
    whole = pd.read_parquet(totals)
    place = (whole["codice_provincia"] == line["codice_provincia"]) & (
        whole["classe_dimensionale"] == line["classe_dimensionale"]
    )
    whole.loc[place, "imprese"] = int(table.loc[same, "imprese"].fillna(2).sum())
    whole.loc[place, "imprese_stato"] = "pubblicato"
    whole.to_parquet(totals, index=False)
    result = subprocess.run(
        [sys.executable, "-m", "etl", "audit", str(tmp_path / "dati"), "--json"],
        cwd=ROOT,
        env={**os.environ, "MIRATO_CONFIG": str(built / "portale.toml")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert json.loads(result.stdout)["recovered"] > 0
