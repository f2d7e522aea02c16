"""Matrix equations that are linear with factors on both sides: stacked into one square system."""

from __future__ import annotations

from ...ir import Call, Entry, Expr, Eye, Index, Inverse, Kron, MatrixOf, Pair, Transpose, matmul, mul
from .line import Moved, Place, native
from .terms import total


@native("eq-vec")
def _vec(place: Place) -> Moved:
    """X with vec X = (Σ Bᵀ ⊗ A)⁻¹ vec C from Σ A X B = C."""
    left, right = place.equation
    unknown = place.unknown
    terms = place.opener.terms(left) if unknown.shape.is_matrix else None
    if not terms or len(terms) < 2 or any(term.core is None or term.turned for term in terms) or _holds(right, unknown):
        return None
    rows, cols = unknown.shape.rows, unknown.shape.cols
    parts = []
    for term in terms:
        before = matmul(*term.left) if term.left else Eye(rows)
        behind = place.simplify(Transpose(matmul(*term.right))) if term.right else Eye(cols)
        parts.append(mul(*term.numbers, Kron((behind, before))))
    system = total(parts, left)
    taken = {name for side in (rows, cols) for name in side.names}
    i, j = (Index(next(letter for letter in letters if letter not in taken), side) for letters, side in (("iab", rows), ("jcd", cols)))
    stacked = matmul(Inverse(system), Call("vec", right))
    return (unknown, MatrixOf(i, j, Entry(stacked, Pair(j, i, rows), None))), (("A", system),)


def _holds(expr: Expr, unknown: Expr) -> bool:
    return expr is unknown or any(_holds(child, unknown) for child in expr.children)
