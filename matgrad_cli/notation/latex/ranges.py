r"""What stands below and above a Σ: the letters, how far each of them runs, and which pairs of values are left out.

A range that is not the whole of a dimension is part of the meaning. It becomes a factor that is 1 in the range and else
0: 1 − δ_ij for `j \ne i`, an entry of a 0/1 array for `i \in S`, a mask for `i < j` and for `t = 2…T`; every other part
of a range is refused here with its place (`sum-range`). Upper limits are handed on:
only `elaborate` knows the length of the dimension.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Final, NoReturn

from ...diagnostics.record import record
from .. import syntax as s
from .cases import comparison
from .cursor import Cursor
from .indices import index_letters
from .sets import Tokens, counted_by, member_of
from .tokens import Token

CODE: Final = "sum-range"
_ORDERS: Final = ("<", ">", "<=", ">=")
_A_PART: Final = "a sum over a part of the range cannot be read"
_WRITTEN: Final = (
    "only sums through a whole dimension can be read, as in `\\sum_{i=1}^{n}`; for a part, multiply "
    "by a declared array of zeros and ones"
)


@record
class Ranges:
    """The letters of a Σ with their upper limits (None where none is written),
    and factors that are 0 outside the range."""

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
    return s.Group(mask.span, s.Binary(mask.span, "-", s.Literal_(mask.span, Fraction(1), "1"), mask))


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


def ranges(reader: Cursor, sign: Token, lower: Tokens | None, upper: Tokens | None) -> Ranges:
    """What a Σ runs over; InputError with the code `sum-range` where that is a part of a dimension."""
    letters: dict[str, s.Name] = {}
    waiting: list[s.Name] = []
    from_zero: set[str] = set()
    limits: dict[str, s.Node] = {}
    masks: list[s.Node] = []
    left_out: dict[str, list[int]] = {}
    for piece in pieces(reader, lower) if lower is not None else ():
        equal = [place for place in range(*piece) if reader.tokens[place].kind == "relation"]
        if letters and (under := _condition(reader, letters, piece, equal)) is not None:
            masks.append(under)
            continue
        if " ".join(reader.tokens[place].text for place in equal) in ("<= <=", "<= < <=", "<= <= <="):
            masks += _between(reader, letters, limits, waiting, piece, equal)
            waiting = []
            continue
        if len(equal) > 1:
            _refuse(reader, _A_PART, reader.tokens[equal[1]])
        first, past = piece[0], equal[0] if equal else piece[1]
        named = counted_by(reader, first, past, equal) or _letters(reader, first, past)
        again = letters.keys() & {name.name for name in named}  # `j: (i,j) \in \Omega` for an i that stands outside
        together = named if again else (*waiting, *named)
        if not equal:
            _add(reader, letters, named, reader.tokens[first])
            waiting += named
            continue
        if reader.tokens[equal[0]].text == "!=":
            pair = _pair(reader, letters, named, equal, piece)
            masks.append(unlike(s.Kronecker(pair[0].span.joined(pair[1].span), pair)))
        elif reader.tokens[equal[0]].text in _ORDERS and _is_letter(reader, letters, (equal[0] + 1, piece[1])):
            masks.append(_compared(_pair(reader, letters, named, equal, piece), reader.tokens[equal[0]].text))
        elif (
            reader.tokens[equal[0]].text == "in"
            and (member := member_of(reader, together, (equal[0] + 1, piece[1]))) is not None
        ):
            _add(reader, letters, () if again else named, reader.tokens[first])
            masks.append(member)
        else:
            _add(reader, letters, named, reader.tokens[first])
            bounded = {name.name for name in (*waiting, *named)}
            limit = _limit(reader, reader.tokens[equal[0]], (equal[0] + 1, piece[1]), named)
            if isinstance(limit, s.Apply | s.Group):
                masks.append(limit)
            elif isinstance(limit, s.Node):
                limits.update(dict.fromkeys(bounded, limit))
            elif limit == 0:
                from_zero |= bounded
            elif limit > 1:
                left_out.update({name: [limit - 1, 0] for name in bounded})
        waiting = []
    for name, limit, lost in _upper(reader, tuple(letters), upper, from_zero):
        if name in limits:
            _refuse(reader, "this sum has two upper limits", sign)
        if isinstance(limit, s.Apply | s.Group):
            masks.append(limit)
            continue
        limits[name] = limit
        if lost:
            left_out.setdefault(name, [0, 0])[1] = lost
    if from_zero - limits.keys():
        _refuse(reader, "a sum that starts at 0 needs its upper limit", sign)
    masks += [within(letters[name], *numbers) for name, numbers in left_out.items()]
    bounds = tuple(limits.get(name) for name in letters)
    return Ranges(tuple(letters.values()), bounds, tuple(masks), frozenset(from_zero))


def texts(reader: Cursor, part: Tokens) -> list[str]:
    """The texts of the tokens of a part, spaces left out."""
    return [token.text for token in reader.tokens[slice(*part)] if token.kind != "gap"]


def pieces(reader: Cursor, part: Tokens) -> Iterator[Tokens]:
    r"""What stands between the commas, colons and line breaks of `i=1, j \ne i`; brackets are not taken apart."""
    first, level = part[0], 0
    for place in range(part[0], part[1] + 1):
        token = reader.tokens[place]
        apart = token.text in (",", ";", ":", "|") or token.kind in ("linebreak", "gap")
        if place == part[1] or (level == 0 and apart):
            if place > first:
                yield first, place
            first = place + 1
        level += {"open": 1, "close": -1}.get(token.kind, 0)


def _letters(reader: Cursor, first: int, past: int) -> tuple[s.Name, ...]:
    if first < past and reader.tokens[first].text == "(" and reader.partner.get(first) == past - 1:
        first, past = first + 1, past - 1
    if first >= past:
        _refuse(reader, "a sum runs over letters", reader.tokens[first])
    found = index_letters(reader, first, past)
    names = tuple(letter for letter in found if isinstance(letter, s.Name))
    if len(names) != len(found) or not names:
        _refuse(reader, "a sum runs over letters", reader.tokens[first])
    return names


def _add(reader: Cursor, letters: dict[str, s.Name], named: tuple[s.Name, ...], where: Token) -> None:
    for name in named:
        if name.name in letters:
            raise reader.trouble("a letter stands twice under this sum", where)
        letters[name.name] = name


def _limit(reader: Cursor, sign: Token, after: Tokens, named: tuple[s.Name, ...]) -> s.Node | int:
    r"""The upper limit of `i \in [n]`, `i \in \{1,…,n\}`, `i \le n`; or where `i = …` starts:
    a number, a mask behind a letter."""
    written = texts(reader, after)
    if sign.text in ("=", ":="):
        if len(written) == 1 and written[0] in set("0123456789"):
            return int(written[0])
        if len(named) == 1 and written[:1] and written[0] in reader.binding and written[1:] in ([], ["+", "1"]):
            start = reader.name(reader.tokens[after[0]])
            return before(start, named[0]) if len(written) > 1 else unlike(before(named[0], start))
        _refuse(reader, _A_PART, sign)
    if sign.text == "in" and len(written) > 2 and reader.partner.get(after[0]) == after[1] - 1:
        inner = [text for text in written[1:-1] if text != ","]
        counted = written[0] == "\\{" and "dots" in inner and inner[: inner.index("dots")] in (["1"], ["1", "2"])
        if written[0] == "[" or counted:
            ends = ("[", ",", "dots")
            first = next(place for place in range(after[1] - 1, after[0], -1) if reader.tokens[place - 1].text in ends)
            return reader.inside(first, after[1] - 1)
    if sign.text == ">=" and written == ["1"]:
        return 1
    if sign.text == "<=" and len(written) == 1 and written[0] in reader.names.dimensions:
        return reader.inside(*after)
    what = "a set" if sign.text == "in" else "a part of the range"
    return _refuse(reader, f"a sum over {what} cannot be read", sign)


def _pair(
    reader: Cursor, letters: dict[str, s.Name], named: tuple[s.Name, ...], equal: list[int], piece: Tokens
) -> tuple[s.Name, s.Name]:
    r"""The two letters of `j \ne i`; those that nothing binds yet are bound here.

    The y of `j: j \ne y`, and of `j \ne y` in a loss, is none of them: it is one fixed place.
    """
    sign = reader.tokens[equal[0]]
    others = _letters(reader, equal[0] + 1, piece[1])
    if len(named) != 1 or len(others) != 1:
        _refuse(reader, _A_PART, sign)
    left, right = named[0], others[0]
    outer = {*letters, *reader.binding, *reader.fixed}
    open_ = [name for name in (left, right) if name.name not in outer]
    if right.name in reader.names.placed and not letters:
        open_ = [name for name in open_ if name is left]
    place = f"e_{right.name}" in reader.names.variables or not (reader.known or right.name.rpartition("_")[2] in outer)
    if (letters and "_" not in right.name) or (place and left.name in _COUNTING and right.name not in _COUNTING):
        open_ = [name for name in open_ if name is left and not letters]
    if not reader.known and right in open_ and {*letters, *reader.binding} & {right.name.rpartition("_")[2]}:
        open_ = [name for name in open_ if name is left and not letters]  # the label y_i
    if any("_" in name.name for name in open_):
        _refuse(reader, f"`{open_[-1].name}` is a label, and a letter that counts was needed", sign, LABELS)
    if len(open_) == 2 and (reader.known or not {left.name, right.name} <= _COUNTING):
        both = f"write `\\sum_{{{left.name},{right.name}:\\, {left.name} \\ne {right.name}}}` if it is"
        _refuse(reader, f"whether `{right.name}` is summed too is not said", sign, both)
    if not letters and left.name in outer and right.name in outer:
        _refuse(reader, f"`{left.name}` and `{right.name}` are summed already", sign)
    for name in open_:
        letters[name.name] = name
    return left, right


def _between(
    reader: Cursor,
    letters: dict[str, s.Name],
    limits: dict[str, s.Node],
    waiting: list[s.Name],
    piece: Tokens,
    signs: list[int],
) -> Iterator[s.Node]:
    r"""`1 \le i \le n` binds i; `1 \le i < j \le n` both letters, and the first is less than the second."""
    groups = [_letters(reader, start + 1, end) for start, end in pairwise(signs)]
    if texts(reader, (piece[0], signs[0])) != ["1"] or (len(groups) > 1 and any(len(names) > 1 for names in groups)):
        _refuse(reader, _A_PART, reader.tokens[signs[0]])
    named = [name for names in groups for name in names]
    _add(reader, letters, tuple(named), reader.tokens[piece[0]])
    limits.update(dict.fromkeys((name.name for name in (*waiting, *named)), reader.inside(signs[-1] + 1, piece[1])))
    if len(groups) > 1:
        yield _compared((named[0], named[1]), reader.tokens[signs[1]].text)


def _condition(reader: Cursor, letters: dict[str, s.Name], piece: Tokens, signs: list[int]) -> s.Node | None:
    r"""`i: y_i f(x_i) < 1`: 1 where the condition holds that stands behind the letters, and else 0;
    None where letters are compared."""
    labelled = len(signs) == 1 and reader.tokens[signs[0]].text in ("=", "!=")
    if labelled and all(token.text != "_" for token in reader.tokens[piece[0] : signs[0]]):
        return None
    plain = all(reader.tokens[place].kind in ("name", "number", "gap") for place in range(*piece) if place not in signs)
    if len(signs) != 1 or plain or not (labelled or reader.tokens[signs[0]].text in _ORDERS):
        return None
    outer, reader.binding = reader.binding, reader.binding | letters.keys()
    found = comparison(reader, *piece)
    reader.binding = outer
    if found is None:
        _refuse(reader, "this condition cannot be read", reader.tokens[signs[0]], LABELS)
    return found


def _is_letter(reader: Cursor, letters: dict[str, s.Name], part: Tokens) -> bool:
    """Whether a letter that is summed here or around stands there alone, or one that nothing else is."""
    found = [reader.tokens[place] for place in range(*part) if reader.tokens[place].kind != "gap"]
    if len(found) != 1 or found[0].kind != "name":
        return False
    name = found[0].text
    known = reader.variable(name) or name in reader.names.dimensions
    return name in letters or name in reader.binding or (not known and len(name) == 1 and name.islower())


def _compared(pair: tuple[s.Name, s.Name], sign: str) -> s.Node:
    """1 where the two letters stand in this order."""
    left, right = pair if sign in ("<", "<=") else (pair[1], pair[0])
    return before(left, right) if sign in ("<", ">") else unlike(before(right, left))


def _upper(
    reader: Cursor, names: tuple[str, ...], part: Tokens | None, from_zero: set[str]
) -> Iterator[tuple[str, s.Node, int]]:
    """Each letter with the limit above the Σ, one for all of them or one for each, and how many are left out at the
    end; a limit that is a letter summed around gives a mask."""
    if part is None:
        return
    parts = list(pieces(reader, part))
    if not names or len(parts) not in (1, len(names)):
        many = f"{len(parts)} limits stand above this sum and {len(names)} letters below it"
        _refuse(reader, many if names else "this sum has an upper limit and no letter", reader.tokens[part[0]])
    for name, (first, past) in zip(names, parts if len(parts) > 1 else parts * len(names), strict=True):
        if name in from_zero:
            less = texts(reader, (first, past))[-2:] == ["-", "1"] and past - first > 2
            if not less and (not reader.known or past - first > 1 or reader.tokens[first].kind != "name"):
                _refuse(reader, f"`{name}` starts at 0, so it must stop one before the length", reader.tokens[first])
            past -= 2 * less
            length = "less 1, which is" if less else "that is declared, so there is an entry 0 beside these: read as"
            reader.note(f"`{name}` is counted from 0 to the length {length} the whole range")
        elif texts(reader, (first, past))[:1] in (["infty"], ["+"]):
            _refuse(reader, "a sum without end cannot be read", reader.tokens[first])
        written, lost = texts(reader, (first, past)), 0
        if len(written) == 3 and written[1] == "-" and written[2] in set("0123456789") and name not in from_zero:
            past, lost = past - 2, int(written[2])
        if written[0] in reader.binding and written[1:] in ([], ["-", "1"]):
            own, end = s.Name(reader.span(reader.tokens[first]), name), reader.name(reader.tokens[first])
            yield name, before(own, end) if lost else unlike(before(end, own)), 0
            continue
        yield name, reader.inside(first, past), lost


LABELS: Final = (
    "write labels as rows of zeros with a single 1: `\\sum_k Y_{ik} w_k` for `w_{y_i}`, and `1 - "
    "Y_{ij}` as a factor for `j \\ne y_i`"
)
_COUNTING: Final = frozenset("abijklmnpqrstuv")
"""Letters that a Σ counts with where it binds both of `i \\ne j`; `y` and `c` are a label."""


def _refuse(reader: Cursor, message: str, where: Token, help: str = _WRITTEN) -> NoReturn:
    raise reader.trouble(message, where, CODE, help)
