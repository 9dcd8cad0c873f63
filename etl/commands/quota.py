"""`python -m etl quota`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from etl.derive.quota.report import Recomputed


def quota(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Prospetti XML, cartelle o zip che ne contengono."),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Scrive un elenco JSON, un elemento per prospetto.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Non mostra l’avanzamento né gli avvisi.")
    ] = False,
) -> None:
    """Ricalcola la quota di ogni prospetto e la mette accanto a ciò che dichiara.

    Le cifre sono riservate: dicono quante persone con disabilità lavorano in un’azienda.

    Finisce con 0 se tutti i prospetti sono stati ricalcolati, anche con differenze; con 1 se
    qualcuno non si può usare; con 2 se il comando è sbagliato.

    Esempio: python -m etl quota build/demo/prospetti --json
    """
    import json

    from rich.console import Console
    from rich.progress import Progress

    from etl.derive.quota.report import read, recompute
    from etl.problems import Severity

    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    missing = [path for path in files if not path.exists()]
    if missing:
        errors.print("Non esiste: " + ", ".join(str(path) for path in missing))
        raise typer.Exit(2)
    with Progress(console=errors, transient=True, disable=quiet) as progress:
        task = progress.add_task("Lettura dei prospetti", total=None)
        found = recompute(_counted(read(files), progress, task))
    if as_json:
        typer.echo(json.dumps(found.statements, ensure_ascii=False, indent=2))
    else:
        _print(found, Console(soft_wrap=True, highlight=False, markup=False))
    for problem in found.problems:
        if not quiet or problem.severity is not Severity.NOTICE:
            errors.print(problem.line())
    if found.refused:
        raise typer.Exit(1)


def _counted(items: Any, progress: Any, task: Any) -> Any:
    for item in items:
        progress.advance(task)
        yield item


def _print(found: Recomputed, console: Console) -> None:
    from rich.table import Table

    from etl.derive.quota.report import SHOWN

    for index, report in enumerate(found.statements):
        law, reasons = found.reasons(index)
        console.rule(f"Prospetto {report['codice_comunicazione']}", align="left")
        for reason in reasons:
            if reason.sentence and not reason.where:
                article = f" [{reason.article}]" if reason.article else ""
                console.print(f"- {reason.sentence}{article}")
        table = Table()
        table.add_column("cifra")
        table.add_column("Italia", justify="right")
        for province in report["province"]:
            table.add_column(province["provincia"], justify="right")
        for name in SHOWN:
            values = [report["nazionale"], *report["province"]]
            table.add_row(name, *(_written(value[name]) for value in values))
        console.print(table)
        for reason in reasons:
            if reason.sentence and reason.where:
                console.print(f"- Provincia {reason.where}: {reason.sentence}")
        used = {
            name
            for reason in reasons
            if reason.sentence
            for name in reason.inputs
            if name in law.entries
        }
        doubtful = [law.entries[name].title for name in law.unverified(used)]
        if doubtful:
            console.print("Da verificare: " + "; ".join(doubtful) + ".")
        if not report["differenze"]:
            console.print("Nessuna differenza con ciò che il prospetto dichiara.")
        for item in report["differenze"]:
            console.print(f"! {_difference(item)}")
        console.print("")


def _written(value: int | None) -> str:
    return "da verificare" if value is None else str(value)


def _difference(item: dict[str, Any]) -> str:
    where = f"provincia {item['provincia']}" if item["provincia"] else "Italia"
    match item["tipo"]:
        case "valore_diverso":
            return (
                f"{where}, {item['cifra']}: dichiarato {item['dichiarato']}, "
                f"calcolato {item['calcolato']}."
            )
        case "non_calcolabile":
            return f"{where}, {item['cifra']}: la regola di quel giorno non è nota."
        case "provincia_assente":
            return f"{where}: sta solo nel quadro 2 o solo nel quadro 3."
        case _:
            return "Il prospetto non ha il quadro 3."
