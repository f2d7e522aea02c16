"""One reading of a unit at a point: its forward part, the loss, its backward part, and the assignments on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from ...documents.python.lines import is_main
from ...documents.python.outline import Unit
from ...documents.python.pairs import callees, same_places
from ...documents.python.said import letters_of
from ...documents.python.uses import TARGETS, UPSTREAM, Axes, claimed, multiplied, taken_apart
from ...verify.programs.calls import bound, defaults_of, returned
from ...verify.programs.expressions import evaluate
from ...verify.programs.machine import Event, Machine, Target, arrays_in, moves, solid
from ...verify.programs.names import arguments_of, each, key_of, last_part, name_of, targets_of
from ...verify.programs.primitives import STEP
from ...verify.programs.statements import body
from ...verify.programs.values import (
    Class,
    Exhausted,
    Frame,
    Function,
    Misfit,
    Returned,
    Stop,
    Thing,
    Undecided,
    Unknown,
    Unread,
    Value,
)
from .above import by_others, from_beside, latest, varied, weighted, weights
from .inputs import Given
from .plans import CACHES, OUTPUTS, SLOPES, Plan
from .text import (
    axes_of,
    drawn_in,
    imported,
    is_layer,
    is_preparing,
    loaded_in,
    options_of,
    parameters_of,
    set_elsewhere,
    stored_in,
    training_loops,
)


class Reading:
    """A unit read at a point: `machine` holds the assignments, `frame` the names of the part with the claims."""

    def __init__(self, unit: Unit, given: Given, plan: Plan | None = None, **options: Any) -> None:
        self.unit, self.given, self.plan = unit, given, plan
        names, point = imported(unit), given.point
        torch = "numpy" not in names and any(name.startswith("torch") for name in names)
        machine = Machine(
            given.value, step=given.step, seed=point.seed, torch=torch, tiny="tiny" in point.meant, **options
        )
        machine.parameters, machine.drawn, machine.options = parameters_of(unit), drawn_in(unit), options_of(unit)
        machine.once, machine.evaluate, machine.body = training_loops(unit), evaluate, body
        self.machine = machine
        self.frame = self.fore = self.module = Frame()
        self.owner: Thing | None = None
        self.loss: Value = None
        self.stated, self.begun = dict[str, Value](), dict[str, Value]()  # what the loss is given, what begins
        self.outputs: list[Value] = []
        self.upstream: list[Value] = []
        self.names: list[str | None] = []
        self.above: list[str] = []
        self.loose: frozenset[str] = frozenset()
        self.born_until = 0

    def assigned(self, key: str | None = None, inner: bool = True) -> list[Event]:
        """The assignments in the part with the claims, of one name or of all; not `inner`: those before it too."""
        frames = (self.frame,) if inner else (self.frame, self.fore)
        return [event for event in self.machine.events if event.frame in frames and key in (None, event.key)]

    def run(self) -> Value:
        """Reads the whole unit, or up to the loss where a value is moved; the loss in that case."""
        machine = self.machine
        if self.plan is not None and self.plan.after is not None and machine.target is not None:
            machine.stop_at, machine.answer = self.plan.after, self._loss_now
        with np.errstate(all="ignore"), suppress(Returned):
            try:
                self._parts()
            except Stop as stop:
                return stop.value
        return None

    def _parts(self) -> None:
        unit = self.unit
        self.module.names |= from_beside(self.machine, unit.beside, {})
        if unit.scripted:
            return body(self.machine, self.module, [line for line in unit.lines if not is_main(line)])
        free = {letter for _, said in unit.said for dim in said.dims or () for letter in letters_of(dim)}
        body(self.machine, self.module, [line for line in unit.lines if is_preparing(line, free)])
        if unit.closure:
            return self._closure()
        self.owner = owner = self._object() if unit.inside is not None else None
        assert unit.forward is not None
        ctx = Thing()
        ctx.attributes["needs_input_grad"] = (True,) * 16
        static = owner is not None and "staticmethod" in map(name_of, unit.forward.decorator_list)
        context = static and unit.forward.args.args[:1] != [] and unit.forward.args.args[0].arg == "ctx"
        first = [ctx] if context else [owner] if owner is not None and not static else []
        own = varied(self.machine, self.given.point, unit.forward, unit.backward)
        self.fore = self.frame = bound(self.machine, Function(unit.forward, self.module), first, own, free=True)
        output = returned(self.machine, self.frame, unit.forward.body)
        if unit.backward is None:
            return None
        self._returns(output)
        itself = self._is_number() and not TARGETS.isdisjoint(arguments_of(unit.forward))
        if unit.criterion is not None and not itself and not self._come_from_above():
            self._criterion(owner)
        if self.plan is not None and self.plan.after is None and self.machine.target is not None:
            raise Stop(self._loss_now())
        self.born_until = self.machine.site
        self.frame = self._backward_frame(first)
        returned(self.machine, self.frame, unit.backward.body)
        return None

    def _object(self, *begins: Value) -> Thing:
        """An object of the class, made from the first arguments of its `__init__`."""
        assert self.unit.inside is not None
        of = self.module.find(self.unit.inside.name)
        assert isinstance(of, Class)
        thing = Thing(of)
        for line in self.unit.inside.body:
            if isinstance(line, ast.FunctionDef) and line.name == "__init__":
                own = varied(self.machine, self.given.point, line, self.unit.backward)
                frame = bound(self.machine, Function(line, self.module), [thing, *begins], own, free=True)
                returned(self.machine, frame, line.body)
        for name in set_elsewhere(self.unit.inside):  # what begins as nothing, and is given a value there, is an input
            if thing.attributes.get(name, 0) is None:
                del thing.attributes[name]
        return thing

    def _closure(self) -> None:
        """An object is made with a backward part inside: `out.grad` comes from above; what others get is judged."""
        machine, forward, backward = self.machine, self.unit.forward, self.unit.backward
        assert forward is not None
        assert backward is not None
        used = {name_of(node.value) for node in each(ast.Attribute, forward)}
        names = [place.arg for place in forward.args.args]
        objects = [self._object(machine.input(name)) if name in used else machine.input(name) for name in names]
        self.begun = by_others(self.given.point, self.unit, dict(zip(names, objects, strict=True)))
        self.fore = self.frame = bound(machine, Function(forward, self.module), objects, {}, free=True)
        made = returned(machine, self.fore, forward.body)
        values = made.attributes.values() if isinstance(made, Thing) else ()
        output = next((value for value in values if moves(value)), None)
        if output is None:
            raise Unread("what this makes has no value that is a number", forward.lineno)
        self.outputs, self.names = [output], [None]
        made.attributes["grad"] = self._up("out.grad", 0)
        if self.plan is not None and self.plan.after is None and machine.target is not None:
            raise Stop(self._loss_now())
        self.born_until = machine.site
        self.frame = bound(machine, Function(backward, self.fore), [], {}, free=True)
        returned(machine, self.frame, backward.body)

    def _criterion(self, owner: Value) -> None:
        """The loss that another method of the class computes from what forward gives."""
        method = self.unit.criterion
        assert method is not None
        names = arguments_of(method)
        known = {name: self.fore.names[name] for name in names if name in self.fore.names}
        if self.again:  # the same in each place
            known = dict(zip(names, self.again.values(), strict=False)) | known
        rest = [name for name in names if name not in known]
        targets = [name for name in rest if name.lower() in TARGETS]  # `T` beside `Y` too
        output = rest[0] if targets[1:] else next((name for name in rest if name not in TARGETS), None)
        kept = stored_in(self.unit.forward) if owner is not None and self.unit.forward is not None else frozenset()
        given = not self.outputs or any(value is self.outputs[0] for value in known.values())
        if output is not None and kept.isdisjoint(loaded_in(method)) and not given:
            known[output] = latest(self.unit.forward, self.names, self.outputs)
        frame = bound(self.machine, Function(method, self.module), [] if owner is None else [owner], known, free=True)
        self.stated = {name: frame.names[name] for name in names}
        loss = returned(self.machine, frame, method.body)
        self.loss = loss[0] if isinstance(loss, tuple) else loss

    # ---- between the two parts

    def _returns(self, output: Value) -> None:
        """What forward gives: outputs, and what it keeps for later."""
        assert self.unit.forward is not None
        written = next((line.value for line in reversed(self.unit.forward.body) if isinstance(line, ast.Return)), None)
        output = self._kept() if output is None else output  # what is kept in the object is what comes out
        parts = list(output) if isinstance(output, tuple) else [output]
        told = written.elts if isinstance(written, ast.Tuple) else [written]
        names = [last_part(key) if part is not None and (key := key_of(part)) else None for part in told]
        self.outputs = parts
        self.names = (names + [None] * len(parts))[: len(parts)]

    def _kept(self, *names: str) -> Value:
        """What the object keeps as what comes out."""
        held = self.owner.attributes if self.owner is not None else {}
        found = (held.get(name) for name in (*names, *OUTPUTS))
        known = (value for value in found if moves(value) or isinstance(value, Undecided | Unknown))
        return next((value if isinstance(value, Unknown) else solid(value) for value in known), None)

    @property
    def again(self) -> dict[str, Value]:
        """The arguments of backward that are those of forward, each in its place: of a loss that is made of what
        forward gives by a method which calls it, so that nothing comes from above."""
        unit = self.unit
        if unit.criterion is None or unit.forward is None or unit.backward is None:
            return {}
        places = same_places(unit.forward, unit.backward) if unit.forward.name in callees(unit.criterion) else {}
        return {name: self.fore.names[of] for name, of in places.items()}

    def _backward_names(self) -> list[str]:
        assert self.unit.backward is not None
        defaults = defaults_of(self.unit.backward)
        switches = {place.arg for place, value in defaults if isinstance(getattr(value, "value", 0), bool | str)}
        return [name for name in arguments_of(self.unit.backward) if name not in switches]

    def _upstream_of(self, name: str, taken: set[int]) -> int | None:
        """Which output an argument of backward is the gradient of; None where it is none."""
        if name in dict(self.unit.grads):
            of = dict(self.unit.grads)[name]
            return self.names.index(of) if of in self.names else 0
        for of in claimed(name):
            for number, output in enumerate(self.names):
                if output is not None and output.lower() == of.lower() and number not in taken:
                    return number
        if self._is_number() and taken_apart(self.unit.backward, name) and self._kept(name) is not None:
            return None  # an array, as no gradient of a number is: what the number is made of
        axes = axes_of(self.unit).get(name, Axes(0)).number
        if all(moves(output) and axes > np.ndim(output) for output in self.outputs):
            return None  # it has more axes than what comes out
        known, inputs = self.fore.names, arguments_of(self.unit.forward)
        made = [of for of in claimed(name) if moves(known.get(of)) and of not in inputs]
        again = {name_of(target) for target in targets_of(self.unit.backward)} if self.unit.backward is not None else ()
        if made and not UPSTREAM.match(name) and name not in again:  # by a value on the way: `dZ` before an activation
            self.outputs.append(known[made[0]])
            self.names.append(made[0])
            return len(self.outputs) - 1
        if name not in self.fore.names and (UPSTREAM.match(name) or claimed(name)):
            free = [(number, value) for number, value in enumerate(self.outputs) if number not in taken]
            whole = [number for number, value in free if moves(value)] or [at for at, value in free if arrays_in(value)]
            return next(iter(whole), None)
        return None

    def _come_from_above(self) -> dict[str, int]:
        """The arguments of backward that are gradients of what forward gives, each with its output."""
        found: dict[str, int] = {}
        for name in self._backward_names() if self.unit.backward is not None else ():
            at = None if name in self.again else self._upstream_of(name, set(found.values()))
            found |= {} if at is None else {name: at}
        return found

    def from_above(self) -> frozenset[str]:
        """Those of them that are called so: not claims, whatever becomes of them."""
        found = self._come_from_above().items()
        return frozenset(name for name, at in found if (self.names[at] or "") in ("", *claimed(name)))

    def _backward_frame(self, first: list[Value]) -> Frame:
        """The names of backward: gradients of outputs, what forward kept, and what has the same name there."""
        backward = self.unit.backward
        assert backward is not None
        above = self._come_from_above()
        taken = set(above.values())
        names = self._backward_names()
        known = {name: self._up(name, at) for name, at in above.items()}
        before = {**self.stated, **self.fore.names, **known, **self.again}
        known = {name: before[name] for name in names if name in before}
        open_ = [name for name in names if name not in before]
        target = [name for name in self.stated if name in TARGETS and name not in names]
        for name in [name for name in open_ if name in TARGETS][: len(target) == 1]:
            known[name] = self.stated[target[0]]  # `y` here, `y_true` in the loss
            open_.remove(name)
        if self.unit.lone and open_:
            given = self.fore.names[arguments_of(self.unit.forward)[0]]
            known[open_.pop()] = self.outputs[0] if self.unit.lone == "output" else given
        lone = len(open_) == 1 and open_[0] not in (*CACHES, *TARGETS) and self.unit.loss is None and self.loss is None
        if not taken and lone and not self.scalar() and moves(self.outputs[0]):
            name, taken = open_.pop(), {0}
            known[name] = self._up(name, 0)
        taken |= {0} if self.scalar() else set()
        predicted = [name for name in open_ if name not in (*CACHES, *TARGETS)][:1] if self.scalar() else []
        known |= {name: kept for name in predicted if (kept := self._kept(name)) is not None}
        open_ = [name for name in open_ if name not in known]
        rest = [value for number, value in enumerate(self.outputs) if number not in taken]
        for name in open_:
            kept = [at for at, value in enumerate(rest) if name in CACHES and isinstance(value, dict | tuple | list)]
            if rest and name not in TARGETS:
                one = kept or len(open_) > 1 or len(rest) == 1
                known[name] = rest.pop(kept[0] if kept else 0) if one else tuple(rest)
        optional = {place.arg for place, _ in defaults_of(backward)}
        loose = [name for name in open_ if name not in (*known, *TARGETS, *optional)]
        if len(loose) == len(unnamed := self._not_handed_on(names)) == 1 and multiplied(backward, loose[0]):
            known[loose.pop()] = self.fore.names[unnamed[0]]
        self.loose = frozenset(loose)
        outside = self.fore if self.unit.nested else self.module
        return bound(self.machine, Function(backward, outside), first, known, free=True)

    def _not_handed_on(self, names: list[str]) -> list[str]:
        """What forward is given, and backward has neither under its name nor in the object."""
        held = [*map(id, self.owner.attributes.values())] if self.owner is not None else []
        given = [name for name in arguments_of(self.unit.forward) if name not in (*names, *TARGETS)]
        return [name for name in given if moves(self.fore.names.get(name)) and id(self.fore.names[name]) not in held]

    def is_own(self, event: Event) -> bool:
        """Whether it happens in this file, and not to another object that is judged by itself."""
        of = event.frame.names.get("self")
        other = isinstance(of, Thing) and of is not self.owner and of.of is not None and is_layer(of.of.node)
        return event.frame.file is self.module and not other

    def _up(self, name: str, at: int) -> Value:
        """An upstream gradient: random numbers of the shape of its output."""
        output = solid(self.outputs[at])
        parts = [np.asarray(one, complex) for one in self._weights(at, output)]
        if not parts:
            raise Unread("what comes out is no array of numbers")
        value: Value = parts[0] if moves(output) else parts
        if isinstance(output, dict):
            value = dict(zip(output, parts, strict=True))
        self.upstream.append((at, value))
        self.above.append(f"sum({name} * {self.names[at] or 'output'})")
        self.machine.given.setdefault(name, value)
        return value

    def _weights(self, at: int, output: Value) -> list[Value]:
        """The gradients that come from above, one for each array of an output; 1 for a loss, which is a number."""
        lone = not self.unit.closure
        parts = enumerate(arrays_in(output))
        return [weights(self.given.point, part, 7 * at + place, lone) for place, part in parts]

    def _is_number(self) -> bool:
        own = (one for one in self.outputs[:1] if id(one) not in self.machine.origin)  # an input is no loss
        return any(moves(one) and np.size(one) == 1 for one in own)

    def scalar(self) -> bool:
        """Whether what forward gives is the loss itself."""
        return self._is_number() and not self.upstream and not self._come_from_above()

    # ---- the loss

    def _loss_now(self) -> Value:
        assert self.plan is not None
        self.machine.stop_at = None  # what the loss itself calls is read to its end
        value = self._by(self.plan.way)
        return np.sum(value) if np.size(value) == 1 else None

    def _by(self, way: str) -> Value:
        if way == "stated":
            assert self.unit.loss is not None
            for frame in (self.frame, self.fore):
                try:
                    return solid(evaluate(self.machine, frame, self.unit.loss))
                except Unread:
                    if frame is self.fore:
                        raise
        if way == "criterion":
            return solid(self.loss)
        if way in ("returned", SLOPES):
            return np.sum(solid(self.outputs[0]))
        if way == "upstream":
            total: Value = 0.0
            for at in self._come_from_above().values():
                output = solid(self.outputs[at])
                parts = [weighted(self.given.point, one) for one in arrays_in(output)]
                total = total + sum(map(np.sum, map(np.multiply, self._weights(at, output), parts)))
            if np.ndim(total) == 0 and not isinstance(total, float):
                return total
            first = solid(self.outputs[0])
            return np.sum(first * self._weights(0, first)[0])
        kind, _, rest = way.partition(" ")
        if kind == "name":
            return solid(self.frame.find(rest))
        if kind == "slope":
            frame, value = self.machine.latest
            return np.sum(np.real(solid(value)) * solid(frame.names[rest]))
        name, _, out = rest.partition(" ")
        output = solid(self.frame.find(out))
        above = solid(self.machine.given[name], "upstream", output)
        if np.size(above) > 1 and np.size(above) != np.size(output):
            raise Misfit(f"`{name}`, {np.shape(above)}, cannot be broadcast to `{out}`, {np.shape(output)}")
        return np.sum(above * output)


def slope(
    unit: Unit, given: Given, plan: Plan, site: int, direction: Callable[[tuple[int, ...]], Any], **options: Any
) -> float | None:
    """The derivative of the loss along a direction of the value born at a site; None where there is none."""
    try:
        found = Reading(unit, given, plan, target=Target(site, direction), **options).run()
    except (Unread, Misfit, KeyError, AssertionError, Exhausted):
        return None
    if found is None:
        return None
    value = complex(np.sum(found))
    return value.imag / STEP if np.isfinite(value.real) and np.isfinite(value.imag) else None
