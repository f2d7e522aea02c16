"""Patterns wait until they are used; each of them can be compiled, and none is compiled while modules are imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import BuiltinMethodType

import pytest

import matgrad_cli
from conftest import trees
from matgrad_cli.diagnostics.regex import _Waiting, may_fit, needed, regex

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
        if path.name == "regex.py":
            continue  # its few find out of which of all others is compiled
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
            ends = ends if without(words, value[1], ends if value[0] > 0 else frozenset(("",))) else frozenset()
        elif name not in ("AT", "ASSERT_NOT"):
            ends = frozenset(("",)) if ends else ends
        ends = frozenset(end[-80:] for end in ends if not any(word in end for word in words))
    return ends


def test_what_a_pattern_needs_stands_in_every_text_that_fits() -> None:
    waiting = [value for value in of_all_modules() if isinstance(value, _Waiting)]
    rows = [(one, row) for one in waiting for row in needed(one.pattern, one.flags)]
    assert len(rows) > len(waiting)
    for one, row in rows:
        parsed = re._parser.parse(one.pattern, one.flags)  # type: ignore[attr-defined]
        assert not without([word.casefold() for word in row], parsed, frozenset(("",))), (one.pattern, row)


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("colou?r", (("colo",), ("r",))),
        ("ab+c{2,}", (("ab",), ("c",))),
        ("x{0,3}y{,2}z", (("z",),)),
        ("cat|dog(?:s|gy)", (("cat", "dog"),)),
        ("(?:ab|cd)+?x", (("ab", "cd"), ("x",))),
        ("(?:ab|c?)x", (("x",),)),
        ("(?:a(?:bc)*d)?e(?:f(?:g)h)", (("efgh",),)),
        (r"\(\d+\)\.", (("(",), (").",))),
        (r"(?<=\$)a(?=bc)(?!de)", (("$",), ("a",), ("bc",))),
        (r"(?P<open>\{)?a(?P=open)b(?(open)\}|c)d", (("a",), ("b",), ("d",))),
        (r"[(){}|]\[[^\]]*\]", (("[",), ("]",))),
        (r"\\(?:left|right)\b", (("\\",), ("left", "right"))),
        (r"[^]]a", ()),
        (r"\u0041b", ()),
        ("(?i)a", ()),
        ("(?s:a)b", ()),
    ],
)
def test_what_is_needed(pattern: str, rows: object) -> None:
    assert needed(pattern) == rows


@pytest.mark.thorough
def test_signs_that_differ_in_case_alone_fit_each_other() -> None:
    for code in range(0x110000):
        sign = chr(code)
        for other in {sign.lower(), sign.upper(), sign.casefold(), "i", "s"}:
            if other != sign and re.fullmatch(re.escape(other), sign, re.IGNORECASE):
                needs = needed(re.escape(other), re.IGNORECASE)
                assert may_fit(sign, needs, folded=True), (sign, other)


def test_a_text_that_does_not_fit_compiles_nothing() -> None:
    waiting = regex(r"(?P<a>\w) is less than")
    assert waiting.search("a is more") is waiting.match("") is waiting.fullmatch("b") is None
    assert (waiting.sub("", "a"), waiting.subn("", "a"), waiting.split("a")) == ("a", ("a", 0), ["a"])
    assert waiting.findall("a") == list(waiting.finditer("a")) == []
    assert waiting.split("a", maxsplit=1) == ["a"]
    assert not isinstance(vars(waiting)["search"], BuiltinMethodType)
    found = waiting.search("a is less than b")
    assert found is not None
    assert isinstance(vars(waiting)["search"], BuiltinMethodType)


def test_a_pattern_that_is_asked_often_is_compiled_and_answers_the_same() -> None:
    waiting = regex("much (?:asked|wanted)")
    assert {waiting.search("little asked") for _ in range(100)} == {None}
    assert isinstance(vars(waiting)["search"], BuiltinMethodType)
