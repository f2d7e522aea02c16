"""Dimensions and shapes: a dimension is a monomial such as `m`, `3` or `2·m·n`; a shape is rows × columns."""

from __future__ import annotations

from typing import Any, ClassVar, Final

_DIMS: dict[tuple[int, tuple[tuple[str, int], ...]], Dim] = {}
_SHAPES: dict[tuple[Dim, Dim], Shape] = {}


class Interned:
    """A value made of `fields`: equal ones are the same object, also after they were copied,
    and nothing changes them."""

    __slots__ = ()
    fields: ClassVar[tuple[str, ...]] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, name) for name in self.fields])

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")


class Dim(Interned):
    """A positive dimension, `factor · name₁^p₁ · name₂^p₂ …`, of these sorted `names`.
    Equal dimensions are the same object."""

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
