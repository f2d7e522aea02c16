"""Spans, messages and how they are printed."""

from .diagnostic import (
    BugError,
    Diagnostic,
    InputError,
    Label,
    MatgradError,
    Severity,
    Source,
    Span,
    StuckError,
    UsageError,
)
