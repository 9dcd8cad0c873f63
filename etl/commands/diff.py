"""`python -m etl diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from etl.publish.diff import Difference

ROWS_SHOWN = 20


def diff(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help="La pubblicazione di prima: cartella o indirizzo."),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Quella di dopo.")],
    as_json: Annotated[bool, typer.Option("--json", help="Tutto, in JSON.")] = False,
) -> None:
    """Confronta due pubblicazioni, o due versioni di un insieme di dati, riga per riga.

    Dice la versione che i cambiamenti comportano. Un valore riservato in una delle due non è mai
    mostrato.

    Esempio: python -m etl diff https://mirato.example output
    """
    import json
    import tempfile
    from pathlib import Path

    from rich.console import Console

    from etl.publish.diff import NotComparableError, compare
    from etl.publish.previous import NothingPublishedError, datasets_at

    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        try:
            before = datasets_at(old, Path(name) / "prima")
            after = datasets_at(new, Path(name) / "dopo")
            for slug in sorted(set(before) & set(after)):
                (one, old_package), (two, new_package) = before[slug], after[slug]
                difference = compare(one, two, old_package, new_package)
                found[slug] = _told(difference, old_package["version"])
        except NothingPublishedError as error:
            errors.print(error.summary, style="bold red")
            raise typer.Exit(2) from None
        except NotComparableError as error:
            errors.print(str(error), style="bold red")
            raise typer.Exit(1) from None
    result = {
        "insiemi": found,
        "spariti": sorted(set(before) - set(after)),
        "nuovi": sorted(set(after) - set(before)),
    }
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _show(result)


def _told(difference: Difference, version: str) -> dict[str, Any]:
    from etl.publish.diff import Level
    from etl.publish.versions import next_version

    level = difference.level
    return {
        "livello": level.word,
        "versione": version,
        "versione_seguente": version if level is Level.NONE else next_version(version, level),
        "righe": {
            "prima": difference.rows_before,
            "dopo": difference.rows_after,
            "aggiunte": difference.added,
            "ritirate": difference.withdrawn,
            "modificate": difference.revised,
        },
        "campi": [change.as_dict() for change in difference.fields],
        "valori_modificati": dict(difference.values),
        "modifiche": difference.rows.to_pylist() if difference.rows is not None else None,
    }


def _show(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(title="Confronto")
    for name in ("insieme", "prima", "dopo", "aggiunte", "ritirate", "modificate", "versione"):
        table.add_column(name, justify="left" if name == "insieme" else "right")
    for slug, told in result["insiemi"].items():
        rows = told["righe"]
        version = f"{told['versione']} → {told['versione_seguente']}"
        if told["versione"] == told["versione_seguente"]:
            version = f"{told['versione']} (uguale)"
        table.add_row(slug, *(str(count) for count in rows.values()), version)
    console.print(table)
    for name, title in (("spariti", "Insiemi spariti"), ("nuovi", "Insiemi nuovi")):
        if result[name]:
            console.print(f"{title}: {', '.join(result[name])}", markup=False)
    for slug, told in result["insiemi"].items():
        for change in told["campi"]:
            subject = f"{slug}, {change['campo']}" if "campo" in change else slug
            console.print(f"{subject}: {change['cosa']}", markup=False)
        rows = told["modifiche"] or []
        for row in rows[:ROWS_SHOWN]:
            console.print(f"{slug}: {_line(row)}", markup=False)
        if len(rows) > ROWS_SHOWN:
            console.print(
                f"{slug}: altre {len(rows) - ROWS_SHOWN} modifiche; con --json si leggono tutte.",
                markup=False,
            )


def _line(row: dict[str, Any]) -> str:
    from etl.problems import shorten

    told = ("modifica", "campo_modificato", "valore_prima", "valore_dopo")
    key = ", ".join(str(value) for name, value in row.items() if name not in told)
    if row["campo_modificato"] is None:
        return f"riga {row['modifica']}: {shorten(key)}"
    before, after = (
        "vuoto" if row[name] is None else f"«{shorten(row[name])}»"
        for name in ("valore_prima", "valore_dopo")
    )
    return f"{shorten(key)}: {row['campo_modificato']} da {before} a {after}"
