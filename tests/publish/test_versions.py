"""Releases in a row: each version says what changed, and nothing published ever changes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.contracts import ContractError, Text
from etl.problems import ReleaseRefusedError
from etl.protect import Release
from etl.publish.previous import NothingPublishedError, fetch, open_release
from etl.publish.versions import Withdrawals, withdrawals
from tests.publish import released

SLUG = "scoperture-province"
POSTS = "posti-disponibili"
SLUGS = (SLUG, POSTS)
ATOM = "{http://www.w3.org/2005/Atom}"
LATER = date(2026, 3, 1)
Publisher = Callable[..., Path]


@pytest.fixture
def again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """Return what publishes a release after another one, each in a folder of its own.

    What has no part in versions, and takes most of the time, is left out.
    """
    module = import_module("etl.publish.publish")
    monkeypatch.setattr(module, "to_duckdb", lambda *_: b"")
    monkeypatch.setattr(module, "shape_errors", lambda _: [])
    count = 0

    def publish_again(
        given: Release | None = None, before: Path | None = None, day: date | None = None
    ) -> Path:
        nonlocal count
        count += 1
        folder = tmp_path / f"rilascio-{count}"
        folder.mkdir()
        previous = open_release(before) if before else None
        return released.write_site(folder, given or small(), previous=previous, day=day)

    return publish_again


def small(change: released.Change | None = None) -> Release:
    """Return a release of two data sets."""
    return released.release(change, only=SLUGS)


def load(site: Path, path: str) -> Any:
    return json.loads((site / path).read_text(encoding="utf-8"))


def version(site: Path, slug: str = SLUG) -> str:
    found: str = load(site, f"dati/{slug}/datapackage.json")["version"]
    return found


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def edit(slug: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Release:
    def apply(frames: dict[str, pd.DataFrame]) -> None:
        found = change(frames[slug])
        if found is not None:
            frames[slug] = found

    return small(apply)


def revise(frame: pd.DataFrame) -> None:
    frame.loc[0, "imprese"] = 999


def drop_last(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[:-1].copy()


def test_where_nothing_changed_every_byte_and_version_stays(again: Publisher) -> None:
    first = again()
    second = again(before=first, day=LATER)
    for slug in SLUGS:
        assert version(second, slug) == "1.0.0"
        assert tree(second / "dati" / slug) == tree(first / "dati" / slug)


@pytest.mark.parametrize(
    ("change", "expected", "told"),
    [
        (revise, "1.1.0", "1 riga con valori rivisti."),
        (drop_last, "1.1.0", "1 riga ritirata."),
    ],
)
def test_changed_rows_make_a_minor_version_that_says_so(
    again: Publisher,
    change: Callable[[pd.DataFrame], pd.DataFrame | None],
    expected: str,
    told: str,
) -> None:
    first = again()
    second = again(edit(SLUG, change), first, LATER)
    assert version(second) == expected
    log = load(second, f"dati/{SLUG}/modifiche.json")["versioni"]
    assert [record["versione"] for record in log] == [expected, "1.0.0"]
    assert told in log[0]["in_parole"]
    assert (log[0]["data"], log[0]["precedente"]) == ("2026-03-01", "1.0.0")
    others = [slug for slug in SLUGS if slug != SLUG]
    assert {version(second, slug) for slug in others} == {"1.0.0"}


def with_field(given: Release, name: str, **change: Any) -> Release:
    contract = given.contracts[SLUG]
    fields = [
        field.model_copy(update={"definizione": field.definizione.model_copy(update=change)})
        if field.name == name
        else field
        for field in contract.campi
    ]
    return released.with_contracts(given, {SLUG: contract.model_copy(update={"campi": fields})})


def without_field(given: Release, name: str) -> Release:
    contract = given.contracts[SLUG]
    fields = [field for field in contract.campi if field.name != name]
    return released.with_contracts(given, {SLUG: contract.model_copy(update={"campi": fields})})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (partial(without_field, name="provincia"), "2.0.0"),
        (partial(with_field, name="imprese", significato=2), "2.0.0"),
        (partial(with_field, name="imprese", unita="decine"), "2.0.0"),
        (partial(with_field, name="imprese", titolo=Text(it="Datori", en="Employers")), "1.0.1"),
    ],
)
def test_a_changed_contract_makes_the_version_that_the_promise_says(
    again: Publisher, change: Callable[[Release], Release], expected: str
) -> None:
    first = again()
    assert version(again(change(small()), first, LATER)) == expected


def test_a_field_that_is_added_makes_a_minor_version(again: Publisher) -> None:
    first = again(without_field(small(), "provincia"))
    second = again(small(), first, LATER)
    assert version(second) == "1.1.0"
    words = load(second, f"dati/{SLUG}/modifiche.json")["versioni"][0]["in_parole"]
    assert "Campo «provincia»: aggiunto." in words


def test_other_bytes_of_the_same_rows_are_a_correction(again: Publisher) -> None:
    first = again()
    given = small()
    contract = given.contracts[SLUG]
    text = Text(it="Spiegato meglio.", en="Better said.")
    corrected = released.with_contracts(
        given, {SLUG: contract.model_copy(update={"descrizione": text})}
    )
    second = again(corrected, first, LATER)
    assert version(second) == "1.0.1"
    record = load(second, f"dati/{SLUG}/modifiche.json")["versioni"][0]
    assert record["livello"] == "correzione"
    assert "datapackage.json" in record["file_corretti"]


def test_what_was_published_under_a_version_never_changes(again: Publisher) -> None:
    first = again()
    second = again(edit(SLUG, revise), first, LATER)
    third = again(edit(SLUG, drop_last), second, LATER)
    assert version(third) == "1.2.0"
    for older, newer in ((first, second), (second, third)):
        for folder in sorted((older / "dati" / SLUG / "versioni").iterdir()):
            if folder.is_dir() and folder.name != "latest":
                assert tree(newer / "dati" / SLUG / "versioni" / folder.name) == tree(folder)


def test_latest_is_the_newest_version_and_so_is_the_address_without_version(
    again: Publisher,
) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    folder = second / "dati" / SLUG
    assert tree(folder / "versioni/latest") == tree(folder / "versioni/1.1.0")
    for name in (f"{SLUG}.csv", f"{SLUG}.parquet", "CITATION.cff", f"{SLUG}.bib"):
        assert (folder / name).read_bytes() == (folder / "versioni/1.1.0" / name).read_bytes()
    index = load(second, f"dati/{SLUG}/versioni/index.json")
    assert index["latest"] == "1.1.0"
    assert [item["versione"] for item in index["versioni"]] == ["1.1.0", "1.0.0"]
    for item in index["versioni"]:
        for listed in item["files"]:
            content = (second / listed["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == listed["sha256"]


def test_a_version_s_folder_is_whole_and_checks_itself(again: Publisher) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    folder = second / "dati" / SLUG / "versioni" / "1.1.0"
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    named = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert named == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    package = load(second, f"dati/{SLUG}/versioni/1.1.0/datapackage.json")
    assert package["version"] == "1.1.0"
    assert [form["path"] for form in package["altre_forme"]] == [f"{SLUG}.parquet"]


def test_the_changes_of_a_version_name_each_row_and_value(again: Publisher) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    content = (second / f"dati/{SLUG}/versioni/1.1.0/modifiche.csv").read_text(encoding="utf-8")
    (change,) = csv.DictReader(io.StringIO(content, newline=""))
    assert (change["modifica"], change["campo_modificato"]) == ("revisione", "imprese")
    assert (change["codice_provincia"], change["valore_dopo"]) == ("015", "999")


def test_a_figure_that_is_withheld_from_now_on_is_told_by_no_file_of_the_change(
    again: Publisher,
) -> None:
    def withhold(frame: pd.DataFrame) -> None:
        frame["imprese"] = frame["imprese"].astype("object")
        frame.loc[0, "imprese"] = None
        frame.loc[0, "imprese_stato"] = "riservato"

    first = again(edit(SLUG, lambda frame: frame.__setitem__("imprese", range(7000, 7012))))
    second = again(
        edit(
            SLUG,
            lambda frame: (frame.__setitem__("imprese", range(7000, 7012)), withhold(frame))[1],
        ),
        first,
        LATER,
    )
    assert version(second) == "1.1.0"
    log = (second / f"dati/{SLUG}/modifiche.json").read_text(encoding="utf-8")
    detail = (second / f"dati/{SLUG}/versioni/1.1.0/modifiche.csv").read_text(encoding="utf-8")
    assert "imprese_stato" in detail
    assert "7000" not in log + detail


def test_a_withdrawn_row_leaves_a_tombstone_until_it_comes_back(again: Publisher) -> None:
    first = again()
    second = again(edit(POSTS, drop_last), first, LATER)
    text = (second / f"dati/{POSTS}/ritirate.csv").read_text(encoding="utf-8")
    graves = list(csv.DictReader(io.StringIO(text, newline="")))
    gone = load(first, f"dati/{POSTS}/{POSTS}.json")[-1]["id_posto"]
    assert graves == [
        {
            "id_posto": gone,
            "ultima_versione": "1.0.0",
            "ritirata_in": "1.1.0",
            "data": "2026-03-01",
        }
    ]
    third = again(edit(POSTS, drop_last), second, LATER)
    assert (third / f"dati/{POSTS}/ritirate.csv").read_bytes() == (
        second / f"dati/{POSTS}/ritirate.csv"
    ).read_bytes()
    fourth = again(small(), third, LATER)
    assert (fourth / f"dati/{POSTS}/ritirate.csv").read_text().count("\n") == 1


def test_a_version_that_must_go_leaves_only_the_reason(
    again: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = again()
    second = again(edit(SLUG, revise), first, LATER)
    reason = {"it": "Nominava per errore un’azienda.", "en": "It named a company by mistake."}
    ruled = Withdrawals.model_validate(
        {"versioni": [{"insieme": SLUG, "versione": "1.0.0", "data": LATER, "motivo": reason}]}
    )
    monkeypatch.setattr(import_module("etl.publish.publish"), "withdrawals", lambda: ruled)
    third = again(edit(SLUG, revise), second, LATER)
    folder = third / "dati" / SLUG / "versioni"
    assert [path.name for path in (folder / "1.0.0").iterdir()] == ["ritirata.json"]
    assert reason["it"] in (folder / "1.0.0/ritirata.json").read_text(encoding="utf-8")
    old = load(third, f"dati/{SLUG}/versioni/index.json")["versioni"][1]
    assert old["ritirata"]["motivo"] == reason["it"]
    assert version(third) == "1.1.0"
    fourth = again(edit(SLUG, revise), third, LATER)
    assert [path.name for path in (folder / "1.0.0").iterdir()] == ["ritirata.json"]
    assert tree(fourth / "dati" / SLUG) == tree(third / "dati" / SLUG)


def test_the_version_in_force_cannot_be_withdrawn(
    again: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled = Withdrawals.model_validate(
        {
            "versioni": [
                {
                    "insieme": SLUG,
                    "versione": "1.0.0",
                    "data": LATER,
                    "motivo": {"it": "x", "en": "x"},
                }
            ]
        }
    )
    monkeypatch.setattr(import_module("etl.publish.publish"), "withdrawals", lambda: ruled)
    with pytest.raises(ReleaseRefusedError, match="che è la versione in vigore"):
        again()


def test_a_wrong_withdrawals_file_is_refused(tmp_path: Path) -> None:
    assert withdrawals(tmp_path) == Withdrawals()
    (tmp_path / "ritiri.toml").write_text("[[versioni]]\ninsieme = 'a'\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"ritiri\.toml"):
        withdrawals(tmp_path)


def without_dataset(slug: str) -> Release:
    given = small()
    return replace(
        given,
        contracts={name: item for name, item in given.contracts.items() if name != slug},
        tables={name: item for name, item in given.tables.items() if name != slug},
    )


def test_a_data_set_that_is_gone_keeps_its_versions_and_may_come_back(again: Publisher) -> None:
    first = again()
    second = again(without_dataset(SLUG), first, LATER)
    assert not (second / f"dati/{SLUG}/{SLUG}.csv").exists()
    assert tree(second / f"dati/{SLUG}/versioni/1.0.0") == tree(
        first / f"dati/{SLUG}/versioni/1.0.0"
    )
    third = again(without_dataset(SLUG), second, LATER)
    assert tree(third / f"dati/{SLUG}") == tree(second / f"dati/{SLUG}")
    fourth = again(small(), third, LATER)
    assert version(fourth) == "2.0.0"
    assert tree(fourth / f"dati/{SLUG}/versioni/1.0.0") == tree(
        first / f"dati/{SLUG}/versioni/1.0.0"
    )


def test_the_citation_of_a_version_is_of_that_version(again: Publisher) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    for name in ("1.0.0", "1.1.0"):
        folder = second / "dati" / SLUG / "versioni" / name
        cff = (folder / "CITATION.cff").read_text(encoding="utf-8")
        assert f'version: "{name}"' in cff
        assert f"/versioni/{name}/" in cff
        assert f"@misc{{{SLUG}-{name}," in (folder / f"{SLUG}.bib").read_text(encoding="utf-8")


def feeds(site: Path) -> Iterator[tuple[str, ET.Element]]:
    for path in sorted((site / "dati").rglob("*.atom")):
        yield path.relative_to(site).as_posix(), ET.parse(path).getroot()


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MARKUP = re.compile(r"<\w|&\w+;")


def feed_faults(root: ET.Element, address: str) -> list[str]:
    """Return which rules of RFC 4287, as the W3C's feed validator applies them, are broken."""
    found = []

    def need(holds: object, rule: str) -> None:
        if not holds:
            found.append(rule)

    def texts(node: ET.Element, name: str) -> list[str]:
        return [(child.text or "").strip() for child in node.findall(f"{ATOM}{name}")]

    need(root.tag == f"{ATOM}feed", "MissingNamespace")
    need(root.get("{http://www.w3.org/XML/1998/namespace}lang"), "MissingLanguage")
    entries = root.findall(f"{ATOM}entry")
    for node in (root, *entries):
        for name in ("id", "title", "updated"):
            need(len(texts(node, name)) == 1 and texts(node, name)[0], f"MissingElement {name}")
        for identifier in texts(node, "id"):
            need(re.match(r"https?://[^/]+/", identifier), "InvalidFullLink")
        need(
            all(MOMENT.fullmatch(moment) for moment in texts(node, "updated")), "InvalidRFC3339Date"
        )
        need(not MARKUP.search(" ".join(texts(node, "title"))), "ContainsHTML")
        links = node.findall(f"{ATOM}link")
        need(all(link.get("href", "").startswith("http") for link in links), "InvalidLink")
        kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in links]
        alternates = [kind for kind in kinds if kind[0] == "alternate"]
        need(len(set(alternates)) == len(alternates) == 1, "DuplicateAtomLink")
        need(all(kind[1] and "/" in kind[1] for kind in kinds), "InvalidMIMEType")
        for category in node.findall(f"{ATOM}category"):
            need(category.get("term"), "MissingAttribute term")
    own = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    need(own == [address], "SelfDoesntMatchLocation")
    authors = root.findall(f"{ATOM}author")
    need(authors and all(texts(author, "name") for author in authors), "MissingElement author")
    for author in authors:
        need(all("@" in text for text in texts(author, "email")), "InvalidContact")
    for entry in entries:
        contents = entry.findall(f"{ATOM}content")
        need(len(contents) == 1 and (contents[0].text or "").strip(), "MissingContent")
        need(all(content.get("type") in ("text", "html") for content in contents), "InvalidType")
    identifiers = [text for entry in entries for text in texts(entry, "id")]
    need(len(set(identifiers)) == len(identifiers), "DuplicateEntries")
    moments = [text for entry in entries for text in texts(entry, "updated")]
    need(moments == sorted(moments, reverse=True), "entries out of order")
    need(texts(root, "updated") == moments[:1], "DuplicateUpdated")
    return found


def test_each_feed_keeps_the_feed_validator_s_rules(again: Publisher) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    found = dict(feeds(second))
    assert set(found) == {"dati/modifiche.atom"} | {f"dati/{slug}/modifiche.atom" for slug in SLUGS}
    for path, root in found.items():
        assert feed_faults(root, f"{released.BASE}/{path}") == []
        for link in root.iter(f"{ATOM}link"):
            href = link.get("href", "").removeprefix(f"{released.BASE}/")
            page = href.endswith("/") or (second / href).is_file()
            assert page, href


SPOILED = [
    ("<title>", "<title>&lt;b&gt;", "ContainsHTML"),
    ("T00:00:00Z</updated>", "</updated>", "InvalidRFC3339Date"),
    ('rel="self"', 'rel="via"', "SelfDoesntMatchLocation"),
    (' xml:lang="it"', "", "MissingLanguage"),
    ("author>", "contributor>", "MissingElement author"),
    ('type="text"', 'type="testo"', "InvalidType"),
    ('rel="related" type="application/json"', 'rel="alternate" type="text/html"', "DuplicateAtom"),
    ("<id>https://", "<id>", "InvalidFullLink"),
    ("versioni/1.1.0/</id>", "versioni/1.0.0/</id>", "DuplicateEntries"),
]


def test_the_feed_validator_s_rules_can_fail(again: Publisher) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    path = f"dati/{SLUG}/modifiche.atom"
    text = (second / path).read_text(encoding="utf-8")
    for old, new, rule in SPOILED:
        assert old in text, old
        found = feed_faults(ET.fromstring(text.replace(old, new)), f"{released.BASE}/{path}")
        assert any(fault.startswith(rule) for fault in found), (rule, found)


def test_the_feed_of_all_starts_with_the_newest_change(again: Publisher) -> None:
    second = again(edit(SLUG, revise), again(), LATER)
    changes = load(second, "dati/modifiche.json")["modifiche"]
    assert (changes[0]["insieme"], changes[0]["versione"]) == (SLUG, "1.1.0")
    assert len(changes) == len(SLUGS) + 1
    root = dict(feeds(second))["dati/modifiche.atom"]
    first = root.find(f"{ATOM}entry")
    assert first is not None
    assert first.findtext(f"{ATOM}id") == f"{released.BASE}/dati/{SLUG}/versioni/1.1.0/"


# --- Reading what was published ----------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    servers = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_release_read_from_its_address_is_the_one_in_the_folder(
    again: Publisher, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    first = again(edit(SLUG, revise), again(), LATER)
    near = fetch(str(first), tmp_path / "vicina")
    far = fetch(serve(first), tmp_path / "lontana")
    assert tree(near.folder) == tree(far.folder)
    assert (near.folder / f"dati/{SLUG}/versioni/1.0.0/{SLUG}.csv").is_file()
    assert not (near.folder / f"dati/{SLUG}/{SLUG}.xlsx").exists()
    next_one = again(edit(SLUG, drop_last), far.folder, LATER)
    assert version(next_one) == "1.2.0"


def test_a_second_fetch_asks_again_only_for_what_changed(
    again: Publisher, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    first = again()
    fetch(str(first), tmp_path / "copia")
    hidden = first / f"dati/{SLUG}/{SLUG}.parquet"
    hidden.unlink()
    assert fetch(serve(first), tmp_path / "copia").read(f"dati/{SLUG}/{SLUG}.parquet")


@pytest.mark.parametrize("spoil", ["cambiato", "mancante"])
def test_a_published_file_that_is_not_as_its_manifest_says_stops_the_release(
    again: Publisher, tmp_path: Path, spoil: str
) -> None:
    first = again()
    path = first / f"dati/{SLUG}/{SLUG}.parquet"
    content = path.read_bytes()
    path.unlink()
    if spoil == "cambiato":
        path.write_bytes(content + b" ")
    with pytest.raises(ReleaseRefusedError, match=f"{SLUG}.parquet» (manca|non è il file)"):
        fetch(str(first), tmp_path / "copia")
    assert not (tmp_path / "copia").exists()


def test_no_release_is_not_the_same_as_one_that_does_not_answer(
    tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    (tmp_path / "vuota").mkdir()
    for place in (str(tmp_path / "vuota"), serve(tmp_path / "vuota")):
        with pytest.raises(NothingPublishedError, match="non c’è alcuna pubblicazione"):
            fetch(place, tmp_path / "copia")
    with pytest.raises(ReleaseRefusedError, match="non risponde") as refused:
        fetch("http://127.0.0.1:9", tmp_path / "copia")
    assert not isinstance(refused.value, NothingPublishedError)


@pytest.mark.parametrize("path", ["../fuori", "/etc/passwd", "dati/../../x", "dati\\..\\x"])
def test_a_manifest_cannot_name_a_file_outside_the_site(tmp_path: Path, path: str) -> None:
    (tmp_path / "dati").mkdir()
    entry = {"path": path, "bytes": 1, "sha256": "x", "rows": None}
    (tmp_path / "dati/manifest.json").write_text(json.dumps({"files": [entry]}))
    with pytest.raises(ReleaseRefusedError, match="fuori dal sito"):
        open_release(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"files": [{"path": "a"}]}'])
def test_an_unreadable_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "dati").mkdir()
    (tmp_path / "dati/manifest.json").write_text(text)
    with pytest.raises(ReleaseRefusedError, match="non è leggibile"):
        open_release(tmp_path)
