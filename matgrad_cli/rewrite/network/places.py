"""What no pattern can say of single places: a fixed row, a function of an entry, what is the same everywhere,
a row for a column."""

from __future__ import annotations

from ...ir import (
    Call,
    Delta,
    Dim,
    Entry,
    Expr,
    Fill,
    Index,
    Mul,
    Number,
    Position,
    Shape,
    Transpose,
    is_elementwise,
    matmul,
    mul,
)
from ...ir.dimensions import ONE
from ...ir.entries import entry
from ...records import Bindings
from ..engine.application import Site, is_zero, native, native_at
from ..forms.algebra import basis, flip


@native_at("read-function")
def function(node: Expr) -> Expr | None:
    """f of A_ij is an entry of f(A)."""
    if not isinstance(node, Call) or not is_elementwise(node.function):
        return None
    first = next((inside for inside in node.arguments if isinstance(inside, Entry)), None)
    if first is None:
        return None
    bases = list[Expr]()
    for inside in node.arguments:
        alike = isinstance(inside, Entry) and (inside.row, inside.col, inside.base.shape) == (
            first.row,
            first.col,
            first.base.shape,
        )
        if alike and isinstance(inside, Entry) and not inside.base.free:
            bases.append(inside.base)
        elif not inside.free and not isinstance(inside, Entry):  # what is the same everywhere is spread
            bases.append(mul(inside, Fill(1, first.base.shape)))
        else:
            return None
    return Entry(Call(node.function, *bases), first.row, first.col)


@native("entry-basis")
def fixed_place(site: Site) -> tuple[Expr, Bindings] | None:
    """A_i2 is an entry of A e₂, A_2j of Aᵀ e₂, δ_i2 of e₂; in a line without letters A_21 is e₂ᵀ A e₁."""
    node = site.node
    if isinstance(node, Delta):
        letter, place = (node.right, node.left) if isinstance(node.left, int) else (node.left, node.right)
        return (
            (Entry(basis(place, letter.dim), letter, None), ())
            if isinstance(letter, Index) and isinstance(place, int)
            else None
        )
    if not isinstance(node, Entry) or node.base.free or not (node.free or not site.scene.entrywise):
        return None
    (row, left), (col, right) = _fixed(node.row, node.base.shape.rows), _fixed(node.col, node.base.shape.cols)
    if (row, col) == (node.row, node.col):
        return None
    if row is None and isinstance(col, Index):
        return Entry(matmul(flip(node.base), *left), col, None), ()
    picked = matmul(*map(flip, left), node.base, *right)
    return (picked if row is None else Entry(picked, row, None)), (("M", node.base),)


def _fixed(place: Position | None, dim: Dim) -> tuple[Position | None, list[Expr]]:
    """A letter as it is; a fixed place as no letter, with its basis vector."""
    return (None, [basis(place, dim)]) if isinstance(place, int) else (place, [])


@native("read-everywhere")
def everywhere(site: Site) -> tuple[Expr, Bindings] | None:
    """A term that lacks one of the letters i and j of the bindings, or both:
    u_i is (u 1ᵀ)_ij, v_j is (1 vᵀ)_ij, c is c 1_ij."""
    said = dict(site.bindings)
    row, col = said.get("i"), said.get("j")
    if not isinstance(row, Index) or (col is not None and not isinstance(col, Index)):
        return None
    term = site.node
    factors = term.factors if isinstance(term, Mul) else (term,)
    numbers, arrays = [one for one in factors if not one.free], [one for one in factors if one.free]
    if term.free >= {row, *((col,) if col else ())} or len(arrays) > 1:
        return None
    spread = _spread(arrays[0] if arrays else None, row, col)
    if spread is None:
        return None
    return mul(*(one for one in numbers if one is not Number(1)), Entry(spread, row, col)), site.bindings


def _spread(vector: Expr | None, row: Index, col: Index | None) -> Expr | None:
    width = col.dim if col else ONE
    if vector is None:
        return Fill(1, Shape(row.dim, width))
    if not isinstance(vector, Entry) or vector.col is not None or vector.base.free or col is None:
        return None
    if vector.row is row:
        return matmul(vector.base, Fill(1, Shape(ONE, width)))
    return matmul(Fill(1, Shape(row.dim)), flip(vector.base)) if vector.row is col else None


@native_at("read-row")
def row_of(node: Expr) -> Expr | None:
    """An entry of a column is one of a row."""
    if not isinstance(node, Entry) or node.col is not None:
        return None
    turned = node.base.body if isinstance(node.base, Transpose) else Transpose(node.base)
    return Entry(turned, None, node.row)


@native_at("entry-elementwise", "Entry")
def elementwise(node: Expr) -> Expr | None:
    """f(A)_ij is f of A_ij."""
    if isinstance(node, Entry) and isinstance(node.base, Call) and is_elementwise(node.base.function):
        return Call(node.base.function, *[entry(part, node.row, node.col) for part in node.base.arguments])
    return None


@native("zero-matrix")
def nothing_left(site: Site) -> tuple[Expr, Bindings] | None:
    """0 as the entry of an array of zeros."""
    zero = site.bound("zero")
    return (zero, site.bindings) if is_zero(site.node) and isinstance(zero, Entry) and is_zero(zero.base) else None
