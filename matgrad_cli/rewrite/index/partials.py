"""What no pattern can say of a pending derivative ∂Z_ij/∂X_st: all else is text of rules/partials.toml and rules/differentials.toml."""

from __future__ import annotations

from ...ir import Entry, Expr, MatrixPower, Named, Partial
from ...records import Bindings
from ..engine.application import Site, native
from ..forms.entries import entry


@native("partial-named")
def named(site: Site) -> tuple[Expr, Bindings] | None:
    """A name stands for a part of the loss: what is pending is that part."""
    if not isinstance(site.node, Partial):
        return None
    body = site.node.body
    name = body.base if isinstance(body, Entry) else body
    if not isinstance(name, Named):
        return None
    inner = entry(name.body, body.row, body.col) if isinstance(body, Entry) else name.body
    return site.node.rebuilt((inner,)), (("name", name), ("A", name.body))


def power_of(base: Expr, exponent: int) -> Expr | None:
    """baseᵏ written as books do: nothing for k = 0, the matrix itself for k = 1."""
    if exponent == 0:
        return None
    return base if exponent == 1 else MatrixPower(base, exponent)
