"""The formats of a report: a row each, the function that writes it; what is not asked for is not imported."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from ..diagnostics.record import record
from ..records.finding import Report

FORMATS: Final = {
    "json": "data:to_json",
    "junit": "ci:to_junit",
    "github": "ci:to_github",
    "gradescope": "data:to_gradescope",
    "prairielearn": "data:to_prairielearn",
    "csv": "tables:to_csv",
    "gradebook": "tables:to_gradebook",
    "sarif": "sarif:to_sarif",
    "html": "page:to_html",
}
"""For each format the module of this folder and its function, beside the terminal."""


def written(report: Report, name: str) -> str:
    """The report in a format."""
    module, _, function = FORMATS[name].partition(":")
    found: str = getattr(import_module(f".{module}", __package__), function)(report)
    return found


@record
class Checked(Report):
    """A report that shows itself as a page in a notebook, and prints as the command does."""

    def __str__(self) -> str:
        from .text import to_text

        return to_text(self).rstrip("\n")

    def _repr_html_(self) -> str:
        return written(self, "html")
