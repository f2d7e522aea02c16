"""Values that a document gives to the variable after it set the derivative to zero: `w = (XᵀX + λI)⁻¹Xᵀy`, `\\hat β = …`, `V^* = …`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...documents.passage import Passage
from ...ir import Symbol
from ...notation import syntax as s
from ..chain import RowResult
from ..equations.marked import unmarked
from .rows import Line, head_of, is_constant, names_of, nodes_of

_MARKS = regex(r"\\(?:wide)?hat(?![A-Za-z])|\^\s*(?:\{\s*)?(?:\*|\\star|\\ast)(?:\s*\})?")
_ELSEWHERE = regex(
    r"\b(?:without|unlike|compar\w+|versus|vs|contrast\w*|ordinary|usual|standard|un-?regulari[sz]ed|OLS|instead|previous\w*|other|were|was"
    r"|would|approximat\w+|initial\w*|start\w*|guess|updat\w*|iterat\w*|recall|substitut\w*|parametri[sz]\w*|writ\w+|let|choose"
    r"|limit|special|(?:un)?bias\w*|subject to|s\.t\.|constrain\w*|[Ll]agrang\w*"
    r"|up to|large|small|close to|roughly|ortho(?:gonal|normal)|whiten\w*)(?![a-z])", re.IGNORECASE,
)
_CONSTRAINED = regex(
    r"\bsubject to\b|\bs\.t\.|\bconstrain\w*|\bLagrang\w*|\\(?:text|mathrm)\{\s*s\.t"
    r"|\bortho(?:normal|gonal) (?:columns|rows|basis|design)|\bwhiten|\bcent(?:re|er)ed"
    r"|\bover (?:the |all )*(?:orthogonal|unit|symmetric|diagonal|positive|non-?negative|low-?rank|sphere|simplex)", re.IGNORECASE,
)

Numbered = tuple[str, tuple[str, ...]]


def valued_variable(line: Line, variables: Collection[str], parts: Collection[Numbered] = ()) -> str | None:
    """The variable to which a row gives a value in which it does not stand itself.

    A name with an index (an iterate) is none, unless it is among the `parts` by which the document differentiates: `μ_k`.
    """
    head = head_of(line.outline)
    if (numbered := numbered_name(head)) is not None and numbered in parts:
        name = numbered[0]
    elif isinstance(head, s.Name):
        name = unmarked(head.name)
    else:
        return None
    return name if name in variables and not is_constant(line.outline) and name not in _names_of_value(line) else None


def numbered_name(node: s.Node | None) -> Numbered | None:
    """A name and the letters of its index: `μ_k`."""
    return _numbered(node.body, node.indices) if isinstance(node, s.Subscript) else None


def _numbered(body: s.Node, indices: Sequence[s.Node]) -> Numbered | None:
    body, letters = s.ungrouped(body), [s.ungrouped(index) for index in indices]
    names = tuple(letter.name for letter in letters if isinstance(letter, s.Name))
    return (body.name, names) if isinstance(body, s.Name) and names and len(names) == len(letters) else None


def numbered_parts(line: Line) -> set[Numbered]:
    """The parts of variables by which a row differentiates: the `μ_k` of `∂J/∂μ_k`."""
    found = [part for node in nodes_of(line) for part in s.parts_of(node) if isinstance(part, s.Derivative) and part.variable is not None]
    names = [_numbered(part.variable, part.indices) or numbered_name(s.ungrouped(part.variable)) for part in found if part.variable]
    return {name for name in names if name is not None}


def without_mark(line: Line, passage: Passage) -> Passage:
    """The row with the bare variable for its marked name, `w` for `\\hat w`; every other character keeps its place."""
    head = head_of(line.outline)
    if not isinstance(head, s.Name) or unmarked(head.name) == head.name or passage.text != line.formula.passage.text:
        return passage
    start = min(passage.text.find("="), line.outline.statements[0].sides[0].span.end)
    bare = _MARKS.sub(lambda mark: " " * len(mark[0]), passage.text[:start])
    return replace(passage, text=bare + passage.text[start:])


def is_solution(
    line: Line, result: RowResult, variables: Collection[str], by: Symbol | None, prose: str, name: str | None, inside: Collection[str],
) -> bool:
    """Whether a row is beyond doubt meant as the solution of the problem that was understood, or as an equation for the variable `by`.

    With a side condition, with words of another problem before it, or where another variable may have been put in, it may be another's.
    `name` is the variable that it gives a value, and `inside` what stands in that when all names are written out. An equation that comes
    of the derivative has its shape, and holds the variable.
    """
    if _CONSTRAINED.search(prose) or _ELSEWHERE.search(line.formula.before[-100:]):
        return False
    if _ELSEWHERE.search(line.formula.after[:60]) or is_constant(line.outline):
        return False
    if name is not None:
        return set(variables) - {name} <= _names_of_value(line) | set(inside)
    read = result.outcome.read if result.outcome is not None else None
    shape = read.expr.shape if read is not None and read.expr is not None else None
    shaped = by is not None and shape in (by.shape, by.shape.transposed)
    return shaped and set(variables) <= names_of(line)


def _names_of_value(line: Line) -> set[str]:
    sides = [side.node for side in line.outline.statements[0].sides[1:]]
    return {unmarked(part.name) for node in sides if node is not None for part in s.parts_of(node) if isinstance(part, s.Name)}
