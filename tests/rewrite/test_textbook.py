"""Textbook form: what each kind of expression becomes, no move ever lengthens for long,
and a broken twin of each result is caught."""

from __future__ import annotations

import pytest

from matgrad_cli.facts import Problem
from matgrad_cli.ir import Expr, Number, Transpose, mul, nodes_of, substitute
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.rewrite.engine.application import Scene, applied, apply
from matgrad_cli.rewrite.textbook.simplifier import Simplifier
from matgrad_cli.rulebook import rulebook
from matgrad_cli.verify.judge import Judge

SHAPES = (
    "A: n×n, B: n×n, X: n×n, S: n×n, Q: n×n, K: n×n, M: m×n, P: m×n, x: n, y: n, u: n, h: n, w: m, c: scalar, d: scalar"
)
FACTS = ("S symmetric", "Q orthogonal", "K antisymmetric", "y simplex", "h onehot", "P simplex", "c positive")

CASES: list[tuple[str, str]] = [
    ("2 * (X * 3)", "6*X"),
    ("0 * c", "0"),
    ("c * X", "c*X"),
    ("det(X) * (2 * A)", "2*det(X)*A"),
    ("det(X) * 2 * c", "2*det(X)*c"),
    ("S - det(X)*A - det(X)*B", "S - det(X)*(A + B)"),
    ("S - c*A - c*B", "S - c*A - c*B"),
    ("d - det(X)*c - det(X)*tr(A)", "d - det(X)*(c + tr(A))"),
    ("4*X@A - 2*B@A - 2*B.T@A", "2*((2*X - B - B.T) @ A)"),
    ("2*X + 4*A", "2*X + 4*A"),
    ("2/c*X + 2*d*A", "2/c*X + 2*d*A"),
    ("2/c*X + 2/c*A", "2/c*(X + A)"),
    ("2/(2*c)*X", "1/c*X"),
    ("6/(2*c)*X", "3/c*X"),
    ("(1 - x)/u - x/h", "(ones(n) - x) / u - x / h"),
    ("2 + c + 3", "c + 5"),
    ("A + zeros(n, n)", "A"),
    ("A @ zeros(n, n)", "zeros(n, n)"),
    ("A @ eye(n) @ B", "A @ B"),
    ("x * ones(n)", "x"),
    ("diag(x) @ A @ u", "x * (A @ u)"),
    ("diagonal(x @ x.T @ diag(x) + x**2 @ x.T)", "2*x**3"),
    ("diagonal(A + B)", "diag(A + B)"),
    ("(A * (A @ B)) @ ones(n)", "diag(A @ B @ A.T)"),
    ("((1 - X**2).T * (A @ B)) @ ones(n)", "((ones(n, n) - X**2).T * (A @ B)) @ ones(n)"),
    ("diag(x) @ A @ x + A.T @ diag(x) @ x + x * (A @ x)", "2*(x * (A @ x)) + A.T @ x**2"),
    ("A @ (c * B)", "c*(A @ B)"),
    ("tr(c * A)", "c*tr(A)"),
    ("A @ B @ inv(B)", "A"),
    ("A @ inv(A).T", "A @ inv(A).T"),
    ("inv(A).T @ A.T", "eye(n)"),
    ("inv(A @ B) @ A @ B @ x", "x"),
    ("diag(x) @ u", "x * u"),
    ("A @ diag(x) @ diag(u)", "A @ diag(x * u)"),
    ("ones(1, n) @ x", "sum(x)"),
    ("A @ P.T @ P @ ones(n) @ x.T", "A @ P.T @ ones(m) @ x.T"),
    ("tr(eye(n))", "n"),
    ("tr(x @ u.T)", "u.T @ x"),
    ("sum(ones(m, n))*c", "m*n*c"),
    ("exp(zeros(n)) * x", "x"),
    ("kron(eye(m), eye(n))", "eye(m*n)"),
    ("c*x - x", "(c - 1)*x"),
    ("(A @ B.T).T", "B @ A.T"),
    ("sum(y)", "1"),
    ("sum(h)", "1"),
    ("sum(x)", "sum(x)"),
    ("c * c**2", "c**3"),
    ("x * x * u", "x**2 * u"),
    ("c * (1 / c)", "1"),
    ("matrix_power(A, 2) @ A", "matrix_power(A, 3)"),
    ("A @ A", "A @ A"),
    ("inv(A) @ matrix_power(A, 3)", "matrix_power(A, 2)"),
    ("kron(A, B) @ vec(X)", "vec(B @ X @ A.T)"),
    ("vec(A).T @ vec(B)", "tr(A.T @ B)"),
    ("inv(kron(A, B))", "kron(inv(A), inv(B))"),
    ("inv(A @ B) @ A", "inv(B)"),
    ("inv(A @ B) @ X", "inv(A @ B) @ X"),
    ("(1/x - 1/u) * x * u", "u - x"),
    ("(A * (x @ u.T)) @ y", "x * (A @ (u * y))"),
    ("X + A + X", "2*X + A"),
    ("X - X", "zeros(n, n)"),
    ("A @ B + A @ X", "A @ (B + X)"),
    ("B @ A + X @ A", "(B + X) @ A"),
    ("A @ B + X @ A", "A @ B + X @ A"),
    ("-A - B", "-(A + B)"),
    ("(x.T@u)**(-1) * A - (x.T@u)**(-2) * c * B", "1/(x.T @ u)*(A - 1/(x.T @ u)*c*B)"),  # one denominator
    ("diag(x) + diag(u)", "diag(x + u)"),
    ("exp(x)*u + exp(x)*y", "exp(x) * (u + y)"),
    ("c * A + d * A", "(c + d)*A"),
    ("(1 - x) * u - x * (1 - u)", "u - x"),
    ("(1 - x) * u", "(ones(n) - x) * u"),
    ("(1 - x) * u + A @ y", "(ones(n) - x) * u + A @ y"),  # nothing cancels
    ("sum(x) / n", "mean(x)"),
    ("sum(M) / n / m", "mean(M)"),
    ("sum(M) / n", "sum(M)/n"),
    ("sum(x - mean(x)*ones(n))", "0"),
    ("mean(x - mean(u)*ones(n))", "mean(x - mean(u)*ones(n))"),
    ("1/sum(exp(x)) * (A @ exp(x))", "A @ softmax(x)"),
    ("1/sum(exp(x)) * exp(u)", "1/sum(exp(x))*exp(u)"),
    ("(S - S @ A.T @ S).T", "S - S @ A @ S"),
    ("x - u - (x - y)", "y - u"),
    ("sum(x) + sum(ones(n) - x)", "n"),
    ("sum(x) + sum(u)", "sum(x) + sum(u)"),
    ("A @ x + B @ x - c*x", "(A + B) @ x - c*x"),
    ("S - d*A - d*B", "S - d*A - d*B"),
    ("A.T @ X + B @ X.T", "A.T @ X + B @ X.T"),
    ("x / ones(n)", "x"),
    ("1/2*(A@X + X@B) + 1/2*(A@X) + 1/2*(X@B)", "A @ X + X @ B"),
    ("c*(M - P) + c*P", "c*M"),
    ("1/sqrt(c) * sqrt(c)", "1"),
    ("1/(1 + exp(-x)) * exp(-x) * u", "sigmoid(-x) * u"),
    ("sigmoid(-(c*x)) * exp(c*x)", "sigmoid(c*x)"),
    ("sigmoid(-x).T @ (exp(x) * u)", "sum(sigmoid(x) * u)"),
    ("(sigmoid(x) * u).T @ exp(-x)", "sum(sigmoid(-x) * u)"),
    ("(A.T - B.T) @ x", "(A - B).T @ x"),
    ("diag(inv(diag(x)))", "x**-1"),
    ("diag(inv(diag(x)) @ S @ inv(diag(x)))", "x**-2 * diag(S)"),
    ("(A * (B @ X)) @ ones(n)", "(A * (B @ X)) @ ones(n)"),
    ("(diag(x) * (A @ X)) @ ones(n)", "x * diag(A @ X)"),
    ("strictupper(ones(n, n)) + strictupper(ones(n, n)).T", "ones(n, n) - eye(n)"),
    ("strictupper(ones(n, n)) * S + (strictupper(ones(n, n)) * S).T", "S - diag(diag(S))"),
    ("(M - mean(M, axis=1) @ ones(1, n)) @ ones(n)", "zeros(m)"),
    ("ones(m, m) @ (M - ones(m) @ mean(M, axis=0))", "zeros(m, n)"),
    ("diag(exp(x))/sum(exp(x)) - sum(exp(x))**(-2)*(exp(x)@exp(x).T)", "diag(softmax(x)) - softmax(x) @ softmax(x).T"),
    ("sum(exp(x) * u)/sum(exp(x))", "softmax(x).T @ u"),
    ("diag(1/(exp(M) @ ones(n))) @ exp(M) @ X", "softmax(M, axis=1) @ X"),
    ("exp(M).T @ diag(1/(exp(M) @ ones(n))) @ w", "softmax(M, axis=1).T @ w"),
    ("log(sum(exp(x)))", "logsumexp(x)"),
    ("sum[j](x[j]*(x[i] - x[j])**2) + sum[k](x[k]*(x[k] - x[i])**2)", "2*sum[j](x[j]*(x[i] - x[j])**2)"),
    (
        "sum[j](x[i]*exp(x[i] - x[j])*(y[i] - y[j])) - x[i]*sum[k](exp(x[i] - x[k])*(y[k] - y[i]))",
        "2*sum[j](x[i]*exp(x[i] - x[j])*(y[i] - y[j]))",
    ),
    (
        "sum[j](x[j]*exp(x[i] - x[j])) + sum[k](x[k]*exp(x[k] - x[i]))",
        "sum[j](x[j]*exp(x[i] - x[j])) + sum[k](x[k]*exp(x[k] - x[i]))",
    ),
    ("-x + u", "u - x"),
    ("-x - u", "-(x + u)"),
    ("A @ ones(n) @ ones(1, m)", "A @ ones(n, m)"),
    ("ones(n)[i]", "1"),
    ("eye(n)[i,j]", "delta[i,j]"),
    ("P @ ones(n)", "ones(m)"),
    ("w.T @ P @ ones(n)", "sum(w)"),
    ("det(S) * inv(A @ X @ B).T", "det(S)*inv(A @ X @ B).T"),
    ("A.T @ inv(A @ X @ B).T @ B.T", "inv(X).T"),
    ("inv(matrix_power(X, 3)) @ X", "inv(matrix_power(X, 2))"),
]


def problem() -> Problem:
    """One problem in which every name of the table occurs."""
    uses = "sum(A+B+X+S+Q+K) + sum(M+P) + sum(x+y+u+h) + sum(w) + c + d + m + n"
    return read_problem(uses, "X", [SHAPES], FACTS)


PROBLEM = problem()


def read(text: str) -> Expr:
    return read_expression(text, PROBLEM).expr


@pytest.mark.thorough
@pytest.mark.parametrize(("before", "after"), CASES)
def test_textbook_form(before: str, after: str) -> None:
    start = read(before)
    rules = Simplifier(PROBLEM)
    found = start
    judge = Judge(PROBLEM)
    scene = Scene(PROBLEM, rulebook())
    for _ in range(20):
        move = rules.once(found)
        if not move:
            break
        application = applied(found, move)
        again = apply(application.rule, found, application.paths, scene, application.bindings)
        assert again.after is application.after, application.rule
        assert application.after.shape is start.shape
        assert judge.compare_over(found, application.after, tuple(sorted(start.free))).holds, application.rule
        found = application.after
    assert to_text(found) == after
    assert Simplifier(PROBLEM).whole(start) is found


def twins(after: Expr) -> list[Expr]:
    """The result of a move, slightly broken: another sign, twice as much, one transpose more, one less."""
    broken = [mul(Number(-1), after), mul(Number(2), after)]
    if after.shape.is_square and not after.shape.is_number:
        broken.append(Transpose(after))
    for node in nodes_of(after):
        if isinstance(node, Transpose) and node.body.shape is node.shape:
            broken.append(substitute(after, {node: node.body}))
    return broken


@pytest.mark.parametrize(("before", "after"), [case for case in CASES if case[0] != case[1]])
def test_a_broken_twin_is_caught(before: str, after: str) -> None:
    start, right = read(before), Simplifier(PROBLEM).whole(read(before))
    judge = Judge(PROBLEM)
    letters = tuple(sorted(start.free))
    for twin in twins(right):
        if not judge.compare_over(right, twin, letters).holds:  # the transpose of a symmetric result is no mistake
            assert judge.compare_over(start, twin, letters).kind == "differs", to_text(twin)
    if not after.startswith(("0", "zeros")):
        assert not judge.compare_over(start, mul(Number(2), right), letters).holds


@pytest.mark.parametrize("before", [before for before, _ in CASES])
def test_the_textbook_form_stays(before: str) -> None:
    done = Simplifier(PROBLEM).whole(read(before))
    assert Simplifier(PROBLEM).once(done) == {}
