r"""Tables in LaTeX: values by cases, `\begin{cases} value & condition \\ … \end{cases}`, and matrices written out."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from ...diagnostics import Span
from ...diagnostics.record import replace
from .. import syntax as s
from ..comparisons import compared, difference
from .cursor import Cursor
from .scripts import matrix_of
from .tokens import Token

_OTHERWISE = ("otherwise", "else", "elsewhere", "o.w.", "")
_IF = ("if", "for", "when")
_SIGNS = (">", "<", ">=", "<=")


def cases(reader: Cursor) -> s.Node:
    """The table of cases that begins here; where its conditions compare values, the choice between them."""
    opening = reader.token
    close = reader.closing(reader.at)
    branches: list[tuple[s.Node, str]] = []
    conditions: list[tuple[s.Node | None, bool]] = []
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
    table = s.Cases(reader.span(opening, reader.last), tuple(branches))
    return _choice(table, conditions, reader.known) or table


def cells_of(r: Cursor) -> list[list[tuple[int, int]]]:
    r"""The rows of `\begin{bmatrix} A & B \\ C & D \end{bmatrix}`, each with the places of its cells."""
    close, first = r.closing(r.at), r.at + 1
    rows: list[list[tuple[int, int]]] = [[]]
    depth = 0
    for where in range(r.at + 1, close + 1):
        token = r.tokens[where]
        depth += (token.kind == "open") - (token.kind == "close") if where < close else 0
        ends = where == close or (not depth and token.kind in ("gap", "linebreak"))
        if ends and (where > first or rows[-1] or token.kind == "gap"):
            rows[-1].append((first, where))
        if ends:
            first = where + 1
            rows += [[]] if token.kind == "linebreak" else []
    return [row for row in rows if row]


def indicator(reader: Cursor) -> s.Node | None:
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


def comparison(reader: Cursor, first: int, past: int) -> s.Node | None:
    """1 where `u > v` holds and else 0, for the tokens there, also `a < u < b`; None where nothing is compared."""
    signs, place = [], first
    while place < past:
        signs += [place] if reader.tokens[place].kind == "relation" else []
        place = reader.partner.get(place, place) + 1
    if len(signs) == 1 and reader.tokens[signs[0]].text in ("=", "!="):
        same = _label(reader, first, signs[0], past)
        if same is None or reader.tokens[signs[0]].text == "=":
            return same
        return difference(same.span, s.Literal_(same.span, Fraction(1), "1"), same)
    if not signs or len(signs) > 2 or any(reader.tokens[place].text not in _SIGNS for place in signs):
        return None
    edges = [first - 1, *signs, past]
    sides = [reader.inside(start + 1, end) for start, end in pairwise(edges)]
    found: s.Node | None = None
    for place, left, right in zip(signs, sides, sides[1:], strict=False):
        one = compared(reader.tokens[place].text, left, right)
        found = one if found is None else s.Binary(one.span, "hadamard", found, one)
    return found


def _is_place(reader: Cursor, letter: str) -> bool:
    """Whether a letter is the place y of a vector e_y that is known;
    in a loss, one that nothing binds and that is no variable."""
    return f"e_{letter}" in reader.names.variables or not (
        reader.known or letter in reader.binding or reader.variable(letter)
    )


def _label(reader: Cursor, first: int, sign: int, past: int) -> s.Node | None:
    """`y_i = k`, where k is a letter: the entry (i, k) of the matrix whose rows are the labels, one-hot; `y_i = y_j`
    that of Y Yᵀ; `y_i = 1` is y_i, or (1 + y_i)/2 where labels are ±1; `i = j` of two letters is δ_ij."""
    right = reader.tokens[past - 1]
    pair = [reader.tokens[place] for place in (first, past - 1)]
    names = [reader.name(token) for token in pair if token.kind == "name"]
    places = any(_is_place(reader, one.name) for one in names) or not any(reader.variable(one.name) for one in names)
    if past - first == 3 and len(names) == 2 and places:
        return s.Kronecker(reader.span(*pair), tuple(names))
    left = reader.inside(first, sign)
    match left:  # the label of one sample, a place that is known
        case s.Subscript(_, s.Name(_, name), (s.Name(_, sample),)) if f"e_{name}_{sample}" in reader.names.variables:
            return s.Kronecker(reader.span(*pair), (s.Name(left.span, f"{name}_{sample}"), reader.name(right)))
    labels = _one_hot(reader, left)
    if labels is None or labels[0].name.lower() == (reader.names.wrt or "").lower():
        return None
    (matrix, index), span, one = labels, left.span, s.Literal_(left.span, Fraction(1), "1")
    value = "".join([token.text for token in reader.tokens[sign + 1 : past] if token.text != "+"])
    found: s.Node
    if value in ("0", "1", "-1") and not reader.known:  # one line of several does not say what the labels are
        signs = "= - 1" in " ".join([token.text for token in reader.tokens])
        rest = s.Group(span, s.Binary(span, "+" if value == "1" and signs else "-", one, left))
        found = (
            s.Binary(span, "/", rest, s.Literal_(span, Fraction(2), "2")) if signs else left if value == "1" else rest
        )
        meant = f"1 where it holds and else 0, the labels being {'−1' if signs else '0'} and 1"
    elif past - sign == 2 and (right.text in reader.binding or (reader.known and not reader.variable(right.text))):
        found = s.Subscript(span, matrix, (index, reader.name(right)), label=True)
        meant = f"an entry of `{matrix.name}`, whose rows are the labels, one-hot"
    elif (other := _one_hot(reader, reader.inside(sign + 1, past))) is not None and other[0].name == matrix.name:
        matrix = s.Name(span, matrix.name[:1].upper() + matrix.name[1:])
        found = s.Subscript(span, s.Binary(span, "juxtapose", matrix, s.Transposed(span, matrix)), (index, other[1]))
        meant = f"an entry of `{matrix.name} {matrix.name}ᵀ`, the rows of `{matrix.name}` being the labels, one-hot"
    else:
        return None
    written = reader.source.text[span.start : reader.span(right).end]
    reader.note(f"`{written}` is read as {meant}")
    return s.Group(span, found)


def _one_hot(reader: Cursor, left: s.Node) -> tuple[s.Name, s.Node] | None:
    """The matrix whose rows are the labels y_i, one-hot, and i: Y also where the labels themselves are a vector y."""
    if isinstance(left, s.Slice):
        return left.matrix, left.index
    if not (isinstance(left, s.Subscript) and len(left.indices) == 1 and isinstance(left.body, s.Name)):
        return None
    matrix = matrix_of(reader, left.body)
    if reader.names.variables.get(matrix.name, "matrix") != "matrix":
        matrix = s.Name(matrix.span, matrix.name.upper())
    return (matrix, left.indices[0]) if reader.names.variables.get(matrix.name, "matrix") == "matrix" else None


def _value(reader: Cursor, first: int, past: int) -> tuple[s.Node, int]:
    """One value, and where the words of its condition begin."""
    split = next((place for place in range(first, past) if reader.tokens[place].kind in ("gap", "text")), past)
    end = split - 1 if split > first and reader.tokens[split - 1].text == "," else split
    return reader.inside(first, end), split


def _words(tokens: list[Token]) -> str:
    """A condition as it is written."""
    words = (token.text for token in tokens if token.kind != "gap")
    return " ".join("," if word.strip().lower() == "and" else word for word in words if word.strip().lower() not in _IF)


def _condition(reader: Cursor, first: int, past: int) -> tuple[s.Node | None, bool]:
    """What a branch asks for, all that stands between its commas, and whether it stands for all that is left."""
    words = [_words(reader.tokens[place : place + 1]) for place in range(first, past)]
    cuts = [first - 1, *(first + at for at, word in enumerate(words) if word == ","), past]
    asked: list[s.Node | None] = []
    for start, end in pairwise(cuts):
        places = [place for place in range(start + 1, end) if reader.tokens[place].kind not in ("gap", "text")]
        if places:
            last = places[-1] + (reader.tokens[places[-1]].text not in (".", ";"))
            asked.append(comparison(reader, places[0], last))
    if not asked:
        return None, " ".join(words).strip(" .,").lower() in _OTHERWISE
    found = asked[0]
    for other in asked[1:]:
        found = None if found is None or other is None else reader.binary("juxtapose", found, other)
    return found, False


def _choice(table: s.Cases, conditions: list[tuple[s.Node | None, bool]], known: bool) -> s.Node | None:
    """The branches as choices, one in the other; the last must be what the others leave. Beside known names a table for
    pairs of letters is 0 for all other pairs."""
    branches = [(value, condition) for (value, _), (condition, _) in zip(table.branches, conditions, strict=True)]
    *asked, (found, last) = branches
    first = asked[0][1] if len(asked) == 1 else None
    if known and all(condition is not None and s.Kronecker in s.contents(condition).kinds for _, condition in branches):
        asked, found = branches, s.Literal_(table.span, Fraction(0), "0")
    elif not asked or not (conditions[-1][1] or (last is not None and first is not None and _opposite(first, last))):
        return None
    for value, condition in reversed(asked):
        if condition is None:
            return None
        found = s.Apply(table.span, "where", (condition, value, found))
    return s.Group(table.span, found)


def _opposite(one: s.Node, other: s.Node) -> bool:
    """Whether two conditions are `u > v` and `u < v`, so that one of them holds (but for the border)."""

    def sides(node: s.Node) -> tuple[s.Node, s.Node] | None:
        match node:
            case s.Apply(_, "step", (s.Binary(_, "-", left, right),)):
                return _bare(left), _bare(right)
            case s.Apply(span, "step", (s.Negative(_, body),)):
                return _bare(s.Literal_(span, Fraction(0), "0")), _bare(body)
            case s.Apply(span, "step", (body,)):
                return _bare(body), _bare(s.Literal_(span, Fraction(0), "0"))
        return None

    first, second = sides(one), sides(other)
    return first is not None and second is not None and first == second[::-1]


def _bare(node: s.Node) -> s.Node:
    """A part without its places and brackets, to be compared."""
    return s.rebuilt(node, lambda part: replace(s.ungrouped(part), span=Span(0, 0)))
