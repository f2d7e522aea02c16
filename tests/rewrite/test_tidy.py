"""Textbook form: each move on its own, no move ever lengthens for long, and a broken twin of each is caught."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from matgrad_cli.facts import Problem
from matgrad_cli.ir import Expr, Number, Transpose, mul, nodes_of, substitute
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.notation.to_text import to_text
from matgrad_cli.rewrite import cancel, merging, powers, shorter, sums, tidy
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.verify.judge import Judge

SHAPES = "A: n×n, B: n×n, X: n×n, S: n×n, Q: n×n, K: n×n, M: m×n, P: m×n, x: n, y: n, u: n, h: n, w: m, c: scalar, d: scalar"
FACTS = ("S symmetric", "Q orthogonal", "K antisymmetric", "y simplex", "h onehot", "c positive")

CASES: list[tuple[Callable[[Expr, Problem], Expr | None], str, str | None]] = [
    (tidy.multiply_numbers, "2 * (X * 3)", "6*X"),
    (tidy.multiply_numbers, "0 * c", "0"),
    (tidy.multiply_numbers, "c * X", None),
    (tidy.add_numbers, "2 + c + 3", "c + 5"),
    (tidy.add_numbers, "A + zeros(n, n)", "A"),
    (tidy.zero_product, "A @ zeros(n, n)", "zeros(n, n)"),
    (tidy.drop_identity, "A @ eye(n) @ B", "A @ B"),
    (tidy.drop_identity, "x * ones(n)", "x"),
    (tidy.pull_scalar, "A @ (c * B)", "c*(A @ B)"),
    (tidy.pull_scalar, "tr(c * A)", "c*tr(A)"),
    (tidy.cancel_inverse, "A @ B @ inv(B)", "A"),
    (tidy.cancel_inverse, "A @ inv(A).T", None),
    (tidy.cancel_inverse, "inv(A).T @ A.T", "eye(n)"),
    (tidy.cancel_inverse_run, "inv(A @ B) @ A @ B @ x", "x"),
    (tidy.diag_times_vector, "diag(x) @ u", "x * u"),
    (tidy.diag_times_vector, "A @ diag(x) @ diag(u)", "A @ diag(x * u)"),
    (tidy.sums_of_ones, "ones(1, n) @ x", "sum(x)"),
    (tidy.sums_of_ones, "tr(eye(n))", "n"),
    (tidy.turn_transpose, "(A @ B.T).T", "B @ A.T"),
    (tidy.by_rule("transpose-symmetric"), "S.T", "S"),
    (tidy.by_rule("transpose-symmetric"), "A.T", None),
    (tidy.by_rule("transpose-antisymmetric"), "K.T", "-K"),
    (tidy.by_rule("mul-transpose-orthogonal"), "A @ Q @ Q.T", "A @ eye(n)"),
    (tidy.sums_to_one, "sum(y)", "1"),
    (tidy.sums_to_one, "sum(h)", "1"),
    (tidy.sums_to_one, "sum(x)", None),
    (powers.collect_powers, "c * c**2", "c**3"),
    (powers.collect_powers, "x * x * u", "x**2 * u"),
    (powers.collect_powers, "c * (1 / c)", "1"),
    (powers.join_matrix_powers, "matrix_power(A, 2) @ A", "matrix_power(A, 3)"),
    (powers.join_matrix_powers, "A @ A", None),
    (cancel.cancel_power, "inv(A) @ matrix_power(A, 3)", "matrix_power(A, 2)"),
    (cancel.kron_times_vec, "kron(A, B) @ vec(X)", "vec(B @ X @ A.T)"),
    (cancel.vec_product, "vec(A).T @ vec(B)", "tr(A.T @ B)"),
    (cancel.inverse_of_kron, "inv(kron(A, B))", "kron(inv(A), inv(B))"),
    (cancel.split_inverse, "inv(A @ B) @ A", "inv(B) @ inv(A) @ A"),
    (cancel.split_inverse, "inv(A @ B) @ X", None),
    (cancel.open_bracket_to_cancel, "(1/x - 1/u) * x * u", "x**-1 * x * u - u**-1 * x * u"),
    (cancel.outer_in_hadamard, "(A * (x @ u.T)) @ y", "x * (A @ (u * y))"),
    (sums.merge_like_terms, "X + A + X", "2*X + A"),
    (sums.merge_like_terms, "X - X", "zeros(n, n)"),
    (sums.factor_common, "A @ B + A @ X", "A @ (B + X)"),
    (sums.factor_common, "B @ A + X @ A", "(B + X) @ A"),
    (sums.factor_common, "A @ B + X @ A", None),
    (sums.factor_common, "-A - B", "-(A + B)"),
    (sums.factor_common, "(x.T@u)**(-1) * A - (x.T@u)**(-2) * c * B", "1/(x.T @ u)*(A - 1/(x.T @ u)*c*B)"),  # one denominator
    (merging.merge_diagonals, "diag(x) + diag(u)", "diag(x + u)"),
    (merging.factor_elementwise, "exp(x)*u + exp(x)*y", "exp(x) * (u + y)"),
    (merging.merge_scalars, "c * A + d * A", "(c + d)*A"),
    (shorter.open_to_cancel, "(1 - x) * u - x * (1 - u)", "u - x"),
    (shorter.open_to_cancel, "(1 - x) * u", None),
    (shorter.open_to_cancel, "(1 - x) * u + A @ y", None),  # nothing cancels
    (shorter.mean_of_sum, "sum(x) / n", "mean(x)"),
    (shorter.mean_of_sum, "sum(M) / n / m", "mean(M)"),
    (shorter.mean_of_sum, "sum(M) / n", None),
    (shorter.centred, "sum(x - mean(x)*ones(n))", "0"),
    (shorter.centred, "mean(x - mean(u)*ones(n))", None),
    (shorter.softmax_inside, "1/sum(exp(x)) * (A @ exp(x))", "A @ softmax(x)"),
    (shorter.softmax_inside, "1/sum(exp(x)) * exp(u)", None),
    (shorter.transpose_of_symmetric_terms, "(S - S @ A.T @ S).T", "S - S @ A @ S"),
    (shorter.positive_first, "-x + u", "u - x"),
    (shorter.positive_first, "-x - u", None),
    (shorter.ones_of_ones, "A @ ones(n) @ ones(1, m)", "A @ ones(n, m)"),
    (shorter.entry_of_constant, "ones(n)[i]", "1"),
    (shorter.entry_of_constant, "eye(n)[i,j]", "delta[i,j]"),
]


def problem() -> Problem:
    """One problem in which every name of the table occurs."""
    uses = "sum(A+B+X+S+Q+K) + sum(M+P) + sum(x+y+u+h) + sum(w) + c + d + m + n"
    return read_problem(uses, "X", [SHAPES], FACTS)


PROBLEM = problem()


def read(text: str) -> Expr:
    return read_expression(text, PROBLEM).expr


@pytest.mark.parametrize(("move", "before", "after"), CASES)
def test_one_move(move: Callable[[Expr, Problem], Expr | None], before: str, after: str | None) -> None:
    start = read(before)
    found = move(start, PROBLEM)
    assert (None if found is None else to_text(found)) == after
    if found is not None:
        assert found.shape is start.shape
        assert Judge(PROBLEM).compare_over(start, found, tuple(sorted(start.free))).holds


def twins(after: Expr) -> list[Expr]:
    """The result of a move, slightly broken: another sign, twice as much, one transpose more, one less."""
    broken = [mul(Number(-1), after), mul(Number(2), after)]
    if after.shape.is_square and not after.shape.is_number:
        broken.append(Transpose(after))
    for node in nodes_of(after):
        if isinstance(node, Transpose) and node.body.shape is node.shape:
            broken.append(substitute(after, {node: node.body}))
    return broken


@pytest.mark.parametrize(("move", "before", "after"), [case for case in CASES if case[2]])
def test_a_broken_twin_is_caught(move: Callable[[Expr, Problem], Expr | None], before: str, after: str) -> None:
    start, right = read(before), move(read(before), PROBLEM)
    assert right is not None
    judge = Judge(PROBLEM)
    letters = tuple(sorted(start.free))
    for twin in twins(right):
        if not judge.compare_over(right, twin, letters).holds:  # the transpose of a symmetric result is no mistake
            assert judge.compare_over(start, twin, letters).kind == "differs", to_text(twin)
    if after not in ("0", "zeros(n, n)"):
        assert not judge.compare_over(start, mul(Number(2), right), letters).holds


@pytest.mark.parametrize(("move", "before", "after"), CASES)
def test_tidying_ends(move: Callable[[Expr, Problem], Expr | None], before: str, after: str | None) -> None:
    done = tidy.textbook(read(before), PROBLEM)
    assert tidy.tidy_once(done, PROBLEM) is None


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "fact", "expected"),
    [
        ("norm(W@Q)**2", "W", "W: m×n, Q: n×p", "Q orthogonal", "2*(W @ Q @ Q.T)"),  # Q Qᵀ = I needs a square Q
        ("norm(W@Q)**2", "W", "W: n×n, Q: n×n", "Q orthogonal", "2*W"),
        ("norm(W@Q)**2", "W", "W: n×n", "Q orthogonal", "2*(W @ Q @ Q.T)"),
        ("norm(X@w)**2", "w", "X: m×n, w: n", "X orthogonal", "2*(X.T @ X @ w)"),
        ("norm(X@w)**2", "w", "X: n×n, w: n", "X orthogonal", "2*w"),
    ],
)
def test_an_orthogonal_matrix_cancels_only_where_it_is_square(loss: str, wrt: str, shapes: str, fact: str, expected: str) -> None:
    matrix = derive(read_problem(loss, wrt, (shapes,), (fact,))).result.matrix
    assert matrix is not None
    assert to_text(matrix) == expected
