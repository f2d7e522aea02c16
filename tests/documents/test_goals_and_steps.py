"""A loss behind `\\min_w`, a formula that words call the gradient, steps of a descent:
a slip in what stands on them is found."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

GOALS = [
    r"\min_v {}",
    r"\arg\min_v {}",
    r"\operatorname*{{minimize}}_{{v}} \; {}",
    r"\hat v = \operatorname*{{arg\,min}}_{{v \in \mathbb{{R}}^k}} {}",
    r"\underset{{v}}{{\text{{minimize}}}} \quad {}",
    r"\min_v F(v) = {}",
]
LOSS = r"\|Kv - t\|^2 + \mu\|v\|^2"
BEHIND = {
    "named": (r"$$\nabla F = 2K^\top(Kv - t) + {}\mu v$$", "2", ""),
    "in words": (r"The gradient is ${}K^\top(Kv - t) + 2\mu v$ and its Hessian is $2K^\top K + 2\mu I$.", "2", ""),
    "with respect to": (r"The gradient w.r.t. $v$ is $2K^\top(Kv - t) {} 2\mu v$.", "+", "-"),
    "set to zero": (r"Setting the gradient to zero gives $$K^\top(Kv - t) + {}\mu v = 0$$", "", "2"),
    "solved": (
        r"Setting the gradient to zero gives $$K^\top(Kv - t) + \mu v = 0$$ so $$v = (K^\top K + {}\mu "
        r"I)^{{-1}}K^\top t$$",
        "",
        "2",
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize(("text", "right", "slip"), BEHIND.values(), ids=BEHIND)
def test_what_is_made_small_is_the_loss(goal: str, text: str, right: str, slip: str) -> None:
    head = f"We look at\n$$ {goal.format(LOSS)} $$\n\n"
    assert check_text(head + text.format(right) + "\n", "a.md").verdict == "right"
    assert check_text(head + text.format(slip) + "\n", "a.md").verdict == "wrong"


OTHER_GOALS = [
    "$$\\min_v \\|Kv - t\\|^2 \\quad \\text{s.t. } v^\\top v = 1$$\n\nSetting the gradient to zero: "
    "$$2K^\\top(Kv - t) - 2\\mu v = 0$$",
    "$$\\min_v \\|Kv - t\\|^2$$ subject to $v^\\top v = 1$. The gradient is $2K^\\top(Kv - t) + 2\\mu v$.",
    "$$\\min_v g(v)$$ with a smooth $g$. The gradient is $2Kv$.",
]


@pytest.mark.parametrize("text", OTHER_GOALS)
def test_under_a_constraint_another_function_is_differentiated(text: str) -> None:
    assert check_text(text + "\n", "a.md").verdict != "wrong"


STEPS = {
    "an arrow": (r"v \leftarrow v {} \eta \nabla F", "-", "+"),
    "written out": (r"v \leftarrow v - 2\eta K^\top({})", "Kv - t", "t - Kv"),
    "numbered": (r"v_{{k+1}} = v_k {} \frac{{\alpha}}{{m}} K^\top(Kv_k - t)", "-", "+"),
    "the other way round": (r"v^{{(t+1)}} = v^{{(t)}} {} \eta_t K^\top(t - Kv^{{(t)}})", "+", "-"),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("text", "right", "slip"), STEPS.values(), ids=STEPS)
def test_a_descent_goes_against_the_gradient(text: str, right: str, slip: str) -> None:
    head = (
        "Let $F(v) = \\frac1m\\|Kv - t\\|^2$.\n\n$$\\nabla F = \\frac2m K^\\top(Kv - t)$$\n\nA step of gradient "
        "descent:\n\n"
    )
    assert check_text(f"{head}$${text.format(right)}$$\n", "a.md").verdict == "right"
    assert check_text(f"{head}$${text.format(slip)}$$\n", "a.md").verdict == "wrong"
    ascent = head.replace("descent", "ascent")
    assert check_text(f"{ascent}$${text.format(slip)}$$\n", "a.md").verdict == "right"


MULTIPLIER = r"""The Lagrangian is $L(u, \lambda) = u^\top S u - \lambda(u^\top u - 1)$ with symmetric $S$.

$$\frac{\partial L}{\partial \lambda} = {} = 0$$
"""


def test_a_multiplier_gives_back_its_constraint_with_either_sign() -> None:
    verdicts = [
        check_text(MULTIPLIER.replace("{}", text), "a.md").verdict
        for text in (r"1 - u^\top u", r"u^\top u - 1", r"u^\top u + 1")
    ]
    assert verdicts == ["right", "right", "wrong"]


@pytest.mark.thorough
def test_a_derivative_of_another_function_in_an_equation_of_zero_is_no_claim() -> None:
    text = r"""Minimise $f(x)$ subject to $Ax = b$. The Lagrangian is
$$\mathcal{L}(x, \nu) = f(x) + \nu^\top(Ax - b)$$
$$\nabla f(x) + A^\top \nu = 0$$
"""
    assert check_text(text, "a.md").verdict == "undecided"
