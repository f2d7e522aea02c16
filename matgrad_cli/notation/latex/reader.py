"""Mathematical LaTeX as people write it, mangled or plain: the grammar of sums and products, and the way in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from ...diagnostics import InputError, Source
from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from .. import syntax as s
from .atoms import bracket_here, named_factor, number_here, taken_norm
from .calculus import (
    SMALL_CHANGES,
    capital_d,
    differential_here,
    entry_of_nabla,
    is_differential,
    nabla_here,
    partial_here,
)
from .cursor import DEEPEST, Cursor, Grammar
from .functions import applied_function
from .indices import turned_before
from .lexer import Lexer
from .names import LatexNames, open_names
from .norms import bars_here
from .quotients import fraction_here, operand_of_sign, whole_denominator
from .ranges import sets_counted
from .scripts import scripted, source_text
from .sums import sum_here
from .tokens import REFUSED, Token

_TIGHT: Final[dict[str, s.Operator]] = {"cdot": "dot", "times": "juxtapose", "/": "/"}
_LOOSE: Final[dict[str, s.Operator]] = {"odot": "hadamard", "circ": "hadamard", "otimes": "kron", "oslash": "/"}


@record
class LatexReading:
    """A formula read: its tree, and what was repaired or assumed."""

    node: s.Node
    notes: tuple[str, ...] = ()


def expression(r: Cursor) -> s.Node:
    r"""term ± term ± …, or `H \mapsto …`."""
    if r.sees("name") and r.sees("relation", "maps", ahead=1):
        argument = r.name(r.take())
        r.take()
        body = expression(r)
        return s.MapsTo(argument.span.joined(body.span), argument, body)
    return chained(r, {"+": "+", "-": "-"}, term)


def term(r: Cursor) -> s.Node:
    """A product, or products joined by `:`, which binds weakest of the products."""
    return chained(r, {":": "inner"}, product)


def product(r: Cursor, first: s.Node | None = None) -> s.Node:
    """Runs joined by ⊙, ⊗, ⊘: standing side by side binds tighter."""
    return chained(r, _LOOSE, run, first)


def chained(
    r: Cursor, signs: Mapping[str, s.Operator], read: Callable[..., s.Node], first: s.Node | None = None
) -> s.Node:
    """Parts with these signs between them, the left ones taken together first."""
    node = read(r) if first is None else read(r, first)
    while r.token.kind == "operator" and r.token.text in signs:
        sign = r.take()
        node = r.binary(signs[sign.text], node, read(r))
    return node


_CONSTANT: Final = regex(r"(?:const|constants?|cst)\.?$", re.IGNORECASE)
_CROSS: Final = "write `\\operatorname{cross}(a, b)` for the cross product, `a \\cdot b` for a product"
_CONVOLUTION: Final = (
    "write it as a product with a matrix, as in `T x` for `h \\ast x`, where row k of T holds h, turned round "
    "and moved to place k; "
    "a plain product is `\\cdot`"
)


def run(r: Cursor, first: s.Node | None = None, slash: bool = True) -> s.Node:
    """Factors side by side, or with `·`, `×`, `/` between them."""
    signs: list[Token] = []
    while first is None and r.sees("operator", "-", "+"):
        sign = r.take()
        if sign.text == "-":
            signs.append(sign)
        if len(signs) > 8:
            raise r.trouble("too many signs in a row", sign)
    node = factor(r) if first is None else first
    while True:
        token = r.token
        if token.kind == "operator" and token.text in _TIGHT and (slash or token.text != "/"):
            r.take()
            right = signed_factor(r)
            while token.text == "cdot" and _is_applied(r, right) and _may_be_vector(r, node):  # x · Ay
                right = r.binary("juxtapose", right, factor_beside(r, right))
            numbers = isinstance(node, s.Literal_) or isinstance(right, s.Literal_)
            written = source_text(r, token) if not r.known else ""
            if written in ("\\ast", "\\star") and not numbers:
                raise r.trouble("a convolution cannot be read", token, help=_CONVOLUTION)
            if written in ("\\times", "×") and _may_be_vector(r, node) and _may_be_vector(r, right):
                raise r.trouble("whether this is a cross product or a product is not said", token, help=_CROSS)
            node = r.binary(_TIGHT[token.text], node, whole_denominator(r, node, right) if token.text == "/" else right)
        elif r.sees("bar", "|") and r.sees("operator", "_", ahead=1) and not r.bars and not r.pended:
            node = evaluated_at(r, node)
        elif r.starts_factor():
            right = factor_beside(r, node)
            node = r.binary("juxtapose", _ones_before(r, node, right), right)
        else:
            break
    for sign in reversed(signs):
        node = s.Negative(r.span(sign).joined(node.span), node)
    return node


def _may_be_vector(r: Cursor, node: s.Node) -> bool:
    """Whether a factor is a small Latin letter that is not known to be a number."""
    node = s.last_factor(node)
    name = node.name if isinstance(node, s.Name) and node.name not in r.names.dimensions else ""
    return len(name) == 1 and name.islower() and r.names.variables.get(name) != "number"


def _is_applied(r: Cursor, node: s.Node) -> bool:
    """Whether a matrix of a loss stands in front of another factor."""
    first = node
    while isinstance(first, s.Binary):
        first = first.left
    return isinstance(first, s.Name) and first.name[0].isupper() and not r.known and r.starts_factor()


def evaluated_at(r: Cursor, body: s.Node) -> s.Node:
    r"""`\Big|_{t=0}` behind a product: its value there; behind a derivative sign that of what follows."""
    bar = r.take()
    r.take()
    first, past = r.unit()
    equal = next((place for place in range(first, past) if r.tokens[place].kind == "relation"), past)
    if equal != first + 1 or r.tokens[first].kind != "name" or r.tokens[equal].text != "=":
        raise r.trouble("what this bar evaluates at cannot be read", bar)
    name, value = r.name(r.tokens[first]), r.inside(equal + 1, past)
    if isinstance(body, s.Derivative) and body.body is None:
        operand, _ = operand_of_sign(r)
        body = replace(body, body=operand)
    return s.Apply(body.span.joined(r.span(r.last)), "value at", (body, name, value))


def limit_here(r: Cursor, sign: Token) -> s.Node:
    r"""`\lim_{t \to 0}` of the rest of the term."""
    first, past, r.at = r.script_ahead("_") or (r.at, r.at, r.at)
    tokens = r.tokens[first:past]
    if [token.text for token in tokens[1:]] != ["to", "0"] or tokens[0].kind != "name":
        raise r.trouble("a limit cannot be read here", sign)
    body = product(r)
    return s.Apply(r.span(sign).joined(body.span), "limit", (body, r.name(tokens[0])))


def factor_beside(r: Cursor, left: s.Node) -> s.Node:
    """The next factor; a lone 1 behind an array is the vector of ones."""
    lone = r.sees("number", "1") and not isinstance(left, s.Literal_)
    node = factor(r)
    if lone and isinstance(node, s.Literal_):
        r.note("a `1` behind a factor is read as the vector of ones")
        return s.Apply(node.span, "ones", ())
    return node


def _ones_before(r: Cursor, left: s.Node, right: s.Node) -> s.Node:
    r"""The vector of ones of `1 b^\top`, which nobody writes for a multiple of b."""
    one = isinstance(left, s.Literal_) and left.text == "1"
    if not one or not isinstance(right, s.Transposed) or not _may_be_vector(r, right.body):
        return left
    r.note("a `1` before a row is read as the vector of ones")
    return s.Apply(left.span, "ones", ())


def signed_factor(r: Cursor) -> s.Node:
    """A factor behind a product sign, perhaps with a minus."""
    sign = r.take() if r.sees("operator", "-") else None
    node = factor(r)
    return node if sign is None else s.Negative(r.span(sign).joined(node.span), node)


def factor(r: Cursor) -> s.Node:
    """One factor with its scripts; every nesting passes here."""
    r.depth += 1
    if r.depth > DEEPEST:
        raise r.trouble(f"the formula is nested more than {DEEPEST} deep", r.token)
    node = unguarded_factor(r)
    r.depth -= 1
    return node


def unguarded_factor(r: Cursor) -> s.Node:
    """One factor with its scripts."""
    token = r.token
    match token.kind:
        case "number" | "fraction":
            return number_here(r)
        case "name":
            return letter_here(r)
        case "text" if not r.known and _CONSTANT.match(token.text):
            return s.Name(r.span(r.take()), "const")
        case "word":
            return named_factor(r)
        case "function":
            r.take()
            if token.text in ("maximum", "minimum", "sum") and r.sees("operator", "_") and not _axis_here(r):
                return sum_here(r, token)
            return root_of(r, token) if token.text == "sqrt" and not r.sees("open", "(") else applied_function(r, token)
        case "open" if past := turned_before(r):
            r.at += past
            body = factor(r)
            return s.Transposed(r.span(token).joined(body.span), body)
        case "open":
            return entry_of_nabla(r) or bracket_here(r)
        case "bar":
            return bars_here(r)
        case "command":
            return command_node(r, token)
        case _:
            raise needs_factor(r, token)


def needs_factor(r: Cursor, token: Token) -> InputError:
    """What to say where a factor was needed."""
    known = {"end": "the formula ends where something is still needed", "relation": "a relation cannot stand here"}
    if token.kind == "text":
        return r.trouble("words cannot be read as part of a formula", token)
    return r.trouble(known.get(token.kind, f"`{source_text(r, token)}` cannot stand here"), token, "syntax-error")


def letter_here(r: Cursor) -> s.Node:
    """A letter: a differential, a derivative D, or a name."""
    token = r.token
    kronecker = token.text == "delta" and r.sees("operator", "_", ahead=1)
    if token.text in SMALL_CHANGES and not kronecker and is_differential(r):
        return differential_here(r)
    return (capital_d(r) if token.text in ("J", "D") else None) or named_factor(r)


_BY_COMMAND: Final[dict[str, Callable[[Cursor], s.Node]]] = {
    "frac": fraction_here,
    "partial": partial_here,
    "nabla": nabla_here,
    "d": differential_here,
    **dict.fromkeys(("ones", "zeros"), number_here),
    **dict.fromkeys(("norm", "abs"), taken_norm),
}


def command_node(r: Cursor, token: Token) -> s.Node:
    """A factor that begins with a command."""
    if token.text in _BY_COMMAND:
        return _BY_COMMAND[token.text](r)
    r.take()
    match token.text:
        case "sqrt":
            return root_of(r, token)
        case "sum" | "prod":
            return sum_here(r, token)
        case "brace":
            return underbraced(r)
        case "lim":
            return limit_here(r, token)
        case "dots":
            return s.Ellipsis_(r.span(token))
    raise r.trouble(f"{REFUSED.get(token.text, 'this sign')} cannot be read here", token)


def _axis_here(r: Cursor) -> bool:
    r"""Whether `_1` or `_{1}` stands here, an axis."""
    inside = [token for token in r.tokens[r.at + 1 : r.at + 4] if token.text not in ("{", "}")]
    return bool(inside) and inside[0].kind == "number"


def root_of(r: Cursor, token: Token) -> s.Node:
    r"""`\sqrt{x}`, `\sqrt[3]{x}`."""
    exponent: s.Node | None = None
    if r.sees("open", "[") and r.tokens[r.closing(r.at) + 1].text == "{":
        close = r.closing(r.at)
        degree = r.inside(r.at + 1, close)
        r.at = close + 1
        exponent = s.Binary(degree.span, "/", s.number(degree.span, 1), degree)
    if r.source.text[token.start : token.end] == "√" and r.sees("name") and r.tokens[r.at + 1].text == "_":  # √W₁
        named = named_factor(r)
        return s.Apply(r.span(token, r.last), "sqrt", (named,))
    first, past = r.unit()
    body = r.inside(first, past)
    span = r.span(token, r.last)
    node: s.Node = s.Apply(span, "sqrt", (body,)) if exponent is None else s.Binary(span, "^", body, exponent)
    return scripted(r, node)


def underbraced(r: Cursor) -> s.Node:
    r"""`\underbrace{A}_{\text{why}}` is A."""
    first, past = r.unit()
    node = r.inside(first, past)
    while r.sees("operator", "_", "^"):
        r.take()
        r.unit()
    return node


GRAMMAR: Final = Grammar(expression, product, partial(run, slash=False), factor, is_differential)
"""The third reads a product up to the next slash."""


def read_latex(
    text: str,
    source_name: str = "loss",
    names: LatexNames | None = None,
    offset: int = 0,
    binding: frozenset[str] = frozenset(),
    fixed: frozenset[str] = frozenset(),
) -> LatexReading:
    r"""One LaTeX expression and what was repaired in it; spans count from `offset`. Without `names` every letter is
    taken for a variable.

    `binding` are letters that count although no Σ stands around them, `fixed` such that no Σ binds anew.

    >>> read_latex(r"2X^\top y").node.operator
    'juxtapose'
    """
    source = Source(source_name, " " * offset + text)
    lexer = Lexer(text, names or open_names([text]), source, offset)
    reader = Cursor(lexer.run(), lexer.names, source, GRAMMAR, offset, lexer.notes, left=binding | fixed, fixed=fixed)
    while reader.stop > 0 and reader.tokens[reader.stop - 1].text in tuple(".,;"):
        reader.stop -= 1
    if reader.stop == 0:
        raise reader.trouble("there is nothing to read", reader.tokens[0], "syntax-error")
    return LatexReading(whole_tree(reader), tuple(reader.notes))


def whole_tree(reader: Cursor) -> s.Node:
    """The tree of all tokens up to where the reader stops."""
    return sets_counted(reader, reader.measured(reader.inside(0, reader.stop)))
