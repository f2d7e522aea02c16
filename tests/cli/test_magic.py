"""The magic of notebooks: a command line whose loss, or file, is the cell."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

import matgrad_cli


class Shell:
    """What IPython gives an extension, as far as it is used."""

    def __init__(self) -> None:
        self.magics: dict[str, Callable[..., Any]] = {}

    def register_magic_function(self, function: Callable[..., Any], kind: str, name: str) -> None:
        assert kind == "line_cell"
        self.magics[name] = function


@pytest.fixture
def magic() -> Callable[..., Any]:
    shell = Shell()
    matgrad_cli.load_ipython_extension(shell)
    return shell.magics["matgrad"]


def test_a_cell_is_the_loss_or_the_document(magic: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert "<math" in magic("explain --wrt x", "x.T @ A @ x\n")._repr_html_()
    assert "<math" in magic('solve "norm(X@w-y)**2" --wrt w')._repr_html_()
    assert magic("gradient --wrt x", "x.T @ x") is None
    sheet = "L = ||Xw - y||^2\n\ndL/dw = 2 X (Xw - y)\n"
    assert magic("check -", sheet)._repr_html_() == magic("check", sheet)._repr_html_()
    assert "2x" in capsys.readouterr().out
    for line, cell in (
        ("", 'gradient "x.T @ x" --wrt x\n'),
        ("", "gradient --wrt x\n\nx.T @ x"),
        ('gradient "x.T @ x" --wrt x', "\n"),
    ):
        assert magic(line, cell) is None
        assert "2x" in capsys.readouterr().out
    assert (
        "lost-factor"
        in magic("check", "The loss is $L = x^T x$. Its gradient by x is $\\nabla_x L = x$.\n")._repr_html_()
    )


def test_arrays_that_do_not_fit_are_drawn(magic: Callable[..., Any]) -> None:
    shown = magic('explain --wrt W --shape "X: n×d, W: k×d, Y: n×k"', "norm(X@W - Y)**2")
    assert "cannot multiply `X` by `W`" in repr(shown)
    assert shown._repr_html_().count('class="misfit"') == 2
    assert "<svg" not in magic("explain --wrt W", "norm(X@")._repr_html_()


def test_in_a_terminal_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    shell = type("TerminalInteractiveShell", (Shell,), {})()
    matgrad_cli.load_ipython_extension(shell)
    assert shell.magics["matgrad"]("explain x.T@x --wrt x") is None
    assert "∇L = 2x" in capsys.readouterr().out


def test_the_errors_are_exported() -> None:
    with pytest.raises(matgrad_cli.MatgradError) as caught:
        matgrad_cli.gradient("norm(X@", wrt="X")
    # in a notebook the message stands for a traceback; in a program it stands below it
    for shown in ("\n".join(caught.value._render_traceback_()), "".join(traceback.format_exception(caught.value))):
        assert "^" in shown
        assert "the text ends where" in shown
    assert issubclass(matgrad_cli.InputError, matgrad_cli.MatgradError)
