r"""One entry of a loss by a letter that nothing sums over, the class y of `-\log\operatorname{softmax}(z)_y`:
z_y is e_yᵀz.

e_y is a vector of its own with a single 1, so that the place stays open: the gradient is softmax(z) − e_y.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from ...diagnostics.record import replace
from .. import syntax as s
from ..scope import Scope, Syntax
from .loss_letters import CALLED, COUNTERS, free_letters


def with_chosen_entries(tree: s.Node, scope: Scope) -> tuple[s.Node, tuple[str, ...], tuple[str, ...]]:
    r"""The tree with inner products for such entries, the names of the vectors, and what to say of them.

    A letter that counts by habit, as i does, is left: there a sum was forgotten. So is one that is declared, one that a
    Σ changes (z_i of w_{z_i}), and that of a function, \rho_\tau(u).
    """
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
        return tree, (), ()
    tree = s.rebuilt(tree, lambda part: at_place(part, free, scope.syntax))
    names = dict.fromkeys(part.name for part in s.parts_of(tree) if isinstance(part, s.Name))
    vectors = tuple(name for name in names if name.startswith("e_") and name[2:] in free)
    return (
        tree,
        vectors,
        tuple(
            f"nothing sums over `{name[2:]}`: it is one fixed place, where the vector `{name}` is 1, and 0 elsewhere"
            for name in vectors
        ),
    )


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
