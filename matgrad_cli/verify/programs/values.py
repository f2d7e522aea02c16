"""What a program's names may stand for besides arrays and numbers, and the ways in which its reading ends."""

from __future__ import annotations

import ast
from typing import Any

from ...diagnostics.record import record

Value = Any
"""An array, a number, a text, a tuple, list or dict of values, or one of the classes below."""


class Fault(Exception):
    """There is no value; `line` is where it stands."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


class Unread(Fault):
    """Something that cannot be read."""


class Misfit(Fault):
    """Something that Python itself would refuse: shapes that do not fit, an index out of range."""


class Need(Exception):
    """An input is used of which it is not known what it is; `hint` says how it is used, `beside` the shape it meets."""

    def __init__(self, name: str, hint: str, beside: tuple[int, ...] | None = None) -> None:
        super().__init__(name, hint)
        self.name = name
        self.hint = hint
        self.beside = beside


class Exhausted(Exception):
    """The budget of operations or of memory is used up."""


class Ended(Exception):
    """Reading ends here, with a value."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Returned(Ended):
    """A function returns."""


class Stop(Ended):
    """The value that was asked for is there."""


class Leave(Ended):
    """`break` (True) or `continue`."""


@record
class Unknown:
    """The value of a name that could not be read, or that Python would refuse to compute (`misfit`)."""

    why: str
    line: int
    misfit: bool = False


@record
class Undecided:
    """An input of which it is not known yet what it is."""

    name: str


@record
class Keyed:
    """An input that holds the parameters of three layers, two each, which are inputs themselves: `params['W1']`."""

    name: str

    def __len__(self) -> int:
        return 6


@record
class Module:
    """A library, or a part of it, under the name that the program gives it: `np`, `F`."""

    path: str


@record
class Function:
    """A function of the program, with the names it sees from outside; `owner` where it is bound to an object."""

    node: ast.FunctionDef | ast.Lambda
    outside: Any
    owner: Any = None


@record
class Smooth:
    """A function that comes from elsewhere and acts on each entry, or its derivative (`slope`)."""

    name: str
    slope: bool = False


@record
class Class:
    """A class of the program."""

    node: ast.ClassDef
    outside: Any


class Thing:
    """An object of the program: its attributes, and the class whose methods it has."""

    def __init__(self, of: Class | None = None) -> None:
        self.of = of
        self.attributes: dict[str, Value] = {}


class Frame:
    """The names of one call, and those around it."""

    def __init__(self, outside: Frame | None = None, title: str = "") -> None:
        self.names: dict[str, Value] = {}
        self.outside = outside
        self.title = title
        self.yielded: list[Value] | None = None

    @property
    def file(self) -> Frame:
        """The one around all others."""
        return self if self.outside is None else self.outside.file

    def find(self, name: str) -> Value:
        """The value of a name here or around; KeyError where it has none."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outside
        raise KeyError(name)
