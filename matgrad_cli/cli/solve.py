"""`matgrad solve`: the point where the gradient is zero."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ..diagnostics import Diagnostic, StuckError
from ..diagnostics.limits import time_limit
from ..records.layout import LAYOUTS
from . import options as given
from .choices import SOLVE_FORMATS
from .guard import tell
from .output import columns, deliver, say, wants_colour
from .settings import latex_habits
from .several import together

if TYPE_CHECKING:
    from ..api import Optimum
    from ..render.view import Detail

SECONDS = 60

Format = Annotated[str | None, given.one_of("--format", SOLVE_FORMATS, given.ELSE)]
Layout = Annotated[str, given.one_of("--layout", LAYOUTS)]
SubjectTo = Annotated[
    list[str] | None, typer.Option("--subject-to", metavar="EQUATION", help='A constraint: "A@x = b"; repeatable.')
]
Maximize = Annotated[
    bool, typer.Option("--maximize", help="The solution is to be a maximum: of several the one with the largest value.")
]
Minimize = Annotated[bool, typer.Option("--minimize", help="The solution is to be a minimum.")]


def solve(
    loss: given.Loss = None,
    wrt: given.Wrt = None,
    shape: given.Shapes = None,
    assume: given.Assume = None,
    syntax: given.Syntax = None,
    layout: Layout = "gradient",
    order: given.Order = "1",
    rules: given.Rules = None,
    subject_to: SubjectTo = None,
    maximize: Maximize = False,
    minimize: Minimize = False,
    detail: given.Detail = "normal",
    numbers: given.Numbers = False,
    format_: Format = None,
    output: given.Output = None,
) -> int:
    """Set the gradient of LOSS to zero and solve, one move at a time, each checked."""
    format_, text, shapes, names = given.asked("solve", SOLVE_FORMATS, format_, output, rules, loss, shape, wrt)
    pages, codes = dict[str, str](), list[int]()
    with time_limit(SECONDS):
        from .. import api

        for name in names:
            try:
                optimum = api.solve(
                    text,
                    wrt=name,
                    shapes=shapes,
                    assume=assume or (),
                    syntax=syntax,
                    subject_to=subject_to or (),
                    maximize=maximize,
                    minimize=minimize,
                    detail=cast("Detail", detail),
                    numbers=numbers,
                    layout=layout,
                    order=int(order),
                    rules=rules,
                )
            except StuckError as stuck:
                if len(names) == 1:
                    raise
                tell(stuck.diagnostic)
                codes.append(4)
                continue
            colour = output is None and wants_colour(sys.stdout)
            pages[name] = optimum.render(format_, width=columns(), colour=colour, habits=latex_habits(format_))
            codes.append(_exit_code(optimum))
    if pages:
        title = f"Where the gradient of {text} by {', '.join(pages)} is zero" if format_ == "html" else ""
        deliver(together(list(pages), list(pages.values()), format_), output, title)
    if len(names) > 1:
        say(f"note: for each of {', '.join(names)} the others are held fixed")
    return max(codes)


def _exit_code(optimum: Optimum) -> int:
    """0 when the solution was seen to hold, 4 with a warning otherwise."""
    if optimum.solution.verdict.kind != "unknown":
        return 0
    tell(
        Diagnostic(
            "not-verified",
            "the solution could not be verified",
            notes=(optimum.solution.verdict.by,),
            severity="warning",
        )
    )
    return 4
