"""Patterns wait until they are used; each of them can be compiled, and none is compiled while modules are imported."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import matgrad_cli
from conftest import trees
from matgrad_cli.diagnostics.regex import _Waiting, regex

PACKAGE = Path(matgrad_cli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def test_a_waiting_pattern_does_what_a_compiled_one_does() -> None:
    text, waiting = "a1 b22", regex(r"([a-z])(?P<n>\d+)", re.IGNORECASE)
    compiled = re.compile(waiting.pattern, waiting.flags)
    assert waiting.findall(text) == compiled.findall(text)
    assert waiting.sub(r"\2", text) == compiled.sub(r"\2", text)
    assert [found["n"] for found in waiting.finditer(text)] == ["1", "22"]
    assert waiting.groups == compiled.groups
    assert waiting.fullmatch("C3") is not None is not waiting.match("A1 ")


def test_no_pattern_is_compiled_while_modules_are_imported() -> None:
    found = []
    for path, tree in trees("re.compile").items():
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda) for part in ast.walk(node)}
        found += [f"{path.name}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in inside
                  and ast.unparse(node.func) == "re.compile" and not isinstance(getattr(node.args[0], "value", ""), bytes)]  # fmt: skip
    assert found == []


def test_every_pattern_can_be_compiled() -> None:
    names = [".".join(("matgrad_cli", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in FILES if path.stem != "__main__"]
    waiting = [value for name in names for value in vars(import_module(name.removesuffix(".__init__"))).values()
               if isinstance(value, _Waiting)]  # fmt: skip
    assert len(waiting) > 100
    for pattern in waiting:
        assert pattern.search("") is None or pattern.groups >= 0
