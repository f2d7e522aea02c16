"""Families: what is computed of row i of a matrix is written out by entries, so that it can be read back over all rows at once.

(x_s − z_s)_t is an entry of another vector for each s, hence of no matrix; X_st − Z_st is an entry of X − Z.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Call, Entry, Expr, MatMul, Number, Path, Power, nodes_of
from ..engine.application import places_of
from ..engine.layers import outermost
from ..engine.recorder import Recorder

MAX_ROUNDS = 60


def open_rows(recorder: Recorder) -> None:
    """Entries of vectors that hold letters themselves, written out one rule at a time: a titled group."""

    def ready(line: Expr) -> Iterator[tuple[Path, Expr]]:
        wanted = dict.fromkeys(outermost(node for node in nodes_of(line) if _holds_rows(node)))
        yield from places_of(line, wanted, lambda _: True) if wanted else ()

    recorder.group("open-rows", recorder.steps_of(lambda line: recorder.found("index", "open", ready(line)), MAX_ROUNDS))


def _holds_rows(node: Expr) -> bool:
    if isinstance(node, Entry):
        return bool(node.base.free)
    if isinstance(node, Power):  # a squared norm is a sum of squares, without the root
        return isinstance(node.base, Call) and node.base.function == "norm" and node.exponent == Number(2) and _holds_rows(node.base)
    if isinstance(node, MatMul) and node.shape.is_number:
        return bool(node.free)
    return isinstance(node, Call) and node.shape.is_number and bool(node.argument.free) and not node.argument.shape.is_number
