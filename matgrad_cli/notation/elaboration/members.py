r"""Which numbered letters of a loss are vectors: x_i of `w^\top x_i`, `\|x_i - \mu\|^2`, `Wx_i - y_i`,
`\mathbf{x}_i` under a Σ over i."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from .. import syntax as s
from ..names import listed
from ..scope import Scope
from ..unknown import LETTERS

_BOLD = regex(r"\\(?:mathbf|boldsymbol|bm|pmb|vec|symbf)\s*\{?\s*\\?$")
_PRODUCTS = ("juxtapose", "@")
_WEIGHTS: Final = frozenset(("alpha", "beta", "gamma", "lambda", "theta", "omega", "pi", "w", "a", "b", "c", "z"))
"""Letters that weigh vectors: w_j of `\\sum_j x_j w_j`."""
_DIRECTIONS: Final = frozenset(("w", "v", "u", "theta", "beta", "omega"))
"""Letters that name a vector of weights: in `w \\cdot x_i` the dot is an inner product;
`a \\cdot x_i` may be a number times another."""


def sample_letters(tree: s.Node, scope: Scope, wrt: str) -> tuple[str, ...]:
    """The matrices whose rows are written as vectors, as in x_iᵀ w:
    the capital where it occurs too, else the letter itself; φ where they are written φ(x_i)."""
    tree = _with_features(tree, scope, wrt)
    counts = Counter(part.name for part in s.parts_of(tree) if isinstance(part, s.Name))
    counts.subtract(body.name for part in s.parts_of(tree) for body in _numbered_capital(part))
    limits = {limit for part in s.parts_of(tree) if isinstance(part, s.Sigma) for limit in part.bounds}
    names = {name for name, count in counts.items() if count > 0} - {
        one.name for one in limits if isinstance(one, s.Name)
    }
    bound = s.letters_bound(tree)
    found: set[str] = set()
    inside = _in_norms(tree)
    lines = [part.right for part in s.parts_of(tree) if isinstance(part, s.Binary) and part.operator == "/"]
    numbers = {member[0] for below in lines for term in s.terms(below) if (member := _member(term))}
    for entry, vector, index in entries_as_vectors(tree):
        name = vector.name
        if name[0].isupper() and id(entry) in inside:
            continue  # A_i of `\|A_i^\top x\|` may be a matrix
        if name.upper() != name and name.upper() in names:
            found.add(name.upper())
        elif scope.find(name) is None and isinstance(index, s.Name) and _counts(index.name, bound):
            found.add(name)
    before: set[str] | None = None if bound else found
    while before != found:  # y_i of `Wx_i - y_i` is a vector because x_i is one
        before = set(found)
        for small, letter in _by_use(tree, scope, found):
            value = scope.find(small.upper())
            new = scope.find(small) is None and small not in found | numbers
            if _counts(letter, bound) and new and (value is None or value.shape.is_matrix):
                found.add(small.upper() if value is not None else small)
    return tuple(sorted(found))


def _numbered_capital(part: s.Node) -> tuple[s.Name, ...]:
    """R of R_t, which is no matrix with the rows r_t."""
    match part:
        case s.Subscript(_, s.Name(_, name) as body, (s.Name(),)) if name[0].isupper():
            return (body,)
    return ()


def with_rows(tree: s.Node, scope: Scope) -> tuple[s.Node, tuple[str, ...]]:
    r"""The tree with row j of W for W_j of `e^{W_j x + b_j}`, where a Σ binds j and nothing else is known of W: what is
    taken there is a number. And what to say of it."""
    counts = Counter(part.name for part in s.parts_of(tree) if isinstance(part, s.Name))
    bound, inside = s.letters_bound(tree), _in_norms(tree)
    places: dict[int, tuple[s.Name, s.Name]] = {}
    for part in s.parts_of(tree):
        match part:
            case s.Apply(_, "exp", (body,), ()) | s.Binary(_, "^", s.Name(_, "e"), body):
                for term in s.terms(body):
                    match first := _first(term):
                        case s.Subscript(_, s.Name() as base, (s.Name() as index,)) if (
                            first is not term
                            and base.name[0].isupper()
                            and scope.find(base.name) is None
                            and _counts(index.name, bound)
                            and id(first) not in inside
                        ):
                            places[id(first)] = base, index
    given = Counter(base.name for base, _ in places.values())
    rows = {name for name in given if given[name] == counts[name]}
    if not rows:
        return tree, ()

    def turned(part: s.Node) -> s.Node:
        base, index = places.get(id(part), (None, None))
        if isinstance(part, s.Name) and part.name[:1] in rows and part.name[1:2] == "_":  # that of the label
            base, index = s.Name(part.span, part.name[:1]), s.Name(part.span, part.name[2:])
        if base is None or index is None or base.name not in rows:
            return part
        return s.Transposed(part.span, s.Slice(part.span, base, base, index, "row"))

    said = tuple(f"the `{name}` with one index are the rows of `{name}`, as rows" for name in sorted(rows))
    return s.rebuilt(tree, turned), said


def _in_norms(tree: s.Node) -> set[int]:
    """The parts below a norm, a trace or a determinant: a matrix may stand there."""
    found = (part for part in s.parts_of(tree) if isinstance(part, s.Apply) and part.function in ("norm", "tr", "det"))
    return {id(below) for part in found for below in s.parts_of(part)}


def _with_features(tree: s.Node, scope: Scope, wrt: str) -> s.Node:
    """The tree with φ_n for φ(x_n), where φ is called at the members of one family alone, which is not the variable
    and no declared matrix: what φ makes of them is data. Any other φ(x_n) is a vector as x_n is, and that stands
    for it."""
    called: dict[str, set[str]] = {}
    for part in s.parts_of(tree):
        if isinstance(part, s.Apply) and part.function in LETTERS:
            at = _sample(part)
            family = at[0] if at is not None else wrt
            value = scope.find(family) or scope.find(family.upper())
            declared = value is not None and not value.shape.is_column  # φ of numbers x_n may be a vector
            called.setdefault(part.function, set()).add(wrt if declared else family)

    def row(part: s.Node) -> s.Node:
        at = _sample(part) if isinstance(part, s.Apply) and part.function in called else None
        if at is None or not isinstance(part, s.Apply):
            return part
        data = len(called[part.function]) == 1 and wrt not in called[part.function]
        return s.Subscript(part.span, s.Name(part.span, part.function), (at[1],)) if data else part.arguments[0]

    return s.rebuilt(tree, row) if called else tree


def _sample(call: s.Apply) -> tuple[str, s.Name] | None:
    """x and n of φ(x_n) and of φ(x^{(n)})."""
    match call:
        case s.Apply(_, _, (s.Subscript(_, s.Name(_, family), (s.Name() as index,)),), ()):
            return family, index
        case s.Apply(_, _, (s.Slice(_, letter, _, s.Name() as index, "sample"),), ()):
            return letter.name, index
    return None


def _counts(letter: str, bound: frozenset[str]) -> bool:
    """Whether a Σ binds a letter, or that below it: the i of the label y_i."""
    return letter in bound or letter.rpartition("_")[2] in bound


def arrays_apart(tree: s.Node, scope: Scope, wrt: str) -> tuple[s.Node, tuple[str, ...]]:
    r"""The tree with b_u and b_i as two arrays, where a Σ runs over u and i, and each numbers a side of r_{ui}; and
    with a name of its own for θ_i of `\sum_i θ_i x_i + \sum_{i<j} θ_{ij} x_i x_j`. And what to say of it.

    In `\sum_{u,i} (r_{ui} - b_u - b_i - p_u^\top q_i)^2` u and i run over two sets; the x_i and x_j of
    `W_{ij}\|x_i - x_j\|^2` are rows of one matrix.
    """
    letters: dict[str, set[str]] = {}
    entries: dict[str, str] = {}
    pairs: set[frozenset[str]] = set()
    double: set[str] = set()
    slices = {part.matrix.name for part in s.parts_of(tree) if isinstance(part, s.Slice)}
    for part in s.parts_of(tree):
        match part:
            case s.Subscript(_, s.Name(_, name), (s.Name(_, index),)):
                letters.setdefault(name, set()).add(index)
                entries.setdefault(name, index)
            case s.Slice(_, letter, _, s.Name(_, index)):
                letters.setdefault(letter.name, set()).add(index)
            case s.Subscript(_, s.Name(_, name), (s.Name(_, row), s.Name(_, col))):
                pairs.add(frozenset((row, col)))
                double.add(name)
    alone = {index for over in letters.values() if len(over) == 1 for index in over} & s.letters_bound(tree)
    split = {name for name, over in letters.items() if over in pairs and over <= alone and scope.find(name) is None}
    both = {name for name in entries.keys() & double - slices - split if name != wrt and name[0].islower()}
    both = {name for name in both if (known := scope.find(name)) is None or known.shape.is_matrix}

    def own(node: s.Node) -> s.Node:
        match node:
            case s.Subscript(_, s.Name(place, name), (s.Name(_, index),)) if name in split | both:
                return replace(node, body=s.Name(place, f"{name}_{index if name in split else entries[name]}"))
        return node

    arrays = [listed(f"{name}_{index}" for index in sorted(letters[name])) for name in sorted(split)]
    said = [f"{two} are two arrays, as their letters run over two sets" for two in arrays]
    said += [f"`{name}_{entries[name]}` and `{name}` are two arrays, of one index and of two" for name in sorted(both)]
    return (s.rebuilt(tree, own), tuple(said)) if said else (tree, ())


def entries_as_vectors(tree: s.Node) -> Iterator[tuple[s.Node, s.Name, s.Node]]:
    """x_i where only a vector can stand: transposed, or behind a transposed small letter."""
    for part in s.parts_of(tree):
        inner: s.Node | None = None
        if isinstance(part, s.Transposed):
            inner = s.ungrouped(part.body)
        elif isinstance(part, s.Binary) and part.operator == "juxtapose":
            left = s.ungrouped(part.left)
            before = s.ungrouped(left.right) if isinstance(left, s.Binary) and left.operator == "juxtapose" else left
            turned = s.ungrouped(before.body) if isinstance(before, s.Transposed) else None
            member = isinstance(turned, s.Slice) or (isinstance(turned, s.Subscript) and len(turned.indices) == 1)
            turned = s.ungrouped(turned.body) if isinstance(turned, s.Subscript) else turned
            if member or (isinstance(turned, s.Name) and turned.name[0].islower()):
                inner = s.ungrouped(part.right)
        if isinstance(inner, s.Subscript) and len(inner.indices) == 1:
            vector = s.ungrouped(inner.body)
            if isinstance(vector, s.Name):
                yield inner, vector, inner.indices[0]
        elif isinstance(inner, s.Slice) and inner.way == "sample" and inner.matrix.name == inner.letter.name:
            yield inner, inner.letter, inner.index


def _by_use(tree: s.Node, scope: Scope, known: set[str]) -> Iterator[tuple[str, str]]:
    """x and i, where x_i is bold, stands behind a capital, under a norm, in what is transposed,
    or beside such a vector in a sum."""
    sums = [part for part in s.parts_of(tree) if isinstance(part, s.Binary) and part.operator in ("+", "-")]
    inner = {id(s.ungrouped(part.left)) for part in sums}
    for part in s.parts_of(tree):
        match part:
            case s.Binary(_, "+" | "-") if id(part) in inner:
                continue  # a part of a longer sum
            case s.Subscript() if (member := _member(part)) and _BOLD.search(
                scope.source.text[: part.span.start][-16:]
            ):
                yield member
            case s.Binary(_, "+" | "-", left, right):
                terms = [*s.terms(left), *s.terms(right)]
                if any(_is_vector(term, known) for term in terms):
                    yield from _members(terms)
            case s.Transposed(_, body) if isinstance(s.ungrouped(body), s.Binary):
                yield from _members(s.terms(body))
            case s.Binary(_, "juxtapose", left, s.Group() as right) if isinstance(
                last := s.last_factor(left), s.Transposed
            ) and isinstance(s.ungrouped(last.body), s.Name):  # wᵀ(x_i − x_j)
                yield from _bracket(right)
            case s.Apply(_, "norm", (body,)) if not any(_is_number(term) for term in s.terms(body)):
                yield from _members([side for term in s.terms(body) for side in _sides(_summed(term))])
                for term in s.terms(body):  # W(x_i − x_j)
                    match term:
                        case s.Binary(_, "juxtapose", left, s.Group() as right) if _is_map(left, right, scope):
                            yield from _bracket(right)
            case s.Apply(_, "norm", (body, *_)) if member := _member(body):
                yield member
            case s.Binary(_, "inner", left, right):
                yield from _members([left, right])
            case s.Apply(_, "inner", arguments):
                yield from _members(list(arguments))
            case s.Binary(_, "dot", left, right):  # w·x_i
                sides = ((right, left), (left, right))
                beside = [one for one, other in sides if any(_is_vector(term, known) for term in s.terms(other))]
                yield from (found for found in _members(beside) if found[0] not in _WEIGHTS)
                yield from _members([s.last_factor(one) for one, other in sides if _is_direction(other, tree, scope)])
            case s.Binary(_, "juxtapose", left, right) if (
                (name := _last(left)) and name[0].isupper() and (member := _member(right))
            ):
                yield member


def _is_direction(node: s.Node, tree: s.Node, scope: Scope) -> bool:
    """Whether the factor beside a dot is a vector: a letter of weights, a bold one, or one whose norm is taken."""
    node = s.last_factor(node)  # y_i w · x_i
    if not isinstance(node, s.Name) or not node.name[0].islower() or node.name in scope.letters:
        return False
    known = scope.find(node.name)
    if known is not None:
        return known.shape.is_column
    norms = [part for part in s.parts_of(tree) if isinstance(part, s.Apply) and part.function == "norm"]
    normed = any(getattr(s.ungrouped(norm.arguments[0]), "name", "") == node.name for norm in norms)
    return node.name in _DIRECTIONS or normed or _BOLD.search(scope.source.text[: node.span.start][-16:]) is not None


def _bracket(node: s.Node) -> Iterator[tuple[str, str]]:
    """The members among the terms of a sum of vectors behind a matrix."""
    terms = s.terms(node)
    yield from () if any(map(_is_number, terms)) else _members(terms)


def _is_map(left: s.Node, bracket: s.Node, scope: Scope) -> bool:
    """Whether a matrix stands in front of a bracket of vectors: in b(t_i − c) a vector may stand before a number."""
    factor = s.last_factor(left)
    factor = s.ungrouped(factor.body) if isinstance(factor, s.Subscript) else factor
    small = isinstance(factor, s.Name) and factor.name[0].islower()
    known = scope.find(factor.name) if isinstance(factor, s.Name) else None
    beside = [scope.find(term.name) for term in s.terms(bracket) if isinstance(term, s.Name)]
    return not (small or (known and known.shape.is_column) or any(one and one.shape.is_number for one in beside))


def _members(terms: list[s.Node]) -> Iterator[tuple[str, str]]:
    """The members among the terms of a vector; also a capital's X_i beside a small letter, X_i − μ."""
    capitals = any(isinstance(term := s.ungrouped(one), s.Name) and term.name[0].islower() for one in terms)
    yield from (member for term in terms if (member := _member(term, capitals)) is not None)


def _member(node: s.Node, capitals: bool = False) -> tuple[str, str] | None:
    """x and i of a small letter's x_i."""
    match s.ungrouped(node):
        case s.Subscript(_, body, (s.Name(_, index),)):
            body = s.ungrouped(body)
            ours = isinstance(body, s.Name) and (capitals or body.name[0].islower())
            return (body.name, index) if isinstance(body, s.Name) and ours else None
    return None


def _sides(term: s.Node) -> tuple[s.Node, ...]:
    """Both sides of a ∘, or the term."""
    inner = s.ungrouped(term)
    return (inner.left, inner.right) if isinstance(inner, s.Binary) and inner.operator == "hadamard" else (term,)


def _summed(term: s.Node) -> s.Node:
    """d_k of a combination Σ_k α_k d_k, x_j of Σ_j x_j β_j: a Greek letter weighs, else the first;
    any other term itself."""
    inner = term
    while isinstance(inner, s.Sigma):
        inner = s.ungrouped(inner.body)
    if inner is term or not (isinstance(inner, s.Binary) and inner.operator == "juxtapose"):
        return term
    last, before = s.last_factor(inner), s.last_factor(inner.left)
    member, other = _member(last), _member(before)
    weighs = member is not None and other is not None and member[0] in _WEIGHTS and other[0] not in _WEIGHTS
    return before if weighs else last


def _first(node: s.Node) -> s.Node:
    node = s.ungrouped(node)
    while isinstance(node, s.Binary) and node.operator in _PRODUCTS:
        node = s.ungrouped(node.left)
    return node


def _last(node: s.Node) -> str | None:
    """The name of the last factor of a product, transposed or not."""
    node = s.last_factor(node, _PRODUCTS)
    node = s.ungrouped(node.body) if isinstance(node, s.Transposed) else node
    return node.name if isinstance(node, s.Name) else None


def _is_vector(term: s.Node, known: set[str]) -> bool:
    """Whether a term is a vector by its form: a row of a known family,
    or a product `W x_i` that begins with a capital."""
    if isinstance(term, s.Slice):
        return True
    if (member := _member(term)) is not None:
        return member[0] in known
    if not (isinstance(term, s.Binary) and term.operator in _PRODUCTS):
        return False
    first, last = _first(term), s.ungrouped(term.right)
    first = s.ungrouped(first.body) if isinstance(first, s.Transposed) else first
    behind = isinstance(last, s.Slice) or ((member := _member(last)) is not None and member[0] in known)
    return behind and isinstance(first, s.Name) and first.name[0].isupper()


def _is_number(term: s.Node) -> bool:
    """Whether a term is a number by its form: `w^\\top x_i`."""
    first = _first(term)
    turned = s.ungrouped(first.body) if isinstance(first, s.Transposed) else None
    turned = s.ungrouped(turned.body) if isinstance(turned, s.Subscript) else turned
    return isinstance(turned, s.Name) and turned.name[0].islower()
