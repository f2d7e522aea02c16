"""Factors of LaTeX formulas: names and calls, functions, brackets, norms, inner products, cases."""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics import Span
from ...diagnostics.record import replace
from .. import syntax as s
from ..elaboration.loss_letters import free_letters
from ..unknown import LETTERS, WEIGHTS
from .cases import cases, cells_of, comparison, indicator
from .cursor import Cursor
from .functions import (
    BUILT_IN,
    applied_function,
    before_argument,
    call_of,
    is_call,
    is_upright,
    of_names,
    plain_arguments,
)
from .indices import around_a_letter, index_at, is_top
from .norms import EXTREMES, angle, divergence_or_part, extreme, normed, script_text, spectral
from .scripts import Script, entry_of, labelled_name, lowered_script, scripted, scripts_here, source_text, with_scripts
from .sums import counted_entries, entries_of, listed_entries
from .tokens import Token

# ---- numbers and names


def number_here(r: Cursor) -> s.Node:
    r"""A number; `\mathbf 1`, `1_n` and a transposed `1` are the vector of ones, `0_{m\times n}` is that matrix."""
    before = r.tokens[r.at - 1] if r.at else None
    first = before is None or before.kind == "relation" or before.text in ("+", "-", "(")  # of a summand
    token = r.take()
    text, bold = token.text, token.kind == "command"
    function = {"1": "ones", "0": "zeros"}.get(text, text if bold else "")
    below = r.sees("operator", "_")
    if function == "ones" and (bold or below or r.sees("open", "\\{")) and (counted := indicator(r)) is not None:
        return scripted(r, counted)
    if bold or (function and below):
        sizes = sizes_below(r)
        node = scripted(r, s.Apply(r.span(token, r.last), function, sizes))
        zero = function == "zeros" and not sizes and first and r.ends_here()  # as large as the other summands
        return s.number(node.span, 0) if zero else node
    if len(text) >= 60:
        raise r.trouble("this number is too long", token)
    number = s.Literal_(r.span(token), Fraction(text), text)
    scripts = scripts_here(r)
    if not function or all(script.kind not in ("T", "prime") for script in scripts):
        return with_scripts(r, number, scripts)
    if first and function == "zeros" and r.ends_here():
        return number
    return with_scripts(r, s.Apply(number.span, function, ()), scripts)


def sizes_below(r: Cursor) -> tuple[s.Node, ...]:
    """The sizes under an identity or ones, where some stand there: names or numbers as they stand."""
    first, past, r.at = r.script_ahead("_") or (r.at, r.at, r.at)
    letters = (token for token in r.tokens[first:past] if token.kind in ("name", "number"))
    return tuple([index_at(r, token, shifted=False) for token in letters])


def named_factor(r: Cursor) -> s.Node:
    """A name with its scripts, or a call of it."""
    token = r.take()
    name = token.text
    if name in r.binding and not r.sees("operator", "_"):
        first = ("first", "0" if name in r.from_zero else "1")
        return scripted(r, s.Apply(r.span(token), s.COUNTED, (r.name(token),), (first,)))
    free = not r.variable(name)
    values = free and not r.known and name in LETTERS and name == r.names.wrt  # by f the f(x_i) are its entries
    if (values or not free) and (member := at_samples(r, token)) is not None:
        return member
    if (special := _letter_of_its_own(r, token, free)) is not None:
        return special
    name, scripts = labelled_name(r, token, scripts_here(r))
    node = s.Name(r.span(token, r.last) if name != token.text and not scripts else r.span(token), name)
    if name in EXTREMES and not scripts and not r.variable(name) and before_argument(r):
        return extreme(r, name, token)
    declared = r.known or r.variable(name)
    kinds, opens, written = [script.kind for script in scripts], r.sees("open", "(", "["), source_text(r, token)
    kept = name == "P_Omega" and r.variable("Omega") and not r.variable(name)
    named = opens and (kept or not declared) and not scripts
    if named and (value := divergence_or_part(r, name, token)) is not None:
        return value
    if free and name in ("lambda", "sigma") and (value := spectral(r, name, token, scripts)) is not None:
        return value
    primes = [script for script in scripts if script.kind == "prime"]
    numbered = around_a_letter(r) and not of_names(r)  # \phi_j(x_i)
    if free and not r.known and name in LETTERS and kinds == ["index"] and numbered:
        help = f"their values are a matrix: write its entries, as in `{written}_{{ij}}`"
        raise r.trouble(f"the functions `{written}_{{…}}` are not known", token, "unknown-function", help)
    raised = opens and is_upright(r, token) and set(kinds) <= {"power", "inverse"}
    own = free and scripts and not primes
    alone = kinds == ["index"] and not free and r.known and r.sees("open", "(") and of_names(r)
    there = alone and r.names.wrt in [piece[0].text for piece in r.pieces(r.at)]  # ℓ_i(w) of an ℓ_i that was defined
    at_variables = own and r.sees("open", "(") and plain_arguments(r)
    if there or (own and raised) or (at_variables and (name in BUILT_IN or is_call(r, name))):  # a step d_k(x)
        return scripted(r, with_scripts(r, call_of(r, s.Name(r.span(token), name)), scripts))
    if len(primes) == len(scripts) and opens and is_call(r, name):
        if not primes:
            return scripted(r, call_of(r, node))
        return scripted(r, _slope_called(r, token, node, sum(script.amount for script in primes)))
    open_ = not declared and set(kinds) <= {"index"} and (scripts or name not in LETTERS - WEIGHTS)
    one_of_several = bool(scripts) and name not in WEIGHTS and r.unknown(name) and not r.raised_at(r.at)
    called = r.sees("open", "(", "[") and any(after.kind != "open" for after in r.behind(name))
    both = name == "sigma" and declared and not r.known and called
    if both or (open_ and (around_a_letter(r) or one_of_several)):
        message = f"whether `{written}(…)` is a function or a product is not said"
        function = f"write the function out, or say behind the loss what it is, `…, {written}(t) = …`"
        product = f"for the product leave the brackets away{'' if declared else f', or declare `{name}`'}"
        raise r.trouble(message, token, "unknown-function", f"{function}; {product}")
    return with_scripts(r, node, scripts)


def _letter_of_its_own(r: Cursor, token: Token, free: bool) -> s.Node | None:
    """π beside an array of its name, δ_ij, e, 𝔼, the identity and an indicator, σ before an argument."""
    name = token.text
    if name == "pi" and is_circle(r):
        r.note(f"`2{source_text(r, token)}` holds the number π, beside the array `pi`")
        return s.Name(r.span(token), s.CIRCLE)
    if free and name == "delta" and r.sees("operator", "_"):
        return kronecker_delta(r, token)
    if name == "e" and token.kind == "name" and (free or _is_exponent(r)):
        special = exponential(r, token)
        if special is not None:
            return special
    if free and name == "E" and r.sees("open", "["):
        return applied_function(r, Token("function", "expectation", token.start, token.end))
    if free and name == "I" and (counted := indicator(r)) is not None:
        return scripted(r, counted)
    declared = name == "I" and any(r.variable(f"I{between}{r.peek().text}") for between in ("", "_"))
    first, past, _ = r.script_ahead("_") or (r.at, r.at, r.at)
    below = [one.text for one in r.tokens[first:past] if one.kind in ("name", "number")]
    declared = declared or below == ["0"]  # no identity has that size: in ridge an identity but for one 0
    entry = len(below) == 2 and all(one.text != "times" for one in r.tokens[first:past])
    if free and name == "I" and r.sees("operator", "_") and not entry and not declared:
        sizes = sizes_below(r)
        return scripted(r, s.Apply(r.span(token, r.last), "eye", sizes))
    if name == "sigma" and (free or r.names.variables.get(name) in ("vector", "row", "matrix")) and before_argument(r):
        return applied_function(r, Token("function", "sigmoid", token.start, token.end))
    return None


def _slope_called(r: Cursor, token: Token, name: s.Name, order: int) -> s.Node:
    """f'(x), so often primed: of a function without a meaning, of one that is stated, or of the loss."""
    own = r.unknown(name.name) or name.name in r.names.formulas
    if not own and name.name not in r.names.losses:
        raise r.trouble(f"the derivative `{name.name}'` of an unknown function cannot be read", token)
    called = call_of(r, name)
    if own:
        assert isinstance(called, s.Apply)
        return replace(called, options=(("derivative", str(order)),))
    for _ in range(order):
        called = s.Derivative(called.span, called, None, (), "D")
    return called


def at_samples(r: Cursor, token: Token) -> s.Node | None:
    """In a loss φ(x_n) of a declared φ is its row n, where x is not declared, and k(x_i, x_j) of a matrix k is k_ij."""
    kind = r.names.variables.get(token.text)
    if r.known or kind == "number" or not r.sees("open", "("):
        return None
    pieces = r.pieces(r.at)
    samples = [sample for piece in pieces if (sample := _sample(piece)) is not None]
    declared = {name for known in r.names.variables for name in (known, known.lower())}
    sides = 2 if kind == "matrix" else 1
    if len(samples) != (1 if len(pieces) == 1 else sides):
        return None
    if len(pieces) == 1 and samples[0][0].text in declared and token.text not in LETTERS:
        return None
    r.at = r.closing(r.at) + 1
    letters = tuple([r.name(letter) for _, letter in samples])
    written = r.source.text[token.start + r.offset : r.last.end + r.offset]
    part = "entry" if len(pieces) > 1 or sides < 2 else "row"
    r.note(f"`{written}` is read as {part} {''.join(letter.name for letter in letters)} of `{token.text}`")
    return scripted(r, entry_of(r, r.name(token), Script("index", letters, end=r.last), r.span(token, r.last)))


def _sample(piece: list[Token]) -> tuple[Token, Token] | None:
    """x and n of x_n and of x^{(n)}."""
    bare = [token for token in piece if token.kind not in ("open", "close")]
    if [token.kind for token in bare] != ["name", "operator", "name"]:
        return None
    raised = bare[1].text == "^" and all(token.text != "(" for token in piece)
    return None if raised else (bare[0], bare[2])


def _is_exponent(r: Cursor) -> bool:
    """Whether e^{x_i} stands here, which is no power of a vector e."""
    array = r.names.variables.get("e") in ("vector", "row", "matrix")
    above = r.script_ahead("^") if array and r.sees("open", "{", ahead=1) else None
    inner = r.tokens[slice(*above[:2])] if above is not None else []
    exponent = any(token.kind == "name" for token in inner) and not is_top(r, inner[0])
    if exponent:
        r.note("`e^{…}` is the exponential, beside the array `e`")
    return exponent


def is_circle(r: Cursor) -> bool:
    r"""Whether the π just taken is the number beside an array π: that of `\sqrt{2\pi}`, `\log 2\pi`, `(2\pi)^{n/2}`."""
    at = r.at - 1
    indexed = any(after.text == "_" for after in r.behind("pi"))
    array = r.names.variables.get("pi") in ("vector", "row", "matrix") or indexed
    if not array or at < 2 or r.tokens[at - 1].text != "2" or r.token.text in ("_", "^", "'"):
        return False
    before, outside = r.tokens[at - 2], r.tokens[max(at - 3, 0)]
    if before.kind != "open":
        return before.kind in ("function", "bar") or before.text in ("sqrt", "/")
    inner = outside.kind in ("close", "number", "function") or outside.text == "sqrt"
    return inner or r.tokens[r.partner[at - 2] + 1].text == "^"


def kronecker_delta(r: Cursor, token: Token) -> s.Node:
    """δ_{ij}."""
    r.take()
    script = lowered_script(r)
    part = script.parts[0] if len(script.parts) == 1 else None
    label = f"delta_{script_text(script)}"
    if script.kind == "label" or isinstance(part, s.Literal_) or (isinstance(part, s.Name) and r.variable(label)):
        return scripted(r, s.Name(r.span(token, r.last), label))
    if script.kind == "index" and isinstance(part, s.Name):  # a vector δ, as of events that were seen
        return with_scripts(r, s.Name(r.span(token), "delta"), [script, *scripts_here(r)])
    if script.kind != "index":
        raise r.trouble("a Kronecker delta has two indices", token)
    return scripted(r, s.Kronecker(r.span(token, r.last), script.parts))


def exponential(r: Cursor, token: Token) -> s.Node | None:
    """e^{…} is exp, e_i a basis vector; e_{ij} and e_{out} are entries and names like any other."""
    if r.sees("operator", "_"):
        r.take()
        script = lowered_script(r)
        if script.kind == "index" and len(script.parts) == 1:
            return scripted(r, s.Apply(r.span(token, script.end or r.last), "basis", script.parts))
        return with_scripts(r, s.Name(r.span(token), "e"), [script, *scripts_here(r)])
    above = r.script_ahead("^")
    raised = r.tokens[above[0]] if above is not None else token
    turning = is_top(r, raised) or raised.text in ("'", "prime")  # eᵀ of a vector e
    if above is None or above[0] == above[1] or (above[1] - above[0] == 1 and turning):
        return None
    r.at = above[2]
    return scripted(r, s.Apply(r.span(token, r.last), "exp", (r.inside(*above[:2]),)))


# ---- brackets


def bracket_here(r: Cursor) -> s.Node:
    """(…), […], {…} with scripts; ⟨A, B⟩; cases."""
    token = r.token
    if token.text == "<":
        return angle(r)
    if token.text == "cases":
        return cases(r)
    if token.text == "matrix":
        return written_out(r)
    close = r.closing(r.at)
    if close == r.at + 1:
        if token.text == "{":
            r.at += 2
            return r.grammar.factor(r)
        raise r.trouble("nothing stands in this bracket", token, "syntax-error")
    if token.text in ("[", "(") and (entries := counted_entries(r, close)) is not None:
        return entries
    counted = comparison(r, r.at + 1, close) if token.text == "[" else None  # Iverson's bracket, [u > 0]
    node = counted or r.inside(r.at + 1, close)
    r.at = close + 1
    if token.text == "{" and isinstance(node, s.Apply) and (node.function, node.options) == ("norm", ()):
        return normed(r, node.arguments[0], node.span, False)
    scripts = scripts_here(r)
    if token.text in ("[", "(") and scripts and scripts[0].kind == "index":
        entries = by_entries(node, scripts[0], r.span(token, scripts[0].end or r.last))
        if entries is not None:
            return with_scripts(r, entries, scripts[1:])
    if token.text != "{" and isinstance(node, s.Binary | s.Negative):
        node = s.Group(r.span(token, r.tokens[close]), node)
    return with_scripts(r, node, scripts)


def written_out(r: Cursor) -> s.Node:
    """A matrix that is written out: its rows, each with its cells; a column or a row that is listed with dots."""
    opening, rows = r.token, cells_of(r)
    cells = [row[0] for row in rows] if all(len(row) == 1 for row in rows) else rows[0] if len(rows) == 1 else []
    found = listed_entries(r, cells, row=len(rows) == 1)
    nodes = [tuple([r.inside(*cell) for cell in row]) for row in rows] if found is None else []
    r.at = r.closing(r.at) + 1
    span = r.span(opening, r.last)
    if found is None and len(cells) == 1:
        found = s.Group(span, nodes[0][0])
    return scripted(r, found or s.Apply(span, s.LIST, tuple([s.Apply(span, s.LIST, row) for row in nodes])))


def by_entries(body: s.Node, script: Script, span: Span) -> s.Node | None:
    """[u_s v_t]_{st}: the array with these entries, where the letters below count inside; else None."""
    letters = tuple([part for part in script.parts if isinstance(part, s.Name)])
    counted = not free_letters(body).isdisjoint(letter.name for letter in letters)
    entries = counted and len(letters) == len(script.parts) < 3
    return entries_of(span, letters, (None,) * len(letters), body) if entries else None


def taken_norm(r: Cursor) -> s.Node:
    r"""`\norm{A}_F`, `\abs{x}`."""
    token = r.take()
    first, past = r.unit()
    node = r.inside(first, past)
    span = r.span(token, r.last)
    if token.text == "abs":
        return scripted(r, s.Apply(span, "abs", (node,)))
    return normed(r, node, span, False)
