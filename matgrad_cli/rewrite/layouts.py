"""Layouts: on which axis the entries of a derivative lie. The array is the same in all of them; a layout says how it is written."""

from __future__ import annotations

from typing import Final

from ..diagnostics import Diagnostic, UsageError
from ..ir import Entry, Index, Shape, Transpose
from .algebra import flip
from .recorder import Recorder

LAYOUTS: Final = ("gradient", "numerator", "denominator", "mml", "matrixcalculus")

_NUMBER_BY_VECTOR = {"numerator", "mml"}
_NUMBER_BY_MATRIX = {"numerator"}
_VECTOR_BY_VECTOR = {"denominator"}
_ARRAY_BY_NUMBER = {"denominator"}


def known_layout(layout: str) -> str:
    """The layout itself; raises UsageError with the known ones for another word."""
    if layout not in LAYOUTS:
        raise UsageError(Diagnostic("unknown-layout", f"the layout `{layout}` is not known", help="layouts: " + ", ".join(LAYOUTS)))
    return layout


def is_turned(layout: str, loss: Shape, wrt: Shape, order: int = 1) -> bool:
    """Whether the layout writes the derivative transposed, compared with the gradient layout."""
    if order == 2 or len(loss.dims) + len(wrt.dims) > 2:
        return False
    if loss.is_number:
        return layout in (_NUMBER_BY_MATRIX if wrt.is_matrix else _NUMBER_BY_VECTOR) and not wrt.is_number
    if wrt.is_number:
        return layout in _ARRAY_BY_NUMBER
    return layout in _VECTOR_BY_VECTOR


def change_layout(recorder: Recorder, layout: str, loss: Shape, wrt: Shape, order: int) -> None:
    """The visible step (G)_st = (Gᵀ)_ts where the layout wants the entry in the mirrored place."""
    line = recorder.line
    if not is_turned(layout, loss, wrt, order) or not isinstance(line, Entry):
        return
    row = line.row if isinstance(line.row, Index) else None
    col = line.col if isinstance(line.col, Index) else None
    turned = flip(line.base)
    if turned is line.base:
        turned = Transpose(line.base)
    recorder.move("change-layout", Entry(turned, col, row), (("layout", layout),))
