"""What a document sets beside its formulas: a case of a kink, the sign of a name, a multiple of the identity."""

from __future__ import annotations

import re

import pytest

from matgrad_cli.grading.check import check_text

HINGE = "Let $g(v)=\\max(0, 2 - s\\, v^T u)$ with $s$ a number. "
RELU = "$$R(u) = \\max(0, c^Tu - b)$$\n\n"


def verdicts(text: str) -> list[str]:
    return [
        line.verdict
        for problem in check_text(text, "x.md").problems
        for line in problem.lines
        if "nabla" in (line.text or "")
    ]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("Suppose $s\\, v^T u < 2$. Then", "follows"),
        ("For points with $2 - s\\, v^T u > 0$ we get", "follows"),
        ("Suppose $s\\, v^T u > 2$. Then", "wrong"),
        ("The gradient is 0 if $s\\, v^T u > 2$, and otherwise", "aside"),
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
        (
            "$g(u) = \\|Ku-t\\|^2 + \\mu\\|u\\|_1$. Assume that $u > 0$ elementwise. Then",
            "2K^T(Ku-t)+\\mu\\mathbf 1",
            "right",
        ),
        (
            "$g(u) = \\|Ku-t\\|^2 + \\mu\\|u\\|_1$. Assume that $u > 0$ elementwise. Then",
            "2K^T(Ku-t)-\\mu\\mathbf 1",
            "wrong",
        ),
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
        (
            "Let $g(u) = \\|Ku-t\\|^2$ with $K\\in\\mathbb{R}^{n\\times d}$, $\\Omega = "
            "2I\\in\\mathbb{R}^{n\\times n}$. "
            "$\\nabla g = K^T\\Omega(Ku-t)$.",
            "right",
        ),
        (WEIGHTED + " where $M=I$. Then\n\n$$\\nabla g = -2K^T(t-Ku)$$", "right"),
        (WEIGHTED + " where $M=I$. Then\n\n$$\\nabla g = 2K^T(t-Ku)$$", "wrong"),
        ("Let $M = I$ and " + WEIGHTED + ". Then $\\nabla g = -2K^TM(t-Ku)$.", "right"),
        ("Assume $M = \\tau^2 I$ and " + WEIGHTED + ". Then $\\nabla g = -2\\tau^2K^T(t-Ku)$.", "right"),
        ("Assume $M = \\tau^2 I$ and " + WEIGHTED + ". Then $\\nabla g = -\\tau^2K^T(t-Ku)$.", "wrong"),
        (
            WEIGHTED
            + " with $M$ symmetric. $\\nabla g = -2K^TM(t-Ku)$. With $M = I$ this is $\\nabla g = -2K^T(t-Ku)$.",
            "right",
        ),
        (
            WEIGHTED
            + " with $M$ symmetric. $\\nabla g = -K^TM(t-Ku)$. With $M = I$ this is $\\nabla g = -2K^T(t-Ku)$.",
            "wrong",
        ),
    ],
)
def test_a_multiple_of_the_identity_is_used_and_as_large_as_its_use_says(text: str, verdict: str) -> None:
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        "$$F = \\|T - UV\\|_F^2$$ where $U\\in\\mathbb{R}^{m\\times q}$.\n\n$$\\nabla_U F = <2>(UV-T)V^T$$",
        "The distance $d(u) = \\sqrt{(u-c)^T M (u-c)}$ with symmetric $M$ has\n\n$$\\nabla d(u) = "
        "\\frac{<1>M(u-c)}{d(u)}$$",
        "Let $D(u) = \\sqrt{(u-c)^T M (u-c)}$ with symmetric $M$.\n\n$$\\nabla D(u) = \\frac{<1>M(u-c)}{D(u)}$$",
        "Let $\\Delta(u) = \\sqrt{(u-c)^T M (u-c)}$ with symmetric $M$.\n\n$$\\nabla \\Delta(u) = "
        "\\frac{<1>M(u-c)}{\\Delta(u)}$$",
        "$$KL = \\frac12\\sum_{i=1}^q (s_i^2 + m_i^2 - 1 - \\log s_i^2)$$\n\n$$\\frac{\\partial KL}{\\partial "
        "m_i} = <1>m_i$$",
    ],
)
def test_the_name_of_the_loss_is_no_matter(text: str) -> None:
    right, wrong = (check_text(re.sub("<(.)>", factor, text), "x.md") for factor in (r"\1", "5"))
    assert [right.verdict, wrong.verdict] == ["right", "wrong"]
    assert right.problems[0].id in text.replace("\\", "")


def test_a_name_is_printed_as_the_document_has_it() -> None:
    text = "$g(u) = u^T (K+I) u$, $K$ symmetric. Put $K_c = K + I$. Then\n\n$$\\nabla g = K_c u$$"
    found = [
        line.help for problem in check_text(text, "x.md").problems for line in problem.lines if line.verdict == "wrong"
    ]
    assert found == ["multiply by 2: `2 K_c u`"]


def test_a_constant_may_stand_first() -> None:
    text = "$$\\ell(u) = 3 - \\|Ku-t\\|^2$$\n\n"
    text += "\\begin{align}\\ell &= \\text{const} - <1>\\|Ku-t\\|^2 \\\\ \\nabla\\ell &= -2K^T(Ku-t)\\end{align}"
    judged = [check_text(re.sub("<.>", factor, text), "x.md").problems[0].claims for factor in ("", "2")]
    assert judged[0][0] == judged[0][1] != judged[1][0]


SOFT = (
    "\\begin{align*}\nE(V) &= -\\sum_{i=1}^n\\sum_{c=1}^C t_{ic}\\log q_{ic}, \\qquad"
    " q_{ic} = \\frac{\\exp(v_c^T x_i)}{\\sum_{j}\\exp(v_j^T x_i)}\\\\\n"
    "\\nabla_{v_c}E &= \\sum_{i=1}^n <q_{ic} - t_{ic}> x_i\n\\end{align*}\n"
)


def test_labels_of_which_it_is_not_said_that_they_sum_to_one() -> None:
    report = check_text(SOFT.replace("<", "(").replace(">", ")"), "x.tex")
    assert [line.code for problem in report.problems for line in problem.lines if line.verdict == "wrong"] == [
        "needs-fact"
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(("value", "verdict"), [("(q_{ic} - t_{ic})", "right"), ("(t_{ic} - q_{ic})", "undecided")])
def test_what_is_passed_over_is_no_right_answer(value: str, verdict: str) -> None:
    report = check_text(re.sub("<.*>", lambda _: value, SOFT) + "for one-hot labels.", "x.tex")
    assert report.problems[0].final.verdict == verdict


def test_a_final_answer_behind_a_slip_is_judged() -> None:
    text = (
        "$$g(u) = \\|Ku-t\\|^2$$\n\n\\begin{align}\\nabla g &= K^T(Ku-t)\\\\ &= 2K^TKu - 2K^Tt\\\\ &= "
        "2K^T(Ku-t)\\end{align}"
    )
    problem = check_text(text, "x.md").problems[0]
    assert (problem.verdict, problem.final.verdict) == ("wrong", "right")


def test_a_diagonal_that_is_stated_behind_its_use_is_no_claim() -> None:
    text = "$$g(u) = \\frac12\\sum_{i} s_i(k_i^T u - t_i)^2$$\n\n$$\\nabla g = \\sum_i s_i(k_i^T u - t_i)k_i$$\n\n"
    report = check_text(text + "The Hessian is $H = K^T W K$ where $W$ is diagonal with $W_{ii} = s_i$.", "x.md")
    lines = report.problems[0].lines
    assert [(line.verdict, line.role) for line in lines][-2:] == [("follows", "claim"), ("follows", "definition")]
    assert not any("Einstein" in note for line in lines for note in line.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The loss is $Q$. Then $\\nabla_u Q = 2u$.", "what `Q` is, which is differentiated"),
        ("Then $u = 2v$ and $v = 3$.", "which loss is differentiated"),
    ],
)
def test_what_is_not_understood_is_said(text: str, said: str) -> None:
    assert said in check_text(text, "x.md").problems[0].notes[0]


def test_a_factorial_is_shown_as_it_is_written() -> None:
    text = (
        "$m_i = \\exp(u^T k_i)$, $\\ell(u) = \\sum_i c_i \\log m_i - m_i - \\log c_i!$\n\n$$\\nabla_u\\ell = "
        "\\sum_i (c_i - m_i)k_i$$"
    )
    said = " ".join(check_text(text, "x.md").problems[0].notes)
    assert "psi" not in said
    assert "\\log c_i!" in said
