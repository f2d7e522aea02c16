"""Graders are attacked, and what is right is written in many ways:
both are data, in `attacks.toml` and `deserved.toml`, a line each."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from matgrad_cli.grading.check import Key, check_text, read_key

ATTACKS, DESERVED = (
    tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    for name in ("attacks.toml", "deserved.toml")
)
KEYS = ATTACKS["keys"] | DESERVED["keys"]


def files(attack: dict[str, Any]) -> list[tuple[str, str]]:
    """The name and text of each submission."""
    found = [("a.toml", f'[[problem]]\nid = "1"\nanswer = {json.dumps(text)}\n') for text in attack.get("answers", ())]
    found += [("a.md", f"```matgrad\nproblem: 1\n\n{text}\n```\n") for text in attack.get("rows", ())]
    found += [("a.md", f"## Problem 1\n{text}\n") for text in attack.get("prose", ())]
    return found + [("a.toml", text) for text in attack.get("files", ())]


@pytest.fixture
def key(tmp_path: Path, attack: dict[str, Any]) -> Key:
    said = "".join(f"{word} = {json.dumps(text, ensure_ascii=False)}\n" for word, text in KEYS[attack["key"]].items())
    (tmp_path / "key.toml").write_text(f'[[problem]]\nid = "1"\n{said}', encoding="utf-8")
    return read_key(tmp_path / "key.toml")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "attack", DESERVED["answer"], ids=[f"{one['kind']}, {one['key']}" for one in DESERVED["answer"]]
)
def test_what_is_right_is_right_however_it_is_written(attack: dict[str, Any], key: Key) -> None:
    for name, text in files(attack):
        report = check_text(text, name, key)
        assert [problem.verdict for problem in report.problems] == ["right"], (text, report.problems)


@pytest.mark.parametrize(
    "attack", DESERVED["share"], ids=[f"{one['kind']}, {one['score']}" for one in DESERVED["share"]]
)
def test_what_is_nearly_right_earns_its_share(attack: dict[str, Any], key: Key) -> None:
    for name, text in files(attack):
        (problem,) = check_text(text, name, key).problems
        assert (problem.verdict, problem.final.verdict, problem.score) == ("wrong", "wrong", attack["score"]), text
        assert problem.credit, text


@pytest.mark.parametrize("attack", DESERVED["open"], ids=[f"{one['kind']}, {one['key']}" for one in DESERVED["open"]])
def test_what_may_be_right_is_not_called_wrong(attack: dict[str, Any], key: Key) -> None:
    for name, text in files(attack):
        (problem,) = check_text(text, name, key).problems
        assert (problem.verdict, problem.score) == ("undecided", 0), (text, problem)


@pytest.mark.thorough
@pytest.mark.parametrize("attack", ATTACKS["attack"], ids=[f"{one['kind']}, {one['key']}" for one in ATTACKS["attack"]])
def test_nothing_undeserved_is_earned(attack: dict[str, Any], key: Key) -> None:
    for name, text in files(attack):
        report = check_text(text, name, key)
        assert report.score <= attack.get("at_most", 0), text
        codes = {problem.final.code for problem in report.problems} | {
            line.code for problem in report.problems for line in problem.lines
        }
        assert not codes & {"bug", "time-limit", "memory-limit"}, text


def test_there_are_enough() -> None:
    assert sum(len(files(attack)) for attack in ATTACKS["attack"]) >= 200
