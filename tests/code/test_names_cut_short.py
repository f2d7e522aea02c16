"""Gradients that are called after a name that is cut short, or marked otherwise; arguments whose names tell nothing."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

from matgrad_cli.documents.python.uses import shortened

HEAD = "import numpy as np\n\n"
PREDICTION = '''\
def naive_loss(centerWordVec, outsideIdx, outsideVectors, dataset):
    """centerWordVec: (D,), outsideIdx: integer, outsideVectors: (V, D)"""
    scores = outsideVectors @ centerWordVec
    p = np.exp(scores) / np.sum(np.exp(scores))
    loss = -np.log(p[outsideIdx])
    delta = p.copy()
    delta[outsideIdx] -= 1
    gradCenterVec = {center}
    gradOutsideVecs = {outside}
    return loss, gradCenterVec, gradOutsideVecs
'''
SLOPE = """\
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_grad({name}):
    ds = {slope}
    return ds
"""
STEPS = """\
def fit(w, X, y):
    '''w: (d,), X: (n, d), y: (n,)'''
    r = X @ w - y
    loss = np.sum(r ** 2)
    delta_w = {slope}
    return {returned}
"""
CHECKED = """\
def backward(X, Y, cache):
    '''X: (D, m), Y: (K, m)'''
    m = X.shape[1]
    W, A = cache
    dZ = A - Y
    dW = dZ @ X.T / m
    grads = {"dZ": dZ, "dW": dW}
    return grads


def forward(X, Y, W):
    '''W: (K, D)'''
    m = X.shape[1]
    A = 1 / (1 + np.exp(-W @ X))
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    return cost, (W, A)


def gradient_check(X, theta):
    approx = (theta * X + 1e-7 - theta * X) / 1e-7
    difference = np.linalg.norm(X - approx)
    return difference
"""


@pytest.mark.parametrize(
    ("gradient", "names", "found"),
    [
        ("gradCenterVec", ["centerWordVec", "outsideVectors"], "centerWordVec"),
        ("gradOutsideVecs", ["centerWordVec", "outsideVectors", "outsideIdx"], "outsideVectors"),
        ("gradPred", ["predicted", "target"], "predicted"), ("gw", ["x", "w", "b"], "w"),
        ("delta_w", ["w", "b"], "w"), ("dw_", ["w"], "w"), ("w_bar", ["w", "b"], "w"), ("gamma", ["a", "m"], None),
        ("delta", ["d", "a"], None), ("dataset", ["data", "x"], None), ("gradVec", ["aVec", "bVec"], None),
    ],
)  # fmt: skip
def test_after_which_name_a_gradient_is_called(gradient: str, names: list[str], found: str | None) -> None:
    assert shortened(gradient, names) == found


@pytest.mark.parametrize(
    ("center", "outside", "wrong"),
    [
        ("outsideVectors.T @ delta", "np.outer(delta, centerWordVec)", []),
        ("outsideVectors.T @ p", "np.outer(delta, centerWordVec)", [10]),
        ("outsideVectors.T @ delta", "np.outer(centerWordVec, delta)", [11]),
    ],
)
def test_what_is_returned_beside_a_loss(center: str, outside: str, wrong: list[int]) -> None:
    found = verdicts(HEAD + PREDICTION.format(center=center, outside=outside))
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong
    assert len(found) == 2


@pytest.mark.parametrize(("name", "slope", "wrong"), [
    ("s", "s * (1 - s)", False), ("x", "sigmoid(x) * (1 - sigmoid(x))", False), ("x", "sigmoid(x) * (1 + sigmoid(x))",
    True), ("s", "s * (1 + s)", True)])  # fmt: skip
def test_the_slope_of_a_function_by_what_it_is_given_or_gives(name: str, slope: str, wrong: bool) -> None:
    found = verdicts(HEAD + SLOPE.format(name=name, slope=slope))
    assert set(found.values()) == {"wrong" if wrong else "follows"}


@pytest.mark.parametrize(("slope", "returned", "found"), [
    ("2 * X.T @ r", "loss, delta_w", {"follows"}), ("X.T @ r", "loss, delta_w", {"wrong"}), ("-0.1 * X.T @ r",
    "w + delta_w", set())])  # fmt: skip
def test_a_change_is_a_gradient_only_beside_a_loss(slope: str, returned: str, found: set[str]) -> None:
    assert set(verdicts(HEAD + STEPS.format(slope=slope, returned=returned)).values()) == found


def test_a_dict_of_gradients_and_a_check_of_them() -> None:
    """What is the derivative times a size is so in the dict too; what compares with differences claims nothing."""
    assert set(verdicts(HEAD + CHECKED).values()) == {"follows"}


ACTIVATIONS = """\
def relu(x):
    return np.maximum(0, x)


def relu_grad(x):
    grad = np.zeros_like(x)
    grad[x {sign} 0] = 1
    return grad


def softmax(x):
    return np.exp(x) / np.sum(np.exp(x))


def softmax_grad(s):
    return np.diag(s) - np.outer(s, s)


def softmax_loss(X, t):
    return -np.sum(t * np.log(softmax(X)))
"""


@pytest.mark.thorough
@pytest.mark.parametrize(("sign", "found"), [(">", "follows"), ("<", "wrong")])
def test_slopes_beside_a_loss_that_is_not_theirs(sign: str, found: str) -> None:
    """A Jacobian is nothing that is called wrong, since nobody says what it is multiplied by."""
    lines = verdicts(HEAD + ACTIVATIONS.format(sign=sign))
    assert lines == {9: found, 18: "undecided"}


SAMPLED = """\
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def negative_sampling(centerVec, outsideIdx, outsideVecs, corpus, K=3):
    negatives = sample(outsideIdx, corpus, K)
    indices = [outsideIdx] + negatives
    gradCenterVec = np.zeros(centerVec.shape)
    gradOutsideVecs = np.zeros(outsideVecs.shape)
    z = sigmoid(outsideVecs[outsideIdx] @ centerVec)
    loss = -np.log(z)
    gradCenterVec += {first}
    gradOutsideVecs[outsideIdx] += (z - 1) * centerVec
    for k in range(K):
        at = indices[k + 1]
        z = sigmoid(-outsideVecs[at] @ centerVec)
        loss -= np.log(z)
        gradCenterVec -= (z - 1) * outsideVecs[at]
        gradOutsideVecs[at] {sign} (z - 1) * centerVec
    return loss, gradCenterVec, gradOutsideVecs
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("first", "sign", "wrong"),
    [
        ("(z - 1) * outsideVecs[outsideIdx]", "-=", []), ("z * outsideVecs[outsideIdx]", "-=", [15]),
        ("(z - 1) * outsideVecs[outsideIdx]", "+=", [22]),
    ],
)  # fmt: skip
def test_what_a_call_that_is_not_read_makes_of_data_alone_is_data(first: str, sign: str, wrong: list[int]) -> None:
    found = verdicts(SAMPLED.format(first=first, sign=sign))
    assert "follows" in found.values() or wrong
    assert [line for line, verdict in found.items() if verdict == "wrong"] == wrong


OBJECT = """\
class Ridge:
    def __init__(self, alpha):
        self.alpha = alpha

    def loss(self, X, y):
        return np.sum((X @ self.{w} + self.{b} - y) ** 2) + self.alpha * np.sum(self.{w} ** 2)

    def gradient(self, X, y):
        e = X @ self.{w} + self.{b} - y
        {dw} = {factor} * X.T @ e + 2 * self.alpha * self.{w}
        {db} = 2 * np.sum(e)
        return {dw}, {db}
"""


@pytest.mark.sampled(9)
@pytest.mark.parametrize("w", ["coef", "coef_", "w_", "weights", "theta"])
@pytest.mark.parametrize("b", ["intercept_", "bias", "b_"])
@pytest.mark.parametrize(("dw", "db"), [("gw", "gb"), ("grad_w", "grad_b"), ("dw", "db"), ("grad_coef", "db")])
def test_what_parameters_are_called_elsewhere(w: str, b: str, dw: str, db: str) -> None:
    """`gw` beside `self.coef_` is as wrong as beside `self.w`."""
    right = HEAD + OBJECT.format(w=w, b=b, dw=dw, db=db, factor="2")
    assert list(verdicts(right).values()) == ["follows", "follows"]
    assert list(verdicts(right.replace("2 * X.T", "X.T")).values()) == ["wrong", "follows"]


def test_a_gradient_of_no_name_is_by_the_argument_of_its_shape() -> None:
    loss = "def loss(X, y, q):\n    return np.sum((X @ q - y) ** 2)\n\n\n"
    text = loss + "def gradient(X, y, q):\n    grad_total = X.T @ (X @ q - y)\n    return grad_total\n"
    assert "is not the derivative of the loss by `q`" in str(checked(HEAD + text))
