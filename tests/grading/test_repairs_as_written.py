"""A repair is written as a person would write it."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

NETWORK = "loss: norm(V@tanh(W@x) - y)**2/2\nwrt: W\nshapes: W: h×d, V: k×h, x: d, y: k\n"
FACTORED = "loss: norm(X - W@H, 'fro')**2\nwrt: H\nshapes: X: m×n, W: m×p, H: p×n\n"
WEIGHTED = "loss: (y - X@b).T@W@(y - X@b)\nwrt: b\nshapes: X: m×n, W: m×m, b: n, y: m\nassume: W symmetric\n"
MARGIN = "loss: sum(log(1 + exp(-y*(X@w))))\nwrt: w\nshapes: X: m×n, w: n, y: m\nassume: y signs\n"
REPAIRS = {
    "a square of entries": (
        NETWORK,
        r"a = \tanh(Wx), \quad \frac{\partial L}{\partial W} = (V^\top(Va-y)\odot(1-a))x^\top",
        "(𝟏 − (a ∘ a))",
    ),
    "a factor between two that do not fit": (FACTORED, r"\nabla L = 2W^\top H - 2W^\top X", "2WᵀWH"),
    "a factor beside a transpose": (WEIGHTED, r"\nabla L = 2X^\top WXb - 2X^\top y", "2XᵀWy"),
    "a sign inside": (MARGIN, r"\nabla L = -X^\top(y\odot\sigma(y\odot Xw))", "σ(−(y ∘ Xw))"),
}


@pytest.mark.parametrize(("head", "line", "written"), REPAIRS.values(), ids=REPAIRS)
def test_the_repair_is_what_a_person_would_write(head: str, line: str, written: str) -> None:
    problem = check_text(f"```matgrad\n{head}\n{line}\n```\n", "a.md").problems[0]
    finding = problem.first_wrong
    assert finding is not None
    assert finding.diagnostic is not None
    assert written in (finding.diagnostic.help or "")
