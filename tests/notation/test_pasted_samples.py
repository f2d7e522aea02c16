"""Losses of samples as first-time users paste them: vectors of a family, their rows and what combines them."""

from __future__ import annotations

import re
from contextlib import suppress

import numpy as np
import pytest
from loss_values import agrees
from pasted import refused, shapes_of

from matgrad_cli import gradient
from matgrad_cli.diagnostics import InputError
from matgrad_cli.grading.check import check_text
from matgrad_cli.ir import MatrixOf, nodes_of
from matgrad_cli.notation.expression.vocabulary import FUNCTION_NAMES, WRITTEN_OUT
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_problem


def verdict_of(loss, wrt, answer):
    """The verdict of an answer, in the numerator layout where the loss is no sum or norm."""
    layout = "" if re.search(r"sum|\\\||mathbf", loss) else "layout = 'numerator'\n"
    return check_text(f"loss = '{loss}'\nwrt = '{wrt}'\nanswer = '{answer}'\n{layout}", "a.toml").problems[0].verdict


# ---- samples as rows


@pytest.mark.parametrize(
    ("loss", "shapes"),
    [
        (r"\sum_i (y_i - x_i^\top w)^2", ["X: m×n"]),
        (r"\sum_{i=1}^m (y_i - w^\top x_i)^2", ["X: m×n, w: n, y: m"]),
        (r"\sum_{i=1}^m (y^{(i)} - w^\top x^{(i)})^2", ["X: m×n"]),
        (r"\frac1m\sum_i \log(1+e^{-y_i x_i^\top w})", ["X: m×n"]),
        (r"\|Xw\|^2 + \sum_i (y_i - x_i^\top w)^2", []),
    ],
)
def test_samples_are_rows_of_the_matrix(loss, shapes):
    problem = read_problem(loss, "w", shapes)
    assert "(X @ w)[i]" in to_text(problem.loss)
    assert not any(isinstance(node, MatrixOf) for node in nodes_of(problem.loss))
    assert any("read as row i of `X`" in note for note in problem.notes)


def test_samples_above_the_letter_are_rows_of_an_array_of_that_name():
    problem = read_problem(r"\sum_i (y^{(i)} - w^\top x^{(i)})^2", "w")
    assert shapes_of(problem) == {"y": "m×1", "w": "n×1", "x": "m×n"}
    assert "(x @ w)[i]" in to_text(problem.loss)


def test_two_samples_make_an_entry_of_the_gram_matrix():
    problem = read_problem(r"\sum_{i,j} x_i^\top x_j", "X", ["X: m×n"])
    assert "(X @ X.T)[i,j]" in to_text(problem.loss)


@pytest.mark.parametrize("loss", [r"\sum_i (y_i - x_i^\top w)^2", r"\sum_i (y_i - w^\top x_i)^2"])
def test_without_the_matrix_the_letter_names_it(loss):
    problem = read_problem(loss, "w")
    assert {symbol.name: symbol.shape.is_matrix for symbol in problem.variables} == {"y": False, "x": True, "w": False}
    assert any("is read as row i of `x`" in note for note in problem.notes)


# ---- inner products with the vectors of a family

HINGE = r"\sum_i \log(1 + e^{-y_i w^\top x_i})"


@pytest.mark.thorough
@pytest.mark.parametrize("shapes", [(), ("X: n×d",), ("X: n×d, w: d",)])
@pytest.mark.parametrize("loss", [
    r"\sum_i \log(1 + e^{-y_i w\cdot x_i})", r"\sum_i \log(1 + e^{-y_i (w\cdot x_i)})",
    r"\sum_i \log(1 + e^{-y_i x_i\cdot w})",
    r"\sum_i \log(1 + e^{-y_i \langle w, x_i\rangle})", r"\sum_i \log(1 + e^{-y_i \langle x_i, w\rangle})",
    r"\sum_i \log(1 + e^{-y_i \mathbf{w}\cdot\mathbf{x}_i})",
])  # fmt: skip
def test_an_inner_product_with_a_numbered_letter_makes_it_a_vector(loss, shapes):
    assert str(gradient(loss, "w", shapes=shapes)) == str(gradient(HINGE, "w", shapes=shapes))


def test_a_dot_between_numbers_is_a_product():
    assert shapes_of(read_problem(r"\sum_i t_i \cdot \log x_i", "x"))["x"] == "m×1"
    assert shapes_of(read_problem(r"\sum_i \alpha \cdot x_i^2", "x"))["x"] == "m×1"


def test_a_bold_letter_is_quoted_whole():
    problem = read_problem(r"\sum_i (y_i - \mathbf{w}\cdot\mathbf{x}_i)^2", "w")
    assert r"`\mathbf{x}_i` is read as row i of `x`, as a column vector" in problem.notes


# ---- one row, one entry


@pytest.mark.parametrize(
    ("loss", "asked", "name", "part"),
    [
        (r"\sum_i \|x_i - \mu\|^2", "x_k", "x", "row k"),
        (r"\sum_n \sum_k r_{nk} \|x_n - \mu_k\|^2", r"\mu_k", "mu", "row k"),
        (r"\sum_i (y_i - x_i)^2", "x_i", "x", "entry i"),
    ],
)
def test_one_row_or_entry_is_asked_for_by_its_letter(loss, asked, name, part):
    problem = read_problem(loss, asked)
    assert problem.wrt.name == name
    assert f"the derivative by `{asked}` is {part} of the derivative by `{name}`" in problem.notes


def test_a_capital_is_asked_for_by_its_row():
    problem = read_problem(r"\sum_{i,j} (r_{ij} - p_i^T q_j)^2", "p_i", ["P: m×k, Q: n×k, R: m×n"])
    assert problem.wrt.name == "P"
    assert "the derivative by `p_i` is row i of the derivative by `P`" in problem.notes


# ---- combinations of vectors, and what stands under a trace


@pytest.mark.parametrize(
    ("loss", "wrt", "wanted"),
    [
        (r"\|x - \sum_k \alpha_k d_k\|^2", r"\alpha", "−2d(x − dᵀα)"),
        (r"\|y - \sum_j x_j \beta_j\|^2", r"\beta", "−2x(y − xᵀβ)"),
        (r"\|y - \sum_j w_j x_j\|^2", "w", "−2x(y − xᵀw)"),
        (r"\sum_n \|x_n - \sum_k r_{nk} \mu_k\|^2", r"\mu", "−2rᵀ(x − rμ)"),
    ],
)
def test_the_vectors_of_a_combination_are_the_rows_of_a_matrix(loss, wrt, wanted):
    assert str(gradient(loss, wrt)).startswith(f"{wanted} ")


def test_small_letters_alone_under_a_trace_are_matrices():
    assert shapes_of(read_problem(r"\mathrm{Tr}(\rho \log \rho)", r"\rho")) == {"rho": "m×m"}
    assert shapes_of(read_problem(r"\operatorname{tr}(a X)", "a"))["a"] == "number"


@pytest.mark.parametrize("loss", [r"{}^t(Xw - y)(Xw - y)", r"{}^{t}(Xw - y)(Xw - y)", r"{}^\top (Xw - y)(Xw - y)"])
def test_the_transpose_may_stand_in_front(loss):
    assert str(gradient(loss, "w", syntax="latex")).startswith("2Xᵀ(Xw − y) ")


@pytest.mark.parametrize(("loss", "name", "shape"), [
    ("np.mean((X @ w + b - y)**2)", "b", "number"), ("np.mean(np.maximum(0, 1 - y*(X @ w - b)))", "b", "number"),
    ("norm(A@x - b)**2", "b", "m×1"), ("norm(A@x + b)**2", "b", "m×1"), ("F.cross_entropy(X@W + b, y)", "b", "n×1"),
    ("F.cross_entropy(X@W + b, y)", "y", "m×n"),
])  # fmt: skip
def test_a_bias_beside_data_is_a_number(loss, name, shape):
    assert shapes_of(read_problem(loss, name))[name] == shape


def test_a_letter_for_an_assumed_size_is_no_other_size():
    shapes = shapes_of(read_problem("F.cross_entropy(X @ W + b, Y)", "W"))
    assert (shapes["X"], shapes["W"], shapes["b"], shapes["Y"]) == ("m×p", "p×n", "n×1", "m×n")


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "code"),
    [
        ("sum(X[:,1:] @ w)", "w", (), "slice"),
        ("sum((X[1:].T @ Y)**2)", "Y", (), "slice"),
        ("norm(X[:,:-1] @ W)**2", "W", (), "slice"),
        ("x[-4]", "x", ("x: 3",), "index-out-of-range"),
        ("tr(S_ab S_bc) + tr(S_ab)", "S_ab", (), "missing-operator"),
        (r"\sum_{i,j} a_i(j)", "a", (), "unknown-function"),
    ],
)
def test_what_would_be_read_with_another_meaning_is_refused(loss, wrt, shapes, code):
    with pytest.raises(InputError) as caught:
        read_problem(loss, wrt, shapes)
    assert caught.value.diagnostic.code == code


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "same"),
    [
        ("norm(x - x')^2", "x", (), "norm(x - z)**2"),
        ("A: B - C", "A", (), "sum(A*B) - sum(C)"),
        ("logdet(K_uu) + tr(K_fu K_uu^{-1} K_uf)", "K_uu", ("K_uu: m×m, K_fu: n×m, K_uf: m×n",), None),
    ],
)
def test_names_stay_names(loss, wrt, shapes, same):
    problem = read_problem(loss, wrt, shapes)
    assert problem.wrt in problem.loss.symbols
    assert same is None or len(problem.loss.symbols) == len(read_problem(same, wrt, shapes).loss.symbols)


# ---- what stands beside a name says what it is; nothing is declared


@pytest.mark.parametrize(("loss", "wrt", "shapes", "value"), [
    (r"y_{ij}\log p_{ij}", "p", "y: n×d, p: n×d", lambda y, p: (y * np.log(p)).sum()),
    (r"-\sum_i p_i\ln p_i - b(\sum_i p_i E_i - U)", "p", "p: n, b: scalar, E: n, U: scalar",
     lambda p, b, E, U: -(p * np.log(p)).sum() - b * (p @ E - U)),
    (r"$$\min_w \|Xw - y\|^2.$$", "w", "X: n×d, w: d, y: n", lambda X, w, y: ((X @ w - y) ** 2).sum()),
    (r"x^\top Q x + z^\top Q_f z", "z", "x: d, Q: d×d, z: n, Q_f: n×n", lambda x, Q, z, Q_f: x @ Q @ x + z @ Q_f @ z),
    (r"-\sum_i [A_i\log p_i + b H_i]", "p", "A: n, p: n, b: scalar, H: n",
     lambda A, p, b, H: -(A * np.log(p) + b * H).sum()),
    (r"\sum_i (w^\top(x_i - \mu))^2", "w", "x: n×d, w: d, mu: d", lambda x, w, mu: (((x - mu) @ w) ** 2).sum()),
    (r"\sum_i \|W^\top(x_i - \mu)\|^2", "W", "x: n×d, W: d×k, mu: d", lambda x, W, mu: (((x - mu) @ W) ** 2).sum()),
    (r"\sum_{i,j} A_{ij} \|L(x_i - x_j)\|^2", "L", "A: n×n, L: k×d, x: n×d",
     lambda A, L, x: sum(A[i, j] * ((L @ (x[i] - x[j])) ** 2).sum() for i in range(len(x)) for j in range(len(x)))),
    (r"\sum_{i<j} (w^\top(x_i - x_j))^2", "w", "x: n×d, w: d",
     lambda x, w: sum((w @ (x[i] - x[j])) ** 2 for i in range(len(x)) for j in range(i + 1, len(x)))),
    (r"\sum_t (R_t - w^\top r_t)^2", "w", "R: n, w: d, r: n×d", lambda R, w, r: ((R - r @ w) ** 2).sum()),
    (r"\sum_i (n_i\cdot (R p_i + t - q_i))^2", "t", "n: m×d, R: d×d, p: m×d, t: d, q: m×d",
     lambda n, R, p, t, q: (((p @ R.T + t - q) * n).sum(1) ** 2).sum()),
    (r"\sum_i (y_i - \frac{V x_i}{K + x_i})^2", "K", "y: n, V: scalar, x: n, K: scalar",
     lambda y, V, x, K: ((y - V * x / (K + x)) ** 2).sum()),
    (r"RT(x\ln x + z\ln z + c x z)", "x", "R: scalar, T: scalar, x: scalar, z: scalar, c: scalar",
     lambda R, T, x, z, c: R * T * (x * np.log(x) + z * np.log(z) + c * x * z)),
    (r"\sum_i n_i(m_i + RT\ln\frac{n_i}{\sum_j n_j})", "n", "n: n, m: n, R: scalar, T: scalar",
     lambda n, m, R, T: (n * (m + R * T * np.log(n / n.sum()))).sum()),
    (r"\sum_i \|x_i\circ a\|^2", "a", "x: n×d, a: d", lambda x, a: ((x * a) ** 2).sum()),
    (r"\sum_{} \exp(x)", "x", "x: n", lambda x: np.exp(x).sum()),
    ("k*(norm(x - c) - L)**2", "x", "k: scalar, x: n, c: n, L: scalar",
     lambda k, x, c, L: k * (np.linalg.norm(x - c) - L) ** 2),
    ("-(y*F.logsigmoid(s) + (1-y)*F.logsigmoid(-s)).mean()", "s", "y: n, s: n",
     lambda y, s: (y * np.log1p(np.exp(-s)) + (1 - y) * np.log1p(np.exp(s))).mean()),
    ("np.prod(1 + r*x)", "x", "r: n, x: n", lambda r, x: np.prod(1 + r * x)),
    (r"\[ \min_{w} \|Xw - y\|^2 \]", "w", "X: n×d, w: d, y: n", lambda X, w, y: ((X @ w - y) ** 2).sum()),
])  # fmt: skip
def test_a_loss_is_read_by_what_stands_beside_a_name(loss, wrt, shapes, value) -> None:
    agrees(loss, wrt, shapes, value, drop=" ".join(part.partition(":")[0] for part in shapes.split(", ")))


@pytest.mark.parametrize(("loss", "wrt", "right", "wrong"), [
    (r"\mathbf{1}^\top \frac{V}{WH} \mathbf{1}", "W", r"-\frac{V}{(WH)\odot (WH)} H^\top",
     r"\frac{V}{(WH)\odot (WH)} H^\top"),
    (r"\|\frac{A}{X + B}\|_F^2", "X", r"-2 A \odot A \oslash (X+B)^{\circ 3}", r"-2 A \oslash (X+B)^{\circ 3}"),
    (r"\sum_i C \log(1 + e^{-y_i w^\top x_i})", "w", r"-C \sum_i \frac{y_i x_i}{1 + e^{y_i w^\top x_i}}",
     r"C \sum_i \frac{y_i x_i}{1 + e^{y_i w^\top x_i}}"),
    (r"\sum_k N \log \pi_k", r"\pi", r"N / \pi", r"-N / \pi"),
    (r"\sum_i a_i \circ b_i", "a", "b", "2b"),
    (r"\sum_i \|x_i\circ a\|^2", "a", r"2\sum_i x_i \circ x_i \circ a", r"2\sum_i x_i \circ a"),
    (r"\frac{X}{N} y", "y", r"\frac{X}{N}", r"\frac{X^\top}{N}"),
    (r"\sigma(\frac{W}{2} x)", "x", r"\frac12 \mathrm{diag}(\sigma(\frac{W}{2} x) \odot (1-\sigma(\frac{W}{2} x))) W",
     r"\frac12 W^\top \mathrm{diag}(\sigma(\frac{W}{2} x) \odot (1-\sigma(\frac{W}{2} x)))"),
    (r"A(x-b)^2", "x", r"2 A \mathrm{diag}(x-b)", r"2 \mathrm{diag}(x-b) A"),
    (r"\sum_i (y_i - \frac{V x_i}{K + x_i})^2", "V", r"-2\sum_i (y_i - \frac{V x_i}{K + x_i}) \frac{x_i}{K+x_i}",
     r"2\sum_i (y_i - \frac{V x_i}{K + x_i}) \frac{x_i}{K+x_i}"),
])  # fmt: skip
def test_capitals_are_matrices_unless_they_do_not_fit(loss, wrt, right, wrong) -> None:
    for answer, verdict in ((right, "right"), (wrong, "wrong")):
        assert verdict_of(loss, wrt, answer) == verdict, answer


@pytest.mark.parametrize(
    ("loss", "wrt"), [(r"\|x - x_i\|^2", "x"), (r"\sum_i m_i\|r - r_i\|^2", "r"), ("(T - T_c)^2", "T")]
)
def test_a_letter_beside_one_of_its_members_is_refused(loss, wrt) -> None:
    assert refused(loss, wrt).code in ("index-mismatch", "number-plus-array", "shape-mismatch")


@pytest.mark.parametrize(("loss", "message"), [
    (r"\log p_{ij} y_{ij}", "nothing sums over `i`"),
    (r"\sum_i (y_i - w^\top x)^2 + y_j y", "nothing sums over `j`"),
    ("sum(x[1:] - x[:-2])", "different lengths"),
    ("X.shape @ w", "`X.shape` is two sizes, where one is needed"),
])  # fmt: skip
def test_what_is_missing_is_said_at_its_place(loss, message) -> None:
    found = refused(loss, "x" if "x" in loss else "w" if "w" in loss else "p")
    assert message in f"{found.message} {' '.join(label.text for label in found.labels)}"


@pytest.mark.parametrize("syntax", ["numpy", "julia", "matlab", "r", "sympy"])
def test_a_function_without_arguments_is_refused_or_read_but_never_falls(syntax) -> None:
    for name in sorted(FUNCTION_NAMES | WRITTEN_OUT | {"len", "length", "shape", "size", "numel", "nrow"}):
        for loss in (f"sum(w) + {name}()", f"sum(w)/{name}(axis=1).mean()", f"ones({name}()).T*w"):
            with suppress(InputError):
                read_problem(loss, "w", syntax=syntax)
