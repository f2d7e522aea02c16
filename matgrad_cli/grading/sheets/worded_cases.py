r"""Functions of which words tell the cases: `f(t) = t if t > 0 else 0`, `$f(t) = t^2$ when $t < 1$ and $2t$
otherwise`."""

from __future__ import annotations

import re

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.sheets.names import is_word
from ...documents.sheets.plain import spelled
from ...documents.sheets.sheet import Formula, Sheet
from ...notation.stated_functions import CALLED

_HEAD = regex(
    rf"\s*(?P<call>{CALLED.pattern}(?:'\s*)?\(\s*(?P<letter>\\?[A-Za-z]+)\s*(?:\\right)?\))"
    r"\s*&?(?::?=(?!=))"
)
_SET = regex(r"\\(?:text|mathrm|textrm|textnormal|mbox)\s*\{(?P<words>[^{}]*)\}|\\q?quad(?![A-Za-z])|\\[,;:! ]|&")
"""Words and wide spaces inside a formula."""
_WORD = regex(r"\b(?:if|for|when(?:ever)?|(?P<rest>otherwise|else(?:where)?))(?![A-Za-z])", re.IGNORECASE)
_PARTS = regex(r"\s*(?:[,;\n]|\.(?=\s|$)|\\\\|\band\b)[\s,;]*(?:(?:and|or|but)(?![A-Za-z]))?")
"""What stands between a condition and the next value."""
_ENDS = regex(r"[,;(\n]|\.(?=\s|$)")
_COMPARES = regex(r"[<>≤≥=≠]|\\(?:[lg]eq?|[lg]eqslant|neq?|lt|gt)(?![A-Za-z])")
_REST = "otherwise"
_LEADS = r"(?:(?:and|or|but|by|it|is|to|equals|then)\b|[=:\s]|(?:{call})\s*&?=)*"


def with_worded_cases(sheet: Sheet) -> Sheet:
    """The document with a table for the cases that words tell. Where they tell more than is understood the table lacks
    the rest: so one case is not read for the whole."""
    formulas: list[Formula] = []
    told = 0  # up to here the words belong to the last table
    for formula in sheet.formulas:
        if formula.place < told:
            continue
        text, end = formula.passage.text, formula.place + len(formula.passage.text)
        head = _HEAD.match(text) if r"\begin" not in text else None
        if head is not None:
            behind = re.split(r"\n[ \t]*\n|\\end", sheet.prose[end : end + 400])[0]
            said = text[head.end() :] + (spelled(behind) if formula.kind == "plain" else behind)
            cases, length = _cases(_SET.sub(_words_alone, said), head["call"], head["letter"])
            if cases:
                table = r" \\ ".join(
                    [rf"{value} & \text{{{'if ' if asked else _REST}}} {asked}" for value, asked in cases]
                )
                table = rf" \begin{{cases}} {table} \end{{cases}}"
                formula = replace(formula, passage=formula.passage.replaced([(head.end(), len(text), table)]), after="")
                told = formula.place + head.end() + length
        formulas.append(formula)
    return replace(sheet, formulas=tuple(formulas)) if told else sheet


def _words_alone(match: re.Match[str]) -> str:
    """The words, every sign in its place."""
    return f"{(match['words'] or '').rjust(len(match[0]) - 1)} "


def _cases(said: str, call: str, letter: str) -> tuple[list[tuple[str, str]], int]:
    """The values with their conditions, and how far they go; none where words tell no second case, one where they tell
    a second that is not understood."""
    cases: list[tuple[str, str]] = []
    marks = [*_WORD.finditer(said)]
    first = said[: marks[0].start()] if marks else ""
    value, length, own = _value(first, call), 0, re.compile(rf"(?<![A-Za-z\\]){re.escape(letter)}(?![A-Za-z])")
    if not marks or marks[0]["rest"] or value is None or re.search(r"\n|\.\s", first.strip()):
        return [], 0
    for mark, behind in zip(marks, [*marks[1:], None], strict=True):
        part = said[mark.end() : behind.start() if behind is not None else len(said)]
        if mark["rest"]:
            alone = part.lstrip(" ,")
            ended = _ENDS.search(alone)
            alone = alone[: ended.start() if ended is not None else None]
            length = mark.end() + (0 if value is not None else part.index(alone) + len(alone))
            last = value or _value(alone, call)
            return ([*cases, (last, "")] if last is not None else cases[:1]), length
        between = _PARTS.search(part)
        asked = part[: between.start() if between is not None else None].strip(" ).")
        if value is None or not (_COMPARES.search(asked) and own.search(asked)):
            break
        cases.append((value, asked.replace("<=", r"\le ").replace(">=", r"\ge ")))
        length = mark.end() + (between.start() if between is not None else len(part))
        rest = part[between.end() :] if between is not None else ""
        if behind is not None and rest.strip() and (value := _value(rest, call)) is None:
            break
        value = _value(rest, call)
    return (cases, length) if len(cases) > 1 else ([], 0)


def _value(text: str, call: str) -> str | None:
    """A value without the words that lead to it; None where nothing is left, or something else."""
    bare = re.sub(rf"^{_LEADS.format(call=re.escape(call))}", "", text.strip(" ,;(\n\t")).strip(" ,;(\n\t")
    words = re.findall(r"(?<![\\A-Za-z])[A-Za-z]{2,}", bare)
    return bare if bare and not (any(map(is_word, words)) or _COMPARES.search(bare)) else None
