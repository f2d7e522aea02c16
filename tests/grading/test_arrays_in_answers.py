"""Answers in NumPy's arrays: vectors of one dimension, sizes that stretch, sizes that the answer's own shape gives."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.task import task_for

QUADRATIC = ("x.T@A@x", "x", "A: n×n, x: n")
COLUMN = ("x.T@A@x", "x", "A: n×n, x: n×1")
SQUARES = ("norm(X@w-y)**2", "w", "X: n×d, w: d, y: n")
LAYER = ("norm(X@W + b - Y)**2", "b", "X: n×d, W: d×k, b: k, Y: n×k")
SOFTMAX = ("sum(G*softmax(X, axis=1))", "X", "G: n×m, X: n×m")


@pytest.mark.parametrize(
    ("problem", "answer", "verdict"),
    [
        (QUADRATIC, "x.T@A + A@x", "wrong"),
        (QUADRATIC, "x@A + A@x", "right"),
        (QUADRATIC, "x@(A+A.T)", "right"),
        (QUADRATIC, "A@x + A.T@x.T", "wrong"),
        (QUADRATIC, "(A+A.T)*x", "right"),
        (QUADRATIC, "2*x.T@A", "wrong"),
        (COLUMN, "x.T@A + A@x", "wrong"),
        (COLUMN, "x@A + A@x", "wrong"),
        (COLUMN, "(x.T@A).T + A@x", "right"),
        (COLUMN, "(x@x)*x", "wrong"),
        (COLUMN, "(A+A.T)@x", "right"),
        (SQUARES, "-2*(y-X@w).T@X", "wrong"),
        (SQUARES, "-2*(y-X@w)@X", "right"),
        (SQUARES, "-2*(X@w-y)@X", "wrong"),
        (SQUARES, "2*((X@w-y)[:,None]*X).sum(axis=0)", "right"),
        (SQUARES, "2*((X@w-y)[:,None]*X).sum(axis=1)", "wrong"),
        (LAYER, "2*(X@W+b-Y).sum(axis=0)", "right"),
        (LAYER, "2*(X@W+b-Y).sum(0)", "right"),
        (LAYER, "2*ones(n)@(X@W+b-Y)", "right"),
        (LAYER, "2*(X@W+b-Y).sum(axis=1)", "wrong"),
        (LAYER, "2*(X@W+ones((n,1))@b.T-Y).sum(axis=0)", "right"),
        (LAYER, "2*(X@W+ones((n,1))@b.T-Y).sum(axis=0, keepdims=True)", "wrong"),
        (LAYER, "-2*(X@W+b-Y).sum(axis=0)", "wrong"),
        (LAYER, "2*(X@W-b-Y).sum(axis=0)", "wrong"),
        (SOFTMAX, "softmax(X,axis=1)*(G - (G*softmax(X,axis=1)).sum(axis=1,keepdims=True))", "right"),
        (SOFTMAX, "softmax(X,axis=1)*(G - (G*softmax(X,axis=1)).sum(axis=1))", "wrong"),
        (SOFTMAX, "softmax(X,axis=1)*(G + (G*softmax(X,axis=1)).sum(axis=1,keepdims=True))", "wrong"),
        (("tr(X)", "X", "X: n×n"), "I", "right"),
        (("tr(X)/2", "X", "X: n×n"), r"\frac12 I", "right"),
        (("tr(X)", "X", "X: n×n"), "eye()", "right"),
        (("sum(x)", "x", "x: n"), r"\mathbf 1", "right"),
        (("sum(X)", "X", "X: m×n"), r"\mathbf 1\mathbf 1^\top", "right"),
        (("sum(x)", "x", "x: n"), "ones()", "right"),
        (("sum(x)", "x", "x: n"), r"2\,\mathbf 1", "wrong"),
        (("sum(X)", "X", "X: m×n"), "I", "wrong"),
    ],
)
def test_verdicts(problem, answer, verdict):
    loss, wrt, shapes = problem
    found = judge_answer(task_for((loss, wrt, shapes, "", None, "gradient")), answer, None)
    assert found.verdict == verdict, found


@pytest.mark.thorough
@pytest.mark.parametrize(
    "answer",
    [
        "matrix_power(X.T@X,1000)@w",
        "2*X.⁵T@(X@w-y)",
        " + ".join(f"v{place}" for place in range(3000)),
        "*".join(["(1+w.T@w)"] * 200) + "*w",
    ],
)
def test_hostile_answers_are_judged_and_wrong_or_unreadable(answer):
    loss, wrt, shapes = SQUARES
    assert judge_answer(task_for((loss, wrt, shapes, "", None, "gradient")), answer, None).verdict in (
        "wrong",
        "unreadable",
        "undecided",
    )


@pytest.mark.parametrize("fact", ["Y onehot", "Y simplex"])
def test_a_fact_about_rows_holds_where_a_row_has_one_entry(fact):
    task = task_for(("-sum(Y*log(softmax(Z, axis=1)))", "Z", "Z: n×m, Y: n×m", fact, None, "gradient"))
    assert judge_answer(task, "softmax(Z, axis=1) - Y", None).verdict == "right"
