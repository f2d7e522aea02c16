r"""What the same signs may also say: a trace or a derivative that reaches further than its bracket,
bars that are no norm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from ...diagnostics import MatgradError, Source
from ...diagnostics.record import replace
from ...ir import Expr
from ...notation import syntax as s
from ...notation.elaboration.elaborate import read_node
from ..chain import Chain, Outcome
from ..lines.functions import gradients_at
from ..lines.kinds import Clash, pairings
from ..lines.reading import Read, Side, read_side
from ..lines.scope import Surroundings
from ..lines.syntax_walk import PRODUCTS, factors, rebuilt, with_children
from ..lines.variables import flat_vectors
from ..slips.causes import Slip

Change = Callable[[s.Node], s.Node | None]
Reading = tuple[str, Callable[[s.Node, Surroundings], s.Node | None], frozenset[object]]
"""What the same signs may also say: in words, the tree that says it (None where it says nothing else),
and what must stand in a tree for that: kinds of nodes, operators."""
BodyOf = Callable[[s.Node, s.Binary], s.Node | None]
"""What stands under a sign, if it may take in the rest of this product."""


Readings = Iterable[tuple[str, s.Node]]
Fits = Callable[[Read], object]


def readings(
    of: Sequence[Reading], node: s.Node, around: Surroundings, together: bool = False
) -> Iterator[tuple[str, s.Node]]:
    """The trees of these readings, each with what it is; last, `together`, all of them at once."""
    found, combined = 0, node
    marks: frozenset[object] = s.contents(node).kinds | s.contents(node).operators
    for words, change, needs in of:
        if needs <= marks and (other := change(node, around)) is not None:
            found += 1
            combined = change(combined, around) or combined
            yield words, other
    if together and found > 1:
        yield f"{found} of its signs in another way", combined


def everywhere(change: Change) -> Callable[[s.Node, Surroundings], s.Node | None]:
    """The tree with the change made wherever it can be; None if nowhere."""
    return lambda node, _: _changed(node, change)


def misfit_readings(side: Side, around: Surroundings) -> Iterator[tuple[str, s.Node]]:
    """Readings for a side that does not fit as it stands, each with what it is:
    `tr(A) dX` for tr(A dX), NumPy's `x @ A`."""
    if side.node is not None and side.syntax == "numpy":
        flat = flat_vectors(side.node, around)
        yield from (("products of vectors as NumPy has them", flat),) if flat is not None else ()
    elif side.node is not None:
        yield from readings(_OF_MISFITS, side.node, around)
        if "*" in side.text and (starred := _elementwise(side.node, around, names=True)) is not None:
            yield _BY_ENTRIES, starred


def wider_readings(side: Side, around: Surroundings) -> Iterator[tuple[str, s.Node]]:
    """Readings that are tried wherever the nearest one does not follow."""
    node = side.node
    if node is None:
        return
    yield from (("its brackets balanced in another way", balanced) for balanced in side.others)
    primed, order = node, 0
    while isinstance(primed, s.Transposed):
        primed, order = primed.body, order + 1
    if order and isinstance(primed, s.Name) and ("'" in side.text or "prime" in side.text):
        for _ in range(order):
            primed = s.Derivative(node.span, primed, None, (), "nabla")
        yield "a prime that says derivative", primed
    yield from readings(_WIDER, node, around, together=True)
    if (whole := _of_all(node)) is not None:
        yield "a derivative of all that follows its sign", whole
    yield from readings((AT_ARGUMENT,), node, around)


def unless_open(outcome: Outcome, last: Expr, found: Read, around: Surroundings, chain: Chain) -> Outcome:
    """The outcome at a side behind `last`; undecided where it is wrong and another reading cannot be judged: other
    brackets, or, where it has not even the kind that is needed, E_ij, no unit of its own letters, as entries of an
    array that nothing explains."""
    letters, side = chain.letters(last), found.side
    if outcome.verdict != "wrong" or side.node is None:
        return outcome
    for node in side.others if found.expr is not None else ():
        read = read_side(replace(side, node=node), around, letters)
        if read.expr is None and read.failure != "wrong":
            said = "a bracket has no partner, and not every way to balance it can be judged"
            return Outcome("undecided", found, Slip("undecided", said))
    if found.expr is not None and not isinstance(pairings(last, found.expr, chain.order), Clash):
        return outcome
    own = () if last.shape.is_number else {letter.name for letter in letters}
    name, entries = _units_as_entries(side.node, around, own)
    if entries is None or read_side(replace(side, node=entries), around, letters).failure == "wrong":
        return outcome
    return Outcome("undecided", found, Slip("unknown-name", f"`{name}` may be an array that is not explained here"))


def _units_as_entries(node: s.Node, around: Surroundings, units: Collection[str]) -> tuple[str, s.Node | None]:
    """The tree in which E_ij and e_i are entries of an unknown array, with its name; None where no unit stands,
    or one that is transposed."""
    names: list[str] = []
    turned = [s.ungrouped(part.body) for part in s.parts_of(node) if isinstance(part, s.Transposed)]

    def change(part: s.Node) -> s.Node | None:
        match part:
            case s.Apply(span, "basis", indices):
                name = "e"
            case s.Subscript(span, s.Name(_, "E" as name), (_, _) as indices):
                pass
            case _:
                return None
        if around.valued(name) or any(isinstance(index, s.Name) and index.name in units for index in indices):
            return None
        names.append("" if part in turned else name)
        return s.Subscript(span, s.Name(span, f"{name} (entries)"), indices)

    changed = _changed(node, change)
    return (names[0], changed) if all(names) and names else ("", None)


def _changed(node: s.Node, change: Change) -> s.Node | None:
    """The tree with the change made wherever it can be; None if nowhere."""
    made: list[s.Node] = []

    def once(part: s.Node) -> s.Node:
        new = change(part)
        if new is None:
            return part
        made.append(new)
        return new

    changed = rebuilt(node, once)
    return changed if made else None


def absolute(node: s.Node) -> s.Node | None:
    """|u| of every entry."""
    return replace(node, function="abs") if isinstance(node, s.Apply) and node.function == "bars" else None


def _behind(node: s.Node) -> s.Derivative | None:
    """A derivative whose sign stands before a bracket, not above it: ∂/∂x (bᵀx)."""
    inner = s.ungrouped(node)
    if not isinstance(inner, s.Derivative) or inner.body is None:
        return None
    last = inner.variable.span.end if inner.variable is not None else inner.span.start
    return inner if inner.body.span.start >= last else None


def _taken_in(node: s.Node, body_of: BodyOf) -> s.Node | None:
    """∂/∂x (A) B as ∂/∂x (A B): the sign before the last factor takes that in,
    if `body_of` says what stands under it."""
    if not isinstance(node, s.Binary) or node.operator not in PRODUCTS:
        return None
    left = s.ungrouped(node.left)
    before = left if isinstance(left, s.Binary) and left.operator in PRODUCTS else None
    sign = s.ungrouped(before.right if before is not None else left)
    body = body_of(sign, node)
    if body is None:
        return None
    inner = _product(node, body)
    wide = with_children(sign, tuple(inner if part is body else part for part in s.children(sign)))
    if before is None:
        return replace(wide, span=node.span)
    return replace(before, span=node.span, right=replace(wide, span=sign.span.joined(node.span)))


def _of_derivative(sign: s.Node, _: s.Binary) -> s.Node | None:
    return sign.body if isinstance(sign, s.Derivative) and _behind(sign) is not None else None


def _of_trace(sign: s.Node, whole: s.Binary) -> s.Node | None:
    """tr(A) dX as tr(A dX): a differential stands behind the bracket."""
    match sign:
        case s.Apply(_, "tr", (body,)) if any(isinstance(part, s.Differential_) for part in s.parts_of(whole.right)):
            return body
    return None


def _of_differential(sign: s.Node, whole: s.Binary) -> s.Node | None:
    r"""d W Wᵀ as d(W Wᵀ): where the letter behind the sign is followed by the same letter, and no wider gap parts them
    (`dW\,W^\top`); d (A + B) x as d((A + B) x), where the bracket does not hold x."""
    if not isinstance(sign, s.Differential_) or sign.direction is not None:
        return None
    moving = {part.name for part in s.parts_of(sign.body) if isinstance(part, s.Name)}
    if isinstance(sign.body, s.Group):
        factor = s.ungrouped(whole.right)
        return sign.body if isinstance(factor, s.Name) and factor.name not in moving else None
    if (
        sign is not s.ungrouped(whole.left)
        or whole.right.span.start - sign.span.end > sign.body.span.start - sign.span.start
    ):
        return None
    again = any(isinstance(part, s.Name) and part.name in moving for part in s.parts_of(whole.right))
    return sign.body if again else None


def _product(node: s.Binary, left: s.Node) -> s.Binary:
    return replace(node, span=left.span.joined(node.right.span), left=left)


def _times_size(node: s.Node) -> s.Node | None:
    """d s as the product of a size that is called d; where d is none, this cannot be read."""
    match node:
        case s.Differential_(span, body, None):
            return s.Binary(span, "juxtapose", s.Name(span, "d"), body)
    return None


def _wider_divisor(node: s.Node, number: bool = False) -> s.Node | None:
    r"""2Ax / x^\top x as 2Ax / (x^\top x); behind a `number` only what touches it: r/2s^2 as r/(2s^2)."""
    match node:
        case s.Binary(span, "juxtapose", s.Binary(start, "/", above, below) as over, right):
            touches = below.span.end == right.span.start and not isinstance(above, s.Literal_)
            slash = start.start == above.span.start  # no \frac, where a bar says what divides
            if slash and isinstance(below, s.Literal_) is number and (touches or not number):
                below = _product(node, below)
                return replace(over, span=span, right=s.Group(below.span, below))
    return None


def _of_first_factor(node: s.Node) -> s.Node | None:
    r"""`\det A A^{-\top}`, without brackets, as (det A) A⁻ᵀ."""
    match node:
        case s.Apply(span, "det", (s.Binary(within, operator) as product,)) if span.end == within.end:
            first, *others = factors(product) if operator in PRODUCTS else [product]
            value: s.Node = replace(node, span=span.joined(first.span), arguments=(first,))
            for factor in others:
                value = s.Binary(span.joined(factor.span), "juxtapose", value, factor)
            return value if others else None
    return None


def _without_zeros(node: s.Node, around: Surroundings) -> s.Node | None:
    """The terms `O` of sums as 0, where nothing says what O is."""

    def change(part: s.Node) -> s.Node | None:
        match part:
            case s.Binary(_, "+" | "-", _, s.Name(span, "O")):
                return replace(part, right=s.number(span, 0))
            case s.Binary(_, "+" | "-", s.Name(span, "O"), _):
                return replace(part, left=s.number(span, 0))
        return None

    return None if around.valued("O") else _changed(node, change)


def _outer_product(node: s.Node) -> s.Node | None:
    """a ⊗ b as a bᵀ; where one of them is no vector, this cannot be read."""
    match node:
        case s.Binary(span, "kron", left, right):
            return s.Apply(span, "outer", (left, right))
    return None


def _dotted(node: s.Node) -> s.Node | None:
    r"""`a \cdot X\,dw` as a · (X dw)."""
    match node:
        case s.Binary(span, "juxtapose", s.Binary(_, "dot", _, first) as left, last):
            behind = s.Binary(first.span.joined(span), "juxtapose", first, last)
            return replace(left, span=span, right=s.Group(behind.span, behind))
    return None


def _first_of_right(node: s.Node, whole: bool = True) -> s.Node | None:
    r"""`A \odot b\,c^\top` as (A ⊙ b) cᵀ; not the `whole` of A, as in `V a \odot b\,c^\top`: V (a ⊙ b) cᵀ."""
    if not isinstance(node, s.Binary) or node.operator != "hadamard":
        return None
    first, *others = factors(node.right)
    small = s.Binary(node.left.span.joined(first.span), "hadamard", node.left, first)
    product: s.Node | None = s.Group(small.span, small) if whole else _last_of_left(small)
    for factor in others:
        product = product and s.Binary(product.span.joined(factor.span), "juxtapose", product, factor)
    return product if others else None


def _last_of_left(node: s.Node) -> s.Node | None:
    r"""`V a \odot b` as V (a ⊙ b)."""
    match node:
        case s.Binary(span, "hadamard", s.Binary(_, "juxtapose", _, last) as left, right):
            small = s.Binary(last.span.joined(right.span), "hadamard", last, right)
            return replace(left, span=span, right=s.Group(small.span, small))
    return None


def _row_below(node: s.Node) -> s.Node | None:
    r"""`(XW + b)_i` as row i, standing; of what is no matrix this cannot be read."""
    match node:
        case s.Subscript(span, s.Group() as matrix, (s.Name() as index,)):
            unit = s.Apply(span, "basis", (index,))
            return s.Group(span, s.Binary(span, "juxtapose", s.Transposed(span, matrix), unit))
    return None


def _by_every_entry(node: s.Node, _: Surroundings) -> s.Node | None:
    """tr(∂F/∂X) as [tr(∂F/∂X_st)]_st: the trace over the indices of F, as slides write it."""
    used = {part.name for part in s.parts_of(node) if isinstance(part, s.Name)}
    letters = next((pair for pair in ("st", "pq", "kl", "ab") if not used & set(pair)), "st")
    row, col = (s.Name(node.span, letter) for letter in letters)

    def change(part: s.Node) -> s.Node | None:
        match part:
            case s.Derivative(_, s.Node(), s.Name(), ()):
                return replace(part, indices=(row, col))
        return None

    changed = _changed(node, change)
    return s.EntriesOf(node.span, (row, col), (None, None), changed) if changed is not None else None


def _elementwise(
    node: s.Node, around: Surroundings, operator: s.Operator = "juxtapose", names: bool = False
) -> s.Node | None:
    r"""`h(1-h)`, `\delta\,\sigma'(z)` of two columns, or two rows, of one size: their product by entries; of `names`
    too, which a star may join, `a * b`; or `a \cdot b` where it is no inner product."""
    scope = around.scope(Source("", ""), "latex", {})

    def change(part: s.Node) -> s.Node | None:
        if not isinstance(part, s.Binary) or part.operator != operator:
            return None
        if not names and not isinstance(part.right, s.Group | s.Apply | s.Binary):
            return None
        try:
            one, other = (read_node(side, scope).expr.shape for side in (part.left, part.right))
        except MatgradError:
            return None
        alike = one is other and not one.is_number and (one.is_column or one.is_row or (names and not one.is_square))
        return replace(part, operator="hadamard") if alike else None

    return _changed(node, change)


def _of_all(node: s.Node) -> s.Node | None:
    """∂/∂x A − B as ∂/∂x (A − B), where the derivative is the first thing of the side."""
    above: list[s.Binary] = []
    inner = node
    while isinstance(inner, s.Binary) and inner.operator in ("+", "-"):
        above.append(inner)
        inner = inner.left
    first = _behind(inner)
    if not above or first is None or first.body is None:
        return None
    body = first.body
    for binary in reversed(above):
        body = _product(binary, body)
    return replace(first, span=node.span, body=body)


AT_ARGUMENT: Final[Reading] = (
    "∇ as the gradient of the function, taken at its argument",
    lambda node, around: there if (there := gradients_at(node, around)) != node else None,
    frozenset((s.Derivative,)),
)
_DIVIDES: Final = frozenset(("/", "juxtapose"))
WIDER_DIVISORS: Final[tuple[Reading, ...]] = (
    ("a division by a number and what touches it", everywhere(partial(_wider_divisor, number=True)), _DIVIDES),
    ("a division by the whole product behind its slash", everywhere(_wider_divisor), _DIVIDES),
)
OUTER: Final[Reading] = "⊗ as the outer product of two vectors", everywhere(_outer_product), frozenset(("kron",))
_BY_ENTRIES: Final = "elementwise products of arrays of one size, as their shapes ask for"
_TIGHT: Final = "⊙ taken before the product beside it"
_OF_MISFITS: Final[tuple[Reading, ...]] = (
    ("the trace of the whole product", everywhere(partial(_taken_in, body_of=_of_trace)), frozenset((s.Apply,))),
    ("the derivative of the matrix taken by one entry after the other", _by_every_entry, frozenset((s.Derivative,))),
    (_BY_ENTRIES, _elementwise, frozenset(("juxtapose",))),
    ("one index of a matrix as that of its row", everywhere(_row_below), frozenset((s.Subscript,))),
    ("the centred dot as the inner product with all that follows it", everywhere(_dotted), frozenset(("dot",))),
    (_TIGHT, everywhere(_first_of_right), frozenset(("hadamard",))),
    (_TIGHT, everywhere(_last_of_left), frozenset(("hadamard",))),
    (_TIGHT, everywhere(partial(_first_of_right, whole=False)), frozenset(("hadamard",))),
)
_WIDER: Final[tuple[Reading, ...]] = (
    ("bars that take the absolute value of every entry", everywhere(absolute), frozenset((s.Apply,))),
    (
        "a derivative of the whole product behind its sign",
        everywhere(partial(_taken_in, body_of=_of_derivative)),
        frozenset((s.Derivative,)),
    ),
    (
        "a differential of the whole product behind its sign",
        everywhere(partial(_taken_in, body_of=_of_differential)),
        frozenset((s.Differential_,)),
    ),
    (_BY_ENTRIES, partial(_elementwise, operator="dot", names=True), frozenset(("dot",))),
    ("the size d and what it multiplies", everywhere(_times_size), frozenset((s.Differential_,))),
    ("O as zeros", _without_zeros, frozenset((s.Name,))),
    ("the determinant of the first factor alone", everywhere(_of_first_factor), frozenset((s.Apply, "juxtapose"))),
    *WIDER_DIVISORS,
    OUTER,
)
