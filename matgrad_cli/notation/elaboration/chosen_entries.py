r"""One entry of a loss by a letter that nothing sums over, the class y of `-\log\operatorname{softmax}(z)_y`: z_y is e_yᵀz.

e_y is a vector of its own with a single 1, so that the place stays open: the gradient is softmax(z) − e_y.
"""

from __future__ import annotations

from .. import syntax as s
from ..scope import Scope
from .loss_letters import CALLED, COUNTERS, free_letters


def with_chosen_entries(tree: s.Node, scope: Scope) -> tuple[s.Node, tuple[str, ...], tuple[str, ...]]:
    r"""The tree with inner products for such entries, the names of the vectors, and what to say of them.

    A letter that counts by habit, as i does, is left: there a sum was forgotten. So is one that is declared, one that a Σ changes (z_i of
    w_{z_i}), and that of a function, \rho_\tau(u).
    """
    bound = s.letters_bound(tree)
    called = {index.name for part in s.parts_of(tree) if isinstance(part, s.Subscript) and CALLED.match(scope.source.text, part.span.end)
              for index in part.indices if isinstance(index, s.Name)}
    free = {letter for letter in free_letters(tree) - called
            if letter not in COUNTERS and letter.rpartition("_")[2] not in bound
            and scope.find(letter) is None and scope.size(letter) is None and scope.find(f"e_{letter}") is None}
    if not free or scope.syntax not in ("latex", "numpy"):
        return tree, (), ()
    product: s.Operator = "juxtapose" if scope.syntax == "latex" else "@"
    found: dict[str, str] = {}

    def chosen(node: s.Node) -> s.Node:
        match node:
            case s.Apply(span, "log", (s.Binary(_, _, s.Transposed(_, s.Name(_, name)) as vector, inner),)) if name[2:] in free:
                return s.Binary(span, product, vector, s.Apply(span, "log", (inner,)))
            case s.Apply(span, "basis", (s.Name(_, letter),)) if letter in free:
                found.setdefault(letter, scope.source.text[span.start : span.end])
                return s.Name(span, f"e_{letter}")
            case s.Subscript(span, body, (s.Name(_, letter),)) if letter in free:
                found.setdefault(letter, scope.source.text[span.start : span.end])
                return s.Binary(span, product, s.Transposed(span, s.Name(span, f"e_{letter}")), s.Group(body.span, body))
            case s.Slice(span, _, matrix, s.Name(_, letter), way) if letter in free:
                found.setdefault(letter, scope.source.text[span.start : span.end])
                return s.Binary(span, product, matrix if way == "column" else s.Transposed(span, matrix), s.Name(span, f"e_{letter}"))
        return node

    tree = s.rebuilt(tree, chosen)
    said = tuple(f"nothing sums over `{letter}` of `{written}`: it is one fixed place, where the vector `e_{letter}` is 1, and 0 elsewhere"
                 for letter, written in found.items())
    return tree, tuple(f"e_{letter}" for letter in found), said
