"""What no pattern can say about one layer of a differential."""

from __future__ import annotations

from ...ir import (
    Call,
    Differential,
    Expr,
    Inverse,
    MatrixPower,
    Named,
    Transpose,
    add,
    hadamard,
    matmul,
    mul,
    substitute,
)
from ...ir.functions import CHANGES, unknown, unknown_parts
from ...records import Bindings
from ..engine.application import Site, native
from ..engine.moving import d
from ..forms.algebra import zero
from .beside import paired

LAST_ORDER = 8
"""Unknown functions have at most one derivative more than this."""


def _pending(site: Site) -> tuple[Differential, Expr] | None:
    """The pending differential and what it is of, a name looked through."""
    if not isinstance(site.node, Differential):
        return None
    body = site.node.body
    return site.node, body.body if isinstance(body, Named) else body


def _named(new: Expr, node: Differential) -> Expr:
    """The name of a part is written where the part stands whole."""
    return substitute(new, {node.body.body: node.body}) if isinstance(node.body, Named) else new


@native("d-matrix-power", "MatrixPower")
def matrix_power(site: Site) -> tuple[Expr, Bindings] | None:
    """d(Aⁿ) = Σ Aᵏ dA Aⁿ⁻¹⁻ᵏ; A⁻ⁿ is the n-th power of the inverse."""
    node, body = _pending(site) or (None, None)
    if node is None or not isinstance(body, MatrixPower):
        return None
    base, count, terms = body.base if body.exponent > 0 else Inverse(body.base), abs(body.exponent), []
    for before in range(count):
        parts = (_power_of(base, before), d(base, node), _power_of(base, count - 1 - before))
        terms.append(matmul(*(part for part in parts if part is not None)))
    new = add(*terms) if terms else zero(body.shape)
    return _named(new, node), (("n", str(body.exponent)),)


@native("d-eigmax", "eigmax")
def largest_eigenvalue(site: Site) -> tuple[Expr, Bindings] | None:
    """dλ = vᵀ dA v with the eigenvector v of length 1 of the largest eigenvalue λ, where A and dA are symmetric."""
    pending = _pending(site)
    if pending is None or not isinstance(pending[1], Call) or pending[1].function != "eigmax":
        return None
    inner = pending[1].argument
    return Call("tr", matmul(Transpose(Call("topvv", inner)), d(inner, pending[0]))), (("A", inner),)


@native("d-matrix-function")
def of_matrix(site: Site) -> tuple[Expr, Bindings] | None:
    """f(A), a power series of A, changes by its change along dA; the exponent of a power stays."""
    pending = _pending(site)
    if pending is None or not isinstance(pending[1], Call) or f"D{pending[1].function}" not in CHANGES:
        return None
    node, body = pending
    inner, *rest = body.children
    if any(node.variable in part.symbols for part in rest) or not isinstance(body, Call):
        return None
    return Call(f"D{body.function}", inner, *rest, d(inner, node)), (("A", inner),)


@native("d-unknown")
def unknown_number(site: Site) -> tuple[Expr, Bindings] | None:
    """f(A), a number, changes by ⟨∇f(A), dA⟩, ∇f(x) by ∇²f(x) dx; a function of every entry by f′(A) ∘ dA;
    an array f(x) by J_f(x) dx."""
    pending = _pending(site)
    parts = unknown_parts(pending[1].function) if pending is not None and isinstance(pending[1], Call) else None
    if pending is None or parts is None or parts[1] > (LAST_ORDER if parts[0] in "ep" else int(parts[0] == "n")):
        return None
    (inner, *_), (kind, order, name) = pending[1].children, parts
    if kind in "st":
        moving = [
            (place, part) for place, part in enumerate(pending[1].children, 1) if pending[0].variable in part.symbols
        ]
        slopes = [Call(unknown(name, kind, place), *pending[1].children) for place, _ in moving]
        met = hadamard if kind == "s" and not inner.shape.is_number else paired
        return add(*(met(slope, d(part, pending[0])) for slope, (_, part) in zip(slopes, moving, strict=True))), (
            ("A", inner),
        )
    if kind == "n" and order == 1 and not inner.shape.is_column:
        return None
    moved = d(inner, pending[0])
    if kind == "m":
        return Call(unknown(name, kind, 1), inner, moved), (("A", inner),)
    slope = Call(unknown(name, kind, order + 1), inner)
    return _along(kind, order, slope, moved, inner), (("A", inner),)


def _along(kind: str, order: int, slope: Expr, moved: Expr, inner: Expr) -> Expr:
    """How the slope of an unknown function meets the change of what it is taken of."""
    if kind in "ep":
        return (mul if inner.shape.is_number else hadamard)(slope, moved)
    return matmul(slope, moved) if kind == "v" or order == 1 else paired(slope, moved)


def _power_of(base: Expr, exponent: int) -> Expr | None:
    """baseᵏ written as books do: nothing for k = 0, the matrix itself for k = 1."""
    if exponent == 0:
        return None
    return base if exponent == 1 else MatrixPower(base, exponent)
