"""What is not declared follows from its use, then from habit; habits are said."""

from __future__ import annotations

import numpy as np
import pytest
from loss_values import agrees

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem
from work import calls_in

INFERRED = [
    ("g = jax.grad(lambda w: jnp.sum((X @ w - y)**2), argnums=0)(w)", "w", [], "X:m×n w:n×1 y:m×1"),
    ("norm(X@R - Y, 'fro')**2 / m", "R", [], "X:n×p R:p×q Y:n×q m:number"),
    ("x.T @ A @ x", "x", [], "x:m×1 A:m×m"),
    ("(x - A@s).T @ W @ (x - A@s)", "s", [], "x:m×1 A:m×n s:n×1 W:m×m"),
    ("norm(X@w + b - y)**2", "w", [], "X:m×n w:n×1 b:number y:m×1"),
    ("-0.5*logdet(S) - 0.5*(x-mu).T@inv(S)@(x-mu)", "mu", [], "S:m×m x:m×1 mu:m×1"),
    ("lam*norm(x)**2", "x", [], "lam:number x:m×1"),
    ("tr(A@X@B)", "X", [], "A:m×n X:n×p B:p×m"),
    ("sum[i,j](X[i,j]*a[i]*b[j])", "X", [], "X:m×n a:m×1 b:n×1"),
    ("norm(X)**2/N", "X", [], "X:m×n N:number"),
    ("inv(s*eye(n) - A)", "s", [], "s:number A:n×n"),
    ("(X.T@X).I @ X.T @ y", "y", [], "X:m×n y:m×1"),
    # the greater of two values may be one of two numbers
    ("min(x, 1)", "x", [], "x:number"),
    ("max(0, x)", "x", [], "x:number"),
    ("max(1 - y*(w@x), 0)", "w", [], "y:number w:m×1 x:m×1"),
    ("np.max(x, 0)", "x", [], "x:m×1"),
    ("np.sum((X@w - y)**2)/np.shape(X)[0]", "w", [], "X:m×n w:n×1 y:m×1"),
    ("np.sum((X@w - y)**2)/X.size(0)", "w", [], "X:m×n w:n×1 y:m×1"),
    # what is reduced along an axis, and once more, has two sides; so has what is reduced along the second
    ("-(y*F.log_softmax(z, dim=-1)).sum(-1).mean()", "z", [], "y:m×n z:m×n"),
    ("(1 - F.cosine_similarity(a, b, dim=-1)).mean()", "a", [], "a:m×n b:m×n"),
    ("F.normalize(z, dim=1).sum()", "z", [], "z:m×n"),
    ("F.kl_div(F.log_softmax(a, dim=1), p, reduction='sum')", "a", [], "p:m×n a:m×n"),
    ("F.cross_entropy(z, y)", "z", [], "y:m×1 z:m×1"),
    # what stands below a logarithm beside a label is a probability for each label
    ("np.sum(-y*np.log(a) - (1-y)*np.log(1-a))", "a", [], "y:m×1 a:m×1"),
    ("np.mean(-(y*np.log(h) + (1-y)*np.log(1-h)))", "h", [], "y:m×1 h:m×1"),
    # a variable beside the number of that name
    ("np.sum(pi*x)/np.pi", "x", ["x: k"], "pi:number x:k×1"),
    # what stands round a loss in a program
    ("return np.sum((X@w - y)**2)", "w", [], "X:m×n w:n×1 y:m×1"),
    ("np.sum((X@w - y)**2);", "w", [], "X:m×n w:n×1 y:m×1"),
    # axes may be counted from the last
    ("np.sum(X, axis=-2) @ w", "w", [], "X:m×n w:n×1"),
    ("X - X.mean(axis=-2)", "X", [], "X:m×n"),
    ("X.sum(axis=-1) @ y", "y", [], "X:m×n y:m×1"),
    # X[i] is a row where it is multiplied as one, or where X is a matrix by habit
    ("sum((y[i] - X[i]@w)**2 for i in range(n))", "w", [], "y:n×1 X:n×m w:m×1"),
    ("sum((y[i] - x[i]@w)**2 for i in range(n))", "w", [], "y:n×1 x:n×m w:m×1"),
    ("sum((yi - np.dot(xi, w))**2 for xi, yi in zip(X, y))", "w", [], "X:m×n y:m×1 w:n×1"),
    ("np.mean([max(0, 1 - y[i]*(w@X[i])) for i in range(len(y))])", "w", [], "y:m×1 w:n×1 X:m×n"),
    ("sum(X[i]*Y[i] for i in range(n))", "X", [], "X:n×m Y:n×m"),
    ("sum[i](norm(X[i] - c)**2)", "c", [], "X:m×n c:n×1"),
    ("sum(x[i]*y[i] for i in range(n))", "x", [], "x:n×1 y:n×1"),
    ("X[0]@w", "w", [], "X:m×n w:n×1"),
    # an array whose length says how long another is
    ("np.ones(X.shape[0]) @ X @ w", "w", [], "X:m×n w:n×1"),
    ("np.ones((X.shape[0], 1)).T @ X @ w", "w", [], "X:m×n w:n×1"),
    ("norm(X.T@X - np.eye(X.shape[1]))**2", "X", [], "X:m×n"),
    ("sum(np.zeros(len(x)) + x)", "x", [], "x:m×1"),
    ("np.cumsum(x) @ y", "x", [], "x:m×1 y:m×1"),
    ("sum(w*np.roll(w, 1)**2)", "w", [], "w:m×1"),
    ("kron(A,B)@v", "A", [], "A:m×n B:p×q v:n·q×1"),
    ("logdet(K + s*I)", "s", ["K: n×n"], "K:n×n s:number"),
    ("softmax(W@h + b)", "b", ["W: k×d"], "W:k×d h:d×1 b:k×1"),
    ("diag(x) @ A", "x", [], "x:m×1 A:m×n"),
    ("vec(X).T @ v", "X", [], "X:m×n v:m·n×1"),
    ("X*Y", "X", ["X: a×b"], "X:a×b Y:a×b"),
    ("sum[i]((X[i,:]@w - y[i])**2)", "w", [], "X:m×n w:n×1 y:m×1"),
    ("sum[i](norm(X[i,:] - m)**2)", "m", ["m: d"], "X:n×d m:d×1"),
    ("norm(B[:,0] @ A)", "A", [], "B:m×n A:m×p"),
    # a capital that does nothing but multiply is a number where the loss is one then
    ("C*w@w", "w", [], "C:number w:m×1"),
    ("0.5*C*np.sum(w**2) + np.sum((X@w)**2)/N", "w", [], "C:number w:m×1 X:n×m N:number"),
    ("C/2*w'*w + sum(X*w)", "w", [], "C:number w:m×1 X:n×m"),
    ("A*X", "X", [], "A:m×n X:m×n"),
    ("np.sum((A*X)**2)", "X", [], "A:m×n X:m×n"),
    # a side of `@` is an array: what a number stands before, and the terms of a sum, are vectors
    ("norm(A@x)**2 - 2*b@x", "x", [], "A:m×n x:n×1 b:n×1"),
    ("(2*b)@x", "x", [], "b:m×1 x:m×1"),
    ("x@(3*-c)", "x", [], "x:m×1 c:m×1"),
    ("2*y@A@x", "x", [], "y:m×1 A:m×n x:n×1"),
    ("s*(b - c)@x/2", "x", ["s: scalar"], "s:number b:m×1 c:m×1 x:m×1"),
    # labels beside an array of scores are as many
    ("np.sum(np.maximum(0, 1 - y*(X@w)))", "w", [], "y:m×1 X:m×n w:n×1"),
    ("np.mean(np.log(1 + np.exp(-y*(X@w))))", "w", [], "y:m×1 X:m×n w:n×1"),
    ("-(y*np.log(p) + (1-y)*np.log(1-p))", "p", [], "y:number p:number"),
    ("np.maximum(0, 1 - y*(w@x))", "w", [], "y:number w:m×1 x:m×1"),
    # what is added up entry by entry is no number; a, b, lam may be
    ("-mean(y*log(p)+(1-y)*log(1-p))", "p", [], "y:m×1 p:m×1"),
    ("np.mean(y*np.log(y/p))", "p", [], "y:m×1 p:m×1"),
    ("np.mean(x/np.sqrt(np.mean(x**2) + eps)*g)", "x", [], "x:m×1 eps:number g:m×1"),
    ("np.mean((a*x + b - y)**2) + lam*a**2", "a", [], "a:number x:m×1 b:number y:m×1 lam:number"),
    ("np.minimum(r*A, np.clip(r, 1-eps, 1+eps)*A).mean()", "r", [], "r:m×n A:m×n eps:number"),
    ("np.mean(-adv*logp) - beta*np.mean(ent)", "logp", [], "adv:m×1 logp:m×1 beta:number ent:n×1"),
    (
        "np.mean(np.logaddexp(0, -beta*(pi_w - pi_l - ref_w + ref_l)))",
        "pi_w",
        [],
        "beta:number pi_w:m×1 pi_l:m×1 ref_w:m×1 ref_l:m×1",
    ),
    ("np.mean((slope*x + b - y)**2)", "slope", [], "slope:number x:m×1 b:number y:m×1"),
    ("-np.mean(np.log(np.sum(p*q, axis=1)))", "p", [], "p:m×n q:m×n"),
    ("np.sum(np.sum((x - xhat)**2, axis=1))", "xhat", [], "x:m×n xhat:m×n"),
    ("np.mean((r + gamma*Vn - V)**2)", "V", [], "r:m×n gamma:number Vn:m×n V:m×n"),
    ("((R - bu[:, None] - bi[None, :])**2).sum()", "bu", [], "R:m×n bu:m×1 bi:n×1"),
    ("((R - bu[:, None] - bi)**2).sum()", "bi", [], "R:m×n bu:m×1 bi:n×1"),
]


@pytest.mark.parametrize(("loss", "wrt", "shapes", "expected"), INFERRED)
def test_inferred_shapes(loss, wrt, shapes, expected):
    problem = read_problem(loss, wrt, shapes)
    assert " ".join(f"{symbol.name}:{symbol.shape}" for symbol in problem.variables) == expected


def test_habits_are_said_and_declarations_are_not():
    problem = read_problem("norm(X@w)", "w", ["X: m×n"])
    habit = "assumed to be a column vector, as is usual for a small letter where a number does not fit"
    assert dict(problem.origins) == {"X": "from --shape", "w": habit}
    assert problem.assumed == (
        "`w` is a column vector, as is usual for a small letter where a number does not fit (n×1)",
    )
    assert read_problem("norm(X@w)", "w", ["X: m×n, w: n"]).assumed == ()


def test_dimension_names_never_clash_with_names_of_the_loss():
    problem = read_problem("m*n*norm(X@R)", "R")
    names = {name for symbol in problem.variables for side in symbol.shape.dims for name in side.names}
    assert not names & {"m", "n"}


def test_facts_make_square():
    assert str(read_problem("tr(W)", "W", (), ["W symmetric"]).wrt.shape) == "m×m"
    problem = read_problem("tr(S @ X)", "X", ["S: m×n, X: n×m"], ["S spd"])
    assert {str(symbol.shape) for symbol in problem.variables} == {"m×m"}
    assert problem.notes == ("n = m, as `S` is spd",)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "term", ["a{0}", "a{0}*b{0}", "norm(A{0}@x{0} - y{0})**2", "sum(exp(a{0}))/c{0}", "sum[i:n](a{0}[i]*b{0}[i])"]
)
def test_the_work_grows_with_the_number_of_names_and_not_with_its_square(term):
    def work(count):
        loss = " + ".join(["norm(x)**2", *(term.format(number) for number in range(count))])
        return calls_in(lambda: read_problem(loss, "x", ["x: n"]))

    assert work(160) < 2.4 * work(80)


def test_names_that_are_decided_one_by_the_other():
    """Each name is decided by the one before it."""
    terms = [f"norm(A{number} - A{number + 1})**2" for number in range(300)]
    problem = read_problem(" + ".join([*terms, "norm(A0 @ x)**2"]), "x", ["x: n"])
    assert {str(symbol.shape) for symbol in problem.variables if symbol.name != "x"} == {"m×n"}


def test_a_name_that_is_a_condition_is_a_mask_of_0_and_1() -> None:
    said = read_problem("np.sum(np.where(M, X @ X.T - Y, 0)**2) + np.where(u, x, x**2).sum()", "X").notes
    assert {note for note in said if "binary" in note} == {
        f"it is assumed that `{name} binary`, as it stands in a condition" for name in "Mu"
    }
    masked, shapes = "np.sum(np.where(M, X @ X.T - Y, 0)**2)", "X: n×d, M: n×n, Y: n×n"
    agrees(masked, "X", shapes, lambda X, M, Y: np.sum((M * (X @ X.T - Y)) ** 2), whole="M")
    with pytest.raises(InputError, match="no condition"):
        read_problem("np.where(x, x, 0).sum()", "x")
    for text in ("np.where(y, x, 0).sum()", "np.sum(np.where(y, x, 0) + np.where(y == -1, 0, x))"):
        with pytest.raises(InputError, match="no condition"):
            read_problem(text, "x", [], ["y signs"] if "==" not in text else [])
