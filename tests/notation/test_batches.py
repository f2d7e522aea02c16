"""Arrays of three sides in losses as code."""

from __future__ import annotations

import contextlib
import random

import numpy as np
import pytest
from loss_values import agrees, asked

from given import Given, evaluate
from matgrad_cli import assert_right, gradient
from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.fields import Floats

_ATTENTION = "(torch.softmax(A @ B.transpose(-2, -1) / n**0.5, dim=-1) @ B).sum()"


def _attention(A, B):
    scores = np.exp(np.einsum("knd,kmd->knm", A, B) / 2)
    return (scores / scores.sum(-1, keepdims=True) @ B).sum()


@pytest.mark.parametrize("wrt", ["A", "B"])
@pytest.mark.parametrize(("text", "shapes", "value"), [
    ("torch.bmm(A, B).sum()", "A: k×n×d, B: k×d×m", lambda A, B: (A @ B).sum()),
    ("F.mse_loss(A @ B, C)", "A: k×n×d, B: d×m, C: k×n×m", lambda A, B, C: ((A @ B - C) ** 2).mean()),
    ("torch.norm(torch.baddbmm(C, A, B))**2 / C.numel()", "A: k×n×d, B: k×d×m, C: k×n×m",
     lambda A, B, C: ((C + A @ B) ** 2).mean()),
    ("torch.einsum('bij,jk->bik', A, B).pow(2).sum()", "A: k×n×d, B: d×m", lambda A, B: ((A @ B) ** 2).sum()),
    ("sum(A[i] @ B[i] for i in range(len(A))).sum()", "A: k×n×d, B: k×d×m", lambda A, B: (A @ B).sum()),
    ("np.einsum('bij,bij->', A, B)", "A: k×n×d, B: k×n×d", lambda A, B: (A * B).sum()),
    ("(np.einsum('ald,tld->atl', A, B)**2).mean()", "A: k×n×d, B: m×n×d",
     lambda A, B: (np.einsum("ald,tld->atl", A, B) ** 2).mean()),
    ("((A @ B - C)**2).sum()", "A: k×n×d, B: d, C: k×n", lambda A, B, C: ((A @ B - C) ** 2).sum()),
    ("((A - A.mean(dim=0, keepdim=True)) * B).pow(2).sum(-1).mean()", "A: k×n×d, B: n×d",
     lambda A, B: (((A - A.mean(0)) * B) ** 2).sum(-1).mean()),
    ("(B * torch.sum(A * A, dim=(1, 2))).sum() / A.shape[-1]", "A: k×n×d, B: k",
     lambda A, B: (B * (A * A).sum((1, 2))).sum() / 3),
    (_ATTENTION, "A: k×n×d, B: k×m×d", _attention),
])  # fmt: skip
def test_what_is_done_to_a_batch_is_done_to_each_of_its_matrices(text, wrt, shapes, value) -> None:
    agrees(text, wrt, shapes, value)


def _apart(X, Y):
    return X[:, None, :] - Y[None, :, :]


@pytest.mark.parametrize("wrt", ["X", "Y"])
@pytest.mark.parametrize(("text", "shapes", "value"), [
    ("np.sum(np.abs(X[:, None, :] - Y[None, :, :]))", "X: n×d, Y: m×d", lambda X, Y: np.abs(_apart(X, Y)).sum()),
    ("torch.sum((X.unsqueeze(1) - Y.unsqueeze(0))**2 * r.unsqueeze(-1))", "X: n×d, Y: m×d, r: n×m",
     lambda X, Y, r: (_apart(X, Y) ** 2 * r[..., None]).sum()),
    ("np.sum((np.linalg.norm(X[:, None] - Y, axis=-1) - D)**2)", "X: n×d, Y: m×d, D: n×m",
     lambda X, Y, D: ((np.linalg.norm(_apart(X, Y), axis=-1) - D) ** 2).sum()),
    ("(np.exp(-((X[:, None] - Y[None])**2).sum(-1)/h) * K).mean()", "X: n×d, Y: m×d, K: n×m, h: scalar",
     lambda X, Y, K, h: (np.exp(-(_apart(X, Y) ** 2).sum(-1) / h) * K).mean()),
    ("np.sum(((X[:, :, None] * Y[None, :, :]).sum(axis=1) - C)**2)", "X: n×d, Y: d×m, C: n×m",
     lambda X, Y, C: ((X @ Y - C) ** 2).sum()),
    ("((X[..., np.newaxis] * Y - Z[..., None])**2).mean()", "X: n×d, Z: n×d, Y: k",
     lambda X, Z, Y: ((X[..., None] * Y - Z[..., None]) ** 2).mean()),
    ("-np.sum(np.log(np.sum(pi[None, :]*np.exp(-np.sum((X[:, None, :] - Y)**2, axis=2)), axis=1)))",
     "X: n×d, Y: k×d, pi: k", lambda X, Y, pi: -np.log((pi * np.exp(-(_apart(X, Y) ** 2).sum(2))).sum(1)).sum()),
])  # fmt: skip
def test_a_matrix_with_a_third_side_is_a_batch(text, wrt, shapes, value) -> None:
    agrees(text, wrt, shapes, value)


_THREE = (
    "X[:, None, :]",
    "X[:, None]",
    "X[None]",
    "Y[None, :, :]",
    "R[:, :, None]",
    "R[..., None]",
    "(X @ Y)[:, None]",
)
_LESS = ("Y", "X.T", "v", "u[None, :]", "v[:, None]", "2", "(Y + u)", "np.tanh(u)[None, :]")


def _made(choose: random.Random, depth: int) -> str:
    if depth == 0:
        return choose.choice(_THREE if choose.random() < 0.6 else _LESS)
    return f"np.tanh({_made(choose, depth - 1)} {choose.choice('+-*')} {_made(choose, depth - 1)})"


@pytest.mark.parametrize("seed", range(60))
def test_a_third_side_means_what_numpy_computes(seed: int) -> None:
    """All sizes are one number, so that whatever is paired wrongly still fits."""
    choose, rng = random.Random(seed), np.random.default_rng(seed)
    data = {name: rng.normal(size=(3, 3)) for name in "XYR"} | {name: rng.normal(size=3) for name in "uv"}
    inner = f"np.{choose.choice(['sum', 'mean'])}({_made(choose, 1)} * X[:, None], axis={choose.choice([0, 1, 2, -1])})"
    text = f"np.sum({inner} * {choose.choice([*_LESS, 'R'])})"
    with contextlib.suppress(InputError):
        loss = read_problem(text, "X", ["X: n×n, Y: n×n, R: n×n, v: n, u: n"]).loss
        found = evaluate(loss, Given(Floats(), {"n": 3}, {name: one.tolist() for name, one in data.items()}))
        assert np.allclose(np.asarray(found.data, float), eval(text, {"np": np, **data})), text  # noqa: S307  our own


@pytest.mark.parametrize("text", [
    "F.cross_entropy(X @ Y.T / 2, torch.arange(n))", "torch.nn.CrossEntropyLoss()(X @ Y.t() / 2, torch.arange(len(X)))",
])  # fmt: skip
def test_labels_that_count_the_samples_are_an_identity(text: str) -> None:
    def value(X, Y):
        scores = np.exp(X @ Y.T / 2)
        return -np.log(np.diag(scores) / scores.sum(1)).mean()

    agrees(text, "X", "X: n×d, Y: n×d", value)


@pytest.mark.parametrize("text", [
    "torch.norm(X[:, None] - Y, dim=2)", "torch.norm(X[:, None] - Y, 2, dim=2)", "(X[:, None] - Y).norm(p=2, dim=-1)",
    "((X.unsqueeze(1) - Y[None])**2).sum(-1)**0.5",
])  # fmt: skip
def test_distances_of_rows_are_products_of_matrices(text: str) -> None:
    loss, shapes = f"(({text} - D)**2).sum()", ["X: n×d, Y: m×d, D: n×m"]
    assert "X^∘2 · 𝟏 · 𝟏ᵀ + 𝟏(Y^∘2 · 𝟏)ᵀ − 2XYᵀ" in str(gradient(loss, "X", shapes=shapes))
    assert not any("stretches" in note for note in read_problem(loss, "X", shapes).notes)


@pytest.mark.parametrize(
    "answer",
    [
        "G @ B.mT",
        "torch.bmm(G, B.transpose(2, 1))",
        "np.einsum('bnm,bdm->bnd', G, B)",
        "np.stack([G[i] @ B[i].T for i in range(len(G))])",
        "(G @ B.mT + G @ np.swapaxes(B, -1, -2)) / 2",
    ],
)
def test_an_answer_may_be_a_batch(answer: str) -> None:
    problem = {"loss": "sum(G * (A @ B))", "wrt": "A", "shapes": "G: k×n×m, A: k×n×d, B: k×d×m"}
    assert_right(answer, **problem)
    for wrong in ("2*", "-"):
        with pytest.raises(AssertionError):
            assert_right(f"{wrong}({answer})", **problem)


@pytest.mark.parametrize("text", ["np.sum(A @ B.T)", "np.trace(A).sum()", "np.sum(A, axis=(0, 1)) @ A", "A.max()"])
def test_what_is_done_to_the_batch_itself_is_asked(text: str) -> None:
    assert "several matrices" in asked(text, "A", "A: k×n×d, B: k×n×d")


@pytest.mark.parametrize("text", ["torch.norm(X[:, None] - Y, 2)", "(X[:, None] - Y).norm(2).sum()"])
def test_the_order_of_a_norm_is_no_axis(text: str) -> None:
    with pytest.raises(InputError, match="third"):
        read_problem(text, "X", ["X: n×d, Y: m×d"])


def test_one_of_several_columns_is_a_column() -> None:
    shapes = ["W: (3,H,D), b: (3,H,1), x: (D,1)"]
    assert read_problem("np.sum((W[0]@x + b[0])**2)", "x", shapes).loss.shape.is_number
