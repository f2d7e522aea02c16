r"""What the same signs may also say: a trace or a derivative that reaches further than its bracket,
bars that are no norm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial

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
BodyOf = Callable[[s.Node, s.Binary], s.Node | None]
"""What stands under a sign, if it may take in the rest of this product."""


def misfit_readings(side: Side, around: Surroundings) -> Iterator[tuple[str, s.Node]]:
    """Readings for a side that does not fit as it stands, each with what it is:
    `tr(A) dX` for tr(A dX), NumPy's `x @ A`."""
    if side.node is None:
        return
    if side.syntax == "numpy":
        flat = flat_vectors(side.node, around)
        if flat is not None:
            yield "products of vectors as NumPy has them", flat
        return
    if (changed := _changed(side.node, partial(_taken_in, body_of=_of_trace))) is not None:
        yield "the trace of the whole product", changed
    if (changed := _by_every_entry(side.node)) is not None:
        yield "the derivative of the matrix taken by one entry after the other", changed
    if (changed := _elementwise(side.node, around)) is not None:
        yield "elementwise products of vectors of one size, as their shapes ask for", changed
    has = s.contents(side.node).operators
    if "dot" in has and (dotted := _changed(side.node, _dotted)) is not None:
        yield "the centred dot as the inner product with all that follows it", dotted
    for reach in (_first_of_right, _last_of_left, partial(_first_of_right, whole=False)) if "hadamard" in has else ():
        if (tight := _changed(side.node, reach)) is not None:
            yield "⊙ taken before the product beside it", tight


def wider_readings(side: Side, around: Surroundings) -> Iterator[tuple[str, s.Node]]:
    """Readings that are tried wherever the nearest one does not follow."""
    node = side.node
    if node is None:
        return
    has = s.contents(node)
    for balanced in side.others:
        yield "its brackets balanced in another way", balanced
    if isinstance(node, s.Transposed) and isinstance(node.body, s.Name) and ("'" in side.text or "prime" in side.text):
        yield "a prime that says derivative", s.Derivative(node.span, node.body, None, (), "nabla")
    kinds: tuple[tuple[str, Change, bool], ...] = (
        ("bars that take the absolute value of every entry", _absolute, s.Apply in has.kinds),
        (
            "a derivative of the whole product behind its sign",
            partial(_taken_in, body_of=_of_derivative),
            s.Derivative in has.kinds,
        ),
        (
            "a differential of the whole product behind its sign",
            partial(_taken_in, body_of=_of_differential),
            s.Differential_ in has.kinds,
        ),
        ("the size d and what it multiplies", _times_size, s.Differential_ in has.kinds),
        ("a division by the whole product behind its slash", _wider_divisor, {"/", "juxtapose"} <= has.operators),
        ("⊗ as the outer product of two vectors", outer_product, "kron" in has.operators),
    )
    combined: s.Node = node
    found = 0
    for how, change, may_be in kinds:
        other = _changed(node, change) if may_be else None
        if other is not None:
            found += 1
            combined = _changed(combined, change) or combined
            yield how, other
    if found > 1:
        yield "bars of entries and a derivative of the whole product", combined
    if (whole := _of_all(node)) is not None:
        yield "a derivative of all that follows its sign", whole
    if s.Derivative in has.kinds and (there := gradients_at(node, around)) != node:
        yield "∇ as the gradient of the function, taken at its argument", there


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


def _absolute(node: s.Node) -> s.Node | None:
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
    moves = isinstance(sign, s.Apply) and any(isinstance(part, s.Differential_) for part in s.parts_of(whole.right))
    return (
        sign.arguments[0]
        if isinstance(sign, s.Apply) and moves and sign.function == "tr" and len(sign.arguments) == 1
        else None
    )


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
    if not isinstance(node, s.Differential_) or node.direction is not None:
        return None
    return s.Binary(node.span, "juxtapose", s.Name(node.span, "d"), node.body)


def _wider_divisor(node: s.Node) -> s.Node | None:
    r"""2Ax / x^\top x as 2Ax / (x^\top x)."""
    over = node.left if isinstance(node, s.Binary) and node.operator == "juxtapose" else None
    if (
        not isinstance(node, s.Binary)
        or not isinstance(over, s.Binary)
        or over.operator != "/"
        or isinstance(over.right, s.Literal_)
    ):
        return None
    below = _product(node, over.right)
    return replace(over, span=node.span, right=s.Group(below.span, below))


def outer_product(node: s.Node) -> s.Node | None:
    """a ⊗ b as a bᵀ; where one of them is no vector, this cannot be read."""
    return (
        s.Apply(node.span, "outer", (node.left, node.right))
        if isinstance(node, s.Binary) and node.operator == "kron"
        else None
    )


def _dotted(node: s.Node) -> s.Node | None:
    r"""`a \cdot X\,dw` as a · (X dw)."""
    left = node.left if isinstance(node, s.Binary) and node.operator == "juxtapose" else None
    if not isinstance(node, s.Binary) or not isinstance(left, s.Binary) or left.operator != "dot":
        return None
    behind = s.Binary(left.right.span.joined(node.span), "juxtapose", left.right, node.right)
    return replace(left, span=node.span, right=s.Group(behind.span, behind))


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
    left = node.left if isinstance(node, s.Binary) and node.operator == "hadamard" else None
    if not isinstance(node, s.Binary) or not isinstance(left, s.Binary) or left.operator != "juxtapose":
        return None
    small = s.Binary(left.right.span.joined(node.right.span), "hadamard", left.right, node.right)
    return replace(left, span=node.span, right=s.Group(small.span, small))


def _by_every_entry(node: s.Node) -> s.Node | None:
    """tr(∂F/∂X) as [tr(∂F/∂X_st)]_st: the trace over the indices of F, as slides write it."""
    used = {part.name for part in s.parts_of(node) if isinstance(part, s.Name)}
    letters = next((pair for pair in ("st", "pq", "kl", "ab") if not used & set(pair)), "st")
    row, col = (s.Name(node.span, letter) for letter in letters)

    def change(part: s.Node) -> s.Node | None:
        whole = (
            isinstance(part, s.Derivative)
            and part.body is not None
            and isinstance(part.variable, s.Name)
            and not part.indices
        )
        return replace(part, indices=(row, col)) if whole else None

    changed = _changed(node, change)
    return s.EntriesOf(node.span, (row, col), (None, None), changed) if changed is not None else None


def _elementwise(node: s.Node, around: Surroundings) -> s.Node | None:
    """`h(1-h)`, `\\delta\\,\\sigma'(z)` of two columns, or two rows, of one size: their product entry by entry."""
    scope = around.scope(Source("", ""), "latex", {})

    def change(part: s.Node) -> s.Node | None:
        if (
            not isinstance(part, s.Binary)
            or part.operator != "juxtapose"
            or not isinstance(part.right, (s.Group, s.Apply))
        ):
            return None
        try:
            shapes = [read_node(side, scope).expr.shape for side in (part.left, part.right)]
        except MatgradError:
            return None
        same = shapes[0] is shapes[1] and (shapes[0].is_column or shapes[0].is_row)
        return replace(part, operator="hadamard") if same else None

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
