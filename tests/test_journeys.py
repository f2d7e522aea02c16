"""The journeys that matgrad_cli/README.md tells are made here, and what it says of adding a slip, a format, a carrier,
a habit is done."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from conftest import PACKAGE
from matgrad_cli.cli.app import run
from matgrad_cli.cli.check import render
from matgrad_cli.documents import files
from matgrad_cli.documents.sheets import read
from matgrad_cli.grading.check import check_file, check_text
from matgrad_cli.grading.slips import catalogue, diagnose
from matgrad_cli.ir.memory import let_go
from matgrad_cli.notation.latex import names
from matgrad_cli.notation.latex.lines import split_line
from matgrad_cli.notation.syntax import Apply
from matgrad_cli.records.finding import Report
from matgrad_cli.reports import formats

MAP = (PACKAGE / "README.md").read_text("utf-8")
HOMEWORK = """
```matgrad
loss: norm(X@w - y)**2
wrt: w
shapes: X: m×n, w: n, y: m

e = Xw - y
\\nabla L = 2X^\\top e
= 2X^\\top X w - X^\\top y
```
"""


def section(title: str) -> str:
    """The text below a heading of the map."""
    return re.split(r"^## ", MAP.partition(f"## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def passed(arguments: list[str]) -> list[tuple[str, str]]:
    """The functions that a command passes, in the order in which they are first entered."""
    found: dict[tuple[str, str], None] = {}
    root = str(PACKAGE)

    def entered(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(root):
            found.setdefault((code.co_filename[len(root) + 1 :], code.co_name))

    sys.setprofile(entered)
    try:
        run(arguments)
    finally:
        sys.setprofile(None)
    return list(found)


@pytest.mark.parametrize("journey", [0, 1])
def test_a_journey_passes_what_the_map_says(journey: int, tmp_path: Path) -> None:
    told = section("The journeys of a loss and of a homework").split("`matgrad check homework.md`")[journey]
    stations = re.findall(r"^- `([\w/]+\.py): (\w+)`", told, re.MULTILINE)
    (tmp_path / "homework.md").write_text(HOMEWORK, "utf-8")
    loss = ["gradient", "norm(X@w-y)**2", "--wrt", "w", "--shape", "X: m×n, w: n, y: m"]
    let_go()
    made = passed([loss, ["check", str(tmp_path / "homework.md"), "--format", "csv"]][journey])
    assert [station for station in stations if station not in made] == []
    assert stations == sorted(stations, key=made.index)


def test_the_slip_that_is_added_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    [block] = re.findall(r"```python\n(.*?)```", section("How to add a slip"), re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(block, "map", "exec"), space)  # noqa: S102
    head = "loss: norm(X@w - y)**2 + b.T@w + c.T@c\nwrt: w\nshapes: X: m×n, w: n, y: m, b: n, c: n\n"
    text = f"```matgrad\n{head}\n\\nabla L = 2X^\\top(Xw - y) + c\n```\n"
    monkeypatch.setattr(diagnose, "VALUES", (*catalogue.LAYOUT, space["other_name"], *catalogue.VALUES))
    first = check_text(text).problems[0].first_wrong
    assert first is not None
    assert first.diagnostic is not None
    assert first.diagnostic.message == "`c` stands where `b` is needed"


def test_the_format_that_is_added_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = section("How to add a format of reports")
    [block] = re.findall(r"```python\n(.*?)```", told, re.DOTALL)
    [(name, row)] = re.findall(r'`"(\w+)": "([\w:]+)"`', told)
    (tmp_path / "counts.py").write_text(block, "utf-8")
    monkeypatch.setattr("matgrad_cli.reports.__path__", [*sys.modules["matgrad_cli.reports"].__path__, str(tmp_path)])
    monkeypatch.setitem(formats.FORMATS, name, row)
    (tmp_path / "homework.md").write_text(HOMEWORK, "utf-8")
    assert render(Report((check_file(tmp_path / "homework.md"),)), name) == "wrong 1\n"


def test_the_carrier_that_is_added_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "answer.rst"
    path.write_text(
        "The loss is $L = \\|Xw - y\\|^2$ with $w \\in R^n$.\n\nSo $$\\nabla_w L = 2X^\\top(Xw - y)$$ holds.\n", "utf-8"
    )
    assert check_file(path).verdict != "right"
    monkeypatch.setattr(read, "ENDINGS", (*read.ENDINGS, ".rst"))
    monkeypatch.setattr(files, "ENDINGS", read.ENDINGS)
    assert check_file(path).verdict == "right"


def test_the_habit_that_is_added_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = r"\operatorname{Spur}(A)"
    monkeypatch.setitem(names.OPERATOR_NAMES, "Spur", "tr")
    node = split_line(text).statements[0].sides[0].node
    assert isinstance(node, Apply)
    assert node.function == "tr"
