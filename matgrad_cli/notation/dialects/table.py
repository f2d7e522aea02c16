"""What each dialect means by its signs and words, in those of the expression language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...diagnostics.record import field, record

_PRODUCT: Final = {"*": "juxtapose", "/": "over"}
_DOTTED: Final = {".*": "hadamard", "./": "/", ".^": "**", ".+": "+", ".-": "-"}

_COMPARED: Final = {f".{sign}": sign for sign in ("==", "!=", "<=", ">=", "<", ">")}


def _called(rows: str) -> dict[str, str]:
    """The words of dialects for functions: in each row that of the expression language stands first."""
    return {word: ours for row in rows.split(",") for ours, *words in (row.split(),) for word in words}


_WORDS: Final = _called(
    """tr trace Trace Tr, det Determinant Det, inv Inverse, T Transpose transpose ctranspose adjoint permutedims,
    norm norm2 normF Norm, len length Length, diag DiagMatrix DiagonalMatrix Diagonal, eye Identity IdentityMatrix,
    ones OneMatrix, zeros ZeroMatrix, matmul MatMul Dot mtimes, add MatAdd, dot DotProduct,
    hadamard HadamardProduct hadamard_product, power HadamardPower hadamard_power,
    kron KroneckerProduct kronecker_product, divide Rational, square abs2, sum Total, mean Mean, maximum max Max,
    minimum min Min, matrix_power MatrixPower MatPow, expm MatrixExp, logm MatrixLog, vec Flatten,
    sigmoid LogisticSigmoid, abs Abs, log Log, exp Exp, sqrt Sqrt, tanh Tanh, sin Sin, cos Cos, sign Sign,
    logsigmoid logsigma, where ifelse, relu Ramp, step UnitStep HeavisideTheta"""
)
_WORDS_OF_R: Final = _called(
    """T t, len length, maximum pmax, minimum pmin, sigmoid plogis, std sd, where ifelse,
    asarray drop as_numeric as_vector as_matrix, kron kronecker"""
)


@record
class Dialect:
    """One dialect. `signs` are its signs by longest first, each with the sign of the expression language or
    `juxtapose`, `over` (A B⁻¹), `under` (A⁻¹ B); `functions` its words; `called` how it is named in messages.

    `turns` says that `'` behind a part transposes it, `from_one` that axes are counted from 1 and `[A, b; c d]` is a
    matrix, `columns` that a sum of a matrix without an axis adds up its columns and `ones(n)` is n×n, `whole` that
    the length of a matrix is the number of its entries, `tight` that products of matrices bind tighter than others;
    `indexed` is the bracket of entries where they are counted from 1, and variances divide by n − 1;
    `product` and `entrywise` are how it writes products.
    """

    called: str
    signs: Mapping[str, str]
    functions: Mapping[str, str] = field(default_factory=lambda: _WORDS)
    turns: bool = False
    from_one: bool = False
    columns: bool = False
    whole: bool = False
    tight: bool = False
    indexed: str = ""
    product: str = "*"
    entrywise: str = "A .* B"


DIALECTS: Final[dict[str, Dialect]] = {
    "matrixcalculus": Dialect("matrixcalculus.org", {**_DOTTED, ".'": "'", **_PRODUCT}, turns=True),
    "matlab": Dialect(
        "MATLAB",
        {**_DOTTED, ".'": "'", "\\": "under", ";": ";", "~=": "!=", **_PRODUCT},
        turns=True,
        from_one=True,
        columns=True,
        indexed="(",
    ),
    "julia": Dialect(
        "Julia",
        {**_DOTTED, **_COMPARED, "⋅": "dot", "\\": "under", "**": "", ";": ";", **_PRODUCT},
        turns=True,
        from_one=True,
        whole=True,
        indexed="[",
    ),
    "sympy": Dialect("SymPy", {"**": "^", **_PRODUCT}, entrywise="HadamardProduct(A, B)"),
    "mathematica": Dialect(
        "Mathematica",
        {".": "@", "[[": "[", "[": "(", "]": ")", "{": "(", "}": ")", "^": "**"},
        tight=True,
        indexed="[",
        product=".",
        entrywise="A * B",
    ),
    "r": Dialect(
        "R", {"%*%": "@", "^": "**"}, _WORDS_OF_R, whole=True, tight=True, indexed="[", product="%*%", entrywise="A * B"
    ),
}
