"""Whether x_i is a row or a column of X is one fact: what words say, what sizes say;
where neither tells, nothing is ticked or refused."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.sheets.members import members_told
from matgrad_cli.grading.check import Options, check_text
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.notation.shapes.shape_text import read_members

SQUARES = "\n\n$$L = \\sum_{i=1}^n (w^\\top x_i - y_i)^2$$\n\n"
LINE = {"column": "$$\\nabla_w L = 2X(X^\\top w - y)$$", "row": "$$\\nabla_w L = 2X^\\top(Xw - y)$$"}
COLUMNS = (
    r"Let $X\in\mathbb{R}^{d\times n}$ have columns $x_i$.",
    r"Let $X$ have columns $x_1,\dots,x_n$.",
    r"$X=[x_1\ \dots\ x_n]$ collects the data.",
    r"The columns of $X$ are the samples $x_i$.",
    r"The data points are the columns of $X$.",
    r"Each column of $X$ is an example.",
    r"Let $X=(x_1,\dots,x_n)\in\mathbb{R}^{d\times n}$.",
    r"Let $\mathbf{X}$ be the matrix whose $i$-th column is $\mathbf{x}_i$.",
    r"The $x_i$ are stacked column-wise into $X$.",
    r"$X$ (features in rows, samples in columns).",
    r"We write $X^\top$ for the matrix with rows $x_i^\top$.",
    r"$X = \begin{bmatrix} x_1 & x_2 & \cdots & x_n\end{bmatrix}$.",
    r"Let $X \in \mathbb{R}^{n\times n}$ have columns $x_i$.",
    r"Let $x_i$ denote the $i$th column of $X\in\mathbb{R}^{n \times n}$.",
    r"$X\in\mathbb{R}^{m\times n}$ contains one sample per column.",
    r"Let $x_1,\dots,x_n\in\mathbb{R}^d$ be the columns of $X$.",
    r"With $X\in\mathbb{R}^{d\times n}$ and $w\in\mathbb{R}^d$ let",
    r"Let $X$ denote the matrix obtained by stacking the $x_i$ horizontally.",
    r"Here $X_{:,i} = x_i$.",
    r"Here $x_i = X e_i$.",
    r"Convention: data points are columns. Let $X$ be the data matrix.",
    r"The $i$-th column of the data matrix $X$ contains the features of sample $i$.",
)
ROWS = (
    r"Let $X\in\mathbb{R}^{n\times d}$ have rows $x_i^\top$.",
    r"Let $X$ be the design matrix with rows $x_1^\top,\dots,x_n^\top$.",
    r"$X=[x_1,\dots,x_n]^\top$ collects the data.",
    r"The rows of $X$ are the samples $x_i$.",
    r"The data points are the rows of $X$.",
    r"Let $X=(x_1,\dots,x_n)^T\in\mathbb{R}^{n\times d}$.",
    r"$X = \begin{pmatrix} x_1^\top \\ \vdots \\ x_n^\top\end{pmatrix}$.",
    r"Let $X \in \mathbb{R}^{n\times n}$ have rows $x_i^\top$.",
    r"$X$ holds the $n$ examples stacked as rows.",
    r"Features are the columns of $X$, samples its rows.",
    r"$X\in\mathbb{R}^{n\times m}$ contains one sample per row.",
    r"We collect the $x_i$ as rows in a matrix $X$.",
    r"The columns of $X^\top$ are the $x_i$.",
    r"Stacking the $x_i^\top$ vertically gives $X$.",
    r"Here $x_i = X^\top e_i$.",
    r"The $i$-th row of the data matrix $X$ contains the features of sample $i$.",
    r"The columns of $X$ are the $d$ features, measured on $n$ samples.",
)
SAID = [*((text, "column", "row") for text in COLUMNS), *((text, "row", "column") for text in ROWS)]


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("text", "way", "other"), SAID)
def test_the_lines_of_the_way_that_is_said_follow_and_the_others_do_not(text: str, way: str, other: str) -> None:
    assert check_text(text + SQUARES + LINE[way], "x.md").verdict == "right"
    assert check_text(text + SQUARES + LINE[other], "x.md").verdict == "wrong"


OPEN = "Let $X\\in\\mathbb{R}^{n\\times n}$."
TOLD = SQUARES.replace(")^2$$", ")^2 = \\|X^\\top w - y\\|^2$$")


@pytest.mark.parametrize(("text", "verdict"), [
    (OPEN + SQUARES + LINE["row"], "undecided"), (OPEN + SQUARES + LINE["column"], "undecided"),
    (OPEN + SQUARES + LINE["row"].replace("2X", "3X"), "wrong"),
    (OPEN + SQUARES + "$$\\nabla_w L = 2\\sum_i (w^\\top x_i - y_i)x_i$$", "right"),
    (OPEN + TOLD + LINE["column"], "right"), (OPEN + TOLD + LINE["row"], "wrong"),
    ("Let $X\\in\\mathbb{R}^{a\\times b}$." + SQUARES.replace("=1}^n", "}") + LINE["row"], "undecided"),
    ("Let $X$ have columns $x_i$. Some write the $x_i$ as the rows of $X$." + SQUARES + LINE["row"], "wrong"),
])  # fmt: skip
def test_what_nobody_tells_is_judged_in_both_ways(text: str, verdict: str) -> None:
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("given", "verdict"), [("X: d×n", "right"), ("x_i: column of X", "right"), ("x_i: row of X", "wrong")]
)
def test_a_shape_that_is_given_says_it(given: str, verdict: str) -> None:
    assert (
        check_text(OPEN + SQUARES + LINE["column"], "x.md", options=Options(defaults={"shapes": given})).verdict
        == verdict
    )


def test_a_gradient_by_one_column_is_one_by_the_matrix_of_which_it_is_said() -> None:
    text = "Let $u_i$ and $v_j$ be the columns of $U$ and $V$. $$f = \\sum_{i,j} (R_{ij} - u_i^\\top v_j)^2$$ "
    text += "$$\\nabla_{u_i} f = -2\\sum_j(R_{ij} - u_i^\\top v_j)%s$$"
    assert check_text(text % "v_j", "x.md").verdict == "right"
    assert check_text(text % "u_i", "x.md").verdict == "wrong"


@pytest.mark.parametrize(
    "line", ["2\\sum_i (w^\\top x_i - y_i)x_i", "2\\sum_i (w^\\top x_i - y_i)x_i = 2X(X^\\top w - y)"]
)
def test_rows_may_number_the_columns_of_a_loss_that_is_written_whole(line: str) -> None:
    assert check_text(f"Let $L=\\|X^\\top w - y\\|^2$. Then $$\\nabla_w L = {line}$$", "x.md").verdict == "right"


@pytest.mark.parametrize(("text", "found"), [
    ("$X$, $Y$ with columns $x_i$, $y_i$", {"X": "column", "Y": "column"}),
    ("rows $x_i^T$ of $X$; the columns of $W$ are $w_k$", {"X": "row", "W": "column"}),
    ("the design matrix $\\Phi$ with rows $\\phi_i^T$", {"Phi": "row"}), ("We sum over the rows of $X$, not $x_i$", {}),
    ("If the samples were columns of $X$, $x_i$ would", {}), ("$x_i$ are not the rows of $X$", {}),
    ("$x_i$ is a column vector", {}),
    ("The matrix is $X$. Its rows are the $x_i$.", {"X": "row"}), ("$X$ has rows $x_i$. The columns of $X$ are "
        "$x_i$.", {"X": ""}),
])  # fmt: skip
def test_what_words_say_of_rows_and_columns(text: str, found: dict[str, str]) -> None:
    assert members_told(text) == found


@pytest.mark.parametrize(
    ("shapes", "way"), [("X: d×n, x_i: d", "column"), ("X: n×d, x_i: d", "row"), ("X: k×k, x_i: column of X", "column")]
)
def test_the_command_line_knows_it_by_length_or_by_name(shapes: str, way: str) -> None:
    problem = read_problem(r"\sum_{i} (w^\top x_i - y_i)^2", "w", [shapes])
    assert dict(problem.members) == {"X": way}
    assert any(f"is read as {way} i of `X`" in note for note in problem.notes)


def test_a_row_and_a_column_of_other_matrices() -> None:
    assert read_members(["X: d×n, x_i: column of X, w_k: row k of W"]) == {"X": "column", "W": "row"}
