r"""Macros of a LaTeX file: \newcommand, \renewcommand, \providecommand, \def, \DeclareMathOperator, \let,
put in where they are called."""

from __future__ import annotations

import re

from ..diagnostics.record import record
from ..diagnostics.regex import regex
from ..notation.stated_functions import closing
from .passage import Passage, blanked

MOST_STEPS = 200_000
"""So many calls are put in, in one file."""
DEEPEST = 12
LONGEST = 2_000
"""A macro's text may grow to so many characters."""

_COMMAND = r"\\(?:re|provide)?newcommand\s*\*?\s*(?:\{\s*\\(?P<new>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))"
_STATED = regex(
    rf"{_COMMAND}\s*(?:\[\s*(?P<count>\d)\s*\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*(?=\{{|\\)"
    r"|\\def\s*\\(?P<def>[A-Za-z]+)\s*(?P<parameters>(?:#\d)*)\s*(?=\{)"
    r"|\\DeclareMathOperator\s*(?P<star>\*?)\s*\{?\s*\\(?P<operator>[A-Za-z]+)\s*\}?\s*(?=\{)"
    r"|\\let\s*\\(?P<let>[A-Za-z]+)\s*=?\s*\\(?P<same>[A-Za-z]+)"
)
_NAMED = regex(r"\\[A-Za-z]+$")
"""What ends in a command does not grow together with the letter behind it."""
_CALL = regex(r"\\([A-Za-z]+)")
_MOVES = regex(r"[^{}]*(?:\\(?:mathrm|mathbf|operatorname|text|rm)\s*\{?\s*d\s*\}?|\\partial|(?<![A-Za-z\\])d)\s*")
"""What stands before an argument that is differentiated as a whole:
the `\\mathrm{d}` of `\\newcommand{\\dx}[1]{\\mathrm{d}#1}`."""
_NEVER = frozenset(("begin", "end", "frac", "sqrt", "left", "right", "text", "sum", "documentclass", "section", "item"))


@record
class Macro:
    """How many arguments a macro takes, what stands for the first if it is left out, its text."""

    arguments: int
    default: str | None
    body: str


def macros_of(text: str) -> dict[str, Macro]:
    """The macros that a text states, the last statement of each name; none that is used before it is stated anew."""
    found: dict[str, Macro] = {}
    ends, twice = dict[str, int](), set[str]()
    for match in _STATED.finditer(text):
        if match["let"]:
            found[match["let"]] = found.get(match["same"], Macro(0, None, f"\\{match['same']} "))
            continue
        end = closing(text, match.end(), "{}")
        short = re.compile(r"\\[A-Za-z]+").match(text, match.end())
        body = text[match.end() + 1 : end - 1] if end else short[0] if short else None
        if body is None:
            continue
        name = match["new"] or match["bare"] or match["def"] or match["operator"]
        used = name in ends and re.compile(rf"\\{name}(?![A-Za-z])").search(text, ends[name], match.start())
        if used and body != found[name].body:
            twice.add(name)
        ends[name] = match.end()
        body = rf"\operatorname{{{re.sub(r'[^A-Za-z]', '', body)}}}" if match["operator"] else body
        found[name] = Macro(int(match["count"] or len(match["parameters"] or "") // 2), match["default"], body)
    return {name: macro for name, macro in found.items() if name not in _NEVER | twice}


class _Expansion:
    """Puts macros in; every character of what is put in stands where the call stood,
    its arguments where they were written."""

    def __init__(self, macros: dict[str, Macro]) -> None:
        self.macros = macros
        self.steps = 0

    def run(self, text: str, places: list[int], depth: int) -> tuple[list[str], list[int]]:
        """The text with its macros put in, as pieces, and the place of each character."""
        parts: list[str] = []
        found: list[int] = []
        at = 0
        for match in _CALL.finditer(text):
            macro = self.macros.get(match[1])
            if match.start() < at or macro is None or depth > DEEPEST or self.steps >= MOST_STEPS:
                continue
            self.steps += 1
            end, arguments = self.arguments(text, match.end(), macro)
            if arguments is None:
                continue
            parts.append(text[at : match.start()])
            found += places[at : match.start()]
            body, where = self.body(macro, text, places, match.start(), arguments)
            if body[:1].isalpha() and re.search(r"\\[A-Za-z]+$", text[max(0, match.start() - 30) : match.start()]):
                body, where = " " + body, [places[match.start()], *where]
            if body.endswith(" ") and not text[end : end + 1].isalpha():  # a `$` behind a blank would close nothing
                body, where = body[:-1], where[:-1]
            inner, inner_places = self.run(body, where, depth + 1)
            if sum(map(len, inner)) > LONGEST:
                return [*parts, text[match.start() :]], [*found, *places[match.start() : len(text)]]
            parts += inner
            found += inner_places
            at = end
        return [*parts, text[at:]], [*found, *places[at : len(text)]]

    def arguments(self, text: str, at: int, macro: Macro) -> tuple[int, list[tuple[int, int] | str] | None]:
        """Where the call ends, and its arguments as spans of the text or, for a default, as text."""
        found: list[tuple[int, int] | str] = []
        for number in range(macro.arguments):
            blank = re.compile(r"\s*").match(text, at)
            start = blank.end() if blank else at
            if number == 0 and macro.default is not None:
                optional = re.compile(r"\[([^\]]*)\]").match(text, start)
                found.append((optional.start(1), optional.end(1)) if optional else macro.default)
                at = optional.end() if optional else at
                continue
            end = closing(text, start, "{}")
            unit = re.compile(r"\\[A-Za-z]+|\\?[^\s{}]").match(text, start)
            if end is None and unit is None:
                return at, None
            found.append((start + 1, end - 1) if end is not None else unit.span() if unit else "")
            at = end if end is not None else unit.end() if unit else at
        return at, found

    def body(
        self, macro: Macro, text: str, places: list[int], call: int, arguments: list[tuple[int, int] | str]
    ) -> tuple[str, list[int]]:
        """The macro's text with its arguments, and where each character stands."""
        parts: list[str] = []
        where: list[int] = []
        for piece in re.split(r"(#\d)", macro.body):
            number = int(piece[1:]) - 1 if re.fullmatch(r"#\d", piece) else None
            if number is not None and number < len(arguments):
                argument = arguments[number]
                told = argument if isinstance(argument, str) else text[argument[0] : argument[1]]
                there = [places[call]] * len(told) if isinstance(argument, str) else places[argument[0] : argument[1]]
                if len(told) > 1 and _MOVES.fullmatch("".join(parts)):
                    told, there = f"{{{told}}}", [there[0], *there, there[-1]]
            else:
                told, there = piece, [places[call]] * len(piece)
            apart = bool(parts and told[:1].isalpha() and _NAMED.search(parts[-1]))
            parts += [" ", told] if apart else [told]
            where += [places[call], *there] if apart else there
        whole = "".join(parts)
        if _NAMED.search(whole):
            whole, where = whole + " ", [*where, places[call]]
        return whole, where


def expanded(text: str) -> Passage:
    """A text with its macros put in, and not stated any more."""
    macros = macros_of(text)
    statements = ((match.start(), closing(text, match.end(), "{}") or match.end()) for match in _STATED.finditer(text))
    return put_in(Passage(blanked(text, statements)), macros) if macros else Passage(text)


def put_in(passage: Passage, macros: dict[str, Macro]) -> Passage:
    """A row with its macros put in."""
    parts, places = _Expansion(macros).run(passage.text, list(passage.places[:-1]), 0)
    text = "".join(parts)
    return passage if text == passage.text else Passage(text, 0, (*places, passage.places[-1]))
