"""The samples for graders do what they say, as far as that can be tried without the graders;
the schemas describe the reports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import PACKAGE, ROOT, environment
from matgrad_cli.cli.app import command_line

GRADERS = ROOT / "samples" / "graders"
GOOD = "[[problem]]\nid = '1'\nanswer = '2*X.T @ (X@w - y)'\n"
POOR = "[[problem]]\nid = '1'\nanswer = 'X.T @ (X@w - y)'\n[[problem]]\nid = '2'\nanswer = '2*A @ x'\n"


def run(script: Path, root: Path, variable: str) -> dict[str, Any]:
    """What a grader's script writes."""
    tools = root / "bin"
    tools.mkdir()
    (tools / "matgrad").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m matgrad_cli "$@"\n', encoding="utf-8")
    (tools / "matgrad").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", str(script)], env={**environment(), variable: str(root), "PATH": path}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.skipif(os.name != "posix", reason="scripts of a shell")
def test_gradescope(tmp_path: Path) -> None:
    for name, text in (("a.toml", GOOD), ("further/b.toml", POOR)):
        (tmp_path / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "submission" / name).write_text(text, encoding="utf-8")
    (tmp_path / "source").mkdir()
    shutil.copy(GRADERS / "key.toml", tmp_path / "source")
    found = run(GRADERS / "gradescope" / "run_autograder", tmp_path, "AUTOGRADER")
    assert (found["score"], [test["score"] for test in found["tests"]]) == (1, [1, 0])
    assert "2*X.T" not in json.dumps(found)


@pytest.mark.skipif(os.name != "posix", reason="scripts of a shell")
@pytest.mark.parametrize(("text", "score"), [(GOOD, 0.4), (POOR, 0.2), ("[[problem", None)])
def test_prairielearn(tmp_path: Path, text: str, score: float | None) -> None:
    (tmp_path / "student").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "student" / "answers.toml").write_text(text, encoding="utf-8")
    shutil.copy(GRADERS / "key.toml", tmp_path / "tests")
    found = run(GRADERS / "prairielearn" / "run.sh", tmp_path, "GRADE")
    assert (found["gradable"], found.get("score")) == (score is not None, score)
    info = json.loads((GRADERS / "prairielearn" / "info.json").read_text(encoding="utf-8"))
    assert info["externalGradingOptions"]["entrypoint"] == "sh /grade/tests/run.sh"


def ran(source: str, space: dict[str, Any]) -> None:
    """Runs a cell of a sample."""
    exec(source, space)  # noqa: S102


def test_notebooks() -> None:
    for name, cells in (("otter", 1), ("nbgrader", 2)):
        notebook = json.loads((GRADERS / name / "homework.ipynb").read_text(encoding="utf-8"))
        space: dict[str, Any] = {}
        sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for source in sources[:cells]:
            ran(source, space)
        assert "answer" in space
    space["answer"] = "X.T @ (X@w - y)"
    with pytest.raises(AssertionError, match="exactly 1/2"):
        ran(sources[1], space)


def test_the_test_of_otter() -> None:
    space: dict[str, Any] = {}
    ran((GRADERS / "otter" / "tests" / "q1.py").read_text(encoding="utf-8"), space)
    (case,) = space["test"]["suites"][0]["cases"]
    lines = [line.strip().removeprefix(">>> ") for line in case["code"].strip().splitlines()]
    ran("\n".join(lines), {"answer": "2*X.T @ (X@w - y)"})


def test_the_key_of_the_samples_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    for key in (GRADERS / "key.toml", ROOT / "samples" / "homework" / "key.toml"):
        assert command_line(["check", "--key", str(key)]) == 0
    capsys.readouterr()


# ---- schemas


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether a value is as a schema says, for the words that our schemas use."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return any(fits(value, one, root) for one in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kinds = {
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(fits(one, schema.get("items", {}), root) for one in value)
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties", {})
        return set(schema.get("required", ())) <= set(value) and all(
            fits(one, known.get(key, other), root) for key, one in value.items()
        )
    return True


@pytest.mark.thorough
@pytest.mark.parametrize("arguments", [
    ["check", "samples/homework/students", "--key", "samples/homework/key.toml"], ["check",
    "samples/forum-least-squares"],
    ["check", "samples/documents", "samples/backward-code/bias.py"], ["explain", "norm(X@R-Y)**2", "--wrt", "R"],
    ["explain", "x.T@x", "--wrt", "x", "--method", "all"],
])  # fmt: skip
def test_reports_are_as_their_schemas_say(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    command_line([*arguments, "--format", "json"])
    schema = json.loads((PACKAGE / "records" / "schemas" / f"{arguments[0]}.json").read_text(encoding="utf-8"))
    report = json.loads(capsys.readouterr().out)
    assert fits(report, schema, schema)
    report.pop("verdict", report.pop("derivations", None))
    assert not fits(report, schema, schema)
    command_line(["why", "json"])
    assert str(PACKAGE / "records" / "schemas" / f"{arguments[0]}.json") in capsys.readouterr().out
