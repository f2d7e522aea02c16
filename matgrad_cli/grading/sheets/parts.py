"""The problems of a document, each judged in the reading in which most of its rows follow:
another layout, a fact that is not said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from ...diagnostics import MatgradError
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.sheets.calls import with_calls
from ...documents.sheets.habits import meanings, rewritten
from ...documents.sheets.named import with_loss, with_named
from ...documents.sheets.one_term import OF_SAMPLES, with_samples, with_samples_stated
from ...documents.sheets.outline import Outline, outline
from ...documents.sheets.plain import with_pairs_below
from ...documents.sheets.problem import questions
from ...documents.sheets.sections import Section, sections, whole_of
from ...documents.sheets.sheet import Question, Sheet, Told
from ...documents.sheets.spoken import (
    OF_ERRORS,
    RIVALS,
    with_called,
    with_continued,
    with_errors_named,
    with_spoken,
    with_tables,
)
from ...ir import Expr, Symbol, substitute, transpose
from ..begin import Habits, begin
from ..bench import Bench
from ..consequences import MAY_FOLLOW
from ..meanings.layers import with_layers
from ..task import Task, task_for, whole_derivative
from .apart import with_entries, with_heads, with_letter_cases, with_statements
from .biases import as_bias, as_matrices, as_number, as_scaled, biases
from .cases import Case, cases
from .judge import Judge
from .judged import GIVEN, Judged
from .other_functions import code_of
from .own_letters import own_fact
from .passing import CONDITIONAL, begins_with_relation, derived_in_words, holds_equality, passed_over
from .posed import Part, Posed, following, settled, size_letters
from .readings import OF_LAYOUT_CODES, OTHERS, ceases, doubtful, either, fits, gained, unless_columns, with_sums_written
from .rows import Line, explained, gives_identity, is_special
from .suggested import held, measured, revoked, said_beside, stated_layouts, supposable, where_held
from .worded_cases import with_worded_cases

MOST_VARIABLES = 6
_PLAIN = Habits()
_LISTED = regex(r"=\s*(?!\\\w*\s*\{?\s*[dD]iag)(?:\\left)?[\[(\\][^=]*_\{?1\}?[^=]*(?:dots|…|\.\.\.)[^=]*$")
"""`X = [x_1, \\dots, x_n]` says of what a matrix is made."""


def rows_of(sheet: Sheet, found: Outline) -> list[Line]:
    """The rows of a document: formulas with a sign of equality, displays of more than a name, derivatives in words."""
    lines: list[Line] = []
    for formula, line in zip(sheet.formulas, found.lines, strict=False):
        text = formula.passage.text
        shown = formula.kind == "display" and len(text) > 12
        if holds_equality(text) or begins_with_relation(text) or shown or derived_in_words(formula):
            lines.append(Line(len(lines) + 1, formula, line))
    return lines


def judge_sheet(sheet: Sheet, given: Mapping[str, str]) -> list[Part]:
    """Every problem of the document, judged; where not all follows, with signs as they may be meant too, or several."""
    parts, kept = (first := _read(sheet, given)), dict[str, str]()
    for meant, note in meanings(sheet):
        if meant not in kept and any(one.verdict in ("undecided", "wrong") for part in parts for one in part.judged):
            asked = {one: said for one, said in kept.items() if one != RIVALS.get(meant)} | {meant: note}
            others = _read(sheet, given, asked)
            more = following(others) > following(parts) or (others and not following(parts))
            if more and following(others, "") >= following(parts, ""):
                parts, kept = others, asked
    for asked in [{one: kept[one] for one in kept if one != meant} for meant in kept if len(kept) > 1]:
        if following(others := _read(sheet, given, asked)) >= following(parts):
            parts, kept = others, asked
    sure = following(parts) and settled(parts, kept)
    return [replace(part, wholes=(*part.wholes, *kept.values())) for part in parts] if sure else first


def _read(sheet: Sheet, given: Mapping[str, str], meant: Collection[str] = ()) -> list[Part]:
    """Every problem of the document, judged; without any the rows are judged as facts of their own."""
    sheet = with_worded_cases(with_layers(with_pairs_below(sheet)))
    if OF_SAMPLES in meant:
        if (changed := with_samples_stated(sheet.formulas)) is None:
            return []
        sheet = replace(sheet, formulas=changed)
    sheet = with_called(rewritten(with_spoken(with_tables(sheet)), meant))
    found = outline(sheet.formulas)
    by_words = (with_calls, with_named, with_letter_cases, with_continued)
    called, named, in_cases, continued = (partial(change, prose=sheet.prose) for change in by_words)
    errors = (with_errors_named,) if OF_ERRORS in meant else ()
    always = (in_cases, with_heads, with_statements, called, with_loss, named, continued, with_entries)
    for change in (*errors, *always):
        if (changed := change(sheet.formulas, found)) is None and change in errors:
            return []
        if changed is not None:
            sheet = replace(sheet, formulas=changed)
            found = outline(changed)
    lines = rows_of(sheet, found)
    place = {formula.place: number for number, formula in enumerate(sheet.formulas)}
    numbered_lines = [(place[line.formula.place], line) for line in lines]
    cut = (whole_of(sheet, found),) if given.get("loss") else sections(sheet, found)
    parts = [part for section in cut for part in _judged(section, numbered_lines, given)]
    if not given.get("layout") and _turned(parts):
        turned = {**given, "layout": "numerator"}
        others = [part for section in cut for part in _judged(section, numbered_lines, turned)]
        parts = others if following(others) > following(parts) else parts
    return [replace(part, respelled=sheet.respelled, wholes=(*part.wholes, *sheet.said)) for part in parts]


def _turned(parts: Sequence[Part]) -> bool:
    """Whether of facts about functions without a name, which share a layout, most do not hold in that of gradients."""
    facts = [part for part in parts if part.tasks and part.question.name is None]
    rows = [(part.layout, one) for part in facts for one in part.judged if one.line.derives]
    turned = sum(one.verdict == "wrong" and code_of(one.result) in OF_LAYOUT_CODES for _, one in rows)
    upright = sum(one.verdict == "follows" and layout == "gradient" for layout, one in rows)
    return len(facts) > 1 and turned > 0 and turned >= upright


def _judged(section: Section, lines: Sequence[tuple[int, Line]], given: Mapping[str, str]) -> Iterator[Part]:
    """The problems of a section; what earlier ones define is known in it,
    unless it gives the name to something else."""
    told = section.told
    asked = questions(section.sheet, section.found, told, given, section.start)
    asked = with_samples(asked, section.sheet, section.found)
    if not asked and section.alone is not told:  # sizes of earlier problems do not fit
        told = section.alone
        asked = questions(section.sheet, section.found, told, given, section.start)
    owners = _owners(section, asked, lines)
    for at, question in enumerate(asked):
        start = question.start if at else section.start
        own = [line for number, line in lines if owners.get(number) == at]
        heads = [(line, line.name) for number, line in lines if number < start]
        before = [line for line, name in heads if name not in (None, question.name, *section.others)]
        posed = Posed(section.sheet, question, before, own, told)
        part = _part(posed, given)
        for members in question.others:
            asked_so = replace(question, members={**question.members, **members})
            part = either(part, _part(replace(posed, question=asked_so), given), members)
        yield part
    if not asked:
        nothing = Question(None, "", (), told.sizes, (), 0)
        own = [line for number, line in lines if section.start <= number < section.end]
        yield Part(nothing, tuple(_alone(line, told) for line in own), "gradient", ())


def _owners(section: Section, asked: Sequence[Question], lines: Sequence[tuple[int, Line]]) -> dict[int, int]:
    """To which of the problems each row of a section belongs: to that whose loss it differentiates,
    else to the one that was stated last; what goes on belongs to what it goes on from."""
    heads = {item.formula: item.body for item in reversed(section.found.differentiated) if item.left}
    owners: dict[int, int] = {}
    before: tuple[int, int] | None = None
    for number, line in lines:
        if not section.start <= number < section.end:
            continue
        stated = [at for at, question in enumerate(asked) if question.start <= number]
        owner = stated[-1] if stated else 0
        named = [at for at in stated if asked[at].name is not None and asked[at].name == heads.get(number)]
        if line.goes_on and before is not None and before[0] == line.formula.block:
            owner = before[1]
        elif named:
            owner = named[-1]
        owners[number], before = owner, (line.formula.block, owner)
    return owners


def _part(posed: Posed, given: Mapping[str, str]) -> Part:
    """The problem as it is stated, or in the layout or under the fact under which more of its rows follow and none
    ceases to."""

    def read(
        layout: str, facts: tuple[str, ...], columns: bool = False, habits: Habits = _PLAIN, beside: Part | None = None
    ) -> Part:
        asked = replace(posed.question, facts=(*posed.question.facts, *facts))
        return _in_layout(replace(posed, question=asked), layout, columns, habits, beside)

    sheet = posed.sheet
    stated, may_stand = ((given["layout"],), True) if given.get("layout") else stated_layouts(sheet)
    part = read(stated[0] if stated else "gradient", ())
    supposed: tuple[str, ...] = ()
    sizes = posed.told.sizes
    scaled = as_scaled(part, sizes, posed.sheet.prose)
    resized = _as_numbers(part), as_number(part, sizes, posed.sheet.prose), as_matrices(part, sizes), scaled
    for numbers in resized if doubtful(part) else ():
        asked = replace(posed.question, shapes={**posed.question.shapes, **numbers})
        vectors, posed = posed, replace(posed, question=asked)
        other = read(part.layout, (), beside=part) if numbers else part
        better = gained(part, other) or (numbers is not scaled and fits(part, other))
        part, posed = (other, posed) if better else (part, vectors)
    if offsets := biases(part):
        asked_so = [replace(posed.question, shapes={**posed.question.shapes, **way}) for way in offsets]
        ways = [replace(posed, question=question) for question in asked_so]
        read_so = [(_in_layout(way, part.layout, columns=False, habits=_PLAIN, beside=None), way) for way in ways]
        part, posed = as_bias([*read_so, (part, posed)])
    if part.wholes and doubtful(part):
        other = read(part.layout, (), columns=True)
        part = other if gained(part, other) else unless_columns(part, other)
    for facts in supposable(sheet, part) if doubtful(part) else ():
        more = tuple(dict.fromkeys((*supposed, *facts)))
        other = read(part.layout, more, beside=part) if more != supposed else part
        if gained(part, other) or fits(part, other):
            part, supposed = replace(other, supposed=more), more
    for number, layout, facts, note in said_beside(part, bool(given.get("layout"))):
        old, row = part.judged[number], read(layout, (*supposed, *facts)).judged[number]
        if row.verdict == "follows":
            row = replace(row, notes=(*row.notes, note))
        elif old.verdict != "wrong" and row.result is not None and row.result.verdict == "wrong":
            row = replace(row, verdict="undecided", role="claim", why=f"it does not hold {note}")
        else:
            continue
        part = replace(part, judged=(*part.judged[:number], row, *part.judged[number + 1 :]))
    for facts, doubt in held(sheet, posed.told, part) if doubtful(part) else ():
        part = where_held(sheet, part, read(part.layout, (*supposed, *facts)), facts, doubt)

    def judged_in(case: Case) -> Sequence[Judged]:
        met = frozenset(part.judged[number].line.number for number in case.rows)
        return read(part.layout, supposed, habits=Habits(where=case.where, met=met)).judged

    for case in cases(sheet, part.judged, part.tasks, part.question.name):
        part = replace(part, judged=case.applied(part.judged, judged_in))
    turned = any(judged.verdict == "wrong" and code_of(judged.result) in OF_LAYOUT_CODES for judged in part.judged)
    others = [(name, False) for name in OTHERS if name in (stated or OTHERS)]
    others += [(name, True) for name in OTHERS if may_stand and name in (stated or OTHERS)]
    best, most = part, 0
    for name, upright in others if turned else ():
        other = read(name, supposed, habits=Habits(upright=upright), beside=part)
        rows = gained(part, other)
        if len(rows) > most and (len(rows) > 1 or not rows[0].by_matrix):  # one transposed matrix alone is a slip
            best, most = replace(other, supposed=supposed), len(rows)
        if most and not doubtful(best):
            break
    part = best
    for gone, rows_behind, certain in revoked(sheet, part):
        part = _without(posed, part, gone, rows_behind, certain)
    if part.solved and doubtful(part):
        facts = tuple(fact for facts in supposable(sheet, part) for fact in facts if fact.endswith(" symmetric"))
        more, before = tuple(dict.fromkeys((*supposed, *facts))), part
        tasks = read(part.layout, more).tasks if more != supposed else part.tasks
        for symbol, (number, value) in part.solved.items():
            part = _at_value(posed, part, number, symbol, value, tasks)
        if gained(before, part):
            part = replace(part, supposed=more)
    for symbol, value, said in measured(sheet, part) if doubtful(part) else ():
        part = _at_value(posed, part, 0, symbol, value, part.tasks, said)
    return with_sums_written(part, sheet.prose)


def _without(posed: Posed, part: Part, facts: Sequence[str], numbers: Sequence[int], certain: bool) -> Part:
    """The problem, with the rows that need facts which words before them take back as they are without these."""
    kept = tuple(fact for fact in (*part.question.facts, *part.supposed) if fact not in facts)
    given = [one.line for one in part.judged if one.role in ("definition", "question") or one.line.number in numbers]
    gone = {fact.rpartition(" ")[0] for fact in facts}
    always = {name: words for name, words in posed.told.always.items() if name not in gone}
    asked, told = replace(part.question, facts=kept), replace(posed.told, always=always)
    bare = replace(posed, question=asked, own=given, told=told)
    other = _in_layout(bare, part.layout, columns=False, habits=Habits(upright=part.upright), beside=None)
    there = {one.line.number: one for one in other.judged if one.line.number in numbers}
    why = f"it may rest on {' and '.join(facts)}, which is taken back before it"
    judged = []
    for old in part.judged:
        new = there.get(old.line.number, old)
        if (old.verdict == "follows" or old.why == CONDITIONAL) and new.verdict != "follows":
            old = new if certain and new.verdict == "wrong" else replace(old, verdict="undecided", why=why)
        judged.append(old)
    return replace(part, judged=tuple(judged))


def _as_numbers(part: Part) -> dict[str, str]:
    r"""The shapes under which every letter is a number, where only habit made vectors of them:
    beside `y \cdot \log(a)`, an inner product or the product of two numbers."""
    variables = [symbol for task in part.tasks[:1] for symbol in task.problem.variables]
    told = part.question.shapes.keys() & {symbol.name for symbol in variables}
    if not _DOTS.search(part.question.loss) or told or any(symbol.shape.is_matrix for symbol in variables):
        return {}
    return {symbol.name: "scalar" for symbol in variables}


_DOTS = regex(r"\\cdot(?![a-z])|[·⋅]")


def _at_value(
    posed: Posed, part: Part, number: int, symbol: Symbol, value: Expr, tasks: Sequence[Task], said: str = ""
) -> Part:
    """What does not follow behind the solution of one variable, read where that has its value: Σ of a sample, with its
    mean for μ; or anywhere, where a formula `said` what an array measures."""
    tasks = [_with_value(task, symbol, value) for task in tasks if task.problem.wrt is not symbol]
    known = [one.line for one in part.judged if one.line.number <= number and one.verdict == "follows"]
    left = {task.problem.wrt.name for task in tasks}
    known = [line for line in known if line.moving & left or line.name not in (None, part.question.name)]
    rest = [one.line for one in part.judged if one.line.number > number and one.verdict != "aside"]
    habits = Habits(supposed={symbol.name: value}, upright=part.upright)
    judge = _judge(replace(posed, question=part.question), tasks, [*posed.before, *known, *rest], habits)
    judge.multiplies(part.tasks)
    for line in posed.before:
        judge.results(line)
    for line in known:
        judge.line(line)
    others = {line.number: judge.line(line) for line in rest}

    def better(one: Judged) -> Judged:
        other = others.get(one.line.number, one)
        follows = one.verdict in ("wrong", "undecided") and other.verdict == "follows"
        follows = follows and (one.role, other.role) != ("equation", "definition")  # a definition confirms nothing
        if said:
            return replace(other, notes=(*other.notes, f"where {said}")) if follows else one
        if one.verdict == "wrong" and other.verdict == "follows" and one.line.derives and symbol.name in one.line.names:
            return replace(one, verdict="undecided", why=f"it holds where `{symbol.name}` has the value that was found")
        if one.verdict == "wrong" and other.verdict == "undecided" and one.line.derives:
            return replace(one, verdict="undecided", why=f"it may hold where `{symbol.name}` has the value found")
        solves = one.verdict == "undecided" and other.role == one.role == "equation"
        if one.verdict == "undecided" and one.why == MAY_FOLLOW:  # the line that was wrong before it follows now
            return other
        return other if follows or (solves and one.verdict in ("wrong", "undecided")) else one

    return replace(part, judged=tuple(map(better, part.judged)))


def _with_value(task: Task, symbol: Symbol, value: Expr) -> Task:
    """The problem with a value for one of its variables, which may be made of it."""
    loss = substitute(task.problem.loss, {symbol: value})
    variables = tuple(other for other in task.problem.variables if other is not symbol or symbol in value.symbols)
    problem = replace(task.problem, loss=loss, variables=variables)
    return replace(task, problem=problem, bench=Bench(problem), wanted=whole_derivative(loss, problem.wrt, task.layout))


def _in_layout(posed: Posed, layout: str, columns: bool, habits: Habits, beside: Part | None) -> Part:
    """The problem, judged in a layout; X beside x_i has these as its rows, or its `columns`.
    What stands behind the first row that ceases to follow `beside` another reading is not judged any more."""
    question, own, sizes, tasks = posed.question, posed.own, posed.sizes, list[Task]()
    shapes, facts = question.shapes_text.removeprefix(": "), ", ".join(question.facts)
    for wrt in (question.wrt or ("",))[:MOST_VARIABLES]:
        try:
            tasks.append(task_for((question.loss, wrt, shapes, facts, question.syntax, layout)))
        except MatgradError:
            continue
    given_names = {symbol.name for task in tasks for symbol in task.problem.variables} - {question.name, *question.wrt}

    def why_passed(line: Line) -> str | None:
        given = line.name in given_names or _LISTED.search(line.text)
        why = passed_over(line.formula, line.outline, sizes)
        return why or (GIVEN if given else None)

    kept = [(line, why_passed(line)) for line in own]
    rows = [line for line in posed.before if passed_over(line.formula, line.outline, sizes) is None]
    rows += [line for line, why in kept if why is None]
    wholes = _wholes(tasks, own, columns)
    judge = _judge(posed, tasks, rows, replace(habits, supposed=wholes))
    stated = [explained(line) for line, why in kept if why == GIVEN and is_special(line) and not gives_identity(line)]
    judge.multiplies(tasks)
    judge.open_names.explained = frozenset(name for name in stated if name is not None)
    for line in posed.before:
        judge.results(line)
    judged: list[Judged] = []
    for line, why in kept:
        judged.append(judge.passed(line, why) if why is not None else judge.line(line))
        old = beside.judged[len(judged) - 1] if beside is not None else None
        if old is not None and judged[-1].verdict == "wrong" and ceases(old, judged[-1]):
            judged += [judge.passed(line, "this reading is not meant") for line, _ in kept[len(judged) :]]
            break
    judged = [judge.again(one) for one in judged]
    said = tuple(f"{name} has the {'columns' if columns else 'rows'} {name.lower()}_i" for name in wholes)
    return Part(question, tuple(judged), layout, tuple(tasks), wholes=said, solved=judge.solved, upright=habits.upright)


def _judge(posed: Posed, tasks: Sequence[Task], lines: Sequence[Line], habits: Habits) -> Judge:
    """A judge that has judged nothing yet, with a reader of these rows for each variable."""
    rows = [(line.number, line.formula.passage) for line in lines]
    source, name = posed.sheet.source, posed.question.name
    readers = [begin(task, rows, source, None, name, habits=habits, gathers=False) for task in tasks]
    for begun in readers:
        begun.reader.names_ends = begun.around.facts_unsaid = True
    return Judge(posed.sheet, posed.question, posed.told, readers)


def _wholes(tasks: Sequence[Task], lines: Sequence[Line], columns: bool) -> dict[str, Expr]:
    """Matrices that nothing explains, made of the problem's numbered vectors:
    X beside x_i, which are its rows, or its columns."""
    variables = {symbol.name: symbol for task in tasks for symbol in task.problem.variables}
    written = {name for line in lines for name in line.names}
    stated = {explained(line) for line in lines if not _LISTED.search(line.text)}
    found = {}
    for name, symbol in variables.items():
        whole = name.upper() if len(name) == 1 else name.capitalize()
        if symbol.shape.is_matrix and name != whole and whole in written - stated - variables.keys():
            found[whole] = transpose(symbol) if columns else symbol
    return found


def _alone(line: Line, told: Told) -> Judged:
    """A row of a document whose problem was not found."""
    why = passed_over(line.formula, line.outline, size_letters(told))
    if why is None and (fact := own_fact(line.formula, line.outline, told)) is not None and fact.verdict == "follows":
        return Judged(line, "follows", "aside", notes=fact.notes, why="a fact in letters of its own")
    return Judged(line, "aside" if why else "undecided", "aside", why=why or "not understood")
