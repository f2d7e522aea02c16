"""Lines whose parts do not fit together: they have no typed expression, so their trees are edited where they do not
fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...ir import Expr
from ...notation import syntax as s
from ...notation.elaboration.complaints import without_sizes
from ..bench import Bench
from ..lines.syntax_walk import PRODUCTS, Path, children, factors, is_index, names, replaced, terms, walk, with_factors
from .case import Case, Quoted, Trial
from .causes import Repair
from .edits import Made

MOST_EDITS = 80


class Unfit(Case):
    """A line whose parts do not fit together: its tree, the place that the message points at, its text,
    the names that are numbers.

    `read` makes an expression of an edited tree; None if that does not fit either.
    """

    def __init__(
        self,
        bench: Bench,
        needed: Expr,
        repair: Callable[[Expr], Repair | None],
        tree: s.Node,
        place: Span | None,
        text: str,
        numbers: frozenset[str],
        read: Callable[[s.Node], Expr | None],
    ) -> None:
        super().__init__(bench, needed, needed, repair=repair)
        self.tree, self.written, self.numbers, self.read = tree, text, numbers, read
        self.places = tuple(walk(tree))
        self.top = _operation(tree, place)
        self.left = MOST_EDITS

    def changed(self, path: Path, new: Any, said: tuple[object, ...] = (), _part: Any = None) -> Trial | None:
        """The line with another part at a path, which touches the operation that does not fit."""
        self.left -= (touches := path[: len(self.top)] == self.top[: len(path)])
        line = self.read(replaced(self.tree, path, new)) if touches and self.left >= 0 else None
        return Trial(line, said) if line is not None else None

    def text(self, part: Any) -> str:
        """A part as it is written."""
        return without_sizes(self.written[part.span.start : part.span.end])

    def same(self, part: Any) -> list[Path]:
        """Where the same name stands."""
        return [
            path
            for path, node in self.arrays(turned=True)
            if isinstance(part, s.Name) and node == replace(part, span=node.span)
        ]

    def deltas(self) -> Iterator[tuple[Path, s.Kronecker, tuple[s.Node, ...]]]:
        """The δ's and their letters."""
        yield from ((path, node, node.indices) for path, node in self.places if isinstance(node, s.Kronecker))

    def entries(self) -> Iterator[tuple[Path, s.Subscript, tuple[s.Node, ...]]]:
        """The entries and their letters."""
        yield from ((path, node, node.indices) for path, node in self.places if isinstance(node, s.Subscript))

    def instead(self, place: Any, *kept: Any) -> list[s.Name]:
        """The index letters of the line and of what is needed, each once, but those that stand there."""
        found = {name.name: name for name in names(self.tree, index=True)}
        here = sorted(self.needed.free - found.keys())
        found |= {letter.name: s.Name(self.tree.span, letter.name) for letter in here}
        but = {self.told(one) for one in (place, *kept)}
        return [name for name in found.values() if name.name not in but] if isinstance(place, s.Name) else []

    def lettered(self, node: Any, letters: Sequence[s.Node]) -> Any:
        """A δ, or an entry, with other letters."""
        return replace(node, indices=tuple(letters))

    def both(self, first: tuple[Path, s.Node], second: tuple[Path, s.Node]) -> s.Node:
        """The whole line with two parts replaced."""
        return replaced(replaced(self.tree, *first), *second)

    def told(self, *letters: Any) -> str:
        """Letters in words."""
        return "".join(getattr(one, "name", "…") for one in letters)

    def said(self, part: Any) -> object:
        """An entry in words."""
        return f"{self.text(part.body)}_{self.told(*part.indices)}"

    def sums(self) -> Iterator[tuple[Path, Sequence[s.Node]]]:
        """Whole sums and their terms."""
        for path, node in self._whole(("+", "-")):
            yield path, [term if positive else s.Negative(term.span, term) for positive, term in terms(node)]

    def sum(self, parts: Sequence[s.Node]) -> s.Node:
        """The sum of these terms, in brackets."""
        return s.Group(parts[0].span, _chained(parts, "+"))

    def factors(self, term: s.Node) -> list[s.Node]:
        """The factors of a product, in order; a sign belongs to the first."""
        if not isinstance(term, s.Negative):
            return factors(term)
        first, *others = factors(term.body)
        return [s.Negative(first.span, first), *others]

    def product(self, like: s.Node, parts: Sequence[s.Node]) -> s.Node:
        """The product of these factors, with the sign of another one."""
        like = like.body if isinstance(like, s.Negative) else like
        return _chained(parts, like.operator if isinstance(like, s.Binary) else "juxtapose")

    def chains(self) -> Iterator[tuple[Path, s.Node, list[s.Node], list[s.Node]]]:
        """Whole products: the numbers and the other factors."""
        for path, node in self._whole(PRODUCTS):
            numbers, arrays = list[s.Node](), list[s.Node]()
            for part in factors(node):
                plain = isinstance(part, s.Literal_) or (isinstance(part, s.Name) and part.name in self.numbers)
                (numbers if plain else arrays).append(part)
            yield path, node, numbers, arrays

    def joined(self, like: s.Node, numbers: Sequence[s.Node], arrays: Sequence[s.Node]) -> s.Node:
        """The product of these factors, with the signs of another one."""
        return with_factors(like, iter([*numbers, *arrays]))

    def arrays(self, turned: bool = False) -> Iterator[tuple[Path, s.Node]]:
        """What can carry a transpose, and carries none, or what is `turned` too: names of arrays, their differentials,
        brackets, inverses, products that are terms."""
        inside = (s.Subscript, s.Derivative, s.Differential_, *(() if turned else (s.Transposed,)))
        for path, node in self.places:
            parent = _parent(self.tree, path)
            if isinstance(node, s.Name):
                whole = node.name not in self.numbers and not is_index(self.tree, path)
            else:
                whole = isinstance(node, (s.Group, s.Inverted, s.Differential_)) and bool(path)
            if (whole or (_is(node, PRODUCTS) and _is(parent, "+-"))) and not isinstance(parent, inside):
                yield path, node

    def turned(self, part: s.Node) -> s.Node:
        """The part with a transpose more, or without its own."""
        return part.body if isinstance(part, s.Transposed) else s.Transposed(part.span, part)

    def _whole(self, operators: Sequence[str]) -> Iterator[tuple[Path, s.Binary]]:
        """Operations of these kinds that are no operand of another one."""
        for path, node in self.places:
            parent = _parent(self.tree, path)
            if _is(node, operators) and not _is(parent, operators):
                yield path, node


def _is(node: s.Node | None, operators: Sequence[str]) -> bool:
    return isinstance(node, s.Binary) and node.operator in operators


def _parent(root: s.Node, path: Path) -> s.Node | None:
    node = root if path else None
    for step in path[:-1]:
        node = children(node)[step] if node is not None else None
    return node


def _operation(root: s.Node, place: Span | None) -> Path:
    """The sum or the whole product in which the place is an operand."""
    found: Path = ()
    for path, node in walk(root):
        inside = (
            place is not None and node.span.start <= place.start and place.end <= node.span.end and node.span != place
        )
        if inside and isinstance(node, s.Binary) and len(path) >= len(found):
            found = path
    while found and _is(_parent(root, found), PRODUCTS):
        found = found[:-1]
    return found


def _chained(parts: Sequence[s.Node], operator: Any) -> s.Node:
    result = parts[0]
    for part in parts[1:]:
        result = s.Binary(result.span.joined(part.span), operator, result, part)
    return result


# ---- what is written otherwise than in an expression


def number_for_multiple(case: Case) -> Made:
    """A + λ for A + λ I, or b + λ for b + λ w: a number stands where a multiple of an array is needed."""
    assert isinstance(case, Unfit)
    known = dict.fromkeys(node.name for _, node in case.arrays(turned=True) if isinstance(node, s.Name))
    for path, node in case.places:
        if _is(_parent(case.tree, path), "+-") and not _is(node, "+-"):
            arrays: list[tuple[s.Node, str]] = [(s.Apply(node.span, "eye", ()), "the identity")]
            for array, called in [*arrays, *[(s.Name(node.span, name), f"`{name}`") for name in known]]:
                new = s.Binary(node.span, "juxtapose", s.Group(node.span, node), array)
                yield case.changed(path, new, (Quoted(case, node), called))


def once_more(case: Case) -> Made:
    """WᵀH for WᵀWH: a factor that stands in the line already is missing between two that do not fit."""
    assert isinstance(case, Unfit)
    known = {node.name: node for _, node in case.arrays(turned=True) if isinstance(node, s.Name)}
    for path, node in case._whole(PRODUCTS):
        parts = factors(node)
        for at, name in ((at, name) for at in range(1, len(parts)) for name in known.values()):
            new = _chained([*parts[:at], name, *parts[at:]], node.operator)
            yield case.changed(path, new, (name.name, "", "needed once more"))


def product_for_hadamard(case: Case) -> Made:
    """A matrix product for an elementwise one, or the other way round."""
    for path, node in case.places:
        if isinstance(node, s.Binary) and node.operator in PRODUCTS and not isinstance(node.left, s.Literal_):
            entrywise = node.operator in ("hadamard", "*")
            said = "a matrix" if entrywise else "an elementwise", Quoted(case, node)
            yield case.changed(path, replace(node, operator="@" if entrywise else "hadamard"), said)
