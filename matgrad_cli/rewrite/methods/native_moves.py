"""Moves that no pattern can say: blocks of Kronecker products, stacked columns, names."""

from __future__ import annotations

from ...ir import Add, Call, Expr, Kron, Mul, Named, kron, mul
from ...ir.functions import CHANGES
from ...records import Bindings
from ..engine.application import Site, native
from ..network.changes import change
from ..textbook.simplifier import textbook
from .beside import beside, like, paired, whole_of
from .stacked import kron_gradient, unstacked

VEC = "vec"


def _scaled(numbers: tuple[Expr, ...], body: Expr) -> Expr:
    return mul(*numbers, body) if numbers else body


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
    factors, place = part.factors, next(number for number, factor in enumerate(part.factors) if site.scene.motion(factor))
    if place:
        factors, place = (kron(*factors[:place]), kron(*factors[place:])), 1
    numbers, inner = kron_gradient(gradient, factors, place)
    return _scaled(numbers, like(site.node, inner, factors[place])), (("M", factors[place]),)


@native("change-move")
def change_move(site: Site) -> tuple[Expr, Bindings] | None:
    """⟨G, the change of f at A along H⟩ = ⟨the change of f at Aᵀ along G, H⟩."""
    gradient, part = _alone(site) or (None, None)
    if gradient is None or not isinstance(part, Call) or part.function not in CHANGES:
        return None
    *at, along = part.arguments
    return like(site.node, change(part.function, at, gradient), along), (("M", along),)


@native("dot-vec")
def vec_move(site: Site) -> tuple[Expr, Bindings] | None:
    """⟨g, vec(M)⟩ = ⟨G, M⟩ with the matrix G that g stacks."""
    gradient, part = _alone(site) or (None, None)
    if gradient is None or not isinstance(part, Call) or part.function != VEC:
        return None
    return like(site.node, unstacked(gradient, part.argument.shape), part.argument), (("M", part.argument),)


@native("name-gradient")
def name_gradient(site: Site) -> tuple[Expr, Bindings] | None:
    """The name that is said for what stands beside what is pending, in textbook form."""
    name = site.bound("name")
    numbers, gradient, part = beside(site.node, site.scene.direction)
    if not isinstance(name, Named) or gradient is None:
        return None
    named = Named(name.name, textbook(gradient, site.scene.problem))
    core = site.node.factors[-1] if isinstance(site.node, Mul) else site.node
    return _scaled(numbers, like(core, named, part)), (("name", named), ("pending", part))


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
