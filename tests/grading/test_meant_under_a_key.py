"""What letters and functions of an answer mean under a key: as its text says, and as the key says."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_under_a_key import graded

LOGISTIC = '[[problem]]\nid = "2"\nloss = "sum(log(1 + exp(Z@v)))"\nwrt = "v"\nshapes = "Z: n×d, v: d"\npoints = 4\n'


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (r"Z^\top \operatorname{diag}(\sigma(z_i^\top v)) \mathbf{1}", "right"),
        (r"Z^\top D\mathbf 1,\qquad D = \operatorname{diag}(\sigma(v^\top z_k))", "right"),
        (r"Z^\top \operatorname{diag}(\sigma(-z_i^\top v)) \mathbf{1}", "wrong"),
        (r"\sum_i \operatorname{diag}(z_i) \mathbf{1} \sigma(z_i^\top v)", "right"),
    ],
)
def test_the_diagonal_of_a_number_with_a_letter_of_its_own_holds_all_these_numbers(
    tmp_path: Path, answer: str, verdict: str
) -> None:
    (report,) = graded(tmp_path, {"a.md": f"## Problem 2\n$$\\nabla f = {answer}$$"}, LOGISTIC).files
    assert report.problems[0].verdict == verdict, report


@pytest.mark.parametrize(("text", "verdict"), [
    (r"Let $\sigma(t) = 1/(1+e^{t})$. $$\nabla f = Z^\top\sigma(-Zv)$$", "right"),
    (r"$$\nabla f = Z^\top\sigma(Zv)$$ where $\sigma(v) = \frac{1}{1+e^{v}}$.", "wrong"),
    (r"$$\nabla f = Z^\top\sigma(Zv)$$ where $\sigma(t) = \frac{1}{1+e^{-t}} = \frac{e^t}{1+e^t}$.", "right"),
    (r"$$\nabla f = Z^\top\sigma(Zv), \qquad \sigma(u) = \tanh u$$", "wrong"),
    ("Let $\\sigma(t) = 1/(1+e^{-t})$. $$\\nabla f = Z^\\top\\sigma(Zv)$$ with $\\sigma(t) = \\tanh t$", "undecided"),
    ("$$\\nabla f = Z^\\top\\sigma(Zv)$$\n## Problem 3\nLet $\\sigma(t) = \\tanh t$.", "undecided"),
])  # fmt: skip
def test_a_function_means_what_the_text_says(tmp_path: Path, text: str, verdict: str) -> None:
    (report,) = graded(tmp_path, {"a.md": f"## Problem 2\n{text}"}, LOGISTIC).files
    assert report.problems[0].verdict == verdict, report


@pytest.mark.parametrize(("said", "verdict"), [
    ("where $z_k$ is column $k$ of $Z$", "wrong"), ("with $\\mathbf{z}_k$ the $k$-th columns of the matrix $Z$",
    "wrong"),
    ("with the columns $z_k$ of $Z$", "wrong"), ("where the columns of $Z$ are $z_k$", "wrong"),
    ("where $z_k$ is column $k$ of $Z^\\top$", "right"), ("where $z_k$ is row $k$ of $Z$ as a column", "right"),
    ("where $z_k$ is column $k$ of the transpose of $Z$", "right"), ("with the columns $z_k$ of $Z$ transposed",
    "undecided"),
    ("where $z_k$ is a column vector, and $Z$ has them as rows", "right"),
])  # fmt: skip
def test_said_columns_are_columns(tmp_path: Path, said: str, verdict: str) -> None:
    text = f"## Problem 2\n$$\\nabla f = \\sum_k z_k\\sigma(z_k^\\top v)$$ {said}."
    table = f"[[problem]]\nid = '2'\nanswer = '$\\sum_k z_k\\sigma(z_k^\\top v)$ {said}'\n"
    for report in graded(tmp_path, {"a.md": text, "b.toml": table}, LOGISTIC).files:
        assert report.problems[0].verdict == verdict, report


SQUARE = [
    '[[problem]]\nid = "2"\nloss = "\\\\sum_{i=1}^n (v^T z_i - y_i)^2"\nwrt = "v"\nshapes = "Z: n×n, z_i: '
    'column of Z, v: n, y: n"\n',
    '[[problem]]\nid = "2"\nloss = "norm(Z.T@v - y)**2"\nwrt = "v"\nshapes = "Z: n×n, v: n, y: n"\n',
]


@pytest.mark.parametrize("key", SQUARE)
@pytest.mark.parametrize(("answer", "verdict"), [
    ("$$\\nabla f = 2Z(Z^Tv - y)$$", "right"), ("$$\\nabla f = 2Z^T(Zv - y)$$", "wrong"),
    ("With the columns $z_i$ of $Z$: $$\\nabla f = 2\\sum_i (z_i^Tv - y_i)z_i$$", "right"),
])  # fmt: skip
def test_the_key_says_which_of_a_square_matrix_they_are(tmp_path: Path, key: str, answer: str, verdict: str) -> None:
    (report,) = graded(tmp_path, {"a.md": f"## Problem 2\n{answer}\n"}, key).files
    assert report.problems[0].verdict == verdict, report


RIDGE = (
    '[[problem]]\nid = "2"\nloss = "norm(Z@v - y)**2 + c*norm(v)**2"\nwrt = "v"\nshapes = "Z: n×d, v: d, y: n, c: '
    'scalar"\n'
)
SLOPE = r"\nabla f = 2Z^\top(Zv - y) + 2cv"
MOVED = r"\Delta f = 2(Zv - y)^\top Z\Delta v + 2cv^\top\Delta v"


@pytest.mark.parametrize(("rows", "verdict"), [
    ((SLOPE, r"\Delta v = -\eta\nabla f"), "right"), ((SLOPE, r"\Delta v = \eta\nabla f"), "right"),
    ((SLOPE, r"\Delta v = -\eta(2Z^\top(Zv - y) + 2cv)"), "right"),
    ((SLOPE, r"\Delta v = -\eta(Z^\top(Zv - y) + 2cv)"), "undecided"),
    ((SLOPE, r"\Delta v = \eta(2Z^\top(Zv - y) + 2cv)"), "undecided"),
    ((SLOPE, r"\Delta v = -\eta\nabla f = -\eta(Z^\top(Zv - y) + 2cv)"), "undecided"),
    ((SLOPE, r"\Delta v = -\frac{\eta}{n}H^{-1}\nabla f"), "right"), ((SLOPE, r"\Delta v = -Z\nabla f"), "undecided"),
    ((SLOPE, r"\Delta v = -(2Z^\top(Zv - y) + 2cv)"), "right"),
    ((SLOPE, r"\Delta v = -(Z^\top(Zv - y) + 2cv)"), "undecided"),
    ((SLOPE, r"\Delta v = -\sin(2Z^\top(Zv - y) + 2cv)"), "undecided"),
    ((SLOPE, r"\Delta v_j = -c\sum_i (z_i^\top v - y_i)z_{ij} - 2cv_j"), "undecided"),
    ((MOVED, SLOPE, r"\Delta v = -\eta\nabla f"), "right"), ((MOVED, SLOPE, r"\Delta v = -\nabla f"), "right"),
    ((MOVED.replace("= 2", "= "), r"\Delta v = -\eta\nabla f", SLOPE), "wrong"),
])  # fmt: skip
def test_a_step_goes_against_the_gradient_and_moves_the_loss(
    tmp_path: Path, rows: tuple[str, ...], verdict: str
) -> None:
    text = "## Problem 2\n" + "\n".join(f"$${row}$$" for row in rows)
    (report,) = graded(tmp_path, {"a.md": text}, RIDGE).files
    assert report.problems[0].verdict == verdict, report


@pytest.mark.parametrize(("rows", "verdict"), [
    (("J = f", r"\nabla J = \nabla f = 2Z^\top(Zv - y) + 2cv"), "right"),
    (("J = f", r"\nabla J = \nabla f = Z^\top(Zv - y) + 2cv"), "wrong"),
    ((r"J = \frac{f}{n}", SLOPE, r"\nabla J = \frac1n\nabla f"), "right"),
    ((r"f = \|Zv-y\|^2", r"g = c\|v\|^2", r"\nabla(f+g) = \nabla f + \nabla g = 2Z^\top(Zv-y) + 2cv"), "right"),
    ((r"f = \|Zv-y\|^2", r"g = c\|v\|^2", r"\nabla(f+g) = \nabla f + \nabla g = Z^\top(Zv-y) + 2cv"), "wrong"),
])  # fmt: skip
def test_a_name_made_of_the_loss_and_a_name_it_is_made_of(tmp_path: Path, rows: tuple[str, ...], verdict: str) -> None:
    text = "## Problem 2\n" + "\n".join(f"$${row}$$" for row in rows)
    (report,) = graded(tmp_path, {"a.md": text}, RIDGE).files
    assert report.problems[0].verdict == verdict, report
