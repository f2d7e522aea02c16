"""What a step changed, as `before → after`: shown only where the two parts are certainly equal."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from ...facts import Problem
from ...ir import (
    Add,
    Differential,
    Expr,
    Hadamard,
    MatMul,
    MatrixOf,
    Mul,
    Named,
    Number,
    Partial,
    Path,
    Size,
    Transpose,
    at,
    replace_at,
)
from ...notation.printing.to_unicode import to_unicode
from ...records import Step
from ...verify.judge import Judge, judge_of

_LONGEST: Final = 40
_MOST_PAIRS: Final = 8

Pair = tuple[Expr, Expr]


class Change(NamedTuple):
    """The part before and after, and how many further parts were changed in the same way."""

    pair: Pair | None = None
    elsewhere: int = 0


NO_CHANGE: Final = Change()


class Changes:
    """Finds what changed in each step of one derivation. A pair is shown only if it is an equality of its own."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    @cached_property
    def _judge(self) -> Judge:
        return judge_of(self._problem)

    def of(self, step: Step) -> Change:
        """The change of a step; none where the whole line changed, which is seen in the line itself."""
        if () in step.places or () in step.results:
            return NO_CHANGE
        for pairs in _candidates(step):
            if len(pairs) > 1 and {old for old, _ in pairs} == {new for _, new in pairs}:
                return NO_CHANGE  # parts that only changed places
            if (
                pairs
                and len(pairs) <= _MOST_PAIRS
                and all(self._equal(step, pair, len(pairs)) for pair in dict.fromkeys(pairs))
            ):
                return _shown(pairs)
        return NO_CHANGE

    def _equal(self, step: Step, pair: Pair, count: int) -> bool:
        old, new = pair
        if old is new:
            return True
        if old.shape is not new.shape or old.free != new.free:
            return False
        if count == 1 and len(step.places) == 1 and _is_whole_change(step, old, new):
            return True
        return self._judge.compare(old, new).holds


def _is_whole_change(step: Step, old: Expr, new: Expr) -> bool:
    """Whether the lines can only be equal if the two parts are: what surrounds them loses nothing,
    and all of it stayed."""
    place = step.places[0]
    if at(step.before, place) is not old or replace_at(step.before, place, new) is not step.after:
        return False
    return all(_loses_nothing(at(step.before, place[:depth]), place[depth]) for depth in range(len(place)))


def _loses_nothing(node: Expr, child: int) -> bool:
    """Whether two different values of the child always give two different values of the node."""
    if isinstance(node, Mul):
        others = [part for number, part in enumerate(node.children) if number != child]
        return all(isinstance(part, Size) or (isinstance(part, Number) and part.value != 0) for part in others)
    return isinstance(node, Add | Transpose | MatrixOf) or (isinstance(node, Named) and child == 0)


def _shown(pairs: list[Pair]) -> Change:
    told = [
        pair for pair in pairs if to_unicode(pair[0]) != to_unicode(pair[1])
    ]  # (xᵀ)_s and x_s look the same in a book
    small = [pair for pair in told if pair[0].weight <= _LONGEST and pair[1].weight <= _LONGEST]
    return Change(small[0], len(told) - 1) if small else NO_CHANGE


def _candidates(step: Step) -> list[list[Pair]]:
    """Ways to say what changed, the finest first: part by part, the parts as one product or sum,
    then what they stand in."""
    found: list[list[Pair]] = []
    if len(step.places) == len(step.results):
        found.append([_lifted(step, old, new) for old, new in zip(step.places, step.results, strict=True)])
    old, new = _together(step.before, step.places), _together(step.after, step.results)
    if old is not None and new is not None:
        found.append([(old, new)])
    shared = min(_shared_depth(step.places), _shared_depth(step.results)) if step.places and step.results else 0
    found += [
        [(at(step.before, step.places[0][:depth]), at(step.after, step.results[0][:depth]))]
        for depth in range(shared, 0, -1)
    ]
    return found


def _shared_depth(paths: tuple[Path, ...]) -> int:
    """How deep the smallest part stands that holds all the places."""
    steps = [set(level) for level in zip(*paths, strict=False)]
    return next((depth for depth, level in enumerate(steps) if len(level) > 1), len(steps))


def _lifted(step: Step, place: Path, result: Path) -> Pair:
    """The two parts; where terms were dropped under a derivative, the derivative belongs to what changed."""
    old, new = at(step.before, place), at(step.after, result)
    kept = set(new.terms) if isinstance(new, Add) else {new}
    if not (isinstance(old, Add) and kept < set(old.terms)):
        return old, new
    while place and result:
        place, result = place[:-1], result[:-1]
        above, below = at(step.before, place), at(step.after, result)
        if isinstance(above, Partial | Differential) and isinstance(below, Partial | Differential):
            return above, below
    return old, new


def _together(root: Expr, paths: tuple[Path, ...]) -> Expr | None:
    """The parts at the paths as one sum or product, if they stand side by side in one."""
    parents = {path[:-1] for path in paths}
    if len(paths) == 1:
        return at(root, paths[0])
    if len(parents) != 1:
        return None
    whole = at(root, parents.pop())
    places = sorted(path[-1] for path in paths)
    parts = tuple(whole.children[place] for place in places)
    side_by_side = isinstance(whole, MatMul) and places[-1] - places[0] == len(places) - 1
    if not parts or not (isinstance(whole, Add | Mul | Hadamard) or side_by_side):
        return None
    return whole.rebuilt(parts)
