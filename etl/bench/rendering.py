"""Page rendering beside Eleventy's, on the same pages."""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from etl.config import ROOT, Config
from etl.site import build_site

_MAIN = re.compile(r"(<main\b[^>]*>)(.*)(</main>)", re.S)


@dataclass(frozen=True)
class Rendering:
    """Pages rendered, wall seconds and CPU seconds."""

    name: str
    pages: int
    wall: float
    cpu: float


def compare(config: Config, zone: Path, folder: Path) -> list[Rendering]:
    """Return our rendering from the released zone, and Eleventy's of the same pages.

    Eleventy gets the body of every page ready made, and only puts it into one layout: what it
    does is less than what we do, so the comparison favours it.
    """
    ours_folder = folder / "nostro"
    ours = _measured("Pelican (Mirato)", lambda: build_site(config, zone, ours_folder))
    pages = sorted(ours_folder.rglob("*.html"))
    theirs = folder / "eleventy"
    _eleventy_project(pages, ours_folder, theirs)
    peer = _measured("Eleventy", lambda: _run_eleventy(theirs))
    built = sum(1 for _ in (theirs / "_site").rglob("*.html"))
    return [
        Rendering(ours[0], len(pages), *ours[1:]),
        Rendering(peer[0], built, *peer[1:]),
    ]


def _measured(name: str, work: object) -> tuple[str, float, float]:
    before = _cpu()
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return name, time.perf_counter() - start, _cpu() - before


def _cpu() -> float:
    used = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        used += usage.ru_utime + usage.ru_stime
    return used


def _eleventy_project(pages: list[Path], root: Path, folder: Path) -> None:
    (folder / "_data").mkdir(parents=True)
    (folder / "_includes").mkdir()
    records = []
    for page in pages:
        match = _MAIN.search(page.read_text(encoding="utf-8"))
        body = match[2] if match else ""
        records.append({"url": f"/{page.relative_to(root).as_posix()}", "body": body})
    (folder / "_data" / "pages.json").write_text(json.dumps(records), encoding="utf-8")
    home = (root / "index.html").read_text(encoding="utf-8")
    layout = _MAIN.sub(lambda m: f"{m[1]}{{{{ content | safe }}}}{m[3]}", home)
    (folder / "_includes" / "base.njk").write_text(layout, encoding="utf-8")
    (folder / "pages.njk").write_text(
        "---js\n"
        '{ pagination: { data: "pages", size: 1, alias: "voce" }, layout: "base.njk",\n'
        "  permalink: (data) => data.voce.url }\n"
        "---\n{{ voce.body | safe }}\n",
        encoding="utf-8",
    )
    (folder / "package.json").write_text('{"type":"module"}', encoding="utf-8")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")


def _run_eleventy(folder: Path) -> None:
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node")
    command = [node, "node_modules/@11ty/eleventy/cmd.cjs", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
