"""Single edits of a line: transpose one factor, swap two neighbours, another product, an inverse more or less.

The first of them ask the line alone for its sums, products and arrays, and so serve a line whose parts do not fit, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, compress, pairwise
from itertools import product as product_of
from typing import Any

from ...ir import (
    ONE,
    Add,
    Call,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    MatMul,
    MatrixPower,
    Mul,
    Number,
    Power,
    SumOver,
    Symbol,
    Transpose,
    at,
    hadamard,
    matmul,
    mul,
    neg,
    nodes_of,
    replace_at,
)
from ...notation import syntax as s
from .case import Case, Quoted, Trial, above, is_array
from .kind import kind
from .terms import LINEAR, Place, Shown

Made = Iterator[Trial | None]
# ---- edits of lines in any form


@kind(
    "lost-factor",
    "a bracket is missing: the factor in front multiplies the first term only",
    "put {0} and what follows into one bracket behind {1}: `{line}`",
)
def bracket(case: Case) -> Made:
    """a b + c for a (b + c)."""
    for path, terms in case.sums():
        for start, term in enumerate(terms[:-1]):
            parts = case.factors(term)
            for cut, end in product_of(range(1, len(parts)), range(start + 2, len(terms) + 1)):
                with suppress(ValueError):
                    head, tail = (case.product(term, some) for some in (parts[:cut], parts[cut:]))
                    inside = case.product(term, [*parts[:cut], case.sum([tail, *terms[start + 1 : end]])])
                    new, said = (
                        case.sum([*terms[:start], inside, *terms[end:]]),
                        (Quoted(case, tail), Quoted(case, head)),
                    )
                    yield case.changed(path, new, said, terms[start + 1])


def _undone(case: Case, kinds: tuple[Any, ...]) -> Made:
    """One part is transposed, or inverted, that must not be."""
    for path, node in case.places:
        if isinstance(node, kinds):
            with suppress(ValueError):
                yield case.changed(path, node.body, (Quoted(case, node.body, (*path, 0)),), node)


@kind("missing-transpose", "one factor is transposed that must not be", "do not transpose {0}: `{line}`")
def transposed(case: Case) -> Made:
    """One part is transposed that must not be."""
    return _undone(case, (Transpose, s.Transposed))


@kind("missing-transpose", "a transpose is missing on one factor", "transpose {0}: `{line}`")
def not_transposed(case: Case) -> Made:
    """A transpose is missing on one part."""
    for path, node in case.arrays():
        with suppress(ValueError):
            yield case.changed(path, case.turned(node), (Quoted(case, node, path),), node)


@kind("missing-transpose", "a transpose is missing on one factor of one term", "write: `{line}`")
def not_transposed_in_a_term(case: Case) -> Made:
    """(A + Aᵀ) X B for A X B + Aᵀ X Bᵀ: where the bracket is opened, a transpose is missing on one part."""
    for terms in () if case.context.around.facts_unsaid else case.levels[-1:]:
        yield from not_transposed.trials(case.of(case.sum(terms)))


@kind(
    "wrong-order",
    "an {0} product stands where an {1} product is needed",
    "put the transpose on the other factor: `{line}`",
)
def inner_for_outer(case: Case) -> Made:
    """xᵀy for x yᵀ: an inner product stands where an outer one is needed, or the other way round."""
    turned = (Transpose, s.Transposed)
    for path, node, numbers, arrays in case.chains():
        for here, (left, right) in enumerate(pairwise(arrays)):
            if isinstance(left, turned) is not isinstance(right, turned):
                other = [*arrays[:here], case.turned(left), case.turned(right), *arrays[here + 2 :]]
                said = ("inner", "outer") if isinstance(left, turned) else ("outer", "inner")
                with suppress(ValueError):
                    yield case.changed(path, case.joined(node, numbers, other), said, node)


def _exchanged_neighbours(case: Case, under_trace: bool) -> Made:
    """Two factors of a product, or of one under a trace, stand in the wrong order."""
    for path, node, numbers, arrays in case.chains():
        outer = above(case.line, path) if isinstance(node, Expr) else None
        traced = isinstance(outer, Call) and outer.function == "tr"
        for here, (left, right) in enumerate(pairwise(arrays) if traced is under_trace else ()):
            if left is not right:
                swapped = [*arrays[:here], right, left, *arrays[here + 2 :]]
                said = Quoted(case, left), Quoted(case, right)
                with suppress(ValueError):
                    yield case.changed(path, case.joined(node, numbers, swapped), said, node)


@kind(
    "cyclic-trace-misuse",
    "under a trace factors may only rotate; here two of them were exchanged",
    "swap {0} and {1}: `{line}`",
)
def trace(case: Case) -> Made:
    """Two factors under a trace stand in the wrong order."""
    return _exchanged_neighbours(case, under_trace=True)


@kind("wrong-order", "the factors stand in the wrong order", "swap {0} and {1}: `{line}`")
def neighbours(case: Case) -> Made:
    """Two factors of a product stand in the wrong order."""
    return _exchanged_neighbours(case, under_trace=False)


@kind("wrong-order", "the factors stand in the wrong order", "write the factors in the order {0}: `{line}`")
def order(case: Case) -> Made:
    """The factors of a product stand in reverse, or one of them at the wrong end."""
    for path, node, numbers, arrays in case.chains():
        for turned in (arrays[::-1], [*arrays[1:], arrays[0]], [arrays[-1], *arrays[:-1]]) if len(arrays) > 2 else ():
            with suppress(ValueError):
                said = (" ".join(map(case.text, turned)),)
                yield case.changed(path, case.joined(node, numbers, turned), said, node)


# ---- edits of expressions


@kind(
    "missing-transpose",
    "the letters of an entry stand the wrong way round, as of the transpose",
    "turn the letters of {0} round: `{line}`",
)
def turned_entry(case: Case) -> Made:
    """A_ki for A_ik."""
    for path, node, places in case.entries():
        if len(places) == 2 and None not in places and len(set(map(case.told, places))) == 2:
            with suppress(ValueError):
                yield case.changed(path, case.lettered(node, places[::-1]), (Quoted(case, node),), node)


@kind(
    "product-for-hadamard",
    "a matrix product and an elementwise product are confused",
    "write {0} product in {1}: `{line}`",
)
def product_for_hadamard(case: Case) -> Made:
    """A matrix product for an elementwise one, or the other way round."""
    for path, node in case.places:
        if not isinstance(node, (MatMul, Hadamard)):
            continue
        mine, other = (matmul, hadamard) if isinstance(node, MatMul) else (hadamard, matmul)
        said = "an elementwise" if isinstance(node, MatMul) else "a matrix", Quoted(case, node)
        factors = node.factors
        for cut in range(1, len(factors)):
            with suppress(ValueError):
                yield case.changed(path, other(mine(*factors[:cut]), mine(*factors[cut:])), said, node)
            with suppress(ValueError):
                pair = other(*factors[cut - 1 : cut + 1]) if len(factors) > 2 else None
                if pair is not None:
                    yield case.changed(path, mine(*factors[: cut - 1], pair, *factors[cut + 1 :]), said, node)


@kind("missing-inverse", "there is an inverse too many", "do not invert {0}: `{line}`")
def inverted(case: Case) -> Made:
    """One part is inverted that must not be."""
    return _undone(case, (Inverse,))


@kind("missing-inverse", "an inverse is missing", "invert {0}: `{line}`")
def not_inverted(case: Case) -> Made:
    """An inverse is missing on one part, or on neighbours in a product: (AAᵀ)b for (AAᵀ)⁻¹b."""
    for path, node in case.places:
        factors = node.factors if isinstance(node, MatMul) else ()
        regular = all(factor.shape.cols is not ONE for factor in factors[:-1])  # a column times a row has no inverse
        if is_array(node) and node.shape.is_square and regular and not isinstance(node, Inverse):
            with suppress(ValueError):
                yield case.changed(path, Inverse(node), (Quoted(case, node, path),), node)
        for start, end in combinations(range(len(factors) + 1), 2):
            run = factors[start:end]
            sides = [factor.shape.cols for factor in run]
            square = 1 < len(run) < len(factors) and sides[-1] is run[0].shape.rows and ONE not in sides
            if square:
                part = matmul(*run)
                new = matmul(*factors[:start], Inverse(part), *factors[end:])
                yield case.changed(path, new, (Quoted(case, part),), node)


# ---- powers


def _other_powers(case: Case, missing: bool) -> Made:
    """The powers that are too low, so that a factor is `missing`, or too high: of numbers, of functions entry by entry,
    of square matrices."""
    for path, node in case.places:
        whole = node.shape.is_square and not node.shape.is_number and not isinstance(node, (Power, Call))
        match node:
            case Power(base, Number(exponent)):
                pass
            case MatrixPower(base, int(times)):
                exponent = Fraction(times)
            case Symbol() | Call() | Add() | SumOver() | Entry() | MatMul():
                base, exponent = node, Fraction(1)
            case _:
                continue
        if not (node.shape.is_number or whole or isinstance(node, (Power, Call))):
            continue
        for other in (exponent + 1, exponent - 1, exponent * 2, exponent / 2):
            if other and (abs(other) > abs(exponent)) is missing:
                with suppress(ValueError):
                    new = _raised(base, other, whole)
                    said = (Quoted(case, base), *(str(one).replace("-", "−") for one in (other, exponent)))
                    yield case.changed(path, new, said, node)


def _raised(base: Expr, exponent: Fraction, whole: bool) -> Expr:
    """A power entry by entry, or of a matrix as a `whole`."""
    if whole and exponent.denominator > 1:
        raise ValueError("a root of a matrix")
    power = MatrixPower(base, exponent.numerator) if whole else Power(base, Number(exponent))
    return base if exponent == 1 else power


@kind("dropped-term", "the power of {0} is {2}, needed is {1}", "write: `{line}`")
def power_too_low(case: Case) -> Made:
    """u for u², or u⁻¹ for u⁻²."""
    return _other_powers(case, missing=True)


@kind("extra-term", "the power of {0} is {2}, needed is {1}", "write: `{line}`")
def power_too_high(case: Case) -> Made:
    """u² for u, or u⁻² for u⁻¹."""
    return _other_powers(case, missing=False)


# ---- factors that are needed once more, or in another place


def _names(case: Case) -> list[Symbol]:
    return list(dict.fromkeys(node for _, node in case.places if isinstance(node, Symbol) and not node.shape.is_number))


@kind("dropped-term", "a factor is missing", "multiply {0} by {1}: `{line}`")
def number_for_multiple(case: Case) -> Made:
    """A + λ for A + λ I, or b + λ for b + λ w: a number, added to every entry,
    stands where a multiple of an array is needed."""
    for path, node in case.places:
        if not (isinstance(node, Fill) and node.value == 1) or not isinstance(above(case.line, path), (Mul, Add)):
            continue
        arrays: list[tuple[Expr, str]] = [(Eye(node.shape.rows), "the identity")] if node.shape.is_square else []
        arrays += [(name, f"`{name.name}`") for name in _names(case) if name.shape is node.shape]
        for array, called in arrays:
            with suppress(ValueError):
                yield case.changed(path, array, ("the number", called), node)


@kind("dropped-term", "the factor `{0}` is {2}", "multiply {1} by it: `{line}`")
def once_more(case: Case) -> Made:
    """A factor that stands in the line already is needed once more, or one of what is needed is missing; beside Aᵀ,
    and not in it, and inside −a."""
    others = (node for node in nodes_of(case.needed) if isinstance(node, Symbol) and not node.shape.is_number)
    names = dict.fromkeys(_names(case), "needed once more")
    names |= {name: "missing" for name in others if name not in names}
    turned = [(*path, 0) for path, node in case.places if isinstance(node, Transpose)]
    for path, node in case.places:
        signed = isinstance(node, Mul) and any(isinstance(factor, Number) for factor in node.factors)
        whole = isinstance(node, (Symbol, Add, Mul, Transpose)) and not signed and path not in turned
        for name, how in names.items() if whole and not node.shape.is_number else ():
            one, other = name.shape, node.shape
            fitting = (one is other, one.cols is other.rows, other.cols is one.rows)
            for join, *parts in compress(((hadamard, name, node), (matmul, name, node), (matmul, node, name)), fitting):
                with suppress(ValueError):
                    yield case.changed(path, join(*parts), (name.name, Quoted(case, node, path), how), node)


def _multiplied(case: Case, factor: Fraction, places: Iterator[Place]) -> Made:
    """A part is another multiple of what is needed."""
    for path, node in places:
        with suppress(ValueError):
            new = mul(Number(factor), node) if factor != -1 else neg(node)
            yield case.changed(path, new, (Quoted(case, node), Shown(new)), node)


def _arguments(case: Case) -> Iterator[Place]:
    """What functions are taken of."""
    for path, node in case.places:
        plain = isinstance(node, Call) and len(node.children) == 1 and node.function not in LINEAR
        if plain and not case.decides((*path, 0)):
            yield (*path, 0), node.argument


def _inner_terms(case: Case) -> Iterator[Place]:
    """The terms of sums inside the line."""
    for path, node in case.places:
        if isinstance(node, Add) and path and not case.decides(path):
            yield from (((*path, number), term) for number, term in enumerate(node.terms))


@kind("wrong-sign", "the sign of {0}, of which a function is taken, is wrong", "write: `{line}`")
def sign_inside(case: Case) -> Made:
    """σ(z) for σ(−z): a sign is lost inside a function."""
    return _multiplied(case, Fraction(-1), _arguments(case))


@kind("wrong-sign", "the sign of {0} is wrong", "write `{1}`: `{line}`")
def inner_sign(case: Case) -> Made:
    """‖Ax + b‖² for ‖Ax − b‖²: a sign is wrong in a bracket that cannot be opened."""
    return _multiplied(case, Fraction(-1), _inner_terms(case))


@kind("lost-factor", "{0} is off by a factor", "write `{1}`: `{line}`")
def inner_factor(case: Case) -> Made:
    """exp(−r²) for exp(−½r²): a 2 is lost, or there is one too many, in a bracket or in front of what a function is
    taken of."""
    for factor in (Fraction(2), Fraction(1, 2)):
        yield from _multiplied(case, factor, _arguments(case))
        yield from _multiplied(case, factor, _inner_terms(case))


@kind("dropped-term", "a factor is missing", "write: `{line}`")
def entry(case: Case) -> Made:
    """An entry of an array that stands in the line is missing as a factor under its Σ."""
    sums = [(path, node) for path, node in case.places if isinstance(node, SumOver)]
    for path, node in sums:
        around = {letter for above, outer in sums if path[: len(above)] == above for letter in outer.indices}
        letters = sorted({*case.line.free, *case.needed.free, *around})
        for name in _names(case):
            sides = (name.shape.rows, name.shape.cols)
            over: list[list[Index | None]] = [[one for one in letters if one.dim is side] or [None] for side in sides]
            for row, col in product_of(*over):
                with suppress(ValueError):
                    yield case.changed(path, SumOver(node.indices, mul(node.body, Entry(name, row, col))), (), node)


@kind("wrong-order", "two factors have changed places", "exchange {0} and {1}: `{line}`")
def exchanged(case: Case) -> Made:
    """a (bᵀx) for b (aᵀx): two names have changed places."""
    named = [(path, node) for path, node in case.places if isinstance(node, Symbol) and not node.shape.is_number]
    for here, (first, left) in enumerate(named):
        for second, right in named[here + 1 :]:
            if left is not right:
                with suppress(ValueError):
                    new = _exchanged(case.line, (first, right), (second, left))
                    yield case.changed((), new, (Quoted(case, left), Quoted(case, right)), left)


def _exchanged(root: Expr, *new: Place) -> Expr:
    (first, left), (second, right) = new
    top = next(step for step, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)
    below = at(root, first[:top])
    parts = list(below.children)
    for (head, *rest), part in ((first[top:], left), (second[top:], right)):
        parts[head] = replace_at(parts[head], tuple(rest), part)
    return replace_at(root, first[:top], below.rebuilt(tuple(parts)))
