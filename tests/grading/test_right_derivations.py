"""No line of a right derivation may be marked wrong, unreadable or undecided, however it is written."""

from __future__ import annotations

import pytest

from matgrad_cli.grading.check import check_text

from .more_right_derivations import MORE
from .right_derivations import RIGHT
from .right_in_notes import IN_NOTES

ALL_RIGHT = RIGHT | MORE | IN_NOTES


def markdown(head: dict[str, str], lines: list[str]) -> str:
    return (
        "```matgrad\n"
        + "".join(f"{key}: {value}\n" for key, value in head.items())
        + "\n"
        + "\n".join(lines)
        + "\n```\n"
    )


def latex(head: dict[str, str], lines: list[str]) -> str:
    keys = "".join(f"% matgrad: {key} = {value}\n" for key, value in head.items())
    return keys + "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}\n"


@pytest.mark.thorough
@pytest.mark.parametrize("name", ALL_RIGHT)
def test_a_right_derivation_is_right(name: str) -> None:
    head, lines = ALL_RIGHT[name]
    (problem,) = check_text(markdown(head, lines), "derivation.md").problems
    assert [(finding.number, finding.message) for finding in problem.shown] == []
    assert problem.verdict == "right"
    assert problem.final.verdict in ("right", "missing")


PLAIN = [name for name, (_, lines) in ALL_RIGHT.items() if all(line.isascii() and "*{" not in line for line in lines)]


@pytest.mark.thorough
@pytest.mark.parametrize("name", PLAIN)
def test_the_same_in_a_latex_file(name: str) -> None:
    head, lines = ALL_RIGHT[name]
    (problem,) = check_text(latex(head, lines), "derivation.tex").problems
    assert [(finding.number, finding.message) for finding in problem.shown] == []


CHANGES = ("2\\left({}\\right)", "-\\left({}\\right)", "\\left({}\\right) + \\left({}\\right)", "0\\left({}\\right)")
CHANGED = [
    name
    for name, (_, lines) in ALL_RIGHT.items()
    if lines[-1].count("=") == 1
    and "begin" not in lines[-1]
    and not any(mark in lines[-1] for mark in ("text", "mathbb", "@", "= 0"))
    and name != "a column of a broken sum"
]
MUTANTS = [
    pytest.param(name, change, marks=() if (place + number) % len(CHANGES) == 0 else pytest.mark.slow)
    for number, name in enumerate(CHANGED)
    for place, change in enumerate(CHANGES)
]
"""Each derivation with each change; the fast tests take the changes in turn."""


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "change"), MUTANTS)
def test_a_changed_last_line_is_not_accepted(name: str, change: str) -> None:
    head, lines = ALL_RIGHT[name]
    left, right = lines[-1].rstrip(".,").split("=")
    right = right.strip()
    mutant = [*lines[:-1], f"{left}= {change.format(right, right)}"]
    (problem,) = check_text(markdown(head, mutant), "derivation.md").problems
    assert problem.verdict == "wrong"
    assert problem.first_wrong is not None
    assert problem.first_wrong.number == problem.lines[-1].number
