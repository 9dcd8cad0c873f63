"""The manifest tells every file, and what harvesters look for is where they look."""

from __future__ import annotations

import hashlib
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from etl.problems import ReleaseRefusedError
from etl.publish import write_sitemap
from etl.publish.manifest import zone_path
from tests.publish import released


def manifest(site: Path) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = json.loads(
        (site / "dati/manifest.json").read_text(encoding="utf-8")
    )["files"]
    return entries


def test_the_manifest_tells_path_bytes_hash_and_rows_of_every_file(site: Path) -> None:
    entries = manifest(site)
    for entry in entries:
        assert list(entry) == ["path", "bytes", "sha256", "rows"]
        content = (site / str(entry["path"])).read_bytes()
        assert len(content) == entry["bytes"]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    on_disk = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert on_disk - {"dati/manifest.json"} == {entry["path"] for entry in entries}
    assert [entry["path"] for entry in entries] == sorted(str(entry["path"]) for entry in entries)


def test_every_table_says_how_many_rows_it_holds(site: Path) -> None:
    rows = {entry["path"]: entry["rows"] for entry in manifest(site)}
    for extension in ("csv", "json", "colonne.json", "geojson", "parquet", "xlsx", "ods"):
        assert rows[f"dati/posti-disponibili/posti-disponibili.{extension}"] == 30
    assert rows["dati/operatori/datapackage.json"] is None


def test_the_zip_holds_every_data_set_and_says_what_it_is(site: Path) -> None:
    with zipfile.ZipFile(site / "dati/mirato.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        readme = archive.read("LEGGIMI.txt").decode("utf-8")
        csv = archive.read("operatori/operatori.csv")
    assert csv == (site / "dati/operatori/operatori.csv").read_bytes()
    for slug in released.SLUGS:
        assert {f"{slug}/{slug}.parquet", f"{slug}/datapackage.json"} <= names
        assert f"== {slug}" in readme
    assert "CC BY 4.0" in readme
    assert "Dati dimostrativi: sì" in readme


def test_the_zip_does_not_depend_on_the_clock(site: Path) -> None:
    content = (site / "dati/mirato.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_search_engines_find_robots_and_a_sitemap_of_the_pages(tmp_path: Path) -> None:
    site = released.write_site(tmp_path, day=date(2026, 3, 1))
    assert f"Sitemap: {released.BASE}/sitemap.xml" in (site / "robots.txt").read_text("utf-8")
    unlisted = '<meta name="robots" content="noindex">'
    pages = {"index.html": "", "dati/operatori/index.html": "", "città/index.html": ""}
    demo = released.config()
    real = demo.model_copy(
        update={"fonti": [item.model_copy(update={"sintetica": False}) for item in demo.fonti]}
    )
    for config, every in ((real, ""), (demo, unlisted)):
        for path, text in {**pages, "404.html": "", "riservata/index.html": unlisted}.items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_text(f"<!doctype html>{every}{text}", encoding="utf-8")
        assert write_sitemap(config, site) == 3
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ET.parse(site / "sitemap.xml").getroot()
    found = [(node.findtext(f"{name}loc"), node.findtext(f"{name}lastmod")) for node in root]
    assert found == [
        (f"{released.BASE}/citt%C3%A0/", "2026-03-01"),
        (f"{released.BASE}/dati/operatori/", "2026-03-01"),
        (f"{released.BASE}/", "2026-03-01"),
    ]


def test_well_known_addresses_point_at_files_that_are_there(site: Path) -> None:
    linkset = json.loads((site / ".well-known/api-catalog").read_text(encoding="utf-8"))["linkset"]
    links = [link["href"] for kind in ("service-desc", "service-meta") for link in linkset[0][kind]]
    void = (site / ".well-known/void").read_text(encoding="utf-8")
    for link in links:
        assert (site / link.removeprefix(f"{released.BASE}/")).is_file()
        assert link in void or link.endswith("openapi.json")


def test_a_catalogue_that_is_not_valid_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("etl.publish.publish")
    monkeypatch.setattr(module, "shape_errors", lambda _graph: ["nodo: manca dct:title"])
    with pytest.raises(ReleaseRefusedError, match="non rispetta DCAT-AP in 1 punti"):
        released.write_zone(tmp_path)
    assert not (tmp_path / "pubblico").exists()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("dati/operatori/operatori.csv", "datasets/operatori/operatori.csv"),
        ("dati/operatori/versioni/1.0.0/x.csv", "datasets/operatori/versioni/1.0.0/x.csv"),
        ("dati/mirato.zip", "portale/dati/mirato.zip"),
        ("dati/api/v1/indice.json", "portale/dati/api/v1/indice.json"),
        ("dati/manifest.json", "manifest.json"),
        ("robots.txt", "portale/robots.txt"),
    ],
)
def test_a_file_of_the_site_has_one_place_in_the_zone(path: str, place: str) -> None:
    assert zone_path(path) == place
