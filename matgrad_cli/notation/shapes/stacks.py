"""Families of matrices: A_k under a Σ over k, declared one at a time, `A_k: m×n`, or all together, `A: K×m×n`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...ir import Dim, Shape, Stack
from ..latex.families import bound_letters


def stacks(shapes: Mapping[str, Shape], counts: Mapping[str, Dim], text: str) -> dict[str, Stack]:
    r"""The families among declared shapes, by what declares them; how many matrices one has is among the `counts`, or
    says the Σ, or a vector with the same letter.

    >>> a, d = Dim.of("m"), Dim.of("K")
    >>> stacks({"A_k": Shape(a, a)}, {}, r"\sum_{k=1}^K \operatorname{tr}(A_k)")["A_k"].declared is Shape(d * a, a)
    True
    """
    bound, found = bound_letters(text), dict[str, Stack]()
    for name, shape in shapes.items():
        base, _, letter = name.rpartition("_")
        count = counts.get(name)
        if count is None and base and letter in bound and shape.is_matrix and base not in shapes:
            count = _count(letter, shapes, text)
        if count is not None:
            found[name] = Stack(name if name in counts else base, Shape(count * shape.rows, shape.cols), count)
    return found


def _count(letter: str, shapes: Mapping[str, Shape], text: str) -> Dim:
    limit = re.search(rf"_\s*\{{?\s*{letter}\s*=\s*1\s*\}}?\s*\^\s*\{{?\s*([A-Za-z]+|\d+)\s*(?![\w\s+-])", text)
    if limit is not None:
        return Dim(int(limit[1])) if limit[1].isdigit() else Dim.of(limit[1])
    numbered = re.findall(rf"([A-Za-z]+)_(?:\{{([a-z]?){letter}[a-z]?\}}|{letter}(?![A-Za-z]))", text)
    sides = [side for name, first in numbered if name in shapes for side in shapes[name].dims[first != "" :][:1]]
    return sides[0] if sides else Dim.of(letter.upper())
