"""Letters that are moved: x_{i+1} is entry i of x with its rows moved up."""

from __future__ import annotations

from ...ir import ONE, Call, Expr, Eye, matmul, transpose
from .. import syntax as s
from .elaborator import Elaborator


def moved(value: Expr, rows: int) -> Expr:
    """The array with its rows moved up by so many, those at the top to the end; down where the number is negative."""
    step: Expr = Call("shiftup", Eye(value.shape.rows))
    step = step if rows > 0 else transpose(step)
    return matmul(*[step] * abs(rows), value) if rows else value


SAID = "`shiftup(A)` is A with its rows moved up by one, the first one to the end; `butlast(u)` is u with 0 at the end"


def shifted(e: Elaborator, base: Expr, indices: tuple[s.Node, ...]) -> tuple[Expr, tuple[s.Node, ...]]:
    """The array and its letters where some are written as `i+1`; refused where the sum around goes beyond the last one."""
    plain: list[s.Node] = []
    for place, index in enumerate(indices):
        index = s.ungrouped(index)
        match index:
            case s.Binary(_, "+" | "-" as sign, s.Name() as own, s.Literal_(_, amount)) if amount.denominator == 1 and 0 < amount < 10:
                rows = int(amount) if sign == "+" else -int(amount)
                _refuse_beyond(e, index, own, rows)
                e.note(SAID)
                if base.shape.cols is ONE or (place == 0 and base.shape.rows is not ONE):
                    base = moved(base, rows)
                else:
                    base = transpose(moved(transpose(base), rows))
                plain.append(own)
            case _:
                plain.append(index)
    return base, tuple(plain)


def _refuse_beyond(e: Elaborator, index: s.Node, own: s.Name, rows: int) -> None:
    first, last = e.reach.get(own.name, (0, 0))
    if own.name not in e.binding or (rows > last if rows > 0 else -rows > first):
        end = f"\\sum_{{{own.name}=1}}^{{n-{rows}}}" if rows > 0 else f"\\sum_{{{own.name}={1 - rows}}}^{{n}}"
        e.fail("sum-range", f"the index {e.text(index)} goes beyond the range of `{own.name}`", index, "",
               f"sum where it exists, as in `{end}`")

