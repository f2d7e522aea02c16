"""Letters of a loss that no sum binds: a loss has none, so they are refused before shapes are compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from .. import syntax as s
from ..scope import Scope
from .complaints import fail, quoted


def refuse_free_letters(tree: s.Node, scope: Scope) -> None:
    """Raise the message about an index letter that nothing binds, or about a transposed entry."""
    for entry, vector, index in _entries_as_vectors(tree) if scope.syntax == "latex" else ():
        known = scope.find(vector.name)
        if isinstance(entry, s.Subscript) or known is None or not known.shape.is_matrix:
            _refuse_rows(entry, vector, index, scope)
    use = free_use(tree, frozenset())
    if use is not None:
        _refuse_letter(use[0], use[1], scope)


def free_use(tree: s.Node, bound: frozenset[str]) -> tuple[s.Node, str] | None:
    """The first part that is counted by a letter which no sum around it binds, and that letter."""
    return next(_free_uses(tree, bound), None)


def free_letters(tree: s.Node) -> frozenset[str]:
    """The letters that count something in the tree and that nothing in it binds."""
    return frozenset(letter for _, letter in _free_uses(tree, frozenset()))


def _free_uses(tree: s.Node, bound: frozenset[str]) -> Iterator[tuple[s.Node, str]]:
    waiting = [(tree, bound)]
    while waiting:
        node, bound = waiting.pop()
        below, indices, bound = _opened(node, bound)
        for index in indices:
            for part in s.parts_of(index):
                if isinstance(part, s.Name) and part.name not in bound:
                    yield node, part.name
        waiting.extend((part, bound) for part in reversed(below))


def _opened(node: s.Node, bound: frozenset[str]) -> tuple[list[s.Node], tuple[s.Node, ...], frozenset[str]]:
    """What stands below a part, its own indices, and the letters bound below it."""
    match node:
        case s.Sigma(_, letters, _, body) | s.EntriesOf(_, letters, _, body):
            return [body], (), bound | {letter.name for letter in letters if letter is not None}
        case s.Subscript(_, body, indices):
            return [body], indices, bound
        case s.Slice(_, _, _, index):
            return [], (index,), bound
        case s.Derivative(_, body, variable, indices):
            return [part for part in (body, variable) if part is not None], indices, bound
        case s.Kronecker(_, indices) | s.Apply(_, "basis", indices):
            return [], indices, bound
    return s.children_of(node), (), bound


def sample_letters(tree: s.Node) -> tuple[str, ...]:
    """The matrices whose rows are written with the small letter, as in x_iᵀ w, where the capital occurs too."""
    names = {part.name for part in s.parts_of(tree) if isinstance(part, s.Name)}
    found = {vector.name for _, vector, _ in _entries_as_vectors(tree)}
    return tuple(sorted(name.upper() for name in found if name.upper() != name and name.upper() in names))


def _entries_as_vectors(tree: s.Node) -> Iterator[tuple[s.Node, s.Name, s.Node]]:
    """x_i where only a vector can stand: transposed, or behind a transposed small letter."""
    for part in s.parts_of(tree):
        inner: s.Node | None = None
        if isinstance(part, s.Transposed):
            inner = s.ungrouped(part.body)
        elif isinstance(part, s.Binary) and part.operator == "juxtapose":
            left = s.ungrouped(part.left)
            before = s.ungrouped(left.right) if isinstance(left, s.Binary) and left.operator == "juxtapose" else left
            turned = s.ungrouped(before.body) if isinstance(before, s.Transposed) else None
            if isinstance(turned, s.Name) and turned.name[0].islower():
                inner = s.ungrouped(part.right)
        if isinstance(inner, s.Subscript) and len(inner.indices) == 1:
            vector = s.ungrouped(inner.body)
            if isinstance(vector, s.Name):
                yield inner, vector, inner.indices[0]
        elif isinstance(inner, s.Slice) and inner.way == "sample" and inner.matrix.name == inner.letter.name:
            yield inner, inner.letter, inner.index


def _refuse_rows(node: s.Node, body: s.Name, index: s.Node, scope: Scope) -> NoReturn:
    entry, vector, letter = (quoted(scope.source, part.span) for part in (node, body, index))
    name = vector.strip("`")
    matrix = name.upper() if len(name) == 1 else "X"
    fail(scope, "index-mismatch", f"{entry} is the entry {letter} of the vector {vector}, where a vector was needed",
         (node.span, "a number"),
         help=f"for the rows of a matrix declare it, as in `--shape \"{matrix}: m×n\"`, or write `({matrix}w)_{letter.strip('`')}`")


def _refuse_letter(node: s.Node, letter: str, scope: Scope) -> NoReturn:
    written = quoted(scope.source, node.span)
    latex = scope.syntax == "latex"
    sum_form = f"\\sum_{letter}" if latex else f"sum[{letter}](…)"
    help = f"sum over it with `{sum_form}`"
    if isinstance(node, s.Subscript) and len(node.indices) == 1:
        name = quoted(scope.source, node.body.span).strip("`")
        first = f"{name}_1" if latex else f"{name}[0]"
        help = f"write `{first}` for one entry, or {help}"
    fail(scope, "index-mismatch", f"found {written} with the free letter `{letter}`, where a number or an array was needed",
         (node.span, f"nothing sums over `{letter}`"), help=help)
