"""Steps that a training takes: what is taken from a parameter is its gradient, whatever it is called."""

from __future__ import annotations

import pytest
from test_claims import checked, verdicts

HEAD = "import numpy as np\n\n\n"
COST = """\
def compute_cost(X, y, theta):
    return np.sum((X @ theta - y) ** 2) / (2 * len(y))


"""
DESCENT = """\
def gradient_descent(X, y, theta, alpha, num_iters):
    m = len(y)
    costs = []
    for i in range(num_iters):
        h = X.dot(theta)
        {step}
        costs.append(compute_cost(X, y, theta))
    return theta, costs
"""
FIT = """\
class Ridge:
    def __init__(self, lr=0.01, n_iters=1000, alpha=1.0):
        self.lr, self.n_iters, self.alpha = lr, n_iters, alpha

    def loss(self, X, y):
        return np.mean((X @ self.coef_ + self.intercept_ - y) ** 2) + self.alpha * np.sum(self.coef_ ** 2)

    def fit(self, X, y):
        n, d = X.shape
        self.coef_ = np.zeros(d)
        self.intercept_ = 0.0
        for _ in range(self.n_iters):
            err = X @ self.coef_ + self.intercept_ - y
            p = 2 / n * X.T @ err + {factor} * self.alpha * self.coef_
            q = 2 / n * np.sum(err)
            self.coef_ -= self.lr * p
            self.intercept_ = self.intercept_ - self.lr * q
{shown}        return self
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        ("theta = theta - alpha * (1 / m) * X.T.dot(h - y)", "follows"),
        ("theta = theta - alpha * (1 / m) * X.T.dot(y - h)", "wrong"),
        ("theta -= alpha * X.T.dot(h - y) / m", "follows"),
        ("theta -= alpha / m * X.T.dot(h + y)", "wrong"),
        ("theta -= alpha * X.T.dot(h - y)", "undecided"),  # a multiple, which the rate takes into account
        ("gradient = X.T.dot(h - y) / m; theta = theta - alpha * gradient", "follows"),
        ("gradient = X.T.dot(h + y) / m; theta = theta - alpha * gradient", "wrong"),
    ],
)
def test_what_is_taken_in_a_step_beside_a_loss_that_is_shown(step: str, verdict: str) -> None:
    assert verdicts(HEAD + COST + DESCENT.format(step=step)) == {13: verdict}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "step",
    [
        "theta = theta - alpha * np.linalg.inv(X.T @ X) @ X.T @ (h - y)",
        "v = 0.9 * v + X.T @ (h - y); theta = theta - alpha * v",
        "theta = theta - alpha * (h[i] - y[i]) * X[i]",
    ],
)
def test_a_step_that_is_no_multiple_of_the_gradient_is_not_judged(step: str) -> None:
    assert "wrong" not in verdicts(HEAD + COST + DESCENT.format(step=step)).values()


@pytest.mark.thorough
def test_a_fit_by_the_loss_of_its_class() -> None:
    """A loss that the fit shows tells that a line is wrong, one that it never calls only that it is right."""
    shown = "            self.losses.append(self.loss(X, y))\n"
    assert set(verdicts(HEAD + FIT.format(factor="2", shown="")).values()) == {"follows"}
    assert verdicts(HEAD + FIT.format(factor="1", shown="")) == {17: "undecided", 18: "follows"}
    assert verdicts(HEAD + FIT.format(factor="1", shown=shown)) == {17: "wrong", 18: "follows"}
    told = "# matgrad: loss = loss\n" + FIT.format(factor="1", shown="")
    assert verdicts(HEAD + told) == {18: "wrong", 19: "follows"}


def test_a_step_that_is_not_judged_is_said() -> None:
    text = (
        FIT.format(factor="2", shown="")
        .replace("= 2 / n * np.sum(err)", "= self.mean(err)")
        .replace("q = ", "q = 0 + ")
    )
    assert "not judged" in str(checked(HEAD + text))
