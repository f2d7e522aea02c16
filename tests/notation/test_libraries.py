"""One name with two meanings: the functions of NumPy, torch and jax mean what their own library computes,
or are refused."""

from __future__ import annotations

import numpy as np
import pytest

from given import Given, evaluate
from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.fields import Floats

X = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0], [2.0, 1.5, 0.75], [-0.5, 1.0, 4.0]])
W = np.array([[0.5, 2.0, -1.5], [1.25, -1.0, 1.0], [3.0, 0.5, 0.25], [1.5, -4.0, 2.0]])


def value(text: str) -> float:
    """The number that a loss of X and W denotes."""
    loss = read_problem(text, "X", ["X: n×d, W: n×d"]).loss
    found = evaluate(loss, Given(Floats(), {"n": 4, "d": 3}, {"X": X.tolist(), "W": W.tolist()}))
    return float(np.asarray(found.data, dtype=float).reshape(()))


@pytest.mark.parametrize(
    ("text", "axis", "lost"),
    [
        ("{}(X)", None, 0),
        ("np.{}(X)", None, 0),
        ("jnp.{}(X)", None, 0),
        ("torch.{}(X)", None, 1),
        ("X.{}()", None, 0),
        ("np.{}(X, ddof=1)", None, 1),
        ("torch.{}(X, correction=0)", None, 0),
        ("torch.{}(X, unbiased=False)", None, 0),
        ("X.{}(unbiased=True)", None, 1),
        ("torch.sum(0*X) + X.{}()", None, 1),
        ("np.sum(0*X) + X.{}()", None, 0),
        ("(X).{}(dim=0).sum()", 0, 1),
        ("X.{}(axis=0).sum()", 0, 0),
        ("torch.{}(X, 0).sum()", 0, 1),
        ("X.{}(1, keepdim=True).sum()", 1, 1),
        ("X.{}(1, keepdims=True).sum()", 1, 0),
        ("torch.sum(X.{}(axis=0))", 0, 1),
        ("np.sum(np.{}(X, axis=1, ddof=1))", 1, 1),
    ],
)
@pytest.mark.parametrize("function", ["var", "std"])
def test_a_variance_divides_by_what_its_library_divides_by(function, text, axis, lost):
    expected = getattr(np, function)(X, axis=axis, ddof=lost).sum()
    assert value(text.format(function)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch.norm(X, 2)", np.linalg.norm(X)),
        ("torch.norm(X, p=1)", abs(X).sum()),
        ("X.norm(2)", np.linalg.norm(X)),
        ("X.norm(p=1)", abs(X).sum()),
        ("torch.linalg.vector_norm(X, 2)", np.linalg.norm(X)),
        ("X.norm()", np.linalg.norm(X)),
        ("np.linalg.norm(X, 2)", np.linalg.norm(X, 2)),
        ("torch.linalg.norm(X, 2)", np.linalg.norm(X, 2)),
        ("norm(X, 2)", np.linalg.norm(X, 2)),
        ("torch.linalg.matrix_norm(X, 2)", np.linalg.norm(X, 2)),
        ("tf.norm(X, ord=2)", np.linalg.norm(X)),
        ("tf.linalg.norm(X, ord=1)", abs(X).sum()),
        ("cp.norm(X)", np.linalg.norm(X, 2)),
        ("cvxpy.norm(X, 'fro')", np.linalg.norm(X)),
        ("torch.norm(X, 'nuc')", np.linalg.norm(X, "nuc")),
        ("X.norm(2, dim=1).sum()", np.linalg.norm(X, axis=1).sum()),
        ("X.norm(1, 0).sum() + np.linalg.norm(W, 2, 1).sum()", abs(X).sum() + np.linalg.norm(W, axis=1).sum()),
        ("(X.sum(0, True) * W).sum() + torch.var(X, 1, False).sum()", (X.sum(axis=0) * W).sum() + X.var(axis=1).sum()),
        ("torch.mean(X, [0, 1])**2 + torch.sum(W, (1,))[1] + math.log(4, 2)", X.mean() ** 2 + W.sum(axis=1)[1] + 2),
        ("torch.min(X, dim=1)[0].sum()", X.min(1).sum()),
        ("X.max(dim=-1).values.sum() + torch.sum(X.max(0)[0])", X.max(1).sum() + X.max(0).sum()),
        ("torch.max(X, dim=1)[0][1] + torch.min(X, dim=0)[0][2]", X.max(1)[1] + X.min(0)[2]),
        ("torch.max(torch.min(X, dim=1)[0], dim=0)[0]", X.min(1).max()),
        ("np.max(X, axis=1)[0] + X.min(axis=0)[2]", X.max(1)[0] + X.min(0)[2]),
        ("np.vdot(X, W)", (X * W).sum()),
        ("inner(X, W)", (X * W).sum()),
        ("sum(np.sum((X[i] @ W.T - W[i] @ X.T)**2) for i in range(n))", ((X @ W.T - W @ X.T) ** 2).sum()),
        ("np.inner(X, W.sum(axis=0)).sum()", np.inner(X, W.sum(axis=0)).sum()),
        ("np.inner(W.sum(axis=0), X).sum()", np.inner(W.sum(axis=0), X).sum()),
        ("np.sum(np.tensordot(X.sum(axis=1), W.sum(axis=0), axes=0)*W)", X.sum(axis=1) @ W @ W.sum(axis=0)),
    ],
)
def test_a_norm_and_an_inner_product_are_those_of_their_library(text, expected):
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "shapes", "help"),
    [
        ("np.inner(A, B)", "A: n×n, B: n×n", "write `A @ B.T` for it, `inner(A, B)` for the sum over all entries"),
        (
            "np.sum(np.inner(A + B, B))",
            "A: n×n, B: n×n",
            "write `(A + B) @ B.T` for it, `inner(A + B, B)` for the sum over all entries",
        ),
        ("jax.nn.gelu(A).sum()", "A: n×n", "`gelu(x)` is x times the normal distribution function"),
        ("torch.var(A)", "A: scalar", "`correction=0` divides by n"),
    ],
)
def test_what_is_not_meant_so_is_refused_with_what_to_write(text, shapes, help):
    with pytest.raises(MatgradError) as caught:
        read_problem(text, "A", [shapes])
    assert caught.value.diagnostic.help == help


def test_entrywise_products_of_square_matrices_are_said():
    def notes(text: str) -> tuple[str, ...]:
        found = read_problem(text, "A", ["A: n×n, B: n×n, X: m×n, Y: m×n"]).notes
        return tuple(note for note in found if "does not occur" not in note)

    assert notes("tr(A*(A + B))") == ("`A*(A + B)` is elementwise; the product of the matrices is `A @ (A + B)`",)
    for unambiguous in ("tr(A) + sum(X*Y)", "tr(A@B)", "np.multiply(A, B).sum()", "2*tr(A)", "tr(2*A)"):
        assert notes(unambiguous) == (), unambiguous
    guessed = read_problem("sum((l*Q)*(l*Q))", "l", ["l: scalar"])
    assert guessed.notes == ("`(l*Q)*(l*Q)` is elementwise; the product of the matrices is `(l*Q) @ (l*Q)`",)


@pytest.mark.parametrize(("text", "said"), [
    ("(X.max(axis=1)[0] + torch.exp(X).sum()).sum()", True), ("(X.max(dim=1)[0] + torch.exp(X).sum()).sum()", False),
    ("torch.max(X, dim=1)[0].sum()", False), ("np.max(X, axis=1)[0] + np.exp(X).sum()", False),
])  # fmt: skip
def test_that_a_place_takes_the_values_of_a_pair_is_said_where_another_call_names_torch(text, said):
    assert any("torch's pair" in note for note in read_problem(text, "X", ["X: m×n"]).notes) == said


def test_a_variable_that_the_loss_does_not_contain_is_said():
    problem = read_problem("norm(X@w)**2", "Z", ["X: m×n, w: n, Z: m×n"])
    assert problem.notes == ("the loss does not contain `Z`, so its derivative is 0",)
    with pytest.raises(MatgradError, match="the loss has no variable `Z`"):
        read_problem("norm(X@w)**2", "Z", ["X: m×n, w: n"])


def _rows(values):
    return values.sum(axis=1)


_COS = _rows(X * W) / np.linalg.norm(X, axis=1) / np.linalg.norm(W, axis=1)
_DIST = np.linalg.norm(X[:, None] - W[None], axis=2)
_SMALL = np.where(abs(X - W) < 1, (X - W) ** 2 / 2, abs(X - W) - 0.5)
_LOGSOFT = X - np.log(np.exp(X).sum(axis=1, keepdims=True))
_LOGSOFT2 = 2 * X - np.log(np.exp(2 * X).sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("np.sum(np.hypot(X, W))", np.hypot(X, W).sum()),
        ("F.linear(X, W).sum()", (X @ W.T).sum()),
        ("torch.addmm(W, X, W.T @ W).sum()", (W + X @ W.T @ W).sum()),
        ("F.logsigmoid(X).sum()", -np.log1p(np.exp(-X)).sum()),
        ("F.softplus(X, beta=2).sum()", (np.log1p(np.exp(2 * X)) / 2).sum()),
        ("F.softplus(X).sum()", np.log1p(np.exp(X)).sum()),
        ("F.leaky_relu(X, 0.1).sum()", np.where(X > 0, X, 0.1 * X).sum()),
        ("F.leaky_relu(X).sum()", np.where(X > 0, X, 0.01 * X).sum()),
        ("F.elu(X).sum()", np.where(X > 0, X, np.exp(X) - 1).sum()),
        ("F.relu6(3*X).sum()", np.clip(3 * X, 0, 6).sum()),
        ("F.normalize(X).sum()", (X / np.linalg.norm(X, axis=1, keepdims=True)).sum()),
        ("F.cosine_similarity(X, W).sum()", _COS.sum()),
        ("torch.cdist(X, W).sum()", _DIST.sum()),
        ("F.smooth_l1_loss(X, W)", _SMALL.mean()),
        ("F.huber_loss(X, W, reduction='sum')", _SMALL.sum()),
        ("optax.huber_loss(X, W).sum()", _SMALL.sum()),
        ("F.mse_loss(X, W, reduction='none').sum()", ((X - W) ** 2).sum()),
        ("F.cross_entropy(X, W)", -(W * _LOGSOFT).sum() / 4),
        ("nn.functional.cross_entropy(input=X, target=W)", -(W * _LOGSOFT).sum() / 4),
        ("F.mse_loss(input=torch.relu(X), target=2*W)", ((np.maximum(X, 0) - 2 * W) ** 2).mean()),
        ("tf.nn.softmax_cross_entropy_with_logits(labels=W, logits=(X - 1)*2).sum()", -(W * _LOGSOFT2).sum()),
        ("tf.nn.softmax_cross_entropy_with_logits(labels=W, logits=X).sum()", -(W * _LOGSOFT).sum()),
        ("F.kl_div(X, W**2, reduction='batchmean')", (W**2 * (np.log(W**2) - X)).sum() / 4),
        (
            "F.triplet_margin_loss(X, W, 2*W)",
            np.maximum(np.linalg.norm(X - W, axis=1) - np.linalg.norm(X - 2 * W, axis=1) + 1, 0).mean(),
        ),
        ("optax.l2_loss(X, W).mean()", ((X - W) ** 2 / 2).mean()),
        ("tf.nn.l2_loss(X)", (X**2).sum() / 2),
        ("tf.reduce_sum(tf.square(X - W))", ((X - W) ** 2).sum()),
        ("cp.sum_squares(X - W)", ((X - W) ** 2).sum()),
        ("cp.sum(cp.logistic(X))", np.log1p(np.exp(X)).sum()),
        ("cp.sum(cp.huber(X, 2))", np.where(abs(X) < 2, X**2, 4 * abs(X) - 4).sum()),
        ("scipy.special.kl_div(X**2, W**2).sum()", (X**2 * np.log(X**2 / W**2) - X**2 + W**2).sum()),
        ("np.sum(np.exp(np.einsum('...i,...i', X, W)))", np.exp(_rows(X * W)).sum()),
        ("np.sum(np.exp(np.einsum('...i,ij->...j', X, W.T @ X)))", np.exp(X @ W.T @ X).sum()),
        ("F.selu(X).sum()", 1.0507009873554805 * np.where(X > 0, X, 1.6732632423543773 * (np.exp(X) - 1)).sum()),
        ("nn.LeakyReLU(0.25)(X).sum()", np.where(X > 0, X, X / 4).sum()),
        ("nn.CELU(alpha=2)(X).sum()", np.where(X > 0, X, 2 * (np.exp(X / 2) - 1)).sum()),
        ("((X @ W[0, :][:, None]).squeeze(-1) - X[:, 0]).pow(2).sum()", ((X @ W[0] - X[:, 0]) ** 2).sum()),
        (
            "(F.layer_norm(X, (d,)) * W).sum()",
            ((X - X.mean(axis=1, keepdims=True)) / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5) * W).sum(),
        ),
        ("torch.lerp(X, W, 0.25).sum()", (X + 0.25 * (W - X)).sum()),
        ("F.cosine_embedding_loss(X, W, W.sum(dim=1))", np.where(_rows(W) > 0, 1 - _COS, np.maximum(_COS, 0)).mean()),
        ("nn.PoissonNLLLoss(log_input=False)(X**2, W)", (X**2 - W * np.log(X**2 + 1e-8)).mean()),
        ("F.binary_cross_entropy_with_logits(X, W, weight=W)", (W * (np.log1p(np.exp(X)) - W * X)).mean()),
        ("nn.MultiLabelSoftMarginLoss()(X, W)", (np.log1p(np.exp(X)) - W * X).mean()),
        ("torch.linalg.slogdet(X.T @ X).logabsdet", np.linalg.slogdet(X.T @ X)[1]),
        ("np.clip(X, 0, None).sum()", np.maximum(X, 0).sum()),
        ("torch.clamp(X, max=1).sum()", np.minimum(X, 1).sum()),
        ("torch.clamp(X, min=0).sum()", np.maximum(X, 0).sum()),
        ("(X.transpose(0, 1) @ W).sum()", (X.T @ W).sum()),
        ("np.triu(X @ W.T, 1).sum()", np.triu(X @ W.T, 1).sum()),
        ("np.linalg.multi_dot([X, W.T, X]).sum()", (X @ W.T @ X).sum()),
        ("jax.nn.softplus(X).sum()", np.log1p(np.exp(X)).sum()),
        ("np.average(X, weights=W)", (X * W).sum() / W.sum()),
        ("F.relu(1 - X.sum(dim=0)).sum()", np.maximum(1 - X.sum(axis=0), 0).sum()),
    ],
)
def test_an_abbreviation_is_what_its_library_computes(text, expected):
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "kl_div(X, W)",
        "F.mse_loss(X, W, reduction='half')",
        "F.softplus(X, beta=2, other=1).sum()",
        "np.triu(X, 2).sum()",
        "F.layer_norm(X, X.shape).sum()",
        "F.layer_norm(X, (n, d)).sum()",
        "F.layer_norm(X, (d,), None, W).sum()",
    ],
)
def test_an_abbreviation_that_is_called_otherwise_is_refused(text):
    with pytest.raises(MatgradError):
        value(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(X[i] @ W[i] for i in range(n))", (X * W).sum()),
        ("sum([x @ w for x, w in zip(X, W)]) / len(X)", (X * W).sum(axis=1).mean()),
        ("np.mean([x @ W[i] for i, x in enumerate(X)])", (X * W).sum(axis=1).mean()),
        ("np.max([x @ x for x in X])", (X**2).sum(axis=1).max()),
        ("np.sum(sum(np.outer(x, x) for x in X)**2)", ((X.T @ X) ** 2).sum()),
        ("np.prod([[1 + X[i, j]**2 for j in range(d)] for i in range(n)])", (1 + X**2).prod()),
        ("sum(X[i, j] * W[i, j] for i in range(n) for j in range(d))", (X * W).sum()),
        ("sum(X[i+1] @ W[i] for i in range(n-1))", (X[1:] * W[:-1]).sum()),
        ("sum(X[i-1] @ W[i] for i in range(1, n))", (X[:-1] * W[1:]).sum()),
        ("X.ravel() @ W.reshape(-1)", (X * W).sum()),
        ("np.sum(np.vstack((X, 2*W))**2)", (X**2).sum() + 4 * (W**2).sum()),
        ("np.sum(np.stack([X[:, 0], W[:, 1]], axis=1)**2)", (X[:, 0] ** 2).sum() + (W[:, 1] ** 2).sum()),
        ("np.sum(np.diff(X, axis=0)**2)", (np.diff(X, axis=0) ** 2).sum()),
        ("np.sum(np.diff(X, axis=-1)**2)", (np.diff(X) ** 2).sum()),
        ("np.cbrt(X).sum()", np.cbrt(X).sum()),
        ("np.exp2(X).sum()", np.exp2(X).sum()),
        ("np.arctan2(X, W).sum()", np.arctan2(X, W).sum()),
        ("lambda X, W: np.sum(X * W)", (X * W).sum()),
        ("np.sum(np.float_power(X**2, 1.5))", (abs(X) ** 3).sum()),
    ],
)
def test_loops_in_a_line_and_forms_of_an_array_are_what_python_makes_of_them(text, expected):
    assert value(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum(X[i] @ X[i] for i in range(n) if i > 1)", "a loop with a condition is not read"),
        ("sum(x @ x for x in reversed(X))", "this loop is not read"),
        ("sum(x @ x for x of X)", "found `of` where `in` behind the names"),
        ("sum(X[0, 0] for i in range(n) for j in range(n) for k in range(n))", "more than two loops in one list"),
        ("sum(X[i] @ X[i] for i in range(d))", "the sum over `i` goes to d"),
        ("npm.sum(X)", "`npm` is no module that is known"),
        ("slinalg.expm(X.T @ X).sum()", "`slinalg` is no module that is known"),
    ],
)
def test_a_loop_that_is_not_read_says_so(text, message):
    with pytest.raises(MatgradError) as caught:
        read_problem(text, "X", ["X: n×d"])
    assert caught.value.diagnostic.message.startswith(message)
