"""Right and wrong answers in one process, all distinct, beside NumPy's yes or no to the same texts;
`pytest -m bench -s` prints it."""

from __future__ import annotations

import random
from contextlib import suppress
from time import process_time

import numpy as np
import pytest

from grading.test_mutated_answers import PROBLEMS, _rewritten, mutants, points, same
from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.task import Task, task_for, worked_out
from matgrad_cli.ir.memory import crowded, let_go
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression

pytestmark = pytest.mark.bench
MOST = {"right": 4.3, "wrong": 22}
"""So many times as long as NumPy, which compares at two points and names no cause, an answer may take:
1.3 times what was reached."""


def distinct(kind: str, count: int) -> list[tuple[str, Task, str, str]]:
    """Problem, task, what is right, and an answer; no text twice."""
    rng, found = random.Random(5), dict[tuple[str, str], tuple[str, Task, str, str]]()
    while len(found) < count:
        for name, (loss, wrt, shapes, assume, right) in PROBLEMS.items():
            task = task_for((loss, wrt, shapes, assume, None, "gradient"))
            expr = read_expression(right, task.problem).expr
            for _ in range(rng.randint(1, 3)):
                expr = _rewritten(expr, rng)
            expr = expr if kind == "right" else rng.choice(list(mutants(expr)))
            found[name, to_text(expr)] = name, task, right, to_text(expr)
    return list(found.values())[:count]


@pytest.mark.parametrize("kind", MOST)
def test_answers_beside_numpy(kind: str) -> None:
    answers = distinct(kind, 400)
    at = {name: points(task) for name, task, _, _ in answers}
    for name, task, right, _ in answers:  # the points of each problem are drawn once, and it is derived once
        worked_out(task.problem, task.layout)
        judge_answer(task, right, None), judge_answer(task, f"{right} - 3*({right.replace('.T', '')})", None), at[name]
    mine, other, judged = [], [], 0
    for _ in range(3):  # in turn, as the machine may be busy
        let_go()
        start, judged = process_time(), 0
        for _, task, _, text in answers:
            if crowded():
                let_go()
            judged += judge_answer(task, text, None).verdict == kind
        mine.append(process_time() - start)
        start = process_time()
        for name, _, right, text in answers:
            with suppress(ValueError, ArithmeticError, np.linalg.LinAlgError), np.errstate(all="ignore"):
                same(text, right, at[name])
        other.append(process_time() - start)
    ratio = min(mine) / min(other)
    print(f"\n{kind}: {len(answers) / min(mine):.0f} answers a second, {ratio:.1f} times as long as NumPy's yes or no")
    assert judged > 0.8 * len(answers)
    assert ratio < MOST[kind]
