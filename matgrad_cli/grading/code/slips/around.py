"""What stands around a line of code, and the mended texts that can be made of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ....diagnostics.record import record
from ....documents.python.uses import is_gradient
from ....verify.programs.names import each, loaded, stored, word_of
from ....verify.programs.tables import ELEMENTWISE
from ....verify.programs.values import Frame, Thing, Value


@record
class Edit:
    """A new text of an expression or a line, and the slip behind the old one;
    `tried` is the expression, where the text is a line; `part` that to which something is added."""

    code: str
    message: str
    text: str
    tried: str = ""
    part: str = ""

    @property
    def value(self) -> str:
        """The expression that it gives the value."""
        return self.tried or self.text


@record
class Around:
    """What stands around an expression: the arrays, the numbers, the sizes and the functions of one array in reach, as
    texts; whether torch's words are used; the gradients that no line of the program reads."""

    arrays: tuple[tuple[str, tuple[int, ...]], ...]
    numbers: tuple[str, ...]
    sizes: tuple[str, ...]
    torch: bool
    functions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def counts(self) -> set[str]:
        """What is a number or a size."""
        return {*self.numbers, *self.sizes}

    @property
    def library(self) -> str:
        """The library of which the functions are taken."""
        return "torch" if self.torch else "np"


def around(frame: Frame, outer: Frame, given: dict[str, Value], torch: bool, lines: tuple[ast.stmt, ...]) -> Around:
    """What can be named where a line stands."""
    arrays: dict[str, tuple[int, ...]] = {}
    numbers: list[str] = []
    sizes: list[str] = []
    named = [(name, value) for name, value in given.items() if name.isidentifier()]
    for name, value in [*named, *outer.names.items(), *frame.names.items()]:
        for text, part in _reached(name, value):
            if isinstance(part, int | np.integer) and not isinstance(part, bool) and part > 1:
                sizes.append(text)
            elif _is_array(part) and part.ndim and part.dtype.kind != "i":  # class numbers are no factors
                arrays[text] = part.shape
            elif _is_array(part) or isinstance(part, float):
                numbers.append(text)
    own = tuple((text, shape) for text, shape in arrays.items() if text in frame.names or "." in text or frame is outer)
    rows = [f"{text}.shape[{axis}]" for text, shape in own for axis in range(len(shape))]
    counts = tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys([*sizes, *rows[:16]]))
    unread = tuple(name for name in _unread(lines) if name in arrays)
    return Around(own, *counts, torch, _functions(lines), unread)


@lru_cache(maxsize=16)
def _unread(lines: tuple[ast.stmt, ...]) -> tuple[str, ...]:
    """The gradients that get a value and are read nowhere."""
    return tuple(sorted(filter(is_gradient, stored(*lines) - {*loaded(*lines)})))


@lru_cache(maxsize=16)
def _functions(lines: tuple[ast.stmt, ...]) -> tuple[str, ...]:
    """The functions, entry by entry, that a program calls."""
    calls = [call for call in each(ast.Call, *lines) if len(call.args) == 1 and not call.keywords]
    said = dict.fromkeys(ast.unparse(call.func) for call in calls if word_of(call))
    parts = ((name, name.rpartition(".")) for name in said)
    return tuple(name for name, (of, _, word) in parts if word in ELEMENTWISE and of in ("", "np", "torch", "math"))


def _reached(name: str, value: Value) -> Iterator[tuple[str, Value]]:
    """A value under its name; the parts of an object or a dict under theirs."""
    if isinstance(value, Thing) and name.count(".") < 2:
        for inner, part in value.attributes.items():
            yield from _reached(f"{name}.{inner}", part)
    elif isinstance(value, dict) and len(value) < 32:
        yield from ((f"{name}['{inner}']", part) for inner, part in value.items() if isinstance(inner, str))
    else:
        yield name, value


def _is_array(value: Value) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fcbi"
