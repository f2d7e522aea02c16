"""Arrays out of sizes, and sizes of arrays: `eye(n)`, `ones(m, n)`, `X.shape[0]`."""

from __future__ import annotations

from ...ir import ONE, Dim, Expr, Eye, Fill, Number, Shape, Size
from .. import syntax as s
from ..names import nearest_name
from .complaints import fail
from .elaborator import Elaborator


def constructor(e: Elaborator, node: s.Apply, function: str) -> Expr:
    parts = node.arguments
    if len(parts) == 1 and isinstance(parts[0], s.Apply) and parts[0].function == "tuple":
        parts = parts[0].arguments
    if not parts:
        form = e.found.places.get(id(node))
        shape = form.shape if form is not None else None
        if shape is None:
            e.fail("missing-shape", f"the size of {e.text(node)} does not follow from its use", node, "",
                   f"write it, as in `{function}(n)`")
        return Eye(shape.rows) if function == "eye" else Fill(int(function == "ones"), shape)
    if len(parts) > 2:
        e.fail("wrong-arguments", f"`{function}` takes one or two sizes, not {len(parts)}", node)
    dims = [_dimension(e, part) for part in parts]
    if function == "eye":
        if len(dims) == 2 and dims[0] is not dims[1]:
            e.fail("not-square", f"an identity is square, not {dims[0]}×{dims[1]}", node)
        return Number(1) if dims[0] is ONE else Eye(dims[0])
    shape = Shape(dims[0], dims[1] if len(dims) > 1 else ONE)
    value = int(function == "ones")
    e.flatten(node, e.scope.arrays and len(dims) == 1)
    return Number(value) if shape.is_number else Fill(value, shape)


def _dimension(e: Elaborator, node: s.Node) -> Dim:
    """A size: a whole number, a declared dimension, a product of them."""
    node = s.ungrouped(node)
    match node:
        case s.Literal_(_, value) if value.denominator == 1 and 0 < value < 10**6:
            return Dim(int(value))
        case s.Name(_, name):
            size = e.scope.size(name)
            if size is not None:
                return size
            near = nearest_name(name, e.scope.sizes)
            known = ", ".join(f"`{size}`" for size in e.scope.sizes)
            fail(e.scope, "unknown-size", f"`{name}` is not the name of a dimension", (node.span, ""),
                 notes=(f"declared dimensions are {known}",) if known else (), help=f"did you mean `{near}`?" if near else None)
        case s.Binary(_, "*" | "juxtapose", left, right):
            return _dimension(e, left) * _dimension(e, right)
        case s.Binary(_, "**" | "^", left, s.Literal_(_, power)) if power.denominator == 1 and 0 < power <= 9:
            result = ONE
            for _ in range(int(power)):
                result = result * _dimension(e, left)
            return result
        case s.Apply(_, "shape" | "len"):
            size_of = size_of_array(e, node)
            return size_of.dim if isinstance(size_of, Size) else Dim(int(size_of.value)) if isinstance(size_of, Number) else ONE
    return e.fail("unknown-size", f"{e.text(node)} is no size; a size is a whole number from 1, a dimension, or a product of them", node)


def size_of_array(e: Elaborator, node: s.Apply) -> Expr:
    """X.shape[0], len(x); how many samples are the rows of scores, of which a vector is one sample."""
    value = e.expr(node.arguments[0])
    if ("axis", "samples") in node.options and value.shape.is_column:
        return Number(1)
    dim = value.shape.cols if ("axis", "1") in node.options else value.shape.rows
    return Size(dim) if dim.names else Number(dim.factor)
