"""The claims of a unit judged: at several points, under every way its inputs may be understood,
each given what stands before it."""

from __future__ import annotations

import ast
from functools import lru_cache

import numpy as np

from ...diagnostics.record import record, replace
from ...documents.python.outline import Unit
from ...documents.python.pairs import SHOWN
from ...documents.python.uses import claimed, is_gradient
from ...verify.programs.machine import moves
from ...verify.programs.names import each, key_of, names_in, targets_of
from ...verify.programs.values import Unknown, Value
from .blame import blamed
from .claim import Claim, fitting, writer
from .inputs import STRIDING, Kind
from .meant import facts
from .others import ELSEWHERE, absolved, entry_by_entry, followers, foreign, of_a_part
from .plans import SLOPES, NoLoss
from .settle import Understanding, collapsed, narrowed, understandings
from .thresholds import MORE, POINTS, points_of
from .trial import State, Trial, tried

STRIDED = "this is seen with a stride of 2"

Place = tuple[str, int]
"""A claim: its name and line."""
UNSTEADY = "and not at others"


@record
class Judged:
    """What was found of one claim: `right`, `wrong`, `misfit` (it does not compute), `unread`, `open`; or `helper`, a
    name for another quantity, from which right derivatives follow. `note` says how it was understood;
    `scale` by which factor it is to be off; `behind` the claim that is wrong by a line that claims nothing itself."""

    key: str
    name: str
    statement: ast.stmt
    outcome: str
    note: str = ""
    why: Unknown | None = None
    claim: Claim | None = None
    scale: float = 1.0
    shape: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    behind: Place | None = None

    @property
    def place(self) -> Place:
        """By what it is told apart from the others."""
        return self.key, self.statement.lineno


@record
class Verdicts:
    """All claims of a unit, how its loss was understood, and how else it may be, where as little speaks against it."""

    judged: tuple[Judged, ...]
    understood: Understanding
    loss: str
    notes: tuple[str, ...] = ()
    others: tuple[Understanding, ...] = ()


@record
class Assessment:
    """What a single point says of the claims, with the values that stood in place of wrong ones."""

    trial: Trial
    found: tuple[tuple[Place, Judged], ...]
    overrides: tuple[tuple[int, Value], ...]


def judged(unit: Unit, shapes: dict[str, Kind] | None = None) -> Verdicts | NoLoss:
    """The claims of a unit. NoLoss where there is nothing to judge them by."""
    ways, why = understandings(unit, shapes)
    if not ways:
        return why or NoLoss("the inputs of this code could not be understood", 1)
    first = _under(unit, ways[0])
    wrong = _wrong(first)
    if not wrong and not any(one.outcome == "open" and one.note.endswith(UNSTEADY) for one in first.judged):
        return first
    seen = _right(unit, ways[0])
    unseen = {key for key, _ in wrong} <= seen
    for way, note in facts(unit, ways[0]):
        if not unseen and _right(unit, way) <= seen:
            continue
        other = _under(unit, way)
        if _left(other) < _left(first) or (_left(other) == _left(first) and wrong - _wrong(other)):
            first, wrong = replace(other, notes=(*other.notes, note)), _wrong(other)
        if _left(first) == (0, 0):
            break
    others = [way for way in ways[1:] if not collapsed(ways[0], way)]
    for way, told in [*((way, _difference(ways[0], way)) for way in others), *narrowed(unit, ways[0])]:
        if not wrong:
            break
        if way.against > ways[0].against or (not unseen and _right(unit, way) <= seen):
            continue
        other = _under(unit, way)
        keys = {one.key for one in other.judged if one.outcome in ("right", "helper")} - {
            key for key, _ in _wrong(other)
        }
        right = {place for place in wrong if place[0] in keys}
        open_ = {"outcome": "open", "note": f"this is right if {told}"}
        changed = (replace(one, **open_) if one.place in right else one for one in first.judged)
        first, wrong = replace(first, judged=tuple(changed)), wrong - right
    if unit.guessed and wrong:  # a guess convicts nothing
        found = judged(replace(unit, loss=None, guessed=False), shapes)
        if isinstance(found, Verdicts):
            return found
        note = f"this is no derivative of `{first.loss}`, which may not be the loss that is meant"
        open_ = {"outcome": "open", "note": note}
        first = replace(
            first, judged=tuple(replace(one, **open_) if one.place in wrong else one for one in first.judged)
        )
    return replace(first, others=tuple(way for way in ways[1:] if way.doubts == ways[0].doubts))


def _right(unit: Unit, way: Understanding) -> set[str]:
    """The claims that are right, or helpers, as they stand at a single point: soon seen."""
    trial = tried(unit, way.kinds, way.at(way.order))
    if not isinstance(trial, Trial) or trial.loss is None:
        return set()
    state = trial.state({})
    return {key for key, outcome in state.outcomes.items() if outcome == "right"} | set(absolved(state))


def _left(found: Verdicts) -> tuple[int, int]:
    """By how many names the derivatives are wrong, and how many claims are open."""
    bad = {one.name or one.key for one in found.judged if one.place in _wrong(found)}
    return len(bad), sum(one.outcome == "open" for one in found.judged)


def _wrong(found: Verdicts) -> set[Place]:
    return {one.place for one in found.judged if one.outcome in ("wrong", "misfit")}


def _difference(first: Understanding, other: Understanding) -> str:
    before = dict(first.kinds)
    changed = [f"`{name}` is {kind.said}" for name, kind in other.kinds if before.get(name) != kind]
    return " and ".join(changed) or "the sizes are others"


# --- several points ---------------------------------------------------------------------------------------------------


def _under(unit: Unit, way: Understanding) -> Verdicts:
    """The claims under one understanding, at as many points as it takes."""
    votes: dict[Place, list[Judged]] = {}
    loss = ""
    taken: dict[str, str] = {}
    reached: set[int] = set()
    points = points_of(unit, way)
    for number, point in enumerate(points):
        if number >= len(points) - MORE and not any(_split(found) for found in votes.values()):
            break
        trial = tried(unit, way.kinds, point)
        if not isinstance(trial, Trial) or trial.loss is None:
            continue
        loss = loss or trial.plan.said
        taken |= trial.base.machine.taken
        reached |= {event.statement.lineno for event in trial.base.machine.events}
        seen = assessed(trial).found
        if number >= POINTS and any(one.outcome == "open" for _, one in seen):
            continue  # a layer of which nothing is left there tells nothing
        for place, one in seen:
            noted = one.outcome == "wrong" and point.order in STRIDING
            votes.setdefault(place, []).append(replace(one, note=one.note or STRIDED) if noted else one)
    wrong = {place for place, ones in votes.items() if any(one.outcome == "wrong" for one in ones)}
    most = max(map(len, votes.values()), default=0)
    lone = {place for place in wrong if len(votes[place]) == 1 < most}  # blamed by the chance of one point's sizes
    chance = lone if wrong - lone else set()
    found = tuple(
        _together(ones) for place, ones in votes.items() if ones[0].behind not in wrong and place not in chance
    )
    called = tuple(one for one in found if one.outcome != "open" or one.claim is None or one.claim.called)
    found = called or found  # what is only returned may be anything, where other values are called gradients
    notes = tuple(f"`{name}` is not in this file, and is taken for {what}" for name, what in sorted(taken.items()))
    names = frozenset().union(*map(names_in, unit.own))
    files = dict.fromkeys(one.file.path.name for one in unit.beside if one.name in names)
    notes += tuple(f"what is imported from `{name}` is read there" for name in files)
    targets = targets_of(unit.backward) if unit.backward is not None and votes else ()
    empty = {line.lineno for line in each(ast.Assign, unit.backward) if isinstance(line.value, ast.Constant)}
    named = sorted({target.lineno for target in targets if claimed(key_of(target) or "")} - reached - empty)
    notes += ("not reached here, and not judged: " + ", ".join(f"line {line}" for line in named),) if named else ()
    return Verdicts(tuple(sorted(found, key=lambda one: one.statement.lineno)), way, loss, notes)


def _split(found: list[Judged]) -> bool:
    outcomes = {one.outcome for one in found}
    return "wrong" in outcomes and bool(outcomes & {"right", "helper"})


def _together(found: list[Judged]) -> Judged:
    """One verdict from several points: a difference at two of them is one; what differs at one alone is not decided."""
    by = {one.outcome: one for one in found}
    bad = [one for one in found if one.outcome in ("wrong", "misfit")]
    every = len(bad) == len([one for one in found if one.outcome != "open"])
    outside = any(one.why is not None and "out of bounds" in one.why.why for one in bad)
    if bad and (every or (len(bad) >= 2 and not outside)):
        return bad[0]
    if bad:
        said = "an index is out of bounds at some sizes" if outside else "this holds at some points"
        return replace(bad[0], outcome="open", note=f"{said} {UNSTEADY}", why=None if outside else bad[0].why)
    return next((by[outcome] for outcome in ("unread", "helper", "right") if outcome in by), found[0])


# --- one point --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=48)
def assessed(trial: Trial) -> Assessment:
    """The claims at one point, in their order. In place of a wrong one its true value stands for those that follow."""
    found: dict[Place, Judged] = {}
    lost: dict[str, Claim] = {}
    state = trial.state({})
    others = absolved(state)
    number = 0
    while number < len(state.claims):
        claim = state.claims[number]
        number += 1
        one = _one(trial, claim, others)
        if one.outcome == "wrong" and claim.key in lost:
            one = replace(one, outcome="open", note=f"it comes from `{lost[claim.key].key}`, which is wrong")
        if one.outcome == "wrong" and (name := foreign(state, claim)):
            one = replace(one, outcome="open", note=f"nothing in this file tells what `{name}` is")
        bad, claim = one.outcome in ("wrong", "misfit"), one.claim or claim
        used = bad and (not moves(claim.last.value) or bool(followers(state, claim)))  # else nobody needs the true one
        truth = _true_value(trial, claim) if used and number < len(state.claims) else None
        scale, bears = _meant(state, claim, truth) if truth is not None else (1.0, True)
        mended = trial.state({**state.overrides, claim.last.number: truth * scale}) if truth is not None else None
        blame = blamed(state, claim, mended) if one.outcome == "wrong" else None
        if blame is not None:
            statement = blame.claim.last.statement
            note = "it is a derivative of the loss, and not yet the one that what follows needs" if blame.short else ""
            behind, own = None if is_gradient(blame.claim.key) else one.place, blame.claim
            hidden = replace(one, key=own.key, name=own.name, note=note, statement=statement, claim=own)
            hidden = replace(hidden, scale=blame.scale, behind=behind)
            found[hidden.place] = hidden
            state = blame.state
            others = absolved(state)
            number -= blame.claim.key != claim.key
            continue
        found[one.place] = one
        if mended is None:
            lost |= dict.fromkeys(followers(state, claim), claim) if bad and moves(claim.last.value) else {}
            continue
        if not bears and trial.outcome(claim, claim.last.value, -1.0) == "right":
            note = "its negative is the derivative, and the lines that use it are wrong with either sign"
            found[one.place] = replace(one, outcome="open", note=note)
            continue
        part = of_a_part(state, claim) if not bears else ""
        if part:
            found[one.place] = replace(one, outcome="helper", note=part)
            continue
        found[one.place] = replace(one, scale=scale)
        note = "this is the derivative times a size, as what it comes from is to be"
        scaled = dict.fromkeys(followers(state, claim), (scale, note)) if scale != 1.0 else {}
        state = mended
        others = {**scaled, **absolved(state)}
    return Assessment(trial, tuple(_averaged(trial, found).items()), tuple(state.overrides.items()))


def _meant(state: State, claim: Claim, truth: Value) -> tuple[float, bool]:
    """The multiple of the true value with which a line that uses it is right, since a mean may be taken later; whether
    there is one, or no such line."""
    if isinstance(claim.last.value, Unknown):
        return 1.0, True
    later = set(followers(state, claim))
    right: dict[float, int] = {}
    for scale in (1.0, *state.trial.counts) if later else ():
        outcomes = state.trial.state({**state.overrides, claim.last.number: truth * scale}).outcomes
        right[scale] = sum(outcomes.get(key) == "right" for key in later)
    best = max(right, key=lambda scale: right[scale], default=1.0)
    return (best, True) if right.get(best) else (1.0, not later)


def _averaged(trial: Trial, found: dict[Place, Judged]) -> dict[Place, Judged]:
    """Layers that divide the gradients of all their parameters by the number of examples, or the one from which all
    others come: the loss may be meant as a mean."""
    if not trial.plan.way.startswith(("upstream", "times", "criterion", SLOPES)):
        return found
    claims = {claim.key: claim for claim in trial.claims(trial.base)}
    wrong = [place for place, one in found.items() if one.outcome == "wrong" and place[0] in claims]
    lone = len(found) == 1 == len(claims)
    for size in trial.counts:
        same = [one for one in wrong if trial.outcome(claims[one[0]], claims[one[0]].last.value, 1 / size) == "right"]
        come = followers(trial.state({}), claims[same[0][0]]) if len(same) == 1 else []
        one_for_all = {one.name for one in found.values()} == {claims[key].name for key, _ in same}.union(
            claims[key].name for key in come
        )
        alike_ = len(same) + sum(one.note.endswith(ELSEWHERE) for one in found.values())
        whole = same == wrong and (one_for_all if trial.plan.way == "criterion" else lone)
        if same and (whole or (alike_ > 1 and trial.plan.way != "criterion")):
            note = (
                "this is the derivative over a size, as are the others: right if the loss is a mean, and what "
                "comes from above is not"
            )
            return found | {place: replace(found[place], outcome="open", note=note) for place in same}
    return found


def _true_value(trial: Trial, claim: Claim) -> Value:
    sites = trial.influences(claim)
    truth = trial.truth(sites[0]) if sites else None
    return truth if truth is None else truth + trial.base.begun.get(claim.key, 0)


def _one(trial: Trial, claim: Claim, others: dict[str, tuple[float, str]]) -> Judged:
    outcomes = [trial.outcome(claim, stage.last.value) for stage in claim.stages]
    last = claim.last.value
    shape, needed = _shapes(trial, claim, last)

    def found(
        outcome: str, note: str = "", statement: ast.stmt = claim.last.statement, why: Unknown | None = None
    ) -> Judged:
        return Judged(claim.key, claim.name, statement, outcome, note, why, claim, shape=shape, needed=needed)

    fresh = [id(one.last.statement) for one in claim.stages if not (one.last.goes_on or one.last.stored)]
    rounds = len(set(fresh)) < len(fresh)
    scale, note = others.get(claim.key, (0.0, ""))
    if outcomes[-1] == "right":
        return found("right", _stretched(trial, claim, last))
    if scale == 1.0 or (scale and trial.outcome(claim, last, scale) == "right"):
        return found("open" if note.endswith(ELSEWHERE) else "helper", note)
    if isinstance(last, Unknown):
        free = any(kind.form == "size" and not kind.dims for kind in trial.given.kinds.values())
        if "cannot reshape" in last.why and free:
            return found("open", "a size that is an argument may be that of an array, which is not told")
        own = [event for stage in claim.stages for event in stage.events]
        lost = [event for event in own if event.failure is not None or event is claim.last]
        if last.misfit:  # the line itself that Python would refuse
            refused = (event for event in trial.base.machine.events if event.failure == last)
            lost = [event for event in refused if event.statement.lineno == last.line] or lost
        return found(outcomes[-1], statement=lost[0].statement, why=last)
    if rounds:
        if "right" in outcomes:
            return found("helper", "in one of the rounds of the loop this is the derivative")
        return found("open", "this is computed anew in each round of a loop")
    if outcomes[-1] == "open" or not trial.influences(claim):
        return found("open", f"the loss does not depend on `{claim.name}` here")
    shown = trial.unit.shown or (trial.unit.criterion is not None and trial.unit.criterion.name == SHOWN)
    if shown and _is_multiple(trial, claim):
        return found("open", "this is a multiple of the derivative of the loss, which may only be shown")
    if trial.plan.way == SLOPES and shape != needed:
        return found("open", f"it has another shape than `{claim.name}`, and gets nothing from above")
    if note := entry_by_entry(trial, claim):
        return found("open", note)
    if not claim.called:
        return found("open", f"it is not called a gradient, and is not the derivative by `{claim.name}`")
    filled = (stage for stage in claim.stages if moves(stage.last.value) and np.any(stage.last.value))
    stage = next(filled, claim.stages[0])  # what is made of zeros says nothing yet
    first = stage.last
    if first.stored and (truth := _true_value(trial, claim)) is not None:
        first = writer(stage, truth)
    elif first.goes_on:  # of `dx = …` and `dx *= rstd` the line in which there is most to go wrong
        made = [event for event in stage.events if moves(event.value) and np.any(event.value)]
        first = max(made, key=lambda event: len([*ast.walk(event.statement)]), default=first)
    early = _shapes(trial, claim, first.value)
    if shape != needed and early[0] == needed:  # what was arranged otherwise later is to be mended before
        return replace(
            found("wrong", statement=first.statement), claim=replace(claim, stages=claim.stages[:1]), shape=needed
        )
    return found("wrong", statement=claim.last.statement if "right" in outcomes else first.statement)


def _is_multiple(trial: Trial, claim: Claim) -> bool:
    """Whether a claim is the derivative times a positive number."""
    truth = _true_value(trial, claim)
    value = None if truth is None else fitting(np.real(claim.last.value), np.shape(truth))
    if value is None or not np.any(truth):
        return False
    factor = float(np.real(np.sum(value * truth) / np.sum(truth * truth)))
    return factor > 0 and bool(np.allclose(value, factor * truth, rtol=1e-6, atol=1e-9 * float(np.max(np.abs(value)))))


def _shapes(trial: Trial, claim: Claim, value: Value) -> tuple[tuple[str, ...], tuple[str, ...]]:
    own = () if isinstance(value, Unknown) else np.shape(value)
    needed = trial.base.machine.shapes.get(claim.sites[0], ())
    return tuple(map(trial.given.named, own)), tuple(map(trial.given.named, needed))


def _stretched(trial: Trial, claim: Claim, value: Value) -> str:
    """What is said where the entries are right and the shape differs by axes of length one."""
    shapes = [trial.base.machine.shapes.get(site, ()) for site in claim.sites]
    if np.shape(value) in shapes:
        return ""
    shape = next((shape for shape in shapes if fitting(np.asarray(value), shape) is not None), shapes[0])
    return f"its shape is {np.shape(value)}, that of `{claim.name}` {shape}: NumPy adds them all the same"
