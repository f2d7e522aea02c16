r"""What stands below and above a Σ: the letters, how far each of them runs, and which pairs of values are left out.

A range that is not the whole of a dimension is part of the meaning. `j \ne i` becomes the factor 1 − δ_ij; every other part of a
range is refused here with its place (`sum-range`). Upper limits are handed on: only `elaborate` knows the length of the dimension.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NoReturn

from ...diagnostics.record import record
from ..syntax import Binary, Group, Kronecker, Literal_, Name, Node
from .tokens import Token

if TYPE_CHECKING:
    from .calculus import Calculus

Tokens = tuple[int, int]
"""The places of the first and past the last token of a part."""

CODE: Final = "sum-range"
_WRITTEN: Final = (
    "only sums through a whole dimension can be read, as in `\\sum_{i=1}^{n}`; for a part, multiply by a declared array of zeros and ones"
)


@record
class Ranges:
    """The letters of a Σ with their upper limits (None where none is written), and the pairs that must differ."""

    letters: tuple[Name, ...] = ()
    limits: tuple[Node | None, ...] = ()
    apart: tuple[tuple[Name, Name], ...] = ()

    def masked(self, body: Node) -> Node:
        """The body with a factor 1 − δ_ij for each pair that must differ."""
        for left, right in self.apart:
            span = left.span.joined(right.span)
            one = Literal_(span, Fraction(1), "1")
            body = Binary(body.span, "juxtapose", Group(span, Binary(span, "-", one, Kronecker(span, (left, right)))), body)
        return body


def ranges(reader: Calculus, sign: Token, lower: Tokens | None, upper: Tokens | None) -> Ranges:
    """What a Σ runs over; InputError with the code `sum-range` where that is a part of a dimension."""
    letters: dict[str, Name] = {}
    waiting: list[Name] = []
    from_zero: set[str] = set()
    limits: dict[str, Node] = {}
    apart: list[tuple[Name, Name]] = []
    for piece in pieces(reader, lower) if lower is not None else ():
        equal = [place for place in range(*piece) if reader.tokens[place].kind == "relation"]
        chain = len(equal) == 2 and all(reader.tokens[place].text == "<=" for place in equal)
        if len(equal) > 1 and not chain:
            _refuse(reader, "a sum over a part of the range cannot be read", reader.tokens[equal[1]])
        first, past = (equal[0] + 1, equal[1]) if chain else (piece[0], equal[0] if equal else piece[1])
        named = _letters(reader, first, past)
        if chain:
            _from_one(reader, reader.tokens[equal[0]], texts(reader, (piece[0], equal[0])))
            _add(reader, letters, named, reader.tokens[first])
            limits.update((name.name, reader.inside(equal[1] + 1, piece[1])) for name in (*waiting, *named))
        elif not equal:
            _add(reader, letters, named, reader.tokens[first])
            waiting += named
            continue
        elif reader.tokens[equal[0]].text == "!=":
            apart.append(_pair(reader, letters, named, equal, piece))
        else:
            _add(reader, letters, named, reader.tokens[first])
            bounded = {name.name for name in (*waiting, *named)}
            limit = _limit(reader, reader.tokens[equal[0]], (equal[0] + 1, piece[1]))
            if isinstance(limit, Node):
                limits.update(dict.fromkeys(bounded, limit))
            elif limit == "0":
                from_zero |= bounded
        waiting = []
    for name, limit in _upper(reader, tuple(letters), upper, from_zero):
        if name in limits:
            _refuse(reader, "this sum has two upper limits", sign)
        limits[name] = limit
    if from_zero - limits.keys():
        _refuse(reader, "a sum that starts at 0 needs its upper limit", sign)
    return Ranges(tuple(letters.values()), tuple(limits.get(name) for name in letters), tuple(apart))


def texts(reader: Calculus, part: Tokens) -> list[str]:
    """The texts of the tokens of a part, spaces left out."""
    return [token.text for token in reader.tokens[slice(*part)] if token.kind != "gap"]


def pieces(reader: Calculus, part: Tokens) -> Iterator[Tokens]:
    r"""What stands between the commas, colons and line breaks of `i=1, j \ne i`; brackets are not taken apart."""
    first, level = part[0], 0
    for place in range(part[0], part[1] + 1):
        token = reader.tokens[place]
        ends = place == part[1] or (level == 0 and (token.text in (",", ";", ":", "|") or token.kind in ("linebreak", "gap")))
        if ends:
            if place > first:
                yield first, place
            first = place + 1
        level += {"open": 1, "close": -1}.get(token.kind, 0)


def _letters(reader: Calculus, first: int, past: int) -> tuple[Name, ...]:
    if first < past and reader.tokens[first].text == "(" and reader.partner.get(first) == past - 1:
        first, past = first + 1, past - 1
    if first >= past:
        _refuse(reader, "a sum runs over letters", reader.tokens[first])
    found = reader.letters(first, past)
    names = tuple(letter for letter in found if isinstance(letter, Name))
    if len(names) != len(found) or not names:
        _refuse(reader, "a sum runs over letters", reader.tokens[first])
    return names


def _add(reader: Calculus, letters: dict[str, Name], named: tuple[Name, ...], where: Token) -> None:
    for name in named:
        if name.name in letters:
            raise reader.trouble("a letter stands twice under this sum", where)
        letters[name.name] = name


def _from_one(reader: Calculus, where: Token, written: list[str]) -> None:
    if written != ["1"]:
        _refuse(reader, "a sum over a part of the range cannot be read", where)


def _limit(reader: Calculus, sign: Token, after: Tokens) -> Node | str:
    r"""The upper limit of `i \in [n]`, `i \in \{1,…,n\}`, `i \le n`; or where `i = …` starts."""
    written = texts(reader, after)
    if sign.text in ("=", ":="):
        if written not in (["0"], ["1"]):
            _refuse(reader, "a sum over a part of the range cannot be read", sign)
        return written[0]
    if sign.text == "in" and len(written) > 2 and reader.partner.get(after[0]) == after[1] - 1:
        inner = [text for text in written[1:-1] if text != ","]
        counted = written[0] == "\\{" and "dots" in inner and inner[: inner.index("dots")] in (["1"], ["1", "2"])
        if written[0] == "[" or counted:
            ends = ("[", ",", "dots")
            first = next(place for place in range(after[1] - 1, after[0], -1) if reader.tokens[place - 1].text in ends)
            return reader.inside(first, after[1] - 1)
    if sign.text == "<=" and len(written) == 1 and written[0] in reader.names.dimensions:
        return reader.inside(*after)
    what = "a set" if sign.text == "in" else "a part of the range"
    return _refuse(reader, f"a sum over {what} cannot be read", sign)


def _pair(reader: Calculus, letters: dict[str, Name], named: tuple[Name, ...], equal: list[int], piece: Tokens) -> tuple[Name, Name]:
    r"""The two letters of `j \ne i`; those that nothing binds yet are bound here."""
    sign = reader.tokens[equal[0]]
    others = _letters(reader, equal[0] + 1, piece[1])
    if len(named) != 1 or len(others) != 1:
        _refuse(reader, "a sum over a part of the range cannot be read", sign)
    left, right = named[0], others[0]
    outer = {*letters, *reader.binding}
    open_ = [name for name in (left, right) if name.name not in outer]
    if len(open_) == 2 and reader.known:
        _refuse(reader, f"whether `{right.name}` is summed too is not said", sign,
                f"write `\\sum_{{{left.name},{right.name}:\\, {left.name} \\ne {right.name}}}` if it is")
    if not letters and left.name in outer and right.name in outer:
        _refuse(reader, f"`{left.name}` and `{right.name}` are summed already", sign)
    for name in open_:
        letters[name.name] = name
    return left, right


def _upper(
    reader: Calculus, names: tuple[str, ...], part: Tokens | None, from_zero: set[str]
) -> Iterator[tuple[str, Node]]:
    """Each letter with the limit above the Σ: one for all of them, or one for each."""
    if part is None:
        return
    parts = list(pieces(reader, part))
    if not names or len(parts) not in (1, len(names)):
        many = f"{len(parts)} limits stand above this sum and {len(names)} letters below it"
        _refuse(reader, many if names else "this sum has an upper limit and no letter", reader.tokens[part[0]])
    for name, (first, past) in zip(names, parts if len(parts) > 1 else parts * len(names), strict=True):
        if name in from_zero:
            if texts(reader, (first, past))[-2:] != ["-", "1"] or past - first < 3:
                _refuse(reader, f"`{name}` starts at 0, so it must stop one before the length", reader.tokens[first])
            past -= 2
            reader.note(f"`{name}` is counted from 0 to the length less 1, which is the whole range")
        elif texts(reader, (first, past))[:1] in (["infty"], ["+"]):
            _refuse(reader, "a sum without end cannot be read", reader.tokens[first])
        yield name, reader.inside(first, past)


def _refuse(reader: Calculus, message: str, where: Token, help: str = _WRITTEN) -> NoReturn:
    raise reader.trouble(message, where, CODE, help)
