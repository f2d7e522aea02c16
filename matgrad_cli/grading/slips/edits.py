"""Single edits of an expression: transpose one factor, swap two neighbours, another product, an inverse more or less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from itertools import product as product_of

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
    Path,
    SumOver,
    Symbol,
    Transpose,
    add,
    at,
    hadamard,
    matmul,
    mul,
    product,
    replace_at,
)
from ...ir.memory import remembered
from .causes import Trial
from .terms import shown, written_places

MOST_EDITS = 240
Place = tuple[Path, Expr]


def edits(root: Expr, lost: Iterable[Index] = ()) -> Iterator[Trial]:
    """All single edits, likely slips first, each as the line that it makes. At most MOST_EDITS. `lost` are letters that it should have."""
    found = list(written_places(root))
    if lost:
        yield from islice(_entries(root, found, lost), MOST_EDITS)
        return
    kinds = (
        *(_brackets, _transposes, _turned_entries, _outer, _swaps, _products),
        *(_inverses, _squared_inverses, _identities, _insertions, _entries, _exchanges),
    )
    count = 0
    for kind in kinds:
        for trial in kind(root, found):
            count += 1
            if count > MOST_EDITS:
                return
            yield trial


def _trial(root: Expr, path: Path, said: tuple[str, str, str], part: Expr, make: Callable[..., Expr], *parts: object) -> Iterator[Trial]:
    """The line with `make(*parts)` at the path, if the shapes fit; said are code, message and what mends it, `part` is at fault."""
    try:
        line = replace_at(root, path, make(*parts))
    except ValueError:
        return
    yield Trial(said[0], line, said[1], said[2], part=part)


@remembered(maxsize=512)
def _quoted(node: Expr) -> str:
    found = shown(node)
    return f"`{found}`" if len(found) <= 40 else f"`{found[:37]}…`"


def _called(found: Sequence[Place], path: Path, node: Expr) -> str:
    """`the first X` where X stands several times, else the bare part."""
    same = [where for where, other in found if other is node]
    if len(same) < 2:
        return _quoted(node)
    words = ("first", "second", "third", "fourth", "fifth")
    place = same.index(path)
    return f"the {words[place] if place < len(words) else f'{place + 1}th'} {_quoted(node)}"


def _above(root: Expr, path: Path) -> Expr | None:
    return at(root, path[:-1]) if path else None


def _brackets(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """a b + c for a (b + c): a bracket is missing, so the factor in front multiplies the first term only."""
    message = "a bracket is missing: the factor in front multiplies the first term only"
    for path, node in found:
        for start, term in enumerate(node.terms[:-1]) if isinstance(node, Add) else ():
            parts = _factors(term)
            for cut in range(1, len(parts)):
                for end in range(start + 2, len(node.children) + 1):
                    words = (
                        f"put {_quoted_product(parts[cut:])} and what follows into one bracket behind {_quoted_product(parts[:cut])}"
                    )
                    said = "lost-factor", message, words
                    yield from _trial(root, path, said, node.children[start + 1], _bracketed, node, start, end, parts, cut)


def _bracketed(node: Add, start: int, end: int, parts: list[Expr], cut: int) -> Expr:
    inside = add(product(*parts[cut:]), *node.terms[start + 1 : end])
    return add(*node.terms[:start], product(*parts[:cut], inside), *node.terms[end:])


def _quoted_product(parts: Sequence[Expr]) -> str:
    return _quoted(product(*parts))


def _factors(term: Expr) -> list[Expr]:
    """The numbers and the arrays of a product, in order."""
    if isinstance(term, Mul):
        return [part for factor in term.factors for part in (_factors(factor) if not factor.shape.is_number else [factor])]
    return list(term.factors) if isinstance(term, MatMul) else [term]


def _is_array(node: Expr) -> bool:
    """Whether the part can carry a transpose or an inverse of its own: a name, a sum in brackets, a function, an inverse."""
    return not node.shape.is_number and not isinstance(node, (Mul, MatMul, Transpose, Eye, Fill))


def _transposes(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    for path, node in found:
        if isinstance(node, Transpose):
            words = f"do not transpose {_called(found, (*path, 0), node.body)}"
            said = "missing-transpose", "one factor is transposed that must not be", words
            yield from _trial(root, path, said, node, _same, node.body)
        elif _is_array(node) and not isinstance(_above(root, path), Transpose):
            said = "missing-transpose", "a transpose is missing on one factor", f"transpose {_called(found, path, node)}"
            yield from _trial(root, path, said, node, Transpose, node)


def _same(node: Expr) -> Expr:
    return node


def _turned_entries(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """A_ki for A_ik: the letters of an entry stand the wrong way round."""
    message = "the letters of an entry stand the wrong way round, as of the transpose"
    for path, node in found:
        if isinstance(node, Entry) and isinstance(node.row, Index) and isinstance(node.col, Index) and node.row is not node.col:
            said = "missing-transpose", message, f"turn the letters of {_quoted(node)} round"
            yield from _trial(root, path, said, node, Entry, node.base, node.col, node.row)


# ---- products: numbers in front and a row of arrays, where some neighbours may meet in a number (xᵀy z)


def _chains(found: Sequence[Place], root: Expr) -> Iterator[tuple[Path, Expr, list[Expr], list[Expr], bool]]:
    """Whole products: path, node, numbers, arrays in order, and whether a trace stands round them."""
    for path, node in found:
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
    """The product of arrays in this order, neighbours that meet in a number taken together; raises ValueError if there is none."""
    pieces: list[list[Expr]] = []
    for array in arrays:
        if pieces and pieces[-1][-1].shape.cols is array.shape.rows and not matmul(*pieces[-1]).shape.is_number:
            pieces[-1].append(array)
        else:
            pieces.append([array])
    return mul(*numbers, *(matmul(*piece) for piece in pieces))


def _outer(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """xᵀy for x yᵀ: an inner product stands where an outer one is needed, or the other way round."""
    for path, node, numbers, arrays, _ in _chains(found, root):
        for here, (left, right) in enumerate(pairwise(arrays)):
            if isinstance(left, Transpose) is isinstance(right, Transpose):
                continue
            pair: tuple[Expr, Expr]
            if isinstance(left, Transpose):
                pair, message = (left.body, Transpose(right)), "an inner product stands where an outer product is needed"
            else:
                assert isinstance(right, Transpose)
                pair, message = (Transpose(left), right.body), "an outer product stands where an inner product is needed"
            turned = [*arrays[:here], *pair, *arrays[here + 2 :]]
            said = "wrong-order", message, "put the transpose on the other factor"
            yield from _trial(root, path, said, node, _conformed, numbers, turned)


def _swaps(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    for path, node, numbers, arrays, traced in _chains(found, root):
        code = "cyclic-trace-misuse" if traced else "wrong-order"
        message = (
            "under a trace factors may only rotate; here two of them were exchanged"
            if traced
            else "the factors stand in the wrong order"
        )
        for here, (left, right) in enumerate(pairwise(arrays)):
            if left is not right:
                swapped = [*arrays[:here], right, left, *arrays[here + 2 :]]
                said = code, message, f"swap {_quoted(left)} and {_quoted(right)}"
                yield from _trial(root, path, said, node, _conformed, numbers, swapped)
        for turned in (arrays[::-1], [*arrays[1:], arrays[0]], [arrays[-1], *arrays[:-1]]) if len(arrays) > 2 else ():
            words = "write the factors in the order " + " ".join(_quoted(part).strip("`") for part in turned)
            said = "wrong-order", "the factors stand in the wrong order", words
            yield from _trial(root, path, said, node, _conformed, numbers, turned)


def _products(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    message = "a matrix product and an elementwise product are confused"
    for path, node in found:
        if not isinstance(node, (MatMul, Hadamard)):
            continue
        mine, other = (matmul, hadamard) if isinstance(node, MatMul) else (hadamard, matmul)
        words = f"write {'an elementwise' if isinstance(node, MatMul) else 'a matrix'} product in {_quoted(node)}"
        said = "product-for-hadamard", message, words
        factors = node.factors
        for cut in range(1, len(factors)):
            yield from _trial(root, path, said, node, _halves, mine, other, factors[:cut], factors[cut:])
            if len(factors) > 2:
                yield from _trial(root, path, said, node, _pair, mine, other, factors, cut)


def _halves(mine: Callable[..., Expr], other: Callable[..., Expr], left: Sequence[Expr], right: Sequence[Expr]) -> Expr:
    return other(mine(*left), mine(*right))


def _pair(mine: Callable[..., Expr], other: Callable[..., Expr], factors: Sequence[Expr], cut: int) -> Expr:
    return mine(*factors[: cut - 1], other(*factors[cut - 1 : cut + 1]), *factors[cut + 1 :])


# ---- inverses


def _inverses(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    for path, node in found:
        if isinstance(node, Inverse):
            said = "missing-inverse", "there is an inverse too many", f"do not invert {_quoted(node.body)}"
            yield from _trial(root, path, said, node, _same, node.body)
        elif _is_array(node) and node.shape.is_square:
            said = "missing-inverse", "an inverse is missing", f"invert {_called(found, path, node)}"
            yield from _trial(root, path, said, node, Inverse, node)


def _squared_inverses(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """M⁻² D and D M⁻² for M⁻¹ D M⁻¹: the derivative of 1/u taken for that of an inverse."""
    message = "the scalar rule −1/u² was used for an inverse: d(M⁻¹) = −M⁻¹ dM M⁻¹"
    for path, _, numbers, arrays, _ in _chains(found, root):
        for here, part in enumerate(arrays):
            after = arrays[here + 1] if here + 1 < len(arrays) else None
            if isinstance(part, MatrixPower) and part.exponent == -2:
                single: Expr = Inverse(part.base)
                rest = [*arrays[:here], *arrays[here + 1 :]]
            elif isinstance(part, Inverse) and after is part:
                single, rest = part, [*arrays[:here], *arrays[here + 2 :]]
            else:
                continue
            spans = ((start, end) for start in range(len(rest)) for end in range(start + 1, min(len(rest), start + 3) + 1))
            fitting = [(start, end) for start, end in spans if all(a.shape.cols is b.shape.rows for a, b in pairwise(rest[start:end]))]
            for start, end in fitting:
                for one in (single, Transpose(single)):
                    split = [*rest[:start], one, *rest[start:end], one, *rest[end:]]
                    said = "inverse-rule", message, f"put {_quoted(one)} on each side of {_quoted_product(rest[start:end])}"
                    yield from _trial(root, path, said, part, _conformed, numbers, split)


# ---- factors that are needed once more, or in another place


def _names(found: Sequence[Place]) -> list[Symbol]:
    return list(dict.fromkeys(node for _, node in found if isinstance(node, Symbol) and not node.shape.is_number))


def _identities(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """A + λ for A + λ I, or b + λ for b + λ w: a number, added to every entry, stands where a multiple of an array is needed."""
    names = _names(found)
    for path, node in found:
        if not (isinstance(node, Fill) and node.value == 1) or not isinstance(_above(root, path), (Mul, Add)):
            continue
        arrays: list[tuple[Expr, str]] = [(Eye(node.shape.rows), "the identity")] if node.shape.is_square else []
        arrays += [(name, f"`{name.name}`") for name in names if name.shape is node.shape]
        for array, called in arrays:
            said = "dropped-term", "a factor is missing", f"multiply the number by {called}"
            yield from _trial(root, path, said, node, _same, array)


def _insertions(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """A factor that stands in the line already is needed once more."""
    names = _names(found)
    for path, node in found:
        if not isinstance(node, (Symbol, Add, Mul)) or node.shape.is_number:
            continue
        for name in names:
            said = "dropped-term", f"the factor `{name.name}` is needed once more", f"multiply {_called(found, path, node)} by it"
            for joined, *parts in ((hadamard, name, node), (matmul, name, node), (matmul, node, name)):
                yield from _trial(root, path, said, node, joined, *parts)


def _entries(root: Expr, found: Sequence[Place], lost: Iterable[Index] = ()) -> Iterator[Trial]:
    """An entry of an array that stands in the line is missing as a factor under its Σ."""
    letters = sorted({*root.free, *lost, *(letter for _, node in found if isinstance(node, SumOver) for letter in node.indices)})
    for path, node in found:
        for name in _names(found) if isinstance(node, SumOver) else ():
            choices = [_letters_over(letters, side) for side in (name.shape.rows, name.shape.cols)]
            for row, col in product_of(*choices):
                yield from _trial(root, path, ("dropped-term", "a factor is missing", "write"), node, _with_entry, node, name, row, col)


def _letters_over(letters: Sequence[Index], side: Dim) -> list[Index | None]:
    return [letter for letter in letters if letter.dim is side] or [None]


def _with_entry(node: SumOver, name: Symbol, row: Index | None, col: Index | None) -> Expr:
    return SumOver(node.indices, mul(node.body, Entry(name, row, col)))


def _exchanges(root: Expr, found: Sequence[Place]) -> Iterator[Trial]:
    """a (bᵀx) for b (aᵀx): two names have changed places."""
    named = [(path, node) for path, node in found if isinstance(node, Symbol) and not node.shape.is_number]
    for here, (first, left) in enumerate(named):
        for second, right in named[here + 1 :]:
            if left is not right:
                said = "wrong-order", "two factors have changed places", f"exchange {_quoted(left)} and {_quoted(right)}"
                yield from _trial(root, (), said, left, _exchanged, root, (first, right), (second, left))


def _exchanged(root: Expr, *new: Place) -> Expr:
    (first, left), (second, right) = new
    if left.shape is right.shape:
        return replace_at(replace_at(root, first, left), second, right)
    top = next(step for step, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)
    return replace_at(root, first[:top], _swapped_below(at(root, first[:top]), (first[top:], left), (second[top:], right)))


def _swapped_below(node: Expr, *new: Place) -> Expr:
    parts = list(node.children)
    for (head, *rest), part in new:
        parts[head] = replace_at(parts[head], tuple(rest), part)
    return node.rebuilt(tuple(parts))
