"""Single edits of a line whose parts do not fit together: it has no typed expression, so its tree is edited where it does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...notation import syntax as s
from ...notation.elaboration.complaints import without_sizes
from ..lines.syntax_walk import PRODUCTS, Path, children, factors, is_index, replaced, walk, with_factors

MOST_EDITS = 80


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: the new tree, what to do in words, and what the slip is."""

    tree: s.Node
    path: Path
    words: str
    message: str


def edits_at(root: s.Node, place: Span | None, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    """Single edits that touch the operation in which the place stands, likely slips first; names in `numbers` stand for numbers."""
    top = _operation(root, place)
    count = 0
    for kind in (_brackets, _transposes, _outer, _swaps, _products, _identities):
        for edit in kind(root, text, numbers):
            if edit.path[: len(top)] == top[: len(edit.path)]:
                count += 1
                if count > MOST_EDITS:
                    return
                yield edit


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


def _brackets(root: s.Node, text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    """a b + c for a (b + c): a bracket is missing, so the factor in front multiplies the first term only."""
    for path, node in walk(root):
        if not (isinstance(node, s.Binary) and node.operator in ("+", "-")):
            continue
        left = s.ungrouped(node.left)
        if isinstance(left, s.Binary) and left.operator in PRODUCTS:
            parts = factors(left)
            for cut in range(1, len(parts)):
                head, tail = _chained(parts[:cut], left), _chained(parts[cut:], left)
                inside = s.Group(node.span, s.Binary(node.span, node.operator, tail, node.right))
                words = f"put `{_shown(text, tail)}` and what follows into one bracket behind `{_shown(text, head)}`"
                yield Edit(replaced(root, path, s.Binary(node.span, left.operator, head, inside)), path, words, _BRACKET)



def _arrays(root: s.Node, numbers: frozenset[str]) -> Iterator[tuple[Path, s.Node]]:
    """Names of arrays, brackets and inverses: what can carry a transpose."""
    for path, node in walk(root):
        if (isinstance(node, s.Name) and node.name not in numbers and not is_index(root, path)) or (
            isinstance(node, (s.Group, s.Inverted)) and path
        ):
            yield path, node


def _parent(root: s.Node, path: Path) -> s.Node | None:
    if not path:
        return None
    node = root
    for step in path[:-1]:
        node = children(node)[step]
    return node


def _transposes(root: s.Node, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    for path, node in _arrays(root, numbers):
        parent = _parent(root, path)
        if isinstance(parent, (s.Subscript, s.Derivative)):
            continue
        called = _ordinal(root, node, path) if isinstance(node, s.Name) else f"`{_shown(text, node)}`"
        if isinstance(parent, s.Transposed):
            yield Edit(replaced(root, path[:-1], node), path[:-1], f"do not transpose {called}", _TOO_MANY)
        else:
            new = replaced(root, path, s.Transposed(node.span, node))
            yield Edit(new, path, f"transpose {called}", "a transpose is missing on one factor")



_BRACKET = "a bracket is missing: the factor in front multiplies the first term only"
_ORDER = "the factors stand in the wrong order"
_PRODUCT = "a matrix product and an elementwise product are confused"
_TOO_MANY = "one factor is transposed that must not be"


def _outer(root: s.Node, _text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    """xᵀy for x yᵀ: an inner product stands where an outer one is needed, or the other way round."""
    for path, node in _chains(root):
        parts = factors(node)
        for at in range(len(parts) - 1):
            left, right = parts[at], parts[at + 1]
            if isinstance(left, s.Transposed) is isinstance(right, s.Transposed):
                continue
            pair: tuple[s.Node, s.Node]
            if isinstance(left, s.Transposed):
                pair, said = (left.body, s.Transposed(right.span, right)), "an inner product stands where an outer product is needed"
            else:
                assert isinstance(right, s.Transposed)
                pair, said = (s.Transposed(left.span, left), right.body), "an outer product stands where an inner product is needed"
            new = with_factors(node, iter([*parts[:at], *pair, *parts[at + 2 :]]))
            yield Edit(replaced(root, path, new), path, "put the transpose on the other factor", said)


def _identities(root: s.Node, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    """A + λ for A + λ I, or b + λ for b + λ w: a number stands where a multiple of an array is needed."""
    names = dict.fromkeys(
        part.name for path, part in walk(root) if isinstance(part, s.Name) and part.name not in numbers and not is_index(root, path)
    )
    for path, node in walk(root):
        parent = _parent(root, path)
        if not (isinstance(parent, s.Binary) and parent.operator in ("+", "-")) or (isinstance(node, s.Binary) and node.operator in "+-"):
            continue
        arrays: list[tuple[s.Node, str]] = [(s.Apply(node.span, "eye", ()), "the identity")]
        arrays += [(s.Name(node.span, name), f"`{name}`") for name in names]
        for array, called in arrays:
            new = replaced(root, path, s.Binary(node.span, "juxtapose", s.Group(node.span, node), array))
            yield Edit(new, path, f"multiply `{_shown(text, node)}` by {called}", "a factor is missing")



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


def _swaps(root: s.Node, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    for path, node in _chains(root):
        parts = factors(node)
        for at in range(len(parts) - 1):
            same = _shown(text, parts[at]) == _shown(text, parts[at + 1])
            if same or any(isinstance(part, s.Literal_) for part in parts[at : at + 2]):
                continue
            swapped = [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]]
            words = f"swap `{_shown(text, parts[at])}` and `{_shown(text, parts[at + 1])}`"
            yield Edit(replaced(root, path, with_factors(node, iter(swapped))), path, words, _ORDER)
        arrays = [part for part in parts if not isinstance(part, s.Literal_) and not (isinstance(part, s.Name) and part.name in numbers)]
        if len(arrays) > 2:
            scalars = [part for part in parts if part not in arrays]
            for turned in (arrays[::-1], [*arrays[1:], arrays[0]], [arrays[-1], *arrays[:-1]]):
                words = "write the factors in the order " + " ".join(_shown(text, part) for part in turned)
                yield Edit(replaced(root, path, with_factors(node, iter([*scalars, *turned]))), path, words, _ORDER)


def _products(root: s.Node, text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    for path, node in walk(root):
        if isinstance(node, s.Binary) and node.operator in PRODUCTS and not isinstance(node.left, s.Literal_):
            if node.operator == "hadamard" or node.operator == "*":
                new, words = replace(node, operator="@"), "write a matrix product"
            else:
                new, words = replace(node, operator="hadamard"), "write an elementwise product"
            yield Edit(replaced(root, path, new), path, f"{words} in `{_shown(text, node)}`", _PRODUCT)
