"""What a document sets beside its formulas: a case of a kink, the sign of a name, a multiple of the identity."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

HINGE = "Let $g(v)=\\max(0, 2 - s\\, v^T u)$ with $s$ a number. "
RELU = "$$R(u) = \\max(0, c^Tu - b)$$\n\n"


def verdicts(text: str) -> list[str]:
    return [line.verdict for problem in check_text(text, "x.md").problems for line in problem.lines if "nabla" in (line.text or "")]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("Suppose $s\\, v^T u < 2$. Then", "follows"),
        ("For points with $2 - s\\, v^T u > 0$ we get", "follows"),
        ("Suppose $s\\, v^T u > 2$. Then", "wrong"),
        ("By the chain rule we have", "wrong"),
        ("Hence", "wrong"),
        ("If the bound is not met,", "undecided"),
        ("Inside the margin", "undecided"),
        ("On the active set we find", "undecided"),
    ],
)
def test_a_line_that_holds_on_one_side_of_a_kink(words: str, verdict: str) -> None:
    assert verdicts(f"{HINGE}{words}\n$$\\nabla g = -s u$$\n") == [verdict]


@pytest.mark.parametrize(("value", "verdict"), [("c", "undecided"), ("2c", "wrong"), ("-c", "wrong")])
def test_a_slip_in_a_case_is_wrong_in_each_case(value: str, verdict: str) -> None:
    assert verdicts(f"{RELU}While it fires,\n\n$$\\nabla R = {value}$$\n") == [verdict]


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("$g(u) = \\|Ku-t\\|^2 + \\mu\\|u\\|_1$. Assume that $u > 0$ elementwise. Then", "2K^T(Ku-t)+\\mu\\mathbf 1", "right"),
        ("$g(u) = \\|Ku-t\\|^2 + \\mu\\|u\\|_1$. Assume that $u > 0$ elementwise. Then", "2K^T(Ku-t)-\\mu\\mathbf 1", "wrong"),
        ("$g(u) = \\|u\\|_1$. For $u > 0$ we have", "\\mathbf 1", "right"),
        ("$g(u) = \\|Ku-t\\|^2 + \\mu\\|u\\|^2$ with $\\mu > 0$. Then", "2K^T(Ku-t)+2\\mu u", "right"),
    ],
)
def test_a_sign_is_a_fact_and_no_size(text: str, value: str, verdict: str) -> None:
    assert check_text(f"{text} $\\nabla g = {value}$.", "x.md").verdict == verdict


STATED = "$$g(u) = \\|Ku-t\\|^2$$\n\n$$\\nabla g = 2K^T(Ku-t)$$\n\n"
WEIGHTED = "$g(u) = (t-Ku)^T M (t-Ku)$"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (STATED + "The Hessian is $H = K^T P K$ with $P = 2I$.", "right"),
        (STATED + "Let $P = 2I$. The Hessian is $H = K^T P K$.", "right"),
        (STATED + "Let $P = 3I$. The Hessian is $H = K^T P K$.", "wrong"),
        ("Let $D = 2I$.\n\n$$g(u) = \\|Ku-t\\|^2$$\n\n$$\\nabla g = K^T D (Ku-t)$$", "right"),
        ("Let $g(u) = \\|Ku-t\\|^2$ with $K\\in\\mathbb{R}^{n\\times d}$, $\\Omega = 2I\\in\\mathbb{R}^{n\\times n}$. "
         "$\\nabla g = K^T\\Omega(Ku-t)$.", "right"),
        (WEIGHTED + " where $M=I$. Then\n\n$$\\nabla g = -2K^T(t-Ku)$$", "right"),
        (WEIGHTED + " where $M=I$. Then\n\n$$\\nabla g = 2K^T(t-Ku)$$", "wrong"),
        ("Let $M = I$ and " + WEIGHTED + ". Then $\\nabla g = -2K^TM(t-Ku)$.", "right"),
        ("Assume $M = \\tau^2 I$ and " + WEIGHTED + ". Then $\\nabla g = -2\\tau^2K^T(t-Ku)$.", "right"),
        ("Assume $M = \\tau^2 I$ and " + WEIGHTED + ". Then $\\nabla g = -\\tau^2K^T(t-Ku)$.", "wrong"),
        (WEIGHTED + " with $M$ symmetric. $\\nabla g = -2K^TM(t-Ku)$. With $M = I$ this is $\\nabla g = -2K^T(t-Ku)$.", "undecided"),
        (WEIGHTED + " with $M$ symmetric. $\\nabla g = -K^TM(t-Ku)$. With $M = I$ this is $\\nabla g = -2K^T(t-Ku)$.", "wrong"),
    ],
)
def test_a_multiple_of_the_identity_is_used_and_as_large_as_its_use_says(text: str, verdict: str) -> None:
    assert check_text(text, "x.md").verdict == verdict
