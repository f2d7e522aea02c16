"""A name without a value makes a line undecided, never wrong, also where its letter has a meaning of its own;
a chain of derivatives may stand in the denominator layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text, read_key
from matgrad_cli.records.finding import ProblemReport

LEAST_SQUARES = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"
TWO_SIDES = "loss: norm(A@X@B - C, 'fro')**2\nwrt: X\nshapes: A: p×m, X: m×n, B: n×q, C: p×q\n"


def judged(head: str, *lines: str) -> ProblemReport:
    return check_text(f"```matgrad\n{head}\n" + "\n".join(lines) + "\n```\n", "a.md").problems[0]


def verdicts(head: str, *lines: str) -> list[str]:
    return [line.verdict for line in judged(head, *lines).lines]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("letter", ["R", "E", "D", "F", "G", "J"])
@pytest.mark.parametrize("stated", ["before", "behind", "nowhere"])
def test_entries_of_a_residual_by_any_name(letter: str, stated: str) -> None:
    rows = [
        rf"\frac{{\partial L}}{{\partial X_{{st}}}} = 2\sum_{{ij}}{letter}_{{ij}}A_{{is}}B_{{tj}}",
        rf"= 2(A^\top {letter}B^\top)_{{st}}",
    ]
    definition = [f"{letter} = AXB - C"]
    before, behind = (definition if stated == place else [] for place in ("before", "behind"))
    assert "wrong" not in verdicts(TWO_SIDES, *before, *rows, *behind)
    if stated != "nowhere":
        assert judged(TWO_SIDES, *before, *rows, *behind).verdict == "right"
        slipped = [rows[0].replace("2", ""), rows[1]]
        assert "wrong" in verdicts(TWO_SIDES, *before, *slipped, *behind)


UNEXPLAINED = {
    "a residual e_i": (LEAST_SQUARES, r"\frac{\partial L}{\partial w_j} = 2\sum_i e_i X_{ij}"),
    "a residual e_i beside rows": (LEAST_SQUARES, r"\frac{\partial L}{\partial w} = 2\sum_i e_i x_i"),
    "an entry of it": (LEAST_SQUARES, r"\frac{\partial L}{\partial w_j} = e_j"),
    "a residual E_ij": (TWO_SIDES, r"\frac{\partial L}{\partial X_{st}} = \sum_{ij}E_{ij}A_{is}B_{tj}"),
}


@pytest.mark.parametrize(("head", "line"), UNEXPLAINED.values(), ids=UNEXPLAINED)
def test_a_letter_that_may_be_a_unit_may_be_an_array(head: str, line: str) -> None:
    (finding,) = judged(head, line).lines
    assert (finding.verdict, finding.code) == ("undecided", "unknown-name")


UNITS = {
    "a unit of free letters": (TWO_SIDES, r"\frac{\partial X}{\partial X_{st}} = E_{ts}"),
    "shapes that clash beside it": (
        TWO_SIDES,
        r"\frac{\partial L}{\partial X_{st}} = 2\operatorname{tr}((AXB-C)AE_{st}B)",
    ),
    "a unit vector that lies": (LEAST_SQUARES, r"\frac{\partial w}{\partial w_j} = e_j^\top"),
    "a wrong value": (LEAST_SQUARES, r"\frac{\partial L}{\partial w_j} = (X^\top(Xw-y))^\top e_j"),
}


@pytest.mark.parametrize(("head", "line"), UNITS.values(), ids=UNITS)
def test_a_unit_of_the_wrong_place_is_wrong(head: str, line: str) -> None:
    assert verdicts(head, line) == ["wrong"]


def test_a_letter_that_stands_twice_counts_an_array_that_nothing_explains() -> None:
    rows = [r"\partial_k L = 2 r_i \partial_k r_i", r"= 2 r_i X_{ik}", r"= 2 (X^\top r)_k"]
    assert judged(LEAST_SQUARES, *rows).verdict == "right"
    assert verdicts(LEAST_SQUARES, rows[0], r"= r_i X_{ik}")[1] == "wrong"


@pytest.mark.parametrize("defined", [True, False])
@pytest.mark.parametrize("chain", [r"\frac{\partial r}{\partial w}\frac{\partial L}{\partial r}", r"X^\top \cdot 2r"])
def test_chains_in_the_denominator_layout(chain: str, defined: bool) -> None:
    before = ["r = Xw - y", r"\frac{\partial r}{\partial w} = X^\top"] if defined else []
    for end, verdict in ((r"= 2X^\top(Xw-y)", "right"), ("= 2X(Xw-y)", "wrong"), (r"= X^\top(Xw-y)", "wrong")):
        problem = judged(LEAST_SQUARES, *before, rf"\frac{{\partial L}}{{\partial w}} = {chain}", end)
        assert problem.verdict == verdict
        assert [line.verdict for line in problem.lines][:-1] == ["follows"] * (len(before) + 1)


def test_a_layout_is_kept_and_one_that_is_stated_binds() -> None:
    rows = ["r = Xw - y", r"\frac{\partial r}{\partial w} = X^\top"]
    assert verdicts(LEAST_SQUARES, *rows, r"\nabla L = 2(\frac{\partial r}{\partial w})^\top r")[-1] == "wrong"
    assert verdicts(LEAST_SQUARES + "layout: gradient\n", *rows)[-1] == "wrong"


@pytest.mark.parametrize("sizes", [("m", "n"), ("n", "n")])
@pytest.mark.parametrize(("layout", "array", "verdict"), [
    ("gradient", "A", "wrong"), ("gradient", "A^T", "follows"), ("numerator", "A", "follows"),
    ("numerator", "A^T", "wrong"),
])  # fmt: skip
def test_an_entry_is_that_of_the_array_in_its_layout(
    sizes: tuple[str, str], layout: str, array: str, verdict: str
) -> None:
    rows, cols = sizes
    head = f"loss: tr(A@X)\nwrt: X\nshapes: X: {rows}×{cols}, A: {cols}×{rows}\nlayout: {layout}\n"
    for by in ("X_{ij}", "X"):
        assert verdicts(head, rf"\frac{{\partial tr(AX)}}{{\partial {by}}} = A_{{ji}} = {array}") == [verdict]


SOFTMAX = "loss: -sum(y*log(softmax(z)))\nwrt: z\nshapes: z: k, y: k\nassume: y onehot\n"
PAIRS = "loss: sum[i,j](W[i,j]*norm(X[i,:]-X[j,:])**2)/2\nwrt: X\nshapes: X: n×d, W: n×n\nassume: W symmetric\n"


@pytest.mark.parametrize(("i", "j"), [("i", "j"), ("j", "i"), ("k", "c")])
def test_a_letter_that_is_free_before_a_sum_is_left_out_of_it(i: str, j: str) -> None:
    before = rf"p_{i} = e^{{z_{i}}}/\sum_l e^{{z_l}}"
    line = rf"\frac{{\partial L}}{{\partial z_{j}}} = -y_{j}(1-p_{j}) + \sum_{{{i}\ne {j}}}y_{i}p_{j}"
    assert judged(SOFTMAX, before, line, f"= p_{j} - y_{j}").verdict == "right"
    assert verdicts(SOFTMAX, before, line.replace("+", "-"))[-1] == "wrong"
    whole = rf"\frac{{\partial L}}{{\partial x_{j}}} = 2\sum_{{{i}\ne {j}}}W_{{{j}{i}}}(x_{j} - x_{i})"
    assert verdicts(PAIRS, whole) == ["follows"]
    assert verdicts(PAIRS, whole.replace("2", "")) == ["wrong"]


@pytest.mark.parametrize(("said", "verdict"), [
    (r"$\nabla f = (B+B^T)v$", "undecided"), (r"$\nabla f = 2Bv$", "wrong"), (r"$v^T(B+B^T)$", "right"),
    (r"$\frac{\partial f}{\partial v} = (B+B^T)v$", "wrong"),
])  # fmt: skip
def test_a_gradient_under_a_key_in_the_numerator_layout_says_its_layout(
    tmp_path: Path, said: str, verdict: str
) -> None:
    loss = 'id = "1"\nloss = "v.T@B@v"\nwrt = "v"\nshapes = "B: n×n, v: n"\nlayout = "numerator"\n'
    (tmp_path / "key.toml").write_text(f"[[problem]]\n{loss}", encoding="utf-8")
    for name, text in (("a.md", f"## Problem 1\n{said}\n"), ("a.toml", f"[[problem]]\nid='1'\nanswer='{said}'\n")):
        assert check_text(text, name, read_key(tmp_path / "key.toml")).problems[0].verdict == verdict


SLACK = "loss: C*sum(xi) - alpha.T@xi - mu.T@xi\nwrt: xi\nshapes: xi: m, alpha: m, mu: m, C: scalar\n"


def test_a_number_may_be_equal_to_one_for_each_letter_where_the_gradient_is_zero() -> None:
    gradient = r"\frac{\partial L}{\partial \xi_i} = C - \alpha_i - \mu_i"
    assert verdicts(SLACK, gradient, r"C = \alpha_i + \mu_i") == ["follows", "undecided"]
    assert verdicts(SLACK, r"C = \alpha_i + \mu_i") == ["wrong"]


TWO_LAYERS = "loss: -y.T@log(softmax(U@sigmoid(W@x)))\nwrt: W\nshapes: y: m, U: m×p, W: p×n, x: n\nassume: y onehot\n"
SLIPS = {
    "a label of the loss": (
        LEAST_SQUARES,
        [r"E_{in}(w) = \|Xw - y\|^2", r"\nabla_w E_{in}(w) = X^T(Xw - y)"],
        "lost-factor",
    ),
    "a word": (LEAST_SQUARES, [r"\frac{\partial loss}{\partial w} = -2X^T(Xw - y)"], "wrong-sign"),
    "the loss of a sample": (
        LEAST_SQUARES,
        [r"L_i = (x_i^Tw - y_i)^2", r"L = \sum_i L_i", r"\nabla_w L_i = (x_i^Tw - y_i)x_i"],
        "lost-factor",
    ),
    "residuals e": (
        LEAST_SQUARES,
        [r"S(w) = \sum_i e_i^2 = (y - Xw)^T(y - Xw)", r"\frac{\partial S}{\partial w} = 2X^T(y - Xw)"],
        "wrong-sign",
    ),
    "what sign a matrix is of": (
        LEAST_SQUARES,
        [r"\nabla_w L = \sum_i 2(x_i^Tw - y_i)x_i", r"\nabla_w^2 L = 2\sum_i x_i^T x_i = 2X^TX \succeq 0"],
        "number-for-matrix",
    ),
    "what stands behind the derivative by a layer": (
        TWO_LAYERS,
        [
            r"\frac{\partial L}{\partial a} = \mathrm{softmax}(a) - y",
            r"dL = \mathrm{tr}\left(\frac{\partial L}{\partial a}^TdU\, h\right)"
            r" + \mathrm{tr}\left(\frac{\partial L}{\partial a}^TU\, dh\right)",
            r"\frac{\partial L}{\partial U} = \frac{\partial L}{\partial a} h",
        ],
        "",
    ),
}


@pytest.mark.parametrize(("head", "rows", "code"), SLIPS.values(), ids=SLIPS)
def test_the_last_line_is_the_wrong_one(head: str, rows: list[str], code: str) -> None:
    found = judged(head, *rows).lines
    assert "wrong" not in [line.verdict for line in found[:-1]]
    assert found[-1].verdict == "wrong"
    assert code in ("", found[-1].code)


GAUSS = "loss: -log(det(S))/2 - (x-mu).T@inv(S)@(x-mu)/2\nwrt: x\nshapes: x: n, mu: n, S: n×n\nassume: S spd\n"
QUADRATIC = "loss: a*t**2 + b*t\nwrt: t\nshapes: t: scalar, a: scalar, b: scalar\n"


@pytest.mark.parametrize(
    ("head", "rows", "expected"),
    [
        (QUADRATIC, [r"f'(t) = 2at + b", r"f'(0) = b", r"\nabla f(1) = 2a + b"], ["follows", "undecided", "undecided"]),
        (
            GAUSS,
            [
                r"\nabla_x \mathcal N(x|\mu,S) = -\mathcal N(x|\mu,S)S^{-1}(x-\mu)",
                r"\nabla_x \log\mathcal N(x|\mu,S) = -S^{-1}(x-\mu)",
            ],
            ["undecided", "follows"],
        ),
        (
            LEAST_SQUARES,
            [r"E_{in} = \|Xw-y\|^2", r"E_{out} = \|w\|^2", r"\nabla E_{in} = 2X^T(Xw - y)", r"\nabla E_{out} = 2w"],
            ["undecided"] * 4,
        ),
    ],
    ids=["the derivative at a number", "a density beside its logarithm", "two losses by their labels"],
)
def test_what_has_another_meaning_is_not_called_wrong(head: str, rows: list[str], expected: list[str]) -> None:
    assert verdicts(head, *rows) == expected


def test_a_term_that_nothing_explains_is_not_called_wrong() -> None:
    rows = [r"\frac{\partial L_i}{\partial w} = (x_i^Tw - y_i)x_i", r"\nabla_w L = 2\sum_i (x_i^Tw - y_i)x_i"]
    assert verdicts(LEAST_SQUARES, *rows) == ["undecided", "follows"]


def test_an_equation_and_what_follows_from_it_stand_on_one_row() -> None:
    head = "% matgrad: loss = norm(X@w - y)**2\n% matgrad: wrt = w\n% matgrad: shapes = X: m×n, w: n, y: m\n"
    rows = r"2X^TXw - 2X^Ty = 0 &\iff X^TXw = X^Ty (\#eq:normal) \\ &\iff w = -(X^TX)^{-1}X^Ty (\#eq:least)"
    (problem,) = check_text(f"{head}\\begin{{align*}}\n{rows}\n\\end{{align*}}\n", "a.tex").problems
    assert [(line.number, line.verdict) for line in problem.lines] == [(1, "follows"), (2, "wrong")]
