"""The map of the house: what matgrad_cli/README.md says about adding things is done here."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import ROOT
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.records.derivation import steps_in
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rulebook.load import Rulebook, rulebook
from matgrad_cli.selftest.user_rules import tested_rulebook as book_of
from replaying import maker_of, replayed, scene_of

MAP = (ROOT / "matgrad_cli" / "README.md").read_text("utf-8")
RULE, NORM, METHOD = re.findall(r"```toml\n(.*?)```", MAP, re.DOTALL)


def test_the_rule_that_is_added_makes_a_step(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(RULE, "utf-8")
    makes_its_step(
        derive(read_problem("tr(inv(X))", "X", ["X: n×n"]), "differential", rules=book_of(tmp_path)),
        "d-trace-inv",
        rulebook(tmp_path),
    )


def test_the_norm_that_is_added_makes_a_step(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(NORM, "utf-8")
    problem = read_problem("sum(w**4)**(1/4)", "w", ["w: n"], ["w positive"])
    makes_its_step(derive(problem, "differential", rules=book_of(tmp_path)), "d-norm-four", rulebook(tmp_path))


def test_the_method_that_is_added_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(RULE, "utf-8")
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods" / "traces.toml").write_text(METHOD, "utf-8")
    found = derive(read_problem("norm(X@w-y)**2", "w", ["X: m×n", "w: n", "y: m"]), "traces", rules=book_of(tmp_path))
    assert found.method == "traces"
    assert found.steps[0].rule == "norm-squared-trace"
    assert found.verdict == "proved"
    scene = scene_of(found, rulebook(tmp_path))
    assert all(replayed(step, scene) is step.after for step in steps_in(found.steps) if not step.substeps)


def makes_its_step(found: Derivation, rule_id: str, book: Rulebook) -> None:
    step = found.steps[0]
    assert step.rule == rule_id
    assert maker_of(step, book) == "pattern"
    assert replayed(step, scene_of(found, book)) is step.after
    assert found.rests_on


def test_the_files_that_the_map_names_are_there() -> None:
    named = set(re.findall(r"`((?:matgrad_cli|rewrite|rules|tests)/[\w./]+)`", MAP))
    missing = {name for name in named if not (ROOT / name).exists() and not (ROOT / "matgrad_cli" / name).exists()}
    assert missing == set()
