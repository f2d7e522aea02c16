"""The i of `x^{(i)}` and `y_i` where the problem has one x and one y: it says which sample this is, and is left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...diagnostics.record import replace
from ...ir import Shape
from ...notation import syntax as s
from .reading import Side
from .scope import Surroundings
from .statements import Row
from .syntax_walk import bound_letters, index_letters, rebuilt


def sample_letters(nodes: Sequence[s.Node], around: Surroundings) -> frozenset[str]:
    """The letters that number samples: what bears one cannot have it as an index, being a number, or a vector that has
    another index too, or that stands transposed and never without it; and the letter counts nothing else."""
    shapes = {symbol.name: symbol.shape for symbol in around.task.problem.variables}
    parts = [part for node in nodes for part in s.parts_of(node)]
    turned = {id(s.ungrouped(part.body)) for part in parts if isinstance(part, s.Transposed)}
    counting = {*shapes, *around.sizes(), *(letter for part in parts for letter in bound_letters(part))}
    found: set[str] = set()
    for part in parts:
        body, letter, rest = _numbered(part) or (part, "", ())
        name = body.name if isinstance(body, s.Name) else ""
        shape = shapes.get(name)
        if not letter or name == around.task.problem.wrt.name or not _numbers(shape, rest):
            counting.update(index_letters(part))
        elif shape is not None and (shape.is_number or rest or (id(part) in turned and not _bare(name, letter, parts))):
            found.add(letter)
        counting.update(index.name for index in rest if isinstance(index, s.Name))
    return frozenset(found - counting)


def without_samples(row: Row, letters: Collection[str]) -> Row:
    """The row without the letters that number samples, and what was left out."""
    found: set[str] = set()

    def without(node: s.Node) -> s.Node:
        return rebuilt(node, lambda part: _without(part, letters, found))

    def plain(side: Side) -> Side:
        others = tuple(map(without, side.others))
        return side if side.node is None else replace(side, node=without(side.node), others=others)

    claims = tuple(replace(claim, sides=tuple(map(plain, claim.sides))) for claim in row.claims if letters)
    said = [f"`{letter}` says which sample this is, and there is one: it is left out" for letter in sorted(found)]
    return replace(row, claims=claims, notes=(*row.notes, *said)) if found else row


def _without(part: s.Node, letters: Collection[str], found: set[str]) -> s.Node:
    body, letter, rest = _numbered(part) or (part, "", ())
    if letter not in letters:
        return part
    found.add(letter)
    return s.Subscript(part.span, body, rest) if rest else replace(body, span=part.span)


def _numbered(part: s.Node) -> tuple[s.Node, str, tuple[s.Node, ...]] | None:
    r"""What bears indices, the first of them and the others; x^{(i)}_j has the i first, `\nabla L_i` is all that is
    numbered. None for any other part."""
    match part:
        case s.Slice(_, s.Name(_, name) as body, s.Name(_, other), s.Name(_, letter)) if name == other:
            return body, letter, ()
        case s.Subscript(_, body, (s.Name(_, letter), *rest)):
            base, behind = s.ungrouped(body), tuple(rest)
            whole = isinstance(base, s.Derivative) and base.style == "nabla" and not base.indices and not rest
            return (base, letter, behind) if isinstance(base, s.Name) or whole else None
    return None


def _numbers(shape: Shape | None, rest: Sequence[s.Node]) -> bool:
    """Whether the first index of what has this shape may number samples."""
    return not rest if shape is None or shape.is_number else shape.is_column and len(rest) < 2


def _bare(name: str, letter: str, parts: Sequence[s.Node]) -> bool:
    """Whether a name stands somewhere without the letter."""
    names = sum(isinstance(part, s.Name) and part.name == name for part in parts)
    borne = ((part, _numbered(part)) for part in parts)
    bearing = [part for part, at in borne if at is not None and at[1] == letter and getattr(at[0], "name", "") == name]
    return names > sum(1 + isinstance(part, s.Slice) for part in bearing)
