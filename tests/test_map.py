"""The map of the house: what matgrad_cli/README.md says about adding things is done here."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import ROOT
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.engine.replay import maker_of, replayed, scene_of
from matgrad_cli.rulebook.load import rulebook

MAP = (ROOT / "matgrad_cli" / "README.md").read_text("utf-8")


def test_the_rule_that_is_added_makes_a_step(tmp_path: Path) -> None:
    [entry] = re.findall(r"```toml\n(.*?)```", MAP, re.DOTALL)
    (tmp_path / "mine.toml").write_text(entry, "utf-8")
    found = derive(read_problem("tr(inv(X))", "X", ["X: n×n"]), "differential", rules=tmp_path)
    book = rulebook(tmp_path)
    step = found.steps[0]
    assert step.rule == "d-trace-inv"
    assert maker_of(step, book) == "pattern"
    assert replayed(step, scene_of(found, book)) is step.after
    assert found.rests_on


def test_the_files_that_the_map_names_are_there() -> None:
    named = set(re.findall(r"`((?:matgrad_cli|rewrite|rules|tests)/[\w./]+)`", MAP))
    missing = {name for name in named if not (ROOT / name).exists() and not (ROOT / "matgrad_cli" / name).exists()}
    assert missing == set()
