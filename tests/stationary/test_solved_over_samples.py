"""A solution of a loss told by x_i reads as a book writes it, over the samples."""

from __future__ import annotations

import pytest

import matgrad_cli as matgrad


@pytest.mark.parametrize(
    ("loss", "wrt", "said"),
    [
        (r"\sum_i \|x_i - \mu\|^2", "mu", "over the samples it is 1/m Σ_i x_i, where x has the rows x_iᵀ"),
        (
            r"n\log\det S + \sum_i (x_i-m)^\top S^{-1} (x_i-m)",
            "S",
            "over the samples it is 1/n Σ_i (x_i − m)(x_i − m)ᵀ, where x has the rows x_iᵀ",
        ),
        (
            r"\sum_i (y_i - w^\top x_i)^2 + \lambda \|w\|^2",
            "w",
            "over the samples it is (λI + Σ_i x_i x_iᵀ)⁻¹(Σ_i y_i x_i), where x has the rows x_iᵀ",
        ),
        (
            r"\sum_k\sum_i r_{ik}\|x_i-c_k\|^2",
            "c",
            "c_k is 1/(Σ_i r_ik) Σ_i r_ik x_i, where x has the rows x_iᵀ and c has the rows c_kᵀ",
        ),
    ],
)
def test_a_solution_is_told_over_the_samples(loss: str, wrt: str, said: str) -> None:
    assert said in " ".join(matgrad.solve(loss, wrt).render("text").split())


def test_a_covariance_is_found_from_where_the_steps_would_lead_away() -> None:
    """Newton's steps for n S⁻¹ = S⁻¹MS⁻¹ double a matrix that is larger than its solution: the moves stay unknown."""
    solved = matgrad.solve(r"n\log\det S + \sum_i (x_i-m)^\top S^{-1} (x_i-m)", "S").render("text")
    assert "unknown" not in solved


@pytest.mark.parametrize("loss", ["norm(X@w - y)**2/n + lam*norm(w)**2", "norm(X@w - y)**2/(2*n) + lam/2*norm(w)**2"])
def test_a_mean_leaves_no_divisors_around_the_inverse(loss: str) -> None:
    assert "= (XᵀX + nλI)⁻¹Xᵀ  y" in matgrad.solve(loss, "w", "X: n×d, w: d, y: n").render("text", width=200)
