"""A loss that is told by sums over letters, Σ_i (y_i − x_iᵀw)², written with matrices before it is differentiated:
‖y − Xw‖², where X has the rows x_iᵀ."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Expr, MatrixOf, SumOver, nodes_of
from ...ir.walk import places
from ...records import Step
from ...rulebook.load import Rulebook
from ...verify.judge import Judge
from ..engine.recorder import MOST_LINES, Recorder
from ..index.method import open_rows, read_arrays
from ..network.reading import read_line

Written = tuple[Expr, tuple[Step, ...]]


def with_matrices(problem: Problem, book: Rulebook, judge: Judge) -> Written:
    """The loss without sums over letters, and the steps to it: rows are opened, entries are read back as for a result.
    The loss itself, and no steps, where it holds none or they cannot be read."""
    if not _told_by_letters(problem.loss):
        return problem.loss, ()
    recorder = Recorder(problem, book, judge, problem.loss, entrywise=True)
    read_arrays(recorder)
    open_rows(recorder)
    if not read_line(recorder, None, None):
        return problem.loss, ()
    phase = book.method("index").phase("lengths")
    recorder.steps += recorder.steps_of(lambda line: recorder.found("index", phase.name, places(line)), MOST_LINES)
    return recorder.line, tuple(recorder.steps)


def _told_by_letters(expr: Expr) -> bool:
    """Whether it holds a sum over letters, or an array of entries that is no constant one as e₁ is."""
    return any(isinstance(node, SumOver) or (isinstance(node, MatrixOf) and node.symbols) for node in nodes_of(expr))
