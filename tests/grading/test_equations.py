"""The derivative set to zero: from there on lines are equations,
right where the solutions of what stands before satisfy them."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_text, read_key
from matgrad_cli.records.finding import ProblemReport

HEAD = (
    "loss: norm(X@w - y)**2 + lam*norm(w)**2\nwrt: w\nshapes: X: m×n, w: n, y: m, lam: scalar\nassume: lam positive\n"
)
GRADIENT = r"\nabla_w L = 2X^\top(Xw - y) + 2\lambda w"


def judged(*lines: str) -> ProblemReport:
    return check_text(f"```matgrad\n{HEAD}\n" + "\n".join(lines) + "\n```\n", "a.md").problems[0]


EQUATIONS = {
    "on a row of its own": [GRADIENT, r"\overset{!}{=} 0"],
    "repeated": [GRADIENT, r"2X^\top(Xw - y) + 2\lambda w = 0"],
    "by an arrow": [GRADIENT + " = 0", r"\implies X^\top Xw + \lambda w = X^\top y"],
    "both ways": [GRADIENT + r" = 0 \iff X^\top Xw + \lambda w = X^\top y"],
    "without the zero": [GRADIENT, r"X^\top Xw + \lambda w = X^\top y"],
    "solved": [GRADIENT, r"w = (X^\top X + \lambda I)^{-1}X^\top y"],
    "from the zero in front": [GRADIENT, r"0 = X^\top(Xw - y) + \lambda w", r"w = (X^\top X + \lambda I)^{-1}X^\top y"],
    "solved in two steps": [
        GRADIENT + " = 0",
        r"(X^\top X + \lambda I)w = X^\top y",
        r"w = (X^\top X + \lambda I)^{-1}X^\top y",
    ],
    "the differential": [r"dL = (2X^\top(Xw - y) + 2\lambda w)^\top dw", r"= 0"],
}


@pytest.mark.parametrize("lines", EQUATIONS.values(), ids=EQUATIONS)
def test_an_equation_that_holds_at_the_solutions_follows(lines: list[str]) -> None:
    problem = judged(*lines)
    last = problem.lines[-1]
    assert (problem.first_wrong, last.verdict, last.code, problem.verdict) == (None, "follows", None, "right")
    assert problem.final.verdict == ("missing" if lines[0].startswith("dL") else "right")


@pytest.mark.parametrize("wrong", [r"X^\top Xw - \lambda w = X^\top y", r"X^\top Xw + \lambda w = -X^\top y"])
def test_an_equation_behind_a_wrong_one_need_not_be_equivalent_to_it(wrong: str) -> None:
    zero, solved = GRADIENT + " = 0", r"\iff (X^\top X + \lambda I)w = X^\top y"
    assert [line.verdict for line in judged(zero, r"\iff " + wrong, solved).lines] == ["follows", "wrong", "follows"]


AT_THE_END = {
    "at the end of the row": [GRADIENT + " = 0"],
    "with a mark": [GRADIENT + r" \overset{!}{=} 0"],
    "on the next row": [r"\nabla_w L", r"= 2X^\top(Xw - y) + 2\lambda w = 0"],
    "in front": [r"0 = \nabla_w L = 2X^\top(Xw - y) + 2\lambda w"],
    "in front, as a vector": [r"\mathbf{0} = \frac{\partial L}{\partial w} = 2X^\top(Xw - y) + 2\lambda w"],
    "in a system": [r"\frac{\partial L}{\partial w} = 2X^\top Xw - 2X^\top y + 2\lambda w = 0"],
}


@pytest.mark.parametrize("lines", AT_THE_END.values(), ids=AT_THE_END)
def test_what_stands_before_the_zero_is_judged(lines: list[str]) -> None:
    problem = judged(*lines)
    last = problem.lines[-1]
    assert (last.verdict, last.role) == ("follows", "claim")
    assert (problem.final.verdict, problem.verdict) == ("right", "right")


UNDER_A_KEY = {**EQUATIONS, **AT_THE_END}


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in UNDER_A_KEY if name != "the differential"])
def test_under_a_key_equations_do_not_deny_a_right_gradient(name: str, tmp_path: Path) -> None:
    key = tmp_path / "key.toml"
    key.write_text(
        '[[problem]]\nid = "1"\nloss = "norm(X@w - y)**2 + lam*norm(w)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, '
        'y: m, lam: scalar"\n'
        'assume = "lam positive"\npoints = 3\n',
        encoding="utf-8",
    )
    text = "```matgrad\nproblem: 1\n\n" + "\n".join(UNDER_A_KEY[name]) + "\n```\n"
    (problem,) = check_text(text, "a.md", read_key(key)).problems
    assert (problem.final.verdict, problem.verdict, problem.score) == ("right", "right", 3)
    wrong = text.replace("2X^", "X^")
    (problem,) = check_text(wrong, "a.md", read_key(key)).problems
    assert (problem.verdict, problem.score) == ("wrong", 0)


SLIPS = {
    "regulariser lost": ([GRADIENT + " = 0", r"X^\top Xw = X^\top y"], 2, "dropped-term"),
    "regulariser lost in the solution": ([GRADIENT + " = 0", r"w = (X^\top X)^{-1}X^\top y"], 2, "differs"),
    "sign of a term that moved": ([GRADIENT + " = 0", r"X^\top Xw - \lambda w = X^\top y"], 2, "wrong-sign"),
    "factor": ([GRADIENT + " = 0", r"X^\top Xw + 2\lambda w = X^\top y"], 2, "lost-factor"),
    "inverse of a sum": ([GRADIENT, r"w = (X^\top X)^{-1}X^\top y + \frac1\lambda X^\top y"], 2, "differs"),
    "not worked out of the derivative": ([GRADIENT, r"2X^\top(Xw - y) = 0"], 2, "dropped-term"),
    "zero in front": ([r"0 = 2X^\top(Xw - y) + \lambda w"], 1, "lost-factor"),
    "a solution named after its method": (
        [GRADIENT, r"w_{\text{Ridge}} = (X^\top X - \lambda I)^{-1}X^\top y"],
        2,
        "wrong-sign",
    ),
    "a sum that its letter has elsewhere": (
        [GRADIENT + " = 0", r"X_{ki}y_k - \sum_k X_{ki}(Xw)_k = \lambda w_i"],
        2,
        "bad-sum-collapse",
    ),
    "divided by a matrix": (
        [GRADIENT, r"X^\top Xw + \lambda w = X^\top y", r"Xw + \lambda w = y"],
        3,
        "non-conformable",
    ),
    "not equivalent": ([GRADIENT + " = 0", r"\iff y^\top X(X^\top X + \lambda I)w = y^\top XX^\top y"], 2, "differs"),
}


@pytest.mark.parametrize(("lines", "number", "code"), SLIPS.values(), ids=SLIPS)
def test_slips_of_equations(lines: list[str], number: int, code: str) -> None:
    problem = judged(*lines)
    assert problem.first_wrong is not None
    assert (problem.first_wrong.number, problem.first_wrong.code, problem.verdict) == (number, code, "wrong")


def test_lines_after_an_error_are_judged_from_where_they_stand() -> None:
    problem = judged(GRADIENT + " = 0", r"X^\top Xw = X^\top y", r"w = (X^\top X)^{-1}X^\top y")
    assert [line.verdict for line in problem.lines] == ["follows", "wrong", "follows"]
    back = judged(GRADIENT + " = 0", r"X^\top Xw = X^\top y", r"w = (X^\top X + \lambda I)^{-1}X^\top y")
    assert [line.verdict for line in back.lines] == ["follows", "wrong", "follows"]


def test_a_false_identity_is_no_equation_where_both_sides_vanish() -> None:
    text = "```matgrad\nloss: x.T@A@x\nwrt: x\nshapes: A: n×n, x: n\n\n\\nabla L = (A + A^T)x\n(A + A^T)x = 2Ax\n```\n"
    assert check_text(text, "a.md").problems[0].verdict == "wrong"


def test_a_written_inverse_is_said_as_a_condition() -> None:
    head = "loss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n"
    text = f"```matgrad\n{head}\n\\nabla L = 2X^T(Xw - y) = 0\nw = (X^TX)^{{-1}}X^Ty\n```\n"
    problem = check_text(text, "a.md").problems[0]
    assert problem.verdict == "right"
    assert any("X.T @ X is invertible" in note for note in problem.lines[-1].notes)


@pytest.mark.thorough
def test_the_multipliers_of_a_lagrangian_are_unknowns_too() -> None:
    head = "loss: x.T@x + nu.T@(A@x - b)\nwrt: x, nu\nshapes: x: n, A: m×n, b: m, nu: m\nassume: A wide\n"
    right = [
        r"\nabla_x L = 2x + A^\top \nu = 0",
        r"x = -\frac12 A^\top\nu",
        r"-\frac12 AA^\top\nu = b",
        r"x^* = A^\top(AA^\top)^{-1}b",
    ]
    for lines, wrong in (
        (right, None),
        ([*right[:2], r"AA^\top\nu = b"], 3),
        ([right[0], r"x = \frac12 A^\top\nu"], 2),
    ):
        problem = check_text(f"```matgrad\n{head}\n" + "\n".join(lines) + "\n```\n", "a.md").problems[0]
        assert (problem.first_wrong.number if problem.first_wrong else None) == wrong


def test_under_a_key_a_wrong_equation_scores_nothing(tmp_path: Path) -> None:
    key = tmp_path / "key.toml"
    key.write_text(
        '[[problem]]\nid = "1"\nloss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\n', encoding="utf-8"
    )
    text = "```matgrad\nproblem: 1\n\n\\nabla L = 2X^T(Xw - y) = 0\nw = (XX^T)^{-1}X^Ty\n```\n"
    (problem,) = check_text(text.replace("(XX^T)", "(2X^TX)"), "a.md", read_key(key)).problems
    assert (problem.verdict, problem.score) == ("wrong", 0)


@pytest.mark.parametrize("aside", [r"\lambda = 0", "X = 0", r"y = 0", "w = 0"])
def test_a_variable_that_is_zero_is_no_equation_of_the_derivative(aside: str) -> None:
    problem = judged(aside, GRADIENT)
    first, last = problem.lines
    assert (first.verdict, first.role, first.code) == ("follows", "aside", None)
    assert (last.verdict, problem.verdict, problem.claims) == ("follows", "right", (1, 1))
    assert judged(aside).verdict == "undecided"


WRONG = {
    "the derivative itself": ([r"\nabla_w L = 2X^\top(Xw - y) + \lambda w = 0"], 1, "lost-factor"),
    "the derivative of a part is not zero": ([r"\frac{\partial}{\partial w}(w^\top w) = 0"], 1, "differs"),
    "the derivative with another right side": (
        [GRADIENT, r"2X^\top(Xw - y) + 2\lambda w = 2X^\top Xw + 2\lambda w"],
        2,
        "dropped-term",
    ),
    "shapes": ([GRADIENT + " = 0", r"X^\top Xw + \lambda w = X y"], 2, "non-conformable"),
    "a derivative after it": ([GRADIENT + " = 0", r"\nabla_w L = 2X^\top(Xw - y)"], 2, "dropped-term"),
}


@pytest.mark.parametrize(("lines", "number", "code"), WRONG.values(), ids=WRONG)
def test_beside_equations_errors_are_found(lines: list[str], number: int, code: str) -> None:
    first = judged(*lines).first_wrong
    assert first is not None
    assert (first.number, first.code) == (number, code)


def test_a_definition_behind_a_line_does_not_break_the_chain() -> None:
    text = (
        "```matgrad\nloss: exp(-norm(x - r)**2)\nwrt: r\nshapes: x: d, r: d\n\n"
        r"\nabla_r L = 2\gamma(x - r), \text{ where } \gamma = \exp(-\|x - r\|^2)"
        "\n"
        r"= 2(x - r)\kappa, \text{ where } \kappa = \exp(-\|x - r\|^2)"
        "\n```\n"
    )
    assert check_text(text, "a.md").verdict == "right"


MARKED = (
    "w^*",
    r"w^\star",
    "w_*",
    r"\hat w",
    r"\widehat{w}",
    r"w_{\text{ridge}}",
    "w_{MAP}",
    r"\hat w_{ML}",
    r"\hat{w}_n",
    "w_{opt}",
    "w",
)
"""How people write the w that was asked for."""


@pytest.mark.thorough
@pytest.mark.parametrize("name", MARKED)
def test_a_marked_name_is_the_solution_and_is_judged(name: str) -> None:
    value = r"(X^\top X + \lambda I)^{-1}X^\top y"
    right = judged(GRADIENT + " = 0", f"{name} = {value}")
    assert (right.lines[-1].verdict, right.lines[-1].role, right.verdict) == ("follows", "equation", "right")
    wrong = judged(GRADIENT + " = 0", f"{name} = 2{value}")
    assert wrong.first_wrong is not None
    assert (wrong.first_wrong.number, wrong.verdict, wrong.final.verdict) == (2, "wrong", "wrong")


def test_a_marked_name_of_something_else_is_a_definition() -> None:
    for line in (r"\hat w = w + X^\top y", r"\hat y = Xw", r"\tilde w = 2X^\top y"):
        assert judged(GRADIENT + " = 0", line).lines[-1].role == "definition"


STACKED = r"""% matgrad: loss = norm(A@X - C)**2 + norm(X@B - D)**2
% matgrad: wrt = X
% matgrad: shapes = A: m×n, X: n×p, B: p×q, C: m×p, D: n×q
\begin{align*}
\nabla_X L &= 2A^T(AX - C) + 2(XB - D)B^T \\
(I \otimes A^TA + BB^T \otimes I)\operatorname{vec}(X) &= \operatorname{vec}(A^TC + DB^T)
\end{align*}
"""


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["a.tex", "-", "a.txt"])
def test_a_stacked_equation_says_how_large_its_identities_are(name: str) -> None:
    """The sides of I follow from those of vec X; and a text in which problems are stated is read so whatever its
    name."""
    (problem,) = check_text(STACKED, name).problems
    assert (problem.verdict, len(problem.lines)) == ("right", 2)
    (other,) = check_text(STACKED.replace("+ BB^T \\otimes I", "- BB^T \\otimes I"), name).problems
    assert other.verdict == "wrong"


BROKEN = (
    r"\nabla_w L &= 2X^\top Xw \\",
    r"&\quad - 2X^\top y \\",
    r"&\quad + 2\lambda w = 0 \\",
    r"\Rightarrow (X^\top X + \lambda I)\hat w &= X^\top y \\",
    r"\hat w &= (X^\top X + \lambda I)^{-1} \\",
    r"&\quad \times X^\top y",
)
LAYOUTS = {
    "rows of a block": lambda *rows: judged(r"\begin{align*}", *rows, r"\end{align*}"),
    "a display on one line": lambda *rows: judged(r"\begin{align*} " + " ".join(rows) + r" \end{align*}"),
    "a moved minus before the zero": lambda *rows: judged(
        rows[0], rows[2].replace("= 0", ""), rows[1].replace(r" \\", r" = 0"), *rows[3:]
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_row_that_goes_on_is_one_with_the_row_before(layout: str) -> None:
    right = LAYOUTS[layout](*BROKEN)
    assert (right.verdict, right.first_wrong, right.final.verdict) == ("right", None, "right")
    assert LAYOUTS[layout](BROKEN[0], BROKEN[1], BROKEN[2].replace("+", "-"), *BROKEN[3:]).verdict == "wrong"


def test_behind_a_zero_a_row_with_a_minus_is_an_equation() -> None:
    problem = judged(GRADIENT + " = 0", r"\quad -X^\top (y - Xw) + \lambda w = 0")
    assert (problem.verdict, len(problem.lines)) == ("right", 2)


def test_what_is_wrong_with_an_equation_is_shown_on_the_side_that_is_not_zero() -> None:
    for left, part in ((r"X^\top Xw - X^\top y + 2\lambda w", r"2\lambda w"), (r"X^\top X X^\top y - 7 w", None)):
        text = f"```matgrad\n{HEAD}\n{GRADIENT} = 0\n{left} = 0\n```\n"
        (problem,) = check_text(text, "a.md").problems
        assert problem.first_wrong is not None
        span = problem.first_wrong.span
        assert text[span.start : span.end] == (part or left)


SQUARES = "loss: norm(A@x - b)**2\nwrt: x\nshapes: A: m×n, x: n, b: m\nasks: minimum\n"
PSEUDOINVERSE = {
    "of a name": [r"x = A^{+} b"],
    "of a product": [r"x = (A^\top A)^{+} A^\top b"],
    "with a meaning of its own": [r"A^+ = (A^\top A)^{-1} A^\top", r"x = A^+ b"],
    "with a meaning that comes later": [r"x = A^+ b, \text{ where } A^+ = (A^\top A)^{-1} A^\top"],
}


@pytest.mark.parametrize("lines", PSEUDOINVERSE.values(), ids=PSEUDOINVERSE)
def test_a_raised_plus_of_a_matrix_is_its_pseudoinverse(lines: list[str]) -> None:
    (problem,) = check_text(f"```matgrad\n{SQUARES}\n" + "\n".join(lines) + "\n```\n", "a.md").problems
    assert (problem.verdict, problem.first_wrong) == ("right", None)


def test_a_raised_plus_that_a_line_defines_is_what_it_says() -> None:
    for lines, verdict in (
        ([r"A^{+} = A^\top", r"x = A^{+} b"], "wrong"),
        ([r"A^+ = A^\top - \eta B", r"x = A^+ b"], "undecided"),
    ):
        (problem,) = check_text(f"```matgrad\n{SQUARES}\n" + "\n".join(lines) + "\n```\n", "a.md").problems
        assert problem.verdict == verdict


PRINCIPAL = ["$L(v) = v^\\top C v - \\mu (v^\\top v - 1)$ with $C$ symmetric.", r"$$\nabla_v L = 2Cv - 2\mu v = 0$$"]
DAMPED = [r"$L(v) = \|Bv\|^2 + \mu\|v\|^2$", r"$$\nabla L = 2B^\top Bv + 2\mu v = 0$$"]
HOMOGENEOUS = {
    "an eigenvector": (
        [*PRINCIPAL, r"$$Cv = \mu v$$", r"$$(C - \mu I)v = 0$$", r"$$v^\top C v = \mu v^\top v$$"],
        None,
    ),
    "another factor": ([*PRINCIPAL, r"$$\Rightarrow Cv = 4\mu v$$"], "lost-factor"),
    "another sign": ([*PRINCIPAL, r"$$Cv = -\mu v$$"], "wrong-sign"),
    "zero alone": ([*DAMPED, r"$$B^\top Bv = -\mu v$$", r"$$v = 0$$"], None),
    "a lost sign": ([*DAMPED, r"$$B^\top Bv = \mu v$$"], "wrong-sign"),
}


@pytest.mark.thorough
@pytest.mark.parametrize(("lines", "code"), HOMOGENEOUS.values(), ids=HOMOGENEOUS)
def test_an_equation_that_holds_at_zero_is_judged_elsewhere(lines: list[str], code: str | None) -> None:
    problem = check_text("\n\n".join(lines), "a.md").problems[0]
    assert (problem.verdict, problem.first_wrong and problem.first_wrong.code) == ("wrong" if code else "right", code)


@pytest.mark.parametrize(("zero", "verdict"), [(" = 0", "right"), ("", "wrong")], ids=["set-to-zero", "a-gradient"])
def test_the_sign_of_a_constraint_does_not_matter_where_it_is_set_to_zero(zero: str, verdict: str) -> None:
    loss = r"$L(v,\mu) = v^\top C v - \mu (v^\top v - 1)$, $C$ symmetric"
    lines = [loss, PRINCIPAL[1], rf"$$\frac{{\partial L}}{{\partial \mu}} = v^\top v - 1{zero}$$"]
    problem = check_text("\n\n".join(lines), "a.md").problems[0]
    assert problem.verdict == verdict
    assert verdict == "wrong" or any("up to the sign" in str(note) for line in problem.lines for note in line.notes)


ZEROS = {"behind the gradient": r" \stackrel{!}{=} 0\\", "on a row of its own": "\\\\\n&= 0\\\\"}


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
@pytest.mark.parametrize(("right", "verdict"), [("B^\\top Dz", "right"), ("B^\\top z", "wrong")], ids=["kept", "lost"])
def test_an_equation_behind_a_row_that_goes_on_to_zero_is_judged(zero: str, right: str, verdict: str) -> None:
    rows = rf"\nabla L &= 2B^\top D(Bv - z){zero}" + "\n" + rf"B^\top DBv &= {right}"
    text = r"$L(v) = (Bv - z)^\top D(Bv - z)$ with $D$ symmetric." + "\n\\begin{align*}\n" + rows + "\n\\end{align*}\n"
    assert check_text(text, "a.tex").problems[0].verdict == verdict


def test_an_equation_with_a_value_put_in_is_no_error() -> None:
    zero = r"$$\nabla L = 2B^\top(Bv - z) + 2\mu v = 0$$"
    lines = [DAMPED[0].replace("Bv", "Bv - z"), zero, r"With $\mu = 0$ this is", r"$$B^\top Bv = B^\top z$$"]
    assert check_text("\n\n".join(lines), "a.md").problems[0].verdict == "right"
