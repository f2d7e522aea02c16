"""Index letters as people write them: brackets forgotten after a Σ, Einstein sums, letters used twice."""

from __future__ import annotations

from collections.abc import Iterable

from ...diagnostics import Span
from ...diagnostics.record import field, mutable, record, replace
from ...notation import syntax as s
from .syntax_walk import PRODUCTS, bound_letters, children, free_letters, index_letters, with_children

_CHAINED = (*PRODUCTS, "/")


@record
class Reuse:
    """A letter that cannot stand where it stands: it is summed inside a bracket already, or stands a third time."""

    letter: str
    span: Span
    message: str


@mutable
class Letters:
    """What was done to one expression: the letters summed without Σ, or under a Σ that names none, the brackets
    restored, the letters misused."""

    fixed: frozenset[str]
    known: frozenset[str]
    summed: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    reused: list[Reuse] = field(default_factory=list)


def read_letters(node: s.Node, fixed: Iterable[str], known: Iterable[str] = ()) -> tuple[s.Node, Letters]:
    """The tree with a Σ for every Einstein sum and with forgotten brackets restored;
    `fixed` letters are never summed."""
    letters = Letters(frozenset(fixed), frozenset(known))
    node = _restored(node, letters, letters.fixed)
    node, _ = _summed(node, letters, letters.fixed)
    return node, letters


# ---- forgotten brackets: Σ_ij a_ij − b_ij


def _restored(node: s.Node, letters: Letters, bound: frozenset[str]) -> s.Node:
    """Σ_i a_i − b_i with i free nowhere else becomes Σ_i (a_i − b_i)."""
    below = bound | frozenset(bound_letters(node))
    parts = tuple(_restored(part, letters, below) for part in children(node))
    node = with_children(node, parts) if parts else node
    if isinstance(node, s.Binary) and node.operator in ("+", "-"):
        loose = [letter for letter in free_letters(node.right, letters.known) if letter not in bound]
        if loose:
            inside = _extended(node.left, frozenset(loose), node, letters)
            if inside is not None:
                for letter in loose:
                    if letter not in letters.restored:
                        letters.restored.append(letter)
                return inside
    return node


def _extended(left: s.Node, loose: frozenset[str], whole: s.Binary, letters: Letters) -> s.Node | None:
    """`left` with its last Σ over (some of) the loose letters taking in the right side of `whole`;
    None if there is none."""
    if isinstance(left, s.Sigma):
        mine = loose & frozenset(bound_letters(left))
        rest = loose - mine
        if mine and not rest:
            body = replace(whole, left=left.body, span=left.body.span.joined(whole.right.span))
            return replace(left, body=body, span=left.span.joined(whole.right.span))
        deeper = _extended(left.body, rest, whole, letters) if rest else None
        return replace(left, body=deeper, span=left.span.joined(whole.right.span)) if deeper is not None else None
    place = "body" if isinstance(left, s.Negative) else "right"
    if isinstance(left, s.Negative) or (isinstance(left, s.Binary) and left.operator in (*PRODUCTS, "+", "-")):
        inside = _extended(getattr(left, place), loose, whole, letters)
        return replace(left, **{place: inside}, span=left.span.joined(whole.right.span)) if inside is not None else None
    return None


# ---- Einstein sums


def _summed(node: s.Node, letters: Letters, bound: frozenset[str]) -> tuple[s.Node, frozenset[str]]:
    """The tree with Einstein sums written out, and the letters that were summed anywhere inside."""
    if isinstance(node, (s.Sigma, s.EntriesOf)):
        below = bound | frozenset(bound_letters(node))
        parts = [
            _summed(part, letters, below) if not isinstance(part, s.Name) else (part, frozenset[str]())
            for part in children(node)
        ]
        return with_children(node, tuple(part for part, _ in parts)), frozenset().union(*(inner for _, inner in parts))
    if isinstance(node, s.Binary) and node.operator in ("+", "-"):
        before = list(letters.summed), list(letters.reused)
        left, first = _summed(node.left, letters, bound)
        right, second = _summed(node.right, letters, bound)
        if each := _of_each(node, first, second, letters.known) - bound:
            letters.summed, letters.reused = before
            left, first = _summed(node.left, letters, bound | each)
            right, second = _summed(node.right, letters, bound | each)
        return replace(node, left=left, right=right), first | second
    if isinstance(node, (s.Negative, s.Group, s.Derivative, s.Differential_)):
        body, inner = (None, frozenset[str]()) if node.body is None else _summed(node.body, letters, bound)
        return replace(node, body=body), inner
    return _product(node, letters, bound)


def _of_each(node: s.Binary, first: frozenset[str], second: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    """The letters of terms that speak of each sample, `e^{x_i^⊤ w} - y_i x_i^⊤ w`: summed in the one, free in the
    other, and left free they are free in both alike."""
    left, right = (frozenset(free_letters(side, known)) for side in (node.left, node.right))
    each = (first & right - second) | (second & left - first)
    return each if left - (first - each) == right - (second - each) else frozenset()


def _product(node: s.Node, letters: Letters, bound: frozenset[str]) -> tuple[s.Node, frozenset[str]]:
    """A product, or a single factor: letters that stand twice and are not bound are summed over it."""
    inner: set[str] = set()
    counts: dict[str, int] = {}
    brackets: list[tuple[s.Node, frozenset[str]]] = []

    def factor(part: s.Node) -> s.Node:
        if isinstance(part, s.Binary) and part.operator in _CHAINED:
            return replace(part, left=factor(part.left), right=factor(part.right))
        new, below = _atom(part, letters, bound)
        inner.update(below)
        brackets.append((part, below))
        for letter, count in _occurrences(new, letters.known).items():
            counts[letter] = counts.get(letter, 0) + count
        return new

    result = factor(node)
    _look_for_reuse(brackets, counts, letters, bound)
    twice = [letter for letter, count in counts.items() if count >= 2 and letter not in bound and letter not in inner]
    for letter in twice:
        if letter not in letters.summed:
            letters.summed.append(letter)
    if twice:
        names = tuple(s.Name(node.span, letter) for letter in twice)
        result = s.Sigma(node.span, names, (None,) * len(names), result)
    return result, frozenset(inner | set(twice))


def _atom(part: s.Node, letters: Letters, bound: frozenset[str]) -> tuple[s.Node, frozenset[str]]:
    """A factor: what stands in brackets, under a power or in a function has sums of its own; a Σ without a letter runs
    over the one that nothing else binds."""
    match part:
        case s.Apply(span, "sum", (body,), ()) if len(loose := free_letters(body, letters.known).keys() - bound) == 1:
            letters.bare += loose - {*letters.bare}
            part = s.Sigma(span, tuple(s.Name(span, letter) for letter in loose), (None,), body)
    if isinstance(part, (s.Group, s.Negative, s.Sigma, s.EntriesOf, s.Derivative, s.Differential_)) or (
        isinstance(part, s.Binary) and part.operator in ("+", "-")
    ):
        return _summed(part, letters, bound)
    if isinstance(part, s.Binary) and part.operator in ("^", "**"):
        base, inner = _atom(part.left, letters, bound)
        return replace(part, left=base), inner
    if isinstance(part, (s.Apply, s.Transposed, s.Inverted)):
        pairs = [_summed(argument, letters, bound) for argument in children(part)]
        inner = frozenset().union(*(below for _, below in pairs)) if pairs else frozenset()
        return with_children(part, tuple(new for new, _ in pairs)), inner
    return part, frozenset()


def _occurrences(part: s.Node, known: frozenset[str]) -> dict[str, int]:
    """How often letters stand in a factor: one entry may hold a letter twice, a bracket counts once, a square twice."""
    part = s.ungrouped(part)
    if isinstance(part, (s.Subscript, s.Kronecker, s.Slice)) and not any(
        isinstance(child, (s.Binary, s.Group)) for child in children(part)
    ):
        return {letter: index_letters(part, known).count(letter) for letter in index_letters(part, known)}
    if (
        isinstance(part, s.Binary)
        and part.operator in ("^", "**")
        and getattr(s.ungrouped(part.right), "value", None) == 2
    ):
        return dict.fromkeys(free_letters(part.left, known), 2)
    return dict.fromkeys(free_letters(part, known), 1)


def fixed_letters(node: s.Node | None, other: s.Node | None) -> frozenset[str]:
    """The letters that are no Einstein sum, as they are free on the other side, or number the vectors x_i on both sides
    and cannot be summed on the other; beside 0, for each of them, those that no Σ binds where others are bound,
    and those above and below one fraction."""
    if node is None or other is None:
        return frozenset()
    there, letters = read_letters(other, ())
    summed = frozenset(read_letters(node, ())[1].summed)
    fractions = [part for part in s.parts_of(node) if isinstance(part, s.Binary) and part.operator == "/"]
    divided = frozenset().union(*(free_letters(one.left).keys() & free_letters(one.right).keys() for one in fractions))
    if getattr(s.ungrouped(other), "value", None) == 0:
        return summed if any(map(bound_letters, s.parts_of(node))) else summed & divided
    numbers = _numbering(node) & _numbering(other) & {reuse.letter for reuse in letters.reused}
    return (numbers | summed & free_letters(there).keys() | divided) & free_letters(other).keys()


def _numbering(node: s.Node) -> frozenset[str]:
    """The letters that number rows or columns."""
    slices = [part for part in s.parts_of(node) if isinstance(part, s.Slice)]
    return frozenset(part.index.name for part in slices if isinstance(part.index, s.Name))


def _look_for_reuse(
    brackets: list[tuple[s.Node, frozenset[str]]], counts: dict[str, int], letters: Letters, bound: frozenset[str]
) -> None:
    """A letter summed inside one bracket may recur inside another bracket, not outside; and never three times."""
    for part, below in brackets:
        for other, inner in brackets:
            if other is part:
                continue
            for letter in below:
                if letter in free_letters(other, letters.known) and letter not in inner and letter not in bound:
                    message = (
                        f"`{letter}` is summed inside a bracket already, so it cannot stand outside it in "
                        f"the same product"
                    )
                    _remember(letters, Reuse(letter, place_of(other, letter, letters.known), message))
    for letter, count in counts.items():
        if count > 2 and letter not in bound:
            last = [part for part, _ in brackets if letter in free_letters(part, letters.known)][-1]
            message = (
                f"`{letter}` stands {count} times in one product without Σ: an index that is summed stands "
                f"exactly twice"
            )
            _remember(letters, Reuse(letter, place_of(last, letter, letters.known), message))


def _remember(letters: Letters, found: Reuse) -> None:
    if all(reuse.letter != found.letter for reuse in letters.reused):
        letters.reused.append(found)


def place_of(node: s.Node, letter: str, known: frozenset[str] = frozenset()) -> Span:
    """The smallest part that carries the letter as an index."""
    for part in children(node):
        if not isinstance(part, s.Name) and letter in free_letters(part, known):
            return place_of(part, letter, known)
    return node.span
