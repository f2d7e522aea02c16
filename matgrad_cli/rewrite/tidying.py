"""A move of tidying as a step that can be run again: a rule's text at the places where it fits, or a native move over one part."""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Expr, Named
from ..records import Bindings, Step
from .application import NATIVE, Application, Native, Site, applied, everywhere, fit, native, places_of
from .apply import Rewriting
from .recorder import Recorder
from .tidy import MOVES, Move
from .tidy import everywhere as moved_everywhere


def tidied_step(recorder: Recorder, rule_id: str, shown: Expr, line: Expr, part: Expr, bindings: Bindings) -> Step:
    """The step from `shown` to `line` in which `rule_id` tidied `part`."""
    if rule_id in _BY_CODE:
        application = _native(recorder, rule_id, shown, part) if rule_id in NATIVE else None
    else:
        application = _pattern(recorder, rule_id, shown, part)
    if application is None or application.after is not line:
        return recorder.step(rule_id, shown, line, bindings)
    known = {name for name, _ in application.bindings}
    return recorder.judged(application, bindings=(*application.bindings, *(pair for pair in bindings if pair[0] not in known)))


def _pattern(recorder: Recorder, rule_id: str, shown: Expr, part: Expr) -> Application | None:
    rule = recorder.rules.rule(rule_id)
    found: dict[Expr, Rewriting] = {}
    stack, seen = [part], set[Expr]()
    while stack:
        node = stack.pop()
        if node in seen or isinstance(node, Named):
            continue
        seen.add(node)
        rewriting = fit(rule, node, recorder.scene)
        if rewriting is not None:
            found[node] = rewriting
        else:
            stack.extend(node.children)
    return everywhere(shown, found) if found else None


def _native(recorder: Recorder, rule_id: str, shown: Expr, part: Expr) -> Application | None:
    rule = recorder.rules.rule(rule_id)
    paths = [path for path, _ in places_of(shown, {part: None}, _has(part))]
    rewriting = fit(rule, part, recorder.scene)
    return applied(shown, dict.fromkeys(paths, rewriting)) if paths and rewriting is not None else None


def _has(part: Expr) -> Callable[[Expr], bool]:
    known: dict[Expr, bool] = {}

    def inside(node: Expr) -> bool:
        found = known.get(node)
        if found is None:
            found = known[node] = any(child is part or inside(child) for child in node.children)
        return found

    return inside


def _moves_of(moves: tuple[Move, ...]) -> Native:
    def run(site: Site) -> tuple[Expr, Bindings] | None:
        """The first of the moves that changes the part, at every place inside it, the inner ones first."""
        for move in moves:
            after = moved_everywhere(site.node, move, site.scene.problem)
            if after is not site.node:
                return after, ()
        return None

    return run


_BY_CODE = frozenset(entry.rule for entry in MOVES if not entry.by_text)
"""Rules whose moves are code. Those of them that have a text of their own are run by code in its place, and stand in `legacy`."""

_TEXTS = frozenset(("diag-mul-vector", "hadamard-outer", "inv-kron", "inv-mul", "mul-inv", "softmax-quotient", "sum-simplex", "vec-mul"))

for _rule in sorted(_BY_CODE - _TEXTS):
    native(_rule)(_moves_of(tuple(entry.move for entry in MOVES if entry.rule == _rule)))
