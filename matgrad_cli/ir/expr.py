"""The base of all expression nodes: interned, immutable, with a shape and a set of free indices checked at birth."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar, Self, TypeVar

from .dimensions import Interned, Shape
from .indices import Index
from .memory import interned

_NODES: dict[tuple[Hashable, ...], Expr] = interned()
_WEIGHT_CAP = 10**18
_T = TypeVar("_T")


class ShapeMismatch(ValueError):
    """Two parts whose shapes do not fit; carries them so that both can be underlined."""

    def __init__(self, message: str, *parts: Expr) -> None:
        super().__init__(message)
        self.parts = parts


class IndexMismatch(ValueError):
    """Index letters that cannot stand where they stand."""

    def __init__(self, message: str, *parts: Expr) -> None:
        super().__init__(message)
        self.parts = parts


class OpenLetter(IndexMismatch):
    """An array that still depends on an index letter where none may be left: it is no single array."""


class Expr(Interned):
    """An array over its free indices and its shape. Structurally equal nodes are the same object, so `is` is equality.

    `children` are the direct parts, of which the fields named in `inner` hold one each; `symbols` the variables below; `weight` the
    number of leaves of the printed tree.
    """

    __slots__ = ("__weakref__", "children", "free", "shape", "symbols", "weight")
    children: tuple[Expr, ...]
    shape: Shape
    free: frozenset[Index]
    symbols: frozenset[Expr]
    weight: int
    inner: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def _intern(cls, *values: Any) -> Self:
        key = (cls, *values)
        found = _NODES.get(key)
        if found is None:
            found = object.__new__(cls)
            put = object.__setattr__
            for name, value in zip(cls.fields, values, strict=True):
                put(found, name, value)
            parts = found._parts()
            put(found, "children", parts)
            put(found, "free", _together([part.free for part in parts]))
            put(found, "symbols", _together([part.symbols for part in parts]))
            put(found, "weight", min(sum([part.weight for part in parts]) or 1, _WEIGHT_CAP))
            put(found, "shape", found._check())
            _NODES[key] = found
        assert isinstance(found, cls)
        return found

    def _parts(self) -> tuple[Expr, ...]:
        """The direct sub-expressions, in reading order."""
        return tuple([part for name in self.inner if (part := getattr(self, name)) is not None])

    def _check(self) -> Shape:
        """The shape of this node; raises ShapeMismatch or IndexMismatch if the parts do not fit."""
        raise NotImplementedError

    def rebuilt(self, parts: tuple[Expr, ...]) -> Expr:
        """The same node over other parts (in the order of `children`)."""
        supply = dict(zip(self.inner, parts, strict=False))
        return type(self)(*[supply[name] if name in supply else getattr(self, name) for name in self.fields])

    def __repr__(self) -> str:
        inside = ", ".join(repr(getattr(self, name)) for name in self.fields)
        return f"{type(self).__name__}({inside})"


def _together(sets: list[frozenset[_T]]) -> frozenset[_T]:
    """The union; where one of the sets holds all the others it is that very set, of which there are then few."""
    largest = max(sets, key=len, default=frozenset())
    for found in sets:
        if found is not largest and not found <= largest:
            return largest.union(*sets)
    return largest
