"""The judge is not fooled: by sizes, far kinks, values on one side only, underflow, saturation,
small entries beside large ones."""

from __future__ import annotations

import random

import pytest
from adversaries import LOSSES, RIGHT, false_answers

from matgrad_cli.ir import ONE, Entry, Index
from matgrad_cli.notation.problems import read_expression, read_problem
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.fields import Floats
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.nearness import Nearness, nearness, weighed
from matgrad_cli.verify.points import Point, Setting
from matgrad_cli.verify.verdict import Verdict

LEAST_SQUARES = ("norm(X@w-y)**2", "w", "X: m×n, w: n, y: m")


def answered(loss: str, wrt: str, shapes: str, answer: str, *assume: str) -> Verdict:
    """What the judge says of an answer to a problem."""
    problem = read_problem(loss, wrt, [shapes], list(assume))
    stated = read_expression(answer, problem).expr
    sides = [
        (letter, side) for letter, side in zip("st", (problem.wrt.shape.rows, problem.wrt.shape.cols), strict=True)
    ]
    row, col = (None if side is ONE else Index(letter, side) for letter, side in sides)
    letters = tuple(letter for letter in (row, col) if letter is not None)
    entry = Entry(stated, row, col) if letters else stated
    return Judge(problem, thorough=True).check_derivative(entry, letters)


@pytest.mark.parametrize(
    ("loss", "answer", "kind"),
    [
        ("min(x, 1)", "1 - step(x - 1)", "agrees"),
        ("x - abs(x)", "1 - sign(x)", "agrees"),
        ("max(min(x, 1), -1)", "(1 - step(x - 1))*step(x - relu(x - 1) + 1)", "agrees"),
        ("min(x, 1)", "1 - step(x - 1.01)", "differs"),
        ("min(x, 1)", "1 - step(x - 1) + 1e-7*relu(x - 1)", "differs"),
        ("min(x, 1)", "0*x", "differs"),
    ],
)
def test_a_number_that_does_not_move_on_one_side_is_told(loss: str, answer: str, kind: str) -> None:
    assert answered(loss, "x", "x: scalar", answer).kind == kind


@pytest.mark.thorough
@pytest.mark.parametrize("loss", LOSSES, ids=[loss[0] for loss in LOSSES])
@pytest.mark.parametrize("seed", range(2))
def test_no_false_answer_holds(loss: tuple[str, str, list[str], str, str], seed: int) -> None:
    text, wrt, shapes, gradient, size = loss
    accepted = []
    for kind, form in false_answers(random.Random(f"{text}/{seed}")):
        answer = form.format(g=f"({gradient})", v=wrt, n=size)
        verdict = answered(text, wrt, shapes[0], answer)
        if verdict.holds:
            accepted.append((kind, answer, verdict))
    assert accepted == []


@pytest.mark.parametrize("loss", LOSSES, ids=[loss[0] for loss in LOSSES])
def test_every_right_answer_holds(loss: tuple[str, str, list[str], str, str]) -> None:
    text, wrt, shapes, gradient, size = loss
    refused = []
    for form in RIGHT:
        answer = form.format(g=f"({gradient})", v=wrt, n=size)
        verdict = answered(text, wrt, shapes[0], answer)
        if not verdict.holds:
            refused.append((answer, verdict))
    assert refused == []


FALSE = [
    ("exp(-norm(x-c)**2/(2*0.1**2))", "x", "x: n, c: n", "(x-c)*0"),
    ("exp(-norm(x-c)**2/(2*0.1**2))", "x", "x: n, c: n", "(x-c)/0.1**2*exp(-norm(x-c)**2/(2*0.1**2))"),
    ("norm(tanh(50*(X@w))-y)**2", "w", "X: m×n, w: n, y: m", "0*w"),
    ("exp(40*x.T@x)+b.T@x", "x", "x: n, b: n", "80*x*exp(40*x.T@x)+2*b"),
    ("sum(relu(x-5))", "x", "x: n", "0*x"),
    ("sum(abs(x+3))", "x", "x: n", "ones(n)"),
    ("logdet(S)", "S", "S: n×n", "inv(S)+relu(S-50)", "S spd"),
    ("norm(W@Q)**2", "W", "W: m×n, Q: n×p", "2*W", "Q orthogonal"),
    ("norm(X@w)**2", "w", "X: m×n, w: n", "2*w", "X orthogonal"),
    ("norm(X@w-y)**2/60000", "w", "X: 60000×784, w: 784, y: 60000", "X.T@(X@w-y)/60000"),
    ("norm(X@w-y)**2/100", "w", "X: 100×3, w: 3, y: 100", "X.T@(X@w-y)/100"),
    ("sum(arcsinh(x))", "x", "x: n", "(x**2-1)**(-0.5)"),
    ("sum(sqrt(1+x**2))", "x", "x: n", "x/sqrt(x**2-1)"),
    ("sum(log(1+x**2))", "x", "x: n", "2*log(x)"),
    ("sum(x**2)", "x", "x: n", "3*exp(log(x))"),
]


@pytest.mark.parametrize("case", FALSE, ids=[f"{case[0]} {case[3]}" for case in FALSE])
def test_false(case: tuple[str, ...]) -> None:
    assert answered(*case).kind == "differs"


TRUE = [
    ("exp(-norm(x-c)**2/(2*0.1**2))", "x", "x: n, c: n", "-(x-c)/0.1**2*exp(-norm(x-c)**2/(2*0.1**2))"),
    ("norm(tanh(50*(X@w))-y)**2", "w", "X: m×n, w: n, y: m", "100*X.T@((1-tanh(50*X@w)**2)*(tanh(50*X@w)-y))"),
    ("exp(40*x.T@x)+b.T@x", "x", "x: n, b: n", "80*x*exp(40*x.T@x)+b"),
    ("sum(relu(x-5))", "x", "x: n", "(sign(x-5)+1)/2"),
    ("log(det(S))", "S", "S: n×n", "inv(S).T"),
    ("sum(log(x))", "x", "x: n", "1/x"),
    ("sum(abs(x))", "x", "x: n", "x/abs(x)"),
    ("logdet(X.T@X)", "X", "X: m×n", "2*X@inv(X.T@X)"),
    ("sum(acosh(x))", "x", "x: n", "1/sqrt(x**2-1)"),
    ("norm(x-mean(x))", "x", "x: n", "(x-mean(x))/norm(x-mean(x))"),
    ("norm(X@w)**2", "w", "X: m×n, w: n", "2*X.T@X@w", "X orthogonal"),
    ("sum(log(1-x))+sum(log(x))", "x", "x: n", "1/x-1/(1-x)"),
    ("norm(X@w-y)**2/60000", "w", "X: 60000×784, w: 784, y: 60000", "X.T@(X@w-y)/30000"),
    ("mean(x**2)", "x", "x: 60000", "x/30000"),
    ("(0.1*norm(x))**2 + mean(x)", "x", "x: 100", "0.02*x + 0.01*ones(100)"),
    ("norm(X@W-Y)**2", "W", "X: 128×784, W: 784×10, Y: 128×10", "2*X.T@(X@W-Y)"),
]


@pytest.mark.parametrize("case", TRUE, ids=[f"{case[0]} {case[3]}" for case in TRUE])
def test_true(case: tuple[str, ...]) -> None:
    assert answered(*case).holds


@pytest.mark.parametrize(
    "answer", ["2*X.T@(X@exp(log(w))-y)", "2*X.T@(X@w-y)+(w-abs(w))*log(w)", "2*X.T@(X@w-y)+0*log(w)"]
)
def test_a_value_on_one_side_only_is_told(answer: str) -> None:
    verdict = answered(*LEAST_SQUARES, answer)
    assert verdict.kind == "unknown"
    assert verdict.by == "needs w > 0: at a point where the other side has a value this one has none"


def test_an_inverse_that_the_loss_does_not_have_is_told() -> None:
    assert answered(*LEAST_SQUARES, "2*X.T@(X@w-y) + 0*X.T@inv(X@X.T)@y").by.startswith("needs X @ X.T invertible")


def test_sizes_without_a_derivative_are_a_condition() -> None:
    verdict = answered("det(X@X.T)", "X", "X: p×m", "2*det(X@X.T)*inv(X@X.T)@X")
    assert verdict.holds
    assert verdict.needs == "X @ X.T invertible"
    assert verdict.by.endswith("where X @ X.T invertible")


def test_a_side_that_facts_exclude_is_told() -> None:
    verdict = answered("sum(relu(x))", "x", "x: n", "ones(n)", "x positive")
    assert verdict.kind == "agrees"
    assert verdict.by.endswith("no point was found where x is negative")


# ---- thresholds: each limit of the judge, from both sides
# --------------------------------------------------------------


def seen(left: list[float], right: list[float], noise: float = 0.0) -> str:
    """How two arrays compare whose entries move by `noise` when their last digits are shaken."""
    return nearness(left, right, lambda _: ([value + noise for value in left], right)).outcome


@pytest.mark.parametrize(
    ("error", "outcome"), [(5e-10, "agrees"), (2e-9, "unclear"), (5e-7, "unclear"), (2e-6, "differs")]
)
def test_the_limits_of_equal_and_different(error: float, outcome: str) -> None:
    assert seen([1.0, 1.0], [1.0, 1.0 + error]) == outcome
    assert seen([1e-90, 1e9], [1e-90 * (1 + error), 1e9]) == outcome


@pytest.mark.parametrize(("noise", "outcome"), [(0.0, "differs"), (1e-9, "differs"), (1e-2, "noise")])
def test_a_difference_below_the_noise_is_none(noise: float, outcome: str) -> None:
    assert seen([1e-3], [2e-3], noise) == outcome


def test_zeros_are_equal_and_noise_is_not_zero() -> None:
    assert seen([0.0], [0.0]) == "agrees"
    assert seen([0.0], [0.0], 1e-16) == "noise"
    assert seen([1e201], [1e201]) == "nothing"
    assert seen([float("nan")], [float("nan")]) == "nothing"


def points(*found: tuple[str, float], mode: str = "generic") -> list[tuple[Evaluator, Nearness]]:
    """What was found at points of a range."""
    setting = Setting(read_problem(*LEAST_SQUARES[:2], [LEAST_SQUARES[2]]))
    return [(Evaluator(Point(setting, 0, mode, Floats())), Nearness(outcome, error)) for outcome, error in found]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ([], "unknown"),
        ([("agrees", 0.0)], "unknown"),
        ([("agrees", 0.0)] * 2, "agrees"),
        ([("noise", 0.0)] * 9, "unknown"),
        ([("nothing", 0.0)] * 9, "unknown"),
        ([("agrees", 0.0)] * 2 + [("noise", 0.0)] * 9, "agrees"),
        ([("agrees", 0.0)] * 9 + [("unclear", 1e-7)], "unknown"),
        ([("agrees", 0.0)] * 9 + [("differs", 2e-3)], "differs"),
        ([("agrees", 0.0)] * 9 + [("differs", 5e-4)], "unknown"),
        ([("agrees", 0.0)] * 9 + [("differs", 5e-4)] * 2, "differs"),
        ([("differs", 5e-4)], "differs"),
    ],
)
def test_what_the_points_say_together(found: list[tuple[str, float]], kind: str) -> None:
    assert weighed(points(*found), [], False).kind == kind


def test_a_side_that_was_not_seen_is_no_agreement() -> None:
    assert weighed(points(("agrees", 0.0), ("agrees", 0.0)), [], True).kind == "unknown"


def test_what_is_unclear_only_at_extreme_points_is_passed_over() -> None:
    found = [*points(("agrees", 0.0), ("agrees", 0.0)), *points(("unclear", 1e-7), mode="huge")]
    assert weighed(found, [], False).kind == "agrees"


def test_facts_of_rows_hold_also_where_there_is_one_column() -> None:
    loss = ("-sum(Y*log(softmax(X@W, axis=1)))", "W", "X: N×d, W: d×k, Y: N×k", "X.T@(softmax(X@W, axis=1) - Y)")
    assert answered(*loss, "Y onehot").holds
    assert answered(*loss, "Y simplex").holds


def test_what_is_far_above_rounding_counts_at_extreme_points_too() -> None:
    place = points(("agrees", 0.0), mode="huge")[0][0]
    found = [*points(("agrees", 0.0), ("agrees", 0.0)), (place, Nearness("unclear", 1e-7, sure=True))]
    assert weighed(found, [], False).kind == "unknown"


@pytest.mark.parametrize("size", [12, 16])
def test_a_far_kink_beside_a_high_power_is_seen(size: int) -> None:
    right = "6*z**5"
    assert answered("norm(z**3)**2", "z", "z: n", right).holds
    assert not answered("norm(z**3)**2", "z", "z: n", f"{right} + relu(-z - {size}*ones(n))").holds


def test_where_no_noise_can_be_measured_what_is_tiny_in_itself_is_noise() -> None:
    assert nearness([2e-16], [0.0], lambda _: None).outcome == "noise"
    assert nearness([2e-6], [0.0], lambda _: None).outcome == "differs"
