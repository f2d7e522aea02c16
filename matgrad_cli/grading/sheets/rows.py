"""Rows of a document by their form alone: what stands on the left, by what they differentiate, what they explain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...diagnostics.record import record
from ...diagnostics.regex import regex
from ...documents.sheets.names import is_identity
from ...documents.sheets.sheet import Formula
from ...notation import syntax as s
from ...notation.latex.lines import LatexLine
from ..chain import RowResult
from ..lines.syntax_walk import bare_name

_MARKED = regex(r"\s*\{?\s*\\?[\w{}\\]+\s*\^\s*\{?\s*(?:\*|\\star|\\ast)")
_SO = regex(r"\b(?:and|so|hence|thus|therefore|then)\W*$", re.IGNORECASE)
_ORDER = ("follows", "undecided", "unreadable", "wrong", "aside")


@record
class Line:
    """A row of a document: its number, the formula, what its statements are without knowing any name."""

    number: int
    formula: Formula
    outline: LatexLine


def solves(line: LatexLine) -> bool:
    """Whether a row states a solution: a marked name alone on its left, `\\hat w = …`, `w^* = …`."""
    if not line.statements or line.statements[0].sides[0].node is None:
        return bool(line.statements) and bool(_MARKED.match(line.statements[0].sides[0].text))
    left = s.ungrouped(line.statements[0].sides[0].node)
    return isinstance(left, s.Name) and bool(re.search(r"_(?:hat|star|opt|bar|ML|MLE|MAP|ridge)$", left.name))


def head_of(line: LatexLine) -> s.Node | None:
    """The left side of a row that has one of its own: of `δ = ∂L/∂z = …` the derivative,
    of which the rest is claimed."""
    statement = line.statements[0] if line.statements else None
    if (
        statement is None
        or statement.leading is not None
        or len(statement.sides) < 2
        or statement.sides[0].node is None
    ):
        return None
    left = s.ungrouped(statement.sides[0].node)
    if len(statement.sides) > 2 and isinstance(left, s.Name) and statement.sides[1].node is not None:
        second = s.ungrouped(statement.sides[1].node)
        return second if isinstance(second, s.Derivative) else left
    return left


def concludes(line: Line) -> bool:
    """Whether a row draws a conclusion in which something is inverted:
    `and W = (AᵀA + cL)⁻¹AᵀB` behind a derivative."""
    inverted = any(isinstance(part, s.Inverted) for node in nodes_of(line) for part in s.parts_of(node))
    return inverted and _SO.search(line.formula.before[-40:]) is not None


def held_constant(line: Line, frozen: Mapping[str, frozenset[str]], wrt: Sequence[str]) -> str | None:
    """Why a derivative is not judged: a name of the loss stands as a constant though it is made of that by which the
    row differentiates."""
    own = moving(line)
    claims = derives(head_of(line.outline)) or (
        line.outline.statements and line.outline.statements[0].leading is not None
    )
    by = own & set(wrt) or set(wrt)
    names = sorted(name for name, inside in frozen.items() if inside & by and name not in own) if claims else ()
    return f"what the document says of {names[0]} could not be put in for it" if names else None


def claims_nothing(line: LatexLine) -> bool:
    """Whether a row has no sign of equality, and goes on from none."""
    statement = line.statements[0] if line.statements else None
    return statement is not None and statement.leading is None and len(statement.sides) < 2


def is_constant(line: LatexLine) -> bool:
    """Whether the right side is a number: `Σ_j Y_ij = 1`, `uᵀu = 1` say what holds of given arrays."""
    last = line.statements[0].sides[-1].node
    return last is not None and not any(isinstance(part, (s.Name, s.Apply)) for part in s.parts_of(last))


def lone(node: s.Node | None) -> str | None:
    """The name that stands alone on a left side, its label included: `S_B`; index letters are none."""
    if isinstance(node, s.Subscript) and isinstance(body := s.ungrouped(node.body), s.Name):
        labels = [
            index.name
            for index in node.indices
            if isinstance(index, s.Name) and (index.name[:1].isupper() or len(index.name) > 1)
        ]
        return "_".join([body.name, *labels])
    if isinstance(node, s.Apply) and len(node.function) < 4:
        return node.function
    return node.name if isinstance(node, s.Name) else None


def explained(line: Line) -> str | None:
    """The name that a row explains, as a whole: no entry of it, and not by itself as in `C = Cᵀ`."""
    head = head_of(line.outline)
    name = lone(head)
    if isinstance(head, s.Subscript) and name == lone(s.ungrouped(head.body)):
        return None
    rest = [side.node for side in line.outline.statements[0].sides[1:]] if line.outline.statements else []
    inside = {part.name for node in rest if node is not None for part in s.parts_of(node) if isinstance(part, s.Name)}
    return name if name not in inside else None


def is_special(line: Line) -> bool:
    """Whether what a name stands for gives it laws of its own, as `I - 11ᵀ/n` does; a sum over samples does not."""
    last = line.outline.statements[0].sides[-1].node if line.outline.statements else None
    inner = s.ungrouped(last) if last is not None else None
    if isinstance(inner, s.Apply) and inner.function == "diag":
        return False  # its law is that it is diagonal, which is known
    parts = [part for node in nodes_of(line) for part in s.parts_of(node)]
    named = any((isinstance(part, s.Name) and part.name == "I") or isinstance(part, s.Inverted) for part in parts)
    return (
        named
        or any(isinstance(part, s.Apply) and part.function in ("ones", "diag", "eye") for part in parts)
        or not parts
    )


def gives_identity(line: Line) -> bool:
    """Whether a row says that a matrix is a multiple of the identity: what is said of it before holds for any."""
    return bool(line.outline.statements) and is_identity(line.outline.statements[0].sides[-1].text)


def derives(node: s.Node | None) -> bool:
    """Whether a left side is a derivative or a differential of something."""
    return node is not None and any(isinstance(part, (s.Derivative, s.Differential_)) for part in s.parts_of(node))


def of_variables(line: Line, results: Sequence[tuple[str, RowResult]]) -> RowResult | None:
    """Of the verdicts in several variables the one that counts: those whose differential or derivative stands in the
    row."""
    if not results:
        return None
    own = moving(line)
    named = [(name, result) for name, result in results if name in own]
    if len(named) > 1 and _differentials(line):  # dA and dB together: each part must hold
        return max((result for _, result in named), key=lambda result: _ORDER.index(result.verdict))
    chosen = named or list(results)
    return min((result for _, result in chosen), key=lambda result: _ORDER.index(result.verdict))


def moving(line: Line) -> set[str]:
    """The variables by which a row differentiates, or whose differential stands in it."""
    parts = [
        part
        for node in nodes_of(line)
        for part in s.parts_of(node)
        if isinstance(part, (s.Derivative, s.Differential_))
    ]
    names = (bare_name(part.variable if isinstance(part, s.Derivative) else part.body) for part in parts)
    return {name for name in names if name is not None}


def differentiated(line: Line, name: str | None) -> tuple[int, frozenset[str]] | None:
    """Order and variables (empty: none is written) of a row whose left side is a derivative of what has this name;
    None: it is none."""
    head = head_of(line.outline)
    if not isinstance(head, s.Derivative) or head.body is None:
        return None
    body, order = s.ungrouped(head.body), 1
    while isinstance(body, s.Derivative) and body.body is not None:
        body, order = s.ungrouped(body.body), order + 1
    own = name is None or name == (body.function if isinstance(body, s.Apply) else lone(body))
    if not own:
        return None
    by = bare_name(head.variable)
    return order, frozenset((by,)) if by is not None else frozenset()


def labelled(line: Line, name: str) -> bool:
    """Whether the loss's name stands with a label, as a function of its own: `φ_T(z)`."""
    return any(
        isinstance(part, s.Subscript)
        and isinstance(body := _under(part.body), s.Name)
        and body.name == name
        and any(
            isinstance(index, s.Name) and (index.name[:1].isupper() or len(index.name) > 1) for index in part.indices
        )
        for node in nodes_of(line)
        for part in s.parts_of(node)
    )


def _under(node: s.Node) -> s.Node | None:
    """What a derivative sign stands before: the φ of ∇φ."""
    node = s.ungrouped(node)
    return s.ungrouped(node.body) if isinstance(node, s.Derivative) and node.body is not None else node


def subscripted(line: Line) -> set[str]:
    """Names that stand with an index."""
    return subscripted_in(line.outline)


def subscripted_in(line: LatexLine) -> set[str]:
    """Names that stand with one index in a formula (with two it is an entry):
    what is below, or above in brackets as in `x^{(i)}`."""
    parts = [
        part
        for statement in line.statements
        for side in statement.sides
        if side.node is not None
        for part in s.parts_of(side.node)
    ]
    bodies = [s.ungrouped(part.body) for part in parts if isinstance(part, s.Subscript) and len(part.indices) == 1]
    bodies += [part.letter for part in parts if isinstance(part, s.Slice)]
    return {body.name for body in bodies if isinstance(body, s.Name)}


def _differentials(line: Line) -> bool:
    return any(isinstance(part, s.Differential_) for node in nodes_of(line) for part in s.parts_of(node))


def nodes_of(line: Line) -> list[s.Node]:
    return [side.node for statement in line.outline.statements for side in statement.sides if side.node is not None]


def names_of(line: Line) -> set[str]:
    """All names of a row."""
    return {part.name for node in nodes_of(line) for part in s.parts_of(node) if isinstance(part, s.Name)}
