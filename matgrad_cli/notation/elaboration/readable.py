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
    Number,
    Power,
    Shape,
    SumOver,
    Transpose,
    add,
    hadamard,
    letters_in,
    matmul,
    mul,
    neg,
    nodes_of,
    transpose,
)
from ...ir.walk import mapped, remade

_ELEMENTWISE: Final = frozenset(ELEMENTWISE)


def readable(loss: Expr) -> Expr:
    """The same loss without arrays that only spell out a row, and without letters that only spell out a full sum."""
    if not any(isinstance(node, SumOver | MatrixOf) for node in nodes_of(loss)):
        return loss
    return mapped(loss, lambda node, parts: _simpler(remade(node, parts)))


def _simpler(node: Expr) -> Expr:
    if isinstance(node, MatMul) and node.shape.is_number:
        return _entry_of_product(node)
    if isinstance(node, Call) and node.function == "log":
        return _log_of_exponentials(node)
    return _full_sum(node) if isinstance(node, SumOver) else node


def _log_of_exponentials(node: Call) -> Expr:
    """log(e^a / b) is a − log b, and log Σ_j e^{A_ij} is entry i of logsumexp(A) along its rows."""
    match node.argument:
        case Mul(factors) if node.shape.is_number:
            tops = [factor.argument for factor in factors if isinstance(factor, Call) and factor.function == "exp"]
            below = [factor.base for factor in factors if isinstance(factor, Power) and factor.exponent is Number(-1)]
            if tops and below and len(tops) + len(below) == len(factors):
                return add(*tops, *(neg(_log_of_exponentials(Call("log", base))) for base in below))
        case SumOver((letter,), Call("exp", (Entry(base, row, col),))) if letter not in base.free:
            if col is letter and isinstance(row, Index) and row is not letter:
                return Entry(Call("logsumexp1", base), row, None)
            if row is letter and isinstance(col, Index) and col is not letter:
                return Entry(Call("logsumexp1", _turned(base)), col, None)
        case SumOver((letter,), Call("exp", (inner,))) if (whole := _lifted(inner, letter)) is not None and whole.shape.is_column:
            return Call("logsumexp", whole)
        case Call("sum", (Call("exp", (inner,)),)) if inner.shape.is_column:
            return Call("logsumexp", inner)
    return node


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
    if not node.shape.is_number:
        return _product_of_rows(node) or node
    if len(node.indices) != 1:
        return node
    index = node.indices[0]
    entries = {part for part in nodes_of(node.body) if isinstance(part, Entry) and index in part.free}
    if len(entries) != 1:
        return node
    whole = _lifted(node.body, index, next(iter(entries)))
    return node if whole is None or whole.shape.is_number else Call("sum", whole)


def _product_of_rows(node: SumOver) -> Expr | None:
    """Σ_i c_i u_i v_iᵀ is Uᵀ diag(c) V, and Σ_i c_i u_i is Uᵀc, of matrices with the rows u_iᵀ and v_iᵀ; None for any other sum."""
    if len(node.indices) != 1:
        return None
    index, body = node.indices[0], node.body
    if isinstance(body, Add):
        terms = [_product_of_rows(SumOver((index,), term)) if index in term.free else None for term in body.terms]
        return None if None in terms else add(*(term for term in terms if term is not None))
    parts = body.factors if isinstance(body, Mul) else (body,)
    numbers, array = [part for part in parts if part.shape.is_number], next(part for part in parts if not part.shape.is_number)
    weights = [_lifted(number, index) for number in numbers if index in number.free]
    still = [number for number in numbers if index not in number.free]
    if None in weights:
        return None
    weight = hadamard(*(each for each in weights if each is not None)) if weights else None
    left, right = array, None
    if isinstance(array, MatMul) and isinstance(array.factors[-1], Transpose) and index in array.factors[-1].free:
        left, right = matmul(*array.factors[:-1]), _rows(array.factors[-1].body, index)
        if right is None:
            return None
    rows = _rows(left, index) if left.shape.is_column else None
    if rows is None:
        return None
    if right is None:
        return mul(*still, matmul(transpose(rows), weight if weight is not None else Fill(1, Shape(index.dim))))
    return mul(*still, matmul(transpose(rows), *((Call("diag", weight),) if weight is not None else ()), right))


def _rows(vector: Expr, index: Index) -> Expr | None:
    """The matrix whose rows are the vector for every value of the letter."""
    if index not in vector.free:
        return matmul(Fill(1, Shape(index.dim)), transpose(vector))
    row = _row(vector)
    if row is not None:
        return row[0] if row[1] is index else None
    match vector:
        case Add(terms):
            found = [_rows(term, index) for term in terms]
            return None if None in found else add(*(term for term in found if term is not None))
        case Mul(factors) if all(index not in factor.free for factor in factors if factor.shape.is_number):
            inner = _rows(next(factor for factor in factors if not factor.shape.is_number), index)
            return None if inner is None else mul(*(factor for factor in factors if factor.shape.is_number), inner)
        case MatMul(factors) if all(index not in factor.free for factor in factors[:-1]):
            inner = _rows(factors[-1], index)
            return None if inner is None else matmul(inner, *(_turned(factor) for factor in reversed(factors[:-1])))
        case Call(function, (argument,)) if function in _ELEMENTWISE:
            inner = _rows(argument, index)
            return None if inner is None else Call(function, inner)
    return None


def _lifted(body: Expr, index: Index, entry: Entry | None = None) -> Expr | None:
    """The column whose entry j is the body; None where the body is no function of that one entry, or of any where none is named."""
    column = Shape(index.dim, ONE)
    match body:
        case Entry(base, row, None) if entry in (None, body) and row is index and index not in base.free:
            return base
        case Call(function) if function in _ELEMENTWISE and len(body.children) == 1:
            inner = _lifted(body.children[0], index, entry)
            return None if inner is None else Call(function, inner)
        case Power(base, exponent) if index not in exponent.free:
            inner = _lifted(base, index, entry)
            return None if inner is None else Power(inner, exponent)
        case Mul(factors):
            moving = [factor for factor in factors if index in factor.free]
            lifted = [_lifted(factor, index, entry) for factor in moving] if len(moving) == 1 or entry is None else [None]
            still = [factor for factor in factors if index not in factor.free]
            return None if None in lifted else mul(*still, hadamard(*(factor for factor in lifted if factor is not None)))
        case Add(terms):
            found = [_lifted(term, index, entry) if index in term.free else mul(term, Fill(1, column)) for term in terms]
            return None if None in found else add(*(term for term in found if term is not None))
    return None
