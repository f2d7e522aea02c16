"""Differentials and derivatives in LaTeX formulas."""

from __future__ import annotations

from typing import Final

from ...diagnostics.record import replace
from .. import syntax as s
from ..unknown import NUMBERS
from .cursor import Cursor
from .functions import call_of
from .indices import index_letters, is_top
from .quotients import Style, operand_of_sign, slashed_derivative, taken_apart
from .scripts import scripted
from .tokens import Token

_NAMING: Final = ("name", "word", "number")
SMALL_CHANGES: Final = ("d", "delta", "Delta")


# ---- differentials


def is_differential(r: Cursor) -> bool:
    """Whether the `d` (or δ) here begins a differential."""
    token = r.token
    if token.kind == "command" and token.text == "d":
        return True
    following = r.peek()
    changed = token.text == "d" and following.text in (r.names.wrt, *r.names.losses) and not following.spaced
    letter = (r.variable(token.text) and not changed) or token.text in r.names.losses
    if token.kind != "name" or token.text not in SMALL_CHANGES or letter:
        return False
    if following.kind == "number" or not r.starts_factor(1) or (following.spaced and following.kind == "open"):
        return False
    if following.kind == "bar" and r.bars[-1:] == [following.text]:  # the norm that is open ends: ‖Ax + d‖
        return False
    if following.kind == "name" and token.text != "d" and not r.known:
        return False
    return r.known or not plain_letter(r, token.text)


def plain_letter(r: Cursor, name: str) -> bool:
    """Whether the letter stands somewhere as a variable, with a script or before an operator."""
    if name not in r.plain:
        r.plain[name] = any(after.kind in ("operator", "close", "end", "relation") for after in r.behind(name))
    return r.plain[name]


def differential_here(r: Cursor) -> s.Node:
    """d(body): the next factor with its scripts; df(A)[H] has a direction."""
    slashed = slashed_derivative(r) or differential_along(r)
    if slashed is not None:
        return slashed
    sign = r.take()
    first, past, behind = r.script_ahead("_") or (r.at, r.at, r.at)
    if [token.text for token in r.tokens[first:past]] == [r.names.wrt]:
        r.at = behind  # \mathrm{d}_w Q moves w
    if sign.kind == "command" and r.sees("operator", "^"):
        raise r.trouble("second differentials are not read", sign)
    if not r.starts_factor():
        if sign.kind == "command":
            return scripted(r, s.Name(r.span(sign), "d"))
        raise r.trouble("something is needed after this `d`", sign, "syntax-error")
    body = r.grammar.factor(r)
    return with_direction(r, sign, body)


def with_direction(r: Cursor, sign: Token, body: s.Node) -> s.Node:
    """The differential, with its direction where one stands in square brackets behind a call."""
    span = r.span(sign).joined(body.span)
    if r.called == r.at and r.sees("open", "["):
        direction = r.arguments()
        if len(direction) != 1:
            raise r.trouble("a differential has one direction", r.last)
        return s.Differential_(r.span(sign, r.last), body, direction[0])
    return s.Differential_(span, body)


def differential_along(r: Cursor) -> s.Node | None:
    """`Df_X(H)` at the variable X, and `Df[H]`: the differential of a name along another; None where none stands."""
    place, function, direction = r.at, r.peek(), tuple[s.Node, ...]()
    if not r.known or function.kind != "name":
        return None
    sign, body = r.take(), r.name(r.take())
    below = r.script_ahead("_") if not r.variable(function.text) else None
    if below is not None:
        first, past, r.at = below
        if [token.text for token in r.tokens[first:past]] == [r.names.wrt] and r.sees("open", "(", "["):
            direction = r.arguments()
    elif r.sees("open", "[") and not r.token.spaced and r.sees("name", ahead=1) and r.sees("close", ahead=2):
        direction = r.arguments()
    if len(direction) != 1:
        r.at = place
        return None
    return s.Differential_(r.span(sign, r.last), body, direction[0])


def capital_d(r: Cursor) -> s.Node | None:
    """D(f(x)), Df(A)[H], D_x f, J_f(x): the derivative, where D or J is no variable."""
    if (named := derivative_by_name(r)) is not None or r.token.text == "J":
        return named
    own = r.variable("D") or "D" in r.names.losses
    if not own and (there := differential_along(r)) is not None:
        return there
    after = r.peek()
    opens = after.kind == "open" and after.text in ("(", "[")
    called = after.kind == "name" and not r.variable(after.text) and r.sees("open", "(", ahead=2)
    if not r.known or own or not (opens or called or r.sees("operator", "_", ahead=1)):
        return None
    place, sign = r.at, r.take()
    first, past, _ = r.script_ahead("_") or (r.at, r.at, r.at)
    below = r.tokens[first:past]
    counts = not any(r.variable(token.text) for token in below) and len(below) > 1  # D_{ij}
    words = counts or any(token.kind in ("word", "text") or token.text in r.binding for token in below)
    variable, indices = with_respect_to(r) if below and not words else (None, ())
    if words or not r.starts_factor():  # a name: D_{KL} = …
        r.at = place
        return None
    if opens:  # without the scripts behind the bracket
        opening, close = r.take(), r.closing(r.at - 1)
        body: s.Node = s.Group(r.span(opening, r.tokens[close]), r.inside(r.at, close))
        r.at = close + 1
    else:
        body = r.grammar.factor(r)
    if (opens or r.called == r.at) and r.sees("open", "[") and not r.token.spaced:
        r.called = r.at
        node = with_direction(r, sign, body)
        return scripted(r, node)
    if opens:
        body = scripted(r, body)
    return s.Derivative(r.span(sign).joined(body.span), body, variable, indices, "D")


def derivative_by_name(r: Cursor) -> s.Node | None:
    r"""`J_f(x)`, `Df(A, H)`, `D^*f(A, G)` of an unknown function f, as they are printed; None where none stands."""
    place, head = r.at, r.take()
    prefix, named = "D_", None
    if head.text == "J" and r.sees("operator", "_"):
        r.take()
        first, _ = r.unit()
        r.at = r.past_index(r.at)  # J_h_2 without braces
        prefix, name = "jac_", "_".join(token.text for token in r.tokens[first : r.at] if token.kind in _NAMING)
        named = (name, r.at) if r.unknown(name) and r.sees("open", "(") else None
    elif head.text == "D":
        starred = True
        if r.sees("operator", "^", "times"):
            starred = r.take().text == "times" or [token.text for token in r.tokens[slice(*r.unit())]] == ["times"]
            prefix = "adjoint_"
        named = r.unknown_at(r.at) if starred else None
    if named and not r.variable(head.text) and len(r.pieces(named[1])) == (1 if prefix == "jac_" else 2):
        return _named_derivative(r, head, *named, prefix)
    r.at = place
    return None


def _named_derivative(r: Cursor, sign: Token, name: str, place: int, prefix: str) -> s.Node:
    """The call of an unknown function that stands behind the sign of its derivative; its bracket opens at `place`."""
    r.at = place
    called = call_of(r, s.Name(r.span(sign), name))
    assert isinstance(called, s.Apply)
    return scripted(r, replace(called, span=r.span(sign, r.last), function=prefix + name))


# ---- derivatives


def with_respect_to(r: Cursor) -> tuple[s.Node | None, tuple[s.Node, ...]]:
    r"""What stands under ∇ or ∂: a variable, an entry of it, or indices alone (of wrt)."""
    r.take()
    first, past = r.unit()
    tokens = r.tokens[first:past]
    product = len(tokens) > 1 and r.known and all(token.kind == "name" and r.variable(token.text) for token in tokens)
    made = any(token.kind == "operator" and token.text in ("_", "^", "+", "-") for token in tokens)
    if product or made or tokens[0].kind == "function":
        return taken_apart(r.inside(first, past))
    parts = index_letters(r, first, past)
    if len(parts) == 1 and isinstance(parts[0], s.Name):
        single = parts[0]
        if r.known and not r.variable(single.name):
            return None, parts
        return single, ()
    return None, parts


def partial_here(r: Cursor) -> s.Node:
    r"""∂L/∂w, `\partial_k f`, the name `\partial_{pqij}`, or ∂X as a differential."""
    slashed = slashed_derivative(r)
    if slashed is not None:
        return slashed
    if not r.sees("operator", "_", ahead=1):
        return differential_here(r)
    sign, place = r.take(), r.at
    r.take()
    number = r.tokens[slice(*r.unit())]
    place_of = [token.text for token in number] in (["1"], ["2"], ["3"])
    if place_of and (named := r.unknown_at(r.at)) is not None:
        return _named_derivative(r, sign, *named, f"partial{number[0].text}_")
    r.at = place
    variable, indices = with_respect_to(r)
    if variable is None and len(indices) == 1 and isinstance(indices[0], s.Name) and _stands_behind(r, indices[0].name):
        variable, indices = indices[0], ()  # \partial_w \|y - Xw\|^2
    if len(indices) > 2 or not r.starts_factor():
        if variable is not None:
            indices = (variable,)
        return scripted(r, s.Subscript(r.span(sign, r.last), s.Name(r.span(sign), "partial"), indices))
    return pending_derivative(r, sign, variable, indices, "partial")


def _stands_behind(r: Cursor, letter: str) -> bool:
    """Whether a letter stands in what follows, and in no script."""
    place = r.at
    while place < r.stop:
        if r.tokens[place].text in ("_", "^"):
            place = r.partner.get(place + 1, place + 1)
        elif r.tokens[place].text == letter:
            return True
        place += 1
    return False


def nabla_here(r: Cursor) -> s.Node:
    r"""`\nabla_R L`, `\nabla f`, `\nabla^2 f`, a bare `\nabla`; `\nabla^\top f` is its transpose.
    `\nabla_{v,\lambda} L` by several variables at once names none of them."""
    sign, turned = r.take(), False
    variable: s.Node | None = None
    indices: tuple[s.Node, ...] = ()
    order = 1
    while r.sees("operator", "_", "^"):
        if r.token.text == "_":
            variable, indices = with_respect_to(r)
            if variable is None and len(indices) == 1 and isinstance(indices[0], s.Name):
                variable, indices = indices[0], ()
            continue
        r.take()
        first, past = r.unit()
        if past == first + 1 and is_top(r, r.tokens[first]):
            turned = True
        elif [token.text for token in r.tokens[first:past]] == ["2"]:
            order = 2
        else:
            raise r.trouble("this power of ∇ has no meaning here", r.last)
    pair = _pair(variable, indices) if order == 2 else None
    if pair is not None:
        found = _by_pair(r, sign, *pair)
    else:
        several = indices and all(isinstance(one, s.Name) and r.variable(one.name) for one in indices)
        found = pending_derivative(r, sign, variable, () if several else indices, "nabla", order)
    return s.Transposed(found.span, found) if turned else found


def _by_pair(r: Cursor, sign: Token, one: s.Name, other: s.Name) -> s.Node:
    """The second derivative by two variables, or of that by the one variable an entry."""
    twice = one.name == other.name and not "i" <= one.name <= "n"
    if twice or (r.variable(one.name) and r.variable(other.name)):
        first = pending_derivative(r, sign, one, (), "nabla")
        return s.Derivative(first.span, first, other, (), "nabla")
    whole = pending_derivative(r, sign, None, (), "nabla", 2)
    return s.Subscript(whole.span, whole, (one, other))


def _pair(variable: s.Node | None, indices: tuple[s.Node, ...]) -> tuple[s.Name, s.Name] | None:
    r"""The names below `\nabla^2_{xy}` and `\nabla^2_{ij}`, which are variables or count entries."""
    match variable, indices:
        case (s.Binary(_, "juxtapose", s.Name() as one, s.Name() as other), ()) | (
            None,
            (s.Name() as one, s.Name() as other),
        ):
            return one, other
    return None


def entry_of_nabla(r: Cursor) -> s.Node | None:
    r"""`[\nabla_b]_k f`: entry k of the derivative of what follows; None where no lone sign stands in the bracket."""
    place, close = r.at, r.closing(r.at)
    if r.peek().text != "nabla" or [token.text for token in r.tokens[close + 1 : close + 2]] != ["_"]:
        return None
    opening, _ = r.take(), r.take()
    variable, _ = with_respect_to(r) if r.sees("operator", "_") else (None, ())
    if r.at != close:
        r.at = place
        return None
    r.at = close + 2
    indices = index_letters(r, *r.unit())
    body, _ = operand_of_sign(r, nabla=True)
    return s.Derivative(r.span(opening, r.last), body, variable, indices, "nabla")


def pending_derivative(
    r: Cursor, sign: Token, variable: s.Node | None, indices: tuple[s.Node, ...], style: Style, order: int = 1
) -> s.Node:
    """The derivative of what follows, with the scripts behind it."""
    body, alone = operand_of_sign(r, nabla=style == "nabla")
    span = r.span(sign).joined(r.span(r.last))
    slope = _slope(body, variable, order) if style == "nabla" and not r.known and isinstance(body, s.Apply) else None
    node: s.Node = s.Derivative(span, body, variable, indices, style) if slope is None else replace(slope, span=span)
    if order == 2 and slope is None:
        node = s.Derivative(span, node, variable, (), style)
    return scripted(r, node) if alone else node


def _slope(call: s.Apply, variable: s.Node | None, order: int) -> s.Apply | None:
    """∇f(u), ∇²f(u) of an unknown function in a loss: its gradient at u, by its argument, as in a Taylor polynomial."""
    if call.function not in NUMBERS or len(call.arguments) != 1:
        return None
    match variable, call.arguments[0]:
        case (None, _):
            return replace(call, function=f"{'hess' if order == 2 else 'grad'}_{call.function}")
        case (s.Name(_, name), s.Name(_, argument)) if name == argument:
            return _slope(call, None, order)
    return None
