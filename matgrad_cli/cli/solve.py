"""`matgrad solve`: the point where the gradient is zero."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ..diagnostics import Diagnostic
from ..diagnostics.limits import time_limit
from . import options as given
from .choices import DETAILS, SOLVE_FORMATS, SYNTAXES, chosen
from .output import columns, deliver, format_for, usable, wants_colour
from .settings import latex_habits

if TYPE_CHECKING:
    from ..render.view import Detail

SECONDS = 60

Format = Annotated[str | None, given.one_of("--format", SOLVE_FORMATS, given.ELSE)]
SubjectTo = Annotated[list[str] | None, typer.Option("--subject-to", metavar="EQUATION", help='A constraint: "A@x = b"; repeatable.')]
Maximize = Annotated[bool, typer.Option("--maximize", help="The solution is to be a maximum: of several the one with the largest value.")]
Minimize = Annotated[bool, typer.Option("--minimize", help="The solution is to be a minimum.")]


def solve(
    loss: given.Loss = None,
    wrt: given.Wrt = None,
    shape: given.Shapes = None,
    assume: given.Assume = None,
    syntax: given.Syntax = None,
    subject_to: SubjectTo = None,
    maximize: Maximize = False,
    minimize: Minimize = False,
    detail: given.Detail = "normal",
    numbers: given.Numbers = False,
    format_: Format = None,
    output: given.Output = None,
) -> int:
    """Set the gradient of LOSS to zero and solve, one move at a time, each checked."""
    level = cast("Detail", chosen("detail", detail, DETAILS))
    if syntax is not None:
        chosen("syntax", syntax, SYNTAXES)
    usual = "terminal" if output is None and (sys.stdout.isatty() or wants_colour(sys.stdout)) else "text"
    format_ = format_for(format_, output, SOLVE_FORMATS, usual)
    usable(output)
    text, shapes = given.loss_and_shapes(loss, shape, "solve")
    name = ", ".join(given.wrt_names(wrt, text, "solve"))
    with time_limit(SECONDS):
        from .. import api

        optimum = api.solve(
            text, wrt=name, shapes=shapes, assume=assume or (), syntax=syntax, subject_to=subject_to or (), maximize=maximize,
            minimize=minimize, detail=level, numbers=numbers,
        )  # fmt: skip
        shown = optimum.render(format_, width=columns(), colour=output is None and wants_colour(sys.stdout), habits=latex_habits(format_))
    deliver(shown, output, f"Where the gradient of {text} by {name} is zero" if format_ == "html" else "")
    return _exit_code(optimum)


def _exit_code(optimum: object) -> int:
    """0 when the solution was seen to hold, 4 with a warning otherwise."""
    from ..api import Optimum
    from .guard import tell

    assert isinstance(optimum, Optimum)
    if optimum.solution.verdict.kind != "unknown":
        return 0
    tell(Diagnostic("not-verified", "the solution could not be verified", notes=(optimum.solution.verdict.by,), severity="warning"))
    return 4
