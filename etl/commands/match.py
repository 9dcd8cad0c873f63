"""`python -m etl match`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.config import ROOT, load_config

if TYPE_CHECKING:
    from rich.console import Console

    from etl.matching import Outcome


def match(
    regime: Annotated[
        str | None,
        typer.Option(
            metavar="REGOLA",
            help="massimo_punteggio, posti_poi_punteggio, graduatoria o graduatoria_poi_punteggio. "
            "Se manca, quella di portale.toml.",
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--build", help="Cartella di lavoro; scrive solo in riservato/.")
    ] = ROOT / "build",
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Non mostra l’avanzamento, solo il riepilogo.")
    ] = False,
) -> None:
    """Fa soltanto l’incrocio tra persone e posti, e ne dice i numeri che si possono mostrare.

    Gli abbinamenti vanno in build/riservato/incrocio/: sono suggerimenti per chi decide, e non
    si pubblicano. Il riepilogo ha solo numeri protetti.

    Esempio: python -m etl match --regime graduatoria
    """
    from rich.console import Console

    from etl.derive.matching.regimes import REGIMES
    from etl.matching import match_only

    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, quiet=quiet)
    if regime is not None and regime not in REGIMES:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(
            f"La regola «{regime}» non c’è. Scegliere tra: {', '.join(REGIMES)}."
        )
        raise typer.Exit(2)
    outcome = match_only(load_config(), folder, regime, errors.print)
    _print(outcome, Console(soft_wrap=True, highlight=False, markup=False))


def _print(outcome: Outcome, console: Console) -> None:
    from rich.table import Table

    from etl.contracts import PUBLISHED, vocabulary

    names = vocabulary("regime")
    console.print(f"Regola: {names[outcome.regime].it}. Dimostrata: sì.")
    table = Table(title="Le regole a confronto")
    for heading in ("regola", "posti", "posti coperti", "oltre il confine"):
        table.add_column(heading, justify="left" if heading == "regola" else "right")
    regimes = outcome.tables["incrocio-regimi"].to_dict("records")
    for row in regimes:
        shown = row["posti_coperti_stato"] == PUBLISHED
        low, high = row["fuori_provincia_minimo"], row["fuori_provincia_massimo"]
        crossing = (f"{low}" if low == high else f"{low}–{high}") if shown else "riservato"
        table.add_row(
            names[row["regime"]].it,
            f"{row['posti']}",
            f"{row['posti_coperti']}" if shown else "riservato",
            crossing,
        )
    console.print(table)
    borders = outcome.tables["incrocio-confini"]
    best = next(row for row in regimes if row["regime"] == "posti_poi_punteggio")
    if (borders["posti_coperti_dentro_stato"] == PUBLISHED).all() and (
        best["posti_coperti_stato"] == PUBLISHED
    ):
        inside = int(borders["posti_coperti_dentro"].sum())
        console.print(
            f"Restando ognuno nella sua provincia: {inside} posti. Passando i confini: "
            f"{best['posti_coperti']}, cioè {int(best['posti_coperti']) - inside} in più."
        )
    obstacles = outcome.tables["incrocio-ostacoli"]
    words = vocabulary("requisito")
    gains = obstacles[obstacles["posti_in_piu_stato"] == PUBLISHED]
    for row in gains.sort_values(["posti_in_piu", "requisito"], ascending=[False, True])[
        :5
    ].to_dict("records"):
        console.print(f"Senza «{words[row['requisito']].it}»: +{row['posti_in_piu']} posti.")
    texts = outcome.tables["incrocio-testi"]
    console.print(
        f"Frasi dei datori lette: {texts['frasi'].sum()}, non comprese: "
        f"{texts['frasi_non_comprese'].sum()}."
    )
    console.print(f"Gli abbinamenti sono in {outcome.folder}: riservati, non si pubblicano.")
