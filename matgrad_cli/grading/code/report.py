"""The report on a Python file: each unit a problem, each claim a line, with its place and what is to be said of it."""

from __future__ import annotations

import ast
import os
from time import process_time

from ...diagnostics import Diagnostic, Label, Source, Span
from ...diagnostics.limits import OutOfTime, ended_by, place_of, time_limit
from ...documents.python.outline import Unit, units_of
from ...documents.python.said import told
from ...records.finding import FileReport, Final, Finding, LineVerdict, ProblemReport, ProblemVerdict, Reveal, worst
from .cause import Cause
from .inputs import Kind, kinds_told
from .judge import Judged, Verdicts, judged
from .reading import NoLoss

SECONDS = 20.0
FILE_SECONDS = 120.0
LOSS_HELP = "name the loss in a comment: `# matgrad: loss = L`, or give the gradient of the output a name like `dout`"


def checked_code(source: Source, shapes: str = "", loss: str = "", reveal: Reveal = "full") -> FileReport:
    """The report on Python code. It is read by Python's own `ast`, never run."""
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return FileReport(source.name, (), (_not_python(source, error),), source)
    found = units_of(tree, source.text if not loss else f"{source.text}\n# matgrad: loss = {loss}")
    extra = kinds_told(tuple(told("\n".join(shapes.replace(";", "\n").split("\n"))).items())) if shapes else {}
    places = _Places(source)
    problems: list[ProblemReport] = []
    end = process_time() + FILE_SECONDS
    for unit in found:
        problem = _problem(unit, extra, places, max(0.2, min(SECONDS, end - process_time())), reveal)
        if problem is not None:
            problems.append(problem)
    if not problems:
        help_ = f"a gradient is named like what it belongs to: `dW` for `W`; {LOSS_HELP}"
        nothing = Diagnostic("no-problem", f"`{source.name}` holds no gradient to check", source, help=help_)
        return FileReport(source.name, (), (nothing,), source)
    return FileReport(source.name, tuple(problems), (), source)


def _not_python(source: Source, error: Exception) -> Diagnostic:
    line = getattr(error, "lineno", None) or 1
    lines = source.text.split("\n")
    start = sum(len(text) + 1 for text in lines[: line - 1])
    label = Label(Span(start, start + max(1, len(lines[line - 1]) if line <= len(lines) else 1)))
    said = getattr(error, "msg", None) or "it is nested too deeply"
    return Diagnostic("syntax-error", f"this is not Python: {said}", source, (label,))


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

    def span(self, node: ast.stmt | ast.expr) -> Span:
        """The characters of a node."""
        return Span(self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0))

    def line(self, number: int) -> Span:
        """The characters of a line without the blanks around it."""
        text = self.lines[min(max(number, 1), len(self.lines)) - 1]
        start = self.starts[min(max(number, 1), len(self.lines)) - 1] + len(text) - len(text.lstrip())
        return Span(start, start + max(1, len(text.strip())))

    def text(self, node: ast.stmt | ast.expr) -> str:
        """The text of a node."""
        span = self.span(node)
        return self.source.text[span.start : span.end]


def _problem(unit: Unit, shapes: dict[str, Kind], places: _Places, seconds: float, reveal: Reveal) -> ProblemReport | None:
    try:
        with time_limit(seconds):
            found = judged(unit, shapes)
            if isinstance(found, NoLoss):
                return None if _no_layer(unit) else _without_loss(unit, found, places, reveal)
            if not found.judged:
                return _without_claims(unit, places, reveal) if unit.promised else None
            return _report(unit, found, places, reveal)
    except (OutOfTime, Exception) as error:
        if ended_by(error) is None and os.environ.get("MATGRAD_DEBUG"):
            raise
        said = f"{type(error).__name__} at {place_of(error)}: {error}"[:300]
        ended = ended_by(error) or Diagnostic("bug", "this could not be judged, by a bug of matgrad", notes=(said,))
        return _undecided(unit, ended, _first_line(unit), places, reveal)


def _no_layer(unit: Unit) -> bool:
    return any(word in unit.title.lower() for word in ("numeric", "check", "test", "update", "step_", "sgd", "adam", "optim"))


def _first_line(unit: Unit) -> int:
    part = unit.backward or unit.forward
    return part.lineno if part is not None else 1


def _without_loss(unit: Unit, why: NoLoss, places: _Places, reveal: Reveal) -> ProblemReport:
    diagnostic = Diagnostic("missing-loss", f"this cannot be judged: {why.why}", help=LOSS_HELP, severity="warning")
    return _undecided(unit, diagnostic, why.line or _first_line(unit), places, reveal)


def _without_claims(unit: Unit, places: _Places, reveal: Reveal) -> ProblemReport:
    said = "nothing here is judged: no value has the name of a gradient, like `dx` for `x`, and none is returned"
    return _undecided(unit, Diagnostic("undecided", said, severity="warning"), _first_line(unit), places, reveal)


def _undecided(unit: Unit, diagnostic: Diagnostic, line: int, places: _Places, reveal: Reveal) -> ProblemReport:
    span = places.line(line)
    placed = Diagnostic(diagnostic.code, diagnostic.message, places.source, (Label(span),), diagnostic.notes, diagnostic.help, "warning")
    finding = Finding(line, "undecided", span, line, _column(places, span, line), diagnostic.code, placed)
    return ProblemReport(unit.title, "code", "undecided", Final("undecided", diagnostic.code), (finding,), reveal=reveal)


def _column(places: _Places, span: Span, line: int) -> int:
    return span.start - places.starts[line - 1] + 1


# --- findings --------------------------------------------------------------------------------------------------------------

_VERDICTS: dict[str, LineVerdict] = {
    "right": "follows",
    "helper": "follows",
    "wrong": "wrong",
    "misfit": "wrong",
    "unread": "undecided",
    "open": "undecided",
}


def _report(unit: Unit, found: Verdicts, places: _Places, reveal: Reveal) -> ProblemReport:
    from .causes import cause_of

    lines: list[Finding] = []
    unread: set[int] = set()
    for one in found.judged:
        if one.outcome == "unread" and one.why is not None and one.why.line not in unread:
            unread.add(one.why.line)
            lines.append(_unreadable(one, places))
        if one.outcome in ("wrong", "misfit"):
            lines.append(_wrong(one, cause_of(unit, found, one, places.text), places))
        else:
            lines.append(_finding(one, places))
    lines.sort(key=lambda finding: (finding.line, finding.verdict != "unreadable"))
    verdicts: list[ProblemVerdict] = [{"follows": "right"}.get(finding.verdict, finding.verdict) for finding in lines]  # type: ignore[misc]
    verdict = worst(verdicts)
    notes = (f"the loss is `{found.loss}`" if found.loss else "", _assumed(found), *found.notes)
    message = None
    return ProblemReport(
        unit.title,
        "code",
        verdict,
        Final(verdict, None, message),
        tuple(lines),
        score=float(verdict == "right"),
        notes=tuple(note for note in notes if note),
        reveal=reveal,
    )


def _assumed(found: Verdicts) -> str:
    """What nobody told of the inputs, and was found from their use."""
    from .judge import said_kind

    guessed = [f"`{name}` {said_kind(kind)}" for name, kind in found.understood.kinds if not kind.told]
    return f"assumed by use: {', '.join(guessed)}; `--shape` says otherwise" if guessed else ""


def _finding(one: Judged, places: _Places) -> Finding:
    span, line = places.span(one.statement), one.statement.lineno
    verdict = _VERDICTS[one.outcome]
    role = "definition" if one.outcome == "helper" else "claim"
    diagnostic = None
    notes = (one.note,) if one.note and verdict == "follows" else ()
    if verdict == "undecided":
        said = one.note or (f"it depends on line {one.why.line}, which is not read" if one.why else "it has no value that can be compared")
        code = "unreadable" if one.outcome == "unread" else "undecided"
        message = f"`{one.key}` is not judged: {said}"
        diagnostic = Diagnostic(code, message, places.source, (Label(span),), severity="warning")
    code_ = diagnostic.code if diagnostic else None
    return Finding(line, verdict, span, line, _column(places, span, line), code_, diagnostic, notes, role)  # type: ignore[arg-type]


def _unreadable(one: Judged, places: _Places) -> Finding:
    assert one.why is not None
    line = one.why.line or one.statement.lineno
    span = places.line(line)
    message = f"this line is not read: {one.why.why}"
    diagnostic = Diagnostic("unreadable", message, places.source, (Label(span),), (f"`{one.key}` depends on it",), severity="warning")
    return Finding(line, "unreadable", span, line, _column(places, span, line), "unreadable", diagnostic, (), "definition")


def _wrong(one: Judged, cause: Cause, places: _Places) -> Finding:
    statement = cause.statement or one.statement
    span, line = places.span(statement), statement.lineno
    notes = cause.notes
    diagnostic = Diagnostic(cause.code, cause.message, places.source, (Label(span),), notes, cause.help, "wrong")
    return Finding(line, "wrong", span, line, _column(places, span, line), cause.code, diagnostic)
