"""Only an exact known option is an option; everything else belongs to the loss."""

from __future__ import annotations

from importlib import import_module

import pytest

from matgrad_cli.cli.app import command_line
from matgrad_cli.cli.arguments import Plain, normalized
from matgrad_cli.cli.choices import COMMANDS, chosen, nearest
from matgrad_cli.cli.help import built
from matgrad_cli.diagnostics import UsageError

COMMAND = built(list(COMMANDS))


LOSSES = ["-x.T@x", "-0.5*x.T@x", "--x", "-", "---1*x", "-o*x", "-x", "-wrt", "x", "\\lVert x\\rVert^2", "--wrt2", "-1"]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("place", [0, 2])
def test_a_loss_may_begin_with_a_dash(loss: str, place: int) -> None:
    arguments = ["--wrt", "x", "--shape=x: n"]
    arguments.insert(place, loss)
    assert normalized(COMMAND, ["explain", *arguments]) == ["explain", "--wrt", "x", "--shape", "x: n", "--", loss]


def test_the_value_of_an_option_may_begin_with_a_dash() -> None:
    assert normalized(COMMAND, ["explain", "x", "-o", "-x.txt"]) == ["explain", "-o", "-x.txt", "--", "x"]


def test_after_two_dashes_nothing_is_an_option() -> None:
    assert normalized(COMMAND, ["gradient", "--wrt", "x", "--", "--help"]) == ["gradient", "--wrt", "x", "--", "--help"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["explian"], "unknown-command", "`matgrad explain` is the nearest"),
        (["x.T@x", "--wrt", "x"], "unknown-command", 'a loss stands after the command: `matgrad explain "x.T@x" --wrt NAME`'),
        (["explain", "x", "--detial", "full"], "unknown-option", "`--detail` is the nearest"),
        (["explain", "x", "--detial=full", "y"], "unknown-option", "`--detail` is the nearest"),
        (["check", "a.md", "--to", "json"], "unknown-option", "`--wrt` is the nearest"),
        (["check", "--frmat=json", "a.md"], "unknown-option", "`--format` is the nearest"),
        (["explain", "x", "+", "y"], "extra-argument", "put quotes around an expression that holds spaces, stars or brackets"),
        (["explain", "x", "--wrt"], "missing-value", "`--wrt NAME`"),
        (["explain", "x", "--order", "1", "--order", "2"], "option-twice", None),
        (["explain", "x", "--order", "1", "--order=2"], "option-twice", None),
    ],
)
def test_a_wrong_command_line(arguments: list[str], code: str, said: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        normalized(COMMAND, arguments)
    assert (caught.value.diagnostic.code, caught.value.diagnostic.help, caught.value.exit_code) == (code, said, 2)


def test_a_repeatable_option_repeats() -> None:
    twice = ["explain", "--shape", "a: n", "--shape", "b: n"]
    assert normalized(COMMAND, [*twice, "x"]) == [*twice, "--", "x"]


def test_an_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        chosen("layout", "numeratr", ("gradient", "numerator"))
    assert caught.value.diagnostic.notes == ("`--layout` takes gradient, numerator",)
    assert caught.value.diagnostic.help == "`--layout numerator`"
    assert nearest("zzz", ("gradient",)) is None


@pytest.mark.parametrize("command", ["explain", "gradient"])
@pytest.mark.parametrize("given", [[], ["norm(X@w)**2"]])
def test_the_help_names_the_command_that_was_typed(command: str, given: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        command_line([command, *given])
    assert f"`matgrad {command} " in (caught.value.diagnostic.help or "")


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"rules"}))
def test_a_command_is_read_as_its_help_says(command: str) -> None:
    plain = Plain(command, getattr(import_module(f"matgrad_cli.cli.{command}"), command))
    fields = ("name", "param_type_name", "is_flag", "nargs")
    of_typer = {parameter.name: parameter for parameter in COMMAND.commands[command].params}
    for parameter in plain.params:
        other = of_typer[parameter.name]
        assert [getattr(parameter, field) for field in fields] == [getattr(other, field, False) for field in fields]
        assert not parameter.opts or (list(parameter.opts), parameter.multiple) == (other.opts, other.multiple)


def test_what_is_given_comes_by_the_names_of_the_function() -> None:
    from matgrad_cli.cli.check import check

    plain = Plain("check", check)
    given = ["a.md", "--jobs=2", "--shape", "x: n", "b.md", "--exit-zero", "--shape", "y: n"]
    wanted = {"files": ["a.md", "b.md"], "jobs": 2, "shape": ["x: n", "y: n"], "exit_zero": True}
    assert plain.values(normalized(plain, given)) == wanted
    assert plain.values(normalized(plain, ["--wrt", "x", "-h"])) is None
    assert plain.values(normalized(plain, ["--", "-h"])) == {"files": ["-h"]}
    with pytest.raises(UsageError, match="whole number"):
        plain.values(normalized(plain, ["--jobs", "two"]))
