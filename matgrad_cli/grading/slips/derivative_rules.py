"""Slips in a rule of differentiation: an occurrence held fixed, a layer of a chain forgotten,
the scalar rule for an inverse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations, pairwise
from itertools import product as product_of

from ...ir import (
    Add,
    Differential,
    Entry,
    Expr,
    Inverse,
    MatrixOf,
    MatrixPower,
    Mul,
    Partial,
    Path,
    Symbol,
    Transpose,
    add,
    at,
    matmul,
    neg,
    nodes_of,
    places,
    replace_at,
    sub,
)
from ...notation.printing.to_text import to_text
from ..lines.scope import Surroundings
from .case import ORDINALS, Case, Quoted, Trial
from .kind import kind, leads_here
from .terms import Shown, shown

MOST_OCCURRENCES = 6
MOST_LAYERS = 40


def _pending(expr: Expr) -> Iterator[tuple[Path, Partial | Differential]]:
    for path, node in places(expr):
        if isinstance(node, (Partial, Differential)):
            yield path, node


def _with_body(root: Expr, path: Path, node: Partial | Differential, body: Expr) -> Expr:
    return replace_at(root, path, node.rebuilt((body, *node.children[1:])))


def _held(around: Surroundings, expr: Expr) -> Expr | None:
    """A part with the same value that does not move; None where its letters cannot be the sides of an array."""
    letters = sorted(expr.free)
    if len(letters) > 2 or (letters and not expr.shape.is_number):
        return None
    value = MatrixOf(letters[0], letters[1] if len(letters) > 1 else None, expr) if letters else expr
    symbol = Symbol(f"{to_text(expr)} held fixed", value.shape)
    around.bench.define(symbol, around.expanded(value))
    return Entry(symbol, letters[0], letters[1] if len(letters) > 1 else None) if letters else symbol


# ---- the product rule


@kind(
    "product-rule",
    "`{0}` stands {1} times in what is differentiated, and each gives a term: {3} of the {2} one {4} missing",
    "add the term in which the {2} `{0}` varies: `{line}`",
    leads_here,
)
def occurrence(case: Case) -> Iterator[Trial]:
    """Some occurrences of the variable were held fixed under a pending derivative or differential."""
    around, before = case.context.around, case.needed
    for path, node in _pending(before):
        body, variable = node.children[0], node.variable
        where = [place for place, part in places(body) if part is variable]
        if not 2 <= len(where) <= MOST_OCCURRENCES:
            continue
        frozen = Symbol(variable.name + " held fixed", variable.shape)
        around.bench.define(frozen, around.values.get(variable, variable))
        sizes = {1: None, len(where) - 1: None}  # one occurrence may have been held fixed, or all but one
        for held in (some for size in sizes for some in combinations(range(len(where)), size)):
            if not _in_products(body, where, held):
                continue
            fixed = body
            for number in held:
                fixed = replace_at(fixed, where[number], frozen)
            missing = " and ".join(ORDINALS[number] for number in held)
            said = ("the term", "is") if len(held) == 1 else ("the terms", "are")
            yield Trial(_with_body(before, path, node, fixed), (variable.name, len(where), missing, *said))


def _in_products(body: Expr, where: list[Path], held: tuple[int, ...]) -> bool:
    """Whether each occurrence held fixed stands in a product with one that is not:
    terms of a sum are not the product rule's matter."""
    moving = [place for number, place in enumerate(where) if number not in held]

    def multiplied(place: Path) -> bool:
        return any(
            not isinstance(at(body, place[:depth]), Add)
            and any(other[:depth] == place[:depth] and other[depth] != place[depth] for other in moving)
            for depth in range(len(place))
        )

    return all(multiplied(where[number]) for number in held)


# ---- a term


def _varying(expr: Expr, variable: Symbol) -> list[Expr]:
    """The terms of a sum that vary; none of what is no sum."""
    return [term for term in expr.terms if variable in term.symbols] if isinstance(expr, Add) else []


@kind("dropped-term", "the derivative of the term `{0}` is missing", "add it: `{line}`", leads_here)
def term_not_differentiated(case: Case) -> Iterator[Trial]:
    """One term of a sum was not differentiated."""
    for path, node in _pending(case.needed):
        body, variable = node.children[0], node.variable
        for place, inner in places(body):
            terms = _varying(inner, variable)
            for one in terms[:MOST_OCCURRENCES] if len(terms) > 1 else ():
                held = _held(case.context.around, one)
                if held is None or not isinstance(inner, Add):
                    continue
                fixed = add(*(held if other is one else other for other in inner.terms))
                yield Trial(_with_body(case.needed, path, node, replace_at(body, place, fixed)), (shown(one),))


# ---- the chain rule


@kind(
    "chain-rule",
    "by the chain rule the derivative of `{0}` with respect to `{1}` is a factor; it is missing",
    "multiply by it: `{line}`",
    leads_here,
)
def layer(case: Case) -> Iterator[Trial]:
    """A layer f of a chain f(g(x)) was passed over: its own derivative does not multiply the rest."""
    tries = 0
    for path, node in _pending(case.needed):
        body, variable = node.children[0], node.variable
        for outer_path, outer in places(body):
            if variable not in outer.symbols or outer is variable or len(_varying(outer, variable)) > 1:
                continue
            # c·f(x) at the top is no layer of a chain: a factor is lost there, which has a name of its own
            if isinstance(outer, Mul) and all(
                isinstance(at(body, outer_path[:depth]), (Add, Mul)) for depth in range(len(outer_path))
            ):
                continue
            for inner in _inside(outer, variable):
                difference = _held(case.context.around, sub(outer, inner))
                tries += 1
                if difference is None or tries > MOST_LAYERS:
                    continue
                line = _with_body(case.needed, path, node, replace_at(body, outer_path, add(inner, difference)))
                yield Trial(line, (Shown(outer), Shown(inner)))


def _inside(outer: Expr, variable: Symbol) -> list[Expr]:
    """The parts that vary and have the kind of the whole, so that the derivative of the whole may have been taken for
    theirs."""
    return [
        node
        for node in nodes_of(outer)
        if node is not outer and node.shape is outer.shape and variable in node.symbols and node.free <= outer.free
    ]


# ---- the derivative of an inverse


@kind("inverse-rule", "{0}", "{1}: `{line}`", leads_here)
def inverse(case: Case) -> Iterator[Trial]:
    """dM⁻¹ was taken for −M⁻² dM, as of a number, or the result holds a square of M⁻¹ where M⁻¹ … M⁻¹ belongs."""
    for path, node in _pending(case.needed):
        body = node.children[0]
        for place, inner in places(body):
            if not isinstance(inner, Inverse) or node.variable not in inner.symbols or inner.free:
                continue
            name = shown(inner.children[0])
            rule = _RULE.replace("M", name if len(name) == 1 else f"({name})")
            for said, wrong in _wrong_rules(case.context.around, inner):
                yield Trial(_with_body(case.needed, path, node, replace_at(body, place, wrong)), (said, rule))


_SCALAR = "the scalar rule −1/u² was used for an inverse"
_ONE_SIDE = "one of the two inverses in the derivative of an inverse is missing"
_RULE = "d(M⁻¹) = −M⁻¹ dM M⁻¹"


def _wrong_rules(around: Surroundings, inverse: Inverse) -> Iterator[tuple[str, Expr]]:
    """M⁻¹ as a part with the right value and a wrong derivative."""
    base = inverse.children[0]
    value, fixed = _held(around, inverse), _held(around, base)
    if value is None or fixed is None:
        return
    moved = sub(base, fixed)
    for change in (matmul(value, value, moved), matmul(moved, value, value)):
        yield _SCALAR, add(value, neg(change))
    for change in (matmul(value, moved), matmul(moved, value)):
        yield _ONE_SIDE, add(value, neg(change))


@kind(
    "inverse-rule",
    "the scalar rule −1/u² was used for an inverse: d(M⁻¹) = −M⁻¹ dM M⁻¹",
    "put {0} on each side of {1}: `{line}`",
)
def squared_inverse(case: Case) -> Iterator[Trial | None]:
    """M⁻² D and D M⁻² for M⁻¹ D M⁻¹: the derivative of 1/u taken for that of an inverse."""
    for path, node, numbers, arrays in case.chains():
        for here, part in enumerate(arrays):
            after, single = arrays[here + 1] if here + 1 < len(arrays) else None, part
            if isinstance(part, MatrixPower) and part.exponent == -2:
                single, rest = Inverse(part.base), [*arrays[:here], *arrays[here + 1 :]]
            elif isinstance(part, Inverse) and after is part:
                rest = [*arrays[:here], *arrays[here + 2 :]]
            else:
                continue
            ends = product_of(range(len(rest)), range(1, 4), (single, Transpose(single)))
            for start, count, one in ends:
                inner = rest[start : start + count]
                if len(inner) == count and all(a.shape.cols is b.shape.rows for a, b in pairwise(inner)):
                    split = [*rest[:start], one, *inner, one, *rest[start + count :]]
                    with suppress(ValueError):
                        said = Quoted(case, one), Quoted(case, matmul(*inner))
                        yield case.changed(path, case.joined(node, numbers, split), said, part)
