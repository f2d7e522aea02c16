"""Functions of the language, called with what they need; each refusal says what was found and what was needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NoReturn

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...ir import ONE, Add, Call, Dim, Expr, Fill, Literal, Number, Power, Shape, Symbol, transpose
from ...ir.functions import CHANGES
from .. import syntax as s
from ..comparisons import CLOSED, turned
from ..expression import brackets
from ..expression.abbreviations import ABBREVIATIONS
from ..expression.keywords import is_of_two, library, option, refuse_unknown
from ..expression.vocabulary import ELEMENTWISE_NAMES, FUNCTION_NAMES, REFUSED, canonical_function
from ..names import nearest_name, words
from ..shapes.uses_of_functions import is_unknown
from . import matrix_functions, parts, products
from .at_points import at_zero, is_loss_called, limit, loss_at
from .broadcasting import as_column, as_row
from .complaints import described, fail
from .elaborator import Elaborator
from .entries import basis, counted, mask
from .matrix_functions import negated, of_matrix, root_of_square
from .piecewise import by_pieces
from .products import joined
from .reductions import norm, reduced, refuse_unknown_module, softmax
from .sizes import constructor, size_of_array
from .unknown_functions import SLOPES, unknown_call

Arguments = tuple[Expr, ...]


def call(e: Elaborator, node: s.Apply) -> Expr:
    """A call as a typed expression."""
    function = canonical_function(node.function)
    if is_of_two(e, node):
        function = f"{node.function}imum"
    if function in ("maximum", "minimum") and len(node.arguments) == 1 and e.scope.syntax != "numpy":
        function = function[:3]
        node = replace(node, function=function)
    if (made := _OF_READERS.get(node.function)) is not None:
        return made(e, node)
    has_signs = any(sign in e.scope.source.text for sign in (":", "diff(", "[-"))
    if function in ("sum", "mean", "norm") and has_signs and parts.has_part(node):
        return parts.over_part(e, node, function)
    value = loss_at(e, node) if is_loss_called(e, node) else None
    if value is not None:
        return value
    if (value := e.scope.find(node.function)) is not None:
        return _variable_called(e, node, value)
    if is_unknown(e.scope, node):
        return unknown_call(e, node)
    if function not in FUNCTION_NAMES:
        _unknown(e, node, function)
    refuse_unknown(e.scope, node)
    if (made := _OF_TREES.get(function)) is not None:
        return made(e, node)
    with e.inside(function):
        if function == "tr" and (root := root_of_square(e, node)) is not None:
            return root
        arguments = [e.expr(argument) for argument in node.arguments]
    wanted = _ARITY.get(function, (1, 1))
    if not wanted[0] <= len(arguments) <= wanted[1]:
        refuse_unknown_module(e, node)
        needed = " to ".join(map(str, dict.fromkeys(wanted)))
        message = f"`{node.function}` takes {needed} argument{'' if needed == '1' else 's'}, not {len(arguments)}"
        e.fail("wrong-arguments", message, node)
    if function in ELEMENTWISE_NAMES or function in _LIKE_ITS_ARGUMENT:
        e.flatten(node, e.is_flat(node.arguments[0]))
    if function in ELEMENTWISE_NAMES:
        return _elementwise(e, node, function, arguments[0])
    asked = replace(node, function=function) if function in ("max", "min") else node
    value = _TABLE[function](e, asked, tuple(arguments))
    e.flatten(node, asked is not node and e.is_flat(asked))
    return value


def _moved(e: Elaborator, node: s.Apply) -> Expr:
    value = e.expr(node.arguments[0])
    e.flatten(node, e.is_flat(node.arguments[0]))
    return parts.moved(value, int(dict(node.options)["first"]))


def _three_sides(e: Elaborator, node: s.Apply) -> NoReturn:
    help = 'of three sides is read what is done to matrices that are declared, as in `--shape "X: m×n"`'
    e.fail("slice", "an array has one or two sides", node, help)


def _written_out(e: Elaborator, node: s.Apply) -> Expr:
    """A matrix of numbers written out; beside a loss of any size it is one example of many,
    and no claim about all of them."""
    cells = [cell for part in node.arguments if isinstance(part, s.Apply) for cell in part.arguments]
    named = any(side.names for one in e.scope.symbols.values() for side in (one.shape.rows, one.shape.cols))
    if (e.scope.loss is not None and named) or not cells or not all(isinstance(cell, s.Literal_) for cell in cells):
        e.fail("unreadable", "a matrix written out entry by entry cannot be read here", node, "give it a name")
    rows = [part.arguments for part in node.arguments if isinstance(part, s.Apply)]
    entries = tuple([cell.value for row in rows for cell in row if isinstance(cell, s.Literal_)])
    shape = Shape(Dim.of(len(rows)), Dim.of(len(rows[0])))
    if shape.is_number:
        return Number(entries[0])
    e.flatten(node, e.scope.arrays and shape.is_column)
    return Literal(entries, shape)


def _unknown(e: Elaborator, node: s.Apply, function: str) -> NoReturn:
    if function in REFUSED:
        e.fail("unknown-function", f"the function `{node.function}` is not known", node, REFUSED[function])
    if function in ABBREVIATIONS:
        forms = " or ".join(f"`{function}({row.partition('): ')[0]})`" for row in ABBREVIATIONS[function])
        called = f"it is called as {forms}"
        refuse_unknown(e.scope, node, (*re.findall(r"\w+", forms), "text"), called)
        e.fail("wrong-arguments", f"`{node.function}` is not known with these arguments", node, called)
    near = nearest_name(node.function, FUNCTION_NAMES) if len(node.arguments) < 2 or e.scope.syntax != "latex" else None
    help = f"did you mean `{near}`?" if near else "write it out, or put a letter for its value where that is given"
    members = [part for part in node.arguments if isinstance(part, s.Subscript | s.Slice)]
    if len(members) == len(node.arguments) == 2:  # k(x_i, x_j)
        help = "the values of a kernel are a matrix: write its entries, as in `K_{ij}`, and declare it, as in `K: n×n`"
    start = e.scope.source.text.find(node.function, node.span.start, node.span.end)
    span = Span(start, start + len(node.function)) if start >= 0 else node.span
    fail(e.scope, "unknown-function", f"the function `{node.function}` is not known", (span, ""), help=help)


def _variable_called(e: Elaborator, node: s.Apply, value: Expr) -> Expr:
    """A declared name beats a function; in LaTeX `a(x + y)` is then a product."""
    if e.scope.syntax == "latex" and len(node.arguments) == 1 and not node.options:
        argument = node.arguments[0]
        return joined(e, (value, node.span), (e.expr(argument), argument.span))
    message = f"`{node.function}` is a variable here ({described(value.shape)}) and cannot be called"
    help = f"write `{node.function} * (…)` or `{node.function} @ (…)` for a product"
    return e.fail("not-a-function", message, node, help)


def _elementwise(e: Elaborator, node: s.Apply, function: str, argument: Expr) -> Expr:
    if (order := option(node, "derivative")) is not None:
        slope = SLOPES.get(function) if order == "1" else None
        if slope is None:
            which = {"1": "derivative", "2": "second derivative"}.get(order, f"derivative of order {order}")
            e.fail("unknown-function", f"the {which} of `{function}` has no name here", node)
        return slope(argument)
    square = argument.shape.is_square and argument.shape.is_matrix
    if square and (value := of_matrix(e, node, function, argument)) is not None:
        return value
    if square and function in ("log", "exp", "sqrt"):
        e.note(f"`{function}` acts on every entry of {e.text(node.arguments[0])}, it is not the function of the matrix")
    if CLOSED in node.options:
        below = e.expr(turned(node.arguments[0]))  # 1 unless it is less
        one = Number(1) if below.shape.is_number else Fill(1, below.shape)
        return Add((one, negated(Call(function, below))))
    if function == "square":
        return Power(argument, Number(2))
    if function == "gelu" and library(e.scope, node) == "jax":
        message = "`gelu` of jax is its approximation by tanh, which is not in the language"
        e.fail("unknown-function", message, node, "`gelu(x)` is x times the normal distribution function")
    return Power(argument, Number(-1)) if function == "reciprocal" else Call(function, argument)


# ---- one argument


def _vec(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """Columns on top of each other; `order='C'` puts row after row, as `ravel` does, whose value has one dimension."""
    order = option(node, "order") or ("F" if node.function == "vec" else "C")
    e.flatten(node, node.function != "vec")
    if order not in ("F", "C"):
        message = f"the order of `{node.function}` is 'F' (by columns) or 'C' (by rows), not '{order}'"
        e.fail("wrong-arguments", message, node)
    value = transpose(arguments[0]) if order == "C" and not arguments[0].shape.is_row else arguments[0]
    return value if value.shape.cols is ONE else Call("vec", value)


def _squeeze(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """A row or a column as an array of one dimension; a matrix has no side of length 1 to lose."""
    value = arguments[0]
    e.flatten(node, not value.shape.is_number and not value.shape.is_matrix)
    return transpose(value) if value.shape.is_row else value


def _cross(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """a × b of vectors with three entries, or the matrix of b ↦ a × b."""
    for value, part in zip(arguments, node.arguments, strict=True):
        if value.shape is not Shape(Dim.of(3)):
            shown = f"{e.text(part)} is {described(value.shape)}"
            e.fail("wrong-arguments", f"a cross product is one of vectors with three entries, {shown}", node)
    e.flatten(node, node.function == "cross" and any(map(e.is_flat, node.arguments)))
    return Call(node.function, *arguments)


def _expectation(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """E[u], at the data that it is taken over."""
    under = "differentiation goes under the expectation (the distribution does not depend on the variable)"
    printed = "what is printed is the gradient of what stands under it, and it stays in front"
    e.note(f"{e.text(node)}: {under}, so {printed}")
    return arguments[0]


def _new_axis(e: Elaborator, node: s.Apply) -> Expr:
    """`x[:, None]`, `x[None, :]`: a vector as a column or as a row with two sides."""
    part = node.arguments[0]
    value = e.expr(part)
    named = any(isinstance(symbol, Symbol) and symbol.name in e.scope.columns for symbol in value.symbols)
    if value.shape.is_matrix or (named and not e.is_flat(part)) or (value.shape.is_row and not e.is_flat(part)):
        e.fail("shape-mismatch", f"{e.text(part)} is {described(value.shape)}; a new axis would be its third", node)
    return as_column(value) if node.function == brackets.AS_COLUMN else as_row(value)


def _paired(e: Elaborator, node: s.Apply) -> Expr:
    """The targets of a loss of a library: they have the shape of the scores."""
    targets, scores = map(e.expr, node.arguments)
    e.flatten(node, e.is_flat(node.arguments[0]))
    if targets.shape is not scores.shape:
        first, second = node.arguments
        beside = f"the scores {e.text(second)} {described(scores.shape)}"
        help = "both have one shape: a class that is given by its number is the row of an identity matrix (one-hot)"
        e.fail("shape-mismatch", f"the targets {e.text(first)} are {described(targets.shape)}, {beside}", first, help)
    named = s.ungrouped(node.arguments[0])
    if targets.shape.is_matrix and isinstance(named, s.Name) and e.scope.origins.get(named.name) != "from --shape":
        rows = "a row for every sample, one-hot where they are classes"
        e.note(f"the targets {e.text(named)} are read as {targets.shape}, {rows}")
    return targets


def _like(_e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    value = int(canonical_function(node.function) == "ones_like")
    return Number(value) if arguments[0].shape.is_number else Fill(value, arguments[0].shape)


_MOVES: Final = words("polar leading strictupper shiftup butlast")
_LIKE_ITS_ARGUMENT: Final = words("T ones_like zeros_like") | _MOVES
_ARITY: Final = {
    **dict.fromkeys(words("squeeze norm sum mean logsumexp var std softmax log_softmax hardmax prod max min"), (1, 2)),
    **dict.fromkeys((*words("cross dot inner outer kron solve matrix_power"), *CHANGES), (2, 2)),
    **dict.fromkeys(words("Dpowm clip where"), (3, 3)),
    **dict.fromkeys(("maximum", "minimum"), (2, 9)),
}
_OF_READERS: Final[dict[str, Callable[[Elaborator, s.Apply], Expr]]] = {
    "value at": at_zero,
    "limit": limit,
    "tuple": lambda e, node: e.fail("syntax-error", "a tuple stands only inside `ones(…)` and `zeros(…)`", node),
    s.LIST: _written_out,
    **dict.fromkeys((s.WITHIN, s.BEFORE), mask),
    s.COUNTED: counted,
    s.MOVED: _moved,
    s.PAIRED: _paired,
    s.KEPT: parts.kept,
    s.PART: parts.refuse,
    **dict.fromkeys((brackets.AS_COLUMN, brackets.AS_ROW), _new_axis),
    **dict.fromkeys((brackets.AS_SHEETS, brackets.AS_LAYERS, brackets.AS_TUBES), _three_sides),
}
"""The functions that only the readers write: points, masks of ranges, parts of arrays."""
_OF_TREES: Final[dict[str, Callable[[Elaborator, s.Apply], Expr]]] = {
    **dict.fromkeys(("eye", "ones", "zeros"), constructor),
    **dict.fromkeys(("shape", "len"), size_of_array),
    "basis": basis,
}
"""Functions whose arguments are no arrays: sizes, letters, arrays that are measured."""


def _detached(e: Elaborator, node: s.Apply, arguments: Arguments) -> Expr:
    """torch's `target.detach()`: the value, of which no derivative is taken."""
    if e.scope.wrt is not None and e.scope.wrt in arguments[0].symbols:
        message = f"{e.text(node)} holds `{e.scope.wrt.name}` and is taken as a constant"
        e.fail("unreadable", message, node, "give what is detached a name of its own")
    return arguments[0]


_TABLE: Final[dict[str, Callable[[Elaborator, s.Apply, Arguments], Expr]]] = {
    **matrix_functions.BY_NAME,
    **products.BY_NAME,
    "norm": norm,
    **dict.fromkeys(("sum", "mean", "logsumexp", "var", "std", "prod", "max", "min"), reduced),
    **dict.fromkeys(("softmax", "log_softmax", "hardmax"), softmax),
    **dict.fromkeys(("cross", "crossmat"), _cross),
    "vec": _vec,
    "squeeze": _squeeze,
    "detach": _detached,
    "expectation": _expectation,
    **dict.fromkeys(_MOVES, lambda _, node, arguments: Call(node.function, *arguments)),
    "T": lambda e, node, arguments: arguments[0] if e.is_flat(node.arguments[0]) else transpose(arguments[0]),
    **dict.fromkeys(("ones_like", "zeros_like"), _like),
    **dict.fromkeys(("maximum", "minimum", "clip", "where"), by_pieces),
}
