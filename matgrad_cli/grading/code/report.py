"""The report on a Python file: each unit a problem, each claim a line, with its place and what is to be said of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from time import process_time
from typing import Any

from ...diagnostics import Diagnostic, Label, MatgradError, Severity, Source, Span
from ...diagnostics.limits import OutOfTime, broken, time_limit
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.python.blocks import Blocks
from ...documents.python.finish import finished, is_part, sums_all
from ...documents.python.loss import Written, loss_of
from ...documents.python.outline import Unit, otherwise, units_of
from ...documents.python.returned import misplaced, uneven
from ...documents.python.said import told
from ...documents.python.uses import BARE, LOSSES, claimed
from ...records.finding import (
    FileReport,
    Final,
    Finding,
    LineVerdict,
    ProblemReport,
    ProblemVerdict,
    Reveal,
    Role,
    worst,
)
from ...verify.programs.names import each, key_of, last_part, names_in
from ..sheets.report import in_cell
from .inputs import EQUAL, FACTS, Kind, kinds_told
from .judge import Judged, Place, Verdicts, assessed, judged
from .plan import first_line
from .plans import NoLoss
from .settle import Understanding, lies_along_examples
from .shapes import shapes_of
from .slips.causes import cause_of, plain_cause
from .slips.effort import Effort
from .trial import Trial, tried

SECONDS, SEARCH_SECONDS = 20.0, 8.0
FILE_SECONDS = 120.0
NO_CLAIM = "nothing here is judged: of no value it is told by what it is a derivative, as `dx` is by `x`"
MOST_OTHERS = 3
_NO_LAYER = regex(r"(?i)numeric|check|test|update|step_|sgd|adam|optim")
_LENGTH = regex(r":\s*(?!(?:scalar|number|float|int)\b)(\w+)\s*(?=$|[,\n])")
"""`w: n` of `--shape`, a vector; in a docstring it may be anything."""
TELL = "tell the shapes: in a docstring, `x: (N, D)`, or by `--shape`"
LOSS_HELP = "name the loss in a comment: `# matgrad: loss = L`, or give the gradient of the output a name like `dout`"


def checked_code(
    source: Source, shapes: str = "", loss: str = "", assume: str = "", reveal: Reveal = "full"
) -> FileReport:
    """The report on Python code. It is read by Python's own `ast`, never run."""
    assumed = [words for part in assume.split(",") if (words := part.split())]
    foreign = [words for words in assumed if len(words) != 2 or words[1] not in FACTS]
    if foreign:
        said = f"`{' '.join(foreign[0])}` is not assumed of code"
        help_ = f"of the arrays of code may be assumed: {', '.join(FACTS)}, each by its name"
        refused = Diagnostic("unknown-fact", said, source, help=help_)
        return FileReport(source.name, (), (refused,), source)
    try:
        tree = finished(ast.parse(source.text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        label = Label(_Places(source).span(getattr(error, "lineno", None) or 1))
        said = f"this is not Python: {getattr(error, 'msg', None) or 'it is nested too deeply'}"
        return FileReport(source.name, (), (Diagnostic("syntax-error", said, source, (label,)),), source)
    stated = [f"# matgrad: {key} = {value}" for key, value in (("loss", loss), ("assume", assume)) if value]
    problems = _problems(source, tree, "\n".join([source.text, *stated]), shapes, reveal)
    if not problems:
        help_ = f"a gradient is named like what it belongs to: `dW` for `W`; or `# matgrad: grads = W: gW`; {LOSS_HELP}"
        nothing = Diagnostic("no-problem", f"`{source.name}` holds no gradient to check", source, help=help_)
        return FileReport(source.name, (), (nothing,), source)
    return FileReport(source.name, problems, (), source)


def checked_blocks(blocks: Blocks, shapes: str, reveal: Reveal) -> tuple[ProblemReport, ...]:
    """What the Python in a document claims, as far as it is judged: code that only shows something is passed over."""
    found = _problems(blocks.source, finished(ast.parse(blocks.text)), blocks.text, shapes, reveal)
    judged = (problem for problem in found if any(line.verdict in ("follows", "wrong") for line in problem.lines))
    if not blocks.cells:
        return tuple(judged)
    return tuple(replace(one, lines=tuple(in_cell(line, blocks.cells) for line in one.lines)) for one in judged)


def _problems(source: Source, tree: ast.Module, text: str, shapes: str, reveal: Reveal) -> tuple[ProblemReport, ...]:
    extra = kinds_told(tuple(told(_LENGTH.sub(r": (\1,)", shapes.replace(";", "\n"))).items()))
    places = _Places(source)
    end = process_time() + FILE_SECONDS
    found: list[ProblemReport] = []
    loosely: list[Unit] = []
    for number, unit in enumerate(units_of(tree, text, source.name)):

        def problem(unit: Unit) -> ProblemReport | None:
            return _problem(unit, extra, places, max(0.2, min(SECONDS, end - process_time())), reveal)

        first = problem(unit)
        if unit.beside and first is not None and all(one.verdict == "undecided" for one in first.lines):
            alone = problem(replace(unit, beside=()))  # what stands beside may not be read
            first = alone if alone is not None and any(one.verdict != "undecided" for one in alone.lines) else first
        claims = first is not None and any(one.verdict in ("follows", "wrong") for one in first.lines)
        if first is not None and first.verdict != "right" and claims:
            loosely = loosely or units_of(finished(ast.parse(text), loosely=True), text, source.name)
            loose = [loosely[number]] if ast.dump(loosely[number].own[0]) != ast.dump(unit.own[0]) else []
            others = map(problem, (*loose, *otherwise(unit)))
            first = min([first, *filter(None, others)], key=_speaks_against)
        found += [first] if first is not None else []
    return tuple(found)


def _speaks_against(found: ProblemReport) -> tuple[bool, int, int]:
    """Whether a reading of a unit is not right, for how much in it nothing is found that mends it, and how much is
    not right."""
    bad = [one for one in found.lines if one.verdict != "follows"]
    return found.verdict != "right", sum(one.help is None for one in bad), len(bad)


class _Places:
    """Places of statements in the text: Python counts bytes in a line, we count characters."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        """The character at a line (from 1) and a column in bytes."""
        text = self.lines[min(line, len(self.lines)) - 1]
        return self.starts[min(line, len(self.lines)) - 1] + len(text.encode()[:column].decode(errors="ignore"))

    def span(self, at: ast.stmt | ast.expr | int) -> Span:
        """The characters of a node, or of a line without the blanks around it."""
        if isinstance(at, int):
            text = self.lines[min(max(at, 1), len(self.lines)) - 1]
            start = self.starts[min(max(at, 1), len(self.lines)) - 1] + len(text) - len(text.lstrip())
            return Span(start, start + max(1, len(text.strip())))
        end = self.offset(at.end_lineno or at.lineno, at.end_col_offset or 0)
        return Span(self.offset(at.lineno, at.col_offset), end)

    def column(self, span: Span, line: int) -> int:
        """The column, from 1, at which a span begins in a line."""
        return span.start - self.starts[line - 1] + 1

    def text(self, node: ast.stmt | ast.expr) -> str:
        """The text of a node."""
        span = self.span(node)
        return self.source.text[span.start : span.end]


def _problem(
    unit: Unit, shapes: dict[str, Kind], places: _Places, seconds: float, reveal: Reveal
) -> ProblemReport | None:
    try:
        with time_limit(seconds):
            found = judged(unit, shapes)
            if isinstance(found, NoLoss):
                said = f"this cannot be judged: {found.why}"
                help_ = TELL if "reshape" in found.why else LOSS_HELP
                lost = _undecided(unit, "missing-loss", said, places, reveal, found.line, help=help_)
                return None if _NO_LAYER.search(unit.title) else lost
            if not found.judged:
                said = uneven(unit) or NO_CLAIM
                return _undecided(unit, "undecided", said, places, reveal) if unit.promised else None
        with time_limit(min(seconds, SEARCH_SECONDS)):
            return _report(unit, found, places, reveal)
    except (OutOfTime, Exception) as error:  # noqa: BLE001 - one unit never stops the rest
        ended = broken(error)
        return _undecided(unit, ended.code, ended.message, places, reveal, notes=ended.notes, help=ended.help)


def _undecided(
    unit: Unit, code: str, said: str, places: _Places, reveal: Reveal, line: int = 0, **more: Any
) -> ProblemReport:
    """A problem of which nothing is judged."""
    finding = _at(places, line or first_line(unit), "undecided", code, said, **more)
    return ProblemReport(unit.title, "code", "undecided", Final("undecided", code), (finding,), reveal=reveal)


# --- findings ---------------------------------------------------------------------------------------------------------


def _report(unit: Unit, found: Verdicts, places: _Places, reveal: Reveal) -> ProblemReport:
    lines: list[Finding] = []
    unread: set[int] = set()
    healed: set[Place] = set()
    bare: list[tuple[Judged, int]] = []
    mended: list[ast.stmt] = []
    effort = Effort()
    for one in found.judged:
        if one.outcome == "unread" and one.why is not None and one.why.line not in unread:
            unread.add(one.why.line)
            line, beside = one.why.line or one.statement.lineno, (f"`{one.key}` depends on it",)
            said = f"this line is not read: {one.why.why}"
            lines.append(_at(places, line, "unreadable", "unreadable", said, "definition", notes=beside))
        if one.outcome in ("wrong", "misfit") and one.place not in healed:
            guessed = _rests_on_a_guess(unit, found, one)
            cause = plain_cause(one)
            try:
                for way in (found.understood, *(found.others[:MOST_OTHERS] if guessed else ())):
                    if cause.help is None and effort.left:
                        cause = cause_of(unit, replace(found, understood=way), one, places.text, effort)
            except OutOfTime:  # that it is wrong is known
                effort = Effort(0)
            where = cause.statement
            if cause.help is None and guessed:
                said = f"{cause.message}, if the shapes are as they are guessed here"
                lines.append(_at(places, where, "undecided", "undecided", said, notes=cause.notes, help=TELL))
                continue
            first = all(finding.verdict != "wrong" for finding in lines)
            derived = _derivation(unit, found.understood, one, places.source) if first else ()
            notes = (*cause.notes, *filter(None, (one.note,)), *derived)
            lines.append(_at(places, where, "wrong", cause.code, cause.message, notes=notes, help=cause.help))
            if cause.help is None:
                bare.append((one, len(lines) - 1))
            else:
                mended.append(where)
            healed |= cause.healed
            same = (other for other in found.judged if other is not one and other.why is not None)
            healed |= {other.place for other in same if other.why == one.why}
        if one.outcome not in ("wrong", "misfit") or one.place in healed:
            lines.append(_finding(one, places))
    for one, at in reversed(bare):  # a line that is mended for a later claim may be what is wrong here
        if one.place in healed:
            lines[at] = _finding(one, places)
        elif one.statement in mended:
            del lines[at]
    lines += _out_of_order(unit, found, places)
    lines.sort(key=lambda finding: (finding.line, finding.verdict != "unreadable"))
    verdicts: list[ProblemVerdict] = [{"follows": "right"}.get(finding.verdict, finding.verdict) for finding in lines]  # type: ignore[misc]
    verdict = worst(verdicts)
    used = [f"`{name}` {kind.said}" for name, kind in found.understood.kinds if not kind.told]
    assumed = f"assumed by use: {', '.join(used)}; `--shape` says otherwise" if used else ""
    about = (
        f"the loss is {'guessed: ' * unit.guessed}`{found.loss}`" if found.loss else "",
        assumed,
        *found.notes,
        *_untold(unit, found),
    )
    more = {"score": float(verdict == "right"), "notes": tuple(filter(None, about)), "reveal": reveal}
    return ProblemReport(unit.title, "code", verdict, Final(verdict), tuple(lines), **more)  # type: ignore[arg-type]


def _rests_on_a_guess(unit: Unit, found: Verdicts, one: Judged) -> bool:
    """Whether nobody tells the shapes of all inputs, and only shapes speak against a claim, and not its entries where
    all sizes are equal; or others do not even compute with those that are guessed. That a bias has an entry for each
    example is no guess."""
    kinds = dict(found.understood.kinds)
    if one.name in kinds and lies_along_examples(one.name, replace(kinds[one.name], dims=one.shape), kinds):
        return False
    guessed = any(kind.form == "array" and not kind.told for _, kind in found.understood.kinds)
    misfits = any(other.outcome == "misfit" for other in found.judged)
    if not guessed or misfits or not one.name or one.shape == one.needed:
        return guessed and misfits
    if one.key == "return":  # a lone value that is returned may be the slope of something else
        return True
    trial = tried(unit, found.understood.kinds, found.understood.at(EQUAL))
    same = dict(assessed(trial).found).get(one.place) if isinstance(trial, Trial) and trial.loss is not None else None
    return same is None or same.outcome != "wrong" or same.shape != same.needed


def _out_of_order(unit: Unit, found: Verdicts, places: _Places) -> Iterator[Finding]:
    """Two right gradients that are returned each in the other's place."""
    right = {last_part(one.key) for one in found.judged if one.outcome in ("right", "helper")}
    order = misplaced(unit)
    if order is not None and {order.found, order.needed} <= right:
        said = f"`{order.found}` is returned where `{order.needed}` is due: {order.why}"
        yield _at(places, order.node, "wrong", "wrong-order", said, help=f"write `{order.mended}`")


def _untold(unit: Unit, found: Verdicts) -> Iterator[str]:
    """What is said of gradients that get nothing, and of those that are kept or returned together and of which none is
    judged."""
    names, keys = {one.name for one in found.judged}, {one.key for one in found.judged}
    held = {*keys, *LOSSES}
    seen, left = {one.statement.lineno for one in found.judged}, set[int]()
    statements: Iterator[ast.Assign | ast.Return] = each((ast.Assign, ast.Return), unit.backward)
    for line in statements:
        target = line.targets[0] if isinstance(line, ast.Assign) else None
        key, value = key_of(target or line), line.value
        of = claimed(key or "") if isinstance(value, ast.Constant) else ()
        if of and key not in keys and names.isdisjoint(of):
            yield f"`{key}` gets no derivative"
        parts: list[ast.expr] = getattr(value, "elts", [])
        if isinstance(target, ast.Subscript) and is_part(line) and value is not None:
            key, parts = key_of(target.value), [value]
        elif isinstance(value, ast.Dict):
            told = zip(value.keys, value.values, strict=True)
            parts = [one for name, one in told if claimed(str(getattr(name, "value", "")))]
        plain = (ast.Name, ast.Constant, ast.Attribute)
        computed = [part for part in parts if not isinstance(part, plain) and held.isdisjoint(names_in(part))]
        kept = last_part(key or "") in BARE or (target is None and not all(map(sums_all, computed)))
        if kept and computed and seen.isdisjoint(part.lineno for part in (line, *parts)):
            left.add(line.lineno)
    if left:
        lines = ", ".join(f"line {number}" for number in sorted(left))
        yield f"not judged, since nothing tells by what they are derivatives: {lines}; name them: `dW = ...` for `W`"


def _derivation(unit: Unit, way: Understanding, one: Judged, source: Source) -> tuple[str, ...]:
    """The command that derives what a claim is to be, where the layer can be written as one expression."""
    from ...notation.problems import read_problem

    written = loss_of(source, unit.title, one.name) if one.name and source.name.endswith(".py") else None
    if not isinstance(written, Written):
        return ()
    known = written.shapes
    try:
        read_problem(written.text, one.name, [*known, *shapes_of(unit, way, written, known)], (), None)
    except (MatgradError, ValueError):  # a note costs no verdict
        return ()
    return (f"`matgrad explain {source.name}::{unit.title} --wrt {one.name}` derives it",)


def _finding(one: Judged, places: _Places) -> Finding:
    verdict: LineVerdict = "undecided" if one.outcome in ("unread", "open") else "follows"
    if verdict == "follows":
        healed = "right with the line before that is mended" if one.outcome in ("wrong", "misfit") else ""
        role: Role = "definition" if one.outcome == "helper" else "claim"
        notes = tuple(filter(None, (one.note, healed)))
        return replace(_at(places, one.statement, verdict, "", "", role), code=None, diagnostic=None, notes=notes)
    unread = (
        f"it depends on line {one.why.line}, which is not read" if one.why else "it has no value that can be compared"
    )
    code = "unreadable" if one.outcome == "unread" else "undecided"
    return _at(places, one.statement, verdict, code, f"`{one.key}` is not judged: {one.note or unread}")


def _at(
    places: _Places,
    at: ast.stmt | ast.expr | int,
    verdict: LineVerdict,
    code: str,
    said: str,
    role: Role = "claim",
    **more: Any,
) -> Finding:
    """A finding with something to say at its place, a node or a line."""
    span, line = places.span(at), at if isinstance(at, int) else at.lineno
    severity: Severity = "wrong" if verdict == "wrong" else "warning"
    diagnostic = Diagnostic(code, said, places.source, (Label(span),), severity=severity, **more)
    return Finding(line, verdict, span, line, places.column(span, line), code, diagnostic, role=role)
