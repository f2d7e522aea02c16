"""The nodes of the index level, and pending work: entries, δ, sums over indices, ∂(…)/∂X[s,t], d(…), maps, named parts."""

from __future__ import annotations

from .dimensions import NUMBER, ONE, Shape
from .expr import Expr, IndexMismatch, ShapeMismatch
from .indices import Index, Position, letters_of
from .nodes import Symbol

_put = object.__setattr__


class Entry(Expr):
    """A number out of an array: A[i,j]; of a column vector u[i] (`col` is None), of a row r[j] (`row` is None)."""

    __slots__ = ("base", "col", "row")
    __match_args__ = fields = ("base", "row", "col")
    inner = ("base",)
    base: Expr
    row: Position | None
    col: Position | None

    def __new__(cls, base: Expr, row: Position | None, col: Position | None) -> Entry:
        node = cls._intern(base, row, col)
        _put(node, "free", base.free | letters_of(row) | letters_of(col))
        return node

    def _check(self) -> Shape:
        for position, side in ((self.row, self.base.shape.rows), (self.col, self.base.shape.cols)):
            if (position is None) != (side is ONE):
                raise IndexMismatch("wrong number of indices", self.base)
            if isinstance(position, Index) and position.dim is not side:
                raise IndexMismatch(f"index {position} runs to {position.dim}, the side has {side}", self.base)
        return NUMBER


class Delta(Expr):
    """Kronecker's δ: 1 where the two positions are equal, else 0."""

    __slots__ = ("left", "right")
    __match_args__ = fields = ("left", "right")
    left: Position
    right: Position

    def __new__(cls, left: Position, right: Position) -> Delta:
        node = cls._intern(left, right)
        _put(node, "free", letters_of(left) | letters_of(right))
        return node

    def _check(self) -> Shape:
        if isinstance(self.left, Index) and isinstance(self.right, Index) and self.left.dim is not self.right.dim:
            raise IndexMismatch(f"δ links {self.left} (to {self.left.dim}) with {self.right} (to {self.right.dim})")
        return NUMBER


class SumOver(Expr):
    """Σ over one or more indices, each through its whole dimension."""

    __slots__ = ("body", "indices")
    __match_args__ = fields = ("indices", "body")
    inner = ("body",)
    indices: tuple[Index, ...]
    body: Expr

    def __new__(cls, indices: tuple[Index, ...], body: Expr) -> SumOver:
        node = cls._intern(indices, body)
        _put(node, "free", body.free.difference(indices))
        return node

    def _check(self) -> Shape:
        if len(set(self.indices)) != len(self.indices) or not self.indices:
            raise IndexMismatch("the indices of a sum must differ", self.body)
        return self.body.shape


class MatrixOf(Expr):
    """The array whose (row, col) entry is `body`; a column vector if `col` is None, a row if `row` is None."""

    __slots__ = ("body", "col", "row")
    __match_args__ = fields = ("row", "col", "body")
    inner = ("body",)
    row: Index | None
    col: Index | None
    body: Expr

    def __new__(cls, row: Index | None, col: Index | None, body: Expr) -> MatrixOf:
        node = cls._intern(row, col, body)
        _put(node, "free", body.free - letters_of(row) - letters_of(col))
        return node

    def _check(self) -> Shape:
        if not self.body.shape.is_number:
            raise ShapeMismatch("an entry must be a number", self.body)
        if self.row is self.col:
            raise IndexMismatch("row and column need two letters", self.body)
        return Shape(self.row.dim if self.row else ONE, self.col.dim if self.col else ONE)


class Partial(Expr):
    """A pending derivative ∂(body)/∂X[s,t] by one entry of the variable; it has the shape of `body`."""

    __slots__ = ("body", "col", "row", "variable")
    __match_args__ = fields = ("body", "variable", "row", "col")
    inner = ("body",)
    body: Expr
    variable: Symbol
    row: Position | None
    col: Position | None

    def __new__(cls, body: Expr, variable: Symbol, row: Position | None, col: Position | None) -> Partial:
        node = cls._intern(body, variable, row, col)
        _put(node, "free", body.free | letters_of(row) | letters_of(col))
        return node

    def _check(self) -> Shape:
        Entry(self.variable, self.row, self.col) if not self.variable.shape.is_number else None
        return self.body.shape


class Differential(Expr):
    """The differential d(body): the change of `body` to first order when the variable moves by `direction` (None: dX)."""

    __slots__ = ("body", "direction", "variable")
    __match_args__ = fields = ("body", "variable", "direction")
    inner = ("body", "direction")
    body: Expr
    variable: Symbol
    direction: Expr | None

    def __new__(cls, body: Expr, variable: Symbol, direction: Expr | None = None) -> Differential:
        return cls._intern(body, variable, direction)

    def _check(self) -> Shape:
        if self.direction is not None and self.direction.shape is not self.variable.shape:
            raise ShapeMismatch("a direction has the shape of the variable", self.direction)
        return self.body.shape


class LinearMap(Expr):
    """The linear map `argument` ↦ `body`, judged by its value at an arbitrary argument."""

    __slots__ = ("argument", "body")
    __match_args__ = fields = ("argument", "body")
    inner = ("body",)
    argument: Symbol
    body: Expr

    def __new__(cls, argument: Symbol, body: Expr) -> LinearMap:
        return cls._intern(argument, body)

    def _check(self) -> Shape:
        return self.body.shape


class Named(Expr):
    """A part that was given a name: printed as the name, worth its body. Nothing flattens or transposes through it.

    What has a name already is not given it again: a name stands for a part, never for itself.
    """

    __slots__ = ("body", "name")
    __match_args__ = fields = ("name", "body")
    inner = ("body",)
    name: str
    body: Expr

    def __new__(cls, name: str, body: Expr) -> Named:
        if isinstance(body, Named) and body.name == name:
            return body
        node = cls._intern(name, body)
        _put(node, "weight", 1)
        return node

    def _check(self) -> Shape:
        return self.body.shape


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
