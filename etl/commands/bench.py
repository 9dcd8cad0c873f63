"""`python -m etl bench`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from etl.config import load_config

if TYPE_CHECKING:
    from etl.bench.matching import Measure, Ratio
    from etl.bench.suppression import AuditMeasure, Figures

_TEXTS = ("lavoro", "programma", "dimensione")


def bench(
    scale: Annotated[float, typer.Option(help="1 è la regione intera.", min=0.01)] = 1.0,
    nation: Annotated[
        bool, typer.Option(help="Misura l’incrocio anche a dimensione nazionale.")
    ] = True,
) -> None:
    """Misura costruzione, resa delle pagine, protezione e incrocio, accanto ad altri.

    Valgono i rapporti dentro una stessa esecuzione, non i tempi assoluti.

    Esempio: python -m etl bench --scale 0.1
    """
    from etl.bench.matching import NATION, measure_matching
    from etl.bench.quota import recompute
    from etl.bench.rendering import compare
    from etl.bench.stages import cold_build, relocated
    from etl.bench.suppression import benchmark, measure_audit
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
        own = relocated(config, folder / "demo")
        released = in_force(folder / "build") / "datasets"
        renderings = compare(config, in_force(folder / "build"), folder)
        table = Table(title="Resa delle stesse pagine")
        for heading in ("motore", "pagine", "secondi", "CPU s", "pagine al secondo di CPU"):
            table.add_column(heading, justify="left" if heading == "motore" else "right")
        for item in renderings:
            rate = item.pages / item.cpu
            cells = (f"{item.pages}", f"{item.wall:.1f}", f"{item.cpu:.1f}", f"{rate:.0f}")
            table.add_row(item.name, *cells)
        console.print(table)
        _print_audit([measure_audit(own, released, count) for count in (1, 12)], console)
    _print_suppression(benchmark(), console)
    _print_matching(*measure_matching(nation=NATION if nation else None), console)


def _print_audit(measures: list[AuditMeasure], console: Console) -> None:
    table = Table(title="Prova della protezione, sui file appena pubblicati")
    for heading in ("rilasci insieme", "tabelle", "valori nascosti", "secondi", "CPU s", "esito"):
        table.add_column(heading, justify="right")
    for one in measures:
        verdict = "regge" if one.passed else "NON regge"
        counts = (f"{one.releases}", f"{one.tables}", f"{one.hidden}")
        table.add_row(*counts, f"{one.wall:.1f}", f"{one.cpu:.1f}", verdict)
    console.print(table)


def _print_suppression(found: Figures, console: Console) -> None:
    table = Table(title="Che cosa nascondere: tabella di 13 × 40 × 4 con i totali, soglia 5")
    table.add_column("misura")
    table.add_column("valore", justify="right")
    for name, value in (
        ("celle", f"{found.cells}"),
        ("celle sensibili", f"{found.sensitive}"),
        ("celle nascoste", f"{found.hidden}"),
        ("nessuna scelta ne nasconde meno di", f"{found.bound:.0f}"),
        ("nascoste, se la scelta leggesse i valori veri", f"{found.hidden_lightest}"),
        (f"peso rispetto all’ottimo ({found.small_tables} tabelle)", f"{found.weight_ratio:.3f}"),
        ("scegliere, CPU s", f"{found.choose_seconds:.1f}"),
        ("provare, CPU s", f"{found.audit_seconds:.1f}"),
        ("prova semplice, due programmi a cella, CPU s", f"{found.plain_seconds:.1f}"),
        ("volte più veloce della prova semplice", f"{found.speedup:.1f}"),
        ("la prova passa", "sì" if found.audit_passed else "NO"),
    ):
        table.add_row(name, value)
    console.print(table)


def _print_matching(measures: list[Measure], ratios: list[Ratio], console: Console) -> None:
    table = Table(title="Incrocio: ogni programma in un processo suo, sulla stessa regione casuale")
    for heading in ("lavoro", "programma", "dimensione", "secondi", "CPU s", "memoria di picco MB"):
        table.add_column(heading, justify="left" if heading in _TEXTS else "right")
    for one in measures:
        figures = (f"{one.wall:.2f}", f"{one.cpu:.2f}", f"{one.peak_mb:.0f}")
        table.add_row(one.task, one.engine, one.size, *figures)
    console.print(table)
    table = Table(title="Incrocio: Mirato accanto agli altri (tempo di Mirato / tempo dell’altro)")
    for heading in (
        "lavoro",
        "programma",
        "orologio",
        "CPU",
        "stesso risultato",
        "volte più veloce",
    ):
        table.add_column(heading, justify="left" if heading in _TEXTS else "right")
    for beside in ratios:
        table.add_row(
            beside.task,
            beside.peer,
            f"{beside.wall:.3g}",
            f"{beside.cpu:.3g}",
            "sì" if beside.same else "NO",
            f"{1 / beside.cpu:.4g}" if beside.cpu else "–",
        )
    console.print(table)
