"""The judging of a document: every row in each of the problem's variables, then as a fact in letters of its own, then what is doubtful."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...diagnostics import MatgradError
from ...diagnostics.record import replace
from ...documents.passage import Passage
from ...documents.sheets.outline import Outline, outline
from ...documents.sheets.problem import Question, Told, questions, told_by
from ...documents.sheets.sheet import Sheet
from ...documents.sheets.sizes import symmetric_somewhere
from ...ir import Number, mul
from ...notation import syntax as s
from ...records.finding import LineVerdict, Role
from ..begin import Begun, begin
from ..chain import RowResult
from ..lines.reading import read_side
from ..task import Task, task_for
from .own_letters import own_fact, under_the_sign
from .passing import holds_equality, is_hypothetical, passed_over
from .rows import (
    Line,
    derives,
    explained,
    head_of,
    is_constant,
    is_special,
    labelled,
    lone,
    moving,
    nodes_of,
    of_variables,
    solves,
    subscripted,
)
from .solutions import is_solution, valued_variable, without_mark

MOST_VARIABLES = 6
_GIVEN = "what a given name stands for"


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a row; `why` says of an aside what it is."""

    line: Line
    verdict: LineVerdict
    role: Role
    result: RowResult | None = None
    notes: tuple[str, ...] = ()
    why: str = ""
    by_matrix: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One problem of a document: the question, its rows judged, in what layout it was read."""

    question: Question
    judged: tuple[Judged, ...]
    layout: str
    tasks: tuple[Task, ...]


def rows_of(sheet: Sheet, found: Outline) -> list[Line]:
    """The rows of a document: formulas with a sign of equality, and what stands in a display and is no lone name."""
    lines: list[Line] = []
    for formula, line in zip(sheet.formulas, found.lines, strict=False):
        if holds_equality(formula.passage.text) or (formula.kind == "display" and len(formula.passage.text) > 12):
            lines.append(Line(len(lines) + 1, formula, line))
    return lines


def judge_sheet(sheet: Sheet, given: Mapping[str, str]) -> list[Part]:
    """Every problem of the document, judged; without any the rows are judged as facts of their own."""
    found = outline(sheet.formulas)
    told = told_by(sheet)
    asked = questions(sheet, found, told, given)
    lines = rows_of(sheet, found)
    sizes = frozenset(re.findall(r"[A-Za-z]", " ".join(told.sizes.values())))
    place = {formula.place: number for number, formula in enumerate(sheet.formulas)}
    parts = []
    for at, question in enumerate(asked):
        end = asked[at + 1].start if at + 1 < len(asked) else len(sheet.formulas)
        start = question.start if at else 0
        own = [line for line in lines if start <= place[line.formula.place] < end]
        before = [line for line in lines if place[line.formula.place] < start and lone(head_of(line.outline)) is not None]
        parts.append(_part(sheet, question, before, own, told, sizes, given))
    if not asked:
        nothing = Question(None, "", (), told.sizes, (), 0)
        parts.append(Part(nothing, tuple(_alone(line, told, sizes) for line in lines), "gradient", ()))
    return parts


def _part(
    sheet: Sheet, question: Question, before: Sequence[Line], own: Sequence[Line], told: Told, sizes: frozenset[str],
    given: Mapping[str, str],
) -> Part:
    """The problem in the layout that is given, or the one under which more of its rows follow."""
    layout = given.get("layout") or _stated_layout(sheet)
    first = _in_layout(sheet, question, before, own, told, sizes, layout or "gradient")
    if layout is not None or not any(judged.verdict == "wrong" and _code(judged) in _TURNED for judged in first.judged):
        return first
    for name in OTHERS:
        other = _in_layout(sheet, question, before, own, told, sizes, name)
        if _meant(first, other):
            return other
    return first


def _code(judged: Judged) -> str | None:
    outcome = judged.result.outcome if judged.result is not None else None
    return outcome.slip.code if outcome is not None and outcome.slip is not None else None


_TURNED = ("other-layout", "missing-transpose", "shape-mismatch")
OTHERS = ("numerator", "mml")
"""Layouts that are tried where rows do not follow in the gradient layout."""


def _meant(first: Part, other: Part) -> bool:
    """Whether another layout is the document's: rows begin to follow, none ceases to; one transposed matrix alone is a slip."""
    pairs = list(zip(first.judged, other.judged, strict=True))
    gained = [new for old, new in pairs if old.verdict in ("wrong", "undecided") and new.verdict == "follows"]
    lost = [new for old, new in pairs if old.verdict == "follows" and new.verdict != "follows"]
    return bool(gained) and not lost and (len(gained) > 1 or not gained[0].by_matrix)


def _stated_layout(sheet: Sheet) -> str | None:
    """The layout that the document says it uses."""
    pattern = r"\b(?:we use|use|using|in|throughout)\b[^.]{0,40}\b(numerator|denominator)[- ]layout"
    found = re.search(pattern, sheet.prose[:4000], re.IGNORECASE)
    if found is None or re.search(r"would|instead|convention", sheet.prose[found.start() : found.end() + 90]):
        return None
    return found[1].lower()


def _in_layout(
    sheet: Sheet, question: Question, before: Sequence[Line], own: Sequence[Line], told: Told, sizes: frozenset[str], layout: str
) -> Part:
    tasks = []
    for wrt in (question.wrt or ("",))[:MOST_VARIABLES]:
        key = (question.loss, wrt, question.shapes_text.removeprefix(": "), ", ".join(question.facts), question.syntax, layout)
        try:
            tasks.append(task_for(key))
        except MatgradError:
            continue
    kept = [(line, passed_over(line.formula, line.outline, sizes)) for line in own]
    given_names = {symbol.name for task in tasks for symbol in task.problem.variables} - {question.name, *question.wrt}
    kept = [(line, why or ("what a given name stands for" if lone(head_of(line.outline)) in given_names else None)) for line, why in kept]
    rows = [(line.number, line.formula.passage) for line in before if passed_over(line.formula, line.outline, sizes) is None]
    rows += [(line.number, line.formula.passage) for line, why in kept if why is None]
    readers = [begin(task, rows, sheet.source, None, question.name) for task in tasks]
    for begun in readers:
        begun.reader.names_ends = True
    judge = _Judge(sheet, question, told, readers)
    stated = [explained(line) for line, why in kept if why == _GIVEN and is_special(line)]
    judge.explained = frozenset(name for name in stated if name is not None)
    for line in before:
        judge.define(line)
    judged = tuple(judge.passed(line, why) if why is not None else judge.line(line) for line, why in kept)
    return Part(question, judged, layout, tuple(tasks))


def _alone(line: Line, told: Told, sizes: frozenset[str]) -> Judged:
    """A row of a document whose problem was not found."""
    why = passed_over(line.formula, line.outline, sizes)
    if why is None and (fact := own_fact(line.formula, line.outline, told)) is not None and fact.verdict == "follows":
        return Judged(line, "follows", "aside", notes=fact.notes, why="a fact in letters of its own")
    return Judged(line, "aside" if why else "undecided", "aside", why=why or "not understood")


class _Judge:
    """Judges the rows of one problem in their order."""

    def __init__(self, sheet: Sheet, question: Question, told: Told, readers: Sequence[Begun]) -> None:
        self.sheet, self.question, self.told, self.readers = sheet, question, told, readers
        self.passages: list[dict[int, Passage]] = [dict(begun.rows) for begun in readers]
        self.stated = False
        self.derived = False
        self.settled = False
        self.supposed = False
        self.gradient = False
        self.explained: frozenset[str] = frozenset()
        self.wrong: list[frozenset[str]] = []
        self.before: Judged | None = None
        self.families = frozenset(re.findall(r"\\?([A-Za-zα-ω]+)\}?_\{?1\}?\s*,\s*(?:\\[lc]?dots|…|\.\.\.)", sheet.prose))

    def define(self, line: Line) -> None:
        """Takes in what an earlier section defines."""
        self._results(line)

    def _results(self, line: Line) -> list[tuple[str, RowResult]]:
        """The row in each variable; a formula in a sentence does not end the chain of the displays."""
        found = []
        for begun, passages in zip(self.readers, self.passages, strict=True):
            passage = passages.get(line.number)
            if passage is None:
                continue
            if self._solves(line):
                passage = without_mark(line, passage)
            row = begun.read(line.number, passage)
            reader = begun.reader
            reader.later = [claim for claim in reader.later if claim.sides and claim.sides[0].source.text != passage.text]
            chain = replace(reader.chain)
            if row.claims:
                found.append((begun.around.task.problem.wrt.name, reader.row(row, first=not self.stated)))
            if line.formula.kind != "display":
                final = reader.chain
                reader.chain = replace(chain, final=final.final or chain.final, final_order=final.final_order or chain.final_order)
        return found

    def passed(self, line: Line, why: str) -> Judged:
        """A row that claims nothing."""
        judged = Judged(line, "aside", "definition" if why == _GIVEN else "aside", why=why)
        if line.formula.kind == "display":
            self.before = judged
        return judged

    def line(self, line: Line) -> Judged:
        """The verdict on a row."""
        results = self._results(line)
        goes_on = line.outline.statements and line.outline.statements[0].leading is not None
        if goes_on and self.before is not None and self.before.verdict == "aside" and self.before.role == "aside":
            return self.passed(line, "goes on from an aside")
        judged = self._weighed(line, of_variables(line, results))
        self.stated = True
        self.settled = self.settled or (judged.verdict == "follows" and judged.role == "equation")
        self.gradient = self.gradient or (judged.verdict == "follows" and judged.role == "claim" and derives(head_of(line.outline)))
        if (head := head_of(line.outline)) is not None:
            self.derived = derives(head)
        if line.formula.kind != "inline" or self.before is None:
            self.before = judged
        return judged

    def _weighed(self, line: Line, result: RowResult | None) -> Judged:
        if result is not None and result.verdict == "follows":
            return Judged(line, "follows", result.role, result, result.notes, by_matrix=self._by_matrix(line))
        fact = own_fact(line.formula, line.outline, self.told)
        if fact is not None and fact.verdict == "follows":
            return Judged(line, "follows", "aside", result, (*fact.notes,), "a fact in letters of its own")
        if result is None:
            return Judged(line, "undecided", "aside", why="not understood")
        why = self._beside(line, result)
        if why is not None:
            return Judged(line, "aside", "aside", result, result.notes, why)
        if result.verdict == "wrong" and (under := under_the_sign(line.formula, line.outline)) is not None:
            return Judged(line, under, "aside", result, result.notes, "read as ∂(A = B) = C: both hold under the derivative sign")
        if result.verdict == "wrong" and fact is not None and fact.verdict != "wrong" and _of_form(result):
            return Judged(line, "undecided", "aside", result, result.notes, "it may be a fact in letters of its own")
        if result.verdict == "wrong" and (doubt := self._doubt(line, result)) is not None:
            return Judged(line, "undecided", "claim", result, result.notes, doubt)
        if result.verdict == "wrong" and self._earlier(line):
            said = "it comes after a wrong line and may follow from it"
            return Judged(line, "undecided", "claim", result, result.notes, said)
        verdict: LineVerdict = "undecided" if result.verdict == "unreadable" else result.verdict
        if verdict == "undecided" and not derives(head_of(line.outline)) and self._solving(line):
            return Judged(line, verdict, "equation", result, result.notes)
        if verdict == "wrong":
            self.wrong.append(frozenset(moving(line)))
        return Judged(line, verdict, result.role, result, result.notes)

    def _beside(self, line: Line, result: RowResult) -> str | None:
        """Why a row that does not follow says nothing about this problem."""
        formula, head = line.formula, head_of(line.outline)
        if formula.quoted:
            return "quoted"
        if is_hypothetical(formula):
            self.supposed = self.supposed or lone(head) == self.question.name or "would" in formula.before[-200:]
            return "said of what is only supposed"
        if _supposed(formula.before[-80:]) or _CONDITION_BEHIND.match(formula.after[:60]):
            return "said under a condition"
        if _LAYOUT.search(formula.before[-120:] + " " + formula.after[:60]):
            return "said of another layout"
        name = lone(head)
        variables = {begun.around.task.problem.wrt.name for begun in self.readers}
        if name is not None and name != self.question.name and name not in variables and not solves(line.outline):
            return "a name that is given another value" if self._valued(name) else None
        if self.question.name is not None and labelled(line, self.question.name):
            return "another function"
        if result.verdict == "wrong" and head is not None and not derives(head) and is_constant(line.outline):
            return "a condition"
        unknown = result.outcome is not None and result.outcome.slip is not None and result.outcome.slip.code == "unknown-name"
        about = not line.outline.statements or any(
            isinstance(part, s.Name) and part.name == self.question.name for node in nodes_of(line) for part in s.parts_of(node)
        )
        about = about or self._solves(line)
        return "in names that are not explained" if unknown and not about and line.outline.statements[0].leading is None else None

    def _solving(self, line: Line) -> bool:
        """Whether words or marks say that a row is an equation to be solved, or its solution."""
        return bool(_EQUATION.search(line.formula.before[-80:])) or solves(line.outline)

    def _solves(self, line: Line) -> bool:
        """Whether a row gives the variable a value, the derivative being known and set to zero."""
        stands = self.gradient and (self.settled or self._solving(line))
        return stands and valued_variable(line, self.question.wrt) is not None

    def _is_solution(self, line: Line, result: RowResult) -> bool:
        """Whether such a row is beyond doubt about the problem as it was understood."""
        return self._solves(line) and is_solution(line, result, self.question.wrt, self.sheet.prose)

    def _vanishes(self, result: RowResult) -> bool:
        """Whether the derivative on the left is 0 by what was understood: then a name was understood otherwise than it is meant."""
        claim = result.row.claims[0]
        for begun in self.readers:
            left = read_side(claim.sides[0], begun.around).expr if not claim.leading else None
            if left is not None and begun.around.bench.compare_over(left, mul(Number(0), left), tuple(sorted(left.free))).holds:
                return True
        return False

    def _by_matrix(self, line: Line) -> bool:
        """Whether a row differentiates by a matrix; without a name, by the variable."""
        names = moving(line) or set(self.question.wrt[:1])
        shapes = {
            symbol.name: symbol.shape for begun in self.readers
            for symbol in (*begun.around.task.problem.variables, *begun.around.defined.values())
        }
        return any(name in shapes and shapes[name].is_matrix for name in names)

    def _earlier(self, line: Line) -> bool:
        """Whether this row may follow from an earlier wrong one: a slip is told once, unless the other is about another variable."""
        own = moving(line)
        return any(
            not (own and theirs and own.isdisjoint(theirs) and own | theirs <= set(self.question.wrt)) for theirs in self.wrong
        )

    def _valued(self, name: str) -> bool:
        return any(begun.around.valued(name) for begun in self.readers)

    def _doubt(self, line: Line, result: RowResult) -> str | None:
        """Why a claim that does not follow is not called wrong."""
        if self.supposed:
            return "it may be said of what was supposed before"
        head = head_of(line.outline)
        chain = line.outline.statements and line.outline.statements[0].leading is not None
        derived = derives(head) or (chain and self.before is not None and self.derived)
        solution = self._is_solution(line, result)
        if not solution and (_ZERO.search(line.formula.passage.text) or (self._solving(line) and not derived)):
            return "an equation"
        if not solution and head is not None and lone(head) not in (None, self.question.name):
            return "a name that is given another value"
        if chain and self.before is not None and self.before.verdict in ("undecided", "aside"):
            return "goes on from a row that was not judged"
        if derived and self._vanishes(result):
            return "as it was understood, what is differentiated does not depend on this variable"
        names = {part.name for node in nodes_of(line) for part in s.parts_of(node) if isinstance(part, s.Name)}
        if names & self.explained and not _of_form(result):
            return "it may rest on what a given name stands for"
        slip = result.outcome.slip if result.outcome is not None else None
        if slip is not None and slip.code == "needs-fact" and symmetric_somewhere(self.sheet.prose):
            return "it is not certain of which matrix the document says that it is symmetric"
        if slip is not None and "has no entries" in slip.message:
            return "a function or a family may be meant"
        with_index = subscripted(line) | {re.sub(r"_\d+$", "", name) for name in names if re.search(r"_\d+$", name)}
        if any(name in self.families or name not in self.told.sizes for name in with_index) and _of_form(result):
            return "a vector with an index may be meant"
        return None


_KIND = r"(?:symmetric|diagonal|orthogonal|positive|definite|invertible|scalar|square|one-?hot|commut\w*|unit|rank)"
_CONDITION = re.compile(
    r"\b(?:special case|in particular|sanity check|for (?:example|instance)|as an example|example:|at initiali[sz]ation|in the limit"
    r"|reduces to)\b"
    r"|\b(?:if|when|for|whenever|suppose|wenn|falls|für)\b[^.]{0,40}(?:[=<>≠≥≤]|\\neq?\b|\\geq?\b|\\leq?\b)[^.=]*$"
    r"|(?<![A-Za-z])[A-Za-zα-ω]\s*=\s*(?:I|\\?mathbf\s*\{?0\}?|\d+)(?![\w.^])[^.]{0,25}$"
    rf"|\b(?:if|when|for|whenever|suppose)\b[^.,]{{0,30}}\b{_KIND}|\bonly the first term\b", re.IGNORECASE,
)
def _supposed(before: str) -> bool:
    """Whether a condition stands before a formula; one that follows another formula, `… = 2Aw for symmetric A,`, is that one's."""
    return any(not re.search(r"(?:\$|\\\))\s*$", before[: match.start()]) for match in _CONDITION.finditer(before))


_CONDITION_BEHIND = re.compile(
    rf"^\W*(?:(?:if|when|for|provided|whenever|only if)\b[^.]{{0,40}}(?:\b{_KIND}|[=<>≠≥≤])|in the special case|at initiali)", re.IGNORECASE
)
_LAYOUT = re.compile(r"\b(?:numerator|denominator|other|row|column)[- ](?:layout|vector convention)|\blayout\b", re.IGNORECASE)
_EQUATION = re.compile(
    r"\b(?:set(?:ting)?|equat\w+|put(?:ting)?|solv\w+|stationar\w+|optim\w+|minimi[sz]er|minimum|normal equations?|zero|vanish\w*|critical"
    r"|rearrang\w+|gives|satisf\w+|closed form)\b", re.IGNORECASE,
)
_ZERO = re.compile(r"(?:=|\}\})\s*(?:\\mathbf\s*\{?\s*)?0(?![.\d])|^\s*0\s*=|\\(?:Rightarrow|implies|Longrightarrow|iff)|⇒|⟹")


def _of_form(result: RowResult) -> bool:
    slip = result.outcome.slip if result.outcome is not None else None
    return slip is not None and slip.code in _FORM


_FORM = ("number-for-matrix", "non-conformable", "free-index-mismatch", "shape-mismatch", "index-reused")


