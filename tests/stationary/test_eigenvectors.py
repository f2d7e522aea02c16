"""A quadratic form on a sphere, and what is like it: the optimum is made of eigenvectors of the wanted end."""

from __future__ import annotations

import numpy as np
import pytest
from solving import D, all_run_again, run, spd

import matgrad_cli as matgrad
from matgrad_cli.notation.printing.to_unicode import to_unicode

SPHERE, COLUMNS = "x.T@x = 1", "X.T@X = eye(k)"
ENDS = {  # the form, which end is given without a wish, the matrix of which it is made, what is said of it
    "vector": ("x.T@A@x", "x: n, A: n×n", SPHERE, "maximum", lambda A: (A + A.T) / 2, "principal components"),
    "a letter": (
        "x.T@A@x",
        "x: n, A: n×n; A symmetric",
        SPHERE,
        "maximum",
        lambda A: (A + A.T) / 2,
        "principal components",
    ),
    "a product": ("x.T@A.T@A@x/2", "x: n, A: n×n", SPHERE, "maximum", lambda A: A.T @ A, "principal components"),
    "a minus": ("-x.T@A@x", "x: n, A: n×n", SPHERE, "minimum", lambda A: -(A + A.T) / 2, "behind the minus"),
    "squares": ("norm(A@x)**2", "x: n, A: m×n", SPHERE, "minimum", lambda A: A.T @ A, "sums of squares"),
    "summed squares": ("sum((A@x)**2)", "x: n, A: m×n", SPHERE, "minimum", lambda A: A.T @ A, "sums of squares"),
    "columns": (
        "tr(X.T@A@X)",
        "X: n×k, A: n×n; A symmetric",
        COLUMNS,
        "maximum",
        lambda A: (A + A.T) / 2,
        "principal components",
    ),
    "a quotient": ("x.T@A@x/(x.T@x)", "x: n, A: n×n", None, "maximum", lambda A: (A + A.T) / 2, "principal components"),
    "a quotient of norms": ("norm(A@x)/norm(x)", "x: n, A: m×n", None, "minimum", lambda A: A.T @ A, "sums of squares"),
    "a norm": ("norm(A@x)", "x: n, A: m×n", "norm(x) = 1", "minimum", lambda A: A.T @ A, "sums of squares"),
    "reconstruction": (
        "norm(A - A@X@X.T)**2",
        "X: n×k, A: m×n",
        COLUMNS,
        "minimum",
        lambda A: -A.T @ A,
        "sums of squares",
    ),
    "squares of columns": ("norm(A@X)**2", "X: n×k, A: m×n", COLUMNS, "minimum", lambda A: A.T @ A, "sums of squares"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("goal", [None, "minimum", "maximum"])
@pytest.mark.parametrize("name", ENDS)
def test_which_end_of_the_spectrum_is_given_is_asked_for_or_said(name: str, goal: str | None) -> None:
    loss, said, constraint, usual, matrix, reason = ENDS[name]
    shapes, _, facts = said.partition(";")
    optimum = matgrad.solve(
        loss,
        "X" if "X" in shapes else "x",
        shapes,
        facts,
        subject_to=constraint or (),
        maximize=goal == "maximum",
        minimize=goal == "minimum",
    )
    a = D.normal(size=(4, 4) if "n×n" in shapes else (7, 4))
    a = (a + a.T) / 2 if facts else a
    vectors = np.linalg.eigh(matrix(a))[1]
    count = 2 if "X" in shapes else 1
    found = run(optimum, *((a, 2) if "X" in shapes else (a,)))
    wanted = vectors[:, -count:] if (goal or usual) == "maximum" else vectors[:, :count]
    found = found.reshape(4, count)
    np.testing.assert_allclose(found @ found.T, wanted @ wanted.T, atol=1e-9)
    assert optimum.solution.extremum.kind == (goal or usual)
    assert all_run_again(optimum)
    assert (reason in optimum.render("text", width=999)) is (goal is None)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "sign"), [("tr(X.T@M)", 1), ("-tr(X.T@M)", 1), ("norm(X - M)**2", 1), ("norm(X + M)**2", -1)]
)
def test_the_polar_factor(loss: str, sign: int) -> None:
    optimum = matgrad.solve(loss, "X", "X: n×k, M: n×k", (), subject_to=COLUMNS)
    m = D.normal(size=(4, 2))
    left, _, right = np.linalg.svd(m, full_matrices=False)
    np.testing.assert_allclose(run(optimum, m), sign * left @ right, atol=1e-9)
    assert all_run_again(optimum)
    assert "without `--minimize` or `--maximize`" in optimum.render("text", width=999)
    assert optimum.render("latex").isascii()


def test_relative_to_another_matrix() -> None:
    optimum = matgrad.solve("w.T@S@w", "w", "w: n, S: n×n, B: n×n", "S symmetric, B spd", subject_to="w.T@B@w = 3")
    s, b = spd(4), spd(4)
    w = run(optimum, s, b)
    np.testing.assert_allclose(w @ b @ w, 3)
    np.testing.assert_allclose(s @ w, (w @ s @ w / 3) * b @ w)


def test_of_a_quotient_the_length_is_free() -> None:
    m, s = D.normal(size=4), spd(4)
    optimum = matgrad.solve("(m.T@w)**2/(w.T@S@w)", "w", "w: n, m: n, S: n×n", "S spd")
    w, known = run(optimum, m, s), np.linalg.solve(s, m)
    np.testing.assert_allclose(np.outer(w, known), np.outer(known, w), atol=1e-9)
    assert "keeps its value when w is stretched" in optimum.render("text", width=999)


@pytest.mark.thorough
def test_a_matrix_of_one_column_times_its_row_has_its_eigenvector_in_closed_form() -> None:
    """Fisher's direction: S⁻¹m, of the length that the constraint says, and its negative."""
    for asked, found in (
        (("(w.T@m)**2/(w.T@S@w)", "w", "m: n, S: n×n, w: n", "S spd"), "S⁻¹m/√(mᵀS⁻¹m)"),
        (("(a.T@x)**2", "x", "a: n, x: n", (), None, "norm(x) = 3"), "3/‖a‖ a"),
        (("m.T@w/sqrt(w.T@S@w)", "w", "m: n, S: n×n, w: n", "S spd"), "S⁻¹m/√(mᵀS⁻¹m)"),
    ):
        optimum = matgrad.solve(*asked, maximize=True)
        assert optimum.verified
        assert optimum.solution.value is not None
        assert to_unicode(optimum.solution.value) == found
    least = matgrad.solve("(a.T@x)**2", "x", "a: n, x: n", subject_to="norm(x) = 1", minimize=True)
    assert least.solution.spectral is not None
