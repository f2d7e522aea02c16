"""Functions along an axis: sums, means, norms, softmax. Without `keepdims` the axis is gone, as in NumPy."""

from __future__ import annotations

from typing import Final

from ...ir import Add, Call, Expr, Fill, Number, Power, Size, mul, reciprocal
from .. import syntax as s
from ..expression.brackets import AS_COLUMN
from ..expression.keywords import (
    all_entries,
    axis_written,
    is_method,
    keeps_dimensions,
    library,
    lost_degrees,
    option,
    path_of,
)
from ..expression.vocabulary import canonical_function
from .at_points import axis_of_loss
from .broadcasting import repeated
from .complaints import described
from .elaborator import Elaborator
from .matrix_functions import negated

Arguments = tuple[Expr, ...]
_FLAT_NORMS: Final = (None, "2", "fro", "F")


def axis_of(e: Elaborator, node: s.Apply) -> int | None:
    """The axis of a reduction, given as `axis=1`, `dim=1` or second argument;
    of a one-dimensional array there is only one."""
    chosen = axis_written(node)
    if chosen == "first" and e.expr(node.arguments[0]).shape.is_matrix:
        as_in = "as in MATLAB; `sum(A, 'all')`" if e.scope.syntax == "matlab" else "as in Mathematica; `Total[A, 2]`"
        added = canonical_function(node.function) == "sum"
        e.note(f"{e.text(node)} {'adds up' if added else 'is taken of'} every column, {as_in} adds up all")
        return 0
    if chosen in (None, "first"):
        if (both := option(node, "axis", "dim")) not in (None, "None", "first") and e.is_flat(node.arguments[0]):
            e.fail("wrong-arguments", f"{e.text(node.arguments[0])} has one dimension, not the axes {both}", node)
        return None
    if chosen not in ("0", "1", "-1", "-2"):
        if chosen == "?":
            refuse_unknown_module(e, node)
        written = ", ".join(e.text(part).strip("`") for part in node.arguments[1:]) if chosen == "?" else chosen
        if len(node.arguments) == 2 and (named := option(node, "axis", "dim")) is not None:
            written = f"{written}, {named}"
        place = node.arguments[1] if chosen == "?" and len(node.arguments) == 2 else node
        e.fail("wrong-arguments", f"one axis, 0 or 1, is needed, not `{written}`", place)
    if e.is_flat(node.arguments[0]):
        if chosen not in ("0", "-1"):
            e.fail("wrong-arguments", f"{e.text(node.arguments[0])} has one dimension and no axis {chosen}", node)
        return None
    if chosen == "-1" and not e.scope.arrays and not e.expr(node.arguments[0]).shape.is_matrix:
        return None
    return int(chosen) % 2


def refuse_unknown_module(e: Elaborator, node: s.Apply) -> None:
    """Raise an unknown name in front of a call that has an argument too many: `slin.expm(A)`."""
    match s.ungrouped(node.arguments[0]) if len(node.arguments) > 1 and is_method(node) else None:
        case s.Name(_, name) as first if e.scope.origins.get(name) != "from --shape":
            known = "known are `np`, `torch`, `jnp`, `F` and others"
            e.fail("unknown-name", f"`{name}` is no module that is known", first, known)


def reduced(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """sum, mean, logsumexp, var, std: of all entries a number, along an axis a vector."""
    function, axis = canonical_function(node.function), axis_of(e, node)
    if function in ("var", "std"):
        return _spread(e, node, arguments[0], axis)
    if function in ("max", "min") and axis is None and arguments[0].shape.is_matrix and e.scope.syntax == "matlab":
        axis = 0  # of every column
        e.note(f"{e.text(node)} is taken of every column, as in MATLAB; `max(A(:))` is the greatest of all")
    if function == "min":  # the least entry of A is the greatest of −A, but for the sign
        return negated(_along(e, node, negated(arguments[0]), axis, "max"))
    return _along(e, node, arguments[0], axis, function)


def _along(e: Elaborator, node: s.Apply, value: Expr, axis: int | None, function: str) -> Expr:
    if value.shape.is_number:
        return value
    if axis is None:
        return Call(function, value)
    if value.shape.is_matrix:
        _flatten(e, node)
        return Call(f"{function}{axis}", value)
    if (axis == 0) == value.shape.is_column:
        return Call(function, value)
    stood_up = isinstance(node.arguments[0], s.Apply) and node.arguments[0].function == AS_COLUMN
    if e.scope.arrays or stood_up:  # `x[:, None]` is x, but for its dimensions
        _flatten(e, node)
        return value
    shown = f"{e.text(node.arguments[0])} is {described(value.shape)}"
    return e.fail("wrong-arguments", f"{shown} and has nothing to add up along axis {axis}", node)


def _flatten(e: Elaborator, node: s.Apply) -> None:
    """Without `keepdims` a reduction of a matrix along an axis has one dimension."""
    e.flatten(node, e.scope.arrays and not keeps_dimensions(node))


def _spread(e: Elaborator, node: s.Apply, value: Expr, axis: int | None) -> Expr:
    """The variance, the mean of the squared distances from the mean; std is its root. torch divides by one less."""
    lost = lost_degrees(e, node)
    if e.scope.syntax == "r" and value.shape.is_matrix and canonical_function(node.function) == "var":
        message = f"`{node.function}` of a matrix is the matrix of covariances, and {e.text(node)} is of one"
        help = "it is `t(C) %*% C/(nrow(X) - 1)`, where C is X less the means of its columns"
        e.fail("wrong-arguments", message, node, help)
    mean = value if value.shape.is_number else _along(e, node, value, axis, "mean")
    if mean is value:  # one entry at a time
        if lost:
            message = f"{e.text(node)} divides by n − 1, and there is one entry: n − 1 is 0"
            e.fail("wrong-arguments", message, node, "`correction=0` divides by n")
        return mul(Number(0), value)
    centre = mul(mean, Fill(1, value.shape)) if mean.shape.is_number else repeated(mean, value.shape)
    squares = Power(Add((value, negated(centre))), Number(2))
    result = _along(e, node, squares, axis, "sum" if lost else "mean")
    result = mul(_one_less(value, axis), result) if lost else result
    torch = e.scope.syntax == "numpy" and library(e.scope, node) == "torch"
    habit = ", as in torch; `correction=0` divides by all" if torch else ""
    less = f" − 1{habit}" if lost else "" if torch else ", as in NumPy"
    e.note(f"`{node.function}` divides by the number of entries{less}")
    return Call("sqrt", result) if canonical_function(node.function) == "std" else result


def _one_less(value: Expr, axis: int | None) -> Expr:
    """1/(n − 1), n entries being averaged."""
    rows, cols = value.shape.rows, value.shape.cols
    count = rows * cols if axis is None or not value.shape.is_matrix else rows if axis == 0 else cols
    return reciprocal(Add((Size(count), Number(-1))) if count.names else Number(count.factor - 1))


def norm(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """The norms that are known, of the whole or along an axis."""
    value, order = arguments[0], _order(e, node)
    if value.shape.is_number:
        return Call("abs", value)
    axis = axis_of(e, node)
    if axis is not None and value.shape.is_matrix:
        return _norms(e, node, value, axis, order)
    if axis is not None and (axis == 0) != value.shape.is_column:
        _flatten(e, node)
        return Call("abs", value)
    vector = not value.shape.is_matrix
    if order == "vector":  # a block of a 2-norm
        if not vector:
            shown = f"{e.text(node.arguments[0])} is {described(value.shape)}"
            known = "of matrices it is the largest singular value; the norm `fro` is the root of the sum of all squares"
            e.fail("blocks", f"the 2-norm of blocks is put together from vectors, {shown}", node, known)
        return Call("norm", value)
    largest = e.scope.syntax in ("matlab", "mathematica") or path_of(e.scope, node) in (("cp",), ("cvxpy",))
    if (not vector and order is None and largest) or option(node, "opnorm"):
        e.note(f"{e.text(node)} is the largest singular value; the root of the sum of all squares is `norm(A, 'fro')`")
        return Call("spectral", value)
    if not vector and axis is None and order in ("1", "2") and all_entries(e, node):
        whose = "TensorFlow" if library(e.scope, node) == "tensorflow" else "torch"
        e.note(f"{e.text(node)} is the norm of all entries, as in {whose}; `norm(A, 2)` is the largest singular value")
        return Call("norm", value) if order == "2" else Call("sum", Call("abs", value))
    if order in (None, "fro", "F") or (order == "2" and vector):
        return Call("norm", value)
    if order in ("1", "inf") and vector:
        return Call("norm1", value) if order == "1" else Call("max", Call("abs", value))
    if order == "1" and e.scope.syntax == "latex":
        columns = "the greatest sum of a column is `\\max_j \\sum_i |A_{ij}|`"
        e.note(f"{e.text(node)} with a 1 below is the sum of all absolute values; {columns}")
        return Call("sum", Call("abs", value))
    if order in ("1", "inf"):
        side, sums = ("column", "sum0") if order == "1" else ("row", "sum1")
        every = "" if order == "inf" else "; the sum of all is `sum(abs(A))`"
        e.note(f"{e.text(node)} of a matrix is the greatest sum of absolute values of a {side}{every}")
        return Call("max", Call(sums, Call("abs", value)))
    if order in ("nuc", "2") and not vector:
        return Call("nuclear" if order == "nuc" else "spectral", value)
    if vector and len(node.arguments) > 1 and order not in ("inf", "-inf", "0", "infty"):
        exponent = e.expr(node.arguments[1])
        if exponent.shape.is_number:
            total = Call("sum", Power(Call("abs", value), exponent))
            return total if option(node, "power") is not None else Power(total, reciprocal(exponent))
    kind = "vector: `norm(x)`, `norm(x, 1)`" if vector else "matrix: `norm(A, 'fro')`, `norm(A, 'nuc')`, `norm(A, 2)`"
    help = "the sum of absolute values is `sum(abs(A))`" if order == "1" else None
    return e.fail("unknown-norm", f"the norm `{order}` is not known for a {kind}", node, help)


def _norms(e: Elaborator, node: s.Apply, value: Expr, axis: int, order: str | None) -> Expr:
    """The norm of every row (axis 1) or column (axis 0)."""
    _flatten(e, node)
    if order in _FLAT_NORMS:
        return Call("sqrt", Call(f"sum{axis}", Power(value, Number(2))))
    if order in ("1", "inf"):
        return Call(f"{'sum' if order == '1' else 'max'}{axis}", Call("abs", value))
    known = "`norm(A, axis=1)`, `norm(A, 1, axis=1)`"
    return e.fail("unknown-norm", f"the norm `{order}` along an axis is not known: {known}", node)


def _order(e: Elaborator, node: s.Apply) -> str | None:
    """Which norm: the text `'fro'`, `ord=1`, or the second argument."""
    chosen = option(node, "text", "ord", "p")
    if chosen is None and len(node.arguments) > 1:
        second = s.ungrouped(node.arguments[1])
        chosen = second.text if isinstance(second, s.Literal_) else e.text(second).strip("`")
    return None if chosen in ("None", "euclidean") else chosen


def softmax(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """softmax and its logarithm: of a vector, or along an axis of a matrix."""
    value, axis, function = arguments[0], axis_of(e, node), canonical_function(node.function)
    e.flatten(node, e.is_flat(node.arguments[0]))
    plain = e.scope.syntax == "latex" or (library(e.scope, node) is None and not path_of(e.scope, node))
    if axis is None and value.shape.is_matrix and plain:
        axis = axis_of_loss(e)
        if axis is not None:
            e.note(f"{e.text(node)} is taken of every {'row' if axis else 'column'}, as in the loss")
    last = library(e.scope, node) in ("jax", "tensorflow")  # there the last axis is meant where none is written
    whose = library(e.scope, node) if last else "attention" if option(node, "attention") is not None else None
    if axis is None and value.shape.is_matrix and whose:
        e.note(f"{e.text(node)} is taken of every row, as in {whose}")
        axis = 1
    if axis is None and value.shape.is_matrix and e.scope.syntax in ("julia", "matlab"):
        e.note(f"{e.text(node)} is taken of every column, as in {e.scope.syntax}")
        axis = 0
    name = "hardmax" if function == "hardmax" else "softmax"
    if not value.shape.is_matrix:
        if axis is not None and e.scope.arrays and (axis == 0) != value.shape.is_column:
            shown = f"{e.text(node.arguments[0])} is {described(value.shape)}"
            e.fail("wrong-arguments", f"{shown}: `{node.function}` along axis {axis} takes one entry at a time", node)
        axis = None
    elif axis is None and function != "hardmax":
        shown = f"{e.text(node.arguments[0])} is {described(value.shape)}"
        forms = "`axis=1` for every row, `axis=0` for every column"
        if e.scope.syntax == "latex":
            forms = (
                rf"`\mathrm{{{node.function}}}_1(…)` for every row, `\mathrm{{{node.function}}}_0(…)` for every column"
            )
        e.fail("missing-axis", f"`{node.function}` of a matrix needs an axis, {shown}", node, forms)
    result = Call(f"{name}{'' if axis is None else axis}", value)
    return Call("log", result) if function == "log_softmax" else result
