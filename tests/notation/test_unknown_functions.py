"""Functions that have no meaning: what they are taken for, their derivatives, what is printed of them,
read back and run."""

import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from matgrad_cli.api import gradient
from matgrad_cli.diagnostics import InputError
from matgrad_cli.ir import Call, nodes_of
from matgrad_cli.notation.problems import read_expression, read_problem

SHAPES = "A: m×n, C: n×n, W: m×n, X: n×d, x: n, b: m, y: m, w: d, S: n×n, Z: n×d"
GRADIENTS = [
    ("f(Ax + b)", "x", "Aᵀ ∇f(Ax + b)"),
    (r"g(x) = f(Ax)", "x", "Aᵀ ∇f(Ax)"),
    (r"f(A x) + \lambda \|x\|^2", "x", "Aᵀ ∇f(Ax) + 2λx"),
    (r"f(AXw)", "X", "Aᵀ ∇f(AXw) wᵀ"),
    (r"f(SX)", "X", "Sᵀ ∇f(SX)"),
    (r"\|\phi(Wx)-y\|^2", "W", "2((φ(Wx) − y) ∘ φ′(Wx))xᵀ"),
    (r"\sum_{i=1}^n \phi(w^\top z_i)", "w", "Zᵀ φ′(Zw)"),
    (r"\sum_i \ell(w^\top z_i) + \|w\|^2", "w", "Zᵀ ℓ′(Zw) + 2w"),
    (r"\phi(w^\top w)", "w", "2 φ′(wᵀw) w"),
    (r"\phi(x)^\top S \phi(x)", "x", "((S + Sᵀ) φ(x)) ∘ φ′(x)"),
    (r"f(g(x))", "x", "f′(g(x)) ∇g(x)"),
    ("sum(phi(X@w))", "w", "Xᵀ φ′(Xw)"),
    ("f(X@w)", "w", "Xᵀ ∇f(Xw)"),
    (r"y^\top f(x)", "x", "J_f(x)ᵀ y"),
    (r"\|f(Ax) - b\|^2", "x", "2 Aᵀ J_f(Ax)ᵀ (f(Ax) − b)"),
    (r"y^\top \phi(w)", "w", "J_φ(w)ᵀ y"),
    (r"\|f(x)\|^2", "x", "2 J_f(x)ᵀ f(x)"),
    (r"\operatorname{tr}(f(S))", "S", "D*f(S, I)"),
    (r"\det f(S)", "S", "det(f(S)) D*f(S, f(S)⁻ᵀ)"),
    (r"\operatorname{tr}(f(S)^{-1})", "S", "−D*f(S, f(S)⁻ᵀ f(S)⁻ᵀ)"),
    (r"\operatorname{tr}(C f(S)^\top)", "S", "D*f(S, C)"),
    (r"\det f(\lambda)", "lambda", "det(f(λ)) tr(f′(λ) f(λ)⁻¹)"),
    ("tr(f(lambda))", "lambda", "tr(f′(λ))"),
    ("inv(f(lambda))", "lambda", "−f(λ)⁻¹ f′(λ) f(λ)⁻¹"),
    (r"\sum_i \ell(w^\top z_i, x_i)", "w", "Zᵀ ∂₁ℓ(Zw, x)"),
    (r"\frac{1}{n}\sum_{i=1}^n \ell(x_i, w^\top z_i) + \|w\|^2", "w", "1/n Zᵀ ∂₂ℓ(x, Zw) + 2w"),
    (r"\sum_i \ell(f(x_i; \lambda), 2)", "lambda", "∂₁ℓ(f(x, λ · 𝟏), 2 · 𝟏)ᵀ ∂₂f(x, λ · 𝟏)"),
    ("np.sum(phi(X@w, x))", "w", "Xᵀ ∂₁φ(Xw, x)"),
    ("f(Ax, Wx)", "x", "Aᵀ ∂₁f(Ax, Wx) + Wᵀ ∂₂f(Ax, Wx)"),
    ("f(x, g(x))", "x", "∂₁f(x, g(x)) + ∂₂f(x, g(x)) ∇g(x)"),
    ("f(AXw, X, lambda)", "X", "Aᵀ ∂₁f(AXw, X, λ) wᵀ + ∂₂f(AXw, X, λ)"),
    (r"b^\top f(\lambda)^{-1} y", "lambda", "−bᵀ f(λ)⁻¹ f′(λ) f(λ)⁻¹ y"),
    (r"\sum_i \rho_\tau(x_i - w^\top z_i)", "w", "−Zᵀ ρ_τ′(x − Zw)"),
    (r"f_{\theta}(Ax) + f_0(x)", "x", "Aᵀ ∇f_θ(Ax) + ∇f₀(x)"),
    (r"\sum_i \ell_{\text{hinge}}(x_i, w^\top z_i)", "w", "Zᵀ ∂₂ℓ_hinge(x, Zw)"),
    (r"\|y - \phi_1(W \psi_a(x))\|^2", "W", "−2((y − φ₁(W ψ_a(x))) ∘ φ₁′(W ψ_a(x))) ψ_a(x)ᵀ"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("loss", "wrt", "expected"), GRADIENTS)
def test_gradients(loss: str, wrt: str, expected: str) -> None:
    found = gradient(loss, wrt, shapes=[SHAPES + ", lambda: scalar"])
    assert str(found).split("   (")[0] == expected
    assert found.derivations[0].readoff.verdict.holds
    assert any("has no meaning and is read as" in note for note in found.derivations[0].problem.notes)


@pytest.mark.thorough
def test_every_method_differentiates_them() -> None:
    for loss, wrt in ((r"\|\phi(Wx)-y\|^2", "W"), ("f(Ax + b)", "x"), ("f(Ax, Wx)", "x"), ("sum(phi(X@w, x))", "w")):
        texts = {
            str(gradient(loss, wrt, shapes=[SHAPES], method=method))
            for method in ("index", "differential", "adjoint", "chain")
        }
        assert len(texts) == 1


def test_second_derivative() -> None:
    assert str(gradient("f(Ax + b)", "x", shapes=[SHAPES], order=2)).startswith("Aᵀ ∇²f(Ax + b) A")


def test_what_is_printed_is_read_back() -> None:
    problem = read_problem(r"\|\phi(Wx)-y\|^2", "W", [SHAPES])
    for text in (r"2 ((\phi(Wx) - y) \odot \phi'(Wx)) x^\top", "2*((phi(W@x) - y)*phi_prime(W@x))@x.T"):
        assert (
            gradient(r"\|\phi(Wx)-y\|^2", "W", shapes=[SHAPES]).derivations[0].result.matrix
            is read_expression(text, problem).expr
        )


def test_programs_take_them_as_arguments() -> None:
    code = gradient(r"\|\phi(Wx)-y\|^2", "W", shapes=[SHAPES]).render("numpy")
    space: dict = {}
    exec(code, space)  # noqa: S102  our own output
    assert list(inspect.signature(space["gradient"]).parameters)[:3] == ["W", "x", "y"]
    rng = np.random.default_rng(1)
    W, x, y = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=2)
    functions = SimpleNamespace(phi=np.tanh, phi_prime=lambda u: 1 - np.tanh(u) ** 2)
    got = space["gradient"](W, x, y, **vars(functions))
    assert np.allclose(got, np.outer(2 * (np.tanh(W @ x) - y) * (1 - np.tanh(W @ x) ** 2), x))


def test_programs_take_derivatives_by_each_argument():
    rng, space = np.random.default_rng(3), {}
    exec(gradient(r"\sum_i \ell(w^\top x_i, y_i)", "w", shapes=["X: n×d, w: d, y: n"]).render("numpy"), space)  # noqa: S102
    X, w, y = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=4)
    got = space["gradient"](w=w, X=X, y=y, partial1_ell=lambda score, label: 2 * (score - label))
    assert np.allclose(got, 2 * X.T @ (X @ w - y))


def test_programs_take_jacobians_and_adjoints() -> None:
    rng, space = np.random.default_rng(2), {}
    x, y, B = rng.normal(size=3), rng.normal(size=2), rng.normal(size=(2, 3))
    exec(gradient("norm(f(x) - y)**2", "x", shapes=["x: n, y: m"]).render("numpy"), space)  # noqa: S102  our own output
    got = space["gradient"](x, y, f=lambda u: np.sin(B @ u), jac_f=lambda u: np.cos(B @ u)[:, None] * B)
    assert np.allclose(got, 2 * (np.cos(B @ x) * (np.sin(B @ x) - y)) @ B)
    exec(gradient("tr(A@f(X))", "X", shapes=["A: n×n, X: n×n"]).render("numpy"), space)  # noqa: S102
    X, A = rng.normal(size=(2, 2)), rng.normal(size=(2, 2))
    assert np.allclose(
        space["gradient"](A, X, adjoint_f=lambda X, G: X.T @ G + G @ X.T), X.T @ A.T + A.T @ X.T
    )  # of f(X) = XX


@pytest.mark.parametrize("loss", ["np.foo(x)"])
def test_what_may_mean_more_is_refused(loss: str) -> None:
    with pytest.raises(InputError):
        read_problem(loss, "S" if "S" in loss else "x" if "x)" in loss else "w", [SHAPES])


def test_two_families_of_one_letter() -> None:
    rated = r"\sum_{(u,i)\in\Omega} (r_{ui} - b_u - b_i - p_u^\top q_i)^2"
    found = gradient(rated, "b_u")
    assert str(found).startswith("−2(Ω ∘ (r − b_u · 𝟏ᵀ − 𝟏 b_iᵀ − pqᵀ)) · 𝟏")
    assert "`b_i` and `b_u` are two arrays, as their letters run over two sets" in found.derivations[0].problem.notes
    assert str(gradient(r"\sum_{i,j} W_{ij}\|y_i - y_j\|^2", "y")).startswith("2(diag((W + Wᵀ) · 𝟏) − W − Wᵀ)y")


@pytest.mark.parametrize(("loss", "wrt", "expected"), [
    (r"\sum_{n=1}^N (t_n - w^\top \phi(x_n))^2", "w", "−2φᵀ(t − φw)"),
    (r"\sum_n (t_n - \theta^T h(x^{(n)}))^2", "theta", "−2hᵀ(t − hθ)"),
    (r"\sum_n \|t_n - W\phi(x_n)\|^2", "W", "−2(t − φWᵀ)ᵀφ"),
    (r"\sum_i \max(0, 1 - y_i(w \cdot \psi(x_i) + b)) + \|w\|^2", "b", "−step(𝟏 − (y ∘ (ψw + b · 𝟏)))ᵀ y"),
    (r"\sum_{i,j} \alpha_i \alpha_j \phi(x_i)^\top \phi(x_j)", "alpha", "2φφᵀα"),
    (r"\sum_i \phi(x_i)^\top W \phi(z_i)", "W", "φ(x)ᵀ φ(z)"),
    (r"\sum_n \|x_n - U\phi(x_n)\|^2", "U", "−2(x − φUᵀ)ᵀφ"),
    (r"\sum_i (y_i - f(x_i))^2", "f", "−2(y − f)"),

    (r"\sum_n (t_n - w^\top \phi(x_n))^2", "x", "−2(((t − φ(x) w)wᵀ) ∘ φ′(x))"),
])  # fmt: skip
def test_what_a_function_makes_of_samples_is_a_family_of_vectors(loss: str, wrt: str, expected: str) -> None:
    assert str(gradient(loss, wrt)).split("   (")[0] == expected


@pytest.mark.parametrize(("loss", "wrt"), [
    (r"\sum_i \phi_i(w^\top x_i)", "w"), (r"\rho(x)", "x"), (r"\sum_i g_i(x_i - y_i)", "x"),
    (r"\|f_\theta(x) - y\|^2", "theta"),
    (r"\sum_i H_\delta(r_i),\ r = y - Xw", "w"), (r"\|y - a(Wx)\|^2", "W"), (r"\|y - \eta\left(Wx\right)\|^2", "W"),
])  # fmt: skip
def test_what_may_be_a_function_or_a_factor_is_asked(loss: str, wrt: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(loss, wrt)
    assert caught.value.diagnostic.code == "unknown-function"


@pytest.mark.parametrize(("loss", "wrt"), [
    (r"\sum_i h_i(1 - h_i)", "h"), (r"\sum_i h_i(w^\top x_i - y_i)^2", "w"), (r"\lambda(w^\top w)", "w"),
    (r"\|y - \alpha(Wx)\|^2", "W"), (r"\|y - \eta(Wx + b)\|^2", "W"), (r"\sum_i \rho_i(y_i - w^\top x_i)^2", "w"),
])  # fmt: skip
def test_factors_before_brackets_stay_factors(loss: str, wrt: str) -> None:
    problem = read_problem(loss, wrt)
    assert not any(isinstance(node, Call) and ":" in node.function for node in nodes_of(problem.loss))


def test_a_declaration_makes_it_a_factor() -> None:
    assert str(gradient(r"\phi(w^\top w)", "w", shapes=[SHAPES + ", phi: scalar"])).startswith("2φw")
    assert str(gradient(r"\phi(w^\top w - 1) + \phi", "w", shapes=[SHAPES])).startswith("2φw")


@pytest.mark.parametrize(
    "loss",
    [
        r"\phi(x)^\top w",
        r"(y - \phi(x)^\top w)^2",
        r"(r + g\phi(z)^\top w - \phi(x)^\top w)^2",
        r"\max(x) + \phi(x)^\top w",
    ],
)
def test_a_turned_function_of_a_number_is_a_vector(loss: str) -> None:
    problem = read_problem(loss, "w")
    assert problem.loss.shape.is_number
    assert problem.wrt.shape.is_column


def test_what_a_function_gives_is_of_one_kind() -> None:
    problem = read_problem(r"\psi(x)^\top M \psi(x)", "M")
    assert problem.loss.shape.is_number
    assert problem.wrt.shape.is_square
