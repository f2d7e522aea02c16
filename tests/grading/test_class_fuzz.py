"""Ten thousand answers of nonsense in a class of fifty: every report is complete. `pytest -m slow` runs it."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest

from matgrad_cli.cli.app import command_line

STUDENTS, EACH = 50, 200
PROBLEMS = (
    ("x.T @ A @ x", "x", "A: n×n, x: n", "(A+A.T)@x"), ("norm(X@w-y)**2", "w", "X: m×n, w: n, y: m", "2*X.T@(X@w-y)"),
    ("logdet(S)+a.T@inv(S)@a", "S", "S: n×n, a: n", "inv(S).T-inv(S).T@a@a.T@inv(S).T"),
    ("sum(tanh(X@w))", "w", "X: m×n, w: n", "X.T@(1-tanh(X@w)**2)"),
)  # fmt: skip
LETTERS = "XwyAxSa@*.T()+-/^_{}\\ 0123456789=,'#%&$\n\t\x1b∂∇λ²ⅠЖ\u202e:[]|<>!~`;\"?"
WORDS = (
    "\\frac{", "}{", "\\nabla_w ", "\\sum_{i=1}^n ", "inv(", "norm(", "**2", "matrix_power(X,99)", "exp(", "\\begin{align}", "\\text{",
    "d(", "X.T@(X@w-y)", "(A+A.T)@x", "partial(", "w[", "1e308*", "9**9**9", "\\lim", "sum(axis=", "lambda ", "::error::", "A.T",
    "\\left(", "eye(", "ones(", "kron(A,A)", "{{{{", "import os;",
)  # fmt: skip


def nonsense(rng: random.Random) -> str:
    """A right answer with a few letters changed, words, letters, one word many times, or a right answer."""
    kind, honest = rng.random(), rng.choice(PROBLEMS)[3]
    if kind < 0.25:
        letters = list(honest)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(letters) + 1)
            letters[at : at + rng.randint(0, 2)] = rng.choice(LETTERS)
        return "".join(letters)
    if kind < 0.6:
        return "".join(rng.choices(WORDS, k=rng.randint(1, 8)))
    if kind < 0.9:
        return "".join(rng.choices(LETTERS, k=rng.randint(0, 40)))
    return rng.choice(WORDS) * rng.randint(1, 300) if kind < 0.95 else honest


@pytest.mark.slow
def test_every_report_of_a_class_is_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(7)
    key = ""
    for number in range(EACH):
        loss, wrt, shapes, _ = PROBLEMS[number % len(PROBLEMS)]
        key += f'[[problem]]\nid = "{number}"\nloss = "{loss}"\nwrt = "{wrt}"\nshapes = "{shapes}"\n'
    (tmp_path / "key.toml").write_text(key, encoding="utf-8")
    (tmp_path / "class").mkdir()
    for student in range(STUDENTS):
        texts = [(number, nonsense(rng)) for number in range(EACH)]
        toml = "".join(f'[[problem]]\nid = "{number}"\nanswer = {json.dumps(text)}\n' for number, text in texts)
        rows = "".join(f"```matgrad\nproblem: {number}\n\n{text.replace('```', '')}\n```\n\n" for number, text in texts)
        name, text = (f"{student}.md", rows) if student % 5 == 4 else (f"{student}.toml", toml)
        (tmp_path / "class" / name).write_text(text, encoding="utf-8")
    formats = ("json", "csv", "gradebook", "junit", "github", "sarif")
    reports = [f"--report={name}={tmp_path / name}" for name in formats]
    command_line(["check", str(tmp_path / "class"), "--key", str(tmp_path / "key.toml"), "--jobs", "0", *reports])
    with open(tmp_path / "csv", encoding="utf-8", newline="") as stream:
        rows_of = list(csv.DictReader(stream))
    assert len({(row["student"], row["problem"]) for row in rows_of}) == len(rows_of) == STUDENTS * EACH
    assert not [row for row in rows_of if row["code"] in ("bug", "memory-limit")]
    assert len(json.loads((tmp_path / "json").read_text(encoding="utf-8"))["files"]) == STUDENTS
    assert len(XML.parse(tmp_path / "junit").getroot()) == STUDENTS
    assert json.loads((tmp_path / "sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    capsys.readouterr()
