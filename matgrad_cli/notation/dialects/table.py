"""What each dialect means by its signs and words. The tokens become those of the expression language,
the calls its functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...diagnostics.record import field, record

_PRODUCT: Final = {"*": "juxtapose", "/": "over"}
_DOTTED: Final = {".*": "hadamard", "./": "/", ".^": "**", ".+": "+", ".-": "-"}


@record
class Dialect:
    """One dialect. `signs` are its signs by longest first, each with the sign of the expression language or
    `juxtapose`, `over` (A B⁻¹), `under` (A⁻¹ B); `functions` its words; `called` how it is named in messages.

    `turns` says that `'` behind a part transposes it, `squared` that `ones(n)` is n×n, `from_one` that axes are counted
    from 1, `columns` that a sum of a matrix without an axis adds up its columns, `less_one` that a variance divides by
    n − 1, `listed` that `[A, b; c d]` is a matrix; `indexed` is the bracket of entries
    counted from 1; `product` and `entrywise` are how it writes products.
    """

    called: str
    signs: Mapping[str, str]
    functions: Mapping[str, str] = field(default_factory=dict)
    turns: bool = False
    squared: bool = False
    from_one: bool = False
    columns: bool = False
    less_one: bool = False
    listed: bool = False
    indexed: str = ""
    product: str = "*"
    entrywise: str = "A .* B"


_EVERYWHERE: Final = {"trace": "tr", "Trace": "tr", "length": "len", "max": "maximum", "min": "minimum"}

DIALECTS: Final[dict[str, Dialect]] = {
    "matrixcalculus": Dialect(
        "matrixcalculus.org", {**_DOTTED, ".'": "'", **_PRODUCT}, {**_EVERYWHERE, "norm2": "norm", "normF": "norm",
        "vector": "vector"},
        turns=True),
    "matlab": Dialect(
        "MATLAB", {**_DOTTED, ".'": "'", "\\": "under", ";": ";", **_PRODUCT}, _EVERYWHERE,
        turns=True, squared=True, from_one=True, columns=True, less_one=True, listed=True, indexed="("),
    "julia": Dialect(
        "Julia", {**_DOTTED, "⋅": "dot", "\\": "under", "**": "", ";": ";", **_PRODUCT},
        {**_EVERYWHERE, "abs2": "square", "Diagonal": "diag", "opnorm": "opnorm"}, turns=True, from_one=True,
        less_one=True, listed=True, indexed="["),
    "sympy": Dialect(
        "SymPy", {"**": "^", **_PRODUCT},
        {**_EVERYWHERE, "Determinant": "det", "Inverse": "inv", "Transpose": "T", "HadamardProduct": "hadamard",
         "hadamard_product": "hadamard", "HadamardPower": "power", "MatMul": "matmul", "MatAdd": "add",
         "Identity": "eye",
         "OneMatrix": "ones", "ZeroMatrix": "zeros", "DiagMatrix": "diag", "KroneckerProduct": "kron",
         "kronecker_product": "kron",
         "DotProduct": "dot", "Rational": "divide", "Abs": "abs", "Max": "maximum", "Min": "minimum"},
        entrywise="HadamardProduct(A, B)"),
    "mathematica": Dialect(
        "Mathematica", {".": "@", "[": "(", "]": ")", "^": "**"},
        {"Tr": "tr", "Transpose": "T", "Inverse": "inv", "Det": "det", "Norm": "norm", "Log": "log", "Exp": "exp",
        "Total": "sum",
         "Sqrt": "sqrt", "Abs": "abs", "Tanh": "tanh", "Sin": "sin", "Cos": "cos", "Dot": "matmul",
         "KroneckerProduct": "kron",
         "DiagonalMatrix": "diag", "IdentityMatrix": "eye", "LogisticSigmoid": "sigmoid", "Max": "maximum",
         "Min": "minimum"},
        product=".", entrywise="A * B"),
    "r": Dialect(
        "R", {"%*%": "@", "^": "**"}, {"t": "T", "length": "len", "pmax": "maximum", "pmin": "minimum",
        "plogis": "sigmoid", "sd": "std"}, less_one=True, indexed="[",
        product="%*%", entrywise="A * B"),
}  # fmt: skip
