"""Arrays written by their entries in brackets, and rows X_{i,:} and columns X_{:,j} of matrices."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import ProblemReport

VECTOR = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m"
MATRIX = "loss: norm(X@R - Y)**2 / m\nwrt: R\nshapes: X: m×n, R: n×p, Y: m×p"


def answered(head: str, answer: str) -> ProblemReport:
    return check_text(f"```matgrad\n{head}\nanswer: {answer}\n```\n", "a.md").problems[0]


def derived(head: str, *rows: str) -> ProblemReport:
    return check_text(f"```matgrad\n{head}\n\n" + "\n".join(rows) + "\n```\n", "a.md").problems[0]


@pytest.mark.parametrize(
    "answer",
    [
        r"\left[2\sum_i ((Xw)_i-y_i)X_{ij}\right]_j",
        r"2\left(\sum_i ((Xw)_i-y_i)X_{ij}\right)_{j}",
        r"2\sum_{i=1}^m (X_{i,:}w - y_i) X_{i,:}^\top",
        r"2\sum_i X_{i,:}^\top (X_{i,:} w - y_i)",
        r"2\sum_i (X_{i,:}^\top w - y_i) X_{i,:}",
        r"2\sum_i ((Xw)_i - y_i) X_{i,:}",
        r"2\sum_i (x_i^\top w - y_i) x_i",
        r"\left(2 X_{:,j}^\top(Xw-y)\right)_j",
        r"2[X^\top(Xw-y)]_j",
        "np.array([(2*X.T)[j] @ (X@w - y) for j in range(n)])",
    ],
)
def test_the_gradient_of_a_vector(answer: str) -> None:
    assert answered(VECTOR, answer).verdict == "right"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (r"\left[\sum_i ((Xw)_i-y_i)X_{ij}\right]_j", "lost-factor"),
        (r"\left[2\sum_i ((Xw)_i+y_i)X_{ij}\right]_j", "wrong-sign"),
        (r"2\sum_{i=1}^m (X_{i,:}w - y_i) X_{i,:}", "other-layout"),
        (r"\sum_{i=1}^m (X_{i,:}w - y_i) X_{i,:}^\top", "lost-factor"),
    ],
)
def test_wrong_ones_stay_wrong(answer: str, code: str) -> None:
    found = answered(VECTOR, answer)
    assert (found.verdict, found.lines[0].code) == ("wrong", code)


def test_the_gradient_of_a_matrix() -> None:
    entries = r"\frac2m\left[\sum_i ((XR)_{ij}-Y_{ij})X_{ik}\right]"
    assert answered(MATRIX, entries + "_{kj}").verdict == "right"
    assert answered(MATRIX, entries + "_{jk}").lines[0].code == "other-layout"
    assert answered(MATRIX, r"\frac2m\sum_i X_{i,:}^\top (X_{i,:}R - Y_{i,:})").verdict == "right"


@pytest.mark.parametrize(
    "rows",
    [
        (r"\nabla_w L = \left[2\sum_i ((Xw)_i-y_i)X_{ij}\right]_j", r"= 2X^\top(Xw-y)"),
        (
            r"\frac{\partial L}{\partial w_j} = 2\sum_i ((Xw)_i-y_i)X_{ij}",
            r"\nabla_w L = [2\sum_i ((Xw)_i-y_i)X_{ij}]_j = 2 X^\top (Xw-y)",
        ),
        (r"L = \sum_i (X_{i,:}w-y_i)^2", r"\nabla_w L = \sum_i 2(X_{i,:}w-y_i)X_{i,:}^\top", r"= 2 X^\top(Xw-y)"),
        (
            r"L = \sum_i (X_{i,:}^\top w-y_i)^2",
            r"\nabla_w L = \sum_i 2(X_{i,:}^\top w-y_i)X_{i,:}",
            r"= 2 X^\top(Xw-y)",
        ),
    ],
)
def test_derivations(rows: tuple[str, ...]) -> None:
    assert derived(VECTOR, *rows).verdict == "right"


def test_a_derivative_by_a_row_lies() -> None:
    rows = (
        r"\frac{\partial L}{\partial R_{k,:}} = \frac2m X_{:,k}^\top (XR - Y)",
        r"\nabla_R L = \frac2m X^\top (XR - Y)",
    )
    assert derived(MATRIX, *rows).verdict == "right"
