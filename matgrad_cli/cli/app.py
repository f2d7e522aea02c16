"""The `matgrad` command: finds the command that was asked for, reads its arguments, and turns errors into messages."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from .arguments import normalized
from .guard import guarded
from .settings import with_defaults

COMMANDS = {
    "explain": "Derive a gradient, one rule at a time.",
    "gradient": "Print a gradient alone, also as code.",
    "solve": "Set the gradient to zero and solve.",
    "check": "Judge answers and derivations, line by line.",
    "rules": "List, show, test and write the identities.",
    "why": "Explain the code of a message.",
}
"""The commands and what they do; the module of the same name is imported only when its command is used."""

_HELP = "Gradients of matrix expressions, derived one rule at a time; every step is checked by numbers."


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code. Nothing escapes as a traceback."""
    return guarded(lambda: command_line(arguments), arguments)


def command_line(arguments: list[str]) -> int:
    """Run one command line; the exit code. Its errors are raised."""
    arguments = with_defaults(["--help" if word == "-h" else "--version" if word == "-V" else word for word in arguments])
    application = build([arguments[0]] if arguments and arguments[0] in COMMANDS else list(COMMANDS))
    command = typer.main.get_command(application)
    result = command.main(args=normalized(command, arguments or ["--help"]), prog_name="matgrad", standalone_mode=False)
    return result if isinstance(result, int) else 0


def build(names: list[str]) -> typer.Typer:
    """The application with the named commands."""
    application = typer.Typer(
        name="matgrad",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog="`matgrad COMMAND --help` lists the options of a command.",
    )
    application.callback(help=_HELP)(_common)
    for name in names:
        module = import_module(f".{name}", __package__)
        if isinstance(group := getattr(module, "app", None), typer.Typer):
            application.add_typer(group, name=name, short_help=COMMANDS[name])
        else:
            application.command(name, short_help=COMMANDS[name])(getattr(module, name))
    return application


def _print_version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"matgrad {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and stop.")]


def _common(version: Version = False) -> None:
    """What holds for all commands: only `--version`."""
