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
    demo = folder / "demo"
    generate(config, demo, scale=scale, seed=1)
    return build(relocated(config, demo), folder / "build", folder / "output", report)
