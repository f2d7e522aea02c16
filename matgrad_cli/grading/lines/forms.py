"""The form of a side: the letters of its left name, the order of its free letters, whether something is pending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from ...diagnostics.record import replace
from ...ir import Call, Differential, Entry, Expr, Index, MatrixOf, Partial, fresh_index, letters_in, nodes_of
from ...notation import syntax as s
from ...notation.elaboration.readable import readable
from ...notation.expression.vocabulary import FUNCTION_NAMES, canonical_function
from ...records.layout import is_turned
from .directions import is_jacobian, unknown
from .reading import Side, read_side
from .scope import Surroundings
from .syntax_walk import bare_name, factors, inner


def left_letters(side: Side) -> tuple[str, ...]:
    """The index letters that a lone name on the left carries: p, q of K_pq."""
    node = inner(side.node)
    indices = node.indices if isinstance(node, s.Subscript) else ()
    return tuple(index.name for index in indices if isinstance(index, s.Name))


def letters_of(node: s.Node | None) -> tuple[str, ...]:
    """The index letters that any name of a tree carries: i of ∂ℓ_i/∂z_i."""
    parts = s.parts_of(node) if node is not None else ()
    indices = (index for part in parts if isinstance(part, (s.Subscript, s.Derivative)) for index in part.indices)
    return tuple(dict.fromkeys(index.name for index in indices if isinstance(index, s.Name)))


def as_array(expr: Expr, letters: Sequence[str]) -> Expr | None:
    """The array whose entry at the letters is the expression, diagonal for one letter twice;
    None if it has other free letters."""
    if not letters:
        return expr if not expr.free else None
    if len(letters) == 2 and letters[0] == letters[1]:
        entries = as_array(expr, letters[:1])
        return None if entries is None else Call("diag", entries)
    by_name = {letter.name: letter for letter in expr.free}
    if sorted(by_name) != sorted(letters) or not expr.shape.is_number or len(letters) > 2:
        return None
    row, col, *_ = *[by_name[name] for name in letters], None
    expr = readable(expr)
    if isinstance(expr, Entry) and (expr.row, expr.col) == (row, col) and not expr.base.free:
        return expr.base  # the array whose entry is (Xw)_i is Xw
    return MatrixOf(row, col, expr)


def as_rows(expr: Expr, letters: Sequence[str]) -> Expr | None:
    """The matrix whose rows are the vectors that an expression is for each value of its letter, `r_i = y_i - V h_i`;
    None of any other."""
    if not expr.shape.is_column or [letter.name for letter in expr.free] != [*letters]:
        return None
    (letter,), taken = expr.free, {index.name for index in letters_in(expr)}
    place = fresh_index(expr.shape.rows, taken)
    return MatrixOf(letter, place, readable(Entry(expr, place, None)))


def is_derivative(node: s.Node | None) -> bool:
    """Whether the side is a derivative as a whole."""
    return isinstance(inner(node), s.Derivative)


def own_readings(node: s.Node | None) -> Iterator[tuple[str, s.Node]]:
    """What the signs of a left side may also say: `D f` each gradient as a row, where D is the Jacobian matrix."""
    whole = inner(node)
    if isinstance(whole, s.Derivative) and whole.style == "D" and not whole.indices:
        yield "D as the Jacobian, whose rows are gradients", s.Transposed(whole.span, whole)


def order_of(expr: Expr, layout: str = "gradient") -> tuple[Index, ...]:
    """The free letters in the order in which they are written: of the body first, then of the variable;
    of a derivative as its layout has them."""
    if isinstance(expr, (Partial, Entry)):
        own = [place for place in (expr.row, expr.col) if isinstance(place, Index) and place in expr.free]
        letters = tuple(dict.fromkeys((*order_of(expr.children[0]), *own)))
        whole = expr.children[0].base if isinstance(expr.children[0], Entry) else expr.children[0]
        turned = isinstance(expr, Partial) and is_turned(layout, whole.shape, expr.variable.shape)
        return letters[::-1] if turned else letters
    found = dict.fromkeys(letter for child in expr.children for letter in order_of(child) if letter in expr.free)
    return (*found, *sorted(expr.free - found.keys()))


def is_pending(expr: Expr) -> bool:
    """Whether a derivative or differential is still to be worked out."""
    return any(isinstance(node, (Partial, Differential)) for node in nodes_of(expr))


def descends(side: Side, around: Surroundings, letters: Sequence[str] = ()) -> bool:
    r"""Whether a side goes along the gradient of the loss, `-\eta\nabla L`, `-H^{-1}\nabla L`, or against its value,
    `-\eta(…)`, where names of which nothing is known are lengths."""
    whole = inner(side.node)
    product = inner(whole.body) if isinstance(whole, s.Negative) else whole
    if product is None:
        return False
    positive, parts = product is whole, list[s.Node]()
    for part in factors(product):
        positive ^= isinstance(part, s.Negative)
        parts += _without_length(s.ungrouped(part.body if isinstance(part, s.Negative) else part), around)
    if not parts:
        return False
    last = parts[-1]
    entry = replace(last, indices=()) if letters and isinstance(last, s.Derivative) else last
    if is_jacobian(around, entry):
        return True
    if positive:
        return False
    apart = reduce(lambda one, other: s.Binary(side.span, "juxtapose", one, other), parts)
    found = read_side(replace(side, node=apart), around).expr
    slope = read_side(replace(side, node=s.Derivative(side.span, None, None, style="nabla")), around).expr
    return found is not None and slope is not None and around.bench.equal(found, slope)


def _without_length(part: s.Node, around: Surroundings) -> tuple[s.Node, ...]:
    r"""Nothing of a name that nothing explains, the brackets behind it, `\eta(…)`; else the factor itself."""
    call = part if isinstance(part, s.Apply) and len(part.arguments) == 1 else None
    name = bare_name(part) if call is None else call.function
    if name is None or not unknown(around, name) or canonical_function(name) in FUNCTION_NAMES:
        return (part,)
    return (s.ungrouped(call.arguments[0]),) if call is not None else ()
