"""What no pattern can say of entries: a δ of a sum (δ_ks is 1 only where k = s, so of the sum over k one term is left);
a fixed row, a function of an entry, what is the same everywhere, a row for a column."""

from __future__ import annotations

from ... import ir
from ...ir import ONE, Dim, Expr, Index, Position, Shape, add, is_elementwise, kron, letters_of, matmul, mul, nodes_of
from ...ir.entries import delta, entry
from ...ir.memory import noted
from ...ir.terms import UNIT, Term, split
from ...records import Bindings
from ...rulebook.heads import operators_in
from ..engine.application import Site, is_zero, native, native_at
from ..forms.algebra import basis, flip, parts_of


def collapse_one(term: Term) -> tuple[Term, Index, Position] | None:
    """The term without one of its δ's, its summed letter and what that became; None if no δ has a summed letter. The
    letter that was introduced last goes first."""
    for index in reversed(term.indices):
        for factor in term.factors:
            if not isinstance(factor, ir.Delta):
                continue
            for old, new in ((factor.left, factor.right), (factor.right, factor.left)):
                if old is index and index not in letters_of(new):
                    rest = tuple(part for part in term.factors if part is not factor)
                    indices = tuple(letter for letter in term.indices if letter is not index)
                    replaced = tuple(tidy_positions(ir.rename(part, {index: new})) for part in rest)
                    factors = (one for part in replaced for one in parts_of(part, ir.Mul) if one is not UNIT)
                    return Term(term.coefficient, indices, tuple(factors)), index, new
    return None


@noted
def tidy_positions(factor: Expr) -> Expr:
    """δ's of pairs split into δ's of letters; δ_kk is 1; entries of A ⊗ B and vec(A)
    at pairs are entries of A and B."""
    mapping: dict[Expr, Expr] = {}
    for node in nodes_of(factor):
        if isinstance(node, ir.Delta):
            new = delta(node.left, node.right)
            if new is not node:
                mapping[node] = new
        elif isinstance(node, ir.Entry) and isinstance(node.base, ir.Eye):
            mapping[node] = delta(node.row, node.col)
        elif isinstance(node, ir.Entry) and all(isinstance(at, ir.Pair | None) for at in (node.row, node.col)):
            split_up = _paired_entry(node)
            mapping |= {node: split_up} if split_up is not None else {}
    return ir.substitute(factor, mapping) if mapping else factor


def _paired_entry(node: ir.Entry) -> Expr | None:
    match node.base:
        case ir.Call("vec", (argument,)) if isinstance(node.row, ir.Pair):
            return entry(argument, node.row.inner, node.row.outer)
        case ir.Transpose(ir.Kron() | ir.Inverse() as body):
            return _paired_entry(ir.Entry(body, node.col, node.row))
        case ir.Inverse(ir.Kron(factors)) if all(part.shape.is_square for part in factors):
            return _paired_entry(ir.Entry(kron(*map(ir.Inverse, factors)), node.row, node.col))
        case ir.Add(parts) | ir.Mul(parts):
            places = node.row, node.col
            entries = (part if part.shape.is_number else _paired_entry(ir.Entry(part, *places)) for part in parts)
            found = [part for part in entries if part is not None]
            return (add if isinstance(node.base, ir.Add) else mul)(*found) if len(found) == len(parts) else None
        case ir.Kron((first, *rest)):
            second = kron(*rest)
            row = _halves(node.row, first.shape.rows is ONE, second.shape.rows is ONE)
            col = _halves(node.col, first.shape.cols is ONE, second.shape.cols is ONE)
            return mul(entry(first, row[0], col[0]), entry(second, row[1], col[1])) if row and col else None
    return None


def _halves(
    position: Position | None, first_flat: bool, second_flat: bool
) -> tuple[Position | None, Position | None] | None:
    if position is None or first_flat:
        return None, position
    if second_flat:
        return position, None
    return (position.outer, position.inner) if isinstance(position, ir.Pair) else None


@native("collapse-delta")
def collapse_delta(site: Site) -> tuple[Expr, Bindings] | None:
    """One δ of a term."""
    if "Delta" not in operators_in(site.node):
        return None
    terms = split(site.node)
    found = collapse_one(terms[0]) if len(terms) == 1 else None
    if found is None:
        return None
    left, old, new = found
    return left.expr(), (("k", old), ("s", new if isinstance(new, Index) else str(new)))


@native_at("read-function")
def function(node: Expr) -> Expr | None:
    """f of A_ij is an entry of f(A)."""
    parts = node.children if isinstance(node, ir.Call) and is_elementwise(node.function) else ()
    entries = [part for part in parts if isinstance(part, ir.Entry)]
    if not isinstance(node, ir.Call) or len({(one.row, one.col, one.base.shape) for one in entries}) != 1:
        return None
    if any(one.base.free for one in entries) or any(part.free for part in parts if part not in entries):
        return None
    first = entries[0]
    ones = ir.Fill(1, first.base.shape)  # what is the same everywhere is spread
    bases = (part.base if isinstance(part, ir.Entry) else mul(part, ones) for part in parts)
    return ir.Entry(ir.Call(node.function, *bases), first.row, first.col)


@native("entry-basis")
def fixed_place(site: Site) -> tuple[Expr, Bindings] | None:
    """A_i2 is an entry of A e₂, A_2j of Aᵀ e₂, δ_i2 of e₂; in a line without letters A_21 is e₂ᵀ A e₁."""
    node = site.node
    if isinstance(node, ir.Delta):
        match (node.right, node.left) if isinstance(node.left, int) else (node.left, node.right):
            case Index() as letter, int() as place:
                return ir.Entry(basis(place, letter.dim), letter, None), ()
        return None
    if not isinstance(node, ir.Entry) or node.base.free or not (node.free or not site.scene.entrywise):
        return None
    (row, left), (col, right) = _fixed(node.row, node.base.shape.rows), _fixed(node.col, node.base.shape.cols)
    if (row, col) == (node.row, node.col):
        return None
    if row is None and isinstance(col, Index):
        return ir.Entry(matmul(flip(node.base), *left), col, None), ()
    picked = matmul(*map(flip, left), node.base, *right)
    return (picked if row is None else ir.Entry(picked, row, None)), (("M", node.base),)


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
    factors = parts_of(site.node, ir.Mul)
    numbers, arrays = [one for one in factors if not one.free], [one for one in factors if one.free]
    lacks = not site.node.free >= {row, col or row} and len(arrays) < 2
    spread = _spread(arrays[0] if arrays else None, row, col) if lacks else None
    if spread is None:
        return None
    return mul(*(one for one in numbers if one is not ir.Number(1)), ir.Entry(spread, row, col)), site.bindings


def _spread(vector: Expr | None, row: Index, col: Index | None) -> Expr | None:
    width = col.dim if col else ONE
    if vector is None:
        return ir.Fill(1, Shape(row.dim, width))
    if not isinstance(vector, ir.Entry) or vector.col is not None or vector.base.free or col is None:
        return None
    if vector.row is row:
        return matmul(vector.base, ir.Fill(1, Shape(ONE, width)))
    return matmul(ir.Fill(1, Shape(row.dim)), flip(vector.base)) if vector.row is col else None


@native_at("read-row")
def row_of(node: Expr) -> Expr | None:
    """An entry of a column is one of a row."""
    if not isinstance(node, ir.Entry) or node.col is not None:
        return None
    turned = node.base.body if isinstance(node.base, ir.Transpose) else ir.Transpose(node.base)
    return ir.Entry(turned, None, node.row)


@native_at("entry-elementwise", "Entry")
def elementwise(node: Expr) -> Expr | None:
    """f(A)_ij is f of A_ij."""
    if isinstance(node, ir.Entry) and isinstance(node.base, ir.Call) and is_elementwise(node.base.function):
        return ir.Call(node.base.function, *[entry(part, node.row, node.col) for part in node.base.arguments])
    return None


@native("zero-matrix")
def nothing_left(site: Site) -> tuple[Expr, Bindings] | None:
    """0 as the entry of an array of zeros."""
    zero = site.bound("zero")
    return (zero, site.bindings) if is_zero(site.node) and isinstance(zero, ir.Entry) and is_zero(zero.base) else None
