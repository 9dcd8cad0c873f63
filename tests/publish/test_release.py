"""A release is all or nothing: whatever fails, and whenever the machine stops."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from etl.config import Publication
from etl.problems import InputRefusedError, ReleaseRefusedError
from etl.protect import Release
from etl.publish.deploy import deploy, fingerprint, only_one
from etl.publish.drift import drift
from etl.publish.previous import PublishedRelease, open_release
from etl.publish.versions import Withdrawals
from etl.release import (
    GATES,
    Request,
    accessibility,
    broken_links,
    disclosure,
    kinds_of_page,
    release,
)
from tests.publish import released

SLUG = "scoperture-province"
POSTS = "posti-disponibili"
DAY = date(2026, 3, 1)
SLOW = ("riservatezza tra rilasci", "collegamenti", "accessibilità")
PAGE = """<!doctype html>
<html lang="it"><head><meta charset="utf-8"><title>Prova</title></head>
<body><main><h1>Prova</h1><p><a href="{link}">I dati</a></p>{more}</main></body></html>
"""


def write_page(site: Path, link: str = "dati/manifest.json", more: str = "") -> None:
    (site / "index.html").write_text(PAGE.format(link=link, more=more), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return two finished sites: the one in force, and the one that follows it."""
    folder = tmp_path_factory.mktemp("siti")
    patch = pytest.MonkeyPatch()
    module = import_module("etl.publish.publish")
    patch.setattr(module, "to_duckdb", lambda *_: b"")
    patch.setattr(module, "shape_errors", lambda _: [])

    def revise(frames: dict[str, pd.DataFrame]) -> None:
        frames[SLUG].loc[0, "imprese"] = 40

    sites: dict[str, Path] = {}
    for name, change in (("prima", None), ("dopo", revise)):
        (folder / name).mkdir()
        previous = open_release(sites["prima"]) if sites else None
        given = released.release(change, only=(SLUG, POSTS))
        sites[name] = released.write_site(folder / name, given, previous=previous, day=DAY)
        write_page(sites[name])
    patch.undo()
    return sites


@pytest.fixture
def target(made: dict[str, Path], tmp_path: Path) -> Path:
    """Return a published site."""
    place = tmp_path / "web" / "sito"
    place.parent.mkdir()
    deploy(made["prima"], place)
    return place


def copies(site: Path) -> Callable[[PublishedRelease | None, Path], None]:
    """Return a builder that hands over a finished site."""

    def build(_previous: PublishedRelease | None, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(site, folder, copy_function=os.link)

    return build


def request(target: Path, **more: Any) -> Request:
    given = {"published": str(target), "skipped": SLOW, **more}
    return Request(target=target, work=target.parent / "lavoro", day=DAY, **given)


def told(target: Path) -> str:
    return (target.parent / "lavoro/rapporti/rilascio.md").read_text(encoding="utf-8")


def test_a_release_replaces_the_site_and_tells_people_what_changed(
    made: dict[str, Path], target: Path
) -> None:
    outcome = release(released.config(), request(target), copies(made["dopo"]))
    assert outcome.delivered
    assert fingerprint(target.resolve()) == fingerprint(made["dopo"])
    summary = told(target)
    assert summary.startswith("# Rilascio consegnato")
    assert f"| {SLUG} | 1.1.0 | 12 | 1 riga con valori rivisti." in summary
    assert f"| {POSTS} | 1.0.0 | 30 | nulla |" in summary
    for name in SLOW:
        assert f"| {name} | saltato per scelta |" in summary


def test_the_same_site_again_is_nothing_new(made: dict[str, Path], target: Path) -> None:
    before = target.resolve()
    outcome = release(released.config(), request(target), copies(made["prima"]))
    assert not outcome.delivered
    assert target.resolve() == before
    assert told(target).startswith("# Nulla di nuovo")


def test_every_gate_runs_on_a_small_site(made: dict[str, Path], target: Path) -> None:
    outcome = release(
        released.config(),
        request(target, skipped=("riservatezza tra rilasci",)),
        copies(made["dopo"]),
    )
    assert [gate.name for gate in outcome.gates] == list(GATES)
    assert all(gate.passed for gate in outcome.gates)


def names_of_all_steps(made: dict[str, Path], folder: Path) -> list[str]:
    place = folder / "prove" / "sito"
    deploy(made["prima"], place)
    names: list[str] = []
    release(released.config(), request(place), copies(made["dopo"]), checkpoint=names.append)
    return names


def release_until(site: Path, target: Path, fatal: str) -> None:
    def die(name: str) -> None:
        if name == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    release(released.config(), request(target), copies(site), checkpoint=die)


def test_killed_at_any_step_the_site_is_the_old_or_the_new_one_whole(
    made: dict[str, Path], tmp_path: Path
) -> None:
    names = names_of_all_steps(made, tmp_path)
    assert len(names) >= 14
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["etl.release", "tests.publish.released"])
    old, new = fingerprint(made["prima"]), fingerprint(made["dopo"])
    ends = {}
    for number, name in enumerate(names):
        place = tmp_path / str(number) / "sito"
        deploy(made["prima"], place)
        process = context.Process(target=release_until, args=(made["dopo"], place, name))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, name
        ends[name] = fingerprint(place.resolve())
        assert ends[name] in (old, new), name
        release(released.config(), request(place), copies(made["dopo"]))
        assert fingerprint(place.resolve()) == new, name
    changed = [name for name in names if ends[name] == new]
    assert changed == names[names.index("con il collegamento pronto") + 1 :]
    assert changed


@pytest.mark.parametrize(
    "fault",
    [
        InputRefusedError([], "Nulla è stato pubblicato: manca il file dei consensi."),
        ReleaseRefusedError("Nulla è stato pubblicato: un controllo non è superato."),
        OSError("disco pieno"),
    ],
)
def test_a_build_that_fails_leaves_the_site_and_says_why(target: Path, fault: Exception) -> None:
    before = fingerprint(target.resolve())

    def build(_previous: PublishedRelease | None, _folder: Path) -> None:
        raise fault

    with pytest.raises(type(fault)):
        release(released.config(), request(target), build)
    assert fingerprint(target.resolve()) == before
    summary = told(target)
    assert summary.startswith("# Rilascio rifiutato")
    assert "rimasto com’era" in summary
    assert (getattr(fault, "summary", "") or "Errore imprevisto: OSError") in summary


def test_an_error_at_any_step_leaves_the_old_site_or_the_new_one(
    made: dict[str, Path], tmp_path: Path
) -> None:
    whole = {fingerprint(made["prima"]), fingerprint(made["dopo"])}
    for number, fatal in enumerate(names_of_all_steps(made, tmp_path)):
        place = tmp_path / str(number) / "sito"
        deploy(made["prima"], place)

        def fail(name: str, fatal: str = fatal) -> None:
            if name == fatal:
                raise OSError(name)

        with pytest.raises(OSError, match=fatal):
            release(released.config(), request(place), copies(made["dopo"]), checkpoint=fail)
        assert fingerprint(place.resolve()) in whole


def test_two_releases_at_once_are_one_and_a_refusal(made: dict[str, Path], target: Path) -> None:
    with only_one(target), pytest.raises(ReleaseRefusedError, match="è in corso"):
        release(released.config(), request(target), copies(made["dopo"]))
    assert release(released.config(), request(target), copies(made["dopo"])).delivered


def test_a_first_release_must_be_asked_for(made: dict[str, Path], tmp_path: Path) -> None:
    place = tmp_path / "sito"
    with pytest.raises(ReleaseRefusedError, match="ripetere con --first"):
        release(released.config(), request(place), copies(made["prima"]))
    assert not place.exists()
    release(released.config(), request(place, first=True), copies(made["prima"]))
    assert fingerprint(place.resolve()) == fingerprint(made["prima"])
    with pytest.raises(ReleaseRefusedError, match="qualcosa è già pubblicato"):
        release(released.config(), request(place, first=True), copies(made["dopo"]))
    assert fingerprint(place.resolve()) == fingerprint(made["prima"])


def test_a_file_that_is_not_as_the_manifest_says_stops_the_release(
    made: dict[str, Path], target: Path
) -> None:
    def build(previous: PublishedRelease | None, folder: Path) -> None:
        copies(made["dopo"])(previous, folder)
        path = folder / f"dati/{SLUG}/{SLUG}.csv"
        path.unlink()
        path.write_text("altro")

    before = target.resolve()
    with pytest.raises(ReleaseRefusedError, match="«file interi» non lo permette"):
        release(released.config(), request(target), build)
    assert target.resolve() == before
    assert "| file interi | 1 problema |" in told(target)


# --- Delivery -----------------------------------------------------------------------------------


def test_a_folder_is_never_replaced_only_a_link(made: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "sito").mkdir()
    with pytest.raises(ReleaseRefusedError, match="è una cartella, non un collegamento"):
        deploy(made["prima"], tmp_path / "sito")


def test_old_releases_are_kept_a_while_and_then_removed(tmp_path: Path) -> None:
    place = tmp_path / "sito"
    for number in range(6):
        site = tmp_path / f"costruito-{number}"
        site.mkdir()
        (site / "index.html").write_text(str(number))
        deploy(site, place)
        assert (place / "index.html").read_text() == str(number)
    shelf = sorted((tmp_path / ".sito-rilasci").iterdir())
    assert [path.name[:6] for path in shelf] == ["000004", "000005", "000006"]


def test_a_reader_never_sees_half_a_site(tmp_path: Path) -> None:
    place, sites = tmp_path / "sito", []
    for name in ("a", "b"):
        site = tmp_path / name
        site.mkdir()
        for number in range(20):
            (site / f"{number}.html").write_text(name)
        sites.append(site)
    deploy(sites[0], place)
    seen: list[set[str]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            folder = place.resolve(strict=True)
            if folder.exists():
                seen.append({path.read_text() for path in sorted(folder.iterdir())})

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(3):
        deploy(sites[1 - turn % 2], place)
    stop.set()
    reader.join()
    assert seen
    assert all(texts in ({"a"}, {"b"}) for texts in seen)


# --- Gates --------------------------------------------------------------------------------------


def test_a_link_that_leads_nowhere_is_found(made: dict[str, Path], tmp_path: Path) -> None:
    site = tmp_path / "sito"
    shutil.copytree(made["prima"], site)
    assert broken_links(released.config(), site) == []
    write_page(site, link="dati/non-c-e.csv")
    (fault,) = broken_links(released.config(), site)
    assert "index.html" in fault
    assert "non-c-e.csv" in fault


def test_a_page_that_some_cannot_use_is_found(tmp_path: Path) -> None:
    write_page(tmp_path, link="x")
    assert accessibility(tmp_path) == []
    write_page(tmp_path, link="x", more='<img src="x.png"><input type="text">')
    found = accessibility(tmp_path)
    assert {line.split(": ")[1].split(" ")[0] for line in found} == {"image-alt", "label"}


def test_one_page_of_each_kind_is_looked_at(tmp_path: Path) -> None:
    pages = ("index", "a/index", "a/uno/index", "a/due/index", "404")
    pages += ("a/uno/storia/index", "a/due/storia/index", "a/uno/mappa/index", "a/due/mappa/index")
    for name in pages:
        place = tmp_path / f"{name}.html"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("più lunga" if "due" in name else "")
    assert kinds_of_page(tmp_path) == [
        "",
        "404.html",
        "a/",
        "a/due/",
        "a/due/mappa/",
        "a/due/storia/",
    ]


def test_what_releases_give_away_together_stops_the_next_one(
    made: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def audit(tables: list[Any]) -> SimpleNamespace:
        seen.append([table[0].release for table in tables])
        differences = SimpleNamespace(single_out=0, reappeared=3)
        return SimpleNamespace(
            passed=False, recovered=2, narrow=0, contradictions=0, differences=differences
        )

    monkeypatch.setattr("etl.audit.audit", audit)
    (finding,) = disclosure(released.config(), open_release(made["dopo"]))
    assert "che si ricavano: 2, valori nascosti prima e mostrati ora: 3" in finding
    assert seen == [["2026-03-01"]]


def release_of(
    folder: Path, given: Release, previous: PublishedRelease | None = None
) -> PublishedRelease:
    folder.mkdir()
    return open_release(released.write_site(folder, given, previous=previous, day=DAY))


def small(change: released.Change | None = None) -> Release:
    return released.release(change, only=(SLUG, POSTS))


Frames = dict[str, pd.DataFrame]


def fewer(frames: Frames) -> None:
    frames[POSTS] = frames[POSTS].iloc[:20].copy()


def more(frames: Frames) -> None:
    frame = pd.concat([frames[POSTS]] * 3, ignore_index=True)
    frame["id_posto"] = [f"{n:020x}" for n in range(len(frame))]
    frames[POSTS] = frame


def emptied(frames: Frames) -> None:
    frames[POSTS]["categoria_assunzione"] = None


def withheld(frames: Frames) -> None:
    frames[POSTS]["settore"] = None
    frames[POSTS]["settore_stato"] = "riservato"


def swollen(frames: Frames) -> None:
    frames[POSTS]["posti"] = frames[POSTS]["posti"] * 9


def renamed(frames: Frames) -> None:
    frames[POSTS]["id_posto"] = [f"{n:020x}" for n in range(500, 530)]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, PublishedRelease]]:
    patch = pytest.MonkeyPatch()
    module = import_module("etl.publish.publish")
    patch.setattr(module, "to_duckdb", lambda *_: b"")
    patch.setattr(module, "shape_errors", lambda _: [])
    folder = tmp_path_factory.mktemp("variazioni")
    yield folder, release_of(folder / "prima", small())
    patch.undo()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (fewer, "le righe scendono da 30 a 20"),
        (more, "le righe salgono da 30 a 90"),
        (emptied, "i valori vuoti di «categoria_assunzione»"),
        (withheld, "i valori riservati di «settore»"),
        (swollen, "la media di «posti»"),
        (renamed, "30 righe su 30 hanno cambiato chiave"),
    ],
)
def test_a_release_too_far_from_the_one_before_waits_for_a_person(
    usual: tuple[Path, PublishedRelease], change: released.Change, said: str
) -> None:
    folder, before = usual
    after = release_of(folder / change.__name__, small(change), before)
    found = drift(Publication(), before, after, Withdrawals())
    assert any(said in line for line in found), found
    assert all(line.startswith(f"«{POSTS}»") for line in found)
    assert drift(Publication(), before, after, Withdrawals(), accepted=[POSTS]) == []


def test_what_older_versions_still_show_is_left_to_a_person_until_they_are_withdrawn(
    usual: tuple[Path, PublishedRelease], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, before = usual

    def revoke(frames: Frames) -> None:
        shown = frames[POSTS]["denominazione_azienda"].first_valid_index()
        frames[POSTS].loc[shown, "denominazione_azienda"] = None
        frames[POSTS].loc[shown, "denominazione_azienda_stato"] = "riservato"

    after = release_of(folder / "revoca", small(revoke), before)
    asked = request(target, published=str(before.folder))
    release(released.config(), asked, copies(after.folder))
    summary = told(target)
    assert "## Da decidere" in summary
    assert f"In «{POSTS}» le versioni precedenti mostrano ancora 1 valore" in summary
    assert SLUG not in summary.split("## Da decidere")[1]
    reason = {"it": "Consenso ritirato.", "en": "x"}
    gone = {"insieme": POSTS, "versione": "1.0.0", "data": DAY, "motivo": reason}
    monkeypatch.setattr(
        import_module("etl.publish.publish"),
        "withdrawals",
        lambda: Withdrawals.model_validate({"versioni": [gone]}),
    )
    without = release_of(folder / "revoca-e-ritiro", small(revoke), before)
    release(released.config(), asked, copies(without.folder))
    assert "## Da decidere" not in told(target)


def test_what_moves_little_passes(usual: tuple[Path, PublishedRelease]) -> None:
    folder, before = usual

    def a_little(frames: Frames) -> None:
        frames[POSTS] = frames[POSTS].iloc[:-2].copy()
        frames[POSTS].loc[0, "posti"] = 2

    after = release_of(folder / "poco", small(a_little), before)
    assert drift(Publication(), before, after, Withdrawals()) == []


def test_a_data_set_does_not_vanish_unsaid(usual: tuple[Path, PublishedRelease]) -> None:
    folder, before = usual
    after = release_of(folder / "senza", released.release(only=(SLUG,)), before)
    (finding,) = drift(Publication(), before, after, Withdrawals())
    assert f"«{POSTS}» non c’è più" in finding
    said = Withdrawals.model_validate(
        {"insiemi": [{"insieme": POSTS, "data": DAY, "motivo": {"it": "x", "en": "x"}}]}
    )
    assert drift(Publication(), before, after, said) == []


def test_a_major_version_waits_for_a_person(usual: tuple[Path, PublishedRelease]) -> None:
    folder, before = usual
    given = small()
    contract = given.contracts[POSTS]
    fields = [field for field in contract.campi if field.name != "professione"]
    changed = released.with_contracts(given, {POSTS: contract.model_copy(update={"campi": fields})})
    after = release_of(folder / "maggiore", changed, before)
    (finding,) = drift(Publication(), before, after, Withdrawals())
    assert "è una versione maggiore (1.0.0 → 2.0.0)" in finding
