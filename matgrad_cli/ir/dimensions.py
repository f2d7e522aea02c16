"""Dimensions and shapes: a dimension is a monomial such as `m`, `3` or `2·m·n`; a shape is rows × columns. And indices:
a letter that runs over a dimension, a fixed position, or a pair of letters that counts the rows of A ⊗ B."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from ..diagnostics.record import record

_DIMS: dict[tuple[int, tuple[tuple[str, int], ...]], Dim] = {}
_SHAPES: dict[tuple[Dim, Dim], Shape] = {}


class Interned:
    """A value made of `fields`: equal ones are the same object, also after a copy, and nothing changes them."""

    __slots__ = ()
    fields: ClassVar[tuple[str, ...]] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, name) for name in self.fields])

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")


class Dim(Interned):
    """A positive dimension, `factor · name₁^p₁ · name₂^p₂ …`, of these sorted `names`."""

    __slots__ = ("factor", "names", "powers")
    fields = ("factor", "powers")
    factor: int
    powers: tuple[tuple[str, int], ...]
    names: tuple[str, ...]

    def __new__(cls, factor: int, powers: tuple[tuple[str, int], ...] = ()) -> Dim:
        key = (factor, powers)
        found = _DIMS.get(key)
        if found is None:
            if factor < 1:
                raise ValueError(f"a dimension must be at least 1, not {factor}")
            found = object.__new__(cls)
            object.__setattr__(found, "factor", factor)
            object.__setattr__(found, "powers", powers)
            object.__setattr__(found, "names", tuple([name for name, _ in powers]))
            _DIMS[key] = found
        return found

    @staticmethod
    def of(size: int | str) -> Dim:
        """`Dim.of("m")` is the dimension named m; `Dim.of(3)` is the number 3."""
        return Dim(size) if isinstance(size, int) else Dim(1, ((size, 1),))

    def __mul__(self, other: Dim) -> Dim:
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + power
        return Dim(self.factor * other.factor, tuple(sorted(powers.items())))

    def over(self, other: Dim) -> Dim | None:
        """The dimension that gives this one when multiplied by the other; None if there is none: m·n over n is m."""
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) - power
        if self.factor % other.factor or any(power < 0 for power in powers.values()):
            return None
        return Dim(self.factor // other.factor, tuple(sorted((name, power) for name, power in powers.items() if power)))

    def size(self, sizes: dict[str, int]) -> int:
        """The number that this dimension is when its names have the given sizes."""
        result = self.factor
        for name, power in self.powers:
            result *= sizes[name] ** power
        return result

    def __str__(self) -> str:
        parts = [] if self.factor == 1 and self.powers else [str(self.factor)]
        parts += [name if power == 1 else f"{name}^{power}" for name, power in self.powers]
        return "·".join(parts)

    def __repr__(self) -> str:
        return f"Dim({self})"


ONE: Final = Dim(1)


class Shape(Interned):
    """rows × columns. A column vector is n×1, a number (`is_number`) 1×1. Equal shapes are the same object."""

    __slots__ = ("cols", "is_number", "rows")
    fields = ("rows", "cols")
    rows: Dim
    cols: Dim
    is_number: bool

    def __new__(cls, rows: Dim, cols: Dim = ONE) -> Shape:
        key = (rows, cols)
        found = _SHAPES.get(key)
        if found is None:
            found = object.__new__(cls)
            object.__setattr__(found, "rows", rows)
            object.__setattr__(found, "cols", cols)
            object.__setattr__(found, "is_number", rows is ONE and cols is ONE)
            _SHAPES[key] = found
        return found

    @property
    def is_column(self) -> bool:
        """Whether this is n×1 with n not the literal 1."""
        return self.cols is ONE and self.rows is not ONE

    @property
    def is_row(self) -> bool:
        """Whether this is 1×n with n not the literal 1."""
        return self.rows is ONE and self.cols is not ONE

    @property
    def is_matrix(self) -> bool:
        """Whether neither side is the literal 1."""
        return self.rows is not ONE and self.cols is not ONE

    @property
    def is_square(self) -> bool:
        """Whether rows and columns are the same dimension by name."""
        return self.rows is self.cols

    @property
    def transposed(self) -> Shape:
        """columns × rows."""
        return Shape(self.cols, self.rows)

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The sides that are not 1, rows first: one for a vector, two for a matrix, none for a number."""
        return tuple(side for side in (self.rows, self.cols) if side is not ONE)

    def __str__(self) -> str:
        return "number" if self.is_number else f"{self.rows}×{self.cols}"

    def __repr__(self) -> str:
        return f"Shape({self})"


NUMBER: Final = Shape(ONE, ONE)


_INDICES: dict[tuple[str, Dim], Index] = {}


class Index(Interned):
    """A letter that runs over a dimension; equal ones are the same object. `alone` is the set of it."""

    __slots__ = ("alone", "dim", "name")
    fields = ("name", "dim")
    name: str
    dim: Dim
    alone: frozenset[Index]

    def __new__(cls, name: str, dim: Dim) -> Index:
        key = (name, dim)
        found = _INDICES.get(key)
        if found is None:
            found = object.__new__(cls)
            object.__setattr__(found, "name", name)
            object.__setattr__(found, "dim", dim)
            object.__setattr__(found, "alone", frozenset((found,)))
            _INDICES[key] = found
        return found

    def __lt__(self, other: Index) -> bool:
        return (self.name, str(self.dim)) < (other.name, str(other.dim))

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Index({self.name}:{self.dim})"


@record
class Pair:
    """The row (or column) of A ⊗ B that belongs to row `outer` of A and row `inner` of B: outer·size(inner) + inner."""

    outer: Position
    inner: Position
    inner_dim: Dim

    def __str__(self) -> str:
        return f"({self.outer},{self.inner})"


Position = Index | int | Pair
"""Where an entry is taken: a letter, a 0-based number, or a pair of them."""


def letters_of(position: Position | None) -> frozenset[Index]:
    """The letters that a position uses; none for a number or for the absent index of a vector."""
    if isinstance(position, Index):
        return position.alone
    if isinstance(position, Pair):
        return letters_of(position.outer) | letters_of(position.inner)
    return frozenset()


def replace_in_position(position: Position | None, mapping: dict[Index, Position]) -> Position | None:
    """The position with letters replaced as the mapping says."""
    if isinstance(position, Index):
        return mapping.get(position, position)
    if isinstance(position, Pair):
        outer = replace_in_position(position.outer, mapping)
        inner = replace_in_position(position.inner, mapping)
        assert outer is not None
        assert inner is not None
        return Pair(outer, inner, position.inner_dim)
    return position
