"""What the commands of LaTeX become: fonts, accents, brackets and their sizes, words, environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...diagnostics.regex import regex
from ..names import nearest_name, words
from .names import (
    ACCENTS,
    FUNCTIONS,
    GREEK,
    OPERATOR_NAMES,
    PROSE,
    ROMAN,
    STYLES,
    VARIANTS,
    WORDS,
    letter_name,
    marked_name,
)
from .tokens import CHARACTERS, COMMANDS, INVISIBLE, LENGTHS, MACROS, REFUSED, SIZES, SPACES, WITH_ARGUMENT

if TYPE_CHECKING:
    from .lexer import Lexer

_SWITCHES: Final = words("rm sf tt bf it cal")
_OVER: Final = words("overset stackrel underset")
_FRAMES: Final = words("boxed fbox framebox cancel bcancel xcancel")
_DISPLAYS: Final = words(
    "equation align aligned gather gathered split multline eqnarray alignat flalign alignedat math displaymath"
)


def read_command(lexer: Lexer, word: str, at: int, stop: int, end: int, font: str, depth: int) -> int:
    """Reads the command `word` that stands at `at`; where to go on."""
    if word in MACROS:
        message = f"`\\{word}` is not read: no macro is defined or run"
        raise lexer.trouble(message, at, stop, help="write the formula out")
    if word in ROMAN or word in STYLES or word in ACCENTS or word in _SWITCHES:
        return _font(lexer, word, at, stop, end, font, depth)
    if word in SIZES:
        return _sized(lexer, word, stop, end, depth)
    if word in ("begin", "end"):
        return _environment(lexer, word, at, stop, end)
    if word in _OVER:
        return _over(lexer, word, at, stop, end, font, depth)
    if word in _QUOTIENTS:
        return _quotient(lexer, word, at, stop, end, depth)
    if word in WITH_ARGUMENT:
        past = _dropped(lexer, word, stop, end)
        if word in LENGTHS and _is_wide(lexer.text[stop:past]):
            lexer.emit("gap", "quad", at, past)
        return past
    if word in _FRAMES:
        return _framed(lexer, stop, end, font, depth)
    _simple(lexer, word, at, stop, font)
    return stop


def _simple(lexer: Lexer, word: str, at: int, stop: int, font: str) -> None:
    """A command without arguments of its own."""
    name = VARIANTS.get(word, word)
    if word in SPACES or word in ("", " ", "\n", "\t", "/"):
        lexer.spaced = True
    elif word in COMMANDS:
        kind, text = COMMANDS[word]
        lexer.emit(kind, text, at, stop, side={"l": "open", "r": "close"}.get(word[0], "") if kind == "bar" else "")
    elif word in INVISIBLE or word in tuple("()[]-&$"):
        pass
    elif word == "#":
        raise lexer.trouble("`\\#` has no meaning here", at, stop)
    elif name in GREEK or name == "ell":
        lexer.emit("name", marked_name(name, ACCENTS[font], lexer.names) if font in ACCENTS else name, at, stop, font)
    elif word in FUNCTIONS:
        lexer.emit("function", FUNCTIONS[word], at, stop)
    elif word in REFUSED:
        lexer.emit("command", word, at, stop)
    elif letter_name(word) in lexer.names.variables:
        lexer.emit("name", letter_name(word), at, stop, font)
    else:
        known = (*GREEK, *FUNCTIONS, *OPERATOR_NAMES, *COMMANDS, *STYLES, *ROMAN, *ACCENTS, *SIZES, "begin", "end")
        near = nearest_name(word, known) if len(word) > 1 else None
        help = f"did you mean `\\{near}`?" if near else None
        raise lexer.trouble(f"`\\{word}` is not a command that is known here", at, stop, help=help)


def _sized(lexer: Lexer, word: str, stop: int, end: int, depth: int) -> int:
    r"""`\left(`, `\Big|`: the bracket itself, and for a bar on which side it stands; `\left.` is nothing."""
    at = lexer.skip_space(stop, end)
    if lexer.text.startswith(".", at) and word in ("left", "right"):
        return at + 1
    before, sign = len(lexer.tokens), lexer.text[at : at + 1]
    if sign in ("<", ">"):
        lexer.emit(SIZES[word] or CHARACTERS["⟨" if sign == "<" else "⟩"][0], sign, at, at + 1)
        return at + 1
    at = lexer.lex(at, end, "", depth + 1, once=True)
    if len(lexer.tokens) > before and (bar := lexer.tokens[-1]).kind == "bar":
        bar.side = bar.side or SIZES[word]
        first = lexer.tokens[-2] if before else bar  # `\left|\left|` is one norm bar
        same = [(one.kind, one.text, one.side) for one in (first, bar)] == [("bar", "|", bar.side)] * 2
        if same and bar.side and lexer.text[first.end : bar.start].strip()[1:] in SIZES:
            first.text, first.end = "||", bar.end
            lexer.tokens.pop()
    return at


def _font(lexer: Lexer, word: str, at: int, stop: int, end: int, font: str, depth: int) -> int:
    """A font or accent: dropped, or part of the name; upright words are functions, `d`, `T`, names or English."""
    if word in _SWITCHES:
        return _switch(lexer, word, stop, end, depth)
    if lexer.text.startswith("*", stop):
        stop += 1
    inside = lexer.group(stop, end)
    mark = word if word in ROMAN or word in ACCENTS or not font else font
    if word == "mathbb":
        where = lexer.skip_space(stop, end)
        first, last, after = inside or (where, where + 1, where + 1)
        letter = letter_name(content := lexer.text[first:last].strip())
        other = ("name", letter) if letter in lexer.names.variables else ("command", "mathbb")
        lexer.emit(*_BLACKBOARD.get(content, other), at, after)
        return min(after, end)
    if inside is None:
        return lexer.lex(lexer.skip_space(stop, end), end, mark, depth + 1, once=True)
    first, last, after = inside
    content = lexer.text[first:last].strip()
    plain = content.replace(" ", "").isalpha() or content in OPERATOR_NAMES
    if word in ROMAN and (word in PROSE or plain) and "$" not in content:
        upright(lexer, word, content, at, after)
        return after
    if word in PROSE:
        lexer.emit("text", content, at, after)
        return after
    if word in _MARKS and not _MARKED.fullmatch(content):
        help = "write `\\operatorname{mean}(…)` for a mean, else a letter of its own"
        raise lexer.trouble(f"what `\\{word}` means over more than a letter is not said", at, after, help=help)
    _bracketed(lexer, first, last, after, mark, depth)
    return after


_MARKS: Final = frozenset(ACCENTS) - {"mathcal", "mathscr", "mathfrak", "underline"}
_MARKED: Final = regex(
    r"(?:\\[A-Za-z]+\s*\{?\s*)*(?:\\?[A-Za-z]+|[^\x00-\x7f])[\s}]*"
    r"(?:_\s*(?:\{[^{}]*\}|\\?\w+)|\^\s*(?:\{?\s*\([^()]*\)\s*\}?|\{?\s*(?:T|\\top|\\prime|\*)\s*\}?)|'|\s)*"
)
"""A letter or a word, with its font and its indices."""


def _bracketed(lexer: Lexer, first: int, last: int, after: int, mark: str, depth: int) -> None:
    r"""The group's tokens in that font; `A\boldsymbol{x+b}` is `Ax+b`: letters of a style stand in no bracket."""
    before = len(lexer.tokens)
    last_one = lexer.tokens[-1] if lexer.tokens else None
    taken = last_one is not None and (last_one.text in ("^", "_", "frac", "sqrt") or last_one.kind == "function")
    lexer.emit("open", "{", first - 1, first)
    lexer.lex(first, last, mark, depth + 1)
    letters = all(token.kind == "name" or token.text == "ones" for token in lexer.tokens[before + 1 :])
    taken |= not letters and lexer.text[after:].lstrip().startswith(("^", "_"))
    if (mark in STYLES and not taken) or len(lexer.tokens) == before + 2:
        del lexer.tokens[before]
    else:
        lexer.emit("close", "}", after - 1, after)


def _switch(lexer: Lexer, word: str, stop: int, end: int, depth: int) -> int:
    r"""`{\rm Tr}`, `{\bf x}`: the rest of the group is in that font."""
    level, close = 0, stop
    while close < end and (level := level + {"{": 1, "}": -1}.get(lexer.text[close], 0)) >= 0:
        close += 1
    content = lexer.text[stop:close].strip()
    if word in ("rm", "sf", "tt") and content.isalpha():
        upright(lexer, "rm", content, lexer.skip_space(stop, close), close)
        return close
    if lexer.tokens and lexer.tokens[-1].text == "{" and close < end:
        return lexer.lex(stop, close, {"bf": "mathbf", "it": "mathit", "cal": "mathcal"}.get(word, ""), depth + 1)
    return lexer.lex(lexer.skip_space(stop, end), end, word, depth + 1, once=True)


_BLACKBOARD: Final = {
    "E": ("function", "expectation"),
    "P": ("command", "mathbb"),
    **dict.fromkeys(("1", "I"), ("command", "ones")),
    "0": ("command", "zeros"),
}
"""What stands in blackboard letters for an expectation, a probability, ones and an indicator, and zeros."""


_BRACKET: Final = regex(r"(?:\s*\\left\s*)?\(")


def upright(lexer: Lexer, font: str, content: str, at: int, after: int) -> None:
    r"""An upright word: `\mathrm{tr}`, `\text{T}`, `\mathrm{d}`, `\text{where}`, a name of several letters."""
    word = " ".join(content.split())
    joined = word.replace(" ", "")
    name = letter_name(joined)
    known = FUNCTIONS if font in PROSE and not _BRACKET.match(lexer.text, after) else OPERATOR_NAMES
    if joined in known:
        lexer.emit("function", known[joined], at, after)
    elif name in lexer.names.variables or name in lexer.names.losses:
        lexer.emit("name", name, at, after, "mathrm")
    elif joined == "d":
        lexer.emit("command", "d", at, after)
    elif not joined:
        lexer.spaced = True
    elif word.lower() in WORDS or " " in word:
        lexer.emit("text", word, at, after)
    elif len(joined) == 1 and joined.isalpha():
        lexer.emit("name", name, at, after, "mathrm")
    elif font in PROSE and not (lexer.tokens and lexer.tokens[-1].text in ("_", "{")):
        lexer.emit("text", word, at, after)
    else:
        lexer.emit("word", joined, at, after, "mathrm")


def _environment(lexer: Lexer, word: str, at: int, stop: int, end: int) -> int:
    inside = lexer.group(stop, end)
    if inside is None:
        raise lexer.trouble(f"`\\{word}` needs the name of an environment in braces", at, stop, "syntax-error")
    name = lexer.text[inside[0] : inside[1]].strip().rstrip("*")
    if name in _DISPLAYS:
        lexer.spaced = True
        return inside[2]
    if name in ("cases", "dcases", "rcases"):
        lexer.emit("open" if word == "begin" else "close", "cases", at, inside[2])
        return inside[2]
    if name.endswith("matrix") or name == "array":
        if name[0] in "vV":
            message = "a determinant written out cannot be read"
            raise lexer.trouble(message, at, inside[2], help="write `\\det` of the matrix")
        lexer.emit("open" if word == "begin" else "close", "matrix", at, inside[2])
        columns = lexer.group(inside[2], end) if name == "array" and word == "begin" else None
        return columns[2] if columns else inside[2]
    raise lexer.trouble(f"the environment `{name[:30]}` cannot be read", at, inside[2])


def _over(lexer: Lexer, word: str, at: int, stop: int, end: int, font: str, depth: int) -> int:
    r"""`\overset{(a)}{=}` is `=`; `\underset{i}{\sum}` is not taken apart."""
    first = lexer.group(stop, end)
    second = lexer.group(first[2], end) if first else None
    if first is None or second is None:
        raise lexer.trouble(f"`\\{word}` needs two groups in braces", at, stop, "syntax-error")
    lexer.lex(second[0], second[1], font, depth + 1)
    return second[2]


def _quotient(lexer: Lexer, word: str, at: int, stop: int, end: int, depth: int) -> int:
    r"""`\pdv{f}{x}` of the package physics is ∂f/∂x, `\pdv{x}` the sign ∂/∂x."""
    first = lexer.group(stop, end) or (at, at, end)
    second = lexer.group(first[2], end)
    lexer.emit("command", "frac", at, stop)
    for start, past, _ in (first, second) if second else ((at, at, at), first):
        lexer.emit("open", "{", at, at)
        lexer.emit("command", _QUOTIENTS[word], at, stop)
        lexer.lex(start, past, "", depth + 1)
        lexer.emit("close", "}", at, at)
    return (second or first)[2]


_QUOTIENTS: Final = {"pdv": "partial", "dv": "d", "odv": "d"}


def _framed(lexer: Lexer, stop: int, end: int, font: str, depth: int) -> int:
    r"""`\boxed{w = …}`: what stands in the frame; braces stay round a part of a formula."""
    inside = lexer.group(stop, end)
    if inside is None or "=" not in lexer.text[inside[0] : inside[1]]:
        return stop
    lexer.lex(inside[0], inside[1], font, depth + 1)
    return inside[2]


def _dropped(lexer: Lexer, word: str, stop: int, end: int) -> int:
    """Behind what a command takes; `\\tag 5` and `\\kern-1pt` have their arguments without braces."""
    if lexer.text.startswith("*", stop):
        stop += 1
    inside = lexer.group(stop, end)
    at = lexer.skip_space(stop, end)
    bare = (_LENGTH if word in LENGTHS else _NUMBER).match(lexer.text, at, end) if inside is None else None
    return inside[2] if inside else bare.end() if bare else stop


def _is_wide(length: str) -> bool:
    r"""Whether a space sets formulas apart as a `\quad` does: 0.5in, 1cm."""
    said = _MEASURED.search(length)
    return said is not None and float(said[1]) * _POINTS[said[2]] >= _POINTS["em"]


_POINTS: Final = {"mu": 10 / 18, "em": 10.0, "ex": 4.3, "pt": 1.0, "cm": 28.45, "mm": 2.845, "in": 72.27}
_MEASURED: Final = regex(rf"(?<![-\d.])(\d+\.?\d*|\.\d+)\s*({'|'.join(_POINTS)})\b")
_NUMBER: Final = regex(r"[A-Za-z0-9]")
_LENGTH: Final = regex(rf"[-+]?[\d.]+\s*(?:{'|'.join(_POINTS)})\b")
