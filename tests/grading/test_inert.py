"""Whatever a file calls itself or its problems: no report of any format carries an escape, a second line, a command of
a CI log, HTML, LaTeX, or a formula of a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XML

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import environment
from matgrad_cli.diagnostics import Diagnostic, Label, Source, Span
from matgrad_cli.grading.check import check_text
from matgrad_cli.records.finding import FileReport, Final, Finding, ProblemReport, Report
from matgrad_cli.reports.ci import github_summary, to_github, to_junit
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.inert import inert_report
from matgrad_cli.reports.page import to_html
from matgrad_cli.reports.sarif import to_sarif
from matgrad_cli.reports.tables import to_csv, to_gradebook
from matgrad_cli.reports.text import to_text

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": to_text, "json": to_json, "junit": to_junit, "github": to_github, "summary": github_summary,
    "gradescope": to_gradescope,
    "prairielearn": to_prairielearn, "csv": to_csv, "gradebook": to_gradebook, "sarif": to_sarif, "html": to_html,
}  # fmt: skip
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
NASTY = (
    "\x1b[31m", "\x1b]0;owned\x07", "\x9b31m", "\n::error file=x.py,line=1::forged", "::set-output name=a::b",
    "##[error]", "##vso[task.x]",
    "##teamcity[x]", "\r", "\u202e", "\u2066", "\u2028", "\b\b", "\x00", "\udc80", "\U000e0041",
    "<script>alert(1)</script>", "<img src=x>",
    "]]>", "&amp;", "](javascript:x)", "[a](http://x)", "![a](http://x)", "`", "```", "$\\href{javascript:x}{y}$",
    "\\input{/etc/passwd}",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "|", '"', "'", ",", ";", "a", " ", "%0A", "{{x}}", "${x}",
    "{%x%}",
)  # fmt: skip
names = st.lists(st.sampled_from(NASTY), min_size=1, max_size=5).map("".join)


def reports(texts: Iterator[str]) -> Report:
    """A report with a text of its own in every place that a submission can reach."""

    def said() -> Diagnostic:
        label = Label(Span(0, 1), next(texts))
        return Diagnostic(
            "differs", next(texts), Source(next(texts), next(texts)), (label,), (next(texts),), next(texts)
        )

    def problem(verdict: Any, id_: str) -> ProblemReport:
        line = Finding(1, "wrong", Span(0, 1), 1, 1, "differs", said(), (next(texts),), text=next(texts))
        notes, warnings, final = (next(texts),), (next(texts),), Final("wrong", "differs", next(texts))
        return ProblemReport(
            id_, "derivation", verdict, final, (line,), 0.5, 1, notes, warnings, credit=next(texts), slip="differs"
        )

    ids = [next(texts) for _ in range(3)]
    files = []
    for _ in range(2):
        problems = tuple(
            problem(verdict, id_) for verdict, id_ in zip(("wrong", "undecided", "right"), ids, strict=True)
        )
        files.append(FileReport(next(texts), problems, (said(),), Source(next(texts), next(texts)), next(texts)))
    return Report(tuple(files), (next(texts),), tuple((id_, 1.0) for id_ in ids), (said(),))


def strings(data: Any) -> Iterator[str]:
    """Every text in data of JSON."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from (key, *strings(value))
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)
    elif isinstance(data, str):
        yield data


def plain(said: str) -> bool:
    """Whether nothing in the text steers a terminal or a log."""
    commands = [line for line in said.splitlines() if line.strip().startswith("::")]
    return HIDDEN.search(said) is None and not commands and re.search(r"##\w*\[", said) is None


def check(format_: str, said: str) -> None:
    """Whether a report is what it is, and nothing else."""
    if format_ == "github":
        assert all(re.match(r"::(error|warning|notice) file=[^\n]*::", line) for line in said.splitlines())
        assert "%0A::" not in said
        said = re.sub(r"(?m)^::", "", said)
    assert format_ == "html" or plain(said)
    if format_ in ("json", "gradescope", "prairielearn", "sarif"):
        assert all(plain(text) for text in strings(json.loads(said)))
    elif format_ == "junit":
        assert [case.tag for case in XML.fromstring(said)] == ["testsuite"] * 2
    elif format_ in ("csv", "gradebook"):
        rows = list(csv.reader(io.StringIO(said)))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@")]
    elif format_ == "sarif":
        assert "](" not in said
    elif format_ in ("html", "summary"):
        outside = re.sub(r"(?ms)^(`{3,})text$.*?^\1$|<style>.*?</style>", "", said)
        assert not re.search(
            r"<(?!/?(table|tr|td|th|code|details|summary|article|h2|p|b|br|pre|div|span|mark|sub|sup)\b)", outside
        )
        assert format_ == "html" or not re.search(r"(?<!\\)[$\[\]`](?!differs`| *\|)", outside.replace("`differs`", ""))


@pytest.mark.thorough
@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(names, min_size=6, max_size=30))
def test_no_text_says_anything_but_itself(format_: str, texts: list[str]) -> None:
    number = 0

    def endless() -> Iterator[str]:
        nonlocal number
        while True:
            yield texts[number % len(texts)]
            number += 1

    report = reports(endless())
    check(format_, FORMATS[format_](report))


@pytest.mark.thorough
@pytest.mark.parametrize("text", NASTY)
def test_what_a_file_says_of_itself_is_inert(text: str) -> None:
    quoted = json.dumps("a" + text, ensure_ascii=True) if "\udc80" not in text else '"a"'
    toml = f'[[problem]]\nid = {quoted}\nloss = "x.T@x"\nwrt = "x"\nanswer = {quoted}\n'
    unknown = f'[[problem]]\nloss = "x.T@x"\nwrt = "x"\n{quoted} = 1\nlayout = {quoted}\nanswer = "3*x"\n'
    for body in (toml, unknown, f"```matgrad\nloss: x.T@x\nwrt: x\n\n\\nabla L = {text}\n```\n"):
        report = Report((check_text(body, text + (".md" if "```matgrad" in body else ".toml")),))
        for format_, write in FORMATS.items():
            if format_ not in ("junit", "html", "summary"):
                check(format_, write(report))


def test_a_report_without_anything_hidden_stays_as_it_is() -> None:
    report = Report((check_text("```matgrad\nloss: x.T@x\nwrt: x\n\n\\nabla L = 3x\n```\n", "a.md"),))
    assert inert_report(report) == report


@pytest.mark.skipif(os.name != "posix", reason="names of files that are no text")
def test_names_of_files_that_are_no_text_or_two_lines(tmp_path: Path) -> None:
    (tmp_path / "key.toml").write_text('[[problem]]\nid = "1"\nloss = "x.T@x"\nwrt = "x"\n', encoding="utf-8")
    place = tmp_path / "class"
    place.mkdir()
    for name in (b"a\xff.toml", b"b\n::error::forged.toml", b"README\n::error::forged.md", b"c\x1b[31m.toml"):
        (tmp_path / "class" / os.fsdecode(name)).write_text("[[problem]]\nid = '1'\nanswer = 'x'\n", encoding="utf-8")
    reported = [f"--report={name}={tmp_path / name}" for name in ("csv", "json", "junit", "sarif", "github")]
    command = [sys.executable, "-m", "matgrad_cli", "check", "class", "--key", "key.toml", *reported]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", env=environment())
    assert done.returncode == 1
    assert plain(done.stdout)
    assert plain(done.stderr)
    for name in ("csv", "json", "junit", "sarif", "github"):
        check(name, (tmp_path / name).read_text(encoding="utf-8")) if name != "junit" else None
