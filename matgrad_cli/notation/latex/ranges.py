r"""What stands below and above a Σ: the letters, how far each of them runs, and which pairs of values are left out.

A range that is not the whole of a dimension is part of the meaning. It becomes a factor that is 1 in the range and else
0: 1 − δ_ij for `j \ne i`, an entry of a 0/1 array for `i \in S`, a mask for `i < j` and for `t = 2…T`; every other part
of a range is refused here with its place (`sum-range`). Upper limits are handed on: the length of the dimension is
known to `elaborate` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NoReturn

from ...diagnostics.record import record
from .. import syntax as s
from .cases import comparison
from .cursor import Cursor
from .indices import index_letters
from .tokens import Token

Tokens = tuple[int, int]
"""The places of the first and past the last token of a part."""
SET_I: Final = "I_set"
"""What a set that is called I is called beside the identity."""
CODE: Final = "sum-range"
_ORDERS: Final = ("<", ">", "<=", ">=")
_A_PART: Final = "a sum over a part of the range cannot be read"
_WRITTEN: Final = (
    "only sums through a whole dimension can be read, as in `\\sum_{i=1}^{n}`; for a part, multiply by a declared "
    "array of zeros and ones"
)


@record
class Ranges:
    """The letters of a Σ, their upper limits where written, and factors that are 0 outside the range."""

    letters: tuple[s.Name, ...] = ()
    limits: tuple[s.Node | None, ...] = ()
    masks: tuple[s.Node, ...] = ()
    from_zero: frozenset[str] = frozenset()

    def masked(self, body: s.Node) -> s.Node:
        """The body with a factor for each part of the range."""
        for mask in self.masks:
            body = s.Binary(body.span, "juxtapose", mask, body)
        return body


def unlike(mask: s.Node) -> s.Node:
    """1 where a mask is 0, and 0 where it is 1."""
    return s.Group(mask.span, s.Binary(mask.span, "-", s.number(mask.span, 1), mask))


def before(left: s.Name, right: s.Name) -> s.Node:
    """1 where left < right."""
    return s.Apply(left.span.joined(right.span), s.BEFORE, (left, right))


def within(letter: s.Name, first: int, last: int) -> s.Node:
    """1 where the letter is none of so many values at the beginning and at the end of its range."""
    return s.Apply(letter.span, s.WITHIN, (letter,), (("first", str(first)), ("last", str(last))))


def moves_of(body: s.Node, letter: str) -> list[int]:
    """How far the letter is moved in the indices below: 1 for `x_{i+1}`."""
    found = [0]
    for part in s.parts_of(body):
        match part:
            case s.Binary(_, "+" | "-" as sign, s.Name(_, name), s.Literal_(_, amount)) if name == letter:
                found.append(int(amount) if sign == "+" else -int(amount))
    return found


def ranges(r: Cursor, sign: Token, lower: Tokens | None, upper: Tokens | None) -> Ranges:
    """What a Σ runs over; InputError with the code `sum-range` where that is a part of a dimension."""
    letters: dict[str, s.Name] = {}
    waiting: list[s.Name] = []
    from_zero: set[str] = set()
    limits: dict[str, s.Node] = {}
    masks: list[s.Node] = []
    left_out: dict[str, list[int]] = {}
    for piece in pieces(r, lower) if lower is not None else ():
        signs = [place for place in range(*piece) if r.tokens[place].kind == "relation"]
        if letters and (under := _condition(r, letters, piece, signs)) is not None:
            masks.append(under)
            continue
        if " ".join(r.tokens[place].text for place in signs) in ("<= <=", "<= < <=", "<= <= <="):
            masks += _between(r, letters, limits, waiting, piece, signs)
            waiting = []
            continue
        if len(signs) > 1:
            _refuse(r, _A_PART, r.tokens[signs[1]])
        first, past = piece[0], signs[0] if signs else piece[1]
        named = counted_by(r, first, past, signs) or _letters(r, first, past)
        if not signs:
            _add(r, letters, named, r.tokens[first])
            waiting += named
            continue
        relation, behind = r.tokens[signs[0]], (signs[0] + 1, piece[1])
        again = letters.keys() & {name.name for name in named}  # `j: (i,j) \in \Omega` for an i that stands outside
        bounded = named if again else (*waiting, *named)
        waiting = []
        if relation.text == "!=" or (relation.text in _ORDERS and _is_letter(r, letters, behind)):
            masks.append(_compared(_pair(r, letters, named, relation, behind), relation.text))
            continue
        member = member_of(r, bounded, behind) if relation.text == "in" else None
        _add(r, letters, () if again and member is not None else named, r.tokens[first])
        if member is not None:
            masks.append(member)
            continue
        limit, names = _limit(r, relation, behind, named), [name.name for name in bounded]
        if isinstance(limit, s.Apply | s.Group):
            masks.append(limit)
        elif isinstance(limit, s.Node):
            limits.update(dict.fromkeys(names, limit))
        elif limit == 0:
            from_zero |= {*names}
        elif limit > 1:
            left_out.update({name: [limit - 1, 0] for name in names})
    for name, limit, lost in _upper(r, tuple(letters), upper, from_zero):
        if name in limits:
            _refuse(r, "this sum has two upper limits", sign)
        if isinstance(limit, s.Apply | s.Group):
            masks.append(limit)
            continue
        limits[name] = limit
        if lost:
            left_out.setdefault(name, [0, 0])[1] = lost
    if from_zero - limits.keys():
        _refuse(r, "a sum that starts at 0 needs its upper limit", sign)
    masks += [within(letters[name], *numbers) for name, numbers in left_out.items()]
    bounds = tuple(limits.get(name) for name in letters)
    return Ranges(tuple(letters.values()), bounds, tuple(masks), frozenset(from_zero))


def texts(r: Cursor, part: Tokens) -> list[str]:
    """The texts of the tokens of a part, spaces left out."""
    return [token.text for token in r.tokens[slice(*part)] if token.kind != "gap"]


def pieces(r: Cursor, part: Tokens) -> list[Tokens]:
    r"""What stands between the commas, colons and line breaks of `i=1, j \ne i`; brackets are not taken apart."""
    parts = r.parted(*part, ",", ";", ":", "|", "linebreak", "gap")
    return [(first, past) for first, past in parts if first < past]


def _letters(r: Cursor, first: int, past: int) -> tuple[s.Name, ...]:
    if first < past and r.tokens[first].text == "(" and r.partner.get(first) == past - 1:
        first, past = first + 1, past - 1
    if first >= past:
        _refuse(r, "a sum runs over letters", r.tokens[first])
    found = index_letters(r, first, past)
    names = tuple(letter for letter in found if isinstance(letter, s.Name))
    if len(names) != len(found) or not names:
        _refuse(r, "a sum runs over letters", r.tokens[first])
    return names


def _add(r: Cursor, letters: dict[str, s.Name], named: tuple[s.Name, ...], where: Token) -> None:
    for name in named:
        if name.name in letters:
            raise r.trouble("a letter stands twice under this sum", where)
        letters[name.name] = name


def _limit(r: Cursor, sign: Token, after: Tokens, named: tuple[s.Name, ...]) -> s.Node | int:
    r"""The upper limit of `i \in [n]`, `i \in \{1,…,n\}`, `i \le n`; or the start of `i = …`: a number, a mask."""
    written = texts(r, after)
    if sign.text in ("=", ":="):
        if len(written) == 1 and written[0] in set("0123456789"):
            return int(written[0])
        if len(named) == 1 and written[:1] and written[0] in r.binding and written[1:] in ([], ["+", "1"]):
            start = r.name(r.tokens[after[0]])
            return before(start, named[0]) if len(written) > 1 else unlike(before(named[0], start))
        _refuse(r, _A_PART, sign)
    if sign.text == "in" and len(written) > 2 and r.partner.get(after[0]) == after[1] - 1:
        inner = [text for text in written[1:-1] if text != ","]
        counted = written[0] == "\\{" and "dots" in inner and inner[: inner.index("dots")] in (["1"], ["1", "2"])
        if written[0] == "[" or counted:
            ends = ("[", ",", "dots")
            first = next(place for place in range(after[1] - 1, after[0], -1) if r.tokens[place - 1].text in ends)
            return r.inside(first, after[1] - 1)
    if sign.text == ">=" and written == ["1"]:
        return 1
    if sign.text == "<=" and len(written) == 1 and written[0] in r.names.dimensions:
        return r.inside(*after)
    what = "a set" if sign.text == "in" else "a part of the range"
    return _refuse(r, f"a sum over {what} cannot be read", sign)


def _pair(
    r: Cursor, letters: dict[str, s.Name], named: tuple[s.Name, ...], sign: Token, behind: Tokens
) -> tuple[s.Name, s.Name]:
    r"""The two letters of `j \ne i`; those that nothing binds yet are bound here.

    The y of `j: j \ne y`, and of `j \ne y` in a loss, is none of them: it is one fixed place.
    """
    others = _letters(r, *behind)
    if len(named) != 1 or len(others) != 1:
        _refuse(r, _A_PART, sign)
    left, right = named[0], others[0]
    outer = {*letters, *r.binding, *r.fixed}
    open_ = [name for name in (left, right) if name.name not in outer]
    if right.name in r.names.placed and not letters:
        open_ = [name for name in open_ if name is left]
    place = f"e_{right.name}" in r.names.variables or not (r.known or right.name.rpartition("_")[2] in outer)
    if (letters and "_" not in right.name) or (place and left.name in _COUNTING and right.name not in _COUNTING):
        open_ = [name for name in open_ if name is left and not letters]
    if not r.known and right in open_ and {*letters, *r.binding} & {right.name.rpartition("_")[2]}:
        open_ = [name for name in open_ if name is left and not letters]  # the label y_i
    if any("_" in name.name for name in open_):
        _refuse(r, f"`{open_[-1].name}` is a label, and a letter that counts was needed", sign, LABELS)
    if len(open_) == 2 and (r.known or not {left.name, right.name} <= _COUNTING):
        both = f"write `\\sum_{{{left.name},{right.name}:\\, {left.name} \\ne {right.name}}}` if it is"
        _refuse(r, f"whether `{right.name}` is summed too is not said", sign, both)
    if not letters and left.name in outer and right.name in outer:
        _refuse(r, f"`{left.name}` and `{right.name}` are summed already", sign)
    for name in open_:
        letters[name.name] = name
    return left, right


def _between(
    r: Cursor,
    letters: dict[str, s.Name],
    limits: dict[str, s.Node],
    waiting: list[s.Name],
    piece: Tokens,
    signs: list[int],
) -> Iterator[s.Node]:
    r"""`1 \le i \le n` binds i; `1 \le i < j \le n` both letters, and the first is less than the second."""
    groups = [_letters(r, start + 1, end) for start, end in pairwise(signs)]
    if texts(r, (piece[0], signs[0])) != ["1"] or (len(groups) > 1 and any(len(names) > 1 for names in groups)):
        _refuse(r, _A_PART, r.tokens[signs[0]])
    named = [name for names in groups for name in names]
    _add(r, letters, tuple(named), r.tokens[piece[0]])
    limits.update(dict.fromkeys((name.name for name in (*waiting, *named)), r.inside(signs[-1] + 1, piece[1])))
    if len(groups) > 1:
        yield _compared((named[0], named[1]), r.tokens[signs[1]].text)


def _condition(r: Cursor, letters: dict[str, s.Name], piece: Tokens, signs: list[int]) -> s.Node | None:
    r"""`i: y_i f(x_i) < 1`: 1 where the condition behind the letters holds; None where letters are compared."""
    labelled = len(signs) == 1 and r.tokens[signs[0]].text in ("=", "!=")
    if labelled and all(token.text != "_" for token in r.tokens[piece[0] : signs[0]]):
        return None
    plain = all(r.tokens[place].kind in ("name", "number", "gap") for place in range(*piece) if place not in signs)
    if len(signs) != 1 or plain or not (labelled or r.tokens[signs[0]].text in _ORDERS):
        return None
    outer, r.binding = r.binding, r.binding | letters.keys()
    found = comparison(r, *piece)
    r.binding = outer
    if found is None:
        _refuse(r, "this condition cannot be read", r.tokens[signs[0]], LABELS)
    return found


def _is_letter(r: Cursor, letters: dict[str, s.Name], part: Tokens) -> bool:
    """Whether a letter that is summed here or around stands there alone, or one that nothing else is."""
    found = [r.tokens[place] for place in range(*part) if r.tokens[place].kind != "gap"]
    if len(found) != 1 or found[0].kind != "name":
        return False
    name = found[0].text
    known = r.variable(name) or name in r.names.dimensions
    return name in letters or name in r.binding or (not known and len(name) == 1 and name.islower())


def _compared(pair: tuple[s.Name, s.Name], sign: str) -> s.Node:
    """1 where the two letters stand in this order, or are not the same."""
    if sign == "!=":
        return unlike(s.Kronecker(pair[0].span.joined(pair[1].span), pair))
    left, right = pair if sign in ("<", "<=") else (pair[1], pair[0])
    return before(left, right) if sign in ("<", ">") else unlike(before(right, left))


def _upper(
    r: Cursor, names: tuple[str, ...], part: Tokens | None, from_zero: set[str]
) -> Iterator[tuple[str, s.Node, int]]:
    """Each letter with the limit above the Σ, one for all of them or one for each, and how many are left out at the
    end; a limit that is a letter summed around gives a mask."""
    if part is None:
        return
    parts = pieces(r, part)
    if not names or len(parts) not in (1, len(names)):
        many = f"{len(parts)} limits stand above this sum and {len(names)} letters below it"
        _refuse(r, many if names else "this sum has an upper limit and no letter", r.tokens[part[0]])
    for name, (first, past) in zip(names, parts if len(parts) > 1 else parts * len(names), strict=True):
        if name in from_zero:
            less = texts(r, (first, past))[-2:] == ["-", "1"] and past - first > 2
            if not less and (not r.known or past - first > 1 or r.tokens[first].kind != "name"):
                _refuse(r, f"`{name}` starts at 0, so it must stop one before the length", r.tokens[first])
            past -= 2 * less
            length = "less 1, which is" if less else "that is declared, so there is an entry 0 beside these: read as"
            r.note(f"`{name}` is counted from 0 to the length {length} the whole range")
        elif texts(r, (first, past))[:1] in (["infty"], ["+"]):
            _refuse(r, "a sum without end cannot be read", r.tokens[first])
        written, lost = texts(r, (first, past)), 0
        if len(written) == 3 and written[1] == "-" and written[2] in set("0123456789") and name not in from_zero:
            past, lost = past - 2, int(written[2])
        if written[0] in r.binding and written[1:] in ([], ["-", "1"]):
            own, end = s.Name(r.span(r.tokens[first]), name), r.name(r.tokens[first])
            yield name, before(own, end) if lost else unlike(before(end, own)), 0
            continue
        yield name, r.inside(first, past), lost


LABELS: Final = (
    "write labels as rows of zeros with a single 1: `\\sum_k Y_{ik} w_k` for `w_{y_i}`, and `1 - "
    "Y_{ij}` as a factor for `j \\ne y_i`"
)
_COUNTING: Final = frozenset("abijklmnpqrstuv")
"""Letters that a Σ counts with where it binds both of `i \\ne j`; `y` and `c` are a label."""


def _refuse(r: Cursor, message: str, where: Token, help: str = _WRITTEN) -> NoReturn:
    raise r.trouble(message, where, CODE, help)


# ---- sets: `i \in S` is the entry S_i of an array of zeros and ones, and `|S|` is the sum of these


def counted_by(r: Cursor, first: int, past: int, signs: list[int]) -> tuple[s.Name, ...]:
    r"""The letter that counts in `x_i \in S` and `(x_i, y_i) \in D`; none where a letter itself stands there."""
    if not signs or r.tokens[signs[0]].text != "in":
        return ()
    inside = [
        token for token in r.tokens[first:past] if token.text not in ("(", ")", "{", "}", ",") and token.kind != "gap"
    ]
    below = inside[2::3]
    alike = len(inside) % 3 == 0 and below and all(token.text == "_" for token in inside[1::3])
    if not alike or any(token.kind != "name" or token.text != below[0].text for token in below):
        return ()
    return (r.name(below[0]),)


def member_of(r: Cursor, letters: tuple[s.Name, ...], part: Tokens) -> s.Node | None:
    r"""The entry of the array that a set is: `i \in S` is S_i, `(i,j) \in \Omega` is Omega_ij, `j \in N(i)` is N_ij."""
    tokens = [token for token in r.tokens[slice(*part)] if token.kind != "gap" and token.text not in "{}"]
    if len(tokens) > 1 and all(
        token.kind == "name" and len(token.text) == 1 for token in tokens
    ):  # a word, as TeX sets it: Vocab
        tokens = [Token("name", "".join(token.text for token in tokens), tokens[0].start, tokens[-1].end)]
    if not tokens or tokens[0].kind not in ("name", "word"):
        return None
    if not tokens[0].text[:1].isupper() or tokens[0].text in r.names.dimensions:
        return None
    inner = [token.text for token in tokens[1:]]
    own = r.name(tokens[0])
    own = s.Name(own.span, SET_I) if own.name == "I" and not r.variable("I") else own
    span = own.span.joined(r.span(tokens[-1]))
    if not inner:
        return s.Subscript(span, own, letters, member=True)
    if (
        len(letters) == 1
        and (inner[0], inner[-1]) in (("(", ")"), ("_", inner[1]))
        and inner[1] in r.binding
        and len(inner) < 4
    ):
        return s.Subscript(span, own, (r.name(tokens[2]), *letters), member=True)
    return None


def sets_counted(r: Cursor, tree: s.Node) -> s.Node:
    r"""The tree with `|S|`, where a Σ runs over S, as the number of its elements."""
    if not {("relation", "in"), ("bar", "|")} <= {(token.kind, token.text) for token in r.tokens}:
        return tree
    members = {
        part.body.name: part
        for part in s.parts_of(tree)
        if isinstance(part, s.Subscript) and part.member and isinstance(part.body, s.Name)
    }

    def size(node: s.Node) -> s.Node:
        if not isinstance(node, s.Apply) or node.function != "bars":
            return node
        inner = s.ungrouped(node.arguments[0])
        own, outer = (inner.body, inner.indices) if isinstance(inner, s.Subscript) else (inner, ())
        if isinstance(inner, s.Slice):
            own, outer = inner.letter, (inner.index,)
        if isinstance(own, s.Name) and own.name == "I" and SET_I in members:
            own = s.Name(own.span, SET_I)
        if not isinstance(own, s.Name) or own.name not in members:
            return node
        counted = members[own.name].indices[len(outer) :]
        letters = tuple([letter for letter in counted if isinstance(letter, s.Name)])
        r.note(f"`|{own.name}|` is read as the number of elements of `{own.name}`, the sum of its zeros and ones")
        member = s.Subscript(node.span, own, (*outer, *letters), member=True)
        return s.Sigma(node.span, letters, (None,) * len(letters), member)

    return s.rebuilt(tree, size)
