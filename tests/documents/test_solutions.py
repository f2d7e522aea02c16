"""What a document says the variable is, once the derivative was set to zero, is judged;
while that is in doubt nothing is right."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

SETTING = "Let $X\\in\\mathbb{R}^{n\\times d}$, $y\\in\\mathbb{R}^n$ and $w\\in\\mathbb{R}^d$. "
RIDGE = (
    SETTING + "The loss is $$L(w) = \\|Xw - y\\|^2 + \\lambda\\|w\\|^2$$ and\n\n$$\\nabla L(w) = 2X^\\top(Xw - y) + "
    "2\\lambda w.$$\n\n"
)
NORMAL = "Setting this to zero:\n\n$$(X^\\top X + \\lambda I)w = X^\\top y$$\n\nTherefore\n\n"
DIRECT = "Setting this to zero and solving for $w$ gives\n\n"
RIGHT = ["(X^\\top X + \\lambda I)^{-1}X^\\top y", "X^\\top(XX^\\top + \\lambda I)^{-1}y"]
WRONG = [
    "(X^\\top X - \\lambda I)^{-1}X^\\top y",
    "(X^\\top X + 2\\lambda I)^{-1}X^\\top y",
    "(X^\\top X)^{-1}X^\\top y",
]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["w", "w^*", "w^\\star", "\\hat w", "\\hat{w}"])
@pytest.mark.parametrize("before", [NORMAL, DIRECT], ids=["normal", "direct"])
@pytest.mark.parametrize(("value", "verdict"), [(RIGHT[0], "right"), (WRONG[0], "wrong")])
def test_a_solution_is_a_claim(name: str, before: str, value: str, verdict: str) -> None:
    assert check_text(f"{RIDGE}{before}$$\\boxed{{{name} = {value}}}$$", "x.md").verdict == verdict


@pytest.mark.parametrize("value", RIGHT)
def test_every_form_of_the_solution_is_right(value: str) -> None:
    assert check_text(f"{RIDGE}{NORMAL}$$w^* = {value}.$$", "x.md").verdict == "right"


@pytest.mark.parametrize("value", WRONG)
def test_no_wrong_solution_is_right(value: str) -> None:
    assert check_text(f"{RIDGE}{NORMAL}so $w = {value}$.", "x.md").verdict == "wrong"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "tail",
    [
        "Without the penalty, $$w = (X^\\top X)^{-1}X^\\top y.$$",
        "When $\\lambda = 0$, $$\\hat w = (X^\\top X)^{-1}X^\\top y.$$",
        "Compare with ordinary least squares, $\\hat w = (X^\\top X)^{-1}X^\\top y$.",
        "Subject to $c^\\top w = 1$ one finds $$w^* = (X^\\top X + \\lambda I)^{-1}(X^\\top y - c).$$",
        "Start from $$w_0 = X^\\top y$$",
        "By the representer theorem $$w = X^\\top \\alpha$$",
    ],
)
def test_the_solution_of_another_problem_is_never_called_wrong(tail: str) -> None:
    report = check_text(f"{RIDGE}{NORMAL}$$w = {RIGHT[0]}$$\n\n{tail}", "x.md")
    assert [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"] == []


GAUSS = r"""The log-likelihood of $n$ samples $x_i \in \mathbb{R}^d$ is
$$\ell(\mu, \Sigma) = -\frac n2\log\det\Sigma - \frac12\sum_{i=1}^n(x_i - \mu)^\top\Sigma^{-1}(x_i - \mu).$$

We have $\frac{\partial\ell}{\partial\mu} = \Sigma^{-1}\sum_{i=1}^n(x_i - \mu)$, and for the matrix
"""
BY_SIGMA = r"""$$\frac{\partial\ell}{\partial\Sigma} = -\frac n2\Sigma^{-1}
+ \frac12\sum_{i=1}^n\Sigma^{-1}(x_i - \mu)(x_i - \mu)^\top\Sigma^{-1}$$"""
BY_INVERSE = r"""$\Lambda = \Sigma^{-1}$, with respect to $\Lambda$,
$$\frac{\partial\ell}{\partial\Lambda} = \frac n2\Sigma - \frac12\sum_{i=1}^n(x_i - \mu)(x_i - \mu)^\top$$"""
ESTIMATES = r"""
Setting both to zero gives
$$\hat\mu = \frac1n\sum_{i=1}^n x_i, \qquad
\hat\Sigma = \frac{1}{{}}\sum_{i=1}^n(x_i - \hat\mu)(x_i - \hat\mu)^\top.$$"""


@pytest.mark.parametrize("slope", [BY_SIGMA, BY_INVERSE])
@pytest.mark.parametrize(("count", "verdict"), [("n", "right"), ("n-1", "wrong"), ("2n", "wrong")])
def test_an_estimate_at_the_estimate_of_another_variable(slope: str, count: str, verdict: str) -> None:
    report = check_text(GAUSS + slope + ESTIMATES.replace("{}", count), "x.md")
    assert (report.verdict, report.problems[0].claims) == (verdict, (4, 4))


def test_a_document_whose_solution_was_not_judged_is_not_right() -> None:
    report = check_text(f"{RIDGE}{NORMAL}$$w = (X^\\top X + \\Gamma_0)^{{-1}}X^\\top y$$", "x.md")
    assert report.verdict == "undecided"


def test_the_last_claim_is_the_final_answer_of_a_right_document() -> None:
    (problem,) = check_text(f"{RIDGE}{NORMAL}$$\\boxed{{w = {RIGHT[0]}}}$$", "x.md").problems
    assert (problem.verdict, problem.final.verdict) == ("right", "right")


LEAST_VARIANCE = r"""
We minimise $\frac12 w^T V w$ subject to $\mathbf{1}^T w = 1$, where $V$ is symmetric.

$$L(w, \nu) = \frac12 w^T V w - \nu(\mathbf{1}^T w - 1)$$

First-order conditions:

$$\frac{\partial L}{\partial w} = V w - \nu\mathbf{1} = 0 \;\Rightarrow\; w = \nu V^{-1}\mathbf{1}$$

$$\frac{\partial L}{\partial\nu} = -(\mathbf{1}^T w - 1) = 0$$

Inserting gives $\nu = \frac{1}{\mathbf{1}^T V^{-1}\mathbf{1}}$ and therefore

$$w^* = \frac{V^{-1}\mathbf{1}}{\mathbf{1}^T V^{-1}\mathbf{1}}$$
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (r"= V w - \nu\mathbf{1} = 0", r"= 2V w - \nu\mathbf{1} = 0", 8),
        (r"$\nu = \frac{1}{\mathbf{1}^T V^{-1}", r"$\nu = \frac{1}{\mathbf{1}^T V", 12),
        (r"w^* = \frac{V^{-1}", r"w^* = \frac{V", 14),
        (
            r"w^* = \frac{V^{-1}\mathbf{1}}{\mathbf{1}^T V^{-1}\mathbf{1}}",
            r"w^* = \frac{V^{-1}\mathbf{1}}{\mathbf{1}^T V\mathbf{1}}",
            14,
        ),
        ("", "", None),
    ],
)
def test_a_solution_with_its_multiplier_put_in_is_judged(old: str, new: str, line: int | None) -> None:
    (problem,) = check_text(LEAST_VARIANCE.replace(old, new, 1), "x.md").problems
    wrong = [row.line for row in problem.lines if row.verdict == "wrong"]
    assert (problem.verdict, wrong[:1]) == (("right", []) if line is None else ("wrong", [line]))


SADDLE = r"""Minimise $f(x) = \frac12 x^\top Px + q^\top x$ {}. The Lagrangian is
$$L(x,\lambda) = \frac12 x^\top Px + q^\top x + \lambda^\top(Cx - d)$$
with $P$ symmetric positive definite. Then
$$\nabla_x L = Px + q + C^\top\lambda = 0, \qquad \nabla_\lambda L = Cx - d = 0.$$
{}
$$\lambda = {}.$$
"""


@pytest.mark.parametrize("before", ["subject to $Cx = d$", "under linear constraints"])
@pytest.mark.parametrize("between", ["so that", "Solving, $x = -P^{-1}(q + C^\\top\\lambda)$ and"])
@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("-(CP^{-1}C^\\top)^{-1}(d + CP^{-1}q)", "right"),
        ("(CP^{-1}C^\\top)^{-1}(d + CP^{-1}q)", "wrong"),
        ("-(CP^{-1}C^\\top)^{-1}(d - CP^{-1}q)", "wrong"),
        ("-2(CP^{-1}C^\\top)^{-1}(d + CP^{-1}q)", "wrong"),
    ],
)
def test_a_multiplier_in_which_the_variable_is_put_in_is_judged(
    before: str, between: str, value: str, verdict: str
) -> None:
    text = SADDLE.replace("{}", before, 1).replace("{}", between, 1).replace("{}", value, 1)
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("W(XX^T + \\mu I) = YX^T", "follows"),
        ("W(X^TX + \\mu I) = YX^T", "wrong"),
        ("(XX^T + \\mu I)W = YX^T", "wrong"),
    ],
)
def test_an_equation_behind_the_gradient_whose_parts_do_not_fit_holds_nowhere(row: str, verdict: str) -> None:
    text = (
        "Let $f(W) = \\frac12\\|WX - Y\\|_F^2 + \\frac{\\mu}{2}\\|W\\|_F^2$ with $X\\in\\mathbb{R}^{d\\times n}$ and "
        "$Y\\in\\mathbb{R}^{k\\times n}$. Then $\\nabla f(W) = (WX - Y)X^T + \\mu W$. Setting this to zero we find "
        f"$$ {row} $$"
    )
    assert [row.verdict for problem in check_text(text, "x.md").problems for row in problem.lines][-1] == verdict


@pytest.mark.parametrize(("value", "verdict"), [("S^{-1}", "right"), ("S", "wrong"), ("2S^{-1}", "wrong")])
def test_a_stationary_point_that_words_name_is_a_claim(value: str, verdict: str) -> None:
    text = (
        "Let $f(T) = -\\log\\det T + \\operatorname{tr}(ST)$, where $S$ and $T$ are symmetric positive definite. "
        f"Therefore $\\nabla f(T) = S - T^{{-1}}$, and the stationary point is $T = {value}$."
    )
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("lead", "row", "verdict"),
    [
        ("Setzt man ihn gleich null, so folgt", "A^TAx = A^Tb", "right"),
        ("Setzt man ihn gleich null, so folgt", "A^TAx = -A^Tb", "wrong"),
        ("Les équations normales sont", "A^TAx = 2A^Tb", "wrong"),
        ("Igualando a cero,", "AA^Tx = A^Tb", "wrong"),
    ],
)
def test_a_gradient_is_set_to_zero_in_other_languages(lead: str, row: str, verdict: str) -> None:
    text = f"$$f(x) = \\|Ax-b\\|_2^2$$\n\n$$\\nabla f(x) = 2A^TAx - 2A^Tb.$$\n\n{lead}\n\n$$ {row}. $$"
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("P = P_0 - KHP_0 - P_0H^TK^T + K(HP_0H^T + R)K^T", "right"),
        ("P = P_0 - KHP_0 - P_0HK^T + K(HP_0H^T + R)K^T", "wrong"),
        ("P = P_0 - KHP_0 + P_0H^TK^T + K(HP_0H^T + R)K^T", "wrong"),
    ],
)
def test_what_a_name_stands_for_written_otherwise_is_a_claim(row: str, verdict: str) -> None:
    text = (
        "With $P_0$ and $R$ symmetric, $$P = (I - KH)P_0(I - KH)^T + KRK^T.$$ Expanding: "
        f"$$ {row} $$ We minimise $J = \\operatorname{{tr}}(P)$: "
        "$$\\frac{\\partial J}{\\partial K} = -2P_0H^T + 2K(HP_0H^T + R)$$"
    )
    assert check_text(text, "x.md").verdict == verdict


CHAIN = r"""Let $p = \sigma(z)$ and $L = \frac12(p - y)^2$. The chain rule gives

$$\frac{\partial L}{\partial z} = {}\frac{\partial p}{\partial z}$$
"""
FIRST_ORDER = r"""Minimise $f(x) = x^\top A x$ with $A$ symmetric, subject to $g(x) = 0$.
Set the differential to zero. The equations

$$\frac{\partial f(x)}{\partial x} = \lambda\frac{\partial g(x)}{\partial x}$$

are the first-order conditions.
"""


def test_a_chain_rule_is_no_equation_with_a_multiplier() -> None:
    assert [check_text(CHAIN.replace("{}", one), "a.md").verdict for one in ("(p - y)", "(y - p)")] == [
        "right",
        "wrong",
    ]
    assert check_text(FIRST_ORDER, "a.md").verdict != "wrong"


def test_no_final_answer_is_wrong_where_no_line_is() -> None:
    text = "$$\\ell(\\mu, {0}) = {1} - \\frac{{1}}{{2{0}^2}}\\sum_{{i=1}}^n (x_i-\\mu)^2$$\n"
    text += "$$\\frac{{\\partial\\ell}}{{\\partial\\mu}} = \\frac1{{{0}^2}}\\sum_i(x_i-\\mu) = 0 \\Rightarrow "
    text += "\\mu = \\frac1n\\sum_i x_i$$\n$$\\frac{{\\partial\\ell}}{{\\partial {0}}} = -\\frac{{n}}{{{0}}} + "
    text += "\\frac{{1}}{{{0}^3}}\\sum_i (x_i-\\mu)^2 = 0 \\Rightarrow {0}^2 = \\frac1n\\sum_i(x_i-\\mu)^2$$\n"
    problem = check_text(text.format("\\sigma", "-n\\log\\sigma"), "a.md").problems[0]
    assert (problem.verdict, problem.final.verdict) == ("right", "right")
