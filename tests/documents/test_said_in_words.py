"""What a sentence says of a derivative is judged as if it were written with a sign of equality."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

RIGHT, SLIP = r"2X^\top(Xw-y)", r"X^\top(Xw-y)"
STATED = "Let $L = \\|Xw-y\\|^2$.\n\n$$\\nabla_w L = 2X^\\top(Xw-y)$$\n\n"
BEHIND = [
    "So the final gradient is:\n\n$${}$$",
    "The resulting gradient is ${}$.",
    "We conclude that the derivative of $L$ by $w$ equals ${}$.",
    "The gradient is ${}$ at every point.",
    "The gradient is then ${}$ and, in code, `g`.",
    r"Again $\nabla_w L = X^\top(Xw-y) + X^\top(Xw-y)$, which equals ${}$.",
    r"Again $\nabla_w L = X^\top(Xw-y) + X^\top(Xw-y)$, i.e. ${}$.",
]
ALONE = [
    r"The gradient of $\|Xw-y\|^2$ with respect to $w$ is ${}$.",
    r"The derivative of $\|Xw-y\|^2$ w.r.t. $w$ is ${}$.",
    r"The gradient of $L(w) = \|Xw-y\|^2$ with respect to $w$ is ${}$.",
    "Find the gradient of $\\|Xw-y\\|^2$ with respect to $w$.\n\nAnswer: ${}$",
    "Let $L = \\|Xw-y\\|^2$.\n\nThe gradient with respect to $w$ is ${}$.",
]
PLAIN = [
    "L = ||Xw - y||^2\nd/dw L = {}",
    "d/dw ||Xw - y||^2 = {}",
    "L = ||Xw - y||^2\ndL/dw = d/dw (w^T X^T X w - 2 y^T X w + y^T y)\n = {}",
]


@pytest.mark.parametrize("said", BEHIND)
def test_a_second_statement_is_judged_too(said: str) -> None:
    found = [check_text(STATED + said.replace("{}", value) + "\n", "a.md").verdict for value in (RIGHT, SLIP)]
    assert found == ["right", "wrong"]


@pytest.mark.parametrize("said", ALONE)
def test_a_sentence_states_the_function_and_its_gradient(said: str) -> None:
    found = [check_text(said.replace("{}", value) + "\n", "a.md").verdict for value in (RIGHT, SLIP)]
    assert found == ["right", "wrong"]


@pytest.mark.parametrize("text", PLAIN)
def test_a_derivative_is_a_fraction_of_small_ds(text: str) -> None:
    values = ("2 X^T X w - 2 X^T y", "2 X^T X w - X^T y")
    assert [check_text(text.replace("{}", value) + "\n", "a.txt").verdict for value in values] == ["right", "wrong"]


OTHERS = [
    r"The gradient of the first term is $2X^\top Xw$.",
    r"The gradient is $X^\top y$ up to terms in $w$.",
    r"The residual is $r = Xw - y$, which is $-y$ at the origin.",
    r"Here $\nabla_w L = 2X^\top r$, which is $n$-dimensional.",
    r"Here $\nabla_w L = 2X^\top r$, which is $0$ at the minimum.",
]


@pytest.mark.parametrize("said", OTHERS)
def test_what_is_said_of_something_else_is_not_called_wrong(said: str) -> None:
    assert check_text(STATED + said + "\n", "a.md").verdict != "wrong"


NUMPY = [
    "L = norm(X@w - y)**2\ndL/dw = {}*X.T@(X@w - y)",
    "X is n x d.\n\nL = np.sum((X @ w - y)**2) / n + lam * np.linalg.norm(w)**2\n"
    "dL/dw = {}/n * X.T @ (X @ w - y) + 2 * lam * w",
    "L = norm(A*W - Y, 'fro')**2\ndL/dW = {} * A * (A*W - Y)",
]


@pytest.mark.parametrize("text", NUMPY)
def test_plain_text_may_be_written_as_in_numpy(text: str) -> None:
    found = [check_text(text.replace("{}", factor) + "\n", "a.txt").verdict for factor in "21"]
    assert found == ["right", "wrong"]


def test_a_program_in_plain_text_is_no_mathematics() -> None:
    program = (
        "import numpy as np\nL = norm(X@w - y)**2\nfor i in range(9):\n    w = w - 0.1 * X.T @ (X@w - y)\ndw = 2*X\n"
    )
    assert not check_text(program, "a.txt").problems


PLACES = [
    "| quantity | value |\n|---|---|\n| gradient | ${}$ |",
    "See the note[^1].\n\n[^1]: The gradient is ${}$.",
    "1. Gradient: `∇L = {plain}`",
    "$$\\boxed{\\text{Gradient: } {}}$$",
    "$$\n\\begin{aligned}\n\\text{Gradient:}\\quad & {} \\\\\n\\text{Hessian:}\\quad & 2X^\\top X\n\\end{aligned}\n$$",
    "The gradient, ${}$, vanishes at the solution.",
    "The gradient ${}$ is linear in $w$.",
    "So $g(w) := \\nabla_w L(w)$ is given by\n$$g(w) = {}.$$",
]


@pytest.mark.parametrize("text", PLACES)
def test_what_is_said_in_a_cell_a_note_or_a_label_is_claimed(text: str) -> None:
    found = []
    for value, plain in ((RIGHT, "2Xᵀ(Xw − y)"), (SLIP, "Xᵀ(Xw − y)")):
        found.append(check_text(STATED + text.replace("{}", value).replace("{plain}", plain) + "\n", "a.md").verdict)
    assert found == ["right", "wrong"]


def test_a_function_in_code_that_gives_the_gradient_is_named_where_it_does_not() -> None:
    code = "\n```python\ndef grad(w, X, y):\n    return {} * X.T @ (X @ w - y)\n```\n"
    reports = [check_text(STATED + code.replace("{}", factor), "a.md").problems[0] for factor in "21"]
    assert [report.claims for report in reports] == [(2, 2), (1, 2)]


QUESTIONS = {
    "Find the gradient of $\\|Ax-b\\|^2$ with respect to $x$.\n\nSolution:\n\n$$(Ax-b)^T(Ax-b)$$\n\n"
    "so $\\nabla f = 2A^TAx - 2A^Tb$.": "right",
    "Find the gradient of $\\|Ax-b\\|^2$ with respect to $x$.\n\n$$(Ax-b)^T(Ax-b)$$": "undecided",
    "The second derivative of $x^TAx$ with respect to $x$ is $A + A^T$.": "right",
    "The second derivative of $x^TAx$ with respect to $x$ is $2A$.": "wrong",
    "The norm of the gradient of $\\|x\\|^2$ with respect to $x$ is $2\\|x\\|$.": "unreadable",
    "The negative gradient of $\\|x\\|^2$ with respect to $x$ is $-2x$.": "unreadable",
    "The third derivative of $x^4$ with respect to $x$ is $24x$.": "unreadable",
}


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_first_line_is_no_answer_and_other_derivatives_are_others(text: str) -> None:
    assert check_text(text + "\n", "a.md").verdict == QUESTIONS[text]


TABLE = """For $L = \\frac12\\|BC x - y\\|^2$ and $r = BCx - y$:

| Parameter | Gradient |
|:----------|---------:|
| $B$ | $r x^T C^T$ |
| $C$ | $B^T r x^T$ |
| $x$ | $C^T B^T r$ |
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("", "", "right"),
        ("$r x^T C^T$", "$r x^T C$", "wrong"),
        ("$B^T r x^T$", "$-B^T r x^T$", "wrong"),
        ("$C^T B^T r$", "$C^T B^T$", "wrong"),
    ],
)
def test_a_cell_beside_a_variable_below_gradient_is_a_claim(old: str, new: str, verdict: str) -> None:
    assert check_text(TABLE.replace(old, new, 1), "x.md").verdict == verdict


@pytest.mark.parametrize(
    ("head", "row", "verdict"),
    [
        ("| Term | Gradient |", "| $w^TX^TXw$ | $2X^TXw$ |", "follows"),
        ("| Term | Gradient |", "| $w^TX^TXw$ | $X^TXw$ |", "wrong"),
        ("Term | $\\nabla_w$ ", "$-2y^TXw$ | $-2X^Ty$", "follows"),
        ("Term | $\\nabla_w$ ", "$-2y^TXw$ | $-2X^Tw$ ", "wrong"),
        ("| Quantity | Formula |", "| $\\nabla^2 J$ | $2X^TX$ |", "follows"),
        ("| Quantity | Formula |", "| $\\nabla^2 J$ | $2XX^T$ |", "wrong"),
        ("| Step | Derivative | Shape |", "| 2 | $\\nabla J = 2X^T(Xw + y)$ | $d\\times 1$ |", "wrong"),
    ],
)
def test_a_table_says_of_what_its_cells_are_the_derivatives(head: str, row: str, verdict: str) -> None:
    rule = "|".join("---" for _ in head.strip(" |").split("|"))
    text = f"Let $J(w) = \\|Xw - y\\|^2$, so $\\nabla J = 2X^T(Xw - y)$.\n\n{head}\n{rule}\n{row}\n"
    assert [row.verdict for problem in check_text(text, "x.md").problems for row in problem.lines][-1] == verdict


def test_a_table_of_anything_else_claims_nothing() -> None:
    text = (
        "Let $J(w) = \\|Xw - y\\|^2$, so $\\nabla J = 2X^T(Xw - y)$.\n\n| Layer | Weights | Parameters |\n"
        "|---|---|---|\n| 1 | $w$ | $28\\cdot 10$ |\n| 2 | $y$ | $10$ |\n"
    )
    assert len([row for problem in check_text(text, "x.md").problems for row in problem.lines]) == 2


FACTS = {
    "gradient": ["a^Tx = a", "x^TAx = (A + A^T)x", "\\|Bx - b\\|^2 = 2B^T(Bx - b)"],
    "wrong": ["a^Tx = a", "x^TAx = 2Ax", "\\|Bx - b\\|^2 = 2B(Bx - b)"],
}


@pytest.mark.parametrize(("facts", "verdicts"), [("gradient", ["right"] * 3), ("wrong", ["right", "wrong", "wrong"])])
def test_facts_about_functions_without_a_name_are_problems_of_their_own(facts: str, verdicts: list[str]) -> None:
    text = "\n".join(f"- $\\nabla_x ({fact.replace(' = ', ') = ', 1)}$" for fact in FACTS[facts])
    assert [problem.verdict for problem in check_text(f"Useful:\n\n{text}\n", "x.md").problems] == verdicts


def test_facts_in_another_layout_share_it() -> None:
    rows = ["\\operatorname{tr}(AX) = A", "\\operatorname{tr}(X^TC) = C^T", "\\log\\det X = X^{-1}"]
    text = "\n\n".join(f"$$\\frac{{\\partial}}{{\\partial X}} {row}$$" for row in rows)
    found = [row.verdict for problem in check_text(text, "x.md").problems for row in problem.lines]
    assert found == ["follows"] * 3


@pytest.mark.parametrize(("value", "verdict"), [("A + A^T", "right"), ("2A", "wrong"), ("A", "wrong")])
@pytest.mark.parametrize("lead", ["and the Hessian is", "The Hessian is:", "Hessian:"])
def test_the_answer_to_a_question_is_marked_by_a_letter(lead: str, value: str, verdict: str) -> None:
    text = f"Q: the derivatives of x^T A x?\n\nA: f(x) = x^T A x\n\ngrad f = (A + A^T) x\n{lead} {value}.\n"
    assert check_text(text, "x.txt").verdict == verdict
