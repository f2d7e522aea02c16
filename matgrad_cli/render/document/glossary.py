"""Names in a result that not every reader knows, each explained once below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ...ir import Call, Expr, Fill, Hadamard, Kron, Power, nodes_of
from ...ir.functions import CHANGES, MATRIX_FUNCTIONS

MEANINGS: Final[dict[str, str]] = {
    "polar": "polar({of}) = U Vᵀ of the singular value decomposition {of} = U Σ Vᵀ: all singular values are replaced by 1",
    "leading": "leading({of}) = u vᵀ, where u and v are the singular vectors of the largest singular value of {of}",
    **{name: f"{name} is the function of the matrix as a power series of it, not of its entries" for name in MATRIX_FUNCTIONS},
    **{name: f"{name}({{of}}, …, H) is the derivative along H: that of {of}({{of}} + tH) by t at t = 0" for name, of in CHANGES.items()},
    "topvv": "topvv({of}) = v vᵀ, where v is the eigenvector of length 1 of the largest eigenvalue of {of}",
    "pinv": "pinv({of}) is the pseudoinverse of {of}, which has full rank",
    "step": "step is 1 where an entry is positive and 0 where it is negative",
    "softmax0": "softmax₀ takes the softmax of each column: every column of the result adds up to 1",
    "softmax1": "softmax₁ takes the softmax of each row: every row of the result adds up to 1",
    "mean0": "mean₀ is the row of the means of the columns",
    "mean1": "mean₁ is the column of the means of the rows",
    "logsumexp0": "logsumexp₀ is the row of log Σ exp of each column",
    "logsumexp1": "logsumexp₁ is the column of log Σ exp of each row",
}
"""What a function does; {of} is what it is taken of."""


def explained(shown: Iterable[Expr]) -> Iterator[tuple[str, Expr]]:
    """The meaning of each such function in the expressions, with what it was first taken of."""
    told: set[str] = set()
    for root in shown:
        for node in nodes_of(root):
            if isinstance(node, Call) and node.function in MEANINGS and node.function not in told:
                told.add(node.function)
                yield MEANINGS[node.function], node.argument


def signs(shown: Iterable[Expr]) -> Iterator[str]:
    """What the signs mean that not every reader knows, each once."""
    nodes = {node for root in shown for node in nodes_of(root)}
    if any(isinstance(node, Hadamard | Power) and not node.shape.is_number for node in nodes):
        yield "∘ and ⊘ multiply and divide entry by entry, and A^∘2 squares each entry (matgrad why hadamard)"
    if any(isinstance(node, Fill) and node.value == 1 for node in nodes):
        yield "𝟏 is a vector of ones: 𝟏ᵀx is the sum of the entries of x"
    if any(isinstance(node, Kron) for node in nodes):
        yield "A ⊗ B is the matrix of the blocks A_ij B (matgrad why kron)"
