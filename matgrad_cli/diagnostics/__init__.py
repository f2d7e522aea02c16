"""Spans, messages and how they are printed."""

from .diagnostic import Diagnostic, Label, Severity, Source, Span
from .errors import BugError, InputError, MatgradError, StuckError, UsageError
