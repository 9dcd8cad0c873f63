"""The same zone gives the same bytes; a zone that is not whole gives no site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etl.config import ROOT
from etl.site import build_site
from etl.site.released import SiteError
from tests.site import fabricated


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_builds_give_the_same_bytes_whatever_the_machine_s_seed_zone_and_language(
    zone: Path, site: Path, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from etl.site import build_site; "
        "from tests.site import fabricated; "
        "build_site(fabricated.config(), Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": "1",
    }
    again = tmp_path / "altro"
    subprocess.run(
        [sys.executable, "-c", script, str(zone), str(again)],
        check=True,
        cwd=ROOT,
        env=environment,
    )
    first, second = tree(site), tree(again)
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_pages_that_did_not_change_stay_the_same_file(
    zone: Path, site: Path, tmp_path: Path
) -> None:
    previous = tmp_path / "prima"
    shutil.copytree(site, previous)
    (previous / "index.html").write_text("vecchia", encoding="utf-8")
    output = tmp_path / "dopo"
    build_site(fabricated.config(), zone, output, previous)
    assert (output / "dati/index.html").samefile(previous / "dati/index.html")
    assert not (output / "index.html").samefile(previous / "index.html")
    assert tree(output) == tree(site)


@pytest.mark.parametrize(
    "lacking",
    [
        "datasets/operatori/operatori.parquet",
        "geografia/province.geojson",
        "qualita/qualita.json",
        "manifest.json",
    ],
)
def test_a_zone_without_one_of_its_files_is_refused_by_name(
    zone: Path, tmp_path: Path, lacking: str
) -> None:
    broken = tmp_path / "zona"
    shutil.copytree(zone, broken)
    (broken / lacking).unlink()
    with pytest.raises(SiteError, match=Path(lacking).name):
        build_site(fabricated.config(), broken, tmp_path / "output")


def test_a_file_that_the_manifest_does_not_describe_is_refused(zone: Path, tmp_path: Path) -> None:
    broken = tmp_path / "zona"
    shutil.copytree(zone, broken)
    path = broken / "datasets/operatori/operatori.csv"
    path.unlink()
    path.write_bytes(b"altro")
    with pytest.raises(SiteError, match=r"operatori\.csv"):
        build_site(fabricated.config(), broken, tmp_path / "output")


def test_a_page_that_cannot_be_read_stops_the_build(
    zone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    (content / "pagine" / "senza-titolo.md").write_text("Solo testo.\n", encoding="utf-8")
    monkeypatch.setattr("etl.site.build.CONTENT", content)
    with pytest.raises(SiteError, match="senza-titolo"):
        build_site(fabricated.config(), zone, tmp_path / "output")


def test_the_site_reads_the_releasable_zone_alone(zone: Path, tmp_path: Path) -> None:
    restricted = zone.parent / "riservato"
    restricted.mkdir(exist_ok=True)
    opened: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes, Path)):
            opened.append(os.fsdecode(arguments[0]))

    sys.addaudithook(watch)
    build_site(fabricated.config(), zone, tmp_path / "output")
    inside = [name for name in opened if name.startswith(str(zone.parent))]
    assert inside
    assert all(name.startswith(str(zone)) for name in inside)
