"""The lines from which wrong claims come, found by what follows when they give a derivative."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, product

import numpy as np

from ...diagnostics.record import field, mutable, record
from ...documents.python.outline import Unit
from ...documents.python.uses import is_gradient
from ...verify.programs.machine import OPERATIONS, Event, moves
from .claim import Claim, Stage, sources, stages
from .inputs import Kinds
from .others import alike, unsettled
from .reading import Reading
from .trial import State, Trial

FEW_SITES = 8
"""Among so many values the one is looked for behind what is called no gradient."""


@record
class Blame:
    """A line from which a wrong claim comes: what it is to give there, as a claim,
    and how the program stands with that."""

    claim: Claim
    state: State
    short: bool
    """Whether it is a derivative as it stands, and not yet the one that is needed."""
    scale: float = 1.0
    """The multiple of the derivative that is needed there."""


def blamed(state: State, claim: Claim, own: State | None) -> Blame | None:
    """The line from which a wrong claim is computed, where with the derivative by some value of the forward part in its
    place the claim is right: a gradient under a name of its own (`dscores` where nothing is called `scores`), if that
    leaves no more wrong than the claim's `own` true value; else an earlier line of the claim's own value, or a claim
    that is right and not what is needed (`dh` without its mask), if that leaves less; else a value that is called no
    gradient and is a multiple of one (`mask`), if with another one what follows is right."""
    trial = state.trial
    left = len(unsettled(own)) if own is not None else len({*unsettled(state)} - {claim.key})
    right = {key for key, outcome in state.outcomes.items() if outcome == "right"}
    keys = {other.key for other in state.claims}
    near = _near(state, claim, keys)
    before = _search(trial.unit, trial.kinds)
    place = claim.key, claim.last.statement.lineno
    further = () if place in before.missed else _suspects(state, claim, near, keys, bool(left))
    for event, sites, fewer, scales in chain(_again(trial, near, before), further):
        for site, scale in product(sites, scales):
            entries = math.prod(np.shape(event.value)) if scale == scales[0] else 0
            trial.budget -= (OPERATIONS - state.reading.machine.operations) * (entries + 2)
            truth = trial.truth(site) if trial.budget > 0 else None
            if truth is None or np.shape(truth) != np.shape(event.value):
                continue
            other = trial.state({**state.overrides, event.number: truth * scale})
            after = {key for key, outcome in other.outcomes.items() if outcome == "right"}
            healed = right - {event.key} <= after and (claim.key in after or claim.key == event.key)
            if healed and len(unsettled(other)) <= left - fewer:
                before.found[event.statement.lineno, site, fewer, scales.index(scale)] = None
                name = claim.name if site in claim.sites else ""
                blame = Claim(event.key, name, _until(state.reading, event), (site,))
                return Blame(blame, other, bool(_sites_for(trial, event)[1]), scale)
    before.missed.add(place)
    return None


Suspect = tuple[Event, list[int], int, tuple[float, ...]]


@mutable
class Search:
    """What the search in a unit, as it is understood, found at other points, and looks at first: lines, each with the
    birth by which it is meant as the derivative, how many claims fewer are wrong by that, and which multiple it is;
    and the claims for which there is no such line."""

    unit: Unit
    kinds: Kinds
    found: dict[tuple[int, int, int, int], None] = field(default_factory=dict)
    missed: set[tuple[str, int]] = field(default_factory=set)


_search = lru_cache(maxsize=16)(Search)


def _again(trial: Trial, near: list[Event], before: Search) -> Iterator[Suspect]:
    for line, site, fewer, number in [*before.found]:
        for event in near:
            if event.statement.lineno == line and site in trial.base.machine.shapes:
                yield event, [site], fewer, _multiples(trial, event)[number : number + 1]


def _multiples(trial: Trial, event: Event) -> tuple[float, ...]:
    """What a line may give in place of a derivative: a multiple by a size, of which a mean is taken later; also the
    negative of one, where it is called no gradient."""
    sizes = (1.0, *trial.counts)
    return sizes if is_gradient(event.key) else tuple(sign * size for size in sizes for sign in (1.0, -1.0))


def _suspects(state: State, claim: Claim, near: list[Event], keys: set[str], claims: bool) -> Iterator[Suspect]:
    """The assignments from which a wrong claim may come, the births by which each may be meant as the derivative, how
    many claims fewer it is to leave wrong, and the multiples that it may be: gradients that claim nothing; then what is
    a claim itself; then masks and counts, which are called no gradients, and are no multiples of one."""
    right = {key for key, outcome in state.outcomes.items() if outcome == "right"}
    named = [event for event in near if is_gradient(event.key)]
    for event in named:
        if event.key not in keys:
            sites, fits = _sites_for(state.trial, event)
            yield event, [] if fits else sites, 0, _multiples(state.trial, event)
    for event in reversed(named) if claims else ():
        sites, fits = _sites_for(state.trial, event)
        if event.key in right or (fits and event.key not in keys):
            yield event, [site for site in sites if site not in fits], 1, (1.0,)
        elif event.key == claim.key and not set(fits) & set(claim.sites):
            own = [site for site in claim.sites if site in sites and event.number < claim.last.number]
            yield event, [*own, *(site for site in sites if site not in (*fits, *claim.sites))], 1, (1.0,)
    if state.trial.budget <= 0:
        return
    for event in near:
        if event in named or event.key in keys or np.any(event.value != np.round(np.real(event.value))):
            continue
        sites = _sites_for(state.trial, event)[0][:FEW_SITES]
        truths = [truth for site in sites if (truth := state.trial.truth(site)) is not None and np.ptp(np.real(truth))]
        multiples = _multiples(state.trial, event)
        if not any(alike(truth * scale, event.value) for truth in truths for scale in multiples):
            yield event, sites, 0, multiples


def _until(reading: Reading, event: Event) -> tuple[Stage, ...]:
    """The values of a name up to one of its assignments."""
    frames = (one for one in reading.machine.events if one.frame is event.frame and one.number <= event.number)
    return tuple(stages(reading, event.key, [one for one in frames if one.key == event.key]))


def _near(state: State, claim: Claim, keys: set[str]) -> list[Event]:
    """The arrays that a claim is computed from, by assignments that are made once; through those that claim nothing.
    The first name comes first, of each the last assignment."""
    reading = state.reading
    near = sources(reading, claim, keys)
    events = [event for event in reading.assigned() if event.key in near - {"return"}]
    rounds = Counter(event.statement for event in events)
    whole = [
        event
        for event in events
        if event.number <= claim.last.number
        and rounds[event.statement] == 1
        and (moves(event.value) or (isinstance(event.value, np.ndarray) and event.value.dtype.kind == "b"))
        and not (event.sites and state.trial.influential(event.sites[-1]))  # a part of the loss: `error = y - p`
    ]
    first = {event.key: event.number for event in reversed(whole)}
    return sorted(whole, key=lambda event: (first[event.key], -event.number))


def _sites_for(trial: Trial, event: Event) -> tuple[list[int], list[int]]:
    """The births before an assignment of values of its shape on which the loss depends, the last first;
    those by which it is right."""
    sites = trial.births(np.shape(event.value), min(event.sites[:1], default=math.inf))
    return sites, [site for site in sites if trial.right_at(np.real(event.value), site)]
