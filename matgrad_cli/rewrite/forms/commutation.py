"""Commutation matrices K, which put stacked columns into the order of stacked rows,
and the order in which letters count such places."""

from __future__ import annotations

from ...facts import Problem
from ...ir import Delta, Expr, Eye, Index, MatrixOf, Named, Pair, Position, mul, nodes_of, substitute, sum_over
from ...ir.dimensions import ONE, Dim
from ...ir.entries import delta

Letters = tuple[Index, ...]


def commutation(rows: Dim, cols: Dim) -> Expr:
    """K with vec(Zᵀ) = K vec(Z) for every rows × cols matrix Z: K[(s,t),(t,s)] = 1, else 0."""
    both = rows * cols
    if ONE in (rows, cols):
        return Eye(both)
    r, c = Index("r", both), Index("c", both)
    s, t = Index("s", rows), Index("t", cols)
    body = sum_over((s, t), mul(delta(r, Pair(s, t, cols)), delta(c, Pair(t, s, rows))))
    return Named("K", MatrixOf(r, c, body))


def is_commutation(node: Expr) -> bool:
    """Whether a named part is a commutation matrix that was put in here."""
    return (
        isinstance(node, Named)
        and isinstance(node.body, MatrixOf)
        and any(isinstance(part, Delta) for part in nodes_of(node.body))
    )


def with_own_names(matrix: Expr, problem: Problem) -> Expr:
    """K, or K1, K2 … if there are several; another letter if the problem has a K of its own."""
    swaps = [node for node in nodes_of(matrix) if is_commutation(node)]
    taken = {symbol.name for symbol in problem.variables} | {
        node.name for node in nodes_of(matrix) if isinstance(node, Named)
    } - {"K"}
    taken |= {name for dim in problem.sizes for name in dim.names}
    head = next(letter for letter in ("K", "C", "T", "P", "Q", "comm") if letter not in taken or letter == "comm")
    names = {
        swap: Named(head if len(swaps) == 1 else f"{head}{number}", swap.children[0])
        for number, swap in enumerate(swaps, 1)
    }
    return substitute(matrix, names) if names else matrix


def paired(letters: Letters) -> Position:
    """Letters, outermost first, as the one position that they count."""
    position: Position = letters[-1]
    inner = letters[-1].dim
    for letter in reversed(letters[:-1]):
        position = Pair(letter, position, inner)
        inner = letter.dim * inner
    return position
