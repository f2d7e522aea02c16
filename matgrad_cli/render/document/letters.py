"""Which index letters a printed line shows."""

from __future__ import annotations

from collections.abc import Iterable

from ...ir import Dim, Expr, Index, MatrixOf, row_of, whole_derivative
from ...ir.walk import letters_of_node


def ranges(letters: Iterable[Index]) -> dict[str, list[Dim]]:
    """Each letter once, with the sizes that it runs to: i in two sums of a line may run to m and to n."""
    ends: dict[str, list[Dim]] = {}
    for letter in letters:
        ends.setdefault(letter.name, []).append(letter.dim)
    return ends


def new_letters(line: Expr, seen: set[Index]) -> tuple[Index, ...]:
    """The letters that the printed line is the first to show, added to those `seen`:
    ∂h/∂w shows none of its array's."""
    shown: set[Index] = set()
    known, stack = {line}, [line]
    while stack:
        node = stack.pop()
        row, whole = (row_of(node), whole_derivative(node)) if isinstance(node, MatrixOf) else (None, None)
        shown |= node.free if row is not None else letters_of_node(node) if whole is None else frozenset()
        inside = set() if row is not None else {whole} - known if whole is not None else set(node.children) - known
        known |= inside
        stack += inside
    fresh = sorted(shown - seen)
    seen.update(fresh)
    return tuple(fresh)
