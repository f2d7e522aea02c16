"""Every flawed derivation in tests/wrong_answers: the first wrong line, the kind of slip,
the verdict on the final answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from matgrad_cli.grading.check import check_file
from matgrad_cli.grading.exercises import answer, findings
from matgrad_cli.grading.slips.causes import CAUSES, Slip
from matgrad_cli.grading.slips.codes import HINTS
from matgrad_cli.ir import Shape
from matgrad_cli.records.finding import FileReport, Report

from .test_reveal import FORMATS, told

FILES = sorted((Path(__file__).parent.parent / "wrong_answers").glob("*.md"))
EXPECTED = re.compile(r"^Expected: line (\d+), ([\w -]+); final answer (\w+)$", re.MULTILINE)


@cache
def checked(path: Path) -> tuple[FileReport, list[Slip]]:
    """The report on a file, and every slip that was found in it."""
    slips: list[Slip] = []
    made = findings.finding_of

    def remembered(number, verdict, passage, slip, source, notes):  # type: ignore[no-untyped-def]
        slips.append(slip)
        return made(number, verdict, passage, slip, source, notes)

    with pytest.MonkeyPatch.context() as patch:
        for module in (answer, findings):
            patch.setattr(module, "finding_of", remembered)
        return check_file(path), slips


def cases() -> Iterator[object]:
    """Every derivation: its file, its place in the file, and what is expected of it."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"^problem: (.+)$", text, re.MULTILINE) or [path.stem]
        found = EXPECTED.findall(text)
        assert len(found) == len(names) == text.count("```matgrad"), path.name
        for place, (name, expected) in enumerate(zip(names, found, strict=True)):
            yield pytest.param(path, place, *expected, id=name)


@pytest.mark.thorough
@pytest.mark.parametrize(("path", "place", "line", "codes", "final"), list(cases()))
def test_the_first_wrong_line_is_found(path: Path, place: int, line: str, codes: str, final: str) -> None:
    problem = checked(path)[0].problems[place]
    first = problem.first_wrong
    assert first is not None
    assert first.number == int(line)
    assert first.code in codes.split(" or ")
    assert problem.final.verdict == final
    assert problem.verdict == "wrong"


@pytest.mark.thorough
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_cause_in_a_derivation_has_its_repair(path: Path) -> None:
    slips = checked(path)[1]
    assert slips
    for slip in slips:
        if slip.code in CAUSES:
            assert slip.repair is not None
            assert slip.repair.verdict.holds
            assert isinstance(slip.repair.expr.shape, Shape)


@pytest.mark.thorough
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_hint_is_a_hint_and_nothing_is_nothing(path: Path) -> None:
    full = checked(path)[0]
    hint, none = told(full, "hint"), told(full, "none")
    for whole, part, nothing in zip(full.problems, hint.problems, none.problems, strict=True):
        assert whole.verdict == part.verdict == nothing.verdict
        assert (nothing.notes, nothing.credit) == ((), None)
        for line in part.lines:
            if line.verdict == "wrong":
                right = line.holds and line.code == "differs"
                assert line.message.startswith("right in itself") if right else line.message == HINTS[line.code or ""]
                assert line.diagnostic is not None
                assert (line.help, line.diagnostic.notes) == (None, ())
                assert not any(label.text for label in line.diagnostic.labels)
        assert not [line for line in nothing.lines if line.verdict == "wrong" and (line.code or line.diagnostic)]
        assert part.final.verdict != "wrong" or part.final.message in HINTS.values()
        assert nothing.final.verdict != "wrong" or (nothing.final.code, nothing.final.message) == (None, None)
    secrets = [
        text
        for problem in full.problems
        for line in problem.lines
        if line.verdict == "wrong" and line.diagnostic is not None
        for text in (None if line.holds else line.message, line.help, *line.diagnostic.notes)
        if text and not any(text in hint for hint in HINTS.values())
    ]
    for file in (hint, none):
        for write in FORMATS:
            said = write(Report((file,)))
            assert not [text for text in secrets if text in said or json.dumps(text, ensure_ascii=False)[1:-1] in said]
