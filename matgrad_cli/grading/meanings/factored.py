"""A matrix that is said to be a product, `D = LLᵀ`: the factor is a name that the problem does not know."""

from __future__ import annotations

from fractions import Fraction

from ...ir import ONE, Call, Expr, Eye, Fill, Number, Shape, matmul, mul, reciprocal, sub, transpose
from ...notation import syntax as s
from ..lines.reading import Side, read_side
from ..lines.scope import Surroundings
from ..lines.statements import Claim


def factored(claim: Claim, around: Surroundings) -> tuple[str, Expr] | None:
    """The name and a value of it that is not symmetric: what holds for that factor uses no more than that it is one."""
    sides = claim.sides if len(claim.sides) == 2 and not claim.leading else ()
    for side, other in (sides, sides[::-1]) if sides else ():
        if (found := _product(side)) is not None and not around.known(found[0]):
            return _factor(*found, read_side(other, around).expr, around)
    return None


def _product(side: Side) -> tuple[str, bool] | None:
    """The L of LLᵀ or of LᵀL, and whether it is the first."""
    match s.ungrouped(side.node) if side.node is not None else None:
        case s.Binary(_, "juxtapose" | "@", s.Name(_, name), s.Transposed(_, s.Name(_, other))):
            return (name, True) if name == other else None
        case s.Binary(_, "juxtapose" | "@", s.Transposed(_, s.Name(_, other)), s.Name(_, name)):
            return (name, False) if name == other else None
    return None


def _factor(name: str, lower: bool, whole: Expr | None, around: Surroundings) -> tuple[str, Expr] | None:
    if whole is None or not whole.shape.is_square or not around.task.problem.knows(whole, "spd"):
        return None
    at = matmul(whole, Fill(1, Shape(whole.shape.rows, ONE)))
    turn = sub(
        Eye(whole.shape.rows),
        mul(Number(Fraction(2)), reciprocal(matmul(transpose(at), at)), matmul(at, transpose(at))),
    )
    factor = matmul(Call("powm", whole, Number(Fraction(1, 2))), turn)
    return name, factor if lower else transpose(factor)
