"""Rules whose steps are still made by other code under the rule's name. The list may only become shorter; a test counts it.

A rule leaves it when its text, or its one function (`application.native`), makes the step: then the step can be run again.
"""

from __future__ import annotations

from typing import Final

LEGACY: Final = frozenset((
    "add-numbers", "adjoint", "binary-squared", "chain-back", "chain-direct", "chain-outer", "chain-outer-entries",
    "chain-outer-several", "chain-part", "chain-parts", "chain-places", "chain-several", "chain-zero",
    "change-layout", "collapse-delta", "collect-matrix-powers", "collect-powers", "column-sums-ones", "d-constant",
    "derivative-of-sum", "diag-mul-vector", "differential-factor", "differential-form", "distribute-sum",
    "dot-diagonal", "dot-hadamard", "dot-vec", "drop-zero", "entry-diagonal", "entry-kron", "entry-matmul",
    "entry-matmul-chain", "entry-mean-columns", "entry-mean-rows", "entry-sum-columns", "entry-sum-rows",
    "entry-trace", "entry-transpose", "entry-vec", "exp-log", "expand-constant", "expand-product", "factor-common",
    "gather", "gather-differentials", "gather-parts", "gradient-dot", "gradient-first", "gradient-linear",
    "gradient-linear-transposed", "gradient-places", "gradient-product", "gradient-quadratic",
    "gradient-quadratic-vector", "hadamard-outer", "hadamard-scale", "hadamard-zeros", "inner-add", "inner-entries",
    "inner-form", "inner-trace", "inner-unit", "inv-kron", "inv-mul", "log-exp", "logsumexp-log", "logsumexp-matrix",
    "mean-entries", "mean-of-sum", "merge-like-terms", "mul-distribute-left", "mul-inv", "mul-sign", "mul-step",
    "mul-transpose-orthogonal", "multiply-numbers", "name-back", "name-coefficient", "name-gradient", "name-part",
    "name-terms", "negative-matrix-power", "norm-sqrt", "norm-squared-entries", "norm-squared-trace", "norm-unit",
    "norm1-sum", "number-inner", "number-order", "one-sub-sigmoid", "open-bracket", "open-name", "open-parts",
    "partial-abs", "partial-acos", "partial-asin", "partial-asinh", "partial-atan", "partial-atanh", "partial-chain",
    "partial-constant", "partial-cos", "partial-cosh", "partial-det", "partial-erf", "partial-exp", "partial-expm1",
    "partial-gelu", "partial-inv", "partial-linear", "partial-log", "partial-log10", "partial-log1p", "partial-log2",
    "partial-logdet", "partial-logsumexp", "partial-logsumexp-axis", "partial-matmul", "partial-matrix-power",
    "partial-named", "partial-neg", "partial-norm", "partial-nuclear", "partial-power", "partial-power-general",
    "partial-product", "partial-relu", "partial-sigma", "partial-sigmoid", "partial-silu", "partial-sin",
    "partial-sinh", "partial-softmax", "partial-softmax-axis", "partial-softplus", "partial-spectral", "partial-sqrt",
    "partial-sum", "partial-sum-constant", "partial-tan", "partial-tanh", "partial-variable",
    "partial-variable-number", "positive-first", "power-of-power", "pull-number", "read-back", "read-diag",
    "read-diagonal", "read-entry", "read-eye", "read-hadamard", "read-inside", "read-outer", "read-product",
    "read-sum", "read-trace", "relu-mul-step", "row-sums-ones", "scale-distribute", "sigmoid-quotient-exp",
    "sigmoid-quotient-exp-neg", "sigmoid-reciprocal", "sigmoid-reciprocal-exp", "sigmoid-slope", "sign-scale",
    "simplex-rows", "softmax-quotient", "sqrt-sum-squares-norm", "sqrt-trace-norm", "step-squared", "sum-add",
    "sum-entries", "sum-hadamard-dot", "sum-hadamard-trace", "sum-simplex", "sum-softmax", "sum-trace-ones",
    "sum-vector-ones", "tan-sin-cos", "tanh-quotient", "tanh-sinh-cosh", "trace-add", "trace-cyclic",
    "trace-diag-move", "trace-entries", "trace-hadamard", "trace-kron-move", "trace-number", "trace-outer",
    "trace-rotate", "trace-scale", "trace-transpose", "trace-transpose-mul", "transpose-antisymmetric",
    "transpose-number", "transpose-of-product", "transpose-orthogonal-mul", "transpose-symmetric",
    "transpose-to-match", "vec-mul", "zero-matrix",
))  # fmt: skip
