"""Fitting sums and products whose parts may stand in any order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...ir import Add, Expr, Mul, Number, Symbol, add, mul
from ...ir.terms import UNIT
from ..forms.algebra import JOINED
from .sameness import Table, exactly, resting

if TYPE_CHECKING:
    from .match import Matcher

Parts = tuple[tuple[int, Expr], ...]
Picked = Iterator[tuple[Table, Parts, tuple[int, ...]]]


def unordered(
    matcher: Matcher, kind: type[Expr], patterns: tuple[Expr, ...], parts: tuple[Expr, ...], b: Table
) -> Iterator[tuple[Table, tuple[Expr, ...], tuple[int, ...]]]:
    """Ways to fit all patterns to different parts: the table, the parts left over, and where the used ones stood.

    Composite patterns go first, free variables last; the last free variable takes all that is left.
    """
    free = [p for p in patterns if matcher.is_free(p, b)]
    composite = [p for p in patterns if p not in free]
    for table, left, used in _pick(matcher, kind, composite, tuple(enumerate(parts)), b, ()):
        for final, rest, more in _share(matcher, kind, free, left, table, used):
            yield final, tuple(part for _, part in rest), more


def _pick(
    matcher: Matcher, kind: type[Expr], patterns: list[Expr], parts: Parts, b: Table, used: tuple[int, ...]
) -> Picked:
    if not patterns:
        yield b, parts, used
        return
    first, rest = patterns[0], patterns[1:]
    if kind is Add and not rest and len(parts) > 1 and isinstance(first, Mul):
        yield from _all_with(matcher, first, parts, b, used)
    bound = b.get(first) if isinstance(first, Symbol) else None
    if bound is not None and type(bound) is kind:
        for left, places in exactly(bound.children, parts):
            yield from _pick(matcher, kind, rest, left, b, (*used, *places))
        return
    for number, (place, part) in enumerate(parts):
        left = parts[:number] + parts[number + 1 :]
        for table in _part(matcher, kind, first, part, b):
            yield from _pick(matcher, kind, rest, left, table, (*used, place))
    if kind is Mul and isinstance(first, Number) and first.value == -1:
        for number, (place, part) in enumerate(parts):
            if isinstance(part, Number) and part.value < 0 and part.value != -1:
                left = (*parts[:number], (place, Number(-part.value)), *parts[number + 1 :])
                yield from _pick(matcher, kind, rest, left, b, (*used, place))


def _part(matcher: Matcher, kind: type[Expr], p: Expr, part: Expr, b: Table) -> Iterator[Table]:
    """A part of a sum or product; there a coefficient 1 is invisible: c·A fits A with c = 1."""
    yield from matcher.match(p, part, b)
    if kind is not Add or not isinstance(p, Mul):
        return
    numbers = [one for one in p.factors if one.shape.is_number and isinstance(one, Symbol) and b.get(one, UNIT) is UNIT]
    others = tuple(factor for factor in p.factors if factor not in numbers)
    if len(numbers) != 1 or not others:
        return
    held = numbers[0] in matcher.pattern.fixed and matcher.variable is not None
    if not isinstance(part, Mul) or (held and not resting(tuple(enumerate(part.factors)), matcher.variable, True)):
        yield from matcher.match(mul(*others), part, {**b, numbers[0]: Number(1)})


def _all_with(matcher: Matcher, p: Mul, parts: Parts, b: Table, used: tuple[int, ...]) -> Picked:
    """c·A as the last term of a pattern fits all terms that are left, with c = 1."""
    match p.factors:
        case Symbol() as number, Symbol() as letter if b.get(number, UNIT) is UNIT:
            for table in matcher.letter(letter, add(*(part for _, part in parts)), {**b, number: Number(1)}):
                yield table, (), (*used, *(place for place, _ in parts))


def _share(
    matcher: Matcher, kind: type[Expr], free: list[Expr], parts: Parts, b: Table, used: tuple[int, ...]
) -> Picked:
    """Free variables take what is left: each one part, the last all the rest."""
    if not free:
        yield b, parts, used
        return
    held = next((p for p in free if p in matcher.pattern.fixed), None) if matcher.variable is not None else None
    first = held or free[0]
    rest = [p for p in free if p is not first] if held else free[1:]
    if held is None and first in b:  # a variable that occurs twice
        for table, left, more in _pick(matcher, kind, [first], parts, b, used) if parts else ():
            yield from _share(matcher, kind, rest, left, table, more)
        return
    for taken in _portions(matcher, kind, first, rest, parts, held is not None):
        if taken:
            left, places = tuple(one for one in parts if one not in taken), (*used, *(place for place, _ in taken))
            for table in matcher.letter(first, JOINED[kind](*(part for _, part in taken)), b):
                yield from _share(matcher, kind, rest, left, table, places)


def _portions(
    matcher: Matcher, kind: type[Expr], first: Expr, rest: list[Expr], parts: Parts, held: bool
) -> list[Parts]:
    """What a free variable may take: what does not move, all, the numbers, or else any one part."""
    if held:
        return [resting(parts, matcher.variable, kind is Mul and first.shape.is_number)]
    if not rest:
        return [parts]
    numbers = tuple(pair for pair in parts if pair[1].shape.is_number)
    if kind is Mul and first.shape.is_number and len(numbers) < len(parts) and not any(p.shape.is_number for p in rest):
        return [numbers]
    return [(pair,) for pair in parts]
