"""The gradient of a loss told by x_i is told by x_i too, as a book writes it."""

from __future__ import annotations

import pytest

from matgrad_cli.notation.problems import read_problem
from matgrad_cli.render.document.blocks import phrase
from matgrad_cli.render.words import plain
from matgrad_cli.rewrite.derive import derive

ROWS = "x has the rows x_iᵀ"
TOLD = [
    (r"\sum_i (y_i - w^\top x_i)^2", "w", "", f"−2 Σ_i (y_i − x_iᵀ w) x_i, where {ROWS}"),
    (r"\sum_i (y_i - w^\top x_i)^2", "w", "X: n×d, y: n, w: d", "−2 Σ_i (y_i − x_iᵀ w) x_i, where X has the rows x_iᵀ"),
    (
        r"\sum_i (y_i - w^\top x_i)^2", "w", "X: d×n, x_i: column of X, y: n, w: d",
        "−2 Σ_i (y_i − x_iᵀ w) x_i, where X has the columns x_i",
    ),
    (r"\sum_i \max(0, 1-y_i w^\top x_i)", "w", "", f"−Σ_i step(1 − y_i x_iᵀ w) y_i x_i, where {ROWS}"),
    (r"\sum_i a_i x_i^\top A x_i", "A", "", f"Σ_i a_i x_i x_iᵀ, where {ROWS}"),
    (r"\sum_i \|x_i - \mu\|^2", "mu", "", f"−2 Σ_i (x_i − μ), where {ROWS}"),
    (
        r"\sum_i \| x_i - W z_i\|^2", "W", "",
        f"−2 Σ_i (x_i − W z_i) z_iᵀ, where {ROWS} and z has the rows z_iᵀ",
    ),
    (
        r"\sum_i (x_i-\mu)^\top \Sigma^{-1}(x_i-\mu)", "Sigma", "",
        f"−Σ⁻ᵀ(Σ_i (x_i − μ)(x_i − μ)ᵀ)Σ⁻ᵀ, where {ROWS}",
    ),
    (r"\frac1n\sum_{i=1}^n (w^\top x_i + b - y_i)^2", "b", "", f"2/n Σ_i (x_iᵀ w + b − y_i), where {ROWS}"),
    (r"\sum_i \ell(w^\top x_i, y_i)", "w", "", f"Σ_i ∂₁ℓ(x_iᵀ w, y_i) x_i, where {ROWS}"),
    (
        r"-\sum_i \log \frac{\exp(w_{y_i}^\top x_i)}{\sum_k \exp(w_k^\top x_i)}", "W", "",
        f"the derivative by w_c is Σ_i (softmax(w x_i) − Y_i)_c x_i, where w has the rows w_cᵀ and {ROWS}",
    ),
    (
        r"\sum_{(i,j)\in\Omega} (r_{ij} - u_i^\top v_j)^2 + \lambda \sum_i \|u_i\|^2", "u", "",
        "the derivative by u_i is 2(λ u_i − Σ_j Ω_ij (r_ij − v_jᵀ u_i) v_j), "
        "where u has the rows u_iᵀ and v has the rows v_jᵀ",
    ),
    (
        r"\sum_k\sum_i r_{ik}\|x_i-c_k\|^2", "c", "",
        f"the derivative by c_k is 2((Σ_i r_ik) c_k − Σ_i r_ik x_i), where {ROWS} and c has the rows c_kᵀ",
    ),
]  # fmt: skip
TOLD += [
    (
        r"\sum_{i,j} k (x_i^\top x_j - d_{ij})^2", "x", "",
        f"the derivative by x_i is 2k Σ_l (2 x_lᵀ x_i − d_il − d_li) x_l, where {ROWS}",
    ),
    (r"\sum_k (y_k - w^\top K_k)^2", "w", "", "−2 Σ_k (y_k − K_kᵀ w) K_k, where K has the rows K_kᵀ"),
    (r"\sum_i f(w^\top x_i)", "x", "", f"the derivative by x_i is f′(x_iᵀ w) w, where {ROWS}"),
    (r"\sum_i \|x_i-c\|^2", "x", "", f"the derivative by x_i is 2(x_i − c), where {ROWS}"),
]  # fmt: skip
SILENT = [("norm(y - X@w)**2", "w", "X: m×n, y: m, w: n"), (r"\sum_i x_i^2", "x", "x: n")]


def notes(loss: str, wrt: str, shapes: str, layout: str = "gradient") -> list[str]:
    found = derive(read_problem(loss, wrt, [shapes] if shapes else []), layout=layout)
    return [plain(phrase(note)) for note in found.notes]


@pytest.mark.parametrize(("loss", "wrt", "shapes", "told"), TOLD)
def test_a_gradient_reads_over_the_samples(loss: str, wrt: str, shapes: str, told: str) -> None:
    head = "" if told.startswith("the derivative") else "over the samples it is "
    assert head + told in notes(loss, wrt, shapes)


@pytest.mark.parametrize(("loss", "wrt", "shapes"), SILENT)
def test_where_nothing_was_told_by_samples_nothing_is_said(loss: str, wrt: str, shapes: str) -> None:
    assert not [note for note in notes(loss, wrt, shapes) if "where" in note]


def test_in_another_layout_nothing_is_said_of_the_gradient() -> None:
    loss, wrt, shapes, _ = TOLD[0]
    assert not [note for note in notes(loss, wrt, shapes, "numerator") if "samples" in note]


def test_a_hessian_too() -> None:
    found = derive(read_problem(r"\sum_i (y_i - w^\top x_i)^2", "w"), order=2)
    assert f"over the samples it is 2 Σ_i x_i x_iᵀ, where {ROWS}" in [plain(phrase(note)) for note in found.notes]
