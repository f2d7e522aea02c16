r"""The loss of one sample, to which a document goes over that states it as a sum:
`For one training example $(x, y)$`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from .lengths import readable_problem
from .outline import Outline
from .sheet import Question, Sheet

_SUM = regex(
    r"(?P<front>(?:\s|-|\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*\w+\s*\}?)*)\\sum_\{?\s*(?P<letter>[a-z])\s*"
    r"(?:=\s*1\s*)?\}?(?:\^\{?\w+\}?)?"
)
_MEAN = regex(r"\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*(\d?)[A-Za-z]\s*\}?")
_ONE_SAMPLE = regex(
    r"\b(?:one|single|individual)\s+(?:training\s+)?(?:example|sample|data\s?point|observation|instance|pair)\b",
    re.IGNORECASE,
)


def with_samples(questions: Sequence[Question], sheet: Sheet, found: Outline) -> tuple[Question, ...]:
    """The problems in their order, with those of one sample that rows go over to."""
    singles = [single for question in questions if (single := _of_one_sample(question, sheet, found)) is not None]
    return tuple(sorted((*questions, *singles), key=lambda question: question.start))


def _of_one_sample(question: Question, sheet: Sheet, found: Outline) -> Question | None:
    """The loss of one sample, `For one training example $(x, y)$`,
    where a loss that is a sum over them is differentiated so further on."""
    numbered = _SUM.match(question.loss)
    if numbered is None or question.loss.count("\\sum") > 1:
        return None
    letter = re.escape(numbered["letter"])
    mark = re.compile(rf"\^\s*\{{?\s*\({letter}\)(?:\s*\}})?|_\s*(?:\{{\s*{letter}\s*\}}|{letter}(?![A-Za-z]))")
    begins = sheet.formulas[question.start].place
    moved = [item.formula for item in found.differentiated if item.variable in question.wrt]
    rows = [row for row in moved if row > question.start]
    start = next((row for row in rows if _ONE_SAMPLE.search(sheet.prose, begins, sheet.formulas[row].place)), None)
    if start is None or mark.search(sheet.formulas[start].passage.text):
        return None
    body = question.loss[numbered.end() :]
    if any(not mark.search(term) for term in _terms(body)):  # a regulariser is none of a sample's
        return None
    front = _MEAN.sub(lambda count: rf"\frac{{1}}{{{count[1] or 1}}}", numbered["front"])
    loss = rf"{front}\left({mark.sub('', body)}\right)"
    sizes = {name: size for name, size in question.shapes.items() if name in question.wrt}
    single = replace(question, loss=loss, shapes=sizes, start=start)
    return single if readable_problem(loss, question.wrt[0], single.shapes_text, "") is not None else None


def _terms(text: str) -> list[str]:
    """The terms of a text, what stands in brackets undivided."""
    depth, terms = 0, [""]
    for char in text:
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(char, 0)
        if depth == 0 and char in "+-" and terms[-1].strip():
            terms.append("")
        terms[-1] += char
    return terms
