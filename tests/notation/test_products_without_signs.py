"""Letters side by side in the expression language: never read, and proposed with their signs."""

import pytest

from matgrad_cli.diagnostics import InputError
from matgrad_cli.notation.problems import read_problem


def refused(loss, wrt):
    with pytest.raises(InputError) as caught:
        read_problem(loss, wrt)
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("loss", "wrt", "proposed"),
    [
        ("Ax-b", "x", "A@x-b"),
        ("tr(AXB)", "X", "tr(A@X@B)"),
        ("wTXw", "w", "w.T@X@w"),
        ("x.T A x", "x", "x.T @ A @ x"),
        ("f(Ax + b)", "x", "f(A@x + b)"),
        ("sum(x) + sum(Ax)", "x", "sum(x) + sum(A@x)"),
        ("xTAx + 2b.T x", "x", "x.T@A@x + 2*b.T @ x"),
        ("(y - X w).T (y - X w)", "w", "(y - X @ w).T @ (y - X @ w)"),
    ],
)
def test_products_without_signs_are_proposed_with_them(loss, wrt, proposed):
    assert refused(loss, wrt).help == f"with a sign for each product, `{proposed}`, the loss is read"
    assert read_problem(proposed, wrt).wrt.name == wrt


@pytest.mark.parametrize(("loss", "wrt"), [("if x", "x"), ("sum_i (y_i - w.T x_i)", "w")])
def test_what_is_no_product_is_not_proposed_as_one(loss, wrt):
    assert "sign for each product" not in (refused(loss, wrt).help or "")


@pytest.mark.parametrize("loss", ["norm(x@Wx + h@Wh)**2 + norm(x)", "norm(Ax)**2 + norm(x)", "norm(x - xs)"])
def test_a_name_that_holds_the_variable_is_one_where_it_is_a_factor_or_declared(loss):
    shapes = ["Ax: n"] if "Ax" in loss else []
    assert any(symbol.name in ("Wx", "Ax", "xs") for symbol in read_problem(loss, "x", shapes).variables)
