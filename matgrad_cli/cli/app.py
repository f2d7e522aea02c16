"""The `matgrad` command: finds the command that was asked for, reads its arguments, and turns errors into messages."""

from __future__ import annotations

from importlib import import_module

from .arguments import Plain, normalized
from .choices import COMMANDS
from .guard import guarded
from .settings import with_defaults


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code. Nothing escapes as a traceback."""
    return guarded(lambda: command_line(arguments), arguments)


def command_line(arguments: list[str]) -> int:
    """Run one command line; the exit code. Its errors are raised."""
    arguments = with_defaults(arguments)
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    function = getattr(import_module(f".{name}", __package__), name) if name else None
    if function and name != "rules":
        values = (plain := Plain(name, function)).values(normalized(plain, arguments[1:]))
        if values is not None:
            return int(function(**values))
    from .help import built

    command = built([name] if name else list(COMMANDS))
    result = command.main(args=normalized(command, arguments or ["--help"]), prog_name="matgrad", standalone_mode=False)
    return result if isinstance(result, int) else 0
