"""What the replay tests share: running the steps of a derivation again, and counting who made them:
the text of a rule or its function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from matgrad_cli.diagnostics import BugError
from matgrad_cli.facts import Problem
from matgrad_cli.ir import Expr, LinearMap, Named
from matgrad_cli.ir.walk import letters_in, nodes_of
from matgrad_cli.records import Derivation, Sentence, Step
from matgrad_cli.records.derivation import steps_in
from matgrad_cli.records.solution import Equation, Move
from matgrad_cli.rewrite.engine.application import Scene, apply
from matgrad_cli.rulebook.load import Rulebook
from matgrad_cli.stationary.line import Line
from matgrad_cli.verify.judge import Judge
from rebuilding import Reader, read_bindings, read_problem

MAKERS = ("pattern", "native", "group")


def scene_of(derivation: Derivation, rules: Rulebook) -> Scene:
    """What the rules knew beside the lines: the problem, and the names that were given to parts of the loss at the
    beginning."""
    first = derivation.steps[0] if derivation.steps else None
    known = frozenset(nodes_of(first.before)) if first is not None else frozenset()
    named = (
        (node for node in nodes_of(first.after) if isinstance(node, Named) and node not in known)
        if first is not None
        else ()
    )
    names: dict[Expr, Expr] = {node.body: node for node in named}
    direction = derivation.start.argument if isinstance(derivation.start, LinearMap) else None
    method = rules.method(derivation.method).like or derivation.method
    return Scene(
        derivation.problem,
        rules,
        names,
        method == "index",
        direction,
        method == "expand",
        set(letters_in(derivation.start)),
    )


def maker_of(step: Step, rules: Rulebook) -> str:
    """Who made a step (see `MAKERS`): only what a pattern or a native rule made can be run again."""
    if step.substeps:
        return "group"
    return "native" if rules.rule(step.rule).native else "pattern"


def replayed(step: Step, scene: Scene) -> Expr:
    """The line that comes of running the step's rule again at its places, with its letters standing for the same; a
    reversible rule in the direction that fits. The steps of a derivation are run in their order:
    a letter avoids those of the lines before."""
    rule = scene.rules.rule(step.rule)
    found = step.before
    for one in (rule.backwards, rule) if rule.reversible else (rule,):
        try:
            found = apply(one, step.before, step.paths, scene, step.bindings).after
        except BugError:
            continue
        if found is step.after:
            break
    if isinstance(scene.letters, set):
        scene.letters.update(letters_in(step.after))
    return found


def coverage(derivations: Iterable[Derivation], rules: Rulebook) -> dict[str, Counter[str]]:
    """For each rule how many steps it made as a pattern, as a native rule or as the title of a group."""
    table: dict[str, Counter[str]] = {rule_id: Counter() for rule_id in rules.ids}
    for derivation in derivations:
        for step in steps_in(derivation.steps):
            table[step.rule][maker_of(step, rules)] += 1
    return table


def by_method(derivations: Iterable[Derivation], rules: Rulebook) -> dict[str, Counter[str]]:
    """For each method how many steps were made by whom."""
    table: dict[str, Counter[str]] = {}
    for derivation in derivations:
        counts = table.setdefault(derivation.method, Counter())
        counts.update(maker_of(step, rules) for step in steps_in(derivation.steps))
    return table


def run_again(move: Move, problem: Problem) -> Equation | None:
    """The line that comes of running a move's rule again on the line before it; `problem` is that of the gradient."""
    said: dict[str, Any] = dict(move.bindings)
    known = (said["known"], (said["left"], said["right"])) if "known" in said else None
    line = Line(problem, Judge(problem), said["unknown"], move.before, int(said["root"]), known)
    line.look_at(said["core"])
    found = line.made(move.rule)
    return None if found is None else found[0]


def moves_from(data: dict[str, Any]) -> tuple[Problem, tuple[Move, ...]]:
    """The problem and the moves that `solution_data` wrote, their sentences in words."""
    reader = Reader(data["nodes"])
    problem = read_problem(reader.nodes[data["problem"]["node"]], data["problem"], reader)
    moves = []
    for one in data["steps"]:
        (a, b), (c, d) = ([reader.nodes[side["node"]] for side in one[line]] for line in ("before", "after"))
        moves.append(
            Move(
                one["rule"],
                Sentence(one["title"]),
                Sentence(""),
                (a, b),
                (c, d),
                read_bindings(one["bindings"], reader),
            )
        )
    return problem, tuple(moves)
