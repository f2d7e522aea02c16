"""LaTeX, mangled LaTeX and plain Unicode formulas as tokens, each with its place in the text."""

from __future__ import annotations

import unicodedata

from ...diagnostics import InputError, Source, Span
from ...diagnostics.record import field, mutable
from ...diagnostics.regex import regex
from .commands import read_command
from .names import ACCENTS, FUNCTIONS, GREEK, OPERATOR_NAMES, ROMAN, STYLES, WORDS, LatexNames, letter_name, marked_name
from .tokens import CHARACTERS, LOWERED, PAIRS, RAISED, Token

LONGEST = 12_000
MOST_TOKENS = 4_000
DEEPEST_FONT = 12
_LATIN = frozenset(("Mu", "Nu", "Eta", "Rho", "Tau", "Chi"))
"""Capitals that look Latin, which nobody spells out: Mu is M times u."""
_DECIMALS = regex(
    r"\{,\}(?P<sure>\d+)|,(?P<likely>\d+)(?=\s*(?:\(|[A-Za-z](?![a-z]{1,20}\b(?!\())|\\(?!(?:[lc]?dots|q?quad"
    r"|text|mbox|in)\b)[A-Za-z]))"
)
"""A decimal comma: `1{,}5`, or `0,5` before a letter or a bracket, where no list goes on."""


_ONES = regex(r"(?<![\w}])(?:\\(?:mathbf|bm)\s*)?\{?1\}?\s*(?:\^\s*\{?\s*(?:T(?![a-z])|\\top|\\intercal|')|ᵀ)")
"""`1^T`: the vector of ones."""
_OTHERS = regex(r"(?<![A-Za-z\\_^{])[A-Za-z](?:[02-9]|1\d|1\s*[A-Za-z@])")
"""Another number behind a letter, or a `1` behind which a factor stands: `W2`, `W1 x`."""
_NO_CALLS = (*FUNCTIONS, "grad", "gradient", "diff", "hessian", "jacobian")
_OF_SEVERAL = regex(r"\s*\((?:[^()]|\([^()]*\))*?,")
"""The bracket of a call: nobody multiplies by `(A, B)`."""
_OF_TWO = regex(r"\s*\((?:[^()]|\([^()]*\))*?(?:\|\||\\\||‖)")
_TURNED = regex(r"\s*(?:\^\s*(?:\{\s*)?(?:T(?![a-z]+\})|\\top|\\intercal|')|ᵀ|')")
_BARRED = regex(r"_\s*\{\s*(\w+)\s*(?:\\mid|\\vert|\|)\s*(\w+(?:[-+]\w+)?)\s*\}")
"""What stands below a letter with a bar in it is one word, `P_{k|k-1}`."""
_NUMBER = regex(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_ANGLED = regex(r"(?P<pair><[^<>=]+,[^<>=]+>)(?P<ends>\s*(?:$|[-+*/)\]},.;=^:&']|\\(?:right|cdot|quad|[\\,;!)])))?")
"""`<w, x>`: no comparison begins where an operand must, or ends where one would have to follow."""
_BRACES = regex(r"(?s)\\.|[{}]")
_CLOSE = {digit: digit for digit in "0123456789"}
"""A number close behind a letter, `W1`, is that of one of several: nobody multiplies so."""


@mutable
class Lexer:
    """Reads one text into tokens; `notes` says what was repaired."""

    text: str
    names: LatexNames
    source: Source
    offset: int = 0
    tokens: list[Token] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spaced: bool = False
    angle: int = -1

    def run(self) -> list[Token]:
        """All tokens, ended by one of kind `end`."""
        if len(self.text) > LONGEST:
            raise self.trouble(f"the formula is longer than {LONGEST} characters", 0, 1)
        self.lex(0, len(self.text), "", 0)
        self.tokens.append(Token("end", "", len(self.text), len(self.text)))
        return unwrapped(self.tokens)

    def trouble(
        self, message: str, start: int, end: int, code: str = "unreadable", help: str | None = None
    ) -> InputError:
        """The error that says what could not be read, and where."""
        span = Span(start, max(end, start + 1)).shifted(self.offset)
        return InputError.coded(code, message, self.source, span, help=help)

    def emit(self, kind: str, text: str, start: int, end: int, font: str = "", side: str = "") -> None:
        if len(self.tokens) >= MOST_TOKENS:
            raise self.trouble(f"the formula has more than {MOST_TOKENS} parts", start, end)
        self.tokens.append(Token(kind, text, start, end, font, side, self.spaced))
        self.spaced = False

    def lex(self, at: int, end: int, font: str, depth: int, once: bool = False) -> int:
        """Reads from `at` to `end` (or one unit only); where it stopped."""
        if depth > DEEPEST_FONT:
            raise self.trouble("marks on letters are nested too deeply", at, at + 1)
        while at < end:
            before = len(self.tokens)
            at = self.step(at, end, font, depth, once)
            if once and len(self.tokens) > before:
                break
        return at

    def step(self, at: int, end: int, font: str, depth: int, once: bool) -> int:
        """One unit."""
        char = self.text[at]
        if char == "&" and any(token.text in ("cases", "matrix") for token in self.tokens):
            self.emit("gap", "&", at, at + 1)
        if char.isspace() or char in "~$&\u200b\u2061\u2062":
            return at + 1
        if char == "\\":
            return self.command(at, end, font, depth)
        if char == "%":
            newline = self.text.find("\n", at, end)
            return end if newline < 0 else newline + 1
        if (char.isascii() and char.isdigit()) or (char == "." and at + 1 < end and self.text[at + 1] in "0123456789"):
            return self.number(at, at + 1 if once else end, font)
        if char in RAISED or char in LOWERED:
            return self.scripts(at, end, RAISED if char in RAISED else LOWERED)
        if self.text.startswith("...", at):
            self.emit("command", "dots", at, at + 3)
            return at + 3
        if char in CHARACTERS:
            return self.character(at)
        if unicodedata.category(char)[0] == "L" or (unicodedata.normalize("NFKC", char).isalpha()):
            return self.letters(at, at + 1 if once else end, font)
        if char == "!":
            help = "a constant of the loss may be left out"
            raise self.trouble("a factorial is not in the language", at, at + 1, help=help)
        if not unicodedata.combining(char):
            raise self.trouble(f"the character `{char}` has no meaning here", at, at + 1)
        return at + 1

    def number(self, at: int, end: int, font: str) -> int:
        found = _NUMBER.match(self.text, at, end)
        assert found is not None
        text, stop = found[0], found.end()
        comma = _DECIMALS.match(self.text, stop, end) if text.isdigit() else None
        if comma is not None and (comma["sure"] or text == "0"):
            text, stop = f"{text}.{comma['sure'] or comma['likely']}", comma.end()
        if text.isdigit() and text.endswith("11") and _TURNED.match(self.text, stop):  # `11^\top`, no eleven
            if text != "11":
                self.emit("number", text[:-2], at, stop - 2, font)
            self.emit("command", "ones", stop - 2, stop - 1)
            return stop - 1
        if font in STYLES and text in ("1", "0"):
            self.emit("command", "ones" if text == "1" else "zeros", at, stop)
        else:
            self.emit("number", text, at, stop, font)
        return stop

    def scripts(self, at: int, end: int, table: dict[str, str]) -> int:
        """A run of raised or lowered characters as `^{…}` or `_{…}`."""
        self.emit("operator", "^" if table is RAISED else "_", at, at)
        self.emit("open", "{", at, at)
        stop = at
        while stop < end and self.text[stop] in table:
            char = table[self.text[stop]]
            last = self.tokens[-1]
            if char.isdigit() and last.kind == "number":
                last.text, last.end = last.text + char, stop + 1
            else:
                self.emit("number" if char.isdigit() else "operator" if char in "+-" else "name", char, stop, stop + 1)
            stop += 1
        self.emit("close", "}", stop, stop)
        return stop

    def character(self, at: int) -> int:
        char = self.text[at]
        if barred := _BARRED.match(self.text, at):
            self.emit("operator", "_", at, at + 1)
            self.emit("word", f"{barred[1]}|{barred[2]}", at + 1, barred.end())
            return barred.end()
        kind, text = CHARACTERS[char]
        if char == "<" and (angled := _ANGLED.match(self.text, at)) and (angled["ends"] is not None or self.needs()):
            self.angle = angled.end("pair") - 1
        if at == self.angle or (char == "<" and self.angle > at):
            self.emit("open" if char == "<" else "close", char, at, at + 1)
            return at + 1
        pair = self.text[at : at + 2]
        if pair in PAIRS:
            self.emit(*PAIRS[pair], at, at + 2)
            return at + 2
        if char == "*" and self.mangled(at, pair[1:]):
            repaired = "`*` before an index is read as `_`"
            self.notes += [repaired] * (repaired not in self.notes)
            kind, text = "operator", "_"
        self.emit(kind, text, at, at + 1)
        return at + 1

    def needs(self) -> bool:
        """Whether an operand must begin here."""
        last = self.tokens[-1] if self.tokens else None
        return last is None or last.kind in ("relation", "open") or (last.kind == "operator" and last.text != "'")

    def mangled(self, at: int, following: str) -> bool:
        """Whether `*` stands for the `_` that a forum swallowed: `(XR)*{ij}`, `|A|*F`."""
        last = self.tokens[-1] if self.tokens else None
        if last is None or not following:
            return False
        if following == "{":
            return last.kind in ("name", "close", "command", "bar", "number")
        if (last.kind, last.text) in (("command", "sum"), ("command", "nabla")):
            return following.isalpha()
        after = self.text[at + 2 : at + 3]
        closed = sum(token.kind == "bar" for token in self.tokens) % 2 == 0
        return last.kind == "bar" and following in "F12" and not after.isalnum() and closed

    def letters(self, at: int, end: int, font: str) -> int:
        """A run of letters: a known name, a function word, English, else letter by letter."""
        stop = at + 1
        while stop < end and _is_letter(self.text[stop]):
            stop += 1
        if self.tokens and self.tokens[-1].text in ("_", "^") and self.tokens[-1].kind == "operator" and stop > at + 1:
            whole = letter_name(self.text[at:stop])
            if len(self.tokens) > 1 and f"{self.tokens[-2].text}_{whole}" in self.names.functions:
                self.emit("word", whole, at, stop, font)
                return stop
            each = {*self.text[at:stop]} <= self.names.variables.keys() | self.names.dimensions  # no ν in c_nu_n
            if whole not in self.names.variables and (whole not in GREEK or each):
                self.letter(at, at + 1, font)  # TeX: without braces a script is one letter
                return at + 1
        where = at
        while where < stop:
            where = self.piece(where, stop, font, where == at)
        return where

    def piece(self, at: int, stop: int, font: str, first: bool) -> int:
        run = self.text[at:stop]
        for size in range(min(len(run), 24), 1, -1):
            if (word := self.word(at, run[:size], first and size == len(run))) is not None:
                kind, text = word
                self.emit(kind, text, at, at + size, {"name": font, "word": "mathrm"}.get(kind, ""))
                return at + size
        after = at + 1
        while at + 1 == stop and after < len(self.text) and self.text[after] in "0123456789":
            after += 1
        if after > stop and letter_name(run) + self.text[stop:after] in self.names.variables:
            self.emit("name", letter_name(run) + self.text[stop:after], at, after, font)
            return after
        self.letter(at, at + 1, font)
        if after > stop and self.is_numbered(letter_name(run), stop, after):
            return self.scripts(stop, after, _CLOSE)
        return at + 1

    def word(self, at: int, run: str, whole: bool) -> tuple[str, str] | None:
        """The kind and text of letters that are one word, perhaps the whole of a run; None where they are none."""
        name, known, stop = letter_name(run), self.names, at + len(run)
        before = [token.text for token in self.tokens[-2:]]
        indices = len(run) == 2 and before == ["_", "{"]  # A_{pi}, B_{ln}
        if name in known.variables or name in known.losses or name in known.dimensions:
            return "name", name
        if whole:
            if name in GREEK and name not in _LATIN and not indices:
                return "name", name
            english = len(run) > 2 and run.lower() in WORDS and before[-1:] != ["{"]
            if english and not all(letter in known.variables for letter in run):
                return "text", run
            behind = self.text[stop : stop + 2].lstrip("₀₁")
            if run in OPERATOR_NAMES and behind.startswith("("):  # as we print it: step(x), prod₁(X)
                return "function", OPERATOR_NAMES[run]
            if len(run) > 2 and not run.endswith(_NO_CALLS) and _OF_SEVERAL.match(self.text, stop):
                return "word", run
            if run == "KL" and _OF_TWO.match(self.text, stop):
                return "name", run
        if run not in FUNCTIONS or indices or not self.is_function_word(at, run, whole):
            return None
        return "function", FUNCTIONS[run]

    def is_numbered(self, name: str, at: int, end: int) -> bool:
        """Whether the number behind the letter that was read last is that of one of several, `W1`: a known name, or one
        that stands by itself; a `1` may be the vector of ones, `X1`, where no factor follows it."""
        if f"{name}_{self.text[at:end]}" in self.names.variables:
            return True
        before = [token.text for token in self.tokens[-4:-1]]
        script = before[-1:] in (["_"], ["^"]) or (before[-1:] == ["{"] and before[-2:-1] in (["_"], ["^"]))
        if (script and before[-3:] != ["nabla", "_", "{"]) or before[-1:] in (["frac"], ["sqrt"]):  # `\frac n2`
            return False
        if self.text[at:end] == "11" and _TURNED.match(self.text, end):
            return False
        ones = self.text[at:end] == "1" and (_ONES.search(self.text) or not _OTHERS.search(self.text))
        return not ones and name not in self.names.variables and self.text[end : end + 1] != "."

    def is_function_word(self, at: int, word: str, whole: bool) -> bool:
        """Inside a run only before a bracket: the `tr` of `Wtr(A)`, not that of `strain`."""
        stop = at + len(word)
        rest = self.text[stop : stop + 8].lstrip()
        bracket = rest.startswith(("(", "[", "{", "\\left", "\\big", "\\Big", "\\{"))
        return bracket or (whole and not all(letter in self.names.variables for letter in word))

    def is_sum(self, at: int) -> bool:
        """Whether a Σ is the sum sign: an index below it, and only one where a matrix is called Sigma."""
        below = self.text[at : at + 1]
        if below not in ("_", "*") and below not in LOWERED:
            return False
        single = self.text[at + 1 : at + 2].isalpha() if below == "_" else self.text[at + 1 : at + 2] not in LOWERED
        return "Sigma" not in self.names.variables or (single and below != "*")

    def letter(self, at: int, end: int, font: str) -> None:
        char = self.text[at]
        name = letter_name(char)
        if char == "Σ" and self.is_sum(at + 1):
            self.emit("command", "sum", at, end)
        elif font in ROMAN and name == "d":
            self.emit("command", "d", at, end)
        elif font in ACCENTS:
            self.emit("name", marked_name(name, ACCENTS[font], self.names), at, end, font)
        else:
            self.emit("name", name, at, end, font)

    def command(self, at: int, end: int, font: str, depth: int) -> int:
        """A command: its name, then what it does to what follows."""
        stop = at + 1
        while stop < end and self.text[stop].isascii() and self.text[stop].isalpha():
            stop += 1
        stop = max(stop, min(at + 2, end))
        word = self.text[at + 1 : stop]
        return read_command(self, word, at, stop, end, font, depth)

    def skip_space(self, at: int, end: int) -> int:
        while at < end and self.text[at].isspace():
            at += 1
        return at

    def group(self, at: int, end: int) -> tuple[int, int, int] | None:
        """The inside of the braces at `at`: its start, its end, and where to go on."""
        at = self.skip_space(at, end)
        if at >= end or self.text[at] != "{":
            return None
        level = 0
        for sign in _BRACES.finditer(self.text, at, end):
            level += {"{": 1, "}": -1}.get(sign[0], 0)
            if level == 0:
                return at + 1, sign.start(), sign.end()
        raise self.trouble("this brace is never closed", at, at + 1, "syntax-error")


def _is_letter(char: str) -> bool:
    special = char in CHARACTERS or char in RAISED or char in LOWERED or unicodedata.combining(char)
    return not special and unicodedata.normalize("NFKC", char).isalpha()


def unwrapped(tokens: list[Token]) -> list[Token]:
    r"""The tokens without braces round a lone function, or round a lone name that has a script: `{\rm Tr}`, `{x}_i`."""
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        bare = _is_wrapped(found, tokens[place : place + 4])
        found.append(tokens[place + bare])
        place += 3 if bare else 1
    return found


def _is_wrapped(before: list[Token], tokens: list[Token]) -> bool:
    script = bool(before) and before[-1].kind == "operator" and before[-1].text in ("^", "_")
    if len(tokens) < 4 or script or [tokens[0].kind, tokens[0].text, tokens[2].text] != ["open", "{", "}"]:
        return False
    scripted = tokens[3].kind == "operator" and tokens[3].text in ("^", "_", "'")
    kind = tokens[1].kind
    return kind == "function" or (kind, tokens[1].text) == ("command", "d") or (kind == "name" and scripted)
