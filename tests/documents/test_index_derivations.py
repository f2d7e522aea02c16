"""Derivations by entries in three carriers: right as they stand;
each with one slip at its line, δs and sums that vanish among them."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

FORUM = (
    r"L = \frac{1}{m}\|XR - Y\|_F^2",
    ((r"L", r"\frac1m \sum_{i}\sum_{j} \Big(\sum_k X_{ik}R_{kj} - Y_{ij}\Big)^2", ((r"\frac1m ", ""), ("X_{ik}",
    "X_{ki}"))),
     (r"\frac{\partial L}{\partial R_{st}}",
      r"\frac2m \sum_{i}\sum_{j} \Big(\sum_k X_{ik}R_{kj} - Y_{ij}\Big) \sum_k X_{ik}\delta_{ks}\delta_{jt}",
      ((r"\delta_{ks}\delta_{jt}", r"\delta_{ks}"), (r"\delta_{ks}\delta_{jt}", r"\delta_{ks}\delta_{kt}"), (r"\frac2m",
      r"\frac1m"))),
     (r"\frac{\partial L}{\partial R_{st}}", r"\frac2m \sum_i \Big(\sum_k X_{ik}R_{kt} - Y_{it}\Big) X_{is}",
      ((r"\sum_i \Big", r"\Big"), ("X_{is}", "X_{si}"), ("X_{is}", ""))),
     (r"\frac{\partial L}{\partial R_{st}}", r"\frac2m \big[X^\top(XR-Y)\big]_{st}", ((r"X^\top", ""), ("_{st}",
     "_{ts}")))),
)  # fmt: skip
FORM = (
    r"f = x^\top A x",
    ((r"f", r"\sum_i\sum_j x_i A_{ij} x_j", ((r"\sum_j ", ""), ("A_{ij}", "A_{ii}"))),
     (r"\frac{\partial f}{\partial x_k}", r"\sum_i\sum_j \left(\delta_{ik}A_{ij}x_j + x_iA_{ij}\delta_{jk}\right)",
      ((r"\delta_{ik}", ""), (r"\delta_{jk}", r"\delta_{ij}"))),
     (r"\frac{\partial f}{\partial x_k}", r"\sum_j A_{kj}x_j + \sum_i A_{ik}x_i",
      ((r"\sum_j ", ""), (r"\sum_i ", ""), (r" + \sum_i A_{ik}x_i", ""))),
     (r"\nabla f", r"(A+A^\top)x", ((r"(A+A^\top)", "2A"), ("+", "-")))),
)  # fmt: skip
SAMPLES = (
    r"L = \frac12 \sum_{i=1}^n (y_i - w^\top x_i)^2",
    ((r"\frac{\partial L}{\partial w_j}", r"\frac12\sum_{i=1}^n 2(y_i - w^\top x_i)(-x_{ij})", ((r"\sum_{i=1}^n ", ""),
    ("2(y_i", "(y_i"))),
     (r"\frac{\partial L}{\partial w_j}", r"-\sum_{i=1}^n (y_i - w^\top x_i)x_{ij}", ((r"\sum_{i=1}^n ", ""), ("x_{ij}",
     "x_{ji}"))),
     (r"\nabla_w L", r"-\sum_{i=1}^n (y_i - w^\top x_i)x_i", ((r"\sum_{i=1}^n ", ""), (")x_i", ")")))),
)  # fmt: skip
Rows = list[tuple[str, str]]


def displays(loss: str, rows: Rows) -> str:
    return f"We want the gradient of ${loss}$.\n\n" + "\n\n".join(f"$$ {left} = {right} $$" for left, right in rows)


def aligned(loss: str, rows: Rows) -> str:
    lefts = ["", *(left for left, _ in rows)]
    shown = [f"{left if left != before else ''} &= {right}" for before, (left, right) in zip(lefts, rows, strict=False)]
    return f"Consider ${loss}$. Then\n\\begin{{align}}\n" + " \\\\\n".join(shown) + "\n\\end{align}"


def worded(loss: str, rows: Rows) -> str:
    return f"**Problem.** Find ∇ of ${loss}$.\n\n" + "\n".join(
        f"{at}. So ${left} = {right}$." for at, (left, right) in enumerate(rows, 1)
    )


CARRIERS = (displays, aligned, worded)
DERIVATIONS = (FORUM, FORM, SAMPLES)
SLIPS = [
    (of, row, slip)
    for of, (_, steps) in enumerate(DERIVATIONS)
    for row, (_, _, slips) in enumerate(steps)
    for slip in slips
]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(("loss", "steps"), DERIVATIONS)
def test_a_right_derivation_is_right(carrier, loss, steps) -> None:  # type: ignore[no-untyped-def]
    assert check_text(carrier(loss, [(left, right) for left, right, _ in steps]), "answer.md").verdict == "right"


@pytest.mark.thorough
@pytest.mark.parametrize(("of", "at", "slip"), SLIPS)
def test_a_slip_is_found_at_its_line(of: int, at: int, slip: tuple[str, str]) -> None:
    loss, steps = DERIVATIONS[of]
    rows = [(left, right.replace(*slip, 1) if row == at else right) for row, (left, right, _) in enumerate(steps)]
    report = check_text(CARRIERS[(at + len(slip[0])) % 3](loss, rows), "answer.md")
    wrong = [line.text for problem in report.problems for line in problem.lines if line.verdict == "wrong"]
    assert wrong
    assert rows[at][1].strip() in wrong[0]


def test_a_text_that_says_so_sums_silently() -> None:
    loss, steps = FORM
    rows = [
        (left, right.replace(r"\sum_i\sum_j ", "").replace(r"\sum_j ", "").replace(r"\sum_i ", ""))
        for left, right, _ in steps
    ]
    rows.insert(0, ("f", steps[0][1]))
    assert check_text("We sum over repeated indices. " + displays(loss, rows), "answer.md").verdict == "right"
    assert (
        check_text("Summation signs are dropped from here on. " + aligned(loss, rows), "answer.md").verdict == "right"
    )
    assert check_text(displays(loss, rows), "answer.md").verdict == "wrong"
    assert check_text(displays(loss, rows[1:]), "answer.md").verdict == "right"


@pytest.mark.parametrize("slip", [r"\delta_{jl}", r"\delta_{il}\delta_{jl}", r"X_{ik}"])
def test_the_derivative_of_what_was_named_is_no_fact_in_letters_of_its_own(slip: str) -> None:
    text = r"""We have $L(R) = \|XR - Y\|_F^2$. Let $E = XR - Y$. Then
$$\frac{\partial E_{ij}}{\partial R_{kl}} = %s$$ so $\nabla_R L = 2 X^T E$."""
    assert check_text(text % slip, "answer.md").verdict == "wrong"
    assert check_text(text % r"X_{ik}\delta_{jl}", "answer.md").verdict == "right"


@pytest.mark.parametrize("bracket", [("", ""), ("\\left[", "\\right]")])
@pytest.mark.parametrize(("sign", "verdict"), [("-", "right"), ("+", "wrong")])
def test_what_is_stated_of_each_sample_with_its_number_above(bracket: tuple[str, str], sign: str, verdict: str) -> None:
    inside = "y^{(i)}\\log(a^{(i)})+(1-y^{(i)})\\log(1-a^{(i)})".join(bracket)
    text = (
        f"$a^{{(i)}} = \\sigma(w^Tx^{{(i)}} + b)$ and $J = -\\frac{{1}}{{m}}\\sum_{{i=1}}^{{m}}{inside}$\n\n"
        f"$$\\frac{{\\partial J}}{{\\partial w}} = \\frac{{1}}{{m}}\\sum_{{i=1}}^m "
        f"(a^{{(i)}}{sign}y^{{(i)}})x^{{(i)}}$$\n"
    )
    assert check_text(text, "x.md").verdict == verdict


@pytest.mark.parametrize("sums", ["\\sum", "\\sum_i", "\\sum_{i=1}^n"])
@pytest.mark.parametrize(("factor", "verdict"), [("-\\frac2n", "right"), ("-\\frac1n", "wrong")])
def test_how_many_samples_there_are_may_be_said_by_another_row(sums: str, factor: str, verdict: str) -> None:
    text = (
        f"Let $J = \\frac{{1}}{{n}}{sums}(y_i - p_i)^2$ with $p_i = wx_i + b$.\n\n"
        f"$$\\frac{{\\partial J}}{{\\partial w}} = {factor}\\sum_{{i=1}}^n x_i(y_i - p_i)$$\n"
    )
    assert check_text(text, "x.md").verdict == verdict
