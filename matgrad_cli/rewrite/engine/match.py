"""Fitting the left side of a rule to an expression, lazily: sums and elementwise products in any order,
runs of neighbours in products.

A match is a table from pattern variables, dimension names and index letters to what they stand for. Tables are never
changed: a generator yields a longer copy for each way to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

from ... import ir
from ...ir import ONE, Add, Dim, Expr, Index, Mul, Number, Position, Shape, Symbol, add, mul, transpose
from ...ir.terms import MINUS, UNIT
from ...rulebook.pattern import Pattern
from ..forms.algebra import JOINED, parts_of
from .sameness import DIRECTION, Table, captures, exactly, instantiate_dim, negated, resting, same


class Matcher:
    """One pattern against any expressions; facts are not used here, they are conditions of rules.
    `variable` is what moves."""

    def __init__(self, pattern: Pattern, variable: Symbol | None = None) -> None:
        self.pattern, self.variable = pattern, variable

    # ---- whole expressions

    def match(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        """Every way in which the whole of `node` fits `p`."""
        kind = type(p)
        if isinstance(node, ir.MatrixPower) and kind is ir.Call:
            node = ir.Call("powm", node.base, ir.Number(node.exponent))
        return _WAYS[kind](self, p, node, b) if type(node) is kind or kind in _OTHER_KINDS else iter(())

    def bound(self, letter: Symbol | Index, value: object, b: Table) -> Table | None:
        """The table in which a letter of the rule stands for `value`, its dimensions with it;
        None if the shapes do not fit."""
        if isinstance(value, str):
            return b  # what a sentence says of several letters
        if isinstance(letter, Index):
            dim = ONE if value is None else value.dim if isinstance(value, Index) else None
            table = b if dim is None else self._dim(letter.dim, dim, b)
            return None if table is None else {**table, letter: value}
        return next(self.letter(letter, value, b), None) if isinstance(value, Expr) else None

    def letter(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        """Every way in which a letter of the rule may stand for `node`: one at most."""
        bound = b.get(p)
        if bound is not None:
            if same(bound, node):
                yield b
        elif p not in self.pattern.variables:
            if p is node:
                yield b
        elif not self._rests(p, node):
            product = p in self.pattern.single and isinstance(node, ir.Mul if p.shape.is_number else ir.MatMul)
            table = None if product else self._shape(p.shape, node.shape, b)
            if table is not None:
                yield {**table, p: node}

    def is_free(self, p: Expr, b: Table) -> bool:
        """Whether a letter of the rule stands for nothing yet."""
        return isinstance(p, Symbol) and p in self.pattern.variables and p not in b

    def _rests(self, p: Expr, node: Expr) -> bool:
        """Whether a letter must move, or be the variable, and would stand for what does not, or is not."""
        rests = p in self.pattern.moving and self.variable not in node.symbols
        return self.variable is not None and (rests or (p in self.pattern.itself and node is not self.variable))

    def _value(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        if p is node or (
            isinstance(node, ir.Fill) and isinstance(p, ir.Number) and p.value == node.value and node.shape.is_number
        ):
            yield b

    def _transpose(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        body = p.children[0]
        if isinstance(node, ir.Transpose):
            yield from self.match(body, node.body, b)
        if isinstance(body, Symbol):
            bound = b.get(body)
            if bound is not None:
                if not isinstance(node, ir.Transpose) and same(transpose(bound), node):
                    yield b
            elif node.shape.is_number:
                yield from self.letter(body, node, b)
            # A free Aᵀ does not fit a symmetric S: that S is Sᵀ has to be a step of its own.

    def _constant(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        if (isinstance(p, ir.Eye) and isinstance(node, ir.Eye)) or (
            isinstance(p, ir.Size) and isinstance(node, ir.Size)
        ):
            table = self._dim(p.dim, node.dim, b)
        else:
            alike = isinstance(p, ir.Fill) and isinstance(node, ir.Fill | ir.Number) and p.value == node.value
            table = self._shape(p.shape, node.shape, b) if alike else None
        yield from () if table is None else (table,)

    def _whole(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        kind: type[Expr] = ir.Mul if isinstance(p, ir.Hadamard) and node.shape.is_number else type(p)
        if type(node) is kind:
            for table, rest, _ in unordered(self, kind, p.children, node.children, b):
                if not rest:
                    yield table
        elif kind is ir.Mul and len(p.children) == 2 and isinstance(node, ir.Add) and p.children[0] is MINUS:
            yield from self.match(p.children[1], negated(node), b)

    def _in_order(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        for table, end in self._forward(p.children, node.children, 0, b, type(p), whole=True):
            if end == len(node.children):
                yield table

    def _parts(self, p: Expr, node: Expr, b: Table) -> Iterator[Table]:
        return self._each(p.children, node.children, b) if p.head == node.head else iter(())

    def _matrix_power(self, p: ir.MatrixPower, node: ir.MatrixPower, b: Table) -> Iterator[Table]:
        return self.match(p.base, node.base, b) if p.exponent == node.exponent else iter(())

    def _delta(self, p: ir.Delta, node: ir.Delta, b: Table) -> Iterator[Table]:
        yield from self._positions((p.left, node.left), (p.right, node.right), b=b)
        yield from self._positions((p.left, node.right), (p.right, node.left), b=b)

    def _partial(self, p: ir.Partial, node: ir.Partial, b: Table) -> Iterator[Table]:
        for table in self.letter(p.variable, node.variable, b):
            for longer in self._positions((p.row, node.row), (p.col, node.col), b=table):
                yield from self.match(p.body, node.body, longer)

    def _differential(self, p: ir.Differential, node: ir.Differential, b: Table) -> Iterator[Table]:
        for table in self.letter(p.variable, node.variable, b):
            yield from self.match(p.body, node.body, {**table, DIRECTION: node.direction})

    def _whole_sum(self, p: ir.SumOver, node: ir.SumOver, b: Table) -> Iterator[Table]:
        for table, rest, outside in self.sums(p, node, b):
            if not rest and not outside:
                yield table

    def entry(self, p: ir.Entry, node: Expr, b: Table) -> Iterator[Table]:
        """An entry; a number is its own: bᵀx fits (A B)_ij, both letters absent."""
        base, row, col = (node.base, node.row, node.col) if isinstance(node, ir.Entry) else (node, None, None)
        for table in self.match(p.base, base, b):
            yield from self._positions((p.row, row), (p.col, col), b=table)

    def _each(self, patterns: tuple[Expr, ...], parts: tuple[Expr, ...], b: Table) -> Iterator[Table]:
        if not patterns:
            yield b
        else:
            for table in self.match(patterns[0], parts[0], b):
                yield from self._each(patterns[1:], parts[1:], table)

    # ---- dimensions and letters

    def _dim(self, p: Dim, size: Dim, b: Table) -> Table | None:
        if p is size and not p.powers:
            return b
        if p.factor == 1 and len(p.powers) == 1 and p.powers[0][1] == 1 and p.powers[0][0] in self.pattern.dims:
            name = p.powers[0][0]
            bound = b.get(name)
            if bound is None:
                return {**b, name: size}
            return b if bound is size else None
        return b if all(name in b for name in p.names) and instantiate_dim(p, b) is size else None

    def _shape(self, p: Shape, shape: Shape, b: Table) -> Table | None:
        table = self._dim(p.rows, shape.rows, b)
        return None if table is None else self._dim(p.cols, shape.cols, table)

    def _positions(self, *pairs: tuple[Position | None, Position | None], b: Table) -> Iterator[Table]:
        table: Table | None = b
        for p, position in pairs:
            table = None if table is None else self._position(p, position, table)
        if table is not None:
            yield table

    def _position(self, p: Position | None, position: Position | None, b: Table) -> Table | None:
        if not isinstance(p, Index):
            return b if p == position else None
        if p in b:
            return b if b[p] == position else None
        if position is None:
            table = self._dim(p.dim, ONE, b)
        else:
            table = self._dim(p.dim, position.dim, b) if isinstance(position, Index) else b
        return None if table is None else {**table, p: position}

    # ---- products in order

    def runs(self, patterns: tuple[Expr, ...], parts: tuple[Expr, ...], b: Table) -> Iterator[tuple[Table, int, int]]:
        """Ways to fit the patterns to neighbours somewhere in a product:
        the table, and the first and one past the last of them."""
        for start in range(len(parts) - len(patterns) + 1):
            for table, end in self._forward(patterns, parts, start, b, ir.MatMul, whole=False):
                yield table, start, end

    def _forward(
        self, patterns: tuple[Expr, ...], parts: tuple[Expr, ...], start: int, b: Table, kind: type[Expr], whole: bool
    ) -> Iterator[tuple[Table, int]]:
        """Patterns from left to right beginning at `start`, and where they end. A free variable inside takes any run;
        the last one all (whole) or one."""
        if not patterns:
            yield b, start
            return
        first, rest = patterns[0], patterns[1:]
        room = len(parts) - start - len(rest)
        for length in self._lengths(first, rest, room, b, whole, kind):
            run = parts[start] if length == 1 else JOINED[kind](*parts[start : start + length])
            for table in self.match(first, run, b):
                yield from self._forward(rest, parts, start + length, table, kind, whole)

    def _lengths(self, p: Expr, rest: tuple[Expr, ...], room: int, b: Table, whole: bool, kind: type[Expr]) -> range:
        """How many parts a pattern may take: a free letter any run, the last one all (whole) or one, a bound letter
        as many as what it stands for, or fewer, as (AB)ᵀ is one factor or two."""
        bound = b.get(p.children[0] if isinstance(p, ir.Transpose) else p)
        if bound is not None:
            most = len(bound.children) if type(bound) is kind else 1
        else:
            most = room if (rest or whole) and self.is_free(p, b) and p not in self.pattern.single else 1
        return range(room if whole and not rest else 1, min(most, room) + 1)

    # ---- sums over letters

    def sums(
        self, p: ir.SumOver, node: ir.SumOver, b: Table
    ) -> Iterator[tuple[Table, tuple[Index, ...], tuple[Expr, ...]]]:
        """Fit Σ: the table, the letters of `node` that are left over, and factors of its body that are left over."""
        if p.indices[0] in self.pattern.holding.values():
            for final, outside in self._body(p.body, node.body, {**b, p.indices[0]: node.indices}):
                yield final, (), outside
            return
        count = min(len(p.indices), len(node.indices))
        for chosen in permutations(node.indices, count):
            table: Table | None = b
            for number, letter in enumerate(p.indices):
                table = (
                    None if table is None else self._position(letter, chosen[number] if number < count else None, table)
                )
            if table is None:
                continue
            rest = tuple(letter for letter in node.indices if letter not in chosen)
            for final, outside in self._body(p.body, node.body, table):
                if captures(final, b, frozenset(chosen), p.indices) or any(
                    factor.free & set(chosen) for factor in outside
                ):
                    continue
                yield final, rest, outside

    def _body(self, p: Expr, body: Expr, b: Table) -> Iterator[tuple[Table, tuple[Expr, ...]]]:
        if isinstance(body, ir.Mul):
            factors = parts_of(p, ir.Mul)
            for table, rest, _ in unordered(self, ir.Mul, factors, body.children, b):
                yield table, rest
        else:
            yield from ((table, ()) for table in self.match(p, body, b))


_WAYS: dict[type[Expr], Callable[..., Iterator[Table]]] = {
    Symbol: Matcher.letter, ir.Transpose: Matcher._transpose, ir.MatrixPower: Matcher._matrix_power,
    ir.Entry: Matcher.entry, ir.Delta: Matcher._delta, ir.Partial: Matcher._partial,
    ir.Differential: Matcher._differential, ir.SumOver: Matcher._whole_sum,
    **dict.fromkeys((ir.Number, ir.Constant), Matcher._value),
    **dict.fromkeys((ir.Eye, ir.Fill, ir.Size), Matcher._constant),
    **dict.fromkeys((ir.Add, ir.Mul, ir.Hadamard), Matcher._whole),
    **dict.fromkeys((ir.MatMul, ir.Kron), Matcher._in_order),
    **dict.fromkeys((ir.Call, ir.Power, ir.Inverse), Matcher._parts),
}  # fmt: skip
_OTHER_KINDS = frozenset(
    (Symbol, ir.Number, ir.Constant, ir.Transpose, ir.Eye, ir.Fill, ir.Size, ir.Add, ir.Mul, ir.Hadamard)
)
"""Patterns that fit expressions of other kinds too."""


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
