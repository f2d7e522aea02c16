"""Letters side by side: read as in a book where nothing is Python's, else proposed with their signs."""

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.judge import Judge


def refused(loss, wrt):
    with pytest.raises(InputError) as caught:
        read_problem(loss, wrt)
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("loss", "wrt", "proposed"),
    [
        ("tr(AXB)", "X", "tr(A@X@B)"),
        ("wTXw", "w", "w.T@X@w"),
        ("sum(x) + sum(Ax)", "x", "sum(x) + sum(A@x)"),
        ("norm(x - Px)", "x", "norm(x - P@x)"),
        ("norm(W - Wk)", "W", "norm(W - W@k)"),
        ("norm(A x, inf)", "x", "norm(A @ x, inf)"),
        ("x.T A x", "x", "x.T @ A @ x"),
        ("xTAx + 2b.T x", "x", "x.T@A@x + 2*b.T @ x"),
        ("(y - X w).T (y - X w)", "w", "(y - X @ w).T @ (y - X @ w)"),
    ],
)
def test_products_without_signs_are_proposed_with_them(loss, wrt, proposed):
    assert refused(loss, wrt).help == f"with a sign for each product, `{proposed}`, the loss is read"
    assert read_problem(proposed, wrt).wrt.name == wrt


@pytest.mark.parametrize(
    ("loss", "wrt", "plain"),
    [
        ("Ax-b", "x", "A@x-b"),
        ("f(Ax + b)", "x", "f(A@x + b)"),
        ("f(ABx)", "x", "f(A@B@x)"),
        ("det(A X B)", "X", "det(A@X@B)"),
        ("f(A x)", "x", "f(A@x)"),
        ("abs(a x - b)", "x", "abs(a*x - b)"),
        ("sum(log(1+exp(-y w·x)))", "w", "log(1 + exp(-y*(w.T@x)))"),
        ("max(0, 1 - y (w·x + b))", "w", "maximum(0, 1 - y*(w.T@x + b))"),
        ("1/2 * (x-m)^T inv(S) (x-m)", "x", "(x-m).T@inv(S)@(x-m)/2"),
        ("KL(softmax(w) || q)", "w", "sum(softmax(w)*log(softmax(w)/q))"),
        ("x⊤Ax - 2b⊤x", "x", "x.T@A@x - 2*b.T@x"),
        ("(Ax−b)⊤(Ax−b)", "x", "(A@x-b).T@(A@x-b)"),
    ],
)
def test_letters_side_by_side_are_products_as_in_a_book(loss, wrt, plain):
    problem = read_problem(loss, wrt)
    shapes = [f"{one.name}: {'scalar' if one.shape.is_number else one.shape}" for one in problem.variables]
    assert Judge(problem).compare(problem.loss, read_problem(plain, wrt, shapes).loss).holds


@pytest.mark.parametrize("loss", ["sum(abs(w - wML))", "norm(w - wA)"])
def test_a_name_that_begins_with_the_variable_is_asked_about(loss):
    assert "is a name or a product" in refused(loss, "w").message


@pytest.mark.parametrize("loss", ["log1p(w x)", "foo(w x)", "huber(w^T x)", "log1p(w^T x)"])
def test_a_word_before_a_bracket_is_never_letters(loss):
    assert refused(loss, "w").code == "missing-operator"


WORDS = [
    ("w' cov(X, Y) w", "cov"),
    ("x^T foo(A, B) x", "foo"),
    (r"\|w\|^2 - 2w^\top c(X, Y)", "c"),
    ("norm(x)^2 - 2 x^T proj(y, z)", "proj"),
]


@pytest.mark.parametrize(("loss", "name"), WORDS)
def test_a_word_before_several_arguments_is_no_product_and_none_of_them_is_dropped(loss: str, name: str) -> None:
    assert refused(loss, "x" if "x^T" in loss else "w").message == f"the function `{name}` is not known"


@pytest.mark.parametrize(
    ("loss", "same"),
    [
        ("x' A x + dot(a, x)", "x.T@A@x + a.T@x"),
        ("x' outer(a, b) x", "x.T@a@b.T@x"),
        ("inner(A, x x') ", "x.T@A@x"),
        (r"x^\top A(\theta, \phi) x", "x.T@A@x"),
    ],
)
def test_functions_of_two_arrays_keep_their_names(loss: str, same: str) -> None:
    shapes = ["A: n×n, a: n, b: n, x: n"]
    problem = read_problem(loss, "x", shapes)
    assert Judge(problem).compare(problem.loss, read_problem(same, "x", shapes).loss).holds


@pytest.mark.parametrize(("loss", "wrt"), [("if x", "x"), ("sum_i (y_i - w.T x_i)", "w")])
def test_what_is_no_product_is_not_proposed_as_one(loss, wrt):
    assert "sign for each product" not in (refused(loss, wrt).help or "")


@pytest.mark.parametrize("loss", ["norm(x@Wx + h@Wh)**2 + norm(x)", "norm(Ax)**2 + norm(x)", "norm(x - xs)"])
def test_a_name_that_holds_the_variable_is_one_where_it_is_a_factor_or_declared(loss):
    shapes = ["Ax: n"] if "Ax" in loss else []
    assert any(symbol.name in ("Wx", "Ax", "xs") for symbol in read_problem(loss, "x", shapes).variables)
