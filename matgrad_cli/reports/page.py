"""The report as a part of a page: a table of the problems, then what was found,
with red blocks where arrays do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from ..diagnostics import Diagnostic, Label
from ..documents.passage import line_and_column
from ..records.finding import FileReport, Report
from ..render.html.mathematics import prose_html
from ..render.html.page import article, table
from ..render.html.pictures import misfit
from .classes import class_text
from .inert import inert_report
from .text import COLUMNS, Told, cells, remarks_of

_ABOUT = 160
"""So many characters before and behind a mark are shown of a long line."""


def to_html(report: Report) -> str:
    """The report as a fragment of HTML, for a notebook, or with `-o` for a browser."""
    report = inert_report(report)
    figures = class_text(report)
    said = [part for file in report.files for part in _file(file)] + (
        [f"<pre>{escape(figures)}</pre>"] if figures else []
    )
    return article("\n".join(said) or "<p>nothing to check</p>", "tex2jax_ignore mathjax_ignore")


def message_html(said: Diagnostic) -> str:
    """A message alone."""
    return article(_diagnostic(said))


def _file(file: FileReport) -> Iterator[str]:
    yield f"<h2>{escape(file.file)}: {_painted(file.verdict)}</h2>"
    if file.problems:
        yield table(((_painted(cell) for cell in cells(problem)) for problem in file.problems), COLUMNS)
    yield from (_diagnostic(diagnostic) for diagnostic in file.diagnostics)
    for said in remarks_of(file):
        yield _diagnostic(said.diagnostic, said.notes) if isinstance(said, Told) else _small(*said.split("\n"))


def _painted(word: str) -> str:
    return f'<span class="{word}">{word}</span>' if word in _VERDICTS else escape(word)


_VERDICTS = ("right", "wrong", "unreadable", "undecided", "missing")


def _diagnostic(said: Diagnostic, notes: Iterable[str] = ()) -> str:
    """A message as a card: what is wrong, where, the evidence, the proposal,
    and the picture of arrays that do not fit."""
    name = {"error": "unreadable", "warning": "undecided"}.get(said.severity, said.severity)
    message, help = (prose_html(text or "", quoting=False) for text in (said.message, said.help))
    parts = [f'<p><b class="{name}">{said.severity}[{escape(said.code)}]</b> {message}</p>']
    if said.source is not None and said.source.text and said.labels:
        parts.append(_excerpt(said.source.text, said.labels))
    parts.append(misfit(said))
    parts += [_small(*said.notes)] if said.notes else []
    parts += [f"<p><b>help</b> {help}</p>"] if said.help else []
    parts += [_small(f"read: {note}", quoting=True) for note in notes]
    return f'<div class="card">{"".join(parts)}</div>'


def _small(*lines: str, quoting: bool = False) -> str:
    return f'<p class="small">{"<br>".join(prose_html(line, quoting) for line in lines)}</p>'


def _excerpt(text: str, labels: tuple[Label, ...]) -> str:
    """The line of the first label with its number, the places in it marked."""
    number, column = line_and_column(text, labels[0].span.start)
    begin, line = labels[0].span.start - column + 1, text.split("\n")[number - 1]
    places = sorted((label.span.start - begin, min(label.span.end - begin, len(line))) for label in labels)
    at = max(0, places[0][0] - _ABOUT)
    shown = ""
    for start, end in places:
        if at <= start <= end:
            shown += f"{escape(line[at:start])}<mark>{escape(line[start:end])}</mark>"
            at = end
    return f"<pre>{number} | {shown}{escape(line[at : at + _ABOUT])}</pre>"
