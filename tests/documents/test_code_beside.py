"""Code beside a derivation that gives its gradient once more is judged, or said to be not judged."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

TEXT = "Let $L = \\|Xw-y\\|^2$.\n\n$$\\nabla_w L = 2X^\\top(Xw-y)$$\n\n```python\n{}\n```\n"
RIGHT = [
    "grad = 2 * X.T @ (X @ w - y)",
    "r = X @ w - y\ngrad_w = 2 * X.T @ r",
    "for step in range(10):\n    dw = 2 * np.dot(X.T, X @ w - y)\n    w = w - rate * dw",
]
OPEN = {
    "grad = X.T @ (X @ w - y)": "a 2 is lost",
    "grad = 2 * X @ (X @ w - y)": "cannot multiply",
    "grad = X.compute(w)": "code",
}


@pytest.mark.parametrize("code", RIGHT)
def test_a_line_that_is_the_gradient_is_a_claim_that_holds(code: str) -> None:
    report = check_text(TEXT.replace("{}", code), "a.md")
    assert report.verdict == "right"
    assert report.problems[0].claims == (2, 2)


@pytest.mark.parametrize("code", OPEN)
def test_a_line_that_is_not_is_not_passed_in_silence(code: str) -> None:
    report = check_text(TEXT.replace("{}", code), "a.md")
    assert report.problems[0].claims == (1, 2)
    assert report.verdict == ("right" if OPEN[code] == "code" else "undecided")
    assert OPEN[code] in report.problems[0].lines[-1].notes[-1]


def test_code_with_a_loss_of_its_own_is_judged_by_that() -> None:
    code = "r = X @ w - y\nloss = np.sum(r**2) / 2\ndw = X.T @ r"
    assert check_text(TEXT.replace("{}", code), "a.md").verdict == "right"
