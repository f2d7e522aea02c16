"""Signed minors, `(-1)^{i+j} M_{ij}` of an M that only the prose explains, as the entries of one matrix:
its cofactors."""

from __future__ import annotations

from fractions import Fraction

from ...diagnostics.record import replace
from ...notation import syntax as s
from ...notation.latex.names import LatexNames
from .syntax_walk import rebuilt, walk


def cofactors(node: s.Node, names: LatexNames) -> s.Node:
    """The tree with `M_signed` for M and its sign, where no value of M is known."""
    if s.Subscript not in s.contents(node).kinds:
        return node
    parts = [part for _, part in walk(node)]
    signs = {letters for part in parts if (letters := _sign(part))}
    minors = {minor[0] for part in parts if (minor := _minor(part, names)) is not None and minor[1] in signs}
    if not minors:
        return node

    def change(part: s.Node) -> s.Node:
        if _sign(part):
            return s.Literal_(part.span, Fraction(1), "1")
        minor = _minor(part, names)
        if minor is not None and minor[0] in minors and isinstance(part, s.Subscript):
            return replace(part, body=s.Name(part.body.span, f"{minor[0]}_signed"))
        return part

    return rebuilt(node, change)


def _sign(part: s.Node) -> frozenset[str]:
    """The letters of `(-1)^{i+j}`; none of anything else."""
    if not isinstance(part, s.Binary) or part.operator != "^":
        return frozenset()
    base, raised = s.ungrouped(part.left), s.ungrouped(part.right)
    one = s.ungrouped(base.body) if isinstance(base, s.Negative) else None
    if not isinstance(one, s.Literal_) or one.value != 1 or not isinstance(raised, s.Binary) or raised.operator != "+":
        return frozenset()
    letters = (s.ungrouped(raised.left), s.ungrouped(raised.right))
    return frozenset(letter.name for letter in letters if isinstance(letter, s.Name))


def _minor(part: s.Node, names: LatexNames) -> tuple[str, frozenset[str]] | None:
    """The unknown name of an entry, and its letters."""
    body = s.ungrouped(part.body) if isinstance(part, s.Subscript) and len(part.indices) == 2 else None
    if not isinstance(part, s.Subscript) or not isinstance(body, s.Name) or body.name in names.variables:
        return None
    return body.name, frozenset(index.name for index in map(s.ungrouped, part.indices) if isinstance(index, s.Name))
