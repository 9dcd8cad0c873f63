"""The whole build, cold, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from etl.config import Config
from etl.demo.generation import generate
from etl.pipeline import BuildReport, build


def relocated(config: Config, demo: Path) -> Config:
    """Return the configuration with every synthetic source taken from `demo`."""
    sources = [
        source.model_copy(
            update={"percorso": str(demo / Path(source.percorso).relative_to("build/demo"))}
        )
        if source.sintetica and source.percorso
        else source
        for source in config.fonti
    ]
    return config.model_copy(update={"fonti": sources})


def cold_build(
    config: Config, scale: float, folder: Path, report: Callable[[str], None]
) -> BuildReport:
    """Generate demo sources at `scale` below `folder`, build from nothing, return what it took."""
    generate(config, folder / "demo", scale=scale, seed=1)
    own = relocated(config, folder / "demo")
    if scale < 1:  # a small region must hide more than a portal may
        limits = own.riservatezza.model_copy(update={"quota_massima_nascosta": 1.0})
        own = own.model_copy(update={"riservatezza": limits})
    return build(own, folder / "build", folder / "output", report)
