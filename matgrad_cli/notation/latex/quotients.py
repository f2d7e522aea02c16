"""Derivatives written as quotients, ∂L/∂w, with a fraction line or a slash; and what else a slash divides by."""

from __future__ import annotations

from typing import Literal

from ..syntax import Binary, Derivative, Literal_, Name, Node, Subscript, Transposed, parts_of
from .cursor import Cursor
from .functions import BUILT_IN, call_of, function_node, is_call, plain_arguments
from .indices import is_top
from .names import GREEK
from .scripts import labelled_name, lowered_script, scripted, source_text, with_script
from .tokens import Token

Style = Literal["partial", "total", "nabla", "D"]


def fraction_here(r: Cursor) -> Node:
    r"""`\frac{a}{b}`, or `\frac{\partial L}{\partial R_{st}}`."""
    sign = r.take()
    top = r.unit()
    bottom = r.unit()
    end = r.last
    varied = all(is_variation(r, place) for place in (top[0], bottom[0]))
    signed = is_sign(r.tokens[top[0]]) and is_sign(r.tokens[bottom[0]])
    if (signed or varied) and bottom[1] - bottom[0] > 1 and top[0] < top[1]:
        return derivative_fraction(r, sign, end, top, bottom)
    return scripted(r, Binary(r.span(sign, end), "/", r.inside(*top), r.inside(*bottom)))


def is_variation(r: Cursor, place: int) -> bool:
    """δ in front of a letter, as in δL/δw, where no variable has that name; with indices it is Kronecker's."""
    token = r.tokens[place]
    return (token.kind, token.text) == ("name", "delta") and not r.variable("delta") and r.tokens[place + 1].text != "_"


def is_sign(token: Token) -> bool:
    """∂ or d."""
    return (token.kind == "command" and token.text in ("partial", "d")) or (token.kind == "name" and token.text == "d")


def derivative_fraction(r: Cursor, sign: Token, end: Token, top: tuple[int, int], bottom: tuple[int, int]) -> Node:
    """∂(top)/∂(bottom), of what follows where the top holds nothing."""
    style: Style = "partial" if r.tokens[top[0]].text == "partial" else "total"
    first, order = top[0] + 1, 1
    if first < top[1] and r.tokens[first].text == "^" and r.tokens[first].kind == "operator":
        at, r.at = r.at, first + 1
        start, past = r.unit()
        first, r.at = r.at, at
        order = 2 if [token.text for token in r.tokens[start:past]] == ["2"] else 3
    if order > 2:
        raise r.trouble("only first and second derivatives are read", sign)
    variables = variables_below(r, bottom, order)
    alone = True
    lone = top[1] - first == 1 and r.tokens[first].kind == "function" and r.starts_factor()
    if lone:  # \frac{\partial tr}{\partial K} (K R K^T)
        body: Node | None = function_node(r, r.tokens[first].text, r.tokens[first], (r.grammar.close_product(r),))
    elif first < top[1]:
        body = r.inside(first, top[1])
        if isinstance(body, Name) and _at_itself(r, {node.name for node, _ in variables if isinstance(node, Name)}):
            r.at = r.closing(r.at) + 1
    else:
        body, alone = operand_of_sign(r)
    span = r.span(sign, end)
    if body is not None and body.span.end > span.end:
        span = span.joined(body.span)
    for variable, indices in variables:
        body = Derivative(span, body, variable, indices, style)
    assert body is not None
    return scripted(r, body) if alone else body


def _at_itself(r: Cursor, by: set[str]) -> bool:
    r"""Whether `\frac{\partial f}{\partial u}` is taken at the variables themselves: (u) or (u, v) stands behind it."""
    if not r.sees("open", "(") or not plain_arguments(r):
        return False
    after = r.tokens[r.closing(r.at) + 1]
    return after.text != "^" and not by.isdisjoint(piece[0].text for piece in r.pieces(r.at))


def variables_below(r: Cursor, bottom: tuple[int, int], order: int) -> list[tuple[Node, tuple[Node, ...]]]:
    """The variables under a fraction of ∂s."""
    starts: list[int] = []
    for place in r.outside(*bottom):  # the d of ∂d_i is a variable
        if (is_sign(r.tokens[place]) or is_variation(r, place)) and not (starts and starts[-1] == place - 1):
            starts.append(place)
    found: list[tuple[Node, tuple[Node, ...]]] = []
    for place, past in zip(starts, [*starts[1:], bottom[1]], strict=True):
        if place + 1 >= past:
            raise r.trouble("a variable is missing here", r.tokens[place], "syntax-error")
        node = r.inside(place + 1, past)
        if order == 2 and len(starts) == 2 and isinstance(node, Transposed):
            node = node.body  # ∂x ∂xᵀ: the transpose only says how the Hessian is laid out
        if order == 2 and len(starts) == 1 and isinstance(node, Binary) and node.operator == "^":
            found.append(taken_apart(node.left))
            node = node.left
        found.append(taken_apart(node))
    if len(found) != order:
        raise r.trouble("the order of this derivative is not clear", r.tokens[bottom[0]])
    return found


def slashed_derivative(r: Cursor) -> Node | None:
    """∂L/∂w, d/dw written with a slash; nothing where no such thing stands here."""
    start = r.at + 1
    place = _slash_behind_term(r, start)
    if place + 2 >= r.stop or r.tokens[place + 2].kind not in ("name", "word", "open"):
        return None
    sign = r.token
    style: Style = "partial" if sign.text == "partial" else "total"
    body = r.inside(start, place) if place > start else None
    r.at = place + 2
    variable = slash_variable(r)
    end = r.last
    alone = True
    if body is None:
        body, alone = operand_of_sign(r)
    node = Derivative(r.span(sign, end if body is None else r.last), body, *taken_apart(variable), style)
    return scripted(r, node) if alone else node


def _slash_behind_term(r: Cursor, first: int) -> int:
    """The place of the slash of `d/dw`, `∂L/∂w`, `∂ aᵀXb/∂X`, with at most one term before it; else the end."""
    place = first
    while place < r.stop - 1:
        token = r.tokens[place]
        if token.text == "/" and is_sign(r.tokens[place + 1]):
            return place
        ends = token.kind in ("relation", "gap", "linebreak", "text", "close") or token.text in tuple("/+-,;")
        if ends or (place > first and is_sign(token)) or (place == first and token.text == "'"):
            break
        scripted = token.kind == "operator" and token.text in ("^", "_")
        place = r.partner.get(place + scripted, place + scripted) + 1
    return r.stop


def slash_variable(r: Cursor) -> Node:
    """The variable behind `/∂`: a letter with its subscript only."""
    if r.sees("open"):
        return r.grammar.factor(r)
    token = r.take()
    node: Node = r.name(token)
    if r.sees("operator", "_"):
        r.take()
        name, rest = labelled_name(r, token, [lowered_script(r)])
        node = with_script(r, node, rest[0]) if rest else Name(r.span(token, r.last), name)
    return node


def taken_apart(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """R_{st} as the variable R and its indices."""
    if isinstance(node, Subscript):
        return node.body, node.indices
    if isinstance(node, Transposed) and isinstance(node.body, Subscript):
        return Transposed(node.span, node.body.body), node.body.indices
    return node, ()


def operand_of_sign(r: Cursor, nabla: bool = False) -> tuple[Node | None, bool]:
    """What a derivative sign acts on: a bracket, a function, the loss or the rest; ∇ also on f at its argument."""
    if r.sees("operator", "-") and r.starts_factor(1):
        r.note("a derivative sign in front of a minus is read as acting on all that follows")
        return r.grammar.expression(r), False
    if not r.starts_factor():
        return None, True
    token = r.token
    if token.kind == "name" and is_function_name(r, token):
        name, past = r.labelled_at(r.at)
        called = r.known and r.tokens[past].text == "("  # L_t(w), where an index of the gradient would stand behind
        if past > r.at + 1 and (name in r.names.losses or name in r.names.variables or called):  # the L_reg beside L
            return r.grammar.factor(r), True
        r.take()
        node: Node = r.name(token)
        if r.sees("open", "(", "[") and is_call(r, token.text):
            node = call_of(r, node)
        return node, True
    if nabla and (named := r.unknown_at(r.at)) is not None:
        r.at = named[1]
        return call_of(r, Name(r.span(token), named[0])), True
    opens = token.kind == "open" and token.text != "{"
    inner = r.peek()
    if opens and inner.kind == "name" and is_function_name(r, inner) and r.sees("close", ahead=2):  # ∇(f)(X)
        r.at += 3
        node = r.name(inner)
        return call_of(r, node) if r.sees("open", "(") and plain_arguments(r) else node, True
    alone = opens or token.kind in ("function", "bar") or token.text in ("norm", "abs")
    r.pended += 1
    node = r.grammar.factor(r)
    if not ((alone or r.called == r.at) and not (isinstance(node, Transposed) and r.starts_factor())):
        node = r.grammar.product(r, node)
    r.pended -= 1
    return node, False


def is_function_name(r: Cursor, token: Token) -> bool:
    """Whether the letter means the loss or another function: not a variable, not a sign of its own."""
    if r.variable(token.text):
        return False
    if token.text in r.names.losses:
        return True
    if not r.known or token.text in r.names.dimensions or token.text in BUILT_IN:
        return token.text == "sigma" and r.known and not r.sees("open", ahead=1)
    if r.sees("operator", "_", "^", ahead=1) and not is_top(r, r.peek(2)):
        return False
    return r.names.variables.get(token.text) is None


def whole_denominator(r: Cursor, left: Node, right: Node) -> Node:
    r"""What `/2m` divides by, close together: 2m if m is a dimension, and in `x^2/2\sigma^2`; else it is asked."""
    token, number = r.token, r.last
    coefficient = all(isinstance(part, Literal_ | Name | Binary) for part in parts_of(left))
    bars = token.kind == "bar" and r.starts_factor() and not coefficient
    close = token.start == number.end and number.kind == "number" and isinstance(right, Literal_)
    if not close or not (token.kind == "name" or bars):
        return right
    size = token.text in r.names.dimensions and not r.variable(token.text)
    greek = token.text in GREEK and not r.sees("open", ahead=1)
    whole = size or (greek and not isinstance(left, Literal_))
    if not whole and (r.known or (isinstance(left, Literal_) and not greek)):
        return right
    divisor = r.binary("juxtapose", right, r.grammar.factor(r)) if whole or token.kind == "bar" else right
    written = r.source.text[number.start + r.offset : (token if divisor is right else r.last).end + r.offset]
    if not whole or (not size and r.starts_factor() and r.token.start == r.last.end):
        message = f"whether this divides by `{written}` or by `{source_text(r, number)}` alone is not said"
        raise r.trouble(message, token, help=f"write `/({written})`, or a space behind the number")
    r.note(f"`/{written}` is read as `/({written})`")
    return divisor
