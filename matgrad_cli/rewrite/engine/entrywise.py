"""One derivative table, read entry by entry: where d(Z) = L(dA), the derivative of Z_ij is the entry (i,j) of L with ∂A_kl for dA_kl.

A rule about d(…) runs on a pending derivative ∂Z_ij/∂X_st as it stands, and what it makes is written out by entries here: around
what moves by entries, what stays is kept whole. (A⁻¹ dA A⁻¹)_ij is Σ_kl (A⁻¹)_ik dA_kl (A⁻¹)_lj.
"""

from __future__ import annotations

from collections.abc import Callable

from ...ir import (
    ONE,
    Add,
    Call,
    Differential,
    Dim,
    Entry,
    Expr,
    Fill,
    Hadamard,
    Index,
    Kron,
    MatMul,
    MatrixOf,
    Mul,
    Pair,
    Partial,
    Position,
    Transpose,
    add,
    fresh_index,
    matmul,
    mul,
    sum_over,
)
from ...ir.functions import is_change
from ...ir.memory import noted
from ...ir.walk import OUTER_LETTERS
from ..forms.entries import counted, delta, entry
from ..forms.terms import UNIT, ZERO

Place = Position | None


def pushed(body: Expr) -> Expr:
    """An entry of a sum, a multiple or an elementwise product, read as the sum or product of entries: that needs no step."""
    if isinstance(body, Mul | Add):
        alike = Add | Mul if isinstance(body, Add) else Mul | Hadamard
        whole = [pushed(part) if isinstance(part, Entry) and isinstance(part.base, alike) else part for part in body.children]
        return add(*whole) if isinstance(body, Add) else mul(*whole)
    if not isinstance(body, Entry) or not isinstance(body.base, Add | Mul | Hadamard):
        return body
    parts = [part if part.shape.is_number else entry(part, body.row, body.col) for part in body.base.children]
    return pushed(add(*parts) if isinstance(body.base, Add) else mul(*parts))


def differential_of(pending: Partial) -> Differential:
    """d(Z) for ∂Z_ij/∂X_st."""
    body = pending.body
    return Differential(body.base if isinstance(body, Entry) else body, pending.variable, None)


def written_out(new: Expr, pending: Partial, taken: frozenset[str | Index]) -> Expr:
    """What a rule made of d(Z), by entries: the derivative of Z_ij. Letters of sums avoid `taken`."""
    body = pending.body
    places = (body.row, body.col) if isinstance(body, Entry) else (None, None)
    return _Entrywise(pending, set(taken)).of(new, *places)


class _Entrywise:
    """Writes entries of what is linear in d(·); the letters of new sums are drawn here."""

    def __init__(self, pending: Partial, taken: set[str | Index]) -> None:
        self.pending, self.taken = pending, taken

    def draw(self, dim: Dim) -> Index | None:
        """A new letter; none for a side of size 1."""
        if dim is ONE:
            return None
        letter = fresh_index(dim, self.taken, OUTER_LETTERS)
        self.taken.add(letter.name)
        return letter

    def of(self, expr: Expr, row: Place, col: Place) -> Expr:
        """The entry (row, col) with ∂A_kl in the place of dA_kl."""
        if not holds_pending(expr):
            known = {0: ZERO, 1: UNIT}.get(expr.value) if isinstance(expr, Fill) else None
            return entry(expr, row, col) if known is None else known
        match expr:
            case Differential(body):
                if self.pending.variable not in body.symbols:
                    return ZERO
                return Partial(entry(body, row, col), self.pending.variable, self.pending.row, self.pending.col)
            case Add(terms):
                return add(*(self.of(term, row, col) for term in terms))
            case Mul(factors) | Hadamard(factors):
                parts = (self.of(one, *((None, None) if one.shape.is_number else (row, col))) for one in factors)
                return mul(*(part for part in parts if part is not UNIT))
            case Transpose(body):
                return self.of(body, col, row)
            case Entry(base, first, second):
                return self.of(base, first, second)
            case MatMul(factors):
                return self.product(factors, row, col)
            case Kron(factors):
                return self.blocks(factors, row, col)
            case Call(function) if is_change(function):
                return self.change(expr, row, col)
            case Call(function, (argument, *rest)):
                return _LINEAR[function](self, argument, *rest, row, col) if rest else _LINEAR[function](self, argument, row, col)
        raise ValueError(f"no entries are known for {expr!r}")

    def summed(self, dims: tuple[Dim, ...], body: Callable[..., Expr]) -> Expr:
        letters = [self.draw(dim) for dim in dims]
        return sum_over([letter for letter in letters if letter is not None], body(*letters))

    def product(self, factors: tuple[Expr, ...], row: Place, col: Place) -> Expr:
        """Everything left and right of the factor that moves is kept whole."""
        place = next(number for number, factor in enumerate(factors) if holds_pending(factor))
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

    def blocks(self, factors: tuple[Expr, ...], row: Place, col: Place) -> Expr:
        first, second = factors[0], factors[1] if len(factors) == 2 else Kron(factors[1:])
        sides = (first.shape.rows, first.shape.cols, second.shape.rows, second.shape.cols)

        def block(i: Index | None, j: Index | None, p: Index | None, q: Index | None) -> Expr:
            links = (delta(row, counted(i, p, second.shape.rows)), delta(col, counted(j, q, second.shape.cols)))
            return mul(*(link for link in links if link is not UNIT), self.of(first, i, j), self.of(second, p, q))

        return self.summed(sides, block)

    def trace(self, body: Expr, _row: Place, _col: Place) -> Expr:
        if isinstance(body, MatMul) and sum(holds_pending(factor) for factor in body.factors) == 1:
            place = next(number for number, factor in enumerate(body.factors) if holds_pending(factor))
            here, others = body.factors[place], (*body.factors[place + 1 :], *body.factors[:place])
            rest = matmul(*others)

            def ring(i: Index | None, j: Index | None) -> Expr:
                beside = entry(rest.body, i, j) if isinstance(rest, Transpose) else entry(rest, j, i)
                return mul(beside, self.of(here, i, j))

            return self.summed((here.shape.rows, here.shape.cols), ring)
        return self.summed((body.shape.rows,), lambda i: self.of(body, i, i))

    def stacked(self, body: Expr, row: Place, _col: Place) -> Expr:
        if body.shape.rows is ONE or body.shape.cols is ONE:
            return self.of(body, None, row) if body.shape.rows is ONE else self.of(body, row, None)
        dims = (body.shape.rows, body.shape.cols)
        return self.summed(dims, lambda i, j: mul(delta(row, Pair(j, i, dims[0])), self.of(body, i, j)))

    def diag(self, body: Expr, row: Place, col: Place) -> Expr:
        link = delta(row, col)
        here = self.of(body, *((None, row) if body.shape.is_row else (row, None)))
        return here if link is UNIT else mul(here, link)

    def change(self, expr: Call, row: Place, col: Place) -> Expr:
        """Σ_kl of the change along the matrix with a single 1, at k and l, times what moves there."""
        *at, along = expr.arguments
        p, q = Index("p", along.shape.rows), Index("q", along.shape.cols)

        def single(k: Index, m: Index) -> Expr:
            unit = MatrixOf(p, q, mul(delta(p, k), delta(q, m)))
            return mul(entry(Call(expr.function, *at, unit), row, col), self.of(along, k, m))

        return self.summed((along.shape.rows, along.shape.cols), single)

    def inner(self, first: Expr, second: Expr, _row: Place, _col: Place) -> Expr:
        sides = (first.shape.rows, first.shape.cols)
        return self.summed(sides, lambda i, j: mul(self.of(first, i, j), self.of(second, i, j)))


def _all(read: _Entrywise, body: Expr, _row: Place, _col: Place) -> Expr:
    return read.summed((body.shape.rows, body.shape.cols), lambda i, j: read.of(body, i, j))


def _down(read: _Entrywise, body: Expr, _row: Place, col: Place) -> Expr:
    return read.summed((body.shape.rows,), lambda i: read.of(body, i, col))


def _along(read: _Entrywise, body: Expr, row: Place, _col: Place) -> Expr:
    return read.summed((body.shape.cols,), lambda j: read.of(body, row, j))


_LINEAR: dict[str, Callable[..., Expr]] = {
    "tr": _Entrywise.trace, "sum": _all, "sum0": _down, "sum1": _along, "vec": _Entrywise.stacked, "diag": _Entrywise.diag,
    "diagonal": lambda read, body, row, _: read.of(body, row, row), "inner": _Entrywise.inner,
}  # fmt: skip
"""The entries of the linear operations."""


@noted
def holds_pending(expr: Expr) -> bool:
    """Whether a pending differential stands in the expression."""
    return isinstance(expr, Differential) or any(holds_pending(child) for child in expr.children)
