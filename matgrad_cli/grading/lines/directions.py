"""Names that a derivation uses as directions without a word: the h of f(x + h), the t and V of f(X + tV);
and remainders o(‖h‖)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from ...diagnostics import Span
from ...ir import NUMBER, Differential, Expr, Fill, Number, Shape, Symbol, nodes_of, substitute
from ...notation import syntax as s
from ...notation.elaboration.at_points import AT_ZERO, moved_to, times
from ...notation.expression.vocabulary import ELEMENTWISE_NAMES, FUNCTION_NAMES, canonical_function
from ...verify.verdict import Verdict
from .scope import Surroundings
from .syntax_walk import PRODUCTS, factors, inner, names, placed_names, rebuilt, terms, walk

_REMAINDERS = frozenset(("o", "O", "o_cal", "O_cal"))
_BUILT_IN = frozenset(("I", "e", "pi", "d", "partial"))


def find_directions(around: Surroundings, nodes: Iterable[s.Node]) -> None:
    """Gives every name that only says where the variable moves the variable's shape,
    and every small number beside it that of a number."""
    shape = around.task.problem.wrt.shape
    for node in nodes:
        for name, small in _moves(around, node):
            if name not in around.directions:
                _add(around, name, NUMBER if small else shape, small)


def find_letters(around: Surroundings, claims: Iterable[Sequence[s.Node | None]]) -> None:
    """The z of a rule such as σ'(z) = σ(z)(1 − σ(z)), stated in passing, is any number, that of softmax(z)_k any
    column; cos θ = … says what θ is."""
    column = Shape(around.task.problem.wrt.shape.dims[-1]) if around.task.problem.wrt.shape.dims else NUMBER
    claims = list(claims)
    for left, *others in claims:
        match inner(left.body) or left if isinstance(left, s.Derivative) else left:
            case s.Apply(_, function, (s.Name(_, name),)) if function in ELEMENTWISE_NAMES:
                shape = NUMBER
            case s.Subscript(_, s.Apply(_, "softmax", (s.Name(_, name),))):
                said = (one for claim in claims if claim[0] is not left for one in claim if one is not None)
                if any(name in s.contents(one).names for one in said):
                    continue  # a name of the derivation
                shape = column
            case _:
                continue
        again = any(name in s.contents(other).names for other in others if other is not None)
        if again and unknown(around, name) and name not in around.directions:
            _add(around, name, shape, small=False)


def find_lines(around: Surroundings) -> None:
    """The letter of a function φ(t) = f(x + tv) is a small number, and v a direction."""
    wrt = around.task.problem.wrt.name
    for letter, body in around.formulas.values():
        parts = [part for part in s.parts_of(body) if isinstance(part, s.Binary)]
        moved = [name for part in parts for name in _beside_variable(around, part)]
        if (letter, True) in moved and unknown(around, letter) and wrt in s.contents(body).names:
            for name, small in moved:
                if name not in around.directions:
                    _add(around, name, NUMBER if small else around.task.problem.wrt.shape, small)


def _add(around: Surroundings, name: str, shape: Shape, small: bool) -> None:
    around.directions[name] = Symbol(name, shape)
    if small:
        around.directions[name + AT_ZERO] = _still(around, around.directions[name])


def find_identity(around: Surroundings, nodes: Sequence[s.Node]) -> None:
    """E, of which nothing says what it is, is the identity where it stands in sums alone, behind numbers: `A + aE`."""
    parts = [part for node in nodes for part in s.parts_of(node)]
    named = {id(part) for part in parts if isinstance(part, s.Name) and part.name == "E"}
    scaled = False
    if named and unknown(around, "E"):
        sums = (part for part in parts if isinstance(part, s.Binary) and part.operator in ("+", "-"))
        for *numbers, last in (factors(term) for part in sums for _, term in terms(part)):
            kinds = [around.names().variables.get(one.name) for one in numbers if isinstance(one, s.Name)]
            if set(kinds) <= {"number"} and all(isinstance(one, s.Name | s.Literal_) for one in numbers):
                scaled = scaled or (bool(numbers) and id(last) in named)
                named.discard(id(last))
        if scaled and not named:  # `Y = XB + E` has errors
            around.sized_by_use["E"] = s.Name(Span(0, 0), "I")


def _still(around: Surroundings, moving: Symbol) -> Symbol:
    """A variable of the same shape that is 0 everywhere."""
    still = Symbol(moving.name + AT_ZERO, moving.shape)
    around.bench.define(still, Number(0) if moving.shape.is_number else Fill(0, moving.shape))
    return still


def _moves(around: Surroundings, node: s.Node) -> Iterator[tuple[str, bool]]:
    """The directions and small numbers of one side: each name, and whether it is a number."""
    for _, part in walk(node):
        match part:
            case s.Apply(_, function, arguments) if function in around.losses:
                for argument in arguments:
                    yield from _beside_variable(around, argument)
            case s.Apply(_, "inner", (first, second)):
                yield from _paired(around, first, second)
                yield from _paired(around, second, first)
            case s.Apply(_, "limit" | "value at", (body, s.Name(_, name), *_)) if name not in placed_names(part):
                if unknown(around, name):
                    yield name, True
                    for inside in s.parts_of(body):
                        yield from _beside_variable(around, inside) if isinstance(inside, s.Binary) else ()
            case s.Derivative(_, _, None, (s.Name(_, name),), "D") if unknown(around, name):
                yield name, False  # D_H f(X)
            case s.Differential_(_, _, s.Name(_, name)) if not around.known(name) and name not in around.promised:
                yield name, False  # also the d of Df(x)[d]
            case s.Name(_, name) if name == f"{around.task.problem.wrt.name}_dot" and unknown(around, name):
                yield name, False
            case s.Derivative(_, body, s.Name(_, name), ()) if body is not None and unknown(around, name):
                for inside in s.parts_of(body):
                    found = [*_beside_variable(around, inside)] if isinstance(inside, s.Binary) else []
                    yield from found if (name, True) in found else ()
            case s.Binary(_, operator, left, right) if operator in PRODUCTS and is_jacobian(around, left):
                yield from _paired(around, left, right)
            case _:
                pass


def diverging(node: s.Node, around: Surroundings, value: Callable[[s.Node], Expr]) -> s.Node | None:
    """A limit of A/t where A does not vanish at t = 0: it does not exist."""
    for part in s.parts_of(node):
        match part:
            case s.Apply(span, "limit", (body, name)) if (above := times(body, name)) is not None:
                there = value(s.Apply(span, "value at", (above, name, s.Literal_(span, Fraction(0), "0"))))
                if around.bench.clearly_different(there, Fill(0, there.shape)):
                    return part
    return None


def unknown(around: Surroundings, name: str) -> bool:
    """Whether nothing says what the name means."""
    return not around.valued(name) and name not in around.losses | around.promised | _BUILT_IN


def _beside_variable(around: Surroundings, argument: s.Node) -> Iterator[tuple[str, bool]]:
    """x + tv: the last unknown factor of a term is the direction, those before it are numbers."""
    wrt = around.task.problem.wrt
    parts = [part for _, part in terms(argument)]
    if not any(isinstance(part, s.Name) and part.name == wrt.name for part in parts):
        return
    for part in parts:
        here = [name.name for factor in factors(part) for name in names(factor)]
        own = [name for name in here if unknown(around, name) or (name == "d" and not around.valued(name))]
        yield from ((name, True) for name in own[:-1])
        last = s.ungrouped(factors(part)[-1])
        whole = bool(own) and (not isinstance(last, s.Name) or last.name == own[-1])
        yield from ((name, wrt.shape.is_number or not whole) for name in own[-1:])


def _paired(around: Surroundings, derivative: s.Node, other: s.Node) -> Iterator[tuple[str, bool]]:
    """⟨∇f, h⟩, ∇fᵀ h, Df(x) h."""
    match s.ungrouped(other):
        case s.Name(_, name) if unknown(around, name) and is_jacobian(around, derivative):
            yield name, False


def is_jacobian(around: Surroundings, node: s.Node) -> bool:
    """The whole derivative of the loss by its variable, perhaps transposed."""
    node = s.ungrouped(node)
    node = s.ungrouped(node.body) if isinstance(node, s.Transposed) else node
    if _moved_by(node, around) is not None:
        return True
    if not isinstance(node, s.Derivative) or node.indices:
        return False
    if node.variable is not None and around.task.problem.wrt.name not in s.contents(node.variable).names:
        return False  # ∂L/∂a h: what h is, a says
    body = inner(node.body)
    return body is None or (isinstance(body, s.Name) and body.name in around.losses)


def _moved_by(node: s.Node, around: Surroundings) -> s.Node | None:
    """What `df(X)` and `df` are the differentials of: the loss; None elsewhere."""
    body = s.ungrouped(node.body) if isinstance(node, s.Differential_) and node.direction is None else None
    match body:
        case s.Name(_, name) | s.Apply(_, name, (s.Name(),)):
            return body if name in around.losses else None
    return None


def directed(node: s.Node, around: Surroundings) -> s.Node:
    """`Df(x)h`, `df(x)(h)`, and `D_x f(h)`, is the differential of f in the direction h."""

    def change(part: s.Node) -> s.Node:
        body: s.Node | None = None
        way: s.Node = part
        match part:
            case s.Derivative(_, s.Node() as moved, s.Name() as way, (), "D"):
                body = moved
            case s.Binary(_, operator, first, second) if operator in PRODUCTS:
                left, way = s.ungrouped(first), s.ungrouped(second)
                whole = isinstance(left, s.Derivative) and left.style == "D"
                body = left.body if whole and isinstance(left, s.Derivative) else _moved_by(left, around)
        known = body is not None and isinstance(way, s.Name) and way.name in around.directions
        return s.Differential_(part.span, body, way) if known and body is not None else part

    return rebuilt(node, change) if around.directions else node


def at_another(node: s.Node) -> s.Apply | None:
    """The call of which `df(g(x))[h]` is the differential: of f at g(x), or of all of f(g(x))."""
    bodies = (
        s.ungrouped(part.body)
        for part in s.parts_of(node)
        if isinstance(part, s.Differential_) and part.direction is not None
    )
    calls = (
        body for body in bodies if isinstance(body, s.Apply) and canonical_function(body.function) not in FUNCTION_NAMES
    )
    return next(
        (call for call in calls if not all(isinstance(s.ungrouped(part), s.Name) for part in call.arguments)), None
    )


def without_remainder(node: s.Node, around: Surroundings) -> tuple[s.Node, bool]:
    """A sum without its terms o(…) and O(…), and whether there were any."""
    match node:
        case s.Binary(span, "+" | "-" as sign, left, right):
            rest, found = without_remainder(left, around)
            if _is_remainder(right, around):
                return rest, True
            return (s.Binary(span, sign, rest, right), True) if found else (node, False)
    return node, False


def _is_remainder(node: s.Node, around: Surroundings) -> bool:
    node = s.ungrouped(node)
    if isinstance(node, s.Binary) and node.operator == "juxtapose":
        node = node.left
    name = node.name if isinstance(node, s.Name) else node.function if isinstance(node, s.Apply) else ""
    return name in _REMAINDERS and unknown(around, name)


def holds_small(around: Surroundings, expr: Expr) -> bool:
    """Whether something small stands in the expression: only then ≈ says `to first order`."""
    small = frozenset(around.directions.values()) & expr.symbols
    return bool(small) or any(isinstance(node, Differential) for node in nodes_of(expr))


def to_first_order(around: Surroundings, before: Expr, after: Expr) -> Verdict:
    """Whether two lines agree up to what is small of second order: at 0, and in their differentials there."""
    wrt = around.task.problem.wrt
    shift, own = Differential(wrt, wrt), Symbol("d" + wrt.name, wrt.shape)
    before, after = substitute(before, {shift: own}), substitute(after, {shift: own})
    used = [symbol for symbol in [*around.directions.values(), own] if symbol in before.symbols | after.symbols]
    small = [symbol for symbol in used if symbol.shape.is_number] or used
    verdict = Verdict("unknown", "nothing small stands here")
    for moving in small:
        still = _still(around, moving)
        one, other = (moved_to(side, moving, still) for side in (before, after))
        letters = tuple(sorted(one.free | other.free))
        verdict = around.bench.compare_over(one, other, letters)
        if verdict.holds:
            way = Number(1) if moving.shape.is_number else moving
            verdict = around.bench.compare_over(Differential(one, still, way), Differential(other, still, way), letters)
        if not verdict.holds:
            return verdict
    return verdict
