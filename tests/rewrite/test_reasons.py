"""What the reasons of rules that look like black boxes rest on, seen by numbers that know nothing of the rules."""

from __future__ import annotations

import numpy as np

from matgrad_cli.api import explain

RNG = np.random.default_rng(7)
A, MOVE = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))
SMALL = 1e-6


def slope(function, at, move):  # type: ignore[no-untyped-def]
    """The change of a function along a direction."""
    return (function(at + SMALL * move) - function(at - SMALL * move)) / (2 * SMALL)


def test_the_product_of_a_matrix_and_its_inverse_does_not_move() -> None:
    assert np.allclose(MOVE @ np.linalg.inv(A) + A @ slope(np.linalg.inv, A, MOVE), 0, atol=1e-6)
    assert "A A⁻¹ = I" in " ".join(explain("a.T@inv(X)@b", wrt="X", detail="full").render("text").split())


def test_the_derivative_of_a_determinant_by_an_entry_is_its_cofactor() -> None:
    for i, j in np.ndindex(3, 3):
        entry = np.zeros((3, 3))
        entry[i, j] = 1
        cofactor = (-1) ** (i + j) * np.linalg.det(np.delete(np.delete(A, i, 0), j, 1))
        assert np.isclose(slope(np.linalg.det, A, entry), cofactor)
        assert np.isclose(cofactor, np.linalg.det(A) * np.linalg.inv(A)[j, i])
    assert "cofactor" in explain("logdet(X)", wrt="X", detail="full").render("text")


def test_softmax_has_two_cases() -> None:
    def softmax(x):  # type: ignore[no-untyped-def]
        return np.exp(x) / np.exp(x).sum()

    x = RNG.normal(size=4)
    p = softmax(x)
    for i, j in np.ndindex(4, 4):
        assert np.isclose(slope(softmax, x, np.eye(4)[j])[i], p[i] - p[i] * p[i] if i == j else -p[i] * p[j])
    assert "i ≠ j" in explain("c.T@softmax(z)", wrt="z", detail="full").render("text")


def test_a_factor_comes_back_transposed_and_slopes_multiply_entry_by_entry() -> None:
    g, u = RNG.normal(size=3), RNG.normal(size=3)
    assert np.allclose([sum(A[i, j] * g[i] for i in range(3)) for j in range(3)], A.T @ g)
    assert np.allclose(np.diag(g) @ u, g * u)
    shown = " ".join(explain("norm(V@tanh(W@x)-y)**2", wrt="x", method="chain", detail="full").render("text").split())
    assert "diag(v) u = v ∘ u" in shown
    assert "entry j of Jᵀg" in explain("norm(V@tanh(W@x)-y)**2", wrt="W", method="chain", detail="full").render(
        "text"
    ).replace("\n", " ")


def test_a_hessian_is_said_to_be_symmetric_where_numbers_say_so() -> None:
    for loss, wrt in (("norm(X@w-y)**2", "w"), ("norm(A@X@B-C)**2", "X"), ("x.T@A@x", "x")):
        assert "the Hessian is symmetric" in explain(loss, wrt=wrt, order=2).render("text")
    assert "symmetric" not in explain("A@x", wrt="x").render("text")


def test_an_entry_is_turned_round_for_a_sum_only_where_there_is_one() -> None:
    assert "so that s stands in front of t" in explain("logdet(X)", wrt="X").render("text")
    assert "so that the summed letters stand side by side" in explain("norm(X@w-y)**2", wrt="w").render("text")
