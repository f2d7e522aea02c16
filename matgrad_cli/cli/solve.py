"""`matgrad solve`: the point where the gradient is zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..diagnostics import StuckError
from ..records.layout import LAYOUTS
from . import options as given
from .choices import SOLVE_FORMATS
from .guard import tell, unverified
from .output import say

if TYPE_CHECKING:
    from ..api import Optimum

SubjectTo = Annotated[
    list[str] | None, typer.Option("--subject-to", metavar="EQUATION", help='A constraint: "A@x = b"; repeatable.')
]
Maximize = Annotated[
    bool, typer.Option("--maximize", help="The solution is to be a maximum: of several the one with the largest value.")
]
Minimize = Annotated[bool, typer.Option("--minimize", help="The solution is to be a minimum.")]


@given.reading(SOLVE_FORMATS, LAYOUTS)
def solve(
    asked: given.Asked,
    subject_to: SubjectTo = None,
    maximize: Maximize = False,
    minimize: Minimize = False,
    detail: given.Detail = "normal",
    numbers: given.Numbers = False,
) -> int:
    """Set the gradient of LOSS to zero and solve, one move at a time, each checked."""
    from .. import api

    own = {"maximize": maximize, "minimize": minimize, "detail": detail, "numbers": numbers}
    found: dict[str, Optimum] = {}
    stuck = False
    for name in asked.names:
        try:
            found[name] = asked.of(name, api.solve, subject_to=subject_to or (), **own)
        except StuckError as error:
            if len(asked.names) == 1:
                raise
            tell(error.diagnostic)
            stuck = True
    pages = [asked.page(optimum) for optimum in found.values()]
    if pages:
        asked.write([*found], pages, f"Where the gradient of {asked.loss} by {', '.join(found)} is zero")
    if len(asked.names) > 1:
        say(f"note: for each of {', '.join(asked.names)} the others are held fixed\n")
    doubts = [optimum.solution.verdict for optimum in found.values()]
    unseen = [verdict.by for verdict in doubts if verdict.kind == "unknown"]
    return 4 if unverified("solution", unseen) or stuck else 0
