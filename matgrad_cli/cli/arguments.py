"""The command line before Typer sees it. A loss may begin with `-`, so only an exact known option is an option."""

from __future__ import annotations

from typing import Any

from ..diagnostics import UsageError
from .choices import nearest
from .settings import HABITS

Command = Any  # Typer's own command class is not part of its public interface


def normalized(command: Command, arguments: list[str]) -> list[str]:
    """The same arguments with options first and everything else after `--`: `explain -x.T@x --wrt x` is
    `explain --wrt x -- -x.T@x`. Unknown commands, options without a value and superfluous arguments are refused."""
    chosen: list[str] = []
    rest = list(arguments)
    while hasattr(command, "commands"):
        options, rest = _leading_options(command, rest)
        chosen += options
        if not rest:
            return chosen if options else [*chosen, "--help"]
        name = rest.pop(0)
        if name not in command.commands:
            raise _unknown_command(name, command, chosen)
        chosen.append(name)
        command = command.commands[name]
    return chosen + _sorted_out(command, rest)


def _leading_options(group: Command, arguments: list[str]) -> tuple[list[str], list[str]]:
    known = _options(group)
    count = 0
    while count < len(arguments) and arguments[count] in known:
        count += 1
    return arguments[:count], arguments[count:]


def _options(command: Command) -> dict[str, Any]:
    """Every spelling of every option of a command; `--help` has no parameter of its own."""
    found: dict[str, Any] = {"-h": None, "--help": None}
    for parameter in command.params:
        if parameter.param_type_name == "option":
            found.update(dict.fromkeys([*parameter.opts, *parameter.secondary_opts], parameter))
    return found


def _sorted_out(command: Command, arguments: list[str]) -> list[str]:
    known = _options(command)
    options: list[str] = []
    operands: list[str] = []
    literal: list[str] = []
    seen: set[str] = set()
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if argument == "--":
            literal += rest
        elif argument in known and (known[argument] is None or known[argument].is_flag):
            options.append(argument)
        elif argument in known:
            _once(argument, known[argument], seen)
            found = next(rest, None)
            if found is None:
                form = f"`{argument} {known[argument].metavar or known[argument].name.upper()}`"
                raise UsageError.coded("missing-value", f"`{argument}` needs a value", help=form)
            options += [argument, found]
        elif equals and name.startswith("--") and name in known and known[name] is not None and not known[name].is_flag:
            _once(name, known[name], seen)
            options += [name, value]
        else:
            operands.append(argument)
    _not_too_many(command, operands, literal, known)
    return [*options, "--", *operands, *literal]


def _once(name: str, parameter: Any, seen: set[str]) -> None:
    if parameter.name in seen and not parameter.multiple:
        raise UsageError.coded("option-twice", f"`{name}` is given twice, and it takes one value")
    seen.add(parameter.name)


def _elsewhere(option: str) -> str | None:
    """Where a habit of LaTeX is set that was asked for as an option."""
    key = next((key for key in HABITS if option.strip("-") in (key, key.rstrip("s"))), None)
    return key and f"`{key}` of LaTeX is set in `matgrad.toml` or `[tool.matgrad]`: `matgrad why bad-settings`"


def _not_too_many(command: Command, operands: list[str], literal: list[str], known: dict[str, Any]) -> None:
    """Stops at more operands than there are places, and at what looks like an option but behind `--`."""
    places = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    endless = any(place.nargs == -1 for place in places)
    if not endless and len(operands) + len(literal) <= len(places):
        return
    for operand in operands:
        name = operand.partition("=")[0]
        if name.startswith("-") and name.strip("-").replace("-", "").isalpha():
            close = nearest(name, known)
            notes = (f"its options are {', '.join(sorted(known))}",)
            help_ = _elsewhere(name) or (f"`{close}` is the nearest" if close else None)
            said = f"`{command.name}` has no option `{name}`"
            raise UsageError.coded("unknown-option", said, notes=notes, help=help_)
    if endless:
        return
    operands = [*operands, *literal]
    wanted = " ".join(place.name.upper() for place in places) or "no argument"
    said = f"`{command.name}` takes {wanted}, and {len(operands)} arguments were given"
    notes = ("they are " + ", ".join(f"`{operand}`" for operand in operands[:6]),)
    help_ = "put quotes around an expression that holds spaces, stars or brackets" if places else None
    raise UsageError.coded("extra-argument", said, notes=notes, help=help_)


def _unknown_command(name: str, group: Command, chosen: list[str]) -> UsageError:
    close = nearest(name, group.commands)
    beside = " ".join(["matgrad", *chosen])
    if close:
        help_ = f"`{beside} {close}` is the nearest"
    elif not chosen and not name.isidentifier():
        help_ = f'a loss stands after the command: `matgrad explain "{name}" --wrt NAME`'
    else:
        help_ = None
    notes = (f"its commands are {', '.join(group.commands)}",)
    return UsageError.coded("unknown-command", f"`{beside}` has no command `{name}`", notes=notes, help=help_)
