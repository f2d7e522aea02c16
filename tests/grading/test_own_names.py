"""Names that an answer introduces: factors of a matrix of the problem, letters of the problem with a mark."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Key, check_text

KEY = """
[[problem]]
id = "1"
loss = "(y - X@w).T @ D @ (y - X@w)"
wrt = "w"
asks = "minimum"
shapes = "X: n×d, w: d, y: n, D: n×n"
assume = "D spd"

[[problem]]
id = "2"
loss = "norm(X@w - y)**2"
wrt = "w"
shapes = "X: n×d, w: d, y: n"

[[problem]]
id = "3"
loss = "log(sum(exp(x)))"
wrt = "x"
shapes = "x: n"
order = 2

[[problem]]
id = "4"
loss = "x.T @ A @ x + b.T @ x"
wrt = "x"
shapes = "A: n×n, x: n, b: n"
"""
BEST = r"(X^\top DX)^{-1}X^\top Dy"
WHITENED = r"$w = (\tilde X^\top\tilde X)^{-1}\tilde X^\top\tilde y$."
RIGHT = [
    (4, r"$\nabla_x f = Sx+b$ where $T = A^T$ is the transpose and $S = A+T$ is symmetric."),
    (4, r"Let $\hat x = x/2$, $\hat b = b/2$. Then $\nabla_x f = 2(A+A^T)\hat x + 2\hat b$."),
    (4, r"$\nabla_x f = (A+A^T)x+b$. It depends on $A$ and $x$."),
    (1, r"With Cholesky $D = LL^\top$, $\tilde X = L^\top X$, $\tilde y = L^\top y$: " + WHITENED),
    (1, r"Let $D = R^\top R$ and $\tilde X = RX$, $\tilde y = Ry$. Then " + WHITENED),
    (1, r"Let $\tilde X = L^\top X$, $\tilde y = L^\top y$ where $L$ is the Cholesky factor of $D$. Then " + WHITENED),
    (1, r"Using the Cholesky factor $C$ of $D$, put $\tilde X = C^\top X$ and $\tilde y = C^\top y$. " + WHITENED),
    (1, r"Let $A = L^\top X$ where $D = LL^\top$ and $b = L^\top y$. Then $w = (A^\top A)^{-1} A^\top b$."),
    (
        1,
        r"Put $X_2 = L^\top X$, $y_2 = L^\top y$ where $L$ is the Cholesky factor of $D$. Then $w = (X_2^\top "
        r"X_2)^{-1} X_2^\top y_2$.",
    ),
    (1, r"Whiten: $X' = D^{1/2}X$ and $y' = D^{1/2}y$. Then $w = (X'^\top X')^{-1}X'^\top y'$."),
    (1, "$$D = LL^\\top$$\n$$A = L^\\top X$$\n$$w = (A^\\top A)^{-1}A^\\top L^\\top y$$"),
    (1, rf"$$\hat w = {BEST}, \qquad L(\hat w) = y^\top Dy - y^\top DX\hat w$$"),
    (1, rf"$$\hat w = \arg\min_w (y-Xw)^\top D(y-Xw) = {BEST}$$"),
    (1, rf"$$w^\star = \underset{{w}}{{\operatorname{{arg\,min}}}}\; L(w) = {BEST}$$"),
    (3, r"$\frac{e^{x_i}}{\sum_k e^{x_k}}\delta_{ij} - \frac{e^{x_i + x_j}}{(\sum_k e^{x_k})^2}$"),
    (2, r"Let $X' = 2X$. Then $\nabla L = X'^\top(Xw - y)$."),
    (2, r"$\nabla L = 2X'(Xw-y)$"),
    (2, r"Let $y_1 = Xw$. $\nabla L = 2X^\top(y_1 - y)$"),
]
OTHERS = [
    (4, r"$\nabla_x f = (A+A^T)x+b$ and $2Ax+b$"),
    (4, r"$2Ax+b$ and $\nabla_x f = (A+A^T)x+b$"),
    (4, r"Let $\hat x = (A+A^T)x+b$. Then $\nabla_x f = x$."),
    (4, r"Let $\hat x = (A+A^T)x+b$. Then $\nabla_x f = 2\hat x$."),
    (1, r"With Cholesky $D = LL^\top$, $\tilde X = LX$, $\tilde y = Ly$: " + WHITENED),
    (1, r"Let $D = R^\top R$ and $\tilde X = R^\top X$, $\tilde y = R^\top y$. Then " + WHITENED),
    (1, r"Let $\tilde X = LX$, $\tilde y = Ly$ where $L$ is the Cholesky factor of $D$. Then " + WHITENED),
    (1, r"Whiten: $X' = DX$ and $y' = Dy$. Then $w = (X'^\top X')^{-1}X'^\top y'$."),
    (1, rf"$$\hat w = {BEST}, \qquad L(\hat w) = y^\top Dy$$"),
    (1, r"$\hat w = \arg\min_w (y-Xw)^\top D(y-Xw)$"),
    (1, r"$$\hat w = \arg\min_w (y-Xw)^\top D(y-Xw) = (X^\top X)^{-1}X^\top y$$"),
    (3, r"$\frac{e^{x_i}}{\sum_k e^{x_k}}\delta_{ij} - \frac{e^{x_i + x_j}}{\sum_k e^{x_k}}$"),
    (2, r"Let $X' = X$. Then $\nabla L = X'^\top(Xw - y)$."),
    (2, r"Let $X = LL^\top$. $\nabla L = 2LL^\top(Xw-y)$."),
    (2, r"Let $y_1 = 2Xw$. $\nabla L = 2X^\top(y_1 - y)$"),
]


def verdict(key: Key, number: int, text: str) -> str:
    return next(
        one.verdict
        for one in check_text(f"## Problem {number}\n{text}\n", "a.md", key).problems
        if one.id == str(number)
    )


@pytest.mark.thorough
@pytest.mark.parametrize(("number", "text"), RIGHT)
def test_an_answer_in_names_of_its_own(key: Key, number: int, text: str) -> None:
    assert verdict(key, number, text) == "right"


@pytest.mark.thorough
@pytest.mark.parametrize(("number", "text"), OTHERS)
def test_what_does_not_hold_for_every_such_factor_is_not_right(key: Key, number: int, text: str) -> None:
    assert verdict(key, number, text) != "right"
