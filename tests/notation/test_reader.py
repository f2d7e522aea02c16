"""The expression language: what each form means, and how what cannot be read is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from matgrad_cli.diagnostics import InputError, MatgradError
from matgrad_cli.ir import (
    Call,
    Constant,
    Delta,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Kron,
    LinearMap,
    MatMul,
    MatrixOf,
    MatrixPower,
    Mul,
    Number,
    Partial,
    Power,
    Size,
    SumOver,
    Transpose,
)
from matgrad_cli.notation.expression.reader import parse
from matgrad_cli.notation.problems import read_expression, read_problem
from work import calls_in

SHAPES = ["A: n×n, B: n×n, X: m×n, Y: m×n, R: n×p, x: n, y: n, u: m, c: scalar, k: scalar, K: 2×3"]
BASE = "tr(A@B) + sum(X@R) + sum(Y) + x.T@y + sum(u) + c*k + sum(K)"


@pytest.fixture(scope="module")
def problem():
    return read_problem(BASE, "X", SHAPES)


def read(text: str, problem) -> Expr:
    return read_expression(text, problem, "numpy").expr


SAME = [
    ("-x**2", "-(x**2)"),
    ("2**-1*x", "(2**(-1))*x"),
    ("c**2**k", "c**(2**k)"),
    ("X.T @ u", "X.transpose() @ u"),
    ("np.linalg.norm(x)", "norm(x)"),
    ("norm(x, 2)", "norm(x)"),
    ("norm(X)", "norm(X, 'fro')"),
    ("norm(X, ord='fro')", "norm(X, 'fro')"),
    ("torch.trace(A)", "tr(A)"),
    ("X.sum()", "sum(X)"),
    ("X.sum(axis=0)", "sum(X, 0)"),
    ("torch.sum(X, dim=1)", "sum(X, axis=1)"),
    ("np.sum(X, axis=1, keepdims=True)", "sum(X, axis=-1)"),
    ("A.dot(x)", "A @ x"),
    ("np.dot(x, y)", "x.T @ y"),
    ("x @ y", "x.T @ y"),
    ("x @ A", "x.T @ A"),
    ("x @ A @ y", "x.T @ A @ y"),
    ("np.outer(x, y)", "x @ y.T"),
    ("X − Y", "X - Y"),
    ("X ⊙ Y", "X * Y"),
    ("A ⊗ B", "kron(A, B)"),
    ("x·c", "x*c"),
    ("Xᵀ @ u", "X.T @ u"),
    ("c²", "c**2"),
    ("‖x‖**2", "norm(x)**2"),
    ("||x||**2", "norm(x)**2"),
    ("||A@x - y||_2**2 + c*||x||_1", "norm(A@x - y, 2)**2 + c*norm(x, 1)"),
    ("||x - ||y||*x||/||y||", "norm(x - norm(y)*x)/norm(y)"),
    ("‖X‖_F", "norm(X, 'fro')"),
    ("matrix_power(A, 1)", "A"),
    ("matrix_power(A, 0)", "eye(n)"),
    ("matrix_power(A, -1)", "inv(A)"),
    ("A⁻¹", "inv(A)"),
    ("np.linalg.solve(A, x)", "inv(A) @ x"),
    ("np.maximum(0, x)", "relu(x)"),
    ("ones((m, n))", "ones(m, n)"),
    ("sum(X) / X.shape[0]", "sum(X) / m"),
    ("2*(3*x)", "2*3*x"),
    ("(A@B)@x", "A@(B@x)"),
    ("x.T.T", "(x.T).T"),
    ("np.pi*x", "pi*x"),
    ("+x", "x"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_two_ways_of_writing_the_same(left, right, problem):
    assert read(left, problem) is read(right, problem)


def test_what_forms_mean(problem):
    by = {symbol.name: symbol for symbol in problem.variables}
    a, x, y, c, big = by["A"], by["x"], by["y"], by["c"], by["X"]
    m = big.shape.rows
    assert read("1e-5", problem) is Number(Fraction(1, 100000))
    assert read(".5", problem) is Number(Fraction(1, 2))
    assert read("1/2", problem) is Number(Fraction(1, 2))
    assert read("1/m", problem) is Power(Size(m), Number(-1))
    assert read("x/2", problem) is Mul((x, Power(Number(2), Number(-1))))
    assert read("-2*x", problem) is Mul((Number(-2), x))
    assert read("X**2", problem) is Power(big, Number(2))
    assert read("2*c*A@B", problem) is Mul((Number(2), c, MatMul((a, by["B"]))))
    assert read("(2*A)@B", problem) is MatMul((Mul((Number(2), a)), by["B"]))
    assert read("x@x.T@x", problem) is MatMul((x, Transpose(x), x))
    assert read("(x.T@x)@x", problem) is Mul((MatMul((Transpose(x), x)), x))
    assert read("x*y", problem) is Hadamard((x, y))
    assert read("x/y", problem) is Hadamard((x, Power(y, Number(-1))))
    assert read("diag(x)", problem) is Call("diag", x)
    assert read("diag(A)", problem) is Call("diagonal", a)
    assert read("norm(K, 'nuc')", problem) is Call("nuclear", by["K"])
    assert read("norm(K, 2)", problem) is Call("spectral", by["K"])
    assert read("norm(x, 1)", problem) is Call("norm1", x)
    assert read("inner(X, Y)", problem) is Call("inner", big, by["Y"])
    assert read("kron(A, x)", problem) is Kron((a, x))
    assert read("matrix_power(A, 3)", problem) is MatrixPower(a, 3)
    assert read("pi", problem) is Constant("pi")
    assert read("I + A", problem).children[0] is Eye(a.shape.rows)
    assert read("softmax(X, axis=1)", problem) is Call("softmax1", big)
    assert read("tr(x.T@y)", problem) is MatMul((Transpose(x), y))


def test_number_beside_array_is_spread_and_said(problem):
    reading = read_expression("1 - x", problem)
    assert reading.expr.children[0] is Fill(1, problem.variables[5].shape)
    assert reading.notes == ("the number `1` is added to every entry of `x` (n×1)",)
    both = read_expression("(1 - x) * (1 + y) * (1 - x)", problem)
    assert both.notes == ("the number `1` is added to every entry of `x` (n×1) and of `y` (n×1)",)
    assert read_expression("x @ A", problem).notes == ("`x @ A` is read as `x.T @ A`",)
    assert read_expression("A**2", problem).notes == (
        "`A**2` is taken entry by entry; the product with itself is `matrix_power(A, 2)`",
    )
    assert "acts on every entry" in read_expression("log(A)", problem).notes[0]


def test_index_level(problem):
    entry = read("X[i,j]", problem)
    assert isinstance(entry, Entry)
    assert {str(index.dim) for index in entry.free} == {"m", "n"}
    assert read("x[0]", problem).shape.is_number
    total = read("sum[i,j](X[i,j]*delta[j,s]*x[s])", problem)
    assert isinstance(total, SumOver)
    assert {index.name for index in total.free} == {"s"}
    assert isinstance(read("delta[j,s]*x[s]", problem).children[0], Delta)
    array = read("entries[i,j](u[i]*x[j])", problem)
    assert isinstance(array, MatrixOf)
    assert str(array.shape) == "m×n"
    assert str(read("entries[,j](x[j])", problem).shape) == "1×n"
    partial = read("partial(sum(X), X[s,t])", problem)
    assert isinstance(partial, Partial)
    assert isinstance(read("map[H](tr(X.T@H))", problem), LinearMap)
    assert str(read("d(X@R)", problem).shape) == "m×p"
    assert str(read("partial(sum(X), X)", problem).shape) == "m×n"
    assert str(read("sum[i:n](c)", problem).indices[0].dim) == "n"
    assert str(read("kron(A, B)[(i,k),(j,l)]", problem).shape) == "number"


def test_spans_point_at_the_parts(problem):
    text = "2*A @ (x - y)"
    reading = read_expression(text, problem)
    shown = {text[span.start : span.end] for span in reading.spans.values()}
    assert {"2", "A", "x - y", "x", "y"} <= {part.strip("()") for part in shown}


REFUSED = [
    ("", "syntax-error"),
    ("  ", "syntax-error"),
    ("x +", "syntax-error"),
    ("(x", "syntax-error"),
    ("x)", "syntax-error"),
    ("x y", "missing-operator"),
    ("2x", "missing-operator"),
    ("X'", "syntax-error"),
    ("X^2", "caret-power"),
    ("x = 3", "syntax-error"),
    ("norm(X,'fro", "syntax-error"),
    ("x[", "syntax-error"),
    ("x..T", "syntax-error"),
    ("x[i:j]", "slice"),
    ("delta[None, i]", "slice"),
    ("X[1:, 1:]", "slice"),
    ("x[]", "syntax-error"),
    ("x[:]", "slice"),
    ("\x00", "syntax-error"),
    ("__import__('os')", "unknown-function"),
    ("().__class__", "syntax-error"),
    ("x.__class__", "unknown-attribute"),
    ("lambda x: x", "missing-operator"),
    ("(x := 3)", "syntax-error"),
    ("f'{x}'", "missing-operator"),
    ("A**(10**9)", "number-too-large"),
    ("A**1000000000", "number-too-large"),
    ("matrix_power(A, 10**9)", "number-too-large"),
    ("matrix_power(A, 1000000000)", "number-too-large"),
    ("1e999999", "number-too-large"),
    ("1" * 100, "number-too-large"),
    ("(" * 300 + "x" + ")" * 300, "too-deep"),
    ("-" * 5000 + "x", "too-deep"),
    ("x" + ".T" * 5000, "too-deep"),
    ("c**" * 1000 + "c", "too-deep"),
    ("(" * 10000 + "x" + ")" * 10000, "too-long"),
    ("x" * 1_000_000, "too-long"),
    ("x+" * 15000 + "x", "too-long"),
    ("zz", "unknown-name"),
    ("nrom(x)", "unknown-function"),
    ("slogdet(A)", "unknown-function"),
    ("np.einsum('ijk', A)", "unknown-function"),
    ("A @ u", "shape-mismatch"),
    ("X + A", "shape-mismatch"),
    ("X + u", "shape-mismatch"),
    ("X * u", "shape-mismatch"),
    ("det(X)", "not-square"),
    ("inv(X)", "not-square"),
    ("tr(X)", "not-square"),
    ("softmax(X)", "missing-axis"),
    ("norm(X, 3)", "unknown-norm"),
    ("norm(x, y, c)", "wrong-arguments"),
    ("where(x, y, x)", "wrong-arguments"),
    ("sum(X, axis=5)", "wrong-arguments"),
    ("c[i]", "index-mismatch"),
    ("X[i,i]", "index-mismatch"),
    ("K[5,0]", "index-out-of-range"),
    ("x[-12]", "index-out-of-range"),
    ("x[i+1]", "sum-range"),
    ("sum[i](c)", "missing-shape"),
    ("delta[i,j]", "missing-shape"),
    ("tr(I)", "missing-shape"),
    ("eye(q)", "unknown-size"),
    ("delta[i,j,k]*x[i]", "wrong-delta"),
    ("sum[i,i](x[i])", "index-reused"),
    ("sum[i](i*x[i])", "index-as-number"),
    ("c(x)", "not-a-function"),
    ("partial(x, x + y)", "not-a-variable"),
    ("x/0", "division-by-zero"),
    ("partial(X, X)", "too-many-indices"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "code"), REFUSED, ids=[repr(text[:20]) for text, _ in REFUSED])
def test_refusals_have_a_code_and_a_place_and_are_fast(text, code, problem):
    def refused() -> None:
        with pytest.raises(InputError):
            read_expression(text, problem, "numpy")

    assert calls_in(refused) < 200_000
    with pytest.raises(InputError) as caught:
        read_expression(text, problem, "numpy")
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert diagnostic.source is not None
    assert len(diagnostic.message) < 400
    assert not diagnostic.message.endswith(".")
    for label in diagnostic.labels:
        assert 0 <= label.span.start <= label.span.end <= len(diagnostic.source.text)


def test_suggestions_are_checked(problem):
    def help_of(text: str) -> str | None:
        with pytest.raises(MatgradError) as caught:
            read_expression(text, problem, "numpy")
        return caught.value.diagnostic.help

    assert help_of("X @ Y") == "`X.T @ Y` fits, and is n×n"
    assert help_of("X @ u") == "`X.T @ u` fits, and is a column of n (n×1)"
    assert help_of("nrom(x)") == "did you mean `norm`?"
    stretched = help_of("X + u") or ""
    assert "`X + u[:, None]`" in stretched
    assert read("X + u[:, None]", problem).shape is read("X", problem).shape


@pytest.mark.thorough
def test_long_flat_chains_are_read_quickly():
    def sums(count: int) -> int:
        return calls_in(lambda: read_problem(" + ".join(f"tr(A{i} @ X)" for i in range(count)), "X"))

    def products(count: int) -> int:
        return calls_in(lambda: read_problem("@".join(["X"] * count), "X"))

    assert len(read_problem(" + ".join(f"tr(A{i} @ X)" for i in range(1500)), "X").loss.children) == 1500
    assert sums(1200) < 4.6 * sums(300)
    assert products(2400) < 4.6 * products(600)


def test_nesting_up_to_the_limit_is_read():
    text = "x"
    for _ in range(60):
        text = f"tanh(W @ {text})"
    assert str(read_problem(text, "W", ["W: n×n, x: n"]).loss.shape) == "n×1"
    parse("(" * 149 + "x" + ")" * 149)
