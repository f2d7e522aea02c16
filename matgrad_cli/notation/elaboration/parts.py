"""Parts of arrays, `w[1:]`: a sum over a part is one over the whole with 0 for what is left out.
Letters that are moved, `x_{i+1}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from ... import ir
from ...diagnostics.record import replace
from .. import syntax as s
from ..expression.brackets import ALONE
from ..expression.vocabulary import ELEMENTWISE_NAMES, canonical_function
from ..scope import AS_ONE_COLUMN
from .complaints import fail
from .elaborator import Elaborator


def moved(value: ir.Expr, rows: int) -> ir.Expr:
    """The array with its rows moved up by so many, those at the top to the end; down where the number is negative."""
    step: ir.Expr = ir.Call("shiftup", ir.Eye(value.shape.rows))
    step = step if rows > 0 else ir.transpose(step)
    return ir.matmul(*[step] * abs(rows), value) if rows else value


SAID = "`shiftup(A)` is A with its rows moved up by one, the first one to the end; `butlast(u)` is u with 0 at the end"


def shifted(e: Elaborator, base: ir.Expr, indices: tuple[s.Node, ...]) -> tuple[ir.Expr, tuple[s.Node, ...]]:
    """The array and its letters where some are written as `i+1`;
    refused where the sum around goes beyond the last one."""
    plain: list[s.Node] = []
    for place, index in enumerate(indices):
        index = s.ungrouped(index)
        match index:
            case s.Binary(_, "+" | "-" as sign, s.Name() as own, s.Literal_(_, amount)) if (
                amount.denominator == 1 and 0 < amount < 10
            ):
                rows = int(amount) if sign == "+" else -int(amount)
                first, last = e.reach.get(own.name, (0, 0))
                if own.name not in e.binding or (rows > last if rows > 0 else -rows > first):
                    end = f"{own.name}=1}}^{{n-{rows}" if rows > 0 else f"{own.name}={1 - rows}}}^{{n"
                    message = f"the index {e.text(index)} goes beyond the range of `{own.name}`"
                    e.fail("sum-range", message, index, rf"sum where it exists, as in `\sum_{{{end}}}`")
                e.note(SAID)
                if base.shape.cols is ir.ONE or (place == 0 and base.shape.rows is not ir.ONE):
                    base = moved(base, rows)
                else:
                    base = ir.transpose(moved(ir.transpose(base), rows))
                plain.append(own)
            case _:
                plain.append(index)
    return base, tuple(plain)


_ENTRYWISE = ("+", "-", "*", "/", "**", "hadamard")


def has_part(node: s.Node) -> bool:
    """Whether a part of an array stands in the tree."""
    return any(isinstance(part, s.Apply) and part.function == s.PART for part in s.parts_of(node))


def over_part(e: Elaborator, node: s.Apply, function: str) -> ir.Expr:
    """`sum(f(w[1:]))`, `mean`, `norm` of a part."""
    columns = ("axis", "first") in node.options  # of a matrix a row, in MATLAB
    plain = {("axis", "first"), s.KEEPS, *([("text", "fro")] if function == "norm" else [])}
    if len(node.arguments) != 1 or not plain.issuperset(node.options):
        refuse(e, node)
    found = list(_ends(node))
    across = {turned for *_, turned in found} == {True}
    ends = {(first, last) for first, last, _ in found}
    lost = {first + last for first, last in ends}
    if len(ends) > 1:
        e.note(SAID)
    value = e.expr(_whole(e, node.arguments[0], len(ends) == 1))
    if len(lost) != 1:
        cut = [(part, list(_ends(part))) for part in s.parts_of(node) if isinstance(part, s.Apply)]
        marks = {found[0][0] + found[0][1]: part.span for part, found in reversed(cut) if part.function == s.PART}
        sides = [(span, f"{out} left out") for out, span in reversed(marks.items())]
        fail(e.scope, "slice", f"the parts in {e.text(node.arguments[0])} have different lengths", *sides)
    if (columns and value.shape.is_matrix) or not (across or all(not turned for *_, turned in found)):
        refuse(e, node)
    left_out, (first, last) = lost.pop(), ends.pop()
    side, other = value.shape.dims if value.shape.is_matrix else (value.shape.rows, ir.ONE)
    side, other = (other, side) if across and value.shape.is_matrix else (side, other)
    if not side.names and side.factor <= left_out:
        e.fail("slice", f"nothing is left of {e.text(node.arguments[0])}", node)
    rest = _masked(value, _mask(side, first, last) if not ends else _mask(side, 0, left_out), across)
    if function == "norm":
        return ir.Call("norm", rest)
    total = ir.Call("sum", rest)
    if function == "sum":
        return total
    count = ir.add(ir.Size(side), ir.Number(-left_out)) if side.names else ir.Number(side.factor - left_out)
    return ir.mul(ir.reciprocal(count), *((ir.reciprocal(_length(other)),) if value.shape.is_matrix else ()), total)


def _is_entrywise(node: s.Apply) -> bool:
    """Whether a function acts on every entry of what holds a part."""
    known = canonical_function(node.function) in ELEMENTWISE_NAMES and not node.options
    return known and has_part(node.arguments[0])


def kept(e: Elaborator, node: s.Apply) -> ir.Expr:
    """The array with 0 in the rows that its product with a part of another array leaves out."""
    body, options = node.arguments[0], dict(node.options)
    value = e.expr(body)
    if options["flat"] == "1" and not value.shape.is_column:
        refuse(e, node)
    e.flatten(node, e.is_flat(body))
    return _masked(value, _mask(value.shape.rows, int(options["first"]), int(options["last"])))


def _masked(value: ir.Expr, mask: ir.Expr, across: bool = False) -> ir.Expr:
    if not value.shape.is_matrix:
        return ir.hadamard(mask, value)
    return ir.matmul(value, ir.Call("diag", mask)) if across else ir.matmul(ir.Call("diag", mask), value)


def _ends(node: s.Node, turned: bool = False) -> Iterator[tuple[int, int, bool]]:
    """How many rows every part below leaves out at its two ends, and whether it is turned: then they are columns."""
    if isinstance(node, s.Apply) and node.function == s.PART:
        first, last = (int(number) for _, number in node.options[:2])
        yield first, last, turned
    for part in s.children(node):
        yield from _ends(part, turned is not isinstance(node, s.Transposed))


def _mask(side: ir.Dim, first: int, last: int) -> ir.Expr:
    """The column that is 0 in so many first and last rows and else 1."""
    ones, row = ir.Fill(1, ir.Shape(side)), ir.Index("r", side)
    out = [ir.neg(ir.MatrixOf(row, None, ir.Delta(row, place))) for place in range(first)]
    right = [moved(ir.Call("butlast", ones), ahead) for ahead in range(last)]
    return ir.hadamard(*((ir.add(ones, *out),) if out else ()), *right)


def _length(dim: ir.Dim) -> ir.Expr:
    return ir.Size(dim) if dim.names else ir.Number(dim.factor)


def _whole(e: Elaborator, node: s.Node, alike: bool) -> s.Node:
    """The same tree with whole arrays; unless all parts are `alike`,
    their rows are moved so that those that meet stand side by side."""
    match node:
        case s.Apply(_, s.PART, (body,), ((_, first), *_)):
            if ALONE in node.options and e.scope.syntax in AS_ONE_COLUMN and e.expr(body).shape.is_matrix:
                message = f"{e.text(node)} is a part of all columns of a matrix, one below the other, and is not read"
                e.fail("slice", message, node, "with a second index, `:`, it is a part of the rows")
            return s.Apply(node.span, s.MOVED, (body,), (("first", first),)) if int(first) and not alike else body
        case s.Group(_, body) | s.Negative(_, body):
            return replace(node, body=_whole(e, body, alike))
        case s.Transposed(_, body) if has_part(body):
            inner = _whole(e, body, alike)
            return inner.body if isinstance(inner, s.Transposed) else replace(node, body=inner)
        case s.Binary(span, operator, left, right) if operator in _ENTRYWISE:
            return s.Binary(span, operator, _whole(e, left, alike), _whole(e, right, alike))
        case s.Binary(span, "@", left, right) if has_part(left) and not has_part(right):
            if any(turned for *_, turned in _ends(left)):
                refuse(e, node)  # columns are left out, which meet the rows of the right side
            return s.Binary(span, "@", _whole(e, left, alike), right)
        case s.Apply(_, _, (argument,)) if _is_entrywise(node):
            return replace(node, arguments=(_whole(e, argument, alike),))
    if has_part(node) or not e.expr(node).shape.is_number:
        refuse(e, node)
    return node


def refuse(e: Elaborator, node: s.Node) -> NoReturn:
    """A part that is not summed up: its length has no name."""
    message = f"{e.text(node)} cannot be read together with a part of an array"
    e.fail("slice", message, node, "parts can be read inside `sum`, `mean` and `norm`, as in `sum(w[1:]**2)`")
