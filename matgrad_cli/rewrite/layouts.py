"""The step that changes the layout of a derivative; what each layout asks for stands in `records.layout`."""

from __future__ import annotations

from ..diagnostics import Diagnostic, UsageError
from ..ir import Entry, Expr, Index, LinearMap, Symbol, Transpose
from ..records import Bindings
from ..records.layout import LAYOUTS, is_turned
from .engine.application import Site, apply, native
from .engine.recorder import Recorder
from .forms.algebra import flip
from .methods.beside import beside, paired, whole_of


def known_layout(layout: str) -> str:
    """The layout itself; raises UsageError with the known ones for another word."""
    if layout not in LAYOUTS:
        raise UsageError(
            Diagnostic("unknown-layout", f"the layout `{layout}` is not known", help="layouts: " + ", ".join(LAYOUTS))
        )
    return layout


def change_layout(recorder: Recorder, layout: str, order: int = 1) -> None:
    """The visible step (G)_st = (Gᵀ)_ts where the layout wants the entry in the mirrored place, or tr(Gᵀ dX) = tr(J dX)
    with J = Gᵀ."""
    line, problem = recorder.line, recorder.problem
    if is_turned(layout, problem.loss.shape, problem.wrt.shape, order) and (order == 1 or isinstance(line, Entry)):
        recorder.record(apply(recorder.rules.rule("change-layout"), line, ((),), recorder.scene, (("layout", layout),)))


@native("change-layout")
def layout_changed(site: Site) -> tuple[Expr, Bindings] | None:
    """The gradient G written as the derivative Gᵀ: in its entry, or in front of what moves."""
    node = site.node
    if isinstance(node, LinearMap):
        return LinearMap(node.argument, _turned(node.body, node.argument)), site.bindings
    if not isinstance(node, Entry):
        return _turned(node, None), site.bindings
    row = node.row if isinstance(node.row, Index) else None
    col = node.col if isinstance(node.col, Index) else None
    turned = flip(node.base)
    return Entry(turned if turned is not node.base else Transpose(node.base), col, row), site.bindings


def _turned(node: Expr, direction: Symbol | None) -> Expr:
    numbers, gradient, part = beside(node, direction)
    return paired(flip(whole_of(numbers, gradient)), part, True)
