"""The report of a check: for a terminal, for a program, or as a page that stands by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from rich.console import Console
from rich.text import Text

from etl.problems import Severity, shorten
from etl.receive.inspection import Inspection, places

LABELS = {Severity.FILE: "File rifiutato", Severity.ROW: "Rifiutato", Severity.NOTICE: "Avviso"}
_STYLES = {Severity.FILE: "bold red", Severity.ROW: "red", Severity.NOTICE: "yellow"}


def as_json(inspections: Sequence[Inspection]) -> str:
    """Return the reports as JSON."""
    body = {
        "esito": "rifiutato" if any(item.refused for item in inspections) else "accettato",
        "file": [item.as_dict() for item in inspections],
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


def as_html(inspections: Sequence[Inspection]) -> str:
    """Return the reports as one HTML page without scripts; every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("rapporto.html")
    return page.render(inspections=inspections, labels=LABELS, shorten=shorten)


def print_report(inspections: Sequence[Inspection], console: Console) -> None:
    """Print the reports; nothing in a file is taken for a markup of the terminal."""
    for item in inspections:
        console.rule(Text(shorten(item.name)), align="left")
        console.print(Text(f"{item.title} · {item.mapping}"))
        console.print(Text(item.verdict, "bold red" if item.refused else "bold green"))
        result = item.result
        console.print(
            Text(
                f"Letti: {result.rows_read}. "
                f"Accettati: {0 if result.refused else result.rows_accepted}. "
                "Rifiutati: "
                f"{result.rows_read if result.refused else result.rows_quarantined}."
            )
        )
        for found in item.groups():
            console.print()
            times = "" if found.count == 1 else f" ({found.count} volte)"
            head = Text(f"{LABELS[found.severity]}{times}: ", _STYLES[found.severity])
            console.print(head + Text(shorten(found.message, 600)))
            console.print(Text("  Dove: " + shorten(places(found.examples, found.count), 600)))
            values = dict.fromkeys(shorten(p.found) for p in found.examples if p.found)
            if values:
                console.print(Text("  Trovato: " + ", ".join(f"«{value}»" for value in values)))
            if found.expected:
                console.print(Text(f"  Atteso: {shorten(found.expected, 600)}"))
            console.print(Text(f"  Che cosa fare: {found.remedy}"))
        console.print()
