"""Indices: a letter that runs over a dimension, a fixed position,
or a pair of letters that counts the rows of A ⊗ B."""

from __future__ import annotations

from ..diagnostics.record import record
from .dimensions import Dim, Interned

_INDICES: dict[tuple[str, Dim], Index] = {}


class Index(Interned):
    """A letter that runs over a dimension. The same letter over the same dimension is the same object.
    `alone` is the set of it."""

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
