"""A fact that is known of an expression holds of its value: forms of all kinds, over arrays that have facts themselves,
at random points."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from matgrad_cli.facts import Fact, Problem
from matgrad_cli.facts.conditions import CONDITIONS
from matgrad_cli.facts.holding import holds
from matgrad_cli.ir import (
    Call,
    Dim,
    Expr,
    Hadamard,
    Inverse,
    Number,
    Power,
    Shape,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
)
from matgrad_cli.ir.expr import ShapeMismatch
from matgrad_cli.verify.arrays.tensor import nested
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.fields import Floats, NoValue, OutOfDomain
from matgrad_cli.verify.points import Point, Setting

M, N = Dim.of("m"), Dim.of("n")
ONE = Dim.of(1)
A, S, Q, D = (Symbol(name, Shape(M, M)) for name in "ASQD")
X, W, P = (Symbol(name, Shape(M, N)) for name in "XWP")
b, p = (Symbol(name, Shape(M, ONE)) for name in "bp")
c = Symbol("c", Shape(ONE, ONE))
ARRAYS = (A, S, Q, D, X, W, P, b, p, c)
FACTS = ((S, "spd"), (Q, "orthogonal"), (D, "diagonal"), (W, "orthogonal"), (P, "positive"), (p, "simplex"))
GIVEN = Problem(Call("sum", X), X, ARRAYS, tuple(Fact(symbol, word) for symbol, word in FACTS))
FUNCTIONS = "exp abs square sqrt relu sigmoid tanh log1p softplus".split()
REDUCTIONS = "sum mean sum0 sum1 norm norm1 vec tr diagonal".split()


MADE: tuple[Callable[[Expr], Expr], ...] = (
    Transpose,
    Inverse,
    neg,
    lambda one: Power(one, Number(2)),
    lambda one: Power(one, Number(3)),
    lambda one: mul(c, one),
    lambda one: matmul(Transpose(one), one),
    lambda one: matmul(one, Transpose(one)),
    *(lambda one, name=name: Call(name, one) for name in (*FUNCTIONS, *REDUCTIONS)),
)
OF_TWO: tuple[Callable[[Expr, Expr], Expr], ...] = (
    add,
    matmul,
    lambda one, other: Hadamard((one, other)),
    lambda one, other: matmul(Transpose(one), other, one),
    lambda one, other: matmul(one, other, Transpose(one)),
    lambda one, other: add(one, neg(other)),
)


def forms() -> Iterator[Expr]:
    """Each array, what one or two operations make of it, and what is made of two."""
    for one in ARRAYS:
        yield one
        made = [part for make in MADE if (part := _fitting(make, one)) is not None]
        yield from made
        yield from (part for first in made for make in MADE if (part := _fitting(make, first)) is not None)
        yield from (part for other in ARRAYS for make in OF_TWO if (part := _fitting(make, one, other)) is not None)


def _fitting(make: Callable[..., Expr], *parts: Expr) -> Expr | None:
    try:
        return make(*parts)
    except ShapeMismatch:
        return None


def _rows(place: Evaluator, expr: Expr) -> list[list[float]]:
    value = nested(place.value(expr))
    if not isinstance(value, list):
        return [[value]]
    return value if isinstance(value[0], list) else [[one] for one in value]


@pytest.mark.thorough
@pytest.mark.parametrize("word", sorted(CONDITIONS))
def test_what_is_known_holds(word: str) -> None:
    places = [Evaluator(Point(Setting(GIVEN, 1), number, "generic", Floats())) for number in range(4)]
    for expr in dict.fromkeys(forms()):
        if holds(expr, word, GIVEN) is True:
            for place in places:
                try:
                    rows = _rows(place, expr)
                except (ArithmeticError, NoValue, OutOfDomain):
                    continue
                assert CONDITIONS[word].test(rows), (str(expr), word, rows)
