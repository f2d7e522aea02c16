"""Patterns wait until they are used; each of them can be compiled, and none is compiled while modules are imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import matgrad_cli
from conftest import trees
from matgrad_cli.diagnostics.regex import _Rare, _Waiting, regex

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
        inside = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.Lambda)
            for part in ast.walk(node)
        }
        found += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and id(node) not in inside
            and ast.unparse(node.func) == "re.compile"
            and not isinstance(getattr(node.args[0], "value", ""), bytes)
        ]
    assert found == []


def of_all_modules() -> list[object]:
    names = [
        ".".join(("matgrad_cli", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in FILES
        if path.stem != "__main__"
    ]
    return [value for name in names for value in vars(import_module(name.removesuffix(".__init__"))).values()]


def test_every_pattern_can_be_compiled() -> None:
    waiting = [value for value in of_all_modules() if isinstance(value, _Waiting)]
    assert len(waiting) > 100
    for pattern in waiting:
        assert pattern.search("") is None or pattern.groups >= 0


def without(words: Sequence[str], parts: Sequence[tuple[object, object]], ends: frozenset[str]) -> frozenset[str]:
    """How texts may end that fit these parts and hold none of the words; `ends`: how they ended before."""
    for kind, value in parts:
        name = str(kind)
        if name == "LITERAL":
            ends = frozenset(end + chr(value).casefold() for end in ends)
        elif name == "IN" and all(str(one) == "LITERAL" for one, _ in value):
            ends = frozenset(end + chr(code).casefold() for end in ends for _, code in value)
        elif name == "SUBPATTERN":
            ends = without(words, value[3], ends)
        elif name == "BRANCH":
            ends = frozenset[str]().union(*(without(words, way, ends) for way in value[1]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and value[:2] == (0, 1):
            ends |= without(words, value[2], ends)
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            once = without(words, value[2], ends) if value[0] else ends
            ends = frozenset(("",)) if once else once
        elif name == "ASSERT":
            ends = ends if value[0] < 0 or without(words, value[1], ends) else frozenset()
        elif name not in ("AT", "ASSERT_NOT"):
            ends = frozenset(("",)) if ends else ends
        ends = frozenset(end[-40:] for end in ends if not any(word in end for word in words))
    return ends


def test_what_a_pattern_needs_stands_in_every_text_that_fits() -> None:
    rare = [value for value in of_all_modules() if isinstance(value, _Rare)]
    assert len(rare) > 10
    for one in rare:
        parsed = re._parser.parse(one.waiting.pattern, one.waiting.flags)  # type: ignore[attr-defined]
        assert not without(one.needs, parsed, frozenset(("",))), one.waiting.pattern
