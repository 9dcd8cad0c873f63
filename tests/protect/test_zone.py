"""The releasable zone is swapped whole, and nobody else writes there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from etl.config import ROOT
from etl.protect.zone import ReleasableZone, swap


def test_an_unchanged_file_stays_the_same_file(tmp_path: Path) -> None:
    first = ReleasableZone(tmp_path)
    first.write("a/x.csv", b"uno")
    swap([(first.folder, first.current)])
    before = (tmp_path / "pubblico/a/x.csv").stat()
    second = ReleasableZone(tmp_path)
    second.write("a/x.csv", b"uno")
    swap([(second.folder, second.current)])
    after = (tmp_path / "pubblico/a/x.csv").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_changed_file_leaves_the_one_in_force_alone_until_the_swap(tmp_path: Path) -> None:
    first = ReleasableZone(tmp_path)
    first.write("x.csv", b"uno")
    swap([(first.folder, first.current)])
    second = ReleasableZone(tmp_path)
    second.write("x.csv", b"due")
    assert (tmp_path / "pubblico/x.csv").read_bytes() == b"uno"


def test_nothing_is_written_outside_the_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fuori dalla zona"):
        ReleasableZone(tmp_path).write("../x", b"")


def test_when_one_folder_cannot_be_swapped_none_is(tmp_path: Path) -> None:
    for name in ("sito", "sito-nuovo"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text(name)
    with pytest.raises(OSError, match="manca"):
        swap(
            [
                (tmp_path / "sito-nuovo", tmp_path / "sito"),
                (tmp_path / "manca", tmp_path / "altro"),
            ]
        )
    assert (tmp_path / "sito/f").read_text() == "sito"
    assert (tmp_path / "sito-nuovo/f").read_text() == "sito-nuovo"


def test_only_protect_names_the_releasable_zone_as_a_place_to_write() -> None:
    writers = re.compile(r"""/ f?["'](?:\.pubblico-nuovo|pubblico)["'/]""")
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "etl").rglob("*.py"))
        if writers.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["etl/protect/zone.py"]
