"""What the signs of a document leave open is no error: letters that only habit makes vectors, a number beside a square
matrix, a function of which nothing is understood."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text


def verdicts(text: str) -> list[str]:
    return [line.verdict for problem in check_text(text, "notes.md").problems for line in problem.lines]


ENTROPY = r"$$L = -[<y> \cdot \log(<a>) + (1-<y>)\cdot\log(1-<a>)]$$" + "\n\n"
SLOPES = [
    (
        r"-\left[<y> \cdot \frac{1}{<a>} - (1-<y>) \cdot \frac{1}{1-<a>}\right]",
        r"-\left[<y> \cdot \frac{1}{<a>} + (1-<y>) \cdot \frac{1}{1-<a>}\right]",
    ),
    (r"\frac{1-<y>}{1-<a>} - \frac{<y>}{<a>}", r"\frac{1-<y>}{1-<a>} + \frac{<y>}{<a>}"),
    (r"\frac{<a>-<y>}{<a> \cdot (1-<a>)}", r"\frac{<a>+<y>}{<a> \cdot (1-<a>)}"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("y", "a"), [("y", "a"), ("t", r"\hat{y}"), ("y", "p")])
@pytest.mark.parametrize(("right", "wrong"), SLOPES)
def test_a_centred_dot_between_letters_may_be_the_product_of_numbers(right: str, wrong: str, y: str, a: str) -> None:
    for slope, found in ((right, "follows"), (wrong, "wrong")):
        text = ENTROPY + rf"$$\frac{{\partial L}}{{\partial <a>}} = {slope}$$"
        assert verdicts(text.replace("<y>", y).replace("<a>", a))[1:] == [found]


def test_a_number_beside_a_square_matrix_may_be_so_many_times_the_identity() -> None:
    loss = "$$S(u) = u^\\top Du - \\lambda(u^\\top u - 1)$$ with $D\\in\\mathbb R^{n\\times n}$ symmetric.\n\n"
    right = loss + r"$$\nabla_u S = 2Du - 2\lambda u$$" + "\n\n" + r"$$\nabla_u S = 2(D-\lambda)u$$"
    assert verdicts(right) == ["follows", "follows", "undecided"]
    assert verdicts(right.replace(r"2Du - 2\lambda", r"2Du - \lambda"))[1] == "wrong"


def test_a_composed_function_beside_an_unknown_one() -> None:
    text = "Let $x = Ty$ with an invertible $T\\in\\mathbb R^{n\\times n}$ and $h(y) = f(x)$. Then\n\n"
    text += r"$$\nabla h(y) = <>\nabla f(x)$$"
    assert verdicts(text.replace("<>", r"T^\top"))[-1] == "follows"
    assert verdicts(text.replace("<>", r"2T^\top"))[-1] == "wrong"


SECOND = (
    "Let $f(<x>, <y>) = <x>^2 + 3<x><y>$. Then $\\frac{\\partial f}{\\partial <x>} = <>$ and\n\n$$\\nabla^2 f = <H>$$\n"
)


@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("u", "v"), ("x_1", "x_2")])
@pytest.mark.parametrize(
    "table", [r"\begin{bmatrix} 2 & 3 \\ 3 & 0 \end{bmatrix}", r"\begin{pmatrix}2&3\\3&0\end{pmatrix}"]
)
def test_a_derivative_by_several_numbers_is_written_as_a_table(table: str, x: str, y: str) -> None:
    text = SECOND.replace("<x>", x).replace("<y>", y).replace("<H>", table)
    assert verdicts(text.replace("<>", f"2{x} + 3{y}"))[-5:] == ["follows"] * 5
    assert verdicts(text.replace("<>", f"2{x} - 3{y}"))[-5] == "wrong"
    assert "wrong" in verdicts(text.replace("<>", f"2{x} + 3{y}").replace("2 & 3", "2 & 4").replace("2&3", "2&4"))


def test_a_condition_of_lagrange_is_no_claim_about_the_loss() -> None:
    text = (
        "Let $f(x) = x^\\top Ax$ and $g(x) = x^\\top x - 1$ with $A$ symmetric, $x\\in\\mathbb R^n$. Then\n"
        "$\\nabla f = 2Ax$.\n\n$$\\nabla g = <>$$\n\nSetting $\\nabla f = \\lambda\\nabla g$ with "
        "$\\lambda\\in\\mathbb R$:\n\n$$2Ax = 2\\lambda x$$\n"
    )
    assert "wrong" not in verdicts(text.replace("<>", "2x"))
    assert "wrong" in verdicts(text.replace("<>", "x"))


@pytest.mark.parametrize("words", ["neglecting", "ignoring", "dropping"])
def test_what_is_neglected_is_no_missing_term(words: str) -> None:
    text = (
        "Let $f(x) = \\|Ax-b\\|^2$.\n\n\\begin{align*} f(x+h)-f(x) &= 2(Ax-b)^\\top Ah + (Ah)^\\top Ah \\\\\n"
        f"&= <> & \\text{{{words} the $\\|h\\|^2$ terms}} \\end{{align*}}\n"
    )
    assert verdicts(text.replace("<>", r"2(Ax-b)^\top Ah"))[-1] == "follows"
    assert verdicts(text.replace("<>", r"(Ax-b)^\top Ah"))[-1] == "wrong"


@pytest.mark.parametrize(("r", "n", "k"), [("r", "n", "k"), ("z", "i", "j"), (r"\gamma", "t", "c")])
def test_a_letter_above_and_below_a_fraction_is_free_where_the_other_side_has_it(r: str, n: str, k: str) -> None:
    up, down = rf"\sum_{n} {r}_{{{n}{k}}}x_{{{n}l}}", rf"\sum_{n} {r}_{{{n}{k}}}"
    text = (
        rf"$D = \sum_{{{n}=1}}^N\sum_{{{k}=1}}^K {r}_{{{n}{k}}}\|x_{n} - \mu_{k}\|^2$" + "\n\n"
        rf"$\frac{{\partial D}}{{\partial\mu_{{{k}l}}}} = \sum_{n} -2{r}_{{{n}{k}}}(x_{{{n}l}} - \mu_{{{k}l}}) = 0$"
        + "\n\n"
        rf"$\frac{{{up}}}{{{down}}} = \mu_{{{k}l}}$"
    )
    assert verdicts(text)[-1] == "follows"
    assert verdicts(text.replace(f"{{{down}}} =", f"{{2{down}}} ="))[-1] != "follows"
