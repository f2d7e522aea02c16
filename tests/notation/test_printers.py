"""The three printers: what a form looks like, that text is read back as the same expression,
that sharing costs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import pytest

from matgrad_cli import explain, ir
from matgrad_cli.ir import (
    NUMBER,
    ONE,
    Call,
    Delta,
    Differential,
    Dim,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    Kron,
    LinearMap,
    MatMul,
    MatrixOf,
    MatrixPower,
    Mul,
    Named,
    Number,
    Partial,
    Power,
    Shape,
    Size,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
    sub,
    sum_over,
)
from matgrad_cli.notation.printing.precedence import split_marks
from matgrad_cli.notation.printing.to_latex import LatexPrinter, to_latex
from matgrad_cli.notation.printing.to_text import TextPrinter, to_text
from matgrad_cli.notation.printing.to_unicode import UnicodePrinter, to_unicode
from matgrad_cli.notation.problems import read_expression, read_problem
from work import calls_in

m, n, p = (Dim.of(name) for name in "mnp")
X, R, Y = Symbol("X", Shape(m, n)), Symbol("R", Shape(n, p)), Symbol("Y", Shape(m, p))
A, B, W1 = Symbol("A", Shape(n, n)), Symbol("B", Shape(n, n)), Symbol("W1", Shape(n, n))
w, y = Symbol("w", Shape(n)), Symbol("y", Shape(m))
lam, alpha, a = Symbol("lambda", NUMBER), Symbol("alpha", NUMBER), Symbol("a", NUMBER)
i, j, k, s, t = Index("i", m), Index("j", p), Index("k", n), Index("s", n), Index("t", p)

over_m = Power(Size(m), Number(-1))
residual = sub(matmul(X, R), Y)
loss = mul(Power(Call("norm", residual), Number(2)), over_m)
entry = Entry(matmul(X, R), i, j)

FORMS: list[tuple[Expr, str, str, str]] = [
    (loss, "norm(X @ R - Y, 'fro')**2/m", "1/m ‖XR − Y‖²_F", r"\frac{1}{m} \lVert X R - Y \rVert_F^2"),
    (
        mul(Number(2), over_m, matmul(Transpose(X), residual)),
        "2/m*(X.T @ (X @ R - Y))",
        "2/m Xᵀ(XR − Y)",
        r"\frac{2}{m} X^\top (X R - Y)",
    ),
    (
        Partial(entry, R, s, t),
        "partial((X @ R)[i,j], R[s,t])",
        "∂(XR)_ij/∂R_st",
        r"\frac{\partial (X R)_{ij}}{\partial R_{st}}",
    ),
    (Delta(k, s), "delta[k,s]", "δ_ks", r"\delta_{ks}"),
    (
        mul(over_m, sum_over((i, j), mul(Number(2), sub(entry, Entry(Y, i, j)), Partial(entry, R, s, t)))),
        "1/m*sum[i,j](2*((X @ R)[i,j] - Y[i,j])*partial((X @ R)[i,j], R[s,t]))",
        "1/m Σ_ij 2((XR)_ij − Y_ij) ∂(XR)_ij/∂R_st",
        r"\frac{1}{m} \sum_{i,j} 2 \bigl( (X R)_{ij} - Y_{ij} \bigr) \frac{\partial (X R)_{ij}}{\partial R_{st}}",
    ),
    (
        sum_over((i, j, k), mul(sub(entry, Entry(Y, i, j)), Entry(X, i, k), Delta(k, s), Delta(j, t))),
        "sum[i,j,k](((X @ R)[i,j] - Y[i,j])*X[i,k]*delta[k,s]*delta[j,t])",
        "Σ_ij ((XR)_ij − Y_ij) Σ_k X_ik δ_ks δ_jt",
        r"\sum_{i,j} \bigl( (X R)_{ij} - Y_{ij} \bigr) \sum_{k} X_{ik} \delta_{ks} \delta_{jt}",
    ),
    (neg(mul(Number(2), lam, w)), "-2*lambda*w", "−2λw", r"-2 \lambda w"),
    (sub(A, mul(Number(Fraction(1, 2)), B)), "A - 1/2*B", "A − 1/2 B", r"A - \frac{1}{2} B"),
    (Inverse(Transpose(A)), "inv(A.T)", "A⁻ᵀ", r"A^{-\top}"),
    (Transpose(Inverse(A)), "inv(A).T", "A⁻ᵀ", r"A^{-\top}"),
    (Transpose(matmul(A, B)), "(A @ B).T", "(AB)ᵀ", r"(A B)^\top"),
    (Hadamard((A, Power(B, Number(-1)))), "A / B", "A ⊘ B", r"A \oslash B"),
    (matmul(Hadamard((A, B)), w), "(A * B) @ w", "(A ∘ B)w", r"(A \circ B) w"),
    (mul(w, Power(Call("norm", w), Number(-1))), "w/norm(w)", "w/‖w‖", r"\frac{w}{\lVert w \rVert}"),
    (Power(Call("norm", w), Number(-3)), "norm(w)**-3", "1/‖w‖³", r"\frac{1}{\lVert w \rVert^3}"),
    (Hadamard((A, matmul(A, B))), "A * (A @ B)", "A ∘ (AB)", r"A \circ (A B)"),
    (
        mul(matmul(Transpose(w), w), Power(Call("norm", w), Number(-3)), w),
        "w.T @ w*norm(w)**-3*w",
        "(wᵀw)/‖w‖³ w",
        r"\frac{(w^\top w)}{\lVert w \rVert^3} w",
    ),
    (Kron((A, B)), "kron(A, B)", "A ⊗ B", r"A \otimes B"),
    (Call("sigmoid", matmul(X, w)), "sigmoid(X @ w)", "σ(Xw)", r"\sigma(X w)"),
    (Call("tr", matmul(A, B)), "tr(A @ B)", "tr(AB)", r"\operatorname{tr}(A B)"),
    (Entry(W1, k, s), "W1[k,s]", "(W₁)_ks", r"(W_{1})_{ks}"),
    (Differential(R, R), "d(R)", "dR", r"\mathrm{d}R"),
    (MatrixOf(k, None, Delta(k, s)), "entries[k:n](delta[k,s])", "e_s", "e_{s}"),
    (LinearMap(A, matmul(B, A)), "map[A](B @ A)", "A ↦ BA", r"A \mapsto B A"),
    (Power(A, Number(2)), "A**2", "A^∘2", r"A^{\circ 2}"),
    (MatrixPower(A, 3), "matrix_power(A, 3)", "A³", "A^{3}"),
    (Call("sum0", A), "sum(A, axis=0)", "𝟏ᵀA", r"\mathbf{1}^\top A"),
    (Named("h2", A), "h2", "h₂", "h_{2}"),
    (Power(lam, Number(Fraction(1, 2))), "lambda**(1/2)", "√λ", r"\sqrt{\lambda}"),
    (Power(Call("sum", A), a), "sum(A)**a", "sum(A)^a", r"\operatorname{sum}(A)^{a}"),
    (Entry(X, 0, 1), "X[0,1]", "X_(1,2)", "X_{1,2}"),
    (Fill(1, Shape(ONE, n)), "ones(1, n)", "𝟏ᵀ", r"\mathbf{1}^\top"),
    (Eye(n), "eye(n)", "I", "I"),
    (mul(Number(2), Number(3)), "2*3", "2 · 3", r"2 \cdot 3"),
    (Call("inner", A, B), "inner(A, B)", "⟨A, B⟩", r"\langle A, B \rangle"),
    (matmul(Transpose(X), neg(y)), "X.T @ (-y)", "Xᵀ(−y)", r"X^\top (-y)"),
]


@pytest.mark.parametrize(("node", "text", "unicode", "latex"), FORMS, ids=[form[1] for form in FORMS])
def test_forms(node: Expr, text: str, unicode: str, latex: str) -> None:
    assert to_text(node) == text
    assert to_unicode(node) == unicode
    assert to_latex(node) == latex


LOSSES = [
    ("norm(X@R - Y, 'fro')**2 / m", "X: m×n, R: n×p, Y: m×p", "R"),
    ("-0.5 * (x - z).T @ inv(M) @ (x - z) - 0.5 * logdet(M)", "x: n, z: n, M: n×n", "M"),
    ("-sum(y * log(sigmoid(X @ w)) + (1 - y) * log(1 - sigmoid(X @ w)))", "y: n, X: n×k, w: k", "w"),
    ("tr(inv(X.T @ C @ X) @ (X.T @ B @ X))", "X: n×k, C: n×n, B: n×n", "X"),
    ("sum((A @ x - b)**4)**0.25 + lambda * norm(x, 1)", "A: m×n, x: n, b: m", "x"),
    ("softmax(W.T @ h + b)", "W: n×k, h: n, b: k", "h"),
    ("vec(X).T @ kron(A, B) @ vec(X) / 3", "X: n×m, A: m×m, B: n×n", "X"),
    ("sum(A, axis=0) @ x - mean(A) * pi", "A: m×n, x: n", "x"),
    ("det(X) * matrix_power(X, 3) - 2 * X / (1 + X**2)", "X: n×n", "X"),
]


@pytest.mark.parametrize(("text", "shapes", "wrt"), LOSSES, ids=[case[0] for case in LOSSES])
def test_text_is_read_back(text: str, shapes: str, wrt: str) -> None:
    problem = read_problem(text, wrt, [shapes])
    assert read_expression(to_text(problem.loss), problem).expr is problem.loss


@pytest.mark.parametrize("node", [FORMS[place][0] for place in (2, 4, 5)], ids=[FORMS[place][1] for place in (2, 4, 5)])
def test_index_level_text_is_read_back(node: Expr) -> None:
    problem = read_problem("norm(X@R - Y, 'fro')**2 / m", "R", ["X: m×n, R: n×p, Y: m×p"])
    assert read_expression(to_text(node), problem).expr is node


@pytest.mark.parametrize("printer", [TextPrinter, UnicodePrinter, LatexPrinter])
def test_every_node_can_be_printed(printer: type) -> None:
    kinds = [
        kind for kind in vars(ir).values() if isinstance(kind, type) and issubclass(kind, Expr) and kind is not Expr
    ]
    assert [kind.__name__ for kind in kinds if not hasattr(printer, f"on_{kind.__name__.lower()}")] == []


def test_every_function_can_be_printed() -> None:
    square = Symbol("A", Shape(n, n))
    for name, function in ir.FUNCTIONS.items():
        argument = w if function.needs == "vector" else square
        node = Call(name, argument, *(Number(2) if kind == "number" else argument for kind in function.others))
        assert all(printed(node) for printed in (to_text, to_unicode, to_latex))


def test_marks_point_at_the_part() -> None:
    text, spans = split_marks(
        to_unicode(mul(Number(2), over_m, matmul(Transpose(X), residual)), {(2, 1): 0, (2, 0): 1})
    )
    assert text == "2/m Xᵀ(XR − Y)"
    assert {mark: text[start:end] for start, end, mark in spans} == {0: "XR − Y", 1: "Xᵀ"}


def _paths(node: Expr, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield path
    for number, part in enumerate(() if isinstance(node, Named) else node.children):
        yield from _paths(part, (*path, number))


def _with_marks(node: Expr) -> None:
    for printer in (UnicodePrinter(), LatexPrinter()):  # in MathML a mark is an element between those it holds
        plain = printer.show(node)
        for path in _paths(node):
            assert split_marks(printer.show(node, {path: 0}))[0] == plain


@pytest.mark.parametrize("node", [form[0] for form in FORMS], ids=[form[1] for form in FORMS])
def test_a_mark_changes_nothing_that_is_printed(node: Expr) -> None:
    _with_marks(node)


@pytest.mark.parametrize("method", ["index", "chain"])
@pytest.mark.parametrize(
    ("loss", "wrt"), [("sum(G * (x - mean(x)) / sqrt(var(x) + c))", "x"), ("norm(W1 @ tanh(V @ x + b) - y)**2", "V")]
)
def test_a_mark_changes_no_line_of_a_derivation(loss: str, wrt: str, method: str) -> None:
    for step in (
        explain(loss, wrt, ["x: n, G: n, c: scalar, W1: m×n, V: n×n, b: n, y: m"], method=method).derivations[0].steps
    ):
        _with_marks(step.after)


def test_a_mark_inside_a_norm_is_found() -> None:
    text, spans = split_marks(to_latex(loss, {(0, 0, 0): 3}))
    assert [text[start:end] for start, end, _ in spans] == ["X R - Y"]


def test_a_variable_named_sigma_is_not_mixed_up_with_the_function() -> None:
    sigma = Symbol("sigma", NUMBER)
    assert to_unicode(mul(sigma, Call("sigmoid", lam))) == "σ sigmoid(λ)"


def test_two_letters_that_would_spell_a_greek_one_stand_apart() -> None:
    assert to_unicode(mul(Size(Dim.of("m")), Symbol("u", Shape(n, ONE)))) == "m u"
    assert to_unicode(mul(Size(Dim.of("m")), Symbol("w", Shape(n, ONE)))) == "mw"


def test_the_change_of_a_pseudoinverse_stands_in_brackets() -> None:
    turned = Differential(Call("pinv", X), X, None)
    assert to_unicode(turned) == "d(X⁺)"
    assert to_latex(turned) == r"\mathrm{d}(X^{+})"


def test_entries_of_a_matrix_named_sigma_are_not_mixed_up_with_a_sum() -> None:
    i, j = Index("i", m), Index("j", m)
    cov = Symbol("Sigma", Shape(m, m))
    assert to_unicode(sum_over((i, j), Entry(cov, i, j))) == "Σ_ij (Σ)_ij"
    assert to_latex(Entry(cov, i, j)) == r"\Sigma_{ij}"


def test_shared_parts_cost_nothing() -> None:
    node: Expr = matmul(A, w)
    for number in range(60):
        node = Named(f"h{number}", add(Call("tanh", matmul(A, node)), node))
    calls = calls_in(lambda: to_unicode(node.children[0]))
    assert calls < 2_000, calls  # 2⁶⁰ if parts were written again
    assert to_unicode(node.children[0]) == "tanh(Ah₅₈) + h₅₈"


def test_deep_nesting_does_not_recurse() -> None:
    node: Expr = A
    for _ in range(3000):
        node = Call("tanh", node)
    assert to_text(node).count("tanh") == to_unicode(node).count("tanh") == 3000
    assert to_latex(node).count(r"\tanh") == 3000


def test_signs_do_not_pile_up() -> None:
    assert to_unicode(add(neg(A), neg(B))) == "−A − B"
    assert to_unicode(sub(A, add(A, B))) == "A − (A + B)"
    assert to_unicode(Mul((Number(-1), Mul((alpha, MatMul((A, B))))))) == "−αAB"


@pytest.mark.thorough
@pytest.mark.parametrize("loss", ["1/(x.T@x)", "1/s**2", "1/norm(x)**3", "(x.T@A@x)/(x.T@x)"])
def test_an_exponent_under_a_fraction_is_positive(loss: str) -> None:
    """MathML too: what is divided by stands once as a divisor, and not with a minus in its exponent as well."""
    from matgrad_cli import explain

    page = explain(loss, "x" if "x" in loss else "s", "x: n, A: n×n, s: scalar").render("html")
    assert not re.search(
        r"<msup><mrow>(?:(?!</?msup>).)*</mrow><mrow><mo>−</mo><mn>\d+</mn></mrow></msup></mrow></mfrac>", page
    )
