"""Problems: shapes, facts, names, the choice of the syntax."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from matgrad_cli import gradient
from matgrad_cli.diagnostics import InputError, MatgradError, UsageError
from matgrad_cli.ir import Number, Size, SumOver, nodes_of
from matgrad_cli.notation.facts_text import EQUATIONS, read_facts
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.notation.shapes.shape_text import read_shapes
from matgrad_cli.verify.judge import Judge

SHAPES = [
    ("X: m×n", "m×n"),
    ("X: m x n", "m×n"),
    ("X: (m,n)", "m×n"),
    ("X: mxn", "m×n"),
    ("X: 3x3", "3×3"),
    ("X: m*n×p", "m·n×p"),
    ("X: 2n×k", "2·n×k"),
    ("X: n", "n×1"),
    ("X: (n,)", "n×1"),
    ("X: scalar", "number"),
    ("X: number", "number"),
    ("X: 1", "number"),
    ("X: []", "number"),
    ("X: 1×n", "1×n"),
    ("X: 5", "5×1"),
    ("X = m×n", "m×n"),
    ("X: [m, n]", "m×n"),
    ("X ∈ ℝ^{m×n}", "m×n"),
    (r"X \in \mathbb{R}^{m \times n}", "m×n"),
    ("X: R^n", "n×1"),
    ("X: ℝ", "number"),
    ("X: m-by-n matrix", "m×n"),
    ("X: a vector of length n", "n×1"),
    ("X: n-dimensional", "n×1"),
    ("X: n×n square matrix", "n×n"),
    ("X: n, X': n", "n×1"),
    ("X_+: m, X: n, X^{-}: m", "n×1"),
]


@pytest.mark.parametrize(("text", "expected"), SHAPES)
def test_ways_of_writing_a_shape(text, expected):
    assert str(read_shapes([text])["X"].shape) == expected


def test_several_shapes():
    found = read_shapes(["X: (m, n), λ: scalar, \\Sigma: n×n; b: n", "X: m×n"])
    assert {name: str(entry.shape) for name, entry in found.items()} == {
        "X": "m×n",
        "lambda": "number",
        "Sigma": "n×n",
        "b": "n×1",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("X: m×n, X: n×m", "conflicting-shapes"),
        ("X m×n", "unreadable-shape"),
        ("X:", "unreadable-shape"),
        ("X: a×b×c×d", "unreadable-shape"),
        ("X: 0×3", "unreadable-shape"),
        ("X: $", "unreadable-shape"),
        ("X: matrix", "unreadable-shape"),
        ("X: column vector", "unreadable-shape"),
        ("X: real matrix", "unreadable-shape"),
        ("X: " + "- " * 9000, "unreadable-shape"),
        ("X: 99999999999", "unreadable-shape"),
        ("X: " + "m" * 30000, "unreadable-shape"),
    ],
)
def test_shapes_that_cannot_be_read(text, code):
    with pytest.raises(InputError) as caught:
        read_shapes([text])
    assert caught.value.diagnostic.code == code


def test_a_fact_among_the_shapes_is_sent_to_where_facts_are_assumed():
    for text in ("L symmetric", "L: symmetric", "L: n×n symmetric"):
        with pytest.raises(InputError) as caught:
            read_shapes([text])
        assert caught.value.diagnostic.help == 'facts are assumed: `--assume "L symmetric"`'


@pytest.mark.parametrize(("words", "equation"), [(words, one) for words, all in EQUATIONS.items() for one in all])
def test_of_an_equation_the_facts_are_told_that_imply_it(words, equation):
    with pytest.raises(UsageError) as caught:
        read_facts([f"A symmetric, {equation.replace('Y', 'P')}"])
    assert caught.value.diagnostic.help.startswith(f"write `P {words[0]}` (")


def test_an_axis_is_asked_for_in_the_notation_of_the_loss():
    with pytest.raises(InputError) as caught:
        read_problem(r"\sum_{ik} Y_{ik}\log\mathrm{softmax}(XW)_{ik}", "W")
    assert caught.value.diagnostic.help.startswith(r"`\mathrm{softmax}_1(…)` for every row")
    read_problem(r"\sum_{ik} Y_{ik}\log\mathrm{softmax}_1(XW)_{ik}", "W")


def test_one_name_in_several_spellings():
    problem = read_problem("lam * x.T@x", "λ", ["lambda: scalar, x: n"])
    assert problem.wrt.name == "lambda"
    assert len(problem.variables) == 2
    assert read_problem("lam * x.T@x", "lambda").wrt.name == "lam"
    assert read_expression("λ", problem).expr is problem.wrt


def test_a_declared_name_beats_every_built_in():
    problem = read_problem("e@x + d@x + sum(E@x) + I*pi", "x", ["e: n, d: n, x: n, E: k×n, I: scalar, pi: scalar"])
    assert [symbol.name for symbol in problem.variables] == ["e", "x", "d", "E", "I", "pi"]


def test_a_declared_dimension_is_a_number_unless_a_variable_has_its_name():
    problem = read_problem("1/m * sum(X)", "X", ["X: m×n"])
    assert [str(dim) for dim in problem.sizes] == ["m"]
    other = read_problem("1/m * sum(X)", "X", ["X: m×n, m: scalar"])
    assert not any(isinstance(node, Size) for node in nodes_of(other.loss))
    assert other.sizes == ()


def test_variables_in_the_order_of_writing_also_those_that_cancel():
    problem = read_problem("0*b.T@x + a.T@x", "x", ["a: n, b: n, x: n, unused: k"])
    assert [symbol.name for symbol in problem.variables] == ["b", "x", "a"]
    assert [symbol.name for symbol in read_problem("a.T@a", "x", ["a: n, x: k"]).variables] == ["a", "x"]


def test_wrt_that_does_not_occur():
    with pytest.raises(InputError) as caught:
        read_problem("norm(theta)", "thet")
    assert caught.value.diagnostic.code == "unknown-name"
    assert caught.value.diagnostic.help == "did you mean `theta`?"


def test_facts():
    problem = read_problem(
        "x.T@W@S@x", "x", ["W: n×n, S: n×n, x: n"], ["W symmetric, invertible; S positive definite and x unit"]
    )
    assert [str(fact) for fact in problem.facts] == ["W symmetric", "W invertible", "S spd", "x unit"]
    with pytest.raises(UsageError):
        read_problem("x.T@x", "x", ["x: n"], ["x symetricish"])
    with pytest.raises(MatgradError) as caught:
        read_problem("x.T@x", "x", ["x: 3, Q: 2×3"], ["Q symmetric"])
    assert caught.value.diagnostic.code == "not-square"


@pytest.mark.parametrize(
    "loss", ["norm(X@R - Y, 'fro')**2 / m", r"\frac{1}{m}\lVert XR-Y\rVert_F^2", r"\frac1m \|XR - Y\|_F^2"]
)
def test_both_languages_read_the_same_loss(loss):
    problem = read_problem(loss, "R", ["X: m×n, R: n×p, Y: m×p"])
    assert [symbol.name for symbol in problem.variables] == ["X", "R", "Y"]
    assert problem.loss.shape.is_number


def test_answers_without_a_backslash_may_be_latex():
    problem = read_problem("x.T@A@x", "x", ["A: n×n, x: n"])
    assert read_expression("2Ax", problem).expr is read_expression("2*A@x", problem).expr
    with pytest.raises(InputError):
        read_expression("2Ax", problem, "numpy")


def test_a_misfit_shows_both_operands_and_where_shapes_came_from():
    with pytest.raises(InputError) as caught:
        read_problem("norm(X @ W - Y)**2", "W", ["X: n×d, W: k×d, Y: n×k"])
    found = caught.value.diagnostic
    assert found.message == "cannot multiply `X` by `W`: d columns meet k rows"
    assert [(label.span.start, label.span.end, label.text) for label in found.labels] == [(5, 6, "n×d"), (9, 10, "k×d")]
    assert set(found.notes) == {"`W` is k×d (from --shape)", "`X` is n×d (from --shape)"}
    assert found.help == "`X @ W.T` fits, and is n×k"


def test_numbers_and_products_of_shape_one_are_numbers():
    problem = read_problem("(c.T @ a @ x.T @ b)**0.5", "x", ["a: k, b: k, c: k, x: k"])
    assert problem.loss.shape.is_number
    assert read_expression("1/2", problem).expr is Number(Fraction(1, 2))


# ---- letters that nothing sums over


@pytest.mark.parametrize(
    ("loss", "plain"),
    [
        (r"(y_i - w^\top x_i)^2", "(y_i - w.T @ x_i)**2"),
        (r"-y_i w^\top x_i + \log(1 + e^{w^\top x_i})", "-y_i*w.T@x_i + log(1 + exp(w.T@x_i))"),
        (r"\frac12 (w^\top x^{(i)} - y^{(i)})^2", "(w.T @ x_i - y_i)**2/2"),
        (r"\max(0, m - w^\top x_i + w^\top x_j)", "maximum(0, m - w.T@x_i + w.T@x_j)"),
        (r"\|h_t - w h_{t-1}\|^2", "norm(h_t - w*h_prev)**2"),
        (r"(y_i - b - \sum_j w_j x_{ij})^2", "(y_i - b - w.T@x_i)**2"),
    ],
)
def test_without_a_sum_it_is_the_loss_of_one_sample(loss, plain):
    problem = read_problem(loss, "w")
    shapes = [f"{symbol.name}: {str(symbol.shape) if symbol.shape.dims else 'scalar'}" for symbol in problem.variables]
    assert Judge(problem).compare(problem.loss, read_problem(plain, "w", shapes).loss).holds
    assert any("by itself" in note or "by themselves" in note for note in problem.notes)


@pytest.mark.parametrize(
    "loss",
    [
        r"\sum_i (y_i - w^\top x_j)^2",
        r"(y_i - \sum_j w_{ij} x_j)^2 + w_k",
        r"(y_i - w^\top x)^2 + y^\top y",
        r"\|w - x_i\|^2 + \delta_{ij} y_j",
        r"\|(Xw)_i + x_i\|^2",
    ],
)
def test_a_letter_that_counts_is_no_part_of_a_name(loss):
    with pytest.raises(InputError) as caught:
        read_problem(loss, "w")
    assert caught.value.diagnostic.code == "index-mismatch"


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes"),
    [
        (r"\sum_i (Y_i - X_i^\top b)^2", "b", {"Y": "m×1", "X": "m×n", "b": "n×1"}),
        (r"\sum_i |Y_i - X_i^\top b|", "b", {"Y": "m×1", "X": "m×n", "b": "n×1"}),
        (r"\sum_{i=1}^n w_i (Y_i - \mu)^2", "\\mu", {"w": "n×1", "Y": "n×1", "mu": "number"}),
        (r"\sum_k N_k \log p_k", "p", {"N": "m×1", "p": "m×1"}),
        (r"\sum_i D_i b^\top Z_i - T_i e^{b^\top Z_i}", "b", {"D": "m×1", "b": "n×1", "Z": "m×n", "T": "m×1"}),
        (r"\sum_i \|X_i - \mu\|^2", "\\mu", {"X": "m×n", "mu": "n×1"}),
        (r"\sum_i (X_i - \mu)^\top S (X_i - \mu)", "\\mu", {"X": "m×n", "mu": "n×1", "S": "n×n"}),
        (
            r"\frac{1}{2N}\sum_i (y_i - b_0 - b^\top x_i)^2",
            "b",
            {"N": "number", "y": "m×1", "b_0": "number", "b": "n×1", "x": "m×n"},
        ),
        (r"(Y - Xb)^\top (Y - Xb)", "b", {"Y": "m×1", "X": "m×n", "b": "n×1"}),
        (r"\|Y - XB\|_F^2", "B", {"Y": "m×n", "X": "m×p", "B": "p×n"}),
        (r"\frac12 (G_t - w^\top x_t)^2", "w", {"G_t": "number", "w": "m×1", "x_t": "m×1"}),
        (r"\sum_i t_i x_i + \sum_{i<j} t_{ij} x_i x_j", "x", {"t_i": "m×1", "x": "m×1", "t": "m×m"}),
    ],
)
def test_what_a_letter_stands_beside_says_what_it_is(loss, wrt, shapes):
    assert {symbol.name: str(symbol.shape) for symbol in read_problem(loss, wrt).variables} == shapes


@pytest.mark.parametrize(
    "loss",
    [
        r"\sum_k \|A_k x - b_k\|^2",
        r"\sum_k x_k A_k",
        r"\sum_k x_k \log |A_k|",
        r"\sum_k x^\top A_k x",
        r"\sum_k \|A_k - x B_k\|_F^2",
        r"\sum_k x_k \operatorname{tr}(A_k B)",
    ],
)
def test_a_capital_that_may_be_one_of_several_matrices_is_refused(loss):
    with pytest.raises(InputError) as caught:
        read_problem(loss, "x")
    assert caught.value.diagnostic.code == "index-mismatch"


@pytest.mark.parametrize(
    ("loss", "wrt", "plain", "name"),
    [
        (r"\log\sigma^2 + a\sigma^{-2}", r"\sigma^2", "log(v) + a/v", "sigma_sq"),
        (r"\frac{a}{\sigma} + \sigma^4", r"$\sigma^{2}$", "a/sqrt(v) + v**2", "sigma_sq"),
        (r"\log(a + \sigma_n^2) - \sigma_f^2", r"\sigma_n^2", "log(a + v) - b**2", "sigma_nsq"),
    ],
)
def test_a_square_may_be_the_variable(loss, wrt, plain, name):
    problem = read_problem(loss, wrt, ["a: scalar"])
    assert problem.wrt.name == name
    names = {"v": name, "b": "sigma_f"}
    spelled = "".join(names.get(word, word) for word in re.split(r"\b", plain))
    shapes = [f"{symbol.name}: scalar" for symbol in problem.variables]
    assert Judge(problem).compare(problem.loss, read_problem(spelled, name, shapes).loss).holds


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "names"),
    [
        (r"\frac12\|J\Delta x + r\|^2", r"\Delta x", "J: m×n, r: m", "J Delta_x r"),
        (r"\frac12\|J\,\Delta\mathbf{x}_k + r\|^2", r"\Delta\mathbf{x}_k", "J: m×n, r: m", "J Delta_xk r"),
        (r"\frac12\|J\delta x + r\|^2", "J", r"J: m×n, \delta x: n, r: m", "J delta_x r"),
        (r"x^\top\Delta x", "x", "x: n", "x Delta"),
    ],
)
def test_a_step_may_be_one_variable(loss, wrt, shapes, names):
    assert [symbol.name for symbol in read_problem(loss, wrt, [shapes]).variables] == names.split()


def test_the_square_of_one_of_many_is_no_variable_by_itself():
    with pytest.raises(InputError) as caught:
        read_problem(r"\sum_i x_i/\sigma_i^2", r"\sigma_i^2")
    assert caught.value.diagnostic.code == "unknown-name"


@pytest.mark.parametrize(
    ("loss", "wrt", "plain"),
    [
        (r"-\log\frac{e^{W_y x}}{\sum_j e^{W_j x}}", "W", "logsumexp(W@x) - e_y.T@W@x"),
        (r"-\sum_c y_c \log\frac{\exp(W_c x + b_c)}{\sum_j \exp(W_j x + b_j)}", "W", "-y.T@log_softmax(W@x + b)"),
        (
            r"-\sum_i \log\frac{e^{W_{y_i}^T x_i}}{\sum_j e^{W_j^T x_i}}",
            "W",
            "sum(logsumexp(x@W.T, axis=1)) - sum(Y*(x@W.T))",
        ),
    ],
)
def test_a_capital_with_one_index_is_a_row_where_it_is_multiplied_to_a_number(loss, wrt, plain):
    problem = read_problem(loss, wrt)
    shapes = [f"{symbol.name}: {symbol.shape}" for symbol in problem.variables]
    assert Judge(problem).compare(problem.loss, read_problem(plain, wrt, shapes).loss).holds


@pytest.mark.parametrize(
    "loss", [r"\sum_i \|A_i^\top x_i\|^2", r"\sum_k \|e^{A_k x}\|^2", r"\sum_k \operatorname{tr}(A_k^\top x x^\top)"]
)
def test_below_a_norm_it_may_be_one_of_several_matrices(loss):
    with pytest.raises(InputError) as caught:
        read_problem(loss, "x")
    assert caught.value.diagnostic.code == "index-mismatch"


def test_a_sum_goes_on_above_and_below_a_fraction_line():
    found = read_problem(r"\frac{\sum_i p_i g_i + a}{\sum_i p_i + g_i - p_i g_i + a}", "p", ["p: n, g: n, a: scalar"])
    plain = read_problem("(p.T@g + a)/(sum(p + g - p*g) + a)", "p", ["p: n, g: n, a: scalar"])
    assert Judge(found).compare(found.loss, plain.loss).holds


def test_a_mean_by_its_bar_is_a_name_by_itself_and_said():
    problem = read_problem(r"\sum_i (y_i - \bar y)^2", "y")
    assert any("`y_bar` is a name by itself" in note for note in problem.notes)


def test_a_left_side_in_an_old_type_style_names_the_loss():
    problem = read_problem(r"{\cal L}(w) = \|Xw - y\|^2", "w")
    assert any("names the loss" in note for note in problem.notes)


def test_the_letters_of_the_result_are_those_of_no_sum_of_the_loss():
    found = gradient(r"-\sum_{t=1}^T y_t^\top\log\operatorname{softmax}(V h_t)", "V").derivations[0]
    summed = {
        index.name for node in nodes_of(found.problem.loss) if isinstance(node, SumOver) for index in node.indices
    }
    assert summed.isdisjoint(index.name for index in found.result.letters)


@pytest.mark.parametrize(("fact", "read"), [("A_k symmetric", False), ("A spd", False), ("A_k positive", True)])
def test_of_several_matrices_facts_of_their_entries_alone_are_assumed(fact: str, read: bool) -> None:
    arguments = (r"\sum_{k=1}^K x^T A_k x", "x", ["A_k: n×n, x: n"], [fact])
    if read:
        assert read_problem(*arguments).facts[0].word == "positive"
    else:
        with pytest.raises(InputError, match="several matrices"):
            read_problem(*arguments)
