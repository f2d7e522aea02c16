"""What a page says is so: of letters that it shows, of what is turned round, of operations by their own rule."""

from __future__ import annotations

import pytest

import matgrad_cli as matgrad
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.rewrite.derive import derive


def test_a_basis_vector_shows_no_letter_of_its_own() -> None:
    page = matgrad.explain("x[2]**2 + x[0]*x[1]", "x", "x: 3").render("text")
    assert "e_3" in page
    assert "with r" not in page
    assert "[X_st]_st" not in page


def test_a_row_that_is_turned_becomes_a_column() -> None:
    page = matgrad.explain("a.T@X.T@X@b", "X", "X: m×n, a: n, b: n").render("text")
    assert "so that it is an entry of a column" in page
    assert "None" not in page


@pytest.mark.parametrize("method", ["differential", "adjoint", "chain"])
def test_logsumexp_of_a_vector_has_a_derivative_of_its_own(method: str) -> None:
    derivation = derive(read_problem("logsumexp(W@x)", "W", ["W: m×n, x: n"]), method=method)
    assert all(step.rule != "logsumexp-matrix" for step in derivation.steps)
    assert derivation.result.matrix is not None
    assert to_unicode(derivation.result.matrix) == "softmax(Wx) xᵀ"


@pytest.mark.parametrize("width", [60, 80])
def test_a_table_of_long_results_stays_on_the_page(width: int) -> None:
    shapes = "W: h×d, V: k×h, x: d, b: h, y: k"
    page = matgrad.explain("norm(V@tanh(W@x + b) - y)**2", "W", shapes, method="all").render(width=width)
    table = page[page.rindex("methods end in lines") :]
    assert max(map(len, table.splitlines())) <= width


def test_the_logarithm_of_a_determinant_is_log_det() -> None:
    problem = read_problem("log(det(X.T@X))", "X", ["X: m×n"])
    assert to_unicode(problem.loss) == "log det(XᵀX)"


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("index", "both sides have the same entry at every place, so the gradient is this"),
        ("differential", "the differential is the last line for every dW, so the gradient is this"),
        ("adjoint", "inner product with the array below for every direction, so the gradient is this"),
        ("chain", "the last line is the derivative, h×d"),
    ],
)  # fmt: skip
def test_a_long_result_is_not_written_twice(method: str, said: str) -> None:
    shapes = "W: h×d, V: k×h, x: d, b: h, y: k"
    page = matgrad.explain("norm(V@tanh(W@x + b) - y)**2 + norm(W@x)**2", "W", shapes, method=method).render(width=200)
    assert said in page
    assert f"{said} " in page or f"{said}\n" in page


@pytest.mark.parametrize("method", ["index", "differential", "chain", "adjoint", "expand"])
def test_a_half_in_front_of_a_mean_is_gone_with_the_square(method: str) -> None:
    page = matgrad.explain("norm(X@W - Y)**2/(2*n)", "W", method=method)
    assert page.render("text", width=200).count("2/(2n)") <= 2  # the step that makes it and the next one


def test_what_agrees_means_in_a_solution_is_said() -> None:
    page = matgrad.solve("norm(X@w - y)**2", "w", "X: n×d, w: d, y: n").render("text", width=200)
    assert "agrees: solved by numbers at random data, the line and the one before it have the same solutions" in page


def test_the_differential_of_a_power_stands_in_brackets_in_latex_too() -> None:
    page = matgrad.explain("a.T@inv(Sigma)@a", "Sigma", method="differential").render("latex")
    assert r"\mathrm{d}(\Sigma^{-1})" in page
    assert r"\mathrm{d}\Sigma^{-1}" not in page


def test_several_methods_are_parts_below_the_heading_in_latex() -> None:
    page = matgrad.explain("norm(X@w - y)**2", "w", method="all").render("latex")
    assert r"\paragraph{" in page
    assert r"\subparagraph{" in page
    assert "section" not in page


def test_the_elementwise_product_has_one_sign_in_every_format() -> None:
    page = matgrad.explain("norm(tanh(W@X) - Y)**2", "W")
    for name, sign in (("text", "∘"), ("html", "∘"), ("latex", r"\circ"), ("markdown", r"\circ")):
        shown = page.render(name)
        assert sign in shown
        assert "⊙" not in shown
        assert r"\odot" not in shown
