"""Subscripts and superscripts: transposes, inverses, powers, entries, slices, indices."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from ...diagnostics import Span
from .. import syntax as s
from .cursor import Cursor
from .indices import (
    Script,
    counted_power,
    counter_of,
    end_unbraced,
    index_at,
    index_letters,
    is_shift,
    is_top,
    is_word,
    known_script,
    name_above,
    names_another,
    sliced_script,
    turned_before,
)
from .tokens import REFUSED, Token

_SIGNS_BELOW: Final = {"times": "star", "+": "plus", "-": "minus", "circ": "0", "infty": "infty"}
r"""Signs below a letter that belong to its name: `w_*`, `x_+`, `x_\circ`, `x_\infty`."""
_CAPITALS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def scripts_here(r: Cursor) -> list[Script]:
    """All the scripts that follow, in the order written."""
    found: list[Script] = []
    while True:
        if r.sees("operator", "'") or r.sees("command", "prime", "up-top"):
            found.append(Script("T" if r.token.text == "up-top" else "prime", end=r.take()))
        elif r.sees("operator", "^", "_"):
            found += raised_scripts(r) if r.take().text == "^" else [lowered_script(r)]
        elif r.sees("open", "{") and r.sees("close", "}", ahead=1) and not turned_before(r):
            r.at += 2
        else:
            return found
        if len(found) > 12:
            raise r.trouble("too many scripts on one letter", r.last)


def raised_scripts(r: Cursor) -> list[Script]:
    r"""What stands after `^`: in `x^{(i)\top}` and `x^{(i)^T}`, where i is a letter, a sample and its transpose."""
    inner = r.at + 1
    close = r.partner.get(inner, r.at) if r.sees("open", "{") and r.sees("open", ahead=1) else r.at
    tops = [token for token in r.tokens[close + 1 : r.partner.get(r.at, 0)] if token.text != "^"]
    letters = r.tokens[inner + 1 : close]
    turned = len(tops) == 1 and is_top(r, tops[0]) and all(token.kind == "name" for token in letters)
    if not (letters and turned) or is_word([token.text for token in letters]):
        return [raised_script(r)]
    sample = Script("sample", index_letters(r, inner + 1, close), end=r.tokens[close])
    r.unit()
    return [sample, Script("T", end=r.last)]


def raised_script(r: Cursor) -> Script:
    """What stands after `^`; as we print it, `X^∘2` and `X^∘(1/2)`: every entry to that power."""
    if r.sees("operator", "circ") and source_text(r, r.token) == "∘" and r.peek().kind in ("number", "name", "open"):
        r.at += 1
        first, past = r.unit()
        return Script("circ", (r.inside(first, past),), end=r.last)
    braced, rounded = r.sees("open", "{"), r.sees("open", "(")
    first, past = r.unit()
    tokens, end = r.tokens[first:past], r.last
    texts = [token.text for token in tokens]
    bracketed = braced and len(tokens) >= 3 and (texts[0], texts[-1]) in (("(", ")"), ("[", "]"))
    moved = len(tokens) == 5 and is_shift(r, first + 2, past - 1)
    if bracketed and texts[0] == "[" and texts[1] in _CAPITALS - r.binding - r.left and len(texts) == 3:
        return Script("label", label=texts[1], end=end)  # a^{[L]}: that of the last layer
    if bracketed and is_word(texts[1:-1]):
        return Script("label", label="".join(texts[1:-1]), end=end)  # \beta^{(OLS)}
    if bracketed and (all(token.kind == "name" for token in tokens[1:-1]) or (moved and tokens[1].kind == "name")):
        return Script("sample", index_letters(r, first + 1, past - 1), end=end)
    if rounded and len(tokens) == 1 and tokens[0].kind == "name" and not is_top(r, tokens[0]):
        return Script("sample", index_letters(r, first, past), end=end)
    if (known := known_script(r, tokens, end)) is not None:
        return known
    if texts[:1] in (["circ"], ["odot"]) and len(tokens) > 1:
        return Script("circ", (r.inside(first + 1, past),), end=end)
    if texts == ["-"]:
        return Script("label", label="minus", end=end)
    if (own := name_above(r, first, tokens, end)) is not None:
        return own
    if texts == ["+"]:
        return Script("pinv", label="plus", end=end)
    if texts == ["dagger"]:
        message = "a raised dagger is the pseudoinverse or the conjugate transpose"
        raise r.trouble(message, end, help="write `A^{+}` for the pseudoinverse, `A^\\top` for the transpose")
    if len(tokens) == 1 and (texts[0] in ("times", "circ") or texts[0] in REFUSED):
        raise r.trouble(f"the raised `{source_text(r, end)}` is not an operation that is known here", tokens[0])
    primed = f"{texts[0]}_prime" in r.binding and texts[1:] in (["'"], ["prime"])  # \nu^{n'} under a sum over n'
    counted = s.Apply(r.span(end), s.COUNTED, index_letters(r, first, past), (("first", "1"),)) if primed else None
    return Script("power", (counted or r.inside(first, past),), end=end)


def source_text(r: Cursor, token: Token) -> str:
    """The characters of a token."""
    return r.source.text[token.start + r.offset : token.end + r.offset] or token.text


def lowered_script(r: Cursor) -> Script:
    """What stands after `_`: indices, or a label."""
    if r.sees("operator", "+"):  # [u]_+
        return Script("label", label="plus", end=r.take())
    braced, base = r.sees("open"), r.peek(-2)
    first, past = r.unit()
    past = past if braced else end_unbraced(r, past, base)
    tokens = r.tokens[first:past]
    end = r.last
    if not tokens:
        return Script("nothing", end=end)
    if len(tokens) >= 2 and tokens[0].kind == "open" and r.partner.get(first) == past - 1:
        first, past, tokens = first + 1, past - 1, tokens[1:-1]
    texts = [token.text for token in tokens]
    if any(token.kind in ("word", "text", "function") for token in tokens) or is_word(texts):
        return Script("label", label="".join(texts), end=end)
    if len(tokens) == 1 and tokens[0].kind in ("operator", "command") and texts[0] in _SIGNS_BELOW:
        return Script("label", label=_SIGNS_BELOW[texts[0]], end=end)
    if any(token.text in (":", "cdot", "times") and token.kind == "operator" for token in tokens):
        return sliced_script(r, tokens, end)
    return Script("index", index_letters(r, first, past), end=end)


# ---- putting on


def scripted(r: Cursor, base: s.Node) -> s.Node:
    """The base with the scripts that follow."""
    return with_scripts(r, base, scripts_here(r))


def with_scripts(r: Cursor, base: s.Node, scripts: list[Script]) -> s.Node:
    """The base with its scripts: entries first where `X_{ij}^2`, transposes first where `X^T_{ij}` or `X_{ij}^T`."""
    if isinstance(base, s.Name) and r.names.variables.get(base.name) == "matrix" and len(scripts) == 2:
        counted = [(counter_of(script), script) for script in scripts]  # \nu_k^n under a sum over n
        scripts = [Script("sample", (letter,), end=script.end) if letter else script for letter, script in counted]
    kinds = [script.kind for script in scripts]
    single = all(len(script.parts) == 1 for script in scripts[:2])
    if sorted(kinds[:2]) == ["index", "sample"] and single and isinstance(base, s.Name):
        said = other_case(r, base).name in r.names.columns
        row, column = sorted(scripts[:2], key=lambda script: script.kind, reverse=not said)
        both = Script("index", (row.parts[0], column.parts[0]), end=scripts[1].end)
        base, scripts = entry_of(r, base, both, base.span.joined(r.span(scripts[1].end or r.last))), scripts[2:]
        kinds = kinds[2:]
    two = [script for script in scripts if script.kind == "index" and len(script.parts) == 2]
    if two and len(scripts) == 2 and not {"T", "inverse", "inverse-T", "prime"}.isdisjoint(kinds):
        other = next(script for script in scripts if script is not two[0])
        if other is scripts[1] and not isinstance(base, s.Kronecker):
            r.note("a script after two indices is read as the matrix's own: `X_{ij}^{-1}` is the entry of the inverse")
        scripts = [other, two[0]]
    elif len(scripts) == 2 and kinds in (["power", "index"], ["T", "index"], ["prime", "index"]):
        scripts = [scripts[1], scripts[0]]
    for script in scripts:
        base = with_script(r, base, script)
    return base


def with_script(r: Cursor, base: s.Node, script: Script) -> s.Node:
    """One script put on."""
    end = script.end or r.last
    span = base.span.joined(r.span(end))
    match script.kind:
        case "nothing":
            return base
        case "T" | "prime":
            for _ in range(script.amount):
                base = s.Transposed(span, base)
            return base
        case "inverse" | "inverse-T":
            inverse = s.Inverted(span, base, script.amount)
            return inverse if script.kind == "inverse" else s.Transposed(span, inverse)
        case "pinv":
            return s.Apply(span, "pinv", (base,))
        case "power":
            if (letter := counter_of(script)) is None:
                return r.binary("^", base, script.parts[0])
            if (
                r.known
                and isinstance(base, s.Name)
                and (r.names.variables.get(base.name) in ("vector", "row") or other_case(r, base) is not base)
            ):
                r.note(f"the raised `{letter.name}` numbers `{base.name}`, as no vector has a power")
                return row_or_column(r, base, Script("sample", (letter,)), span)
            return r.binary("^", counted_power(r, base, letter, end), script.parts[0])
        case "power-T":
            return s.Transposed(span, r.binary("^", base, script.parts[0]))
        case "circ":
            return r.binary("**", base, script.parts[0])
        case "sample" | "row" | "column":
            return row_or_column(r, base, script, span)
        case "index":
            return entry_of(r, base, script, span)
        case "label" if script.label == "plus":  # [u]₊
            return s.Apply(span, "relu", (base,))
        case _:
            raise r.trouble("this script has no meaning here", end)


def row_or_column(r: Cursor, base: s.Node, script: Script, span: Span) -> s.Node:
    """A row or column; x^{(i)} of a letter is a row of X, or the entry of a vector x."""
    if len(script.parts) != 1:
        raise r.trouble("one index is needed here", script.end or r.last)
    base = s.ungrouped(base)
    if not isinstance(base, s.Name):
        raise r.trouble("a row or column is taken of a letter", base)
    if script.kind == "sample" and r.names.variables.get(base.name) in ("vector", "row"):
        return s.Subscript(span, base, script.parts)
    if script.kind == "sample":
        return member_of(r, span, base, other_case(r, base), script.parts[0], "sample")
    return s.Slice(span, base, base, script.parts[0], "row" if script.kind == "row" else "column")


def member_of(
    r: Cursor, span: Span, letter: s.Name, matrix: s.Name, index: s.Node, way: s.Way = "subscript"
) -> s.Slice:
    """x_i of a matrix X."""
    return s.Slice(span, letter, matrix, index, "said column" if matrix.name in r.names.columns else way)


def is_counted(r: Cursor, script: Script) -> bool:
    """Whether a letter that a sum binds stands in the script, also below a label: the i of w_{y_i}."""
    names = [part.name for index in script.parts for part in s.parts_of(index) if isinstance(part, s.Name)]
    return any(name.rpartition("_")[2] in r.binding | r.left for name in names)


def other_case(r: Cursor, letter: s.Name) -> s.Name:
    """The matrix X for a letter x, where x itself is not known and X is."""
    return letter if r.variable(letter.name) else matrix_of(r, letter)


def matrix_of(r: Cursor, letter: s.Name) -> s.Name:
    """The known matrix of the same letter in the other case, where the letter is none of its own, or the letter."""
    if letter.name in r.names.accents:
        return letter
    others = ("vector", "row", "number", *([""] if r.known else ()))
    for other in (letter.name.swapcase(), letter.name[:1].upper() + letter.name[1:]):
        if r.names.variables.get(other, "vector") not in others:
            return s.Name(letter.span, other)
    return letter


def entry_of(r: Cursor, base: s.Node, script: Script, span: Span) -> s.Node:
    """base_{ij}, or x_i: an entry, or a row or column of X."""
    if not isinstance(base, s.Name) or len(script.parts) not in (1, 2):
        return s.Subscript(span, base, script.parts)
    kind, part = r.names.variables.get(base.name), script.parts[0]
    if len(script.parts) == 2:
        return s.Subscript(span, matrix_of(r, base) if kind in (None, "vector", "row") else base, script.parts)
    small = r.known or base.name.islower()  # R_t of a loss is a letter of its own beside r_t
    if kind is None and small and (other := other_case(r, base)) is not base:
        return member_of(r, span, base, other, part)
    if kind != "matrix":
        return s.Subscript(span, base, script.parts)
    own = base.name.lower() != (r.names.wrt or "").lower() and not is_counted(r, script)
    if isinstance(part, s.Name) and own and not counts_rows(r, part.name, base.name):
        return s.Name(span, f"{base.name}_{part.name}")
    return member_of(r, span, base, base, part)


def counts_rows(r: Cursor, letter: str, base: str) -> bool:
    """Whether a letter counts something here: a sum binds it, or it is the index of something else than `base` too."""
    places = [at for at, token in enumerate(r.tokens) if (token.kind, token.text) == ("name", letter)]
    for at in places:
        below = next((back for back in range(at - 1, max(at - 5, -1), -1) if r.tokens[back].text in ("_", "sum")), None)
        if below and r.tokens[below].text == "_" and r.tokens[below - 1].text != base:
            return True
    return letter in r.binding | r.left | r.names.counting


def script_text(script: Script) -> str:
    """What stands in a subscript, without commas."""

    def text(part: s.Node) -> str:
        if isinstance(part, s.Binary):
            return text(part.left) + part.operator + text(part.right)
        return part.text if isinstance(part, s.Literal_) else part.name if isinstance(part, s.Name) else "?"

    return script.label or "".join(map(text, script.parts))


def labelled_name(r: Cursor, token: Token, scripts: list[Script]) -> tuple[str, list[Script]]:
    """A name whose subscript belongs to it: W_1, sigma_max, L_2; and the scripts left."""
    name = token.text
    known = (r.names.variables, r.names.losses, r.names.formulas, r.names.dimensions)
    for place, script in enumerate(scripts):
        before, behind = scripts[:place], scripts[place + 1 :]
        if script.label and script.kind in ("power", "power-T"):  # W^{(1)}, W^{[1]}: the layer's W1
            rest = [Script("T", end=script.end)] if script.kind == "power-T" else []
            if r.variable(name) or matrix_of(r, s.Name(r.span(r.last), name)).name == name:  # no first row of an X
                pair = any(other.kind == "index" and len(other.parts) == 2 for other in (*before, *behind))
                return known_form(r, name, script.label, pair), [*before, *rest, *behind]
            end = script.end or token
            at = index_at(r, Token("number", script.label, end.start, end.end))
            return name, [*before, Script("sample", (at,), end=script.end), *rest, *behind]
        if script.kind == "label" or (script.kind == "pinv" and is_updated(r, name)):
            return known_form(r, name, script.label), [*before, *behind]
        if script.kind == "sample" and _is_layer(r, name, script):
            return f"{name}_{script_text(script)}", [*before, *behind]
        if script.kind == "prime" and names_another(r, name):
            return known_form(r, name, "_".join(["prime"] * script.amount)), [*before, *behind]
        named = script.parts and all(isinstance(part, s.Name | s.Literal_) for part in script.parts)
        if script.kind == "index" and named and not is_counted(r, script):
            # a letter that a sum binds counts something: it is no part of a name
            text = script_text(script)
            for form in (f"{name}_{text}", f"{name}{text}"):
                if any(form in table for table in known):
                    return form, [*before, *behind]
            lettered = all(isinstance(part, s.Name) for part in script.parts)  # S_B: nothing binds the letter
            numbered = len(script.parts) == 1 and isinstance(script.parts[0], s.Literal_)
            # entries are counted from 1, unless some Σ counts from 0: the 0 of c_0 is no index
            origin = text == "0" and all((a.text, b.text) != ("=", "0") for a, b in pairwise(r.tokens))
            label = numbered and (origin or (not r.variable(name) and is_label(r, name, text)))
            if label or (lettered and owns_script(r, token, script)) or r.unknown(f"{name}_{text}"):
                return f"{name}_{text}", [*before, *behind]
    return name, scripts


def _is_layer(r: Cursor, name: str, script: Script) -> bool:
    r"""Whether a letter in brackets belongs to the unknown name below it, `\delta^{(l)}` of a layer."""
    layer, single = script_text(script), len(script.parts) == 1
    if f"{name}_{layer}" in r.names.variables:
        return True
    if not r.known or not single or r.variable(name) or matrix_of(r, s.Name(r.span(r.last), name)).name != name:
        return False
    places = [at for at, token in enumerate(r.tokens) if (token.kind, token.text) == ("name", layer[0]) and at > 3]
    bases = [r.tokens[at - 4] for at in places if [token.text for token in r.tokens[at - 3 : at]] == ["^", "{", "("]]
    numbered = any(r.variable(matrix_of(r, r.name(base)).name) for base in bases if base.kind == "name")
    return not numbered and not is_counted(r, script) and not counts_rows(r, layer[0], name)


def is_updated(r: Cursor, name: str) -> bool:
    """Whether `w^+` is a name: declared, or of what is no matrix. `A^+` of a matrix is its pseudoinverse."""
    own = r.variable(known_form(r, name, "plus")) or r.names.variables.get(name) != "matrix"
    return own if r.known else name[:1].islower()


def owns_script(r: Cursor, token: Token, script: Script) -> bool:
    """Whether free letters belong to an unknown name: W_{hh} of a loss; beside known names a capital, E_D, h_θ, or
    variables, E_{(w,b)}."""
    name, text = token.text, script_text(script)
    if r.known and all(r.names.variables.get(letter.name) for letter in script.parts if isinstance(letter, s.Name)):
        return not r.variable(name) and (r.sees("open", "(") or (name[:1].isupper() and is_label(r, name)))
    unknown = name[:1].isupper() and not r.variable(name) and (not r.known or text in _CAPITALS - {*r.names.dimensions})
    return unknown and is_label(r, name) and other_case(r, r.name(token)).name == name


def is_label(r: Cursor, name: str, number: str = "") -> bool:
    """Whether a number under an unknown letter belongs to the name: no matrix of that letter, no basis vector."""
    if not r.known:
        always = all(after.text == "_" for after in r.behind(name))
        return always and (name[:1].isupper() or has_layer(r, number))
    return name not in ("e", "I", "delta") and other_case(r, s.Name(r.span(r.last), name)).name == name


def has_layer(r: Cursor, number: str) -> bool:
    """Whether a capital has this number, W_1: then it labels a small letter too, b_1."""
    places = (at for at, token in enumerate(r.tokens) if token.kind == "name" and token.text[:1].isupper())
    following = ([token for token in r.tokens[at + 1 : at + 4] if token.kind != "open"] for at in places)
    return any(len(after) > 1 and after[0].text == "_" and after[1].text == number for after in following)


def known_form(r: Cursor, base: str, label: str, pair: bool = False) -> str:
    """`W_train` in the spelling that was declared; with a `pair` of indices, w^{(1)}_{ji} is an entry of W1."""
    for letter in (base, base.upper()) if pair else (base,):
        for form in (f"{letter}_{label}", f"{letter}{label}"):
            if form in r.names.variables or form in r.names.losses:
                return form
    return f"{base}_{label}"
