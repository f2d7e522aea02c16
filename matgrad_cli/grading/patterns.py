"""Slips with a shape of their own: a δ between the wrong pair, a sum drawn into a function, an occurrence forgotten in the product rule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal

from ..ir import (
    Add,
    Call,
    Delta,
    Differential,
    Dim,
    Entry,
    Expr,
    Index,
    MatMul,
    Mul,
    Number,
    Partial,
    Power,
    SumOver,
    Symbol,
    add,
    fresh_index,
    is_elementwise,
    letters_in,
    matmul,
    mul,
    nodes_of,
    places,
    rename,
    replace_at,
    substitute,
    sum_over,
)
from .bench import Bench
from .slips import Slip, terms_of
from .surroundings import Surroundings

Stage = Literal["delta", "repair", "fact"]
MOST_OCCURRENCES = 6
MOST_TRIES = 60


def pattern_slips(around: Surroundings, before_expr: Expr, after: Expr, before: Stage) -> Iterator[Slip]:
    """The slips that are looked for at a stage of the list of codes: before the layouts, before the repairs, before the facts."""
    if before_expr.shape is not after.shape:
        return
    bench = around.bench
    if before == "delta":
        yield from _wrong_delta(bench, before_expr, after)
        yield from _collapsed_sum(bench, before_expr, after)
    elif before == "fact":
        yield from _product_rule(around, before_expr, after)
        yield from _chain_rule(bench, before_expr, after)


# ---- δ


def _wrong_delta(bench: Bench, before: Expr, after: Expr) -> Iterator[Slip]:
    """One index of one δ changed makes the line right."""
    deltas = [node for node in nodes_of(after) if isinstance(node, Delta)]
    letters = sorted(letters_in(after))
    tries = 0
    for delta in deltas:
        for side, kept in ((delta.left, delta.right), (delta.right, delta.left)):
            for letter in letters:
                if not isinstance(side, Index) or letter is side or letter.dim is not side.dim or letter is kept:
                    continue
                tries += 1
                if tries > MOST_TRIES:
                    return
                mended = substitute(after, {delta: Delta(letter, kept)})
                if mended.free == before.free and bench.equal(before, mended):
                    yield Slip(
                        "wrong-delta",
                        f"δ_{delta.left}{delta.right} links the wrong pair: it is δ_{letter}{kept}",
                        help=f"write δ_{letter}{kept} for δ_{delta.left}{delta.right}",
                    )
                    return


# ---- f(Σ u) for Σ f(u)


def _collapsed_sum(bench: Bench, before: Expr, after: Expr) -> Iterator[Slip]:
    """Σ f(u) was written as f(Σ u): the norm is a sum of squares, not the square of a sum."""
    tries = 0
    for path, node in places(after):
        if not _nonlinear(node):
            continue
        for opened in _drawn_out(node):
            tries += 1
            if tries > MOST_TRIES:
                return
            mended = replace_at(after, path, opened)
            if mended.free == before.free and bench.equal(before, mended):
                yield Slip(
                    "bad-sum-collapse",
                    f"a sum was drawn into {_named(node)}: the sum of {_named(node, plural=True)} is not {_named(node)} of the sum",
                    help="keep the sum in front",
                )
                return


def _nonlinear(node: Expr) -> bool:
    if not node.shape.is_number:
        return False
    if isinstance(node, Power):
        return isinstance(node.exponent, Number) and node.exponent.value not in (0, 1)
    return isinstance(node, Call) and is_elementwise(node.function)


def _named(node: Expr, plural: bool = False) -> str:
    if isinstance(node, Power):
        square = isinstance(node.exponent, Number) and node.exponent.value == 2
        return ("squares" if square else "powers") if plural else ("a square" if square else "a power")
    assert isinstance(node, Call)
    return f"{node.function}(…)"


def _drawn_out(node: Expr) -> Iterator[Expr]:
    """f(g(Σ u)) with the sum in front of f, in every way in which the innermost argument is a sum over one index."""
    inner = node.children[0]
    for summed, letter in _as_sums(inner):
        yield SumOver((letter,), node.rebuilt((summed, *node.children[1:])))
    if _nonlinear(inner) or (isinstance(inner, Mul) and inner.shape.is_number):
        for opened in _drawn_out(inner) if _nonlinear(inner) else ():
            if isinstance(opened, SumOver):
                yield SumOver(opened.indices, node.rebuilt((opened.body, *node.children[1:])))


def _as_sums(expr: Expr) -> Iterator[tuple[Expr, Index]]:
    """The number as Σ_k body: (body, k). Every term must be a sum over the dimension of k."""
    terms = terms_of(expr)
    dims: list[Dim] = []
    for term in terms[:1]:
        dims = list(dict.fromkeys(_summable(term)))
    for dim in dims:
        letter = fresh_index(dim, {index.name for index in letters_in(expr)})
        opened = [list(_opened(term, letter)) for term in terms]
        if all(opened) and len(terms) <= 4:
            for choice in product(*[ways[:3] for ways in opened]):
                yield add(*choice), letter


def _summable(term: Expr) -> Iterator[Dim]:
    if isinstance(term, SumOver):
        yield from (index.dim for index in term.indices)
    elif isinstance(term, Mul):
        for factor in term.factors:
            yield from _summable(factor)
    elif isinstance(term, MatMul) and term.shape.is_number:
        yield from (factor.shape.cols for factor in term.factors[:-1])


def _opened(term: Expr, letter: Index) -> Iterator[Expr]:
    """The term without its sum over one index, which is now called `letter`."""
    if isinstance(term, SumOver):
        for index in term.indices:
            if index.dim is letter.dim:
                rest = tuple(other for other in term.indices if other is not index)
                yield sum_over(rest, rename(term.body, {index: letter}))
    elif isinstance(term, Mul):
        for at, factor in enumerate(term.factors):
            for inner in _opened(factor, letter):
                yield mul(*term.factors[:at], inner, *term.factors[at + 1 :])
    elif isinstance(term, MatMul) and term.shape.is_number:
        for at in range(1, len(term.factors)):
            left, right = matmul(*term.factors[:at]), matmul(*term.factors[at:])
            if right.shape.rows is letter.dim:
                yield mul(Entry(left, None, letter), Entry(right, letter, None))


# ---- the product rule


def _product_rule(around: Surroundings, before: Expr, after: Expr) -> Iterator[Slip]:
    """Some occurrences of the variable were held fixed under a pending derivative or differential."""
    bench = around.bench
    for path, node in places(before):
        if not isinstance(node, (Partial, Differential)):
            continue
        body, variable = node.children[0], node.variable
        where = [place for place, part in places(body) if part is variable]
        if not 2 <= len(where) <= MOST_OCCURRENCES:
            continue
        frozen = _frozen(around, variable)
        for held in _subsets(len(where)):
            fixed = body
            for number in held:
                fixed = replace_at(fixed, where[number], frozen)
            mended = replace_at(before, path, node.rebuilt((fixed, *node.children[1:])))
            if bench.equal(mended, after):
                count = len(where)
                missing = ", ".join(_ORDINALS[number] for number in held)
                yield Slip(
                    "product-rule",
                    f"`{variable.name}` stands {count} times in what is differentiated, and each gives a term: "
                    f"the term of the {missing} one is missing",
                    help=f"add the term in which the {missing} `{variable.name}` varies",
                )
                return


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def _subsets(count: int) -> list[tuple[int, ...]]:
    """The occurrences that may have been held fixed: one, or all but one."""
    single = [(number,) for number in range(count)]
    others = [tuple(number for number in range(count) if number != kept) for kept in range(count)]
    return list(dict.fromkeys([*single, *others]))


def _frozen(around: Surroundings, variable: Symbol) -> Symbol:
    """A variable with the same value that does not move."""
    symbol = Symbol(variable.name + " held fixed", variable.shape)
    around.bench.define(symbol, around.values.get(variable, variable))
    return symbol


# ---- the chain rule


def _chain_rule(bench: Bench, before: Expr, after: Expr) -> Iterator[Slip]:
    """∂f(u) was written as ∂u or as f′(u): the inner derivative, or the outer one, was forgotten."""
    for path, node in places(before):
        if not isinstance(node, (Partial, Differential)):
            continue
        for inner_path, inner in places(node.children[0]):
            if not (isinstance(inner, (Power, Call)) and inner.children and node.variable in inner.children[0].symbols):
                continue
            if inner.shape is not inner.children[0].shape:
                continue
            body = replace_at(node.children[0], inner_path, inner.children[0])
            mended = replace_at(before, path, node.rebuilt((body, *node.children[1:])))
            ratio = bench.ratio(after, mended)
            if ratio is not None and bench.equal(mended, after):
                yield Slip("chain-rule", "the outer derivative is missing: by the chain rule it multiplies the inner one")
                return


__all__ = ["Add", "pattern_slips"]
