"""The base of all expression nodes: interned, immutable, with a shape and a set of free indices checked at birth."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from .dimensions import NUMBER, Index, Interned, Shape
from .memory import interned

_NODES: dict[tuple[Hashable, ...], Expr] = interned()
_WEIGHT_CAP = 10**18
put = object.__setattr__
_T = TypeVar("_T")


class _Mismatch(ValueError):
    """What does not fit; carries the parts so that all can be underlined."""

    def __init__(self, message: str, *parts: Expr) -> None:
        super().__init__(message)
        self.parts = parts


class ShapeMismatch(_Mismatch):
    """Two parts whose shapes do not fit."""


class IndexMismatch(_Mismatch):
    """Index letters that cannot stand where they stand."""


class OpenLetter(IndexMismatch):
    """An array that still depends on an index letter where none may be left: it is no single array."""


class _Made(type):
    """Reads off a class what its nodes are made of: the annotated names are its `fields`,
    and those that hold a node are `inner` parts.

    A node of `many` parts has one field, which is the tuple of them. A node is born once:
    nothing but its values makes it what it is.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> _Made:
        said = space.get("__annotations__", {}) if any(isinstance(base, _Made) for base in bases) else {}
        space.setdefault("head", name)
        if said:
            space["usual"] = tuple([space.pop(field) for field in said if field in space])
            space["fields"] = space["__match_args__"] = tuple(said)
            space["inner"] = tuple([field for field, kind in said.items() if kind in ("Expr", "Expr | None")])
            space["many"] = [*said.values()] == ["tuple[Expr, ...]"]
            space["places"] = tuple([place for place, field in enumerate(said) if field in space["inner"]])
        space.setdefault("__slots__", tuple(said))
        made: Any = super().__new__(cls, name, bases, space)
        if said:
            made.setters = tuple([getattr(made, field).__set__ for field in said])
        return made  # type: ignore[no-any-return]

    if not TYPE_CHECKING:

        def __call__(cls, *values: Any) -> Any:
            key = (cls, *values)
            found = _NODES.get(key)
            return cls._born(key) if found is None else found


@dataclass_transform(eq_default=False, frozen_default=True)
class Expr(Interned, metaclass=_Made):
    """An array over its free indices and its shape. Structurally equal nodes are the same object, so `is` is equality.

    `children` are the direct parts; `symbols` the variables below; `weight` the number of leaves of the printed tree.
    """

    __slots__ = ("__weakref__", "children", "free", "shape", "symbols", "weight")
    children: tuple[Expr, ...]
    shape: Shape
    free: frozenset[Index]
    symbols: frozenset[Expr]
    weight: int
    inner: ClassVar[tuple[str, ...]] = ()
    usual: ClassVar[tuple[Any, ...]] = ()
    places: ClassVar[tuple[int, ...]] = ()
    many: ClassVar[bool] = False
    setters: ClassVar[tuple[Callable[[Expr, Any], None], ...]] = ()

    @property
    def head(self) -> str:
        """The operator: the function's name for a call (`tr`), the kind of node for all others (`MatMul`)."""
        return type(self).__name__

    @classmethod
    def _born(cls, key: tuple[Any, ...]) -> Expr:
        """The node of a class and values that was not there yet; what is not given is as usual."""
        if len(key) <= len(cls.fields):
            return cls(*key[1:], *cls.usual)
        found = object.__new__(cls)
        values = cls._values(*key[1:])
        for set_field, value in zip(cls.setters, values, strict=True):
            set_field(found, value)
        parts = cls._parts(values)
        _set_children(found, parts)
        _set_free(found, found._letters())
        _set_symbols(found, together([part.symbols for part in parts]) if parts else _NOTHING)
        _set_weight(found, min(sum([part.weight for part in parts]) or 1, _WEIGHT_CAP) if parts else 1)
        _set_shape(found, found._check())
        _NODES[key] = found
        return found

    @staticmethod
    def _values(*given: Any) -> tuple[Any, ...]:
        """The values of the fields, as they are kept."""
        return given

    @classmethod
    def _parts(cls, values: tuple[Any, ...]) -> tuple[Expr, ...]:
        """The direct sub-expressions among the values of the fields, in reading order."""
        return values[0] if cls.many else tuple([values[place] for place in cls.places if values[place] is not None])

    def _letters(self) -> frozenset[Index]:
        """The letters that are free here: those of the parts."""
        return together([part.free for part in self.children])

    def _check(self) -> Shape:
        """The shape: of the first part, or that is declared, or a number, if nothing else is said;
        raises ShapeMismatch or IndexMismatch if parts do not fit."""
        return self.children[0].shape if self.children else getattr(self, "declared", NUMBER)

    def rebuilt(self, parts: tuple[Expr, ...]) -> Expr:
        """The same node over other parts (in the order of `children`)."""
        make: Any = type(self)
        if self.many:
            return make(parts)  # type: ignore[no-any-return]
        supply = dict(zip(self.inner, parts, strict=False))
        return make(*[supply[name] if name in supply else getattr(self, name) for name in self.fields])  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        inside = ", ".join(repr(getattr(self, name)) for name in self.fields)
        return f"{type(self).__name__}({inside})"


_set_children, _set_free, _set_shape, _set_symbols, _set_weight = [
    getattr(Expr, name).__set__ for name in Expr.__slots__ if name != "__weakref__"
]


def together(sets: list[frozenset[_T]]) -> frozenset[_T]:
    """The union; one of the sets themselves where that holds all others, so that there are few of them."""
    largest = _NOTHING
    for found in sets:
        if found is not largest and not found <= largest:
            if not largest <= found:
                return largest.union(*sets)
            largest = found
    return largest


_NOTHING: frozenset[Any] = frozenset()
