"""Which lines cannot be what is needed, though one part of them is changed:
seen by one number, before such a line is made.

A line that is linear in a part is moved by ⟨G, new − old⟩ when the part is, for every weight of its entries; G is found
once for each place, from the whole down. Where that number is not the distance to what is needed,
the changed line is not what is needed.
"""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import Final

from ...ir import Add, Expr, Hadamard, MatMul, Mul, Path, Transpose, at
from ...verify.arrays.structure import axes, sides
from ...verify.arrays.tensor import Tensor, TooLarge, matmul, product, spread, summed, turned
from ...verify.evaluate import Evaluator
from ...verify.fields import NotExact, OutOfDomain

_FAR: Final = 1e-6


class Sieve:
    """What is needed and a line of its kind without free letters, at a point."""

    def __init__(self, place: Evaluator, needed: Expr, line: Expr) -> None:
        self._place, self._line = place, line
        found = self._place.laid(line)
        weight = Tensor(found.labels, found.dims, [1 + number % 7 / 8 for number in range(len(found.data))])
        self._weights: dict[Path, Tensor | None] = {(): weight}
        self._known: dict[Path, tuple[float, float]] = {(): _counted(weight, found)}
        (is_, size), (should, other) = self._known[()], _counted(weight, self._place.laid(needed))
        self._missing, self._scale = should - is_, size + other

    def excludes(self, path: Path, new: Expr) -> bool:
        """Whether the line with another part at a path surely differs from what is needed; False says nothing."""
        old = at(self._line, path)
        try:
            weight = self._weight(path) if new.shape is old.shape else None
            if weight is None:
                return False
            if path not in self._known:
                self._known[path] = _counted(weight, self._place.laid(old))
            (before, size), (after, other) = self._known[path], _counted(weight, self._place.laid(new))
        except (OutOfDomain, NotExact, TooLarge):
            return False
        return abs(after - before - self._missing) > _FAR * (size + other + self._scale)

    def _weight(self, path: Path) -> Tensor | None:
        """How much each entry of the part at a path counts; None where the line is not linear in it."""
        if path not in self._weights:
            above = self._weight(path[:-1])
            found = None if above is None else self._below(above, at(self._line, path[:-1]), path[-1])
            self._weights[path] = None if found is None else self._laid(found, at(self._line, path))
        return self._weights[path]

    def _laid(self, weight: Tensor, part: Expr) -> Tensor:
        return spread(weight, *axes((), part.shape, self._place.point.size))

    def _below(self, weight: Tensor, node: Expr, number: int) -> Tensor | None:
        if isinstance(node, Add):
            return weight
        if isinstance(node, Transpose):
            return turned(weight)
        if not isinstance(node, (MatMul, Mul, Hadamard)):
            return None
        values = [*map(self._place.laid, node.children)]
        before, after = values[:number], values[number + 1 :]
        if isinstance(node, MatMul):
            inner = reduce(lambda found, other: matmul(turned(other), found, 0), before, weight)
            return reduce(lambda found, other: matmul(found, turned(other), 0), reversed(after), inner)
        part = node.children[number]
        whole = reduce(lambda found, other: product(found, other, (), 0), [*before, *after], weight)
        return summed(whole, set(whole.labels).difference(sides(part.shape)), 0)


def _counted(weight: Tensor, value: Tensor) -> tuple[float, float]:
    """⟨weight, value⟩, and how large what is added up there is."""
    parts = [*map(mul, weight.data, value.data)]
    return sum(parts), sum(map(abs, parts))
