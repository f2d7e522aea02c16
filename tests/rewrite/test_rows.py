"""Families: what is computed of row i is read back over all rows; a matrix result never holds a letter."""

from __future__ import annotations

from random import Random

import pytest

from matgrad_cli.api import explain
from matgrad_cli.diagnostics import StuckError
from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    ONE,
    Dim,
    Entry,
    Expr,
    Index,
    MatrixOf,
    Shape,
    Symbol,
    Transpose,
    add,
    hadamard,
    matmul,
    mul,
    product,
    sum_over,
)
from matgrad_cli.ir.entries import entry
from matgrad_cli.ir.nodes import Call, Number, Power
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.render.document.blocks import phrase
from matgrad_cli.render.words import plain
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.engine.application import Scene
from matgrad_cli.rewrite.network.reading_rules import matrix_of
from matgrad_cli.rulebook.load import rulebook
from matgrad_cli.verify.judge import Judge

n, d = Dim.of("n"), Dim.of("d")
X, Z, W = Symbol("X", Shape(n, d)), Symbol("Z", Shape(n, d)), Symbol("W", Shape(d, d))
a, c = Symbol("a", Shape(d, ONE)), Symbol("c", Shape(ONE, ONE))
s, t, i, k = Index("s", n), Index("t", d), Index("i", n), Index("k", d)
PROBLEM = Problem(Call("sum", X), X, (X, Z, W, a, c))


def row(matrix: Symbol, letter: Index) -> Expr:
    inner = Index("j", d)
    return MatrixOf(inner, None, Entry(matrix, letter, inner))


def vector(random: Random, letter: Index, depth: int) -> Expr:
    """A random column over d that may hold `letter`."""
    if depth == 0:
        return random.choice((row(X, letter), row(Z, letter), a))
    inner = vector(random, letter, depth - 1)
    match random.randrange(6):
        case 0:
            return add(inner, mul(Number(-1), vector(random, letter, depth - 1)))
        case 1:
            return matmul(random.choice((W, Transpose(W))), inner)
        case 2:
            return hadamard(inner, vector(random, letter, depth - 1))
        case 3:
            return Call("tanh", inner)
        case 4:
            return Power(inner, Number(2))
        case _:
            return mul(product(Transpose(inner), vector(random, letter, 0)), a)


@pytest.mark.parametrize("seed", range(80))
def test_a_term_over_rows_reads_back_without_letters_or_stays(seed: int) -> None:
    random = Random(seed)
    bound = random.random() < 0.5
    letter = i if bound else s
    factors = [entry(vector(random, letter, random.randrange(3)), t, None), entry(vector(random, letter, 1), t, None)]
    line = sum_over((i,), mul(*factors)) if bound else mul(*factors)
    rows, cols = (t, None) if bound else (s, t)
    after = matrix_of(line, rows, cols, Scene(PROBLEM, rulebook()))
    if after is None:
        return
    assert not after.free, to_text(after)
    letters = (t,) if bound else (s, t)
    assert Judge(PROBLEM).compare_over(line, entry(after, rows, cols), letters).holds, (to_text(line), to_text(after))


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(40))
def test_a_loss_over_rows_has_a_gradient_without_letters(seed: int) -> None:
    random = Random(seed)
    inside = vector(random, i, random.randrange(1, 4))
    kinds = (
        Power(Call("norm", inside), Number(2)),
        product(Transpose(a), inside),
        Call("exp", product(Transpose(a), inside)),
    )
    body = random.choice(kinds)
    loss = sum_over((i,), body)
    used = [symbol for symbol in (X, Z, W, a) if symbol in loss.symbols]
    problem = Problem(loss, random.choice(used), tuple(used))
    try:
        derivation = derive(problem)
    except StuckError:
        return
    assert derivation.verdict in ("proved", "agrees"), to_text(loss)
    assert derivation.result.matrix is None or not derivation.result.matrix.free


@pytest.mark.parametrize(
    ("loss", "wrt", "expected"),
    [
        (r"\sum_{i=1}^n \|x_i - z_i\|^2", "X", "2*(X - Z)"),
        (r"\sum_i \|A x_i\|^2", "X", "2*(X @ A.T @ A)"),
        (r"\sum_i \|x_i - \mu\|^2", "mu", "-2*((X - ones(n) @ mu.T).T @ ones(n))"),
        (r"\sum_i \|y_i - W x_i\|^2", "W", "-2*((Y - X @ W.T).T @ X)"),
        (r"\sum_i \sum_j \|x_i - x_j\|^2", "X", "4*(n*X - ones(n, n) @ X)"),
        (r"\sum_i \exp(a^T x_i)", "a", "X.T @ exp(X @ a)"),
    ],
)
def test_published_sums_over_rows(loss: str, wrt: str, expected: str) -> None:
    shapes = "X: n×d, Z: n×d, Y: n×e, W: e×d, A: k×d, mu: d, a: d"
    problem = read_problem(loss, wrt, (shapes,))
    matrix = derive(problem).result.matrix
    assert matrix is not None
    assert to_text(matrix) == expected


@pytest.mark.parametrize("loss", [r"\sum_{i,j} \exp(-\|x_i-x_j\|^2)", r"\sum_{i<j} \exp(-\|x_i-x_j\|^2/2)"])
def test_a_squared_distance_of_rows_is_a_sum_of_squares_and_each_step_is_proved(loss: str) -> None:
    derivation = derive(read_problem(loss, "X", ["X: n×d"]))
    assert {step.verdict.kind for step in derivation.steps} == {"proved"}


def test_a_row_is_printed_by_its_letter_and_a_condition_says_for_which_rows_it_holds() -> None:
    derivation = derive(read_problem(r"\sum_i \|x_i - W s_i\|", "W", ["x: n×d, s: n×p"]))
    assert to_unicode(derivation.problem.loss) == "Σ_i ‖x_i − W s_i‖"
    assert plain(phrase(derivation.assumed[0])) == "for each i, x_i − W s_i is not 0 (there may be no derivative there)"
    inner = Index("j", n)
    assert to_unicode(Entry(add(row(X, i), mul(Number(-1), a)), k, None)) == "(X_i − a)_k"
    assert to_unicode(MatrixOf(inner, None, Entry(X, inner, t))) == "[X_jt]_j"  # a column


def test_what_is_taken_off_each_row_keeps_its_minus() -> None:
    """x_ik − μ_k is an entry of x − 𝟏μᵀ, not of x + 𝟏(−μᵀ)."""
    loss = r"\sum_i (x_i-\mu)^T S^{-1} (x_i-\mu)"
    for wrt, method in (("mu", "index"), ("S", "index"), ("S", "differential")):
        shown = explain(loss, wrt, assume="S spd", method=method, detail="brief").render("text")
        assert "(x − 𝟏μᵀ)" in shown
        assert "+ (−μ" not in shown
        assert "𝟏(−μ" not in shown
