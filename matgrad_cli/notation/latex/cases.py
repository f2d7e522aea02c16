r"""Tables in LaTeX: values by cases, `\begin{cases} value & condition \\ … \end{cases}`, and matrices written out."""

from __future__ import annotations

from itertools import pairwise

from ...diagnostics import Span
from ...diagnostics.record import replace
from .. import syntax as s
from ..comparisons import compared, difference, turned
from .cursor import Cursor
from .scripts import matrix_of
from .tokens import Token

_OTHERWISE = ("otherwise", "else", "elsewhere", "o.w.", "")
_IF = ("if", "for", "when")
_SIGNS = (">", "<", ">=", "<=")


def cases(r: Cursor) -> s.Node:
    """The table of cases that begins here; where its conditions compare values, the choice between them."""
    opening = r.token
    branches: list[tuple[s.Node, str]] = []
    conditions: list[tuple[s.Node | None, bool]] = []
    for first, past in _rows(r):
        value, split = _value(r, first, past)
        branches.append((value, _words(r.tokens[split:past])))
        conditions.append(_condition(r, split, past))
    r.at = r.closing(r.at) + 1
    table = s.Cases(r.span(opening, r.last), tuple(branches))
    return _choice(table, conditions, r.known) or table


def _rows(r: Cursor) -> list[tuple[int, int]]:
    """The places of the rows of the table that begins here."""
    rows = r.parted(r.at + 1, r.closing(r.at), "linebreak")
    return [(first, past) for first, past in rows if first < past]


def cells_of(r: Cursor) -> list[list[tuple[int, int]]]:
    r"""The rows of `\begin{bmatrix} A & B \\ C & D \end{bmatrix}`, each with the places of its cells."""
    return [r.parted(*row, "gap") for row in _rows(r)]


def indicator(r: Cursor) -> s.Node | None:
    r"""`\mathbf 1[u > 0]`, `\mathbb 1_{\{u > 0\}}`: 1 where the condition holds, entry by entry."""
    below = 1 if r.sees("operator", "_") else 0
    if not r.sees("open", ahead=below):
        return None
    opening = r.at + below
    close = r.closing(opening)
    if r.tokens[opening + 1].kind == "open" and r.partner.get(opening + 1) == close - 1:
        opening += 1
    found = comparison(r, opening + 1, r.partner[opening])
    if found is not None:
        r.at = close + 1
    return found


def comparison(r: Cursor, first: int, past: int) -> s.Node | None:
    """1 where `u > v` holds and else 0, for the tokens there, also `a < u < b`; None where nothing is compared."""
    signs = [place for place in r.outside(first, past) if r.tokens[place].kind == "relation"]
    if len(signs) == 1 and r.tokens[signs[0]].text in ("=", "!="):
        same = _label(r, first, signs[0], past)
        if same is None or r.tokens[signs[0]].text == "=":
            return same
        return difference(same.span, s.number(same.span, 1), same)
    if not signs or len(signs) > 2 or any(r.tokens[place].text not in _SIGNS for place in signs):
        return None
    edges = [first - 1, *signs, past]
    sides = [r.inside(start + 1, end) for start, end in pairwise(edges)]
    found: s.Node | None = None
    for place, left, right in zip(signs, sides, sides[1:], strict=False):
        one = compared(r.tokens[place].text, left, right)
        found = one if found is None else s.Binary(one.span, "hadamard", found, one)
    return found


def _label(r: Cursor, first: int, sign: int, past: int) -> s.Node | None:
    """`y_i = k` of a letter k is the entry (i, k) of the matrix with the labels as rows, one-hot; `y_i = 1` is y_i, or
    (1 + y_i)/2 where labels are ±1; `i = j` of two letters is δ_ij."""
    right = r.tokens[past - 1]
    pair = [r.tokens[place] for place in (first, past - 1)]
    names = [r.name(token) for token in pair if token.kind == "name"]
    bound, variables = r.binding | r.names.variables.keys(), r.names.variables
    fixed = any(f"e_{one.name}" in variables or not (r.known or one.name in bound) for one in names)
    if past - first == 3 and len(names) == 2 and (fixed or not any(one.name in variables for one in names)):
        return s.Kronecker(r.span(*pair), tuple(names))
    left = r.inside(first, sign)
    match left:  # the label of one sample, a place that is known
        case s.Subscript(_, s.Name(_, name), (s.Name(_, sample),)) if f"e_{name}_{sample}" in variables:
            return s.Kronecker(r.span(*pair), (s.Name(left.span, f"{name}_{sample}"), r.name(right)))
    labels = _one_hot(r, left)
    if labels is None or labels[0].name.lower() == (r.names.wrt or "").lower():
        return None
    (matrix, index), span, one = labels, left.span, s.number(left.span, 1)
    value = "".join([token.text for token in r.tokens[sign + 1 : past] if token.text != "+"])
    found: s.Node
    if value in ("0", "1", "-1") and not r.known:  # one line of several does not say what the labels are
        signs = "= - 1" in " ".join([token.text for token in r.tokens])
        rest = s.Group(span, s.Binary(span, "+" if value == "1" and signs else "-", one, left))
        found = s.Binary(span, "/", rest, s.number(span, 2)) if signs else left if value == "1" else rest
        meant = f"1 where it holds and else 0, the labels being {'−1' if signs else '0'} and 1"
    elif past - sign == 2 and (right.text in r.binding or (r.known and not r.variable(right.text))):
        found = s.Subscript(span, matrix, (index, r.name(right)), label=True)
        meant = f"an entry of `{matrix.name}`, whose rows are the labels, one-hot"
    elif (other := _one_hot(r, r.inside(sign + 1, past))) is not None and other[0].name == matrix.name:
        matrix = s.Name(span, matrix.name[:1].upper() + matrix.name[1:])
        found = s.Subscript(span, s.Binary(span, "juxtapose", matrix, s.Transposed(span, matrix)), (index, other[1]))
        meant = f"an entry of `{matrix.name} {matrix.name}ᵀ`, the rows of `{matrix.name}` being the labels, one-hot"
    else:
        return None
    written = r.source.text[span.start : r.span(right).end]
    r.note(f"`{written}` is read as {meant}")
    return s.Group(span, found)


def _one_hot(r: Cursor, left: s.Node) -> tuple[s.Name, s.Node] | None:
    """The matrix whose rows are the labels y_i, one-hot, and i: Y also where the labels themselves are a vector y."""
    if isinstance(left, s.Slice):
        return left.matrix, left.index
    if not (isinstance(left, s.Subscript) and len(left.indices) == 1 and isinstance(left.body, s.Name)):
        return None
    matrix = matrix_of(r, left.body)
    if r.names.variables.get(matrix.name, "matrix") != "matrix":
        matrix = s.Name(matrix.span, matrix.name.upper())
    return (matrix, left.indices[0]) if r.names.variables.get(matrix.name, "matrix") == "matrix" else None


def _value(r: Cursor, first: int, past: int) -> tuple[s.Node, int]:
    """One value, and where the words of its condition begin."""
    split = next((place for place in range(first, past) if r.tokens[place].kind in ("gap", "text")), past)
    end = split - 1 if split > first and r.tokens[split - 1].text == "," else split
    return r.inside(first, end), split


def _words(tokens: list[Token]) -> str:
    """A condition as it is written."""
    words = (token.text for token in tokens if token.kind != "gap")
    return " ".join("," if word.strip().lower() == "and" else word for word in words if word.strip().lower() not in _IF)


def _condition(r: Cursor, first: int, past: int) -> tuple[s.Node | None, bool]:
    """What a branch asks for, all that stands between its commas, and whether it stands for all that is left."""
    words = [_words(r.tokens[place : place + 1]) for place in range(first, past)]
    cuts = [first - 1, *(first + at for at, word in enumerate(words) if word == ","), past]
    asked: list[s.Node | None] = []
    for start, end in pairwise(cuts):
        places = [place for place in range(start + 1, end) if r.tokens[place].kind not in ("gap", "text")]
        if places:
            last = places[-1] + (r.tokens[places[-1]].text not in (".", ";"))
            asked.append(comparison(r, places[0], last))
    if not asked:
        return None, " ".join(words).strip(" .,").lower() in _OTHERWISE
    found = asked[0]
    for other in asked[1:]:
        found = None if found is None or other is None else r.binary("juxtapose", found, other)
    return found, False


def _choice(table: s.Cases, conditions: list[tuple[s.Node | None, bool]], known: bool) -> s.Node | None:
    """The branches as choices, one in the other; the last must be what the others leave. Beside known names a table for
    pairs of letters is 0 for all other pairs."""
    branches = [(value, condition) for (value, _), (condition, _) in zip(table.branches, conditions, strict=True)]
    *asked, (found, last) = branches
    first = asked[0][1] if len(asked) == 1 else None
    if known and all(condition is not None and s.Kronecker in s.contents(condition).kinds for _, condition in branches):
        asked, found = branches, s.number(table.span, 0)
    elif not asked or not (conditions[-1][1] or (last is not None and first is not None and _opposite(first, last))):
        return None
    for value, condition in reversed(asked):
        if condition is None:
            return None
        found = s.Apply(table.span, "where", (condition, value, found))
    return s.Group(table.span, found)


def _opposite(one: s.Node, other: s.Node) -> bool:
    """Whether two conditions are `u > v` and `u < v`, so that one of them holds (but for the border)."""
    match one, other:
        case s.Apply(_, "step", (more,)), s.Apply(_, "step", (less,)):
            return _bare(turned(more)) == _bare(less)
    return False


def _bare(node: s.Node) -> s.Node:
    """A part without its places and brackets, to be compared."""
    return s.rebuilt(node, lambda part: replace(s.ungrouped(part), span=Span(0, 0)))
