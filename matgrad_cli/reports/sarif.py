"""SARIF 2.1.0, as code scanning reads it: a rule for each code, a result for each finding."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from .. import __version__
from ..diagnostics.pages import codes, title
from ..records.finding import Report
from .inert import inert_report
from .marks import Mark, marks

_LEVELS = {"wrong": "error", "error": "error", "unreadable": "error", "warning": "warning", "undecided": "warning"}


def to_sarif(report: Report) -> str:
    """The findings of all files; what says nothing of a place stands at its file."""
    report = inert_report(report)
    results = [*map(_result, marks(report))]
    known = set(codes())
    used = sorted({result["ruleId"] for result in results})
    rules = [{"id": code, "shortDescription": {"text": title(code) if code in known else code}} for code in used]
    driver = {"name": "matgrad", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(mark: Mark) -> dict[str, Any]:
    (line, column), (last, end) = mark.place, mark.end
    region = {"startLine": line or 1, "startColumn": column or 1}
    region |= {"endLine": last, "endColumn": end} if last is not None and mark.end != mark.place else {}  # type: ignore[dict-item]
    place = {"artifactLocation": {"uri": quote(mark.file)}, "region": region}
    message = f"{mark.about}: {mark.message}" if mark.about else mark.message
    return {
        "ruleId": mark.code,
        "level": _LEVELS.get(mark.level, "note"),
        "message": {"text": message.replace("](", "] (")},  # `[a](b)` would be a link
        "locations": [{"physicalLocation": place}],
    }
