"""Derivatives that words or letters name, and equations that set one to zero, are claims:
a slip in them never passes in silence."""

from __future__ import annotations

import pytest

from matgrad_cli.documents.sheets.named import of_residuals
from matgrad_cli.grading.check import check_text

STATED = r"""Let $f(x)=\frac12x^TAx-b^Tx+\frac\mu2\|x\|^2$ with $A$ symmetric.

$$\nabla f=Ax-b+\mu x$$

"""
CLAIMS = {
    "the gradient is": (r"so the gradient is ${}$.", r"Ax - b + \mu x", r"Ax - b + 2\mu x", "wrong"),
    "the Hessian is": (r"The Hessian is ${}$.", r"A + \mu I", r"A + 2\mu I", "wrong"),
    "of the loss": ("Hence the Hessian of $f$ equals\n$${}$$", r"A + \mu I", r"A + 2\mu I", "wrong"),
    "with a letter": (r"The Hessian is $H = {}$.", r"A + \mu I", r"A + 2\mu I", "wrong"),
    "with a name for it": (r"The gradient is $g = {}$.", r"Ax - b + \mu x", r"Ax - b + 2\mu x", "wrong"),
    "a letter alone": (r"$$H = {}$$", r"A + \mu I", r"A + 2\mu I", "undecided"),
    "the letter of the loss": (r"$$H_f(x) = {}$$", r"A + \mu I", r"A + 2\mu I", "wrong"),
    "a label": (r"**Hessian:** ${}$", r"A + \mu I", r"A + 2\mu I", "wrong"),
    "set to zero": (r"$${} = 0$$", r"Ax - b + \mu x", r"Ax - b + 2\mu x", "undecided"),
    "to be zero": (r"$${} \stackrel{{!}}{{=}} 0$$", r"Ax - b + \mu x", r"Ax - b + 2\mu x", "undecided"),
    "another sign": (r"$${} \overset{{!}}{{=}} 0$$", r"Ax - b + \mu x", r"Ax - b + 2\mu x", "undecided"),
    "in a chain": (
        "$$\\nabla f = \\mu x + Ax - b$$\n\n$$= {} \\overset{{!}}{{=}} 0 \\implies \\hat x = (A+\\mu I)^{{-1}}b$$",
        r"Ax - b + \mu x",
        r"Ax - b + 2\mu x",
        "wrong",
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "right", "slip", "verdict"), CLAIMS.values(), ids=CLAIMS)
def test_what_is_named_is_claimed(text: str, right: str, slip: str, verdict: str) -> None:
    assert check_text(STATED + text.format(right) + "\n", "a.md").verdict == "right"
    assert check_text(STATED + text.format(slip) + "\n", "a.md").verdict == verdict


def test_plain_text_has_labels_too() -> None:
    plain = "f(x) = 1/2 x^T A x - b^T x  with A symmetric, x in R^n.\n\ngrad f = A x - b\nHessian: "
    assert [check_text(plain + value + "\n", "a.txt").verdict for value in ("A", "2 A")] == ["right", "wrong"]


OTHERS = [
    "For the linear term $b^Tx$ the gradient is $b$.",
    "Consider $g(x) = b^Tx$. The gradient is $b$.",
    "At $x = 0$ the gradient is $-b$.",
    r"If $\mu = 0$, the gradient is $Ax - b$.",
    r"The Hessian is $n \times n$.",
    "The gradient is $x = 0$ at the origin.",
    "For the linear term $b^Tx$ the gradient is $g = b$.",
    r"The Hessian is $A$ plus $\mu I$.",
    "The gradient is $0$ at the minimum.",
    r"This is minimized under $$Cx - d = 0$$",
    "Another problem: $$Ax = b$$",
    r"$$H = X(X^TX)^{-1}X^T$$ and $\hat y = Hy$.",
]


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_said_of_something_else_is_not_wrong(text: str) -> None:
    assert check_text(STATED + text + "\n", "a.md").verdict != "wrong"


ON_THE_WAY = """$$E(u) = \\|Ku-t\\|^2$$

Put $z = Ku-t$, so $\\frac{{\\partial z}}{{\\partial u}} = K$.

$$\\nabla E = 2K^T(Ku-t)$$

The Hessian is $H = {}K^TK$."""


@pytest.mark.parametrize(("factor", "verdict"), [("2", "right"), ("5", "wrong")])
def test_the_hessian_is_of_the_loss_and_not_of_what_is_differentiated_on_the_way(factor: str, verdict: str) -> None:
    assert check_text(ON_THE_WAY.format(factor), "a.md").verdict == verdict


def test_a_derivative_of_which_it_is_not_certain_what_it_is_of_is_listed() -> None:
    text = (
        "Let $f(u) = u^TKu$ with $K$ symmetric and $g(u) = b^Tu$.\n\n$\\nabla f = 2Ku$, $\\nabla g = b$.\n\nThe "
        "Hessian is $H = 7K$."
    )
    lines = [line for problem in check_text(text, "a.md").problems for line in problem.lines]
    assert [line.verdict for line in lines if line.text.startswith("H")] == ["undecided"]


WORDS = {
    "The derivative w.r.t. $w$ is ${}$.": "wrong",
    "Derivative w.r.t. $w$: ${}$.": "wrong",
    "Taking the derivative with respect to $w$ gives ${}$.": "wrong",
    "Differentiating with respect to $w$ we get $${}$$": "wrong",
    "Differentiating $J$ with respect to $w$, we obtain\n$${}$$": "wrong",
    "Final answer: ${}$": "undecided",
    "The derivative is ${}$.": "undecided",
}
"""Words before a bare formula, and what becomes of a wrong one: where they name no variable, more may be meant."""


@pytest.mark.parametrize(("text", "verdict"), WORDS.items())
def test_a_bare_formula_is_what_the_words_before_it_say(text: str, verdict: str) -> None:
    loss = "Let $J(w) = \\|Xw-y\\|^2$.\n\n"
    for formula, expected in ((r"2X^T(Xw-y)", "right"), (r"X^T(Xw-y)", verdict)):
        assert check_text(loss + text.replace("{}", formula) + "\n", "a.md").problems[0].verdict == expected


@pytest.mark.parametrize(
    "text",
    [
        r"Derivative: $\sigma'(z) = \sigma(z)(1-\sigma(z))$.",
        r"The derivative of $\sigma$ is $\sigma(z)(1-\sigma(z))$.",
        "Differentiating the first term with respect to $w$ gives $2X^T(Xw-y)$.",
        "Taking derivatives, we get $2X^T(Xw-y)$ for the first part.",
    ],
)
def test_a_derivative_on_the_way_is_not_that_of_the_loss(text: str) -> None:
    loss = r"Let $J(w) = \|Xw-y\|^2 + \sum_i \sigma(w_i)$ with $\sigma(z) = 1/(1+e^{-z})$."
    last = r"The gradient of $J$ is $2X^T(Xw-y) + \sigma(w)\circ(1-\sigma(w))$."
    (problem,) = check_text(f"{loss}\n\n{text}\n\n{last}\n", "a.md").problems
    assert (problem.id, problem.verdict) == ("J", "right")


TRACED = r"""$f(W) = \frac12\|XW - Y\|_F^2$, where $X$ is $n\times d$, $W$ is $d\times k$ and $Y$ is $n\times k$.

$$df = \operatorname{tr}\left((XW-Y)^\top X\,dW\right)$$

"""


@pytest.mark.parametrize(("value", "verdict"), [("X^\\top(XW-Y)", "right"), ("(XW-Y)^\\top X", "wrong")])
@pytest.mark.parametrize(
    "sign",
    [
        r"$df = \operatorname{tr}(G^\top dW)$",
        r"$\mathrm{d}f = \mathrm{tr}\left(G^T\,\mathrm{d}W\right)$",
        r"$df = \langle G, dW\rangle$",
        r"the form $df = \text{tr}(G^{\top} dW)$",
    ],
)
def test_the_name_of_the_gradient_in_the_differential_is_no_definition(sign: str, value: str, verdict: str) -> None:
    text = f"{TRACED}Using {sign}, we read off\n\n$$G = {value}$$\n\nso that $$\\nabla_W f = {value}$$\n"
    report = check_text(text, "x.md")
    assert report.verdict == verdict
    wrong = [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"]
    assert len(wrong) == (verdict == "wrong")


@pytest.mark.parametrize("row", [r"df = \operatorname{tr}(X^\top dW)", r"df = \operatorname{tr}(Y^\top dW)"])
def test_data_in_a_differential_are_no_name_of_the_gradient(row: str) -> None:
    assert check_text(f"{TRACED}$${row}$$", "x.md").verdict == "wrong"


@pytest.mark.parametrize(
    ("sum_of_two", "other", "residual"),
    [
        (r"y = Xb + e", r"S = e^T e", True),
        (r"y = Xb + e", r"\frac{\partial S}{\partial b} = -2X^T e = -2X^T(y - Xb)", True),
        (r"H = A + I", r"\nabla L = (I + A)x", False),
        (r"K = X^TX + I", r"\nabla^2 L = \lambda I + X^TX", False),
        (r"z = Wx + b", r"L = \frac12\|b + Wx - t\|^2", False),
        (r"y = Xw + m", r"L = \frac1m\|y - Xw\|^2", False),
        (r"y = Xw + m", r"L = \|y - Xw\|^2/(2m)", False),
        (r"m = \beta m + g", r"\nabla L = g", False),
        (r"v = Ax + u", r"f(u) = u^T S u", False),
        (r"v = Ax + u", r"f(x, u) = x^T S u", False),
        (r"y = Xb + e", r"S(b) = e^T e", True),
    ],
)
def test_what_is_added_elsewhere_or_counts_is_no_residual(sum_of_two: str, other: str, residual: bool) -> None:
    assert bool(list(of_residuals([sum_of_two, other]))) == residual
