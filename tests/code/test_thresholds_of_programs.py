"""The threshold of a mask in backward code is that of the loss: another one is seen."""

from __future__ import annotations

import ast

import pytest
from test_claims import verdicts

from matgrad_cli.documents.python.outline import units_of
from matgrad_cli.grading.code.judge import Verdicts, judged

HINGE = """
def hinge(w, X, y, lam):
    '''w: (d,), X: (n, d), y: (n,) with entries +1 and -1'''
    n = X.shape[0]
    margin = y * (X @ w)
    loss = np.mean(np.maximum(0, 1 - margin)) + 0.5 * lam * w @ w
    active = {}
    dw = -X.T @ (y * active) / n + lam * w
    return loss, dw
"""
LAYER = """
def layer(X, W, Y):
    '''X: (N, D), W: (D, K), Y: (N, K)'''
    z = X @ W
    h = np.maximum(z - 0.4, 0)
    loss = np.sum((h - Y) ** 2)
    dh = 2 * (h - Y)
    dW = X.T @ (dh * ({}))
    return loss, dW
"""


def outcomes(text: str) -> set[str]:
    """What is found of the claims of a text."""
    text = "import numpy as np\n" + text
    (unit,) = units_of(ast.parse(text), text)
    found = judged(unit)
    assert isinstance(found, Verdicts)
    return {one.outcome for one in found.judged}


@pytest.mark.parametrize("mask", ["margin < 2", "2 * margin < 1", "margin < 0.5", "margin < 0.8", "margin < 1.2",
                                  "1.5 - margin > 0", "abs(margin) < 1", "margin + 0.3 < 1"])  # fmt: skip
def test_another_threshold_is_not_right(mask: str) -> None:
    assert "wrong" in outcomes(HINGE.format(mask))


@pytest.mark.parametrize("mask", ["margin < 1", "1 > margin", "1 - margin > 0", "2 * margin < 2", "margin <= 1",
                                  "np.where(margin < 1, 1.0, 0.0)", "np.maximum(0, 1 - margin) > 0",
                                  "(np.sign(1 - margin) + 1) / 2", "margin ** 3 < 1"])  # fmt: skip
def test_the_same_threshold_is_right(mask: str) -> None:
    assert outcomes(HINGE.format(mask)) == {"right"}


@pytest.mark.parametrize(("mask", "outcome"), [("0.4 <= z", "right"), ("z > 0.4", "right"), ("h > 0", "right"),
                                               ("z > 0.5", "wrong"), ("z > 0.3", "wrong"),
                                               ("h > 0.1", "wrong")])  # fmt: skip
def test_in_a_layer(mask: str, outcome: str) -> None:
    assert outcome in outcomes(LAYER.format(mask))


@pytest.mark.thorough
@pytest.mark.parametrize("mask", ["margin < 0", "margin > 1", "margin < 2", "margin < 0.5"])
def test_a_wrong_mask_is_told_where_it_is_made(mask: str) -> None:
    """A value that is called no gradient is what is wrong where with a multiple of a derivative in its place what
    follows is right; no edit of a line behind it that is right at a few points alone is told."""
    code = HINGE.format(mask)
    wrong = [line for line, verdict in verdicts("import numpy as np\n" + code).items() if verdict == "wrong"]
    assert wrong == [code[: code.index("active =")].count("\n") + 2]
