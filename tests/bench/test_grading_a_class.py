"""A class of 300 students × 10 questions, key and student files, in one process."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from matgrad_cli.grading.check import Options, check_files

QUESTIONS = {
    "1": (
        "norm(X@R - Y, 'fro')**2 / m",
        "R",
        "X: m×n, R: n×p, Y: m×p",
        ["2/m*X.T@(X@R-Y)", "2*X.T@(X@R-Y)", r"\\frac2m X^T(XR-Y)"],
    ),
    "2": ("x.T@A@x", "x", "A: n×n, x: n", ["(A+A.T)@x", "2*A@x", "A@x + A.T@x"]),
    "3": ("det(X)", "X", "X: n×n", ["det(X)*inv(X).T", "det(X)*inv(X)", "tr(X)"]),
    "4": ("a.T@inv(X)@b", "X", "a: n, b: n, X: n×n", ["-inv(X).T@a@b.T@inv(X).T", "inv(X).T@a@b.T@inv(X).T"]),
    "5": ("tr(A@X@B)", "X", "A: m×n, X: n×p, B: p×m", ["A.T@B.T", "B@A", "A@B"]),
}


@pytest.mark.bench
def test_a_class_is_graded_in_a_minute(tmp_path: Path) -> None:
    rng = random.Random(1)
    names = [f"{name}{part}" for name in QUESTIONS for part in "ab"]
    key = "".join(
        f'[[problem]]\nid = "{name}"\nloss = "{QUESTIONS[name[0]][0]}"\nwrt = "{QUESTIONS[name[0]][1]}"\n'
        f'shapes = "{QUESTIONS[name[0]][2]}"\n'
        for name in names
    )
    (tmp_path / "key.toml").write_text(key, encoding="utf-8")
    files = []
    for number in range(300):
        path = tmp_path / f"student{number}.toml"
        answers = {name: rng.choice(QUESTIONS[name[0]][3]) for name in names}
        path.write_text(
            "".join(f'[[problem]]\nid = "{name}"\nanswer = "{text}"\n' for name, text in answers.items()),
            encoding="utf-8",
        )
        files.append(path)
    start = time.perf_counter()
    report = check_files(files, Options(key=tmp_path / "key.toml"))
    seconds = time.perf_counter() - start
    assert len(report.files) == 300
    assert 3000 / seconds > 200
