"""The nodes of the index level, and pending work: entries, δ, sums over indices, ∂(…)/∂X[s,t], d(…), maps,
named parts."""

from __future__ import annotations

from typing import Any

from .dimensions import NUMBER, ONE, Index, Pair, Position, Shape, letters_of
from .expr import Expr, IndexMismatch, ShapeMismatch, put
from .nodes import MatMul, Stack, Symbol


class Entry(Expr):
    """A number out of an array: A[i,j]; of a column vector u[i] (`col` is None), of a row r[j] (`row` is None)."""

    base: Expr
    row: Position | None
    col: Position | None

    def _letters(self) -> frozenset[Index]:
        return self.base.free | letters_of(self.row) | letters_of(self.col)

    def _check(self) -> Shape:
        for position, side in ((self.row, self.base.shape.rows), (self.col, self.base.shape.cols)):
            if (position is None) != (side is ONE):
                raise IndexMismatch("wrong number of indices", self.base)
            if isinstance(position, Index) and position.dim is not side:
                raise IndexMismatch(f"index {position} runs to {position.dim}, the side has {side}", self.base)
        return NUMBER


class Delta(Expr):
    """Kronecker's δ: 1 where the two positions are equal, else 0."""

    left: Position
    right: Position

    def _letters(self) -> frozenset[Index]:
        return letters_of(self.left) | letters_of(self.right)

    def _check(self) -> Shape:
        if isinstance(self.left, Index) and isinstance(self.right, Index) and self.left.dim is not self.right.dim:
            raise IndexMismatch(f"δ links {self.left} (to {self.left.dim}) with {self.right} (to {self.right.dim})")
        return NUMBER


class SumOver(Expr):
    """Σ over one or more indices, each through its whole dimension."""

    indices: tuple[Index, ...]
    body: Expr

    def _letters(self) -> frozenset[Index]:
        return self.body.free.difference(self.indices)

    def _check(self) -> Shape:
        if len(set(self.indices)) != len(self.indices) or not self.indices:
            raise IndexMismatch("the indices of a sum must differ", self.body)
        return self.body.shape


class MatrixOf(Expr):
    """The array whose (row, col) entry is `body`; a column vector if `col` is None, a row if `row` is None."""

    row: Index | None
    col: Index | None
    body: Expr

    def _letters(self) -> frozenset[Index]:
        return self.body.free - letters_of(self.row) - letters_of(self.col)

    def _check(self) -> Shape:
        if not self.body.shape.is_number:
            raise ShapeMismatch("an entry must be a number", self.body)
        if self.row is self.col:
            raise IndexMismatch("row and column need two letters", self.body)
        return Shape(self.row.dim if self.row else ONE, self.col.dim if self.col else ONE)


class Partial(Expr):
    """A pending derivative ∂(body)/∂X[s,t] by one entry of the variable; it has the shape of `body`."""

    body: Expr
    variable: Symbol
    row: Position | None
    col: Position | None

    def _letters(self) -> frozenset[Index]:
        return self.body.free | letters_of(self.row) | letters_of(self.col)

    def _check(self) -> Shape:
        Entry(self.variable, self.row, self.col) if not self.variable.shape.is_number else None
        return self.body.shape


class Differential(Expr):
    """The differential d(body): its change to first order when the variable moves by `direction` (None: dX)."""

    body: Expr
    variable: Symbol
    direction: Expr | None = None

    def _check(self) -> Shape:
        if self.direction is not None and self.direction.shape is not self.variable.shape:
            raise ShapeMismatch("a direction has the shape of the variable", self.direction)
        return self.body.shape


class LinearMap(Expr):
    """The linear map `argument` ↦ `body`, judged by its value at an arbitrary argument."""

    argument: Symbol
    body: Expr


class Named(Expr):
    """A part that was given a name: printed as the name, worth its body. Nothing flattens or transposes through it.

    What has a name already is not given it again: a name stands for a part, never for itself.
    """

    name: str
    body: Expr

    @classmethod
    def _born(cls, key: tuple[Any, ...]) -> Expr:
        _, name, body = key
        if isinstance(body, Named) and body.name == name:
            return body
        node = super()._born(key)
        put(node, "weight", 1)
        return node


def whole_derivative(node: MatrixOf) -> Expr | None:
    """u of a whole derivative ∂u/∂X: all entries of u by all entries of X, in whichever order they are laid out."""
    body = node.body
    if not isinstance(body, Partial):
        return None
    inside = body.body
    mine = [letter for letter in (body.row, body.col) if letter is not None]
    theirs = [letter for letter in (inside.row, inside.col) if letter is not None] if isinstance(inside, Entry) else []
    base = inside.base if isinstance(inside, Entry) and theirs else inside
    laid = [letter for letter in (node.row, node.col) if letter is not None]
    if base.free or len(laid) != len(mine) + len(theirs) or set(laid) != {*mine, *theirs}:
        return None
    return base


def member(stack: Stack, at: Position) -> MatrixOf:
    """One of the matrices, A_k, or of the columns."""
    row, *further = map(Index, _MEMBER[str(at) in _MEMBER[0]], stack.each.dims)
    col = next(iter(further), None)
    return MatrixOf(row, col, Entry(stack, Pair(at, row, stack.each.rows), col))


def number_of(node: MatrixOf) -> Position | None:
    """The k of one of several matrices A_k."""
    body = node.body
    if not (isinstance(body, Entry) and isinstance(body.base, Stack) and isinstance(body.row, Pair)):
        return None
    return body.row.outer if (body.row.inner, body.col) == (node.row, node.col) else None


def entry_of_member(base: Expr, row: Position | None, col: Position | None) -> Entry:
    """Entry (i, j) of an array, and of one of several matrices, A_k, that of all of them on top of each other."""
    if row is not None and isinstance(base, MatrixOf) and (at := number_of(base)) is not None:
        own = base.body
        assert isinstance(own, Entry)
        assert isinstance(own.row, Pair)
        return Entry(own.base, Pair(at, row, own.row.inner_dim), col)
    return Entry(base, row, col)


def unstacked(node: Entry) -> Entry:
    """(A_k X)_ij for entry ((k,i),j) of what begins with the matrices A_k on top of each other."""
    first, *rest = node.base.factors if isinstance(node.base, MatMul) else (node.base,)
    if not isinstance(first, Stack) or not isinstance(node.row, Pair) or node.row.inner_dim is not first.each.rows:
        return node
    one = member(first, node.row.outer)
    return Entry(MatMul((one, *rest)) if rest else one, node.row.inner, node.col)


_MEMBER = (("i", "j"), ("a", "b"))
"""Letters for the places of one of several matrices, and those where the first numbers them."""


def row_of(node: MatrixOf) -> Entry | None:
    """The entries of row i of a matrix of the problem as a column vector: of [x_ij]_j, which a book calls x_i."""
    body = node.body
    if node.col is not None or not isinstance(body, Entry) or not isinstance(body.base, Symbol):
        return None
    return body if body.col is node.row and isinstance(body.row, Index) and body.row is not node.row else None
