"""Formulas that are said of one variable answer for no other; a key that asks for several derivatives wants them
all."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import Key, check_text
from matgrad_cli.records.finding import ProblemReport

KEY = """
[[problem]]
id = "both"
loss = "norm(A@B - C)**2"
wrt = "A, B"
shapes = "A: m×k, B: k×n, C: m×n"

[[problem]]
id = "B"
loss = "norm(A@B - C)**2"
wrt = "B"
shapes = "A: m×k, B: k×n, C: m×n"
"""
BY_A, BY_B = "2(AB-C)B^T", "2A^T(AB-C)"
BOTH = [
    (f"$\\nabla_A L = {BY_A}$ and $\\nabla_B L = {BY_B}$", "right", 1),
    (f"A: ${BY_A}$, B: ${BY_B}$", "right", 1),
    (f"${BY_A}$, ${BY_B}$", "right", 1),
    (f"${BY_A}$\n\n$(AB-C)B$", "wrong", 0.5),
    (f"$$\\nabla_A L = {BY_A}$$\n$$\\nabla_B L = {BY_B}$$", "right", 1),
    (f"$\\nabla_A L = {BY_A}$", "undecided", 0.5),
    (f"B: ${BY_A}$, A: ${BY_B}$", "undecided", 0),
    ("```\ndA = 2*(A@B-C)@B.T\ndB = 2*A.T@(A@B-C)\n```", "right", 1),
    ("```\ndB = 2*(A@B-C)@B.T\ndA = 2*A.T@(A@B-C)\n```", "wrong", 0),
    ("```python\ndef grads(A, B, C):\n    R = A@B - C\n    return 2*R@B.T, 2*A.T@R\n```", "right", 1),
    ("```python\ndef grads(A, B, C):\n    R = A@B - C\n    return R@B.T, 2*A.T@R\n```", "wrong", 0.5),
]
ONE = [
    (f"The gradient with respect to $A$ is ${BY_B}$.", "undecided"),
    (f"Nach $A$: ${BY_B}$", "undecided"),
    (f"By $B$ we get ${BY_B}$.", "right"),
    (f"- A: ${BY_A}$\n- B: ${BY_B}$", "right"),
    (f"- A: ${BY_B}$\n- B: ${BY_A}$", "undecided"),
    ("```\ndA = 2*A.T@(A@B-C)\n```", "undecided"),
    ("```python\ngrad_A = 2*A.T@(A@B-C)\n```", "undecided"),
    ("```\ndB = 2*A.T@(A@B-C)\ndA = 2*(A@B-C)@B.T\n```", "right"),
    ("```\ndB = 2*(A@B-C)@B.T\ndA = 2*A.T@(A@B-C)\n```", "wrong"),
]
ANSWERS = [
    ("both", "dA = 2*(A@B-C)@B.T; dB = 2*A.T@(A@B-C)", "right"),
    ("both", "(2*(A@B-C)@B.T, 2*A.T@(A@B-C))", "right"),
    ("both", "[2*(A@B-C)@B.T, 2*A.T@(A@B-C)]", "right"),
    ("both", "2*(A@B-C)@B.T\\n2*A.T@(A@B-C)", "right"),
    ("both", "B: 2*A.T@(A@B-C)\\nA: 2*(A@B-C)@B.T", "right"),
    ("both", "2*R@B.T, 2*A.T@R, R = A@B - C", "right"),
    ("both", r"2(AB-C)B^T \\text{ and } 2A^T(AB-C)", "right"),
    ("both", "A: 2*A.T@(A@B-C)\\nB: 2*(A@B-C)@B.T", "wrong"),
    ("both", "2*(A@B-C)@B.T, 2*A.T@(A@B-C)", "right"),
    ("both", r"\\nabla_B = 2A^T(AB-C), \\nabla_A = 2(AB-C)B^T", "right"),
    ("both", "2*A.T@(A@B-C), 2*(A@B-C)@B.T", "wrong"),
    ("both", "2*(A@B-C)@B.T", "wrong"),
    ("B", "dA = 2*A.T@(A@B-C)", "undecided"),
    ("B", "dB = 2*A.T@(A@B-C)", "right"),
]


def judged(key: Key, name: str, text: str) -> ProblemReport:
    return next(one for one in check_text(f"## Problem {name}\n{text}\n", "a.md", key).problems if one.id == name)


@pytest.mark.parametrize(("text", "verdict", "score"), BOTH)
def test_all_derivatives_that_are_asked_for_are_wanted(key: Key, text: str, verdict: str, score: float) -> None:
    found = judged(key, "both", text)
    assert (found.verdict, found.score) == (verdict, score), found


@pytest.mark.parametrize(("text", "verdict"), ONE)
def test_what_is_said_of_another_variable_is_no_answer(key: Key, text: str, verdict: str) -> None:
    assert judged(key, "B", text).verdict == verdict


@pytest.mark.parametrize(("name", "answer", "verdict"), ANSWERS)
def test_answers_of_a_table(key: Key, name: str, answer: str, verdict: str) -> None:
    problems = check_text(f'[[problem]]\nid = "{name}"\nanswer = "{answer}"\n', "a.toml", key).problems
    found = next(one for one in problems if one.id == name)
    assert found.verdict == verdict, found


@pytest.mark.parametrize("first", ["1", "2"])
def test_a_number_in_a_name_may_stand_below_it(first: str) -> None:
    by = {"1": r"\frac{\partial L}{\partial W_1} = 2EW_2^T", "2": r"\frac{\partial L}{\partial W_{2}} = 2W_1^TE"}
    said = f"{by.pop(first)}, {by.popitem()[1]}" r" \text{ where } E = W_1W_2 - C"
    text = "[[problem]]\nloss = 'norm(W1@W2 - C)**2'\nwrt = 'W1, W2'\nshapes = 'W1: m×k, W2: k×n, C: m×n'\n"
    assert check_text(f"{text}answer = '{said}'\n", "a.toml").problems[0].verdict == "right"
