"""A summed letter where three factors meet: Σ_k X_tk D_sk X_bk δ_sa is (X ⊗ I) diag(vec(D)) (Xᵀ ⊗ I), a product through the letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ...ir import Call, Delta, Expr, Eye, Index, fresh_index, matmul, rename
from ..engine.application import Scene
from ..forms.terms import Term
from .commutation import Letters
from .reading_rules import matrix_of


class _Flat(Protocol):
    @property
    def coefficient(self) -> tuple[Expr, ...]:
        """The numbers in front."""

    def array(self) -> Expr:
        """The matrix."""


Flatten = Callable[[Term, Letters, Letters, Scene], Sequence[_Flat]]
Numbers = tuple[Expr, ...]


def through_hub(
    factors: tuple[Expr, ...], hub: Index, rows: Letters, cols: Letters, scene: Scene, flatten: Flatten
) -> tuple[Numbers, Expr] | None:
    """(numbers, matrix): rows × (hub, s) times a diagonal times (hub, s) × columns; None if another factor joins rows and columns."""
    crossing = [one for one in factors if not one.free <= {*rows, hub} and not one.free <= {*cols, hub}]
    if not crossing:
        left = tuple(one for one in factors if one.free <= {*rows, hub})
        return _product([(left, rows, (hub,)), (tuple(one for one in factors if one not in left), (hub,), cols)], None, scene, flatten)
    link = crossing[0]
    if len(crossing) > 1 or not isinstance(link, Delta):
        return None
    row, col = sorted(link.free, key=lambda letter: letter in cols)
    middle = fresh_index(row.dim, {letter.name for one in factors for letter in one.free} | {hub.name})
    between = (hub, middle) if row is rows[-1] else (middle, hub)
    meeting = [one for one in factors if hub in one.free and one.free & {row, col}]
    rest = [one for one in factors if one is not link and one not in meeting]
    left = (*(one for one in rest if one.free <= {*rows, hub}), Delta(row, middle))
    right = (*(one for one in rest if not one.free <= {*rows, hub}), Delta(middle, col))
    diagonal = None
    if meeting:
        moved = tuple(rename(one, {row: middle, col: middle}) for one in meeting)
        matrix = matrix_of(Term((), (), moved).expr(), between[1], between[0], scene)
        if matrix is None:
            return None
        diagonal = Call("diag", Call("vec", matrix))
    return _product([(left, rows, between), (right, between, cols)], diagonal, scene, flatten)


def _product(
    parts: list[tuple[tuple[Expr, ...], Letters, Letters]], diagonal: Expr | None, scene: Scene, flatten: Flatten
) -> tuple[Numbers, Expr] | None:
    found = [flatten(Term((), (), factors), rows, cols, scene) for factors, rows, cols in parts]
    if not all(found):
        return None
    first, last = (forms[0] for forms in found)
    arrays = [array for array in (first.array(), diagonal, last.array()) if array is not None]
    kept = [array for array in arrays if not isinstance(array, Eye)] or arrays[:1]
    return (*first.coefficient, *last.coefficient), matmul(*kept)
