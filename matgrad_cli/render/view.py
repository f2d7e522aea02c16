"""How much is shown, how wide, and whether in colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Detail = Literal["brief", "normal", "full"]


@dataclass(frozen=True, slots=True)
class View:
    """`brief` shows the lines, `normal` also what changed and the substeps, `full` also the reasons and the evidence."""

    width: int = 80
    colour: bool = False
    detail: Detail = "normal"
    shapes: bool = True
