"""How far a sign reaches, and parts named behind `where`: right lines that once were called wrong."""

from __future__ import annotations

import pytest

from matgrad_cli import api
from matgrad_cli.grading.check import check_text

SQUARES = "loss = norm(X@w-y)**2\nwrt = w\nshapes = X: n×d, w: d, y: n\n"
DETERMINANT = "loss = det(A)\nwrt = A\nshapes = A: n×n\n"
BIAS = "loss = norm(X@w + b*ones(n) - y)**2\nwrt = b\nshapes = X: n×d, w: d, y: n, b: scalar\n"

LINES = [
    (SQUARES, r"\nabla_w (w^\top X^\top - y^\top)(Xw-y) = 2X^\top(Xw-y)", "follows"),
    (SQUARES, r"\frac{\delta L}{\delta w} = 2X^\top(Xw-y)", "follows"),
    (SQUARES, r"\frac{\delta L}{\delta w} = X^\top(Xw-y)", "wrong"),
    (BIAS, r"\left(\frac{\partial}{\partial b} -y^\top(Xw+b\mathbf 1)\right) = -y^\top \mathbf 1", "follows"),
    (DETERMINANT, r"\nabla L = \det A\,(A^{-1})^\top", "follows"),
    (DETERMINANT, r"\nabla L = \det A\,A^{-\top}", "follows"),
    (DETERMINANT, r"\nabla L = \det A\,A^{-1}", "wrong"),
]


@pytest.mark.parametrize(("header", "line", "verdict"), LINES, ids=[line for _, line, _ in LINES])
def test_how_far_a_sign_reaches(header: str, line: str, verdict: str) -> None:
    report = check_text(f"```matgrad\n{header}\n{line}\n```\n", "lines.md")
    assert [finding.verdict for problem in report.problems for finding in problem.lines] == [verdict]


GIVEN = ("norm(X@w-y)**2", "w", "X: n×d, w: d, y: n")


@pytest.mark.parametrize(
    "answer",
    [
        r"2X^\top e, \quad \text{where } e = Xw - y",
        r"2X^\top e \text{ where } e = Xw - y",
        r"2 g, \text{where } g = X^\top e, \quad e = Xw - y",
        r"X^\top g_{2}, \quad \text{where } g_{2} = 2(Xw - y)",
        "2Xᵀe, where e = Xw − y",
    ],
)
def test_parts_behind_where(answer: str) -> None:
    api.assert_right(answer, *GIVEN)


def test_a_wrong_part_behind_where() -> None:
    with pytest.raises(AssertionError, match="wrong"):
        api.assert_right(r"2X^\top e, \quad \text{where } e = Xw + y", *GIVEN)


OWN = [
    ("tr(inv(A + X.T @ C @ X) @ (X.T @ B @ X))", "X", "A: k×k, X: n×k, C: n×n, B: n×n"),
    ("norm(y - A @ inv(A.T @ A) @ A.T @ y)**2", "A", "A: n×k, y: n"),
    ("sum(abs(W@X)) + sum(relu(W@X))", "W", "W: k×n, X: n×m"),
    ("log(sum(exp(X@A@X.T)))", "A", "X: m×n, A: n×n"),
    ("tr((W * (A - U @ V.T)).T @ (W * (A - U @ V.T)))", "U", "W: m×n, A: m×n, U: m×r, V: n×r"),
    ("sum(softmax(X@W, axis=1) * Y)", "W", "X: n×d, W: d×k, Y: n×k"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "wrt", "shapes"), OWN, ids=[case[0] for case in OWN])
def test_our_own_latex_is_right(loss: str, wrt: str, shapes: str) -> None:
    api.assert_right(api.gradient(loss, wrt, shapes).render("latex"), loss, wrt, shapes)
