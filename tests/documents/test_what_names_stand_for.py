"""A name that the text defines is no constant, whatever its value is and however it is said;
one that is held fixed on purpose is."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

VECTOR, MATRIX = (
    r"Let $x, g\in\mathbb R^n$ and $A\in\mathbb R^{n\times n}$",
    r"Let $A, C\in\mathbb R^{n\times n}$ with $A$ invertible",
)
OF_LENGTH = (VECTOR, "r", r"r\,g^\top x", r"\nabla_x L", "rg", r"rg + (g^\top x)\cdot({slope})")
OF_VECTOR = (VECTOR, "z", r"x^\top A z", r"\nabla_x L", "Az", r"Az + ({slope})\odot(A^\top x)")
OF_MATRIX = (MATRIX, "D", r"\operatorname{tr}(C^\top A D)", r"\nabla_A L", r"CD^\top", r"CD^\top + ({slope})")
OF_FACTOR = (
    MATRIX,
    "D",
    r"D\operatorname{tr}(C^\top A)",
    r"\nabla_A L",
    "DC",
    r"DC + \operatorname{{tr}}(C^\top A)\cdot({slope})",
)
VALUES = [
    (OF_LENGTH, r"\|x\|", r"\frac{x}{\|x\|}"),
    (OF_LENGTH, r"\|x\|_2^2", "2x"),
    (OF_LENGTH, r"\lVert x\rVert_1", r"\operatorname{sign}(x)"),
    (OF_LENGTH, r"\sqrt{x^\top x}", r"\frac{x}{\|x\|}"),
    (OF_LENGTH, r"\mathbf 1^\top x", r"\mathbf 1"),
    (OF_LENGTH, r"|x|", r"\frac{x}{\|x\|}"),
    (OF_LENGTH, r"\sum_i x_i^2", "2x"),
    (OF_LENGTH, r"\exp(\|x\|^2)", r"2\exp(\|x\|^2)x"),
    (OF_LENGTH, r"1/\|x\|", r"-\frac{x}{\|x\|^3}"),
    (OF_VECTOR, "-x", r"-\mathbf 1"),
    (OF_VECTOR, r"\frac12x", r"\frac12\mathbf 1"),
    (OF_VECTOR, r"\exp(x)", r"\exp(x)"),
    (OF_VECTOR, r"x\odot x", "2x"),
    (OF_VECTOR, r"\max(0,x)", r"\mathbb 1[x>0]"),
    (OF_VECTOR, "|x|", r"\operatorname{sign}(x)"),
    (OF_MATRIX, r"A^\top", r"C^\top A"),
    (OF_MATRIX, r"(A)^\top", r"C^\top A"),
    (OF_MATRIX, "-A", r"-A^\top C"),
    (OF_MATRIX, "2A", r"2A^\top C"),
    (OF_MATRIX, r"A^{-\top}", r"-A^{-\top}C^\top AA^{-\top}"),
    (OF_MATRIX, "A^2", r"A^\top CA^\top + A^\top A^\top C"),
    (OF_MATRIX, "A", r"A^\top C"),
    (OF_FACTOR, "|A|", r"|A|A^{-\top}"),
    (OF_FACTOR, r"\det A", r"|A|A^{-\top}"),
    (OF_FACTOR, r"\operatorname{tr}(A)", "I"),
    (OF_FACTOR, r"\|A\|^2", "2A"),
    (OF_FACTOR, r"\|A\|_F", r"\frac{A}{\|A\|_F}"),
]
WAYS = {
    "let": "{given}, and let ${name} = {value}$. Let $L = {loss}$.\n\n$${head} = {claim}$$\n",
    "where": "{given} and let $L = {loss}$, where ${name} = {value}$.\n\n$${head} = {claim}$$\n",
    "display": "{given} and\n\n$${name} = {value}.$$\n\nThe loss is\n\n$$L = {loss}$$\n\n$${head} = {claim}$$\n",
    "beside": "{given}. The loss is\n\n$$L = {loss},\\qquad {name} = {value}.$$\n\n$${head} = {claim}$$\n",
    "sign": "{given}. With ${name} \\triangleq {value}$ let $L = {loss}$.\n\n$${head} = {claim}$$\n",
    "turned": "{given}, ${value} =: {name}$ and $L = {loss}$.\n\n$${head} = {claim}$$\n",
    "behind": "{given} and $L = {loss}$. Then\n\n$${head} = {claim}$$\n\nwhere ${name} = {value}$.\n",
    "write": "{given}. Write ${name}$ for ${value}$ and let $L = {loss}$.\n\n$${head} = {claim}$$\n",
    "denote": "{given}. Denote ${value}$ by ${name}$ and let $L = {loss}$.\n\n$${head} = {claim}$$\n",
}


def verdicts(text: str) -> list[str]:
    return [
        line.verdict
        for problem in check_text(text, "held.md").problems
        for line in problem.lines
        if "nabla" in line.text
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("problem", "value", "slope"), VALUES, ids=[f"{problem[1]}={value}" for problem, value, _ in VALUES]
)
def test_the_derivative_goes_through_what_a_name_stands_for(
    problem: tuple[str, ...], value: str, slope: str, way: str
) -> None:
    given, name, loss, head, constant, whole = problem
    frozen, right = (
        verdicts(WAYS[way].format(given=given, name=name, value=value, loss=loss, head=head, claim=claim))
        for claim in (constant, whole.format(slope=slope))
    )
    another = value == "A" or (
        value == "|x|" and name == "z"
    )  # a second name, a length where the entries are meant: may be left open
    assert frozen[-1:] in ([["wrong"], ["undecided"]] if another else [["wrong"]])
    assert right[-1:] in ([["follows"], ["undecided"]] if another else [["follows"]])


HELD = [
    "treating $D$ as a constant",
    "holding $D$ fixed",
    "with $D$ held constant",
    "where no gradient flows through $D$",
]
MOVING = [
    "The gradient flows back through $D$",
    "We do not treat $D$ as constant",
    "$D$ is not held fixed",
    "Instead of holding $D$ fixed, we differentiate",
]


@pytest.mark.parametrize("words", HELD)
def test_what_the_words_hold_fixed_is_a_constant(words: str) -> None:
    text = (
        rf"Let $x, g\in\mathbb R^n$, $D = \|x\|$ and $L = \frac{{g^\top x}}{{D}}$. Then, {words},"
        + "\n\n$$\\nabla_x L = <>$$\n"
    )
    assert verdicts(text.replace("<>", r"\frac gD"))[-1:] == ["follows"]
    assert verdicts(text.replace("<>", r"\frac{2g}D"))[-1:] == ["wrong"]


@pytest.mark.parametrize("words", MOVING)
def test_what_the_words_let_move_is_no_constant(words: str) -> None:
    text = rf"Let $x, g\in\mathbb R^n$, $D = \|x\|$ and $L = D\, g^\top x$. {words}." + "\n\n$$\\nabla_x L = <>$$\n"
    assert verdicts(text.replace("<>", "D g"))[-1:] == ["wrong"]
    assert verdicts(text.replace("<>", r"D g + \frac{(g^\top x)x}{D}"))[-1:] == ["follows"]


@pytest.mark.parametrize("words", ["Treating $D$ as a constant", "No gradient flows through $D$"])
def test_what_a_sentence_holds_fixed_is_not_called_wrong(words: str) -> None:
    text = rf"Let $x, g\in\mathbb R^n$, $D = \|x\|$ and $L = D\, g^\top x$. {words}." + "\n\n$$\\nabla_x L = D g$$\n"
    assert "wrong" not in verdicts(text)


def test_a_model_of_the_data_is_no_definition() -> None:
    text = r"With the model $y = \Phi\theta$ let $L(\theta) = \|y - \Phi\theta\|^2$."
    assert verdicts(text + "\n\n$$\\nabla L = -2\\Phi^\\top(y - \\Phi\\theta)$$\n") == ["follows"]


@pytest.mark.parametrize("noise", ["\\epsilon", "\\text{noise}", "\\varepsilon", "ε"])
def test_a_model_with_noise_is_no_definition(noise: str) -> None:
    text = f"The model is $y = Xw + {noise}$.\n\n$$E(w) = \\|Xw - y\\|^2 + \\|Dw\\|^2$$\n\n$$\\nabla E = {{}}$$\n"
    found = [check_text(text.replace("{}", value), "x.md").verdict for value in (VALUE, VALUE.replace("-", "+"))]
    assert found == ["right", "wrong"]


VALUE = "2X^T(Xw - y) + 2D^TDw"


FAMILIES = r"""
$z_i = W x_i$ & \frac12\sum_i \|z_i - y_i\|^2 & \frac{\partial L}{\partial W} = <>\sum_i (z_i - y_i) x_i^\top
$d_i = x_i - y_i$ with symmetric $M$ & \sum_i d_i^\top M d_i & \frac{\partial L}{\partial M} = <>\sum_i d_i d_i^\top
$d_i = x_i - y_i$ with symmetric $M$ & \sum_i d_i^\top M d_i & \frac{\partial L}{\partial x_i} = 2<>M d_i
$e_i = y_i - w^\top x_i$ & \sum_i e_i^2 & \nabla_w L = -2<>\sum_i e_i x_i
$r_i = y_i - w^\top x_i$ & \sum_i r_i^2 & \nabla L = -2<>\sum_i r_i x_i
$y_i$ be labels & \sum_i (X_i \cdot w - y_i)^2 & \nabla_w L = 2<>\sum_i (X_i \cdot w - y_i) X_i"""


@pytest.mark.parametrize("case", FAMILIES.strip().splitlines())
@pytest.mark.parametrize(("factor", "verdict"), [("", "right"), ("3", "wrong")])
def test_what_is_stated_of_each_member_is_put_in(case: str, factor: str, verdict: str) -> None:
    stated, loss, claim = case.split(" & ")
    text = f"Let {stated}. The loss is $$L = {loss}.$$ Then\n\n$${claim.replace('<>', factor)}$$\n"
    assert check_text(text, "x.md").verdict == verdict
