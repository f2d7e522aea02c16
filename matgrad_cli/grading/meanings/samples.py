r"""The i of `x^{(i)}` and `y_i` where the problem has one x and one y: it says which sample this is, and is left out.
So is what stands below the loss and counts nothing, `E_{in}`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from ...diagnostics.record import replace
from ...notation import syntax as s
from ..lines.reading import Side
from ..lines.scope import Surroundings
from ..lines.statements import Row
from ..lines.syntax_walk import bound_letters, index_letters, rebuilt


def sample_letters(nodes: Sequence[s.Node], around: Surroundings) -> frozenset[str]:
    """The letters that number samples: what bears one cannot have it as an index, being a number, or a vector that has
    another index too, or that stands transposed and never without it; and the letter counts nothing else. The variable
    bears one everywhere or nowhere."""
    shapes = {symbol.name: symbol.shape for symbol in around.task.problem.variables}
    parts = [part for node in nodes for part in s.parts_of(node)]
    turned = {id(s.ungrouped(part.body)) for part in parts if isinstance(part, s.Transposed)}
    counting = {*shapes, *around.sizes(), *(letter for part in parts for letter in bound_letters(part))}
    found: set[str] = set()
    for part in parts:
        name, letters = _numbered(part) or ("", ())
        shape = shapes.get(name)
        samples = letters if shape is None or shape.is_number else letters[:1] if shape.is_column else ()
        counting.update(letter for letter in index_letters(part) if letter not in samples)
        sure = shape is not None and (shape.is_number or len(letters) > 1 or id(part) in turned)
        loose = name == around.task.problem.wrt.name or (sure and id(part) in turned)
        if loose and _bare(name, samples, parts):
            counting.update(samples)
        elif sure:
            found.update(samples)
    return frozenset(found - counting) | _labels_of_losses(parts, around)


def _labels_of_losses(parts: Sequence[s.Node], around: Surroundings) -> frozenset[str]:
    r"""The loss, a number, with the letters that always stand below it and of which some count nothing, as
    `E_in` and `J_lambda`."""
    bearing = {id(part): one for part in parts if (one := _labelled(part)) and one[0] in around.losses}
    counting: set[str] = set()
    for part in parts:
        counting.update(bound_letters(part), index_letters(part) if id(part) not in bearing else ())
    names = Counter(part.name for part in parts if isinstance(part, s.Name))
    always = (one for one, times in Counter(bearing.values()).items() if times == names[one[0]])
    found = (f"{name}_{letters}" for name, letters in always if not counting.issuperset(letters))
    return frozenset(found if around.task.problem.loss.shape.is_number else ())


def _labelled(part: s.Node) -> tuple[str, tuple[str, ...]] | None:
    r"""A name with letters below, also the one of `\nabla L_i`."""
    match part:
        case s.Subscript(_, s.Name(_, name) | s.Derivative(_, s.Name(_, name), style="nabla"), indices):
            letters = tuple(index.name for index in indices if isinstance(index, s.Name))
            return (name, letters) if len(letters) == len(indices) else None
    return None


def without_samples(row: Row, letters: Collection[str], functions: Collection[str]) -> Row:
    """The row without the letters that number samples, and what was left out; the value of a function at its own
    variable is its name: `h_\\theta(x^{(i)})`."""
    found: set[str] = set()

    def without(node: s.Node) -> s.Node:
        return rebuilt(node, lambda part: _without(part, letters, functions, found))

    def plain(side: Side) -> Side:
        others = tuple(map(without, side.others))
        return side if side.node is None else replace(side, node=without(side.node), others=others)

    if not letters:
        return row
    claims = tuple(replace(claim, sides=tuple(map(plain, claim.sides))) for claim in row.claims)
    said = [f"`{letter}` says which sample this is, and there is one: it is left out" for letter in sorted(found)]
    return replace(row, claims=claims, notes=(*row.notes, *said))


def _without(part: s.Node, letters: Collection[str], functions: Collection[str], found: set[str]) -> s.Node:
    _, borne = _numbered(part) or ("", ())
    if isinstance(part, s.Subscript) and (one := _labelled(part)) and "{}_{}".format(*one) in letters:
        return replace(part.body, span=part.span)
    found.update(left := [letter for letter in borne if letter in letters])
    match part:
        case s.Apply(span, name, (s.Name(),), ()) if name in functions:
            return s.Name(span, name)
        case s.Slice(span, body) if left:
            return replace(body, span=span)
        case s.Derivative(indices=indices) | s.Subscript(indices=indices) if left:
            rest = tuple(index for index in indices if not isinstance(index, s.Name) or index.name not in letters)
            return (
                replace(part, indices=rest)
                if rest or isinstance(part, s.Derivative)
                else replace(part.body, span=part.span)
            )
    return part


def _numbered(part: s.Node) -> tuple[str, tuple[str, ...]] | None:
    r"""The name that bears letters as indices, and these; x^{(i)}_j has the i first, `\nabla L_i` is all that is
    numbered. None for any other part."""
    base: s.Node
    match part:
        case s.Slice(_, s.Name(_, name) as base, s.Name(_, other), index) if name == other:
            indices: tuple[s.Node, ...] = (index,)
        case s.Subscript(_, body, indices):
            base = s.ungrouped(body)
        case s.Derivative(_, _, s.Name() as base, indices):
            pass
        case _:
            return None
    letters = tuple(index.name for index in indices if isinstance(index, s.Name))
    whole = isinstance(base, s.Derivative) and base.style == "nabla" and not base.indices
    if not letters or len(letters) < len(indices) or not (isinstance(base, s.Name) or (whole and len(letters) == 1)):
        return None
    return base.name if isinstance(base, s.Name) else "", letters


def _bare(name: str, letters: Sequence[str], parts: Sequence[s.Node]) -> bool:
    """Whether a name stands somewhere without these letters."""
    names = sum(isinstance(part, s.Name) and part.name == name for part in parts)
    bearing = [part for part in parts if _numbered(part) == (name, letters)]
    return names > sum(1 + isinstance(part, s.Slice) for part in bearing)
