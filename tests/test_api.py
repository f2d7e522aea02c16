"""The public functions in Python: what they return, print and raise."""

from __future__ import annotations

import pytest

import matgrad_cli as matgrad
from matgrad_cli.diagnostics import InputError, MatgradError


def test_a_gradient_prints_itself() -> None:
    found = matgrad.gradient("norm(X@R - Y)**2", wrt="R")
    assert str(found) == "2Xᵀ(XR − Y)   (n×p, gradient layout)"
    assert repr(found) == "2Xᵀ(XR − Y) (n×p, gradient layout)"
    assert found.verified
    assert found._repr_latex_() == r"$$2 X^\top (X R - Y)$$"
    assert "<math" in found._repr_html_()


def test_an_explanation_prints_itself() -> None:
    found = matgrad.explain("x.T @ A @ x", wrt="x", shapes="A: n×n, x: n")
    assert str(found).startswith("The gradient of L by x\n")
    assert repr(found) == "(A + Aᵀ)x (n×1, gradient layout)"
    assert found._repr_html_().startswith("<")
    assert len(matgrad.explain("x.T @ A @ x", wrt="x", layout="all").derivations) == 5


def test_assert_right_says_what_is_wrong_in_one_line() -> None:
    matgrad.assert_right("2*x", "x.T @ x", wrt="x")
    with pytest.raises(
        AssertionError, match=r"^wrong\[lost-factor\]: this is exactly 1/2× what is needed: a 2 is lost$"
    ):
        matgrad.assert_right("x", "x.T @ x", wrt="x")
    with pytest.raises(AssertionError, match="other-layout"):
        matgrad.assert_right("2*x.T", "x.T @ x", wrt="x")
    matgrad.assert_right("2*x.T", "x.T @ x", wrt="x", layout="numerator")


def test_a_loss_that_cannot_be_read_raises() -> None:
    with pytest.raises(InputError, match="never closed"):
        matgrad.gradient("norm(x", wrt="x")


def test_the_names_of_the_package() -> None:
    assert {"explain", "gradient", "check", "assert_right"} <= set(dir(matgrad))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = matgrad.nothing


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(MatgradError) as caught:
        matgrad.explain("x.T@x", wrt="x").render("htlm")
    assert caught.value.diagnostic.code == "unknown-format"


def test_expressions_of_sympy_are_read() -> None:
    from sympy import Determinant, MatrixSymbol, Symbol, Trace, log, symbols

    m, n, p = symbols("m n p")
    factor = Symbol("lam")
    data, weights, seen, square = (
        MatrixSymbol("X", m, n),
        MatrixSymbol("R", n, p),
        MatrixSymbol("Y", m, p),
        MatrixSymbol("S", n, n),
    )
    rest = data * weights - seen
    assert str(matgrad.gradient(Trace(rest.T * rest) / m, weights)).startswith("2/m Xᵀ(XR − Y)")
    assert str(matgrad.gradient(factor * Trace(weights.T * weights), weights)).startswith("2λR")
    assert str(matgrad.gradient(log(Determinant(square)), square, assume="S spd")).startswith("S⁻¹")
    assert repr(matgrad.solve(Trace(rest.T * rest), weights)) == "R: (XᵀX)⁻¹XᵀY"
    with pytest.raises(InputError):
        matgrad.gradient(3, wrt="x")
