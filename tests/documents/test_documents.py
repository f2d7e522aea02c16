"""Documents in people's habits, made from derivations that are known to be right, or known to be wrong in one line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import ProblemReport

Rows = tuple[str, list[str], int | None]
LEAST_SQUARES = [r"L(w) = \frac12 \|Xw - y\|^2", r"dL = (Xw - y)^\top X\, dw", r"\nabla L(w) = X^\top (Xw - y)"]
SLIP = [*LEAST_SQUARES[:2], r"\nabla L(w) = 2 X^\top (Xw - y)"]
BILINEAR = [
    r"f(U, V) = \frac12 \|UV^\top - R\|_F^2",
    r"E = UV^\top - R",
    r"\frac{\partial f}{\partial U} = E V",
    r"\frac{\partial f}{\partial V} = E^\top U",
]
TRANSPOSE_LOST = [*BILINEAR[:3], r"\frac{\partial f}{\partial V} = E U"]
SIZES = {"w": "X ∈ ℝ^{n×d}, w ∈ ℝ^d and y ∈ ℝ^n", "U": "U is m×k, V is n×k and R is m×n"}
CASES: list[Rows] = [("w", LEAST_SQUARES, None), ("w", SLIP, 2), ("U", BILINEAR, None), ("U", TRANSPOSE_LOST, 3)]


def dollars(sizes: str, rows: list[str]) -> tuple[str, str]:
    return "x.md", f"Let {sizes}. The loss is\n\n$${rows[0]}$$\n\n" + "\n\n".join(
        f"**Step.** Then\n\n$${row}$$" for row in rows[1:]
    )


def brackets(sizes: str, rows: list[str]) -> tuple[str, str]:
    steps = "\n".join(f"1. so \\({row}\\)" for row in rows[1:])
    return "x.md", f"# Answer\n\nWe minimise\n\n\\[\n{rows[0]}\n\\]\n\nwith {sizes}.\n\n{steps}"


def lost(sizes: str, rows: list[str]) -> tuple[str, str]:
    return "x.md", f"The loss, with {sizes}, is\n\n[\n{rows[0]}\n]\n\n" + "\n\n".join(
        f"and\n\n[\n{row}\n]" for row in rows[1:]
    )


def bare(sizes: str, rows: list[str]) -> tuple[str, str]:
    return "x.txt", f"Hi, {sizes}. I want the gradient of {rows[0]}\n\n" + "\n\n".join(rows[1:]) + "\n\nIs this right?"


def paper(sizes: str, rows: list[str]) -> tuple[str, str]:
    head = "\\documentclass{article}\n\\newcommand{\\T}{^\\top}\n\\begin{document}\n\\section{Gradients}\n"
    told = sizes.replace("×", "\\times ").replace("∈ ℝ", "\\in \\mathbb{R}")
    called = [row.replace("^\\top", "\\T ") for row in rows]
    body = "".join(f"\\begin{{equation}}\n{row}\n\\end{{equation}}\nThen\n" for row in called)
    return "x.tex", f"{head}Let ${told}$. The objective is\n{body}\\end{{document}}\n"


def notebook(sizes: str, rows: list[str]) -> tuple[str, str]:
    texts = [f"The loss, with {sizes}:\n\n$${rows[0]}$$", *(f"then\n\n$${row}$$" for row in rows[1:])]
    return "x.ipynb", json.dumps(
        {"cells": [{"cell_type": "markdown", "source": text.splitlines(True)} for text in texts]}
    )


CARRIERS: list[Callable[[str, list[str]], tuple[str, str]]] = [dollars, brackets, lost, bare, paper, notebook]


def judged(name: str, text: str) -> ProblemReport:
    report = check_text(text, name)
    assert not report.diagnostics, report.diagnostics
    (problem,) = report.problems
    return problem


@pytest.mark.thorough
@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
@pytest.mark.parametrize(("key", "rows", "wrong"), CASES, ids=["right", "factor", "right-two", "transpose"])
def test_a_derivation_in_every_carrier(
    carrier: Callable[[str, list[str]], tuple[str, str]], key: str, rows: list[str], wrong: int | None
) -> None:
    problem = judged(*carrier(SIZES[key], rows))
    if wrong is None:
        assert problem.first_wrong is None
        assert problem.verdict == "right"
    else:
        assert problem.first_wrong is not None
        assert problem.first_wrong.number == wrong + 1
        assert [line.number for line in problem.lines if line.verdict == "wrong"] == [wrong + 1]


SETTING = "Let $X\\in\\mathbb{R}^{n\\times d}$, $y\\in\\mathbb{R}^n$. "
HEAD = SETTING + "The loss is $$L(w) = \\|Xw - y\\|^2$$ and\n\n$$\\nabla L(w) = 2X^\\top(Xw - y)$$\n\n"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "tail",
    [
        "Common mistake: writing $\\nabla L(w) = 2X(Xw - y)$.",
        "~~$\\nabla L(w) = X^\\top(Xw - y)$~~",
        "In numerator layout one writes $\\nabla L(w) = 2(Xw - y)^\\top X$ instead.",
        "The update is $w \\leftarrow w - \\eta\\nabla L(w)$.",
        "For $X = I$ this is $\\nabla L(w) = 2(w - y)$.",
        "Setting it to zero, $w = (X^\\top X)^{-1}X^\\top y$.",
        "Setting it to zero, $$X^\\top X w = X^\\top y \\quad\\Rightarrow\\quad \\hat w = (X^\\top X)^{-1}X^\\top y$$",
        "Recall that $\\operatorname{tr}(PQ) = \\operatorname{tr}(QP)$.",
        "For symmetric $A$ we have $\\nabla_x (x^\\top A x) = 2Ax$.",
        "Here $n = 100$ and $d = 5$.",
        "With noise $\\epsilon \\sim N(0, \\sigma^2)$ we have $y = Xw + \\epsilon$.",
        "The prediction is $\\hat y = Xw$.",
        "If instead we had $L = \\frac12\\|Xw - y\\|^2$ the gradient would be $X^\\top(Xw - y)$.",
        "If $L$ were $\\frac12\\|Xw - y\\|^2$, we would get $\\nabla L(w) = X^\\top(Xw - y)$.",
        "Had we used the mean, we would have $$\\nabla L(w) = \\frac{2}{n}X^\\top(Xw - y).$$",
        "The line $\\nabla L(w) = X^\\top(Xw - y)$ would be right if there were a half.",
        "> is it $\\nabla L(w) = X^\\top(Xw - y)$?\n\nNo.",
        "Some authors use $L(w) = \\frac12\\|Xw - y\\|^2$, which gives $\\nabla L(w) = X^\\top(Xw - y)$.",
        "Many people write $\\nabla L(w) = 2(Xw - y)^\\top X$.",
    ],
)
def test_what_is_no_claim_is_never_called_wrong(tail: str) -> None:
    report = check_text(HEAD + tail, "x.md")
    assert [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"] == []
    assert report.verdict == "right"


def test_what_follows_a_supposed_loss_is_not_called_wrong() -> None:
    tail = "Suppose instead we had $L = \\frac12\\|Xw - y\\|^2$. Then $\\nabla L(w) = X^\\top(Xw - y)$."
    assert [problem.verdict for problem in check_text(HEAD + tail, "x.md").problems] == ["right", "right"]
    assert check_text(HEAD + tail.replace("(Xw - y)$.", "(Xw + y)$."), "x.md").verdict == "wrong"


def test_a_claim_that_speaks_of_what_one_would_expect_is_judged() -> None:
    text = HEAD.replace(" and\n\n", ". As one would expect, the gradient is\n\n").replace("= 2X", "= 3X")
    assert check_text(text, "x.md").verdict == "wrong"


@pytest.mark.parametrize(
    ("tail", "holds"),
    [
        ("Recall that $d(P^{-1}) = -P^{-1}\\,dP\\,P^{-1}$.", True),
        ("For symmetric $M$, $\\nabla_u (u^\\top M u) = 2M u$.", True),
        ("Recall $\\nabla_u (u^\\top M u) = 2Mu$.", False),
    ],
)
def test_facts_in_letters_of_their_own_are_identities(tail: str, holds: bool) -> None:
    report = check_text(HEAD + tail, "x.md")
    last = report.problems[0].lines[-1]
    assert (last.verdict == "follows") is holds
    assert last.verdict != "wrong" or not holds


def test_several_problems_each_have_their_report() -> None:
    second = (
        "\n\n# Ridge\n\nNow let $$J(w) = \\|Xw - y\\|^2 + \\lambda\\|w\\|^2$$ so $$\\nabla J(w) = 2X^\\top(Xw "
        "- y) + \\lambda w$$"
    )
    report = check_text(HEAD + second, "x.md")
    assert [(problem.id, problem.verdict) for problem in report.problems] == [("L", "right"), ("J", "wrong")]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Here $G$ is a symmetric matrix and $A$ is arbitrary.", "wrong"),
        ("Here $A$ is a symmetric matrix and $G$ is arbitrary.", "right"),
        ("Here $A$ is a matrix for which the quadratic form is symmetric.", "undecided"),
    ],
)
def test_a_fact_is_of_the_name_that_its_clause_is_about(said: str, verdict: str) -> None:
    report = check_text(
        f"Let $f(x) = x^\\top A x$ with $x\\in\\mathbb{{R}}^n$.\n\n{said}\n\n$$\\nabla f(x) = 2Ax$$", "x.md"
    )
    assert report.verdict == verdict


def test_little_that_is_understood_is_no_right_document() -> None:
    report = check_text("Let $$q(z) = \\Upsilon(z)$$ and $$\\nabla q = \\Upsilon_2(z) \\star z$$", "x.md")
    assert report.verdict == "undecided"


def test_a_later_line_that_follows_from_a_slip_is_not_told_again() -> None:
    text = HEAD.replace("= 2X^\\top", "= 3X^\\top") + "so $$\\nabla L(w) = 3X^\\top Xw - 3X^\\top y$$"
    verdicts = [line.verdict for line in check_text(text, "x.md").problems[0].lines]
    assert verdicts == ["follows", "wrong", "undecided"]


BROKEN = r"""Let $L(w) = \|Xw-y\|^2 + \lambda\|w\|^2$. Then
\begin{align*}
\nabla_w L &= 2X^\top Xw - 2X^\top y \\
&\quad + 2\lambda w \\
&= 2X^\top \\
&\qquad (Xw - y) + 2\lambda w
\end{align*}
"""


def test_a_row_that_goes_on_belongs_to_the_row_before() -> None:
    (problem,) = check_text(BROKEN, "a.tex").problems
    assert (problem.verdict, problem.first_wrong) == ("right", None)
    (other,) = check_text(BROKEN.replace(r"+ 2\lambda w \\", r"+ \lambda w \\"), "a.tex").problems
    assert other.verdict == "wrong"


def test_macros_of_a_file_with_keys_are_put_in() -> None:
    text = r"""\newcommand{\vect}[1]{\mathbf{#1}}
\newcommand{\vw}[0]{\vect{w}}
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
% matgrad: loss = norm(X@w - y)**2 + w.T@w
% matgrad: wrt = w
\begin{align}
\pd{L}{\vw} &= 2X^\top(X \vw - y) \\
  &\quad + 2\vw \\
  &= 2X\vw
\end{align}
"""
    (problem,) = check_text(text, "homework.tex").problems
    assert [(line.verdict, line.line) for line in problem.lines] == [("follows", 7), ("wrong", 9)]
