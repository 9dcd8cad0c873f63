"""`python -m etl release`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.config import ROOT, load_config

if TYPE_CHECKING:
    from etl.publish.previous import PublishedRelease


def release(
    target: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Il collegamento da cui il sito è servito.")
    ] = ROOT / "build" / "pubblicato",
    published: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|URL", help="La pubblicazione in vigore, se non è quella in --to."
        ),
    ] = None,
    online: Annotated[
        bool,
        typer.Option(
            "--online",
            help="La pubblicazione in vigore è all’indirizzo di portale.toml (url_base).",
        ),
    ] = False,
    first: Annotated[
        bool,
        typer.Option(
            "--first", help="Non c’è ancora nulla di pubblicato: le versioni partono da 1.0.0."
        ),
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="INSIEME", help="Accetta quanto è cambiato in un insieme di dati."),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="CONTROLLO", help="Salta un controllo; il riepilogo lo dice."),
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Il giorno del rilascio, se non è oggi."),
    ] = None,
    work: Annotated[Path, typer.Option("--build", help="Cartella di lavoro.")] = ROOT / "build",
    quiet: Annotated[bool, typer.Option("--quiet", help="Solo errori.")] = False,
) -> None:
    """Legge la pubblicazione in vigore, costruisce la nuova, la controlla e la consegna.

    Se un passo fallisce, ciò che è pubblicato resta com’è. Il riepilogo è in
    build/rapporti/rilascio.md.

    Esempio: python -m etl release --published https://mirato.example --to build/pubblicato

    La prima volta: python -m etl release --first
    """
    from rich.console import Console

    from etl.pipeline import build
    from etl.release import GATES, Request
    from etl.release import release as run

    console = Console(stderr=True, quiet=quiet, highlight=False)
    unknown = sorted(set(skip or []) - set(GATES))
    if unknown:
        raise typer.BadParameter(
            f"«{unknown[0]}» non è un controllo. I controlli: {', '.join(GATES)}."
        )
    if online and published:
        raise typer.BadParameter("--online e --published dicono la stessa cosa: usarne uno.")
    config = load_config()
    today = (day or datetime.now(UTC)).date()
    log = work / "rapporti" / "rilascio.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    journal = logging.getLogger("mirato.release")
    journal.setLevel(logging.INFO)
    journal.addHandler(handler)

    def report(line: str) -> None:
        journal.info(line)
        console.print(line, markup=False)

    def build_candidate(previous: PublishedRelease | None, folder: Path) -> None:
        build(config, work, folder, report, force=True, previous=previous, day=today)

    request = Request(
        published=published or (config.portale.url_base if online else str(target)),
        target=target,
        work=work,
        day=today,
        first=first,
        accepted=accept or [],
        skipped=skip or [],
    )
    try:
        outcome = run(config, request, build_candidate, report)
    finally:
        journal.removeHandler(handler)
        handler.close()
    done = "Consegnato" if outcome.delivered else "Nulla di nuovo: resta pubblicato"
    console.print(f"{done} in {target}. Riepilogo: {work / 'rapporti' / 'rilascio.md'}")
