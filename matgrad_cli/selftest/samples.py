"""The two sides of a rule as expressions of ordinary variables: at every order of its sizes,
and with small and large arguments."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product as every
from random import Random
from typing import Final

from .. import ir
from ..diagnostics.record import record
from ..facts import Fact, Problem
from ..ir import ONE, Dim, Expr, Index, Shape, Symbol, add, hadamard, mul, nodes_of, product
from ..ir.entries import entry
from ..ir.expr import IndexMismatch, ShapeMismatch
from ..ir.nodes import Call
from ..rewrite.engine.instantiate import build_side
from ..rewrite.engine.sameness import Table, instantiate_dim
from ..rulebook.pattern import WRT, Pattern

MOST_ORDERS: Final = 16
"""A rule with four dimensions has 75 orders of their sizes; so many of them are drawn."""

LARGE: Final = (17, 41)
"""One dimension after the other is as large as this: a polynomial in a size that is 0 at all small sizes is not 0
there."""

SCALES: Final = tuple(Fraction(2) ** power for power in (-20, -10, -6, -3, 3, 6, 10, 20))
"""Arguments are multiplied by these: a kink far from 0 is passed, and exp(−50 u) is neither 0 nor 1 at all of them."""

_OF_MATRICES: Final = "symmetric antisymmetric spd diagonal lower upper invertible square tall wide det_positive"
SCALABLE: Final = frozenset((*_OF_MATRICES.split(), "positive", "nonnegative", "nonzero"))
"""Facts that a matrix keeps when it is multiplied by a positive number."""


@record
class Sample:
    """Both sides of a rule at one choice of dimensions, as a problem for the judge; `scaled` are the names of the
    variables of the rule that stand in it multiplied by `scale`."""

    name: str
    lhs: Expr
    rhs: Expr
    problem: Problem
    conditioned: tuple[tuple[Symbol, str], ...]
    scaled: tuple[str, ...] = ()
    scale: Fraction = Fraction(1)


def _dims(sides: Pattern) -> list[str]:
    return sorted(sides.dims - set(WRT.shape.rows.names + WRT.shape.cols.names))


def general_sample(sides: Pattern) -> Sample:
    """The rule at dimensions that all differ."""
    return _sample(sides, "different sizes", {name: Dim.of(name) for name in _dims(sides)})


def sized_samples(sides: Pattern) -> Iterator[Sample]:
    """The rule with numbers as its sizes: in every order (wide, square, tall, 1), and with one of them large."""
    dims = _dims(sides)
    orders = sorted(every((2, 3, 4)[: len(dims)] if len(dims) < 4 else (2, 3, 4, 5), repeat=len(dims)), key=sum)
    ones = [tuple(sizes) for sizes in every((1, 3), repeat=len(dims)) if 1 in sizes]
    orders, ones = (
        some if len(some) <= MOST_ORDERS else Random(sides.rule.id).sample(some, MOST_ORDERS) for some in (orders, ones)
    )
    rng = Random(f"{sides.rule.id} large")
    count = range(len(dims))
    large = [tuple(rng.randint(*LARGE) if other == one else 2 for other in count) for one in count]
    for sizes in (*orders, *ones, *large) if dims else ():
        name = ", ".join(f"{dim} = {size}" for dim, size in zip(dims, sizes, strict=True))
        try:
            yield _sample(sides, name, {dim: Dim(size) for dim, size in zip(dims, sizes, strict=True)})
        except (ShapeMismatch, IndexMismatch, ValueError):
            continue  # a side of size 1 made this form impossible


def scaled_samples(sides: Pattern) -> Iterator[Sample]:
    """The rule with all its arguments multiplied by a small or large number, where its conditions allow that."""
    sizes = {name: Dim.of(name) for name in _dims(sides)}
    for scale in SCALES:
        yield _sample(sides, f"arguments times {scale}", sizes, scale)


def _sample(sides: Pattern, name: str, sizes: dict[str, Dim], scale: Fraction = Fraction(1)) -> Sample:
    table: Table = dict(sizes)
    variable = _variable(sides, table)
    for label, letter in sides.names:
        if letter not in table:
            table[letter] = _value(sides, label, letter, table, variable, scale)
    lhs, rhs = build_side(sides.lhs, table), build_side(sides.rhs, table)
    if lhs.shape is not rhs.shape:
        raise ShapeMismatch("the sides differ in shape", lhs, rhs)
    symbols = dict(sides.names)
    conditioned = tuple((_bare(table[symbols[need.variable]]), need.word) for need in sides.rule.when)
    symbols_used = (symbol for symbol in lhs.symbols | rhs.symbols | _hidden(lhs) if isinstance(symbol, Symbol))
    everything = tuple(sorted(symbols_used, key=lambda symbol: symbol.name))
    wrt = variable or (everything[0] if everything else Symbol("x", Shape(ONE, ONE)))
    facts = tuple(Fact(symbol, word) for symbol, word in conditioned)
    scaled = () if scale == 1 else tuple(label for label, letter in sides.names if isinstance(table[letter], ir.Mul))
    return Sample(name, lhs, rhs, Problem(lhs, wrt, everything or (wrt,), facts), conditioned, scaled, scale)


def _value(
    sides: Pattern, label: str, letter: Symbol | Index, table: Table, variable: Symbol | None, scale: Fraction
) -> Expr | Index | None:
    """What a letter of the rule stands for: a letter, a number that holds one, a variable,
    or what moves with the variable."""
    if isinstance(letter, Index):
        dim = instantiate_dim(letter.dim, table)
        return None if dim is ONE else Index(label, dim)
    shape = _sized(letter.shape, table)
    if letter in sides.holding:
        number = _holding(label, sides.holding[letter], table, variable)
        return number if shape.is_number else mul(number, Symbol(f"{label}_each", shape))
    own = Symbol(label, shape)
    needs = {requirement.variable for requirement in sides.rule.when}
    fixed = {requirement.variable for requirement in sides.rule.when if requirement.word not in SCALABLE}
    still = variable is None or label in sides.rule.fixed
    value = own if variable is None or still else variable if label in needs else _moving(own, variable)
    return value if scale == 1 or value is variable or label in fixed else mul(ir.Number(scale), value)


def _bare(value: Expr) -> Symbol:
    """The variable itself, without the number that it is multiplied by."""
    found = value.children[-1] if isinstance(value, ir.Mul) else value
    assert isinstance(found, Symbol)
    return found


def _hidden(side: Expr) -> frozenset[Symbol]:
    return frozenset(node.variable for node in nodes_of(side) if isinstance(node, ir.Partial | ir.Differential))


def _sized(shape: Shape, table: Table) -> Shape:
    return Shape(instantiate_dim(shape.rows, table), instantiate_dim(shape.cols, table))


def _variable(sides: Pattern, table: Table) -> Symbol | None:
    """What a rule about pending derivatives differentiates by. A variable with a condition is that variable itself, so
    that the condition can be met and broken; all others move with it."""
    pending = next(iter(_hidden(sides.lhs)), None)
    if pending is None:
        return None
    symbols = dict(sides.names)
    needs = [symbols[requirement.variable] for requirement in sides.rule.when]
    like = needs[0] if needs else pending
    assert isinstance(like, Symbol)
    shape = Shape(Dim.of("p"), Dim.of("q")) if like is WRT else _sized(like.shape, table)
    variable = Symbol("X", shape)
    for side, actual in ((pending.shape.rows, shape.rows), (pending.shape.cols, shape.cols)):
        for name in side.names:
            table[name] = actual
    table[pending] = variable
    return variable


def _holding(label: str, letter: Index, table: Table, variable: Symbol | None) -> Expr:
    """A number that holds a letter of the Σ around it, and moves."""
    dim = instantiate_dim(letter.dim, table)
    index = table.setdefault(letter, None if dim is ONE else Index(letter.name, dim))
    own = Symbol(label, Shape(dim, ONE))
    return entry(own if variable is None else _moving(own, variable), index, None)


def _moving(own: Symbol, variable: Symbol) -> Expr:
    """An expression of the shape of `own` that depends on the variable:
    a weighted sum for a number, P X Q + own for arrays."""
    if own.shape.is_number:
        weights = Symbol(f"{own.name}_w", variable.shape)
        inside = mul(weights, variable) if variable.shape.is_number else Call("sum", hadamard(weights, variable))
        return add(own, inside)
    left = Symbol(f"{own.name}_l", Shape(own.shape.rows, variable.shape.rows))
    right = Symbol(f"{own.name}_r", Shape(variable.shape.cols, own.shape.cols))
    return add(own, product(left, variable, right))
