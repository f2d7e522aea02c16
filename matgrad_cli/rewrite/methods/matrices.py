"""A loss that is told by sums over letters, Σ_i (y_i − x_iᵀw)², written with matrices before it is differentiated:
‖y − Xw‖², where X has the rows x_iᵀ."""

from __future__ import annotations

from ...ir import Expr, MatrixOf, SumOver, nodes_of, substitute
from ...ir.walk import places
from ..engine.recorder import MOST_LINES, Recorder
from ..index.method import open_rows, read_arrays
from ..network.reading import read_line


def with_matrices(recorder: Recorder) -> Expr:
    """The loss without sums over letters, from now on in the line too: rows are opened, entries are read back as for a
    result. The loss itself where it holds none or they cannot be read."""
    loss = recorder.problem.loss
    if not _told_by_letters(loss):
        return loss
    inner = Recorder(recorder.problem, recorder.rules, recorder.judge, loss, entrywise=True)
    read_arrays(inner)
    open_rows(inner)
    if not read_line(inner, None, None):
        return loss
    inner.steps += inner.steps_of(lambda line: inner.found("index", "lengths", places(line)), MOST_LINES)
    whole = substitute(recorder.line, {loss: inner.line})
    recorder.told("loss-matrices", whole, inner.steps, (("loss", inner.line),))
    return inner.line


def _told_by_letters(expr: Expr) -> bool:
    """Whether it holds a sum over letters, or an array of entries that is no constant one as e₁ is."""
    return any(isinstance(node, SumOver) or (isinstance(node, MatrixOf) and node.symbols) for node in nodes_of(expr))
