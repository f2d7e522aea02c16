"""`reveal` is the only source of what a student sees: no message of any code says more than its level,
in any format."""

from __future__ import annotations

from matgrad_cli.diagnostics.record import replace
from matgrad_cli.grading.check import Options, check_text
from matgrad_cli.grading.exercises.reveal import revealed
from matgrad_cli.records.finding import FileReport, Report, Reveal
from matgrad_cli.reports.ci import github_summary, to_github, to_junit
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.sarif import to_sarif
from matgrad_cli.reports.text import to_text

FORMATS = (to_text, to_json, to_junit, to_github, github_summary, to_gradescope, to_prairielearn, to_sarif)


def told(file: FileReport, reveal: Reveal) -> FileReport:
    return replace(file, problems=tuple(revealed(problem, reveal) for problem in file.problems))


def test_codes_are_hidden_under_none_and_named_under_hint() -> None:
    for reveal, seen in (("none", False), ("hint", True), ("full", True)):
        file = check_text(
            "[[problem]]\nloss = 'x.T@x'\nwrt = 'x'\nanswer = 'x'\n",
            "a.toml",
            options=Options(defaults={"reveal": reveal}),
        )
        for write in FORMATS:
            assert ("lost-factor" in write(Report((file,)))) == (
                seen and write is not to_prairielearn
            ) or write is to_prairielearn
