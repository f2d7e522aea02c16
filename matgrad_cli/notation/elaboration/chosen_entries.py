r"""One entry of a loss by a letter that nothing sums over, the class y of `-\log\operatorname{softmax}(z)_y`:
z_y is e_yᵀz.

e_y is a vector of its own with a single 1, so that the place stays open: the gradient is softmax(z) − e_y. The label
y_i of `\sum_i w_{y_i}^\top x_i` is row i of a matrix Y of such rows.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from ...diagnostics.record import replace
from .. import syntax as s
from ..scope import Scope, Syntax
from .loss_letters import CALLED, COUNTERS, free_letters, own_indices


def with_chosen_entries(tree: s.Node, scope: Scope) -> tuple[s.Node, tuple[str, ...], tuple[str, ...]]:
    r"""The tree with inner products for such entries, the names of the vectors, and what to say of them.

    A letter that counts by habit, as i does, is left: there a sum was forgotten. So is one that is declared, one that a
    Σ changes (z_i of w_{z_i}), and that of a function, \rho_\tau(u).
    """
    tree, matrices, said = _with_labels(tree, scope) if scope.syntax == "latex" else (tree, (), ())
    bound = s.letters_bound(tree)
    called = {
        index.name
        for part in s.parts_of(tree)
        if isinstance(part, s.Subscript) and CALLED.match(scope.source.text, part.span.end)
        for index in part.indices
        if isinstance(index, s.Name)
    }
    free = {
        letter
        for letter in free_letters(tree) - called
        if letter not in COUNTERS
        and letter.rpartition("_")[2] not in bound
        and scope.find(letter) is None
        and scope.size(letter) is None
        and scope.find(f"e_{letter}") is None
    }
    if not free or scope.syntax not in ("latex", "numpy"):
        return tree, matrices, said
    tree = s.rebuilt(tree, lambda part: at_place(part, free, scope.syntax))
    names = dict.fromkeys(part.name for part in s.parts_of(tree) if isinstance(part, s.Name))
    vectors = tuple(name for name in names if name.startswith("e_") and name[2:] in free)
    one = "it is one fixed place, where the vector `{}` is 1, and 0 elsewhere"
    notes = tuple([f"nothing sums over `{name[2:]}`: {one.format(name)}" for name in vectors])
    return tree, (*matrices, *vectors), (*said, *notes)


def _with_labels(tree: s.Node, scope: Scope) -> tuple[s.Node, tuple[str, ...], tuple[str, ...]]:
    r"""The tree with Σ_c Y_ic w_c for w_{y_i}, which of the w_c a label names, where y stands nowhere else; the new
    matrices Y, and what to say of them."""
    bound, names = s.letters_bound(tree), {part.name for part in s.parts_of(tree) if isinstance(part, s.Name)}
    labels: dict[str, tuple[str, str]] = {}
    for letter in free_letters(tree):
        head, _, tail = letter.rpartition("_")
        known = scope.find(head.upper())
        open_ = head.upper() not in names if known is None else known.shape.is_matrix
        label = len(head) == 1 and head.islower() and head not in names and scope.size(head) is None
        if label and open_ and tail in bound:
            labels[letter] = head.upper(), tail
    fresh = next((letter for letter in "ckmpqr" if letter not in names), None)
    if not labels or fresh is None:
        return tree, (), ()
    chosen: list[s.Node] = []

    def summed(node: s.Node) -> s.Node:
        inner = s.ungrouped(node.arguments[0]) if isinstance(node, s.Apply) and node.function == "log" else None
        if isinstance(inner, s.Sigma) and isinstance(inner.body, s.Binary) and inner in chosen:  # log of the one chosen
            return replace(inner, body=replace(inner.body, right=s.Apply(node.span, "log", (inner.body.right,))))
        label = next(
            (index.name for index in own_indices(node) if isinstance(index, s.Name) and index.name in labels), ""
        )
        if not label:
            return node
        matrix, index = (s.Name(node.span, name) for name in labels[label])
        own = s.Name(node.span, fresh)
        if isinstance(node, s.Kronecker):
            return s.Subscript(node.span, matrix, (index, node.indices[0]))
        named = replace(node, way="column" if node.is_column else "row") if isinstance(node, s.Slice) else node
        body = s.rebuilt(named, lambda part: own if isinstance(part, s.Name) and part.name == label else part)
        entry = s.Subscript(node.span, matrix, (index, own))
        chosen.append(s.Sigma(node.span, (own,), (None,), s.Binary(node.span, "juxtapose", entry, body)))
        return chosen[-1]

    whose = dict.fromkeys(labels.values())
    notes = (
        f"row {index} of `{name}` is 1 at the label `{name.lower()}_{index}`, and 0 elsewhere" for name, index in whose
    )
    new = tuple([name for name, _ in whose if scope.find(name) is None])
    return s.rebuilt(tree, summed), new, tuple(notes)


def at_place(node: s.Node, letters: Container[str], syntax: Syntax) -> s.Node:
    """What a part at the place of one of the letters is by the vector that is 1 there; any other part itself."""
    product: s.Operator = "juxtapose" if syntax == "latex" else "@"
    match node:
        case s.Apply(span, "log", (s.Binary(_, _, s.Transposed(_, s.Name(_, name)) as vector, inner),)) if (
            name[2:] in letters
        ):
            return s.Binary(span, product, vector, s.Apply(span, "log", (inner,)))
        case s.Apply(span, "basis", (s.Name(_, letter),)) if letter in letters:
            return s.Name(span, f"e_{letter}")
        case s.Subscript(span, body, (s.Name(_, letter),)) if letter in letters:
            return s.Binary(span, product, s.Transposed(span, s.Name(span, f"e_{letter}")), s.Group(body.span, body))
        case s.Slice(span, _, matrix, s.Name(_, letter)) if letter in letters:
            return s.Binary(
                span, product, matrix if node.is_column else s.Transposed(span, matrix), s.Name(span, f"e_{letter}")
            )
        case s.Kronecker(span, (other, s.Name(_, letter))) | s.Kronecker(span, (s.Name(_, letter), other)) if (
            letter in letters
        ):
            return s.Subscript(span, s.Name(span, f"e_{letter}"), (other,))
        case s.Derivative(span, _, _, (s.Name(_, letter),)) if letter in letters:
            return s.Binary(
                span, product, s.Transposed(span, s.Name(span, f"e_{letter}")), s.Group(span, replace(node, indices=()))
            )
    return node


def places(variables: Mapping[str, str]) -> frozenset[str]:
    """The letters of such places in a loss that was read: y where e_y is a vector and y is nothing."""
    letters = (name[2:] for name, kind in variables.items() if name.startswith("e_") and kind == "vector")
    return frozenset(letter for letter in letters if letter not in COUNTERS and letter not in variables)
