"""A unit at one point: its claims, their values, and the derivatives that they are to be."""

from __future__ import annotations

import ast
import math
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

import numpy as np

from ...diagnostics.record import record, replace
from ...diagnostics.regex import regex
from ...documents.python.outline import Unit
from ...documents.python.uses import BARE, COUNT, TARGETS, claimed, is_gradient
from ...verify.programs.machine import OPERATIONS, Event, Target, moves
from ...verify.programs.names import GRADIENTS, arguments_of, in_list, key_of, last_part
from ...verify.programs.values import Exhausted, Misfit, Need, Unknown, Unread, Value
from .claim import Claim, Stage, constant, fitting, in_order, in_place, of_entry, of_returned, returns_gradient, stages
from .inputs import Given, Kind, Kinds, Point
from .plan import first_line, plan_of
from .plans import NoLoss, Plan
from .reading import Reading, slope
from .text import spelled_otherwise

Outcome = Literal["right", "differs", "unread", "misfit", "open"]

DIRECTIONS = 2
MOST_BIRTHS = 16
"""So many values of one name are tried."""
MOST_SITES = 60
"""Among so many values the one is looked for by which something is the derivative."""
NOTHING = 1e-13
"""A derivative that is smaller beside the loss is rounding: the loss does not depend on the value."""
CLOSE = 1e-6
"""Derivatives are exact to rounding; what differs by less is the same."""
TOO_MUCH = "this takes too many operations"
MOST_OPERATIONS, BUDGET = 600_000, 150_000
"""So many operations the entries of one derivative may cost, and the search for lines from which wrong claims come."""

PARAMETER = regex(r"^(?:w\w*|W\w*|theta\w*|Theta|beta|coefs?|params?|[UVA]|x)$")
"""Names of what losses are differentiated by."""


@lru_cache(maxsize=512)
def _drawn(number: int, shape: tuple[int, ...]) -> Any:
    return np.asarray(np.random.default_rng([number, 17]).normal(size=shape))


def direction(number: int) -> Any:
    """The direction of that number for any shape."""
    return lambda shape: _drawn(number, shape)


def entry(number: int) -> Any:
    """The direction of one entry, by its place in the array laid flat."""
    return lambda shape: np.eye(1, math.prod(shape), number).reshape(shape)


class Trial:
    """One unit, read with one understanding of its inputs, at one point; `outside` says that the loss has no value just
    there, `lost` why it has none at all, and where."""

    def __init__(self, unit: Unit, kinds: Kinds, point: Point) -> None:
        self.unit = unit
        self.kinds = kinds
        self.given = Given(kinds, point)
        self.point = point
        self.budget = BUDGET
        self.notes: dict[tuple[str, bytes], str] = {}
        self._slopes: dict[tuple[int, int], float | None] = {}
        self._full: dict[tuple[int, int], Value] = {}
        self.base = self.read()
        self.plan: Plan = plan_of(self.base)
        ends = {event.key: event.value for event in self.base.assigned(inner=False)}
        if any(moves(value) and np.size(value) == 0 for value in ends.values()):  # equal whatever it is
            raise NoLoss("an array is empty at these sizes", first_line(self.unit))
        self.outside = False
        self.lost = "", 0
        self.loss = self._loss()

    @property
    def counts(self) -> list[float]:
        """Sizes by which a mean may divide, those that a script gives its own arrays, and numbers that stand for one:
        `m`, `N`."""
        given = [value for name, value in self.base.machine.given.items() if COUNT.match(name) and moves(value)]
        numbers = (float(np.real(value)) for value in given if np.ndim(value) == 0)
        own = (size for shape in self.base.machine.shapes.values() for size in shape if self.unit.scripted)
        sizes = (float(size) for size in (*self.given.sizes.values(), *own) if size > 1)
        return sorted({*sizes, *(number for number in numbers if number > 0)})

    @property
    def fault(self) -> str:
        """What NumPy refuses of the loss, or of the first claim that does not compute."""
        values = (claim.last.value for claim in self.claims(self.base)) if self.loss is not None else ()
        return self.lost[0] or next((value.why for value in values if isinstance(value, Unknown) and value.misfit), "")

    def state(self, overrides: dict[int, Value]) -> State:
        """How the claims stand with other values in place of what some assignments give."""
        reading = self.read(overrides=dict(overrides)) if overrides else self.base
        claims = self.claims(reading)
        return State(
            self, overrides, reading, claims, {claim.key: self.outcome(claim, claim.last.value) for claim in claims}
        )

    def read(self, **options: Any) -> Reading:
        """The unit read once more, its assignments recorded. An input that is asked for only behind a line that is
        mended is a number."""
        reading = Reading(self.unit, self.given, recording=True, **options)
        try:
            reading.run()
        except Need as need:
            if not options or need.name in self.given.kinds:
                raise
            self.given.kinds[need.name] = Kind("array")
            return self.read(**options)
        return reading

    def _loss(self) -> complex | None:
        """The value of the loss; None where there is none."""
        reading = Reading(self.unit, self.given, self.plan, target=_NOWHERE)
        try:
            value = reading.run()
        except (Unread, Misfit) as fault:
            self.lost = fault.why, fault.line
            return None
        except (KeyError, AssertionError):
            return None
        if value is None:
            return None
        if not np.isfinite(np.sum(value)):
            self.outside = True
            return None
        return complex(np.sum(value))

    # --- claims -------------------------------------------------------------------------------------------------------

    def claims(self, reading: Reading) -> list[Claim]:
        """The claims of a reading in the order in which they are complete."""
        groups: dict[tuple[str, int], list[Event]] = {}
        given = reading.from_above()
        for event in reading.machine.events:
            if (isinstance(event.statement, ast.Expr) and in_list(event.key)[1]) or not reading.is_own(event):
                continue  # a list that is built up may be turned round later
            if event.key.startswith("self.") or GRADIENTS.match(event.key):  # a dict is filled elsewhere too
                groups.setdefault((event.key, 0), []).append(event)
            elif event.frame in (reading.frame, reading.fore) and event.key not in ("return", *given):
                groups.setdefault((event.key, id(event.frame)), []).append(event)
        found = []
        for (key, _), events in groups.items():
            told = [event for event in events if not constant(event)]
            made = bool(told) and told[-1].frame.title != "__init__" and not _left_empty(reading, told[-1])
            claim = self._claim(reading, key, told) if made else None
            found += [of_entry(reading, claim)] if claim is not None else []
        found += self._returned(reading, found)
        return sorted(found, key=lambda claim: claim.last.number)

    def _claim(self, reading: Reading, key: str, events: list[Event]) -> Claim | None:
        def fits(name: str) -> bool:
            born = self.definitions(reading, name, events[0].number)
            return any(self.right_at(events[-1].value, site) for site in born)

        if not in_place(reading, key, events[-1], fits):
            return None
        mapped = dict(self.unit.grads).get(last_part(key))
        known = [*(last_part(event.key) for event in reading.machine.events), *reading.machine.given]
        for name in [mapped] if mapped else [*claimed(key), *spelled_otherwise(key, known)]:
            sites = self.definitions(reading, name, events[0].number)
            if sites and not self._part_of_loss(reading, events):
                return Claim(key, name, tuple(stages(reading, key, events)), sites)
        return self._bare(reading, key, events) if key in BARE else None

    def _bare(self, reading: Reading, key: str, events: list[Event]) -> Claim | None:
        """`grad` beside a loss, which does not say by what it is:
        by a parameter, or any other value before, whichever it fits."""
        named = self.plan.way in ("stated", f"name {self.plan.said}")
        if not moves(events[-1].value) or not named or self._part_of_loss(reading, events):
            return None
        own = [event.key for event in reading.assigned() if event.number < events[0].number]
        names = sorted(dict.fromkeys([*reading.machine.given, *own]), key=lambda name: PARAMETER.match(name) is None)
        born = {name: self.definitions(reading, name, events[0].number) for name in names}
        born = {name: sites for name, sites in born.items() if any(map(self.influential, sites))}
        sites = tuple(dict.fromkeys(site for ones in born.values() for site in ones))
        return Claim(key, next(iter(born)), tuple(stages(reading, key, events)), sites) if born else None

    def _part_of_loss(self, reading: Reading, events: list[Event]) -> bool:
        """Whether the loss depends on the value: then it is no derivative of the loss, whatever it is called."""
        if self.plan.after is None:
            return any(event.frame is reading.fore for event in events) and reading.fore is not reading.frame
        early = [event for event in events if event.number < self.plan.after and event.sites]
        return any(self._slope(event.sites[-1], 0) for event in early)

    def _returned(self, reading: Reading, found: list[Claim]) -> list[Claim]:
        """What backward returns under no name of a claim: derivatives by the inputs of forward, in their order;
        a single one by any."""
        forward, backward = self.unit.forward, self.unit.backward
        events = reading.assigned("return")
        if forward is None or backward is None or len(events) != 1:
            return []
        event, line = events[0], events[0].statement
        if not isinstance(line, ast.Return) or line.value is None:
            return []
        keys, names, ordered = {claim.key for claim in found}, {claim.name for claim in found}, False
        inputs = arguments_of(forward)
        needed = inputs[: len(inputs) - len(forward.args.defaults)]
        listed = getattr(line.value, "elts", ()) if isinstance(line.value, ast.Tuple | ast.List) else ()
        if listed and len(listed) == len(needed):
            inputs = needed  # nobody returns a gradient by `mask=None`
        born = [(name, self.definitions(reading, name, event.number)) for name in inputs]
        own = arguments_of(backward)
        alone = self.unit.inside is None and self.unit.criterion is None and not {*own}.isdisjoint(inputs)
        given = reading.machine.given.keys() - {*inputs} - reading.from_above()
        strange = {*own} & given if alone else set()  # beside an input it is given what the loss never sees
        strange = strange if reading.scalar() or strange & TARGETS else set()
        free = [one for one in born if one[1] and one[0] not in names and not (strange and one[0] not in own)]
        likely = [one for one in free if one[0].lower() not in TARGETS] or ([] if strange else free)
        parts = [(line.value, "return", event, likely)]
        if isinstance(line.value, ast.Tuple) or listed[1:]:
            lost = (event.value,) * len(inputs) if isinstance(event.value, Unknown) else ()
            values = event.value if isinstance(event.value, tuple | list) else lost
            if len(values) != len(inputs) or len(listed) != len(inputs) or any(map(_of_another, listed, inputs)):
                return []
            ordered = in_order(self.unit, [*listed], inputs, found)
            parts = [
                (part, f"return[{number}]", replace(event, number=event.number + 1 + number, value=value), [one])
                for number, (part, value, one) in enumerate(zip(listed, values, born, strict=True))
                if one in free
            ]
        made, alone = list[Claim](), len(parts) == 1 and names.isdisjoint(inputs)
        for part, key, one, of in parts:
            role = returns_gradient(reading, part, keys, ordered, alone)
            if of and role and (moves(one.value) or isinstance(one.value, Unknown)):
                shaped = [named for named in of if reading.machine.shapes.get(named[1][0]) == np.shape(one.value)]
                of = [*shaped, *(named for named in of if named not in shaped)]
                sites = tuple(chain(*(sites for _, sites in of)))
                claim = Claim(key, of[0][0], (Stage((one,)),), sites, role == "called")
                made.append(of_returned(reading, part, claim))
        return made

    def definitions(self, reading: Reading, name: str, before: int) -> tuple[int, ...]:
        """The births of the values of a name that the loss may depend on, the last first."""
        machine = reading.machine
        found: list[int] = []
        for event in reversed(machine.events):
            own = event.frame in (reading.frame, reading.fore) or event.key.startswith("self.")
            known = own and event.number < before and moves(event.value)
            if known and last_part(event.key) == name and not event.stored:
                found += [*event.sites[-1:], *event.sites[:1]]  # it may be handed on before it gets the name
            elif known and event.key == name and event.stored:
                found += event.sites[-1:]
        if name in machine.given and moves(machine.given[name]):
            found += machine.sites.get(id(machine.given[name]), [])
        if self.plan.after is None:
            found = [born for site in found for born in self._in_forward(reading, site)]
        return tuple(dict.fromkeys(found))[:MOST_BIRTHS]

    def _in_forward(self, reading: Reading, site: int) -> list[int]:
        """A value that backward computes anew is the one of the same entries in the forward part."""
        if site <= reading.born_until:
            return [site]
        value = next((value for born, value in reading.machine.trace if born == site), None)
        before = ((born, other) for born, other in reading.machine.trace if born <= reading.born_until)
        return [born for born, other in before if value is not None and np.array_equal(value, other)][:3]

    # --- derivatives --------------------------------------------------------------------------------------------------

    def _slope(self, site: int, number: int) -> float | None:
        if (site, number) not in self._slopes:
            found = slope(self.unit, self.given, self.plan, site, direction(number))
            nothing = found is not None and abs(found) <= NOTHING * abs(self.loss or 0)
            self._slopes[site, number] = 0.0 if nothing else found
        return self._slopes[site, number]

    def along(self, site: int, way: Value) -> float | None:
        """The derivative of the loss where the value born at a site moves a given way."""
        return slope(self.unit, self.given, self.plan, site, lambda _: way)

    def outcome(self, claim: Claim, value: Value, scale: float = 1.0) -> Outcome:
        """Whether a value is the derivative by one of the values of the name."""
        if isinstance(value, Unknown):
            return "misfit" if value.misfit else "unread"
        if isinstance(value, bool | int | float):
            value = np.asarray(value, complex)
        if not moves(value) and not (isinstance(value, np.ndarray) and value.dtype.kind in "ib"):
            return "unread"
        if not np.all(np.isfinite(value)):
            return "open"
        value = value - self.base.begun.get(claim.key, 0)
        found = [self._against(np.real(value) / scale, site) for site in claim.sites]
        if "right" in found:
            return "right"
        return "differs" if "differs" in found else "open"

    def _against(self, value: Value, site: int) -> Outcome:
        shape = self.base.machine.shapes.get(site, ())
        fitted = fitting(value, shape)
        informative = False
        for number in range(DIRECTIONS):
            truth = self._slope(site, number)
            if truth is None:
                return "open"
            if fitted is None:
                informative = informative or truth != 0
                continue
            said = float(np.sum(fitted * direction(number)(shape)))
            informative = informative or truth != 0
            gap = abs(said - truth) - 1e-10
            if gap > CLOSE * max(abs(said), abs(truth)) and gap > 1e-3 * CLOSE * math.sqrt(np.sum(fitted * fitted)):
                return "differs" if self.influential(site) else "open"
        return "right" if fitted is not None else "differs" if informative else "open"

    def right_at(self, value: Value, site: int) -> bool:
        """Whether a value is the derivative by what is born at a site."""
        return self._against(np.real(value), site) == "right"

    def births(self, shape: tuple[int, ...], before: float = math.inf) -> list[int]:
        """The births of values of a shape in what the loss is made of, the last first; only so many of them."""
        machine, after = self.base.machine, self.plan.after
        until = [site for event in machine.events if event.number <= (after or 0) for site in event.sites]
        end = self.base.born_until if after is None else max(until, default=math.inf)
        sites = [site for site, value in machine.trace if site <= end and site < before and np.shape(value) == shape]
        return [site for site in reversed(sites[-MOST_SITES:]) if self.influential(site)]

    def influential(self, site: int) -> bool:
        """Whether the loss depends on what is born at a site."""
        return any(self._slope(site, number) for number in range(DIRECTIONS))

    def influences(self, claim: Claim) -> tuple[int, ...]:
        """Those births on which the loss depends."""
        return tuple(site for site in claim.sites if self.influential(site))

    def truth(self, site: int, part: Event | None = None) -> Value:
        """The whole derivative by the value born at a site, of the loss or of a part of it; None where it would cost
        too much."""
        key = site, part.number if part is not None else -1
        if key not in self._full:
            plan = self.plan if part is None else Plan(part.number, f"name {part.key}", part.key)
            shape = self.base.machine.shapes[site]
            cost = (OPERATIONS - self.base.machine.operations) * int(np.prod(shape))
            self._full[key] = None if cost > MOST_OPERATIONS else self._entries(site, shape, plan)
        return self._full[key]

    def parts_of_loss(self) -> list[Event]:
        """The numbers with a name of which the loss is made."""
        after = self.plan.after or 0
        events = [one for one in self.base.assigned() if one.number < after]
        numbers = [one for one in events if one.key.isidentifier() and moves(one.value) and np.size(one.value) == 1]
        return [one for one in numbers if one.sites and self._slope(one.sites[-1], 0)]

    def _entries(self, site: int, shape: tuple[int, ...], plan: Plan) -> Value:
        found = np.zeros(math.prod(shape), complex)
        for number in range(len(found)):
            value = slope(self.unit, self.given, plan, site, entry(number))
            if value is None:
                return None
            found[number] = value
        return found.reshape(shape)


@record
class State:
    """A trial with other values in place of what some assignments give: its claims, and what is seen of each."""

    trial: Trial
    overrides: dict[int, Value]
    reading: Reading
    claims: list[Claim]
    outcomes: dict[str, Outcome]


_NOWHERE = Target(-1, np.zeros)
"""A target that no value is born at: the loss itself is computed."""


@lru_cache(maxsize=48)
def tried(unit: Unit, kinds: Kinds, point: Point) -> Trial | Need | NoLoss:
    """A trial, or why there is none."""
    try:
        return Trial(unit, kinds, point)
    except (Need, NoLoss) as fault:
        return fault
    except (Unread, Misfit) as fault:
        return NoLoss(fault.why, fault.line)
    except Exhausted:
        return NoLoss(TOO_MUCH, 0)


def _of_another(part: ast.expr, of: str) -> bool:
    """Whether a gradient of something else is returned in the place of a target."""
    key = key_of(part) or ""
    return of in TARGETS and is_gradient(key) and of not in claimed(key)


def _left_empty(reading: Reading, event: Event) -> bool:
    """Whether an array of zeros is made under a name of the function that nothing fills, and nothing reads; what an
    object keeps is for others to read."""
    used = any(count > event.number and name == event.key for count, name in reading.machine.reads)
    array = moves(event.value) and np.ndim(event.value) > 0
    return event.key.isidentifier() and not used and array and not np.any(event.value)
