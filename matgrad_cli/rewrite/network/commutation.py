"""Products A ⊗ B ⊗ … of the parts of a term, and commutation matrices K that put their rows and columns into order."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from ...diagnostics.record import record
from ...facts import Problem
from ...ir import Delta, Expr, Eye, Fill, Index, MatrixOf, Named, Pair, kron, matmul, mul, nodes_of, substitute, sum_over
from ...ir.dimensions import ONE, Dim
from ..forms.algebra import ones
from ..forms.entries import delta
from .links import Letters


@record
class Block:
    """The matrix of a connected part of a term: its row letters and column letters, outermost first."""

    rows: Letters
    cols: Letters
    matrix: Expr
    coefficient: tuple[Expr, ...] = ()


def ordered(blocks: list[Block], rows: Letters, cols: Letters) -> list[tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]]]:
    """left · core · right with loose columns and rows joined to u vᵀ, unless fewer swaps are needed when they stay apart."""
    joined, apart = assembled(outer(blocks), rows, cols), assembled(blocks, rows, cols)
    return apart if len(apart[0][0]) + len(apart[0][2]) < len(joined[0][0]) + len(joined[0][2]) else joined


def assembled(blocks: list[Block], rows: Letters, cols: Letters) -> list[tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]]]:
    """left · (block ⊗ block ⊗ …) · right in each order of the blocks that needs fewest swaps; those without a left swap first."""
    found = []
    for order in permutations(blocks) if len(blocks) <= 4 else [tuple(blocks)]:
        left = _swaps(rows, tuple(letter for block in order for letter in block.rows))
        right = _swaps(tuple(letter for block in order for letter in block.cols), cols)
        found.append((left, kron_of(block.matrix for block in order), right))
    fewest = min(len(left) + len(right) for left, _, right in found)
    return sorted((one for one in found if len(one[0]) + len(one[2]) == fewest), key=lambda one: len(one[0]))


def _swaps(wanted: Letters, given: Letters) -> tuple[Expr, ...]:
    """The matrices whose product takes the order `given` of letters (columns) to the order `wanted` (rows)."""
    found: list[Expr] = []
    here = list(given)
    for place in range(len(wanted)):
        start = here.index(wanted[place])
        if start == place:
            continue
        end = start + 1
        while end < len(here) and here[end] is wanted[place + end - start]:
            end += 1
        first, second = here[place:start], here[start:end]
        swap = commutation(_size(second), _size(first))
        around = [Eye(_size(part)) if part else None for part in (here[:place], here[end:])]
        found.insert(0, kron_of(part for part in (around[0], swap, around[1]) if part is not None))
        here[place:end] = second + first
    return tuple(found)


def _size(letters: list[Index]) -> Dim:
    size = ONE
    for letter in letters:
        size = size * letter.dim
    return size


def outer(blocks: list[Block]) -> list[Block]:
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


def commutation(rows: Dim, cols: Dim) -> Expr:
    """K with vec(Zᵀ) = K vec(Z) for every rows × cols matrix Z: K[(s,t),(t,s)] = 1, else 0."""
    both = rows * cols
    r, c = Index("r", both), Index("c", both)
    s, t = Index("s", rows), Index("t", cols)
    body = sum_over((s, t), mul(delta(r, Pair(s, t, cols)), delta(c, Pair(t, s, rows))))
    return Named("K", MatrixOf(r, c, body))


def kron_of(matrices: Iterable[Expr]) -> Expr:
    """A ⊗ B ⊗ …; identities side by side are one identity."""
    parts: list[Expr] = []
    for matrix in matrices:
        before = parts[-1] if parts else None
        if isinstance(matrix, Eye) and isinstance(before, Eye):
            parts[-1] = Eye(before.dim * matrix.dim)
        elif before is not None and all_ones(matrix) and all_ones(before):
            parts[-1] = ones(before.shape.rows * matrix.shape.rows, before.shape.cols * matrix.shape.cols)
        else:
            parts.append(matrix)
    return kron(*parts)


def is_commutation(node: Expr) -> bool:
    """Whether a named part is a commutation matrix that was put in here."""
    return isinstance(node, Named) and isinstance(node.body, MatrixOf) and any(isinstance(part, Delta) for part in nodes_of(node.body))


def with_own_names(matrix: Expr, problem: Problem) -> Expr:
    """K, or K1, K2 … if there are several; another letter if the problem has a K of its own."""
    swaps = [node for node in nodes_of(matrix) if is_commutation(node)]
    taken = {symbol.name for symbol in problem.variables} | {node.name for node in nodes_of(matrix) if isinstance(node, Named)} - {"K"}
    taken |= {name for dim in problem.sizes for name in dim.names}
    head = next(letter for letter in ("K", "C", "T", "P", "Q", "comm") if letter not in taken or letter == "comm")
    names = {swap: Named(head if len(swaps) == 1 else f"{head}{number}", swap.children[0]) for number, swap in enumerate(swaps, 1)}
    return substitute(matrix, names) if names else matrix


def all_ones(matrix: Expr) -> bool:
    """Whether every entry is the number 1, and written so."""
    return isinstance(matrix, Fill) and matrix.value == 1
