"""Looking into expressions and rebuilding them: paths, substitution, renaming of index letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from .dimensions import Dim, Index, Position, letters_of, replace_in_position
from .expr import Expr, together
from .index_nodes import Delta, Entry, MatrixOf, Named, Partial, SumOver
from .memory import table

_E = TypeVar("_E", bound=Expr)
_V = TypeVar("_V")

Path = tuple[int, ...]
"""Where a part stands: the child numbers from the root down."""

OUTER_LETTERS: Final = "i j k l a b c f g h q r u v w".split()


def at(root: Expr, path: Path) -> Expr:
    """The part of `root` at `path`."""
    for step in path:
        root = root.children[step]
    return root


def replace_at(root: Expr, path: Path, new: Expr) -> Expr:
    """`root` with the part at `path` replaced; nothing else changes, nothing is flattened."""
    if not path:
        return new
    head, *rest = path
    parts = list(root.children)
    parts[head] = replace_at(parts[head], tuple(rest), new)
    return root.rebuilt(tuple(parts))


def nodes_of(*roots: Expr, inside: Callable[[Expr], bool] | None = None) -> Iterator[Expr]:
    """Every different node from the roots down, parents first, each once; of some only what is `inside`."""
    seen: set[Expr] = set()
    stack = [*reversed(roots)]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            if inside is None or inside(node):
                stack.extend(reversed(node.children))


def innermost_first(parts: Iterable[_E]) -> list[_E]:
    """The different parts, each after those that stand in it."""
    return sorted(dict.fromkeys(parts), key=height)


def outermost(parts: Iterable[Expr]) -> list[Expr]:
    """The parts that stand in no other of them, each once."""
    found = list(dict.fromkeys(parts))
    inside: set[Expr] = set()
    for part in found if len(found) > 1 else ():
        stack = list(part.children)
        while stack:
            node = stack.pop()
            if node not in inside:
                inside.add(node)
                stack.extend(node.children)
    return [part for part in found if part not in inside]


def names_in(*roots: Expr) -> list[Named]:
    """The named parts that expressions use, those that others need first."""
    return innermost_first(node for node in nodes_of(*roots) if isinstance(node, Named))


def places(root: Expr, path: Path = (), inside: Callable[[Expr], bool] | None = None) -> Iterator[tuple[Path, Expr]]:
    """Every part with its path, in reading order, shared ones for each place; of some only what is `inside`."""
    stack = [(path, root)]
    while stack:
        here, node = stack.pop()
        yield here, node
        for number in range(len(node.children) - 1, -1, -1) if inside is None or inside(node) else ():
            stack.append(((*here, number), node.children[number]))


def found_in(
    root: Expr, known: dict[Expr, _V], find: Callable[[Expr], _V], parts: Callable[[Expr], Iterable[Expr]] | None = None
) -> _V:
    """What is `known` of a node, which `find` says once it is known of its parts; however deep it is."""
    stack = [root]
    while stack:
        node = stack[-1]
        waiting: list[Expr] | None = None
        if node not in known:
            waiting = [part for part in (node.children if parts is None else parts(node)) if part not in known]
        if waiting:
            stack += waiting
        else:
            if waiting is not None:
                known[node] = find(node)
            stack.pop()
    return known[root]


def substitute(root: Expr, mapping: Mapping[Expr, Expr]) -> Expr:
    """`root` with whole nodes replaced, outermost first. Shared nodes are rebuilt once."""
    return mapped(root, remade, mapping)


def remade(node: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The node over these parts; the very same where they are its own."""
    return node if parts == node.children else node.rebuilt(parts)


def mapped(
    root: Expr, make: Callable[[Expr, tuple[Expr, ...]], Expr], known: Mapping[Expr, Expr] = MappingProxyType({})
) -> Expr:
    """`root` made anew from its leaves up: `make` makes each node out of its made parts,
    once however often it stands there.

    What a `known` node becomes is given; it is not looked into.
    """
    done: dict[Expr, Expr] = dict(known)
    return found_in(root, done, lambda node: make(node, tuple([done[child] for child in node.children])))


def folded(find: Callable[[Expr, list[_V]], _V]) -> Callable[[Expr], _V]:
    """What is found of every node from what was found of its parts: once, as parts are shared, and however deep."""
    known: dict[Expr, _V] = table()

    def at_node(node: Expr) -> _V:
        return find(node, [known[part] for part in node.children])

    def found(root: Expr) -> _V:
        value = known.get(root)
        return found_in(root, known, at_node) if value is None else value

    return found


@folded
def height(_: Expr, below: list[int]) -> int:
    """How deep the node is."""
    return 1 + max(below, default=0)


@folded
def letters_in(root: Expr, below: list[frozenset[Index]]) -> frozenset[Index]:
    """All index letters of `root`, free or bound."""
    return together([letters_of_node(root), *below])


def letters_of_node(node: Expr) -> frozenset[Index]:
    """The letters free in a node and those that it binds itself."""
    if isinstance(node, SumOver):
        return node.free.union(node.indices)
    if isinstance(node, MatrixOf):
        return node.free | letters_of(node.row) | letters_of(node.col)
    return node.free


def fresh_index(dim: Dim, taken: Iterable[str | Index], wish: Iterable[str] = OUTER_LETTERS) -> Index:
    """An index over `dim` with the first letter of `wish` (then i1, i2, …) that is not in `taken`.

    A letter of another place is taken where it runs over another size:
    while there are enough letters, no letter has two ranges.
    """
    used = set(taken)
    free = [letter for letter in wish if letter not in used]
    ranges = {one.name for one in used if isinstance(one, Index) and one.dim is not dim}
    for letter in (*(one for one in free if one not in ranges), *free):
        return Index(letter, dim)
    number = 1
    while f"i{number}" in used:
        number += 1
    return Index(f"i{number}", dim)


def rename(root: Expr, mapping: Mapping[Index, Position]) -> Expr:
    """`root` with its free letters replaced. Bound letters that would capture a new one are renamed too."""
    active = {old: new for old, new in mapping.items() if old in root.free}
    if not active:
        return root
    if not isinstance(root, SumOver | MatrixOf | Entry | Delta | Partial):
        return root.rebuilt(tuple([rename(child, active) for child in root.children]))
    arriving = frozenset[Index]().union(*map(letters_of, active.values()))
    taken = {letter.name for letter in letters_in(root) | arriving}
    for letter in sorted(arriving & (letters_of_node(root) - root.free)):
        active[letter] = new = fresh_index(letter.dim, taken)
        taken.add(new.name)

    def replaced(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple([replaced(one) for one in value])
        return rename(value, active) if isinstance(value, Expr) else replace_in_position(value, active)

    make: Any = type(root)
    return make(*[replaced(getattr(root, name)) for name in root.fields])  # type: ignore[no-any-return]
