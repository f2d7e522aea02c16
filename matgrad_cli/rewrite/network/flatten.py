"""∂vec(F)/∂vec(X)ᵀ: the entries of a derivative with three or four letters laid out as one matrix, with ⊗ and commutation matrices.

vec puts columns on top of each other, so entry (i,j) of F stands in row (j,i), j outermost. A term is a graph over the free
letters; its connected parts become matrices of their own, joined by ⊗, and an order of letters that does not fit is mended by K.
"""

from __future__ import annotations

from ...diagnostics.record import record
from ...facts import Problem
from ...ir import (
    Add,
    Call,
    Delta,
    Expr,
    Eye,
    Index,
    Kron,
    Mul,
    Number,
    Pair,
    Position,
    add,
    fresh_index,
    hadamard,
    kron,
    matmul,
    mul,
    rename,
)
from ...records import Result
from ...verify.judge import Judge
from ..engine.application import Scene
from ..forms.algebra import flip
from ..forms.entries import entry
from ..forms.terms import MOST_TERMS, Term, brackets_opened, split
from ..textbook.scaled import Scaled, scaled
from ..textbook.simplifier import textbook
from .commutation import Block, ordered, with_own_names
from .links import Letters, connected, delta_of_pair
from .reading_rules import matrix_of, read_through

MOST_SYMBOLS = 60
"""A matrix form with more symbols than this says less than the entries and is left out."""


MOST_SIZES = 6
"""A product of more sizes than this (m p² n q² of them for A ⊗ X ⊗ X) is too large to be judged in passing."""

@record
class Form:
    """coefficient · left · core · right; `left` and `right` only put rows and columns into order."""

    coefficient: tuple[Expr, ...]
    left: tuple[Expr, ...]
    core: Expr
    right: tuple[Expr, ...]

    def array(self) -> Expr:
        """The matrix without its coefficient; identities beside another factor are dropped."""
        factors = [*self.left, self.core, *self.right]
        return matmul(*([factor for factor in factors if not isinstance(factor, Eye)] or [self.core]))

    def expr(self) -> Expr:
        """The matrix."""
        return _times(self.coefficient, self.array())


def flattened_matrix(result: Result, scene: Scene, judge: Judge, order: int) -> Expr | None:
    """The matrix ∂vec(F)/∂vec(X)ᵀ (∂²L/∂vec(X)∂vec(X)ᵀ for order 2), judged against the entries; None if there is none."""
    problem = scene.problem
    groups = letter_groups(result.letters, problem, order)
    if groups is None or sum(power for letter in result.letters for _, power in letter.dim.powers) > MOST_SIZES:
        return None
    rows, cols = (tuple(reversed(group)) for group in groups)
    found = flatten(result.entry, rows, cols, scene)
    if found is None:
        return None
    tidied = with_own_names(textbook(found, problem), problem)
    if tidied.weight > MOST_SYMBOLS:
        return None
    claimed = entry(tidied, paired(rows), paired(cols))
    return tidied if judge.compare_over(result.entry, claimed, result.letters).holds else None


def letter_groups(letters: Letters, problem: Problem, order: int) -> tuple[Letters, Letters] | None:
    """The letters of the rows and of the columns (loss first, then variable); None if there are not two groups."""
    sides = [problem.loss.shape, *[problem.wrt.shape] * order]
    left, groups = list(letters), []
    for shape in sides:
        count = len(shape.dims)
        if count:
            groups.append(tuple(left[:count]))
            del left[:count]
    return (groups[0], groups[1]) if len(groups) == 2 and not left else None


def paired(letters: Letters) -> Position:
    """Letters, outermost first, as the one position that they count."""
    position: Position = letters[-1]
    inner = letters[-1].dim
    for letter in reversed(letters[:-1]):
        position = Pair(letter, position, inner)
        inner = letter.dim * inner
    return position


def flatten(line: Expr, rows: Letters, cols: Letters, scene: Scene) -> Expr | None:
    """The matrix with rows (rows) and columns (cols) whose entries are `line`; None if a term has no such form."""
    terms = opened_terms(line)
    if not terms or len(terms) > MOST_TERMS:
        return None
    options = [flatten_term(term, rows, cols, scene) for term in terms]
    return add(*_shared(_gathered(options))) if all(options) else None


def _shared(terms: list[Expr]) -> list[Expr]:
    """A ⊗ B + A ⊗ C = A ⊗ (B + C), where A is a factor of all terms at that end."""
    for end in (0, -1):
        parts = [scaled(term) for term in terms]
        found = [part.array.factors for part in parts if isinstance(part.array, Kron) and len(part.array.factors) == 2]
        if len(found) < 2 or len(found) < len(terms) or len({factors[end] for factors in found}) > 1:
            continue
        inside = add(*(_times((*_value(part), *part.scalars), factors[1 + end]) for part, factors in zip(parts, found, strict=True)))
        return [kron(found[0][0], inside) if end == 0 else kron(inside, found[0][1])]
    return terms


def _value(part: Scaled) -> tuple[Expr, ...]:
    return (Number(part.value),)


def opened_terms(line: Expr) -> tuple[Term, ...]:
    """The terms of a line; brackets that hold a δ of letters are multiplied out."""
    return brackets_opened(split(line))


def _gathered(options: list[list[Form]]) -> list[Expr]:
    """The terms added up; where K P stands beside P they become (I + K) P."""
    plain = [option[0] for option in options if not option[0].left and not option[0].right]
    out: list[Expr] = []
    used: list[Form] = []
    for option in options:
        if option[0] in plain:
            continue
        twin = next(((form, one) for form in option for one in plain if one not in used and _twins(form, one)), None)
        if twin is None:
            out.append(option[0].expr())
            continue
        form, one = twin
        used.append(one)
        swap = (form.left or form.right)[0]
        bracket = add(Eye(swap.shape.rows), swap)
        product = bracket if isinstance(form.core, Eye) else matmul(bracket, form.core) if form.left else matmul(form.core, bracket)
        out.append(_times(form.coefficient, product))
    return [form.expr() for form in plain if form not in used] + out


def _twins(form: Form, one: Form) -> bool:
    same = form.core is one.core and form.coefficient == one.coefficient
    return same and len(form.left) + len(form.right) == 1 and (form.left or form.right)[0].shape.is_square


def flatten_term(term: Term, rows: Letters, cols: Letters, scene: Scene) -> list[Form]:
    """The matrix forms of one term, the best first; empty if there is none."""
    opened = _without_pairs(term, rows, cols)
    if opened is None:
        return []
    rows, cols = opened[1], opened[2]
    (inside,) = split(read_through(opened[0].expr(), None, scene))
    if any(len(factor.free) > 2 or isinstance(factor, Add) for factor in inside.factors):
        return []
    if inside.indices:
        return _through_hub(inside, rows, cols, scene) if len(inside.indices) == 1 else []
    blocks = _blocks(inside.factors, rows, cols, scene)
    if blocks is None:
        return []
    coefficient = (*inside.coefficient, *(number for block in blocks for number in block.coefficient))
    return [Form(coefficient, *parts) for parts in ordered(blocks, rows, cols)]


def _without_pairs(term: Term, rows: Letters, cols: Letters) -> tuple[Term, Letters, Letters] | None:
    """δ_i,(k,s): the row letter i becomes the two row letters k and s."""
    sides, indices = [list(rows), list(cols)], list(term.indices)
    used = {letter.name for letter in (*rows, *cols)} | term.names()
    factors: list[Expr] = []
    extra: list[Expr] = []
    for factor in term.factors:
        found = delta_of_pair(factor)
        side = next((side for side in sides if found and found[0] in side), None)
        if found is None or side is None:
            factors.append(factor)
            continue
        leaves: list[Index] = []
        for leaf in _leaves(found[1]):
            if leaf is None:
                return None
            if leaf in indices:
                indices.remove(leaf)
                leaves.append(leaf)
            else:
                new = fresh_index(leaf.dim, used)
                used.add(new.name)
                leaves.append(new)
                extra.append(Delta(new, leaf))
        place = side.index(found[0])
        side[place : place + 1] = leaves
    return Term(term.coefficient, tuple(indices), (*factors, *extra)), tuple(sides[0]), tuple(sides[1])


def _leaves(position: Position) -> list[Index | None]:
    if isinstance(position, Pair):
        return [*_leaves(position.outer), *_leaves(position.inner)]
    return [position if isinstance(position, Index) else None]


# ---------------------------------------------------------------- parts of a term


def _blocks(factors: tuple[Expr, ...], rows: Letters, cols: Letters, scene: Scene) -> list[Block] | None:
    parts = connected(factors, (*rows, *cols))
    blocks = []
    for letters, own in parts:
        block = _block(own, _of(rows, letters), _of(cols, letters), scene)
        if block is None:
            return None
        blocks.append(block)
    return blocks


def _of(letters: Letters, some: set[Index]) -> Letters:
    return tuple(letter for letter in letters if letter in some)


def _read(factors: tuple[Expr, ...], row: Index | None, col: Index | None, scene: Scene) -> Block | None:
    matrix = matrix_of(Term((), (), factors).expr(), row, col, scene)
    if matrix is None:
        return None
    parts = matrix.factors if isinstance(matrix, Mul) else (matrix,)
    numbers = tuple(part for part in parts if part.shape.is_number)
    whole = mul(*(part for part in parts if not part.shape.is_number)) if numbers else matrix
    return Block((row,) if row else (), (col,) if col else (), whole, numbers)


def _vec(factors: tuple[Expr, ...], letters: Letters, scene: Scene) -> Block | None:
    """vec of the matrix over two letters, outermost first."""
    found = _read(factors, letters[1], letters[0], scene)
    return None if found is None else Block(letters, (), Call("vec", found.matrix), found.coefficient)


def _block(factors: tuple[Expr, ...], rows: Letters, cols: Letters, scene: Scene) -> Block | None:
    if len(rows) > 2 or len(cols) > 2:
        return None
    if len(rows) <= 1 and len(cols) <= 1:
        return _read(factors, rows[0] if rows else None, cols[0] if cols else None, scene)
    if not cols:
        return _vec(factors, rows, scene)
    if not rows:
        turned = _vec(factors, cols, scene)
        return turned and Block((), cols, flip(turned.matrix), turned.coefficient)
    return _mixed(_moved(factors, rows, cols), rows, cols, scene)


def _moved(factors: tuple[Expr, ...], rows: Letters, cols: Letters) -> tuple[Expr, ...]:
    """Where δ_is stands beside, A_it is A_st: then it lies within the columns and becomes a diagonal."""
    moved = list(factors)
    for equal in [factor for factor in factors if isinstance(factor, Delta) and _crosses(factor, rows, cols)]:
        for number, factor in enumerate(moved if equal in moved else ()):
            shared = equal.free & factor.free
            if factor is not equal and len(factor.free) > 1 and _crosses(factor, rows, cols) and len(shared) == 1:
                moved[number] = rename(factor, dict(zip(shared, equal.free - shared, strict=True)))
    identities = [factor for factor in moved if isinstance(factor, Delta) and _crosses(factor, rows, cols)]
    back: dict[Index, Position] = dict(_across(one, cols)[::-1] for one in identities)
    if len(rows) == len(cols) == len(identities) == len(back) == 2 and len(set(back.values())) == 2:
        return tuple(factor if factor in identities else rename(factor, back) for factor in moved)
    return tuple(moved)


def _across(equal: Expr, cols: Letters) -> tuple[Index, Index]:
    """The row letter and the column letter of a δ between them."""
    row, col = sorted(equal.free, key=cols.__contains__)
    return row, col


def _crosses(factor: Expr, rows: Letters, cols: Letters) -> bool:
    return not factor.free <= set(rows) and not factor.free <= set(cols)


def _mixed(factors: tuple[Expr, ...], rows: Letters, cols: Letters, scene: Scene) -> Block | None:
    """diag(vec M) · (product of matchings) · diag(vec N): M lies within the rows, N within the columns."""
    cross = tuple(factor for factor in factors if _crosses(factor, rows, cols))
    coefficient: list[Expr] = []
    ends: list[Expr | None] = []
    loose: list[Expr] = []
    for letters in (rows, cols):
        own = tuple(factor for factor in factors if factor.free <= set(letters))
        if not any(len(factor.free) == 2 for factor in own):
            loose += own
            ends.append(None)
            continue
        stacked = _vec(own, letters, scene)
        if stacked is None:
            return None
        ends.append(Call("diag", stacked.matrix))
        coefficient += stacked.coefficient
    middle = _matchings(cross, tuple(loose), rows, cols, scene)
    if middle is None:
        return None
    kept = [part for part in (ends[0], middle.matrix, ends[1]) if part is not None and not isinstance(part, Eye)]
    return Block(rows, cols, matmul(*kept) if kept else middle.matrix, (*coefficient, *middle.coefficient))


def _matchings(cross: tuple[Expr, ...], loose: tuple[Expr, ...], rows: Letters, cols: Letters, scene: Scene) -> Block | None:
    """Each way of joining rows with columns is a ⊗ product; several of them are multiplied entry by entry."""
    first, second = (rows[0], cols[0]), (rows[-1], cols[-1])
    square = len(rows) == len(cols)
    ways = [(first, second) if square else (first,), ((rows[0], cols[-1]), (rows[-1], cols[0])) if square else (second,)]
    found: list[Expr] = []
    coefficient: list[Expr] = []
    for way in ways:
        own = tuple(factor for factor in cross if any(factor.free == set(pair) for pair in way))
        if not own:
            continue
        extra, loose = loose, ()
        parts = connected((*own, *extra), (*rows, *cols))
        blocks = [_block(mine, _of(rows, letters), _of(cols, letters), scene) for letters, mine in parts]
        if any(block is None for block in blocks):
            return None
        kept = [block for block in blocks if block is not None]
        left, core, right = ordered(kept, rows, cols)[0]
        found.append(Form((), left, core, right).expr())
        coefficient += [number for block in kept for number in block.coefficient]
    return Block(rows, cols, hadamard(*found), tuple(coefficient)) if found else None


def _times(coefficient: tuple[Expr, ...], matrix: Expr) -> Expr:
    kept = [number for number in coefficient if number is not Number(1)]
    return mul(*kept, matrix) if kept else matrix


# ---------------------------------------------------------------- a summed letter where three factors meet


def _through_hub(term: Term, rows: Letters, cols: Letters, scene: Scene) -> list[Form]:
    """Σ_k X_tk D_sk X_bk δ_sa is (X ⊗ I) diag(vec(D)) (Xᵀ ⊗ I): rows × (k, s), a diagonal, (k, s) × columns. No form if anything but one
    δ joins rows and columns."""
    (hub,) = term.indices
    left, right = {*rows, hub}, {*cols, hub}
    crossing = [one for one in term.factors if not one.free <= left and not one.free <= right]
    parts = _Parts((hub,), term.factors)
    if crossing:
        (link, *more) = crossing
        found = None if more or not isinstance(link, Delta) else _linked(term, link, rows, cols, scene)
        if found is None:
            return []
        parts = found
    own = tuple(one for one in parts.rest if one.free <= left)
    others = tuple(one for one in parts.rest if one not in own)
    first = flatten_term(Term((), (), (*own, *parts.links[:1])), rows, parts.between, scene)
    last = flatten_term(Term((), (), (*others, *parts.links[1:])), parts.between, cols, scene)
    if not first or not last:
        return []
    arrays = [first[0].array(), *parts.diagonal, last[0].array()]
    kept = [array for array in arrays if not isinstance(array, Eye)] or arrays[:1]
    return [Form((*term.coefficient, *first[0].coefficient, *parts.numbers, *last[0].coefficient), (), matmul(*kept), ())]


@record
class _Parts:
    """The letters between the left and the right part of a product, the other factors, a δ for each of both, the diagonal between."""

    between: Letters
    rest: tuple[Expr, ...]
    links: tuple[Expr, ...] = ()
    diagonal: tuple[Expr, ...] = ()
    numbers: tuple[Expr, ...] = ()


def _linked(term: Term, link: Delta, rows: Letters, cols: Letters, scene: Scene) -> _Parts | None:
    """Where δ_sa joins rows and columns, a letter beside the hub stands for both; what meets there is a diagonal."""
    (hub,), (row, col) = term.indices, _across(link, cols)
    new = fresh_index(row.dim, term.names())
    between = (hub, new) if row is rows[-1] else (new, hub)
    meeting = tuple(one for one in term.factors if hub in one.free and one.free & {row, col})
    rest = tuple(one for one in term.factors if one is not link and one not in meeting)
    if not meeting:
        return _Parts(between, rest, (Delta(row, new), Delta(new, col)))
    stacked = _vec(tuple(rename(one, {row: new, col: new}) for one in meeting), between, scene)
    if stacked is None:
        return None
    return _Parts(between, rest, (Delta(row, new), Delta(new, col)), (Call("diag", stacked.matrix),), stacked.coefficient)
