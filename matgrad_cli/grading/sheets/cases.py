"""Rows that hold on one side of a kink of the loss alone, where what stands before them may say so:
judged in that case, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from ...diagnostics import Source
from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...documents.sheets.sheet import Formula, Sheet
from ...ir import Call, Expr, neg, nodes_of
from ...verify.kinks import kinks
from ..begin import begin
from ..bench import Bench
from ..consequences import MAY_FOLLOW
from ..lines.reading import read_side
from ..lines.syntax_walk import free_letters
from ..task import Task
from .judged import Judged
from .passing import CONDITIONAL
from .rows import Line

_MOST_KINKS = 2
_UNEQUAL = regex(r"\\(?P<word>[lg])(?:eq?(?:slant)?|t)?(?![A-Za-z])|(?P<sign>[<>≤≥])")
_SET = regex(
    r"(?:\b(?:where|if|when(?:ever)?|for|provided|as long as|assuming|given|while)\b(?:\s+[a-z]{2,}){0,3}?[\s}$~]+"
    r"|(?:\\q?quad|\\text\w*\s*\{[^{}]*\}|[$,])\s*\(\s*)"
    r"(?P<said>(?:(?!\\text)[^=<>≤≥;]){1,60}?(?:\\(?:[lg]eq?(?:slant)?|[lg]t)(?![A-Za-z])|[<>≤≥])[^=<>≤≥,;)$]{1,40}?)"
    r"(?=\s*(?:[,.;)}$\n]|\\q?quad|\\text|\s[a-z]{2,}|$))"
)
"""A condition behind a formula: `where $m_i > 0$`, `\\text{if } w_j > 0`, `for active units (z_i > 0)`."""
_HINGE = regex(
    r"\b(?:when(?:ever)?|if|for|while|as long as|assuming|suppose|in)\s+"
    r"(?:(?:the|this|that|an?|our|each|hinge|triplet|ranking|contrastive|inner)\s+)*(?:"
    r"(?:loss|cost|hinge|term|max|maximum|argument|inside|bracket|expression)\s+(?:(?:term|value|function)\s+)?"
    r"is\s+(?:strictly\s+)?(?:positive|non-?zero|active|greater than (?:zero|0))"
    r"|(?:margin|constraint)\s+(?:(?:constraint|condition)\s+)?is\s+violated"
    r"|(?:(?:triplet|pair|sample|example)\s+is\s+)?active)\b"
    r"(?!\s+(?:and|or|only)\b)(?![^.;]*\b(?:otherwise|else)\b)",
    re.IGNORECASE,
)
"""Words for the side of its kink on which a hinge moves: `When the loss is positive`, `if the margin is violated`."""
_COMMAND = regex(r"\\[A-Za-z]+\*?(?:\{[a-z]+\*?\})?")
_WORDS = (
    "a an the its our this that these it we i you one to of by in for is are be and then so thus hence "
    "therefore now here with as from "
    "have get obtain find compute gives give yields yield follows derive differentiate differentiating "
    "differentiation taking take "
    "using use gradient gradients derivative derivatives subgradient loss losses function objective cost "
    "energy formula result answer "
    "step solution respect w r t wrt chain rule rules product sum directly simply also final finally first "
    "second next let us which "
    "where matrix vector note hinge relu absolute value norm number scalar "
    "quantity parameter variable expression term formula layer"
)
"""Words that set no case. What other words do is left open."""
_NEUTRAL = frozenset(_WORDS.split())

Where = tuple[tuple[Expr, bool], ...]
"""Arrays that are positive, or negative."""


@record
class Case:
    """Where some arrays are positive, or negative (nowhere: a condition is not understood); the formula that says so,
    if one does; the numbers of the rows that may be meant; what else may be the case."""

    where: Where
    said: str
    rows: tuple[int, ...]
    others: tuple[Where, ...] = ()

    def applied(self, judged: Sequence[Judged], read: Callable[[Case], Sequence[Judged]]) -> tuple[Judged, ...]:
        """The rows with what becomes of them in this case, as they are then `read`; one that is not understood
        leaves them doubtful, and so does one beside which they hold in another."""
        found, there = list(judged), read(self)
        beyond: list[Sequence[Judged]] = []
        for number in self.rows:
            old, new = found[number], self._without_condition(there[number])
            if old.verdict != "follows" and new.verdict == "follows" and self.where:
                if self.said:
                    found[number] = replace(new, notes=(*new.notes, f"under the condition beside it: {self.said}"))
                elif old.verdict == "wrong":
                    why = f"{CONDITIONAL}, perhaps: it holds on one side of a kink"
                    found[number] = replace(old, verdict="undecided", why=why)
            elif "wrong" in (old.verdict, new.verdict) and self.said and self.where:
                beyond = beyond or [read(replace(self, where=where)) for where in self.others]
                why = "it does not hold under the condition beside it, as that was understood"
                doubted = replace(old, verdict="undecided", role="claim", why=why)
                held = any((other[number].result or new).verdict == "follows" for other in beyond)
                found[number] = doubted if held else new if new.verdict == "wrong" else old
            elif old.verdict == "wrong" and not self.where:
                found[number] = replace(old, verdict="undecided", why=f"{CONDITIONAL}, which is not understood")
        return tuple(found)

    def _without_condition(self, row: Judged) -> Judged:
        """A row of which all that is judged follows, if what cannot be read is this condition in it,
        `f' = 1 (x > 0)`."""
        outcomes = {outcome.verdict for outcome in row.result.outcomes} if row.result is not None else set()
        inside = self.said and self.said in row.line.formula.passage.text and outcomes == {"follows", "unreadable"}
        return replace(row, verdict="follows", why="") if row.verdict == "undecided" and inside else row


def cases(sheet: Sheet, judged: Sequence[Judged], tasks: Sequence[Task], name: str | None) -> Iterator[Case]:
    """The cases in which rows may be meant that do not follow: those that inequalities beside them state, or words
    about the hinge; else the sides of each kink. `name` is that of the loss."""
    arguments = kinks(tasks[0].problem.loss) if tasks else ()
    stated: dict[str, list[int]] = {}
    open_: list[int] = []
    last = open_
    beside, supposed = set[str](), set[str]()
    for number, row in enumerate(judged):
        if row.verdict == "wrong" or row.why in (CONDITIONAL, MAY_FOLLOW):
            between, words, hinge = _before(sheet, judged, number)
            conditions = [formula for formula in between if len(_UNEQUAL.findall(formula.passage.text)) == 1]
            said = [formula.passage.text for formula in conditions] or hinge
            if conditions and _SUPPOSES.search(conditions[-1].before) and not _ELSE.search(_around(row)):
                supposed.add(said[-1])
            whole = _of_both_sides(row)
            tabled = whole and r"\begin{cases}" in row.line.text  # its conditions are those of its own table
            if (own := None if tabled else _behind(sheet, judged, number)) is not None:
                beside.add(own)
                said = [own]
            if said:
                last = stated.setdefault(said[-1], [])
            elif words or last[-1:] != [number - 1]:
                last = open_
            if said or ((words or last[-1:] == [number - 1]) and not whole):
                last.append(number)
    ways = product((True, False), repeat=len(arguments)) if 0 < len(arguments) <= _MOST_KINKS else ()
    pieces = [tuple(zip(arguments, sides, strict=True)) for sides in ways]
    for text, rows in stated.items():
        known = [one.line for one in judged[: rows[0]] if one.role == "definition"]
        condition = _condition(text, tasks[0], known, name) if arguments else None
        if condition is not None:
            array, side = condition
            certain = text in supposed - beside and any(_is_sign_of(array, one, tasks[0]) for one in arguments)
            others = () if certain else (((array, not side),), *pieces)
            yield Case((condition,), text.strip(" .,;"), tuple(rows), others)
        elif text in beside:
            yield Case((), text, tuple(rows))
        else:
            open_ += rows
    for piece in pieces if open_ else ():
        yield Case(piece, "", tuple(open_))


_SUPPOSES = regex(r"(?:^|[.:;]\s|\n)\W*(?:now\s+)?(?:suppose|assume)\b[^.:;]*$", re.IGNORECASE)
_ELSE = regex(r"\b(?:otherwise|else|other|remaining)\b", re.IGNORECASE)


def _around(row: Judged) -> str:
    return f"{row.line.formula.before[-200:]} {row.line.formula.after[:80]}"


def _is_sign_of(array: Expr, argument: Expr, task: Task) -> bool:
    """Whether a condition speaks of what has the kink itself, or of its negative."""
    bench = Bench(task.problem)
    return array.shape is argument.shape and (bench.equal(array, argument) or bench.equal(array, neg(argument)))


def _of_both_sides(row: Judged) -> bool:
    """Whether a row says what holds on each side of a kink, by an indicator of its own."""
    outcomes = row.result.outcomes if row.result is not None else ()
    sides = [outcome.read.expr for outcome in outcomes if outcome.read is not None]
    return any(expr is not None and kinks(expr) for expr in sides)


def _before(sheet: Sheet, judged: Sequence[Judged], number: int) -> tuple[list[Formula], bool, list[str]]:
    """The formulas between a row and the last one of another display or sentence, whether words there,
    or behind it, may set a case, and those in its own sentence that set the case of a hinge."""
    own = judged[number].line.formula
    rows = (one.line.formula for one in judged)
    start = min([own.place, *(one.place for one in rows if own.kind == "display" and one.block == own.block)])
    last = max((_end(one.line.formula) for one in judged if one.line.formula.place < start), default=0)
    between = [formula for formula in sheet.formulas if last <= formula.place < start]
    text = sheet.between(last, start)
    for formula in reversed(between):
        text = text[: formula.place - last] + " " + text[max(0, _end(formula) - last) :]
    sentence = re.sub(r"\$[^$]*\$", " ", own.before) if own.kind == "inline" else ""
    words = re.findall(r"[A-Za-z]{2,}", _COMMAND.sub(" ", f"{sentence} {text} {own.after}").lower())
    before = re.split(r"[.!?]\s", f"{text} {sentence}".rstrip())[-1]
    beside = before, own.passage.text, re.split(r"[.;]", own.after)[0]
    hinge = [" ".join(found[0].split()) for part in beside for found in _HINGE.finditer(part)]
    return between, not _NEUTRAL.issuperset(words), hinge


def _behind(sheet: Sheet, judged: Sequence[Judged], number: int) -> str | None:
    """The inequality that the words behind a row set as its condition, in its display or its sentence,
    before the next row of another."""
    own = judged[number].line.formula
    rows = (one.line.formula for one in judged if own.kind != "display" or one.line.formula.block != own.block)
    behind = (one.place for one in rows if one.place > own.place and not _UNEQUAL.search(one.passage.text))
    end = min(behind, default=None)
    text = re.split(r"\n\s*\n|[.;](?=\s+[A-Z])", sheet.between(own.place, end), maxsplit=1)[0]
    found = _SET.search(text)
    said = found["said"] if found is not None else None
    for opens, closes in ("}{", ")("):  # what begins before the condition ends: the words of `\\text{for} (z > 0)`
        while said is not None and said.count(opens) != said.count(closes):
            said = said.partition(opens if said.count(opens) > said.count(closes) else closes)[2]
    return said.strip() if said is not None else None


def _end(formula: Formula) -> int:
    """Where it ends in the text that is read, whatever was written in it since."""
    span = formula.passage.span()
    return formula.place + span.end - span.start


def _condition(text: str, task: Task, known: Sequence[Line], name: str | None) -> tuple[Expr, bool] | None:
    """An inequality, or what words say of the only hinge, as an array and its sign; None if it cannot be read with
    the names of the problem, and those that rows define."""
    sign = _UNEQUAL.search(text)
    if sign is None:
        calls = (node for node in nodes_of(task.problem.loss) if isinstance(node, Call) and node.function == "relu")
        hinges = {node.arguments[0] for node in calls}
        return (hinges.pop(), True) if len(hinges) == 1 else None
    left, right = text[: sign.start()].strip(" $.,;"), text[sign.end() :].strip(" $.,;")
    difference = Passage(rf"{left} - \left({right}\right)")
    rows = [(line.number, line.formula.passage) for line in known]
    begun = begin(task, [*rows, (0, difference)], Source("condition", difference.text), "latex", name, gathers=False)
    for number, passage in rows:
        begun.reader.row(begun.read(number, passage), first=False)
    claims = begun.read(0, difference).claims
    sides = [claim.sides[0] for claim in claims[:1]]
    each = [letter for side in sides if side.node is not None for letter in free_letters(side.node)]
    found = read_side(sides[0], begun.around, fixed=each).expr if sides else None
    return None if found is None else (begun.around.expanded(found), (sign["word"] or sign["sign"]) in "g>≥")
