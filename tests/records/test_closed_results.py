"""A result in matrix form holds no free index: such a record cannot be built, so no printer can be given one."""

from __future__ import annotations

import pytest

from matgrad_cli import api
from matgrad_cli.diagnostics import StuckError
from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    Dim,
    Entry,
    Index,
    MatMul,
    MatrixOf,
    OpenLetter,
    Shape,
    ShapeMismatch,
    Symbol,
    Transpose,
    sum_over,
)
from matgrad_cli.records import ReadOff, Result, Sentence
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.verdict import Verdict

m, n = Dim.of("m"), Dim.of("n")
A, x = Symbol("A", Shape(m, n)), Symbol("x", Shape(n))
i, s, t = Index("i", m), Index("s", m), Index("t", n)
ROW = MatrixOf(t, None, Entry(A, s, t))  # row s of A: it depends on s
VERDICT = Verdict("proved", "test")


def test_no_matrix_with_a_free_letter() -> None:
    with pytest.raises(OpenLetter, match="s"):
        Result(Entry(A, s, t), (s, t), MatMul((ROW, Transpose(x))))
    with pytest.raises(OpenLetter):
        Result(Entry(A, s, t), (s, t), None, flattened=ROW)


def test_no_entry_over_other_letters() -> None:
    with pytest.raises(OpenLetter, match="the entry still depends on i"):
        Result(Entry(A, i, t), (s, t), None)
    with pytest.raises(OpenLetter):
        Result(Entry(A, s, t), (s, t), A, where=(("Z", Entry(A, i, t)),))
    with pytest.raises(OpenLetter):
        Result(Entry(A, s, t), (s, t), None, cases=((Entry(A, i, t), "otherwise"),))


def test_no_entry_that_is_an_array() -> None:
    with pytest.raises(ShapeMismatch):
        Result(A, (), A)
    assert Result(Entry(A, s, t), (s, t), Transpose(A)).matrix is Transpose(A)


def test_no_last_line_with_a_letter_from_nowhere() -> None:
    result = Result(Entry(A, s, t), (s, t), A)
    with pytest.raises(OpenLetter, match="the last line"):
        ReadOff(Sentence("stated"), Sentence(""), Entry(A, i, t), result, VERDICT)


def test_lines_are_not_compared_over_fewer_letters_than_they_have() -> None:
    judge = Judge(Problem(A, A, (A,)))
    with pytest.raises(OpenLetter, match="the letter i stands outside of its sum"):
        judge.compare_over(sum_over((i,), Entry(A, i, t)), Entry(A, i, t), (s, t))


ROWS = (
    (r"\sum_{i=1}^n \|x_i - z_i\|^2", "X", "X: n×d, Z: n×d"),
    (r"\sum_{i=1}^n \|Ax_i\|^2", "X", "X: n×d, A: k×d"),
    (r"\sum_{i=1}^n \|\tanh(Ax_i)\|^2", "X", "X: n×d, A: k×d"),
    (r"\sum_{i=1}^n y_i^T\sigma(Ax_i)", "X", "X: n×d, A: k×d, Y: n×k"),
    (r"\sum_{i=1}^n \|x_i\circ a\|^2", "X", "X: n×d, a: d"),
    (r"\sum_{i=1}^n \|x_i-\mu\|^2", "mu", "X: n×d, mu: d"),
    (r"\sum_{i=1}^n \|y_i-Wx_i\|^2", "W", "X: n×d, Y: n×k, W: k×d"),
    (r"\sum_{i=1}^n (x_i-\mu)^T S^{-1}(x_i-\mu)", "mu", "X: n×d, mu: d, S: d×d"),
)


@pytest.mark.parametrize(("loss", "wrt", "shapes"), ROWS)
@pytest.mark.parametrize("method", ["index", "chain", "differential", "adjoint", "expand"])
def test_a_loss_over_rows_ends_in_a_verified_result_or_in_an_honest_message(
    loss: str, wrt: str, shapes: str, method: str
) -> None:
    try:
        found = api.gradient(loss, wrt, shapes, method=method)
    except StuckError:  # exit 4, with a sentence; any other error fails
        return
    (derivation,) = found.derivations
    assert found.verified
    assert derivation.result.matrix is None or not derivation.result.matrix.free
