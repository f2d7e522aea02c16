"""One reading of a unit at a point: its forward part, the loss, its backward part, and the assignments on the way."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from ...diagnostics.record import record
from ...documents.python.outline import BACKWARD, FORWARD, Unit
from ...documents.python.uses import LOSSES, UPSTREAM, claimed
from ...verify.programs.calls import bound, defaults_of
from ...verify.programs.expressions import evaluate
from ...verify.programs.machine import Event, Machine, Target, moves, solid
from ...verify.programs.names import key_of, last_part
from ...verify.programs.statements import body
from ...verify.programs.values import Class, Exhausted, Frame, Function, Misfit, Returned, Stop, Thing, Unread, Value
from .inputs import TARGETS, Given

OUTPUTS = ("out", "output", "outputs", "y", "Y", "y_hat", "yhat", "z", "Z", "result", "h", "H")
CACHES = ("cache", "ctx", "saved", "memory", "tape", "tmp", "context", "caches", "state")


class NoLoss(Exception):
    """The unit has no loss that can be read; `line` is where this shows."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


@record
class Plan:
    """Where the loss of a unit is to be had: after which assignment (None:
    when the forward part has returned), and how it is said."""

    after: int | None
    way: str
    said: str


class Reading:
    """A unit that was read at a point. `machine` holds the assignments;
    `frame` the names of the part with the claims."""

    def __init__(self, unit: Unit, given: Given, plan: Plan | None = None, **options: Any) -> None:
        self.unit = unit
        self.given = given
        self.plan = plan
        torch = any(
            isinstance(line, ast.Import) and any(name.name.startswith("torch") for name in line.names)
            for line in unit.lines
        )
        numpy = any(
            isinstance(line, ast.Import) and any(name.name == "numpy" for name in line.names) for line in unit.lines
        )
        self.machine = Machine(
            given.value,
            seed=given.point.seed,
            torch=torch and not numpy,
            tiny=given.point.tiny,
            once=_training(unit),
            **options,
        )
        self.machine.evaluate, self.machine.body = evaluate, body
        self.machine.parameters = _parameters(unit)
        self.module = Frame()
        self.frame = self.module
        self.fore = self.module
        self.owner: Thing | None = None
        self.loss: Value = None
        self.outputs: list[Value] = []
        self.upstream: list[Value] = []
        self.names: list[str | None] = []
        self.above: list[str] = []
        self.born_until = 0

    def run(self) -> Value:
        """Reads the whole unit, or up to the loss where a value is moved; the loss in that case."""
        machine = self.machine
        if self.plan is not None and self.plan.after is not None and machine.target is not None:
            machine.stop_at, machine.answer = self.plan.after, self._loss_now
        with np.errstate(all="ignore"):
            try:
                self._parts()
            except Stop as stop:
                return stop.value
            except Returned:
                return None
        return None

    def _parts(self) -> None:
        unit = self.unit
        if unit.scripted:
            body(self.machine, self.module, [line for line in unit.lines if _not_main(line)])
            return
        body(self.machine, self.module, [line for line in unit.lines if _preparing(line)])
        if unit.closure:
            self._closure()
            return
        self.owner = owner = self._object() if unit.inside is not None else None
        assert unit.forward is not None
        ctx = Thing()
        ctx.attributes["needs_input_grad"] = (True,) * 16
        static = owner is not None and any(
            isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in unit.forward.decorator_list
        )
        context = static and [place.arg for place in unit.forward.args.args][:1] == ["ctx"]
        first = [ctx] if context else [owner] if owner is not None and not static else []
        self.fore = self.frame = bound(self.machine, Function(unit.forward, self.module), first, {}, free=True)
        returned = _returned(self.machine, self.frame, unit.forward.body)
        if unit.backward is None:
            return
        self._returns(returned)
        if unit.criterion is not None and not self._has_upstream():
            self._criterion(owner)
        if self.plan is not None and self.plan.after is None and self.machine.target is not None:
            raise Stop(self._loss_now())
        self.born_until = self.machine.site
        self.frame = self._backward_frame(first)
        _returned(self.machine, self.frame, unit.backward.body)

    def _object(self, *begins: Value) -> Thing:
        """An object of the class, made from the first arguments of its `__init__`."""
        assert self.unit.inside is not None
        of = self.module.find(self.unit.inside.name)
        assert isinstance(of, Class)
        thing = Thing(of)
        for line in self.unit.inside.body:
            if isinstance(line, ast.FunctionDef) and line.name == "__init__":
                _returned(
                    self.machine,
                    bound(self.machine, Function(line, self.module), [thing, *begins], {}, free=True),
                    line.body,
                )
        for name in _set_elsewhere(
            self.unit.inside
        ):  # what begins as nothing, and another method gives a value, is an input
            if thing.attributes.get(name, 0) is None:
                del thing.attributes[name]
        return thing

    def _closure(self) -> None:
        """A forward part that makes an object with a backward part inside: `out.grad` comes from above;
        what others get is judged."""
        machine, forward, backward = self.machine, self.unit.forward, self.unit.backward
        assert forward is not None
        assert backward is not None
        used = {
            node.value.id
            for node in ast.walk(forward)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        names = [place.arg for place in forward.args.args]
        objects = [self._object(machine.input(name)) if name in used else machine.input(name) for name in names]
        self.fore = self.frame = bound(machine, Function(forward, self.module), objects, {}, free=True)
        made = _returned(machine, self.fore, forward.body)
        output = (
            next((value for value in made.attributes.values() if moves(value)), None)
            if isinstance(made, Thing)
            else None
        )
        if output is None:
            raise Unread("what this makes has no value that is a number", forward.lineno)
        self.outputs, self.names = [output], [None]
        made.attributes["grad"] = self._up("out.grad", 0)
        if self.plan is not None and self.plan.after is None and machine.target is not None:
            raise Stop(self._loss_now())
        self.born_until = machine.site
        self.frame = bound(machine, Function(backward, self.fore), [], {}, free=True)
        _returned(machine, self.frame, backward.body)

    def _criterion(self, owner: Value) -> None:
        """The loss that another method of the class computes from what forward gives."""
        method = self.unit.criterion
        assert method is not None
        names = [place.arg for place in method.args.args if place.arg != "self"]
        known = {name: self.fore.names[name] for name in names if name in self.fore.names}
        rest = [name for name in names if name not in known]
        targets = [name for name in rest if name in TARGETS]
        output = rest[0] if targets[1:] else next((name for name in rest if name not in TARGETS), None)
        stored = (
            owner is not None
            and self.unit.forward is not None
            and not _stored(self.unit.forward).isdisjoint(_loaded(method))
        )
        if (
            output is not None
            and not stored
            and self.outputs
            and not any(value is self.outputs[0] for value in known.values())
        ):
            known[output] = self.outputs[0]
        frame = bound(self.machine, Function(method, self.module), [] if owner is None else [owner], known, free=True)
        self.loss = _returned(self.machine, frame, method.body)

    # --- between the two parts
    # ---------------------------------------------------------------------------------------------

    def _returns(self, returned: Value) -> None:
        """What forward gives: outputs, and what it keeps for later."""
        assert self.unit.forward is not None
        written = next((line.value for line in reversed(self.unit.forward.body) if isinstance(line, ast.Return)), None)
        if returned is None and self.owner is not None:  # what is kept in the object is what comes out
            returned = next(
                (self.owner.attributes[name] for name in OUTPUTS if moves(self.owner.attributes.get(name))), None
            )
        parts = list(returned) if isinstance(returned, tuple) else [returned]
        names = (
            [part.id if isinstance(part, ast.Name) else None for part in written.elts]
            if isinstance(written, ast.Tuple)
            else []
        )
        if not names:
            names = [written.id] if isinstance(written, ast.Name) else [None] * len(parts)
        self.outputs = parts
        self.names = (names + [None] * len(parts))[: len(parts)]

    def _backward_names(self) -> list[str]:
        assert self.unit.backward is not None
        switches = {
            place.arg
            for place, default in defaults_of(self.unit.backward)
            if isinstance(getattr(default, "value", 0), bool | str)
        }
        return [place.arg for place in self.unit.backward.args.args if place.arg not in ("self", *switches)]

    def _upstream_of(self, name: str, taken: set[int]) -> int | None:
        """Which output an argument of backward is the gradient of; None where it is none."""
        if name in dict(self.unit.grads):
            of = dict(self.unit.grads)[name]
            return self.names.index(of) if of in self.names else 0
        for of in claimed(name):
            for number, output in enumerate(self.names):
                if output is not None and output.lower() == of.lower() and number not in taken:
                    return number
        if name not in self.fore.names and (UPSTREAM.match(name) or claimed(name)):
            return next(
                (number for number, value in enumerate(self.outputs) if number not in taken and moves(value)), None
            )
        return None

    def _has_upstream(self) -> bool:
        return any(self._upstream_of(name, set()) is not None for name in self._backward_names())

    def from_above(self) -> frozenset[str]:
        """The arguments of backward that are gradients of what forward gives, and are called so:
        not claims, whatever becomes of them."""
        if self.unit.backward is None:
            return frozenset()
        found = [(name, self._upstream_of(name, set())) for name in self._backward_names()]
        return frozenset(
            name for name, at in found if at is not None and (self.names[at] or "") in ("", *claimed(name))
        )

    def _backward_frame(self, first: list[Value]) -> Frame:
        """The names of backward: gradients of outputs, what forward kept, and what has the same name there."""
        backward = self.unit.backward
        assert backward is not None
        known: dict[str, Value] = {}
        taken: set[int] = set()
        names = [name for name in self._backward_names() if name != "ctx"]
        open_: list[str] = []
        for name in names:
            at = self._upstream_of(name, taken)
            if at is None and name in self.fore.names:
                known[name] = self.fore.names[name]
            elif at is None:
                open_.append(name)
            else:
                taken.add(at)
                known[name] = self._up(name, at)
        lone = len(open_) == 1 and open_[0] not in (*CACHES, *TARGETS) and self.unit.loss is None
        if not taken and lone and not self.scalar() and moves(self.outputs[0]):
            taken.add(0)
            name = open_.pop()
            known[name] = self._up(name, 0)
        rest = [
            value
            for number, value in enumerate(self.outputs)
            if number not in taken and not (number == 0 and self.scalar())
        ]
        for name in open_:
            kept = [at for at, value in enumerate(rest) if name in CACHES and isinstance(value, dict | tuple | list)]
            if rest and name not in TARGETS:
                known[name] = (
                    rest.pop(kept[0] if kept else 0) if kept or len(open_) > 1 or len(rest) == 1 else tuple(rest)
                )
        return bound(self.machine, Function(backward, self.module), first, known, free=True)

    def _up(self, name: str, at: int) -> Value:
        """An upstream gradient: random numbers of the shape of its output."""
        output = solid(self.outputs[at])
        value = np.asarray(self._weights(at, output), complex)
        self.upstream.append((at, value))
        self.above.append(f"sum({name} * {self.names[at] or 'output'})")
        self.machine.given.setdefault(name, value)
        return value

    def _weights(self, at: int, output: Value) -> Value:
        """The gradient that comes from above: random numbers; 1 for an output that is a number, as for a loss."""
        if np.size(output) == 1 and not self.unit.closure:
            return np.ones(np.shape(output))
        return np.random.default_rng([at, self.given.point.seed, 5]).normal(size=np.shape(output))

    def scalar(self) -> bool:
        """Whether what forward gives is the loss itself."""
        single = bool(self.outputs) and moves(self.outputs[0]) and np.size(self.outputs[0]) == 1
        return single and not self.upstream and not self._has_upstream()

    # --- the loss -----------------------------------------------------------------------------------------------------

    def _loss_now(self) -> Value:
        assert self.plan is not None
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
        if way == "returned":
            return solid(self.outputs[0])
        if way == "upstream":
            total: Value = 0.0
            for name in self._backward_names():
                at = self._upstream_of(name, set())
                if at is not None:
                    output = solid(self.outputs[at])
                    total = total + np.sum(self._weights(at, output) * output)
            first = solid(self.outputs[0])
            return (
                total
                if np.ndim(total) == 0 and not isinstance(total, float)
                else np.sum(first * self._weights(0, first))
            )
        kind, _, rest = way.partition(" ")
        if kind == "name":
            return solid(self.frame.find(rest))
        name, _, out = rest.partition(" ")
        output = solid(self.frame.find(out))
        above = solid(self.machine.given[name], "upstream", output)
        if np.size(above) > 1 and np.size(above) != np.size(output):
            raise Misfit(f"`{name}` does not have the shape of `{out}`")
        return np.sum(above * output)


def is_claim(event: Event) -> bool:
    """Whether an assignment goes to something that is named like a gradient."""
    return bool(claimed(event.key))


def slope(
    unit: Unit, given: Given, plan: Plan, site: int, direction: Callable[[tuple[int, ...]], Any], **options: Any
) -> float | None:
    """The derivative of the loss along a direction of the value born at a site; None where there is none."""
    from ...verify.programs.primitives import STEP

    try:
        found = Reading(unit, given, plan, target=Target(site, direction), **options).run()
    except (Unread, Misfit, KeyError, AssertionError, Exhausted):
        return None
    if found is None:
        return None
    value = complex(np.sum(found))
    return value.imag / STEP if np.isfinite(value.real) and np.isfinite(value.imag) else None


def _stored(forward: ast.FunctionDef) -> frozenset[str]:
    """What a forward part computes and keeps in its object."""
    names = {place.arg for place in forward.args.args}
    lines = [
        line
        for line in ast.walk(forward)
        if isinstance(line, ast.Assign) and getattr(line.value, "id", "") not in names
    ]
    return frozenset(
        key for line in lines for target in line.targets if (key := key_of(target) or "").startswith("self.")
    )


def _loaded(method: ast.FunctionDef) -> frozenset[str]:
    """What a method reads of its object, and not for its shape alone."""
    shaped = {id(node.value) for node in ast.walk(method) if isinstance(node, ast.Attribute) and node.attr == "shape"}
    nodes = [node for node in ast.walk(method) if isinstance(node, ast.Attribute) and id(node) not in shaped]
    return frozenset(
        key for node in nodes if isinstance(node.ctx, ast.Load) and (key := key_of(node) or "").startswith("self.")
    )


def _returned(machine: Machine, frame: Frame, lines: list[ast.stmt]) -> Value:
    try:
        body(machine, frame, lines)
    except Returned as returned:
        return returned.value
    return None


_PLAIN = (ast.Constant, ast.UnaryOp, ast.USub, ast.BinOp, ast.operator, ast.Tuple, ast.Load, ast.Attribute, ast.Name)


def _preparing(line: ast.stmt) -> bool:
    """Imports, functions, classes, and names of constants: what stands around a function."""
    if isinstance(line, ast.Assign) and not isinstance(line.value, ast.Lambda):
        inside = list(ast.walk(line.value))
        names = {node.id for node in inside if isinstance(node, ast.Name)}
        return all(isinstance(node, _PLAIN) for node in inside) and names <= {"np", "torch", "math"}
    return isinstance(line, ast.Assign | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


def _not_main(line: ast.stmt) -> bool:
    return not (isinstance(line, ast.If) and "__name__" in {getattr(node, "id", "") for node in ast.walk(line.test)})


@lru_cache(maxsize=64)
def differentiated_in(unit: Unit) -> frozenset[str]:
    """The names of which something is named like the gradient."""
    return frozenset(of for key, _ in _targets(unit) if key for of in claimed(key))


def _targets(unit: Unit) -> Iterator[tuple[str, str]]:
    """What is given a value: its key, or the key of the array of which a part is written;
    the keys of a dict that is written out."""
    for line in unit.lines:
        for node in ast.walk(line):
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
                key = key_of(node)
                yield key or "", (key_of(node.value) or "") if key is None and isinstance(node, ast.Subscript) else ""
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                names = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
                yield from ((f"{key_of(node.targets[0])}[{name!r}]", "") for name in names)


@lru_cache(maxsize=64)
def _parameters(unit: Unit) -> frozenset[str]:
    """Names that have a gradient here, and of which no part is written: what they begin with does not matter."""
    written = {last_part(part) for _, part in _targets(unit) if part}
    return differentiated_in(unit) - written


@lru_cache(maxsize=16)
def _set_elsewhere(of: ast.ClassDef) -> frozenset[str]:
    """The attributes that methods besides those of the two passes give a value."""
    methods = [
        line
        for line in of.body
        if isinstance(line, ast.FunctionDef) and line.name not in ("__init__", *FORWARD, *BACKWARD)
    ]
    nodes = (node for method in methods for node in ast.walk(method) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in nodes if isinstance(node.ctx, ast.Store) and key_of(node.value) == "self")


def _first_target(line: ast.stmt) -> str:
    return last_part(getattr(line.targets[0], "id", "")) if isinstance(line, ast.Assign) else ""


@lru_cache(maxsize=64)
def _training(unit: Unit) -> frozenset[int]:
    """Loops that compute the loss in each round."""
    named = (
        {node.id for node in ast.walk(unit.loss) if isinstance(node, ast.Name)}
        if unit.loss is not None
        else set(LOSSES)
    )
    found = set()
    for part in [unit.forward, unit.backward] if unit.forward is not None else unit.lines:
        for node in ast.walk(part) if part is not None else ():
            if isinstance(node, ast.For) and named & {_first_target(inner) for inner in node.body}:
                found.add(id(node))
    return frozenset(found)
