"""What is told of a product is told of none of its factors, however it is told; and no abbreviation ends a sentence."""

from __future__ import annotations

from itertools import product

import pytest

from matgrad_cli.documents.sheets.sizes import sizes_told
from matgrad_cli.grading.check import check_text

PRODUCTS = (
    "y^T X w",
    "w^T X^T y",
    "X w",
    r"X\beta",
    r"\lambda I",
    r"S + \lambda I",
    r"\sigma^2 I",
    "x' y",
    r"\mathbf{x}^\top \mathbf{w}",
    r"X \cdot w",
    r"A \odot B",
)
WAYS = (
    "Since  {}  is a scalar,",
    "as  {}  is a number .",
    "because  {}  is a 1×1 matrix",
    r"where  {}  is  n\times n .",
    "Here  {}  is a vector of length  n .",
    r"with  {}  \in \mathbb{{R}}^{{n}} .",
)


@pytest.mark.parametrize(("formula", "way"), [*product(PRODUCTS, WAYS)])
def test_what_is_told_of_a_product_is_told_of_no_factor(formula: str, way: str) -> None:
    assert sizes_told(way.format(formula)) == {}


@pytest.mark.parametrize("formula", PRODUCTS)
def test_it_is_told_of_the_name_that_has_this_value(formula: str) -> None:
    assert sizes_told(rf"where  K = {formula}  is  n\times n .") == {"K": "n×n"}
    assert sizes_told(f"Both  {formula}  and  b  are scalars") == {"b": "scalar"}


@pytest.mark.parametrize(
    "told",
    [
        "Here  w  is a scalar",
        "with a w that is so that  w  is a number",
        "- w is a scalar",
        r"(ii) w is a scalar",
        r"X \in \mathbb{R}^{n\times d} \quad w is a scalar",
    ],
)
def test_a_name_by_itself_has_what_is_told_of_it(told: str) -> None:
    assert sizes_told(told)["w"] == "scalar"


LEAST_SQUARES = r"""$$J(w) = \|y - Xw\|^2$$

{}

$$\nabla J(w) = -2X^T y + {}X^T X w$$
"""


@pytest.mark.parametrize("way", WAYS[:3])
@pytest.mark.parametrize("formula", PRODUCTS[:2])
def test_a_remark_about_a_number_of_least_squares_changes_nothing(formula: str, way: str) -> None:
    said = way.format(f"${formula}$") + f" it is its transpose, ${PRODUCTS[0]} = {PRODUCTS[1]}$."
    assert check_text(LEAST_SQUARES.format(said, 2), "x.md").verdict == "right"
    assert check_text(LEAST_SQUARES.format(said, ""), "x.md").verdict == "wrong"


@pytest.mark.parametrize("word", ["s.t.", "subject to", "such that", "s. t.", "with (cf. below) s.t."])
def test_a_constraint_in_a_sentence_is_no_claim(word: str) -> None:
    text = (
        rf"We want $\min_x \frac12\|Ax-b\|^2$ {word} $Cx = d$." + "\n\n"
        r"$$\mathcal L(x,\nu) = \frac12\|Ax-b\|^2 + \nu^T(Cx-d)$$" + "\n\n"
        r"$$\nabla_x\mathcal L = A^T(Ax-b) + C^T\nu$$" + "\n"
    )
    assert check_text(text, "x.md").verdict == "right"
