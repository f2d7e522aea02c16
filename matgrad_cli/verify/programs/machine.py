"""The state of one reading of a program: its budget, its inputs, the places where values are born,
the assignments in their order."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from ...diagnostics.record import field, mutable
from .names import GRADIENTS, in_list, last_part, word_of
from .primitives import STEP
from .values import Exhausted, Frame, Misfit, Need, Stop, Undecided, Unknown, Unread, Value

OPERATIONS = 120_000
"""So many operations one reading may take."""
ENTRIES = 1 << 24
"""So many entries all values that are remembered may have together."""
DEPTH = 24
SMALL = 0.1
"""Random numbers that a parameter begins with are small if none is larger."""


@mutable
class Event:
    """One assignment: to which target, by which statement, in which call;
    the value as it stood then, or why there is none.

    `sites` are the births of the value so far; `stored` says that a part of it was written;
    `read` that it reads its own target.
    """

    number: int
    key: str
    statement: ast.stmt
    frame: Frame
    value: Value
    sites: tuple[int, ...] = ()
    failure: Unknown | None = None
    stored: bool = False
    goes_on: bool = False


@mutable
class Target:
    """A value that is moved a little: where it is born, and the direction, made for its shape."""

    site: int
    direction: Callable[[tuple[int, ...]], Any]


@mutable
class Machine:
    """One reading of a program at given inputs. It computes; it never runs anything of the program's own.

    inputs     the value of an input by its name; Undecided where it is not known what it is
    target     the value that is moved along a direction, if any
    overrides  values that stand in place of what an assignment, by its number, gives
    replaced   statements that are read in place of others, by identity
    drawn      assignments of what a call makes of data alone, which is an input where the call is not read
    options    names that are compared with texts: None is one of their values
    parameters names whose first value does not matter: zeros and ones become random numbers, at which more can be seen
    taken      names from elsewhere, each with what it is taken for; `applied` at which arrays smooth ones of them were
    taken stop_at    the number of the assignment after which `answer` is asked for, and the reading ends
    """

    inputs: Callable[[str], Value]
    seed: int = 0
    operations: int = OPERATIONS
    target: Target | None = None
    overrides: dict[int, Value] = field(default_factory=dict)
    replaced: dict[int, ast.stmt] = field(default_factory=dict)
    stop_at: int | None = None
    answer: Callable[[], Value] | None = None
    recording: bool = False
    once: dict[int, bool] = field(default_factory=dict)
    step: Callable[[str, int], int] = lambda _, usual: usual
    drawn: frozenset[int] = frozenset()
    options: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    torch: bool = False
    tiny: bool = False
    site: int = 0
    entries: int = 0
    depth: int = 0
    events: list[Event] = field(default_factory=list)
    count: int = 0
    reads: list[tuple[int, str]] = field(default_factory=list)
    trace: list[tuple[int, Value]] = field(default_factory=list)
    sites: dict[int, list[int]] = field(default_factory=dict)
    shapes: dict[int, tuple[int, ...]] = field(default_factory=dict)
    origin: dict[int, str] = field(default_factory=dict)
    given: dict[str, Value] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    applied: dict[str, list[Value]] = field(default_factory=dict)
    begun: dict[tuple[int, tuple[int, ...]], Value] = field(default_factory=dict)
    writing: str = ""
    latest: tuple[Any, Value] = (None, None)
    before: Callable[[ast.stmt, Frame], None] | None = None
    random: Any = None
    evaluate: Any = None
    body: Any = None

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed + 7)

    def spend(self, operations: int = 1) -> None:
        """Exhausted when the budget is used up."""
        self.operations -= operations
        if self.operations < 0:
            raise Exhausted

    def note(self, value: Value) -> Value:
        """A value is born here: it is moved if it is the one to be moved, and remembered if this is asked for."""
        if not moves(value):
            return value
        self.site += 1
        if self.target is not None and self.target.site == self.site:
            value = value + 1j * STEP * self.target.direction(np.shape(value))
        if self.recording:
            self._remember(value)
            self.trace.append((self.site, value))
            self.sites.setdefault(id(value), []).append(self.site)
            self.shapes[self.site] = np.shape(value)
        return value

    def changed(self, value: Value) -> None:
        """An array has been written into: as if it were born anew."""
        if not moves(value):
            return
        self.site += 1
        if self.target is not None and self.target.site == self.site:
            value += 1j * STEP * self.target.direction(np.shape(value))
        if self.recording:
            self.sites.setdefault(id(value), []).append(self.site)
            self.shapes[self.site] = np.shape(value)

    def _remember(self, value: Value) -> None:
        self.entries += np.size(value)
        if self.entries > ENTRIES:
            raise Exhausted

    def input(self, name: str) -> Value:
        """The value of an input, the same whenever it is asked for."""
        if name not in self.given:
            value = self.note(self.inputs(name))
            self.given[name] = value
            self.origin[id(value)] = name
        return self.given[name]

    def goes_with(self, value: Value, owner: Value) -> None:
        """A part or another form of an input: what is learnt of it is learnt of the input. It is kept:
        no other has its identity."""
        if id(owner) in self.origin and moves(value):
            self.origin[id(value)] = self.origin[id(owner)]
            self.given.setdefault(f" {len(self.given)}", value)

    def assigned(
        self, key: str, statement: ast.stmt, frame: Frame, value: Value, stored: bool = False, goes_on: bool = False
    ) -> Value:
        """Records an assignment; the value that it gives, which may be another one that stands in its place."""
        number = self.count
        self.count += 1
        self.latest = frame, value
        first = not stored and not goes_on and self.is_parameter(key) and not _taken_out(statement)
        if first and (_zero(value) or _small_draw(value, statement)):
            drawn = self._begun(key, statement, frame, np.shape(value))
            drawn = 0.5 + abs(drawn) if np.all(value == 1) else drawn  # what begins with ones may stand under a root
            value = self.note(np.asarray(drawn, complex)[()])
        elif first and isinstance(value, int | float) and _literal(statement):
            value = self.note(np.complex128(value))
        if number in self.overrides:
            value = self.note(np.array(self.overrides[number])[()])  # a copy: the lines behind may write into it
        if self.recording:
            failure = value if isinstance(value, Unknown) else None
            kept = np.array(value)[()] if isinstance(value, np.ndarray) else value
            self._remember(kept if isinstance(kept, np.ndarray) else 0)
            sites = tuple(self.sites.get(id(value), ()))
            self.events.append(Event(number, key, statement, frame, kept, sites, failure, stored, goes_on))
        return value

    def _begun(self, key: str, statement: ast.stmt, frame: Frame, shape: tuple[int, ...]) -> Value:
        """Random numbers to begin with; a part that is read once more begins with the same, unless it makes objects."""
        place = id(statement), shape
        if "." in key or key in frame.names or place not in self.begun:
            self.begun[place] = self.random.normal(size=shape)
        return self.begun[place]

    def entered(
        self, key: str | None, owner: Value, place: Value, value: Value, line: ast.stmt, frame: Frame, on: bool = False
    ) -> None:
        """Puts a value into a list or dict: an assignment of its own, under the name of the whole and the place."""
        place = place % len(owner) if isinstance(owner, list) else place
        named = key is not None and isinstance(place, int | str)
        owner[place] = self.assigned(f"{key}[{place!r}]", line, frame, value, goes_on=on) if named else value

    def is_parameter(self, key: str) -> bool:
        """Whether there is a gradient by a name, so that its first value does not matter."""
        return in_list(last_part(key))[0] in self.parameters and not GRADIENTS.match(key)

    def read(self, key: str) -> None:
        """A name is read; not, where the statement gives it its own next value."""
        if self.recording and key != self.writing:
            self.reads.append((self.count, key))

    def ended(self) -> None:
        """Stop, with the answer, when the assignment that was waited for has happened."""
        if self.stop_at is not None and self.count > self.stop_at and self.answer is not None:
            raise Stop(self.answer())


def _zero(value: Value) -> bool:
    """Whether a value is a real zero, or nothing but zeros, or an array of ones: what a parameter begins with."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value == 0
    return moves(value) and (not np.any(value) or (np.ndim(value) > 0 and bool(np.all(value == 1))))


def _taken_out(statement: ast.stmt) -> bool:
    """Whether a value is taken out of what was made before: `x, h_prev = cache`."""
    whole = value = getattr(statement, "value", None)
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
    parts = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)
    return isinstance(value, ast.Name) and (parts or whole is not value)


def _literal(statement: ast.stmt) -> bool:
    """Whether nothing but numbers is written down."""
    parts = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.USub, ast.Load)
    return isinstance(statement, ast.Assign) and all(isinstance(node, parts) for node in ast.walk(statement.value))


def _small_draw(value: Value, statement: ast.stmt) -> bool:
    """Whether a value is made of small random numbers, beside which the rest of a gradient would not be seen."""
    if not moves(value) or not np.size(value) or np.max(np.abs(value)) > SMALL:
        return False
    names = {*map(word_of, ast.walk(statement))}
    return any(word in name for name in names for word in ("rand", "normal", "uniform"))


def moves(value: Value) -> bool:
    """Whether a value is made of real numbers, so that it can be moved a little."""
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc"


def arrays_in(value: Value) -> list[Value]:
    """An array, or the arrays in a list or a dict that holds nothing else, one for each time."""
    parts = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return [*parts] if all(map(moves, parts)) else []


def solid(value: Value, hint: str = "array", beside: Value = None) -> Value:
    """The value itself; Need where it is an input of which nothing is known; Unread where it could not be read, Misfit
    where Python would have refused it before."""
    if isinstance(value, Undecided):
        met = isinstance(beside, np.ndarray | np.generic | int | float | complex)
        raise Need(value.name, hint, np.shape(beside) if met else None)
    if isinstance(value, Unknown):
        raise (Misfit if value.misfit else Unread)(value.why, value.line)
    return value


def whole(machine: Machine, value: Value, hint: str) -> Value:
    """A value as a place in an array: whole numbers; an input that is used so is one of labels, or a size."""
    value = solid(value, hint)
    if isinstance(value, float | complex | np.ndarray | np.generic) and np.asarray(value).dtype.kind in "fc":
        if id(value) in machine.origin:
            raise Need(machine.origin[id(value)], hint)
        if not np.all(np.real(value) == np.round(np.real(value))):
            raise Unread("a place that is no whole number")
        return np.real(value).astype(np.int64) if isinstance(value, np.ndarray) else int(np.real(value))
    return value
