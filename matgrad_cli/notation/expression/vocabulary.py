"""The functions of the language by the names that people write, and what their arguments must be."""

from __future__ import annotations

from typing import Final

from ...ir import ELEMENTWISE
from ...ir.functions import CHANGES, MATRIX_FUNCTIONS
from ..names import words
from .abbreviations import ABBREVIATIONS

ALIASES: Final[dict[str, str]] = {
    other: name
    for name, others in {
        "tr": "trace Tr Trace", "det": "Det", "inv": "inverse", "T": "transpose t", "asin": "arcsin",
        "acos": "arccos", "atan": "arctan", "asinh": "arcsinh arsinh", "acosh": "arccosh arcosh",
        "atanh": "arctanh artanh", "silu": "SiLU swish Swish", "gelu": "GELU",
        "abs": "absolute fabs", "log": "ln", "log_softmax": "logsoftmax",
        "sigmoid": "expit sigma logistic", "relu": "ReLU", "eye": "identity", "sign": "sgn", "cos": "cosine",
        "norm": "vector_norm matrix_norm", "diag": "diagflat diagonal", "logsumexp": "log_sum_exp lse reduce_logsumexp",
        "inner": "vdot", "logdet": "log_det", "step": "heaviside", "matrix_power": "mpow fractional_matrix_power",
        "expm": "matrix_exp", "sum": "reduce_sum nansum", "mean": "reduce_mean nanmean", "eigmax": "lambda_max",
        "max": "amax nanmax reduce_max", "min": "amin nanmin reduce_min", "prod": "reduce_prod nanprod",
        "lgamma": "gammaln loggamma", "detach": "stop_gradient",
        "clip": "clamp", "vec": "ravel flatten", "maximum": "fmax", "minimum": "fmin",
    }.items()
    for other in others.split()
}  # fmt: skip
"""Other names of functions, and the one that the language has."""

ELEMENTWISE_NAMES: Final = frozenset(ELEMENTWISE)
REDUCTIONS: Final = frozenset(("sum", "mean", "logsumexp", "var", "std", "prod", "max", "min"))
SQUARE: Final = frozenset(
    ("tr", "det", "logdet", "inv", "matrix_power", "eigmax", "topvv", "sqrtm", *MATRIX_FUNCTIONS, *CHANGES)
)
PRODUCTS: Final = frozenset(("dot", "inner", "outer", "kron", "solve"))
CONSTRUCTORS: Final = frozenset(("eye", "ones", "zeros", "ones_like", "zeros_like", "basis"))
SMALL: Final = words(
    "norm diag vec softmax polar leading pinv strictupper shiftup butlast expectation tril triu hardmax cross "
    "crossmat squeeze T maximum minimum clip where log_softmax shape len bars detach"
)

FUNCTION_NAMES: Final = ELEMENTWISE_NAMES | REDUCTIONS | SQUARE | PRODUCTS | CONSTRUCTORS | SMALL
"""What may be called, by canonical names."""

WRITTEN_OUT: Final = frozenset(("einsum", "multi_dot", "chain_matmul", *ABBREVIATIONS))
"""Functions that are read as what they abbreviate."""

REFUSED: Final[dict[str, str]] = {
    "norm2": "write `norm(x)`, or `norm(A, 2)` for the largest singular value",
    "normF": "write `norm(A, 'fro')`",
    "slogdet": "it returns two values; write `logdet(A)`",
    "einsum": "its letters must fit the arrays, each of at most three sides, and at most three stand behind `->`",
    "vech": "its length n(n + 1)/2 is no size here; a sum over the lower triangle is `sum(tril(A)*S)`",
    "mse_loss": "it takes two arrays, and `reduction='mean'` or `'sum'`",
    "cross_entropy": "it takes the scores and a matrix of the same shape, one row for every sample, and "
    "`reduction='mean'` or `'sum'`",
    "svd": "it returns three arrays; `norm(A, 'nuc')` and `norm(A, 2)` are the norms made of singular values",
    **dict.fromkeys(
        ("eig", "eigh", "eigvals"),
        "`lambda_max(A)` is the greatest eigenvalue; the sum of f over all of them is a trace, "
        "as in `tr(logm(A))`, or `sum(log(eigvalsh(A)))`",
    ),
    **dict.fromkeys(
        ("conj", "conjugate", "real", "imag", "Re", "Im", "angle", "complex", "view_as_real"),
        "all variables are real; write the real and the imaginary part as two variables, and differentiate by each",
    ),
    **dict.fromkeys(
        ("cholesky", "chol", "lu", "qr", "schur", "ldl"),
        'differentiate by the factor: write the matrix as `L@L.T` and say `--assume "L lower"`; `logdet(A)`, '
        "`inv(A)` and "
        "`solve(A, b)` need no factor",
    ),
    **dict.fromkeys(
        ("sort", "argsort", "median", "quantile", "percentile", "nanmedian", "topk", "partition"),
        "entries by their order are not in the language; the greatest is `max(x)`, the least `min(x)`",
    ),
    **dict.fromkeys(
        ("argmax", "argmin", "nonzero", "count_nonzero", "matrix_rank", "rank"),
        "it is a whole number, whose derivative is 0 or does not exist; `max(x)` is the greatest entry itself",
    ),
    **dict.fromkeys(
        ("round", "floor", "ceil", "rint", "trunc", "around", "fix"),
        "it does not change where it has a derivative: there it is 0; write a variable for it",
    ),
    **dict.fromkeys(
        words("fft ifft rfft irfft dct convolve conv conv1d conv2d correlate roll gradient"),
        "it is linear: write it as a matrix times the vector, `C@x`, with a name for the matrix",
    ),
    "huber": "libraries mean different things by it; `huber_loss(a, b, delta=d, reduction='sum')` is a square up "
    "to d and a line beyond",
    **dict.fromkeys(("cov", "corrcoef"), "it is `C.T@C/(m - 1)` with `C = X - mean(X, axis=0)`"),
    **dict.fromkeys(
        ("layernorm", "layer_norm", "LayerNorm", "batchnorm", "batch_norm", "BatchNorm"),
        "write it out, as in `(x - mean(x))/std(x)`; for every row of a matrix `axis=1, keepdims=True`",
    ),
    **dict.fromkeys(
        ("reshape", "view"), "`reshape(-1)` and `vec(A)` change the form of an array, and nothing else does"
    ),
}
"""Functions that people write and that are refused, with what to write instead."""


def canonical_function(name: str) -> str:
    """The one name of a function: `trace` is `tr`, `arcsin` is `asin`."""
    return ALIASES.get(name, name)


MODULES: Final = {
    "MSELoss": "mse_loss", "L1Loss": "l1_loss", "SmoothL1Loss": "smooth_l1_loss", "HuberLoss": "huber_loss",
    "NLLLoss": "nll_loss",
    "PoissonNLLLoss": "poisson_nll_loss", "GaussianNLLLoss": "gaussian_nll_loss",
    "HingeEmbeddingLoss": "hinge_embedding_loss", "MarginRankingLoss": "margin_ranking_loss",
    "TripletMarginLoss": "triplet_margin_loss", "CosineEmbeddingLoss": "cosine_embedding_loss",
    "MultiLabelSoftMarginLoss": "multilabel_soft_margin_loss", "CosineSimilarity": "cosine_similarity",
    "CrossEntropyLoss": "cross_entropy", "KLDivLoss": "kl_div", "BCELoss": "binary_cross_entropy",
    "SoftMarginLoss": "soft_margin_loss",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits", "ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh",
    "GELU": "gelu", "ELU": "elu", "CELU": "celu", "SELU": "selu", "LeakyReLU": "leaky_relu", "ReLU6": "relu6",
    "Mish": "mish", "LogSigmoid": "logsigmoid", "Softsign": "softsign", "Hardtanh": "hardtanh", "Softmin": "softmin",
    "Softplus": "softplus", "SiLU": "silu", "Softmax": "softmax", "LogSoftmax": "log_softmax",
}  # fmt: skip
"""Modules of torch that are called once they are made, `nn.MSELoss()(a, b)`, and the functions that they are."""
