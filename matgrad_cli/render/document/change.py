"""What a step changed, as `before → after`: shown only where the two parts are certainly equal."""

from __future__ import annotations

from typing import Final, NamedTuple

from ...facts import Problem
from ...ir import Add, Expr, Hadamard, MatMul, Mul, Path, at
from ...notation.printing.to_unicode import to_unicode
from ...records import Step
from ...verify.judge import judge_of

_LONGEST: Final = 40
_MOST_PAIRS: Final = 8

Pair = tuple[Expr, Expr]


class Change(NamedTuple):
    """The part before and after, and how many further parts were changed in the same way."""

    pair: Pair | None = None
    elsewhere: int = 0


NO_CHANGE: Final = Change()


def change_of(step: Step, problem: Problem) -> Change:
    """What a step changed, if that is an equality of its own and not the whole line, which is seen itself."""
    if () in step.places or () in step.results:
        return NO_CHANGE
    for pairs in _candidates(step):
        if len(pairs) > 1 and {old for old, _ in pairs} == {new for _, new in pairs}:
            return NO_CHANGE  # parts that only changed places
        if pairs and len(pairs) <= _MOST_PAIRS and all(_equal(*pair, problem) for pair in dict.fromkeys(pairs)):
            return _shown(pairs)
    return NO_CHANGE


def _equal(old: Expr, new: Expr, problem: Problem) -> bool:
    if old is new:
        return True
    return old.shape is new.shape and old.free == new.free and judge_of(problem).compare(old, new).holds


def _shown(pairs: list[Pair]) -> Change:
    told = [pair for pair in pairs if to_unicode(pair[0]) != to_unicode(pair[1])]  # (xᵀ)_s and x_s look the same
    small = [pair for pair in told if pair[0].weight <= _LONGEST and pair[1].weight <= _LONGEST]
    return Change(small[0], len(told) - 1) if small else NO_CHANGE


def _candidates(step: Step) -> list[list[Pair]]:
    """Ways to say what changed, the finest first: by parts, the parts as one, then what they stand in."""
    found: list[list[Pair]] = []
    if len(step.places) == len(step.results):
        places = zip(step.places, step.results, strict=True)
        found.append([(at(step.before, old), at(step.after, new)) for old, new in places])
    old, new = _together(step.before, step.places), _together(step.after, step.results)
    if old is not None and new is not None:
        found.append([(old, new)])
    shared = min(_shared_depth(step.places), _shared_depth(step.results)) if step.places and step.results else 0
    for depth in range(shared, 0, -1):
        found.append([(at(step.before, step.places[0][:depth]), at(step.after, step.results[0][:depth]))])
    return found


def _shared_depth(paths: tuple[Path, ...]) -> int:
    """How deep the smallest part stands that holds all the places."""
    steps = [set(level) for level in zip(*paths, strict=False)]
    return next((depth for depth, level in enumerate(steps) if len(level) > 1), len(steps))


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
