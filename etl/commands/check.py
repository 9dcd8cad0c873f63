"""`python -m etl check`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ReportFormat(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="File, cartelle o zip da controllare."),
    ],
    contract: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="CONTRACT",
            help="Di che cosa si tratta: catalogo-operatori, consensi o prospetti. "
            "Se manca, lo dicono il formato e le intestazioni.",
        ),
    ] = None,
    report: Annotated[
        ReportFormat, typer.Option("--format", help="Come scrivere il rapporto.")
    ] = ReportFormat.TEXT,
) -> None:
    """Controlla un file prima di inviarlo e dice riga, colonna e rimedio di ogni problema.

    Finisce con 0 se il file è accettato, 1 se qualcosa è rifiutato, 2 se il comando è sbagliato.

    Esempio: python -m etl check catalogo.csv --as catalogo-operatori
    """
    from rich.console import Console

    from etl.config import load_config
    from etl.receive.checks import Registers
    from etl.receive.geography import load_geography
    from etl.receive.inspection import UnknownFileError, contract_names, inspect
    from etl.receive.occupations import load_occupations
    from etl.receive.report import as_html, as_json, print_report

    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    if contract is not None and contract not in contract_names():
        errors.print(f"«{contract}» non è un contratto. Usare: {', '.join(contract_names())}.")
        raise typer.Exit(2)
    missing = [path for path in paths if not path.exists()]
    if missing:
        errors.print("Non esiste: " + ", ".join(str(path) for path in missing))
        raise typer.Exit(2)
    config = load_config()
    registers = Registers(
        load_geography(config), load_occupations(), config.riservatezza.popolazione_minima_comuni
    )
    try:
        found = [item for path in paths for item in inspect(config, path, contract, registers)]
    except UnknownFileError as error:
        errors.print(str(error))
        raise typer.Exit(2) from None
    if report is ReportFormat.JSON:
        typer.echo(as_json(found))
    elif report is ReportFormat.HTML:
        typer.echo(as_html(found))
    else:
        print_report(found, Console(soft_wrap=True, highlight=False))
    if any(item.refused for item in found):
        raise typer.Exit(1)
