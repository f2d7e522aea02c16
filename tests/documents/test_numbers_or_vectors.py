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
