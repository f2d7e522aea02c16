"""Only an exact known option is an option; everything else belongs to the loss."""

from __future__ import annotations

import pytest
import typer

from matgrad_cli.cli.app import COMMANDS, build, command_line
from matgrad_cli.cli.arguments import normalized
from matgrad_cli.cli.choices import chosen, nearest
from matgrad_cli.diagnostics import UsageError

COMMAND = typer.main.get_command(build(list(COMMANDS)))


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
        (
            ["x.T@x", "--wrt", "x"],
            "unknown-command",
            'a loss stands after the command: `matgrad explain "x.T@x" --wrt NAME`',
        ),
        (["explain", "x", "--detial", "full"], "unknown-option", "`--detail` is the nearest"),
        (["explain", "x", "--detial=full", "y"], "unknown-option", "`--detail` is the nearest"),
        (["check", "a.md", "--to", "json"], "unknown-option", "`--wrt` is the nearest"),
        (["check", "--frmat=json", "a.md"], "unknown-option", "`--format` is the nearest"),
        (
            ["explain", "x", "+", "y"],
            "extra-argument",
            "put quotes around an expression that holds spaces, stars or brackets",
        ),
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


@pytest.mark.parametrize(
    ("word", "meant"), [("tex", "latex"), ("MD", "markdown"), ("txt", "text"), ("htm", "html"), ("latx", "latex")]
)
def test_the_ending_of_a_file_proposes_its_format(word: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen("format", word, ("text", "latex", "markdown", "html"))
    assert caught.value.diagnostic.help == f"`--format {meant}`"


@pytest.mark.parametrize("command", ["explain", "gradient"])
@pytest.mark.parametrize("given", [[], ["norm(X@w)**2"]])
def test_the_help_names_the_command_that_was_typed(command: str, given: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        command_line([command, *given])
    assert f"`matgrad {command} " in (caught.value.diagnostic.help or "")


def test_a_word_that_shares_only_letters_is_not_near() -> None:
    assert nearest("ridge", ["delta", "index", "trace"]) is None
    assert nearest("indx", ["delta", "index", "trace"]) == "index"
