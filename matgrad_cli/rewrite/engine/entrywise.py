"""One derivative table, read entry by entry: where d(Z) = L(dA), the derivative of Z_ij is the entry (i,j)
of L with ∂A_kl for dA_kl.

A rule about d(…) runs on a pending derivative ∂Z_ij/∂X_st as it stands, and what it makes is written out by entries
here: around what moves by entries, what stays is kept whole. (A⁻¹ dA A⁻¹)_ij is Σ_kl (A⁻¹)_ik dA_kl (A⁻¹)_lj.
"""

from __future__ import annotations

from ...ir import Add, Call, Differential, Entry, Expr, Hadamard, Index, MatrixOf, Mul, Partial, add, mul
from ...ir.entries import ZERO, Entries, Place, Taken, delta, entry
from ...ir.functions import is_change
from ...rulebook.heads import operators_in


def pushed(body: Expr) -> Expr:
    """An entry of a sum, a multiple or an elementwise product, read as the sum or product of entries:
    that needs no step."""
    if isinstance(body, Mul | Add):
        alike = Add | Mul if isinstance(body, Add) else Mul | Hadamard
        whole = [
            pushed(part) if isinstance(part, Entry) and isinstance(part.base, alike) else part for part in body.children
        ]
        return add(*whole) if isinstance(body, Add) else mul(*whole)
    if not isinstance(body, Entry) or not isinstance(body.base, Add | Mul | Hadamard):
        return body
    parts = [part if part.shape.is_number else entry(part, body.row, body.col) for part in body.base.children]
    return pushed(add(*parts) if isinstance(body.base, Add) else mul(*parts))


def differential_of(pending: Partial) -> Differential:
    """d(Z) for ∂Z_ij/∂X_st."""
    body = pending.body
    return Differential(body.base if isinstance(body, Entry) else body, pending.variable, None)


def written_out(new: Expr, pending: Partial, taken: Taken) -> Expr:
    """What a rule made of d(Z), by entries: the derivative of Z_ij. Letters of sums avoid `taken`."""
    body = pending.body
    places = (body.row, body.col) if isinstance(body, Entry) else (None, None)
    return _Entrywise(pending, taken).of(new, *places)


class _Entrywise(Entries):
    """Entries of what is linear in d(·), with ∂A_kl in the place of dA_kl; what does not move stays whole."""

    def __init__(self, pending: Partial, taken: Taken) -> None:
        super().__init__(lambda part: not holds_pending(part), taken)
        self.pending = pending

    def of(self, expr: Expr, row: Place = None, col: Place = None) -> Expr:
        """The entry (row, col)."""
        if isinstance(expr, Call) and is_change(expr.function) and not self.whole(expr):
            return self._change(expr, row, col)
        if not isinstance(expr, Differential):
            return super().of(expr, row, col)
        if self.pending.variable not in expr.body.symbols:
            return ZERO
        return Partial(entry(expr.body, row, col), self.pending.variable, self.pending.row, self.pending.col)

    def _change(self, expr: Call, row: Place, col: Place) -> Expr:
        """Σ_kl of the change along the matrix with a single 1, at k and l, times what moves there."""
        *at, along = expr.arguments
        p, q = Index("p", along.shape.rows), Index("q", along.shape.cols)

        def single(k: Index, m: Index) -> Expr:
            unit = MatrixOf(p, q, mul(delta(p, k), delta(q, m)))
            return mul(entry(Call(expr.function, *at, unit), row, col), self.of(along, k, m))

        return self._summed((along.shape.rows, along.shape.cols), single)


def holds_pending(expr: Expr) -> bool:
    """Whether a pending differential stands in the expression."""
    return "Differential" in operators_in(expr)
