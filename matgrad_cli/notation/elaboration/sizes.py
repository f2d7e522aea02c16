"""Arrays out of sizes, and sizes of arrays: `eye(n)`, `ones(m, n)`, `X.shape[0]`."""

from __future__ import annotations

from ...ir import ONE, Dim, Expr, Eye, Fill, Number, Shape, Size
from .. import syntax as s
from ..expression.vocabulary import canonical_function
from ..names import listed, nearest_name
from ..shapes.uses import length_of, measured_whole
from .complaints import fail
from .elaborator import Elaborator


def constructor(e: Elaborator, node: s.Apply) -> Expr:
    parts, function = node.arguments, canonical_function(node.function)
    if len(parts) == 1 and isinstance(parts[0], s.Apply) and parts[0].function == "tuple":
        parts = parts[0].arguments
    if (model := measured_whole(parts)) is not None:
        like, value = e.expr(model).shape, int(function == "ones")
        e.flatten(node, e.is_flat(model))
        return Number(value) if like.is_number else Fill(value, like)
    if not parts:
        shape = e.asked(node)
        if shape is None:
            message = f"the size of {e.text(node)} does not follow from its use"
            e.fail("missing-shape", message, node, f"write it, as in `{function}(n)`")
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
    found = length_of(node, e.scope.size, lambda call: dim_of_array(e, call))
    if found is not None:
        return found
    for name in (part for part in s.parts_of(node) if isinstance(part, s.Name) and e.scope.size(part.name) is None):
        if name is node or e.scope.find(name.name) is None:
            near = nearest_name(name.name, e.scope.sizes)
            known = listed(e.scope.sizes)
            notes = (f"declared dimensions are {known}",) if known else ()
            help = f"did you mean `{near}`?" if near else None
            message = f"`{name.name}` is not the name of a dimension"
            fail(e.scope, "unknown-size", message, (name.span, ""), notes=notes, help=help)
    message = f"{e.text(node)} is no size; a size is a whole number from 1, a dimension, or a product of them"
    return e.fail("unknown-size", message, node)


def dim_of_array(e: Elaborator, node: s.Apply) -> Dim:
    """X.shape[0], len(x); how many samples are the rows of scores, of which a vector is one sample."""
    value = e.expr(node.arguments[0])
    if ("axis", "samples") in node.options and value.shape.is_column:
        return ONE
    if node.function == "len" and value.shape.is_matrix and e.scope.syntax == "matlab":
        message = f"{e.text(node)} is the greater of two sizes"
        e.fail("wrong-arguments", message, node, "write `size(A, 1)` or `numel(A)`")
    axis = dict(node.options).get("axis", "0" if node.function == "len" else "")
    if not axis:
        help = "write `X.shape[0]`, or `X.shape[1]`"
        e.fail("wrong-arguments", f"{e.text(node)} is two sizes, where one is needed", node, help)
    if axis in ("2", "-3"):
        e.fail("wrong-arguments", f"{e.text(node.arguments[0])} has no third side", node)
    if axis == "all":
        return value.shape.rows * value.shape.cols
    return value.shape.cols if axis == "1" or (axis == "-1" and value.shape.is_matrix) else value.shape.rows


def size_of_array(e: Elaborator, node: s.Apply) -> Expr:
    """The same as a number."""
    dim = dim_of_array(e, node)
    return Size(dim) if dim.names else Number(dim.factor)
