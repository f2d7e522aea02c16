"""No keyword and no argument is dropped: every function refuses what it does not understand, at its place."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import MatgradError
from matgrad_cli.notation.expression.keywords import KEYWORDS
from matgrad_cli.notation.expression.vocabulary import ALIASES, FUNCTION_NAMES
from matgrad_cli.notation.problems import read_expression, read_problem

WRITABLE = sorted(name for name in FUNCTION_NAMES | set(ALIASES) if name not in ("basis", "bars", "T"))
TWO = frozenset(
    (
        "matmul",
        "dot",
        "inner",
        "outer",
        "kron",
        "multiply",
        "hadamard",
        "solve",
        "plus",
        "minus",
        "divide",
        "mm",
        "mul",
        "add",
        "subtract",
        "true_divide",
        "vdot",
    )
)


@pytest.fixture(scope="module")
def problem():
    return read_problem("norm(A@x)**2 + sum(X)", "x", ["A: n×n, X: m×n, x: n"])


@pytest.mark.parametrize("name", WRITABLE)
@pytest.mark.parametrize("keyword", ["foo=1", "'bar'", "dtype=float"])
def test_a_keyword_that_is_not_understood_is_refused(name, keyword, problem):
    arguments = {
        "matrix_power": "A, 2",
        "mpow": "A, 2",
        "maximum": "0, x",
        "pow": "x, 2",
        "power": "x, 2",
        "mv": "A, x",
        "dot": "A, x",
        "eye": "n",
        "identity": "n",
        "ones": "n",
        "zeros": "n",
    }.get(name, "A, A" if name in TWO else "A")
    with pytest.raises(MatgradError) as caught:
        read_expression(f"{name}({arguments}, {keyword})", problem, "numpy")
    if keyword != "'bar'" or "ord" not in KEYWORDS.get(ALIASES.get(name, name), ()):
        assert caught.value.diagnostic.code in ("wrong-arguments", "unknown-function"), caught.value.diagnostic
        label = caught.value.diagnostic.labels[0]
        assert f"{name}({arguments}, {keyword})"[label.span.start : label.span.end] in (
            keyword,
            f"{name}({arguments}, {keyword})",
        )


@pytest.mark.parametrize(
    "text",
    [
        "np.trace(A, offset=1)",
        "np.diag(A, k=1)",
        "softplus(x, gamma=2)",
        "abs(x, foo=1)",
        "np.diag(A, 1)",
        "np.trace(A, 1)",
        "abs(x, 2)",
        "vec(A, order='K')",
        "X.sum(A, axis=0)",
        "X.mean(0, axis=1)",
        "np.sum(A, 0, axis=1)",
        "np.sum(A, axis=(0, 2))",
        "np.sum(A, axis=(0, 1, 2))",
        "np.sum(A, axis=(0",
        "np.mean(x, where=x)",
        "A.var(ddof=2)",
        "A.var(ddof=A)",
        "x.std(unbiased=1)",
        "eye(n, k=1)",
        "A.T(1)",
        "norm(A, order='fro')",
    ],
)
def test_what_is_pasted_with_more_than_is_understood(text, problem):
    with pytest.raises(MatgradError) as caught:
        read_expression(text, problem, "numpy")
    assert caught.value.diagnostic.labels


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("vec(X, order='C')", "vec(X.T)"),
        ("X.norm(dim=1)", "np.linalg.norm(X, axis=1)"),
        ("F.softmax(X, dim=1)", "softmax(X, axis=1)"),
        ("torch.softmax(X, dim=-1)", "softmax(X, axis=1)"),
        ("F.relu(x)", "relu(x)"),
        ("X.clip(min=0)", "maximum(X, 0)"),
        ("np.clip(X, a_min=-1, a_max=1)", "clip(X, -1, 1)"),
        ("tf.norm(X, ord='euclidean')", "norm(X)"),
        ("(A@A).detach()", "A@A"),
        ("jax.lax.stop_gradient(X)", "X"),
        ("K.mean(K.square(X), axis=0)", "mean(X**2, axis=0)"),
        ("F.linear(X, weight=A)", "X@A.T"),
        ("tf.matmul(X, A, transpose_b=True)", "X@A.T"),
        ("tf.nn.sigmoid_cross_entropy_with_logits(logits=x, labels=A@x)", "softplus(x) - (A@x)*x"),
        ("tf.nn.softmax(X)", "softmax(X, axis=1)"),
        ("tf.math.l2_normalize(X, axis=1)", "X/norm(X, axis=1, keepdims=True)"),
        ("np.linalg.slogdet(A)[1]", "logdet(A)"),
        ("X.sum(dim=0)", "sum(X, 0)"),
        ("norm(X, ord='fro')", "norm(X)"),
        ("sum(log1p(x)^2)", "sum(log1p(x)**2)"),
        ("1_000*sum(x)", "1000*sum(x)"),
    ],
)
def test_two_ways_of_writing_the_same(text, same, problem):
    assert read_expression(text, problem).expr is read_expression(same, problem).expr


def test_a_number_of_a_module_is_no_variable_of_that_name():
    problem = read_problem("sum(x)/np.sqrt(2*np.pi)", "x", ["x: n, pi: n"])
    assert {symbol.name for symbol in problem.loss.symbols} == {"x"}


def test_what_is_detached_does_not_hold_the_variable():
    with pytest.raises(MatgradError) as caught:
        read_problem("((x - (A@x).detach())**2).sum()", "x", ["A: n×n"])
    assert "constant" in caught.value.diagnostic.message
