"""One layer of an expression with free letters inside: what its entries are, in entries of its parts.

`einsum` needs arrays without letters. Where a letter stands inside an array, as in tanh(A [X_ij]_j)_s, the entry is opened until
only entries of plain arrays are left.
"""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics import Diagnostic, StuckError
from ...ir import (
    ONE,
    Add,
    Call,
    Delta,
    Dim,
    Entry,
    Expr,
    Hadamard,
    Index,
    MatMul,
    MatrixOf,
    Mul,
    Named,
    Number,
    Position,
    Power,
    Transpose,
    add,
    fresh_index,
    is_elementwise,
    letters_in,
    mul,
    rename,
    sum_over,
)  # fmt: skip


def opened(node: Expr) -> Expr:
    """The number `node`, which has free letters inside an array, with that array opened; StuckError where there is no way."""
    if isinstance(node, Named):
        return node.body
    if isinstance(node, Entry):
        return _entry(node, node.base)
    letters = _Letters(node)
    if isinstance(node, MatMul):
        return letters.product(node.factors, None, None)
    if isinstance(node, Call):
        first = node.argument
        if node.function == "sum":
            return letters.total(first)
        if node.function == "norm":
            return Power(letters.total(Power(first, Number(2))), Number(Fraction(1, 2)))
        if node.function == "norm1":
            return letters.total(Call("abs", first))
        if node.function == "inner":
            return letters.total(Hadamard(node.arguments))
        if node.function == "tr":
            letter = letters.fresh(first.shape.rows)
            return sum_over((letter,), _at(first, letter, letter)) if letter else first
    raise cannot(node)


def _entry(node: Entry, base: Expr) -> Expr:
    row, col = node.row, node.col
    match base:
        case Named(_, body):
            return Entry(body, row, col)
        case Transpose(body):
            return Entry(body, col, row)
        case Add(terms):
            return add(*(Entry(term, row, col) for term in terms))
        case Hadamard(factors):
            return mul(*(Entry(factor, row, col) for factor in factors))
        case Mul(factors):
            return mul(*(factor if factor.shape.is_number else Entry(factor, row, col) for factor in factors))
        case Power(body, exponent):
            return Power(Entry(body, row, col), exponent)
        case MatMul(factors):
            return _Letters(node).product(factors, row, col)
        case Call(function, arguments) if is_elementwise(function):
            return Call(function, *[Entry(part, row, col) for part in arguments])
        case Call("diag", (body,)) if row is not None and col is not None:
            entry = Entry(body, row, None) if body.shape.is_column else Entry(body, None, row)
            return mul(entry, Delta(row, col))
        case Call("diagonal", (body,)):
            assert row is not None
            return Entry(body, row, row)
        case MatrixOf(own_row, own_col, body):
            swap = {old: new for old, new in ((own_row, row), (own_col, col)) if old is not None and new is not None}
            return rename(body, swap)
    raise cannot(node)


def _at(node: Expr, row: Position | None, col: Position | None) -> Expr:
    return node if row is None and col is None else Entry(node, row, col)


class _Letters:
    """Letters that the expression does not use."""

    def __init__(self, node: Expr) -> None:
        self.taken = {letter.name for letter in letters_in(node)}

    def fresh(self, dim: Dim) -> Index | None:
        """A letter over the dimension; none for a side of length 1."""
        if dim is ONE:
            return None
        letter = fresh_index(dim, self.taken)
        self.taken.add(letter.name)
        return letter

    def total(self, array: Expr) -> Expr:
        """The sum of all entries."""
        row, col = self.fresh(array.shape.rows), self.fresh(array.shape.cols)
        letters = tuple(letter for letter in (row, col) if letter is not None)
        return sum_over(letters, _at(array, row, col)) if letters else array

    def product(self, factors: tuple[Expr, ...], row: Position | None, col: Position | None) -> Expr:
        """An entry of a product: the sum over the letters between the factors."""
        between = [self.fresh(factor.shape.cols) for factor in factors[:-1]]
        places = [row, *between, col]
        parts = [_at(factor, left, right) for factor, left, right in zip(factors, places, places[1:], strict=False)]
        letters = tuple(letter for letter in between if letter is not None)
        return sum_over(letters, mul(*parts)) if letters else mul(*parts)


def cannot(node: Expr) -> StuckError:
    """That no program is printed for an entry of this."""
    from ...notation.printing.to_text import to_text

    return StuckError(
        Diagnostic(
            "cannot-print",
            "the result holds an array that depends on an index letter, for which no program is printed",
            notes=(f"it is `{to_text(node)}`",),
            help="`--format text`",
        )
    )
