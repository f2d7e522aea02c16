"""Names in a result that not every reader knows, each explained once below it; and which index letters a line shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ... import ir
from ...ir import Dim, Expr, Index, nodes_of, row_of, whole_derivative
from ...ir.functions import CHANGES, MATRIX_FUNCTIONS, unknown_parts
from ...ir.walk import letters_of_node

_SERIES = " is the function of the matrix as a power series of it, not of its entries"
_ALONG = "({of}, …, H) is the derivative along H: that of "
MEANINGS: Final[dict[str, str]] = {
    "polar": "polar({of}) = U Vᵀ of the singular value decomposition {of} = U Σ Vᵀ: all singular values are "
    "replaced by 1",
    "leading": "leading({of}) = u vᵀ, where u and v are the singular vectors of the largest singular value of {of}",
    **{name: f"{name}{_SERIES}" for name in MATRIX_FUNCTIONS},
    **{name: f"{name}{_ALONG}{of}({{of}} + tH) by t at t = 0" for name, of in CHANGES.items()},
    "topvv": "topvv({of}) = v vᵀ, where v is the eigenvector of length 1 of the largest eigenvalue of {of}",
    "pinv": "a raised + marks the pseudoinverse, here of {of}, which has full rank",
    "step": "step is 1 where an entry is positive and 0 where it is negative",
    "softmax0": "softmax₀ takes the softmax of each column: every column of the result adds up to 1",
    "softmax1": "softmax₁ takes the softmax of each row: every row of the result adds up to 1",
    "hardmax": "hardmax({of}) is 1 at the greatest entry of {of} and 0 elsewhere",
    "hardmax0": "hardmax₀ is 1 at the greatest entry of each column and 0 elsewhere",
    "hardmax1": "hardmax₁ is 1 at the greatest entry of each row and 0 elsewhere",
    "max0": "max₀ is the row of the greatest entries of the columns",
    "max1": "max₁ is the column of the greatest entries of the rows",
    "prod0": "prod₀ is the row of the products of the columns",
    "prod1": "prod₁ is the column of the products of the rows",
    "tril": "tril({of}) is {of} with 0 above the diagonal",
    "triu": "triu({of}) is {of} with 0 below the diagonal",
    "cross": "cross is the cross product a × b of two vectors with three entries",
    "crossmat": "crossmat({of}) is the matrix of the cross product with {of}: crossmat(a) b = a × b",
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
            said = MEANINGS.get(node.function) or _of_unknown(node.function) if isinstance(node, ir.Call) else ""
            if said and isinstance(node, ir.Call) and said not in told:
                told.add(said)
                yield said, node.argument


def _of_unknown(function: str) -> str:
    """What stands for the derivative of an unknown function whose value is an array."""
    parts = unknown_parts(function)
    name = parts[2].partition("|")[0] if parts is not None else ""
    if parts is not None and parts[:2] == ("v", 1):
        return f"J_{name} is the Jacobian of {name}: entry ij is that of entry i of {name} by entry j of its argument"
    if parts is not None and parts[0] in "st" and parts[1]:
        which = ("first", "second", "third")[parts[1] - 1]
        return f"∂{'₀₁₂₃'[parts[1]]}{name} is the derivative of {name} by its {which} argument"
    if parts is not None and parts[0] == "m" and parts[1]:
        law = f"⟨G, D{name}(A, H)⟩ = ⟨D*{name}(A, G), H⟩"
        return f"D{name}(A, H) is the derivative of {name} at A along H, and D*{name}(A, G) its adjoint: {law}"
    return ""


def _has_a_name(node: ir.MatrixOf) -> bool:
    """Whether an array of entries is printed by a name, without its letters: x_i of a matrix x, a basis vector e_3."""
    basis = node.col is None and isinstance(node.body, ir.Delta) and node.body.left is node.row
    return basis or row_of(node) is not None


_SIGNS: Final = {
    "Delta": "δ_ij is 1 where i = j, and 0 elsewhere (matgrad why delta)",
    "MatrixOf": "[X_st]_st is the array with the entries X_st",
    "Hadamard Power": "A ∘ B and A ⊘ B multiply and divide entry by entry, A^∘2 squares each entry "
    "(matgrad why hadamard)",
    "Fill": "𝟏 is a vector of ones: 𝟏ᵀx is the sum of the entries of x",
    "Kron": "A ⊗ B is the matrix of the blocks A_ij B (matgrad why kron)",
    "diag": "diag(v) is the matrix with v on its diagonal and 0 elsewhere",
    "norm": "‖A‖_F is the root of the sum of all squared entries (matgrad why norms)",
    "vec": "vec(X) are the columns of X on top of each other (matgrad why kron)",
    "sigmoid": "σ(x) = 1/(1 + exp(−x)), of each entry",
}
"""What the sign of an operator means."""


def _is_plain(node: Expr) -> bool:
    """Whether an operator is printed without its sign, or by one that every reader knows."""
    match node:
        case ir.MatrixOf():
            return _has_a_name(node) or whole_derivative(node) is not None
        case ir.Hadamard() | ir.Power():
            return node.shape.is_number
        case ir.Fill(value):
            return value != 1
        case ir.Call("norm", (of,)):
            return not of.shape.is_matrix
    return False


def signs(shown: Iterable[Expr]) -> Iterator[str]:
    """What the signs mean that not every reader knows, each once."""
    heads = {node.head for root in shown for node in nodes_of(root) if not _is_plain(node)}
    yield from (said for operators, said in _SIGNS.items() if not heads.isdisjoint(operators.split()))


def ranges(letters: Iterable[Index]) -> dict[str, list[Dim]]:
    """Each letter once, with the sizes that it runs to: i in two sums of a line may run to m and to n."""
    ends: dict[str, list[Dim]] = {}
    for letter in letters:
        ends.setdefault(letter.name, []).append(letter.dim)
    return ends


def new_letters(line: Expr, seen: set[Index]) -> tuple[Index, ...]:
    """The letters that the printed line is the first to show, added to those `seen`: ∂h/∂w shows none."""
    shown: set[Index] = set()
    known, stack = {line}, [line]
    while stack:
        node = stack.pop()
        named, whole = (_has_a_name(node), whole_derivative(node)) if isinstance(node, ir.MatrixOf) else (False, None)
        shown |= node.free if named else letters_of_node(node) if whole is None else frozenset()
        inside = set() if named else {whole} - known if whole is not None else set(node.children) - known
        known |= inside
        stack += inside
    fresh = sorted(shown - seen)
    seen.update(fresh)
    return tuple(fresh)
