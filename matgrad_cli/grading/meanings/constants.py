r"""`= … + \text{const}` and `\propto …`: two numbers that may differ by a summand, or by a factor,
without the variable."""

from __future__ import annotations

from ...ir import Expr, mul
from ..lines.kinds import Pairing
from ..lines.scope import Surroundings
from ..task import whole_derivative


def up_to(around: Surroundings, before: Expr, after: Expr, how: str) -> list[Pairing]:
    """The pairs of which one must be equal: the derivatives, or each number times the derivative of the other;
    none of other kinds."""
    wrt = around.task.problem.wrt
    if not how or not before.shape.is_number or not after.shape.is_number or before.free or after.free:
        return []
    one, other = (whole_derivative(around.expanded(side), wrt, "gradient") for side in (before, after))
    if one is None or other is None:
        return []
    return [(one, other)] if how == "const" else [(one, other), (mul(after, one), mul(before, other))]
