"""The problems of a document, each judged in the reading in which most of its rows follow:
another layout, a fact that is not said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from ...diagnostics import MatgradError
from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.sheets.calls import with_calls
from ...documents.sheets.habits import rewritten
from ...documents.sheets.members import numbered, small
from ...documents.sheets.named import with_called, with_loss, with_named
from ...documents.sheets.one_sample import with_samples
from ...documents.sheets.outline import Outline, outline
from ...documents.sheets.problem import questions
from ...documents.sheets.sections import Section, sections, whole_of
from ...documents.sheets.sheet import Question, Sheet, Told
from ...documents.sheets.symmetric import COVARIANCE, facts_beside, symmetric_by_kind
from ...facts import Problem
from ...ir import Call, Expr, Inverse, Symbol, substitute, transpose, walk
from ...notation import syntax as s
from ..begin import Habits, begin
from ..bench import Bench
from ..task import Task, task_for, whole_derivative
from .apart import with_heads, with_statements
from .cases import cases
from .judge import GIVEN, Judge, Judged
from .other_functions import code_of, of_form
from .own_letters import own_fact
from .passing import CONDITIONAL, begins_with_relation, holds_equality, passed_over
from .rows import Line, explained, gives_identity, head_of, is_special, lone, nodes_of

MOST_VARIABLES = 6
_LISTED = regex(r"=\s*(?:\\left)?[\[(\\][^=]*_\{?1\}?[^=]*(?:dots|…|\.\.\.)[^=]*$")
"""`X = [x_1, \\dots, x_n]` says of what a matrix is made."""


@record
class Part:
    """One problem of a document: the question, its rows judged, in what layout it was read,
    and what was supposed for it.

    `solved` are the variables whose values were found, with the number of the row and the value; `upright` is a ∇f that
    is a column where ∂f/∂w is a row.
    """

    question: Question
    judged: tuple[Judged, ...]
    layout: str
    tasks: tuple[Task, ...]
    supposed: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    solved: Mapping[Symbol, tuple[int, Expr]] = MappingProxyType({})
    upright: bool = False
    respelled: tuple[tuple[str, str], ...] = ()


def rows_of(sheet: Sheet, found: Outline) -> list[Line]:
    """The rows of a document: formulas with a sign of equality, and what stands in a display and is no lone name."""
    lines: list[Line] = []
    for formula, line in zip(sheet.formulas, found.lines, strict=False):
        text = formula.passage.text
        if holds_equality(text) or begins_with_relation(text) or (formula.kind == "display" and len(text) > 12):
            lines.append(Line(len(lines) + 1, formula, line))
    return lines


def judge_sheet(sheet: Sheet, given: Mapping[str, str]) -> list[Part]:
    """Every problem of the document, judged; without any the rows are judged as facts of their own."""
    sheet = rewritten(sheet)
    sheet = replace(sheet, formulas=with_called(sheet.formulas) or sheet.formulas)
    found = outline(sheet.formulas)
    for change in (with_heads, with_statements, with_calls, with_loss, partial(with_named, prose=sheet.prose)):
        if (changed := change(sheet.formulas, found)) is not None:
            sheet = replace(sheet, formulas=changed)
            found = outline(changed)
    lines = rows_of(sheet, found)
    place = {formula.place: number for number, formula in enumerate(sheet.formulas)}
    parts: list[Part] = []
    for section in (whole_of(sheet, found),) if given.get("loss") else sections(sheet, found):
        parts += _judged(section, [(place[line.formula.place], line) for line in lines], given)
    return [replace(part, respelled=sheet.respelled) for part in parts]


def _judged(section: Section, lines: Sequence[tuple[int, Line]], given: Mapping[str, str]) -> Iterator[Part]:
    """The problems of a section; what earlier ones define is known in it,
    unless it gives the name to something else."""
    told = section.told
    asked = with_samples(questions(section.sheet, section.found, told, given), section.sheet, section.found)
    if not asked and section.alone is not told:  # sizes of earlier problems do not fit
        told = section.alone
        asked = questions(section.sheet, section.found, told, given)
    sizes = frozenset(re.findall(r"[A-Za-z]", " ".join(told.sizes.values())))
    for at, question in enumerate(asked):
        end = asked[at + 1].start if at + 1 < len(asked) else section.end
        start = question.start if at else section.start
        own = [line for number, line in lines if start <= number < end]
        heads = [(line, lone(head_of(line.outline))) for number, line in lines if number < start]
        before = [line for line, name in heads if name not in (None, question.name, *section.others)]
        part = _part(section.sheet, question, before, own, told, sizes, given)
        for members in question.others:
            asked_so = replace(question, members={**question.members, **members})
            part = _either(part, _part(section.sheet, asked_so, before, own, told, sizes, given), members)
        yield part
    if not asked:
        nothing = Question(None, "", (), told.sizes, (), 0)
        own = [line for number, line in lines if section.start <= number < section.end]
        yield Part(nothing, tuple(_alone(line, told, sizes) for line in own), "gradient", ())


def _part(
    sheet: Sheet,
    question: Question,
    before: Sequence[Line],
    own: Sequence[Line],
    told: Told,
    sizes: frozenset[str],
    given: Mapping[str, str],
) -> Part:
    """The problem as it is stated, or in the layout or under the fact under which more of its rows follow and none
    ceases to."""

    def read(
        layout: str,
        facts: tuple[str, ...],
        columns: bool = False,
        upright: bool = False,
        where: tuple[tuple[Expr, bool], ...] = (),
    ) -> Part:
        asked = replace(question, facts=(*question.facts, *facts))
        return _in_layout(sheet, asked, before, own, told, sizes, layout, columns, Habits(upright=upright, where=where))

    stated, may_stand = ((given["layout"],), True) if given.get("layout") else _stated_layouts(sheet)
    part = read(stated[0] if stated else "gradient", ())
    supposed: tuple[str, ...] = ()
    if part.wholes and _doubtful(part):
        other = read(part.layout, (), columns=True)
        part = other if _gained(part, other) else _unless_columns(part, other)
    for facts in _supposable(sheet, part) if _doubtful(part) else ():
        more = tuple(dict.fromkeys((*supposed, *facts)))
        if more != supposed and _gained(part, other := read(part.layout, more)):
            part, supposed = replace(other, supposed=more), more
    for number, facts in _said_beside(part):
        row = read(part.layout, (*supposed, *facts)).judged[number]
        if row.verdict == "follows":
            row = replace(row, notes=(*row.notes, f"under the condition beside it: {', '.join(facts)}"))
            part = replace(part, judged=(*part.judged[:number], row, *part.judged[number + 1 :]))
    for case in cases(sheet, part.judged, part.tasks):
        part = replace(part, judged=case.applied(part.judged, read(part.layout, supposed, where=case.where).judged))
    turned = any(judged.verdict == "wrong" and code_of(judged.result) in _TURNED for judged in part.judged)
    others = [(name, False) for name in OTHERS if name in (stated or OTHERS)]
    others += [(name, True) for name in OTHERS if may_stand and name in (stated or OTHERS)]
    best, most = part, 0
    for name, upright in others if turned else ():
        other = read(name, supposed, upright=upright)
        gained = _gained(part, other)
        if len(gained) > most and (len(gained) > 1 or not gained[0].by_matrix):  # one transposed matrix alone is a slip
            best, most = replace(other, supposed=supposed), len(gained)
        if most and not _doubtful(best):
            break
    part = best
    for symbol, (number, value) in part.solved.items() if _doubtful(part) else ():
        part = _at_solution(sheet, part, before, told, number, symbol, value)
    return part


def _either(part: Part, other: Part, members: Mapping[str, str]) -> Part:
    """The problem where it is not said whether x_i is a row or a column of X:
    the reading that a row tells, or what holds in both.

    What the loss is tells it, `= \\|X^\\top w - y\\|^2`; where the loss itself has no x_i, any row that follows does.
    """
    pairs = list(zip(part.judged, other.judged, strict=True))
    of_loss = not {small(name) for name in members}.isdisjoint(numbered(part.question.loss))
    telling = [(one, two) for one, two in pairs if not of_loss or lone(head_of(one.line.outline)) == part.question.name]
    first = any(one.verdict == "follows" != two.verdict for one, two in telling)
    second = any(two.verdict == "follows" != one.verdict for one, two in telling)
    if first != second:
        return part if first else other
    either = " and ".join(f"`{small(name)}_i` may be a row or a column of `{name}`" for name in members)
    said = (
        f"{either}; say which, as in `--shape "
        f'"{", ".join(f"{small(name)}_i: {way} of {name}" for name, way in members.items())}"`'
    )
    judged = [
        one if one.verdict == two.verdict else replace(one, verdict="undecided", result=None, why=said)
        for one, two in pairs
    ]
    return replace(part, judged=tuple(judged))


def _unless_columns(part: Part, other: Part) -> Part:
    """The problem; what does not fit by its form alone, and does where a matrix has the columns x_i,
    is not called wrong."""
    judged = [
        new
        if old.verdict == "wrong" and old.result is not None and of_form(old.result) and new.verdict == "undecided"
        else old
        for old, new in zip(part.judged, other.judged, strict=True)
    ]
    return replace(part, judged=tuple(judged))


def _at_solution(
    sheet: Sheet, part: Part, before: Sequence[Line], told: Told, number: int, symbol: Symbol, value: Expr
) -> Part:
    """What does not follow behind the solution of one variable, read where that has its value:
    Σ of a sample, with its mean for μ."""
    tasks = [_at_value(task, symbol, value) for task in part.tasks if task.problem.wrt is not symbol]
    known = [one.line for one in part.judged if one.line.number <= number and one.verdict == "follows"]
    known = [line for line in known if lone(head_of(line.outline)) not in (None, part.question.name)]
    rest = [one.line for one in part.judged if one.line.number > number and one.verdict != "aside"]
    judge = _judge(
        sheet,
        part.question,
        told,
        tasks,
        [*before, *known, *rest],
        Habits(supposed={symbol.name: value}, upright=part.upright),
    )
    for line in (*before, *known):
        judge.define(line)
    others = {line.number: judge.line(line) for line in rest}
    better = {
        one.line.number: other
        for one in part.judged
        if one.verdict in ("wrong", "undecided")
        and (other := others.get(one.line.number))
        and (other.verdict == "follows" or (one.verdict == "undecided" and other.role == one.role == "equation"))
    }
    return replace(part, judged=tuple(better.get(one.line.number, one) for one in part.judged))


def _at_value(task: Task, symbol: Symbol, value: Expr) -> Task:
    """The problem with a value for one of its variables."""
    loss = substitute(task.problem.loss, {symbol: value})
    problem = replace(
        task.problem, loss=loss, variables=tuple(other for other in task.problem.variables if other is not symbol)
    )
    return replace(task, problem=problem, bench=Bench(problem), wanted=whole_derivative(loss, problem.wrt, task.layout))


def _doubtful(part: Part) -> bool:
    """Whether some row does not follow that might, if more were known."""
    return any(
        judged.verdict == "wrong" or code_of(judged.result) in ("needs-fact", "equation") for judged in part.judged
    )


def _supposable(sheet: Sheet, part: Part) -> Iterator[tuple[str, ...]]:
    """Facts of given arrays that the words suggest without saying them, or that a row says: covariances are symmetric,
    each and all; labels sum to one."""
    variables = {symbol.name: symbol.shape for task in part.tasks for symbol in task.problem.variables}
    known = {str(fact).partition(" ")[0] for task in part.tasks for fact in task.problem.facts}
    symmetric, labels, two = (habit.search(sheet.prose) for habit in (COVARIANCE, _LABELS, _TWO_CLASSES))
    margin = _MARGIN.search(part.question.loss)
    called = symmetric_by_kind(sheet.prose) | {name for task in part.tasks for name in _of_likelihood(task.problem)}
    whole = {match["name"] for formula in sheet.formulas for match in _SUM_IS_ONE.finditer(formula.passage.text)}
    alike = []
    for name, shape in variables.items():
        square = shape.is_matrix and shape.rows is shape.cols
        if name in known:
            continue
        if square and (name in called or (symmetric and name.partition("_")[0] in _USUAL)):
            alike.append(f"{name} symmetric")
            yield (alike[-1],)
        elif (name in whole or (labels and not square and name.lower() in ("y", "t", "p", "q"))) and not (
            shape.is_number or name in part.question.wrt
        ):
            yield (f"{name} simplex",)
        signs = name.lower() in (("y", "t") if two else ()) or (margin is not None and name == margin[1])
        if signs and shape.is_column and name not in part.question.wrt:
            yield (f"{name} signs",)
    if len(alike) > 1:
        yield tuple(alike)


def _said_beside(part: Part) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows that do not follow beside which a condition stands, with the facts that it says: `= 2Ax if A = Aᵀ`."""
    names = {symbol.name for task in part.tasks for symbol in task.problem.variables}
    for number, judged in enumerate(part.judged):
        formula = judged.line.formula
        if judged.verdict == "wrong" or judged.why == CONDITIONAL or code_of(judged.result) == "needs-fact":
            behind = [
                one.line.formula
                for one in part.judged[number + 1 : number + 2]
                if one.line.formula.block == formula.block
            ]
            told, before = facts_beside(formula, *behind), formula.before[-80:]
            facts = tuple(f"{name} {word}" for name, words in told.items() if name in names for word in sorted(words))
            if not facts and _ONE_HOT.search(f"{before} {formula.after}"):
                facts = tuple(f"{name} onehot" for name in names - {*part.question.wrt} if name.lower() in ("y", "t"))
            if facts:
                yield number, facts


_USUAL = ("Sigma", "S", "Lambda", "Omega", "K", "C", "P")
"""What covariances are called where the words leave it open, also with a label: S_W."""
_ONE_HOT = regex(r"\bone-?hot (?:labels|targets|vectors|encod)", re.IGNORECASE)
"""`for one-hot labels`, which have no name there."""
_TWO_CLASSES = regex(r"logistic|label|hinge|\bSVM\b|classif|margin", re.IGNORECASE)
_MARGIN = regex(r"(?:e\s*\^\s*\{|exp\s*(?:\\left)?\s*[(\[{]+|max[^=]{0,20}1)\s*-\s*([a-z])_")
"""Losses of margins: `log(1 + e^{-y_i wᵀx_i})`, `max(0, 1 - y_i wᵀx_i)`; the labels there are ±1."""
_SUM_IS_ONE = regex(
    r"\\sum\s*_\s*\{?(?P<letter>[a-z])(?:=1)?\}?(?:\s*\^\s*(?:\{\w+\}"
    r"|\w))?\s*(?P<name>\\?[A-Za-z]+)_(?:\{\w*(?P=letter)\}|(?P=letter))"
    r"\s*=\s*1(?!\d|\.)"
)
"""A row `\\sum_c t_{ic} = 1`."""
_LABELS = regex(r"one-?hot|cross-?entropy|soft-?max|multi-?class|class(?:es|ification)|probabilit", re.IGNORECASE)


_TURNED = ("other-layout", "missing-transpose", "shape-mismatch")
OTHERS = ("numerator", "mml")
"""Layouts that are tried where rows do not follow in the gradient layout."""


def _gained(first: Part, other: Part) -> list[Judged]:
    """The rows that follow in another reading only; none where a row ceases to follow in it."""
    pairs = list(zip(first.judged, other.judged, strict=True))
    lost = any(old.verdict == "follows" != new.verdict and old.role != "definition" for old, new in pairs)
    return (
        []
        if lost
        else [new for old, new in pairs if old.verdict in ("wrong", "undecided") and new.verdict == "follows"]
    )


def _stated_layouts(sheet: Sheet) -> tuple[tuple[str, ...], bool]:
    """The layouts that fit what the document says that it uses: before it differentiates, or `throughout`; and whether
    ∇f may stand upright in them. Beside a claim the words speak of it alone.
    Rows are spoken of for derivatives by vectors."""
    prose = sheet.prose[:4000]
    before = _CLAIM.split(prose)[0]
    lying = [
        found
        for found in _LYING.finditer(before)
        if not _DENIED.search(before, max(0, found.start() - 40), found.end() + 60)
    ]
    ways = {found[2].lower() for found in lying}
    if len(ways) == 1:
        return ("mml", "numerator") if "row" in ways else ("gradient",), all(
            found[1].lower()[0] == "d" for found in lying
        )
    for found in _USED.finditer(prose):
        general = re.match(r"we use|use|follow|adopt|assum|employ|convention|\(", found[0], re.IGNORECASE)
        if re.search(
            "would|instead" if general else "would|instead|convention", prose[found.start() : found.end() + 90]
        ):
            return (), True
        behind = "" if general else re.split(r"[.!?;:](?=\s)|\n\s*\n", prose[found.end() :], maxsplit=1)[0]
        if "throughout" in f"{found[0]}{behind}".lower() or not (
            _CLAIM.search(prose[: found.start()]) or _CLAIM.search(behind)
        ):
            return (found[1].lower(),), True
    return (), True


_USED = regex(
    r"(?:\b(?:we use|use|using|in|throughout|follow(?:ing)?|adopt(?:ing)?|assum(?:e|ing)|employ(?:ing)?"
    r"|convention)\b[^.=]{0,40}"
    r"|\((?:the\s+)?)\b(numerator|denominator)[- ]layout",
    re.IGNORECASE,
)
_LYING = regex(
    r"\b(gradient|derivative)s?\b[^.;=\n$]{0,60}?\b(?:is|are|be|as|being)\s+(?:\w+\s+){0,2}?(?:an?\s+)?(row"
    r"|column)(?:[- ]vectors?|s)\b",
    re.IGNORECASE,
)
_DENIED = regex(r"\b(?:not|would|instead|sometimes|often|some|others?|rather|if)\b", re.IGNORECASE)
_CLAIM = regex(r"(?:\\nabla|\\partial|[∇∂]|\\frac\s*\{\s*d\b)[^.;=\n]*=")


def _of_likelihood(problem: Problem) -> Iterator[str]:
    """The matrices of `log det M` beside `M⁻¹`, or beside one that is symmetric, as in `tr(SM)`:
    M is a covariance, or its inverse."""
    nodes = tuple(walk.nodes_of(problem.loss))
    turned = {node.body for node in nodes if isinstance(node, Inverse)}
    beside = any(fact.word in ("symmetric", "spd") for fact in problem.facts)
    for node in nodes:
        inside = (
            tuple(walk.nodes_of(node.argument)) if isinstance(node, Call) and node.function in ("det", "logdet") else ()
        )
        if beside or not turned.isdisjoint(inside):
            yield from (part.name for part in inside if isinstance(part, Symbol))


def _in_layout(
    sheet: Sheet,
    question: Question,
    before: Sequence[Line],
    own: Sequence[Line],
    told: Told,
    sizes: frozenset[str],
    layout: str,
    columns: bool,
    habits: Habits,
) -> Part:
    tasks = []
    for wrt in (question.wrt or ("",))[:MOST_VARIABLES]:
        key = (
            question.loss,
            wrt,
            question.shapes_text.removeprefix(": "),
            ", ".join(question.facts),
            question.syntax,
            layout,
        )
        try:
            tasks.append(task_for(key))
        except MatgradError:
            continue
    given_names = {symbol.name for task in tasks for symbol in task.problem.variables} - {question.name, *question.wrt}
    kept = [
        (
            line,
            why
            or (
                GIVEN
                if lone(head_of(line.outline)) in given_names or _LISTED.search(line.formula.passage.text)
                else None
            ),
        )
        for line, why in ((line, passed_over(line.formula, line.outline, sizes)) for line in own)
    ]
    rows = [line for line in before if passed_over(line.formula, line.outline, sizes) is None]
    rows += [line for line, why in kept if why is None]
    wholes = _wholes(tasks, own, columns)
    judge = _judge(sheet, question, told, tasks, rows, replace(habits, supposed=wholes))
    stated = [explained(line) for line, why in kept if why == GIVEN and is_special(line) and not gives_identity(line)]
    judge.explained = frozenset(name for name in stated if name is not None)
    for line in before:
        judge.define(line)
    judged = tuple(judge.passed(line, why) if why is not None else judge.line(line) for line, why in kept)
    judged = tuple(judge.again(one) for one in judged)
    said = tuple(f"{name} has the {'columns' if columns else 'rows'} {name.lower()}_i" for name in wholes)
    return Part(question, judged, layout, tuple(tasks), wholes=said, solved=judge.solved, upright=habits.upright)


def _judge(
    sheet: Sheet, question: Question, told: Told, tasks: Sequence[Task], lines: Sequence[Line], habits: Habits
) -> Judge:
    """A judge that has judged nothing yet, with a reader of these rows for each variable."""
    rows = [(line.number, line.formula.passage) for line in lines]
    readers = [begin(task, rows, sheet.source, None, question.name, habits=habits) for task in tasks]
    for begun in readers:
        begun.reader.names_ends = True
    return Judge(sheet, question, told, readers)


def _wholes(tasks: Sequence[Task], lines: Sequence[Line], columns: bool) -> dict[str, Expr]:
    """Matrices that nothing explains, made of the problem's numbered vectors:
    X beside x_i, which are its rows, or its columns."""
    variables = {symbol.name: symbol for task in tasks for symbol in task.problem.variables}
    nodes = [part for line in lines for node in nodes_of(line) for part in s.parts_of(node)]
    written = {part.name for part in nodes if isinstance(part, s.Name)}
    stated = {explained(line) for line in lines if not _LISTED.search(line.formula.passage.text)}
    found = {}
    for name, symbol in variables.items():
        whole = name.upper() if len(name) == 1 else name.capitalize()
        if symbol.shape.is_matrix and name != whole and whole in written - stated - variables.keys():
            found[whole] = transpose(symbol) if columns else symbol
    return found


def _alone(line: Line, told: Told, sizes: frozenset[str]) -> Judged:
    """A row of a document whose problem was not found."""
    why = passed_over(line.formula, line.outline, sizes)
    if why is None and (fact := own_fact(line.formula, line.outline, told)) is not None and fact.verdict == "follows":
        return Judged(line, "follows", "aside", notes=fact.notes, why="a fact in letters of its own")
    return Judged(line, "aside" if why else "undecided", "aside", why=why or "not understood")
