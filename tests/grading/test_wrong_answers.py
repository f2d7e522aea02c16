"""Every flawed derivation in tests/wrong_answers: the first wrong line, the kind of slip, the verdict on the final answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_file
from matgrad_cli.records.finding import FileReport

FILES = sorted((Path(__file__).parent.parent / "wrong_answers").glob("*.md"))
EXPECTED = re.compile(r"^Expected: line (\d+), ([\w -]+); final answer (\w+)$", re.MULTILINE)

checked = cache(check_file)


def cases() -> Iterator[object]:
    """Every derivation: its file, its place in the file, and what is expected of it."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"^problem: (.+)$", text, re.MULTILINE) or [path.stem]
        found = EXPECTED.findall(text)
        assert len(found) == len(names) == text.count("```matgrad"), path.name
        for place, (name, expected) in enumerate(zip(names, found, strict=True)):
            yield pytest.param(path, place, *expected, id=name)


@pytest.mark.parametrize(("path", "place", "line", "codes", "final"), list(cases()))
def test_the_first_wrong_line_is_found(path: Path, place: int, line: str, codes: str, final: str) -> None:
    report: FileReport = checked(path)
    problem = report.problems[place]
    first = problem.first_wrong
    assert first is not None
    assert first.number == int(line)
    assert first.code in codes.split(" or ")
    assert problem.final.verdict == final
    assert problem.verdict == "wrong"
