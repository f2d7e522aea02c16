"""Arrays of three sides in code: what is done to a batch is done to each of its matrices, and the sum of all of it is
a sum over them. `sum((A @ X)**2)` is Σ_b sum((A_b @ X)**2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import Final

from ..diagnostics.record import record, replace
from ..diagnostics.regex import regex
from ..ir import Dim, Shape, Stack
from . import syntax as s
from .expression.brackets import AS_COLUMN, AS_LAYERS, AS_ROW, AS_SHEETS, AS_TUBES
from .expression.composed import composed
from .expression.keywords import keeps_dimensions, option
from .expression.reader import parse
from .expression.vocabulary import ELEMENTWISE_NAMES, REDUCTIONS, SQUARE, canonical_function
from .latex.families import bound_letters
from .scope import Scope

_EACH: Final = "[b]"
"""The letter of one of the matrices until a sum runs over it; nobody can write it."""
_LETTERS: Final = "bhcdefgklpqrstuv"
_OF_ENTRIES: Final = ELEMENTWISE_NAMES | {"clip", "maximum", "minimum", "where"}
_OF_SQUARES: Final = SQUARE - {"tr"}
_TURNS: Final = regex(r"mT\s*$|(?:(?:0\s*,\s*)?2\s*,\s*1|1\s*,\s*2|-1\s*,\s*-2|-2\s*,\s*-1)[\s)]*$")
"""How a transpose ends that turns each of the matrices; `.T` turns the batch itself."""

_THIRD: Final = {AS_COLUMN: AS_SHEETS, AS_ROW: AS_LAYERS, **{each: each for each in (AS_SHEETS, AS_LAYERS, AS_TUBES)}}
"""How the functions that give a vector a second side give a matrix a third; `x[..., None]` puts it last."""

_PRODUCTS: Final[dict[tuple[int | None, ...], int]] = {
    **dict.fromkeys([(3, 3), (3, 2), (2, 3)], 3), **dict.fromkeys([(3, 1), (2, 2), (1, 3)], 2), (2, 1): 1,
}  # fmt: skip
"""How many sides a product with a batch has, by those of its factors."""


@record
class _Batch:
    """What stands for one of the matrices, how many sides all of it has in NumPy, and how many they are."""

    one: s.Node
    sides: int
    count: s.Node


class _Unread(Exception):
    """Something is done to a batch that has no meaning for each of its matrices."""


def without_batches(tree: s.Node, scope: Scope, notes: tuple[str, ...]) -> tuple[s.Node, tuple[str, ...]]:
    """The tree with sums over batches; itself where it has none, or does with one what is not read."""
    if scope.syntax != "numpy":
        return tree, notes
    reader = _Reader(scope, tree)
    of_scope = any(isinstance(one, Stack) for one in scope.symbols.values())
    if not of_scope and not any(isinstance(part, s.Apply) and part.function in _THIRD for part in s.parts_of(tree)):
        return tree, notes
    tree = s.rebuilt(tree, reader.distances)
    try:
        found = reader.read(tree)
    except _Unread:
        return tree, notes
    if isinstance(found, _Batch):  # an answer: the matrices below each other
        if scope.open or found.sides != 3 or not of_scope:
            return tree, notes
        place = s.Apply(tree.span, "basis", (s.Name(tree.span, _EACH),))
        found = reader.summed(replace(found, one=s.Apply(tree.span, "kron", (place, found.one))))
    if found is tree:
        return tree, notes
    return found, (*notes, "what is done to an array of three sides is done to each of its matrices")


class _Reader:
    def __init__(self, scope: Scope, tree: s.Node) -> None:
        self.scope = scope
        self.used = {part.name for part in s.parts_of(tree) if isinstance(part, s.Name)} | {*scope.known_names}

    def read(self, node: s.Node) -> s.Node | _Batch:
        """A part, for one of the matrices if a batch stands in it."""
        match node:
            case s.Name():
                stack = self.stack(node)
                if stack is None:
                    return node
                letter = s.Name(node.span, _EACH)
                return _Batch(s.Subscript(node.span, node, (letter,)), 3, self.size(node, stack.count))
            case s.Apply(_, "shape" | "len", (array,)) if stack := self.stack(s.ungrouped(array)):
                return self.length(node, stack)
            case s.Apply(_, "einsum", (s.Name(_, letter), body, count), ()):
                return self.numbered(letter, body, count)
            case s.EntriesOf(_, (s.Name(_, letter), None), (s.Node() as count, _), body) if self.sides(body) == 2:
                return self.numbered(letter, body, count)  # `[A[i] @ B[i] for i in range(n)]`
            case s.Subscript(_, s.Name(), (_,)) | s.Slice():
                return node
            case s.Apply(span, _, (array,)) if (third := self.third(node)) in (AS_SHEETS, AS_TUBES):
                array = self.plain(array)
                own = s.Apply(span, AS_ROW if third == AS_SHEETS else AS_COLUMN, (self.member(array),))
                return _Batch(own, 3, s.Apply(span, "shape", (array,), (("axis", "0"),)))
        parts = [self.read(part) for part in s.children(node)]
        if not any(isinstance(part, _Batch) for part in parts):
            same = all(part is old for part, old in zip(parts, s.children(node), strict=True))
            return node if same else s.with_children(node, tuple(part for part in parts if isinstance(part, s.Node)))
        return self.of_batch(node, parts)

    def stack(self, node: s.Node) -> Stack | None:
        found = self.scope.find(node.name) if isinstance(node, s.Name) else None
        return found if isinstance(found, Stack) else None

    def third(self, node: s.Node, axis: str | None = None) -> str | None:
        """How a matrix gets a third side, `X[:, None, :]`, `X[None]`; of an unknown X signs or `axis` say it."""
        match node:
            case s.Apply(_, function, (array,), options) if function in _THIRD:
                sides, own = self.sides(array), _THIRD[function]
                said = axis == "2" or (axis is not None and function == own)
                return (AS_TUBES if options else own) if sides == 2 or (sides is None and said) else None
        return None

    def distances(self, node: s.Node) -> s.Node:
        """The squared distances of the rows of A and B, or their roots, for `((A[:, None, :] - B[None, :, :])**2)` that
        is summed over its last side, or the norms."""
        match node:
            case s.Apply(span, "sum" as function, (inner, *_)) if len(node.arguments) + len(node.options) == 2:
                axis = option(node, "axis", "dim") or self.text(node.arguments[-1])
            case s.Apply(span, "norm" as function, (inner, *order), options):  # behind it stands the order, no axis
                axis, orders = option(node, "axis", "dim") or "", [self.text(one) for one in order]
                orders += [value for name, value in options if name not in ("axis", "dim")]
                if orders not in ([], ["2"]):
                    return node
            case _:
                return node
        match s.ungrouped(inner), function:
            case (s.Binary(_, "**", body, s.Literal_(_, 2)), "sum") | (body, "norm"):
                apart = s.ungrouped(body)
                if axis not in ("2", "-1") or not isinstance(apart, s.Binary) or apart.operator != "-":
                    return node
                left, right = s.ungrouped(apart.left), s.ungrouped(apart.right)
                lying = self.third(right, axis) == AS_LAYERS
                if self.third(left, axis) == AS_SHEETS and (lying or self.sides(right) == 2):
                    pair = (*s.children(left), *(s.children(right) if lying else (right,)))
                    if function == "norm" and self.text(pair[0]) == self.text(pair[1]):
                        return node  # of a row from itself: rounded, its square may be less than 0
                    if (squares := composed(span, "sqdist", pair, (), parse)) is not None:
                        return squares if function == "sum" else s.Apply(span, "sqrt", (squares,))
        return node

    def numbered(self, letter: str, body: s.Node, count: s.Node) -> _Batch:
        """The batch of what a letter numbers."""
        one = s.rebuilt(self.plain(body), lambda part: _renamed(part, letter, s.Name(part.span, _EACH)))
        return _Batch(one, 3, self.plain(count))

    def plain(self, node: s.Node) -> s.Node:
        """A part in which no batch is left."""
        found = self.read(node)
        if isinstance(found, _Batch):
            raise _Unread
        return found

    def of_batch(self, node: s.Node, parts: list[s.Node | _Batch]) -> s.Node | _Batch:
        """What is done to parts of which one at least is a batch."""
        first = parts[0]
        match node:
            case s.Group() | s.Negative():
                return self.entrywise(node, parts)
            case s.Transposed() if isinstance(first, _Batch) and _TURNS.search(self.text(node)):
                return replace(first, one=replace(node, body=first.one))
            case s.Binary(_, "+" | "-" | "*" | "/" | "**"):
                return self.entrywise(node, parts)
            case s.Binary(span, "@"):
                return self.product(span, parts)
            case s.Subscript(_, _, (at, *rest)) if isinstance(first, _Batch) and first.sides == 3:
                one = s.rebuilt(first.one, lambda part: _renamed(part, _EACH, at))
                return s.Subscript(node.span, one, tuple(rest)) if rest else one
            case s.Apply(_, name):
                function = canonical_function(name)
                if function in _OF_ENTRIES:
                    return self.entrywise(node, parts)
                if (len(parts) > 1 and function not in REDUCTIONS) or not isinstance(first, _Batch):
                    raise _Unread
                if function in _OF_SQUARES and first.sides == 3:
                    one = s.with_children(node, (first.one,))
                    return replace(first, one=one, sides=1 if function in ("det", "logdet") else 3)
                if function in REDUCTIONS | {"norm", "softmax", "log_softmax"}:
                    return self.along(node, function, first)
        raise _Unread

    def entrywise(self, node: s.Node, parts: list[s.Node | _Batch]) -> _Batch:
        """An operation of entries: sides are counted from the last, and the first of the most is that of the batch."""
        batches = [part for part in parts if isinstance(part, _Batch)]
        sides = {part.sides for part in batches}
        if len(sides) > 1:
            raise _Unread
        most, found = batches[0].sides, list[s.Node]()
        for part in parts:
            if isinstance(part, _Batch):
                found.append(part.one)
                continue
            own = self.sides(part)
            if (own is None and most < 3) or (own or 0) > most:
                raise _Unread
            lying = part if own is None else s.rebuilt(part, self.lying)
            found.append(self.member(lying) if self.sides(lying) == most else lying)
        return replace(batches[0], one=s.with_children(node, tuple(found)))

    def member(self, node: s.Node) -> s.Node:
        """Row b of a matrix, entry b of a vector, that meets a batch of vectors or of numbers."""
        return s.Subscript(node.span, s.ungrouped(node), (s.Name(node.span, _EACH),))

    def lying(self, node: s.Node) -> s.Node:
        """X for `X[None, :, :]`, x for `x[None, :]`: each part of a batch meets it as it is."""
        match node:
            case s.Apply(_, function, (array,)) if self.third(node) == AS_LAYERS or (
                function == AS_ROW and self.sides(array) == 1
            ):
                return array
        return node

    def product(self, span: s.Span, parts: list[s.Node | _Batch]) -> _Batch:
        """A_b B_b, A_b X, X A_b, A_b v, vᵀA_b, Wᵀu_b and u_bᵀv."""
        counted = tuple([part.sides if isinstance(part, _Batch) else self.sides(part) for part in parts])
        one, other = [part.one if isinstance(part, _Batch) else part for part in parts]
        batches = [part for part in parts if isinstance(part, _Batch)]
        of_batch = len(batches) == 1 + (counted == (3, 3)) and (
            counted[0] != 2 or counted[1] == 3 or parts[0] in batches
        )
        if counted not in _PRODUCTS or not of_batch:
            raise _Unread
        if counted in ((2, 2), (1, 3)):
            one, other = s.Transposed(span, other), one
        return replace(batches[0], one=s.Binary(span, "@", one, other), sides=_PRODUCTS[counted])

    def along(self, node: s.Apply, function: str, batch: _Batch) -> s.Node | _Batch:
        """A reduction or a softmax of a batch: along sides of its matrices, over the batch, or of everything."""
        every = set(range(batch.sides))
        axes = self.axes(node, batch.sides) or every
        inner, kept = axes - {0}, keeps_dimensions(node) or function in ("softmax", "log_softmax")
        options = [one for one in node.options if one[0] not in ("axis", "dim", "keepdims", "keepdim")]
        if len(inner) < batch.sides - 1:
            options += [("axis", str(side - 1)) for side in inner]
            options += [("keepdims", "True")] if keeps_dimensions(node) else []
        one = s.Apply(node.span, node.function, (batch.one,), tuple(options)) if inner else batch.one
        if 0 not in axes:
            return replace(batch, one=one, sides=batch.sides if kept else batch.sides - len(axes))
        if function == "norm" and axes == every and not options:
            square = s.Binary(node.span, "**", s.Group(node.span, one), s.number(node.span, 2))
            return s.Apply(node.span, "sqrt", (self.summed(replace(batch, one=square)),))
        if function not in ("sum", "mean"):
            raise _Unread
        total = self.summed(replace(batch, one=one))
        return s.Group(node.span, s.Binary(node.span, "/", total, batch.count)) if function == "mean" else total

    def axes(self, node: s.Apply, sides: int) -> set[int] | None:
        """The axes that are written, counted from 0; None for all."""
        written = option(node, "axis", "dim")
        if written is None and len(node.arguments) == 2 and canonical_function(node.function) != "norm":
            written = self.text(node.arguments[1])
        elif len(node.arguments) > 1:
            raise _Unread
        if written in (None, "None"):
            return None
        found = [int(number) for number in re.findall(r"-?\d+", written)]
        if not found or re.search(r"[^-\d\s,()\[\]]", written) or not all(-sides <= axis < sides for axis in found):
            raise _Unread
        return {axis % sides for axis in found}

    def summed(self, batch: _Batch) -> s.Node:
        """Σ_b over what stands for one of the matrices."""
        letter = next((one for one in _LETTERS if one not in self.used), None)
        if letter is None:
            raise _Unread
        self.used.add(letter)
        span = batch.one.span
        own = s.Name(span, letter)
        return s.Sigma(span, (own,), (None,), s.rebuilt(batch.one, lambda part: _renamed(part, _EACH, own)))

    def sides(self, node: s.Node) -> int | None:
        """How many sides a part has in NumPy in which no batch stands; None where that is not known."""
        match node:
            case s.Literal_():
                return 0
            case s.Name(_, name):
                value = self.scope.find(name)
                if value is None:
                    return 0 if self.scope.size(name) is not None else None
                two = value.shape.is_matrix or name in self.scope.columns
                return 2 if two else int(not value.shape.is_number)
            case s.Apply() if self.third(node):
                return 3
            case s.Apply(_, function, (body,)) if function in (AS_COLUMN, AS_ROW):
                return 2 if self.sides(body) == 1 else None
            case s.Group(_, body) | s.Negative(_, body) | s.Transposed(_, body):
                return self.sides(body)
            case s.Apply(_, function, (body,)) if canonical_function(function) in ELEMENTWISE_NAMES:
                return self.sides(body)
            case s.Subscript(_, body, (_,)) if self.stack(body) is not None:
                return 2
            case s.Binary(_, operator, left, right):
                of = self.sides(left), self.sides(right)
                if None in of:
                    return None
                return (of[0] or 0) + (of[1] or 0) - 2 if operator == "@" else max(one or 0 for one in of)
        return None

    def size(self, node: s.Node, dim: Dim) -> s.Node:
        """A dimension as a number."""
        text = str(dim)
        if not dim.names:
            return s.Literal_(node.span, Fraction(dim.factor), text)
        if self.scope.size(text) is None or self.scope.find(text) is not None:
            raise _Unread
        return s.Name(node.span, text)

    def length(self, node: s.Apply, stack: Stack) -> s.Node:
        """`len(A)`, `A.shape[1]`, `A.numel()`."""
        axis = option(node, "axis") or ("0" if node.function == "len" else None)
        if axis is None:
            raise _Unread
        found = [self.size(node, dim) for dim in (stack.count, *stack.each.dims)]
        if axis != "all":
            return found[int(axis)]
        return s.Group(node.span, reduce(lambda one, other: s.Binary(node.span, "*", one, other), found))

    def text(self, node: s.Node) -> str:
        return self.scope.source.text[node.span.start : node.span.end]


def _renamed(part: s.Node, name: str, new: s.Node) -> s.Node:
    return new if isinstance(part, s.Name) and part.name == name else part


# ---- families of matrices that are declared: A_k under a Σ over k one at a time, `A_k: m×n`, or all, `A: K×m×n`


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
