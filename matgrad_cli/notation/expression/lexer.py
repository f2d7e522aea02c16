"""The tokens of the expression language, each with its place in the text."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, Literal, NoReturn

from ...diagnostics import Diagnostic, InputError, Label, Source, Span
from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ..choice import in_words
from ..names import spelled_name

LONGEST_TEXT: Final = 100_000
MOST_TOKENS: Final = 20_000
MOST_DIGITS: Final = 60
LARGEST_EXPONENT: Final = 400

Kind = Literal["number", "name", "string", "sign", "power", "end"]


@record
class Token:
    """A word of the text. `text` is normalised (`−` is `-`, `²` is a power with text `2`); the span is as written."""

    kind: Kind
    text: str
    span: Span


_SAME: Final = {
    "−": "-", "–": "-", "·": "*", "∗": "*", "⋅": "*", "×": "*", "÷": "/", "∕": "/",
    "⊙": "hadamard", "∘": "hadamard", "⊗": "kron", "‖": "‖", "∥": "‖", "⟨": "⟨", "⟩": "⟩",
}
_SIGNS: Final = frozenset("+-*/@()[],.:=<>")
_SUPERSCRIPTS: Final = {"ᵀ": "T", "⊤": "T", "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3",
                        "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9"}


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
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = word_at(source, place, caret)
        found.append(token)
        place = token.span.end
        if len(found) > MOST_TOKENS:
            refuse(source, "too-long", f"the expression has more than {MOST_TOKENS} words and signs", token.span)
    found.append(Token("end", "", Span(len(text), len(text))))
    return found


def word_at(source: Source, start: int, caret: bool = True) -> Token:
    """The token that begins at a place; `caret` says whether `^` is a sign."""
    text = source.text
    char = text[start]
    if caret and char == "^":
        return Token("sign", "^", Span(start, start + 1))
    following = text[start + 1 : start + 2]
    if char in "0123456789" or (char == "." and following.isdecimal() and following.isascii()):
        return _number(source, start)
    if char in _SUPERSCRIPTS:
        end = _run(text, start, _SUPERSCRIPTS)
        return Token("power", "".join(_SUPERSCRIPTS[char] for char in text[start:end]), Span(start, end))
    if char.isalpha() or char == "_":
        return _name(text, start)
    if char in "'\"":
        return _string(source, start)
    if text[start : start + 2] == "||":
        return Token("sign", "‖", Span(start, start + 2))
    if text[start : start + 2] in ("**", "<=", ">="):
        return Token("sign", text[start : start + 2], Span(start, start + 2))
    if char in _SIGNS or char in _SAME:
        return Token("sign", _SAME.get(char, char), Span(start, start + 1))
    return _refuse_character(source, start)


def _run(text: str, start: int, allowed: dict[str, str]) -> int:
    end = start
    while end < len(text) and text[end] in allowed:
        end += 1
    return end


def _name(text: str, start: int) -> Token:
    more = _NAME.match(text, start + 1)
    assert more is not None
    return Token("name", spelled_name(text[start : more.end()]), Span(start, more.end()))


_NAME: Final = regex(rf"(?:[^\W{''.join(_SUPERSCRIPTS)}]|[\u0300-\u036f\u20d7])*")
"""What may follow the first letter of a name: letters, digits, `_` and accents."""


def _digits(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return end


def _number(source: Source, start: int) -> Token:
    text = source.text
    end = _digits(text, start)
    # `2.T` does not occur; `2.` and `2.5` do.
    if text[end : end + 1] == "." and not text[end + 1 : end + 2].isalpha():
        end = _digits(text, end + 1)
    mantissa = text[start:end]
    if text[end : end + 1] in ("e", "E"):
        sign = end + 2 if text[end + 1 : end + 2] in ("+", "-") else end + 1
        last = _digits(text, sign)
        if last > sign:
            end = last
            if last - sign > 3 or int(text[sign:last]) > LARGEST_EXPONENT:
                refuse(source, "number-too-large", f"the exponent of this number is beyond ±{LARGEST_EXPONENT}", Span(start, end))
    if len(mantissa) > MOST_DIGITS:
        refuse(source, "number-too-large", f"this number has {len(mantissa)} digits, at most {MOST_DIGITS} are read", Span(start, end))
    return Token("number", text[start:end], Span(start, end))


def exact(text: str) -> Fraction:
    """The exact value of a number as written: `1e-5` is 1/100000, `.5` is 1/2."""
    return Fraction(text.rstrip(".") if text.endswith(".") else text)


def _string(source: Source, start: int) -> Token:
    text = source.text
    quote = text[start]
    end = text.find(quote, start + 1)
    if end < 0 or end - start > 40:
        help = "write the transpose as `.T`" if quote == "'" else None
        refuse(source, "syntax-error", f"a text opens with {quote} and is not closed", Span(start, start + 1), "opened here", help)
    return Token("string", text[start + 1 : end], Span(start, end + 1))


def _refuse_character(source: Source, place: int) -> NoReturn:
    char = source.text[place]
    span = Span(place, place + 1)
    if char == "^":
        refuse(source, "caret-power", "`^` is not a power here", span, "a power was meant",
               "write `**` for an elementwise power, `.T` for the transpose")
    if char == "\\":
        refuse(source, "syntax-error", "found a backslash, which the expression language does not have", span,
               help="read it as LaTeX with `--syntax latex`")
    bars = "write `norm(…)` or `||…||` for a norm, `abs(…)` for the absolute value of each entry" if char == "|" else None
    shown = f"`{char}`" if char.isprintable() else f"the character U+{ord(char):04X}"
    refuse(source, "syntax-error", f"found {shown}, which is no part of the expression language", span, help=bars)


_PYTHON_WORDS: Final = frozenset(("if", "else", "for", "in", "is", "and", "or", "not", "while", "return", "import", "def", "from"))


def between(left: str, right: str, adjacent: bool) -> str:
    """What to write between two parts that stand side by side without an operator."""
    word = right if right in _PYTHON_WORDS else left if left in _PYTHON_WORDS else None
    if word is not None:
        return f"`{word}` is a word of Python; a loss is one expression, without choices, loops or statements"
    if adjacent and left.replace(".", "", 1).isdigit() and right[:1].isalpha():
        return f"write `{left}*{right}` for the product"
    return "write `@` for the product of matrices, `*` for a number times an array or an elementwise product"
