"""Derivatives with three or four indices answered as one flat matrix, ∂vec(F)/∂vec(X)ᵀ."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

SANDWICH = 'loss = "A@X@B"\nwrt = "X"\nshapes = "A: m×n, X: n×p, B: p×q"\n'
SQUARE = 'loss = "X@X"\nwrt = "X"\nshapes = "X: n×n"\n'


@pytest.mark.parametrize(
    ("head", "answer", "verdict", "code"),
    [
        (SANDWICH, "kron(B.T, A)", "right", None),
        (SANDWICH, r"(B^T \\otimes A)", "right", None),
        (SANDWICH, "kron(B, A.T)", "wrong", "other-layout"),
        (SANDWICH, "kron(A, B.T)", "wrong", "differs"),
        (SANDWICH, "2*kron(B.T, A)", "wrong", "lost-factor"),
        (SANDWICH, "A[i,k]*B[l,j]", "right", None),
        (SQUARE, "kron(X.T, eye(n)) + kron(eye(n), X)", "right", None),
        (SQUARE, "kron(X, eye(n)) + kron(eye(n), X.T)", "wrong", "other-layout"),
    ],
)
def test_a_flat_answer_is_judged(head: str, answer: str, verdict: str, code: str | None) -> None:
    (problem,) = check_text(f'{head}[[problem]]\nanswer = "{answer}"\n', "a.toml").problems
    assert (problem.verdict, problem.final.code) == (verdict, code)
