"""The commands as Typer shows them: their help, and what a shell completes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import Annotated, Any

import typer

from .arguments import Parameter, Plain
from .choices import COMMANDS

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

_HELP = "Gradients of matrix expressions, derived one rule at a time; every step is checked by numbers."


def built(names: list[str]) -> Any:
    """The application with the named commands, as Typer runs it."""
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
        if isinstance(group := getattr(module, "app", None), typer.Typer):
            application.add_typer(group, name=name, short_help=COMMANDS[name], epilog=examples)
        else:
            application.command(name, short_help=COMMANDS[name], epilog=examples)(_declared(Plain(name, getattr(module, name))))
    return typer.main.get_command(application)


def _declared(command: Plain) -> Callable[..., int]:
    """The command's function with its parameters as Typer declares them."""
    given = command.function
    declared = FunctionType(given.__code__, given.__globals__, given.__name__, given.__defaults__)
    declared.__doc__ = given.__doc__
    declared.__annotations__ = {parameter.name: Annotated[parameter.type, _of_typer(parameter)] for parameter in command.params}
    return declared


def _of_typer(parameter: Parameter) -> Any:
    said: dict[str, Any] = {"metavar": None if parameter.is_flag else parameter.metavar, "help": parameter.help}
    if not parameter.opts:
        return typer.Argument(**said)
    if not parameter.words:
        return typer.Option(*parameter.opts, **said)

    def begun(incomplete: str) -> list[str]:
        return [word for word in parameter.words if word.startswith(incomplete)]

    return typer.Option(*parameter.opts, **said, autocompletion=begun)


def _print_version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"matgrad {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("-V", "--version", is_eager=True, callback=_print_version, help="Print the version and stop.")]


def _common(version: Version = False) -> None:
    """What holds for all commands: only `--version`."""
