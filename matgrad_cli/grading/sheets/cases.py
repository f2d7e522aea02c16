"""Rows that hold on one side of a kink of the loss alone, where what stands before them may say so: judged in that case, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from ...diagnostics import Source
from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.sheet import Formula, Sheet
from ...ir import Expr
from ...verify.kinks import kinks
from ..begin import begin
from ..lines.reading import read_side
from ..task import Task
from .judge import Judged
from .passing import CONDITIONAL

_MOST_KINKS = 2
_UNEQUAL = regex(r"\\(?P<word>[lg])(?:eq?(?:slant)?|t)?(?![A-Za-z])|(?P<sign>[<>≤≥])")
_COMMAND = regex(r"\\[A-Za-z]+\*?(?:\{[a-z]+\*?\})?")
_WORDS = (
    "a an the its our this that these it we i you one to of by in for is are be and then so thus hence therefore now here with as from "
    "have get obtain find compute gives give yields yield follows derive differentiate differentiating differentiation taking take "
    "using use gradient gradients derivative derivatives subgradient loss losses function objective cost energy formula result answer "
    "step solution respect w r t wrt chain rule rules product sum directly simply also final finally first second next let us which "
    "where matrix vector note hinge relu absolute value norm number scalar"
)
"""Words that set no case. What other words do is left open."""
_NEUTRAL = frozenset(_WORDS.split())


@record
class Case:
    """Where some arrays are positive, or negative; the formula that says so, if one does; the numbers of the rows that may be meant."""

    where: tuple[tuple[Expr, bool], ...]
    said: str
    rows: tuple[int, ...]

    def applied(self, judged: Sequence[Judged], there: Sequence[Judged]) -> tuple[Judged, ...]:
        """The rows with what becomes of them `there`, in this case; where only words set it, they are doubted."""
        found = list(judged)
        for number in self.rows:
            if found[number].verdict == "follows" or there[number].verdict != "follows":
                continue
            if self.said:
                row = there[number]
                found[number] = replace(row, notes=(*row.notes, f"under the condition beside it: {self.said}"))
            elif found[number].verdict == "wrong":
                found[number] = replace(found[number], verdict="undecided", why=f"{CONDITIONAL}, perhaps: it holds on one side of a kink")
        return tuple(found)


def cases(sheet: Sheet, judged: Sequence[Judged], tasks: Sequence[Task]) -> Iterator[Case]:
    """The cases in which rows may be meant that do not follow: those that inequalities before them state, else the sides of each kink."""
    arguments = kinks(tasks[0].problem.loss) if tasks else ()
    stated: dict[str, list[int]] = {}
    open_: list[int] = []
    for number, row in enumerate(judged):
        if row.verdict == "wrong" or row.why == CONDITIONAL:
            between, words = _before(sheet, judged, number)
            said = [formula.passage.text for formula in between if len(_UNEQUAL.findall(formula.passage.text)) == 1]
            if said:
                stated.setdefault(said[-1], []).append(number)
            elif words and not _of_both_sides(row):
                open_.append(number)
    for text, rows in stated.items() if arguments else ():
        condition = _condition(text, tasks[0])
        if condition is not None:
            yield Case((condition,), text.strip(" .,;"), tuple(rows))
        else:
            open_ += rows
    if open_ and arguments and len(arguments) <= _MOST_KINKS:
        for sides in product((True, False), repeat=len(arguments)):
            yield Case(tuple(zip(arguments, sides, strict=True)), "", tuple(open_))


def _of_both_sides(row: Judged) -> bool:
    """Whether a row says what holds on each side of a kink, by an indicator of its own."""
    sides = [outcome.read.expr for outcome in row.result.outcomes if outcome.read is not None] if row.result is not None else []
    return any(expr is not None and kinks(expr) for expr in sides)


def _before(sheet: Sheet, judged: Sequence[Judged], number: int) -> tuple[list[Formula], bool]:
    """The formulas between a row and the last one of another display or sentence, and whether words there, or behind it, may set a case."""
    own = judged[number].line.formula
    block = [one.line.formula for one in judged if own.kind == "display" and one.line.formula.block == own.block] or [own]
    start = min(formula.place for formula in block)
    last = max((_end(one.line.formula) for one in judged if one.line.formula.place < start), default=0)
    between = [formula for formula in sheet.formulas if last <= formula.place < start]
    text = sheet.prose[last:start]
    for formula in reversed(between):
        text = text[: formula.place - last] + " " + text[max(0, _end(formula) - last) :]
    words = re.findall(r"[A-Za-z]{2,}", _COMMAND.sub(" ", f"{text} {own.after}").lower())
    return between, not _NEUTRAL.issuperset(words)


def _end(formula: Formula) -> int:
    return formula.place + len(formula.passage.text)


def _condition(text: str, task: Task) -> tuple[Expr, bool] | None:
    """An inequality as an array and its sign; None if it cannot be read with the names of the problem."""
    sign = _UNEQUAL.search(text)
    if sign is None:
        return None
    left, right = text[: sign.start()].strip(" $.,;"), text[sign.end() :].strip(" $.,;")
    difference = Passage(rf"{left} - \left({right}\right)")
    begun = begin(task, [(1, difference)], Source("condition", difference.text), "latex", None)
    claims = begun.read(1, difference).claims
    found = read_side(claims[0].sides[0], begun.around).expr if claims else None
    return None if found is None else (found, (sign["word"] or sign["sign"]) in "g>≥")
