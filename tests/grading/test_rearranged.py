"""The form of a formula: the same for rearrangements, another for every mutant that NumPy tells apart;
work is done once for it."""

from __future__ import annotations

import random

import pytest

from grading.test_mutated_answers import PROBLEMS, _rewritten, mutants, points, same
from matgrad_cli.grading.answers.judge import judge_answer
from matgrad_cli.grading.check import check_text
from matgrad_cli.grading.rearranged import rearranged
from matgrad_cli.grading.task import Task, task_for
from matgrad_cli.ir import Expr
from matgrad_cli.ir.memory import let_go
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_expression
from work import calls_in


def posed(name: str) -> tuple[Task, Expr, str]:
    loss, wrt, shapes, assume, answer = PROBLEMS[name]
    task = task_for((loss, wrt, shapes, assume, None, "gradient"))
    return task, read_expression(answer, task.problem).expr, answer


@pytest.mark.parametrize("name", PROBLEMS)
def test_formulas_of_one_form_are_equal_for_numpy(name: str) -> None:
    task, expr, answer = posed(name)
    at, rng, shared = points(task), random.Random(name), 0
    for mutant in dict.fromkeys(mutants(expr)):
        if rearranged(mutant) == rearranged(expr):
            assert same(to_text(mutant), answer, at), to_text(mutant)
    new = expr
    for _ in range(30):
        new = _rewritten(new if len(to_text(new)) < 200 else expr, rng)
        shared += rearranged(new) == rearranged(expr)
    assert shared >= 5


@pytest.mark.parametrize(("text", "other"), [
    ("x.T@y * x", "x@(y.T@x)"), ("(x@y.T).T", "y@x.T"), ("2*(A@B)/3", "(2/3)*A@B"), ("(x.T@A@y)*B", "(y.T@A.T@x)*B"),
    ("exp(x+y)", "exp(y+x)"), ("A@(B+A) - A@B", "A@A"), ("x*y", "y*x"), ("eye(n)@A", "A"),
])  # fmt: skip
def test_rearranged(text: str, other: str) -> None:
    problem = task_for(("x.T@A@B@y", "x", "x: n, y: n, A: n×n, B: n×n", "", None, "gradient")).problem
    one, two = (read_expression(side, problem).expr for side in (text, other))
    assert rearranged(one) == rearranged(two) is not None


@pytest.mark.parametrize(
    "text", ["x + log(y) - log(y)", "x*0 + sqrt(x)*0", "inv(A)@x - inv(A)@x", "exp(log(x)-log(x))"]
)
def test_what_may_lack_a_value_does_not_vanish(text: str) -> None:
    problem = task_for(("x.T@A@y", "x", "x: n, y: n, A: n×n", "", None, "gradient")).problem
    assert rearranged(read_expression(text, problem).expr) is None


def test_a_second_answer_of_one_form_is_not_compared_again() -> None:
    # a problem of its own: what was proved of one that other tests pose is known already
    task = task_for(("norm(F@X@G - H)**2/2", "X", "F: p×m, X: m×n, G: n×q, H: p×q", "", None, "gradient"))
    let_go()
    first = calls_in(lambda: judge_answer(task, "F.T@(F@X@G - H)@G.T", None))
    again = calls_in(lambda: judge_answer(task, "(G@(F@X@G - H).T@F).T", None))
    assert 3 * again < first
    assert judge_answer(task, "(G@(F@X@G + H).T@F).T", None).verdict == "wrong"


@pytest.mark.parametrize("function", ["sum", "tr", "logsumexp", "norm"])
def test_a_number_made_of_an_identity_knows_its_size(function: str) -> None:
    problem = (
        f'[[problem]]\nloss = "{function}(eye(n))*sum(X)"\nwrt = "X"\nshapes = "X: m×n"\nanswer = '
        f'"%s(eye(%s))*ones(m,n)"\n'
    )
    verdicts = [check_text(problem % (function, size), "answers.toml").problems[0].verdict for size in "nm"]
    assert verdicts == ["right", "wrong"]
