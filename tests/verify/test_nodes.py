"""Every node: its value against numpy, its derivatives against central differences."""

from fractions import Fraction

import numpy as np
import pytest
from verify_helpers import M, N, P, S, X, a, arrays, differences, numbers, r, x, y

from matgrad_cli import ir
from matgrad_cli.ir import (
    ONE,
    Call,
    Constant,
    Delta,
    Differential,
    Dim,
    Entry,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    LinearMap,
    MatMul,
    MatrixOf,
    MatrixPower,
    Named,
    Number,
    Pair,
    Partial,
    Power,
    Shape,
    Size,
    Symbol,
    Transpose,
    add,
    kron,
    matmul,
    mul,
    neg,
    sub,
    sum_over,
)
from matgrad_cli.verify.meanings import MEANINGS

i, j, k, s, t, u, v = (
    Index(name, dim) for name, dim in (("i", M), ("j", N), ("k", M), ("s", M), ("t", N), ("u", M), ("v", N))
)
HALF = Number(Fraction(1, 2))

MATRIX_LEVEL = {
    "number": (HALF, lambda w: 0.5),
    "pi": (mul(Constant("pi"), X), lambda w: np.pi * w["X"]),
    "size": (mul(Size(M * N), X), lambda w: 6 * w["X"]),
    "eye": (add(S, Eye(M)), lambda w: w["S"] + np.eye(3)),
    "ones": (matmul(Transpose(X), Fill(1, Shape(M, P))), lambda w: w["X"].T @ np.ones((3, 4))),
    "mul": (mul(a, Number(3), X, Call("tr", S)), lambda w: w["a"][0, 0] * 3 * np.trace(w["S"]) * w["X"]),
    "product": (matmul(Transpose(X), S, X), lambda w: w["X"].T @ w["S"] @ w["X"]),
    "inner product": (matmul(Transpose(x), S, y), lambda w: (w["x"].T @ w["S"] @ w["y"]).item()),
    "outer product": (matmul(x, r), lambda w: w["x"] @ w["r"]),
    "row": (matmul(Transpose(x), X), lambda w: (w["x"].T @ w["X"])[0]),
    "hadamard": (Hadamard((S, S, Transpose(S))), lambda w: w["S"] ** 2 * w["S"].T),
    "kron": (kron(X, S), lambda w: np.kron(w["X"], w["S"])),
    "kron of vectors": (kron(x, r, X), lambda w: np.kron(np.kron(w["x"], w["r"]), w["X"])),
    "power": (Power(X, Number(3)), lambda w: w["X"] ** 3),
    "reciprocal": (Power(X, Number(-2)), lambda w: w["X"] ** -2.0),
    "root": (Power(X, HALF), lambda w: w["X"] ** 0.5),
    "power 0": (Power(X, Number(0)), lambda w: np.ones((3, 2))),
    "power by a number": (Power(X, mul(a, HALF)), lambda w: w["X"] ** (w["a"][0, 0] / 2)),
    "number to a number": (Power(Number(2), a), lambda w: 2 ** w["a"][0, 0]),
    "norm squared": (Power(Call("norm", X), Number(2)), lambda w: (w["X"] ** 2).sum()),
    "matrix power": (MatrixPower(S, 5), lambda w: np.linalg.matrix_power(w["S"], 5)),
    "matrix power 0": (add(S, MatrixPower(S, 0)), lambda w: w["S"] + np.eye(3)),
    "negative matrix power": (MatrixPower(S, -2), lambda w: np.linalg.matrix_power(np.linalg.inv(w["S"]), 2)),
    "inverse": (Inverse(S), lambda w: np.linalg.inv(w["S"])),
    "inverse of a number": (mul(Inverse(a), X), lambda w: w["X"] / w["a"][0, 0]),
    "inner": (Call("inner", X, neg(X)), lambda w: -(w["X"] ** 2).sum()),
    "named": (Named("Z", X), lambda w: w["X"]),
    "linear map": (LinearMap(S, matmul(S, X)), lambda w: w["S"] @ w["X"]),
    "sum of sums": (sum_over((i, k), mul(Entry(X, i, j), Entry(S, i, k))), None),
    "whole": (MatrixOf(i, j, sum_over((k,), mul(Entry(S, k, i), Entry(X, k, j)))), lambda w: w["S"].T @ w["X"]),
    "column": (MatrixOf(i, None, Entry(S, i, 1)), lambda w: w["S"][:, 1]),
    "basis vector": (matmul(Transpose(X), MatrixOf(i, None, Delta(i, 2))), lambda w: w["X"].T @ np.eye(3)[:, 2]),
    "constant entries": (MatrixOf(i, j, Entry(x, i, None)), lambda w: np.repeat(w["x"], 2, axis=1)),
}


@pytest.mark.parametrize("name", sorted(MATRIX_LEVEL))
def test_value_and_derivative(name):
    expr, expected = MATRIX_LEVEL[name]
    values, letters = arrays(1), tuple(sorted(expr.free))
    if expected is not None:
        np.testing.assert_allclose(numbers(expr, values), expected(values), rtol=1e-12)
    for symbol in expr.symbols:
        sides = [side for side in (symbol.shape.rows, symbol.shape.cols) if side is not ONE]
        at = [Index(f"d{number}", side) for number, side in enumerate(sides)]
        positions = [at.pop(0) if side is not ONE else None for side in (symbol.shape.rows, symbol.shape.cols)]
        names = tuple(position for position in positions if position is not None)
        found = numbers(Partial(expr, symbol, *positions), values, (*names, *letters))
        slope = differences(expr, symbol.name, values, letters)
        slope = np.moveaxis(slope, range(slope.ndim - len(names), slope.ndim), range(len(names)))
        np.testing.assert_allclose(found, slope, rtol=1e-5, atol=1e-7)


def test_every_node_has_an_evaluator():
    nodes = {
        kind
        for kind in vars(ir).values()
        if isinstance(kind, type) and issubclass(kind, ir.Expr) and kind is not ir.Expr
    }
    assert nodes == set(MEANINGS)


INDEX_LEVEL = {
    "entry": (Entry(X, i, j), "X_ij", lambda w: w["X"]),
    "diagonal": (Entry(S, i, i), "i", lambda w: np.diagonal(w["S"])),
    "fixed entry": (Entry(X, 2, j), "j", lambda w: w["X"][2]),
    "vector entries": (mul(Entry(x, i, None), Entry(r, None, j)), "ij", lambda w: w["x"] @ w["r"]),
    "delta": (Delta(i, k), "ik", lambda w: np.eye(3)),
    "fixed delta": (Delta(i, 1), "i", lambda w: np.eye(3)[1]),
    "delta of itself": (Delta(i, i), "i", lambda w: np.ones(3)),
    "delta of pairs": (
        Delta(Pair(i, j, N), Pair(k, j, N)),
        "ijk",
        lambda w: np.broadcast_to(np.eye(3)[:, None], (3, 2, 3)),
    ),
    "chain of sums": (
        sum_over((j, k), mul(Entry(X, i, j), Entry(X, k, j), Entry(S, k, s))),
        "is",
        lambda w: w["X"] @ w["X"].T @ w["S"],
    ),
    "sum without its letter": (sum_over((i, j), Number(2)), "", lambda w: 12.0),
    "sum of a sum": (
        sum_over((i,), add(Entry(x, i, None), Entry(x, k, None), Number(1))),
        "k",
        lambda w: w["x"].sum() + 3 * w["x"][:, 0] + 3,
    ),
    "capture": (mul(Entry(x, i, None), sum_over((i,), Entry(x, i, None))), "i", lambda w: w["x"][:, 0] * w["x"].sum()),
    "pair": (
        Entry(kron(X, S), Pair(i, k, M), Pair(j, s, M)),
        "ijks",
        lambda w: np.einsum("ij,ks->ijks", w["X"], w["S"]),
    ),
    "fixed pair": (Entry(kron(x, x), Pair(2, k, M), None), "k", lambda w: w["x"][2] * w["x"][:, 0]),
    "trace": (sum_over((i,), Entry(S, i, i)), "", lambda w: np.trace(w["S"])),
    "sum of matrices": (sum_over((i,), mul(Entry(x, i, None), X)), "", lambda w: w["x"].sum() * w["X"]),
    "three edges": (
        sum_over((i,), mul(Entry(S, i, k), Entry(S, i, s), Entry(S, i, u))),
        "ksu",
        lambda w: np.einsum("ik,is,iu->ksu", w["S"], w["S"], w["S"]),
    ),
    "own letter": (Partial(Entry(X, s, t), X, s, t), "st", lambda w: np.ones((3, 2))),
    "letter at a fixed place": (
        Partial(Entry(X, i, j), X, 1, t),
        "ijt",
        lambda w: np.einsum("i,jt->ijt", np.eye(3)[1], np.eye(2)),
    ),
    "gathered": (
        sum_over((s, t), mul(Entry(X, s, t), Partial(Entry(matmul(S, X), i, j), X, s, t))),
        "ij",
        lambda w: w["S"] @ w["X"],
    ),
    "shadowed letter": (Partial(sum_over((s,), Entry(x, s, None)), x, s, None), "s", lambda w: np.ones(3)),
    "by a number": (Partial(mul(a, a, Entry(X, i, j)), a, None, None), "ij", lambda w: 2 * w["a"] * w["X"]),
    "second derivative": (
        Partial(Partial(matmul(Transpose(x), S, x), x, i, None), x, k, None),
        "ik",
        lambda w: w["S"] + w["S"].T,
    ),
    "of what is constant": (Partial(Call("tr", S), X, s, t), "st", lambda w: np.zeros((3, 2))),
}


@pytest.mark.parametrize("name", sorted(INDEX_LEVEL))
def test_index_level(name):
    expr, _, expected = INDEX_LEVEL[name]
    values = arrays(2)
    letters = tuple(sorted(expr.free))
    np.testing.assert_allclose(numbers(expr, values, letters), expected(values), rtol=1e-12, atol=1e-14)


def test_differentials_follow_one_direction():
    values, moves = arrays(3), {"X": arrays(4)["X"], "S": arrays(5)["S"]}
    found = numbers(Differential(matmul(Transpose(X), X), X), values, (), moves)
    np.testing.assert_allclose(found, values["X"].T @ moves["X"] + moves["X"].T @ values["X"])
    twice = Differential(Differential(matmul(Transpose(X), X), X), X)
    np.testing.assert_allclose(numbers(twice, values, (), moves), 2 * moves["X"].T @ moves["X"])
    given = Differential(Inverse(S), S, matmul(S, S))
    np.testing.assert_allclose(numbers(given, values), -np.eye(3), atol=1e-9)


def test_a_direction_may_depend_on_another_variable():
    inner = Differential(matmul(S, X), X, matmul(S, X))  # S S X
    values = arrays(6)
    found = numbers(Partial(Call("sum", inner), S, s, u), values, (s, u))
    np.testing.assert_allclose(found, differences(Call("sum", matmul(S, S, X)), "S", values), rtol=1e-6)


def test_deep_and_wide_expressions_are_fast():
    deep = x
    for _ in range(700):
        deep = Call("tanh", deep)
    assert abs(numbers(Partial(Call("sum", deep), x, s, None), arrays(7), (s,))).max() < 1
    wide = add(*[mul(Number(n), Call("tr", S)) for n in range(1, 500)])
    assert numbers(wide, arrays(7)) > 0
    letters = [Index(f"k{n}", M) for n in range(65)]
    product = sum_over(
        letters, mul(*[Entry(S, left, right) for left, right in zip(letters, [*letters[1:], letters[0]], strict=True)])
    )
    values = arrays(8, 0.1, 0.5)
    np.testing.assert_allclose(numbers(product, values), np.trace(np.linalg.matrix_power(values["S"], 65)), rtol=1e-9)
    found = numbers(Partial(Call("tr", MatrixPower(S, 64)), S, s, u), values, (s, u))
    np.testing.assert_allclose(found, 64 * np.linalg.matrix_power(values["S"], 63).T, rtol=1e-9)


def test_sums_outside_a_pending_product():
    factors = [Entry(S, left, right) for left, right in ((i, k), (k, s), (s, u))]
    outside = sum_over((i, k, s), mul(Entry(x, i, None), Partial(mul(*factors), S, 0, 1)))
    inside = Partial(matmul(Transpose(x), S, S, S), S, 0, 1)
    values = arrays(9)
    moved = {"x": values["x"]}
    step = 1e-6
    up = {**values, "S": values["S"] + step * np.eye(3)[[0]].T @ np.eye(3)[[1]]}
    slope = (up["x"].T @ up["S"] @ up["S"] @ up["S"] - values["x"].T @ values["S"] @ values["S"] @ values["S"])[
        0
    ] / step
    np.testing.assert_allclose(numbers(outside, values, (u,)), slope, rtol=1e-3)
    np.testing.assert_allclose(numbers(inside, values), slope, rtol=1e-3)
    assert moved


def test_symbols_of_rules_need_no_problem():
    b = Symbol("b", Shape(Dim.of(2), Dim.of(2)))
    values = {"b": np.array([[1.0, 2.0], [3.0, 4.0]])}
    np.testing.assert_allclose(numbers(MatMul((b, b)), values), values["b"] @ values["b"])
    assert sub(b, b).shape is b.shape
    assert v.dim is N


def test_a_delta_of_pairs_is_refused_before_it_is_built() -> None:
    from matgrad_cli.ir import Dim, Index
    from matgrad_cli.verify.arrays.structure import delta
    from matgrad_cli.verify.arrays.tensor import TooLarge

    left, right = Index("i", Dim.of("m")), Index("j", Dim.of("n"))
    assert delta(left, right, lambda dim: 2).data == [1, 0, 0, 1]
    with pytest.raises(TooLarge):
        delta(left, right, lambda dim: 100_000)
