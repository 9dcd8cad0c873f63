"""`python -m etl build`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from etl.config import ROOT, load_config


def build(
    folder: Annotated[Path, typer.Option("--build", help="Cartella di lavoro.")] = ROOT / "build",
    output: Annotated[Path, typer.Option("--output", help="Cartella del sito.")] = ROOT / "output",
    force: Annotated[bool, typer.Option(help="Rifà tutto anche se nulla è cambiato.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Solo errori.")] = False,
) -> None:
    """Costruisce i dati aperti e il sito dalle fonti di portale.toml.

    Se qualcosa non va, ciò che era pubblicato resta com’era.

    Esempio: python -m etl build --quiet
    """
    from etl.pipeline import build as run

    console = Console(stderr=True, quiet=quiet, highlight=False)
    log = folder / "rapporti" / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    journal = logging.getLogger("mirato.build")
    journal.setLevel(logging.INFO)
    journal.addHandler(handler)

    def report(line: str) -> None:
        journal.info(line)
        console.print(line, markup=False)

    try:
        result = run(load_config(), folder, output, report, force=force)
    finally:
        journal.removeHandler(handler)
        handler.close()
    if result.unchanged:
        console.print("Nulla è cambiato dall’ultima costruzione: non c’è niente da rifare.")
        return
    table = Table(title="Costruzione completata")
    for name in ("fase", "secondi", "righe", "memoria MB"):
        table.add_column(name, justify="left" if name == "fase" else "right")
    for stage in result.stages:
        table.add_row(stage.name, f"{stage.seconds:.1f}", f"{stage.rows}", f"{stage.peak_mb:.0f}")
    console.print(table)
    console.print(f"Il sito è in {output}", markup=False)
