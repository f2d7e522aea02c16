"""From the syntax tree to typed expressions: every part gets its shape here,
and every misfit is told with both operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ... import ir
from ...diagnostics import Span
from ...diagnostics.record import record
from ...diagnostics.regex import regex
from .. import syntax as s
from ..batches import without_batches
from ..expression.vocabulary import REDUCTIONS
from ..names import listed, nearest_name
from ..scope import Scope
from ..shapes.infer import Inference, infer
from .broadcasting import Operand, stretched
from .calls import call
from .complaints import described, fail, misfit_entrywise
from .elaborator import Elaborator
from .entries import cases, derivative, entries_of, kronecker, row_or_column, sigma, subscript
from .loss_letters import COUNTERS
from .matrix_functions import inverted, matrix_power, negated, not_square, raised, refuse_large
from .products import OPERATORS, Product, inner


@record
class Reading:
    """An expression that was read, where each of its parts stands in the text, and what was assumed in reading it.

    `flat` says that it is a one-dimensional array of NumPy: a row as well as a column. `stretched` says that one is
    multiplied entry by entry with every row of a matrix, `idle` that there is a `.T` that has no meaning,
    as it is of an array of one dimension.
    """

    expr: ir.Expr
    spans: Mapping[ir.Expr, Span]
    notes: tuple[str, ...] = ()
    flat: bool = False
    stretched: bool = False
    idle: bool = False


def _build(e: Elaborator, node: s.Node) -> ir.Expr:
    made = _MADE_FROM.get(type(node))
    return made(e, node) if made is not None else e.fail("syntax-error", "this cannot stand here", node)


def _negative(e: Elaborator, node: s.Negative) -> ir.Expr:
    value = negated(e.expr(node.body))
    e.flatten(node, e.is_flat(node.body))
    return value


def _inverted(e: Elaborator, node: s.Inverted) -> ir.Expr:
    base = e.expr(node.body)
    if e.scope.syntax == "latex" and (base.shape.is_column or base.shape.is_row):
        e.note(f"{e.text(node)} is taken entry by entry, as {e.text(node.body)} is {described(base.shape)}")
        return ir.Power(base, ir.Number(-node.power))
    return inverted(e, node, base, node.power)


# ---- leaves


def _literal(e: Elaborator, node: s.Literal_) -> ir.Expr:
    shape = e.asked(node)
    return ir.Fill(1, shape) if shape is not None else ir.Number(node.value)


def _name(e: Elaborator, node: s.Name) -> ir.Expr:
    name = node.name
    if name in e.arguments:
        return e.arguments[name]
    if name in e.binding:  # before variables: a letter that a sum binds is nothing else inside it
        message = f"the index `{name}` stands where a number is needed"
        e.fail("index-as-number", message, node, "index letters stand only in `X[i,j]` and `delta[i,j]`")
    if name == s.CIRCLE:
        return ir.Constant("pi")
    value = e.scope.find(name)
    if isinstance(value, ir.Stack):
        latex = e.scope.syntax == "latex"  # in code something may be done to all that is only not read
        message = f"`{name}` is several matrices, of which one is to stand here"
        shown = f"\\sum_k \\operatorname{{tr}}({name}_k X)" if latex else f"sum[k](tr({name}[k] @ X))"
        e.fail("index-mismatch" if latex else "unreadable", message, node, f"number them, as in `{shown}`")
    if value is not None:
        e.flatten(node, e.scope.is_flat(name, value.shape))
        guessed = e.scope.loss is None and e.scope.origins.get(name, "").startswith("assumed")
        if name == "i" and guessed and value.shape.is_number and e.scope.syntax == "latex":
            help = 'all variables are real; where `i` is a number of its own, declare it: `--shape "i: scalar"`'
            e.fail("unknown-name", "the imaginary unit `i` is not in the language", node, help)
        return value
    if (one := e.scope.member(node)) is not None:
        return subscript(e, one)
    size = e.scope.size(name) or e.found.sizes.get(name)
    if size is not None:
        return ir.Size(size)
    if name == "pi":
        return ir.Constant("pi")
    if name == "e" and (e.scope.open or e.scope.syntax != "latex"):  # in a derivation Euler's number stands as e^x
        return ir.Call("exp", ir.Number(1))
    if name == "I":
        form = e.found.places.get(id(node))
        dim = form.rows.known if form is not None else None
        if dim is None:
            message = "the size of the identity `I` does not follow from its use"
            e.fail("missing-shape", message, node, "write `eye(n)` with its size")
        return ir.Eye(dim)
    meant = e.scope.known_names if name.islower() else e.scope.named_arrays
    near = nearest_name(name, (*meant, *e.arguments))
    known = listed(e.scope.known_names[:12])
    message, notes = f"the name `{name}` is not known here", (f"known are {known}",) if known else ()
    asked = f"did you mean `{near}`?" if near else None
    return fail(e.scope, "unknown-name", message, (node.span, ""), notes=notes, help=asked)


# ---- operators


def _binary(e: Elaborator, node: s.Binary) -> ir.Expr:
    if node.operator in ("+", "-"):
        return _sum(e, node)
    if node.operator in ("**", "^"):
        return _power(e, node)
    if node.operator == "inner":
        left, right = e.expr(node.left), e.expr(node.right)
        if left.shape is not right.shape:
            misfit_entrywise(e.scope, "multiply", (left, node.left.span), (right, node.right.span))
        return inner(left, right)
    chain = []
    first: s.Node = node
    while isinstance(first, s.Binary) and first.operator in OPERATORS:
        chain.append(first)
        first = first.left
    with e.inside("hadamard" if any(part.operator == "hadamard" for part in chain) else ""):
        product = Product(e, first)
        for part in reversed(chain):
            product.times(part)
    e.flatten(node, product.flat)
    return product.value


def _transposed(e: Elaborator, node: s.Transposed) -> ir.Expr:
    """Aᵀ; a raised `T` over a number is an exponent where T is a number,
    and has no effect where nothing tells what T is."""
    value = e.expr(node.body)
    if value.shape.is_number and all(symbol.shape.is_number for symbol in value.symbols):
        raised = e.scope.source.text[node.body.span.end : node.span.end]
        exponent = e.scope.find("T")
        if raised.strip(" ^{}") == "T" and exponent is not None and exponent.shape.is_number:
            return _power(e, s.Binary(node.span, "^", node.body, s.Name(Span(node.body.span.end, node.span.end), "T")))
        if raised.strip(" ^{}") == "T" and e.scope.syntax == "numpy":
            e.note(f"{e.text(node)} is the transpose of a number, which is the number; a power is written `**`")
    if not e.is_flat(node.body):
        return ir.transpose(value)
    e.flatten(node)
    e.idle_transpose = True
    return value


def _sum(e: Elaborator, node: s.Binary) -> ir.Expr:
    """All terms of a sum at once; a number beside arrays is added to every entry, and that is said."""
    terms: list[tuple[bool, s.Node]] = []
    first: s.Node = node
    while isinstance(first, s.Binary) and first.operator in ("+", "-"):
        terms.append((first.operator == "-", first.right))
        first = first.left
    terms.append((False, first))
    values = _terms(e, terms)
    kind = values[0][0].shape
    for value, part, _ in values if len(values) > 1 else ():
        if value.shape.is_matrix:
            _refuse_iterate(e, part)
    if not e.scope.arrays and all(value.shape is kind for value, _, _ in values):
        return ir.add(*[negated(value) if minus else value for value, _, minus in values])
    arrays = [(value, part, minus) for value, part, minus in values if not value.shape.is_number]
    same: list[ir.Expr] = []
    if arrays:
        unlike = next((minus for value, _, minus in arrays if value.shape is not arrays[0][0].shape), arrays[-1][2])
        action = "subtract" if unlike else "add"
        operands = [Operand(value, part.span, e.is_flat(part)) for value, part, _ in arrays]
        same, one_dimension = stretched(e, action, operands)
        e.flatten(node, one_dimension)
    left = iter(same)
    flat: list[ir.Expr] = []
    for value, part, minus in values:
        if not value.shape.is_number:
            value = next(left)
        elif arrays:
            value = _spread(e, value, part, same[0], arrays[0][1])
        value = negated(value) if minus else value
        flat.extend(value.terms if isinstance(value, ir.Add) and not minus else (value,))
    return ir.Add(tuple(flat))


def _terms(e: Elaborator, terms: list[tuple[bool, s.Node]]) -> list[tuple[ir.Expr, s.Node, bool]]:
    """The terms of a sum in the order written. |A| beside an array of the shape of A is the absolute value of every
    entry."""
    values = {id(part): e.expr(part) for _, part in reversed(terms) if _in_bars(part) is None}
    shape = next((value.shape for value in values.values() if not value.shape.is_number), None)
    for part, held in [(part, _in_bars(part)) for _, part in terms]:
        if held is not None:
            array = e.expr(held)
            entrywise = array.shape is shape and not array.shape.is_square
            if entrywise:
                e.note(f"{e.text(part)} is read as the absolute value of every entry, as it stands beside an array")
            values[id(part)] = ir.Call("abs", array) if entrywise else e.expr(part)
    return [(values[id(part)], part, minus) for minus, part in reversed(terms)]


def _in_bars(part: s.Node) -> s.Node | None:
    inner = s.ungrouped(part)
    return inner.arguments[0] if isinstance(inner, s.Apply) and inner.function == "bars" else None


_CALL = regex(r"\b[a-z]{3,}\(")
"""A function as a program calls it: without a command of LaTeX beside it, numbers are added as a program does."""


_OF_ENTRIES: Final = REDUCTIONS | {"maximum", "minimum"}


def _is_mean(node: s.Node, shape: ir.Shape) -> bool:
    """Whether this is a mean over as many as an array has entries, `\\frac1n \\sum_i x_i` beside a vector of n."""
    match node:
        case s.Binary(_, _, s.Binary(_, "/", s.Literal_(_, 1), s.Name(_, size)), s.Sigma()):
            return size in (str(shape.rows), str(shape.cols))
        case s.Binary(_, "/", s.Sigma(), s.Name(_, size)):
            return size in (str(shape.rows), str(shape.cols))
    return False


def _spread(e: Elaborator, value: ir.Expr, node: s.Node, array: ir.Expr, beside: s.Node) -> ir.Expr:
    """number + array: the number is added to every entry; in LaTeX with its commands a literal, or a name beside a
    vector, as in `x - \\mu`, or its mean or greatest entry."""
    part = s.ungrouped(node)
    named = (
        isinstance(part, s.Name)
        or (isinstance(part, s.Apply) and part.function in _OF_ENTRIES)
        or _is_mean(part, array.shape)
    )
    lone = isinstance(value, ir.Number) or (named and (array.shape.is_column or array.shape.is_row))
    typed = _CALL.search(text := e.scope.source.text) and "\\" not in text.replace(r"\left(", "").replace(
        r"\right)", ""
    )
    if e.scope.syntax == "latex" and not (lone or typed):
        message = f"{e.text(node)} is a number and {e.text(beside)} is {described(array.shape)}: they cannot be added"
        sides = (node.span, "a number"), (beside.span, f"{array.shape.rows}×{array.shape.cols}")
        fail(e.scope, "number-plus-array", message, *sides)
    abbreviated = node.span.start <= beside.span.start < beside.span.end <= node.span.end
    if not abbreviated:
        e.note(f"the number {e.text(node)} is added to every entry", f" of {e.text(beside)} ({array.shape})")
    ones = ir.Fill(1, array.shape)
    return ones if value is ir.Number(1) else ir.mul(value, ones)


def _power(e: Elaborator, node: s.Binary) -> ir.Expr:
    left = s.ungrouped(node.left)
    exponent = e.expr(node.right)
    if isinstance(left, s.Name) and left.name == "e" and e.scope.find("e") is None:
        return ir.Call("exp", exponent)
    base = e.expr(node.left)
    e.flatten(node, e.is_flat(node.left))
    if node.operator == "^" and e.scope.syntax == "numpy":
        e.note(f"`^` in {e.text(node)} is read as the power, which Python writes `**`")
    if not exponent.shape.is_number and node.operator == "**" and e.scope.syntax == "numpy":
        left_text, right_text = (e.text(side).strip("`") for side in (node.left, node.right))
        e.note(f"{e.text(node)} is exp({right_text} * log({left_text})), and its base is positive")
        logarithm = s.Apply(node.span, "log", (node.left,))
        product = s.Binary(node.span, "*", s.Group(node.right.span, node.right), logarithm)
        return e.expr(s.Apply(node.span, "exp", (product,)))
    if not exponent.shape.is_number:
        message = f"an exponent must be a number, {e.text(node.right)} is {described(exponent.shape)}"
        e.fail("shape-mismatch", message, node.right, label=f"{exponent.shape.rows}×{exponent.shape.cols}")
    refuse_large(e, exponent, node.right)
    whole = isinstance(exponent, ir.Number) and exponent.value.denominator == 1
    if base.shape.is_square and not base.shape.is_number and whole:
        assert isinstance(exponent, ir.Number)
        if node.operator == "^":
            return matrix_power(base, int(exponent.value))
        if e.scope.syntax == "numpy":
            itself = f"matrix_power({e.text(node.left).strip('`')}, {exponent.value})"
            e.note(f"{e.text(node)} is taken entry by entry; the product with itself is `{itself}`")
    elif node.operator == "^" and e.scope.syntax not in ("numpy", "latex") and not base.shape.is_square:
        not_square(e, "a power", base, node.left)
    elif node.operator == "^" and base.shape.is_square and not base.shape.is_number:
        return raised(base, exponent)
    elif node.operator == "^" and not base.shape.is_number:
        _refuse_iterate(e, node)
        e.note(f"{e.text(node)} is taken entry by entry, as {e.text(node.left)} is {described(base.shape)}")
    return ir.Power(base, exponent)


def _refuse_iterate(e: Elaborator, node: s.Node) -> None:
    """Ask in a loss in x^k of an array, where k counts things: a power, or one of several x?"""
    match s.ungrouped(node):
        case s.Binary(_, "^", base, s.Name(_, letter)) if letter in COUNTERS and isinstance(s.ungrouped(base), s.Name):
            guessed = e.scope.origins.get(letter) != "from --shape"
            if e.scope.syntax == "latex" and e.scope.loss is None and guessed:
                name = e.text(base).strip("`")
                message = f"whether the raised `{letter}` numbers `{name}` or is an exponent is not said"
                help = f"write `{name}_{{old}}` for one of several `{name}`; for a power declare `{letter}: scalar`"
                e.fail("index-as-number", message, node, help)


# ---- maps


def _maps_to(e: Elaborator, node: s.MapsTo) -> ir.Expr:
    shape = e.asked(node)
    if shape is None:
        e.fail("missing-shape", f"the shape of `{node.argument.name}` does not follow from its use", node.argument)
    symbol = ir.Symbol(node.argument.name, shape)
    outer = e.arguments
    e.arguments = {**outer, node.argument.name: symbol}
    body = e.expr(node.body)
    e.arguments = outer
    return ir.LinearMap(symbol, body)


def _differential(e: Elaborator, node: s.Differential_) -> ir.Expr:
    if e.scope.wrt is None:
        e.fail("missing-wrt", "a differential needs the variable that moves", node)
    direction = e.expr(node.direction) if node.direction is not None else None
    if direction is not None and direction.shape is not e.scope.wrt.shape:
        needed = f"a direction has the shape of `{e.scope.wrt.name}`, {described(e.scope.wrt.shape)}"
        message = f"{needed}; this is {described(direction.shape)}"
        fail(e.scope, "shape-mismatch", message, ((node.direction or node).span, ""))
    return ir.Differential(e.expr(node.body), e.scope.wrt, direction)


_MADE_FROM: Final[dict[type[s.Node], Callable[[Elaborator, Any], ir.Expr]]] = {
    s.Group: lambda e, node: e.expr(node.body),
    s.Literal_: _literal,
    s.Name: _name,
    s.Negative: _negative,
    s.Binary: _binary,
    s.Transposed: _transposed,
    s.Inverted: _inverted,
    s.Apply: call,
    s.Subscript: subscript,
    s.Slice: row_or_column,
    s.Sigma: sigma,
    s.EntriesOf: entries_of,
    s.MapsTo: _maps_to,
    s.Kronecker: kronecker,
    s.Derivative: derivative,
    s.Differential_: _differential,
    s.Cases: cases,
    s.Ellipsis_: lambda e, node: e.fail("left-out", "something is left out here, so the line cannot be judged", node),
}


def read_node(node: s.Node, scope: Scope, found: Inference | None = None) -> Reading:
    """A syntax tree as a typed expression with its places and notes."""
    written = node
    node, said = (node, ()) if scope.loss is None else without_batches(node, scope, ())
    elaborator = Elaborator(scope, found if found and node is written else infer(node, scope), _build)
    expr = elaborator.expr(node)
    return Reading(
        expr,
        elaborator.spans,
        (*said, *elaborator.notes),
        elaborator.is_flat(node),
        elaborator.stretched_product,
        elaborator.idle_transpose,
    )
