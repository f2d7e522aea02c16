"""`matgrad explain`: the derivation."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, cast

from ..diagnostics.limits import time_limit
from . import options as given
from .choices import EXPLAIN_FORMATS
from .choices import method as known_method
from .output import columns, deliver, wants_colour
from .settings import latex_habits
from .several import together
from .verdicts import exit_code

if TYPE_CHECKING:
    from ..render.view import Detail

SECONDS = 60

Format = Annotated[str | None, given.one_of("--format", EXPLAIN_FORMATS, given.ELSE)]


def explain(
    loss: given.Loss = None,
    wrt: given.Wrt = None,
    shape: given.Shapes = None,
    assume: given.Assume = None,
    syntax: given.Syntax = None,
    layout: given.Layout = "gradient",
    order: given.Order = "1",
    rules: given.Rules = None,
    method: given.Method = "index",
    detail: given.Detail = "normal",
    numbers: given.Numbers = False,
    format_: Format = None,
    output: given.Output = None,
) -> int:
    """Derive the gradient of LOSS by the variable, one rule at a time, each step checked."""
    known_method(method, rules, "all")
    format_, text, shapes, names = given.asked("explain", EXPLAIN_FORMATS, format_, output, rules, loss, shape, wrt)
    with time_limit(SECONDS):
        from .. import api

        explanations = [
            api.explain(
                text,
                wrt=name,
                shapes=shapes,
                assume=assume or (),
                syntax=syntax,
                layout=layout,
                order=int(order),
                rules=rules,
                method=method,
                detail=cast("Detail", detail),
                numbers=numbers,
            )
            for name in names
        ]
        colour = output is None and wants_colour(sys.stdout)
        pages = [
            explanation.render(format_, width=columns(), colour=colour, habits=latex_habits(format_))
            for explanation in explanations
        ]
    deliver(
        together(names, pages, format_),
        output,
        f"The derivative of {text} by {', '.join(names)}" if format_ == "html" else "",
    )
    return max(exit_code(explanation.derivations) for explanation in explanations)
