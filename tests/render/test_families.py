"""Programs of losses of families, the vectors x_i and the matrices A_k, in all languages."""

from __future__ import annotations

import pytest

from .test_printed import check

FAMILIES = (
    (r"\sum_{i=1}^n \|x_i - z_i\|^2", "X", "X: n×d, Z: n×d"),
    (r"\sum_i (a^T\tanh(Ax_i)-c_i)^2", "A", "X: n×d, a: k, A: k×d, c: n"),
    (r"\sum_{i=1}^n\|y_i-Wx_i\|^2", "W", "X: n×d, Y: n×k, W: k×d"),
    (r"\sum_{i=1}^n (x_i-\mu)^T S^{-1}(x_i-\mu)", "mu", "X: n×d, mu: d, S: d×d"),
    (r"\sum_i \log(1+\exp(-y_i w^T x_i))", "w", "X: n×d, w: d, y: n"),
    (r"\sum_i \log\det(S + x_i x_i^T)", "S", "x_i: d, S: d×d"),
    (r"\log\det(S + \sum_i \frac{x_i x_i^T}{1 + \|x_i\|^2 + \|Sx_i\|^2})", "S", "x_i: d, S: d×d"),
    (r"\operatorname{tr}((S + \sum_i \exp(-\|x_i\|) x_i x_i^T)^{-1})", "x", "x_i: d, S: d×d"),
    (r"\sum_{k=1}^K \|A_k x - b_k\|^2", "x", "A_k: m×n, x: n, b_k: m"),
    (r"\sum_{k=1}^K \|A_k \tanh(B_k x)\|^2", "B_k", "A_k: m×p, B_k: p×n, x: n"),
    (r"\sum_k \operatorname{tr}(A_k X B_k X^\top)", "X", "A: K×m×m, B: K×n×n, X: m×n"),
    (r"\log\det(F_0 + \sum_{i=1}^r x_i F_i)", "x", "F_i: m×m, F_0: m×m, x: r"),
    (r"\sum_{k=1}^{K} \log\det(S + X A^{(k)} X^\top)", "X", "A^{(k)}: n×n, X: p×n, S: p×p"),
    (r"\sum_k A_k X B_k", "X", "A_k: m×n, X: n×p, B_k: p×q"),
)


@pytest.mark.parametrize(("loss", "wrt", "shapes"), FAMILIES)
def test_losses_of_families(loss: str, wrt: str, shapes: str) -> None:
    check(loss, wrt, shapes, ())
