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
from ..forms.algebra import flip, ones
from ..forms.entries import entry
from ..forms.terms import MOST_TERMS, Term, brackets_opened, split
from ..textbook.scaled import Scaled, scaled
from ..textbook.simplifier import textbook
from .commutation import Block, Letters, all_ones, assembled, kron_of, with_own_names
from .hubs import through_hub
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
        found = through_hub(inside.factors, inside.indices[0], rows, cols, scene, flatten_term) if len(inside.indices) == 1 else None
        return [Form((*inside.coefficient, *found[0]), (), found[1], ())] if found else []
    blocks = _blocks(inside.factors, rows, cols, scene)
    if blocks is None:
        return []
    coefficient = (*inside.coefficient, *(number for block in blocks for number in block.coefficient))
    return [Form(coefficient, *parts) for parts in _ordered(blocks, rows, cols)]


def _ordered(blocks: list[Block], rows: Letters, cols: Letters) -> list[tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]]]:
    """left · core · right with loose columns and rows joined to u vᵀ, unless fewer swaps are needed when they stay apart."""
    joined, apart = assembled(_outer(blocks), rows, cols), assembled(blocks, rows, cols)
    return apart if len(apart[0][0]) + len(apart[0][2]) < len(joined[0][0]) + len(joined[0][2]) else joined


def _without_pairs(term: Term, rows: Letters, cols: Letters) -> tuple[Term, Letters, Letters] | None:
    """δ_i,(k,s): the row letter i becomes the two row letters k and s."""
    sides, indices = [list(rows), list(cols)], list(term.indices)
    used = {letter.name for letter in (*rows, *cols)} | term.names()
    factors: list[Expr] = []
    extra: list[Expr] = []
    for factor in term.factors:
        found = _pair_of(factor)
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


def _pair_of(factor: Expr) -> tuple[Index, Pair] | None:
    if isinstance(factor, Delta):
        for one, other in ((factor.left, factor.right), (factor.right, factor.left)):
            if isinstance(one, Index) and isinstance(other, Pair):
                return one, other
    return None


def _leaves(position: Position) -> list[Index | None]:
    if isinstance(position, Pair):
        return [*_leaves(position.outer), *_leaves(position.inner)]
    return [position if isinstance(position, Index) else None]


# ---------------------------------------------------------------- parts of a term


def _blocks(factors: tuple[Expr, ...], rows: Letters, cols: Letters, scene: Scene) -> list[Block] | None:
    parts = _connected(factors, (*rows, *cols))
    blocks = []
    for letters, own in parts:
        block = _block(own, _of(rows, letters), _of(cols, letters), scene)
        if block is None:
            return None
        blocks.append(block)
    return blocks


def _of(letters: Letters, some: set[Index]) -> Letters:
    return tuple(letter for letter in letters if letter in some)


def _connected(factors: tuple[Expr, ...], letters: Letters) -> list[tuple[set[Index], tuple[Expr, ...]]]:
    groups: list[set[Index]] = [{letter} for letter in letters]
    for factor in factors:
        touched = [group for group in groups if group & factor.free]
        merged = set[Index]().union(*touched)
        groups = [group for group in groups if group not in touched] + [merged]
    return [(group, tuple(factor for factor in factors if factor.free <= group)) for group in groups]


def _outer(blocks: list[Block]) -> list[Block]:
    """Loose columns u and loose rows vᵀ side by side are read as u vᵀ; altogether if nothing else is there."""
    tall = [block for block in blocks if not block.cols]
    flat = [block for block in blocks if not block.rows]
    rest = [block for block in blocks if block.rows and block.cols]
    stacked = any(len(block.rows) + len(block.cols) > 1 for block in (*tall, *flat))  # vec(X) stays whole
    if not rest and stacked and sum(len(block.rows) for block in tall) == sum(len(block.cols) for block in flat):
        tall, flat = [_beside(tall)], [_beside(flat)]
    while tall and flat:
        left, right = tall.pop(), flat.pop()
        whole = ones(left.matrix.shape.rows, right.matrix.shape.cols) if all_ones(left.matrix) and all_ones(right.matrix) else None
        rest.append(Block(left.rows, right.cols, whole or matmul(left.matrix, right.matrix), left.coefficient + right.coefficient))
    return rest + tall + flat


def _beside(blocks: list[Block]) -> Block:
    return Block(
        tuple(letter for block in blocks for letter in block.rows),
        tuple(letter for block in blocks for letter in block.cols),
        kron_of(block.matrix for block in blocks),
        tuple(number for block in blocks for number in block.coefficient),
    )


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
        if equal not in moved:
            continue
        row, col = sorted(equal.free, key=lambda letter: letter in cols)
        for number, factor in enumerate(moved):
            if factor is equal or len(factor.free) < 2 or not _crosses(factor, rows, cols):
                continue
            if row in factor.free and col not in factor.free:
                moved[number] = rename(factor, {row: col})
            elif col in factor.free and row not in factor.free:
                moved[number] = rename(factor, {col: row})
    identities = [factor for factor in moved if isinstance(factor, Delta) and _crosses(factor, rows, cols)]
    if len(rows) == len(cols) == 2 and len(identities) == 2 and len(frozenset().union(*(one.free for one in identities))) == 4:
        back: dict[Index, Position] = {}
        for one in identities:
            row, col = sorted(one.free, key=lambda letter: letter in cols)
            back[col] = row
        moved = [factor if factor in identities else rename(factor, back) for factor in moved]
    return tuple(moved)


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
        parts = _connected((*own, *extra), (*rows, *cols))
        blocks = [_block(mine, _of(rows, letters), _of(cols, letters), scene) for letters, mine in parts]
        if any(block is None for block in blocks):
            return None
        kept = [block for block in blocks if block is not None]
        left, core, right = _ordered(kept, rows, cols)[0]
        found.append(Form((), left, core, right).expr())
        coefficient += [number for block in kept for number in block.coefficient]
    return Block(rows, cols, hadamard(*found), tuple(coefficient)) if found else None


def _times(coefficient: tuple[Expr, ...], matrix: Expr) -> Expr:
    kept = [number for number in coefficient if number is not Number(1)]
    return mul(*kept, matrix) if kept else matrix
