"""What a formula is whatever the order of its terms, its brackets and its transposes:
two formulas of one form are the same array.

A form is a sum of monomials with rational factors: numbers, which commute, and a chain of arrays, each as it is or
transposed. What is no sum, product or transpose is an atom, known by the forms of its parts.
Where an atom cancels there is no form: it may lack a value.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from fractions import Fraction
from functools import reduce
from typing import Final, NamedTuple

from ..ir import (
    NUMBER,
    ONE,
    Add,
    Call,
    Dim,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Inverse,
    MatMul,
    Mul,
    Number,
    Power,
    Size,
    Symbol,
    Transpose,
)
from ..ir.memory import noted, remembered

_MOST: Final = 100
"""Monomials that a formula may be opened into."""


class Link(NamedTuple):
    """An array of a chain, as it is or turned."""

    atom: Hashable
    rows: Dim
    cols: Dim
    turned: bool = False


Chain = tuple[Link, ...]
Monomial = tuple[tuple[Hashable, ...], Chain]
Sum = dict[Monomial, Fraction | int]


_NO_ATOMS: Final = frozenset[Hashable]()


class NoForm(Exception):
    """An atom cancels, or there are too many monomials."""


@remembered(maxsize=512)
def rearranged(expr: Expr) -> Hashable | None:
    """The form of a formula without free letters; None where it has none."""
    try:
        return None if expr.free else (expr.shape, _form(expr))
    except (NoForm, RecursionError):
        return None


def _form(expr: Expr) -> frozenset[tuple[Monomial, Fraction | int]]:
    found, atoms = _opened(expr)
    if atoms and not atoms <= {atom for numbers, chain in found for atom in _atoms_in(numbers, chain)}:
        raise NoForm
    return frozenset(found.items())


def _sized(part: Expr) -> Hashable:
    """The form of a part of an atom, with its shape: of I alone no form says how large it is, and sum(I_n) is n."""
    return part.shape, _form(part)


def _atoms_in(numbers: tuple[Hashable, ...], chain: Chain) -> set[Hashable]:
    inner = {link.atom for part in numbers if isinstance(part, tuple) for link in part if isinstance(link, Link)}
    return {*numbers, *inner, *[link.atom for link in chain]}


@noted
def _opened(expr: Expr) -> tuple[Sum, frozenset[Hashable]]:
    """The monomials of an expression, and what stands in it that is no name."""
    match expr:
        case Number(value):
            return ({((), ()): value.numerator if value.denominator == 1 else value} if value else {}), _NO_ATOMS
        case Eye():
            return {((), ()): 1}, _NO_ATOMS
        case Symbol() | Size():
            return _atom(expr, expr), _NO_ATOMS
        case Fill(value):
            return (_atom(expr, expr) if value else {}), _NO_ATOMS
        case Add() | Mul() | MatMul():
            sums, atoms = zip(*map(_opened, expr.children), strict=True)
            return _added(sums) if isinstance(expr, Add) else reduce(_multiplied, sums), _NO_ATOMS.union(*atoms)
        case Transpose(body):
            found, inner = _opened(body)
            return {(numbers, _turned(chain)): factor for (numbers, chain), factor in found.items()}, inner
        case Power(Number(base), Number(exponent)) if base and exponent.denominator == 1 and abs(exponent) < 20:
            return {((), ()): Fraction(base) ** exponent.numerator}, _NO_ATOMS
        case Hadamard(factors):
            atom: Hashable = (Hadamard, *_sorted([_sized(factor) for factor in factors]))
        case Call("norm" | "abs", (part,)):
            form = _form(part)  # ‖u‖ is ‖−u‖
            negative = frozenset((monomial, -factor) for monomial, factor in form)
            atom = (expr.function, part.shape, min(form, negative, key=hash))
        case Call() | Power() | Inverse():
            atom = (type(expr), getattr(expr, "function", ""), *[_sized(part) for part in expr.children])
        case _:
            atom = expr
    return _atom(expr, atom), frozenset((atom,))


def _atom(expr: Expr, atom: Hashable) -> Sum:
    one = ((atom,), ()) if expr.shape is NUMBER else ((), (Link(atom, expr.shape.rows, expr.shape.cols),))
    return {one: 1}


def _added(sums: Iterable[Sum]) -> Sum:
    found: Sum = {}
    for one in sums:
        for monomial, factor in one.items():
            found[monomial] = found.get(monomial, 0) + factor
    if len(found) > _MOST:
        raise NoForm
    return {monomial: factor for monomial, factor in found.items() if factor}


def _multiplied(left: Sum, right: Sum) -> Sum:
    if len(left) * len(right) > _MOST:
        raise NoForm
    return _added([{_joined(one, other): a * b} for one, a in left.items() for other, b in right.items()])


def _joined(left: Monomial, right: Monomial) -> Monomial:
    """The product; what stands between two sides of length 1 is a number."""
    numbers, links = [*left[0], *right[0]], [*left[1], *right[1]]
    ends = [0, *[place + 1 for place, link in enumerate(links) if link.cols is ONE]]
    kept: list[Link] = links[ends[-1] :]
    for start, end in zip(ends[-2::-1], ends[:0:-1], strict=True):
        part = tuple(links[start:end])
        if part[0].rows is ONE:
            numbers.append(min(part, _turned(part), key=hash))
        else:
            kept = [*part, *kept]
    return _sorted(numbers), tuple(kept)


def _turned(chain: Chain) -> Chain:
    return tuple([Link(link.atom, link.cols, link.rows, not link.turned) for link in reversed(chain)])


def _sorted(parts: list[Hashable]) -> tuple[Hashable, ...]:
    return tuple(sorted(parts, key=hash))
