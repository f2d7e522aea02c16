"""What a document calls its loss, and what stands for it: log-densities, chains of which a later row can be read,
names with marks; and what is no loss."""

from __future__ import annotations

from itertools import product

import pytest

from matgrad_cli.grading.check import check_text


def wrong_rows(text: str) -> list[str]:
    report = check_text(text, "x.md")
    return [line.text for one in report.problems for line in one.lines if line.verdict == "wrong"]


def twin(text: str, right: str, wrong: str) -> None:
    """The text is right, and wrong with the other claim."""
    assert check_text(text.replace("CLAIM", right), "x.md").verdict == "right"
    assert wrong_rows(text.replace("CLAIM", wrong)) != []


DENSITIES = (
    r"\log p(y \mid w)",
    r"\ln P(y|X, w)",
    r"\log p(\mathbf{y} \mid \mathbf{X}, w)",
    r"\log\mathcal{L}(w)",
    r"\ln p_w(y)",
    r"\log p(y; w)",
)
SIGNS = (r"\nabla_w {}", r"\frac{{\partial {}}}{{\partial w}}", r"\frac{{\partial}}{{\partial w}} {}")


@pytest.mark.parametrize(("density", "sign"), [*product(DENSITIES, SIGNS)])
def test_a_log_density_is_a_name(density: str, sign: str) -> None:
    text = rf"$${density} = -\frac12\|y - Xw\|^2$$" + f"\n\n$${sign.format(density)} = CLAIM$$\n"
    twin(text, r"X^\top(y - Xw)", r"X(y - Xw)")


@pytest.mark.parametrize("density", ["p(x)", "p(x|\\mu,\\sigma^2)", "f(x; \\mu)", "p_\\mu(x)"])
def test_a_log_density_is_named_without_its_arguments(density: str) -> None:
    short = density.partition("(")[0]
    text = rf"$\log {density} = -\frac12\log(2\pi\sigma^2) - \frac{{(x-\mu)^2}}{{2\sigma^2}}$"
    for sign in (rf"\frac{{\partial}}{{\partial\mu}}\log {short}", rf"\frac{{\partial\log {short}}}{{\partial\mu}}"):
        twin(f"{text}\n\n${sign} = CLAIM$", r"\frac{x-\mu}{\sigma^2}", r"\frac{x-\mu}{\sigma}")


@pytest.mark.parametrize("density", DENSITIES[:4])
def test_a_loss_is_made_of_a_log_density(density: str) -> None:
    text = rf"$${density} = -\frac12\|y - Xw\|^2$$" + "\n\n" + rf"$$J(w) = -{density}$$" + "\n\n$$\\nabla J = CLAIM$$\n"
    twin(text, r"X^\top(Xw - y)", r"X^\top(y - Xw)")
    text = text.replace(f"$${density} = -", f"$$-{density} = ")
    twin(text, r"X^\top(Xw - y)", r"X^\top(y - Xw)")


@pytest.mark.parametrize("constant", [r"\text{const}", "const.", r"\mathrm{const}", "C", "c"])
def test_a_constant_of_the_loss_may_depend_on_what_it_is_no_function_of(constant: str) -> None:
    text = rf"""$$\log p(y \mid w) = -\frac{{1}}{{2\sigma^2}}\|y - Xw\|^2 + {constant}$$

$$\nabla_w \log p(y \mid w) = \frac{{1}}{{\sigma^2}}X^\top(y - Xw)$$

$$\frac{{\partial}}{{\partial\sigma^2}}\log p(y \mid w) = -\frac n{{2\sigma^2}} + \frac1{{2\sigma^4}}\|y - Xw\|^2$$
"""
    assert wrong_rows(text) == []
    assert wrong_rows(text.replace(r"X^\top(y - Xw)", r"X(y - Xw)")) != []


@pytest.mark.parametrize("first", [
    r"\frac1N\sum_{i=1}^N L(y_i, f(x_i \mid w))", r"-\sum_{i=1}^N \log p(y_i | x_i, w)", "g(w)",
])  # fmt: skip
@pytest.mark.parametrize("between", [r" \\ &= ", "$$\n\n$$= ", " = "])
def test_the_row_that_can_be_read_says_what_a_loss_is(first: str, between: str) -> None:
    rows = rf"J(w) &= {first}{between}\frac12\sum_{{i=1}}^N (y_i - w^\top x_i)^2"
    shown = rf"\begin{{aligned}}{rows}\end{{aligned}}" if "&= " in between else rows.replace("&", "")
    twin(f"$${shown}$$\n\n$$\\nabla J = CLAIM$$\n", r"-\sum_i (y_i - w^\top x_i)x_i", r"\sum_i (y_i - w^\top x_i)x_i")


@pytest.mark.parametrize("own", [r"\sigma_i", r"\sigma_{i}"])
def test_values_of_the_sigmoid_may_have_its_letter(own: str) -> None:
    text = rf"""With ${own} = \sigma(w^\top x_i)$ and $J(w) = -\sum_{{i=1}}^n y_i\log {own}$

$$\nabla_w J = CLAIM$$
"""
    twin(text, rf"-\sum_{{i=1}}^n y_i(1-{own})x_i", rf"-\sum_{{i=1}}^n y_i{own}x_i")


@pytest.mark.parametrize(("name", "other"), [(r"\sigma", "s"), (r"\tau", "t")])
def test_a_second_derivative_by_a_number_is_no_derivative_by_its_square(name: str, other: str) -> None:
    text = r"""$\ell = -n\log S - \frac{1}{2S^2}\sum_{i=1}^n(x_i-\mu)^2$

$\frac{\partial\ell}{\partial S} = -\frac nS + \frac{1}{S^3}\sum_{i=1}^n(x_i-\mu)^2$

$\frac{\partial^2\ell}{\partial S^2} = \frac{n}{S^2} - \frac{CLAIM}{S^4}\sum_{i=1}^n(x_i-\mu)^2$
"""
    for written in (name, other):
        twin(text.replace("S", written).replace("CLAIM", "CLAIM"), "3", "2")


@pytest.mark.parametrize("mark", ["^-", "^{-}"])
def test_a_matrix_from_before_is_a_name(mark: str) -> None:
    text = r"""$$P = (I-KH)P@(I-KH)^\top + KRK^\top$$

and $P@$, $R$ are symmetric; we minimise $J(K) = \operatorname{tr}(P)$:

$$\frac{\partial J}{\partial K} = CLAIM$$
""".replace("@", mark)
    twin(text, rf"-2P{mark}H^\top + 2K(HP{mark}H^\top + R)", rf"-2HP{mark} + 2K(HP{mark}H^\top + R)")


def test_a_call_says_less_than_its_value() -> None:
    text = "Let $z = g(y) = y^TBy$ and $y = h(x) = x - u$.\n\n$$\\frac{dz}{dx} = CLAIM$$\n"
    twin(text, "(B + B^T)(x - u)", "B(x - u)")


@pytest.mark.parametrize(
    "said", ["If $f$ is $L$-smooth,", "With the Lipschitz constant $L$,", "Since it is $L$-smooth,"]
)
def test_a_constant_of_smoothness_is_no_loss(said: str) -> None:
    text = (
        said
        + r" $L = \lambda_{\max}(H)$. With $\alpha \in \mathbb{R}$:"
        + r" $\nabla L^T(-\alpha\nabla L) = -\alpha\|\nabla L\|^2$."
    )
    assert wrong_rows(text) == []


VALUES = (r"\begin{bmatrix} 2 \\ 3 \end{bmatrix}", "(2, 3)^T", r"\left[\begin{array}{c} 2 \\ 3 \end{array}\right]")


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "row", [r"a^Tx = 2x_1 + 3x_2", r"\frac{\partial (a^Tx)}{\partial x_1} = 2", "f(x) = 2x_1 + 3x_2"]
)
def test_a_row_about_numbers_is_not_read_with_letters(value: str, row: str) -> None:
    text = f"Let $f(x) = a^Tx$. Then $\\nabla f = a$.\n\n**Example:** Let $a = {value}$. Then\n\n$${row}$$\n"
    assert wrong_rows(text) == []


def test_a_product_is_no_greek_capital_that_looks_latin() -> None:
    twin("Let $F(u) = \\frac12\\|Mu\\|^2$.\n\n$$\\nabla F = CLAIM$$\n", "M^TMu", "MMu")


def test_what_is_defined_later_has_its_value_at_every_kink() -> None:
    text = r"""- $h = \text{ReLU}(W_1 x + b_1)$, with $W_1 \in \mathbb{R}^{m\times d}$
- $\hat{y} = W_2 h + b_2$, with $W_2 \in \mathbb{R}^{k\times m}$
- $L = \frac12 \|\hat y - y\|^2$

$$\delta_2 = \frac{\partial L}{\partial \hat y} = \hat y - y$$

$$\frac{\partial L}{\partial W_2} = \delta_2 h^\top,\quad \frac{\partial L}{\partial b_2} = CLAIM$$
"""
    twin(text, r"\delta_2", r"2\delta_2")


@pytest.mark.parametrize("mark", ["bar", "hat", "tilde"])
@pytest.mark.parametrize("beside", ["$y = c + e$", "$y = f(x)$", "$c = y + 1$"])
def test_a_marked_name_is_another_than_the_plain_one(mark: str, beside: str) -> None:
    text = rf"""With {beside} let

$$L(w) = \|Xw - \{mark} y\|^2$$

$$\nabla L = CLAIM$$
"""
    twin(text, rf"2X^T(Xw - \{mark} y)", rf"2X(Xw - \{mark} y)")


@pytest.mark.parametrize("labels", ["xy", "uv", "zx"])
def test_letters_below_two_vectors_may_be_labels(labels: str) -> None:
    one, other = (f"w_{label}" for label in labels)
    text = rf"$$L = {one}^TA{other} - \frac\lambda2({one}^T{one} - 1)$$" + "\n\n"
    text += rf"$$\frac{{\partial L}}{{\partial {one}}} = CLAIM$$" + "\n"
    twin(text, rf"A{other} - \lambda {one}", rf"A^T{other} - \lambda {one}")


@pytest.mark.parametrize("quoted", [
    r"Subject to $g(x) = c$, with $\frac{dp}{dc}$.", "We maximise subject to $g(x) = c$.",
])  # fmt: skip
def test_a_constraint_is_no_loss(quoted: str) -> None:
    text = f"{quoted}\n\nThen for $h(w) = \\|Xw\\|^2$ we have\n\n$$\\nabla h = CLAIM$$\n"
    twin(text, "2X^TXw", "2XXw")


@pytest.mark.parametrize("unit", ["I_d", "I_{d}", r"\mathbf{I}_d", "I"])
def test_a_unit_is_as_long_as_it_must_be(unit: str) -> None:
    text = "$$J(w) = \\|Xw - y\\|^2 + \\lambda\\|w\\|^2$$\n\n$$\\nabla J = 2X^TXw - 2X^Ty + CLAIM$$\n"
    twin(text, rf"2\lambda {unit} w", rf"\lambda {unit} w")


def test_a_product_rule_that_is_quoted_is_no_loss() -> None:
    text = r"By the product rule, $\frac{\partial}{\partial t}(fg) = f'g + fg'$."
    assert not any("(fg)" in note for one in check_text(text, "x.md").problems for note in one.notes)


@pytest.mark.parametrize("end", ["$= 2X^T(Xw - y)$", "that is $= -2X^T(y - Xw)$"])
def test_a_sentence_goes_on_from_a_display(end: str) -> None:
    text = f"$$J(w) = \\|Xw - y\\|^2$$\n\n$$\\nabla J = 2X^TXw - 2X^Ty$$\n\n{end}\n"
    assert check_text(text, "x.md").verdict == "right"


def test_a_loss_without_a_name_is_differentiated_by_what_its_parts_are_made_of() -> None:
    report = check_text("With $r = Ax - b$ we have\n\n$$\\nabla_x \\|r\\|^2 = 2A^T(Ax - b)$$\n", "x.md")
    assert report.verdict == "right"
