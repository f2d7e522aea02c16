"""A class: the key is checked first, students are told apart, one submission costs no other,
and only what changed is graded again."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from matgrad_cli.cli.app import command_line
from matgrad_cli.diagnostics import InputError
from matgrad_cli.grading import check as checking
from matgrad_cli.grading import document
from matgrad_cli.grading.check import Options, check_files, read_key
from matgrad_cli.grading.classes.cache import Cache
from matgrad_cli.grading.classes.students import students
from matgrad_cli.records.finding import Report
from matgrad_cli.reports.classes import class_of
from matgrad_cli.reports.tables import to_csv, to_gradebook

KEY = """[[problem]]
id = "1"
loss = "x.T@A@x"
wrt = "x"
shapes = "A: n×n, x: n"
points = 4
answer = "(A+A.T)@x"
[[problem]]
id = "2"
loss = "x.T@x"
wrt = "x"
shapes = "x: n"
points = 2
"""


def answers(*given: str) -> str:
    return "".join(f"[[problem]]\nid = '{number}'\nanswer = '{text}'\n" for number, text in enumerate(given, 1))


def classroom(folder: Path, files: dict[str, str], key: str = KEY) -> Path:
    (folder / "key.toml").write_text(key, encoding="utf-8")
    for name, text in files.items():
        (folder / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "class" / name).write_text(text, encoding="utf-8")
    return folder / "class"


def graded(folder: Path, files: dict[str, str], key: str = KEY, **options: object) -> Report:
    return check_files([classroom(folder, files, key)], Options(key=folder / "key.toml", **options))  # type: ignore[arg-type]


# ---- the key


@pytest.mark.parametrize(("key", "code"), [
    (KEY, 0), (KEY.replace('answer = "(A+A.T)@x"\n', ""), 0), (KEY.replace("(A+A.T)@x", "2*A@x"), 1),
    (KEY.replace("A.T)@x", "A.T)@"), 3),
    (KEY + 'answer = "f(x)"\n', 4), ("% matgrad: loss = x.T@x\n% matgrad: wrt = x\n$$ \\nabla L = 2x $$\n", 0),
])  # fmt: skip
def test_a_key_alone_is_judged_itself(tmp_path: Path, key: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / ("key.tex" if key.startswith("%") else "key.toml")
    path.write_text(key, encoding="utf-8")
    assert command_line(["check", "--key", str(path)]) == code
    assert "the key holds no answer" in capsys.readouterr().out or key.startswith("%") or code == 4


@pytest.mark.parametrize(("key", "code"), [
    (KEY.replace("(A+A.T)@x", "2*A@x"), "key-answer"), (KEY.replace("wrt = ", "wrt_ = "), "unknown-key"),
    (KEY + 'points = "many"\n', "not-toml"), (KEY.replace("points = 2", 'points = "many"'), "key-value"),
    (KEY + 'partial = "lost-facter: 0.5"\n', "key-value"), (KEY + 'attempts = "bst"\n', "key-value"),
    (KEY.replace('"x.T@x"', '"x.T@"'), "syntax-error"),
])  # fmt: skip
def test_nobody_is_graded_by_a_key_that_is_wrong(tmp_path: Path, key: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        graded(tmp_path, {"a.toml": answers("x")}, key)
    assert caught.value.diagnostic.code == code
    assert "2*A@x" not in str(caught.value.diagnostic)


def test_an_answer_of_the_key_that_nobody_can_judge_is_a_warning(tmp_path: Path) -> None:
    report = graded(tmp_path, {"a.toml": answers("(A+A.T)@x", "2*x")}, KEY + 'answer = "f(x)"\n')
    assert [(one.code, one.severity) for one in report.diagnostics] == [("key-answer", "warning")]
    assert report.files[0].score == 6


def test_a_wrong_code_of_partial_credit_is_said_once_for_the_key(tmp_path: Path) -> None:
    (tmp_path / "key.toml").write_text('partial = "lost-facter: 0.5"\n' + KEY, encoding="utf-8")
    report = check_files([], Options(tmp_path / "key.toml"))
    assert [said.code for said in report.files[0].diagnostics if said.severity == "error"] == ["key-value"]
    assert all(problem.warnings == () for problem in report.files[0].problems)


# ---- attempts, partial credit


@pytest.mark.parametrize(("attempts", "scores"), [("last", (0, 2)), ("first", (2, 0)), ("best", (2, 2))])
def test_which_try_counts(tmp_path: Path, attempts: str, scores: tuple[int, int]) -> None:
    key = f'attempts = "{attempts}"\n' + KEY[KEY.index('[[problem]]\nid = "2"') :]
    right, wrong = (f"[[problem]]\nid = '2'\nanswer = '{text}'\n" for text in ("2*x", "x"))
    for number, (first, second) in enumerate(((right, wrong), (wrong, right))):
        (tmp_path / str(number)).mkdir()
        together = graded(tmp_path / str(number), {"a.toml": first + second}, key)
        assert together.files[0].score == scores[number]
        assert [one.code for one in together.files[0].diagnostics] == ["answered-twice"]
        (tmp_path / f"{number} apart").mkdir()
        apart = graded(tmp_path / f"{number} apart", {"ann/1.toml": first, "ann/2.toml": second}, key)
        assert next(csv.DictReader(io.StringIO(to_csv(apart))))["points"] == str(scores[number])


@pytest.mark.parametrize(
    ("partial", "score", "said"),
    [
        ("lost-factor: 0.5", 1, "the first slip is `lost-factor`: 0.5 of the points"),
        ("lines: 0.6", 0.8, "2 of 3 lines hold before the first slip: 0.4 of the points"),
        ("lines: 0.6, lost-factor: 0.1", 0.8, "2 of 3 lines hold before the first slip: 0.4 of the points"),
        ("wrong-sign: 1", 0, None),
    ],
)
def test_the_rule_that_gave_a_part_of_the_points_is_said(
    tmp_path: Path, partial: str, score: float, said: str | None
) -> None:
    rows = "```matgrad\nproblem: 2\n\ndL = dx^Tx + x^Tdx\n= 2x^Tdx\n\\nabla L = x\n```\n"
    (problem,) = (
        graded(tmp_path, {"a.md": rows}, KEY[KEY.index('[[problem]]\nid = "2"') :] + f'partial = "{partial}"\n')
        .files[0]
        .problems
    )
    assert (round(problem.score, 9), problem.credit) == (score, said)


# ---- students


@pytest.mark.parametrize(("given", "pattern", "expected"), [
    (["class"], None, ["ann", "bob", "cleo"]), (["class/ann/1.toml", "class/bob/x/1.toml"], None, ["ann", "x"]),
    (["class/cleo.toml", "class/dan_7_hw.toml"], None, ["cleo", "dan_7_hw"]), (["class/dan_7_hw.toml"], "{student}_*",
    ["dan"]),
    (["class/bob/x/1.toml"], "{student}/x/*", ["bob"]), (["class/ann/1.toml"], "{student}_*.toml", ["1"]),
    (["class/ann/1.toml"], "no(", ["1"]),
])  # fmt: skip
def test_who_a_student_is(tmp_path: Path, given: list[str], pattern: str | None, expected: list[str]) -> None:
    for name in ("ann/1.toml", "bob/x/1.toml", "cleo.toml"):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).touch()
    paths = [tmp_path / name for name in given]
    files = sorted(paths[0].rglob("*.toml")) if paths[0].is_dir() else paths
    assert students(files, paths, pattern) == expected


def test_a_class_at_a_glance(tmp_path: Path) -> None:
    files = {
        "ann/1.toml": answers("(A+A.T)@x"),
        "ann/2.toml": "[[problem]]\nid = '2'\nanswer = 'x'\n",
        "bob.toml": answers("2*A@x", "x"),
        "cleo.toml": "[[problem",
        "README.md": "# matgrad homework\n",
        "key copy.toml": KEY,
    }
    report = graded(tmp_path, files)
    assert [Path(name).name for name in report.skipped] == ["README.md", "key copy.toml"]
    rows = list(csv.reader(io.StringIO(to_csv(report))))
    assert [row[:4] for row in rows] == [
        ["student", "problem", "points", "code"], ["ann", "1", "4", ""], ["ann", "2", "0", "lost-factor"], ["bob", "1",
        "0", "needs-fact"],
        ["bob", "2", "0", "lost-factor"], ["cleo", "1", "0", "not-toml"], ["cleo", "2", "0", "not-toml"],
    ]  # fmt: skip
    book = list(csv.reader(io.StringIO(to_gradebook(report))))
    assert [[row[0], *row[-3:]] for row in book[1:]] == [
        ["    Points Possible", "4", "2", "6"],
        ["ann", "4", "0", "4"],
        ["bob", "0", "0", "0"],
        ["cleo", "", "", ""],
    ]
    figures = class_of(report)
    assert figures is not None
    assert (figures["students"], figures["mean"], figures["median"]) == (3, 1.3333, 0)
    assert figures["slips"] == {"lost-factor": 2, "needs-fact": 1}


def test_a_grade_book_leaves_empty_what_nobody_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "ann.md": "## Problem 1\n$$\\nabla_x L = 2r$$\n\n## Problem 2\n$$\\nabla_x L = 2x$$\n",
        "bob.md": "## Problem 1\n$$\\nabla_x L = (A + A^T)x$$\n",
        "cleo.md": "## Problem 1\n$$\\nabla_x L = x$$\n\n## Problem 2\n![my answer](photo.jpg)\n",
    }
    place = classroom(tmp_path, files)
    monkeypatch.setenv("CI", "true")
    command_line(["check", str(place), "--key", str(tmp_path / "key.toml"), "--format", "gradebook"])
    printed = capsys.readouterr()
    book = list(csv.reader(io.StringIO(printed.out)))
    assert [[row[0], *row[-3:]] for row in book[2:]] == [
        ["ann", "", "2", ""],
        ["bob", "4", "0", "4"],
        ["cleo", "0", "", ""],
    ]
    assert "2 cells of the grade book are empty" in printed.err


# ---- one submission costs no other


@pytest.mark.parametrize("way", ["killed", "memory", "processor"])
def test_a_submission_that_ends_its_process_costs_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    honest = checking.read_document

    def read(path: Path, asked=()):  # type: ignore[no-untyped-def]
        if path.stem == "bob" and way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if path.stem == "bob" and way == "processor":
            os.kill(os.getpid(), signal.SIGXCPU)
        if path.stem == "bob":
            return bytearray(1 << 31)
        return honest(path, asked)

    monkeypatch.setattr(checking, "read_document", read)
    report = graded(
        tmp_path, {f"{name}.toml": answers("(A+A.T)@x", "2*x") for name in ("ann", "bob", "cleo")}, isolated=True
    )
    assert [file.score for file in report.files] == [6, 0, 6]
    code = {"killed": "memory-limit", "memory": "memory-limit", "processor": "time-limit"}[way]
    assert [one.code for one in report.files[1].diagnostics] == [code]
    assert report.files[1].verdict == ("unreadable" if way == "memory" else "undecided")
    assert {row["code"] for row in csv.DictReader(io.StringIO(to_csv(report))) if row["student"] == "bob"} <= {
        code,
        "unreadable",
    }
    assert not list(tmp_path.glob("**/core*"))


def test_a_problem_that_ends_its_process_costs_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = document.judge

    def judge(chosen: Any) -> Any:
        if chosen.id == "1" and chosen.answer is not None and chosen.answer.text == "A":
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(chosen)

    monkeypatch.setattr(document, "judge", judge)
    files = {"ann.toml": answers("(A+A.T)@x", "2*x"), "bob.toml": answers("A", "2*x")}
    ann, bob = graded(tmp_path, files, isolated=True).files
    assert (ann.score, bob.score) == (6, 2)
    assert [(problem.verdict, problem.final.code) for problem in bob.problems] == [
        ("undecided", "memory-limit"),
        ("right", None),
    ]


def test_the_key_says_how_long_one_problem_may_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = document.judge

    def judge(chosen: Any) -> Any:
        while chosen.seconds is not None:  # the one problem with a limit of its own never ends by itself
            pass
        return honest(chosen)

    monkeypatch.setattr(document, "judge", judge)
    files = {"ann.toml": answers("(A+A.T)@x", "2*x")}
    (file,) = graded(tmp_path, files, KEY.replace("points = 4", "points = 4\nseconds = 0.02")).files
    assert [(problem.verdict, problem.final.code) for problem in file.problems] == [
        ("undecided", "time-limit"),
        ("right", None),
    ]


# ---- what was graded before


def test_only_what_changed_is_graded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{name}.toml": answers("(A+A.T)@x", "2*x") for name in ("ann", "bob")}
    judged: list[str] = []
    honest = checking.check_file
    monkeypatch.setattr(checking, "check_file", lambda path, **named: judged.append(path.stem) or honest(path, **named))
    kept = tmp_path / ".grades.csv.cache"
    first = graded(tmp_path, files, cache=kept)
    assert graded(tmp_path, files, cache=kept) == first
    files["bob.toml"] = answers("A@x")
    again = graded(tmp_path, files, cache=kept)
    assert judged == ["ann", "bob", "bob"]
    assert again.files[1].score == 0
    graded(tmp_path, files, KEY.replace("points = 2", "points = 3"), cache=kept)
    assert judged[3:] == ["ann", "bob"]


def test_a_cache_that_somebody_else_wrote_is_not_believed(tmp_path: Path) -> None:
    place = classroom(tmp_path, {"ann.toml": answers("x")})
    kept = tmp_path / ".grades.csv.cache"
    check_files([place], Options(key=tmp_path / "key.toml", cache=kept))
    honest = kept.read_bytes()
    for forged in (
        honest[:70] + b"x" + honest[71:],
        honest.partition(b"\n")[2],
        b"",
        b"\x80" * 99,
        honest.replace(b"ann", b"bob"),
    ):
        kept.write_bytes(forged)
        assert Cache(kept, KEY.encode(), "[]").kept == {}
    kept.write_bytes(honest)
    assert len(Cache(kept, KEY.encode(), "[]").kept) == 1
    assert json.loads(honest.partition(b"\n")[2]), "nothing that is run when it is read"
    assert Cache(kept, b"another key", "[]").kept == {}


def test_the_command_keeps_a_cache_beside_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = classroom(tmp_path, {"ann.toml": answers("(A+A.T)@x"), "bob.toml": answers("x")})
    arguments = [
        "check",
        str(place),
        "--key",
        str(tmp_path / "key.toml"),
        "--format",
        "json",
        "--report",
        f"csv={tmp_path / 'g.csv'}",
    ]
    monkeypatch.setenv("CI", "true")
    assert command_line(arguments) == 1
    assert not (tmp_path / ".g.csv.cache").exists()
    monkeypatch.delenv("CI")
    printed = [capsys.readouterr().out]
    for _ in range(2):
        assert command_line(arguments) == 1
        printed.append(capsys.readouterr().out)
    assert (tmp_path / ".g.csv.cache").exists()
    assert printed[0] == printed[1] == printed[2]
    assert json.loads(printed[0])["class"]["students"] == 2


def test_a_key_is_read_once_and_holds_what_it_says_about_submissions(tmp_path: Path) -> None:
    path = tmp_path / "key.toml"
    path.write_text('student = "{student}-*"\nmegabytes = 300\n' + KEY, encoding="utf-8")
    key = read_key(path)
    assert (key.student, key.megabytes) == ("{student}-*", 300)
