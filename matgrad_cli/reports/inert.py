"""Reports whose ids, file names, messages and excerpts are inert:
no control character, no command of a CI log, whatever a file says."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..diagnostics import Diagnostic, Label, Source
from ..diagnostics.record import fields_of, replace
from ..diagnostics.show import OF_SOURCE, inert, inert_lines, inert_source
from ..records.finding import FileReport, Final, Finding, ProblemReport, Report

_RECORDS = (Report, FileReport, ProblemReport, Finding, Final, Diagnostic, Label)


def inert_report(report: Report) -> Report:
    """The report with every text in it inert; the reports of all formats are made from it."""
    found: Report = _inert(report)
    return found


def _inert(value: Any) -> Any:
    """A text, or a record or tuple with every text in it, inert."""
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, tuple):
        return tuple(map(_inert, value))
    if isinstance(value, Source):
        return _source(value)
    if not isinstance(value, _RECORDS):
        return value
    parts = {name: _inert(getattr(value, name)) for name in fields_of(value)}
    if isinstance(value, Finding):  # its text keeps its lines
        parts["text"] = inert_lines(value.text.translate(OF_SOURCE))
    return replace(value, **parts)


@lru_cache(maxsize=8)
def _source(source: Source) -> Source:
    return Source(inert(source.name), inert_source(source.text))
