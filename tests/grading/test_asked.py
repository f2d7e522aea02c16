"""Keys that ask for something else than a first derivative: the second one, a solution, a minimum under constraints;
and `end`."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import ProblemReport

RIDGE = (
    'loss = "norm(X@w-y)**2 + lam*norm(w)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m, lam: scalar"\nasks = '
    '"minimum"\n'
)
PORTFOLIO = 'loss = "w.T@S@w"\nwrt = "w"\nshapes = "S: n×n, w: n"\nassume = "S spd"\nsubject_to = "sum(w) = 1"\n'
SHORTEST = (
    'loss = "norm(w)**2"\nwrt = "w"\nshapes = "w: n, A: k×n, b: k"\nassume = "A wide"\nsubject_to = ["A@w = b"]\n'
)
HESSIAN = 'loss = "norm(X@w-y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\norder = 2\n'
WEIGHTS = r"\frac{S^{-1}\mathbf 1}{\mathbf 1^\top S^{-1}\mathbf 1}"


def judged(key: str, answer: str = "", rows: str = "", **more: Any) -> ProblemReport:
    if not rows:
        said = "".join(f"{word} = '{text}'\n" for word, text in more.items())
        return check_text(f"{key}{said}answer = '{answer}'\n", "a.toml").problems[0]
    head = re.sub(r'^(\w+) = ["\[]*(.*?)["\]]*$', r"\1: \2", key, flags=re.MULTILINE)
    return check_text(f"```matgrad\n{head}\n{rows}\n```\n", "a.md").problems[0]


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "answer", "verdict", "code"), [
    (HESSIAN, "2*X.T@X", "right", None), (HESSIAN, "X.T@X", "wrong", "lost-factor"), (HESSIAN, "2*X.T@(X@w-y)", "wrong",
    "shape-mismatch"),
    (RIDGE, "inv(X.T@X + lam*eye(n)) @ X.T @ y", "right", None), (RIDGE, "inv(X.T@X + 2*lam*eye(n)) @ X.T @ y", "wrong",
    "differs"),
    (RIDGE, r"2(X^\top X + \lambda I)^{-1}X^\top y", "wrong", "lost-factor"), (RIDGE, "w", "undecided",
    "not-worked-out"),
    (RIDGE, "2*X.T@(X@w-y) + 2*lam*w", "undecided", "not-worked-out"), (RIDGE, "X.T@X", "wrong", "shape-mismatch"),
    (RIDGE.replace("minimum", "maximum"), "inv(X.T@X + lam*eye(n)) @ X.T @ y", "undecided", None),
    (PORTFOLIO, WEIGHTS, "right", None), (PORTFOLIO, r"S^{-1}\mathbf 1", "wrong", None), (PORTFOLIO, "zeros(n)",
    "wrong", None),
    (PORTFOLIO + 'asks = "minimum"\n', WEIGHTS, "right", None), (PORTFOLIO + 'asks = "maximum"\n', WEIGHTS, "wrong",
    "differs"),
    (SHORTEST, "A.T@inv(A@A.T)@b", "right", None), (SHORTEST, "2*A.T@inv(A@A.T)@b", "wrong", None), (SHORTEST, "nu",
    "unreadable", None),
])  # fmt: skip
def test_an_answer(key: str, answer: str, verdict: str, code: str | None) -> None:
    found = judged(key, answer)
    assert found.verdict == verdict or (verdict == "unreadable" and found.verdict == "undecided")
    assert code is None or found.final.code == code


LAGRANGIAN = r"""L = w^\top S w - \lambda(\mathbf 1^\top w - 1)
\nabla_w L = 2Sw - \lambda \mathbf 1 = 0
w = \frac{\lambda}{2} S^{-1}\mathbf 1
\mathbf 1^\top w = 1
"""
HALVES = LAGRANGIAN.replace("= w", r"= \frac12 w").replace("2Sw", "Sw").replace(r"\frac{\lambda}{2}", r"\lambda")


@pytest.mark.thorough
@pytest.mark.parametrize(("key", "rows", "verdict", "first"), [
    (PORTFOLIO, f"{LAGRANGIAN}w = {WEIGHTS}", "right", None), (PORTFOLIO, f"{HALVES}w = {WEIGHTS}", "right", None),
    (PORTFOLIO, f"{LAGRANGIAN.replace('2} S', '4} S')}w = {WEIGHTS}", "wrong", 3),
    (PORTFOLIO, f"{LAGRANGIAN}w = S^{{-1}}\\mathbf 1", "wrong", 5),
    (PORTFOLIO, "L = w^\\top S w - 7\\lambda(\\mathbf 1^\\top w - 1)\nw = " + WEIGHTS, "undecided", None),
    (SHORTEST, "L = w^\\top w + \\nu^\\top(Aw - b)\n2w + A^\\top\\nu = 0\nw = A^\\top(AA^\\top)^{-1}b", "right", None),
    (HESSIAN, "\\nabla_w L = 2X^\\top(Xw-y)\n\\nabla_w^2 L = 2X^\\top X", "right", None),
    (HESSIAN + 'require = "answer"\n', "\\nabla_w L = 2X^\\top(Xw-y)", "wrong", None),
    (HESSIAN, "\\nabla_w L = 2X^\\top(Xw-y)\n\\nabla_w^2 L = X^\\top X", "wrong", 2),
])  # fmt: skip
def test_a_derivation(key: str, rows: str, verdict: str, first: int | None) -> None:
    found = judged(key, rows=rows)
    assert found.verdict == verdict
    assert (found.first_wrong and found.first_wrong.number) == first


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tex", "% matgrad: loss = x.T@x\n% matgrad: wrt = x\n$$ \\nabla L = 2x $$\n% matgrad: end\n$$ 1 = 2 $$\n"),
        ("a.md", "```matgrad\nloss: x.T@x\nwrt: x\n\n\\nabla L = 2x\nend\n1 = 2\n```\n"),
    ],
)
def test_behind_the_end_nothing_belongs_to_a_problem(name: str, text: str) -> None:
    (problem,) = check_text(text, name).problems
    assert (problem.verdict, len(problem.lines)) == ("right", 1)


def test_a_key_begins_the_next_problem_behind_the_end() -> None:
    keys = "% matgrad: loss = x.T@x\n% matgrad: wrt = x\n"
    text = f"{keys}$$ \\nabla L = 2x $$\n% matgrad: end\n{keys}$$ \\nabla L = x $$"
    assert [one.verdict for one in check_text(text, "a.tex").problems] == ["right", "wrong"]


@pytest.mark.parametrize(("key", "place"), [
    (HESSIAN.replace("2\n", "3\n"), "order"), (RIDGE + "order = 2\n", "order"), (PORTFOLIO + 'asks = "gradient"\n',
    "a solution"),
    (RIDGE.replace("minimum", "minimun"), "asks"), (PORTFOLIO.replace(" = 1", ""), "a constraint"),
])  # fmt: skip
def test_a_key_that_asks_for_nothing_that_there_is(key: str, place: str) -> None:
    found = judged(key, "x")
    assert found.verdict == "unreadable"
    assert place in str(found.final.message)


@pytest.mark.thorough
@pytest.mark.parametrize("wrong", [
    r"(X^\top X + \lambda X^\top X)^{-1}X^\top y", r"(X^\top X + 2\lambda I)^{-1}X^\top y", r"(X^\top X)^{-1}X^\top y",
    r"(X^\top X)^{-1}X^\top y + \lambda", r"\lambda X^\top y", r"(X^\top X + e^{\lambda}I)^{-1}X^\top y",
])  # fmt: skip
@pytest.mark.parametrize("answer", [False, True])
def test_the_evidence_against_a_minimum_is_true(wrong: str, answer: bool) -> None:
    key = RIDGE.replace(
        '"X: m×n, w: n, y: m, lam: scalar"', '"X: m×n, w: n, y: m, lam: scalar"\nassume = "lam positive"'
    )
    (line,) = (judged(key, wrong) if answer else judged(key, rows=f"w = {wrong}")).lines
    assert line.diagnostic is not None
    note = next(note for note in line.diagnostic.notes if "the gradient there is" in note)
    X, y, lam, w, slope = (
        np.array(json.loads(said)) for said in re.findall(r"(?:= |there is )(\S+(?:, [^a-z]+)*)(?:,|$| this)", note)
    )
    assert np.allclose(2 * X.T @ (X @ w - y) + 2 * lam * w, slope, atol=0.01)
    assert np.abs(slope).max() > 0.01


ENTRIES = [
    (r"(X^\top X + \lambda I)^{-1}X^\top y", "right"),
    (r"(X^\top X - \lambda I)^{-1}X^\top y", "wrong"),
    (r"2X^\top y", "wrong"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("value", "verdict"), ENTRIES)
@pytest.mark.parametrize("letter", ["i", "j"])
def test_a_minimum_may_be_given_entry_by_entry(value: str, verdict: str, letter: str) -> None:
    found = judged(RIDGE, rows=f"w_{letter} = \\left[{value}\\right]_{letter}")
    assert (found.verdict, found.final.verdict) == (verdict, verdict)
    assert all("the left side" not in note for line in found.lines if line.diagnostic for note in line.diagnostic.notes)


def test_an_array_of_entries_keeps_its_rows_and_columns() -> None:
    key = (
        'loss = "norm(A@X - B)**2"\nwrt = "X"\nshapes = "A: n×n, X: n×n, B: n×n"\nassume = "A invertible"\nasks '
        '= "minimum"\n'
    )
    assert judged(key, rows="X_{ij} = [A^{-1}B]_{ij}").verdict == "right"
    assert judged(key, rows="X_{ji} = [A^{-1}B]_{ji}").verdict == "right"
    assert judged(key, rows="X_{ji} = [A^{-1}B]_{ij}").verdict == "wrong"
