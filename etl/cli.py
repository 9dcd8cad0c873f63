"""The command line: every command on one screen, each with an example, messages in Italian."""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from rich.console import Console

from etl.config import ConfigError
from etl.contracts import ContractError
from etl.problems import InputRefusedError, ReleaseRefusedError

COMMANDS = ("demo", "check", "quota", "build", "match", "audit", "diff", "release", "bench")

app = typer.Typer(
    name="python -m etl",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help"]},
    help=(
        "Mirato: dai file dei fornitori ai dati aperti e al sito.\n\n"
        "Esempio: python -m etl demo --out build/demo && python -m etl build"
    ),
)
for _name in COMMANDS:
    app.command(_name)(getattr(import_module(f"etl.commands.{_name}"), _name))


def main() -> None:
    """Run the command line; a refusal ends with status 1 and a message, never a stack trace."""
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        app()
    except (ConfigError, ContractError) as error:
        errors.print(str(error), style="bold red")
        sys.exit(2)
    except (InputRefusedError, ReleaseRefusedError) as error:
        errors.print(error.summary, style="bold red")
        sys.exit(1)
