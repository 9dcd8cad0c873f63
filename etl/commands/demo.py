"""`python -m etl demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from etl.config import ROOT, load_config


def demo(
    out: Annotated[Path, typer.Option("--out", help="Cartella in cui scrivere i file.")] = ROOT
    / "build"
    / "demo",
    scale: Annotated[
        float,
        typer.Option("--scale", min=0.0001, help="1 è una regione intera; 0,02 per le prove."),
    ] = 1.0,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seme: a seme uguale, file uguali.")
    ] = None,
    if_needed: Annotated[
        bool,
        typer.Option("--if-needed", help="Solo se portale.toml chiede fonti dimostrative assenti."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Solo errori.")] = False,
) -> None:
    """Scrive i file dei fornitori, inventati ma nei formati veri.

    Prospetti informativi, cataloghi provinciali, doti, iscritti, consensi, ambiti e ritorni di
    monitoraggio. Tutto è dimostrativo: nessuna persona, azienda o ente reale.

    Esempio: python -m etl demo --out build/demo --scale 0.02
    """
    from etl.demo.generation import SEED, generate

    config = load_config()
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if if_needed:
        wanted = [
            Path(source.percorso) for source in config.fonti if source.sintetica and source.percorso
        ]
        if all((ROOT / path).exists() for path in wanted):
            console.print("Le fonti dimostrative ci sono già, o non servono.", markup=False)
            return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=quiet,
    )
    with bar:
        kinds = ("prospetti", "cataloghi", "monitoraggio", "doti", "iscritti")
        tasks = {name: bar.add_task(name, total=None) for name in kinds}

        def show(name: str, done: int, total: int) -> None:
            bar.update(tasks[name], completed=done, total=total)

        truth = generate(config, out, scale, SEED if seed is None else seed, show)
    console.print(
        f"Scritti in {out}: {truth.statements} prospetti con {truth.vacancies} offerte "
        f"({truth.posts} posti), {truth.sites} sedi di {truth.operators} operatori, "
        f"{truth.enrolled} iscritti, {sum(truth.consents.values())} consensi. "
        "Sono dati dimostrativi.",
        markup=False,
    )
