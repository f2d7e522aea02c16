"""The place in the tokens of a LaTeX formula: looking ahead, matching brackets, errors with a place, limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ...diagnostics import InputError, Source, Span
from ...diagnostics.record import field, mutable, replace
from .. import syntax as s
from ..names import words
from ..unknown import LETTERS, WEIGHTS, letter_of
from .names import LatexNames
from .tokens import REFUSED, Token

DEEPEST: Final = 60
TALLEST: Final = 250
_BEGINNERS: Final = words("frac sqrt sum prod partial nabla d ones zeros norm abs brace dots")

CLOSERS: Final = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "<": ">", "cases": "cases", "matrix": "matrix"}


class Grammar(NamedTuple):
    """What the parts of the grammar ask of the whole."""

    expression: Callable[[Cursor], s.Node]
    product: Callable[[Cursor, s.Node | None], s.Node]
    close_product: Callable[[Cursor], s.Node]
    factor: Callable[[Cursor], s.Node]
    is_differential: Callable[[Cursor], bool]


@mutable
class Cursor:
    """Tokens and where we stand. The grammar that reads them is handed over,
    so that each of its parts can ask for a whole expression.

    Of letters `binding` are those of the Σ around this place, `from_zero` those of them that count from 0, `left` those
    that count although no Σ stands around them, `fixed` those of them that no Σ binds anew.
    """

    tokens: list[Token]
    names: LatexNames
    source: Source
    grammar: Grammar
    offset: int = 0
    notes: list[str] = field(default_factory=list)
    at: int = 0
    stop: int = -1
    depth: int = 0
    bars: list[str] = field(default_factory=list)
    pended: int = 0
    partner: dict[int, int] = field(default_factory=dict)
    plain: dict[str, bool] = field(default_factory=dict)
    binding: frozenset[str] = frozenset()
    from_zero: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    called: int = -1
    ends: dict[int, Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = single_bars(single_digits(self.tokens))
        if self.stop < 0:
            self.stop = len(self.tokens) - 1
        self.partner, _ = partners(self.tokens)

    # ---- looking
    @property
    def known(self) -> bool:
        """Whether no other variables exist than those in scope: in a loss they may."""
        return self.names.complete

    @property
    def token(self) -> Token:
        """The token at which we stand; past the end of the part being read, one of kind `end`."""
        return self.peek(0)

    def peek(self, ahead: int = 1) -> Token:
        """The token so many places further."""
        place = self.at + ahead
        if 0 <= place < self.stop:
            return self.tokens[place]
        end = self.ends.get(self.stop)
        if end is None:
            last = self.tokens[min(self.stop, len(self.tokens) - 1)]
            end = self.ends[self.stop] = Token("end", "", last.start, last.start)
        return end

    def sees(self, kind: str, *texts: str, ahead: int = 0) -> bool:
        """Whether a token of that kind (and one of those texts) stands there."""
        token = self.peek(ahead)
        return token.kind == kind and (not texts or token.text in texts)

    def starts_factor(self, ahead: int = 0) -> bool:
        """Whether a factor begins there."""
        token = self.peek(ahead)
        if token.kind in ("name", "number", "function", "fraction", "word", "open"):
            return True
        if token.kind == "command":
            return token.text in _BEGINNERS or token.text in REFUSED
        if token.kind == "bar":
            if self.sees("operator", "_", ahead=ahead + 1):
                return False
            if token.side:
                return token.side == "open"
            return ahead > 0 or not self.bars or self.bars[-1] != token.text
        return False

    def ends_here(self) -> bool:
        """Whether no factor follows: an x^* before another one may be a conjugate."""
        return self.token.kind in ("end", "relation", "close", "gap") or self.sees("operator", "+", "-", ",", ";", ".")

    def take(self) -> Token:
        """The token here, and one step forward."""
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def closing(self, place: int) -> int:
        """Where the bracket opened at `place` closes."""
        if place not in self.partner or self.partner[place] >= self.stop:
            raise self.trouble("this bracket is never closed", self.tokens[place], code="syntax-error")
        return self.partner[place]

    def unit(self) -> tuple[int, int]:
        """What a script or `\\frac` takes, a group or one token: the places of its first and past its last."""
        token = self.token
        if token.kind == "end":
            raise self.trouble("something is missing here", token, "syntax-error")
        if token.kind == "open" and token.text in ("{", "("):
            close = self.closing(self.at)
            first = self.at + 1
            self.at = close + 1
            return first, close
        if token.kind == "operator" and token.text in "+-":
            self.at += 1
            alone = self.token.start > token.end or (token.text == "+" and self.token.kind != "number")
            if alone or self.token.kind in ("end", "close", "bar", "operator", "relation"):
                return self.at - 1, self.at  # P_k^- C, A^+b: TeX takes the sign alone
            first, past = self.unit()
            return first - 1, past
        if token.kind == "command" and token.text in ("frac", "sqrt"):  # (2π)^\\frac{n}{2}
            first, self.at = self.at, self.at + 1
            for _ in range(2 if token.text == "frac" else 1):
                self.unit()
            return first, self.at
        if token.kind in ("close", "relation", "gap", "linebreak"):
            raise self.trouble("something is missing here", token, "syntax-error")
        self.at += 1
        return self.at - 1, self.at

    def script_ahead(self, sign: str) -> tuple[int, int, int] | None:
        """What the script of that sign holds which stands here, and where to go on; nothing is taken."""
        if not self.sees("operator", sign):
            return None
        at = self.at
        self.at += 1
        first, past = self.unit()
        end, self.at = self.at, at
        return first, past, end

    def inside(self, first: int, past: int) -> s.Node:
        """The expression made of those tokens, all of them."""
        at, stop, bars = self.at, self.stop, self.bars
        self.at, self.stop, self.bars = first, past, []
        node = self.grammar.expression(self)
        if self.sees("relation", "=", ":="):
            raise self.trouble("an equation stands here where one expression is needed", self.token, "syntax-error")
        if self.at < self.stop:
            several = "a function of several arguments is written out, or has a name such as f or g"
            help, place = several if self.token.text == "," else None, self.span(self.token)
            written = self.source.text[place.start : place.end] or self.token.text
            raise self.trouble(f"`{written}` is not expected here", self.token, "syntax-error", help)
        self.at, self.stop, self.bars = at, stop, bars
        return node

    def outside(self, first: int, past: int) -> Iterator[int]:
        """The places there that stand in no bracket; of a bracket that of its opening sign."""
        while first < past:
            yield first
            first = self.partner.get(first, first) + 1

    def parted(self, first: int, past: int, *signs: str) -> list[tuple[int, int]]:
        """The places of what stands between these signs that stand in no bracket."""
        ends = [at for at in self.outside(first, past) if self.tokens[at].sign in signs]
        return [(start + 1, end) for start, end in pairwise([first - 1, *ends, past])]

    def between_commas(self, place: int) -> list[tuple[int, int]]:
        """The places of what stands between the commas of the bracket opened there."""
        return self.parted(place + 1, self.closing(place), ",", ";")

    def pieces(self, place: int) -> list[list[Token]]:
        """What stands between the commas of the bracket opened there."""
        parts = (self.tokens[first:past] for first, past in self.between_commas(place))
        return [[token for token in part if token.kind != "gap"] for part in parts]

    def arguments(self, left_out: int = 0) -> tuple[s.Node, ...]:
        """The expressions between the commas of the bracket here, but for so many at the end; we go on behind it."""
        found: list[s.Node] = []
        place, close = self.at, self.closing(self.at)
        parts = self.between_commas(place)
        for first, past in parts[: len(parts) - left_out]:
            if first == past:
                raise self.trouble("an argument is missing here", self.tokens[past], "syntax-error")
            found.append(self.inside(first, past))
        self.at = close + 1
        return tuple(found)

    # ---- saying
    def span(self, first: Token | s.Node, last: Token | s.Node | None = None) -> Span:
        """The characters from one token or node to another."""
        start = first.span if isinstance(first, s.Node) else Span(first.start, first.end).shifted(self.offset)
        if last is None:
            return start
        end = last.span if isinstance(last, s.Node) else Span(last.start, last.end).shifted(self.offset)
        return start.joined(end)

    @property
    def last(self) -> Token:
        """The token just taken."""
        return self.tokens[max(self.at - 1, 0)]

    def trouble(
        self, message: str, where: Token | s.Node, code: str = "unreadable", help: str | None = None
    ) -> InputError:
        """The error that says what could not be read, and where."""
        span = self.span(where)
        if span.end <= span.start:
            span = Span(span.start, span.start + 1)
        return InputError.coded(code, message, self.source, span, help=help)

    def note(self, text: str) -> None:
        """Says what was repaired or assumed, once."""
        if text not in self.notes:
            self.notes.append(text)

    # ---- building
    def binary(self, operator: s.Operator, left: s.Node, right: s.Node) -> s.Binary:
        """left operator right."""
        return s.Binary(left.span.joined(right.span), operator, left, right)

    def measured(self, node: s.Node) -> s.Node:
        """The node, refused where it is so tall that those who walk it would fall."""
        waiting = [(node, 1)]
        while waiting:
            part, height = waiting.pop()
            if height > TALLEST:
                message = f"the formula has more than {TALLEST} parts in a row"
                raise self.trouble(message, part, help="split it into definitions")
            waiting += [(child, height + 1) for child in s.children(part)]
        return node

    def behind(self, name: str) -> list[Token]:
        """What stands behind the letter, at each of its places."""
        return [after for token, after in pairwise(self.tokens) if (token.kind, token.text) == ("name", name)]

    def variable(self, name: str) -> bool:
        """Whether the name is a declared or defined variable."""
        return name in self.names.variables

    def unknown(self, name: str) -> bool:
        """Whether the name is an unknown function: one of the loss,
        or in a loss a letter like φ, perhaps with what belongs to it below, that stands nowhere without a bracket."""
        if name in self.names.functions:
            return True
        letter = letter_of(name)
        named = any(self.variable(one) or one == self.names.wrt for one in (name, letter))
        if self.known or letter not in LETTERS or named or name in self.names.dimensions:
            return False
        ends = [at for at, token in enumerate(self.tokens, 1) if token.kind == "name" and token.text == letter]
        past = [self.past_index(at) for at in ends]
        below = [token.text for at, end in zip(ends, past, strict=True) for token in self.tokens[at:end]]
        if name != letter and self.names.wrt in below:  # how f_w depends on w is not said
            return False
        if letter in WEIGHTS and not (self.binding and not any(map(self.raised_at, past))):
            return False
        return all(map(self._bracket_at, past))

    def unknown_at(self, place: int) -> tuple[str, int] | None:
        """The unknown function that a letter there names, with what stands below it, and where its bracket opens."""
        if self.tokens[place].kind != "name":
            return None
        name, past = self.labelled_at(place)
        called = self.unknown(name) and self.tokens[past].kind == "open" and self.tokens[past].text in ("(", "[")
        return (name, past) if called else None

    def labelled_at(self, place: int) -> tuple[str, int]:
        """The name that a letter there begins, with what stands below it, and where it ends."""
        past = self.past_index(place + 1)
        parts = (token.text for token in self.tokens[place:past] if token.kind in ("name", "word", "number"))
        return "_".join(parts), past

    def past_index(self, place: int) -> int:
        """Behind the index that stands there, or the place itself."""
        if self.tokens[place].text != "_":
            return place
        return self.partner.get(place + 1, place + 1) + 1

    def raised_at(self, place: int) -> bool:
        """Whether a power stands behind the bracket that is opened there."""
        behind = self.tokens[self.partner.get(place, place) + 1 :][:1]
        return bool(behind) and behind[0].kind == "operator" and behind[0].text == "^"

    def _bracket_at(self, place: int) -> bool:
        while self.tokens[place].kind == "operator" and self.tokens[place].text == "'":
            place += 1
        return self.tokens[place].kind == "open" and self.tokens[place].text in ("(", "[")

    def name(self, token: Token) -> s.Name:
        """The name that a token writes."""
        return s.Name(self.span(token), token.text)


def partners(tokens: Sequence[Token]) -> tuple[dict[int, int], list[int]]:
    """Where each bracket that is opened is closed, and the places of those without a partner."""
    found: dict[int, int] = {}
    opened: list[int] = []
    alone: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(place)
        elif token.kind == "close" and opened and CLOSERS[tokens[opened[-1]].text] == token.text:
            found[opened.pop()] = place
        elif token.kind == "close":
            alone.append(place)
    return found, sorted([*alone, *opened])


def single_digits(tokens: list[Token]) -> list[Token]:
    r"""TeX takes one digit where no braces stand: `\frac12` is ½, `x^12` is x¹ · 2."""
    found: list[Token] = []
    owed = [0]  # how many arguments a `\frac` still takes, one count for each open brace
    for token in tokens:
        after = found[-1] if found else None
        script = after is not None and after.kind == "operator" and after.text in ("^", "_")
        if token.kind == "command" and token.text == "frac":
            owed[-1] = 2
            found.append(token)
            continue
        if token.kind == "number" and token.text.isdigit() and (script or owed[-1]):
            taken = 1 if script else min(owed[-1], len(token.text))
            for place, piece in enumerate([*token.text[:taken], token.text[taken:]]):
                start = token.start + place
                found += [replace(token, text=piece, start=start, end=start + len(piece))] if piece else []
            owed[-1] = max(0, owed[-1] - taken)
            continue
        if token.kind == "open" and token.text == "{":
            owed.append(0)
        elif token.kind == "close" and token.text == "}" and len(owed) > 1:
            owed.pop()
            owed[-1] = max(0, owed[-1] - 1)
        elif owed[-1] and token.kind != "open":
            owed[-1] -= 1
        found.append(token)
    return found


def single_bars(tokens: list[Token]) -> list[Token]:
    """The two bars between |x||y| apart: `||` behind an open `|` closes it and opens the next."""
    found: list[Token] = []
    opened = False
    for place, token in enumerate(tokens):
        if token.kind != "bar" or token.side:
            found.append(token)
            continue
        factor = place + 1 < len(tokens) and tokens[place + 1].kind in ("name", "number", "open", "function")
        behind = bool(found) and found[-1].kind in ("name", "number", "close")
        if token.text == "||" and opened and factor and behind:
            found += [Token("bar", "|", token.start, token.start + 1), Token("bar", "|", token.start + 1, token.end)]
        else:
            opened = not opened if token.text == "|" else opened
            found.append(token)
    return found
