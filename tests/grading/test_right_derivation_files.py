"""Right derivations as they stand in files: every line must follow, every problem be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_file

FILES = sorted((Path(__file__).parents[1] / "right_derivations").iterdir())


@pytest.mark.thorough
@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_no_line_is_marked(path: Path) -> None:
    report = check_file(path)
    marked = [(problem.id, finding.number, finding.message) for problem in report.problems for finding in problem.shown]
    assert marked == []
    assert {problem.id: problem.verdict for problem in report.problems if problem.verdict != "right"} == {}
    assert [problem.id for problem in report.problems if problem.final.verdict == "wrong"] == []
