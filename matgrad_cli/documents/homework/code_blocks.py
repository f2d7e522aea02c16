r"""Blocks of code in an answer: between fences, set in by four blanks in Markdown, in `verbatim` and the like in LaTeX.

What is set in is code only if it begins or ends as code does: a formula may be set in, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...diagnostics.regex import regex
from ..hidden import FENCE
from ..latex_carrier import CODE_BLOCK
from ..passage import Passage, blank
from ..sheets.read import LATEX, MARKDOWN, NOTEBOOK
from ..words import said

Block = tuple[tuple[int, int], Passage]
"""From where to where a block goes, and what stands in it."""

_FENCED = regex(r"[ \t]*(?P<mark>`{3,}|~{3,})[^\n]*\n(?P<body>.*?)(?:\n?[ \t]*(?P=mark)[`~]*[ \t]*)?", re.DOTALL)
_SET_IN = regex(r"(?:(?<=\n)|\A)[ \t]*\n(?P<body>(?:(?: {4}|\t)[^\n]*\S[^\n]*(?:\n|\Z)(?:[ \t]*\n(?= {4}|\t))*)+)")
_LANGUAGE = regex(r"[ \t]*(?:`{3,}|~{3,})[ {.]*(?P<name>\w+)")
_OTHERS = regex(r"(?i)matlab|octave|m|julia|jl|r|mathematica|sympy")
"""Languages in which a formula is read as it stands."""
_NO_PART = regex(
    r"(?:(?<!\*)%(?!\*%)|#)[^\n]*|^[ \t]*function\b[^\n]*|^[ \t]*end(?:function)?[ \t]*;?[ \t]*$", re.MULTILINE
)
"""What computes nothing in them: a comment, the head of a function."""
_BEGINS = regex(r"\s*(?:def|import|from|return)\b")
_RETURNS = regex(r"^[ \t]*return\b", re.MULTILINE)


def code_blocks(text: str, start: int, end: int, ending: str, formulas: bool = False) -> Iterator[Block]:
    """The blocks that begin between two places, in their order; with `formulas` also what is set in and no code."""
    if ending in LATEX:
        yield from ((match.span(), _body(match, 0)) for match in CODE_BLOCK.finditer(text[:end], start))
        return
    found = [*_set_in(text, start, end, ending, formulas)]
    for fence in FENCE.finditer(text[:end]):
        if fence.start("mark") >= start and (whole := _FENCED.fullmatch(fence[0])):
            found.append(((fence.start("mark"), fence.end()), _body(whole, fence.start())))
    yield from sorted(found, key=lambda block: block[0])


def in_another_language(text: str, block: Block) -> Passage | None:
    """What a block in MATLAB, Julia or R says, or one line of Python, as a formula among the names that it defines;
    None for a block that names no language, and for a program of Python."""
    (start, end), body = block
    found = _LANGUAGE.match(text, start, end)
    if found is None or (_OTHERS.fullmatch(found["name"]) is None and "\n" in body.text.strip()):
        return None
    if _OTHERS.fullmatch(found["name"]) is None:
        return body if found["name"] in ("python", "py", "python3") and "#" not in body.text else None
    hedged = any(said(r"\b<or>\b[^\n]*[\d*^]").search(one[0]) for one in _NO_PART.finditer(body.text))
    return None if hedged else Passage(_NO_PART.sub(blank, body.text), body.start).stripped()


def set_in(text: str, ending: str) -> list[tuple[int, int]]:
    """The spans of the code that is set in by blanks."""
    return [span for span, _ in _set_in(text, 0, len(text), ending)]


def _set_in(text: str, start: int, end: int, ending: str, formulas: bool = False) -> Iterator[Block]:
    if ending not in (*MARKDOWN, *NOTEBOOK):
        return
    unfenced = FENCE.sub(lambda match: re.sub(r"[^\n]", ".", match[0]), text[:end])
    for match in _SET_IN.finditer(unfenced):
        code = formulas or _BEGINS.match(match["body"]) or _RETURNS.search(match["body"])
        if code and match.start("body") >= start:
            yield match.span("body"), Passage(text[match.start("body") : match.end("body")], match.start("body"))


def _body(match: re.Match[str], at: int) -> Passage:
    return Passage(match["body"], at + match.start("body"))
