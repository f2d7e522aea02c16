"""The printed code: it runs, returns the array of shape (loss) + (wrt), and its names are free of clashes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from matgrad_cli.api import gradient
from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    NUMBER,
    ONE,
    Call,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    Kron,
    MatMul,
    MatrixOf,
    MatrixPower,
    Named,
    Number,
    Pair,
    Power,
    Shape,
    Size,
    Symbol,
    Transpose,
    add,
    hadamard,
    matmul,
    mul,
    neg,
    sub,
    sum_over,
)
from matgrad_cli.records import Result
from matgrad_cli.render.code.module import python_code
from matgrad_cli.render.code.sympy import sympy_code

from .forum import GRADIENT, PROBLEM, R, X, Y, forum, i, j, m, n, named, p, s, t

A, B = Symbol("A", Shape(n, n)), Symbol("B", Shape(n, n))
u, v, r = Symbol("u", Shape(n)), Symbol("v", Shape(n)), Symbol("r", Shape(ONE, n))
c = Symbol("lambda", NUMBER)
SIZES = {"m": 4, "n": 3, "p": 2, "k": 5}
rng = np.random.default_rng(0)
VALUES: dict[str, Any] = {
    "X": rng.normal(size=(4, 3)),
    "R": rng.normal(size=(3, 2)),
    "Y": rng.normal(size=(4, 2)),
    "A": rng.normal(size=(3, 3)),
    "B": rng.normal(size=(3, 3)),
    "u": rng.normal(size=3),
    "v": rng.normal(size=3),
    "r": rng.normal(size=(1, 3)),
    "lambda": 0.7,
}
one = Fill(1, Shape(n))


def run(code: str, **values: Any) -> Any:
    space: dict[str, Any] = {}
    exec(compile(code, "printed", "exec"), space)  # noqa: S102  our own output
    function: Callable[..., Any] = space["gradient"]
    return function(**values)


def whole(expression: Expr) -> Result:
    """An expression as a result in matrix form."""
    shape = expression.shape
    row = Index("s", shape.rows) if shape.rows is not ONE else None
    col = Index("t", shape.cols) if shape.cols is not ONE else None
    letters = tuple(letter for letter in (row, col) if letter is not None)
    return Result(Entry(expression, row, col) if letters else expression, letters, expression)


def value(expression: Expr, loss: Expr = c, wrt: Symbol = u) -> Any:
    """What the printed code of an expression returns at the values above."""
    variables = tuple(symbol for symbol in (X, R, Y, A, B, u, v, r, c) if symbol in expression.symbols | {wrt})
    code = python_code(whole(expression), Problem(loss, wrt, variables))
    names = {symbol.name: "lambda_" if symbol.name == "lambda" else symbol.name for symbol in variables}
    return run(code, **{names[symbol.name]: VALUES[symbol.name] for symbol in variables})


def test_the_forum_gradient() -> None:
    code = python_code(Result(Entry(GRADIENT, s, t), (s, t), GRADIENT), PROBLEM)
    assert code.startswith("import numpy as np\n\n\ndef gradient(X, R, Y):\n")
    assert code.rstrip().endswith("return 2 / len(X) * X.T @ (X @ R - Y)")


V = VALUES
CASES: list[tuple[Expr, Any]] = [
    (matmul(X, u), V["X"] @ V["u"]),
    (MatMul((u, Transpose(v), A)), np.outer(V["u"], V["v"] @ V["A"])),
    (MatMul((Transpose(u), A, v)), V["u"] @ V["A"] @ V["v"]),
    (mul(MatMul((Transpose(u), v)), MatMul((u, Transpose(v)))), V["u"] @ V["v"] * np.outer(V["u"], V["v"])),
    (MatMul((u, Transpose(v), u, Transpose(v))), V["v"] @ V["u"] * np.outer(V["u"], V["v"])),
    (MatMul((r, u)), V["r"][0] @ V["u"]),
    (MatMul((r, A)), V["r"][0] @ V["A"]),
    (mul(u, Power(Call("norm", u), Number(-1))), V["u"] / np.linalg.norm(V["u"])),
    (sub(one, Call("tanh", u)), 1 - np.tanh(V["u"])),
    (mul(c, one), 0.7 * np.ones(3)),
    (MatMul((A, one)), V["A"].sum(1)),
    (MatMul((Transpose(one), A)), V["A"].sum(0)),
    (MatMul((Transpose(one), u)), V["u"].sum()),
    (MatMul((A, one, Transpose(u))), np.outer(V["A"].sum(1), V["u"])),
    (MatMul((neg(A), B)), -V["A"] @ V["B"]),
    (add(neg(A), mul(Number(Fraction(1, 3)), B)), V["B"] / 3 - V["A"]),
    (Hadamard((Power(A, Number(-1)), B)), V["B"] / V["A"]),
    (Hadamard((A, Power(B, Number(-2)))), V["A"] / V["B"] ** 2),
    (hadamard(A, matmul(A, B)), V["A"] * (V["A"] @ V["B"])),
    (matmul(hadamard(A, B), A), (V["A"] * V["B"]) @ V["A"]),
    (Transpose(matmul(A, B)), (V["A"] @ V["B"]).T),
    (Inverse(sub(A, Eye(n))), np.linalg.inv(V["A"] - np.eye(3))),
    (MatrixPower(A, 3), np.linalg.matrix_power(V["A"], 3)),
    (Kron((A, u)), np.kron(V["A"], V["u"][:, None])),
    (Kron((u, v)), np.kron(V["u"], V["v"])),
    (Call("inner", A, B), (V["A"] * V["B"]).sum()),
    (Call("inner", u, v), V["u"] @ V["v"]),
    (Call("vec", A), V["A"].T.ravel()),
    (Call("softmax", u), np.exp(V["u"]) / np.exp(V["u"]).sum()),
    (Call("softmax1", A), np.exp(V["A"]) / np.exp(V["A"]).sum(1, keepdims=True)),
    (Call("softmax0", A), np.exp(V["A"]) / np.exp(V["A"]).sum(0)),
    (Call("logsumexp", A), np.log(np.exp(V["A"]).sum())),
    (Call("logsumexp1", A), np.log(np.exp(V["A"]).sum(1))),
    (Call("sigmoid", u), 1 / (1 + np.exp(-V["u"]))),
    (Call("gelu", u), V["u"] * (1 + np.array([__import__("math").erf(x / 2**0.5) for x in V["u"]])) / 2),
    (mul(Number(2), Fill(1, Shape(n, n))), 2 * np.ones((3, 3))),
    (mul(Power(Size(n), Number(-1)), A), V["A"] / 3),
    (mul(Number(-2), c, Call("diagonal", A)), -1.4 * np.diag(V["A"])),
    (Call("diagonal", matmul(A, B, Transpose(A))), np.diag(V["A"] @ V["B"] @ V["A"].T)),
    (Call("diagonal", matmul(A, Inverse(B))), np.diag(V["A"] @ np.linalg.inv(V["B"]))),
    (Power(Power(c, Number(Fraction(1, 2))), Number(-1)), 0.7**-0.5),
    (matmul(Transpose(Named("Z", matmul(A, B))), Named("Z", matmul(A, B))), (V["A"] @ V["B"]).T @ (V["A"] @ V["B"])),
]


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_values(case: tuple[Expr, Any]) -> None:
    expression, wanted = case
    got = value(expression)
    assert np.shape(got) == np.shape(wanted)
    assert np.allclose(got, wanted)


def array_code(entry: Expr, letters: tuple[Index, ...], loss: Expr, wrt: Symbol) -> Any:
    variables = tuple(symbol for symbol in (X, R, Y, A, B, u, v) if symbol in entry.symbols | loss.symbols | {wrt})
    code = python_code(Result(entry, letters, None), Problem(loss, wrt, variables))
    return run(code, **{symbol.name: VALUES[symbol.name] for symbol in variables})


def test_entries_become_an_einsum() -> None:
    got = array_code(mul(Entry(X, i, s), Delta(j, t)), (i, j, s, t), matmul(X, R), R)
    assert np.allclose(got, np.einsum("is,jt->ijst", V["X"], np.eye(2)))


def test_sums_letters_that_are_missing_and_letters_used_twice() -> None:
    a, b, k = Index("a", n), Index("b", n), Index("k", n)
    entry = add(
        sum_over((k,), mul(Number(2), Entry(A, a, k), Entry(B, k, b))), Entry(u, a, None), mul(c, Entry(A, a, a))
    )
    code = python_code(Result(entry, (a, b), None), Problem(c, A, (A, B, u, c)))
    wanted = 2 * V["A"] @ V["B"] + V["u"][:, None] + 0.7 * np.diag(V["A"])[:, None] * np.ones(3)
    assert np.allclose(run(code, A=V["A"], B=V["B"], u=V["u"], lambda_=0.7), wanted)


def test_of_a_diagonal_no_product_is_computed_that_is_not_needed() -> None:
    for loss in ("tr(A@diag(w)@B)", "logdet(X.T@diag(w)@X)", "norm(tanh(X@W + w)@B - Y)**2"):
        code = gradient(loss, "w", "w: p").render("numpy")
        assert "np.diag(" not in code.replace("np.diag(w)", "")
        assert "np.sum(" in code


def test_entrywise_functions_fixed_positions_and_counted_letters() -> None:
    a, b = Index("a", n), Index("b", n)
    part = Entry(MatrixOf(b, None, Entry(u, b, None)), b, None)
    entry = sum_over((b,), mul(Power(Entry(A, a, 1), Number(2)), Call("exp", Entry(u, a, None)), part))
    got = array_code(entry, (a,), c, u)
    assert np.allclose(got, V["A"][:, 1] ** 2 * np.exp(V["u"]) * V["u"].sum())
    assert np.allclose(array_code(mul(Entry(u, a, None), sum_over((b,), Number(1))), (a,), c, u), 3 * V["u"])


def test_pairs_of_letters_split_an_axis() -> None:
    a, b, e, f = (Index(letter, n) for letter in "abcd")
    entry = Entry(Kron((A, B)), Pair(a, b, n), Pair(e, f, n))
    assert np.allclose(array_code(entry, (a, b, e, f), c, A), np.einsum("ac,bd->abcd", V["A"], V["B"]))


def test_a_layout_does_not_change_the_array() -> None:
    code = python_code(Result(Entry(GRADIENT, s, t), (s, t), Transpose(GRADIENT)), PROBLEM, layout="numerator")
    got = run(code, X=V["X"], R=V["R"], Y=V["Y"])
    assert np.allclose(got, 2 / 4 * V["X"].T @ (V["X"] @ V["R"] - V["Y"]))


def test_a_row_keeps_its_axis() -> None:
    identity = Eye(n)
    code = python_code(Result(Delta(s, Index("q", n)), (s, Index("q", n)), identity), Problem(Transpose(u), u, (u,)))
    assert run(code, u=V["u"]).shape == (1, 3, 3)


def test_names_are_made_safe() -> None:
    np_, gradient, free = Symbol("np", NUMBER), Symbol("gradient", NUMBER), Size(Dim.of("q"))
    expression = mul(np_, gradient, c, free)
    code = python_code(whole(expression), Problem(expression, c, (np_, gradient, c)))
    assert "def gradient(np_, gradient_, lambda_, q):" in code
    assert run(code, np_=2.0, gradient_=3.0, lambda_=5.0, q=7) == 210


def test_stable_at_the_edges() -> None:
    variables = (u,)
    for name, wanted in (("sigmoid", [0, 0.5, 1]), ("softplus", [0, np.log(2), 1000]), ("softmax", [0, 0, 1])):
        code = python_code(whole(Call(name, u)), Problem(c, u, variables))
        with np.errstate(over="raise", invalid="raise"):
            assert np.allclose(run(code, u=np.array([-1000.0, 0, 1000])), wanted)


def test_functions_of_a_matrix_whose_eigenvectors_are_no_basis() -> None:
    """f(2I + N) = f(2)I + f'(2)N + f''(2)N²/2, and the derivative along N is f'(2)N + f''(2)N² there."""
    nilpotent, two = np.diag([1.0, 1], 1), np.array([2.0])
    slopes = {
        "expm": [np.exp(two)] * 3,
        "logm": [np.log(two), 1 / two, -1 / two**2],
        "sinm": [np.sin(two), np.cos(two), -np.sin(two)],
        "cosm": [np.cos(two), -np.sin(two), -np.cos(two)],
    }
    for name, (value, first, second) in slopes.items():
        plain = value * np.eye(3) + first * nilpotent + second / 2 * nilpotent @ nilpotent
        change = first * nilpotent + second * nilpotent @ nilpotent
        for call, wanted in ((Call(name, A), plain), (Call(f"D{name}", A, B), change)):
            code = python_code(whole(call), Problem(c, A, (A, B)))
            np.testing.assert_allclose(run(code, A=2 * np.eye(3) + nilpotent, B=nilpotent), wanted, atol=1e-11)


@pytest.mark.parametrize("size", [0, 1e-3, 1, 30, 1e4, 1e5])
def test_exponentials_of_matrices_of_every_size(size: float) -> None:
    turn = np.linalg.qr(np.vander([1.0, 2, 4]))[0]
    values = size * np.array([-1, -0.3, 0])
    for name, exact in (("expm", np.exp(values)), ("cosm", np.cos(values)), ("sinm", np.sin(values))):
        code = python_code(whole(Call(name, A)), Problem(c, A, (A,)))
        for dtype, near in ((np.float64, 1e-14), (np.float32, 1e-6)):
            given = ((turn * values) @ turn.T).astype(dtype)
            wanted = (turn * exact) @ turn.T
            np.testing.assert_allclose(run(code, A=given), wanted, atol=near * (10 + 10 * size))


def test_sympy_code_builds_the_expression() -> None:
    import sympy

    for derivation, shape in ((forum(), "(n, p)"), (named(), None)):
        space: dict[str, Any] = {}
        exec(sympy_code(derivation), space)  # noqa: S102  our own output
        gradient = space["gradient"]
        assert isinstance(gradient, sympy.Basic)
        if shape:
            assert str(gradient.shape) == shape
    assert m is not p
    assert Y is not R
