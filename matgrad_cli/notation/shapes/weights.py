"""Names whose shape no use decides: weights, capitals in front of a loss, and offsets,
small letters that are added to a matrix.

Also u_r, of which the notation does not say whether it is row or column r of U.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from ...diagnostics import InputError
from ...diagnostics.record import replace
from ...diagnostics.regex import regex
from ...ir import NUMBER, ONE, Dim, Expr, Mul, Shape, Symbol, nodes_of
from .. import syntax as s
from ..elaboration.elaborate import Reading
from ..names import GREEK
from ..scope import Scope
from .habits import product_of_capitals
from .infer import Inference
from .uses import capital_terms, names_beside

Understood = tuple[Scope, Inference, Symbol, Reading]
MISFITS = frozenset(("shape-mismatch", "not-square", "index-mismatch", "wrong-arguments"))
"""Codes of parts that do not fit; the same text may fit as arrays of NumPy."""

AS_WHAT_IT_IS_ADDED_TO: Final = "assumed to be a matrix, as what it is added to"
_AS_WHAT_IT_SCALES: Final = "assumed to be a matrix, as what it is multiplied with entry by entry"
_OFFSET: Final = regex(r"([A-Za-z]+)(?:_?\d|_[a-z])?")
_SHORT: Final = regex(r"[a-osu-xz][a-z]?")
_WORDS: Final = frozenset((*GREEK.values(), "bias", "mean", "center", "centre", "offset", "shift", "intercept"))
"""Names of a bias or a centre; y, t, p, q and r are targets and the like, as large as what they are compared with."""
_BIAS: Final = regex(r"b|bias|intercept|(?:b|w|beta|theta)_?0")
_DATA: Final = regex(r"(?:X|Phi)(?:_?\w+)?|data|features|inputs?")
"""Names of data, beside which b is a bias: X@w + b, but A@x + b."""


def with_weights(tree: s.Node, scope: Scope, wrt: str, understood: Callable[[Scope], Understood]) -> Understood:
    """The loss as it is understood; with its weights as numbers where it is a number then,
    and is none or does not fit otherwise."""
    latex = scope.syntax == "latex"
    places = tuple(_coefficients(tree) if latex else names_beside(tree))
    other = {wrt, *(name for name, operator in places if operator not in ("*", "/"))}
    tries: list[Collection[str]] = [{name for name, _ in places if name[0].isupper()} - other]
    found, refused = None, None
    try:
        found = understood(scope)
        if found[3].expr.shape.is_number:
            return found
        added = [said for said in found[3].notes if "is added to every entry" in said and not latex]
        stretched = [said for said in added if any(map(str.isalpha, said.split("`")[1]))]  # norm(x - c) - L, not 1 - X
        terms = capital_terms(tree) - {wrt}
        tries = [{*tries[0], *(name for name in terms if any(f" of `{name}`" in said for said in stretched))}]
        tries.append(_beside_numbers(found[3].expr) - {wrt})
    except InputError as error:
        if error.diagnostic.code not in (*MISFITS, "number-plus-array"):
            raise
        if latex:
            further, used = Counter(_further(tree)), Counter(getattr(part, "name", "") for part in s.parts_of(tree))
            tries.append({name for name in further if name != wrt or further[name] >= used[name]})
            tries += [capital_terms(tree) - {wrt}] if error.diagnostic.code == "number-plus-array" else []
        refused = error
    for names in tries:
        weights = {name for name in names if scope.find(name) is None and scope.size(name) is None}
        if weights and (told := _with_numbers(weights, scope, understood)) is not None:
            return told
    if found is None:
        raise refused or AssertionError
    return found


def _with_numbers(names: set[str], scope: Scope, understood: Callable[[Scope], Understood]) -> Understood | None:
    """The loss where these names are numbers, if it is a number then."""
    numbers = {name: Symbol(name, NUMBER) for name in sorted(names)}
    why = "assumed to be a number, so that the loss is one"
    origins = {**scope.origins, **dict.fromkeys(numbers, why)}
    told = replace(scope, symbols={**scope.symbols, **numbers}, origins=origins)
    try:
        inside, inference, variable, reading = understood(told)
    except InputError:
        return None
    said = "".join(reading.notes)
    if any(f"`{name}` is added to every" in said for name in numbers) or not reading.expr.shape.is_number:
        return None
    told_ = tuple(f"`{name}` is a number, so that the loss is one" for name in numbers)
    return inside, replace(inference, assumed=(*told_, *inference.assumed)), variable, reading


def _beside_numbers(expr: Expr) -> set[str]:
    """The matrices that stand nowhere but beside a number that is worked out, as C in C‖w‖², J in Σ J s_i s_j."""
    beside, scaled = set[str](), list[Expr]()
    for node in nodes_of(expr):
        if isinstance(node, Mul) and any(part.shape.is_number and part.children for part in node.factors):
            arrays = [part for part in node.factors if not part.shape.is_number]
            scaled += [part for part in arrays if all(one.shape.is_matrix for one in part.symbols)]
    for part in scaled:  # also N and M of Σ (G_ij − A_ij)² / (N² M²)
        beside |= {one.name for one in part.symbols if isinstance(one, Symbol)}
    others = nodes_of(expr, inside=lambda node: node not in scaled)
    return beside - {node.name for node in others if isinstance(node, Symbol) and node not in scaled}


def rows_or_columns(tree: s.Node, scope: Scope, understood: Callable[[s.Node], Understood]) -> Understood:
    r"""The loss with u_r as row r of U; where that does not fit a declared U, as its column:
    `\sum_{r=1}^k u_r v_r^\top` of U: n×k; in LaTeX with a declared vector in every row of what it is added to."""
    try:
        return _knowing(tree, understood(tree))
    except InputError as error:
        if error.diagnostic.code not in (*MISFITS, "sum-range"):
            raise
        lines = (name for name, one in scope.symbols.items() if one.shape.is_column or one.shape.is_row)
        vectors = list(filter(_is_offset, lines))
        ways = [(turned, ()) for turned in _with_columns(tree, scope)]
        for turned, said in (*ways, *(along_every_row(tree, scope, vectors) if scope.syntax == "latex" else ())):
            try:
                closed, inference, variable, reading = _knowing(turned, understood(turned))
            except InputError:
                continue
            return closed, inference, variable, replace(reading, notes=(*reading.notes, *said))
        raise


def _knowing(tree: s.Node, found: Understood) -> Understood:
    """What is understood, with what is known of the matrices then."""
    slices = [part for part in s.parts_of(tree) if isinstance(part, s.Slice) and part.is_numbered]
    known = {part.matrix.name: "column" if part.is_column else "row" for part in slices}
    return (replace(found[0], members={**found[0].members, **known}), *found[1:]) if known else found


def _with_columns(tree: s.Node, scope: Scope) -> Iterator[s.Node]:
    """The tree with columns for the rows of all declared matrices of which nothing is known, then of each alone."""
    slices = [part for part in s.parts_of(tree) if isinstance(part, s.Slice) and part.way in ("sample", "subscript")]
    open_ = scope.symbols.keys() - scope.members.keys()
    matrices = sorted({part.matrix.name for part in slices if part.matrix.name in open_})
    for names in ([matrices] if len(matrices) > 1 else []) + [[name] for name in matrices]:
        yield s.rebuilt(tree, partial(_turned, names))


def _turned(names: Collection[str], part: s.Node) -> s.Node:
    column = isinstance(part, s.Slice) and part.is_numbered and part.matrix.name in names
    return replace(part, way="said column") if isinstance(part, s.Slice) and column else part


def with_offsets(tree: s.Node, scope: Scope, understood: Callable[[Scope], Understood]) -> Understood:
    """The loss as it is understood with columns; with small letters that are only added to matrices as vectors,
    one entry a column.

    NumPy adds such a vector to every row: the bias of `X@W + b`, the centre of `X - mu`. In a book it is what it is
    added to: a matrix. The bias of `X@w + b` is a number, which NumPy adds to every entry.
    """
    found = understood(scope)
    closed, inference, variable, reading = found
    other = {name for name, operator in names_beside(tree) if operator not in ("+", "-")}
    offsets = {name: shape for name, shape in inference.shapes.items() if name not in other}
    rows = {name: shape for name, shape in offsets.items() if shape.is_matrix and _is_offset(name)}
    asks = scope.syntax != "numpy" or bool(inference.notes)  # A*x − b: a product may have been meant
    others = [name for name, shape in offsets.items() if shape.is_matrix and name[0].islower() and name not in rows]
    whole = rows if asks else others
    why = {name: AS_WHAT_IT_IS_ADDED_TO for name in whole if scope.find(name) is None}
    matrices = {name for name, shape in inference.shapes.items() if shape.is_matrix and scope.syntax != "latex"}
    why |= {name: _AS_WHAT_IT_SCALES for name in _scaling(tree) & matrices if scope.find(name) is None}
    closed = replace(closed, origins={**closed.origins, **why})
    found = closed, inference, variable, reading
    if asks:
        return found
    data = any(_is_data(part) for part in s.parts_of(tree))
    numbers = {name for name, shape in offsets.items() if data and shape.is_column and _BIAS.fullmatch(name)}
    if not rows and not numbers:
        return found
    symbols = {name: Symbol(name, Shape(shape.cols, ONE)) for name, shape in rows.items()}
    of_rows = "assumed to be a vector that is added to every row, as small letters beside a matrix are"
    origins = dict.fromkeys(rows, of_rows)
    origins |= dict.fromkeys(numbers, "assumed to be a number that is added to every entry, as a bias is")
    for name, shape in inference.shapes.items():
        if name in numbers or shape.is_number:
            symbols[name] = Symbol(name, NUMBER)
            origins.setdefault(name, closed.origins[name])
    sizes = {side: Dim.of(side) for shape in rows.values() for side in shape.cols.names}
    told = replace(
        scope,
        arrays=scope.arrays or bool(rows),
        symbols={**scope.symbols, **symbols},
        sizes={**scope.sizes, **sizes},
        origins={**scope.origins, **origins},
    )
    try:
        return understood(told)
    except InputError:
        return found


def _scaling(tree: s.Node) -> set[str]:
    """The small letters that multiply or divide, stand in sums too, and nowhere else."""
    beside: dict[str, set[str]] = {}
    for name, operator in names_beside(tree):
        beside.setdefault(name, set()).add(operator)
    every = {"*", "/", "+", "-"}
    return {name for name, signs in beside.items() if name[0].islower() and signs & {"*", "/"} and signs <= every}


def along_every_row(tree: s.Node, scope: Scope, vectors: Collection[str]) -> Iterator[tuple[s.Node, tuple[str, ...]]]:
    r"""The tree with 𝟏bᵀ, then with b𝟏ᵀ, for a vector b that is added to a matrix, `XW + b`, and what is said of it:
    books write so of the bias of every sample."""
    for way, sign in (("row", "𝟏{}ᵀ"), ("column", "{}𝟏ᵀ")):
        found: dict[str, None] = {}
        changed = s.rebuilt(tree, partial(_along, way, found, scope, vectors))
        if found:
            read = [f"`{name}` is added to every {way}: it is read as `{sign.format(name)}`" for name in found]
            yield changed, tuple(read)


def _along(way: str, found: dict[str, None], scope: Scope, vectors: Collection[str], part: s.Node) -> s.Node:
    if not (isinstance(part, s.Binary) and part.operator in ("+", "-")):
        return part

    def stretched(side: s.Node, beside: s.Node) -> s.Node:
        inner, ones = s.ungrouped(side), s.Apply(side.span, "ones", ())
        others = (scope.find(one.name) for one in s.parts_of(beside) if isinstance(one, s.Name))
        has_matrix = any(value is not None and value.shape.is_matrix for value in others)
        if not isinstance(inner, s.Name) or inner.name not in vectors or not has_matrix:
            return side
        found.setdefault(inner.name)
        turned, value = s.Transposed(side.span, side), scope.find(inner.name)
        row, column = (side, turned) if value is not None and value.shape.is_row else (turned, side)
        left, right = (ones, row) if way == "row" else (column, s.Transposed(side.span, ones))
        return s.Binary(side.span, "juxtapose", left, right)

    return replace(part, left=stretched(part.left, part.right), right=stretched(part.right, part.left))


def _is_offset(name: str) -> bool:
    found = _OFFSET.fullmatch(name)
    return found is not None and (found[1] in _WORDS or _SHORT.fullmatch(found[1]) is not None)


def _is_data(part: s.Node) -> bool:
    """Whether a part is a product with data: X @ w, X.dot(w), or a*x of a line."""
    match part:
        case s.Binary(_, "*", s.Name(), s.Name(_, "x")) | s.Binary(_, "*", s.Name(_, "x"), s.Name()):
            return True
        case s.Binary(_, "@", left, _) | s.Apply(_, "dot", (left, _)):
            first = s.ungrouped(left)
            return isinstance(first, s.Name) and _DATA.fullmatch(first.name) is not None
    return False


def _coefficients(tree: s.Node) -> Iterator[tuple[str, str]]:
    r"""The names that stand in front of a term made by a function, as N in `\frac N2 \log(2\pi\sigma^2)`."""
    for term in s.terms(tree):
        match term:
            case s.Binary(_, "juxtapose" | "dot", front, s.Apply() | s.Group() | s.Sigma()):
                names = [part.name for part in s.parts_of(front) if isinstance(part, s.Name)]
                yield from ((name, "*") for name in names if len(names) == 1)


def _further(tree: s.Node) -> Iterator[str]:
    r"""The capitals in front of a function, a power or an entry inside of a term, and those of a quotient, as A, E, R
    and T in `A e^{-E/(RT)}`, V and K in `V x_i/(K + x_i)`."""
    for part in s.parts_of(tree):
        match part:
            case s.Binary(_, "/", above, below):
                yield from (name for term in (above, *s.terms(below)) for name in product_of_capitals(term) or ())
            case s.Binary(_, "juxtapose" | "dot", front, behind):
                base = behind.left if isinstance(behind, s.Binary) and behind.operator == "^" else behind
                if isinstance(base, s.Apply | s.Group | s.Sigma | s.Subscript) or getattr(base, "name", "") == "e":
                    held = tuple([one.name for one in s.parts_of(front) if isinstance(one, s.Name)])
                    yield from (held if len(held) == 1 and held[0][0].isupper() else product_of_capitals(front) or ())
