"""Walking and rebuilding syntax trees: children in reading order, replacement at a path, letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...diagnostics import Span
from ...diagnostics.record import replace
from ...notation import syntax as s
from ...notation.expression.vocabulary import FUNCTION_NAMES, canonical_function
from ...notation.syntax import children as children
from ...notation.syntax import rebuilt as rebuilt
from ...notation.syntax import with_children as with_children

Path = tuple[int, ...]
_PLAIN = s.PLAIN | {s.Apply}
_PLAIN_FUNCTIONS = FUNCTION_NAMES - {"basis"}
PRODUCTS = ("juxtapose", "dot", "@", "*", "hadamard")


def alike(one: s.Node, other: s.Node) -> bool:
    """Whether two trees say the same, wherever they stand, brackets aside."""
    nowhere = [rebuilt(node, lambda part: replace(s.ungrouped(part), span=Span(0, 0))) for node in (one, other)]
    return nowhere[0] == nowhere[1]


def inner(node: s.Node | None) -> s.Node | None:
    """What stands inside any brackets; None for nothing."""
    return s.ungrouped(node) if node is not None else None


def walk(node: s.Node, path: Path = ()) -> Iterator[tuple[Path, s.Node]]:
    """Every node with its path, wholes before parts."""
    stack: list[tuple[Path, s.Node]] = [(path, node)]
    while stack:
        here, top = stack.pop()
        yield here, top
        parts = children(top)
        for number in range(len(parts) - 1, -1, -1):
            stack.append(((*here, number), parts[number]))


def replaced(root: s.Node, path: Path, new: s.Node) -> s.Node:
    """The tree with the node at `path` replaced."""
    if not path:
        return new
    parts = list(children(root))
    parts[path[0]] = replaced(parts[path[0]], path[1:], new)
    return with_children(root, tuple(parts))


def is_plain(node: s.Node) -> bool:
    """Whether nothing stands in it but names, numbers, arithmetic and functions of the language:
    no letters, no derivatives."""
    found = s.contents(node)
    return found.kinds <= _PLAIN and all(
        canonical_function(function) in _PLAIN_FUNCTIONS for function, _ in found.calls
    )


def index_letters(node: s.Node, known: frozenset[str] = frozenset()) -> list[str]:
    """The letters at index places of this node itself, in reading order (names in `known` are no letters)."""
    indices: tuple[s.Node, ...] = ()
    if isinstance(node, (s.Subscript, s.Kronecker, s.Derivative)):
        indices = node.indices
    elif isinstance(node, s.Slice):
        indices = (node.index,)
    names = (part for index in indices for _, part in walk(index) if isinstance(part, s.Name))
    return [name.name for name in names if name.name not in known]


def free_letters(node: s.Node, known: frozenset[str] = frozenset()) -> dict[str, int]:
    """How often each index letter stands free: not under a Σ, or an array by entries, that binds it."""
    counts = Counter(index_letters(node, known))
    for part in children(node):
        if not isinstance(part, s.Name):
            counts.update(free_letters(part, known))
    for letter in bound_letters(node):
        counts.pop(letter, None)
    return counts


def bound_letters(node: s.Node) -> tuple[str, ...]:
    """The letters that this node binds."""
    if isinstance(node, (s.Sigma, s.EntriesOf)):
        return tuple(letter.name for letter in node.letters if letter is not None)
    return ()


def factors(node: s.Node) -> list[s.Node]:
    """The factors of a product written by standing side by side or with a sign for products, in order."""
    if isinstance(node, s.Binary) and node.operator in PRODUCTS:
        return [*factors(node.left), *factors(node.right)]
    return [node]


def with_factors(node: s.Node, parts: Iterator[s.Node]) -> s.Node:
    """The same product with other factors, in order; the signs between them stay."""
    if isinstance(node, s.Binary) and node.operator in PRODUCTS:
        left = with_factors(node.left, parts)
        return replace(node, left=left, right=with_factors(node.right, parts))
    return next(parts)


def terms(node: s.Node, positive: bool = True) -> list[tuple[bool, s.Node]]:
    """The terms of a sum with their signs; brackets and single signs are opened."""
    node = s.ungrouped(node)
    if isinstance(node, s.Negative):
        return terms(node.body, not positive)
    if isinstance(node, s.Binary) and node.operator in ("+", "-"):
        return [*terms(node.left, positive), *terms(node.right, positive == (node.operator == "+"))]
    return [(positive, node)]


def bare_name(node: s.Node | None) -> str | None:
    """The name that stands in a node without its brackets, index letters and transposes;
    None where it is more than a name."""
    while isinstance(node, (s.Group, s.Subscript, s.Transposed)):
        node = node.body
    return node.name if isinstance(node, s.Name) else None


def names(root: s.Node, index: bool = False) -> list[s.Name]:
    """The names in a tree that stand for values; or those that are index letters."""
    return [node for path, node in walk(root) if isinstance(node, s.Name) and is_index(root, path) is index]


def is_index(root: s.Node, path: Path) -> bool:
    """Whether the name at `path` is an index letter or a bound letter rather than a variable."""
    node = root
    for step in path:
        parts = children(node)
        part = parts[step]
        if isinstance(node, (s.Subscript, s.Kronecker, s.Derivative)) and any(part is index for index in node.indices):
            return True
        if isinstance(node, s.Slice) or (isinstance(node, s.Apply) and node.function == "basis"):
            return True
        if isinstance(node, (s.Sigma, s.EntriesOf, s.MapsTo)) and part is not node.body:
            return True
        node = part
    return False


def placed_names(node: s.Node) -> Iterator[str]:
    r"""The letters of which a bar says what they stand for, `\big|_{y = Wx + b}`; at a number they vary."""
    for part in s.parts_of(node):
        match part:
            case s.Apply(_, "value at", (_, s.Name(_, name), place)) if not isinstance(place, s.Literal_):
                yield name
