"""Families: what is computed of row i of a matrix is written out by entries, so that it can be read back over all rows at once.

(x_s − z_s)_t is an entry of another vector for each s, hence of no matrix; X_st − Z_st is an entry of X − Z.
"""

from __future__ import annotations

from ...ir import Call, Entry, Expr, MatMul, nodes_of
from ...records import Step
from ..engine.application import applied, fit, places_of
from ..engine.layers import outermost
from ..engine.recorder import Recorder

MAX_ROUNDS = 60


def open_rows(recorder: Recorder) -> None:
    """Entries of vectors that hold letters themselves, written out one rule at a time: a titled group."""
    substeps: list[Step] = []
    line = recorder.line
    rules = recorder.rules.method("index").phase("open").rules
    for _ in range(MAX_ROUNDS):
        after = _once(recorder, rules, line, substeps)
        if after is None:
            break
        line = after
    recorder.group("open-rows", substeps)


def _once(recorder: Recorder, rules: tuple[str, ...], line: Expr, substeps: list[Step]) -> Expr | None:
    """The line after one rule at all places where it fits and no place is part of another; None if no rule fits."""
    wanted = dict.fromkeys(outermost(node for node in nodes_of(line) if _holds_rows(node)))
    ready = list(places_of(line, wanted, lambda _: True)) if wanted else []
    for rule_id in rules:
        rule = recorder.rules.rule(rule_id)
        if rule.group:
            continue
        fits = {path: fit(rule, node, recorder.scene, (), line, path) for path, node in ready}
        found = {path: one for path, one in fits.items() if one is not None and not one.assumed}
        if found:
            application = applied(line, found)
            substeps.append(recorder.judged(application))
            return application.after
    return None


def _holds_rows(node: Expr) -> bool:
    if isinstance(node, Entry):
        return bool(node.base.free)
    if isinstance(node, MatMul) and node.shape.is_number:
        return bool(node.free)
    return isinstance(node, Call) and node.shape.is_number and bool(node.argument.free) and not node.argument.shape.is_number
