"""The HTML checker and the link checker find nothing on any page."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from etl.config import ROOT


def test_the_html_checker_finds_no_error(site: Path) -> None:
    checker = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    run = subprocess.run(
        ["java", "-jar", str(checker), "--errors-only", "--skip-non-html", str(site)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]


def test_no_link_and_no_fragment_is_broken(site: Path, tmp_path: Path) -> None:
    # the page of unknown addresses links from the root of the address in the configuration
    root = tmp_path / "radice"
    root.mkdir()
    shutil.copytree(site, root / "prova")
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("lychee")),
            "--offline",
            "--include-fragments",
            "--no-progress",
            f"--root-dir={root}",
            "--index-files=index.html",
            f"{root}/**/*.html",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
