"""Hundreds of mutated answers, judged against numpy: none is accepted that numpy rejects,
and none rejected that numpy accepts."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.task import task_for
from matgrad_cli.ir import (
    Add,
    Expr,
    MatMul,
    Mul,
    Number,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
    places,
    replace_at,
    transpose,
)
from matgrad_cli.notation.printing.to_latex import to_latex
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression

PROBLEMS = {
    "least squares": ("norm(X@R - Y, 'fro')**2 / m", "R", "X: m×n, R: n×p, Y: m×p", "", "2/m * X.T @ (X@R - Y)"),
    "least squares, expanded": (
        "norm(X@R - Y, 'fro')**2 / m",
        "R",
        "X: m×n, R: n×p, Y: m×p",
        "",
        "2/m * X.T @ X @ R - 2/m * X.T @ Y",
    ),
    "quadratic": ("x.T@A@x + b.T@x", "x", "A: n×n, x: n, b: n", "", "A@x + A.T@x + b"),
    "symmetric quadratic": ("x.T@A@x + b.T@x", "x", "A: n×n, x: n, b: n", "A spd", "2*A@x + b"),
    "sandwich": ("norm(A@X@B-C,'fro')**2/2", "X", "A: n×n, X: n×n, B: n×n, C: n×n", "", "A.T@(A@X@B - C)@B.T"),
    "inverse": ("a.T@inv(X)@b", "X", "a: n, b: n, X: n×n", "", "-inv(X).T@a@b.T@inv(X).T"),
    "ridge": ("norm(X@w-y)**2 + lam*norm(w)**2", "w", "X: m×n, w: n, y: m, lam: scalar", "", "2*X.T@(X@w-y) + 2*lam*w"),
    "logistic": ("sum(log(1+exp(-y*(X@w))))", "w", "X: m×n, w: n, y: m", "", "-X.T@(y/(1+exp(y*(X@w))))"),
    "gram": ("norm(X.T@X-A,'fro')**2", "X", "X: m×n, A: n×n", "", "4*X@X.T@X - 2*X@A - 2*X@A.T"),
    "log det": ("logdet(S) + a.T@inv(S)@a", "S", "S: n×n, a: n", "S spd", "inv(S) - inv(S)@a@a.T@inv(S)"),
}
SIZES = {"m": 4, "n": 3, "p": 2}
FUNCTIONS = {
    "inv": np.linalg.inv,
    "exp": np.exp,
    "log": np.log,
    "tr": np.trace,
    "ones": lambda *s: np.ones((*s, 1)[:2]),
    "eye": np.eye,
}


def mutants(expr: Expr) -> Iterator[Expr]:
    """Single changes of an expression: sign, factor, transpose, order, a term or factor less, another variable."""
    for path, node in places(expr):
        yield from filter(
            None, (_tried(lambda new=new, path=path: replace_at(expr, path, new())) for new in _changes(node, expr))
        )


def _changes(node: Expr, expr: Expr):  # type: ignore[no-untyped-def]
    yield lambda: neg(node)
    yield lambda: mul(Number(2), node)
    if not node.shape.is_number:
        yield lambda: transpose(node)
    if isinstance(node, Transpose):
        yield lambda: node.body
    if isinstance(node, Add):
        for at in range(len(node.terms)):
            yield lambda at=at: add(*node.terms[:at], *node.terms[at + 1 :])
    if isinstance(node, MatMul):
        for at in range(len(node.factors) - 1):
            yield lambda at=at: matmul(
                *node.factors[:at], node.factors[at + 1], node.factors[at], *node.factors[at + 2 :]
            )
    if isinstance(node, (Mul, MatMul)) and len(node.children) > 1:
        for at in range(len(node.children)):
            yield lambda at=at: node.rebuilt((*node.children[:at], *node.children[at + 1 :]))
    if isinstance(node, Symbol):
        for other in sorted(expr.symbols, key=str):
            if other is not node and other.shape is node.shape:
                yield lambda other=other: other


def _tried(build):  # type: ignore[no-untyped-def]
    try:
        return build()
    except ValueError:
        return None


def points(task) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    """Two points under the facts."""
    found = []
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        point: dict[str, object] = {**SIZES, **FUNCTIONS}
        for symbol in task.problem.variables:
            rows, cols = symbol.shape.rows.size(SIZES), symbol.shape.cols.size(SIZES)
            value = rng.uniform(0.3, 1.5, (rows, cols)) * rng.choice([-1, 1], (rows, cols))
            if task.problem.knows(symbol, "spd"):
                value = value @ value.T + np.eye(rows)
            point["lambda_" if symbol.name == "lambda" else symbol.name] = (
                value if value.size > 1 else float(value[0, 0])
            )
        found.append(point)
    return found


def valued(text: str, point: dict[str, object]) -> np.ndarray:
    # The texts are printed by ourselves, and nothing else is in scope.
    return np.asarray(eval(text.replace("lambda", "lambda_"), {"__builtins__": {}}, dict(point)), float)  # noqa: S307


def same(left: str, right: str, at: list[dict[str, object]]) -> bool:
    pairs = [(valued(left, point), valued(right, point)) for point in at]
    return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-11) for a, b in pairs)


@pytest.mark.thorough
@pytest.mark.parametrize("name", PROBLEMS)
def test_no_mutant_is_accepted_and_no_equal_one_rejected(name: str) -> None:
    loss, wrt, shapes, assume, answer = PROBLEMS[name]
    task = task_for((loss, wrt, shapes, assume, None, "gradient"))
    expr = read_expression(answer, task.problem).expr
    at = points(task)
    judged = 0
    for mutant in dict.fromkeys(mutants(expr)):
        text = to_text(mutant)
        if mutant.shape is not expr.shape:
            continue
        verdict = judge_answer(task, text, None).verdict
        assert verdict == ("right" if same(text, answer, at) else "wrong"), text
        judged += 1
    assert judged > 12


@pytest.mark.thorough
@pytest.mark.parametrize("name", PROBLEMS)
def test_equivalent_rewritings_are_right(name: str) -> None:
    loss, wrt, shapes, assume, answer = PROBLEMS[name]
    task = task_for((loss, wrt, shapes, assume, None, "gradient"))
    expr = read_expression(answer, task.problem).expr
    rng = random.Random(name)
    for _ in range(40):
        new = expr
        for _ in range(rng.randint(1, 4)):
            new = _rewritten(new, rng)
        assert judge_answer(task, to_text(new), None).verdict == "right", to_text(new)
        latex = judge_answer(task, to_latex(new), None)
        assert latex.verdict == "right", (to_latex(new), latex.slip)


def _rewritten(expr: Expr, rng: random.Random) -> Expr:
    """One move that changes nothing: a double transpose, a transposed product, a + b = b + a, u = 2 u/2, u + v − v."""
    path, node = rng.choice(list(places(expr)))
    moves = [lambda: node]
    if not node.shape.is_number:
        moves.append(lambda: transpose(transpose(node)))
    if isinstance(node, Add):
        moves.append(lambda: add(*reversed(node.terms)))
        moves.append(lambda: transpose(add(*(transpose(term) for term in node.terms))))
    if isinstance(node, MatMul):
        moves.append(lambda: transpose(matmul(*(transpose(factor) for factor in reversed(node.factors)))))
    if isinstance(node, Mul):
        moves.append(lambda: mul(*reversed(node.factors)))
    moves.append(lambda: add(node, node, neg(node)))
    try:
        return replace_at(expr, path, rng.choice(moves)())
    except ValueError:
        return expr
