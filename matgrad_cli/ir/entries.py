"""Entries of arrays, written by entries of their parts, in their plainest form; δ's and letters for places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Final

from .build import add, matmul, mul, sum_over
from .dimensions import ONE, Dim, Index, Pair, Position, Shape
from .expr import Expr
from .functions import is_elementwise
from .index_nodes import Delta, Entry, MatrixOf, Named, SumOver
from .nodes import Add, Call, Fill, Hadamard, Kron, MatMul, Mul, Number, Power, Transpose
from .walk import OUTER_LETTERS, fresh_index, rename

ZERO: Final = Number(0)
UNIT: Final = Number(1)
Place = Position | None
Taken = Callable[[], Iterable[str | Index]]
"""What new letters must not be called: asked for when one is drawn, as few rules draw one."""


def entry(base: Expr, row: Position | None, col: Position | None) -> Expr:
    """base[row, col]; a number is its own entry, and that of a transpose or an array of entries is read at once."""
    if base.shape.is_number:
        return base
    if isinstance(base, MatrixOf):
        places = ((base.row, row), (base.col, col))
        return rename(base.body, {letter: place for letter, place in places if letter and place is not None})
    if isinstance(base, Transpose) and base.shape.is_row:
        return entry(base.body, col, None)  # an entry of xᵀ is the entry of x
    return Entry(base, row, col)


def delta(left: Position | None, right: Position | None) -> Expr:
    """δ of two positions; 1 where both are absent or the same number; split for pairs."""
    if left is None or right is None or left == right:
        return UNIT
    if isinstance(left, int) and isinstance(right, int):
        return ZERO
    if isinstance(left, Pair) and isinstance(right, Pair):
        links = [delta(left.outer, right.outer), delta(left.inner, right.inner)]
        return mul(*(link for link in links if link is not UNIT))
    return Delta(left, right)


def counted(outer: Index | None, inner: Index | None, inner_dim: Dim) -> Position | None:
    """The place that a pair counts; the one letter that there is where a side has size 1."""
    return outer or inner if outer is None or inner is None else Pair(outer, inner, inner_dim)


def letters_for(
    shape: Shape, taken: set[str] | set[str | Index], wish: Sequence[str] = OUTER_LETTERS
) -> tuple[Index | None, Index | None]:
    """A new letter for each side of a shape, none for a side of size 1; from then on they are taken."""
    found: list[Index | None] = []
    for side in (shape.rows, shape.cols):
        letter = None if side is ONE else fresh_index(side, taken, wish)
        taken.update([letter.name] if letter else [])
        found.append(letter)
    return found[0], found[1]


class Entries:
    """Writes entries of an expression by entries of its parts, down to those that stay `whole`;
    the letters of new sums avoid `taken`."""

    def __init__(self, whole: Callable[[Expr], bool], taken: Taken) -> None:
        self.whole, self._taken = whole, taken

    @cached_property
    def taken(self) -> set[str | Index]:
        """What no new letter may be called, asked for when one is drawn."""
        return set(self._taken())

    def missing(self, expr: Expr) -> Exception:
        """That no entries are known of an array."""
        return ValueError(f"no entries are known for {expr!r}")

    def draw(self, dim: Dim) -> Index | None:
        """A new letter; none for a side of size 1."""
        letter = None if dim is ONE else fresh_index(dim, self.taken)
        self.taken.update([letter.name] if letter else [])
        return letter

    def of(self, expr: Expr, row: Place = None, col: Place = None) -> Expr:
        """The entry (row, col); of a number itself."""
        if self.whole(expr):
            known = {0: ZERO, 1: UNIT}.get(expr.value) if isinstance(expr, Fill) else None
            return entry(expr, row, col) if known is None else known
        if expr.shape.is_number:
            row = col = None
        match expr:
            case Add(terms):
                return add(*(self.of(term, row, col) for term in terms))
            case Mul(factors) | Hadamard(factors):
                return mul(*(part for one in factors if (part := self.of(one, row, col)) is not UNIT))
            case Transpose(body):
                return self.of(body, col, row)
            case Entry(base, first, second):
                return self.of(base, first, second)
            case Named(_, body):
                return self.of(body, row, col)
            case Power(base, exponent):
                return Power(self.of(base, row, col), exponent)
            case MatrixOf():
                return self.of(entry(expr, row, col))
            case SumOver(letters, body):
                return sum_over(letters, self.of(body))
            case Delta():
                return expr
            case MatMul(factors):
                return self._product(factors, row, col)
            case Kron(factors):
                return self._blocks(factors, row, col)
            case Call(function, arguments) if is_elementwise(function):
                return Call(function, *[self.of(part, row, col) for part in arguments])
            case Call(function, arguments) if function in _OF_ARRAYS:
                return _OF_ARRAYS[function](self, *arguments, row, col)
        raise self.missing(expr)

    def _summed(self, dims: tuple[Dim, ...], body: Callable[..., Expr]) -> Expr:
        letters = [self.draw(dim) for dim in dims]
        return sum_over([letter for letter in letters if letter is not None], body(*letters))

    def _product(self, factors: tuple[Expr, ...], row: Place, col: Place) -> Expr:
        """Everything left and right of the factor that moves is kept whole."""
        place = next(number for number, factor in enumerate(factors) if not self.whole(factor))
        before, here, after = factors[:place], factors[place], factors[place + 1 :]
        left = self.draw(here.shape.rows) if before else row
        right = self.draw(here.shape.cols) if after else col
        parts = [self.of(here, left, right)]
        if before:
            parts.insert(0, self.of(matmul(*before), row, left))
        if after:
            parts.append(self.of(matmul(*after), right, col))
        new = [letter for letter, part in ((left, before), (right, after)) if part and isinstance(letter, Index)]
        return sum_over(new, mul(*(part for part in parts if part is not UNIT)))

    def _blocks(self, factors: tuple[Expr, ...], row: Place, col: Place) -> Expr:
        first, second = factors[0], factors[1] if len(factors) == 2 else Kron(factors[1:])
        sides = (first.shape.rows, first.shape.cols, second.shape.rows, second.shape.cols)

        def block(i: Index | None, j: Index | None, p: Index | None, q: Index | None) -> Expr:
            links = (delta(row, counted(i, p, second.shape.rows)), delta(col, counted(j, q, second.shape.cols)))
            return mul(*(link for link in links if link is not UNIT), self.of(first, i, j), self.of(second, p, q))

        return self._summed(sides, block)

    def _trace(self, body: Expr, _row: Place, _col: Place) -> Expr:
        if isinstance(body, MatMul) and sum(not self.whole(factor) for factor in body.factors) == 1:
            place = next(number for number, factor in enumerate(body.factors) if not self.whole(factor))
            here, others = body.factors[place], (*body.factors[place + 1 :], *body.factors[:place])
            rest = matmul(*others)

            def ring(i: Index | None, j: Index | None) -> Expr:
                beside = entry(rest.body, i, j) if isinstance(rest, Transpose) else entry(rest, j, i)
                return mul(beside, self.of(here, i, j))

            return self._summed((here.shape.rows, here.shape.cols), ring)
        return self._summed((body.shape.rows,), lambda i: self.of(body, i, i))

    def _stacked(self, body: Expr, row: Place, _col: Place) -> Expr:
        if body.shape.rows is ONE or body.shape.cols is ONE:
            return self.of(body, None, row) if body.shape.rows is ONE else self.of(body, row, None)
        dims = (body.shape.rows, body.shape.cols)
        return self._summed(dims, lambda i, j: mul(delta(row, Pair(j, i, dims[0])), self.of(body, i, j)))

    def _diag(self, body: Expr, row: Place, col: Place) -> Expr:
        link = delta(row, col)
        here = self.of(body, *((None, row) if body.shape.is_row else (row, None)))
        return here if link is UNIT else mul(here, link)


_OF_ARRAYS: Final[dict[str, Callable[..., Expr]]] = {
    "tr": Entries._trace,
    "vec": Entries._stacked,
    "diag": Entries._diag,
    "diagonal": lambda read, body, row, _: read.of(body, row, row),
    "sum": lambda read, body, *_: read._summed((body.shape.rows, body.shape.cols), lambda i, j: read.of(body, i, j)),
    "sum0": lambda read, body, _, col: read._summed((body.shape.rows,), lambda i: read.of(body, i, col)),
    "sum1": lambda read, body, row, _: read._summed((body.shape.cols,), lambda j: read.of(body, row, j)),
    "inner": lambda read, first, second, *_: read.of(Call("sum", Hadamard((first, second)))),
    "norm": lambda read, body, *_: Power(read.of(Call("sum", Power(body, Number(2)))), Number(Fraction(1, 2))),
    "norm1": lambda read, body, *_: read.of(Call("sum", Call("abs", body))),
}
"""Functions of arrays by the entries of what they are taken of."""
