"""A loss as it is best worked with: `x_iᵀ w` of a row x_i of X is the entry (Xw)_i, and Σ_j f(z_j) is sum(f(z))."""

from __future__ import annotations

from typing import Final

from ...ir import (
    ELEMENTWISE,
    ONE,
    Add,
    Call,
    Entry,
    Expr,
    Fill,
    Index,
    MatMul,
    MatrixOf,
    Mul,
    Power,
    Shape,
    SumOver,
    Transpose,
    add,
    letters_in,
    matmul,
    mul,
    nodes_of,
    transpose,
)

_ELEMENTWISE: Final = frozenset(ELEMENTWISE)


def readable(loss: Expr) -> Expr:
    """The same loss without arrays that only spell out a row, and without letters that only spell out a full sum."""
    if not any(isinstance(node, SumOver | MatrixOf) for node in nodes_of(loss)):
        return loss
    done: dict[Expr, Expr] = {}

    def walk(node: Expr) -> Expr:
        found = done.get(node)
        if found is None:
            parts = tuple(walk(child) for child in node.children)
            found = done[node] = _simpler(node if parts == node.children else node.rebuilt(parts))
        return found

    return walk(loss)


def _simpler(node: Expr) -> Expr:
    if isinstance(node, MatMul) and node.shape.is_number:
        return _entry_of_product(node)
    return _full_sum(node) if isinstance(node, SumOver) else node


def _row(node: Expr) -> tuple[Expr, Index] | None:
    """The matrix X and the letter i, where the node is row i of X as a column vector."""
    if isinstance(node, MatrixOf) and node.row is not None and node.col is None:
        body = node.body
        if isinstance(body, Entry) and body.col is node.row and isinstance(body.row, Index) and node.row not in letters_in(body.base):
            return body.base, body.row
    return None


def _entry_of_product(node: MatMul) -> Expr:
    """x_iᵀ A w = (XAw)_i, and wᵀ x_i = (Xw)_i."""
    factors = node.factors
    first = _row(factors[0].body) if isinstance(factors[0], Transpose) else None
    last = _row(factors[-1])
    if first is not None and last is not None:
        return Entry(matmul(first[0], *factors[1:-1], transpose(last[0])), first[1], last[1])
    if first is not None and first[1] not in frozenset().union(*(factor.free for factor in factors[1:])):
        return Entry(matmul(first[0], *factors[1:]), first[1], None)
    if last is not None and last[1] not in frozenset().union(*(factor.free for factor in factors[:-1])):
        return Entry(matmul(last[0], *(_turned(factor) for factor in reversed(factors[:-1]))), last[1], None)
    return node


def _turned(factor: Expr) -> Expr:
    return factor.body if isinstance(factor, Transpose) else transpose(factor)


def _full_sum(node: SumOver) -> Expr:
    """Σ_j f(z_j) is sum(f(z)), where nothing else counts with j and f acts on single entries of one vector."""
    if len(node.indices) != 1:
        return node
    index = node.indices[0]
    entries = {part for part in nodes_of(node.body) if isinstance(part, Entry) and index in part.free}
    if len(entries) != 1:
        return node
    whole = _lifted(node.body, index, next(iter(entries)))
    return node if whole is None or whole.shape.is_number else Call("sum", whole)


def _lifted(body: Expr, index: Index, entry: Entry) -> Expr | None:
    """The column whose entry j is the body; None where the body is no function of that one entry."""
    column = Shape(index.dim, ONE)
    match body:
        case Entry(base, row, None) if body is entry and row is index and index not in base.free:
            return base
        case Call(function) if function in _ELEMENTWISE and len(body.children) == 1:
            inner = _lifted(body.children[0], index, entry)
            return None if inner is None else Call(function, inner)
        case Power(base, exponent) if index not in exponent.free:
            inner = _lifted(base, index, entry)
            return None if inner is None else Power(inner, exponent)
        case Mul(factors):
            moving = [factor for factor in factors if index in factor.free]
            inner = _lifted(moving[0], index, entry) if len(moving) == 1 else None
            return None if inner is None else mul(*(factor for factor in factors if factor is not moving[0]), inner)
        case Add(terms):
            found = [_lifted(term, index, entry) if index in term.free else mul(term, Fill(1, column)) for term in terms]
            return None if None in found else add(*(term for term in found if term is not None))
    return None
