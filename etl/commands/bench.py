"""`python -m etl bench`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from etl.config import load_config


def bench(
    scale: Annotated[float, typer.Option(help="1 è la regione intera.", min=0.01)] = 1.0,
) -> None:
    """Misura ogni fase della costruzione a freddo e la resa delle pagine accanto a Eleventy.

    Valgono i rapporti dentro una stessa esecuzione, non i tempi assoluti.

    Esempio: python -m etl bench --scale 0.1
    """
    from etl.bench.quota import recompute
    from etl.bench.rendering import compare
    from etl.bench.stages import cold_build, relocated
    from etl.protect.zone import in_force

    console = Console(highlight=False)
    config = load_config()
    with tempfile.TemporaryDirectory(prefix="mirato-bench-") as name:
        folder = Path(name)
        report = cold_build(config, scale, folder, lambda line: console.print(line, markup=False))
        total = sum(stage.seconds for stage in report.stages)
        table = Table(title=f"Costruzione a freddo, scala {scale:g}")
        for heading in ("fase", "secondi", "parte", "righe", "righe/s", "memoria di picco MB"):
            table.add_column(heading, justify="left" if heading == "fase" else "right")
        for stage in report.stages:
            table.add_row(
                stage.name,
                f"{stage.seconds:.1f}",
                f"{stage.seconds / total:.0%}",
                f"{stage.rows}",
                f"{stage.rows / stage.seconds:.0f}",
                f"{stage.peak_mb:.0f}",
            )
        console.print(table)
        received = next(stage.seconds for stage in report.stages if stage.name == "ricevere")
        again = recompute(relocated(config, folder / "demo"), folder / "build")
        console.print(
            f"Ricalcolo della quota: {again.statements} prospetti in {again.seconds:.2f} s, "
            f"{again.seconds / received:.1%} del tempo di riceverli."
        )
        renderings = compare(config, in_force(folder / "build"), folder)
        table = Table(title="Resa delle stesse pagine")
        for heading in ("motore", "pagine", "secondi", "CPU s", "pagine al secondo di CPU"):
            table.add_column(heading, justify="left" if heading == "motore" else "right")
        for item in renderings:
            rate = item.pages / item.cpu
            cells = (f"{item.pages}", f"{item.wall:.1f}", f"{item.cpu:.1f}", f"{rate:.0f}")
            table.add_row(item.name, *cells)
        console.print(table)
