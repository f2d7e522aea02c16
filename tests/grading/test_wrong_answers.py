"""Every flawed derivation in tests/wrong_answers: the first wrong line, the kind of slip, the verdict on the final answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_file

FILES = sorted((Path(__file__).parent.parent / "wrong_answers").glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_first_wrong_line_is_found(path: Path) -> None:
    expected = re.search(r"^Expected: line (\d+), ([\w -]+); final answer (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert expected is not None
    (problem,) = check_file(path).problems
    first = problem.first_wrong
    assert first is not None
    assert first.number == int(expected[1])
    assert first.code in expected[2].split(" or ")
    assert problem.final.verdict == expected[3]
    assert problem.verdict == "wrong"
