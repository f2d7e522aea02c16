"""What is said of the unknown, what cannot be inverted, constraints of every form, and frames of eigenvectors."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from solving import D, printed, run, spd

import matgrad_cli as matgrad
from matgrad_cli.diagnostics import StuckError

NEEDED = {
    "the sign of a mean": ("norm(x - a)**2", "x: n, a: n", "x positive", "a has positive entries"),
    "a difference": (
        "tr(inv(x)@C) - tr(inv(x)@B) + logdet(x)",
        "x: n×n, C: n×n, B: n×n",
        "x spd, C spd, B spd",
        "C − B is symmetric positive definite",
    ),
    "enough rows": (
        "c*logdet(x) + tr(inv(x)@X.T@X)",
        "x: n×n, X: m×n, c: scalar",
        "x spd, c positive",
        "XᵀX is symmetric positive definite: X has full column rank",
    ),
    "a part of the interval": ("(x - a)**2", "x: scalar, a: scalar", "x unit_interval", "0 < a < 1"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", NEEDED)
def test_what_is_said_of_the_unknown_is_a_condition_where_some_data_break_it(name: str) -> None:
    loss, shapes, assume, said = NEEDED[name]
    assert f"it is assumed that {said}" in matgrad.solve(loss, "x", shapes, assume).render("text", width=300)


@pytest.mark.thorough
@pytest.mark.parametrize("word", ["diagonal", "lower", "signs"])
def test_a_point_that_is_not_what_the_unknown_is_said_to_be_is_no_solution(word: str) -> None:
    with pytest.raises(StuckError, match=word):
        matgrad.solve("norm(x - A)**2", "x", "x: n×n, A: n×n", f"x {word}")


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "kind"), [("a*x**3", "saddle"), ("a*x**4", "minimum"), ("-a*x**4", "maximum")])
def test_where_the_second_derivative_is_zero_the_loss_itself_decides(loss: str, kind: str) -> None:
    assert matgrad.solve(loss, "x", "x: scalar, a: scalar", "a positive").solution.extremum.kind == kind


@pytest.mark.thorough
def test_a_saddle_may_be_a_minimum_among_the_symmetric_matrices() -> None:
    for goal in (False, True):
        found = matgrad.solve("logdet(S) + tr(inv(S)@X.T@X)/m", "S", "S: n×n, X: m×n", minimize=goal).solution.extremum
        assert found.kind == "saddle"
        assert [kind for kind, _ in found.cases] == ["minimum"]


FRAMES = {
    "columns relative to a matrix": ("tr(Y.T@L@Y)", "Y: n×k, L: n×n, B: n×n", "L symmetric, B spd", "Y.T@B@Y = eye(k)"),
    "rows": ("tr(Y@L@Y.T)", "Y: k×n, L: n×n", "L symmetric", "Y@Y.T = eye(k)"),
    "rows relative to a matrix": ("tr(Y@L@Y.T)", "Y: k×n, L: n×n, B: n×n", "L symmetric, B spd", "eye(k) = Y@B@Y.T"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_of_eigenvectors(name: str) -> None:
    loss, shapes, assume, constraint = FRAMES[name]
    optimum = matgrad.solve(loss, "Y", shapes, assume, subject_to=constraint, maximize=True)
    half, b = D.normal(size=(4, 4)), spd(4) if "B:" in shapes else np.eye(4)
    form = half + half.T
    y = run(optimum, form, b, 2) if "B:" in shapes else run(optimum, form, 2)
    y = y.T if "rows" in name else y
    np.testing.assert_allclose(y.T @ b @ y, np.eye(2), atol=1e-10)
    root = np.linalg.cholesky(b)
    values = np.linalg.eigvalsh(np.linalg.solve(root, np.linalg.solve(root, form).T))
    np.testing.assert_allclose(np.trace(y.T @ form @ y), values[-2:].sum())
    assert optimum.solution.extremum.kind == "maximum"
    for style in ("text", "latex", "html", "json"):
        assert ("rows" in optimum.render(style)) is ("rows" in name)


def test_a_square_matrix_with_orthonormal_rows_is_one_with_orthonormal_columns() -> None:
    optimum = matgrad.solve("norm(A - B@Q)**2", "Q", "Q: n×n, A: m×n, B: m×n", subject_to="Q@Q.T = eye(n)")
    a, b = D.normal(size=(2, 7, 4))
    left, _, right = np.linalg.svd(b.T @ a)
    np.testing.assert_allclose(run(optimum, a, b), left @ right, atol=1e-10)


def test_a_matrix_of_rank_one_leads_to_the_shortest_solution() -> None:
    optimum = matgrad.solve("(a.T@x - 1)**2", "x", "a: n, x: n")
    a = D.normal(size=4)
    np.testing.assert_allclose(run(optimum, a), a / (a @ a))
    assert optimum.solution.extremum.kind == "minima"
    assert [said.template for said in optimum.solution.conditions] == ["{0} ≠ 0"]


@pytest.mark.parametrize(
    ("loss", "fact", "known"),
    [
        ("norm(A@x - b)**2", "A wide", lambda A, b: np.linalg.pinv(A) @ b),
        ("norm(x.T@A - b.T)**2", "A tall", lambda A, b: np.linalg.pinv(A.T) @ b),
    ],
)
def test_what_cannot_be_invertible_leads_to_the_shortest_solution(loss: str, fact: str, known: Any) -> None:
    shapes = "A: p×n, x: n, b: p" if "wide" in fact else "A: n×p, x: n, b: p"
    optimum = matgrad.solve(loss, "x", shapes, fact)
    A, b = D.normal(size=(3, 4) if "wide" in fact else (4, 3)), D.normal(size=3)
    np.testing.assert_allclose(run(optimum, A, b), known(A, b), atol=1e-10)
    assert optimum.solution.extremum.kind == "minima"
    assert not optimum.solution.conditions


@pytest.mark.thorough
@pytest.mark.parametrize("constraints", [("mu.T@w = r", "sum(w) = 1"), ("sum(w) = 1", "mu.T@w = r")])
def test_two_constraints_in_either_order(constraints: tuple[str, ...]) -> None:
    optimum = matgrad.solve("w.T@S@w", "w", "w: n, S: n×n, mu: n, r: scalar", "S spd", subject_to=constraints)
    s, mu, r = spd(4), D.normal(size=4), 0.7
    w = (
        run(optimum, s, mu, r)
        if list(inspect.signature(printed(optimum)).parameters)[1] == "mu"
        else run(optimum, s, r, mu)
    )
    rows = np.array([mu, np.ones(4)])
    half = np.linalg.solve(s, rows.T)
    np.testing.assert_allclose(w, half @ np.linalg.solve(rows @ half, [r, 1]))


def test_a_constraint_that_is_a_row() -> None:
    optimum = matgrad.solve("norm(X - A)**2", "X", "X: m×n, A: m×n", subject_to="ones(m).T@X = 0*ones(n).T")
    a = D.normal(size=(7, 4))
    np.testing.assert_allclose(run(optimum, a), a - a.mean(0), atol=1e-12)


POWERS = {
    "roots of what is shared out": (
        "sum(a/x)",
        "x: n, a: n",
        "x positive, a positive",
        "sum(x) = 1",
        lambda a: np.sqrt(a) / np.sum(np.sqrt(a)),
    ),
    "the nearest point of a sphere": ("norm(x - a)**2", "x: n, a: n", "", "x.T@x = 1", lambda a: a / np.linalg.norm(a)),
    "the nearest vector of length 1": ("norm(x - a)**2", "x: n, a: n", "x unit", "", lambda a: a / np.linalg.norm(a)),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", POWERS)
def test_multipliers_in_powers(name: str) -> None:
    loss, shapes, assume, constraint, known = POWERS[name]
    optimum = matgrad.solve(loss, "x", shapes, assume, subject_to=constraint or ())
    a = np.abs(D.normal(size=4)) + 0.5
    np.testing.assert_allclose(run(optimum, a), known(a), atol=1e-10)
    assert optimum.solution.extremum.kind == "minimum"
    assert not any("λ" in str(value) for said in optimum.solution.conditions for _, value in said.values)
