"""What must stop a false line, from the judge to the command: each of these nets was once cut without a test that
noticed."""

from __future__ import annotations

import pytest

from matgrad_cli import api
from matgrad_cli.diagnostics import BugError
from matgrad_cli.diagnostics.record import replace
from matgrad_cli.grading.check import check_text
from matgrad_cli.ir import Transpose
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.textbook.simplifier import Simplifier
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.verdict import Verdict

DIFFERS = Verdict("differs", "as the test says")
ANSWER = '[[problem]]\nloss = "norm(X@w - y)**2"\nwrt = "w"\nshapes = "X: m×n, w: n, y: m"\nanswer = "{}"\n'


def derivation() -> Derivation:
    return derive(read_problem("tr(X @ C)", "X", ["X: m×n, C: n×m"], [], None))


def test_a_contradicted_result_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judge, "check_derivative", lambda *_, **__: DIFFERS)
    for call in (api.explain, api.gradient):
        with pytest.raises(BugError) as caught:
            call("tr(X @ C)", "X")
        assert caught.value.diagnostic.code == "contradiction"


def test_a_contradicted_step_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    found = derivation()
    broken = replace(found, steps=(replace(found.steps[0], verdict=DIFFERS), *found.steps[1:]))
    monkeypatch.setattr("matgrad_cli.rewrite.derive.derive", lambda *_, **__: broken)
    for call in (api.explain, api.gradient):
        with pytest.raises(BugError) as caught:
            call("tr(X @ C)", "X")
        assert caught.value.diagnostic.code == "contradiction"


def test_what_cannot_be_judged_is_undecided_and_scores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judge, "compare_over", lambda *_, **__: Verdict("unknown", "as the test says"))
    fresh = ANSWER.replace("**2", "**2/97")  # of a problem that nobody else asks, no answer is known to be right
    problem = check_text(fresh.format("X.T @ (X@w - y) * 2/97"), "answers.toml").problems[0]
    assert (problem.verdict, problem.score) == ("undecided", 0)


def test_a_step_that_cannot_be_judged_is_not_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judge, "compare_over", lambda *_, **__: Verdict("unknown", "as the test says"))
    found = derivation()
    assert found.verdict == "unknown"
    assert not any(step.verdict.holds for step in found.steps)
    assert not api.gradient("tr(X @ C)", "X").verified


@pytest.mark.parametrize("loss", ["logdet(S)", "tr(inv(S) @ B)", "tr(S @ S.T @ B)"])
def test_a_fact_about_the_variable_holds_at_the_point_and_not_along_the_second_direction(loss: str) -> None:
    found = api.gradient(loss, "S", "S: n×n, B: n×n", "S symmetric", order=2)
    assert found.verified


def test_a_known_function_is_recognised_only_where_nothing_must_be_supposed() -> None:
    free = read_problem("exp(log(x))", "x", ["x: scalar"], [], None)
    known = read_problem("exp(log(x))", "x", ["x: scalar"], ["x positive"], None)
    assert Simplifier(free).whole(free.loss) is free.loss
    assert Simplifier(known).whole(known.loss) is known.wrt


def test_a_judge_that_always_agrees_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves must be able to fail: with such a judge false rules and false answers pass."""
    monkeypatch.setattr(Judge, "compare_over", lambda *_, **__: Verdict("proved", "as the test says"))
    assert check_text(ANSWER.format("3*X.T@(X@w-y)"), "answers.toml").problems[0].verdict == "right"


def test_arrays_of_different_shapes_differ_however_they_are_compared() -> None:
    problem = read_problem("x.T @ x", "x", ["x: n"], [], None)
    x = problem.wrt
    for verdict in (Judge(problem).compare(x, Transpose(x)), Judge(problem).compare_over(x, Transpose(x), ())):
        assert verdict.kind == "differs"
