"""Whatever a file calls itself or its problems: no report of any format carries an escape, a second line or a command of a CI log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import Report
from matgrad_cli.reports.ci import github_summary, to_github, to_junit
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.inert import inert_report
from matgrad_cli.reports.text import to_text

NASTY = {
    "escape": "a\x1b[31mred",
    "title of the window": "a\x1b]0;owned\x07",
    "eight-bit escape": "a\x9b31mred",
    "a command on a line of its own": "a\n::error file=x.py,line=1::forged",
    "a command at once": "::error file=x.py::forged",
    "an old command": "##[error]forged",
    "carriage return": "a\rright",
    "turned round": "a\u202egnp.exe",
    "line separator": "a\u2028::error::forged",
    "backspace": "wrong\b\b\b\b\bright",
}
FORMATS: dict[str, Callable[[Report], str]] = {
    "text": to_text,
    "json": to_json,
    "junit": to_junit,
    "github": to_github,
    "summary": github_summary,
    "gradescope": to_gradescope,
    "prairielearn": to_prairielearn,
}
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e]")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_names_are_inert(write: Callable[[Report], str], text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=True)
    toml = f'[[problem]]\nid = {quoted}\nloss = "x.T@x"\nwrt = "x"\nanswer = {quoted}\n'
    unknown = f'[[problem]]\nloss = "x.T@x"\nwrt = "x"\n{json.dumps(text)} = 1\nlayout = {quoted}\nanswer = "3*x"\n'
    for body in (toml, unknown, f"```matgrad\nloss: x.T@x\nwrt: x\n\n\\nabla L = {text}\n```\n"):
        report = Report((check_text(body, text + (".md" if "```" in body else ".toml")),))
        said = write(report)
        commands = [line for line in said.splitlines() if line.strip().startswith("::")]
        assert HIDDEN.search(said) is None
        assert "##[" not in said
        assert all(write is to_github and "file=" in line and "%0A::" not in line for line in commands)
        assert not any(line.startswith("::error file=x.py") for line in commands)


def test_a_report_without_anything_hidden_stays_as_it_is() -> None:
    report = Report((check_text("```matgrad\nloss: x.T@x\nwrt: x\n\n\\nabla L = 3x\n```\n", "a.md"),))
    assert inert_report(report) == report
