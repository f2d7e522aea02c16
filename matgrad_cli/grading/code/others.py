"""Names like gradients that stand for other quantities, and values that stand for gradients under other names."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from ...diagnostics.regex import regex
from ...documents.python.uses import BARE, TARGETS
from ...verify.programs.machine import Target, moves
from ...verify.programs.names import arguments_of, key_of, last_part, word_of
from ...verify.programs.primitives import STEP
from ...verify.programs.values import Unknown, Value
from .claim import Claim, fitting, sources
from .plans import SLOPES
from .trial import DIRECTIONS, State, Trial, direction, entry

_DATA = regex(r"^(?:[xX]|[aA]_?0|inputs?|data|images?)$")
"""Names of data: nobody takes the mean of a gradient by them into account."""


MOST_ENTRIES = 60
"""Arrays with so many entries are moved one by one."""
ELSEWHERE = ", times a size: right if a mean is taken elsewhere"
_LATER = "this is the derivative times a size; what follows from it takes that into account"


def absolved(state: State) -> dict[str, tuple[float, str]]:
    """Claims that are no derivatives as they stand, but from which right ones follow,
    with the factor by which they are off."""
    trial, claims, written = state.trial, state.claims, state.outcomes
    found: dict[str, tuple[float, str]] = {}
    for claim in reversed(claims):
        if written[claim.key] != "differs":
            continue
        if note := _in_another_shape(state, claim) or _what_it_is(trial, claim):
            found[claim.key] = 1.0, note
            continue
        behind = [one.key for one in claims if one.last.number > claim.last.number]
        bears = any(written[key] == "right" or key in found for key in behind)
        beside = any(site < min(claim.sites) for site in _beside(trial, claim))
        later = followers(state, claim) if bears or beside else []
        right = [key for key in later if written[key] == "right" or key in found]
        ways = (scale for scale in _scales(trial) if trial.outcome(claim, claim.last.value, scale) == "right")
        scale = next(ways, None)
        values = [event.value for stage in claim.stages for event in stage.events]
        early = [trial.outcome(claim, value) for value in values if not isinstance(value, Unknown)]
        said = f"this is the derivative by a value on the way to `{claim.name}`"
        if right and scale is not None:
            found[claim.key] = scale, _LATER
        elif right and (len(right) == len(later) or "right" in early):
            found[claim.key] = 1.0, "this is not the derivative itself; what follows from it is right"
        elif right or "right" in early:
            if any(_beside(trial, claim)):
                found[claim.key] = 1.0, said
        elif beside and later and not _helps(state, claim, later):
            found[claim.key] = 1.0, said
    for claim in claims:  # the same gradient put into a dict
        known = [one for one in claims if one.key in found and one.name == claim.name and one.key != claim.key]
        same = next((one.key for one in known if alike(one.last.value, claim.last.value)), None)
        if written[claim.key] == "differs" and claim.key not in found and same is not None:
            found[claim.key] = found[same]
    scales = {scale for scale, _ in found.values() if scale != 1.0}
    if len(scales) == 1:
        found[""] = scales.pop(), ""
        for claim in claims:
            scaled = written[claim.key] == "differs" and claim.key not in found
            behind = [one.key for one in claims if one.last.number > claim.last.number and one.key not in found]
            missed = any(written[key] == "differs" for key in behind)  # by the slip in what was to use it
            between = missed and claim.name not in trial.base.machine.given
            scaled = scaled and (between or _DATA.match(claim.name) is not None or bool(followers(state, claim)))
            if scaled and trial.outcome(claim, claim.last.value, found[""][0]) == "right":
                found[claim.key] = found[""][0], "this is the derivative times a size, as what it comes from"
    return found


def _helps(state: State, claim: Claim, later: list[str]) -> bool:
    """Whether a line that uses a claim is right with the derivative by its name in place of it."""
    sites = state.trial.influences(claim)
    truth = state.trial.truth(sites[0]) if sites else None
    other = None if truth is None else state.trial.state({**state.overrides, claim.last.number: truth})
    return other is not None and any(other.outcomes.get(key) == "right" for key in later)


def _what_it_is(trial: Trial, claim: Claim) -> str:
    """What is said of a claim by its value alone: that it is the derivative of or by something else."""
    key = claim.key, np.asarray(claim.last.value).tobytes()
    if key not in trial.notes:
        ways = (way(trial, claim) for way in (_by_another, _of_another_value, _of_scores, _with_penalty))
        trial.notes[key] = next(filter(None, ways), "")
    return trial.notes[key]


def _in_another_shape(state: State, claim: Claim) -> str:
    """What is said of a derivative that is only arranged otherwise, and used so:
    that by a value of the same entries in another shape."""
    trial, value = state.trial, claim.last.value
    machine = trial.base.machine
    values = dict(machine.trace)
    said = getattr(claim.last.statement, "value", None)  # `return D.flatten()` takes the entries one after the other
    flat = isinstance(said, ast.Call) and word_of(said) in ("flatten", "ravel", "squeeze")
    read = any(count > claim.last.number and name == claim.key for count, name in state.reading.machine.reads)
    for site in claim.sites:
        shape = machine.shapes.get(site, ())
        arranged = [size for size in shape if size > 1] != [size for size in np.shape(value) if size > 1]
        if np.size(value) != math.prod(shape) or not (read if arranged else flat):
            continue
        said = f"this is the derivative by `{claim.name}`, in the shape {np.shape(value)}"
        if trial.right_at(np.reshape(value, shape), site):
            return said
        if (len(shape), np.ndim(value)) == (2, 2):  # a transpose is forgotten rather than meant
            continue
        shaped = ((born, other) for born, other in machine.trace if np.shape(other) == np.shape(value))
        same = [born for born, other in shaped if _entries(other) == _entries(values.get(site))]
        if any(trial.influential(born) and trial.right_at(value, born) for born in same):
            return said
    return ""


def _beside(trial: Trial, claim: Claim) -> Iterator[int]:
    """The births of other values of the same shape by which a claim is the derivative, the last first; a wrong sign
    makes none by a value that is there without its sign: exp(-z)."""
    value, values = np.real(claim.last.value), dict(trial.base.machine.trace)
    for site in trial.births(np.shape(value)):
        if site not in claim.sites and trial.right_at(value, site):
            earlier = trial.births(np.shape(value), site)
            if not any(alike(values[site], -values[born]) for born in earlier):
                yield site


def _entries(value: Value) -> list[float]:
    return sorted(np.ravel(np.real(value)).tolist())


def _by_another(trial: Trial, claim: Claim) -> str:
    """What is said of a gradient that is the one by another value: by what is predicted, where it is called after the
    target, `dy = y_hat - y`; by an input, where a backward part gives it back alone and it is called after none."""
    machine, backward = trial.base.machine, trial.unit.backward
    keys = {site: event.key for event in machine.events for site in event.sites} if claim.name in TARGETS else {}
    last = backward.body[-1] if backward is not None else None
    alone = isinstance(last, ast.Return) and key_of(last.value or last) == claim.key
    if alone and claim.name not in arguments_of(trial.unit.forward):
        names = (name for name in machine.given if name.strip() and name not in TARGETS)
        given = ((name, machine.sites.get(id(machine.given[name]), [])) for name in names)
        keys |= {site: name for name, sites in given for site in sites[:1]}
    found = (keys.get(site, claim.name) for site in (_beside(trial, claim) if keys else ()))
    return next((f"this is the derivative by `{key}`" for key in found if last_part(key) != claim.name), "")


def _of_another_value(trial: Trial, claim: Claim) -> str:
    """What is said of a derivative, entry by entry, of the named value itself by an input:
    `dt = 1 - t**2`, where t = tanh(x)."""
    value, machine = claim.last.value, trial.base.machine
    if not np.ndim(value) or len(np.unique(np.real(value))) < 2:  # a constant says nothing
        return ""
    for name, given in machine.given.items():
        sites = machine.sites.get(id(given))
        if np.shape(given) != np.shape(value) or not sites or name == claim.name or not name.strip():
            continue
        moved = trial.read(target=Target(sites[0], direction(0)))
        events = (event for event in moved.machine.events if event.number < claim.last.number)
        born = [event.value for event in events if last_part(event.key) == claim.name]
        slope = np.imag(born[-1]) / STEP if born and moves(born[-1]) else np.zeros(())
        same = np.shape(slope) == np.shape(value) and np.any(slope)
        if same and np.allclose(slope, np.real(value) * direction(0)(np.shape(value))):
            return f"this is the derivative of `{claim.name}` by `{name}`, entry by entry, and not that of the loss"
    return ""


def of_a_part(state: State, claim: Claim) -> str:
    """What is said of a claim that another one of the same name goes on from, and that is a multiple of the derivative
    of a part of the loss: of `loss` before its penalty is added."""
    trial = state.trial
    later = set(followers(state, claim))
    if claim.last.value is None or not any(one.name == claim.name and one.key in later for one in state.claims):
        return ""
    for site in trial.influences(claim):
        for event in trial.parts_of_loss():
            truth = trial.truth(site, event)
            if truth is None or not np.any(truth):
                continue
            if any(alike(truth * scale, claim.last.value) for scale in (1.0, *_scales(trial))):
                return f"this is the derivative of a part of the loss, `{event.key}` of line {event.statement.lineno}"
    return ""


def entry_by_entry(trial: Trial, claim: Claim) -> str:
    """What is said of a slope, beside a function alone, that is that of each entry by its own: `s * (1 - s)` of a
    softmax."""
    shape, value = trial.base.machine.shapes.get(claim.sites[0], ()), np.real(claim.last.value)
    if trial.plan.way != SLOPES or not 1 < value.size <= MOST_ENTRIES or value.shape != shape:
        return ""
    for number in range(value.size):
        moved = trial.read(target=Target(claim.sites[0], entry(number))).outputs[0]
        if np.shape(moved) != shape or not alike(np.imag(moved).flat[number] / STEP, value.flat[number]):
            return ""
    return f"this is the derivative of each entry by the one of `{claim.name}` at its place, without the others"


def _of_scores(trial: Trial, claim: Claim) -> str:
    """What is said of a gradient without a name of its own that is the one by the scores of which a softmax or a
    sigmoid makes an input."""
    given: Value = trial.base.machine.given.get(claim.name)
    value = np.real(claim.last.value)
    if claim.key not in (*BARE, "return") or not moves(given) or not np.ndim(given) or value.shape != given.shape:
        return ""
    for word, axis in (("sigmoid", None), ("softmax", -1), ("softmax", 0)):
        pairs = []
        for number in range(DIRECTIONS):
            along = direction(number)(given.shape)
            mean = given * along if axis is None else np.sum(given * along, axis, keepdims=True)
            way = np.real(given * (along - mean))
            pairs.append((float(np.sum(value * along)), trial.along(claim.sites[0], way) or 0.0))
        for scale in (1.0, *trial.counts):
            if all(alike(said, true * scale) and true for said, true in pairs):
                said = f"this is the derivative by the scores of which a {word} makes `{claim.name}`"
                return said + ELSEWHERE * (scale != 1.0)
    return ""


def _with_penalty(trial: Trial, claim: Claim) -> str:
    """What is said of a gradient in a layer that is that of what comes out, and of a penalty that it does not compute:
    a positive multiple of the parameter more, or of its signs."""
    site, own, unit = trial.influences(claim)[:1], arguments_of(trial.unit.forward), trial.unit
    in_class = unit.inside is not None and not unit.closure  # an operation of an engine has no parameters
    layer = trial.plan.way == "upstream" and in_class and "faint" not in trial.point.meant
    if not layer or not site or claim.name in own:
        return ""
    at, truth = dict(trial.base.machine.trace).get(site[0]), trial.truth(site[0])  # nothing where it is written into
    value = fitting(np.real(claim.last.value), np.shape(truth))
    if at is None or truth is None or value is None:
        return ""
    whole, more = np.ravel(np.real(at)), np.ravel(value - np.real(truth))
    penalties = [np.stack(parts, axis=1) for parts in ([whole], [np.sign(whole)], [whole, np.sign(whole)])]
    found = ((parts, np.linalg.lstsq(parts, more)[0]) for parts in penalties if len(more) > parts.shape[1])
    fits = any(np.all(times > 0) and np.allclose(parts @ times, more, 1e-9, 1e-9) for parts, times in found)
    return f"this is the derivative, and that of a penalty on `{claim.name}`, which is not in the loss" if fits else ""


def foreign(state: State, claim: Claim) -> str:
    """An attribute that a claim is computed from, and to which nothing here gives a value, not even the forward part,
    in a class that inherits, or an array that has nothing to do with the forward part, as a target has beside what
    comes from above: what it holds is not known."""
    reading, machine = state.reading, state.reading.machine
    inherits = state.trial.unit.inside is not None and state.trial.unit.inside.bases
    held = reading.owner.attributes if inherits and reading.owner is not None and state.trial.plan.after is None else {}
    late = [name for name in held if min(machine.sites.get(id(machine.given.get(name)), [0])) > reading.born_until]
    unit, known = reading.unit, {*arguments_of(reading.unit.forward), *reading.stated}
    back = any(output is value for output in reading.outputs for value in reading.frame.names.values())
    above = state.trial.plan.way == "upstream" and back  # else what is called so may be what came out
    targets = {*arguments_of(unit.backward)} & TARGETS if above else set()
    arrays = [name for name in reading.loose | (targets - known) if np.ndim(machine.given.get(name, 0))]
    unknown = [*(f"self.{name}" for name in late), *arrays]
    near = sources(reading, claim, set()) if unknown else set()
    return next((name for name in unknown if name in near), "")


def unsettled(state: State) -> list[str]:
    """The claims that are wrong, and no helpers."""
    others = absolved(state)
    return [key for key, outcome in state.outcomes.items() if outcome in ("differs", "misfit") and key not in others]


def _scales(trial: Trial) -> list[float]:
    sizes = trial.counts
    products = [*sizes, *(a * b for a, b in combinations(sizes, 2))]
    return [*map(float, products), *(1 / size for size in products)]


def followers(state: State, claim: Claim) -> list[str]:
    """The later claims whose values change with this one."""
    value = claim.last.value
    if not moves(value):
        return []
    shaken = value * (1 + 0.3 * np.random.default_rng(3).normal(size=np.shape(value)))
    moved = state.trial.read(overrides={**state.overrides, claim.last.number: np.asarray(shaken)[()]})
    own = (claim.name, claim.last.value)  # the same gradient put into a dict is no other claim
    later = [other for other in state.claims if other.last.number > claim.last.number]
    before = {
        other.key: other.last.value for other in later if other.name != own[0] or not alike(other.last.value, own[1])
    }
    after = {other.key: other.last.value for other in state.trial.claims(moved)}
    return [key for key, old in before.items() if key in after and not alike(old, after[key])]


def alike(a: Value, b: Value) -> bool:
    if not all(
        isinstance(one, np.ndarray | np.generic | float) and np.asarray(one).dtype.kind in "bifc" for one in (a, b)
    ):
        return True  # nothing that is known, or no numbers
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
