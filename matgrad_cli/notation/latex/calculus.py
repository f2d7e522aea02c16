"""Differentials and derivatives in LaTeX formulas."""

from __future__ import annotations

from typing import Final, Literal

from ...diagnostics.record import replace
from ..syntax import Apply, Binary, Derivative, Differential_, Group, Name, Node, Subscript, Transposed
from ..unknown import NUMBERS
from .atoms import call_of, function_node, is_call
from .cursor import Cursor
from .indices import index_letters
from .scripts import is_top, labelled_name, lowered_script, scripts_here, with_script, with_scripts
from .tokens import Token

SMALL_CHANGES: Final = ("d", "delta", "Delta")
Style = Literal["partial", "total", "nabla", "D"]


# ---- differentials


def is_differential(r: Cursor) -> bool:
    """Whether the `d` (or δ) here begins a differential."""
    token = r.token
    if token.kind == "command" and token.text == "d":
        return True
    if (
        token.kind != "name"
        or token.text not in SMALL_CHANGES
        or r.variable(token.text)
        or token.text in r.names.losses
    ):
        return False
    following = r.peek()
    if following.kind == "number" or not r.starts_factor(1) or (following.spaced and following.kind == "open"):
        return False
    if following.kind == "name" and token.text != "d" and not r.known:
        return False
    return r.known or not plain_letter(r, token.text)


def plain_letter(r: Cursor, name: str) -> bool:
    """Whether the letter stands somewhere as a variable, with a script or before an operator."""
    if name not in r.plain:
        pairs = zip(r.tokens, r.tokens[1:], strict=False)
        r.plain[name] = any(
            (token.kind, token.text) == ("name", name) and after.kind in ("operator", "close", "end", "relation")
            for token, after in pairs
        )
    return r.plain[name]


def differential_here(r: Cursor) -> Node:
    """d(body): the next factor with its scripts; df(A)[H] has a direction."""
    slashed = slashed_derivative(r)
    if slashed is not None:
        return slashed
    sign = r.take()
    if sign.kind == "command" and r.sees("operator", "^"):
        raise r.trouble("second differentials are not read", sign)
    if not r.starts_factor():
        if sign.kind == "command":
            return with_scripts(r, Name(r.span(sign), "d"), scripts_here(r))
        raise r.trouble("something is needed after this `d`", sign, "syntax-error")
    body = r.grammar.factor(r)
    return with_direction(r, sign, body)


def with_direction(r: Cursor, sign: Token, body: Node) -> Node:
    """The differential, with its direction where one stands in square brackets behind a call."""
    span = r.span(sign).joined(body.span)
    if r.called == r.at and r.sees("open", "["):
        direction = r.arguments()
        if len(direction) != 1:
            raise r.trouble("a differential has one direction", r.last)
        return Differential_(r.span(sign, r.last), body, direction[0])
    return Differential_(span, body)


def capital_d(r: Cursor) -> Node | None:
    """D(f(x)), Df(A)[H], D_x f, J_f(x): the derivative, where D or J is no variable."""
    if (named := derivative_by_name(r)) is not None or r.token.text == "J":
        return named
    after = r.peek()
    opens = after.kind == "open" and after.text in ("(", "[")
    called = after.kind == "name" and not r.variable(after.text) and r.sees("open", "(", ahead=2)
    if (
        r.variable("D")
        or not r.known
        or "D" in r.names.losses
        or not (opens or called or r.sees("operator", "_", ahead=1))
    ):
        return None
    place, words = r.at, False
    sign = r.take()
    variable: Node | None = None
    indices: tuple[Node, ...] = ()
    if r.sees("operator", "_"):
        words = r.sees("open", ahead=1) and any(
            token.kind in ("word", "text") for token in r.tokens[r.at : r.closing(r.at + 1)]
        )
        variable, indices = (None, ()) if words else with_respect_to(r)
    if words or not r.starts_factor():  # a name: D_{KL} = …
        r.at = place
        return None
    if opens:  # without the scripts behind the bracket
        opening, close = r.take(), r.closing(r.at - 1)
        body: Node = Group(r.span(opening, r.tokens[close]), r.inside(r.at, close))
        r.at = close + 1
    else:
        body = r.grammar.factor(r)
    if (opens or r.called == r.at) and r.sees("open", "[") and not r.token.spaced:
        r.called = r.at
        node = with_direction(r, sign, body)
        return with_scripts(r, node, scripts_here(r))
    if opens:
        body = with_scripts(r, body, scripts_here(r))
    return Derivative(r.span(sign).joined(body.span), body, variable, indices, "D")


def derivative_by_name(r: Cursor) -> Node | None:
    r"""`J_f(x)`, `Df(A, H)`, `D^*f(A, G)` of an unknown function f, as they are printed; None where none stands."""
    place, head = r.at, r.take()
    prefix, name = "D_", r.token
    if head.text == "J" and r.sees("operator", "_"):
        r.take()
        first, past = r.unit()
        prefix, name = "jac_", r.tokens[first] if past == first + 1 else head
    else:
        if head.text == "D" and r.sees("operator", "^", "times"):
            starred = r.take().text == "times" or [token.text for token in r.tokens[slice(*r.unit())]] == ["times"]
            prefix, name = "adjoint_", r.token if starred else head
        r.at += head.text == "D"
    if (
        r.unknown(name.text)
        and not r.variable(head.text)
        and r.sees("open", "(")
        and len(r.pieces(r.at)) == (1 if prefix == "jac_" else 2)
    ):
        return _named_derivative(r, head, name, prefix)
    r.at = place
    return None


def _named_derivative(r: Cursor, sign: Token, name: Token, prefix: str) -> Node:
    """The call of an unknown function that stands behind the sign of its derivative."""
    called = call_of(r, Name(r.span(name), name.text))
    assert isinstance(called, Apply)
    return with_scripts(r, replace(called, span=r.span(sign, r.last), function=prefix + name.text), scripts_here(r))


# ---- derivatives


def with_respect_to(r: Cursor) -> tuple[Node | None, tuple[Node, ...]]:
    r"""What stands under ∇ or ∂: a variable, an entry of it, or indices alone (of wrt)."""
    r.take()
    first, past = r.unit()
    tokens = r.tokens[first:past]
    product = len(tokens) > 1 and r.known and all(token.kind == "name" and r.variable(token.text) for token in tokens)
    if product or any(token.kind == "operator" and token.text in ("_", "^", "+", "-") for token in tokens):
        return taken_apart(r.inside(first, past))
    parts = index_letters(r, first, past)
    if len(parts) == 1 and isinstance(parts[0], Name):
        single = parts[0]
        if r.known and not r.variable(single.name):
            return None, parts
        return single, ()
    return None, parts


def taken_apart(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """R_{st} as the variable R and its indices."""
    if isinstance(node, Subscript):
        return node.body, node.indices
    if isinstance(node, Transposed) and isinstance(node.body, Subscript):
        return Transposed(node.span, node.body.body), node.body.indices
    return node, ()


def partial_here(r: Cursor) -> Node:
    r"""∂L/∂w, `\partial_k f`, the name `\partial_{pqij}`, or ∂X as a differential."""
    slashed = slashed_derivative(r)
    if slashed is not None:
        return slashed
    if not r.sees("operator", "_", ahead=1):
        return differential_here(r)
    sign, place = r.take(), r.at
    r.take()
    number, name = r.tokens[slice(*r.unit())], r.token
    if (
        [token.text for token in number] in (["1"], ["2"], ["3"])
        and r.unknown(name.text)
        and r.sees("open", "(", ahead=1)
    ):
        return _named_derivative(r, sign, r.take(), f"partial{number[0].text}_")
    r.at = place
    variable, indices = with_respect_to(r)
    if len(indices) > 2 or not r.starts_factor():
        if variable is not None:
            indices = (variable,)
        return with_scripts(r, Subscript(r.span(sign, r.last), Name(r.span(sign), "partial"), indices), scripts_here(r))
    return pending_derivative(r, sign, variable, indices, "partial")


def nabla_here(r: Cursor) -> Node:
    r"""`\nabla_R L`, `\nabla f`, `\nabla^2 f`, a bare `\nabla`."""
    sign = r.take()
    variable: Node | None = None
    indices: tuple[Node, ...] = ()
    order = 1
    while r.sees("operator", "_", "^"):
        if r.token.text == "_":
            variable, indices = with_respect_to(r)
            if variable is None and len(indices) == 1 and isinstance(indices[0], Name):
                variable, indices = indices[0], ()
            continue
        r.take()
        first, past = r.unit()
        texts = [token.text for token in r.tokens[first:past]]
        if texts != ["2"]:
            raise r.trouble("this power of ∇ has no meaning here", r.last)
        order = 2
    node = pending_derivative(r, sign, variable, indices, "nabla", order)
    return Derivative(node.span, node, variable, (), "nabla") if order == 2 and isinstance(node, Derivative) else node


def pending_derivative(
    r: Cursor, sign: Token, variable: Node | None, indices: tuple[Node, ...], style: Style, order: int = 1
) -> Node:
    """The derivative of what follows, with the scripts behind it."""
    body, alone = operand_of_sign(r, nabla=style == "nabla")
    span = r.span(sign).joined(r.span(r.last))
    node: Node = Derivative(span, body, variable, indices, style)
    if (
        style == "nabla"
        and not r.known
        and isinstance(body, Apply)
        and (slope := _slope(body, variable, order)) is not None
    ):
        node = replace(slope, span=span)
    return with_scripts(r, node, scripts_here(r)) if alone else node


def _slope(call: Apply, variable: Node | None, order: int) -> Apply | None:
    """∇f(u), ∇²f(u) of an unknown function in a loss: its gradient at u, by its argument, as in a Taylor polynomial."""
    argument = call.arguments[0] if len(call.arguments) == 1 and call.function in NUMBERS else None
    own = variable is None or (
        isinstance(argument, Name) and isinstance(variable, Name) and argument.name == variable.name
    )
    return (
        replace(call, function=f"{'hess' if order == 2 else 'grad'}_{call.function}")
        if argument is not None and own
        else None
    )


def operand_of_sign(r: Cursor, nabla: bool = False) -> tuple[Node | None, bool]:
    """What a derivative sign acts on: a bracket, a function or the loss alone (a ∇ also on a function at its argument),
    else the rest."""
    if r.sees("operator", "-") and r.starts_factor(1):
        r.note("a derivative sign in front of a minus is read as acting on all that follows")
        return r.grammar.expression(r), False
    if not r.starts_factor():
        return None, True
    token = r.token
    if token.kind == "name" and (is_function_name(r, token) or (nabla and not r.known and r.unknown(token.text))):
        r.take()
        node: Node = r.name(token)
        if r.sees("open", "(", "[") and is_call(r, token.text):
            node = call_of(r, node)
        return node, True
    alone = (
        token.kind in ("function", "bar")
        or (token.kind == "open" and token.text != "{")
        or token.text in ("norm", "abs")
    )
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
    if not r.known or token.text in r.names.dimensions or token.text in ("e", "I", "delta", "d", "D", "pi", "sigma"):
        return token.text == "sigma" and r.known and not r.sees("open", ahead=1)
    if r.sees("operator", "_", "^", ahead=1) and not is_top(r, r.peek(2)):
        return False
    return r.names.variables.get(token.text) is None


# ---- fractions


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
    return with_scripts(r, Binary(r.span(sign, end), "/", r.inside(*top), r.inside(*bottom)), scripts_here(r))


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
    else:
        body, alone = operand_of_sign(r)
    span = r.span(sign, end)
    if body is not None and body.span.end > span.end:
        span = span.joined(body.span)
    for variable, indices in variables:
        body = Derivative(span, body, variable, indices, style)
    assert body is not None
    return with_scripts(r, body, scripts_here(r)) if alone else body


def variables_below(r: Cursor, bottom: tuple[int, int], order: int) -> list[tuple[Node, tuple[Node, ...]]]:
    """The variables under a fraction of ∂s."""
    starts: list[int] = []
    place = bottom[0]
    while place < bottom[1]:  # the d of ∂d_i is a variable
        if (is_sign(r.tokens[place]) or is_variation(r, place)) and not (starts and starts[-1] == place - 1):
            starts.append(place)
        place = r.partner.get(place, place) + 1
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
    place = r.at + 1
    start = place
    if place < r.stop and r.tokens[place].text != "/":
        place = r.partner.get(place, place) + 1
        while place < r.stop:
            token = r.tokens[place]
            if token.kind == "operator" and token.text in ("^", "_") and place + 1 < r.stop:
                place = r.partner.get(place + 1, place + 1) + 1
                near = r.tokens[place - 1].kind == r.tokens[place].kind == "name"
                if near and r.tokens[place].start == r.tokens[place - 1].end and place + 1 < r.stop:
                    place += 1  # the second letter of `X_ij`
            elif token.kind == "open" and token.text == "(" and place in r.partner:
                place = r.partner[place] + 1
            else:
                break
    if not (place + 2 < r.stop + 1 and r.tokens[place].text == "/" and is_sign(r.tokens[place + 1])):
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
    return with_scripts(r, node, scripts_here(r)) if alone else node


def _slash_behind_term(r: Cursor, first: int) -> int:
    """`∂ log det S/∂S`, `∂ aᵀXb/∂X`: the place of the slash where a whole term stands between the two signs,
    else the end."""
    place = first
    while place < r.stop - 1:
        token = r.tokens[place]
        if token.text == "/" and is_sign(r.tokens[place + 1]):
            return place
        ends = token.kind in ("relation", "gap", "linebreak", "text", "close") or token.text in (
            "/",
            "+",
            "-",
            ",",
            ";",
        )
        if ends or is_sign(token) or (token.kind == "operator" and token.text == "'" and place == first):
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
