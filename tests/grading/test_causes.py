"""A cause is named only if its repair holds: the repaired line was judged, is what is printed,
and is read back as right."""

from __future__ import annotations

import re

import pytest

from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.bench import Bench
from matgrad_cli.grading.slips.causes import CAUSES, Repair, Slip
from matgrad_cli.grading.task import Task, task_for
from matgrad_cli.ir import Transpose
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression
from matgrad_cli.verify.verdict import Verdict

from .test_mutated_answers import PROBLEMS, mutants

LINE = re.compile(r"(?::|as in) `([^`]*)`$")


def task(loss: str, wrt: str, shapes: str, assume: str = "") -> Task:
    return task_for((loss, wrt, shapes, assume, None, "gradient"))


def slip_of(of: Task, answer: str) -> Slip:
    found = judge_answer(of, answer, None)
    assert found.verdict == "wrong", answer
    assert found.slip is not None
    return found.slip


def read_back(of: Task, slip: Slip) -> str | None:
    """The verdict on the line that is printed as the repair; None if none is printed."""
    found = LINE.search(slip.help or "")
    return judge_answer(of, found[1], None).verdict if found else None


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_no_cause_without_a_repair(code: str) -> None:
    with pytest.raises(ValueError, match="names a cause"):
        Slip(code, "…", help="…")


def test_a_repair_was_judged_and_has_the_kind_of_what_is_needed() -> None:
    of = task("norm(X@w-y)**2", "w", "X: n×d, w: d, y: n")
    line, other = read_expression("X.T@(X@w-y)", of.problem).expr, read_expression("X@w-y", of.problem).expr
    with pytest.raises(ValueError, match="must hold"):
        Repair(line, line, Verdict("differs", "…"))
    with pytest.raises(ValueError, match="must hold"):
        Repair(line, line, Verdict("unknown", "…"))
    with pytest.raises(ValueError, match="kind"):
        Repair(line, other, Verdict("proved", "…"))
    assert of.bench.repair(line, Transpose(line)) is None
    assert of.bench.repair(line, read_expression("2*X.T@(X@w-y)", of.problem).expr) is None


LEAST_SQUARES = "norm(X@R-Y,'fro')**2/m", "R", "X: m×d, R: d×p, Y: m×p"
RIDGE = "norm(X@w-y)**2/n + lam*norm(w)**2", "w", "X: n×d, w: d, y: n, lam: scalar"
NAMED = [
    # a size or a variable lost, alone and together with a number
    (LEAST_SQUARES, "2*X.T@(X@R-Y)", "lost-factor", "the factor 1/m is lost", "2/m Xᵀ(XR − Y)"),
    (LEAST_SQUARES, "X.T@(X@R-Y)", "lost-factor", "the factor 2/m is lost", "2/m Xᵀ(XR − Y)"),
    (LEAST_SQUARES, "2*X.T@(X@R-Y)/m**2", "lost-factor", "there is a factor 1/m too many", "2/m Xᵀ(XR − Y)"),
    (
        (*LEAST_SQUARES[:2], "X: n×d, R: d×p, Y: n×p, m: scalar"),
        "2*X.T@(X@R-Y)",
        "lost-factor",
        "the factor 1/m is lost",
        "2/m Xᵀ(XR − Y)",
    ),
    (("norm(x-mu)**2/(2*s**2)", "x", "x: n, mu: n, s: scalar"), "x-mu", "lost-factor", "1/s² is lost", "1/s² (x − μ)"),
    (("lam*norm(x)**2/(n*s**2)", "x", "x: n, lam: scalar, s: scalar"), "x", "lost-factor", "is lost", None),
    # in one term, and another one in each term
    (RIDGE, "2/n*X.T@(X@w-y) + 2*w", "lost-factor", "the term `2w` is off by a factor: it must be λ× this", None),
    (RIDGE, "X.T@(X@w-y) + 2*w", "differs", "multiply `Xᵀ(Xw − y)` by 2/n and `2w` by λ", "2/n Xᵀ(Xw − y) + 2λw"),
    (RIDGE, "-2/n*X.T@(X@w-y) - 2*lam*w + 0*w", "wrong-sign", "exactly −1 times", None),
    (("norm(w)**2 + b.T@w + c.T@w", "w", "w: d, b: d, c: d"), "2*w - b - c", "wrong-sign", "`−b` and `−c`", None),
    # transposes, brackets
    (
        ("norm(A@X-B)**2", "X", "A: n×n, X: n×n, B: n×n"),
        "2*A@(A@X-B)",
        "missing-transpose",
        "missing on one factor",
        "2Aᵀ(AX − B)",
    ),
    (
        ("tr(A@(B+D)@C@X)", "X", "A: n×n, B: n×n, C: n×n, D: n×n, X: n×n"),
        "C.T@(B+D)@A.T",
        "missing-transpose",
        "",
        "Cᵀ(B + D)ᵀAᵀ",
    ),
    # a sign where the shapes fit only as NumPy's one-dimensional vectors
    (
        ("gamma/2*norm(beta)**2 + sum(X@beta)", "beta", "X: n×k, beta: k"),
        "ones(n) @ X - gamma*beta",
        "wrong-sign",
        "`−γβ`",
        None,
    ),
    # a chain inside a function is the chain rule's, a factor in front is not
    (
        ("sum(sin(c*x))", "x", "x: n, c: scalar"),
        "cos(c*x)",
        "chain-rule",
        "the derivative of `cx` with respect to `x`",
        None,
    ),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("problem", "answer", "code", "message", "line"), NAMED)
def test_the_cause_and_its_repair(
    problem: tuple[str, ...], answer: str, code: str, message: str, line: str | None
) -> None:
    of = task(*problem)
    slip = slip_of(of, answer)
    assert (slip.code, message in slip.message) == (code, True), slip
    assert read_back(of, slip) in ("right", None if code == "chain-rule" else "right")
    if line is not None:
        assert slip.help is not None
        assert slip.help.endswith(f"`{line}`")


def test_what_fits_and_is_not_needed_is_not_proposed() -> None:
    slip = slip_of(task("inner(G,X@W)", "X", "G: m×n, X: m×k, W: k×n"), r"G X^\top")
    assert (slip.code, slip.help) == ("non-conformable", None)


MISFITS = [
    (("norm(X@w-y)**2", "w", "X: n×d, w: d, y: n"), "2*X@(X@w-y)"),
    (("norm(X@w-y)**2", "w", "X: n×d, w: d, y: n"), r"2 X^T X w - y"),
    (("inner(G,X@W)", "X", "G: m×n, X: m×k, W: k×n"), "G@W"),
    (("tr(A@(B+D)@C@X)", "X", "A: n×m, B: m×k, C: k×p, D: m×k, X: p×n"), "C.T@(B+D)@A.T"),
]


@pytest.mark.parametrize(("problem", "answer"), MISFITS)
def test_the_repair_of_what_does_not_fit_is_what_is_needed(problem: tuple[str, ...], answer: str) -> None:
    of = task(*problem)
    slip = slip_of(of, answer)
    assert slip.code == "non-conformable"
    assert slip.repair is not None
    assert read_back(of, slip) == "right"


@pytest.mark.thorough
@pytest.mark.parametrize("name", PROBLEMS)
def test_every_cause_of_a_mutant_holds(name: str) -> None:
    """Judged again on a bench of other points; printed and read back."""
    loss, wrt, shapes, assume, answer = PROBLEMS[name]
    of = task(loss, wrt, shapes, assume)
    expr = read_expression(answer, of.problem).expr
    again = Bench(of.problem, seed=77)
    named = 0
    for mutant in dict.fromkeys(mutants(expr)):
        found = judge_answer(of, to_text(mutant), None)
        if found.slip is None or found.slip.repair is None:
            continue
        repair = found.slip.repair
        assert of.wanted is not None
        if found.slip.code != "needs-fact":
            assert again.compare(of.wanted, repair.expr).holds, to_text(mutant)
            assert read_back(of, found.slip) in ("right", None), (to_text(mutant), found.slip.help)
        named += found.slip.code in CAUSES
    assert named > 8
