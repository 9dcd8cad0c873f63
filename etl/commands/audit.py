"""`python -m etl audit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from etl.config import ROOT, load_config


def audit(
    releases: Annotated[
        list[Path] | None,
        typer.Argument(help="Cartelle dei dati pubblicati, dalla più vecchia alla più nuova."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Scrive i conteggi in JSON.")] = False,
) -> None:
    """Prova, dai soli file pubblicati, che nessun valore nascosto si può ricavare.

    Esce con stato 1 se un valore nascosto si ricava o si conosce con troppa precisione.

    Esempio: python -m etl audit rilasci/2026-09 rilasci/2026-10 output/dati
    """
    from etl.audit import audit as prove
    from etl.audit.files import read_release
    from etl.audit.perturbed import check_perturbed
    from etl.contracts import load_contracts

    folders = releases or [ROOT / "output" / "dati"]
    console = Console(highlight=False)
    absent = [str(folder) for folder in folders if not folder.is_dir()]
    if absent:
        console.print(f"La cartella non c’è: {', '.join(absent)}.", markup=False)
        raise typer.Exit(2)
    limits = load_config().riservatezza
    contracts = load_contracts()
    tables = [
        read_release(folder, contracts, limits, f"{number}:{folder.name}")
        for number, folder in enumerate(folders, start=1)
    ]
    if not any(tables):
        console.print("In queste cartelle non ci sono tabelle con valori nascosti.")
        raise typer.Exit(2)
    report = prove(tables)
    perturbed = check_perturbed(folders[-1], contracts, limits)
    passed = report.passed and perturbed.passed
    if as_json:
        found = {**report.public(), "perturbati": perturbed.public()}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        verdict = "regge" if passed else "NON regge"
        console.print(
            f"Tabelle: {report.tables} in {report.releases} rilasci. Valori mostrati: "
            f"{report.shown}; nascosti: {report.hidden}.\n"
            f"Valori nascosti che si ricavano: {report.recovered}. Valori nascosti che si "
            f"conoscono con troppa precisione: {report.narrow}.\n"
            f"Conteggi protetti: {perturbed.shown} in {perturbed.tables} tabelle; troppo piccoli: "
            f"{perturbed.small}; con due valori per le stesse persone: {perturbed.unlike}. Forse "
            f"piccoli: {perturbed.possible}, di cui si ricavano {perturbed.exact}; per ognuno "
            f"restano possibili almeno {perturbed.fewest} valori.\n"
            f"Esito: la protezione {verdict}.",
            markup=False,
        )
    if not passed:
        raise typer.Exit(1)
