"""Reports for people, CI and graders: the contract of each, and what a student is told."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from matgrad_cli.grading.check import Options, Report, check_files
from matgrad_cli.reports.ci import github_summary, to_github, to_junit
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.page import to_html
from matgrad_cli.reports.text import to_text

SAMPLES = Path(__file__).parent.parent.parent / "samples"
KEY = """partial = "lost-factor: 0.5"
{head}
[[problem]]
id = "1"
loss = "norm(X@w - y)**2"
wrt = "w"
shapes = "X: m×n, w: n, y: m"
points = 4
"""


def graded(tmp_path: Path, answer: str, head: str = "", name: str = "student.toml") -> Report:
    (tmp_path / "key.toml").write_text(KEY.format(head=head), encoding="utf-8")
    (tmp_path / name).write_text(answer, encoding="utf-8")
    return check_files([tmp_path / name], Options(key=tmp_path / "key.toml"))


@pytest.fixture(scope="module")
def forum() -> Report:
    return check_files([SAMPLES / "forum-derivation"])


def test_the_flagship_in_json(forum: Report) -> None:
    data = json.loads(to_json(forum))
    assert data["schema"] == 1
    assert data["verdict"] == "wrong"
    for file in data["files"]:
        (problem,) = file["problems"]
        assert (problem["kind"], problem["verdict"], problem["final"]["verdict"]) == ("derivation", "wrong", "right")
        first = problem["first_wrong"]
        assert (first["number"], first["code"]) == (6, "wrong-delta")
        assert first["message"].startswith(
            "∂R_kj/∂R is a matrix for each k, j; the right side is a number. With one entry R_st it is δ_ks δ_jt"
        )
        last = problem["lines"][-2]
        assert "no free index is left: this is a number, not a matrix of the shape of `R`" in last["message"]
        assert any("the line itself is right" in note for note in problem["lines"][-1]["evidence"])
        text = Path(file["file"]).read_text(encoding="utf-8").splitlines()
        assert text[first["line"] - 1][problem["lines"][5]["column"] - 1 :].startswith("\\delta_{kj}")


def test_the_lost_half() -> None:
    (problem,) = check_files([SAMPLES / "stackexchange-lost-half"]).files[0].problems
    assert problem.first_wrong is not None
    assert problem.first_wrong.code == "lost-factor"
    assert problem.first_wrong.message == "this is exactly 2× what is needed: a 2 too many, or a ½ is lost"


def test_junit_is_xml_and_counts(forum: Report) -> None:
    root = ElementTree.fromstring(to_junit(forum))
    assert root.get("failures") == str(len(root.findall(".//failure"))) == "6"
    assert root.find("testsuite") is not None


def test_junit_tells_a_slip_once_and_the_points_of_a_student(tmp_path: Path) -> None:
    answer = "## Problem 1\n\n$$\\nabla_w L = 2X^T(Xw - y) = X^T(Xw - y)$$\n"
    root = ElementTree.fromstring(to_junit(graded(tmp_path, answer, name="ann.md")))
    assert root.get("failures") == "1"
    assert {case.get("classname") for case in root.iter("testcase")} == {"ann"}
    assert [(one.get("name"), one.get("value")) for one in root.iter("property")] == [("points 1", "2/4")]


def test_a_derivation_that_is_missing_fails_in_junit(tmp_path: Path) -> None:
    answer = "## Problem 1\n\n$$\\nabla_w L = 2X^T(Xw - y)$$\n"
    root = ElementTree.fromstring(to_junit(graded(tmp_path, answer, 'require = "derivation"', name="ann.md")))
    assert root.get("failures") == "1"


def test_github_places_and_escapes(forum: Report) -> None:
    lines = to_github(forum).splitlines()
    assert all(line.startswith("::error file=") for line in lines)
    assert "line=12,col=" in lines[0]
    assert "%3A wrong-delta::" in lines[0]
    assert to_text(forum) in github_summary(forum)


def test_text_has_a_table_and_carets(forum: Report) -> None:
    text = to_text(forum)
    assert "first wrong" in text
    assert "^^^" in text
    assert "\x1b" not in text
    assert "\x1b[" in to_text(forum, colour=True)


def test_points_and_partial_credit(tmp_path: Path) -> None:
    right = graded(tmp_path, '[[problem]]\nid = "1"\nanswer = "2*X.T@(X@w-y)"\n')
    half = graded(tmp_path, '[[problem]]\nid = "1"\nanswer = "X.T@(X@w-y)"\n')
    none = graded(tmp_path, '[[problem]]\nid = "1"\nanswer = "X.T@y"\n')
    assert [report.files[0].score for report in (right, half, none)] == [4, 2, 0]
    scope = json.loads(to_gradescope(half))
    assert (scope["score"], scope["tests"][0]["max_score"]) == (2, 4)
    learn = json.loads(to_prairielearn(half))
    assert (learn["gradable"], learn["score"]) == (True, 0.5)


def test_what_cannot_be_read_costs_no_attempt(tmp_path: Path) -> None:
    report = graded(tmp_path, '[[problem]]\nid = "1"\nanswer = "2*X.T@(X@w-y"\n')
    assert report.exit_code == 3
    learn = json.loads(to_prairielearn(report))
    assert learn["gradable"] is False
    assert learn["format_errors"]


@pytest.mark.parametrize(
    ("reveal", "told"), [("none", None), ("hint", "a constant factor is off"), ("full", "this is exactly 1/2×")]
)
def test_how_much_is_told(tmp_path: Path, reveal: str, told: str | None) -> None:
    report = graded(tmp_path, '[[problem]]\nid = "1"\nanswer = "X.T@(X@w-y)"\n', f'reveal = "{reveal}"')
    (finding,) = report.files[0].problems[0].lines
    assert (finding.message is None) if told is None else str(finding.message).startswith(told)
    assert ("1/2" in to_json(report)) == (reveal == "full")


def test_a_student_cannot_overrule_the_key(tmp_path: Path) -> None:
    report = graded(
        tmp_path,
        '[[problem]]\nid = "1"\nloss = "sum(w)"\nwrt = "w"\npoints = 100\nreveal = "full"\nanswer = "ones(n)"\n',
        'reveal = "none"',
    )
    (problem,) = report.files[0].problems
    assert (problem.verdict, problem.points, problem.reveal) == ("wrong", 4, "none")


def test_a_derivation_can_be_required(tmp_path: Path) -> None:
    only = graded(tmp_path, '[[problem]]\nid = "1"\nanswer = "2*X.T@(X@w-y)"\n', 'require = "derivation"')
    assert only.files[0].problems[0].final.code == "missing-derivation"
    lines = "```matgrad\nproblem: 1\n\nL = (Xw-y)^T(Xw-y)\n\\nabla L = 2X^T(Xw-y)\n```\n"
    assert graded(tmp_path, lines, 'require = "derivation"', "student.md").verdict == "right"
    unfinished = graded(
        tmp_path, "```matgrad\nproblem: 1\n\nL = (Xw-y)^T(Xw-y)\n```\n", 'require = "answer"', "student.md"
    )
    assert (unfinished.verdict, unfinished.files[0].problems[0].final.verdict) == ("wrong", "missing")


def test_no_answer_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    report = graded(tmp_path, '[[problem]]\nid = "7"\nanswer = "1"\nloss = "x"\nwrt = "x"\n')
    assert {problem.id: problem.final.verdict for problem in report.files[0].problems} == {"1": "missing"}
    assert report.exit_code == 4
    assert report.files[0].diagnostics[0].code == "unknown-problem"


def test_a_report_is_a_page_with_what_does_not_fit_in_red(tmp_path: Path) -> None:
    from matgrad_cli import check

    html = check(SAMPLES / "stackexchange-lost-half")._repr_html_()
    assert html.rstrip().endswith("</article>")
    assert '<b class="wrong">wrong[lost-factor]</b>' in html
    assert "15 | \\nabla_W L(D, W) = <mark>2(D^TDW - D^TX)</mark>" in html
    for answer, red in (("2*X@(X@w - y)", 2), ("2*X.T@(X + y)", 2), ("X + w", 4), ("X@w + w", 2), ("2*X.T@(X@w)", 0)):
        report = graded(tmp_path, f'[[problem]]\nid = "1"\nanswer = "{answer}"\n')
        assert to_html(report).count('class="misfit"') == red, answer
