"""A matrix that is said to be a product, `D = LLᵀ`: the factor is a name that the problem does not know."""

from __future__ import annotations

from fractions import Fraction

from ...ir import ONE, Call, Expr, Eye, Fill, Number, Shape, matmul, mul, reciprocal, sub, transpose
from ...notation import syntax as s
from ..lines.reading import read_side
from ..lines.scope import Surroundings
from ..lines.statements import Claim


def factored(claim: Claim, around: Surroundings) -> tuple[str, Expr] | None:
    """The name and a value of it that is not symmetric: what holds for that factor uses no more than that it is one."""
    node = (
        s.ungrouped(claim.sides[1].node)
        if len(claim.sides) == 2 and not claim.leading and claim.sides[1].node is not None
        else None
    )
    match node:
        case s.Binary(_, "juxtapose" | "@", s.Name(_, name), s.Transposed(_, s.Name(_, other))):
            lower = True
        case s.Binary(_, "juxtapose" | "@", s.Transposed(_, s.Name(_, other)), s.Name(_, name)):
            lower = False
        case _:
            return None
    whole = read_side(claim.sides[0], around).expr if name == other and not around.known(name) else None
    if whole is None or not whole.shape.is_square or not around.task.problem.knows(whole, "spd"):
        return None
    at = matmul(whole, Fill(1, Shape(whole.shape.rows, ONE)))
    turn = sub(
        Eye(whole.shape.rows),
        mul(Number(Fraction(2)), reciprocal(matmul(transpose(at), at)), matmul(at, transpose(at))),
    )
    factor = matmul(Call("powm", whole, Number(Fraction(1, 2))), turn)
    return name, factor if lower else transpose(factor)
