"""What was found in a document as the report of a file: one problem report for each problem that it states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ...diagnostics import Diagnostic, Label, Source
from ...diagnostics.record import replace
from ...documents.passage import line_and_column
from ...documents.python.blocks import Blocks
from ...documents.sheets.sheet import Cell, Sheet
from ...notation import syntax as s
from ...notation.latex.names import ACCENTS
from ...records.finding import FileReport, Final, FinalVerdict, Finding, ProblemReport, ProblemVerdict
from ..consequences import MAY_FOLLOW
from ..exercises.findings import line_of, placed
from .judged import AFTER_OPEN, EQUATION_OF_GRADIENT, FALSE_FACT, Judged
from .other_functions import RESTATED
from .parts import Part, judge_sheet
from .passing import CONDITIONAL, is_equation_of_zero
from .rows import differentiated, lone
from .solutions import numbered_parts, valued_variable


def check_sheet(sheet: Sheet, given: Mapping[str, str], code: Blocks | None = None) -> FileReport:
    """The report on a document. `given` are the keys of the command line;
    `code` stands beside the one problem and states none."""
    parts = judge_sheet(sheet, given)
    found = [(part, _problem(part, sheet, str(number), len(parts) == 1)) for number, part in enumerate(parts, 1)]
    posed = [at for at, (part, _) in enumerate(found) if part.tasks]
    if code is not None and len(posed) == 1:
        part, problem = found[posed[0]]
        found[posed[0]] = part, _with_code(problem, part, code)
    problems = tuple(_as_written(problem, part.respelled) for part, problem in found)
    if not any(problem.lines for problem in problems):
        help_ = "write what is differentiated and its derivative, `L = ||Xw - y||^2` and `dL/dw = …`, or say `--loss`"
        holds = "holds no problem" if sheet.source.text.strip() else "is empty"
        message, nowhere = f"`{sheet.source.name}` {holds}", Source(sheet.source.name, "")
        return FileReport(sheet.source.name, (), (Diagnostic("no-problem", message, nowhere, help=help_),))
    return FileReport(sheet.source.name, problems, (), sheet.source)


def _problem(part: Part, sheet: Sheet, number: str, only: bool) -> ProblemReport:
    if all(judged.verdict != "wrong" for judged in part.judged):
        rows = (replace(one, why=AFTER_OPEN) if one.why == MAY_FOLLOW else one for one in part.judged)
        part = replace(part, judged=tuple(rows))
    lines = tuple(_finding(judged, sheet) for judged in part.judged)
    report = ProblemReport(
        part.question.name or number, "document", "undecided", Final("missing"), lines, notes=_understood(part)
    )
    verdict, final = _verdict(report, part, only)
    return replace(report, verdict=verdict, final=final, score=1.0 if verdict == "right" else 0.0)


def _with_code(problem: ProblemReport, part: Part, code: Blocks) -> ProblemReport:
    """The report with what lines of code claim of the gradient."""
    from .code_beside import lines_beside

    beside = [*lines_beside(code, part.tasks, 1 + max((line.number for line in problem.lines), default=0))]
    lines = tuple(in_cell(line, code.cells) if code.cells else line for line, _ in beside)
    problem = replace(problem, lines=(*problem.lines, *lines))
    if problem.verdict != "right" or not any(differs for _, differs in beside):
        return problem
    said = "the code beside the derivation computes another gradient"
    final = replace(problem.final, code="undecided", message=said)
    return replace(problem, verdict="undecided", score=0.0, final=final)


def _as_written(report: ProblemReport, respelled: Sequence[tuple[str, str]]) -> ProblemReport:
    """The report with the names that the document has."""

    def written(text: str) -> str:
        for name, own in respelled:
            ahead = "a-z" if name[0].isupper() else "A-Za-z"
            front = "" if name[0] in "_\\" else rf"(?<![{ahead}\\_])"  # a label, of any name, or a command
            text = re.sub(rf"{front}{name}(?![A-Za-z_])", lambda _, own=own: own, text)  # type: ignore[misc]
        return text

    def line(found: Finding) -> Finding:
        said = found.diagnostic
        if said is not None:
            labels = tuple(replace(label, text=written(label.text)) for label in said.labels)
            notes, help_ = tuple(map(written, said.notes)), written(said.help) if said.help is not None else None
            said = replace(said, message=written(said.message), labels=labels, notes=notes, help=help_)
        return replace(found, diagnostic=said, notes=tuple(map(written, found.notes)))

    if not respelled:
        return report
    notes, lines = tuple(map(written, report.notes)), tuple(map(line, report.lines))
    return replace(report, id=written(report.id), notes=notes, lines=lines)


def _understood(part: Part) -> tuple[str, ...]:
    """What was found out about the problem; the question that would settle it where nothing was."""
    question = part.question
    if not part.tasks:
        heads = (one.line.head for one in part.judged)
        bodies = [s.ungrouped(head.body) for head in heads if isinstance(head, s.Derivative) and head.body]
        name = next(filter(None, map(lone, bodies)), None)
        what = f"what `{name}` is, which is differentiated, or by what"
        what = what if name is not None else "which loss is differentiated, and by what"
        return (f"not understood: {what}; say it with `--loss` and `--wrt`",)
    problem = part.tasks[0].problem
    by = ", ".join(task.problem.wrt.name for task in part.tasks)
    stated = f"{question.name} = {question.loss.strip()}" if question.name else question.loss.strip()
    stated = re.sub(rf"(\\?[A-Za-z]+)_\{{\\mathrm\{{({'|'.join(ACCENTS)})\}}\}}", r"\\\2{\1}", " ".join(stated.split()))
    notes = [f"understood: {stated}, differentiated by {by}"]
    shapes = ", ".join(f"{symbol.name}: {symbol.shape}" for symbol in problem.variables)
    notes.append(f"understood: {shapes}" + (f"; {', '.join(map(str, problem.facts))}" if problem.facts else ""))
    notes += [f"understood: {whole}" for whole in part.wholes]
    if part.supposed:
        notes.append(f"supposed, as only then its lines follow: {', '.join(part.supposed)}")
    if part.layout != "gradient":
        notes.append(f"understood: {part.layout} layout{', but ∇ stands upright' if part.upright else ''}")
    return (*notes, *problem.assumed)


def _final(report: ProblemReport, part: Part) -> FinalVerdict:
    """The verdict on the last claim, if the last about the gradient by no variable is wrong;
    what only follows from a line that does not follow is not right."""
    pairs = zip(report.lines, part.judged, strict=True)
    claims = [one for line, one in pairs if line.verdict == "undecided" or line.role in ("claim", "equation")]
    if not claims:
        return "missing"
    if any(_end(claims, at) == "wrong" for at in _last_gradients(claims, part)):
        return "wrong"
    if (end := _end(claims, len(claims) - 1)) != "right":
        return end
    of_loss = [judged for judged in part.judged if differentiated(judged.line, part.question.name) is not None]
    passed = any(judged.why == CONDITIONAL for judged in of_loss)
    return "undecided" if passed and not any(judged.verdict == "follows" for judged in of_loss) else "right"


def _last_gradients(claims: Sequence[Judged], part: Part) -> Iterable[int]:
    """The number of the claim in which the last statement of the gradient by each variable ends; by what the variables
    are put into on the way, `∂L/∂Z` of Z = XW, only where none is by them."""
    last: dict[frozenset[str], int] = {}
    by: frozenset[str] | None = None
    for number, judged in enumerate(claims):
        if not judged.line.goes_on:
            found = differentiated(judged.line, part.question.name)
            by = found[1] if found is not None and found[0] == 1 else None
        if by is not None:
            last[by] = number
    asked = [number for by, number in last.items() if not by or not by.isdisjoint(part.question.wrt)]
    return asked or last.values()


def _end(claims: Sequence[Judged], number: int) -> FinalVerdict:
    """The verdict on a claim itself, which may only follow from those that it goes on from."""
    before = {judged.verdict for judged in claims[:number]} if _is_carried(claims[number]) else set()
    if not before.isdisjoint(("wrong", "undecided")):
        return "wrong" if "wrong" in before else "undecided"
    for judged in claims[number::-1]:
        if judged.verdict != "follows":
            return "wrong" if judged.verdict == "wrong" else "undecided"
        in_itself = judged.result is not None and judged.result.slip is not None and judged.result.slip.holds
        if in_itself or not judged.line.goes_on:
            break
    return "right"


def _is_carried(judged: Judged) -> bool:
    """Whether a row only follows from an equation before it that does not."""
    return judged.result is not None and any(outcome.carried for outcome in judged.result.outcomes)


def _verdict(report: ProblemReport, part: Part, only: bool) -> tuple[ProblemVerdict, Final]:
    """Right if no claim is wrong and at least two thirds of the claims were judged;
    undecided where little was understood, or nothing but the loss of the `only` problem."""
    final = _final(report, part)
    if any(line.verdict == "wrong" for line in report.lines):
        return "wrong", Final(final)
    judged, of = report.claims
    open_ = sum(line.verdict == "undecided" and line.role == "equation" for line in report.lines)
    name = part.question.name
    stated = next((one for one in part.judged if name is not None and one.line.name == name), None)
    alone = only and stated is not None and stated.result is not None and len(stated.result.outcomes) == 1
    follow = [one for one in part.judged if one.verdict == "follows" and one.role in ("claim", "equation")]
    about = any(one is not stated or not alone for one in follow)
    if not part.tasks or not about or 3 * judged < 2 * (of - open_):
        said = f"{judged} of {of} claims could be judged: too few for a verdict"
        return "undecided", Final(final, "nothing-judged" if not judged else "undecided", said)
    equation = next((f"{one.why} could not be judged" for one in part.judged if one.why == EQUATION_OF_GRADIENT), None)
    false = FALSE_FACT if any(one.why == FALSE_FACT for one in part.judged) else None
    if (still_open := _open_gradient(part) or _open_value(part) or equation or false) is not None:
        return "undecided", Final(final, "undecided", still_open)
    return "right", Final(final, None, None if judged == of else f"{judged} of {of} claims judged")


def _open_gradient(part: Part) -> str | None:
    """What is said where the last claim about a gradient of the loss was not judged:
    other rows that follow do not answer for it."""
    last: dict[tuple[int, frozenset[str]], Judged] = {}
    for judged in part.judged:
        found = differentiated(judged.line, part.question.name)
        if found is None or is_equation_of_zero(judged.line.formula):
            continue
        by = found[0], found[1] or frozenset(part.question.wrt[:1])
        last[by] = last.get(by, judged) if judged.verdict == "aside" else judged
    open_ = sorted((order, name) for (order, by), judged in last.items() if judged.verdict != "follows" for name in by)
    said = "gradient" if open_ and open_[0][0] == 1 else "second derivative"
    return f"the last claim about the {said} by `{open_[0][1]}` could not be judged" if open_ else None


def _open_value(part: Part) -> str | None:
    """What is said where the last value that a variable is given was not judged."""
    last: dict[str, Judged] = {}
    parts = {one for judged in part.judged for one in numbered_parts(judged.line)}
    for judged in part.judged:
        name = valued_variable(judged.line, part.question.wrt, parts) if judged.verdict != "aside" else None
        if name is not None:
            last[name] = judged
    names = [name for name, judged in last.items() if judged.verdict == "undecided"]
    claims = [judged for judged in part.judged if judged.role in ("claim", "equation")]
    if claims and claims[-1].verdict == "undecided":
        return "the last claim could not be judged"
    if claims and _is_carried(claims[-1]) and _end(claims, len(claims) - 1) != "right":
        return "the last claim follows only from a line that was not judged"
    names += [part.question.name or "" for judged in part.judged if judged.why == RESTATED]
    return f"the value that is given to `{names[0]}` could not be judged" if names else None


def _finding(judged: Judged, sheet: Sheet) -> Finding:
    """The row as it is reported: its place in the file or the cell, its text as it stands there."""
    span = judged.line.formula.passage.span()
    text = sheet.source.text[span.start : span.end]
    if judged.result is not None and judged.verdict == judged.result.verdict:
        found = line_of(judged.result, sheet.source)
    else:
        found = placed(judged.line.number, judged.verdict, span, sheet.source)
    notes = tuple(dict.fromkeys([*judged.notes, *([judged.why] if judged.why else [])]))
    if judged.verdict == "wrong" and judged.result is None:
        said = Diagnostic("differs", judged.why, sheet.source, (Label(span),), severity="wrong")
        found, notes = replace(found, code=said.code, diagnostic=said), judged.notes
    found = replace(found, verdict=judged.verdict, role=judged.role, notes=notes, text=text)
    return in_cell(found, sheet.cells) if sheet.cells else found


def in_cell(found: Finding, cells: tuple[Cell, ...]) -> Finding:
    """A place as the notebook counts it: the cell, and the line in the cell."""
    cell = next(cell for cell in reversed(cells) if cell.start <= found.span.start)
    line, column = line_and_column(cell.source.text, found.span.start - cell.start)
    diagnostic = found.diagnostic
    if diagnostic is not None:
        labels = tuple(replace(label, span=label.span.shifted(-cell.start)) for label in diagnostic.labels)
        diagnostic = replace(diagnostic, source=cell.source, labels=labels)
    return replace(found, line=line, column=column, cell=cell.number, diagnostic=diagnostic)
