"""Losses as MATLAB, Julia, SymPy, matrixcalculus.org, Mathematica and R write them:
the same loss as in the expression language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matgrad_cli.cli import choices
from matgrad_cli.diagnostics import InputError
from matgrad_cli.ir import Expr
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.notation.scope import SYNTAXES
from matgrad_cli.verify.judge import Judge

SHAPES = ["A: n×n, B: n×n, X: m×n, Y: m×n, x: n, w: n, y: m, s: scalar, lambda: scalar"]


def loss(text: str, wrt: str, syntax: str | None) -> Expr:
    return read_problem(text, wrt, SHAPES, (), syntax).loss


SAME = [
    ("matlab", "x'*A*x", "x.T@A@x"),
    ("matlab", "sum((X*w - y).^2)/2", "sum((X@w - y)**2)/2"),
    ("matlab", "norm(X*A - Y, 'fro')^2", "norm(X@A - Y)**2"),
    ("matlab", "norm(A)", "norm(A, 2)"),
    ("matlab", "trace(A^2*B')", "tr(A@A@B.T)"),
    ("matlab", "y'*(X*(A\\x))", "y.T@X@inv(A)@x"),
    ("matlab", "trace(A/B)", "tr(A@inv(B))"),
    ("matlab", "sum(X*x)", "sum(X@x)"),
    ("matlab", "sum(sum(X, 2).^2)", "sum(sum(X, axis=1)**2)"),
    ("matlab", "norm(sum(X))^2", "norm(sum(X, axis=0))**2"),
    ("matlab", "sum(sum(X.*Y))", "sum(X*Y)"),
    ("matlab", "sum(sum((X - mean(X)).^2))", "sum((X - mean(X, axis=0))**2)"),
    ("matlab", "sum(sum(bsxfun(@plus, X*A, x').^2))", "sum((X@A + ones(m)@x.T)**2)"),
    ("matlab", "norm(repmat(X, 2, 3), 'fro')^2", "6*norm(X)**2"),
    ("matlab", "sum(sum((X - repmat(mean(X), m, 1)).^2))", "sum((X - ones(m)@mean(X, axis=0))**2)"),
    ("matlab", "sum(repmat(x, 2, 1))", "2*sum(x)"),
    ("matlab", "norm(X - repmat(x', size(X, 1), 1), 'fro')^2", "norm(X - ones(m)@x.T)**2"),
    ("matlab", "sum(bsxfun(@times, x, w))", "sum(x*w)"),
    ("julia", "sum(abs2, sum(X; dims=2) .- y)", "norm(sum(X, axis=1) - y)**2"),
    ("sympy", "x.T*x.applyfunc(exp)", "x.T@exp(x)"),
    ("sympy", "Trace(A.applyfunc(sin)*MatPow(A, 3))", "tr(sin(A)@A@A@A)"),
    ("matlab", "sum(X(:).^2)", "sum(X**2)"),
    ("matlab", "sum(ones(3)(:))", "sum(ones(3,3))"),
    ("matlab", "sum(log(1 + exp(-y.*(X*w))));", "sum(log(1 + exp(-y*(X@w))))"),
    ("matlab", "norm([X; B]*x - [y; w])^2", "norm(X@x - y)**2 + norm(B@x - w)**2"),
    ("matlab", "norm([X Y]*[x; w])^2", "norm(X@x + Y@w)**2"),
    ("matlab", "norm([A B],'fro')^2", "norm(A)**2 + norm(B)**2"),
    ("matlab", "sum(max(X,[],2).^2)", "sum(max(X, axis=1)**2)"),
    ("matlab", "max(X,[],'all')", "max(vec(X))"),
    ("matlab", "sum(vecnorm(X).^3) + sum(vecnorm(X, 2, 2))", "sum(norm(X, axis=0)**3) + sum(norm(X, axis=1))"),
    ("matlab", "sum(diff(x).^2)", "sum((x[1:] - x[:-1])**2)"),
    ("matlab", "norm(diff(X), 'fro')^2", "norm(X[1:,:] - X[:-1,:])**2"),
    ("sympy", "Sum(A[i,j]*x[i,0]*w[j], (i, 0, n-1), (j, 0, n-1))", "x.T@A@w"),
    ("sympy", "Sum(Sum(X[i,j]*x[j], (j, 0, n-1))**2, (i, 0, m-1))", "norm(X@x)**2"),
    ("julia", "norm([X; Y])^2", "norm(X)**2 + norm(Y)**2"),
    ("julia", "x'A*x", "x.T@A@x"),
    ("julia", "sum(abs2, X*w - y)", "sum((X@w - y)**2)"),
    ("julia", "sum(exp.(A))", "sum(exp(A))"),
    ("julia", "dot(x, A, w)", "x.T@A@w"),
    ("julia", "dot(X, Y)", "sum(X*Y)"),
    ("julia", "dot(x, w) + dot(x', w)", "2*x.T@w"),
    ("julia", "sum(logistic.(X*w))", "sum(sigmoid(X@w))"),
    ("matlab", "dot(x, w) + dot(x', w)", "2*x.T@w"),
    ("julia", "2x'w + 0.5*s*norm(w)^2", "2*x.T@w + 0.5*s*norm(w)**2"),
    ("julia", "sum(sum(X, dims=2).^2)", "sum(sum(X, axis=1)**2)"),
    ("julia", "norm(X, 1)", "sum(abs(X))"),
    ("sympy", "Trace(A*B)", "tr(A@B)"),
    ("sympy", "sy.trace(A) + sy.trace(hadamard_power(A, 2))", "tr(A) + tr(A**2)"),
    ("sympy", "Trace(A**2*B**-1)", "tr(A@A@inv(B))"),
    ("sympy", "Trace(HadamardProduct(A, B, A))", "tr(A*B*A)"),
    ("sympy", "x.T*A.I*x", "x.T@inv(A)@x"),
    ("sympy", "Rational(1, 2)*x.T*A*x", "x.T@A@x/2"),
    ("sympy", "(X*w - y).T*(X*w - y)", "(X@w - y).T@(X@w - y)"),
    ("sympy", "s*Trace(Transpose(X)*Y)", "s*tr(X.T@Y)"),
    ("matrixcalculus", "norm2(X*w - y)^2", "norm(X@w - y)**2"),
    ("matrixcalculus", "sum(log(exp(-y.*(X*w)) + vector(1)))", "sum(log(exp(-y*(X@w)) + ones(m)))"),
    ("matrixcalculus", "norm1(w)", "sum(abs(w))"),
    ("matrixcalculus", "tr(A*(B + s*eye))", "tr(A@(B + s*eye(n)))"),
    ("mathematica", "x.A.x", "x.T@A@x"),
    ("mathematica", "Tr[Transpose[X].Y]", "tr(X.T@Y)"),
    ("mathematica", "Norm[X.w - y]^2", "norm(X@w - y)**2"),
    ("r", "sum((X %*% w - y)^2)", "sum((X@w - y)**2)"),
    ("r", "sum(diag(t(X) %*% Y))", "tr(X.T@Y)"),
    ("sympy", "Trace(exp(A))", "tr(expm(A))"),
    ("julia", "tr(exp(A))", "tr(expm(A))"),
    ("r", "sum(y * X %*% w)", "sum(y*(X@w))"),
    ("r", "sum(s / (A %*% x)) - sum(1 / A %*% x)", "sum(s/(A@x)) - sum(1/(A@x))"),
    ("r", "sum(x^2 %*% w)", "(x**2).T@w"),
    ("r", "sum(X^2)/length(X) + nrow(X)*norm(X, 'F')", "mean(X**2) + m*norm(X)"),
    ("r", "sum(ifelse(x > 0, x, s*x)) + drop(t(x) %*% A %*% x)", "sum(where(x > 0, x, s*x)) + x.T@A@x"),
    ("r", "as.numeric(crossprod(x)) + sum(tcrossprod(X))", "x.T@x + sum(X@X.T)"),
    ("r", "sum(dnorm(y, mean = X %*% w, sd = s, log = TRUE))", "sum(-(y - X@w)**2/(2*s**2) - log(s) - log(2*pi)/2)"),
    ("mathematica", "Total[x*w.x]", "sum(x*(w.T@x))"),
    ("mathematica", "2 x.x - \\[Lambda] (x.w) 3 + Total[E^x]", "2*x.T@x - lambda*(x.T@w)*3 + sum(exp(x))"),
    ("mathematica", "Exp[-Pi x.x]", "exp(-pi*(x.T@x))"),
    ("mathematica", "Norm[Total[X]]^2 + Total[X, 2]", "norm(sum(X, axis=0))**2 + sum(X)"),
    ("mathematica", 'Norm[X, "Frobenius"]^2/Length[X] + Mean[x]', "norm(X)**2/m + mean(x)"),
    ("mathematica", "Tr[MatrixPower[A, 2]] + Tr[MatrixExp[A]]", "tr(A@A) + tr(expm(A))"),
    ("julia", "sum(abs2, X)/length(X)", "mean(X**2)"),
    ("julia", "sum(A .* logsoftmax(A; dims=2))", "sum(A*log_softmax(A, axis=1))"),
    ("julia", "sum(maximum(X; dims=2)) + sum(softmax(A, dims=1))", "sum(max(X, axis=1)) + sum(softmax(A, axis=0))"),
    ("julia", "Flux.mse(X*w, y) + sum(log.(softmax(A)))", "mean((X@w - y)**2) + sum(log(softmax(A, axis=0)))"),
    ("julia", "sum(exp(A))", "sum(expm(A))"),
    ("julia", "function loss(w)\n    r = X*w - y\n    return sum(r.^2)\nend", "sum((X@w - y)**2)"),
    (
        "r",
        "nll <- function(w) { eta <- X %*% w; -sum(y*eta - log(1 + exp(eta))) }",
        "-sum(y*(X@w) - log(1 + exp(X@w)))",
    ),
    ("matlab", "function J = cost(w, X, y)\n  r = X*w - y;\n  J = r'*r/length(y);\nend", "sum((X@w - y)**2)/m"),
    (
        "matlab",
        "function J = cost(w, X, y)\n  % h = 2\n  m = length(y);\n  h = X*w; % h = 3\n  J = sum((h - y).^2)/m;\nend",
        "sum((X@w - y)**2)/m",
    ),
    (
        "matlab",
        "h = sigmoid(X*w);\nJ = -(y'*log(h) + (1-y)'*log(1-h));",
        "-sum(y*log(sigmoid(X@w)) + (1 - y)*log(1 - sigmoid(X@w)))",
    ),
    ("julia", "exp(-norm(x)^2 / 2s^2) + x'x/2length(x)", "exp(-x.T@x/(2*s**2)) + x.T@x/(2*n)"),
    ("julia", "sum(@. log(1 + exp(-x * w)) / s) + x[end]*x[end-1]", "sum(log(1 + exp(-x*w))/s) + x[-1]*x[-2]"),
    ("julia", "sum(@. exp(x / 2s) * w^2s)", "sum(exp(x/(2*s))*w**(2*s))"),
    ("julia", "x'x*2^2s + s^2(s + 1)", "x.T@x*2**(2*s) + s**(2*(s + 1))"),
    ("julia", "sum(X[i,2]*X[1,3]*y[i] + X[i,end] for i in 1:m)", "X[:,1].T@y*X[0,2] + sum(X[:,-1])"),
    (
        "matlab",
        "sum_square(x')*rms(x') + sum(normalize(x')*w)",
        "x.T@x*sqrt(mean(x**2)) + (x - mean(x)).T@w/std(x, ddof=1)",
    ),
    ("julia", "sum(t -> t^2 * exp(t), x)", "sum(x**2*exp(x))"),
    ("matlab", "x(end)*sum(X(:,end).^2)", "x[-1]*sum(X[:,-1]**2)"),
    ("r", "sum(x[-1]^2) + sum(X[,2]^2) + sum(X[1,]^2)", "sum(x[1:]**2) + sum(X[:,1]**2) + sum(X[0,:]**2)"),
    ("matlab", "norm(dot(X, Y))^2 + sum(dot(A, B))", "norm(sum(X*Y, axis=0))**2 + sum(A*B)"),
    ("julia", "sum(sqrt(A) .* exp.(B))", "sum(sqrtm(A)*exp(B))"),
    ("julia", "sum(normalize(X) .* Y)", "sum(X*Y)/norm(X)"),
    ("julia", "sum(log1pexp.(ifelse.(y .> 0, y, s .* y)))", "sum(log(1 + exp(where(y > 0, y, s*y))))"),
    ("julia", "w -> sum((X*w .- y).^2)", "sum((X@w - y)**2)"),
    ("julia", "sum((y[i] - X[i,:]' * w)^2 for i in 1:m)", "sum((X@w - y)**2)"),
    (
        "julia",
        "sum((x[i] - x[i-1])^2 for i in 2:n) + sum(x[i]^2 for i in eachindex(x))",
        "sum((x[1:] - x[:-1])**2) + x.T@x",
    ),
    ("julia", "Flux.crossentropy(softmax(A), B)", "-mean(sum(B*log_softmax(A, axis=0), axis=0))"),
    ("matlab", "norm(prod(X(:)) + x)^2", "norm(prod(vec(X)) + x)**2"),
    ("matlab", "norm(logsumexp(X))^2", "norm(logsumexp(X, axis=0))**2"),
    ("matlab", "sum(sumsq(X).^2) + norm(rms(X))", "sum(sum(X**2, axis=0)**2) + norm(sqrt(mean(X**2, axis=0)))"),
    (
        "matlab",
        "sum(sum(normalize(X).*Y))",
        "sum((X - ones(m)@mean(X, axis=0))/(ones(m)@std(X, axis=0, ddof=1, keepdims=True))*Y)",
    ),
    ("matlab", "sum(svd(X)) + sum_square(x) + sum(norms(X, 2, 2))", "norm(X, 'nuc') + x.T@x + sum(norm(X, axis=1))"),
    ("matlab", "sum(sum(abs(diff(X, 1, 2))))", "sum(abs(X[:,1:] - X[:,:-1]))"),
    ("matlab", "@(x) x'*A*x + s", "x.T@A@x + s"),
    ("matlab", "s*sum(max(0, 1 - y.*(X*w))) + w'*w", "s*sum(relu(1 - y*(X@w))) + w.T@w"),
    ("sympy", "Trace(A.multiply_elementwise(B)) + S(1)/2*Trace(A)", "tr(A*B) + tr(A)/2"),
    ("r", "function(w) sum(log(exp(X %*% w), 2))", "sum(X@w)/log(2)"),
    ("r", "sum(log(pnorm(x))) + sum(dnorm(x))", "sum(log((1 + erf(x/sqrt(2)))/2)) + sum(exp(-x**2/2))/sqrt(2*pi)"),
    ("mathematica", "Total[Log[2, Exp[x]]] + Total[Ramp[x]]", "sum(x)/log(2) + sum(relu(x))"),
    ("matlab", "trace(A^s)", "tr(matrix_power(A, s))"),
    ("matlab", "trace(expm(A)*X'*X)", "tr(expm(A)@X.T@X)"),
    ("matlab", "sum(x.^2) ... the data\n + sum(w(2:length(w)).^2) % and a penalty", "x.T@x + sum(w[1:]**2)"),
    ("matlab", "sum((x(2:numel(x)) - x(1:(end-1))).^2)", "sum((x[1:] - x[:-1])**2)"),
    ("matlab", "sum(sum(X(:, 2:size(X, 2)).^2))", "sum(X[:,1:]**2)"),
    ("r", "sum((x[2:length(x)] - x[1:(length(x) - 1)])^2)", "sum((x[1:] - x[:-1])**2)"),
    ("r", "eta.hat <- X %*% w\nr.sq <- (y - eta.hat)^2\nsum(r.sq) / 2", "sum((y - X@w)**2)/2"),
    ("julia", "0.5f0*x'x + 2f-1*sum(w)", "x.T@x/2 + sum(w)/5"),
    ("mathematica", "Sum[(y[[i]] - X[[i]].w)^2, {i, 1, m}]/2", "sum((y - X@w)**2)/2"),
    ("mathematica", "Sum[X[[i,j]] (x[[j]] - x[[1]])^2, {i, m}, {j, Length[x]}]", "sum(X@(x - x[0])**2)"),
    ("mathematica", "Sum[(x[[i]] - x[[i-1]])^2, {i, 2, n}] + X[[2]].x", "sum((x[1:] - x[:-1])**2) + X[1,:]@x"),
]


@pytest.mark.parametrize(("syntax", "text", "plain"), SAME)
def test_a_dialect_means_the_same(syntax: str, text: str, plain: str) -> None:
    wrt = "x" if "x" in plain else "w" if "w" in plain else "X" if "X" in plain else "A"
    problem = read_problem(text, wrt, SHAPES, (), syntax)
    assert Judge(problem).compare(problem.loss, loss(plain, wrt, "numpy")).holds


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("matlab", "X^2"),
        ("matlab", "w*x"),
        ("matlab", "sum(X, 3)"),
        ("r", "sum(var(X))"),
        ("matlab", "sum(normalize(X, 2))"),
        ("julia", "1/2x"),
        ("julia", "kldivergence(x, w)"),
        ("julia", "sum(x[i] for i in 0:n)"),
        ("julia", "sum(x[i] for i in 1.5:n)"),
        ("r", "X[-1,2]"),
        ("sympy", "x.T*x*x.T*X"),
        ("matlab", "A.B"),
        ("matlab", "norm([X; Y])"),
        ("matlab", "norm([A -B]*[x; w])"),
        ("julia", "norm([A (B)]*[x; w])"),
    ],
)
def test_what_a_dialect_does_not_mean_is_refused(syntax: str, text: str) -> None:
    with pytest.raises(InputError):
        read_problem(text, "X" if "X" in text else "A" if "A" in text else "x", SHAPES, (), syntax)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x'*A*x", "MATLAB"),
        ("Trace(A*B)*s", "SymPy"),
        ("sum((X*w - y).^2)", "MATLAB"),
        ("norm2(X*w - y)^2", "matrixcalculus.org"),
        ("sum(abs2.(X*w - y))", "Julia"),
        ("norm(X*A - Y, 'fro')^2", "MATLAB"),
        ("Tr[A.B]", "Mathematica"),
    ],
)
def test_a_dialect_is_found_out_and_said(text: str, said: str) -> None:
    problem = read_problem(text, "A" if "A" in text else "w", SHAPES)
    assert any(said in note for note in problem.notes)


@pytest.mark.parametrize(
    "text", ["norm(X@A - Y, 'fro')**2", "2*norm(A, 'fro')", "x.T@A@x", "x'Ax", "\\|Xw - y\\|^2", "Y*(X@A)"]
)
def test_no_dialect_is_seen_where_there_is_none(text: str) -> None:
    assert not any("--syntax" in note for note in read_problem(text, "w" if "w" in text else "A", SHAPES).notes)


def test_the_command_line_knows_every_syntax() -> None:
    assert choices.SYNTAXES == SYNTAXES


TREES = st.recursive(
    st.sampled_from([("A", "A"), ("B", "B"), ("A'", "A.T"), ("B^2", "(B@B)"), ("B.^2", "B**2"), ("inv(A)", "inv(A)")]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: (f"({pair[0][0]}*{pair[1][0]})", f"({pair[0][1]}@{pair[1][1]})")),
        st.tuples(inner, inner).map(lambda pair: (f"({pair[0][0]}.*{pair[1][0]})", f"({pair[0][1]}*{pair[1][1]})")),
        st.tuples(inner, inner).map(
            lambda pair: (f"({pair[0][0]} - 2*{pair[1][0]})", f"({pair[0][1]} - 2*{pair[1][1]})")
        ),
        inner.map(lambda one: (f"({one[0]})'", f"({one[1]}).T")),
    ),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None)
@given(TREES, st.sampled_from(["matlab", "julia", "matrixcalculus"]))
def test_any_loss_of_products_means_the_same(pair: tuple[str, str], syntax: str) -> None:
    problem = read_problem(f"trace({pair[0]}*A)", "A", SHAPES, (), syntax)
    assert Judge(problem).compare(problem.loss, loss(f"tr({pair[1]}@A)", "A", "numpy")).holds


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("r", "sum(x[2:length(x) - 1]^2)"),  # (2:length(x)) - 1 in R
        ("mathematica", "Sum[x[[i]]^2, {i, 0, n}]"),
        ("mathematica", "Sum[x[[i]]^2, {i, a, b, 2}]"),
        ("mathematica", "Total[{x, x}]"),
    ],
)
def test_a_range_of_another_kind_is_refused(syntax: str, text: str) -> None:
    with pytest.raises(InputError):
        read_problem(text, "x", SHAPES, (), syntax)


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("matlab", "sum(sum(W(2:numel(W)).^2))"),
        ("matlab", "norm(W(2:end))"),
        ("julia", "sum(W[2:length(W)].^2)"),
        ("r", "sum(W[-1]^2)"),
    ],
)
def test_a_single_range_of_a_matrix_counts_through_its_columns(syntax: str, text: str) -> None:
    with pytest.raises(InputError, match="columns of a matrix"):
        read_problem(text, "W", ["W: m×n"], (), syntax)
