r"""Statements of one row, `f(x) = x^\top A x, \quad A = A^\top`, each as a formula of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.outline import Outline
from ...documents.sheets.sheet import Formula
from ...documents.sheets.symmetric import SAID, fact_by_form
from ...notation.latex.lines import LatexLine

_ROOM = r"(?:(?<!\\)[,;.]|\\q?quad(?![A-Za-z])|\\[,;:! ]|[\s&~])"
_BETWEEN = regex(rf"(?=[^\s&~]){_ROOM}*(?P<words>(?:{SAID}{_ROOM}*)*)")
"""What parts two statements: a comma, room, words."""

_OF_DERIVATIVE = regex(
    r"[^=]*(?:\\nabla|\\partial|[∇∂']|\\prime|\\frac\s*\{\s*d)[^=]*=(?:(?!\\(?:[lg]eq?|prec|succ)|[<>≤≥≺≻⪯⪰]).)*",
    re.DOTALL,
)
_DERIVATIVE = regex(r"[\s&{]*(?:\\nabla|∇|\\[dt]?frac\s*\{\s*(?:\\partial|d\b|\\mathrm\s*\{\s*d)|∂/∂)")
_GOES_ON = regex(r"[\s&]*=")
_SIGNED = regex(
    r"\s*(?:\\(?:[lg]eq?|prec(?:eq)?|succ(?:eq)?)(?![A-Za-z])|[<>≤≥≺≻⪯⪰])\s*(?:\\mathbf\s*)?\{?0\}?[\s.,;]*$"
)
"""A sign that is said of a derivative besides its value: `\\nabla^2 J = X^\\top X \\succeq 0`."""


def with_statements(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    """The formulas with a row for each statement that does not go on from the one before;
    None where every row has one."""
    made = tuple(part for formula, line in zip(formulas, found.lines, strict=False) for part in _apart(formula, line))
    rest = tuple(formulas[len(found.lines) :])
    return (*made, *rest) if len(made) > len(found.lines) else None


def with_heads(formulas: Sequence[Formula], found: Outline) -> tuple[Formula, ...] | None:
    """The formulas with one row for a derivative sign that stands alone in a display and what it is,
    which begins the next with `=`."""
    made: list[Formula] = []
    for at, formula in enumerate(formulas):
        last = made[-1] if made else None
        shown = last is not None and last.kind == formula.kind == "display" and _GOES_ON.match(formula.passage.text)
        if last is not None and shown and _is_head(last, found.lines[at - 1 : at]):
            text = f"{last.passage.text} {formula.passage.text}"
            passage = Passage(text, 0, (*last.passage.places, *formula.passage.places))
            made[-1] = replace(last, passage=passage, after=formula.after)
        else:
            made.append(formula)
    return tuple(made) if len(made) < len(formulas) else None


def _is_head(formula: Formula, lines: Sequence[LatexLine]) -> bool:
    sides = [statement.sides for line in lines for statement in line.statements if statement.leading is None]
    return len(sides) == 1 and len(sides[0]) == 1 and _DERIVATIVE.match(formula.passage.text) is not None


def _apart(formula: Formula, line: LatexLine) -> Iterator[Formula]:
    """The parts of a row; the words between two of them stand before the second."""
    passage = formula.passage
    begins, ends, words = [0], [], [""]
    for last, one in zip(line.statements, line.statements[1:], strict=False):
        found = [match for match in _BETWEEN.finditer(passage.text, last.span.end, one.span.start) if match[0]]
        claims = len(one.sides) > 1 or fact_by_form(passage.text[one.span.start : one.span.end])[1]
        if one.leading is None and not one.both and claims and found:
            between = found[-1]
            ends.append(between.start())
            begins.append(between.start("words"))
            words.append(re.sub(SAID, " \\g<said> ", between["words"]))
    parts = [passage.part(begin, end).stripped() for begin, end in zip(begins, [*ends, len(passage.text)], strict=True)]
    if len(parts) > 1 and parts[-1].text.startswith("(") and fact_by_form(parts[-1].text)[1]:
        parts[-1] = parts[-1].part(1, parts[-1].text.rindex(")")).stripped()
    if (signed := _signed(parts[-1])) is not None:
        parts[-1:] = signed
        begins.append(begins[-1] + len(signed[0].text))
        words.append("")
    if len(parts) < 2 or any(not _whole(part.text) for part in parts):
        yield formula
        return
    for part, begin, said in zip(parts, begins, words, strict=True):
        yield replace(formula, passage=part, place=formula.place + begin, before=formula.before + said)


def _signed(passage: Passage) -> tuple[Passage, Passage] | None:
    """The value of a derivative and the sign that is said of it, which is another claim."""
    value = _OF_DERIVATIVE.match(passage.text)
    if value is None or _SIGNED.match(passage.text, value.end()) is None:
        return None
    return passage.part(0, value.end()).stripped(), passage.part(value.end(), len(passage.text))


def _whole(text: str) -> bool:
    """Whether what opens in a text closes in it."""
    pairs = (("{", "}"), (r"\left", r"\right"), (r"\begin", r"\end"))
    return all(text.count(opens) == text.count(closes) for opens, closes in pairs)
