"""The tokens of the expression language, each with its place in the text,
and the stream that its grammar reads from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, NamedTuple, NoReturn

from ...diagnostics import Diagnostic, InputError, Label, Source, Span
from ...diagnostics.regex import regex
from .. import syntax as s
from ..choice import in_words
from ..names import spelled_name

LONGEST_TEXT: Final = 100_000
MOST_TOKENS: Final = 20_000
MOST_DIGITS: Final = 60
LARGEST_EXPONENT: Final = 400

Kind = Literal["number", "name", "string", "sign", "power", "end"]


class Token(NamedTuple):
    """A word of the text. `text` is normalised (`−` is `-`, `²` is a power with text `2`);
    it stands from `start` up to `end`."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands, as written."""
        return Span(self.start, self.end)


_SAME: Final = {
    **dict.fromkeys("−–", "-"), **dict.fromkeys("·∗⋅×", "*"), **dict.fromkeys("÷∕", "/"),
    **dict.fromkeys("⊙∘", "hadamard"), "⊗": "kron", **dict.fromkeys(("‖", "∥", "||"), "‖"), "⟨": "⟨", "⟩": "⟩",
}  # fmt: skip
_SUPERSCRIPTS: Final = dict(zip("ᵀ⊤⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "TT-0123456789", strict=True))

_RAISED: Final = "".join(_SUPERSCRIPTS)
_WORD: Final = regex(
    rf"\s*(?:(?P<name>[^\W\d{_RAISED}](?:[^\W{_RAISED}]|[\u0300-\u036f\u20d7])*)"
    rf"|(?P<number>((?:[0-9]+(?:_[0-9]+)*(?:\.(?![^\W\d_])[0-9]*)?|\.[0-9]+))(?:[eE]([-+]?[0-9]+))?)|(?P<power>[{_RAISED}]+)"
    rf"|(?P<sign>\*\*|[<>=!]=|\|\||[-+*/@()\[\],.:=<>{''.join(_SAME).replace('|', '')}]))"
)
"""`2.T` does not occur; `2.` and `2.5` do."""


def refuse(source: Source, code: str, message: str, span: Span, label: str = "", help: str | None = None) -> NoReturn:
    """Raise the one message about a text that cannot be read."""
    raise InputError(Diagnostic(code, message, source, (Label(span, label),), help=help))


def tokens(source: Source) -> list[Token]:
    """All tokens of the text, closed by one of kind `end`."""
    text, caret = source.text, in_words(source.text[:LONGEST_TEXT])
    if len(text) > LONGEST_TEXT:
        short = Source(source.name, text[:60] + " …")
        refuse(short, "too-long", f"the text has {len(text)} characters, at most {LONGEST_TEXT} are read", Span(0, 60))
    found: list[Token] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        token = word_at(source, place, caret)
        found.append(token)
        place = token.end
        if len(found) > MOST_TOKENS:
            refuse(source, "too-long", f"the expression has more than {MOST_TOKENS} words and signs", token.span)
    found.append(Token("end", "", len(text), len(text)))
    return found


def word_at(source: Source, start: int, caret: bool = True) -> Token:
    """The first token behind a place; `caret` says whether `^` is a sign."""
    found = _WORD.match(source.text, start)
    kind = found.lastgroup if found is not None else None
    if found is None or kind is None:
        return _other(source, start, caret)
    word, (begin, end) = found[kind], found.span(kind)
    if kind == "sign":
        return Token("sign", _SAME.get(word, word), begin, end)
    if kind == "name":
        named = word[0].isalpha() or word[0] == "_"
        return Token("name", spelled_name(word), begin, end) if named else _other(source, begin, caret)
    if kind == "power":
        return Token("power", "".join([_SUPERSCRIPTS[char] for char in word]), begin, end)
    mantissa, exponent = found[3], found[4]
    if exponent is not None and (len(exponent.lstrip("+-")) > 3 or abs(int(exponent)) > LARGEST_EXPONENT):
        message = f"the exponent of this number is beyond ±{LARGEST_EXPONENT}"
        refuse(source, "number-too-large", message, Span(begin, end))
    if len(mantissa) > MOST_DIGITS:
        message = f"this number has {len(mantissa)} digits, at most {MOST_DIGITS} are read"
        refuse(source, "number-too-large", message, Span(begin, end))
    return Token("number", word, begin, end)


def _other(source: Source, place: int, caret: bool) -> Token:
    """A token that is no word, number or sign: a `^`, or a text in quotes."""
    text = source.text
    while text[place].isspace():
        place += 1
    if caret and text[place] == "^":
        return Token("sign", "^", place, place + 1)
    return _string(source, place) if text[place] in "'\"" else _refuse_character(source, place)


@lru_cache(maxsize=1024)
def exact(text: str) -> Fraction:
    """The exact value of a number as written: `1e-5` is 1/100000, `.5` is 1/2, `1_000` is 1000."""
    return Fraction(text.rstrip(".").replace("_", ""))


def _string(source: Source, start: int) -> Token:
    text = source.text
    quote = text[start]
    end = text.find(quote, start + 1)
    if end < 0 or end - start > 40:
        help = "write the transpose as `.T`" if quote == "'" else None
        message, span = f"a text opens with {quote} and is not closed", Span(start, start + 1)
        refuse(source, "syntax-error", message, span, "opened here", help)
    return Token("string", text[start + 1 : end], start, end + 1)


_FOREIGN: Final = {
    "^": ("`^` is not a power here", "write `**` for an elementwise power, `.T` for the transpose"),
    "\\": ("found a backslash, which the expression language does not have", "read it as LaTeX with `--syntax latex`"),
    "|": ("", "write `norm(…)` or `||…||` for a norm, `abs(…)` for the absolute value of each entry"),
}
"""What is said of signs that have a meaning elsewhere, and what is written instead."""


def _refuse_character(source: Source, place: int) -> NoReturn:
    char = source.text[place]
    shown = f"`{char}`" if char.isprintable() else f"the character U+{ord(char):04X}"
    message, help = _FOREIGN.get(char, ("", None))
    message = message or f"found {shown}, which is no part of the expression language"
    code, label = ("caret-power", "a power was meant") if char == "^" else ("syntax-error", "")
    refuse(source, code, message, Span(place, place + 1), label, help)


_PYTHON_WORDS: Final = frozenset(
    ("if", "else", "for", "in", "is", "and", "or", "not", "while", "return", "import", "def", "from")
)


def between(left: str, right: str, adjacent: bool) -> str:
    """What to write between two parts that stand side by side without an operator."""
    word = right if right in _PYTHON_WORDS else left if left in _PYTHON_WORDS else None
    if word is not None:
        return f"`{word}` is a word of Python; a loss is one expression, without choices, loops or statements"
    if adjacent and left.replace(".", "", 1).isdigit() and right[:1].isalpha():
        return f"write `{left}*{right}` for the product"
    return "write `@` for the product of matrices, `*` for a number times an array or an elementwise product"


def _short(text: str) -> str:
    return f"`{text}`" if len(text) <= 30 else f"`{text[:12]} … {text[-12:]}`"


# ---- the stream of tokens that the grammar of the expression language reads from


DEEPEST: Final = 150
"""So many levels of brackets and signs may stand inside each other."""


class Stream(ABC):
    """The tokens of one text and how far they are read. The grammar that reads them says what a sum and a group are."""

    def __init__(self, source: Source, words: list[Token] | None = None) -> None:
        self.source = source
        self.tokens = tokens(source) if words is None else words
        self.last = len(self.tokens) - 1
        self.depth = 0
        self.go(0)

    # ---- the stream

    def go(self, place: int) -> None:
        """Read on from a token; a `sign` is what it says if it is one."""
        self.place = place if place < self.last else self.last
        kind, text, _, _ = self.token = self.tokens[self.place]
        self.sign = text if kind == "sign" else ""

    @property
    def next_token(self) -> Token:
        return self.tokens[min(self.place + 1, self.last)]

    def take(self) -> Token:
        token = self.token
        self.go(self.place + 1)
        return token

    def sees(self, text: str) -> bool:
        return self.sign == text

    def accept(self, text: str) -> bool:
        if self.sign == text:
            self.go(self.place + 1)
            return True
        return False

    def expect(self, text: str, why: str) -> Token:
        if not self.sees(text):
            self.unexpected(f"`{text}` {why}")
        return self.take()

    def text_of(self, span: Span) -> str:
        return self.source.text[span.start : span.end]

    def unreadable(
        self, message: str, span: Span, help: str | None = None, code: str = "syntax-error", label: str = ""
    ) -> NoReturn:
        refuse(self.source, code, message, span, label, help)

    def unexpected(self, needed: str, help: str | None = None) -> NoReturn:
        token = self.token
        if token.kind == "end":
            end = len(self.source.text.rstrip())
            found, span = "the text ends", Span(max(end - 1, 0), end)
        else:
            found, span = f"found `{self.text_of(token.span)}`", token.span
        self.unreadable(f"{found} where {needed} was needed", span, help)

    def after_expression(self, node: s.Node) -> NoReturn:
        """An expression is complete but the text goes on: say what is missing."""
        token = self.token
        if token.kind in ("name", "number", "string") or self.sees("("):
            left, right = _short(self.text_of(node.span)), _short(self.text_of(token.span))
            help = between(self.text_of(node.span), self.text_of(token.span), node.span.end == token.start)
            self.unreadable(f"no operator between {left} and {right}", token.span, help, code="missing-operator")
        if self.sees(")") or self.sees("]"):
            self.unreadable(f"`{token.text}` closes a bracket that was never opened", token.span)
        if self.sees("=") or self.sees(":"):
            message = f"found `{token.text}`, but one expression was needed, not an equation or a statement"
            self.unreadable(message, token.span)
        self.unexpected("an operator or the end")

    def close(self, sign: str, opening: Token, body: s.Node) -> None:
        if self.accept(sign):
            return
        if self.token.kind == "end":
            self.unreadable(f"`{self.text_of(opening.span)}` is never closed", opening.span, label="opened here")
        if self.token.kind in ("name", "number", "string") or self.sees("("):
            self.after_expression(body)
        self.unexpected(f"an operator or `{sign}`")

    def enter(self, opening: Token) -> None:
        self.depth += 1
        self.deep(self.depth, opening, "this opens one level too many")

    def deep(self, levels: int, at: Token, label: str) -> None:
        """Refuses what stands too many levels deep."""
        if levels > DEEPEST:
            self.unreadable(f"more than {DEEPEST} levels of nesting", at.span, code="too-deep", label=label)

    def since(self, start: Span | Token) -> Span:
        return Span(start.start, self.tokens[self.place - 1].end)

    @abstractmethod
    def sum(self) -> s.Node:
        """Terms joined by + and −: the part that any bracket may hold."""

    @abstractmethod
    def looped(self) -> s.Node:
        """What a loop goes through."""

    @abstractmethod
    def group(self, closing: str = ")") -> s.Node:
        """What stands in a pair of brackets that begins here."""
