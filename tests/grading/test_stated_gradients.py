"""A gradient whose value an earlier line states is worked out: backpropagation as textbooks write it has a final
answer."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import ProblemReport

HEAD = "loss: norm(tanh(X@W1)@W2 - Y)**2/(2*n)\nwrt: W1\nshapes: X: n×d, W1: d×h, W2: h×k, Y: n×k\nrequire: answer\n"
NETWORK = (r"H = \tanh(X W_1)", r"O = H W_2", r"L = \frac{1}{2n}\|O - Y\|_F^2")
OUTPUT, HIDDEN = r"\nabla_O L = \frac{1}{n}(O-Y)", r"\nabla_H L = (\nabla_O L) W_2^\top"
WEIGHTS = r"\nabla_{W_1} L = X^\top(\nabla_H L \odot (1-H\odot H))"


def judged(*lines: str) -> ProblemReport:
    return check_text(f"```matgrad\n{HEAD}\n" + "\n".join((*NETWORK, *lines)) + "\n```\n", "a.md").problems[0]


WORKED_OUT = {
    "each from the one before": (OUTPUT, HIDDEN, WEIGHTS),
    "in partial derivatives": (
        r"\frac{\partial L}{\partial O} = \frac{1}{n}(O-Y)",
        r"\frac{\partial L}{\partial H} = \frac{\partial L}{\partial O} W_2^\top",
        r"\frac{\partial L}{\partial W_1} = X^\top\left(\frac{\partial L}{\partial H} \odot (1-H\odot H)\right)",
    ),
    "in steps": (OUTPUT, HIDDEN, r"= \frac1n (O-Y)W_2^\top", WEIGHTS),
    "with a name": (OUTPUT, r"G = (\nabla_O L) W_2^\top", r"\nabla_{W_1} L = X^\top(G \odot (1-H\odot H))"),
}


@pytest.mark.parametrize("lines", WORKED_OUT.values(), ids=WORKED_OUT)
def test_stated_gradients_are_worked_out(lines: tuple[str, ...]) -> None:
    problem = judged(*lines)
    assert {line.verdict for line in problem.lines} == {"follows"}
    assert (problem.final.verdict, problem.verdict) == ("right", "right")


NOT_WORKED_OUT = {
    "the value is never stated": (HIDDEN, WEIGHTS),
    "only by itself": (OUTPUT, r"\nabla_H L = \nabla_H L", WEIGHTS),
    "stated wrongly": (r"\nabla_O L = \frac{2}{n}(O-Y)", HIDDEN, WEIGHTS),
    "stated from a wrong line": (
        OUTPUT,
        r"\nabla_H L = 2(\nabla_O L) W_2^\top",
        r"= \frac{2}{n}(O-Y)W_2^\top",
        WEIGHTS,
    ),
    "stated afterwards": (WEIGHTS, HIDDEN, OUTPUT),
}


@pytest.mark.parametrize("lines", NOT_WORKED_OUT.values(), ids=NOT_WORKED_OUT)
def test_gradients_without_a_right_value_are_not(lines: tuple[str, ...]) -> None:
    problem = judged(*lines)
    assert (problem.final.verdict, problem.score) == ("missing", 0)
    assert problem.verdict != "right"
