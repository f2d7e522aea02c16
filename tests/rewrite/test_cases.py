"""Case tables: the slides' table to the letter, merged conditions, and that the judge would see a wrong table."""

from __future__ import annotations

from math import prod

import pytest

from matgrad_cli.ir import Expr, Index, Number, mul
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.network.cases import Case, as_sum, case_table, cases_of
from matgrad_cli.verify.judge import Judge


def table(loss: str, wrt: str, *shapes: str, order: int = 1) -> list[tuple[str, str]]:
    result = derive(read_problem(loss, wrt, shapes), order=order).result
    return [(to_text(value), condition) for value, condition in result.cases]


def test_the_slides_table_of_a_gram_matrix() -> None:
    assert table("R.T@R", "R", "R: M×N") == [
        ("R[s,j]", "t = i, i ≠ j"),
        ("R[s,i]", "t = j, i ≠ j"),
        ("2*R[s,j]", "t = i, i = j"),
        ("0", "otherwise"),
    ]


TABLES = [
    ("A@x", "A", (), [("x[t]", "s = i"), ("0", "otherwise")]),
    ("A.T@x", "A", (), [("x[s]", "t = i"), ("0", "otherwise")]),
    (
        "x@x.T",
        "x",
        ("x: n",),
        [("x[j]", "s = i, i ≠ j"), ("x[i]", "s = j, i ≠ j"), ("2*x[j]", "s = i, i = j"), ("0", "otherwise")],
    ),
    ("sin(X)", "X", ("X: m×n",), [("cos(X)[i,j]", "s = i, t = j"), ("0", "otherwise")]),
    ("X.T", "X", ("X: m×n",), [("1", "t = i, s = j"), ("0", "otherwise")]),
    (
        "X+X.T",
        "X",
        ("X: n×n",),
        [("1", "s = i, t = j, i ≠ j"), ("1", "t = i, s = j, i ≠ j"), ("2", "s = i, t = j, i = j"), ("0", "otherwise")],
    ),
    ("diag(x)", "x", ("x: n",), [("1", "i = j, s = i"), ("0", "otherwise")]),
    ("diag(X)", "X", ("X: n×n",), [("1", "s = i, t = i"), ("0", "otherwise")]),
    ("sum(X)*X", "X", ("X: m×n",), [("X[i,j] + sum(X)", "s = i, t = j"), ("X[i,j]", "otherwise")]),
    (
        "tr(X)*X",
        "X",
        ("X: n×n",),
        [
            ("X[i,j]", "s = t, (s, t) ≠ (i, j)"),
            ("tr(X)", "s = i, t = j, i ≠ j"),
            ("X[j,j] + tr(X)", "s = t, s = i, i = j"),
            ("0", "otherwise"),
        ],
    ),
]


@pytest.mark.parametrize(("loss", "wrt", "shapes", "expected"), TABLES, ids=[row[0] for row in TABLES])
def test_tables(loss: str, wrt: str, shapes: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert table(loss, wrt, *shapes) == expected


def test_second_derivative_of_a_sum() -> None:
    assert table("sum(exp(X))", "X", "X: m×n", order=2) == [("exp(X)[s,t]", "p = s, q = t"), ("0", "otherwise")]


@pytest.mark.parametrize("loss", ["A@X@B", "inv(X)", "kron(A,X)", "vec(X)"])
def test_no_table_without_deltas_of_letters(loss: str) -> None:
    assert table(loss, "X", *(("X: m×n",) if loss == "vec(X)" else ())) == []


def test_two_indices_have_no_table() -> None:
    assert table("softmax(x)", "x", "x: n") == []


def test_a_wrong_table_is_seen() -> None:
    problem = read_problem("R.T@R", "R", ["R: M×N"])
    result = derive(problem).result
    judge = Judge(problem)
    assert case_table(result, problem, judge) == result.cases
    found = cases_of(result.entry, result.letters, 2, problem)
    assert found is not None
    cases, rest = found
    assert judge.compare_over(result.entry, as_sum(cases, rest), result.letters).kind == "proved"
    for number, case in enumerate(cases):
        spoilt = [*cases[:number], Case(mul(Number(3), case.value), case.yes, case.no), *cases[number + 1 :]]
        assert judge.compare_over(result.entry, as_sum(spoilt, rest), result.letters).kind == "differs"
        swapped = [*cases[:number], Case(case.value, (*case.yes, *case.no), ()), *cases[number + 1 :]]
        if case.no:
            assert judge.compare_over(result.entry, as_sum(swapped, rest), result.letters).kind == "differs"


def holds(condition: str, values: dict[str, int]) -> bool:
    """Whether a printed condition is true of index values: read again from its text."""

    def number(text: str) -> tuple[int, ...]:
        return tuple(values[name] for name in text.strip("() ").replace(",", " ").split())

    parts, depth, start = [], 0, 0
    for place, sign in enumerate(condition):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(condition[start:place])
            start = place + 1
    for part in [*parts, condition[start:]]:
        left, right = part.split("=" if "=" in part else "≠")
        if (number(left) == number(right)) != ("=" in part):
            return False
    return True


READ_AGAIN = ["R.T@R", "R@R.T", "R+A@R", "tr(R@B)*R", "softmax(R,axis=1)", "R*R@B@R", "outer(R@c, R@c)"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("loss", READ_AGAIN)
def test_the_printed_conditions_exclude_each_other_and_give_the_entry(loss: str) -> None:
    problem = read_problem(loss, "R", ["R: m×n"])
    result = derive(problem).result
    assert result.cases
    place = next(Judge(problem).float_points(1))
    sizes = {letter: place.point.size(letter.dim) for letter in result.letters}

    def at(expr: Expr, values: dict[Index, int]) -> float:
        from matgrad_cli.verify.arrays.tensor import spread

        tensor = spread(place.value(expr), result.letters, tuple(sizes[letter] for letter in result.letters))
        flat = 0
        for letter in result.letters:
            flat = flat * sizes[letter] + values[letter]
        return float(tensor.data[flat])

    for flat in range(prod(sizes.values())):
        values, left = {}, flat
        for letter in reversed(result.letters):
            values[letter] = left % sizes[letter]
            left //= sizes[letter]
        said = {letter.name: value for letter, value in values.items()}
        fitting = [value for value, condition in result.cases[:-1] if holds(condition, said)]
        assert len(fitting) <= 1
        value = fitting[0] if fitting else result.cases[-1][0]
        assert at(value, values) == pytest.approx(at(result.entry, values), abs=1e-9)
