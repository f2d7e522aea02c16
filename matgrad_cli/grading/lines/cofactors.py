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
    match part:
        case s.Binary(_, "^", base, raised):
            base, raised = s.ungrouped(base), s.ungrouped(raised)
            one = s.ungrouped(base.body) if isinstance(base, s.Negative) else None
            match one, raised:
                case s.Literal_(_, 1), s.Binary(_, "+", left, right):
                    letters = (_counted(s.ungrouped(left)), _counted(s.ungrouped(right)))
                    return frozenset(letter.name for letter in letters if isinstance(letter, s.Name))
    return frozenset()


def _counted(part: s.Node) -> s.Node:
    """The letter of a sum where it is the number that it stands for."""
    match part:
        case s.Apply(_, s.COUNTED, (letter,)):
            return letter
    return part


def _minor(part: s.Node, names: LatexNames) -> tuple[str, frozenset[str]] | None:
    """The unknown name of an entry, and its letters."""
    match part:
        case s.Subscript(_, body, (_, _) as indices) if isinstance(name := s.ungrouped(body), s.Name):
            letters = frozenset(index.name for index in map(s.ungrouped, indices) if isinstance(index, s.Name))
            return (name.name, letters) if name.name not in names.variables else None
    return None
