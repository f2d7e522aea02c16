r"""What a text says itself, against what is usual: `\sigma(z) = 1/(1+e^z)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from ...diagnostics import Source, Span
from ...diagnostics.regex import regex
from ...documents.words import named, said
from ...ir import ONE, Shape, Symbol
from ...notation import syntax as s
from ...notation.expression.vocabulary import FUNCTION_NAMES, canonical_function
from ...notation.latex.lines import split_line
from ...notation.latex.names import letter_name
from ..lines.functions import no_transpose
from ..lines.reading import Side, read_side
from ..lines.scope import Surroundings
from ..lines.syntax_walk import rebuilt

_MATHS = regex(r"\$+([^$]+)\$+|\\[(\[](.+?)\\[)\]]|^[^$\n]*$", 8)
_DEFINED = regex(
    r"(?:^|[,;&$]|\\q?quad|\\ |\b[Ww]here|\b[Ww]ith|\b[Ll]et|\})\s*(?:\\(?:operatorname|mathrm|text)\s*\{)?"
    r"(?:\\(?:wide)?(?:hat|tilde)\s*\{?)?(?P<name>\\?[A-Za-z]+|σ)\}?\s*(?:\\left)?"
    r"(?:\(\s*(?P<letter>[A-Za-z])\s*(?:\\right)?\)\s*(?::?=|\\coloneqq|\\equiv)\s*(?P<body>[^,;$]+?)"
    r"|\s*:?=\s*(?:\\(?:operatorname|mathrm|text)\s*\{)?\\?(?P<other>[A-Za-z]{3,})(?:\s+function)?\}?)\s*(?=$"
    r"|[,;.$]|\\q?quad|\\[)\]])"
)
"""A function with its letter, or as another function, `\\sigma = \\tanh`."""
_SIGN = r"(?P<name>\\sigma|σ|sigma)(?![A-Za-z(])"
_GAP = r"[\s$},]*(?:\\text\w*\s*\{\s*)?"
_FUNCTION = r"(?:function|funktion|fonction|función|funzione)"
_THE = rf"(?:(?:the|an?|der|die|das|la|le|l[\x27’]|il|el)\s*)*(?:{_FUNCTION}\s*(?:de\s+|di\s+)?)?"
_IS = r"(?:\b(?:is|be|denotes?|means|stands for|for|ist|sei|bezeichnet|désigne|est|es|è|indica|denota)\b|[:=])"
_BY = r"(?:\s+(?:is|be)?\s*(?:denoted\s+)?(?:by|as|mit|par|por|con))?"
_IN_WORDS = (
    rf"{_SIGN}{_GAP}{_IS}\s*{_THE}\\?\b(?P<other><called>|[A-Za-z]{{3,}})",
    rf"{_SIGN}{_GAP}{_THE}\b(?P<other><called>)",
    rf"\b(?P<other><called>)[\s-]*(?:{_FUNCTION}\b)?{_BY}[\s$:,]*{_SIGN}",
)
"""`$\\sigma$ is the tanh function`, `the logistic function $\\sigma$`."""
_NEAR = 60
_PART = regex(
    r"^(?:#|\\(?:sub)*section|\[\[|(?:\*\*|<!--|%|[ \t])*(?:matgrad:|(?:Problem|Exercise|Question|Solution|Aufgabe"
    r"|[QP])?[ \t]*\d+[ \t]*[:.)*]))",
    8,
)
_OPEN = frozenset(("sigmoid", "relu", "softplus", "gelu", "silu", "sign"))
"""Functions of which texts speak in more than one sense; log and sin have one."""
_ARGUMENT = "its argument"


def part_of(text: str, at: int) -> str:
    """What stands before all parts of a text, and the part around a place."""
    starts = [0, *(found.start() for found in _PART.finditer(text)), len(text)]
    begin = max(start for start in starts[:-1] if start <= at)
    return (
        text[: starts[1]] + "\n" + text[begin : next(start for start in starts if start > begin or start == len(text))]
    )


def defines_functions(text: str) -> bool:
    """Whether a text may give functions a meaning."""
    return _DEFINED.search(text) is not None or any(said(way).search(text) for way in _ways(text))


def find_redefined(around: Surroundings, text: str, at: int) -> frozenset[str]:
    """Notes the functions of usual names that a text defines otherwise, in the part around a place or before all parts;
    the names of all that it defines.

    One that is defined in two ways, or in another part, is unknown.
    """
    parts = [found.start() for found in _PART.finditer(text)]
    here = sum(start <= at for start in parts)
    meant: dict[str, tuple[str, s.Node]] = {}
    names, ways = set[str](), _ways(text)
    if not ways and not any(sign in text for sign in ("=", "\\equiv", "\\coloneqq")):
        return frozenset()
    for maths in _MATHS.finditer(text):
        where = sum(start <= maths.start() for start in parts)
        words = _told(text, ways, maths.start(), maths.end())
        for match in (*_DEFINED.finditer(maths[1] or maths[2] or maths[0]), *words):
            told = match.groupdict()
            written = letter_name(told["name"].lstrip("\\"))
            name = "sigmoid" if written in ("sigma", "σ") else canonical_function(written)
            word = (told["other"] or "").lower()
            other = canonical_function(named("called", word) or word)
            if name not in _OPEN or (word and other not in FUNCTION_NAMES):
                continue
            if other == name:
                names.add(written)
                continue
            letter, body = no_transpose(told.get("letter") or "z", told.get("body") or rf"\operatorname{{{other}}}(z)")
            line = split_line(body, "function", around.names().defining((letter,), "number"))
            node = line.statements[0].sides[0].node if line.statements else None
            calls = (
                {getattr(part, "function", getattr(part, "name", "")) for part in s.parts_of(node)}
                if node is not None
                else set()
            )
            usual = s.Apply(Span(0, 0), name, (s.Name(Span(0, 0), letter),))
            if node is None or name in calls or letter not in calls:
                continue
            names.add(written)
            known = meant.setdefault(name, (letter, node if where in (0, here) else usual))
            if not _same(around, (letter, node), known):
                meant[name] = letter, s.Name(node.span, f"{written} (defined twice)")
    for name, (letter, node) in meant.items():
        if not _same(around, (letter, node), (letter, s.Apply(Span(0, 0), name, (s.Name(Span(0, 0), letter),)))):
            around.formulas[name] = letter, node
    return frozenset(names)


def _ways(text: str) -> tuple[str, ...]:
    """In which ways a text may tell of the function: in none where its sign does not stand."""
    folded = text.casefold()
    return _IN_WORDS if "sigma" in folded or "σ" in folded else ()


def _told(text: str, ways: Iterable[str], start: int, end: int) -> Iterator[re.Match[str]]:
    """What words near a formula say of a function."""
    end = text.find(" ", end + _NEAR)  # no word is cut in two
    return chain.from_iterable(
        said(way).finditer(text, max(0, start - _NEAR), end if end >= 0 else len(text)) for way in ways
    )


def _same(around: Surroundings, *functions: tuple[str, s.Node]) -> bool:
    """Whether two functions of a number are the same."""
    directions, formulas = around.directions, around.formulas
    around.directions, around.formulas = {**directions, _ARGUMENT: Symbol(_ARGUMENT, Shape(ONE, ONE))}, {}
    sides = [rebuilt(body, partial(_renamed, letter)) for letter, body in functions]
    found = [read_side(Side(Source("function", ""), Span(0, 0), node, "latex"), around).expr for node in sides]
    around.directions, around.formulas = directions, formulas
    return None not in found and around.bench.equal(*[one for one in found if one is not None])


def _renamed(letter: str, part: s.Node) -> s.Node:
    return s.Name(part.span, _ARGUMENT) if isinstance(part, s.Name) and part.name == letter else part
