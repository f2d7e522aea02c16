r"""Names that only the prose explains: `\hat y`, `p_1(x_i;\beta)`, `E`:
read as that part of the loss under which the lines follow.

A value is never made to fit: only parts of the loss and of earlier lines are tried, and their usual companions (σ of
what stands in an exponential, the negative of a difference). What was supposed is said.
A name alone on a side is a definition, and nothing is supposed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from itertools import permutations, product

from ...diagnostics.record import replace
from ...ir import (
    NUMBER,
    ONE,
    Add,
    Call,
    Constant,
    Differential,
    Entry,
    Expr,
    Fill,
    Inverse,
    MatMul,
    MatrixOf,
    Mul,
    Number,
    Partial,
    Power,
    Shape,
    Size,
    SumOver,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
    nodes_of,
    reciprocal,
    transpose,
)
from ...ir.functions import is_elementwise
from ...notation import syntax as s
from ..lines.directions import unknown
from ..lines.functions import as_names, is_foreign
from ..lines.scope import SUPPOSED, Surroundings
from ..lines.statements import Claim, lone_name
from ..lines.syntax_walk import names as names_in
from ..lines.syntax_walk import rebuilt

HALF = Number(Fraction(1, 2))
MOST_NAMES, MOST_PARTS, MOST_TRIALS = 3, 60, 400
MOST_CHOICES = 4
_OF_EXPONENTS = frozenset(("exp", "log1p", "softplus", "sigmoid", "logsumexp"))
Values = dict[str, Expr]


def parts(around: Surroundings, lines: Iterable[Expr], written: Collection[str] = ()) -> list[Expr]:
    """The arrays that a name may stand for, those of the loss first: parts without free letter, numbers for each i (and
    j) as arrays; no variable that has its own name where this is `written`."""
    found: dict[Expr, None] = {}
    wrt = around.task.problem.wrt
    for line in (around.task.problem.loss, *lines):
        for node in nodes_of(around.expanded(line)):
            if (
                isinstance(node, (Number, Size, Fill, Constant, Partial, Differential))
                or (isinstance(node, SumOver) and not node.free)
                or node is wrt
                or not node.symbols
                or (isinstance(node, Symbol) and node.name in written)
            ):
                continue
            for array in _arrays(node):
                found.setdefault(array)
        if len(found) > MOST_PARTS:
            break
    wanted = around.task.wanted
    arrays = sorted(list(found)[:MOST_PARTS], key=lambda array: array.shape.is_number)
    return [array for array in arrays if array is not wanted]


def is_average(name: str) -> bool:
    r"""Whether a name has the mark of an average: `\bar x`."""
    return name.endswith("_bar")


def means(around: Surroundings, names: Iterable[str]) -> Iterator[Expr]:
    r"""The averages that people write with a bar: of the entries of x, and of the rows of X, as `\bar x`."""
    known = {symbol.name: symbol for symbol in around.task.problem.variables if not symbol.shape.is_number}
    for name in names:
        letter = name.removesuffix("_bar")
        data = known.get(letter) or known.get(letter.upper())  # the mark goes where no plain x stands beside X
        if data is not None and not data.shape.is_row:
            count = data.shape.rows
            yield mul(reciprocal(Size(count)), matmul(transpose(data), Fill(1, Shape(count, ONE))))


def _arrays(node: Expr) -> Iterator[Expr]:
    """What is written with this part: itself, and what people make of it, as arrays."""
    if any(isinstance(inner, (Partial, Differential)) for inner in nodes_of(node)):
        return
    own = [node]
    if isinstance(node, Add):
        rest = (
            [add(*node.terms[:at], *node.terms[at + 1 :]) for at in range(len(node.terms))]
            if 2 < len(node.terms) < 6
            else []
        )
        own += [*rest, *([neg(node)] if any(map(_is_taken_away, node.terms)) else [])]
    if isinstance(node, Call) and node.function in _OF_EXPONENTS:
        inner = node.argument
        own += [Call("sigmoid", inner), Call("sigmoid", neg(inner))] if node.function != "logsumexp" else []
        own += [Call("softmax", inner)] if inner.shape.is_column and not inner.free else []
    if (terms := _squared(node)) is not None:
        own += [terms, mul(HALF, terms)]
    if isinstance(node, Call) and node.function == "det":
        own.append(mul(node, transpose(Inverse(node.argument))))  # its cofactors
    for one in own:
        yield from _over_letters(one)


def _squared(node: Expr) -> Expr | None:
    """The squares of which ‖u‖, and uᵀu, add up all: the losses of the samples."""
    match node:
        case Call("norm", (vector,)):
            pass
        case MatMul((Transpose(one), vector)) if one is vector:
            pass
        case _:
            return None
    return Power(vector, Number(2)) if vector.shape.is_column and not vector.free else None


def _is_taken_away(term: Expr) -> bool:
    """Whether a term of a sum stands behind a minus."""
    return any(isinstance(one, Number) and one.value < 0 for one in (term.factors if isinstance(term, Mul) else ()))


def _over_letters(node: Expr) -> Iterator[Expr]:
    letters = sorted(node.free)
    if not letters:
        yield node
    elif node.shape.is_number and len(letters) <= 2 and not (isinstance(node, Entry) and node.symbols):
        for order in permutations(letters):
            yield MatrixOf(order[0], order[1] if len(order) > 1 else None, node)


def functions(claim: Claim, around: Surroundings) -> Iterator[Values]:
    """What unknown functions of one argument in the claim may be: each one of the loss, or its usual companion."""
    calls = (part for side in claim.sides if side.node for part in s.parts_of(side.node) if isinstance(part, s.Apply))
    names = dict.fromkeys(part.function for part in calls if len(part.arguments) == 1 and is_foreign(part, around))
    used = {node.function for node in nodes_of(around.task.problem.loss) if isinstance(node, Call)}
    used |= {"sigmoid"} if used & _OF_EXPONENTS else set()
    used |= {"softmax"} if "logsumexp" in used else set()
    known = [name for name in sorted(used) if is_elementwise(name) or name == "softmax"]
    place = Symbol(SUPPOSED, NUMBER)
    if names and len(names) <= MOST_NAMES:
        for chosen in permutations(known, len(names)):
            yield {f"{name}({SUPPOSED})": Call(one, place) for name, one in zip(names, chosen, strict=True)}


def wholes(claim: Claim, around: Surroundings) -> Iterator[Expr]:
    r"""What a set of samples or words that nothing explains, `\sum_{w \in Vocab}`, is where it holds all of them."""
    parts = (part for side in claim.sides if side.node is not None for part in s.parts_of(side.node))
    sets = (part.body for part in parts if isinstance(part, s.Subscript) and part.member and len(part.indices) == 1)
    if any(isinstance(one, s.Name) and unknown(around, one.name) for one in sets):
        yield from (Fill(1, Shape(dim, ONE)) for dim in around.sizes().values())


def unexplained(claim: Claim, around: Surroundings, blocked: Mapping[str, s.Node]) -> tuple[Claim, tuple[str, ...]]:
    """The claim with what is defined by unknown names written out, and its names without a value;
    none if nothing can be supposed."""

    known = around.names().variables.keys()
    nodes = [side.node for side in claim.sides if side.node is not None]

    def defined(names: Collection[str], part: s.Node) -> s.Node:
        return s.Group(part.span, blocked[part.name]) if isinstance(part, s.Name) and part.name in names else part

    def by_sample(part: s.Node) -> s.Node:
        """ŷ⁽ⁱ⁾ of an unknown ŷ: entry i of an array."""
        if not isinstance(part, s.Slice) or part.way != "sample" or {part.letter.name, part.matrix.name} & known:
            return part
        return s.Subscript(part.span, part.letter, (part.index,))

    def written_out(node: s.Node | None) -> s.Node | None:
        if node is None:
            return None
        node = rebuilt(node, by_sample)
        for _ in blocked:
            slices = (part for part in s.parts_of(node) if isinstance(part, s.Slice))
            sliced = {name.name for part in slices for name in (part.letter, part.matrix)}  # names, and no formulas
            node = rebuilt(rebuilt(node, partial(defined, blocked.keys() - sliced)), by_sample)
        return as_names(node, around, everything=True, beside=nodes)

    sides = tuple(replace(side, node=written_out(side.node)) for side in claim.sides)
    sizes = around.sizes().keys() - sizes_as_names(claim, around)
    names: dict[str, None] = {}
    anchored = (
        claim.leading
    )  # something known must stand beside them: a rule about unknown letters says nothing of what they are
    for at, side in enumerate(sides):
        if side.node is None or side.syntax != "latex":
            return claim, ()
        own = lone_name(side.node)
        if own is not None and unknown(around, own) and at:
            return claim, ()
        for part in names_in(side.node):
            if not at and part.name == own:
                continue
            if unknown(around, part.name) and part.name not in sizes:
                names.setdefault(part.name)
            anchored = anchored or around.valued(part.name) or part.name in around.losses
    return replace(claim, sides=sides), tuple(names) if anchored and len(names) <= MOST_NAMES else ()


def sizes_as_names(claim: Claim, around: Surroundings) -> frozenset[str]:
    r"""Letters that name a dimension and stand here as no number does: the h of `h^\top\delta`, the p of `p_i` and of
    `y - p` for an array y."""
    parts = [part for side in claim.sides if side.node is not None for part in s.parts_of(side.node)]
    arrays = [s.ungrouped(part.body) for part in parts if isinstance(part, (s.Transposed, s.Subscript))]
    sums = [(part.left, part.right) for part in parts if isinstance(part, s.Binary) and part.operator in ("+", "-")]
    arrays += [one for pair in sums for one, other in (pair, pair[::-1]) if _is_array(other, around)]
    names = frozenset(name.name for name in arrays if isinstance(name, s.Name))
    return frozenset(name for name in names & around.sizes().keys() if not around.valued(name))


def _is_array(node: s.Node, around: Surroundings) -> bool:
    """Whether an array stands in this product itself, in no function."""
    node = s.ungrouped(node)
    if isinstance(node, s.Binary):
        return _is_array(node.left, around) or _is_array(node.right, around)
    value = around.value(node.name) if isinstance(node, s.Name) else None
    return value is not None and not value.shape.is_number


def suppositions(names: tuple[str, ...], pool: list[Expr], fits: Callable[[Values], bool]) -> Iterator[Values]:
    """Values for the names whose shapes fit, likeliest first."""
    by_shape: dict[object, list[Expr]] = {}
    for part in pool:
        by_shape.setdefault(part.shape, []).append(part)
    trials = 0
    for kinds in product(by_shape.values(), repeat=len(names)):
        if not fits(dict(zip(names, (kind[0] for kind in kinds), strict=True))):
            continue
        for values in product(*kinds):
            trials += 1
            if trials > MOST_TRIALS:
                return
            if len(set(values)) == len(values):
                yield dict(zip(names, values, strict=True))
