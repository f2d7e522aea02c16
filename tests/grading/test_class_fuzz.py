"""Ten thousand hostile and ordinary submissions to classes of fifty:
every report is complete and says nothing but itself.

`pytest -m slow` runs all ten classes, the fast tests a small one.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from matgrad_cli.grading.check import Options, check_files

from .test_inert import FORMATS, HIDDEN, NASTY, check, plain

STUDENTS, EACH, CLASSES = 50, 20, 10
PROBLEMS = (
    ("x.T @ A @ x", "x", "A: n×n, x: n", "(A+A.T)@x"),
    ("norm(X@w-y)**2", "w", "X: m×n, w: n, y: m", "2*X.T@(X@w-y)"),
    ("logdet(S)+a.T@inv(S)@a", "S", "S: n×n, a: n", "inv(S).T-inv(S).T@a@a.T@inv(S).T"),
    ("sum(tanh(X@w))", "w", "X: m×n, w: n", "X.T@(1-tanh(X@w)**2)"),
)
LETTERS = "XwyAxSa@*.T()+-/^_{}\\ 0123456789=,'#%&$\n\t\x1b∂∇λ²ⅠЖ\u202e:[]|<>!~`;\"?"
WORDS = (
    "\\frac{", "}{", "\\nabla_w ", "\\sum_{i=1}^n ", "inv(", "norm(", "**2", "matrix_power(X,99)", "exp(",
    "\\begin{align}", "\\text{",
    "d(", "X.T@(X@w-y)", "(A+A.T)@x", "partial(", "w[", "1e308*", "9**9**9", "\\lim", "sum(axis=", "lambda ",
    "::error::", "A.T",
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


def hostile(rng: random.Random, answers: list[tuple[str, str]]) -> tuple[str, bytes]:
    """The ending and the bytes of a file that is no fair submission."""
    nasty = "".join(rng.choices(NASTY, k=3))
    name, text = rng.choice(answers)
    whole = toml(answers)
    kinds: list[tuple[str, bytes]] = [
        (".toml", whole[: rng.randrange(len(whole))].encode()),
        (".toml", whole.replace("[[problem]]", rng.choice(("[problem]", "[[[problem]]]", "[[problem]]\nx = {", "\x00")),
        1).encode()),
        (".toml", whole.encode("utf-16")), (".toml", b"\xef\xbb\xbf" + whole.replace("\n", "\r\n").encode()),
        (".toml", bytes(rng.randrange(256) for _ in range(300))), (".toml", b""),
        (".toml", (f'points = 1000\nassume = "A symmetric"\nreveal = "full"\nrequire = "none"\nseconds = '
            f'1e9\n{whole}').encode()),
        (".toml", f'[[problem]]\nid = {json.dumps(nasty)}\npoints = 99\nanswer = "1"\n{whole}'.encode("utf-8",
        "replace")),
        (".toml", (whole * 3).encode()), (".toml", f"x = {'[' * 3000}{']' * 3000}\n{whole}".encode()),
        (".toml", f"[[problem]]\nid = {json.dumps(name)}\nanswer = {json.dumps('(' * 2000 + text)}\n".encode()),
        (".md", (f"<script>{nasty}</script>\n" + markdown(answers) + "```matgrad\n").encode("utf-8", "replace")),
        (".md", f"```matgrad\nproblem: {name}\nloss: 1\nwrt: x\nassume: {nasty}\n\n= {nasty}\n```\n".encode("utf-8",
        "replace")),
        (".tex", f"\\def\\a{{\\a\\a}}% matgrad: problem = {name}\n\\begin{{align}}\n\\a {text}\n".encode()),
        (".tex", f"% matgrad: problem = {name}\n\\[ \\nabla L = {text} \\]\n% matgrad: end\n{nasty}".encode("utf-8",
        "replace")),
        (".ipynb", json.dumps({"cells": [{"cell_type": "markdown", "source": [markdown(answers)]}]}).encode()),
        (".ipynb", json.dumps({"cells": rng.choice((None, [1], [{"cell_type": "markdown"}], {}))}).encode()),
    ]  # fmt: skip
    return rng.choice(kinds)


def toml(answers: list[tuple[str, str]]) -> str:
    return "".join(f'[[problem]]\nid = "{name}"\nanswer = {json.dumps(text)}\n' for name, text in answers)


def markdown(answers: list[tuple[str, str]]) -> str:
    return "".join(f"```matgrad\nproblem: {name}\n\n{text.replace('```', '')}\n```\n\n" for name, text in answers)


def submissions(rng: random.Random, students: int, each: int) -> Iterator[tuple[str, bytes]]:
    """What a class hands in: the names of files and their bytes."""
    for student in range(students):
        answers = [(str(number), nonsense(rng)) for number in range(each)]
        if student % 3 == 2:
            ending, content = hostile(rng, answers)
        else:
            ending, content = (".md", markdown(answers).encode()) if student % 3 else (".toml", toml(answers).encode())
        nasty = (
            "".join(rng.choices([one for one in NASTY if not set(one) & set("/\0\udc80")], k=2))
            if student % 7 == 6
            else ""
        )
        yield f"{student}{nasty}{ending}", content


def checked_class(place: Path, seed: int, students: int, each: int) -> None:
    """Hands in, has it judged, and looks at the reports in every format."""
    key = ""
    for number in range(each):
        loss, wrt, shapes, _ = PROBLEMS[number % len(PROBLEMS)]
        key += f'[[problem]]\nid = "{number}"\nloss = "{loss}"\nwrt = "{wrt}"\nshapes = "{shapes}"\nseconds = 5\n'
    (place / "key.toml").write_text(key, encoding="utf-8")
    (place / "class").mkdir()
    for name, content in submissions(random.Random(seed), students, each):
        (place / "class" / name).write_bytes(content)
    report = check_files([place / "class"], Options(place / "key.toml", jobs=os.cpu_count() or 1, isolated=True))
    said = {name: write(report) for name, write in FORMATS.items() if name not in ("gradescope", "prairielearn")}
    rows = list(csv.DictReader(io.StringIO(said["csv"])))
    assert len(report.files) == students
    assert len({(row["student"], row["problem"]) for row in rows}) == len(rows) == students * each
    assert not [row for row in rows if row["code"] in ("bug", "memory-limit", "time-limit")]
    assert all(float(row["points"]) <= float(row["of"]) for row in rows)
    assert "Traceback" not in "".join(said.values())
    assert all(plain(text) for name, text in said.items() if name not in ("github", "html"))
    for name in ("json", "csv", "gradebook", "sarif", "github"):
        check(name, said[name])
    assert not HIDDEN.search(said["junit"])


def test_a_small_class_of_hostile_submissions(tmp_path: Path) -> None:
    checked_class(tmp_path, 1, 9, 4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(CLASSES))
def test_every_report_of_a_class_is_complete(tmp_path: Path, seed: int) -> None:
    checked_class(tmp_path, seed, STUDENTS, EACH)
