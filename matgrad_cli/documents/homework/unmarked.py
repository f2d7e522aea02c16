"""Answers that stand in a text without the marks of a formula: a bare line, code between backticks, a block of code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...diagnostics import Diagnostic
from ...diagnostics.regex import regex
from ..display_rows import RELATION
from ..passage import Passage, blank, covered, line_and_column
from ..sheets.plain import spelled, talks
from ..words import said
from .code_blocks import code_blocks

_MOST = 4
_TICKED = regex(r"(?<!`)`(?P<body>[^`\n]+)`(?!`)")
_TAG = regex(r"</?[A-Za-z][\w-]*(?:\s[^<>\n]*)?/?>")
_LINE = regex(r"[^\n]*\S[^\n]*")
_GOES_ON = regex(r"[ \t]*[-+−*@][ \t]")
_LEFT_OPEN = regex(r"[-+−*@=(,][ \t]*$")
_NO_CLAIM = regex(r"[ \t]*(?:import|from|def|class|print|assert|for|if|with|plt\.)\b")
_LEADS = r"(?:\W*\b(?:<announcing>|<finding>)\b)*"
_FOUND = rf"{_LEADS}\W*\b<finding>\b(?:[ \t]*:)?[ \t*]+"
_REASON = r",?(?<!\s)\s+\b<because>\b[^=^_+/@*\\ᵀ²∇∂]*$"
_MEANS = (
    r"(?<![\s,;])[\s,;]*(?:\(\s*)?(?:<namely>\s+)?"
    r"(?:\\?sigma|σ)\s*(?:(?:\([^()]*\)\s*)?\b<is>\b|=|:|denotes|<the>)\s*[^=^_+/@*\\$]*$"
)
"""`… where sigma is the logistic function`: what is said of it is heard where the answer is judged."""
_BEFORE = (
    rf"{_LEADS}\W*\b(?:<result>|ans|hessian)(?:[ \t]+(?:of|with[ \t]+respect[ \t]+to"
    r"|w\.?r\.?t\.?|by|nach|von)[ \t]+\S+)*"
    r"[ \t]*(?:\b<is>\b[ \t]*:?|:|(?=\*\*))[ \t*]*"
)
ANNOUNCED = rf"(?:{_BEFORE}|{_FOUND})"
"""Words before a formula that say that it is the answer."""
_SOLVES = regex(
    r"\b(?:solution|minimi[sz]er|minimum|optimum|lösung|solución|soluzione|solução|oplossing)\b", re.IGNORECASE
)
"""Words that announce the place where a loss is least as well as an answer."""
_BULLETS = regex(r"[ \t]*(?:[-*•+>#]+[ \t]+|\(?\w\)[ \t]+|\d{1,2}[.)][ \t]+|[.:)\]*_]+[ \t]*)+")
_SIGNS = regex(r"[=^_+/@ᵀ²⁻¹σ∇∂∥‖≈−↦]|\w\*\w|\w \* \w|\b[A-Z]'|\$")
_SEVERAL = (
    r"\$|\\[(\[]|\\begin|`|!\[|\?\s*$|<\w|[.;]\s+(?-i:[A-Z][a-z]+\s)"
    r"|\b(?:<doubt>|<altered>|<gives_up>)(?!\w)|[(,;]\s*<amends>"
)
"""Marks of a formula, of a question, of a second sentence, of a doubt, of a change."""
_NO_SIGN = regex(r"[\w.]+@[\w.]+|(?<!\w)[A-Za-z]+/[A-Za-z]+(?!\w)|_{2,}|^[ \t]*[+]|https?:\S+")
_NAMED = regex(r"(?<=[\s,])(?P<word>where|with|for|wobei|mit|où|avec|donde|con|dove)\s+[^\W\d_]\w*\s*:?=(?!=)")
_LOOP = regex(r"[\w)\]] for \w+(?:, \w+)* in (?:range|zip|enumerate)\(")
_HELP = "an answer is one formula, `$…$` in Markdown and LaTeX"
_PICTURE = regex(r"!\[|\\includegraphics|<img\b")


def unmarked(text: str, start: int, end: int, ending: str) -> list[tuple[Passage, ...]]:
    """What may be meant as the answer between two places, the last first:
    each is one formula, or the lines of a block of code."""
    found: list[tuple[Passage, ...]] = []
    rest = text[:end]
    for (begin, behind), _ in code_blocks(text, 0, end, ending):
        if begin < start:
            start = max(start, behind)  # it begins inside the block that names the problem
        else:
            found += in_blocks(text, begin, behind, ending)
        rest = covered(rest, begin, behind)
    for ticked in _TICKED.finditer(rest, start):
        rest = covered(rest, *ticked.span())
        found += _formula(Passage(ticked["body"], ticked.start("body")))
    rest = _TAG.sub(blank, rest)
    for line in _joined(rest, start):
        found += _formula(line)
    return sorted(found, key=lambda rows: rows[0].start, reverse=True)[:_MOST]


def announced(text: str, start: int, end: int) -> Iterator[Passage]:
    """The lines between two places of which words say that they are the answer, and that hold no marks of a formula and
    no sign of equality, `Answer: 2 X^T e`."""
    for line in _joined(text[:end], start):
        bullets = _BULLETS.match(line.text)
        told = said(ANNOUNCED).match(line.text, bullets.end() if bullets is not None else 0)
        if told is None or _SOLVES.search(told[0]):
            continue
        if not RELATION.search(line.text) and not said(_SEVERAL).search(line.text):
            yield from (rows[0] for rows in _formula(line))


def only_line(text: str, start: int, end: int) -> Passage | None:
    """All that stands between two places, if it is one line that may hold a formula, without any marks."""
    lines = [*_joined(text[:end], start)]
    if len(lines) != 1 or not _SIGNS.search(_NO_SIGN.sub("", lines[0].text)) or said(_SEVERAL).search(lines[0].text):
        return None
    bare, listed = _bare(lines[0])
    return lines[0] if _talks(bare, listed) else bare


def in_blocks(text: str, start: int, end: int, ending: str, formulas: bool = False) -> list[tuple[Passage, ...]]:
    """The lines of each block of code between two places; with `formulas` also of those that are only set in."""
    found = (tuple(_code(body)) for _, body in code_blocks(text, start, end, ending, formulas))
    return [rows for rows in found if rows and not any(map(_talks, rows))]


def written(text: str, start: int, end: int) -> Diagnostic | None:
    """That more than words stands between two places, which may be meant as the answer: a formula, or a picture."""
    for line in _LINE.finditer(text[:end], start):
        if _PICTURE.search(line[0]) or _SIGNS.search(_NO_SIGN.sub("", line[0])):
            found = f"what stands in line {line_and_column(text, line.start())[0]} could not be read as an answer"
            return Diagnostic("unread-answer", found, help=_HELP, severity="warning")
    return None


def _formula(line: Passage) -> list[tuple[Passage]]:
    """A line as one formula; nothing where words stand in it."""
    bare, listed = _bare(line)
    return [] if _talks(bare, listed) or not re.search(r"\w", bare.text) else [(_spelled(bare),)]


def _bare(line: Passage) -> tuple[Passage, bool]:
    """A line without the words that announce it, and whether the mark of a list before it may be a sign."""
    before = _BULLETS.match(line.text)
    line = line.part(before.end() if before else 0, len(line.text))
    announced = said(ANNOUNCED).match(line.text)
    reason = said(_REASON).search(line.text)
    for behind in filter(None, (said(_MEANS).search(line.text), reason)):
        if not said(r"\b<doubt>\b").search(behind[0]):
            line = line.part(0, min(behind.start(), len(line.text)))
    ends = " \t.;,*_`" + "|" * (line.text.count("|") % 2 or line.text.startswith("|"))
    line = line.part(announced.end() if announced else 0, len(line.text.rstrip(ends))).stripped()
    return line, before is not None and re.search("[-+]", before[0]) is not None


def _talks(line: Passage, listed: bool = False) -> bool:
    """Whether words stand in a line; those before what its names stand for are none, and an `a` alone is a letter,
    but of a list."""
    named = _NAMED.search(line.text)
    words = [word for word in line.text.split() if talks(word)]
    words = [] if _LOOP.search(line.text) and {*words} <= {"for", "in", "if"} else words
    return any((word != "a" or listed) and (named is None or word != named["word"]) for word in words)


def _spelled(line: Passage) -> Passage:
    """The line with names as mathematics has them, where it is no code."""
    return line if re.search(r"@|\w\.[A-Za-z]|\*", line.text) else Passage(spelled(line.text), line.start)


def _joined(text: str, start: int) -> Iterator[Passage]:
    """The lines of a text; one that only goes on belongs to the line before."""
    last: re.Match[str] | None = None
    begun = start
    for line in _LINE.finditer(text, start):
        next_ = last is not None and line.start() == last.end() + 1
        goes_on = last is not None and next_ and (_GOES_ON.match(line[0]) or _LEFT_OPEN.search(last[0]))
        if last is not None and not goes_on:
            yield Passage(text[begun : last.end()].replace("\n", " "), begun).stripped()
        begun, last = begun if goes_on else line.start(), line
    if last is not None:
        yield Passage(text[begun : last.end()].replace("\n", " "), begun).stripped()


def _code(body: Passage) -> Iterator[Passage]:
    """The statements of code that say what something is; a bracket that stays open takes in the next line."""
    depth, begun = 0, None
    for line in re.finditer(r"[^\n]+", body.text):
        bare = re.sub(r"(?<!\\)#.*", "", line[0])
        begun = line.start() if begun is None else begun
        depth += sum(bare.count(sign) for sign in "([{") - sum(bare.count(sign) for sign in ")]}")
        if depth > 0:
            continue
        whole = body.part(begun, line.start() + len(bare))
        whole = Passage(whole.text.replace("\n", " "), whole.start).stripped()
        begun, depth = None, 0
        if whole.text and not _NO_CLAIM.match(whole.text):
            returned = re.match(r"return\b\s*", whole.text)
            yield _spelled(whole.part(returned.end(), len(whole.text)) if returned else whole)
