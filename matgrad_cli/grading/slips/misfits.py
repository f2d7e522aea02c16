"""Single edits of a line whose parts do not fit together: it has no typed expression,
so its tree is edited where it does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...diagnostics import Span
from ...diagnostics.record import record, replace
from ...ir import Expr
from ...notation import syntax as s
from ...notation.elaboration.complaints import without_sizes
from ..bench import Bench
from ..lines.syntax_walk import PRODUCTS, Path, children, factors, is_index, replaced, walk, with_factors
from .causes import Repair
from .kind import Case, Trial

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
        self.tree, self.text, self.numbers, self.read = tree, text, numbers, read
        self.top = _operation(tree, place)
        self.left = MOST_EDITS


@record
class Edit:
    """One change of a tree, at a path, and what the sentences say of it."""

    tree: s.Node
    path: Path
    said: tuple[str, ...]


def on_tree(edits: Callable[[Unfit], Iterator[Edit]]) -> Callable[[Case], Iterator[Trial]]:
    """The lines that edits make which touch the operation in which the place stands."""

    def trials(case: Case) -> Iterator[Trial]:
        assert isinstance(case, Unfit)
        for edit in edits(case):
            if edit.path[: len(case.top)] == case.top[: len(edit.path)]:
                case.left -= 1
                if case.left < 0:
                    return
                line = case.read(edit.tree)
                if line is not None:
                    yield Trial(line, edit.said)

    return trials


def _operation(root: s.Node, place: Span | None) -> Path:
    """The sum or the whole product in which the place is an operand."""
    if place is None:
        return ()
    found: Path = ()
    for path, node in walk(root):
        inside = node.span.start <= place.start and place.end <= node.span.end and node.span != place
        if inside and isinstance(node, s.Binary) and len(path) >= len(found):
            found = path
    while found and isinstance(above := _parent(root, found), s.Binary) and above.operator in PRODUCTS:
        found = found[:-1]
    return found


def _shown(text: str, node: s.Node) -> str:
    found = without_sizes(text[node.span.start : node.span.end])
    return found if len(found) <= 40 else found[:37] + "…"


def _ordinal(root: s.Node, node: s.Name, path: Path) -> str:
    """`the first X` where X stands several times, else the bare name."""
    if isinstance(_parent(root, path), s.Differential_):
        return f"`d{node.name}`"
    same = [
        where
        for where, other in walk(root)
        if isinstance(other, s.Name)
        and other.name == node.name
        and not is_index(root, where)
        and not isinstance(_parent(root, where), s.Differential_)
    ]
    if len(same) < 2:
        return f"`{node.name}`"
    words = ("first", "second", "third", "fourth", "fifth")
    place = same.index(path)
    return f"the {words[place] if place < len(words) else f'{place + 1}th'} `{node.name}`"


def brackets(case: Unfit) -> Iterator[Edit]:
    """a b + c for a (b + c): a bracket is missing, so the factor in front multiplies the first term only."""
    for path, node in walk(case.tree):
        if not (isinstance(node, s.Binary) and node.operator in ("+", "-")):
            continue
        left = s.ungrouped(node.left)
        if isinstance(left, s.Binary) and left.operator in PRODUCTS:
            parts = factors(left)
            for cut in range(1, len(parts)):
                head, tail = _chained(parts[:cut], left), _chained(parts[cut:], left)
                inside = s.Group(node.span, s.Binary(node.span, node.operator, tail, node.right))
                said = f"`{_shown(case.text, tail)}`", f"`{_shown(case.text, head)}`"
                yield Edit(replaced(case.tree, path, s.Binary(node.span, left.operator, head, inside)), path, said)


def _arrays(case: Unfit) -> Iterator[tuple[Path, s.Node, s.Node | None, str]]:
    """Names of arrays, brackets and inverses: what can carry a transpose, what stands above it,
    and what it is called."""
    for path, node in walk(case.tree):
        named = isinstance(node, s.Name) and node.name not in case.numbers and not is_index(case.tree, path)
        parent = _parent(case.tree, path)
        if (named or (isinstance(node, (s.Group, s.Inverted)) and path)) and not isinstance(
            parent, (s.Subscript, s.Derivative)
        ):
            called = _ordinal(case.tree, node, path) if isinstance(node, s.Name) else f"`{_shown(case.text, node)}`"
            yield path, node, parent, called


def _parent(root: s.Node, path: Path) -> s.Node | None:
    if not path:
        return None
    node = root
    for step in path[:-1]:
        node = children(node)[step]
    return node


def transposed(case: Unfit) -> Iterator[Edit]:
    """One factor is transposed that must not be."""
    for path, node, parent, called in _arrays(case):
        if isinstance(parent, s.Transposed):
            yield Edit(replaced(case.tree, path[:-1], node), path[:-1], (called,))


def not_transposed(case: Unfit) -> Iterator[Edit]:
    """A transpose is missing on one factor."""
    for path, node, parent, called in _arrays(case):
        if not isinstance(parent, s.Transposed):
            yield Edit(replaced(case.tree, path, s.Transposed(node.span, node)), path, (called,))


def inner_for_outer(case: Unfit) -> Iterator[Edit]:
    """xᵀy for x yᵀ: an inner product stands where an outer one is needed, or the other way round."""
    for path, node in _chains(case.tree):
        parts = factors(node)
        for at in range(len(parts) - 1):
            left, right = parts[at], parts[at + 1]
            if isinstance(left, s.Transposed) is isinstance(right, s.Transposed):
                continue
            inner = isinstance(left, s.Transposed)
            pair = [
                part.body if isinstance(part, s.Transposed) else s.Transposed(part.span, part) for part in (left, right)
            ]
            new = with_factors(node, iter([*parts[:at], *pair, *parts[at + 2 :]]))
            yield Edit(replaced(case.tree, path, new), path, ("inner", "outer") if inner else ("outer", "inner"))


def number_for_multiple(case: Unfit) -> Iterator[Edit]:
    """A + λ for A + λ I, or b + λ for b + λ w: a number stands where a multiple of an array is needed."""
    root = case.tree
    names = dict.fromkeys(
        part.name
        for path, part in walk(root)
        if isinstance(part, s.Name) and part.name not in case.numbers and not is_index(root, path)
    )
    for path, node in walk(root):
        parent = _parent(root, path)
        if not (isinstance(parent, s.Binary) and parent.operator in ("+", "-")) or (
            isinstance(node, s.Binary) and node.operator in "+-"
        ):
            continue
        arrays: list[tuple[s.Node, str]] = [(s.Apply(node.span, "eye", ()), "the identity")]
        arrays += [(s.Name(node.span, name), f"`{name}`") for name in names]
        for array, called in arrays:
            new = replaced(root, path, s.Binary(node.span, "juxtapose", s.Group(node.span, node), array))
            yield Edit(new, path, (f"`{_shown(case.text, node)}`", called))


def _chains(root: s.Node) -> Iterator[tuple[Path, s.Binary]]:
    """Whole products with their paths."""
    for path, node in walk(root):
        if isinstance(node, s.Binary) and node.operator in PRODUCTS:
            parent = _parent(root, path)
            if not (isinstance(parent, s.Binary) and parent.operator in PRODUCTS):
                yield path, node


def _chained(parts: list[s.Node], like: s.Binary) -> s.Node:
    result = parts[0]
    for part in parts[1:]:
        result = s.Binary(result.span.joined(part.span), like.operator, result, part)
    return result


def neighbours(case: Unfit) -> Iterator[Edit]:
    """Two factors of a product stand in the wrong order."""
    for path, node in _chains(case.tree):
        parts = factors(node)
        for at in range(len(parts) - 1):
            left, right = (_shown(case.text, part) for part in parts[at : at + 2])
            if left != right and not any(isinstance(part, s.Literal_) for part in parts[at : at + 2]):
                swapped = [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]]
                yield Edit(
                    replaced(case.tree, path, with_factors(node, iter(swapped))), path, (f"`{left}`", f"`{right}`")
                )


def once_more(case: Unfit) -> Iterator[Edit]:
    """WᵀH for WᵀWH: a factor that stands in the line already is missing between two that do not fit."""
    names = {node.name: node for _, node, _, _ in _arrays(case) if isinstance(node, s.Name)}
    for path, node in _chains(case.tree):
        parts = factors(node)
        for at, name in ((at, name) for at in range(1, len(parts)) for name in names.values()):
            yield Edit(replaced(case.tree, path, _chained([*parts[:at], name, *parts[at:]], node)), path, (name.name,))


def order(case: Unfit) -> Iterator[Edit]:
    """The factors of a product stand in reverse, or one of them at the wrong end."""
    for path, node in _chains(case.tree):
        parts = factors(node)
        numbers = [
            part
            for part in parts
            if isinstance(part, s.Literal_) or (isinstance(part, s.Name) and part.name in case.numbers)
        ]
        arrays = [part for part in parts if part not in numbers]
        for turned in (arrays[::-1], [*arrays[1:], arrays[0]], [arrays[-1], *arrays[:-1]]) if len(arrays) > 2 else ():
            new = replaced(case.tree, path, with_factors(node, iter([*numbers, *turned])))
            yield Edit(new, path, (" ".join(_shown(case.text, part) for part in turned),))


def products(case: Unfit) -> Iterator[Edit]:
    """A matrix product for an elementwise one, or the other way round."""
    for path, node in walk(case.tree):
        if isinstance(node, s.Binary) and node.operator in PRODUCTS and not isinstance(node.left, s.Literal_):
            entrywise = node.operator in ("hadamard", "*")
            new = replace(node, operator="@" if entrywise else "hadamard")
            said = "a matrix" if entrywise else "an elementwise", f"`{_shown(case.text, node)}`"
            yield Edit(replaced(case.tree, path, new), path, said)
