"""Who owns what is remembered about expressions: every table of it is made here, and all are let go together.

Expressions are interned, so whatever remembers something about one keeps it, and all its parts, alive. A command that
derives one gradient never minds; a process that judges a hundred thousand answers would grow without end.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Hashable
from functools import lru_cache, partial, wraps
from typing import Any, Final, TypeVar

CROWDED: Final = 15_000
"""With so many expressions it pays to forget: some 30 MB, a thousand right answers or a few hundred wrong ones."""

_SELDOM: Final = 200_000
"""After so many new objects, some 20 MB, it is time all the same."""

_F = TypeVar("_F", bound=Callable[..., Any])
_V = TypeVar("_V")

_NODES: Final[dict[tuple[Hashable, ...], Any]] = {}
_FORGET: Final[list[Callable[[], object]]] = []
_kept: Final = [0]
"""How many expressions somebody held when last all else was let go: rules, problems, constants."""


def interned() -> dict[tuple[Hashable, ...], Any]:
    """The table in which each expression stands once."""
    return _NODES


def table() -> dict[Any, Any]:
    """A new table of what is known about expressions."""
    made: dict[Any, Any] = {}
    _FORGET.append(made.clear)
    return made


def noted(function: Callable[[Any], _V]) -> Callable[[Any], _V]:
    """A function of one expression that looks at each expression once."""
    known = table()

    def found(node: Any) -> _V:
        value: _V | None = known.get(node)
        if value is None:
            value = known[node] = function(node)
        return value

    return found


def remembered(maxsize: int) -> Callable[[_F], _F]:
    """`lru_cache` for functions that take or return expressions."""

    def wrapped(function: _F) -> _F:
        cached = lru_cache(maxsize=maxsize)(function)
        _FORGET.append(cached.cache_clear)
        return cached  # type: ignore[return-value]

    return wrapped


def lasting(maxsize: int, release: Callable[[Any], object]) -> Callable[[_F], _F]:
    """A cache of what is dear to find. It is not let go: each value is only told to `release` what it remembers."""

    def wrapped(function: _F) -> _F:
        kept: dict[tuple[Any, ...], Any] = {}

        def found(*arguments: Any) -> Any:
            kept[arguments] = value = kept.pop(arguments) if arguments in kept else function(*arguments)
            if len(kept) > maxsize:
                del kept[next(iter(kept))]
            return value

        _FORGET.append(lambda: [release(value) for value in kept.values()])
        return found  # type: ignore[return-value]

    return wrapped


def at_work(function: _F) -> _F:
    """While the function runs rubbish is looked for seldom: it makes much, and drops little of it in cycles.
    When that has been done once after its work, it is looked for as before."""

    @wraps(function)
    def working(*arguments: Any, **named: Any) -> Any:
        usual = gc.get_threshold()
        if 0 < usual[0] < _SELDOM:
            gc.set_threshold(_SELDOM, *usual[1:])
            gc.callbacks.append(partial(_as_before, usual))
        _under_way[0] += 1
        try:
            return function(*arguments, **named)
        finally:
            _under_way[0] -= 1

    return working  # type: ignore[return-value]


def with_room(function: _F) -> _F:
    """The function, in a frame that asks for half a megabyte of Python's stack. The stack is mapped by pieces of 16 KB:
    where a loop happens to call across the end of one, each of its calls maps and unmaps a piece."""
    one: Any = function
    one.__code__ = one.__code__.replace(co_stacksize=_ROOM)
    return function


_ROOM: Final = 70_000
_under_way: Final = [0]


def _as_before(usual: tuple[int, int, int], phase: str, _: object) -> None:
    """Rubbish was looked for: where no work is under way, that is done as often as before."""
    if phase == "stop" and not _under_way[0]:
        gc.callbacks[:] = [one for one in gc.callbacks if getattr(one, "func", None) is not _as_before]
        if gc.get_threshold()[0] == _SELDOM:
            gc.set_threshold(*usual)


def crowded() -> bool:
    """Whether so much was added since the last time that it should be let go where nothing is under way."""
    return len(_NODES) > _kept[0] + CROWDED


def let_go() -> None:
    """Forgets everything that can be found again. Expressions that somebody still holds stay the same objects."""
    for forget in _FORGET:
        forget()
    held = 3  # the table, the name `node` and the argument of getrefcount: nobody else
    keys = list(_NODES)  # parts are interned before what is made of them: wholes are taken first, and their keys let go
    while keys:
        key = keys.pop()
        node = _NODES[key]
        if sys.getrefcount(node) <= held + (node in node.symbols):  # a variable stands in its own set of variables
            del _NODES[key]
    _kept[0] = len(_NODES)
