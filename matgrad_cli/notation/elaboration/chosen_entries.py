r"""One entry of a loss by a letter that nothing sums over, the class y of `-\log\operatorname{softmax}(z)_y`:
z_y is e_yᵀz.

e_y is a vector of its own with a single 1, so that the place stays open: the gradient is softmax(z) − e_y. The label
y_i of `\sum_i w_{y_i}^\top x_i` is row i of a matrix Y of such rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping

from ...diagnostics.record import replace
from .. import syntax as s
from ..expression.vocabulary import ELEMENTWISE_NAMES
from ..names import listed
from ..scope import Scope, Syntax
from .loss_letters import CALLED, COUNTERS, free_letters, own_indices


def with_chosen_entries(tree: s.Node, scope: Scope) -> tuple[s.Node, tuple[str, ...], tuple[str, ...]]:
    r"""The tree with inner products for such entries, the names of the vectors, and what to say of them.

    A letter that counts by habit, as i does, is left: there a sum was forgotten. So is one that is declared, one that a
    Σ changes (z_i of w_{z_i}), and that of a function, \rho_\tau(u).
    """
    tree, matrices, said = _with_labels(tree, scope) if scope.syntax == "latex" else (tree, (), ())
    bound = s.letters_bound(tree)
    entries = (part for part in s.parts_of(tree) if isinstance(part, s.Subscript))
    called = [part.indices for part in entries if CALLED.match(scope.source.text, part.span.end)]
    letters = free_letters(tree) - COUNTERS - {name for indices in called for name in _letters_of(indices)}
    open_ = {letter for letter in letters if letter.rpartition("_")[2] not in bound and scope.size(letter) is None}
    free = {letter for letter in open_ if scope.find(letter) is None and scope.find(f"e_{letter}") is None}
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
        names_of = (index.name for index in own_indices(node) if isinstance(index, s.Name))
        label = next(filter(labels.__contains__, names_of), "")
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


def _letters_of(parts: Iterable[s.Node]) -> tuple[str, ...]:
    return tuple([part.name for part in parts if isinstance(part, s.Name)])


def letters_of_pairs(tree: s.Node) -> frozenset[str]:
    """The letters of names such as A_ij, which may be entries, where each of these letters stands again."""
    names = _letters_of(s.parts_of(tree))
    tails = [name[2:] for name in names if len(name) == 4 and name[1] == "_" and COUNTERS.issuperset(name[2:])]
    counts = Counter([*"".join(tails), *names])
    return frozenset("".join(tails)) if all(counts[letter] > 1 for letter in "".join(tails)) else frozenset()


def repeated(tree: s.Node) -> tuple[s.Node, tuple[str, ...]]:
    r"""The tree with a Σ over every letter that stands twice in a product and that nothing binds, as Einstein writes
    `x_i A_{ij} x_j`. And what to say of it.

    A letter of a small x_{ij} beside y_i may number a sample: there it is left.
    """
    free = free_letters(tree)
    entries = [part for part in s.parts_of(tree) if isinstance(part, s.Subscript) and isinstance(part.body, s.Name)]
    two = [part for part in entries if len(free.intersection(_letters_of(part.indices))) > 1]
    small = any(name[0].islower() and len(name) == 1 for name in _letters_of(part.body for part in two))
    if not two or free & s.letters_bound(tree) or (small and any(len(part.indices) == 1 for part in entries)):
        return tree, ()
    try:
        found, left = _summed(tree, free)
    except ValueError:
        return tree, ()
    twice = f"{listed(sorted(free))} stand twice in a product, and nothing sums over them: they are summed over"
    return (tree, ()) if left else (found, (f"{twice}, as Einstein does",))


def _summed(node: s.Node, free: frozenset[str], inside: bool = False) -> tuple[s.Node, Counter[str]]:
    """The part with sums over what stands twice in it, unless it is a factor `inside` a product, and how often the
    letters stand over which it has none; ValueError where that differs in a sum, or it is neither sum nor product."""
    match node:
        case s.Subscript(_, _, indices):
            open_ = Counter(letter for letter in _letters_of(indices) if letter in free)
        case s.Binary(_, "juxtapose" | "dot" | "*", left, right):
            (first, one), (second, other) = (
                _summed(side, free, isinstance(side, s.Binary | s.Subscript)) for side in (left, right)
            )
            node, open_ = replace(node, left=first, right=second), one + other
        case _:
            parts = [_summed(part, free) for part in s.children(node)]
            entrywise = isinstance(node, s.Apply) and node.function in ELEMENTWISE_NAMES and len(parts) == 1
            if entrywise and isinstance(parts[0][0], s.Sigma) and parts[0][0].span.end == node.span.end:
                raise ValueError  # of `\log p_{ij} y_{ij}`, without brackets, the logarithm or its argument is summed
            adds = entrywise or isinstance(node, s.Group | s.Negative)
            adds = adds or (isinstance(node, s.Binary) and node.operator in ("+", "-"))
            if any(found for _, found in parts) and not (adds and all(found == parts[0][1] for _, found in parts)):
                raise ValueError
            return s.with_children(node, tuple([part for part, _ in parts])), parts[0][1] if adds else Counter()
    twice = tuple(sorted(letter for letter, count in open_.items() if count == 2))
    if any(count > 2 for count in open_.values()):
        raise ValueError
    if inside or not twice:
        return node, open_
    letters = tuple([s.Name(node.span, letter) for letter in twice])
    return s.Sigma(node.span, letters, (None,) * len(twice), node), Counter(dict.fromkeys(open_.keys() - {*twice}, 1))


def of_one_sample(tree: s.Node, scope: Scope, wrt: str) -> tuple[s.Node, tuple[str, ...]]:
    r"""The tree with y_i and x_i of `(y_i - w^\top x_i)^2` as names by themselves, where nothing sums over i and they
    are used in no other way: the loss of one sample. h_{t-1} and h_{t+1} beside h_t are two more. And what to say.

    Below a Σ over another letter x_i is a slip, unless it is x_ij.
    """
    counts = Counter(part.name for part in s.parts_of(tree) if isinstance(part, s.Name))
    members: list[tuple[str, str]] = []
    used: Counter[str] = Counter()
    for part in s.parts_of(tree):
        if (found := _numbered(part)) is not None and not CALLED.match(scope.source.text, part.span.end):
            members.append(found[:2])
            used.update({found[0]: 1 + isinstance(part, s.Slice), found[1]: 1})
    free = {letter for _, letter in members if letter in COUNTERS and letter not in scope.sizes}
    free -= s.letters_bound(tree)
    summed = [part for sigma in s.parts_of(tree) if isinstance(sigma, s.Sigma) for part in s.parts_of(sigma.body)]
    free -= {found[1] for part in summed if len(own_indices(part)) == 1 and (found := _numbered(part))}  # a slip
    bases = {base for base, _ in members if base != wrt and (base == base.upper() or base.upper() not in counts)}
    bases = {base for base in bases if scope.find(base.upper()) is None}
    named = {name for name in free | bases if counts[name] == used[name] and scope.find(name) is None}
    while lost := {name for pair in members if not named.issuperset(pair) for name in pair} & named:
        named -= lost
    names: dict[str, str] = {}

    def name_of(part: s.Node) -> s.Node:
        found = _numbered(part)
        if found is None or found[0] not in named:
            return part
        names[found[0] + found[2]] = found[1]
        name = s.Name(part.span, found[0] + found[2])
        two = isinstance(part, s.Subscript) and len(part.indices) == 2  # x_{ij}: entry j of x_i
        return s.Subscript(part.span, name, part.indices[1:]) if two and isinstance(part, s.Subscript) else name

    tree = s.rebuilt(tree, name_of) if named else tree
    if not names:
        return tree, ()
    said = listed(sorted(names))
    letters = " or ".join(f"`{letter}`" for letter in sorted(set(names.values())))
    own = "are names by themselves" if len(names) > 1 else "is a name by itself"
    return tree, (f"nothing sums over {letters}: {said} {own}",)


def _numbered(part: s.Node) -> tuple[str, str, str] | None:
    """x, i and what stands behind x in the name of x_i or x_ij: `_i`, and `_prev` or `_next` of its neighbours."""
    match part:
        case s.Subscript(_, s.Name(_, base), (index, *_)) | s.Slice(_, s.Name(_, base), _, index, "sample"):
            pass
        case _:
            return None
    match index:
        case s.Name(_, letter):
            return base, letter, f"_{letter}"
        case s.Binary(_, "+" | "-" as sign, s.Name(_, letter), s.Literal_(_, step)) if step == 1:
            return base, letter, "_next" if sign == "+" else "_prev"
    return None


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
        case s.Derivative(span, _, _, (s.Name(_, letter),)) if letter in letters:
            whole = s.Group(span, replace(node, indices=()))
            return s.Binary(span, product, s.Transposed(span, s.Name(span, f"e_{letter}")), whole)
        case s.Slice(span, _, matrix, s.Name(_, letter)) if letter in letters:
            turned = matrix if node.is_column else s.Transposed(span, matrix)
            return s.Binary(span, product, turned, s.Name(span, f"e_{letter}"))
        case s.Kronecker(span, (other, s.Name(_, letter))) if letter in letters:
            return s.Subscript(span, s.Name(span, f"e_{letter}"), (other,))
        case s.Kronecker(span, (s.Name(_, letter), other)) if letter in letters:
            return s.Subscript(span, s.Name(span, f"e_{letter}"), (other,))
    return node


def places(variables: Mapping[str, str]) -> frozenset[str]:
    """The letters of such places in a loss that was read: y where e_y is a vector and y is nothing."""
    letters = (name[2:] for name, kind in variables.items() if name.startswith("e_") and kind == "vector")
    return frozenset(letter for letter in letters if letter not in COUNTERS and letter not in variables)
