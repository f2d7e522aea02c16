"""Greatest entries, products of entries, triangles, cross products, norms,
blocks and literal matrices against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from matgrad_cli.api import check, gradient
from matgrad_cli.diagnostics import InputError

SIZES = {"m": 3, "n": 4, "k": 2}
SHAPES = (
    "A: m×n, B: k×n, C: 3×3, X: m×n, W: n×k, Z: m×n, S: n×n, x: n, y: n, w: k, b: m, c: k, p: 3, q: 3, u: 2, t: scalar"
)


def _softmax(z: Any, axis: Any = None) -> Any:
    z = np.exp(z - z.max(axis=axis, keepdims=True))
    return z / z.sum(axis=axis, keepdims=True)


CASES: list[tuple[str, str, Callable[..., Any]]] = [
    ("max(A@x)", "x", lambda A, x: (A @ x).max()),
    ("np.min(A@x)", "x", lambda A, x: (A @ x).min()),
    ("X.max(axis=1) @ b", "X", lambda X, b: X.max(1) @ b),
    ("np.amax(X@W, axis=0) @ c", "W", lambda X, W, c: (X @ W).max(0) @ c),
    (r"\max_i |(Ax)_i - b_i|", "x", lambda A, x, b: abs(A @ x - b).max()),
    (r"\sum_i \max_j (XW)_{ij}", "W", lambda X, W: (X @ W).max(1).sum()),
    (r"\min_i (Ax)_i", "x", lambda A, x: (A @ x).min()),
    ("-sum(y*log(exp(x - max(x))/sum(exp(x - max(x)))))", "x", lambda x, y: -(y * np.log(_softmax(x))).sum()),
    (
        "sum(Z*np.exp(X - np.max(X, axis=1, keepdims=True))/np.sum(np.exp(X - np.max(X, axis=1, "
        "keepdims=True)), axis=1, keepdims=True))",
        "X",
        lambda X, Z: (Z * _softmax(X, 1)).sum(),
    ),
    ("np.max(x) + np.log(np.sum(np.exp(x - np.max(x)))) - y@x", "x", lambda x, y: np.log(np.exp(x).sum()) - y @ x),
    ("prod(A@x)", "x", lambda A, x: np.prod(A @ x)),
    ("np.prod(X, axis=1) @ b", "X", lambda X, b: np.prod(X, 1) @ b),
    (r"\prod_i (1 + y_i x_i)", "x", lambda x, y: np.prod(1 + y * x)),
    ("norm(tril(X))**2 + sum(triu(X)**3)", "X", lambda X: (np.tril(X) ** 2).sum() + (np.triu(X) ** 3).sum()),
    ("norm(np.cross(p, C@q))**2", "q", lambda C, p, q: (np.cross(p, C @ q) ** 2).sum()),
    ("cross(q, C@q)@p", "q", lambda C, p, q: np.cross(q, C @ q) @ p),
    ("norm(A@x - b, np.inf)", "x", lambda A, x, b: abs(A @ x - b).max()),
    (r"\|Ax - b\|_\infty^2", "x", lambda A, x, b: abs(A @ x - b).max() ** 2),
    ("norm(X, inf) + norm(X, 1)", "X", lambda X: abs(X).sum(1).max() + abs(X).sum(0).max()),
    ("u.T @ [[2, 1], [-1/2, 3]] @ u", "u", lambda u: u @ np.array([[2, 1], [-0.5, 3]]) @ u),
    (r"u^\top \begin{bmatrix} 2 & 1 \\ 0 & 3 \end{bmatrix} u", "u", lambda u: u @ np.array([[2, 1], [0, 3]]) @ u),
    ("np.array([1, -2, 3]) @ q", "q", lambda q: np.array([1, -2, 3]) @ q),
    (
        "norm(np.vstack([A, B]) @ x - np.concatenate([b, c]))**2",
        "x",
        lambda A, B, x, b, c: ((A @ x - b) ** 2).sum() + ((B @ x - c) ** 2).sum(),
    ),
    (
        r"\left\|\begin{bmatrix} A \\ tI \end{bmatrix} x - \begin{bmatrix} b \\ 0 \end{bmatrix}\right\|^2",
        "x",
        lambda A, x, b, t: ((A @ x - b) ** 2).sum() + t**2 * x @ x,
    ),
    ("sum(np.block([[X, X], [X, Z]])**2)", "X", lambda X, Z: 3 * (X**2).sum() + (Z**2).sum()),
    (
        r"\begin{pmatrix} x \\ 1 \end{pmatrix}^T \begin{pmatrix} S & y \\ y^T & t \end{pmatrix} "
        r"\begin{pmatrix} x \\ 1 \end{pmatrix}",
        "x",
        lambda S, x, y, t: x @ S @ x + 2 * x @ y + t,
    ),
    (
        r"\det\begin{bmatrix} S & x \\ y^\top & t \end{bmatrix}",
        "S",
        lambda S, x, y, t: np.linalg.det(np.block([[S, x[:, None]], [y, t]])),
    ),
    ("np.sum(np.linalg.eigvalsh(S)**2)", "S", lambda S: np.trace(S @ S)),
    ("sum(1/(1 + eigvalsh(S)))", "S", lambda S: np.trace(np.linalg.inv(np.eye(len(S)) + S))),
    ("sum(eigvalsh(S)/(2 + eigvalsh(S)))", "S", lambda S: np.trace(S @ np.linalg.inv(2 * np.eye(len(S)) + S))),
    (
        r"\sum_i (3\lambda_i(S) - \lambda_i(S)^2\lambda_i(S)/2)",
        "S",
        lambda S: 3 * np.trace(S) - np.trace(S @ S @ S) / 2,
    ),
    ("sum(log(eigvalsh(S)))", "S", lambda S: np.log(abs(np.linalg.det(S)))),
    (r"\prod_i \lambda_i(S)", "S", lambda S: np.linalg.det(S)),
    (r"\sum_i \lambda_i(S)^3", "S", lambda S: np.trace(S @ S @ S)),
    (r"\sum_i \sigma_i(X)", "X", lambda X: np.linalg.svd(X)[1].sum()),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "wrt", "value"), CASES, ids=[case[0][:60] for case in CASES])
def test_against_differences(loss: str, wrt: str, value: Callable[..., Any]) -> None:
    found = gradient(loss, wrt, shapes=[SHAPES])
    assert found.derivations[0].readoff.verdict.holds
    space: dict[str, Any] = {}
    exec(found.render("numpy"), space)  # noqa: S102  our own output
    shapes = dict(part.split(": ") for part in SHAPES.split(", "))
    rng = np.random.default_rng(len(loss))
    names = value.__code__.co_varnames[: value.__code__.co_argcount]
    lengths = {
        name: [SIZES.get(side, 0) or int(side) for side in shapes[name].split("×") if side != "scalar"]
        for name in names
    }
    arrays = {name: rng.uniform(0.3, 1.7, lengths[name]) for name in names}
    taken = space["gradient"].__code__.co_varnames[: space["gradient"].__code__.co_argcount]
    got, place = space["gradient"](**{name: arrays[name] for name in taken}), arrays[wrt]
    for at in np.ndindex(place.shape):
        step = np.zeros(place.shape)
        step[at] = 1e-6
        expected = (value(**{**arrays, wrt: place + step}) - value(**{**arrays, wrt: place - step})) / 2e-6
        assert got[at] == pytest.approx(expected, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(
    ("loss", "code"),
    [
        ("norm(A @ np.concatenate([x, y]))**2", "blocks"),
        ("np.block([[X, A], [B, C]])", "blocks"),
        ("norm([[A, B], [X]])", "blocks"),
        ("norm(np.linalg.cholesky(S))**2", "unknown-function"),
        ("sum(np.sort(x))", "unknown-function"),
        ("cross(x, y)", "wrong-arguments"),
        ("sum(np.log(np.linalg.svdvals(X)))", "unknown-function"),
        (r"\sum_{i=1}^{k} \lambda_i(S)", "unknown-function"),
        ("norm(np.concatenate([x, y]), 1)**2", "blocks"),
        ("norm(np.vstack([X, A]), 2)**2", "blocks"),
        ("sum(np.cumsum(X))", "shape-mismatch"),
        (r"\left\|\begin{bmatrix} X \\ A \end{bmatrix}\right\|_2^2", "blocks"),
        ("sum(np.diff(X)**2)", "shape-mismatch"),
        ("inner(np.concatenate([x, y]), np.concatenate([x, y, x]))", "blocks"),
        (r"\|X\|_{2,1}", "unreadable"),
        (r"\operatorname{Re}(x^H S x)", "unknown-function"),
    ],
)
def test_what_is_refused_is_refused_by_name(loss: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        gradient(loss, "X" if "X" in loss else "x" if "x" in loss else "S", shapes=[SHAPES])
    assert caught.value.diagnostic.code == code
    assert (
        caught.value.diagnostic.help
        or code in ("wrong-arguments", "shape-mismatch")
        or "[X]" in loss
        or "[x, y, x]" in loss
    )


@pytest.mark.parametrize("power", ["2", "k", "{-1/2}"])
def test_a_capital_with_a_power_is_square(power: str) -> None:
    assert gradient(rf"a^\top M^{power} b", "M").derivations[0].problem.wrt.shape.is_square


@pytest.mark.parametrize(
    ("fact", "law"),
    [
        ("symmetric", "G + Gᵀ − G ∘ I"),
        ("diagonal", "G ∘ I"),
        ("lower", "tril(G)"),
        ("upper", "triu(G)"),
        ("antisymmetric", "G − Gᵀ"),
    ],
)
def test_the_gradient_along_a_structure_is_said(fact: str, law: str) -> None:
    (note,) = gradient("norm(S@x - y)**2", "S", shapes=[SHAPES], assume=[f"S {fact}"]).derivations[0].notes
    assert law in note.template


def test_a_matrix_whose_greatest_eigenvalue_is_taken_is_assumed_symmetric() -> None:
    found = gradient(r"\lambda_{\max}(S)", "S", shapes=[SHAPES]).derivations[0]
    assert found.readoff.verdict.holds
    assert "`S` is assumed symmetric, as an extreme eigenvalue of it is taken" in found.problem.notes


@pytest.mark.parametrize(
    "line",
    [
        r"\begin{bmatrix} 2 & 5 \\ 5 & 8 \end{bmatrix} x",
        r"\begin{bmatrix} S & S^T \end{bmatrix} \begin{bmatrix} x \\ x \end{bmatrix}",
    ],
)
def test_a_matrix_written_out_beside_a_loss_of_any_size_is_never_wrong(line: str, tmp_path: Any) -> None:
    text = f"```matgrad\nloss: x.T@S@x\nwrt: x\nshapes: S: n×n, x: n\n\n\\nabla_x L = {line}\n```\n"
    (tmp_path / "answer.md").write_text(text, encoding="utf-8")
    assert check(tmp_path / "answer.md").verdict != "wrong"
