r"""Tables in LaTeX: values by cases, `\begin{cases} value & condition \\ … \end{cases}`, and matrices written out."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from ...diagnostics import Span
from ...diagnostics.record import replace
from ..syntax import (
    LIST,
    Apply,
    Binary,
    Cases,
    Kronecker,
    Literal_,
    Name,
    Negative,
    Node,
    Slice,
    Subscript,
    difference,
    rebuilt,
    ungrouped,
)
from .cursor import Cursor
from .scripts import matrix_of
from .tokens import Token

_OTHERWISE = ("otherwise", "else", "elsewhere", "o.w.", "")
_SIGNS = (">", "<", ">=", "<=")


def cases(reader: Cursor) -> Node:
    """The table of cases that begins here; where its conditions compare values, the choice between them."""
    opening = reader.token
    close = reader.closing(reader.at)
    branches: list[tuple[Node, str]] = []
    conditions: list[tuple[Node | None, bool]] = []
    first = reader.at + 1
    for where in range(reader.at + 1, close + 1):
        if where < close and reader.tokens[where].kind != "linebreak":
            continue
        if where > first:
            value, split = _value(reader, first, where)
            branches.append((value, _words(reader.tokens[split:where])))
            conditions.append(_condition(reader, split, where))
        first = where + 1
    reader.at = close + 1
    table = Cases(reader.span(opening, reader.last), tuple(branches))
    return _choice(table, conditions) or table


def written_out(r: Cursor) -> Node:
    r"""`\begin{bmatrix} A & B \\ C & D \end{bmatrix}`: its rows, each with its cells."""
    opening, close, first = r.token, r.closing(r.at), r.at + 1
    rows: list[list[Node]] = [[]]
    depth = 0
    for where in range(r.at + 1, close + 1):
        token = r.tokens[where]
        depth += (token.kind == "open") - (token.kind == "close") if where < close else 0
        ends = where == close or (not depth and token.kind in ("gap", "linebreak"))
        if ends and (where > first or rows[-1] or token.kind == "gap"):
            rows[-1].append(r.inside(first, where))
        if ends:
            first = where + 1
            rows += [[]] if token.kind == "linebreak" else []
    r.at = close + 1
    span = r.span(opening, r.last)
    return Apply(span, LIST, tuple([Apply(span, LIST, tuple(row)) for row in rows if row]))


def indicator(reader: Cursor) -> Node | None:
    r"""`\mathbf 1[u > 0]`, `\mathbb 1_{\{u > 0\}}`: 1 where the condition holds, entry by entry."""
    below = 1 if reader.sees("operator", "_") else 0
    if not reader.sees("open", ahead=below):
        return None
    opening = reader.at + below
    close = reader.closing(opening)
    if reader.tokens[opening + 1].kind == "open" and reader.partner.get(opening + 1) == close - 1:
        opening += 1
    found = comparison(reader, opening + 1, reader.partner[opening])
    if found is not None:
        reader.at = close + 1
    return found


def comparison(reader: Cursor, first: int, past: int) -> Node | None:
    """1 where `u > v` holds and else 0, for the tokens there, also `a < u < b`; None where nothing is compared."""
    signs = [place for place in range(first, past) if reader.tokens[place].kind == "relation"]
    if len(signs) == 1 and reader.tokens[signs[0]].text in ("=", "!="):
        same = _label(reader, first, signs[0], past)
        other = same is not None and reader.tokens[signs[0]].text == "!="
        return (
            difference(same.span, Literal_(same.span, Fraction(1), "1"), same) if same is not None and other else same
        )
    if not signs or len(signs) > 2 or any(reader.tokens[place].text not in _SIGNS for place in signs):
        return None
    edges = [first - 1, *signs, past]
    sides = [reader.inside(start + 1, end) for start, end in pairwise(edges)]
    found: Node | None = None
    for place, left, right in zip(signs, sides, sides[1:], strict=False):
        if reader.tokens[place].text[0] == "<":
            left, right = right, left
        span = left.span.joined(right.span)
        one = Apply(span, "step", (difference(span, left, right),))
        found = one if found is None else Binary(span, "hadamard", found, one)
    return found


def _is_place(reader: Cursor, letter: str) -> bool:
    """Whether a letter is the place y of a vector e_y that is known;
    in a loss, one that nothing binds and that is no variable."""
    return f"e_{letter}" in reader.names.variables or not (
        reader.known or letter in reader.binding or reader.variable(letter)
    )


def _label(reader: Cursor, first: int, sign: int, past: int) -> Node | None:
    """`y_i = k`, where k is a letter: the entry (i, k) of the matrix whose rows are the labels, one-hot;
    `i = j` of two letters is δ_ij."""
    right = reader.tokens[past - 1]
    pair = [reader.tokens[place] for place in (first, past - 1)]
    names = [token.text for token in pair if token.kind == "name"]
    letters = len(names) == 2 and (
        any(_is_place(reader, name) for name in names) or not any(map(reader.variable, names))
    )
    if past - first == 3 and letters:
        return Kronecker(
            reader.span(pair[0]).joined(reader.span(pair[1])), (reader.name(pair[0]), reader.name(pair[1]))
        )
    free = right.kind == "name" and (right.text in reader.binding or (reader.known and not reader.variable(right.text)))
    if past - sign != 2 or not free:
        return None
    left = reader.inside(first, sign)
    matrix, index = (left.matrix, left.index) if isinstance(left, Slice) else (None, None)
    if isinstance(left, Subscript) and len(left.indices) == 1 and isinstance(left.body, Name):
        matrix, index = matrix_of(reader, left.body), left.indices[0]
    if matrix is None or index is None or reader.names.variables.get(matrix.name, "matrix") != "matrix":
        return None
    span = left.span.joined(reader.span(right))
    reader.note(
        f"`{reader.source.text[span.start : span.end]}` is read as an entry of `{matrix.name}`, whose rows are "
        f"the labels, one-hot"
    )
    return Subscript(span, matrix, (index, reader.name(right)))


def _value(reader: Cursor, first: int, past: int) -> tuple[Node, int]:
    """One value, and where the words of its condition begin."""
    split = next((place for place in range(first, past) if reader.tokens[place].kind in ("gap", "text")), past)
    end = split - 1 if split > first and reader.tokens[split - 1].text == "," else split
    return reader.inside(first, end), split


def _words(tokens: list[Token]) -> str:
    """A condition as it is written."""
    words: list[str] = []
    for token in tokens:
        word = token.text.strip().lower()
        if token.kind != "gap" and word not in ("if", "for", "when", "and"):
            words.append(token.text)
        elif word == "and":
            words.append(",")
    return " ".join(words)


def _condition(reader: Cursor, first: int, past: int) -> tuple[Node | None, bool]:
    """What a branch asks for, and whether it stands for all that is left."""
    places = [place for place in range(first, past) if reader.tokens[place].kind not in ("gap", "text")]
    if not places:
        return None, _words(reader.tokens[first:past]).strip(" .,").lower() in _OTHERWISE
    last = places[-1] + (reader.tokens[places[-1]].text not in (",", ".", ";"))
    return comparison(reader, places[0], last), False


def _choice(table: Cases, conditions: list[tuple[Node | None, bool]]) -> Node | None:
    """The branches as choices, one in the other; the last must be what the others leave."""
    *asked, (last, rest) = conditions
    whole = rest or (last is not None and len(asked) == 1 and asked[0][0] is not None and _opposite(asked[0][0], last))
    if not asked or not whole or any(condition is None for condition, _ in asked):
        return None
    found: Node = table.branches[-1][0]
    for (value, _), (condition, _) in zip(reversed(table.branches[:-1]), reversed(asked), strict=True):
        assert condition is not None
        found = Apply(table.span, "where", (condition, value, found))
    return found


def _opposite(one: Node, other: Node) -> bool:
    """Whether two conditions are `u > v` and `u < v`, so that one of them holds (but for the border)."""

    def sides(node: Node) -> tuple[Node, Node] | None:
        if not isinstance(node, Apply) or node.function != "step":
            return None
        match node.arguments[0]:
            case Binary(_, "-", left, right):
                return _bare(left), _bare(right)
            case Negative(_, body):
                return _bare(Literal_(node.span, Fraction(0), "0")), _bare(body)
        return _bare(node.arguments[0]), _bare(Literal_(node.span, Fraction(0), "0"))

    first, second = sides(one), sides(other)
    return first is not None and second is not None and first == (second[1], second[0])


def _bare(node: Node) -> Node:
    """A part without its places and brackets, to be compared."""
    return rebuilt(node, lambda part: replace(ungrouped(part), span=Span(0, 0)))
