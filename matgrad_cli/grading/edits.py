"""Single edits of a line: transpose one factor, swap two neighbours, another product, an inverse more or less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..diagnostics import Span
from ..diagnostics.record import replace
from ..notation import syntax as s
from ..notation.complaints import without_sizes
from .tree import PRODUCTS, Path, children, factors, is_index, replaced, walk, with_factors

MOST_EDITS = 160


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: the code of the slip that it mends, the new tree, where it was made, what to do in words, and what the slip is."""

    code: str
    tree: s.Node
    span: Span
    words: str
    said: str | None = None


def edits(root: s.Node, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    """All single edits, likely slips first; names in `numbers` stand for numbers and are not transposed. At most MOST_EDITS."""
    kinds = (
        *(_brackets, _transposes, _turned_entries, _outer, _swaps, _products),
        *(_inverses, _squared_inverses, _identities, _insertions, _exchanges),
    )
    count = 0
    for kind in kinds:
        for edit in kind(root, text, numbers):
            count += 1
            if count > MOST_EDITS:
                return
            yield edit


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
                yield Edit("lost-factor", replaced(root, path, s.Binary(node.span, left.operator, head, inside)), node.right.span, words)


def _insertions(root: s.Node, _text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    """A factor that stands in the line already is needed once more."""
    names = {
        node.name: node for path, node in walk(root) if isinstance(node, s.Name) and node.name not in numbers and not is_index(root, path)
    }
    for path, node in _chains_and_arrays(root, numbers):
        for name, named in names.items():
            again = s.Name(named.span, name)
            for operator in ("hadamard", "@"):
                new = s.Binary(node.span, operator, again, node)
                yield Edit(
                    "dropped-term", replaced(root, path, s.Group(node.span, new)), node.span, f"the factor `{name}` is needed once more"
                )


def _chains_and_arrays(root: s.Node, numbers: frozenset[str]) -> Iterator[tuple[Path, s.Node]]:
    for path, node in walk(root):
        if isinstance(node, s.Group) or (isinstance(node, s.Name) and node.name not in numbers and not is_index(root, path)):
            yield path, node


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
            yield Edit("missing-transpose", replaced(root, path[:-1], node), parent.span, f"do not transpose {called}", _TOO_MANY)
        else:
            new = replaced(root, path, s.Transposed(node.span, node))
            yield Edit("missing-transpose", new, node.span, f"transpose {called}", "a transpose is missing on one factor")


def _turned_entries(root: s.Node, text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    """A_ki for A_ik: the letters of an entry stand the wrong way round."""
    for path, node in walk(root):
        if isinstance(node, s.Subscript) and len(node.indices) == 2 and node.indices[0] != node.indices[1]:
            new = replaced(root, path, replace(node, indices=node.indices[::-1]))
            words = f"turn the letters of `{_shown(text, node)}` round"
            yield Edit("missing-transpose", new, node.span, words, "the letters of an entry stand the wrong way round, as of the transpose")


_TOO_MANY = "one factor is transposed that must not be"


def _outer(root: s.Node, _text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    """xᵀy for x yᵀ: an inner product stands where an outer one is needed, or the other way round."""
    for path, node, _ in _chains(root):
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
            span = left.span.joined(right.span)
            yield Edit("wrong-order", replaced(root, path, new), span, "put the transpose on the other factor", said)


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
            yield Edit("dropped-term", new, node.span, f"multiply `{_shown(text, node)}` by {called}", "a factor is missing")


def _exchanges(root: s.Node, _text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    """a (bᵀx) for b (aᵀx): two names have changed places."""
    named = [
        (path, node)
        for path, node in walk(root)
        if isinstance(node, s.Name) and node.name not in numbers and not is_index(root, path)
    ]
    for at, (first, left) in enumerate(named):
        for second, right in named[at + 1 :]:
            if left.name != right.name:
                new = replaced(replaced(root, first, replace(left, name=right.name)), second, replace(right, name=left.name))
                words = f"exchange `{left.name}` and `{right.name}`"
                yield Edit("wrong-order", new, left.span.joined(right.span), words, "two factors have changed places")


def _chains(root: s.Node) -> Iterator[tuple[Path, s.Binary, bool]]:
    """Whole products with their paths, and whether a trace stands directly round them."""
    for path, node in walk(root):
        if isinstance(node, s.Binary) and node.operator in PRODUCTS:
            parent = _parent(root, path)
            if isinstance(parent, s.Binary) and parent.operator in PRODUCTS:
                continue
            traced = isinstance(parent, s.Apply) and parent.function == "tr"
            if isinstance(parent, s.Group) and len(path) > 1:
                above = _parent(root, path[:-1])
                traced = isinstance(above, s.Apply) and above.function == "tr"
            yield path, node, traced


def _chained(parts: list[s.Node], like: s.Binary) -> s.Node:
    result = parts[0]
    for part in parts[1:]:
        result = s.Binary(result.span.joined(part.span), like.operator, result, part)
    return result


def _swaps(root: s.Node, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    for path, node, traced in _chains(root):
        parts = factors(node)
        for at in range(len(parts) - 1):
            same = _shown(text, parts[at]) == _shown(text, parts[at + 1])
            if same or any(isinstance(part, s.Literal_) for part in parts[at : at + 2]):
                continue
            swapped = [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]]
            words = f"swap `{_shown(text, parts[at])}` and `{_shown(text, parts[at + 1])}`"
            span = parts[at].span.joined(parts[at + 1].span)
            code = "cyclic-trace-misuse" if traced else "wrong-order"
            yield Edit(code, replaced(root, path, with_factors(node, iter(swapped))), span, words)
        arrays = [part for part in parts if not isinstance(part, s.Literal_) and not (isinstance(part, s.Name) and part.name in numbers)]
        if len(arrays) > 2:
            scalars = [part for part in parts if part not in arrays]
            for turned in (arrays[::-1], [*arrays[1:], arrays[0]], [arrays[-1], *arrays[:-1]]):
                words = "write the factors in the order " + " ".join(_shown(text, part) for part in turned)
                yield Edit("wrong-order", replaced(root, path, with_factors(node, iter([*scalars, *turned]))), node.span, words)


def _products(root: s.Node, text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    for path, node in walk(root):
        if isinstance(node, s.Binary) and node.operator in PRODUCTS and not isinstance(node.left, s.Literal_):
            if node.operator == "hadamard" or node.operator == "*":
                new, words = replace(node, operator="@"), "write a matrix product"
            else:
                new, words = replace(node, operator="hadamard"), "write an elementwise product"
            span = node.left.span.joined(node.right.span)
            yield Edit("product-for-hadamard", replaced(root, path, new), span, f"{words} in `{_shown(text, node)}`")


def _inverses(root: s.Node, text: str, numbers: frozenset[str]) -> Iterator[Edit]:
    for path, node in walk(root):
        if isinstance(node, s.Inverted) and node.power == 1:
            words = f"do not invert `{_shown(text, node.body)}`"
            yield Edit("missing-inverse", replaced(root, path, node.body), node.span, words, "there is an inverse too many")
        elif isinstance(node, s.Apply) and node.function == "inv":
            words = f"do not invert `{_shown(text, node.arguments[0])}`"
            yield Edit("missing-inverse", replaced(root, path, node.arguments[0]), node.span, words, "there is an inverse too many")
        elif isinstance(node, s.Name) and node.name not in numbers and not is_index(root, path):
            new = replaced(root, path, s.Inverted(node.span, node))
            yield Edit("missing-inverse", new, node.span, f"invert {_ordinal(root, node, path)}", "an inverse is missing")


def _squared_inverses(root: s.Node, text: str, _numbers: frozenset[str]) -> Iterator[Edit]:
    """M⁻² D and D M⁻² for M⁻¹ D M⁻¹: the derivative of 1/u taken for that of an inverse."""
    for path, node, _ in _chains(root):
        parts = factors(node)
        for at, part in enumerate(parts):
            inner = s.ungrouped(part)
            if not (isinstance(inner, s.Inverted) and inner.power == 2):
                continue
            single = s.Inverted(inner.span, inner.body)
            rest = [*parts[:at], *parts[at + 1 :]]
            for start in range(len(rest)):
                for end in range(start + 1, min(len(rest), start + 3) + 1):
                    split = [*rest[:start], single, *rest[start:end], single, *rest[end:]]
                    words = f"put one inverse on each side of `{' '.join(_shown(text, one) for one in rest[start:end])}`"
                    yield Edit("inverse-rule", replaced(root, path, _chained(split, node)), part.span, words)
