"""The whole build in a process of its own, from a small invented region's files to the site."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from etl.config import ROOT

SCALE = 0.01
SEED = 7


def configured(folder: Path, sources: Path, change: Callable[[str], str] = str) -> Path:
    """Write a portale.toml in `folder` that takes its sources from `sources`.

    So small a region must hide most of its figures: here it may.
    """
    text = (ROOT / "portale.toml").read_text(encoding="utf-8")
    text = text.replace("quota_massima_nascosta = 0.3", "quota_massima_nascosta = 1.0")
    path = folder / "portale.toml"
    path.write_text(change(text.replace("build/demo", str(sources))), encoding="utf-8")
    return path


def run(folder: Path, config: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m etl build` in its own process, with work and site folders in `folder`."""
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "etl", "build"]
    command += ["--build", str(folder / "build"), "--output", str(folder / "output")]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "MIRATO_CONFIG": str(config), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
