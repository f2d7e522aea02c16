"""A multiplier out of its constraint: alone, or as the one combination in which it stands."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from ...diagnostics.record import replace
from ...facts.conditions import CONDITIONS, said_of
from ...facts.holding import holds
from ...ir import Call, Expr, Number, Symbol, add, mul, nodes_of, substitute
from ...ir.terms import terms_of
from ...records import Sentence
from ..engine.application import is_zero, replaced
from ..forms.algebra import is_root, zero
from ..textbook.scaled import merged, scaled
from .line import Line, Moved, Place, native, plainly
from .opening import Opener, Term, total
from .phases import isolate


def without_multiplier(line: Line, multiplier: Symbol, constraint: Expr) -> bool:
    """Puts what a constraint says of its multiplier into the `line` of the unknown, which goes on without it; False
    where it does not come out."""
    value = line.equation[1]
    inner = Line(line.problem, line.judge, multiplier, (constraint, zero(constraint.shape)), line.root)
    inner.phase("insert", (line.unknown, line.equation))
    opener = Opener(multiplier)
    if _ratio(opener.terms(inner.equation[0]), opener.terms(value), line) is not None:
        inner.phase("combination")
    else:
        isolate(inner, _factor_of(value, multiplier))
        if not inner.isolated:
            return False
    known: dict[Expr, Expr] = {
        move.after[0]: move.after[1] for move in inner.moves if isinstance(move.after[0], Symbol)
    }
    moves = [
        replace(move, assumed=tuple(now for said in move.assumed if (now := _known(said, known, line)) is not None))
        for move in line.moves
    ]
    line.moves = [*moves, *inner.moves]
    line.phase("back", (multiplier, inner.equation))
    return True


def _known(condition: Sentence, known: Mapping[Expr, Expr], line: Line) -> Sentence | None:
    """A condition on a multiplier as one on what it was found to be; None if that is known to hold."""
    ((name, value),) = condition.values
    assert isinstance(value, Expr)
    now = line.simplify(replaced(value, known))
    words = [word for word in CONDITIONS if said_of(word, now.shape.is_number) == condition.template]
    said = plainly(Sentence(condition.template, ((name, now),)))
    return None if any(holds(cast("Expr", said.values[0][1]), word, line.problem) for word in words) else said


@native("eq-insert", "later")
def _insert(place: Place) -> Moved:
    """C x − h = 0 with x = Cᵀν becomes C Cᵀ ν = h."""
    if place.known is None:
        return None
    name, (_, value) = place.known
    left, right = place.equation
    return (place.simplify(substitute(left, {name: value})), right), (("X", name),)


@native("eq-back", "later")
def _back(place: Place) -> Moved:
    """x = Cᵀν with ν = b becomes x = Cᵀb; x = A − Λ + Λᵀ with Λ − Λᵀ = B becomes x = A − B."""
    if place.known is None:
        return None
    multiplier, (held, value) = place.known
    unknown, right = place.equation
    opener = Opener(multiplier)
    mine, theirs = opener.terms(held), opener.terms(right)
    ratio = _ratio(mine, theirs, place)
    if ratio is None or theirs is None:
        return (unknown, place.simplify(replaced(right, {held: value}))), ()
    rest = [term.expr for term in theirs if not term.core]
    return (unknown, place.simplify(total([*rest, mul(Number(ratio), value)], right))), ()


def _factor_of(value: Expr, multiplier: Symbol) -> Expr | None:
    """The one number exp(…), or root, in which the multiplier stands: it is found instead."""
    found = {
        node
        for node in nodes_of(value)
        if multiplier in node.symbols and (is_root(node) or (isinstance(node, Call) and node.function == "exp"))
    }
    numbers = [node for node in found if node.shape.is_number]
    if len(found) != 1 or not numbers or multiplier in substitute(value, {numbers[0]: Number(1)}).symbols:
        return None
    return numbers[0]


def _ratio(held: list[Term] | None, value: list[Term] | None, line: Line | Place) -> Fraction | None:
    """The number r with value = r · held, as far as both hold the multiplier, which stands in two terms of them at
    least, as in Λ − Λᵀ: this combination is found, not Λ."""
    ours, theirs = ([scaled(term.expr) for term in terms or () if term.core] for terms in (held, value))
    if len(ours) < 2 or not theirs or ours[0].expr.shape is not theirs[0].expr.shape:
        return None
    mine, other = (merged(side, ours[0].expr.shape) for side in (ours, theirs))
    for ratio in {scaled(term).value / scaled(terms_of(mine)[0][1]).value for _, term in terms_of(other)}:
        if is_zero(line.simplify(add(other, mul(Number(-ratio), mine)))):
            return ratio
    return None
