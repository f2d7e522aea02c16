"""A loss that is stated again under its name, behind its gradient, is another one: judged where it can be,
never called wrong."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from matgrad_cli.grading.check import check_text

LEAST, GRADIENT = r"\frac1n\|Xw - y\|^2", r"\frac2n X^T(Xw-y)"
PAIRS = (
    (LEAST, GRADIENT, LEAST + r" + \lambda\|w\|^2", GRADIENT + r" + {}\lambda w", "2"),
    (LEAST, GRADIENT, LEAST + r" + \frac{\lambda}{2}w^TDw", GRADIENT + r" + \frac{\lambda}{2}({}+D^T)w", "D"),
    (r"\frac12(w^Tx - y)^2", "(w^Tx-y)x", r"\frac1{2n}\sum_i(w^Tx_i - y_i)^2", r"{}\sum_i(w^Tx_i-y_i)x_i", r"\frac1n"),
    ("a^Tw", "a", r"\frac12w^TPw", r"\frac12({}+P^T)w", "P"),
    ("a^Tw", "a", r"\frac12\|Bw - c\|^2", "B^T({} - c)", "Bw"),
)
WAYS = (
    "$$J(w) = {}$$\n\n$$\\nabla J(w) = {}$$\n\nNow take another one:\n\n$$J(w) = {}$$\n\n$$\\nabla J(w) = {}$$\n",
    "# First\n\n$$J(w) = {}$$\n\n$$\\nabla J(w) = {}$$\n\n# Second\n\n$$J(w) = {}$$\n\n$$\\nabla J(w) = {}$$\n",
    "First it is $J(w) = {}$, so $\\nabla J = {}$.\n\nThen the cost is $J(w) = {}$, so $\\nabla J = {}$.\n",
    "1. Let $J(w) = {}$. Then\n   $$\\nabla J = {}$$\n2. Let $J(w) = {}$. Then\n   $$\\nabla J = {}$$\n",
)


@pytest.mark.thorough
@pytest.mark.parametrize(("pair", "way"), [*product(PAIRS, WAYS)])
def test_the_second_loss_is_a_problem_of_its_own(pair: tuple[str, ...], way: str) -> None:
    first, gradient, second, other, factor = pair
    report = check_text(way.format(first, gradient, second, other.replace("{}", factor)), "x.md")
    assert report.verdict == "right"
    assert len(report.problems) == 2
    wrong = other.replace("{}", "3" + factor)
    report = check_text(way.format(first, gradient, second, wrong), "x.md")
    assert [line.text for one in report.problems for line in one.lines if line.verdict == "wrong"][-1].endswith(wrong)


SVM = r"""SVM: $L = \frac12\|w\|^2 - \sum_i \alpha_i[y_i(w^Tx_i + b) - 1]$

$\frac{\partial L}{\partial w} = w - \sum_i\alpha_iy_ix_i = 0 \Rightarrow w = \sum_i\alpha_i y_i x_i$

$\frac{\partial L}{\partial b} = -\sum_i\alpha_iy_i = 0$

{}

$${} = \sum_i\alpha_i - \frac12\sum_i\sum_j\alpha_i\alpha_jy_iy_jx_i^Tx_j$$
"""
LASSO = r"""The LASSO loss:
$$L(w) = \|Xw - y\|^2 + \lambda\|w\|_1$$
$$\frac{\partial L}{\partial w} = 2X^T(Xw-y) + \lambda\,\mathrm{sign}(w)$$

{}
$${} = \|Xw - y\|^2 + \lambda\|w\|_2^2$$
$$\frac{\partial L}{\partial w} = 2X^T(Xw-y) + 2\lambda w$$
"""


@pytest.mark.thorough
@pytest.mark.sampled(5)
@pytest.mark.parametrize("text", [SVM, LASSO])
@pytest.mark.parametrize("words", ["Substituting:", "Plugging this back, we get", "Then:", "It is"])
@pytest.mark.parametrize("left", ["L", r"L(w)", r"L(\alpha)", r"\mathrm{L}"])
def test_a_loss_in_the_same_names_is_neither_wrong_nor_right(text: str, words: str, left: str) -> None:
    report = check_text(text.replace("{}", words, 1).replace("$${}", f"$${left}"), "x.md")
    assert [line.text for one in report.problems for line in one.lines if line.verdict == "wrong"] == []
    assert report.verdict == "undecided" or text is SVM  # its dual follows where both derivatives vanish


@pytest.mark.parametrize("words", [("The LASSO loss:", "The ridge loss:"), ("The lasso cost is", "The ridge cost is")])
def test_a_loss_of_another_kind_is_another(words: tuple[str, str]) -> None:
    text = LASSO.replace("The LASSO loss:", words[0]).replace("{}", words[1], 1).replace("$${}", "$$L")
    report = check_text(text, "x.md")
    assert (report.verdict, len(report.problems)) == ("right", 2)
    assert check_text(text.replace(r"2\lambda w", r"\lambda w"), "x.md").verdict == "wrong"


def test_names_of_its_own_parts_begin_no_problem() -> None:
    """What is given a value on the way is no new name: the loss is only written with it."""
    report = check_text(
        r"""$$L = -\frac N2\log|\Sigma| - \frac12\sum_{n=1}^N (x_n-\mu)^\top\Sigma^{-1}(x_n-\mu)$$

$$\frac{\partial L}{\partial\mu} = \Sigma^{-1}\sum_{n=1}^N (x_n-\mu)$$

With $\Lambda = \Sigma^{-1}$ and $S = \sum_{n=1}^N (x_n-\mu)(x_n-\mu)^\top$ this is

$$L = \frac N2\log|\Lambda| - \frac12\operatorname{tr}(\Lambda S)$$

$$\frac{\partial L}{\partial\Lambda} = \frac N2\Lambda^{-1} - \frac12 S$$
""",
        "x.md",
    )
    assert len(report.problems) == 1
    assert report.verdict == "right"


@pytest.mark.parametrize(
    ("value", "verdict"), [("2X^T(Xv - y) + 2\\mu v", "right"), ("2X^T(Xv - y) + \\mu v", "wrong")]
)
def test_a_heading_and_a_letter_begin_another_problem_of_the_same_name(value: str, verdict: str) -> None:
    text = (
        "# Losses\n\nOne may add $\\mu\\|v\\|^2$.\n\n## Plain\n\n$$L(v) = \\|Xv - y\\|^2$$\n\n"
        f"$$\\nabla L = 2X^T(Xv - y)$$\n\n## With a penalty\n\n$$L(v) = \\|Xv - y\\|^2 + \\mu\\|v\\|^2$$\n\n"
        f"$$\\nabla L = {value}$$\n"
    )
    assert [problem.verdict for problem in check_text(text, "x.md").problems] == ["right", verdict]


def test_behind_a_heading_that_counts_problems_the_same_name_may_be_another() -> None:
    text = (
        "## Q1\n\n$f(v) = v^TMv$, so $\\nabla f = (M + M^T)v$.\n\n## Q2\n\n$f(X) = \\operatorname{tr}(BX)$, so "
        "$df = \\operatorname{tr}(B\\,dX)$ and $\\nabla_X f = B^T$.\n\n## Q3\n\nOf $\\log\\det X$ we know "
        "$df = \\operatorname{tr}(X^{-1}dX)$ and $\\nabla_X f = X^{-T}$.\n"
    )
    found = [row.verdict for problem in check_text(text, "x.md").problems for row in problem.lines]
    assert "wrong" not in found
    assert found.count("follows") >= 5


@pytest.mark.parametrize(
    ("rows", "final"),
    [
        ("\\nabla f = A^\\top(Ax - b) = A^\\top Ax + A^\\top b | \\nabla^2 f = A^\\top A", "wrong"),
        ("\\nabla f = 2A^\\top(Ax - b) | = 2A^\\top Ax - 2A^\\top b | \\nabla^2 f = A^\\top A", "wrong"),
        ("\\nabla f = 2A^\\top(Ax - b) | \\nabla f = A^\\top(Ax - b)", "right"),
        ("\\nabla f = A^\\top(Ax - b) | \\nabla^2 f = A^\\top A", "right"),
    ],
)
def test_what_stands_behind_a_wrong_gradient_is_no_final_answer(rows: str, final: str) -> None:
    text = "$$f(x) = \\frac12\\|Ax - b\\|^2$$\n\n" + "\n\n".join(f"$${row}$$" for row in rows.split(" | "))
    (problem,) = check_text(text, "notes.md").problems
    assert problem.final.verdict == final


SEVERAL = """## Activation functions

{sigmoid} $f(z) = \\frac{{1}}{{1+e^{{-z}}}}$, $f'(z) = f(z)(1-f(z))$

{tanh} $f(z) = \\tanh(z)$, $f'(z) = {slope}$
"""


@pytest.mark.parametrize(("slope", "verdict"), [("1 - f(z)^2", "right"), ("1 - f(z)", "wrong")])
@pytest.mark.parametrize(
    ("sigmoid", "tanh"),
    [
        ("- Sigmoid:", "- Tanh:"),
        ("The logistic function:", "The hyperbolic tangent:"),
        ("**Sigmoid**\n\n", "**tanh**\n\n"),
    ],
)
def test_a_page_on_several_functions_of_one_name(sigmoid: str, tanh: str, slope: str, verdict: str) -> None:
    first, second = check_text(SEVERAL.format(sigmoid=sigmoid, tanh=tanh, slope=slope), "x.md").problems
    assert (first.verdict, second.verdict) == ("right", verdict)


def test_another_function_of_a_number_is_not_wrong_and_nothing_is_said_of_it() -> None:
    text = (
        "$$f(z) = \\frac{1}{1+e^{-z}}$$\nIts derivative is\n$$f'(z) = f(z)(1-f(z))$$\n"
        "The other one is\n$$f(z) = z^3$$\nwith\n$$f'(z) = 3z^2$$"
    )
    (problem,) = check_text(text, "x.md").problems
    assert [row.verdict for row in problem.lines] == ["follows", "follows", "undecided", "undecided"]


@pytest.mark.parametrize(
    ("gradient", "verdict"),
    [
        (r"\frac1m\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}", "right"),
        (r"\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}", "wrong"),
    ],
)
def test_a_function_that_stands_in_the_gradient_alone_is_put_in(gradient: str, verdict: str) -> None:
    text = (
        r"Samples $x^{(i)} \in \mathbb{R}^n$, $y^{(i)} \in \{0,1\}$, $i = 1,\dots,m$:"
        "\n"
        r"$$J(\theta) = -\frac{1}{m}\sum_{i=1}^m [ y^{(i)}\log g(\theta^T x^{(i)})"
        r" + (1-y^{(i)})\log(1 - g(\theta^T x^{(i)}))]$$"
        "\nwhere\n"
        r"$$h_\theta(x) = g(\theta^T x), \quad g(z) = 1/(1 + e^{-z})$$"
        "\nThe gradient is\n"
        rf"$$\nabla_\theta J(\theta) = {gradient}$$"
    )
    assert check_text(text, "x.md").verdict == verdict


def test_a_function_t_is_no_transpose_and_the_other_way_round() -> None:
    text = (
        r"$X\in R^{m\times n}$, $J(W) = \frac12 \operatorname{tr}((XW - Y)^T(XW - Y))$, so"
        "\n"
        r"$$\nabla J(W) = X^T(XW - Y)$$"
        "\nIn the exponential family\n"
        r"$$T(y) = y$$"
    )
    report = check_text(text, "x.md")
    assert report.problems[0].lines[-1].verdict != "wrong"
    assert report.verdict == "right"


CHAPTER = (
    r"Throughout, $X\in\mathbb{R}^{n\times d}$ has the rows $x_i^\top$, and $w\in\mathbb{R}^d$.",
    r"With labels $y_i\in\{0,1\}$ the loss is $$g(w) = \sum_{i=1}^n \left[\log(1+e^{x_i^\top w})"
    r" - y_i x_i^\top w\right].$$ Then $$\nabla g(w) = \sum_{i=1}^n (\sigma(x_i^\top w) - y_i) x_i.$$",
    r"With labels $y_i\in\{-1,+1\}$ the loss is $$H(w) = \frac12\sum_{i=1}^n \max(0, 1 - y_i x_i^\top w)^2.$$"
    r" Then $$\nabla H(w) = -\sum_{i=1}^n \max(0, 1 - y_i x_i^\top w) y_i x_i.$$",
    r"Let $S = \frac1n X^\top X$. The Rayleigh quotient is $$\rho(u) = \frac{u^\top S u}{u^\top u}.$$"
    r" Then $$\nabla\rho(u) = \frac{2}{u^\top u}(Su - \rho(u)u).$$",
    r"For logits $z\in\mathbb{R}^K$ and a one-hot $y\in\mathbb{R}^K$ the loss is"
    r" $$L(z) = -y^\top z + \log\sum_{k=1}^K e^{z_k}.$$"
    r" Then $$\nabla_z L = \operatorname{softmax}(z) - y.$$",
    r"Let $p\in\mathbb{R}^d$ and let $B$ be symmetric. The model is $$m(p) = g^\top p + \frac12 p^\top Bp.$$"
    r" Then $$\nabla m(p) = g + Bp.$$",
    r"For $X\in\mathbb{R}^{q\times r}$ let $$E(X) = \frac12\|AX - C\|_F^2.$$ Then $$\nabla E(X) = A^\top(AX - C).$$",
)
SLIPS = {1: ("- y_i) x_i", "+ y_i) x_i"), 2: ("= -\\sum", "= \\sum"), 3: ("(Su -", "(Su +"), 4: ("(z) - y", "(z) + y"),
         5: ("g + Bp", "g - Bp"), 6: ("= A^", "= 2A^")}  # fmt: skip
MARKS = ("\n\n## {}\n\n", "\n\n\\section{{{}}}\n\n", "\n\n### {}\n")


def chapter(mark: str, numbers: Sequence[int], slip: int = 0) -> str:
    """These sections under headings, one with a slip."""
    texts = [one.replace(*SLIPS[number]) if number == slip > 0 else one for number, one in enumerate(CHAPTER)]
    return texts[0] + "".join(mark.format(f"Section {chr(64 + number)}") + texts[number] for number in numbers)


@pytest.mark.thorough
@pytest.mark.parametrize("numbers", [range(1, 7), range(6, 0, -1), (1, 5, 2), (2, 1), (3, 6), (5, 1, 4)])
@pytest.mark.parametrize("mark", MARKS)
def test_the_sections_of_a_chapter_begin_anew(mark: str, numbers: Sequence[int]) -> None:
    report = check_text(chapter(mark, numbers), "x.md")
    assert (report.verdict, len(report.problems)) == ("right", len(numbers))


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_section_of_a_chapter_is_found(slip: int) -> None:
    report = check_text(chapter(MARKS[0], range(1, 7), slip), "x.md")
    assert [problem.verdict for problem in report.problems].index("wrong") == slip - 1
    assert [problem.verdict for problem in report.problems].count("right") == 5
