"""How much is shown, how wide, and whether in colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from .latex.habits import Habits

Detail = Literal["brief", "normal", "full"]


class View(NamedTuple):
    """`brief` shows the lines, `normal` also what changed and the substeps, `full` also the reasons and the evidence.

    `numbers` shows each line also at a small example. `habits` are an author's ways of LaTeX.
    """

    width: int = 80
    colour: bool = False
    detail: Detail = "normal"
    shapes: bool = True
    numbers: bool = False
    habits: Habits | None = None
