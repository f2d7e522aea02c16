"""`reveal` is the only source of what a student sees: no message of any code says more than its level, in any format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import ROOT
from matgrad_cli.diagnostics.record import replace
from matgrad_cli.grading.check import Options, check_files, check_text
from matgrad_cli.grading.reveal import revealed
from matgrad_cli.grading.slips.codes import HINTS
from matgrad_cli.records.finding import FileReport, Report, Reveal
from matgrad_cli.reports.ci import github_summary, to_github, to_junit
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.sarif import to_sarif
from matgrad_cli.reports.text import to_text

FORMATS = (to_text, to_json, to_junit, to_github, github_summary, to_gradescope, to_prairielearn, to_sarif)
FILES = sorted((ROOT / "tests" / "wrong_answers").glob("*.md"))


def told(file: FileReport, reveal: Reveal) -> FileReport:
    return replace(file, problems=tuple(revealed(problem, reveal) for problem in file.problems))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_hint_is_a_hint_and_nothing_is_nothing(path: Path) -> None:
    full = check_files([path]).files[0]
    hint, none = told(full, "hint"), told(full, "none")
    for whole, part, nothing in zip(full.problems, hint.problems, none.problems, strict=True):
        assert whole.verdict == part.verdict == nothing.verdict
        assert (nothing.notes, nothing.credit) == ((), None)
        for line in part.lines:
            if line.verdict == "wrong":
                assert line.message == HINTS[line.code or ""]
                assert line.diagnostic is not None
                assert (line.help, line.diagnostic.notes) == (None, ())
                assert not any(label.text for label in line.diagnostic.labels)
        assert not [line for line in nothing.lines if line.verdict == "wrong" and (line.code or line.diagnostic)]
        assert part.final.verdict != "wrong" or part.final.message in HINTS.values()
        assert nothing.final.verdict != "wrong" or (nothing.final.code, nothing.final.message) == (None, None)
    secrets = [
        text for problem in full.problems for line in problem.lines if line.verdict == "wrong" and line.diagnostic is not None
        for text in (line.message, line.help, *line.diagnostic.notes) if text and not any(text in hint for hint in HINTS.values())
    ]  # fmt: skip
    for file in (hint, none):
        for write in FORMATS:
            said = write(Report((file,)))
            assert not [text for text in secrets if text in said or json.dumps(text, ensure_ascii=False)[1:-1] in said]


def test_codes_are_hidden_under_none_and_named_under_hint() -> None:
    for reveal, seen in (("none", False), ("hint", True), ("full", True)):
        file = check_text("[[problem]]\nloss = 'x.T@x'\nwrt = 'x'\nanswer = 'x'\n", "a.toml", options=Options(defaults={"reveal": reveal}))
        for write in FORMATS:
            assert ("lost-factor" in write(Report((file,)))) == (seen and write is not to_prairielearn) or write is to_prairielearn
