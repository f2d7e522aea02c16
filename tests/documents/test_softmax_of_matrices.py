"""A softmax of a matrix is one of its rows, or of its columns, also where no words say which."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

ROWS = r"""
$$A = XW,\quad P = \mathrm{softmax}(A),\quad L = -\frac1N\sum_{n=1}^N\sum_{k=1}^K Y_{nk}\log P_{nk}$$

where $Y\mathbf{1} = \mathbf{1}$. Then

$$\frac{\partial L}{\partial A} = \frac1N(P - Y)$$

$$\frac{\partial L}{\partial W} = X^T\frac{\partial L}{\partial A}$$
"""
COLUMNS = r"""
$$A = WX,\quad P = \mathrm{softmax}(A),\quad L = -\sum_{k,n} Y_{kn}\log P_{kn}$$

where $\mathbf{1}^T Y = \mathbf{1}^T$. Then

$$\frac{\partial L}{\partial A} = P - Y$$

$$\frac{\partial L}{\partial W} = (P - Y)X^T$$
"""
VECTOR = r"""
$$a = Wx,\quad p = \mathrm{softmax}(Wx),\quad L = -y^T\log p,\quad \frac{\partial L}{\partial W} = (p - y)x^T$$

where $\mathbf{1}^T y = 1$.
"""


@pytest.mark.parametrize(
    ("text", "old", "new", "verdict"),
    [
        (ROWS, "", "", "right"),
        (ROWS, "P - Y", "Y - P", "wrong"),
        (ROWS, "X^T\\frac", "X\\frac", "wrong"),
        (COLUMNS, "", "", "right"),
        (COLUMNS, "P - Y", "P + Y", "wrong"),
        (COLUMNS, "(P - Y)X^T", "X^T(P - Y)", "wrong"),
        (VECTOR, "", "", "right"),
        (VECTOR, "(p - y)x^T", "(y - p)x^T", "wrong"),
    ],
)
def test_which_softmax_is_meant_shows_in_what_follows(text: str, old: str, new: str, verdict: str) -> None:
    assert check_text(text.replace(old, new, 1), "x.md").verdict == verdict


@pytest.mark.parametrize(("sign", "verdict"), [("-", "right"), ("+", "wrong")])
def test_a_sum_of_rows_is_taken_from_every_column(sign: str, verdict: str) -> None:
    text = (
        "With $P = \\mathrm{softmax}(S)$ by rows and $O = PV$ let $dO = \\partial L/\\partial O$. Then $dV = P^T dO$, "
        f"$dP = dO V^T$ and $dS = P \\odot (dP {sign} \\operatorname{{rowsum}}(dP \\odot P))$."
    )
    assert check_text(text, "x.md").verdict == verdict
