"""What no pattern can say: one layer of some differentials; moves of blocks of Kronecker products, of stacked columns,
of names."""

from __future__ import annotations

from collections.abc import Callable

from ... import ir
from ...ir import ONE, Expr, Shape, add, hadamard, kron, matmul, mul, sum_over
from ...ir.entries import counted, entry, letters_for
from ...ir.functions import is_change, unknown, unknown_parts
from ...notation.elaboration.matrix_functions import matrix_power as raised
from ...records import Bindings
from ..engine.application import Site, native
from ..engine.pending import d
from ..forms.algebra import flip, zero
from ..network.reading import change
from ..textbook.simplifier import textbook
from .beside import PairForm, Term, paired, peeled

LAST_ORDER = 8
"""Unknown functions have at most one derivative more than this."""


@native("d-matrix-power")
def matrix_power(site: Site) -> tuple[Expr, Bindings] | None:
    """d(Aⁿ) = Σ Aᵏ dA Aⁿ⁻¹⁻ᵏ; A⁻ⁿ is the n-th power of the inverse."""
    node = site.node
    if not isinstance(node, ir.Differential) or not isinstance(node.body, ir.MatrixPower):
        return None
    body = node.body
    base = body.base if body.exponent > 0 else ir.Inverse(body.base)
    beside = [[raised(base, power)] if power else [] for power in range(abs(body.exponent))]
    terms = (matmul(*before, d(base, node), *after) for before, after in zip(beside, reversed(beside), strict=True))
    return add(*terms) if beside else zero(body.shape), (("n", str(body.exponent)),)


@native("d-eigmax")
def largest_eigenvalue(site: Site) -> tuple[Expr, Bindings] | None:
    """dλ = vᵀ dA v with the eigenvector v of length 1 of the largest eigenvalue λ, where A and dA are symmetric."""
    match site.node:
        case ir.Differential(ir.Call("eigmax", (inner,))) as node:
            return ir.Call("tr", matmul(ir.Transpose(ir.Call("topvv", inner)), d(inner, node))), (("A", inner),)
    return None


@native("d-unknown")
def unknown_number(site: Site) -> tuple[Expr, Bindings] | None:
    """f(A), a number, changes by ⟨∇f(A), dA⟩, ∇f(x) by ∇²f(x) dx; a function of every entry by f′(A) ∘ dA;
    an array f(x) by J_f(x) dx."""
    node = site.node
    body = node.body if isinstance(node, ir.Differential) else None
    parts = unknown_parts(body.function) if isinstance(body, ir.Call) else None
    if parts is None or parts[1] > (LAST_ORDER if parts[0] in "ep" else int(parts[0] == "n")):
        return None
    assert isinstance(node, ir.Differential)
    (inner, *_), (kind, order, name) = node.body.children, parts
    said: Bindings = (("A", inner),)
    if kind in "st":
        moving = [(place, part) for place, part in enumerate(node.body.children, 1) if node.variable in part.symbols]
        slopes = [ir.Call(unknown(name, kind, place), *node.body.children) for place, _ in moving]
        met = hadamard if kind == "s" and not inner.shape.is_number else paired
        return add(*(met(slope, d(part, node)) for slope, (_, part) in zip(slopes, moving, strict=True))), said
    if kind == "n" and order == 1 and not inner.shape.is_column:
        return None
    moved = d(inner, node)
    if kind == "m":
        return ir.Call(unknown(name, kind, 1), inner, moved), said
    return _along(kind, order, ir.Call(unknown(name, kind, order + 1), inner), moved, inner), said


def _along(kind: str, order: int, slope: Expr, moved: Expr, inner: Expr) -> Expr:
    """How the slope of an unknown function meets the change of what it is taken of."""
    if kind in "ep":
        return (mul if inner.shape.is_number else hadamard)(slope, moved)
    return matmul(slope, moved) if kind == "v" or order == 1 else paired(slope, moved)


Moved = Callable[[Expr, Expr, Site], "Term | None"]
"""What becomes of ⟨G, M⟩ where M moves."""


def native_beside(rule_id: str) -> Callable[[Moved], Moved]:
    """Registers a native rule about ⟨G, M⟩ with nothing in front: its function gives a term that is written alike."""

    def register(function: Moved) -> Moved:
        def at_site(site: Site) -> tuple[Expr, Bindings] | None:
            if isinstance(site.node, ir.Mul) or not site.node.shape.is_number:
                return None
            form, old = PairForm.of(site.node, site.scene.direction)
            new = None if old.gradient is None else function(old.gradient, old.move, site)
            return None if new is None else (form.show(new), (("M", new.move),))

        native(rule_id)(at_site)
        return function

    return register


@native_beside("trace-kron-move")
def kron_move(gradient: Expr, part: Expr, site: Site) -> Term | None:
    """⟨G, A ⊗ M⟩ as numbers · ⟨G′, M⟩, and ⟨G, M ⊗ B⟩ likewise."""
    if not isinstance(part, ir.Kron):
        return None
    factors, place = part.factors, next(n for n, factor in enumerate(part.factors) if site.scene.motion(factor))
    if place:
        factors, place = (kron(*factors[:place]), kron(*factors[place:])), 1
    numbers, inner = _kron_gradient(textbook(gradient, site.scene.problem), factors, place)
    return Term(numbers, inner, factors[place])


@native_beside("change-move")
def change_move(gradient: Expr, part: Expr, _: Site) -> Term | None:
    """⟨G, the change of f at A along H⟩ = ⟨the change of f at Aᵀ along G, H⟩."""
    if not isinstance(part, ir.Call) or not is_change(part.function):
        return None
    *at, along = part.arguments
    return Term((), change(part.function, at, gradient), along)


@native_beside("dot-vec")
def vec_move(gradient: Expr, part: Expr, site: Site) -> Term | None:
    """⟨g, vec(M)⟩ = ⟨G, M⟩ with the matrix G that g stacks."""
    if not isinstance(part, ir.Call) or part.function != "vec":
        return None
    return Term((), _unstacked(textbook(gradient, site.scene.problem), part.argument.shape), part.argument)


def _unstacked(column: Expr, shape: Shape) -> Expr:
    """The matrix whose stacked columns are `column`: A for vec(A), else entry by entry."""
    if ONE in (shape.rows, shape.cols):
        return column if shape.is_column else flip(column)
    if isinstance(column, ir.Call) and column.function == "vec" and column.argument.shape is shape:
        return column.argument
    if isinstance(column, ir.Mul):
        numbers, array = peeled(column)
        return mul(*numbers, _unstacked(array, shape))
    if isinstance(column, ir.Fill):
        return ir.Fill(column.value, shape)
    row, col = letters_for(shape, set())
    assert row is not None
    assert col is not None
    return ir.MatrixOf(row, col, ir.Entry(column, ir.Pair(col, row, shape.rows), None))


def _kron_gradient(gradient: Expr, factors: tuple[Expr, ...], place: int) -> tuple[tuple[Expr, ...], Expr]:
    """⟨G, A ⊗ dB⟩ as numbers · ⟨G′, dB⟩, the moving factor being the first or the last one."""
    moving, others = factors[place], (*factors[:place], *factors[place + 1 :])
    if isinstance(gradient, ir.Transpose) and isinstance(gradient.body, ir.Kron):
        gradient = kron(*map(flip, gradient.body.factors))
    if isinstance(gradient, ir.Kron) and [part.shape for part in gradient.factors] == [part.shape for part in factors]:
        met = zip(gradient.factors, factors, strict=True)
        return tuple(paired(flip(part), one, True) for part, one in met if one is not moving), gradient.factors[place]
    other = kron(*others)
    taken: set[str] = set()
    (i, j), (p, q) = letters_for(moving.shape, taken), letters_for(other.shape, taken)
    inner = moving.shape if place else other.shape
    row, col = counted(*((p, i) if place else (i, p)), inner.rows), counted(*((q, j) if place else (j, q)), inner.cols)
    summed = [letter for letter in (p, q) if letter is not None]
    body = sum_over(summed, mul(entry(gradient, row, col), entry(other, p, q)))
    return (), ir.MatrixOf(i, j, body)
