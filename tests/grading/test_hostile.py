"""Hostile, huge, deep and nonsense files: a diagnostic each, never an exception,
and the other files are still graded."""

from __future__ import annotations

import os
from pathlib import Path
from time import process_time

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.grading.check import check_files, check_text
from matgrad_cli.grading.classes.key import read_key
from matgrad_cli.records.finding import FileReport
from work import calls_in

HEAD = "% matgrad: loss = norm(X@w - y)**2\n% matgrad: wrt = w\n% matgrad: shapes = X: m×n, w: n, y: m\n"
BLOCK = "```matgrad\nloss: norm(X@w - y)**2\nwrt: w\nshapes: X: m×n, w: n, y: m\n\n{}\n```\n"
RIGHT = "\\nabla L = 2X^T(Xw-y)"

TEXTS = {
    "deep braces.tex": HEAD + "\\begin{align}\nL = " + "{" * 3000 + "x" + "}" * 3000 + "\n\\end{align}",
    "deep brackets.tex": HEAD + "$$ L = " + "(" * 2000 + "y^Ty" + ")" * 2000 + " $$",
    "deep fractions.tex": HEAD + "$$ L = " + "\\frac{1}{" * 500 + "2" + "}" * 500 + " $$",
    "half a macro.tex": HEAD + "\\begin{align}\n\\frac{\\partial L}{\\partial w",
    "open display.tex": HEAD + "\\[ \\nabla L = 2X^T(Xw-y)",
    "macro bomb.tex": HEAD + "\\def\\a{\\b\\b}\\def\\b{\\c\\c}$$ \\newcommand{\\x}{\\x\\x} L = \\x $$",
    "long row.md": BLOCK.format("L = " + "+".join(["y^Ty"] * 20000)),
    "many terms.md": BLOCK.format("\\nabla L = " + "+".join(["2X^T(Xw-y)"] * 300)),
    "many rows.md": BLOCK.format("\n".join(["= 1"] * 5000)),
    "many sums.md": BLOCK.format(
        "L = " + " ".join(f"\\sum_{{{letter}}}" for letter in "abcdfghijklopqrstuvz") + " w_a w_b w_c w_d"
    ),
    "nonsense.md": BLOCK.format("\ufffd\u202e\u0000&&&^^^___{{{"),
    "terminal codes.md": BLOCK.format("\x1b[31m = \x1b]0;x\x07"),
    "wrong types.toml": "[[problem]]\nid = 1\nloss = 3\nwrt = true\nanswer = [1, 2]\nshapes = 7\npoints = 'many'\n",
    "a problem that is a number.toml": "problem = [1, 2, 'x']\n",
    "broken.toml": "[[problem]\nid = = 3\n",
    "deep.toml": "x = " + "[" * 5000 + "]" * 5000,
    "bomb.toml": '[[problem]]\nloss = "' + "exp(" * 3000 + "x" + ")" * 3000 + '"\nwrt = "x"\nanswer = "1"\n',
    "power.toml": '[[problem]]\nloss = "x**99999999999"\nwrt = "x"\nanswer = "9**9**9**9"\n',
    "huge sizes.toml": '[[problem]]\nloss = "sum(x)"\nwrt = "x"\nshapes = "x: 1000000000"\nanswer = '
    '"ones(1000000000)"\n',
    "code.toml": '[[problem]]\nloss = "__import__(\'os\').system(\'touch hacked\')"\nwrt = "x"\nanswer = "1"\n',
    "empty.md": "",
    "only words.txt": "nothing to see",
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_ends_in_a_report(name: str) -> None:
    found: list[FileReport] = []
    assert calls_in(lambda: found.append(check_text(TEXTS[name], name))) < 3_000_000
    report = found[0]
    assert isinstance(report, FileReport)
    assert (
        report.verdict != "right" or name == "open display.tex"
    )  # that one is right, and its missing `\\]` is a warning
    assert report.verdict == "wrong" or report.diagnostics or report.problems


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "binary.tex").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "nul.md").write_text("```matgrad\n\0\n```")
    (tmp_path / "large.md").write_text("x" * 3_000_000)
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    (tmp_path / "gone.tex").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "good.md").write_text(BLOCK.format(RIGHT))
    names = ["binary.tex", "nul.md", "large.md", "loop.md", "gone.tex", "pipe.md", "good.md", "missing.md"]
    report = check_files([tmp_path / name for name in names])
    assert [file.verdict for file in report.files] == ["unreadable"] * 6 + ["right", "unreadable"]
    assert all(file.diagnostics for file in report.files if file.verdict == "unreadable")
    assert report.exit_code == 3
    assert not (Path.cwd() / "hacked").exists()


def test_several_processes_say_the_same(tmp_path: Path) -> None:
    from matgrad_cli.grading.check import Options

    for number in range(6):
        (tmp_path / f"{number}.md").write_text(BLOCK.format(RIGHT if number % 2 else "\\nabla L = X^T(Xw-y)"))
    one, two = check_files([tmp_path]), check_files([tmp_path], Options(jobs=2))
    assert [file.verdict for file in one.files] == [file.verdict for file in two.files] == ["wrong", "right"] * 3
    assert [p.final.code for file in one.files for p in file.problems] == [
        p.final.code for file in two.files for p in file.problems
    ]


@pytest.mark.parametrize(("name", "text"), [
    ("a.md", "## Problem 1\n\n(A+A^T)x…+b\n"), ("a.md", "## Problem 1\n⏎$(A+A^T)x+b$\n"),
    ("a.md", "## Problem 1\n\nThe…gradient…is…$(A+A^T)x+b$….\n"),
    ("a.md", "## Problem 1\n```python\ng =…(A+A.T)@x + b\n```"),
    ("a.txt", "Problem 1…\n\nThe gradient…is (A+A^T)x+b\n"), ("a.tex", "\\section{Problem…1}\n$(A+A^T)x…+b$"),
    ("a.toml", "[[problem]]\nid='1'\nanswer='(A+A.T)@x + b,…where…'\n"),
    ("a.toml", "[[problem]]\nid='1'\nanswer='(A+A^\\top)x + b \\text{…}'\n"),
])  # fmt: skip
def test_blanks_take_no_time(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "key.toml").write_text(
        '[[problem]]\nid = "1"\nloss = "x.T@A@x + b.T@x"\nwrt = "x"\nshapes = "A: n×n, x: n, b: n"\n', encoding="utf-8"
    )
    key, start = read_key(tmp_path / "key.toml"), process_time()
    check_text(text.replace("…", " " * 3000).replace("⏎", "\n" * 3000), name, key)
    assert process_time() - start < 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_text_is_read_in_the_encoding_that_its_first_bytes_say(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.md").write_bytes(BLOCK.format(f"{RIGHT}  % größer").replace("\n", "\r\n").encode(encoding))
    (file,) = check_files([tmp_path / "a.md"]).files
    assert [one.verdict for one in file.problems] == ["right"]


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a regular file"):
        read_key(tmp_path)
