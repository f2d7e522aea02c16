"""Functions and their arguments: whether `name(…)` is a call or a product, and what stands without brackets."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import Final

from ...diagnostics.regex import regex
from ...ir import ELEMENTWISE
from ...ir.functions import WITH_AXES
from .. import syntax as s
from ..expression.composed import composed
from ..expression.reader import parse
from ..expression.vocabulary import WRITTEN_OUT
from .cursor import Cursor
from .indices import one_index, prime_at
from .names import WHOLE_TERM
from .scripts import Script, member_of, other_case, scripted, scripts_here, source_text, with_scripts
from .sums import counted_entries, is_raised, listed_entries, log_of_product
from .tokens import Token

BUILT_IN: Final = frozenset(("e", "I", "pi", "delta", "d", "D", "sigma"))
"""Names with a meaning of their own where they are not declared."""

_FEATURES: Final = frozenset(("phi", "psi"))
"""Maps whose values at the examples are the rows of a matrix: φ(x_i) beside Φ."""

AXES: Final = frozenset((*WITH_AXES, "maximum", "minimum", "sum"))
"""Functions that a 0 or 1 below them takes along an axis; `max` is read as `maximum`."""


def before_argument(r: Cursor) -> bool:
    """Whether a bracket follows, perhaps after a prime or a power."""
    ahead = 0
    while step := prime_at(r, r.at + ahead):
        ahead += step
    return r.sees("open", "(", "[", "\\{", ahead=ahead)


def is_upright(r: Cursor, token: Token) -> bool:
    r"""Whether a token of a loss is an upright word that is not declared: `\operatorname{chol}(A)` is no product."""
    declared = r.known or r.variable(token.text) or token.text in r.names.losses
    return token.kind == "word" and token.font == "mathrm" and not declared


def is_call(r: Cursor, name: str) -> bool:
    """Whether `name(…)` is a function at its arguments, not a product."""
    plain, stated = of_names(r), r.variable(f"{name}(…)") or name in r.names.formulas
    if len(r.pieces(r.at)) > 1 or stated or r.unknown(name) or is_upright(r, r.last):
        return True
    if r.variable(name) or not r.known:
        return r.known and plain and name in r.names.losses
    if not plain and name[:1].isupper() and name not in r.names.losses | r.names.formulas:
        # \Lambda (x - \mu): an unknown capital is a matrix that is not explained, f and h are functions; brackets
        # that a product would not need are those of a call, \Lambda(x_i'\beta)
        return not any(token.text in ("+", "-") for token in r.pieces(r.at)[0])
    return name not in r.names.dimensions and (name not in BUILT_IN or (plain and name in r.names.losses))


def of_names(r: Cursor) -> bool:
    """Whether the bracket here holds names alone, several of them perhaps squared or starred: ℓ(μ, σ²), Δ(y*, x)."""
    pieces = r.pieces(r.at)
    squares = r.known and len(pieces) > 1 and any(len(piece) == 1 for piece in pieces)
    named = all(piece[:1] and piece[0].kind in ("name", "word") for piece in pieces)
    behind = ([token.text for token in piece[1:] if token.text not in ("{", "}")] for piece in pieces)
    return named and all(not rest or (squares and rest in (["^", "2"], ["^", "times"])) for rest in behind)


def plain_arguments(r: Cursor) -> bool:
    """Whether the bracket here holds variables alone."""
    return r.known and of_names(r) and all(r.variable(piece[0].text) for piece in r.pieces(r.at))


def call_of(r: Cursor, node: s.Node) -> s.Node:
    """L(X, Y, R) is L where the arguments are the variables themselves; in a loss k(X, Y) is a function, and A(θ, φ)
    an array that is made of θ and φ, where these stand nowhere else."""
    name = node.name if isinstance(node, s.Name) else ""
    stated = r.known or r.variable(name) or name in r.names.losses or (name[:1].isupper() and _alone_in(r, name))
    if stated and of_names(r) and name not in r.names.formulas and not r.unknown(name) and not is_upright(r, r.last):
        r.at = r.closing(r.at) + 1
        r.called = r.at
        return s.Name(node.span.joined(r.span(r.last)), name)
    arguments, span = r.arguments(), node.span
    r.called, span = r.at, span.joined(r.span(r.last))
    own = s.Name(span, name)
    match arguments:
        case (s.Slice(index=index) | s.Subscript(indices=(index,)),) if name in _FEATURES:
            matrix = other_case(r, own)
            return member_of(r, span, own, matrix, index) if matrix is not own else s.Apply(span, name, arguments)
    return s.Apply(span, name, arguments)


def _alone_in(r: Cursor, name: str) -> bool:
    """Whether this name is called in one way alone, with names, not the variable, that stand nowhere else."""
    pairs = enumerate(pairwise(r.tokens), 1)
    calls = [at for at, (one, behind) in pairs if one.text == name and behind.text == "("]
    called = {tuple(token.text for token in r.tokens[at : r.closing(at)]) for at in calls}
    inside = Counter(piece[0].text for piece in r.pieces(r.at) if piece)
    alone = Counter(token.text for token in r.tokens if token.text in inside)
    return len(called) == 1 and r.names.wrt not in inside and alone == {one: len(calls) * inside[one] for one in inside}


def applied_function(r: Cursor, token: Token) -> s.Node:
    r"""A function and its argument: in brackets, or what follows it."""
    if token.text == "expectation" and r.sees("operator", "_"):
        r.take()
        r.unit()  # over what: it is not differentiated
    scripts = scripts_here(r)
    primes = [script for script in scripts if script.kind == "prime"]
    powers = [script for script in scripts if script.kind in ("power", "inverse")]
    below = [script for script in scripts if script not in primes and script not in powers]
    part = one_index(below) if token.text in AXES else None  # softmax_1: of every row; with 0 of every column
    entry = below if token.text == "softmax" and isinstance(part, s.Name) else []  # softmax_k(z)
    below = [] if entry else below
    axis = (("axis", part.text),) if isinstance(part, s.Literal_) and part.text in ("0", "1") else ()
    function = token.text if axis else function_with_base(r, token, below)
    if f"a{function}" in ELEMENTWISE and [(script.kind, script.amount) for script in powers] == [("inverse", 1)]:
        written, function, powers = source_text(r, token), f"a{function}", []
        r.note(f"`{written}^{{-1}}` is read as the inverse function; one over it is `({written} …)^{{-1}}`")
    options = ((("derivative", str(sum(script.amount for script in primes))),) if primes else ()) + axis
    if r.sees("open", "(", "[", "\\{", "{"):
        node = bracketed_application(r, token, function, options)
    else:
        argument = argument_behind(r, token, function)
        refuse_slash(r, token, argument)
        if function == "log" and getattr(argument, "text", "") == "1" and not r.known and r.sees("operator", "+", "-"):
            message = f"whether `{source_text(r, token)}` is taken of 1, which is 0, or of the sum is not said"
            raise r.trouble(message, r.token, help="write brackets, `\\log(1 + …)`")
        node = function_node(r, function, token, (argument,), options)
    for script in powers:
        exponent = s.Literal_(node.span, Fraction(-script.amount), "") if script.kind == "inverse" else script.parts[0]
        node = r.binary("^", node, exponent)
    return with_scripts(r, node, entry)


def refuse_slash(r: Cursor, token: Token, argument: s.Node) -> None:
    r"""Ask in a loss in `\log p/q`, close together: the logarithm of p/q, or that of p over q?"""
    tight = r.sees("operator", "/") and r.token.start == r.last.end and r.peek().start == r.token.end
    if r.known or not tight or token.text in WHOLE_TERM or _is_constant(r, argument):
        return
    name, inner = source_text(r, token), r.source.text[argument.span.start : argument.span.end]
    message = f"whether `{name}` is taken of the quotient or of `{inner}` alone is not said"
    raise r.trouble(message, r.token, help=f"write brackets, `{name}(…)`, or `\\frac`")


def function_with_base(r: Cursor, token: Token, scripts: list[Script]) -> str:
    """log with a base."""
    match token.text, one_index(scripts):
        case text, _ if not scripts:
            return text
        case "log", s.Literal_(_, _, "2" | "10" as base):
            return f"log{base}"
        case "log", s.Name(_, "e"):
            return "log"
    raise r.trouble("this script on a function has no meaning here", token)


def bracketed_application(r: Cursor, token: Token, function: str, options: s.Options) -> s.Node:
    """f(…) with the scripts behind it; `tr(A)^T(B)` is the trace of the whole product."""
    opening = r.at
    entries = counted_entries(r, r.closing(r.at)) if r.sees("open", "[") else None
    last = "".join([inner.text for inner in r.pieces(r.at)[-1]]) if token.text in AXES else ""
    said = (("axis", found[1]),) if (found := _AXIS.fullmatch(last)) is not None else ()  # softmax(A, axis=1)
    if entries is None and (entries := listed_entries(r, r.between_commas(r.at))) is not None:
        r.at = r.closing(r.at) + 1
    arguments = (entries,) if entries is not None else r.arguments(len(said))
    options += said
    at = r.at
    scripts = scripts_here(r)
    powers = [script for script in scripts if script.kind == "power" and not isinstance(script.parts[0], s.Literal_)]
    inner = bool(powers) or any(script.kind == "inverse" for script in scripts)  # −1 or ½ may be one of the matrix
    doubtful, written = function == "tr" and not r.known and inner, source_text(r, token)
    if doubtful and isinstance(arguments[0], s.Name):
        r.note(f"the power behind `{written}(…)` is one of the trace; one of the matrix stands in the brackets")
    elif doubtful:
        message = "whether this power belongs to the trace or to what stands in its brackets is not said"
        help = f"write `({written}(…))^…` for a power of the trace, `{written}((…)^…)` for one of the matrix"
        raise r.trouble(message, r.last, help=help)
    turned = any(script.kind in ("T", "prime", "inverse-T") for script in scripts)
    if function in WHOLE_TERM and function != "vec" and turned:
        r.note(f"`{function} (A)^T B` is read as the {function} of the whole product")
        r.at = opening
        return function_node(r, function, token, (r.grammar.close_product(r),), options)
    r.at = at
    node = function_node(r, function, token, arguments, options)
    return scripted(r, node)


_AXIS: Final = regex(r"(?:axis|dim)=(-?[01])")


def function_node(
    r: Cursor, function: str, token: Token, arguments: tuple[s.Node, ...], options: s.Options = ()
) -> s.Node:
    """The node of a function."""
    span = r.span(token, r.last)
    if len(arguments) != 1:
        return s.Apply(span, function, arguments, options)
    if function == "transpose":
        return s.Transposed(span, arguments[0])
    if function == "inv":
        return s.Inverted(span, arguments[0])
    if function in WRITTEN_OUT and (written := composed(span, function, arguments, options, parse)) is not None:
        return s.Group(span, written)
    total = log_of_product(arguments[0], span) if function == "log" else None
    return total or s.Apply(span, function, arguments, options)


def argument_behind(r: Cursor, token: Token, function: str) -> s.Node:
    """The argument without brackets: of a trace or determinant the whole product, else letters that stand together."""
    if not r.starts_factor() and not r.sees("operator", "-"):
        raise r.trouble(f"`{function}` needs an argument", token, "syntax-error")
    if function in WHOLE_TERM:
        return r.grammar.close_product(r) if function != "det" else determined(r)
    if r.sees("operator", "-"):
        r.note(f"`{function}` without brackets takes the whole product behind its minus")
        return r.grammar.close_product(r)
    first, node = r.token, r.grammar.factor(r)
    over_one = isinstance(node, s.Binary) and node.operator == "/" and isinstance(node.left, s.Literal_)
    whole = _is_constant(r, node) or (over_one and (_is_heavy(r) or r.sees("name", "e")))
    joined, last = False, node
    letters = first.kind == "name"
    while _goes_on(r, function) and (
        whole or _is_row(r, last) or (letters and (r.sees("name") or r.token.text == "sqrt"))
    ):
        joined |= first.kind != "number" or not r.sees("name")
        last = r.grammar.factor(r)
        node = r.binary("juxtapose", node, last)
    while function == "log" and is_raised(last) and (power := _next_power(r)) is not None:
        node, last, joined = r.binary("juxtapose", node, power), power, True
        whole = True
    capital = isinstance(node, s.Name) and node.name[0].isupper() and not r.variable(node.name)
    called = capital and r.sees("open", "(")  # \log\Phi(u) may be one of a function
    letter = node.body if isinstance(node, s.Subscript) else node
    if _goes_on(r, function) and r.token.text == "sum" and isinstance(letter, s.Name) and letter.name[0].islower():
        written = r.source.text[token.start + r.offset : r.last.end + r.offset]
        r.note(f"the sum behind `{written}` is a factor of its own")
        return node
    if _goes_on(r, function) and not r.known and (over_one or called or _is_heavy(r)):
        written = r.source.text[token.start + r.offset : r.last.end + r.offset]
        name = source_text(r, token)
        message = f"whether `{name}` takes what stands behind `{written}` too is not said"
        raise r.trouble(message, r.token, help=f"write brackets, `{name}(…)`, or `({written})` for a factor of its own")
    if joined:
        what = "the whole product" if whole else "the letters that stand together"
        r.note(f"`{function}` without brackets takes {what} behind it")
    return node


def _next_power(r: Cursor) -> s.Node | None:
    r"""The next factor, if it is a power too: in `\log p^t (1-p)^{1-t}` both are parts of one likelihood."""
    place, notes = r.at, len(r.notes)
    if r.sees("operator", "cdot", "times"):
        r.take()
    node = r.grammar.factor(r) if r.starts_factor() else None
    if node is not None and is_raised(node):
        return node
    r.at = place
    del r.notes[notes:]
    return None


def _goes_on(r: Cursor, function: str) -> bool:
    """Whether another factor stands close behind: of a product with an exponential a logarithm is taken."""
    other = r.sees("function") and not (function == "log" and r.token.text in ("exp", "expectation", "sqrt"))
    return r.starts_factor() and not r.token.spaced and not other and not r.grammar.is_differential(r)


def _is_row(r: Cursor, node: s.Node) -> bool:
    """Whether a factor is a vector lying down, which is there to be multiplied by the next."""
    body = s.ungrouped(node.body) if isinstance(node, s.Transposed) else None
    ones = isinstance(body, s.Apply) and body.function == "ones"
    return ones or (isinstance(body, s.Name) and r.names.variables.get(body.name) == "vector")


def _is_constant(r: Cursor, node: s.Node) -> bool:
    """Whether a part holds numbers and sizes alone: nobody multiplies by `\\log\\frac1m`."""
    known = {name for name in {*r.names.dimensions, "pi"} if not r.variable(name)}
    leaves = (part for part in s.parts_of(node) if not s.children(part))
    plain = all(isinstance(leaf, s.Literal_) or (isinstance(leaf, s.Name) and leaf.name in known) for leaf in leaves)
    closed = any(isinstance(part, s.Apply) and part.function != "sqrt" for part in s.parts_of(node))
    return plain and not closed and not isinstance(node, s.Name)


def _is_heavy(r: Cursor) -> bool:
    """Whether a sum, a norm, a fraction or a function follows: a factor that stands in no row of letters."""
    return r.token.text in ("sum", "prod", "frac") or r.sees("bar") or r.sees("function")


def determined(r: Cursor) -> s.Node:
    """The matrices behind `det` up to a dot, an explicit space, a differential or another function."""
    node = r.grammar.factor(r)
    while r.starts_factor() and not r.sees("function") and not r.grammar.is_differential(r) and not set_apart(r):
        node = r.binary("juxtapose", node, r.grammar.factor(r))
    return node


def set_apart(r: Cursor) -> bool:
    r"""Whether a space that was written as such, `\,` or `\;`, stands before the factor here: \det A\,B is (det A)B."""
    between = r.source.text[r.last.end + r.offset : r.token.start + r.offset]
    return any(space in between for space in ("\\,", "\\;", "\\:", "\\ ", "\\quad"))
