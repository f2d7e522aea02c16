"""Graders are attacked: what earns marks undeservedly, kept as data in `attacks.toml`; a new attack is a line there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from matgrad_cli.grading.check import Key, check_text, read_key

DATA = tomllib.loads(Path(__file__).with_name("attacks.toml").read_text(encoding="utf-8"))


def files(attack: dict[str, Any]) -> list[tuple[str, str]]:
    """The name and text of each submission."""
    found = [("a.toml", f'[[problem]]\nid = "1"\nanswer = {json.dumps(text)}\n') for text in attack.get("answers", ())]
    found += [("a.md", f"```matgrad\nproblem: 1\n\n{text}\n```\n") for text in attack.get("rows", ())]
    return found + [("a.toml", text) for text in attack.get("files", ())]


@pytest.fixture
def key(tmp_path: Path, attack: dict[str, Any]) -> Key:
    said = "".join(f"{word} = {json.dumps(text, ensure_ascii=False)}\n" for word, text in DATA["keys"][attack["key"]].items())
    (tmp_path / "key.toml").write_text(f'[[problem]]\nid = "1"\n{said}', encoding="utf-8")
    return read_key(tmp_path / "key.toml")


@pytest.mark.parametrize("attack", DATA["attack"], ids=[f"{one['kind']}, {one['key']}" for one in DATA["attack"]])
def test_nothing_undeserved_is_earned(attack: dict[str, Any], key: Key) -> None:
    for name, text in files(attack):
        report = check_text(text, name, key)
        assert report.score <= attack.get("at_most", 0), text
        codes = {problem.final.code for problem in report.problems} | {line.code for problem in report.problems for line in problem.lines}
        assert not codes & {"bug", "time-limit", "memory-limit"}, text


def test_there_are_enough() -> None:
    assert sum(len(files(attack)) for attack in DATA["attack"]) >= 200
