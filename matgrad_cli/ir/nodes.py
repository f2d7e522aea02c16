"""The nodes of the matrix level. Ill-shaped nodes cannot be built; nothing is simplified by building."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .dimensions import NUMBER, Dim, Shape
from .expr import Expr, ShapeMismatch, put
from .functions import FUNCTIONS


class Number(Expr):
    """An exact rational number."""

    value: Fraction

    if TYPE_CHECKING:

        def __init__(self, value: Fraction | int) -> None: ...

    @staticmethod
    def _values(*given: Any) -> tuple[Any, ...]:
        return (Fraction(given[0]),)


class Constant(Expr):
    """A named number that is not rational: `pi`."""

    name: str


class Size(Expr):
    """A dimension used as a number: the m of 1/m."""

    dim: Dim


class Symbol(Expr):
    """A variable of the problem: a number, a vector or a matrix."""

    name: str
    declared: Shape

    @classmethod
    def _born(cls, key: tuple[Any, ...]) -> Expr:
        node = super()._born(key)
        put(node, "symbols", frozenset((node,)))
        return node


class Stack(Symbol):
    """Matrices of one shape that a letter numbers, A_k for k = 1…K, on top of each other; `count` is K."""

    name: str
    declared: Shape
    count: Dim

    @property
    def each(self) -> Shape:
        """The shape of one of the matrices."""
        rows = self.declared.rows.over(self.count)
        assert rows is not None
        return Shape(rows, self.declared.cols)


class Eye(Expr):
    """The identity matrix I of size n×n."""

    dim: Dim

    def _check(self) -> Shape:
        return Shape(self.dim, self.dim)


class Fill(Expr):
    """An array whose entries are all 0 or all 1."""

    value: int
    declared: Shape


class Literal(Expr):
    """A matrix of numbers written out: its entries, row after row."""

    entries: tuple[Fraction, ...]
    declared: Shape

    @property
    def rows(self) -> tuple[tuple[Fraction, ...], ...]:
        """The entries of each row."""
        width = self.declared.cols.factor
        return tuple([self.entries[at : at + width] for at in range(0, len(self.entries), width)])


def _of_all(parts: tuple[Expr, ...], action: str) -> Shape:
    """The one shape of all parts."""
    for left, right in pairwise(parts):
        if left.shape is not right.shape:
            raise ShapeMismatch(f"cannot {action}: shapes differ", left, right)
    return parts[0].shape


class Add(Expr):
    """A sum of two or more arrays of one shape, in the order written."""

    terms: tuple[Expr, ...]

    def _check(self) -> Shape:
        return _of_all(self.terms, "add")


class Product(Expr):
    """Two or more factors, in the order written."""

    factors: tuple[Expr, ...]


class Mul(Product):
    """A product of numbers and at most one array: 2·c·A. It never mixes with the product of matrices."""

    def _check(self) -> Shape:
        arrays = [factor for factor in self.factors if not factor.shape.is_number]
        if len(arrays) > 1:
            raise ShapeMismatch("a scalar product holds at most one array", arrays[0], arrays[1])
        return arrays[0].shape if arrays else NUMBER


class MatMul(Product):
    """A product of two or more matrices or vectors, none of them a number, in the order written."""

    def _check(self) -> Shape:
        for left, right in pairwise(self.factors):
            if left.shape.cols is not right.shape.rows:
                raise ShapeMismatch("cannot multiply: inner sizes differ", left, right)
        for factor in self.factors:
            if factor.shape.is_number:
                raise ShapeMismatch("a matrix product holds no numbers", factor)
        return Shape(self.factors[0].shape.rows, self.factors[-1].shape.cols)


class Hadamard(Product):
    """An elementwise product of two or more arrays of one shape."""

    def _check(self) -> Shape:
        return _of_all(self.factors, "multiply elementwise")


class Kron(Product):
    """The Kronecker product A ⊗ B of two or more arrays."""

    def _check(self) -> Shape:
        rows, cols = self.factors[0].shape.rows, self.factors[0].shape.cols
        for factor in self.factors[1:]:
            rows, cols = rows * factor.shape.rows, cols * factor.shape.cols
        return Shape(rows, cols)


class Power(Expr):
    """Every entry of `base` to the power of a number: u², 1/u = u⁻¹, A∘A = A^∘2."""

    base: Expr
    exponent: Expr

    def _check(self) -> Shape:
        if not self.exponent.shape.is_number:
            raise ShapeMismatch("an exponent must be a number", self.exponent)
        return self.base.shape


class MatrixPower(Expr):
    """A square matrix multiplied with itself: X³ = X X X; a negative exponent is a power of the inverse."""

    base: Expr
    exponent: int

    def _check(self) -> Shape:
        if not self.base.shape.is_square:
            raise ShapeMismatch("only a square matrix has a matrix power", self.base)
        return self.base.shape


class Transpose(Expr):
    """The transpose Aᵀ."""

    body: Expr

    def _check(self) -> Shape:
        return self.body.shape.transposed


class Inverse(Expr):
    """The inverse A⁻¹ of a square matrix."""

    body: Expr

    def _check(self) -> Shape:
        if not self.body.shape.is_square:
            raise ShapeMismatch("only a square matrix has an inverse", self.body)
        return self.body.shape


class Call(Expr):
    """A named function of the table in `functions`, applied to its arguments."""

    function: str
    arguments: tuple[Expr, ...]

    if TYPE_CHECKING:

        def __init__(self, function: str, *arguments: Expr) -> None: ...

    @staticmethod
    def _values(*given: Any) -> tuple[Any, ...]:
        return given[0], given[1:]

    def __reduce__(self) -> tuple[type[Call], tuple[object, ...]]:
        return Call, (self.function, *self.arguments)

    @property
    def head(self) -> str:
        """The function's name."""
        return self.function

    @property
    def argument(self) -> Expr:
        """The first argument."""
        return self.arguments[0]

    @classmethod
    def _parts(cls, values: tuple[Any, ...]) -> tuple[Expr, ...]:
        return values[1]  # type: ignore[no-any-return]

    def _check(self) -> Shape:
        function, first = FUNCTIONS[self.function], self.arguments[0]
        if len(self.arguments) != 1 + len(function.others):
            raise ShapeMismatch(f"{self.function} takes {1 + len(function.others)} argument(s)", *self.arguments)
        if function.needs == "square" and not first.shape.is_square:
            raise ShapeMismatch(f"{self.function} needs a square matrix", first)
        if function.needs == "vector" and first.shape.is_matrix:
            raise ShapeMismatch(f"{self.function} needs a vector", first)
        for needed, other in zip(function.others, self.arguments[1:], strict=True):
            if needed == "same" and first.shape is not other.shape:
                raise ShapeMismatch(f"{self.function} needs two arrays of one shape", first, other)
            if needed == "number" and not other.shape.is_number:
                raise ShapeMismatch(f"{self.function} needs a number", other)
        return function.shape(tuple(argument.shape for argument in self.arguments))

    def rebuilt(self, parts: tuple[Expr, ...]) -> Expr:
        return Call(self.function, *parts)
