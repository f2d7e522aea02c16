"""Folders of homework: no file is dropped silently, and every report counts the same files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest

from matgrad_cli.cli.app import command_line
from matgrad_cli.diagnostics import UsageError
from matgrad_cli.grading.check import Options, check_files
from matgrad_cli.reports.ci import github_summary, to_github, to_junit
from matgrad_cli.reports.data import to_gradescope, to_json, to_prairielearn
from matgrad_cli.reports.tables import to_csv, to_gradebook
from matgrad_cli.reports.text import to_text

KEY = """[[problem]]
id = "1"
loss = "norm(X@w - y)**2"
wrt = "w"
shapes = "X: m×n, w: n, y: m"
answer = "2*X.T@(X@w - y)"
"""
ANSWERS = {
    "right.toml": '[[problem]]\nid = "1"\nanswer = "2*X.T@(X@w - y)"\n',
    "wrong.toml": '[[problem]]\nid = "1"\nanswer = "X.T@(X@w - y)"\n',
    "derivation.tex": "\\begin{align}\\nabla_w L &= 2X^\\top(Xw-y)\\end{align}\n",
}
BROKEN = {"broken.toml": '[[problem]\nid = "1"\nanswer = "0"\n', "empty.tex": "\\section{Homework}\n"}


def folder(tmp_path: Path, files: dict[str, str]) -> Path:
    found = tmp_path / "homework"
    found.mkdir()
    for name, text in files.items():
        (found / name).write_text(text, encoding="utf-8")
    return found


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.toml"
    path.write_text(KEY, encoding="utf-8")
    return path


def test_beside_a_key_every_file_counts(tmp_path: Path, key: Path) -> None:
    place = folder(tmp_path, {**ANSWERS, **BROKEN})
    report = check_files([place], Options(key))
    verdicts = {Path(file.file).name: file.verdict for file in report.files}
    assert verdicts == {
        "broken.toml": "unreadable",
        "derivation.tex": "right",
        "empty.tex": "unreadable",
        "right.toml": "right",
        "wrong.toml": "wrong",
    }
    assert report.skipped == ()
    assert report.exit_code == 1
    text = to_text(report)
    assert "error[not-toml]" in text
    assert "error[no-problem]" in text
    assert text.rstrip().endswith("2 files unreadable")
    root = XML.fromstring(to_junit(report))
    assert (len(root), root.get("errors"), root.get("failures")) == (5, "2", "1")
    assert to_github(report).count("::error file=") == 3
    assert github_summary(report).count(": unreadable\n") == 2
    assert "2 files unreadable" in json.loads(to_gradescope(report))["output"]
    assert len(json.loads(to_prairielearn(report))["format_errors"]) == 2


def test_only_broken_files_are_unreadable(tmp_path: Path, key: Path) -> None:
    assert check_files([folder(tmp_path, BROKEN)], Options(key)).exit_code == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_at_the_start_says_how_a_text_is_encoded(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("L = ‖Xw − y‖²\r\ndL/dw = 2 Xᵀ (Xw − y)\r\n".encode(encoding))
    report = check_files([tmp_path / "a.txt"])
    assert report.exit_code == 0
    assert "1 problem: 1 right" in to_text(report)


def test_the_key_itself_and_hidden_files_are_no_answers(tmp_path: Path) -> None:
    place = folder(tmp_path, {"key.toml": KEY, "right.toml": ANSWERS["right.toml"], ".draft.toml": "[["})
    report = check_files([place], Options(place / "key.toml"))
    assert [Path(file.file).name for file in report.files] == ["right.toml"]


def test_without_a_key_files_that_are_not_meant_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "full.toml": KEY,
        "notes.md": "# Notes\n",
        "paper.tex": "\\[ x = y \\]\n",
        "broken.toml": BROKEN["broken.toml"],
    }
    place = folder(tmp_path, files)
    report = check_files([place])
    assert [Path(file.file).name for file in report.files] == ["broken.toml", "full.toml"]
    assert [Path(name).name for name in report.skipped] == ["notes.md", "paper.tex"]
    assert command_line(["check", str(place)]) == 3
    said = capsys.readouterr().err
    assert (
        said == f"note: 2 files are not read, or hold nothing to check: {place / 'notes.md'}, {place / 'paper.tex'}\n"
    )


def test_a_folder_with_nothing_to_check_is_not_right(tmp_path: Path) -> None:
    report = check_files([folder(tmp_path, {"notes.md": "# Notes\n"})])
    assert report.exit_code == 3
    assert report.files[0].diagnostics[0].message.endswith("holds nothing to check")


@pytest.mark.parametrize(("reveal", "told"), [("none", False), ("hint", False), ("full", True)])
@pytest.mark.parametrize("of_the_key", ["none", "full"])
def test_the_command_line_says_how_much_is_told(
    tmp_path: Path, key: Path, reveal: str, told: bool, of_the_key: str
) -> None:
    key.write_text(KEY + f'reveal = "{of_the_key}"\n', encoding="utf-8")
    student = tmp_path / "student.toml"
    student.write_text(ANSWERS["wrong.toml"] + 'reveal = "full"\n', encoding="utf-8")
    text = to_text(check_files([student], Options(key, {"reveal": reveal})))
    assert ("exactly" in text) == told
    assert ("lost-factor" in text) == (reveal != "none")


def test_a_student_does_not_loosen_the_key(tmp_path: Path, key: Path) -> None:
    key.write_text(KEY + 'reveal = "none"\n', encoding="utf-8")
    student = tmp_path / "student.toml"
    student.write_text(ANSWERS["wrong.toml"] + 'reveal = "full"\n', encoding="utf-8")
    assert "lost-factor" not in to_text(check_files([student], Options(key)))


@pytest.mark.thorough
@pytest.mark.parametrize("format_", ["gradescope", "prairielearn"])
@pytest.mark.parametrize("aside", [False, True])
def test_a_report_on_one_student_takes_no_files_of_several(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str], format_: str, aside: bool
) -> None:
    for student in ("one", "two"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "answers.toml").write_text(
            ANSWERS[f"{'right' if student == 'one' else 'wrong'}.toml"]
        )
    flat = folder(tmp_path, {name: text for name, text in ANSWERS.items() if name.endswith(".toml")})
    written = tmp_path / "report.json"
    reported = ["--report", f"{format_}={written}"] if aside else ["--format", format_]
    both = [tmp_path / "class" / student / "answers.toml" for student in ("one", "two")]
    for files in ([tmp_path / "class"], [flat], both, [both[0].parent, both[1].parent], [flat, both[0]]):
        with pytest.raises(UsageError, match="a report on one student") as caught:
            command_line(["check", *map(str, files), "--key", str(key), *reported])
        assert caught.value.diagnostic.code == "several-students"
        assert not written.exists()
        assert capsys.readouterr().out == ""
        assert command_line(["check", *map(str, files), "--key", str(key), "--format", "json"]) in (0, 1)
        capsys.readouterr()
    for files in ([both[0].parent], [both[0]], sorted(flat.iterdir()), [flat / "right.toml"]):
        assert command_line(["check", *map(str, files), "--key", str(key), *reported]) in (0, 1)


def test_several_students_are_refused_before_any_is_graded(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("one", "two"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "answers.toml").write_text(ANSWERS["right.toml"])
    monkeypatch.setattr("matgrad_cli.grading.check.check_files", lambda *_: pytest.fail("it was graded"))
    with pytest.raises(UsageError, match="a report on one student"):
        command_line(
            ["check", str(tmp_path / "class"), "--key", str(key), "--report", f"gradescope={tmp_path / 'g.json'}"]
        )


def test_notebooks_and_plain_text_of_a_class_are_graded(tmp_path: Path, key: Path) -> None:
    fenced = "```matgrad\nproblem: 1\nanswer: 2*X.T@(X@w - y)\n```\n"
    cells = [
        {"cell_type": "code", "source": ["1 + 1"]},
        {"cell_type": "markdown", "source": fenced.splitlines(keepends=True)},
    ]
    files = {
        "a/hw.ipynb": json.dumps({"cells": cells}),
        "b/hw.txt": fenced,
        "c/notes.txt": "some words",
        "d/hw.ipynb": '{"cells": []}',
        "e/hw.txt": "1)\ngrad = 2 X^T (X w - y)\n",
        "f/hw.txt": "Task 1 (least squares)\ngrad = X^T (X w - y)\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = check_files([tmp_path], Options(key))
    told = {
        str(Path(file.file).relative_to(tmp_path)): sum(problem.score for problem in file.problems)
        for file in report.files
    }
    assert told == {"a/hw.ipynb": 1, "b/hw.txt": 1, "c": 0, "d/hw.ipynb": 0, "e/hw.txt": 1, "f/hw.txt": 0}
    assert [Path(name).name for name in report.skipped] == ["notes.txt"]


def test_plain_text_beside_the_files_of_others_is_read_or_has_a_row(tmp_path: Path, key: Path) -> None:
    key.write_text(KEY.replace('id = "1"', 'id = "P1"') + KEY.replace('id = "1"', 'id = "P2"'), encoding="utf-8")
    place = tmp_path / "class"
    place.mkdir()
    for name, text in (
        ("ada.md", "## P1\n$2X^T(Xw - y)$\n"),
        ("emmy.txt", "Problem P1\n\nThe gradient is 2 X^T (X w - y).\n\nProblem P2\n\n(nothing)\n"),
        ("sofia.txt", "I was ill.\n"),
        ("readme.txt", "How to hand in.\n"),
    ):
        (place / name).write_text(text, encoding="utf-8")
    report = check_files([place], Options(key))
    assert {student: sum(problem.score for _, problem in counted) for student, counted in report.students.items()} == {
        "ada": 1,
        "emmy": 1,
        "sofia": 0,
    }
    assert {row.split(",")[0] for row in to_gradebook(report).splitlines()[2:]} == {"ada", "emmy", "sofia"}


def test_a_copy_of_the_key_is_no_answer_and_a_folder_that_holds_only_that_has_a_row(tmp_path: Path, key: Path) -> None:
    for name, text in (
        ("ada/answers.toml", ANSWERS["right.toml"]),
        ("emmy/answers.toml", ANSWERS["wrong.toml"]),
        ("sofia/key.toml", KEY),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    folders = [tmp_path / name for name in ("ada", "emmy", "sofia")]
    named = check_files([next(place.iterdir()) for place in folders], Options(key))
    for report, others in ((check_files(folders, Options(key)), {"sofia": []}), (named, {})):
        assert {student: [problem.score for _, problem in counted] for student, counted in report.students.items()} == {
            "ada": [1.0],
            "emmy": [0.0],
            **others,
        }
        assert report.skipped == (str(tmp_path / "sofia" / "key.toml"),)
    assert check_files(folders, Options(key)).exit_code == 1


@pytest.mark.parametrize("pattern", ["", 'student = "{student}/hw.*"\n'])
@pytest.mark.parametrize("anybody", [True, False])
def test_every_folder_of_a_class_has_a_row_in_every_report(
    tmp_path: Path, key: Path, pattern: str, anybody: bool
) -> None:
    key.write_text(pattern + KEY, encoding="utf-8")
    place = tmp_path / "class"
    files = {"photo/IMG.jpg": "x", "pdf/hw.pdf": "x", "key/hw.toml": pattern + KEY, "words/hw.txt": "I have no idea.\n"}
    if anybody:
        files |= {"ada/hw.toml": ANSWERS["right.toml"], "ada/figures/one.png": "x"}
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    for name in ("nothing", "linked", ".git"):
        (place / name).mkdir()
    (place / "linked" / "hw.toml").symlink_to(key)
    report = check_files([place], Options(key))
    expected = {"photo", "pdf", "key", "words", "nothing", "linked"} | ({"ada"} if anybody else set())
    assert report.students.keys() == expected
    reasons = {file.student: file.diagnostics[0].message for file in report.files if file.student != "ada"}
    assert "IMG.jpg" in reasons["photo"]
    assert "the key itself" in reasons["key"]
    assert "is empty" in reasons["nothing"]
    assert {row.split(",")[0] for row in to_csv(report).splitlines()[1:]} == expected
    assert "photo,1,0,no-problem,1,unreadable" in to_csv(report)
    assert {row.split(",")[0] for row in to_gradebook(report).splitlines()[2:]} == expected
    assert {file["student"] for file in json.loads(to_json(report))["files"]} == expected
    assert len(XML.fromstring(to_junit(report))) == len(expected)


@pytest.mark.parametrize(("pattern", "students"), [("", ["carla", "dora_hw"]), ("{student}_*.toml", ["dora"])])
def test_a_photo_or_a_pdf_beside_other_answers_has_a_row(tmp_path: Path, pattern: str, students: list[str]) -> None:
    place = folder(tmp_path, {name: ANSWERS[name] for name in ("right.toml", "wrong.toml")})
    for name in ("carla.pdf", "dora_hw.JPG", "right.pdf", "README.pdf", "key.pdf", "notes.log", ".hidden.pdf"):
        (place / name).write_bytes(b"%PDF")
    (tmp_path / "key.toml").write_text((f'student = "{pattern}"\n' if pattern else "") + KEY, encoding="utf-8")
    report = check_files([place], Options(tmp_path / "key.toml"))
    assert sorted(report.students) == [*students, "right", "wrong"]
    assert [file.student for file in report.files if file.verdict == "unreadable"] == students


@pytest.mark.parametrize(("attempts", "counts"), [("last", "b"), ("first", "a"), ("best", "a")])
def test_which_of_a_students_files_counts_is_said_in_both(tmp_path: Path, attempts: str, counts: str) -> None:
    (tmp_path / "key.toml").write_text(f'attempts = "{attempts}"\n' + KEY, encoding="utf-8")
    ann = tmp_path / "class" / "ann"
    ann.mkdir(parents=True)
    for name, answer in (("a", "right.toml"), ("b", "wrong.toml"), ("c", "none")):
        (ann / f"{name}.toml").write_text(ANSWERS.get(answer, '[[problem]]\nid = "1"\n'), encoding="utf-8")
    for options in (Options(tmp_path / "key.toml"), Options(tmp_path / "key.toml", student="ann")):
        report = check_files([tmp_path / "class"], options)
        said = [problem.warnings for file in report.files for problem in file.problems]
        assert said[0] == said[1]
        assert f"the {attempts} answer counts, that in `{ann / counts}.toml`" in said[0][0]
        assert said[2] == ()
        assert said[0][0] in json.loads(to_gradescope(report))["tests"][0]["output"]


@pytest.mark.parametrize(
    ("name", "student"), [("emil", "emil"), (".dora.md", None), (".DS_Store", None), ("._a.md", None), (".git", None)]
)
def test_a_file_that_is_hidden_or_without_an_ending_is_not_dropped_silently(
    tmp_path: Path, key: Path, name: str, student: str | None
) -> None:
    place = folder(tmp_path, {"right.toml": ANSWERS["right.toml"], name: "$2X^T(Xw - y)$"})
    report = check_files([place], Options(key))
    assert {file.student: file.verdict for file in report.files} == {"right": "right"} | (
        {student: "unreadable"} if student else {}
    )
    assert [Path(file).name for file in report.skipped] == ([name] if name == ".dora.md" else [])


def test_what_no_file_of_a_student_answers_is_said_once(tmp_path: Path) -> None:
    key = tmp_path / "key.toml"
    key.write_text("".join(KEY.replace('"1"', f'"{name}"') for name in "123"), encoding="utf-8")
    place = folder(
        tmp_path, {f"{number}.toml": ANSWERS["right.toml"].replace('"1"', f'"{number}"') for number in (1, 2)}
    )
    report = check_files([place], Options(key, student="ada"))
    assert [[(one.id, one.verdict) for one in file.problems] for file in report.files] == [
        [("1", "right"), ("3", "undecided")],
        [("2", "right")],
    ]


def test_whoever_hands_in_a_table_or_a_folder_beside_files_has_a_row(tmp_path: Path) -> None:
    key, work = tmp_path / "key.toml", tmp_path / "work"
    key.write_text('[[problem]]\nid = "1"\nloss = "b.T@v"\nwrt = "v"\nshapes = "b: n, v: n"\n', encoding="utf-8")
    (work / "kay").mkdir(parents=True)
    (work / "kay" / "page.pdf").write_bytes(b"%PDF")
    (work / "figures").mkdir()
    (work / "figures" / "plot.png").write_bytes(b"")
    (work / "empty").mkdir()
    (work / "lin.toml").write_text('[[problem]]\nid = "1"\nanswer = "b"\n', encoding="utf-8")
    (work / "ume.csv").write_text("b\n", encoding="utf-8")
    (work / "ian.xlsx").write_bytes(b"PK")
    (work / "points.csv").write_text("student,problem,points\n", encoding="utf-8")
    found = check_files([work], Options(key=key))
    assert sorted(str(file.student) for file in found.files) == ["ian", "kay", "lin", "ume"]
