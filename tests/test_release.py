"""A fault at any step, from the first source to the last rename, leaves the published site."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from etl import pipeline
from etl import release as releasing
from etl.problems import InputRefusedError, ReleaseRefusedError
from etl.publish.deploy import deploy, fingerprint
from etl.publish.manifest import MANIFEST
from etl.publish.previous import PublishedRelease
from etl.release import GATES, Request, release
from tests.publish import released

DAY = date(2026, 3, 1)
PAGE = """<!doctype html>
<html lang="it"><head><meta charset="utf-8"><title>Prova</title></head>
<body><main><h1>Prova</h1>{more}</main></body></html>
"""


def write_site(folder: Path, more: str = "", text: str = "") -> Path:
    """Write a site of one page, one file and their manifest."""
    (folder / "dati").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE.format(more=more), encoding="utf-8")
    (folder / MANIFEST).write_text(
        json.dumps({"data": "2026-01-01", "files": [], "nota": text}), encoding="utf-8"
    )
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a published site."""
    place = tmp_path / "web" / "sito"
    place.parent.mkdir()
    deploy(write_site(tmp_path / "prima"), place)
    return place


def request(target: Path, **more: Any) -> Request:
    return Request(str(target), target, target.parent / "lavoro", DAY, **more)


def told(target: Path) -> str:
    return (target.parent / "lavoro/rapporti/rilascio.md").read_text(encoding="utf-8")


# --- Every stage of the build --------------------------------------------------------------------

STAGES = (
    "load_contracts",
    "secret",
    "receive",
    "Inputs",
    "_keep_differences",
    "protect_tables",
    "_refuse_columns",
    "check_release",
    "publish",
    "_write_tools",
    "_audit",
    "build_site",
    "place",
    "write_sitemap",
    "_leak_gate",
    "_deliver",
    "swap",
)


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make every stage of the pipeline light: what is tested is what stands after a fault."""

    def publish(_config: Any, _release: Any, zone: Any, *_: Any) -> None:
        zone.write("manifest.json", b'{"data": "2026-03-01", "files": []}')

    def build_site(_config: Any, _zone: Path, output: Path, **_: Any) -> None:
        write_site(output, text="nuovo")

    names = SimpleNamespace(
        comuni=pd.DataFrame({"belfiore": []}), province=pd.DataFrame({"slug": []})
    )
    doubles: dict[str, Any] = {
        "load_contracts": list,
        "_fingerprint": lambda *_: "impronta",
        "secret": lambda *_: b"segreto",
        "receive": lambda *_, **__: SimpleNamespace(tables={}, geography=names),
        "Inputs": lambda *_: SimpleNamespace(matching=None, date=DAY),
        "_keep_differences": lambda *_: None,
        "protect_tables": lambda *_, **__: SimpleNamespace(tables={}),
        "_refuse_columns": lambda *_: None,
        "check_release": lambda *_: [],
        "quality_report": lambda *_: {},
        "publish": publish,
        "_write_tools": lambda *_: None,
        "_audit": lambda *_: b"{}",
        "build_site": build_site,
        "place": lambda *_: 0,
        "write_sitemap": lambda *_: 0,
        "_leak_gate": lambda *_: 0,
        "_deliver": lambda *_: None,
    }
    for name, double in doubles.items():
        monkeypatch.setattr(pipeline, name, double)

    def fail(stage: str, fault: Exception) -> None:
        def raising(*_: Any, **__: Any) -> None:
            raise fault

        monkeypatch.setattr(pipeline, stage, raising)

    return fail


def build(work: Path) -> Callable[[PublishedRelease | None, Path], None]:
    def run(previous: PublishedRelease | None, folder: Path) -> None:
        pipeline.build(released.config(), work, folder, force=True, previous=previous, day=DAY)

    return run


def states(target: Path) -> list[str]:
    """Return what the site, the releasable zone and the last candidate hold."""
    work = target.parent / "lavoro"
    places = [target.resolve(), work / "pubblico", work / "candidato"]
    return [fingerprint(place) for place in places]


@pytest.mark.usefixtures("light")
def test_the_light_build_is_released(target: Path) -> None:
    before = fingerprint(target.resolve())
    assert release(released.config(), request(target), build(target.parent / "lavoro")).delivered
    assert fingerprint(target.resolve()) != before
    assert "nuovo" in (target / MANIFEST).read_text(encoding="utf-8")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "fault",
    [
        ReleaseRefusedError("Nulla è stato pubblicato: così non va."),
        InputRefusedError([], "Nulla è stato pubblicato: manca un file."),
        OSError("disco pieno"),
        MemoryError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_fault_in_any_stage_of_the_build_changes_nothing(
    target: Path, light: Callable[..., None], stage: str, fault: Exception
) -> None:
    work = target.parent / "lavoro"
    for name in ("pubblico", "candidato"):
        write_site(work / name, text=name)
    before = states(target)
    light(stage, fault)
    with pytest.raises(type(fault)):
        release(released.config(), request(target), build(work))
    assert states(target) == before
    assert told(target).startswith("# Rilascio rifiutato")
    assert "disco pieno" not in told(target)


# --- Every gate ----------------------------------------------------------------------------------


def copies(site: Path) -> Callable[[PublishedRelease | None, Path], None]:
    def run(_previous: PublishedRelease | None, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(site, folder)

    return run


def missing_file(site: Path, _patch: pytest.MonkeyPatch) -> None:
    entry = {"path": "dati/x.csv", "bytes": 1, "sha256": "0" * 64, "rows": 1}
    (site / MANIFEST).write_text(
        json.dumps({"data": "2026-03-01", "files": [entry]}), encoding="utf-8"
    )


def too_far(_site: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(releasing, "drift", lambda *_: ["«x»: le righe scendono da 100 a 3."])


def gives_away(_site: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(releasing, "disclosure", lambda *_: ["valori nascosti che si ricavano: 2."])


def dead_link(site: Path, _patch: pytest.MonkeyPatch) -> None:
    (site / "index.html").write_text(
        PAGE.format(more='<p><a href="niente/">qui</a></p>'), encoding="utf-8"
    )


def unusable(site: Path, _patch: pytest.MonkeyPatch) -> None:
    (site / "index.html").write_text(PAGE.format(more='<input type="text">'), encoding="utf-8")


def no_link_checker(_site: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("sys.executable", "/non/esiste/python")


def no_axe(_site: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(releasing, "AXE", Path("/non/esiste/axe.js"))


@pytest.mark.parametrize(
    ("spoil", "gate"),
    [
        (missing_file, "file interi"),
        (too_far, "variazioni"),
        (gives_away, "riservatezza tra rilasci"),
        (dead_link, "collegamenti"),
        (no_link_checker, "collegamenti"),
        (unusable, "accessibilità"),
        (no_axe, "accessibilità"),
    ],
)
def test_each_gate_stops_the_release_by_itself_even_where_its_tool_lacks(
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path, pytest.MonkeyPatch], None],
    gate: str,
) -> None:
    site = write_site(tmp_path / "dopo", text="nuovo")
    spoil(site, monkeypatch)
    before = fingerprint(target.resolve())
    others = [name for name in GATES if name != gate]
    with pytest.raises(ReleaseRefusedError, match=f"«{gate}» non lo permette"):
        release(released.config(), request(target, skipped=others), copies(site))
    assert fingerprint(target.resolve()) == before
    assert re.search(rf"\| {gate} \| (1 problema|2 problemi) \|", told(target))
    assert "rimasto com’era" in told(target)


def test_a_gate_that_breaks_stops_the_release(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> list[str]:
        raise RuntimeError("guasto")

    site, before = write_site(tmp_path / "dopo", text="nuovo"), fingerprint(target.resolve())
    for name in ("drift", "disclosure", "broken_links", "accessibility", "damaged"):
        with monkeypatch.context() as patch:
            patch.setattr(releasing, name, broken)
            with pytest.raises(RuntimeError, match="guasto"):
                release(released.config(), request(target), copies(site))
        assert fingerprint(target.resolve()) == before
        assert "Errore imprevisto: RuntimeError" in told(target)
