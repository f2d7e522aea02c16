r"""Norms by what stands under their bars, `\lVert x \rVert_{\Sigma^{-1}}`, and extreme eigenvalues."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

from ...diagnostics import Span
from ...diagnostics.record import replace
from .. import syntax as s
from .cursor import Cursor
from .indices import one_index
from .scripts import Script, script_text, scripted, scripts_here, source_text, with_scripts
from .tokens import Token

_COVARIANCES: Final = ("Sigma", "K", "Gamma", "C")
"""Under a norm these stand in one field for themselves, in another for their inverses: covariances and kernels."""
_NORMS: Final = {
    **dict.fromkeys(("f", "fro", "hs"), "fro"),
    **dict.fromkeys(("2", "op", "ell_2"), "2"),
    **dict.fromkeys(("1", "ell_1"), "1"),
    **dict.fromkeys(("star", "nuc", "tr"), "nuc"),
    "infty": "inf",
}
_PLAIN: Final = frozenset(("f", "fro", "hs", "2"))
"""Subscripts of ⟨A, B⟩ that say that it is the sum of the products of all entries."""
_MIXED: Final = (
    "write out what is meant: `\\sum_i \\lVert X_{i,:} \\rVert` for the norms of the rows, "
    "`\\sum_j \\lVert X_{:,j} \\rVert` for those of the columns"
)

EXTREMES: Final = frozenset(
    f"{letter}_{end}" for letter in ("lambda", "sigma") for end in ("max", "maximum", "min", "minimum", "1")
)
"""\\lambda_{\\max}, \\sigma_{\\max}: functions of a matrix where a bracket follows."""


def extreme(r: Cursor, name: str, token: Token) -> s.Node:
    """The largest or smallest eigenvalue, the largest singular value."""
    arguments = r.arguments()
    span = r.span(token, r.last)
    if len(arguments) != 1 or name.startswith("sigma_min"):
        raise r.trouble(f"`{source_text(r, token)}` of this cannot be read", token)
    if name.startswith("sigma"):
        return scripted(r, s.Apply(span, "norm", arguments, (("ord", "2"),)))
    if "min" not in name:
        return scripted(r, s.Apply(span, "eigmax", arguments))
    largest = s.Apply(span, "eigmax", (s.Negative(span, s.Group(span, arguments[0])),))
    return scripted(r, s.Group(span, s.Negative(span, largest)))


def spectral(r: Cursor, name: str, token: Token, scripts: list[Script]) -> s.Node | None:
    r"""`\lambda_i(X)` where i is summed over and X is made of capitals without that letter: the eigenvalues of X."""
    letter = one_index(scripts)
    if not isinstance(letter, s.Name) or letter.name not in r.binding or not r.sees("open", "("):
        return None
    inside = [token for token in r.tokens[r.at + 1 : r.closing(r.at)] if token.kind == "name"]
    if not inside or not inside[0].text[0].isupper() or any(token.text == letter.name for token in inside):
        return None
    arguments = r.arguments()
    return scripted(r, s.Apply(r.span(token, r.last), name, arguments, (("index", letter.name),)))


def bars_here(r: Cursor) -> s.Node:
    """‖…‖ with its subscript, or |…|: a determinant, an absolute value, or a norm that lost a bar."""
    opening = r.take()
    r.bars.append(opening.text)
    node = r.grammar.expression(r)
    r.bars.pop()
    if not r.sees("bar"):
        density = "what stands under a condition, as in `p(x \\mid \\mu)`, is a density: write out what it is"
        help = density if r.at < len(r.tokens) and r.tokens[r.at].text in (")", ",") else None
        raise r.trouble("this bar is never closed", opening, "syntax-error", help)
    closing = r.take()
    span = r.span(opening, closing)
    return normed(r, node, span, opening.text == closing.text == "|")


def normed(r: Cursor, node: s.Node, span: Span, single: bool) -> s.Node:
    """The norm of the node, by the subscript behind it."""
    weight, above = _weight_behind_power(r) if not single else (None, [])
    scripts = [*above, *scripts_here(r)]
    power = scripts[0].parts[0] if scripts and scripts[0].kind == "power" else None
    if weight is not None:
        r.note("the square of a norm with a matrix below it is read as `x^\\top A x`")
        square = _weighted(r, span, node, weight, node)
        if isinstance(power, s.Literal_) and power.value == 2:
            return with_scripts(r, s.Group(span, square), scripts[1:])
        return with_scripts(r, s.Apply(span, "sqrt", (square,)), scripts)
    lower = [script for script in scripts if script.kind in ("index", "label")]
    rest = [script for script in scripts if script not in lower]
    if len(lower) > 1:
        raise r.trouble("a norm has one subscript", r.last)
    if not lower:
        return with_scripts(r, s.Apply(span, "bars" if single else "norm", (node,)), rest)
    label, parts = script_text(lower[0]), lower[0].parts
    kind = _NORMS.get(label.lower())
    order = parts[0] if kind is None and len(parts) == 1 and not single else None
    if isinstance(order, s.Literal_):
        order = s.Literal_(order.span, Fraction(order.text), order.text)  # it counts nothing
    elif isinstance(order, s.Name) and not order.name[0].islower():
        order = None
    if order is not None:
        above = [script for script in rest if script.kind == "power"][:1]
        whole = isinstance(order, s.Name) and [replace(one.parts[0], span=order.span) for one in above] == [order]
        options = (("power", ""),) if whole else ()
        return with_scripts(r, s.Apply(span, "norm", (node, order), options), rest[1:] if whole else rest)
    if label == "11" and len(parts) == 2:
        return with_scripts(r, s.Apply(span, "sum", (s.Apply(span, "abs", (node,)),)), rest)
    if kind is None:
        known = _MIXED if len(parts) == 2 else "known are `F`, `2`, `1`, `*`"
        written = label if len(label) != len(parts) else ",".join(label)
        raise r.trouble(f"the norm with the subscript `{written}` is not known", r.last, help=known)
    if single:
        r.note("single bars with a subscript are read as a norm whose second bar was lost")
    return with_scripts(r, s.Apply(span, "norm", (node,), (("ord", kind),)), rest)


def _weighted(r: Cursor, span: Span, left: s.Node, weight: s.Node, right: s.Node) -> s.Node:
    """uᵀ A v."""
    turned = s.Transposed(span, s.Group(left.span, left))
    return r.binary("juxtapose", r.binary("juxtapose", turned, weight), s.Group(right.span, right))


def divergence_or_part(r: Cursor, name: str, token: Token) -> s.Node | None:
    r"""`D_{KL}(p \| q)` of arrays is Σ p log(p/q), `P_\Omega(A)` the entries of A in Ω; None for another name."""
    written = source_text(r, token)
    if name == "P_Omega":
        r.note(f"`{written}_Ω(…)` keeps the entries in Ω: `Omega` is 1 there and else 0, and multiplies entry by entry")
        return r.binary("hadamard", s.Name(r.span(token, r.last), "Omega"), r.grammar.factor(r))
    close = r.closing(r.at)
    bars = [place for place in range(r.at + 1, close) if r.tokens[place].kind == "bar"]
    if name not in ("KL", "D_KL") or not any(r.tokens[place].text == "||" for place in bars):
        return None
    if len(bars) > 1 or any(inner.text == "," for inner in r.tokens[r.at : close]):
        help = "write out what it is, or give vectors of probabilities"
        raise r.trouble("a divergence of distributions cannot be read", token, help=help)
    left, right = r.inside(r.at + 1, bars[0]), r.inside(bars[0] + 1, close)
    r.at = close + 1
    span = r.span(token, r.last)
    # p and q have one shape
    ratio = r.binary("-", *(s.Apply(part.span, "log", (part,)) for part in (left, right)))
    node = s.Apply(span, "sum", (r.binary("hadamard", s.Group(left.span, left), s.Group(span, ratio)),))
    r.note(f"`{written}(p‖q)` is read as Σ p log(p/q)")
    return scripted(r, node)


def _weight_behind_power(r: Cursor) -> tuple[s.Node | None, list[Script]]:
    r"""The matrix of `\|x\|^2_{A^{-1}}`, and the power in front of it; nothing, and nothing taken, for another."""
    start, power = r.at, r.script_ahead("^")
    if power is not None:
        r.at = power[2]
        end = r.last
        if (weight := _weight(r)) is not None:
            return weight, [Script("power", (r.inside(*power[:2]),), end=end)]
        r.at = start
    return _weight(r), []


def _weight(r: Cursor) -> s.Node | None:
    r"""The matrix of `\lVert x \rVert_{\Sigma^{-1}}`, `\lVert x \rVert_W`; None, and nothing taken, for another."""
    below = r.script_ahead("_")
    tokens = r.tokens[slice(*below[:2])] if below is not None else []
    if below is None or not tokens or tokens[0].kind != "name":
        return None
    name, alone = tokens[0].text, len(tokens) == 1
    matrix = alone and r.names.variables.get(name) == "matrix"
    if matrix and name.lower() in _NORMS:
        r.note(f"`{source_text(r, tokens[0])}` below bars is the norm, beside the matrix `{name}`")
        return None
    raised = len(tokens) > 2 and tokens[1].text == "^" and name[0].isupper()
    if alone and _is_matrix(r, name):
        if name in _COVARIANCES:
            letter = source_text(r, tokens[0])
            message = f"whether this norm has `{letter}` or its inverse between the factors is not said"
            product = f"or the product itself, as in `x^\\top {letter} x`"
            raise r.trouble(message, tokens[0], help=f"write `\\|x\\|_{{{letter}^{{-1}}}}` for the inverse, {product}")
    elif not matrix and not (raised and any(token.text == "-" for token in tokens)):  # no L^2
        return None
    r.at = below[2]
    return r.inside(*below[:2])


def _is_matrix(r: Cursor, name: str) -> bool:
    """Whether the letter under a norm of a loss is a matrix: a capital that names no norm, and no space H."""
    open_ = not r.known and name not in r.names.dimensions and name not in r.names.variables
    return open_ and (name.isupper() or name in _COVARIANCES) and name != "H" and name.lower() not in _NORMS


def _states(r: Cursor) -> s.Node | None:
    """⟨ψ|φ⟩ = ψᵀφ and ⟨ψ|H|φ⟩ = ψᵀHφ, as physicists write them: real vectors."""
    close = r.closing(r.at)
    bars = [place for place in range(r.at + 1, close) if r.tokens[place].kind == "bar" and r.tokens[place].text == "|"]
    if len(bars) not in (1, 2) or any(token.text in (",", ";") for token in r.tokens[r.at + 1 : close]):
        return None
    ends = [r.at, *bars, close]
    node, *rest = (r.inside(first + 1, past) for first, past in pairwise(ends))
    node = s.Transposed(node.span, node)
    for part in rest:
        node = r.binary("juxtapose", node, part)
    r.at = close + 1
    r.note("⟨ψ|H|φ⟩ is read as ψᵀHφ: the vectors are real")
    return scripted(r, s.Group(r.span(r.tokens[ends[0]], r.last), node))


def angle(r: Cursor) -> s.Node:
    """⟨A, B⟩, perhaps with a subscript F."""
    token = r.token
    if (states := _states(r)) is not None:
        return states
    arguments = r.arguments()
    if len(arguments) != 2:
        raise r.trouble(f"an inner product has two parts, here {len(arguments)} stand", token)
    span = r.span(token, r.last)
    if (weight := _weight(r)) is not None:
        return scripted(r, s.Group(span, _weighted(r, span, arguments[0], weight, arguments[1])))
    scripts = scripts_here(r)
    below = [script for script in scripts if script.kind in ("index", "label")]
    for label in map(script_text, below):
        if label.lower() not in _PLAIN:
            message = f"the inner product with the subscript `{label}` is not known"
            raise r.trouble(message, r.last, help="of vectors with a matrix M write `x^\\top M y`, or declare M")
    return with_scripts(r, s.Apply(span, "inner", arguments), [script for script in scripts if script not in below])
