"""A step is a rule that ran: each step that names its places is what its rule makes there, again and from JSON."""

from __future__ import annotations

import ast
import json

import pytest
from corpus import Case, derived

from conftest import GOLDEN, PACKAGE, trees
from matgrad_cli.records import METHODS, Derivation
from matgrad_cli.records.derivation import steps_in
from matgrad_cli.rewrite.derive import method_named
from matgrad_cli.rewrite.engine.application import NATIVE
from matgrad_cli.rulebook import rulebook
from matgrad_cli.rulebook.load import SOLVING, equation_rules
from rebuilding import from_json
from replaying import maker_of, replayed, scene_of

for name in METHODS[1:]:
    method_named(name)  # its native rules are registered when it is imported
BOOK = rulebook()


def broken(derivation: Derivation) -> list[str]:
    scene = scene_of(derivation, BOOK)
    made = [step for step in steps_in(derivation.steps) if maker_of(step, BOOK) in ("pattern", "native")]
    return [step.rule for step in made if replayed(step, scene) is not step.after]


@pytest.mark.parametrize("folder", sorted(GOLDEN.iterdir()), ids=lambda folder: folder.name)
def test_each_step_of_a_golden_derivation_can_be_run_again_from_json(folder: object) -> None:
    data = json.loads((GOLDEN / str(getattr(folder, "name", "")) / "derivation.json").read_text("utf-8"))
    for one in data.get("derivations", [data]):
        assert broken(from_json(json.dumps(one))) == []


def test_each_registered_function_belongs_to_a_native_rule() -> None:
    assert {rule_id for rule_id in NATIVE if not BOOK.rule(rule_id).native} == set()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("Step", {"rewrite/engine/recorder.py"}),
        ("Application", {"rewrite/engine/application.py"}),
        ("Rewriting", {"rewrite/engine/application.py", "rewrite/engine/apply.py"}),
    ],
)
def test_steps_are_built_in_one_place(name: str, files: set[str]) -> None:
    found = {
        str(file.relative_to(PACKAGE))
        for file, tree in trees(f"{name}(").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    }
    assert found == files


def test_a_rule_is_named_in_code_only_where_its_function_is() -> None:
    """Which rules run, and in which order, is said by the methods' files: in code a phase is named, not a rule."""
    methods = (*(BOOK.method(method) for method in METHODS), equation_rules().method(SOLVING))
    phases = {phase.name for method in methods for phase in method.phases}
    rules = {rule.id for book in (BOOK, equation_rules()) for rule in book if not rule.group} - phases
    for file in (PACKAGE / "rewrite").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        own = {text for one in functions for decorator in one.decorator_list for text in words(decorator)}
        assert set(words(tree)) & rules <= own, file.name


def words(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.thorough
@pytest.mark.parametrize("loss", ["norm(kron(A,X)-B)**2", "tr(X.T@A@X)", "sum(tanh(A@X))", "tr(inv(X)@A)"])
@pytest.mark.parametrize("method", METHODS)
def test_no_line_comes_back(loss: str, method: str) -> None:
    case = Case(loss, "X", "A: n×n, X: n×n" if "kron" not in loss else "A: m×n, X: p×q", "")
    derivation = derived(case, method, BOOK)
    lines = [step.after for step in derivation.steps if step.after != step.before] if derivation else []
    assert len(lines) == len(set(lines))
