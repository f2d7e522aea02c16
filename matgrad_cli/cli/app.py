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
    "why": "Explain an idea, or the code of a message.",
}
"""The commands and what they do; the module of the same name is imported only when its command is used."""

EXAMPLES = {
    "explain": (
        'explain "norm(X@R - Y)**2 / m" --wrt R',
        'explain "x.T @ A @ x" --wrt x --numbers',
        'explain "logdet(S)" --wrt S -o page.html',
    ),
    "gradient": ('gradient "norm(X@w - y)**2" --wrt w', 'gradient "x^\\top A x" --wrt x --format numpy'),
    "solve": ('solve "norm(X@w - y)**2" --wrt w', 'solve "w.T@S@w" --wrt w --assume "S spd" --subject-to "sum(w) = 1"'),
    "check": ("check answer.md", "check answers/ --key key.toml --format csv", "check layer.py"),
    "rules": ("rules list", "rules show trace-cyclic", "rules test trace-cyclic"),
    "why": ("why delta", "why shape-mismatch"),
}
"""Command lines at the end of each help, without the word `matgrad`."""

_LATEX = "How LaTeX is numbered, labelled, and set (∂ or ∇, T, bold, columns): matgrad why bad-settings."
NOTES = {"explain": _LATEX, "solve": _LATEX}
"""What is said under the examples of a help."""

_HELP = "Gradients of matrix expressions, derived one rule at a time; every step is checked by numbers."


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code. Nothing escapes as a traceback."""
    return guarded(lambda: command_line(arguments), arguments)


def command_line(arguments: list[str]) -> int:
    """Run one command line; the exit code. Its errors are raised."""
    arguments = with_defaults(arguments)
    application = build([arguments[0]] if arguments and arguments[0] in COMMANDS else list(COMMANDS))
    command = typer.main.get_command(application)
    result = command.main(args=normalized(command, arguments or ["--help"]), prog_name="matgrad", standalone_mode=False)
    return result if isinstance(result, int) else 0


def build(names: list[str]) -> typer.Typer:
    """The application with the named commands."""
    application = typer.Typer(
        name="matgrad",
        add_completion=len(names) > 1,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="`matgrad COMMAND --help` lists the options of a command, and shows examples.",
    )
    application.callback(help=_HELP)(_common)
    for name in names:
        module = import_module(f".{name}", __package__)
        examples = "\b\nExamples:\n" + "\n".join(f"  matgrad {example}" for example in EXAMPLES[name])
        examples += f"\n\n{NOTES[name]}" if name in NOTES else ""
        if isinstance(group := getattr(module, "app", None), typer.Typer):
            application.add_typer(group, name=name, short_help=COMMANDS[name], epilog=examples)
        else:
            application.command(name, short_help=COMMANDS[name], epilog=examples)(getattr(module, name))
    return application


def _print_version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"matgrad {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("-V", "--version", is_eager=True, callback=_print_version, help="Print the version and stop.")
]


def _common(version: Version = False) -> None:
    """What holds for all commands: only `--version`."""
