"""The step that changes the layout of a derivative; what each layout asks for stands in `records.layout`."""

from __future__ import annotations

from ..diagnostics import Diagnostic, UsageError
from ..ir import Entry, Index, Shape, Transpose
from ..records.layout import LAYOUTS, is_turned
from .engine.recorder import Recorder
from .forms.algebra import flip


def known_layout(layout: str) -> str:
    """The layout itself; raises UsageError with the known ones for another word."""
    if layout not in LAYOUTS:
        raise UsageError(Diagnostic("unknown-layout", f"the layout `{layout}` is not known", help="layouts: " + ", ".join(LAYOUTS)))
    return layout


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
