"""All methods reach the same gradient, every line of every one of them holds,
and each says so where it cannot go through."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from conftest import environment
from matgrad_cli.diagnostics import StuckError, UsageError
from matgrad_cli.facts import Problem
from matgrad_cli.ir import SumOver, nodes_of
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import METHODS, Derivation
from matgrad_cli.rewrite.closing import LAYOUTS
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rewrite.textbook.simplifier import ORDER
from matgrad_cli.rulebook.load import rulebook
from matgrad_cli.verify.judge import Judge

OTHERS = tuple(method for method in METHODS if method != "index")

POLYNOMIAL = [
    ("norm(A@X@B - C, 'fro')**2", "X", "A: m×n, X: n×p, B: p×q, C: m×q", ""),
    ("3*tr(X.T@S@X) - tr(C@X)", "X", "X: n×p, S: n×n, C: p×n", ""),
    ("(c.T@x)**2 + x.T@S@x/2", "x", "c: n, x: n, S: n×n", "S symmetric"),
    ("tr(X@X.T@X@X.T)", "X", "X: m×n", ""),
    ("sum((A - U@V.T)**2) + k*sum(U*U)", "V", "A: m×n, U: m×r, V: n×r, k: scalar", ""),
    ("u.T@X@X.T@v", "X", "u: m, v: m, X: m×n", ""),
    ("norm(y - t*g)**2", "t", "y: n, g: n, t: scalar", ""),
    ("inner(X@S, X)", "X", "X: m×n, S: n×n", ""),
    ("tr(X)**2 - tr(X@X)", "X", "X: n×n", ""),
    ("mean((X@w - y)**2)", "w", "X: m×n, w: n, y: m", ""),
    ("w.T@ones(n)", "w", "w: n", ""),
    ("norm(A - B)**2", "X", "A: m×n, B: m×n, X: m×n", ""),
]
OTHER = [
    ("logdet(X) + tr(inv(X)@S)", "X", "X: n×n, S: n×n", "X spd"),
    ("det(A@X)", "X", "A: n×n, X: n×n", ""),
    ("norm(W2@tanh(W1@x + b) - y)**2/2", "W1", "W2: m×h, W1: h×d, x: d, b: h, y: m", ""),
    ("norm(W@tanh(W@x) - y)**2", "W", "W: n×n, x: n, y: n", ""),
    ("sum(log(1 + exp(-s*(X@w))))", "w", "X: m×n, s: m, w: n", ""),
    ("-y.T@log(softmax(W@x))", "W", "W: k×d, x: d, y: k", ""),
    ("logsumexp(W@x) - y.T@W@x", "x", "W: k×d, x: d, y: k", ""),
    ("sum(softmax(X@W, axis=1)*Y)", "W", "X: m×d, W: d×k, Y: m×k", ""),
    ("(x.T@A@x)/(x.T@x)", "x", "x: n, A: n×n", ""),
    ("norm(A@x - b) + norm(x, 1)", "x", "A: m×n, x: n, b: m", ""),
    ("tr(diag(w)@S@diag(w)@R)", "w", "w: n, S: n×n, R: n×n", ""),
    ("sum(diag(X@A)**3)", "X", "X: n×m, A: m×n", ""),
    ("vec(X).T@kron(A, B)@vec(X)", "X", "X: n×m, A: m×m, B: n×n", ""),
    ("tr(kron(X, S))", "X", "X: n×n, S: m×m", ""),
    ("a.T@matrix_power(X, 3)@b", "X", "a: n, b: n, X: n×n", ""),
    ("sum(sum(X, axis=0)**2) + sum(mean(X, axis=1)**2)", "X", "X: m×n", ""),
    ("exp(-t)*(a.T@b) + log(t)", "t", "a: n, b: n, t: scalar", "t positive"),
    ("y.T@inv(exp(-D/t) + eye(n))@y", "t", "D: n×n, y: n, t: scalar", "D spd, t positive"),
    ("X[0,1]**2 + tr(X)", "X", "X: n×n", ""),
    ("sum(sqrt(X)*erf(X))", "X", "X: m×n", "X positive"),
]
BY_LETTERS = [
    (r"\sum_i (y_i - w^\top x_i)^2", "w", "y: m, x: m×n, w: n", ""),
    (r"\sum_i (x_i-\mu)^\top \Sigma^{-1}(x_i-\mu)", "mu", "x: m×n, mu: n, Sigma: n×n", ""),
    (r"\sum_i (y_i - x_i^\top w)^2 / n", "w", "y: n, x: n×d, w: d", ""),
    (r"\sum_i \frac{(y_i - x_i^\top w)^2}{2\sigma^2}", "w", "y: m, x: m×d, w: d, sigma: scalar", ""),
    (r"\sum_i \|x_i - W z_i\|^2", "W", "x: m×n, z: m×k, W: n×k", ""),
    (r"\sum_{(i,j)\in\Omega} (R_{ij} - u_i^\top v_j)^2 + \lambda\|U\|_F^2", "U", "R: m×n, U: m×k, V: n×k", ""),
    (r"\sum_{i<j} (x_i - x_j)^2", "x", "x: n", ""),
    (r"\sum_k\sum_i r_{ik}\|x_i - c_k\|^2", "c", "r: n×k, x: n×d, c: k×d", ""),
    (r"\sum_{i,j} p_{ij}\|y_i - y_j\|^2", "y", "p: n×n, y: n×d", ""),
    (r"\sum_{t=2}^{T} (x_t - a x_{t-1})^2", "a", "x: T, a: scalar", ""),
    ("sum[i,j](A[i,j]*x[i]*x[j])", "x", "A: n×n, x: n", ""),
]
"""Losses told by sums over letters: written with matrices first."""
BY_LETTERS_CURVED = [
    (r"\frac1n\sum_{i=1}^n \log(1+\exp(-y_i w^\top x_i)) + \frac\lambda2\|w\|^2", "w", "y: n, x: n×d, w: d", ""),
    (r"-\sum_i [y_i\log\sigma(w^\top x_i) + (1-y_i)\log(1-\sigma(w^\top x_i))]", "w", "y: m, x: m×n, w: n", ""),
    (
        r"-\sum_i \log\frac{\exp(w_{y_i}^\top x_i)}{\sum_k \exp(w_k^\top x_i)}",
        "W",
        "x: m×n, W: k×n, Y: m×k",
        "Y onehot",
    ),
    (r"\sum_i \ell(w^\top x_i, y_i)", "w", "y: m, x: m×n, w: n", ""),
]


def problem_of(case: tuple[str, str, str, str]) -> Problem:
    loss, wrt, shapes, assume = case
    return read_problem(loss, wrt, [shapes], [assume] if assume else [])


@cache
def derivation(case: tuple[str, str, str, str], method: str, layout: str = "gradient") -> Derivation:
    return derive(problem_of(case), method, layout)


def name(case: tuple[str, str, str, str]) -> str:
    return f"{case[0]}|{case[1]}"


CASES = [
    *((case, method) for case in (*POLYNOMIAL, *BY_LETTERS) for method in OTHERS),
    *((case, method) for case in (*OTHER, *BY_LETTERS_CURVED) for method in OTHERS if method != "expand"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("case", "method"), CASES, ids=lambda value: value if isinstance(value, str) else name(value))
def test_every_line_holds_and_the_result_is_that_of_the_index_method(
    case: tuple[str, str, str, str], method: str
) -> None:
    found, other = derivation(case, method), derivation(case, "index")
    assert found.readoff.verdict.holds
    assert [step.rule for step in found.steps if not step.verdict.holds] == []
    assert found.result.letters == other.result.letters
    judge = Judge(found.problem)
    assert judge.compare_over(found.result.entry, other.result.entry, found.result.letters).holds


@pytest.mark.sampled(9)
@pytest.mark.parametrize(("case", "method"), CASES, ids=lambda value: value if isinstance(value, str) else name(value))
def test_every_rule_stands_in_the_phases_of_its_method(case: tuple[str, str, str, str], method: str) -> None:
    book = rulebook()
    tidy = {rule.removesuffix(" backwards") for phase in book.method(ORDER).phases for rule in phase.rules}
    own = {rule for phase in book.method(method).phases for rule in phase.rules}
    functions = {
        rule
        for rule in book.ids
        if book.rule(rule).family == "elementwise" or book.rule(rule).title.endswith("place by place")
    }
    used = {step.rule for step in derivation(case, method).steps}
    assert used - own - tidy - functions == set()


@pytest.mark.parametrize("method", OTHERS)
@pytest.mark.parametrize("case", BY_LETTERS[:3], ids=name)
def test_a_loss_told_by_letters_is_written_with_matrices_first(case: tuple[str, str, str, str], method: str) -> None:
    first = derivation(case, method).steps[0]
    assert first.rule == "loss-matrices"
    assert first.substeps[0].before is derivation(case, method).problem.loss
    assert not any(isinstance(node, SumOver) for node in nodes_of(first.after))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("method", OTHERS)
def test_a_layout_holds_from_the_first_line_to_the_last(method: str, layout: str) -> None:
    case = ("norm(y - P@t)**2", "t", "y: n, P: n×d, t: d", "")
    found = derivation(case, method, layout)
    assert found.readoff.verdict.holds
    assert found.result.matrix is not None
    turned = layout in ("numerator", "mml")
    assert found.result.matrix.shape is (found.wrt.shape.transposed if turned else found.wrt.shape)
    if method in ("chain", "expand"):
        assert {step.after.shape for step in found.steps} == {found.result.matrix.shape}


RESULTS = [
    (("norm(X@R - Y, 'fro')**2 / m", "R", "X: m×n, R: n×p, Y: m×p", ""), "gradient", "2/m Xᵀ(XR − Y)"),
    (("norm(A@B - C, 'fro')**2 / 2", "A", "A: m×n, B: n×o, C: m×o", ""), "gradient", "(AB − C)Bᵀ"),
    (("norm(D@W - X, 'fro')**2 / 2", "W", "D: m×k, W: k×n, X: m×n", ""), "gradient", "Dᵀ(DW − X)"),
    (("a.T@X@b", "X", "a: m, X: m×n, b: n", ""), "mml", "abᵀ"),
    (("x.T@a", "x", "a: n, x: n", ""), "mml", "aᵀ"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("case", "layout", "text"), RESULTS)
@pytest.mark.parametrize("method", OTHERS)
def test_results_are_those_of_the_books(case: tuple[str, str, str, str], layout: str, text: str, method: str) -> None:
    matrix = derivation(case, method, layout).result.matrix
    assert matrix is not None
    assert to_unicode(matrix) == text


def lines(case: tuple[str, str, str, str], method: str) -> list[str]:
    return [to_unicode(step.after) for step in derivation(case, method).steps]


def test_the_half_is_carried_along_until_it_cancels() -> None:
    written = lines(("norm(D@W - X, 'fro')**2 / 2", "W", "D: m×k, W: k×n, X: m×n", ""), "expand")
    assert "∂/∂W (1/2 (T₁ − T₂ − T₃ + T₄))" in written
    assert "1/2 (DᵀDW + DᵀDW − DᵀX − DᵀX)" in written
    assert all("1/2" in line for line in written[:-1])


def test_the_chain_rule_states_every_shape() -> None:
    found = derivation(("norm(y - P@t)**2", "t", "y: N, P: N×D, t: D", ""), "chain", "mml")
    outer = next(step for step in found.steps if step.title.template == rulebook().rule("chain-outer").title)
    values = {key: str(value) for key, value in outer.title.values if key in ("shape", "left", "right", "whole")}
    assert values == {"shape": "1×N", "left": "1×N", "right": "N×D", "whole": "1×D"}


def test_the_adjoint_of_multiplication_from_the_right_is_multiplication_from_the_right() -> None:
    found = derivation(("norm(A@B - C, 'fro')**2 / 2", "A", "A: m×n, B: n×o, C: m×o", ""), "adjoint")
    step = next(step for step in found.steps if step.rule == "adjoint-mul-right")
    assert to_unicode(step.before) == "H ↦ ⟨AB − C, HB⟩"
    assert to_unicode(step.after) == "H ↦ ⟨(AB − C)Bᵀ, H⟩"


COLUMNS = [
    ("tanh(V@tanh(W@x))", "x", "V: m×h, W: h×n, x: n", ""),
    ("x@x.T@x", "x", "x: n", ""),
    ("softmax(W.T@h + b)", "b", "W: k×n, h: k, b: n", ""),
    ("sigmoid(A@x)*(B@x)", "x", "A: m×n, B: m×n, x: n", ""),
    ("diag(x)@A@x", "x", "A: n×n, x: n", ""),
    ("a + b", "x", "a: m, b: m, x: n", ""),
]


@pytest.mark.thorough
@pytest.mark.parametrize("layout", ["gradient", "denominator"])
@pytest.mark.parametrize("method", ["differential", "chain"])
@pytest.mark.parametrize("case", COLUMNS, ids=name)
def test_a_column_by_a_column_is_a_product_of_jacobians(
    case: tuple[str, str, str, str], method: str, layout: str
) -> None:
    found, other = derivation(case, method, layout), derivation(case, "index")
    assert found.readoff.verdict.holds
    assert [step.rule for step in found.steps if not step.verdict.holds] == []
    assert Judge(found.problem).compare_over(found.result.entry, other.result.entry, found.result.letters).holds
    shape = found.problem.loss.shape.rows, found.wrt.shape.rows
    assert found.result.matrix is not None
    assert (found.result.matrix.shape.rows, found.result.matrix.shape.cols) == (
        shape if layout == "gradient" else shape[::-1]
    )


def test_an_array_by_a_number_and_a_column_by_a_column_need_no_trace() -> None:
    inverse = derivation(("inv(A + t*B)", "t", "A: n×n, B: n×n, t: scalar", ""), "differential")
    layer = derivation(("sin(A@x + b)", "x", "A: m×n, x: n, b: m", ""), "differential")
    assert [to_unicode(found.result.matrix) for found in (inverse, layer) if found.result.matrix] == [
        "−(A + tB)⁻¹B(A + tB)⁻¹",
        "diag(cos(Ax + b)) A",
    ]
    assert inverse.readoff.verdict.holds
    assert layer.readoff.verdict.holds


MAPS = [
    ("A@B", "A", "A: m×n, B: n×o", "H ↦ HB", "K ↦ KBᵀ"),
    ("inv(X)", "X", "X: n×n", "H ↦ −X⁻¹HX⁻¹", "K ↦ −X⁻ᵀKX⁻ᵀ"),
    ("R.T@R", "R", "R: m×n", "H ↦ HᵀR + RᵀH", "K ↦ R(Kᵀ + K)"),
    ("exp(X)*Y", "X", "X: m×n, Y: m×n", "H ↦ Y ∘ exp(X) ∘ H", "K ↦ K ∘ Y ∘ exp(X)"),
]


@pytest.mark.parametrize(("loss", "wrt", "shapes", "line", "adjoint"), MAPS)
def test_a_matrix_function_has_a_linear_map_and_its_adjoint(
    loss: str, wrt: str, shapes: str, line: str, adjoint: str
) -> None:
    found = derivation((loss, wrt, shapes, ""), "adjoint")
    assert found.readoff.verdict.holds
    values = dict(found.readoff.title.values)
    assert [to_unicode(values[key]) for key in ("line", "adjoint")] == [line, adjoint]  # type: ignore[arg-type]
    change = derivation((loss, wrt, shapes, ""), "differential")
    assert change.readoff.verdict.holds
    assert change.result == found.result


@pytest.mark.parametrize(
    ("loss", "wrt", "shapes", "method"),
    [
        ("X@X.T", "X", "X: m×n", "chain"),
        ("X@X.T", "X", "X: m×n", "expand"),
        ("sum(tanh(X))", "X", "X: m×n", "expand"),
        ("norm(X)", "X", "X: m×n", "expand"),
    ],
)
def test_a_method_that_cannot_go_through_offers_one_that_can(loss: str, wrt: str, shapes: str, method: str) -> None:
    with pytest.raises(StuckError) as caught:
        derive(read_problem(loss, wrt, [shapes]), method)
    assert "--method" in (caught.value.diagnostic.help or "")


def test_an_unknown_method_lists_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        derive(read_problem("tr(X)", "X", ["X: n×n"]), "guess")
    assert all(method in (caught.value.diagnostic.help or "") for method in METHODS)


def deep(layers: int) -> tuple[str, str, str, str]:
    loss = "x"
    for number in range(1, layers + 1):
        loss = f"tanh(W{number}@{loss})"
    shapes = (
        "x: n0, "
        + ", ".join(f"W{number}: n{number}×n{number - 1}" for number in range(1, layers + 1))
        + f", y: n{layers}"
    )
    return f"norm({loss} - y)**2", "W1", shapes, ""


def product(count: int) -> tuple[str, str, str, str]:
    shapes = ", ".join(f"W{number}: n{number - 1}×n{number}" for number in range(1, count + 1)) + f", Y: n0×n{count}"
    return f"norm({'@'.join(f'W{number}' for number in range(1, count + 1))} - Y)**2", f"W{count // 2}", shapes, ""


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["differential", "chain", "adjoint"])
def test_steps_grow_with_the_depth_and_no_faster(method: str) -> None:
    few, many = derivation(deep(8), method), derivation(deep(16), method)
    assert len(many.steps) <= 2.2 * len(few.steps)
    longest = [
        max(len(to_unicode(step.after)) for step in found.steps if step.rule != "name-part") for found in (few, many)
    ]
    assert longest[1] <= 1.5 * longest[0]


@pytest.mark.thorough
@pytest.mark.parametrize("method", OTHERS)
def test_a_long_product_takes_as_many_steps_as_a_short_one(method: str) -> None:
    assert len(derivation(product(16), method).steps) <= len(derivation(product(4), method).steps) + 2


@pytest.mark.parametrize("method", METHODS)
def test_a_method_alone_has_the_functions_of_all_its_rules(method: str) -> None:
    load = "from matgrad_cli.rewrite.derive import method_named; method_named(sys.argv[1])"
    said = f"""
import sys
from matgrad_cli.rewrite import derive
{load if method != "index" else "from matgrad_cli.rewrite.methods import stacked"}
from matgrad_cli.rewrite.engine.application import NATIVE
from matgrad_cli.rulebook import rulebook
book = rulebook()
rules = [book.directed(name) for phase in book.method(sys.argv[1]).phases for name in phase.rules]
print([rule.id for rule in rules if rule.native and not rule.group and rule.id not in NATIVE])
"""
    done = subprocess.run([sys.executable, "-c", said, method], env=environment(), capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
