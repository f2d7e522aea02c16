"""LaTeX as people write it, and the tree that is read from it."""

from __future__ import annotations

import pytest
from latex_sexpr import tree

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.latex.names import LatexNames, accents_kept
from matgrad_cli.notation.latex.reader import read_latex
from matgrad_cli.notation.syntax import Name, parts_of

NAMES = LatexNames(
    {
        **dict.fromkeys("XRYAWSBCGQ", "matrix"),
        **dict.fromkeys(("x", "y", "w", "b", "a", "theta", "mu", "t"), "vector"),
        "lambda": "number",
        "Sigma": "matrix",
        "W1": "matrix",
    },
    wrt="X",
    dimensions=frozenset("mnpN"),
)

TRANSPOSES: list[tuple[str, str]] = [
    (r"X^T y", "(juxtapose X' y)"),
    (r"X^{T} y", "(juxtapose X' y)"),
    (r"X^\top y", "(juxtapose X' y)"),
    (r"X^{\top} y", "(juxtapose X' y)"),
    (r"X^\intercal y", "(juxtapose X' y)"),
    (r"X^{\mathrm T} y", "(juxtapose X' y)"),
    (r"X^{\mathsf T} y", "(juxtapose X' y)"),
    (r"X^{\text{T}} y", "(juxtapose X' y)"),
    (r"X^t y", "(juxtapose X' y)"),
    (r"X' y", "(juxtapose X' y)"),
    (r"Xᵀ y", "(juxtapose X' y)"),
    (r"X^{-T}", "(inv X)'"),
    (r"X^{-\top}", "(inv X)'"),
    (r"X^{-1T}", "(inv X)'"),
    (r"X^{-2T}", "(inv2 X)'"),
    (r"X^{-2}", "(inv2 X)"),
    (r"X^{-\mathsf T}", "(inv X)'"),
    (r"(AB)'", "(juxtapose A B)'"),
    (r"X''", "X''"),
    (r"X'^{-1}", "(inv X')"),
    (r"{\bf X}^{\sf T}{\bf y}", "(juxtapose X' y)"),
    (r"X^{\prime} y", "(juxtapose X' y)"),
]

POWERS: list[tuple[str, str]] = [
    (r"X^2", "(^ X 2)"),
    (r"x^{1/2}", "(^ x (/ 1 2))"),
    (r"A^{\circ 2}", "(** A 2)"),
    (r"A^{\odot -1}", "(** A (neg 1))"),
    (r"U_{ir}^2", "(^ U[i,r] 2)"),
    (r"(x_i - y_i)^2", "(^ (- x[i] y[i]) 2)"),
    (r"\lambda^{-1}", "(inv lambda)"),
    (r"x²", "(^ x 2)"),
    (r"x^10", "(juxtapose (^ x 1) 0)"),
    (r"\sqrt{x^Tx}", "(sqrt (juxtapose x' x))"),
    (r"\sqrt[3]{\lambda}", "(^ lambda (/ 1 3))"),
    (r"\sqrt2", "(sqrt 2)"),
    (r"2^n", "(^ 2 n)"),
]

FRACTIONS: list[tuple[str, str]] = [
    (r"\frac12 x", "(juxtapose (/ 1 2) x)"),
    (r"\frac1m x", "(juxtapose (/ 1 m) x)"),
    (r"\frac{1}{m}x", "(juxtapose (/ 1 m) x)"),
    (r"\frac\lambda2 w", "(juxtapose (/ lambda 2) w)"),
    (r"\tfrac12x", "(juxtapose (/ 1 2) x)"),
    (r"\dfrac{X}{\|X\|_F}", "(/ X (norm:fro X))"),
    (r"x/m", "(/ x m)"),
    (r"2/m X^T y", "(juxtapose (juxtapose (/ 2 m) X') y)"),
    (r"1/2m x", "(juxtapose (/ 1 (juxtapose 2 m)) x)"),
    (r"½ x", "(juxtapose 1/2 x)"),
    (r"a^Tx/b^Tx", "(juxtapose (/ (juxtapose a' x) b') x)"),
]

NORMS: list[tuple[str, str]] = [
    (r"\|A\|_F^2", "(^ (norm:fro A) 2)"),
    (r"\|A\|^2_F", "(^ (norm:fro A) 2)"),
    (r"\lVert A \rVert_F", "(norm:fro A)"),
    (r"\Vert A\Vert_F", "(norm:fro A)"),
    (r"||A||_F^2", "(^ (norm:fro A) 2)"),
    (r"\left\|A-B\right\|_{\mathrm{F}}^2", "(^ (norm:fro (- A B)) 2)"),
    (r"\left|\left|A\right|\right|^2", "(^ (norm A) 2)"),
    (r"‖A‖²", "(^ (norm A) 2)"),
    (r"|XR - Y|_F^2", "(^ (norm:fro (- (juxtapose X R) Y)) 2)"),
    (r"|A|*F", "(norm:fro A)"),
    (r"\|w\|_1", "(norm:1 w)"),
    (r"\|x\|_2^2", "(^ (norm:2 x) 2)"),
    (r"\|A\|_*", "(norm:nuc A)"),
    (r"\|x\|", "(norm x)"),
    (r"\norm{x}_2", "(norm:2 x)"),
    (r"|X|", "(bars X)"),
    (r"|x_i|", "(bars x[i])"),
    (r"2|x_i||y_i|", "(juxtapose (juxtapose 2 (bars x[i])) (bars y[i]))"),
    (r"\left|X\right|X^{-T}", "(juxtapose (bars X) (inv X)')"),
    (r"\|a\|\,\|b\|", "(juxtapose (norm a) (norm b))"),
]

TRACES: list[tuple[str, str]] = [
    (r"\operatorname{tr}(AB)", "(tr (juxtapose A B))"),
    (r"\mathrm{Tr}(AB)", "(tr (juxtapose A B))"),
    (r"{\rm Tr}(AB)", "(tr (juxtapose A B))"),
    (r"\text{tr }(AB)", "(tr (juxtapose A B))"),
    (r"\mbox{tr}(AB)", "(tr (juxtapose A B))"),
    (r"\operatorname{trace}\left(AB\right)", "(tr (juxtapose A B))"),
    (r"\text{trace}\left\{AB\right\}", "(tr (juxtapose A B))"),
    (r"tr\Big(AB\Big)", "(tr (juxtapose A B))"),
    (r"tr(AB)", "(tr (juxtapose A B))"),
    (r"\operatorname{tr} AB + C", "(+ (tr (juxtapose A B)) C)"),
    (r"\operatorname{tr}[A]B", "(juxtapose (tr A) B)"),
    (r"\operatorname{tr}(A)^2", "(^ (tr A) 2)"),
    (r"\operatorname{tr}(A)^T B", "(tr (juxtapose A' B))"),
    (r"\log\det\Sigma", "(log (det Sigma))"),
    (r"\ln(\det(\Sigma))", "(log (det Sigma))"),
    (r"\log|\Sigma|", "(log (bars Sigma))"),
]

FUNCTIONS: list[tuple[str, str]] = [
    (r"\log\sigma(w^\top x)", "(log (sigmoid (juxtapose w' x)))"),
    (r"\exp(-x)", "(exp (neg x))"),
    (r"e^{Xw}", "(exp (juxtapose X w))"),
    (r"e^{(Xw)_i}", "(exp (juxtapose X w)[i])"),
    (r"e^{-1}", "(exp (neg 1))"),
    (r"\sin^2 \lambda", "(^ (sin lambda) 2)"),
    (r"\sigma'(x)", "(sigmoid:1 x)"),
    (r"\tanh(x)y", "(juxtapose (tanh x) y)"),
    (r"\log 2\pi", "(log (juxtapose 2 pi))"),
    (r"\operatorname{diag}(x)\,y", "(juxtapose (diag x) y)"),
    (r"\operatorname{vec}(X)", "(vec X)"),
    (r"\mathrm{ReLU}(Xw)", "(relu (juxtapose X w))"),
    (r"\log_2(x)", "(log2 x)"),
    (r"1-\sigma(Xw)", "(- 1 (sigmoid (juxtapose X w)))"),
    (r"s(Xw)", "(s (juxtapose X w))"),
    (r"softmax(x)", "(softmax x)"),
]

SUMS: list[tuple[str, str]] = [
    (r"\sum_{i=1}^{m} x_i", "(sum[i] x[i])"),
    (r"\sum_i x_i y_i + b", "(+ (sum[i] (juxtapose x[i] y[i])) b)"),
    (r"\sum_{i,j} A_{ij}", "(sum[i,j] A[i,j])"),
    (r"\sum_{ij} A_{ij}", "(sum[i,j] A[i,j])"),
    (r"\sum_{(i,j)} A_{ij}", "(sum[i,j] A[i,j])"),
    (r"\sum_{i,j=1}^n A_{ij}", "(sum[i,j] A[i,j])"),
    (r"\sum*{i=1}^m x_i", "(sum[i] x[i])"),
    (r"\sum_i\limits x_i", "(sum[i] x[i])"),
    (r"\sum_i -x_i", "(sum[i] (neg x[i]))"),
    (r"\frac12\sum_i (x_i-y_i)^2 - 3", "(- (juxtapose (/ 1 2) (sum[i] (^ (- x[i] y[i]) 2))) 3)"),
    (
        r"\sum_{n=1}^N\left\{\sum_j w_jX_{nj}-t_n\right\}\times w_i",
        "(sum[n] (juxtapose (- (sum[j] (juxtapose w[j] X[n,j])) t[n]) w[i]))",
    ),
    (r"\sum x", "(sum x)"),
    (r"Σ_i x_i", "(sum[i] x[i])"),
    (r"\sum_i A_{ij} \sum_k B_{jk}", "(sum[i] (juxtapose A[i,j] (sum[k] B[j,k])))"),
]

ENTRIES: list[tuple[str, str]] = [
    (r"(XR)_{ij}", "(juxtapose X R)[i,j]"),
    (r"[XR]_{ij}", "(juxtapose X R)[i,j]"),
    (r"\left[A^T(Ax-b)\right]_k", "(juxtapose A' (- (juxtapose A x) b))[k]"),
    (r"(XR)*{ij}", "(juxtapose X R)[i,j]"),
    (r"A_{12}", "A[0,1]"),
    (r"A_{1,2}", "A[0,1]"),
    (r"x_1", "x[0]"),
    (r"X^{-1}_{ij}", "(inv X)[i,j]"),
    (r"(X^{-1})_{ij}", "(inv X)[i,j]"),
    (r"X^T_{ij}", "X'[i,j]"),
    (r"X_{ij}^T", "X'[i,j]"),
    (r"x_i^T", "x[i]'"),
    (r"x^{(i)}_j", "X[i,j]"),
    (r"a_{ij}", "A[i,j]"),
    (r"X_{i,:}", "(slice row X X i)"),
    (r"X_{:,j}", "(slice column X X j)"),
    (r"\mathbf r_p^\top\mathbf r_q", "(juxtapose (slice subscript r R p)' (slice subscript r R q))"),
    (r"u_i", "u[i]"),
    (r"A_{i'j}", "A[i_prime,j]"),
    (r"Aᵢⱼ", "A[i,j]"),
    (r"A_{\alpha\beta}", "A[alpha,beta]"),
    (r"W_1 x", "(juxtapose W1 x)"),
    (r"e_i^TAe_j", "(juxtapose (juxtapose (basis i)' A) (basis j))"),
    (r"\delta_{ij}", "delta[i,j]"),
    (r"\delta_{k,s}", "delta[k,s]"),
]

DIFFERENTIALS: list[tuple[str, str]] = [
    (r"dX", "(d X)"),
    (r"\mathrm{d}X", "(d X)"),
    (r"\mathrm dX", "(d X)"),
    (r"{\rm d}X", "(d X)"),
    (r"d\Sigma\,\Sigma^{-1}", "(juxtapose (d Sigma) (inv Sigma))"),
    (r"dX^{-1}", "(d (inv X))"),
    (r"dX^{\top}X", "(juxtapose (d X') X)"),
    (r"d(X^TX)", "(d (juxtapose X' X))"),
    (r"d\left[(A-X)^{-1}\right]b", "(juxtapose (d (inv (- A X))) b)"),
    (r"\delta X", "(d X)"),
    (r"d\operatorname{tr}(X)", "(d (tr X))"),
    (r"d\|X\|_F^2", "(d (^ (norm:fro X) 2))"),
    (r"df(C)[E]", "(d f @E)"),
    (r"Df(A)[H]", "(d f @H)"),
    (r"D(f(x))", "(D:D f / _)"),
    (r"D[(a^Tx)(b^Tx)]", "(D:D (juxtapose (juxtapose a' x) (juxtapose b' x)) / _)"),
    (r"\partial X", "(d X)"),
    (r"dL", "(d L)"),
]

DERIVATIVES: list[tuple[str, str]] = [
    (r"\frac{\partial L}{\partial R_{st}}", "(D:partial L / R[s,t])"),
    (r"\frac{\partial}{\partial R_{st}}\Big((XR)_{ij}\Big)^2", "(D:partial (^ (juxtapose X R)[i,j] 2) / R[s,t])"),
    (r"\frac{\partial}{\partial w_i}\sum_j w_jX_{nj}", "(D:partial (sum[j] (juxtapose w[j] X[n,j])) / w[i])"),
    (r"\frac{\partial}{\partial w_i} X_{nj} w_j - 1", "(- (D:partial (juxtapose X[n,j] w[j]) / w[i]) 1)"),
    (r"\frac{d}{dR}L(X,Y,R)", "(D:total L / R)"),
    (r"\frac{d}{dR}(R_{kj}) X_{ik}", "(juxtapose (D:total R[k,j] / R) X[i,k])"),
    (r"\frac{dL}{dw}", "(D:total L / w)"),
    (r"\frac{\mathrm{d}\mathcal{L}}{\mathrm{d}\mathbf W}", "(D:total L / W)"),
    (r"\frac{d}{dw}\log\sigma(w^Tx)", "(D:total (log (sigmoid (juxtapose w' x))) / w)"),
    (r"\frac{\partial}{\partial\mu}", "(D:partial _ / mu)"),
    (r"\frac{\partial (XR)_{ij}}{\partial R_{st}}", "(D:partial (juxtapose X R)[i,j] / R[s,t])"),
    (r"\frac{\partial a^TXb}{\partial X}", "(D:partial (juxtapose (juxtapose a' X) b) / X)"),
    (r"\frac{\partial^2 f}{\partial x\,\partial x^T}", "(D:partial (D:partial f / x) / x)"),
    (r"\nabla_R L", "(D:nabla L / R)"),
    (r"\nabla_Wtr(AW)", "(D:nabla (tr (juxtapose A W)) / W)"),
    (r"\nabla_W tr(AW) B", "(juxtapose (D:nabla (tr (juxtapose A W)) / W) B)"),
    (r"\nabla f", "(D:nabla f / _)"),
    (r"\nabla_{\boldsymbol\mu}\,d", "(D:nabla d / mu)"),
    (r"\nabla\,L(w)", "(D:nabla L / _)"),
    (r"\nabla^2 f", "(D:nabla (D:nabla f / _) / _)"),
    (r"\nabla_x x^TAx", "(D:nabla (juxtapose (juxtapose x' A) x) / x)"),
    (r"\nabla f(X)^T w", "(juxtapose (D:nabla f / _)' w)"),
    (r"\nabla_x\bigg[(x-\mu)^T(x-\mu)\bigg]", "(D:nabla (juxtapose (- x mu)' (- x mu)) / x)"),
    (r"\partial_k f", "(D:partial f / _[k])"),
    (r"\partial_W L", "(D:partial L / W)"),
    (r"\partial_{pqij}", "partial[p,q,i,j]"),
    (r"∂L/∂w", "(D:partial L / w)"),
    (r"\partial \log\det S/\partial S", "(D:partial (log (det S)) / S)"),
    (r"\partial a^\top X b/\partial X", "(D:partial (juxtapose (juxtapose a' X) b) / X)"),
    (r"\partial f(x)_i/\partial x \cdot \partial x/\partial t", "(dot (D:partial f[i] / x) (D:partial x / t))"),
    (r"∂L/∂R_{st}", "(D:partial L / R[s,t])"),
    (r"∂/∂w (x^Tw)", "(D:partial (juxtapose x' w) / w)"),
    (r"dL/dw", "(D:total L / w)"),
    (r"2\nabla_R\operatorname{tr}(A)", "(juxtapose 2 (D:nabla (tr A) / R))"),
    (r"\left(\frac{\partial L}{\partial w}\right)^T", "(D:partial L / w)'"),
]

PRODUCTS: list[tuple[str, str]] = [
    (r"2Ax", "(juxtapose (juxtapose 2 A) x)"),
    (
        r"A'AXBB' - A'CB'",
        "(- (juxtapose (juxtapose (juxtapose (juxtapose A' A) X) B) B') (juxtapose (juxtapose A' C) B'))",
    ),
    (r"A\cdot B", "(dot A B)"),
    (r"A\times B", "(juxtapose A B)"),
    (r"A * B", "(juxtapose A B)"),
    (r"W\odot(A-B)", "(hadamard W (- A B))"),
    (r"W\circ A", "(hadamard W A)"),
    (r"A\odot BC", "(hadamard A (juxtapose B C))"),
    (r"A\otimes B", "(kron A B)"),
    (r"A\oslash B", "(/ A B)"),
    (r"\langle A,B\rangle", "(inner A B)"),
    (r"\left\langle A,\;dX\right\rangle_F", "(inner A (d X))"),
    (r"⟨A, B⟩", "(inner A B)"),
    (r"A:B", "(inner A B)"),
    (r"2A:BC + Q", "(+ (inner (juxtapose 2 A) (juxtapose B C)) Q)"),
    (r"\lambda I", "(juxtapose lambda I)"),
    (r"\lambda I_n", "(juxtapose lambda (eye n))"),
    (r"\mathbf{1}^Tx", "(juxtapose (ones)' x)"),
    (r"\mathbf 1_n", "(ones n)"),
    (r"1^T x", "(juxtapose (ones)' x)"),
    (r"X^T1", "(juxtapose X' (ones))"),
    (r"\mathbb 1^T x", "(juxtapose (ones)' x)"),
    (r"-2X^T(y - Xw)", "(neg (juxtapose (juxtapose 2 X') (- y (juxtapose X w))))"),
    (r"A \cdot -B", "(dot A (neg B))"),
    (r"\mathbf{A W}", "(juxtapose A W)"),
    (r"∂L", "(d L)"),
    (r"E(\mathbf w)", "E"),
    (r"L(X,Y,R)", "L"),
    (r"\underbrace{X^TX}_{G} w", "(juxtapose (juxtapose X' X) w)"),
    (r"λw", "(juxtapose lambda w)"),
    (r"lambda w", "(juxtapose lambda w)"),
    (r"\frac{{\rm d}}{{\rm d}w} L", "(D:total L / w)"),
]

ALL = TRANSPOSES + POWERS + FRACTIONS + NORMS + TRACES + FUNCTIONS + SUMS + ENTRIES + DIFFERENTIALS + DERIVATIVES
ALL += PRODUCTS


@pytest.mark.parametrize(("text", "expected"), ALL, ids=[text for text, _ in ALL])
def test_tree(text: str, expected: str) -> None:
    assert tree(read_latex(text, names=NAMES).node) == expected


@pytest.mark.parametrize("text", [text for text, _ in ALL])
def test_spans_lie_in_the_text_and_names_are_where_they_stand(text: str) -> None:
    node = read_latex(text, names=NAMES, offset=7).node
    for part in parts_of(node):
        assert 7 <= part.span.start <= part.span.end <= 7 + len(text)
        if (
            isinstance(part, Name)
            and len(part.name) == 1
            and part.span.end - part.span.start == 1
            and text[part.span.start - 7].isascii()
        ):
            assert text[part.span.start - 7].lower() == part.name.lower()  # x^{(i)} is the i-th row of X


UNREADABLE = [
    (r"\def\x{y}\x", "unreadable", "`\\def` is not read: no macro is defined or run"),
    (r"\mathbb{P}[x]", "unreadable", "an expectation or a set cannot be read here"),
    (r"\int x", "unreadable", "an integral cannot be read here"),
    (r"\sum_{i<3} x_i", "sum-range", "a sum over a part of the range cannot be read"),
    (r"\begin{vmatrix} 1 & 2 \end{vmatrix}", "unreadable", "a determinant written out cannot be read"),
    (r"\frac{1}{m", "syntax-error", "this bracket is never closed"),
    (r"(A + B", "syntax-error", "this bracket is never closed"),
    (r"A + ", "syntax-error", "the formula ends where something is still needed"),
    (r"", "syntax-error", "there is nothing to read"),
    (r"A = B", "syntax-error", "an equation stands here where one expression is needed"),
    (r"\foo x", "unreadable", "`\\foo` is not a command that is known here"),
    (r"\|A\|_{2,1}", "unreadable", "the norm with the subscript `2,1` is not known"),
    (r"\mathrm{d}^2 X", "unreadable", "second differentials are not read"),
    ("(" * 500 + "x" + ")" * 500, "unreadable", "the formula is nested more than 60 deep"),
    ("x" * 3000, "unreadable", "the formula has more than 250 parts in a row"),
    ("x" * 13000, "unreadable", "the formula is longer than 12000 characters"),
    (r"\hat" * 100 + "x", "unreadable", "marks on letters are nested too deeply"),
    (r"\big" * 100 + "(x)", "unreadable", "marks on letters are nested too deeply"),
    (r"\log " * 500 + "x", "unreadable", "the formula is nested more than 60 deep"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "code", "message"), UNREADABLE, ids=[text[:20] for text, _, _ in UNREADABLE])
def test_unreadable(text: str, code: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_latex(text, names=NAMES)
    assert (caught.value.diagnostic.code, caught.value.diagnostic.message) == (code, message)
    assert caught.value.diagnostic.labels


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (r"\lamda x", r"did you mean `\lambda`?"),
        (r"\qqqqq x", None),
        (r"(x + d(x, y))", "a function of several arguments is written out, or has a name such as f or g"),
        (r"\log p(x|y)", r"what stands under a condition, as in `p(x \mid \mu)`, is a density: write out what it is"),
        (
            r"\mathcal N(x \mid y, X)",
            r"what stands under a condition, as in `p(x \mid \mu)`, is a density: write out what it is",
        ),
        ("|x + y", None),
    ],
)
def test_what_may_have_been_meant(text: str, help: str | None) -> None:
    with pytest.raises(InputError) as caught:
        read_latex(text, names=NAMES)
    assert caught.value.diagnostic.help == help


def test_declared_names_beat_what_is_built_in() -> None:
    vectors, matrices = dict.fromkeys(("d", "e", "delta"), "vector"), dict.fromkeys("DXI", "matrix")
    names = LatexNames({**vectors, **matrices, "sigma": "number"})
    texts = ("d X", "e^Te", "e_i", "D(X)", r"\delta_i", r"\sigma(X)")
    found = [tree(read_latex(text, names=names).node) for text in texts]
    read = ["(juxtapose d X)", "(juxtapose e' e)", "e[i]", "(juxtapose D X)", "delta[i]"]
    assert found == [*read, "(juxtapose sigma X)"]


def test_without_names_letters_are_variables() -> None:
    texts = [r"\|DW-X\|_F^2", "a(b+c)", r"e^{x}", r"d^TAd", "W_2x_1", "W_1W"]
    assert [tree(read_latex(text).node) for text in texts] == [
        "(^ (norm:fro (- (juxtapose D W) X)) 2)", "(juxtapose a (+ b c))", "(exp x)", "(juxtapose (juxtapose d' A) d)",
        "(juxtapose W_2 x[0])", "(juxtapose W[0] W)",
    ]  # fmt: skip


def test_marks_are_kept_only_where_both_forms_occur() -> None:
    assert accents_kept([r"\hat{Y} - Y"]) == {"Y_hat"}
    assert accents_kept([r"\hat{Y} - X"]) == frozenset()
    assert accents_kept([r"\hat y = Xw"]) == {"y_hat"}
    assert tree(read_latex(r"\hat{Y}-\vec{x}").node) == "(- Y x)"
    assert tree(read_latex(r"\hat{Y}-Y").node) == "(- Y_hat Y)"


def test_repairs_are_noted() -> None:
    assert read_latex("(XR)*{ij}", names=NAMES).notes == ("`*` before an index is read as `_`",)
    assert read_latex("|XR-Y|_F^2", names=NAMES).notes == (
        "single bars with a subscript are read as a norm whose second bar was lost",
    )
    assert read_latex("x/2m", names=NAMES).notes == ("`/2m` is read as `/(2m)`",)
