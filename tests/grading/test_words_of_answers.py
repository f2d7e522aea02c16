"""What the words beside an answer say of its names, of its layout, and of the list in which it stands."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Key, check_text

from .test_which_answer import KEY, judged

__all__ = ["KEY"]

SAID_WRONG = [
    r"$X^T(\sigma(Xw)-y)$ where $\sigma$ is the hyperbolic tangent.",
    r"$X^T(\sigma(Xw)-y)$ with the tanh function $\sigma$.",
    r"$X^T(\sigma(Xw)-y)$ mit der Stufenfunktion $\sigma$",
    r"$X^T(\sigma(Xw)-y)$ ($\sigma$: Heaviside step)",
    r"$X^T(\sigma(Xw)-y)$ avec la fonction échelon $\sigma$",
    "The step function is denoted by $\\sigma$. $X^T(\\sigma(Xw)-y)$",
    r"$X^T(\hat\sigma(Xw)-y)$ where $\hat\sigma(z)=1/(1+e^{z})$",
    r"$X^T(\sigma'(Xw)-y)$ where $\sigma$ is the ReLU",
]
UNKNOWN = [
    (1, r"Mit $\hat A = (A - \mu)/s$ ist $\partial L/\partial x_i = \sum_j (\hat A_{ij} + \hat A_{ji}) x_j + b_i$."),
    (3, r"$\nabla_w L = X^T(\sigma(\tilde Xw)-y)$ with the centred $\tilde X$."),
]


@pytest.mark.parametrize("text", SAID_WRONG)
def test_a_function_is_what_words_say_that_it_is(key: Key, text: str) -> None:
    found = judged(key, 3, text)
    assert (found.verdict in ("wrong", "undecided"), found.score) == (True, 0), found
    assert judged(key, 3, "$X^T(\\sigma(Xw)-y)$").verdict == "right"


@pytest.mark.parametrize(("number", "text"), UNKNOWN)
def test_names_of_which_nobody_knows_what_they_are_make_no_answer_wrong(key: Key, number: int, text: str) -> None:
    found = judged(key, number, text)
    assert (found.verdict, found.final.code) == ("undecided", "unknown-name"), found


LISTED = [
    ("- $(A+A^T)x+b$", "right"),
    ("• (A+A^T)x+b", "right"),
    ("1. (A+A^T)x+b", "right"),
    ("- (A+A^T)x+b", "undecided"),
    ("- (A+A.T)@x-b", "wrong"),
    ("* (A+A^T)x+b", "undecided"),
    ("(a) (A+A^T)x+b", "undecided"),
    ("3. (A+A^T)x+b", "undecided"),
    ("- 2*A@x", "wrong"),
    ("- (-A-A^T)x+b", "right"),
    ("In denominator layout, $(A+A^T)x+b$", "right"),
    ("In numerator layout, $x^T(A+A^T)+b^T$", "undecided"),
    ("Im Zählerlayout, $x^T(A+A^T)+b^T$", "undecided"),
]


@pytest.mark.parametrize(("text", "verdict"), LISTED)
def test_the_mark_of_a_list_and_a_layout_in_words_are_no_part_of_an_answer(key: Key, text: str, verdict: str) -> None:
    (found, *_) = check_text(f"[[problem]]\nid = \"1\"\nanswer = '{text}'\n", "a.toml", key).problems
    assert found.verdict == verdict, found


ROUND = [
    r"\boxed{\nabla f = (A+A^T)x+b}",
    r"$\boxed{(A+A^T)x+b}.$",
    "=> (A+A^T)x+b",
    r"\therefore \nabla f = (A+A^T)x+b",
    "a) (A+A^T)x+b",
    r"(A+A^T)x+b \quad \text{(product rule)}",
    "(A+A^T)x+b, by the product rule",
    "(A+A^T)x+b by the product rule.",
    "(A+A^T)x+b (=2Ax+b for symmetric A)",
    r"\nabla f = (A+A^T)x+b = 0",
    "Let S = A+A^T. Then ∇f = Sx + b.",
    "with S = A+A^T: Sx + b",
    "```python\n(A+A.T)@x+b\n```",
    ">>> (A+A.T)@x+b",
    "print((A+A.T)@x+b)",
    "df/dx[i] = sum(A[i,j]*x[j] + A[j,i]*x[j] for j in range(n)) + b[i]",
    "(A + A transpose) x + b",
    "By the product rule, the gradient of the loss is $(A+A^T)x+b$, a vector.",
    "(A+A^T)x+b (denominator layout), x^T(A+A^T)+b^T (numerator layout)",
    "numerator layout: x^T(A+A^T)+b^T; denominator layout: (A+A^T)x+b",
]
ROUND_OTHERS = [
    ("=> 2Ax+b", "wrong"),
    (r"\boxed{\nabla f = 2Ax+b}", "wrong"),
    ("(A+A^T)x+b not by the product rule", "undecided"),
    (r"\nabla f = 0", "wrong"),
    ("(A+A^T)x+b (=2Ax+b)", "unreadable"),
    ("(A+A^T)x+b (denominator layout), x^T(A-A^T)+b^T (numerator layout)", "unreadable"),
    ("Sx + b where S = A+A^T", "right"),
    ("Sx + b where S = A-A^T", "wrong"),
    ("np.sum((A+A.T)*x, axis=1) + b", "right"),
    ("df/dx = (A+A.T)*x + b", "right"),
]


@pytest.mark.parametrize(("text", "verdict"), [*((text, "right") for text in ROUND), *ROUND_OTHERS])
def test_what_stands_round_an_answer_changes_nothing(key: Key, text: str, verdict: str) -> None:
    whole = f"[[problem]]\nid = '1'\nanswer = '''\n{text}'''\n"
    assert check_text(whole, "a.toml", key).problems[0].verdict == verdict
    if "\n" not in text:  # under a heading it says the same
        assert judged(key, 1, text).verdict == verdict


TOLD = [
    ("First attempt: $2Ax+b$.\n\nThis misses a term. Correct: $…$.", "right"),
    ("My first try was $\\nabla_x L = 2Ax+b$, but $A$ is not symmetric: $\\nabla_x L = …$.", "right"),
    ("Wrong: $2Ax+b$. Right: $…$.", "right"),
    ("$2Ax+b$ (wrong)\n\n$…$", "right"),
    ("$2Ax+b$ -- no wait, $…$", "right"),
    ("First attempt: $…$", "undecided"),
    ("Quadratic: $(A+A^T)x$\nLinear: $b$\nIn all:\n$$…$$", "right"),
    ("Scratch: $…$", "undecided"),
    ("$…$ (wrong)", "undecided"),
    ("The gradient of the loss is $…$, a vector.", "right"),
    ("I think the answer is …, because of the product rule.", "right"),
    ("So we get …", "right"),
    ("$… = Ax+A^Tx+b$", "right"),
    ("$… = 2Ax+b$", "wrong"),
    ("Let $e = Ax$. Then $\\frac{\\partial e}{\\partial x} = A$, and the gradient is $e + A^Tx + b$.", "right"),
]


@pytest.mark.parametrize(("text", "verdict"), TOLD)
def test_words_say_which_formula_is_meant(key: Key, text: str, verdict: str) -> None:
    assert judged(key, 1, text.replace("…", "(A+A^T)x+b")).verdict == verdict
