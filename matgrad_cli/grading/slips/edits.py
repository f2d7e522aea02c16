"""Single edits of an expression: transpose one factor, swap two neighbours, another product,
an inverse more or less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import compress, pairwise
from itertools import product as product_of

from ...diagnostics.record import record
from ...ir import (
    Add,
    Call,
    Dim,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    MatMul,
    MatrixPower,
    Mul,
    Number,
    Path,
    SumOver,
    Symbol,
    Transpose,
    add,
    at,
    hadamard,
    matmul,
    mul,
    neg,
    product,
    replace_at,
)
from .kind import Case, Trial
from .terms import Place, shown

Made = Iterator[Trial | None]


def _trial(
    case: Case, path: Path, said: tuple[object, ...], part: Expr, make: Callable[..., Expr], *parts: object
) -> Made:
    """The line with `make(*parts)` at the path, if the shapes fit; `part` is at fault."""
    try:
        new = make(*parts)
        yield None if case.excludes(path, new) else Trial(replace_at(case.line, path, new), said, part)
    except ValueError:
        return


@record
class _Quoted:
    """A part in words, which are found when it is told: `the first X` where X stands at several `places`,
    else the bare part."""

    node: Expr
    path: Path = ()
    places: tuple[Place, ...] = ()

    def __str__(self) -> str:
        found = shown(self.node)
        found = f"`{found}`" if len(found) <= 40 else f"`{found[:37]}…`"
        same = [path for path, node in self.places if node is self.node]
        if len(same) < 2:
            return found
        words = ("first", "second", "third", "fourth", "fifth")
        place = same.index(self.path)
        return f"the {words[place] if place < len(words) else f'{place + 1}th'} {found}"


@record
class _Quotes:
    """Factors in words, one beside the other."""

    parts: Sequence[Expr]

    def __str__(self) -> str:
        return " ".join(str(_Quoted(part)).strip("`") for part in self.parts)


def _above(root: Expr, path: Path) -> Expr | None:
    return at(root, path[:-1]) if path else None


def _decides(root: Expr, path: Path) -> bool:
    """Whether a part stands in the condition of a mask, of which the sign alone matters: no factor is lost there."""
    above = (at(root, path[:end]) for end in range(len(path)))
    return any(isinstance(node, Call) and node.function in ("step", "sign") for node in above)


def brackets(case: Case) -> Made:
    """a b + c for a (b + c): a bracket is missing, so the factor in front multiplies the first term only."""
    for path, node in case.places:
        terms = node.terms[:-1] if isinstance(node, Add) and not _decides(case.line, path) else ()
        for start, term in enumerate(terms):
            parts = _factors(term)
            for cut in range(1, len(parts)):
                for end in range(start + 2, len(node.children) + 1):
                    said = _quoted_product(parts[cut:]), _quoted_product(parts[:cut])
                    yield from _trial(
                        case, path, said, node.children[start + 1], _bracketed, node, start, end, parts, cut
                    )


def _bracketed(node: Add, start: int, end: int, parts: list[Expr], cut: int) -> Expr:
    inside = add(product(*parts[cut:]), *node.terms[start + 1 : end])
    return add(*node.terms[:start], product(*parts[:cut], inside), *node.terms[end:])


def _quoted_product(parts: Sequence[Expr]) -> _Quoted:
    return _Quoted(product(*parts))


def _factors(term: Expr) -> list[Expr]:
    """The numbers and the arrays of a product, in order."""
    if isinstance(term, Mul):
        return [
            part for factor in term.factors for part in (_factors(factor) if not factor.shape.is_number else [factor])
        ]
    return list(term.factors) if isinstance(term, MatMul) else [term]


def _is_array(node: Expr) -> bool:
    """Whether the part can carry a transpose or an inverse of its own:
    a name, a sum in brackets, a function, an inverse."""
    return not node.shape.is_number and not isinstance(node, (Mul, MatMul, Transpose, Eye, Fill))


def _lying_under(kind: type[Transpose | Inverse]) -> Callable[[Case], Made]:
    """One part is transposed, or inverted, that must not be."""

    def made(case: Case) -> Made:
        for path, node in case.places:
            if isinstance(node, kind):
                yield from _trial(case, path, (_Quoted(node.body, (*path, 0), case.places),), node, _same, node.body)

    return made


def _to_be_put_under(kind: type[Transpose | Inverse]) -> Callable[[Case], Made]:
    """A transpose, or an inverse, is missing on one part."""

    def made(case: Case) -> Made:
        for path, node in case.places:
            under = node if kind is Inverse else _above(case.line, path)
            if _is_array(node) and not isinstance(under, kind) and (kind is Transpose or node.shape.is_square):
                yield from _trial(case, path, (_Quoted(node, path, case.places),), node, kind, node)

    return made


transposed, inverted = _lying_under(Transpose), _lying_under(Inverse)
not_transposed, not_inverted = _to_be_put_under(Transpose), _to_be_put_under(Inverse)


def _same(node: Expr) -> Expr:
    return node


def turned_entries(case: Case) -> Made:
    """A_ki for A_ik: the letters of an entry stand the wrong way round."""
    for path, node in case.places:
        named = isinstance(node, Entry) and isinstance(node.base, Symbol)
        if (
            isinstance(node, Entry)
            and named
            and isinstance(node.row, Index)
            and isinstance(node.col, Index)
            and node.row is not node.col
        ):
            yield from _trial(case, path, (_Quoted(node),), node, Entry, node.base, node.col, node.row)


# ---- products: numbers in front and a row of arrays, where some neighbours may meet in a number (xᵀy z)


def _chains(case: Case) -> Iterator[tuple[Path, Expr, list[Expr], list[Expr], bool]]:
    """Whole products: path, node, numbers, arrays in order, and whether a trace stands round them."""
    root = case.line
    for path, node in case.places:
        if not isinstance(node, (Mul, MatMul)) or isinstance(_above(root, path), Mul):
            continue
        numbers: list[Expr] = []
        arrays: list[Expr] = []
        for factor in node.factors if isinstance(node, Mul) else (node,):
            if isinstance(factor, MatMul):
                arrays += factor.factors
            else:
                (numbers if factor.shape.is_number else arrays).append(factor)
        above = _above(root, path)
        if len(arrays) > 1:
            yield path, node, numbers, arrays, isinstance(above, Call) and above.function == "tr"


def _conformed(numbers: Sequence[Expr], arrays: Sequence[Expr]) -> Expr:
    """The product of arrays in this order, neighbours that meet in a number taken together;
    raises ValueError if there is none."""
    pieces: list[list[Expr]] = []
    for array in arrays:
        if pieces and pieces[-1][-1].shape.cols is array.shape.rows and not matmul(*pieces[-1]).shape.is_number:
            pieces[-1].append(array)
        else:
            pieces.append([array])
    return mul(*numbers, *(matmul(*piece) for piece in pieces))


def inner_for_outer(case: Case) -> Made:
    """xᵀy for x yᵀ: an inner product stands where an outer one is needed, or the other way round."""
    for path, node, numbers, arrays, _ in _chains(case):
        for here, (left, right) in enumerate(pairwise(arrays)):
            if isinstance(left, Transpose) is isinstance(right, Transpose):
                continue
            pair = [part.body if isinstance(part, Transpose) else Transpose(part) for part in (left, right)]
            turned = [*arrays[:here], *pair, *arrays[here + 2 :]]
            said = ("inner", "outer") if isinstance(left, Transpose) else ("outer", "inner")
            yield from _trial(case, path, said, node, _conformed, numbers, turned)


def _exchanged_neighbours(case: Case, under_trace: bool) -> Made:
    """Two factors of a product, or of one under a trace, stand in the wrong order."""
    for path, node, numbers, arrays, traced in _chains(case):
        for here, (left, right) in enumerate(pairwise(arrays) if traced is under_trace else ()):
            if left is not right:
                swapped = [*arrays[:here], right, left, *arrays[here + 2 :]]
                yield from _trial(case, path, (_Quoted(left), _Quoted(right)), node, _conformed, numbers, swapped)


neighbours = partial(_exchanged_neighbours, under_trace=False)
neighbours_in_a_trace = partial(_exchanged_neighbours, under_trace=True)


def order(case: Case) -> Made:
    """The factors of a product stand in reverse, or one of them at the wrong end."""
    for path, node, numbers, arrays, _ in _chains(case):
        for turned in (arrays[::-1], [*arrays[1:], arrays[0]], [arrays[-1], *arrays[:-1]]) if len(arrays) > 2 else ():
            yield from _trial(case, path, (_Quotes(turned),), node, _conformed, numbers, turned)


def products(case: Case) -> Made:
    """A matrix product for an elementwise one, or the other way round."""
    for path, node in case.places:
        if not isinstance(node, (MatMul, Hadamard)):
            continue
        mine, other = (matmul, hadamard) if isinstance(node, MatMul) else (hadamard, matmul)
        said = "an elementwise" if isinstance(node, MatMul) else "a matrix", _Quoted(node)
        factors = node.factors
        for cut in range(1, len(factors)):
            yield from _trial(case, path, said, node, _halves, mine, other, factors[:cut], factors[cut:])
            if len(factors) > 2:
                yield from _trial(case, path, said, node, _pair, mine, other, factors, cut)


def _halves(mine: Callable[..., Expr], other: Callable[..., Expr], left: Sequence[Expr], right: Sequence[Expr]) -> Expr:
    return other(mine(*left), mine(*right))


def _pair(mine: Callable[..., Expr], other: Callable[..., Expr], factors: Sequence[Expr], cut: int) -> Expr:
    return mine(*factors[: cut - 1], other(*factors[cut - 1 : cut + 1]), *factors[cut + 1 :])


# ---- inverses


def squared_inverses(case: Case) -> Made:
    """M⁻² D and D M⁻² for M⁻¹ D M⁻¹: the derivative of 1/u taken for that of an inverse."""
    for path, _, numbers, arrays, _ in _chains(case):
        for here, part in enumerate(arrays):
            after = arrays[here + 1] if here + 1 < len(arrays) else None
            if isinstance(part, MatrixPower) and part.exponent == -2:
                single: Expr = Inverse(part.base)
                rest = [*arrays[:here], *arrays[here + 1 :]]
            elif isinstance(part, Inverse) and after is part:
                single, rest = part, [*arrays[:here], *arrays[here + 2 :]]
            else:
                continue
            spans = (
                (start, end) for start in range(len(rest)) for end in range(start + 1, min(len(rest), start + 3) + 1)
            )
            fitting = [
                (start, end)
                for start, end in spans
                if all(a.shape.cols is b.shape.rows for a, b in pairwise(rest[start:end]))
            ]
            for start, end in fitting:
                for one in (single, Transpose(single)):
                    split = [*rest[:start], one, *rest[start:end], one, *rest[end:]]
                    yield from _trial(
                        case, path, (_Quoted(one), _quoted_product(rest[start:end])), part, _conformed, numbers, split
                    )


# ---- factors that are needed once more, or in another place


def _names(case: Case) -> list[Symbol]:
    return list(dict.fromkeys(node for _, node in case.places if isinstance(node, Symbol) and not node.shape.is_number))


def number_for_multiple(case: Case) -> Made:
    """A + λ for A + λ I, or b + λ for b + λ w: a number, added to every entry,
    stands where a multiple of an array is needed."""
    for path, node in case.places:
        if not (isinstance(node, Fill) and node.value == 1) or not isinstance(_above(case.line, path), (Mul, Add)):
            continue
        arrays: list[tuple[Expr, str]] = [(Eye(node.shape.rows), "the identity")] if node.shape.is_square else []
        arrays += [(name, f"`{name.name}`") for name in _names(case) if name.shape is node.shape]
        for array, called in arrays:
            yield from _trial(case, path, ("the number", called), node, _same, array)


def once_more(case: Case) -> Made:
    """A factor that stands in the line already is needed once more; beside Aᵀ, and not in it, and inside −a."""
    turned = [(*path, 0) for path, node in case.places if isinstance(node, Transpose)]
    for path, node in case.places:
        signed = isinstance(node, Mul) and any(isinstance(factor, Number) for factor in node.factors)
        whole = isinstance(node, (Symbol, Add, Mul, Transpose)) and not signed and path not in turned
        if whole and not node.shape.is_number:
            for name in _names(case):
                fitting = (
                    name.shape is node.shape,
                    name.shape.cols is node.shape.rows,
                    node.shape.cols is name.shape.rows,
                )
                ways = ((hadamard, name, node), (matmul, name, node), (matmul, node, name))
                for joined, *parts in compress(ways, fitting):
                    yield from _trial(case, path, (name.name, _Quoted(node, path, case.places)), node, joined, *parts)


def turned_arguments(case: Case) -> Made:
    """σ(z) for σ(−z): a sign is lost inside a function."""
    for path, node in case.places:
        if isinstance(node, Call) and len(node.children) == 1:
            yield from _trial(case, path, (_Quoted(node),), node, Call, node.function, neg(node.argument))


def entries(case: Case) -> Made:
    """An entry of an array that stands in the line is missing as a factor under its Σ."""
    sums = [(path, node) for path, node in case.places if isinstance(node, SumOver)]
    for path, node in sums:
        around = {letter for above, outer in sums if path[: len(above)] == above for letter in outer.indices}
        letters = sorted({*case.line.free, *case.needed.free, *around})
        for name in _names(case):
            for row, col in product_of(*(_letters_over(letters, side) for side in (name.shape.rows, name.shape.cols))):
                yield from _trial(case, path, (), node, _with_entry, node, name, row, col)


def _letters_over(letters: Sequence[Index], side: Dim) -> list[Index | None]:
    return [letter for letter in letters if letter.dim is side] or [None]


def _with_entry(node: SumOver, name: Symbol, row: Index | None, col: Index | None) -> Expr:
    return SumOver(node.indices, mul(node.body, Entry(name, row, col)))


def exchanges(case: Case) -> Made:
    """a (bᵀx) for b (aᵀx): two names have changed places."""
    named = [(path, node) for path, node in case.places if isinstance(node, Symbol) and not node.shape.is_number]
    for here, (first, left) in enumerate(named):
        for second, right in named[here + 1 :]:
            if left is not right:
                said = _Quoted(left), _Quoted(right)
                yield from _trial(case, (), said, left, _exchanged, case.line, (first, right), (second, left))


def _exchanged(root: Expr, *new: Place) -> Expr:
    (first, left), (second, right) = new
    if left.shape is right.shape:
        return replace_at(replace_at(root, first, left), second, right)
    top = next(step for step, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)
    return replace_at(
        root, first[:top], _swapped_below(at(root, first[:top]), (first[top:], left), (second[top:], right))
    )


def _swapped_below(node: Expr, *new: Place) -> Expr:
    parts = list(node.children)
    for (head, *rest), part in new:
        parts[head] = replace_at(parts[head], tuple(rest), part)
    return node.rebuilt(tuple(parts))
