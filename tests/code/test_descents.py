"""Loops that go down the gradient: read once, and a loss that is called beside the step."""

from __future__ import annotations

import pytest
from test_claims import verdicts

DESCENT = """\
def cost(X, y, theta):
    return np.sum((X @ theta - y) ** 2) / (2 * len(y))

def descend(X, y, theta, alpha, steps, lam):
    costs = []
    for _ in range(steps):
        {before}
        grad = {grad}
        {step}
        costs.append(cost(X, y, theta))
    return theta, costs
"""
DOWN = ["theta = theta - alpha * grad", "theta -= alpha * grad"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("step", DOWN)
@pytest.mark.parametrize(
    ("before", "grad", "verdict"),
    [
        ("r = X @ theta - y", "X.T @ r / len(y)", "follows"),
        ("r = X @ theta - y", "X.T @ (r + y) / len(y)", "wrong"),
        ("r = X @ theta - y", "X.T @ r", "undecided"),  # the loss may only be shown
        ("r = X @ theta - y", "X.T @ r / len(y) + lam * theta", "undecided"),
        ("i = np.random.randint(len(y))", "(X[i] @ theta - y[i]) * X[i]", "undecided"),
    ],
)
def test_a_loss_that_is_shown_behind_a_step_is_that_of_its_gradient(
    step: str, before: str, grad: str, verdict: str
) -> None:
    assert [*verdicts(DESCENT.format(before=before, grad=grad, step=step)).values()] == [verdict]


@pytest.mark.parametrize("gradient", ["grad", "dtheta"])
def test_a_loop_that_steps_is_read_once(gradient: str) -> None:
    text = f"""def descend(X, y, theta, alpha, steps):
    for _ in range(steps):
        r = X.dot(theta) - y
        loss = np.sum(r ** 2) / 2
        {gradient} = X.T.dot(r)
        theta = theta - alpha * {gradient}
    return theta
"""
    assert [*verdicts(text).values()] == ["follows"]
    assert [*verdicts(text.replace("X.T.dot(r)", "2 * X.T.dot(r)")).values()] == ["wrong"]
