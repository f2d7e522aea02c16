"""Functions of libraries that are read as what they abbreviate: one row each, written in the expression language.

A parameter with `=` may be left out; `dim=None` is then left out of what is written. `reduction` says how the terms are
put together where nothing is written: `mean`, `sum`, `none`, or `rows`, the mean of what every row adds up to.
`paired(y, z)` is y, of the shape of z.
A name with a dot in front is the function of one library or one dialect, by which others mean another thing, or none.
`mask` is a comparison, 1 or 0: a whole number as it is.
A number, or None, among the parameters must be written as it stands there; `p is 2` is given, as a keyword or not, and
is 2, `1:0` the pair (1, 0); what stands behind `*` is given by its keyword.
"""

from __future__ import annotations

from typing import Final

_FLOATS: Final = ("float", "float32", "float64", "double")
_WHOLE: Final = ("int", "long", "int32", "int64")
_COPIED: Final = (
    *_FLOATS, "item", "copy", "clone", "array", "asarray", "ascontiguousarray", "contiguous", "stack", "vstack",
)  # fmt: skip
_STORED: Final = ("astype", "to", "type", "array", "asarray")
_ROWS: Final = (
    # operators as functions
    *(f"{name}(a, b): a {sign} b" for sign, names in {
        "@": "matmul mm mv bmm", "*": "multiply mul hadamard multiply_elementwise", "+": "add", "-": "subtract sub",
        "/": "divide true_divide", "**": "power pow float_power",
    }.items() for name in names.split()),
    "matmul(a, b, *, transpose_a is True): a.T @ b",
    "matmul(a, b, *, transpose_b is True): a @ b.T",
    "matmul(a, b, *, transpose_a is True, transpose_b is True): a.T @ b.T",
    *(f"{name}(a): -a" for name in ("negative", "neg")),
    # NumPy and SciPy
    "logaddexp(a, b): log(exp(a) + exp(b))",
    *(f"{name}(x): x.size" for name in ("numel", "size")),
    *(f"size(x, dim is {axis}): x.shape[{axis}]" for axis in ("0", "1", "-1", "-2")),
    "full(n, c): c*ones(n)",
    "full(m, n, c): c*ones(m, n)",
    "full_like(x, c): c*ones_like(x)",
    "norm1(x): sum(abs(x))",
    "crossprod(A): A.T @ A",
    "crossprod(A, B): A.T @ B",
    *(f"{name}(X): det(X)*inv(X)" for name in ("adj", "adjugate")),
    "sech(x): 1/cosh(x)",
    "erfc(x): 1 - erf(x)",
    "polygamma(0, x): digamma(x)",
    "polygamma(1, x): trigamma(x)",
    "betaln(a, b): lgamma(a) + lgamma(b) - lgamma(a + b)",
    "rsqrt(x): 1/sqrt(x)",
    "ger(a, b): outer(a, b)",
    "csch(x): 1/sinh(x)",
    "cbrt(x): sign(x)*abs(x)**(1/3)",
    "exp2(x): exp(x*log(2))",
    *(f"{name}(y, x): 2*atan(y/(sqrt(x**2 + y**2) + x))" for name in ("arctan2", "atan2")),
    "sinc(x): sin(pi*x)/(pi*x)",
    "average(x): mean(x)",
    *(f"average(x, dim is {axis}): mean(x, axis={axis})" for axis in (0, 1, -1)),
    "average(x, weights): sum(x*weights)/sum(weights)",
    *(f"triu(x, {k}): triu(x) - diag(diag(x))" for k in ("1", "diagonal is 1", "k is 1")),
    *(f"tril(x, {k}): tril(x) - diag(diag(x))" for k in ("-1", "diagonal is -1", "k is -1")),
    *(f"{name}(x, 0): {name}(x)" for name in ("tril", "triu")),
    "clip(x, low, None): maximum(x, low)",
    "clip(x, None, high): minimum(x, high)",
    *(f"clip(x, *, {low}): maximum(x, {low})" for low in ("min", "a_min")),
    *(f"clip(x, *, {high}): minimum(x, {high})" for high in ("max", "a_max")),
    *(f"clip(x, *, {low}, {high}): clip(x, {low}, {high})" for low, high in (("min", "max"), ("a_min", "a_max"))),
    "dist(a, b): norm(a - b)",
    "dist(a, b, 2): norm(a - b)",
    *(f"{name}(x, {axes}): x.T" for name in ("transpose", "permute", "swapaxes") for axes in ("0, 1", "1, 0", "-2, -1",
    "-1, -2", "1, 2", "2, 1", "0, 2, 1")),
    *(f"{name}(x, {given}): {made}" for name in ("expand_dims", "unsqueeze")
      for given, made in (("1", "x[:, None]"), ("-1", "x[..., None]"), ("0", "x[None, :]"))),
    *(f"{name}(x, {given}): {made}" for name in ("reshape", "view")
      for given, made in (("-1, 1", "x[:, None]"), ("-1", "ravel(x)"), ("1, -1", "x[None, :]"))),
    "repmat(x, m, n): kron(ones(m, n), x)",
    "tile(x, n, 1): ones(n, 1) @ x[None, :]",
    "tile(x, 1, n): x @ ones(1, n)",
    "broadcast_to(x, m, n): zeros(m, n) + x",
    "diff(x, n is 2): sum(x[:, None], axis=1)[2:] - 2*sum(x[:, None], axis=1)[1:-1] + sum(x[:, None], axis=1)[:-2]",
    "diff(x, dim is 0): x[1:, :] - x[:-1, :]",
    *(f"diff(x, dim is {axis}): x[:, 1:] - x[:, :-1]" for axis in (1, -1)),
    "diff(x): sum(x[:, None], axis=1)[1:] - sum(x[:, None], axis=1)[:-1]",
    "cumsum(x): tril(ones(x.shape[0], x.shape[0])) @ sum(x[:, None], axis=1)",  # a matrix has no `[:, None]`
    "cumsum(x, dim is 0): tril(ones(x.shape[0], x.shape[0])) @ x",
    *(f"cumsum(x, dim is {axis}): x @ triu(ones(x.shape[1], x.shape[1]))" for axis in (1, -1)),
    *(f"{call}: ((cumsum(ones(x.shape[0]))[:, None] + cumsum(ones(x.shape[0]))[None, :] > x.shape[0] + 1/2)*1"
      " - (cumsum(ones(x.shape[0]))[:, None] + cumsum(ones(x.shape[0]))[None, :] > x.shape[0] + 3/2)*1)"
      f" @ {whole}" for call, whole in (("flip(x)", "sum(x[:, None], axis=1)"), ("flip(x, dim is 0)", "x"),
      ("flipud(x)", "x"))),
    "ptp(x): max(x) - min(x)",
    "hypot(a, b): sqrt(a**2 + b**2)",
    "xlogy(a, b): a*log(b)",
    "xlog1py(a, b): a*log(1 + b)",
    "entr(x): -x*log(x)",
    "rel_entr(a, b): a*log(a/b)",
    *(f"{name}(p, q): sum(p*log(p/q))" for name in ("kl", "KL", "kl_divergence")),
    "entropy(p): -sum(p*log(p))",
    *(f"{name}(a, b): dot(a, b)/(norm(a)*norm(b))" for name in ("cos_sim", "cosine_sim")),
    "logit(p): log(p/(1 - p))",
    *(f"{name}(x): log(sigmoid(x))" for name in ("logsigmoid", "log_sigmoid", "log_expit")),
    "tensordot(a, b, axes is 0): outer(a, b)",
    "tensordot(a, b, axes is 1): a @ b",
    "tensordot(a, b, axes is 2): sum(a*b)",
    "tensordot(a, b): sum(a*b)",
    *(f"tensordot(a, b, {given}): a{'' if first else '.T'} @ b{'.T' if second else ''}" for first in (0, 1)
      for second in (0, 1) for given in (f"{first}, {second}", *(f"{key} is {first}:{second}" for key in ("axes",
      "dims")))),
    "tensordot(a, b, axes is 0:1:0:1): sum(a*b)",
    "svd(x, *, compute_uv is False): svdvals(x)",
    "roll(x, -1): shiftup(sum(x[:, None], axis=1))",  # a matrix has no `[:, None]`
    "roll(x, 1): shiftup(eye(x.shape[0])).T @ sum(x[:, None], axis=1)",
    *(f"heaviside(x, {border}): step(x)" for border in ("0", "1", "border is 0.5")),
    "logical_and(mask, x): mask*x",
    "logical_not(mask): 1 - mask",
    # the same values in another form, or in other storage
    *(f"{name}(x): x" for name in _COPIED),
    *(f"{name}(x, {kind} is {kind}): x" for name in _STORED for kind in _FLOATS),
    *(f"{name}(x, *, dtype is {kind}): x" for name in _STORED for kind in _FLOATS),
    *(f"{name}(mask): mask" for name in _WHOLE),
    *(f"{name}(mask, {kind} is {kind}): mask" for name in _STORED for kind in _WHOLE),
    # torch
    "linear(input, weight): input @ weight.T",
    "linear(input, weight, bias): input @ weight.T + bias",
    *(f"{name}(b, x, y): b + x @ y" for name in ("addmm", "addmv", "baddbmm")),
    "softplus(x, beta): log(1 + exp(beta*x))/beta",
    "leaky_relu(x, negative_slope=0.01): relu(x) - negative_slope*relu(-x)",
    "elu(x, alpha=1): relu(x) + alpha*(exp(-relu(-x)) - 1)",
    "celu(x, alpha=1): relu(x) + alpha*(exp(-relu(-x)/alpha) - 1)",
    "selu(x): 1.0507009873554805*(relu(x) + 1.6732632423543773*(exp(-relu(-x)) - 1))",
    "lerp(a, b, weight): a + weight*(b - a)",
    "relu6(x): clip(x, 0, 6)",
    *(f"layer_norm(x, shape{more}, *, eps=1e-5): (x - mean(x, axis=-1, keepdims=True))"
      f"/sqrt(var(x, axis=-1, correction=0, keepdims=True) + eps){scaled}" for more, scaled in (
        ("", ""), (", weight", "*weight"), (", weight, bias", "*weight + bias"))),
    "hardsigmoid(x): clip(x + 3, 0, 6)/6",
    "hardswish(x): x*clip(x + 3, 0, 6)/6",
    "clamp(x, min): maximum(x, min)",
    "clamp(x, max): minimum(x, max)",
    "clamp(x, min, max): clip(x, min, max)",
    "hardtanh(x): clip(x, -1, 1)",
    "softsign(x): x/(1 + abs(x))",
    "tanhshrink(x): x - tanh(x)",
    "mish(x): x*tanh(softplus(x))",
    "softmin(x, dim=None): softmax(-x, axis=dim)",
    "normalize(x, *, dim=1): x/norm(x, axis=dim, keepdims=True)",
    "normalize(x, p is 2, dim=1): x/norm(x, axis=dim, keepdims=True)",
    "normalize(x, p is 1, dim=1): x/sum(abs(x), axis=dim, keepdims=True)",
    "scaled_dot_product_attention(q, k, v): softmax(q @ k.T/sqrt(q.shape[1]), axis=1) @ v",
    "l2_normalize(x, dim): x/norm(x, axis=dim, keepdims=True)",
    "cosine_similarity(x1, x2, dim=-1): sum(x1*x2, axis=dim)/(norm(x1, axis=dim)*norm(x2, axis=dim))",
    "cdist(x1, x2): sqrt(sum(x1**2, axis=1)[:, None] + sum(x2**2, axis=1)[None, :] - 2*x1@x2.T)",
    "sqdist(a, b): sum(a**2, axis=1)[:, None] + sum(b**2, axis=1)[None, :] - 2*a@b.T",
    "mse_loss(a, b, reduction=mean): (a - b)**2",
    "l1_loss(a, b, reduction=mean): abs(a - b)",
    "smooth_l1_loss(a, b, beta=1, reduction=mean): where(abs(a - b) < beta, (a - b)**2/(2*beta), abs(a - b) - beta/2)",
    "huber_loss(a, b, delta=1, reduction=mean): where(abs(a - b) < delta, (a - b)**2/2, delta*(abs(a - b) - delta/2))",
    "binary_cross_entropy(p, y, *, weight=1, reduction=mean): -weight*(paired(y, p)*log(p) + (1 - y)*log(1 - p))",
    "binary_cross_entropy_with_logits(z, y, *, weight=1, reduction=mean): weight*(softplus(z) - paired(y, z)*z)",
    "binary_cross_entropy_with_logits(z, y, *, pos_weight, reduction=mean): "
    "(1 - paired(y, z))*z + (1 + (pos_weight - 1)*paired(y, z))*softplus(-z)",
    "cross_entropy(z, y, *, label_smoothing, reduction=rows): "
    "-((1 - label_smoothing)*paired(y, z) + label_smoothing/z.shape[1])*log_softmax(z, axis=1)",
    "cross_entropy(z, y, reduction=rows): -paired(y, z)*log_softmax(z, axis=1)",
    "nll_loss(q, y, reduction=rows): -paired(y, q)*q",
    "kl_div(q, p, reduction): paired(p, q)*(log(p) - q)",
    "kl_div(q, p, *, log_target is True, reduction): exp(p)*(paired(p, q) - q)",
    "soft_margin_loss(x, y, reduction=mean): log(1 + exp(-paired(y, x)*x))",
    "margin_ranking_loss(input1, input2, target, margin=0, reduction=mean): relu(margin - target*(input1 - input2))",
    "triplet_margin_loss(anchor, positive, negative, margin=1, reduction=mean): "
    "relu(norm(anchor - positive, axis=1) - norm(anchor - negative, axis=1) + margin)",
    "hinge_embedding_loss(x, y, margin=1, reduction=mean): where(y > 0, x, relu(margin - x))",
    "multilabel_soft_margin_loss(z, y): mean(softplus(z) - paired(y, z)*z)",
    "cosine_embedding_loss(x1, x2, y, margin=0, reduction=mean): where(y > 0, 1 - cosine_similarity(x1, x2), "
    "relu(cosine_similarity(x1, x2) - margin))",
    "gaussian_nll_loss(m, y, var, reduction=mean): (log(var) + (y - m)**2/var)/2",
    "poisson_nll_loss(x, y, reduction=mean): exp(x) - paired(y, x)*x",
    "poisson_nll_loss(x, y, *, log_input is False, eps=1e-8, reduction=mean): x - paired(y, x)*log(x + eps)",
    "logitbinarycrossentropy(z, y): mean(softplus(z) - paired(y, z)*z)",
    "logitcrossentropy(z, y): -mean(sum(paired(y, z)*log_softmax(z, axis=0), axis=0))",
    "mse(a, b): mean((a - b)**2)",
    "mae(a, b): mean(abs(a - b))",
    # TensorFlow, optax, CVXPY
    "l2_loss(x): sum(x**2)/2",
    "matvec(a, b): a @ b",
    "l2_loss(predictions, targets): (predictions - targets)**2/2",
    *(f"{name}(predictions, targets): (predictions - targets)**2" for name in ("squared_error", "squared_difference")),
    "log_cosh(predictions, targets): log(cosh(predictions - targets))",
    "sigmoid_binary_cross_entropy(logits, labels): softplus(logits) - paired(labels, logits)*logits",
    "sigmoid_cross_entropy_with_logits(labels, logits): softplus(logits) - paired(labels, logits)*logits",
    "softmax_cross_entropy(logits, labels): -sum(paired(labels, logits)*log_softmax(logits, axis=-1), axis=-1)",
    "softmax_cross_entropy_with_logits(labels, logits): -sum(paired(labels, logits)*log_softmax(logits, "
        "axis=-1), axis=-1)",
    *(f"{name}(x): sum(x**2)" for name in ("sum_squares", "sumsq", "sum_of_squares")),
    "quad_form(x, P): x.T @ P @ x",
    "quad_over_lin(x, y): sum(x**2)/y",
    "matrix_frac(x, P): x.T @ inv(P) @ x",
    "inv_pos(x): 1/x",
    "pos(x): relu(x)",
    "cp.logistic(x): log(1 + exp(x))",
    *(f"cp.{goal}(x): x" for goal in ("Minimize", "Maximize")),
    "cp.norm2(x): norm(x)",
    "cp.normNuc(X): norm(X, 'nuc')",
    "cp.sigma_max(X): norm(X, 2)",
    "tv(x): sum(abs(sum(x[:, None], axis=1)[1:] - sum(x[:, None], axis=1)[:-1]))",
    *(f"{whose}.huber(x, M=1): where(abs(x) < M, x**2, 2*M*abs(x) - M**2)" for whose in ("cp", "matlab")),
    *(f"{whose}.kl_div(x, y): x*log(x/y) - x + y" for whose in ("cp", "matlab", "scipy")),
    # MATLAB with CVX, Julia
    *(f"matlab.{name}(x): sum(x**2, axis=first, keepdims=True)" for name in ("sumsq", "sum_square")),
    *(f"matlab.norms(x, 2, {axis + 1}): norm(x, axis={axis}, keepdims=True)" for axis in (0, 1)),
    "matlab.sumsqr(x): sum(x**2)",
    "matlab.rms(x): sqrt(mean(x**2, axis=first, keepdims=True))",
    "matlab.mse(a): mean(a**2)",
    "matlab.svd(x): svdvals(x)",
    "matlab.normalize(x): (x - mean(x, axis=first, keepdims=True))/std(x, axis=first, ddof=1, keepdims=True)",
    "matlab.norm_nuc(X): norm(X, 'nuc')",
    "matlab.trace_inv(X): tr(inv(X))",
    "julia.normalize(x): x/norm(x)",
    "log1pexp(x): log(1 + exp(x))",
    "julia.crossentropy(p, y): -mean(sum(paired(y, p)*log(p), axis=0))",
    "julia.binarycrossentropy(p, y): -mean(paired(y, p)*log(p) + (1 - y)*log(1 - p))",
    # SymPy, Mathematica
    "sympy.S(x): x",
    "mathematica.Log(b, x): log(x)/log(b)",
    # R
    *(f"{whose}.log(x, base): log(x)/log(base)" for whose in ("r", "math")),
    "r.pnorm(x): (1 + erf(x/sqrt(2)))/2",
    "r.pnorm(x, *, log_p is TRUE): log((1 + erf(x/sqrt(2)))/2)",
    "dnorm(x): exp(-x**2/2)/sqrt(2*pi)",
    *(f"{side}{end}(x): {function}(x, axis={axis})" for side, axis in (("row", 1), ("col", 0))
      for end, function in (("Sums", "sum"), ("sum", "sum"), ("Means", "mean"))),
    "dnorm(x, mean, sd, log is TRUE): -(x - mean)**2/(2*sd**2) - log(sd) - log(2*pi)/2",
    "dexp(x, rate, log is TRUE): log(rate) - rate*x",
    "dpois(x, lambda, log is TRUE): x*log(lambda) - lambda - lgamma(x + 1)",
    "dbinom(x, 1, prob, log is TRUE): x*log(prob) + (1 - x)*log(1 - prob)",
    "tcrossprod(A): A @ A.T",
    "tcrossprod(A, B): A @ B.T",
)  # fmt: skip
ABBREVIATIONS: Final[dict[str, list[str]]] = {}
"""By name: the parameters of a row and what it stands for, as often as the name stands there."""
for _row in _ROWS:
    ABBREVIATIONS.setdefault(_row.partition("(")[0], []).append(_row.partition("(")[2])
