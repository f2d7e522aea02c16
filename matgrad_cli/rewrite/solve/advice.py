"""A covariance that nobody called one: what kind of point its solution is depends on the data until it is said to be positive definite."""

from __future__ import annotations

from collections.abc import Callable

from ...diagnostics import StuckError
from ...diagnostics.record import replace
from ...facts import Fact, Problem
from ...ir import Call, nodes_of
from ...records import Sentence
from ...records.solution import Solution


def advised(found: Solution, again: Callable[[Problem], Solution]) -> Solution:
    """The solution with the fact that would decide what kind of point it is, where solving again with it was seen to do so."""
    problem, wrt, seen = found.problem, found.problem.wrt, found.extremum
    determinants = any(isinstance(node, Call) and node.function in ("det", "logdet") for node in nodes_of(problem.loss))
    if seen.kind not in ("unknown", "saddle") or seen.cases or not determinants or any(fact.symbol is wrt for fact in problem.facts):
        return found
    try:
        known = again(replace(problem, facts=(*problem.facts, Fact(wrt, "spd")))).extremum
    except StuckError:
        return found
    if known.kind == "unknown" and not known.cases:
        return found
    said = f"{seen.why.template}; with `--assume \"{wrt.name} spd\"` it is {known.why.template}"
    return replace(found, extremum=replace(seen, why=Sentence(said, (*seen.why.values, *known.why.values))))
