"""Moves that no pattern can say: blocks of Kronecker products, stacked columns, names."""

from __future__ import annotations

from ...ir import ONE, Add, Call, Entry, Expr, Fill, Kron, MatrixOf, Mul, Pair, Shape, Transpose, kron, mul, sum_over
from ...ir.entries import counted, entry, letters_for
from ...ir.functions import is_change
from ...records import Bindings
from ..engine.application import Site, native
from ..forms.algebra import flip
from ..network.changes import change
from ..textbook.simplifier import textbook
from .beside import beside, like, number_of, paired, peeled, whole_of

VEC = "vec"


def _alone(site: Site) -> tuple[Expr, Expr] | None:
    """G and M of ⟨G, M⟩ with nothing in front, where M moves."""
    if isinstance(site.node, Mul) or not site.node.shape.is_number:
        return None
    _, gradient, part = beside(site.node, site.scene.direction)
    return None if gradient is None else (gradient, part)


@native("trace-kron-move")
def kron_move(site: Site) -> tuple[Expr, Bindings] | None:
    """⟨G, A ⊗ M⟩ as numbers · ⟨G′, M⟩, and ⟨G, M ⊗ B⟩ likewise."""
    gradient, part = _alone(site) or (None, None)
    if gradient is None or not isinstance(part, Kron):
        return None
    factors, place = (
        part.factors,
        next(number for number, factor in enumerate(part.factors) if site.scene.motion(factor)),
    )
    if place:
        factors, place = (kron(*factors[:place]), kron(*factors[place:])), 1
    numbers, inner = _kron_gradient(textbook(gradient, site.scene.problem), factors, place)
    return mul(*numbers, like(site.node, inner, factors[place])), (("M", factors[place]),)


@native("change-move")
def change_move(site: Site) -> tuple[Expr, Bindings] | None:
    """⟨G, the change of f at A along H⟩ = ⟨the change of f at Aᵀ along G, H⟩."""
    gradient, part = _alone(site) or (None, None)
    if gradient is None or not isinstance(part, Call) or not is_change(part.function):
        return None
    *at, along = part.arguments
    return like(site.node, change(part.function, at, gradient), along), (("M", along),)


@native("dot-vec")
def vec_move(site: Site) -> tuple[Expr, Bindings] | None:
    """⟨g, vec(M)⟩ = ⟨G, M⟩ with the matrix G that g stacks."""
    gradient, part = _alone(site) or (None, None)
    if gradient is None or not isinstance(part, Call) or part.function != VEC:
        return None
    return like(site.node, _unstacked(textbook(gradient, site.scene.problem), part.argument.shape), part.argument), (
        ("M", part.argument),
    )


def _unstacked(column: Expr, shape: Shape) -> Expr:
    """The matrix whose stacked columns are `column`: A for vec(A), else entry by entry."""
    if ONE in (shape.rows, shape.cols):
        return column if shape.is_column else flip(column)
    if isinstance(column, Call) and column.function == "vec" and column.argument.shape is shape:
        return column.argument
    if isinstance(column, Mul):
        numbers, array = peeled(column)
        return mul(*numbers, _unstacked(array, shape))
    if isinstance(column, Fill):
        return Fill(column.value, shape)
    row, col = letters_for(shape, set())
    assert row is not None
    assert col is not None
    return MatrixOf(row, col, Entry(column, Pair(col, row, shape.rows), None))


def _kron_gradient(gradient: Expr, factors: tuple[Expr, ...], place: int) -> tuple[tuple[Expr, ...], Expr]:
    """⟨G, A ⊗ dB⟩ as numbers · ⟨G′, dB⟩, the moving factor being the first or the last one."""
    moving, others = factors[place], (*factors[:place], *factors[place + 1 :])
    if isinstance(gradient, Transpose) and isinstance(gradient.body, Kron):
        gradient = kron(*map(flip, gradient.body.factors))
    if isinstance(gradient, Kron) and [part.shape for part in gradient.factors] == [part.shape for part in factors]:
        numbers = tuple(
            number_of(part, other) for part, other in zip(gradient.factors, factors, strict=True) if other is not moving
        )
        return numbers, gradient.factors[place]
    other = kron(*others)
    taken: set[str] = set()
    (i, j), (p, q) = letters_for(moving.shape, taken), letters_for(other.shape, taken)
    pairs = (
        ((i, p, other.shape.rows), (j, q, other.shape.cols))
        if not place
        else ((p, i, moving.shape.rows), (q, j, moving.shape.cols))
    )
    row, col = (counted(*pair) for pair in pairs)
    summed = [letter for letter in (p, q) if letter is not None]
    body = sum_over(summed, mul(entry(gradient, row, col), entry(other, p, q)))
    return (), MatrixOf(i, j, body)


@native("differential-form")
def form(site: Site) -> tuple[Expr, Bindings] | None:
    """numbers · tr(A M) as tr(Gᵀ M)."""
    if isinstance(site.node, Add) or not site.node.shape.is_number:
        return None
    numbers, gradient, part = beside(site.node)
    if gradient is None:
        return None
    new = paired(whole_of(numbers, gradient), part)
    return None if new is site.node else (new, (("M", part),))
