"""Factors of LaTeX formulas: names and calls, functions, brackets, norms, inner products, cases."""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...ir import ELEMENTWISE
from ..elaboration.loss_letters import free_letters
from ..syntax import (
    Apply,
    Binary,
    Derivative,
    EntriesOf,
    Group,
    Inverted,
    Kronecker,
    Literal_,
    Name,
    Negative,
    Node,
    Transposed,
)
from ..unknown import LETTERS
from .cases import cases, comparison, indicator, written_out
from .cursor import Cursor
from .indices import around_a_letter, index_at
from .names import RECIPROCALS, WHOLE_TERM
from .norms import EXTREMES, angle, divergence_or_part, extreme, normed, spectral
from .scripts import (
    Script,
    axis_below,
    labelled_name,
    lowered_script,
    scripts_here,
    source_text,
    transposing_script,
    with_scripts,
)
from .sums import log_of_product
from .tokens import FRACTIONS, Token

_BUILT_IN = frozenset(("e", "I", "pi", "delta", "d", "D", "sigma"))


# ---- numbers and names


def number_here(r: Cursor) -> Node:
    """A number; `1` with a transpose is the vector of ones."""
    text = (token := r.take()).text
    if text == "1" and r.sees("open", "\\{") and (counted := indicator(r)) is not None:
        return with_scripts(r, counted, scripts_here(r))
    value = Fraction(*FRACTIONS[text]) if token.kind == "fraction" else Fraction(text if len(text) < 60 else "0")
    if len(text) >= 60:
        raise r.trouble("this number is too long", token)
    node: Node = Literal_(r.span(token), value, text)
    scripts = scripts_here(r)
    if value in (0, 1) and any(script.kind in ("T", "prime") for script in scripts):
        node = Apply(node.span, "ones" if value else "zeros", ())
    return with_scripts(r, node, scripts)


def constant_here(r: Cursor) -> Node:
    r"""`\mathbf 1`, `\mathbf 1_n`, `\mathbf 0_{m\times n}`."""
    token = r.take()
    sizes: tuple[Node, ...] = ()
    if token.text == "ones" and (counted := indicator(r)) is not None:
        return with_scripts(r, counted, scripts_here(r))
    if r.sees("operator", "_"):
        sizes = sizes_below(r)
    return with_scripts(r, Apply(r.span(token, r.last), token.text, sizes), scripts_here(r))


def sizes_below(r: Cursor) -> tuple[Node, ...]:
    """The sizes under an identity or ones: names or numbers as they stand."""
    r.take()
    first, past = r.unit()
    found: list[Node] = []
    for token in r.tokens[first:past]:
        if token.kind in ("name", "number"):
            found.append(index_at(r, token, shifted=False))
    return tuple(found)


def named_factor(r: Cursor) -> Node:
    """A name with its scripts, or a call of it."""
    token = r.take()
    name = token.text
    free = not r.variable(name)
    if free and name == "delta" and r.sees("operator", "_"):
        return kronecker_delta(r, token)
    if free and name == "e" and token.kind == "name":
        special = exponential(r, token)
        if special is not None:
            return special
    if free and name == "E" and r.sees("open", "["):
        return applied_function(r, Token("function", "expectation", token.start, token.end))
    if free and name == "I" and (counted := indicator(r)) is not None:
        return with_scripts(r, counted, scripts_here(r))
    if free and name == "I" and r.sees("operator", "_") and not two_letters(r):
        sizes = sizes_below(r)
        return with_scripts(r, Apply(r.span(token, r.last), "eye", sizes), scripts_here(r))
    if name == "sigma" and (free or r.names.variables.get(name) in ("vector", "row", "matrix")) and before_argument(r):
        return applied_function(r, Token("function", "sigmoid", token.start, token.end))
    name, scripts = labelled_name(r, token, scripts_here(r))
    node: Node = Name(r.span(token, r.last) if name != token.text and not scripts else r.span(token), name)
    if name in EXTREMES and not scripts and not r.variable(name) and before_argument(r):
        return extreme(r, name, token)
    declared = r.known or r.variable(name)
    if (
        not declared
        and not scripts
        and r.sees("open", "(", "[")
        and (value := divergence_or_part(r, name, token)) is not None
    ):
        return value
    if free and name in ("lambda", "sigma") and (value := spectral(r, name, token, scripts)) is not None:
        return value
    primes = [script for script in scripts if script.kind == "prime"]
    if (
        free
        and not r.known
        and name in LETTERS
        and [script.kind for script in scripts] == ["index"]
        and _at_a_member(r)
    ):
        written = source_text(r, token)
        raise r.trouble(
            f"the functions `{written}_{{…}}` are not known",
            token,
            "unknown-function",
            f"their values are a matrix: write its entries, as in `{written}_{{ij}}`",
        )
    raised = (
        _upright(r, token)
        and all(script.kind in ("power", "inverse") for script in scripts)
        and r.sees("open", "(", "[")
    )
    if (
        not primes
        and scripts
        and free
        and (raised or (r.sees("open", "(") and plain_arguments(r) and is_call(r, name)))
    ):
        return with_scripts(r, with_scripts(r, call_of(r, Name(r.span(token), name)), scripts), scripts_here(r))
    if len(primes) == len(scripts) and r.sees("open", "(", "[") and is_call(r, name):
        if not primes:
            return with_scripts(r, call_of(r, node), scripts_here(r))
        if r.unknown(name):
            called = call_of(r, node)
            assert isinstance(called, Apply)
            order = sum(script.amount for script in primes)
            return with_scripts(r, replace(called, options=(("derivative", str(order)),)), scripts_here(r))
        if name not in r.names.losses:
            raise r.trouble(f"the derivative `{name}'` of an unknown function cannot be read", token)
        called = call_of(r, node)
        return with_scripts(r, Derivative(called.span, called, None, (), "D"), scripts_here(r))
    if (
        not declared
        and all(script.kind == "index" for script in scripts)
        and (scripts or name not in LETTERS)
        and around_a_letter(r)
    ):
        raise r.trouble(
            f"whether `{source_text(r, token)}(…)` is a function or a product is not said",
            token,
            "unknown-function",
            f"write the function out; for the product leave the brackets away, or declare `{name}`",
        )
    return with_scripts(r, node, scripts)


def _at_a_member(r: Cursor) -> bool:
    r"""Whether what follows is one numbered letter in brackets, as in `\phi_j(x_i)`."""
    inside = [token.text for token in r.tokens[r.at + 1 : r.closing(r.at)]] if r.sees("open", "(") else []
    return len(inside) > 2 and inside[1] == "_" and (len(inside) == 3 or inside[2] == "{")


def two_letters(r: Cursor) -> bool:
    """Whether two indices stand under the letter here."""
    if not r.sees("open", "{", ahead=1):
        return False
    close = r.closing(r.at + 1)
    inner = r.tokens[r.at + 2 : close]
    return len([token for token in inner if token.kind in ("name", "number")]) == 2 and all(
        token.text != "times" for token in inner
    )


def kronecker_delta(r: Cursor, token: Token) -> Node:
    """δ_{ij}."""
    r.take()
    script = lowered_script(r)
    part = script.parts[0] if len(script.parts) == 1 else None
    named = isinstance(part, Name) and r.variable(f"delta_{part.name}")
    if script.kind == "label" or isinstance(part, Literal_) or named:
        label = script.label or (
            part.text if isinstance(part, Literal_) else part.name if isinstance(part, Name) else ""
        )
        return with_scripts(r, Name(r.span(token, r.last), f"delta_{label}"), scripts_here(r))
    if script.kind != "index":
        raise r.trouble("a Kronecker delta has two indices", token)
    return with_scripts(r, Kronecker(r.span(token, r.last), script.parts), scripts_here(r))


def exponential(r: Cursor, token: Token) -> Node | None:
    """e^{…} is exp, e_i a basis vector."""
    if r.sees("operator", "_"):
        r.take()
        script = lowered_script(r)
        if script.kind == "index" and len(script.parts) == 1:
            return with_scripts(r, Apply(r.span(token, script.end or r.last), "basis", script.parts), scripts_here(r))
        raise r.trouble("a basis vector has one index", token)
    if not r.sees("operator", "^"):
        return None
    at = r.at
    r.take()
    first, past = r.unit()
    tokens = r.tokens[first:past]
    if transposing_script(r, tokens, r.last) or not tokens:
        r.at = at
        return None
    return with_scripts(r, Apply(r.span(token, r.last), "exp", (r.inside(first, past),)), scripts_here(r))


def before_argument(r: Cursor) -> bool:
    """Whether a bracket follows, perhaps after a prime or a power."""
    ahead = 0
    while step := _prime(r, ahead):
        ahead += step
    return r.sees("open", "(", "[", "\\{", ahead=ahead)


def _prime(r: Cursor, ahead: int) -> int:
    """How many tokens a prime has there: `'`, `^\\prime`, `^{'}`; 0 if there is none."""
    texts = [token.text for token in r.tokens[r.at + ahead : r.at + ahead + 4]]
    return next(
        (count for count in (1, 2, 4) if "".join(texts[:count]) in ("'", "^prime", "^'", "^{prime}", "^{'}")), 0
    )


def _upright(r: Cursor, token: Token) -> bool:
    r"""Whether a token of a loss is an upright word that is not declared: `\operatorname{chol}(A)` is no product."""
    declared = r.known or r.variable(token.text) or token.text in r.names.losses
    return token.kind == "word" and token.font == "mathrm" and not declared


def is_call(r: Cursor, name: str) -> bool:
    """Whether `name(…)` is a function at its arguments, not a product."""
    pieces, plain = r.pieces(r.at), of_names(r)
    if r.unknown(name) or _upright(r, r.last):
        return True
    if r.variable(name) or not r.known:
        return len(pieces) > 1
    if not plain and len(pieces) == 1 and name[:1].isupper() and name not in r.names.losses | r.names.formulas:
        return False  # \Lambda (x - \mu): an unknown capital is a matrix that is not explained, f and h are functions
    return name not in r.names.dimensions and (name not in _BUILT_IN or (plain and name in r.names.losses))


def of_names(r: Cursor) -> bool:
    """Whether the bracket here holds names alone."""
    return all(len(piece) == 1 and piece[0].kind in ("name", "word") for piece in r.pieces(r.at))


def plain_arguments(r: Cursor) -> bool:
    """Whether the bracket here holds variables alone."""
    return r.known and of_names(r) and all(r.variable(piece[0].text) for piece in r.pieces(r.at))


def call_of(r: Cursor, node: Node) -> Node:
    """L(X, Y, R) is L where the arguments are the variables themselves."""
    name = node.name if isinstance(node, Name) else ""
    if of_names(r) and name not in r.names.formulas and not r.unknown(name) and not _upright(r, r.last):
        r.at = r.closing(r.at) + 1
        r.called = r.at
        return Name(node.span.joined(r.span(r.last)), name)
    arguments = r.arguments()
    r.called = r.at
    return Apply(node.span.joined(r.span(r.last)), name, arguments)


# ---- functions


def applied_function(r: Cursor, token: Token) -> Node:
    r"""A function and its argument: in brackets, or what follows it."""
    if token.text == "expectation" and r.sees("operator", "_"):
        r.take()
        r.unit()  # over what: it is not differentiated
    scripts = scripts_here(r)
    primes = [script for script in scripts if script.kind == "prime"]
    powers = [script for script in scripts if script.kind in ("power", "inverse")]
    below = [script for script in scripts if script not in primes and script not in powers]
    axis = axis_below(token, below)
    function = token.text if axis else function_with_base(r, token, below)
    if f"a{function}" in ELEMENTWISE and [(script.kind, script.amount) for script in powers] == [("inverse", 1)]:
        written, function, powers = source_text(r, token), f"a{function}", []
        r.note(f"`{written}^{{-1}}` is read as the inverse function; one over it is `({written} …)^{{-1}}`")
    options = ((("derivative", str(sum(script.amount for script in primes))),) if primes else ()) + axis
    if r.sees("open", "(", "[", "\\{", "{"):
        node = bracketed_application(r, token, function, options)
    else:
        node = function_node(r, function, token, (argument_behind(r, token, function),), options)
    for script in powers:
        exponent = Literal_(node.span, Fraction(-script.amount), "") if script.kind == "inverse" else script.parts[0]
        node = r.binary("^", node, exponent)
    return node


def function_with_base(r: Cursor, token: Token, scripts: list[Script]) -> str:
    """log with a base."""
    if not scripts:
        return token.text
    part = scripts[0].parts[0] if len(scripts) == 1 and scripts[0].kind == "index" and scripts[0].parts else None
    if token.text == "log" and isinstance(part, Literal_) and part.text in ("2", "10"):
        return f"log{part.text}"
    if token.text == "log" and isinstance(part, Name) and part.name == "e":
        return "log"
    raise r.trouble("this script on a function has no meaning here", token)


def bracketed_application(r: Cursor, token: Token, function: str, options: tuple[tuple[str, str], ...]) -> Node:
    """f(…) with the scripts behind it; `tr(A)^T(B)` is the trace of the whole product."""
    opening = r.at
    arguments = r.arguments()
    at = r.at
    scripts = scripts_here(r)
    turned = any(script.kind in ("T", "prime", "inverse-T") for script in scripts)
    if function in WHOLE_TERM and function != "vec" and turned:
        r.note(f"`{function} (A)^T B` is read as the {function} of the whole product")
        r.at = opening
        return function_node(r, function, token, (r.grammar.close_product(r),), options)
    r.at = at
    node = function_node(r, function, token, arguments, options)
    return with_scripts(r, node, scripts_here(r))


def function_node(
    r: Cursor, function: str, token: Token, arguments: tuple[Node, ...], options: tuple[tuple[str, str], ...] = ()
) -> Node:
    """The node of a function."""
    span = r.span(token, r.last)
    if function == "transpose" and len(arguments) == 1:
        return Transposed(span, arguments[0])
    if function == "inv" and len(arguments) == 1:
        return Inverted(span, arguments[0])
    if function in RECIPROCALS and len(arguments) == 1:
        return Apply(span, "reciprocal", (Apply(span, RECIPROCALS[function], arguments),))
    if function == "log" and len(arguments) == 1 and (total := log_of_product(arguments[0], span)) is not None:
        return total
    return Apply(span, function, arguments, options)


def argument_behind(r: Cursor, token: Token, function: str) -> Node:
    """The argument without brackets: for a trace or determinant the whole product,
    else the letters that stand together."""
    if not r.starts_factor():
        raise r.trouble(f"`{function}` needs an argument", token, "syntax-error")
    if function in WHOLE_TERM:
        return r.grammar.close_product(r) if function != "det" else determined(r)
    first = r.token
    node = r.grammar.factor(r)
    count = 1
    while (
        first.kind in ("name", "number") and r.sees("name") and not r.token.spaced and not r.grammar.is_differential(r)
    ):
        node = r.binary("juxtapose", node, r.grammar.factor(r))
        count += first.kind == "name"
    if count > 1:
        r.note(f"`{function}` without brackets takes the letters that stand together behind it")
    return node


def determined(r: Cursor) -> Node:
    """The matrices behind `det` up to a dot, an explicit space, a differential or another function."""
    node = r.grammar.factor(r)
    while r.starts_factor() and not r.sees("function") and not r.grammar.is_differential(r) and not set_apart(r):
        node = r.binary("juxtapose", node, r.grammar.factor(r))
    return node


def set_apart(r: Cursor) -> bool:
    r"""Whether a space that was written as such, `\,` or `\;`, stands before the factor here: \det A\,B is (det A)B."""
    between = r.source.text[r.last.end + r.offset : r.token.start + r.offset]
    return any(space in between for space in ("\\,", "\\;", "\\:", "\\ ", "\\quad"))


# ---- brackets


def bracket_here(r: Cursor) -> Node:
    """(…), […], {…} with scripts; ⟨A, B⟩; cases."""
    token = r.token
    if token.text == "<":
        return angle(r)
    if token.text == "cases":
        return cases(r)
    if token.text == "matrix":
        return with_scripts(r, written_out(r), scripts_here(r))
    close = r.closing(r.at)
    if close == r.at + 1:
        if token.text == "{":
            r.at += 2
            return r.grammar.factor(r)
        raise r.trouble("nothing stands in this bracket", token, "syntax-error")
    counted = comparison(r, r.at + 1, close) if token.text == "[" else None  # Iverson's bracket, [u > 0]
    node = counted or r.inside(r.at + 1, close)
    r.at = close + 1
    if (
        token.text == "{"
        and isinstance(node, Apply)
        and node.function == "norm"
        and not node.options
        and r.sees("operator", "_")
    ):
        return normed(r, node.arguments[0], node.span, False)
    scripts = scripts_here(r)
    if token.text == "[" and scripts and scripts[0].kind == "index":
        entries = by_entries(node, scripts[0], r.span(token, scripts[0].end or r.last))
        if entries is not None:
            return with_scripts(r, entries, scripts[1:])
    if token.text != "{" and isinstance(node, Binary | Negative):
        node = Group(r.span(token, r.tokens[close]), node)
    return with_scripts(r, node, scripts)


def by_entries(body: Node, script: Script, span: Span) -> Node | None:
    """[u_s v_t]_{st}: the array with these entries, where the letters below count inside;
    else an entry of what is inside."""
    letters = [part for part in script.parts if isinstance(part, Name)]
    counted = free_letters(body)
    if (
        len(letters) != len(script.parts)
        or len(letters) not in (1, 2)
        or all(name.name not in counted for name in letters)
    ):
        return None
    return EntriesOf(span, (letters[0], letters[1] if len(letters) == 2 else None), (None, None), body)


def taken_norm(r: Cursor) -> Node:
    r"""`\norm{A}_F`, `\abs{x}`."""
    token = r.take()
    first, past = r.unit()
    node = r.inside(first, past)
    span = r.span(token, r.last)
    if token.text == "abs":
        return with_scripts(r, Apply(span, "abs", (node,)), scripts_here(r))
    return normed(r, node, span, False)
