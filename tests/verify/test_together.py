"""Terms of one form, evaluated together: whatever comes out is what comes out term by term."""

from __future__ import annotations

import pytest

from matgrad_cli.ir import Add, Differential, Expr, Partial, Symbol
from matgrad_cli.ir.alike import form_of
from matgrad_cli.ir.indices import Index
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.arrays.tensor import total
from matgrad_cli.verify.judge import Judge

TERMS = ["tr({A}@X)", "sum(exp({A}*X))", "tr(inv({A}@X))", "det({A})*tr(X)", "norm({A}@X - B)**2", "tr({A}@X@{A}.T@B)"]


@pytest.mark.parametrize("text", TERMS)
@pytest.mark.parametrize("moving", ["still", "along", "by every entry"])
def test_a_sum_of_terms_of_one_form(text: str, moving: str) -> None:
    names = [f"A{number}" for number in range(5)]
    shapes = ", ".join(f"{name}: n×n" for name in (*names, "X", "B"))
    problem = read_problem(" + ".join(text.format(A=name) for name in names), "X", [shapes])
    loss, wrt = problem.loss, problem.wrt
    assert isinstance(loss, Add)
    assert len({form_of(term).kind for term in loss.terms}) == 1
    row, col = Index("s", wrt.shape.rows), Index("t", wrt.shape.cols)

    def moved(body: Expr) -> Expr:
        if moving == "still":
            return body
        return Differential(body, wrt) if moving == "along" else Partial(body, wrt, row, col)

    for place in Judge(problem).exact_points(2):
        letters = (row, col) if moving == "by every entry" else ()
        each = [place.laid(moved(term), letters) for term in loss.terms]
        assert list(place.laid(moved(loss), letters).data) == list(total(each, place.p).data)


def test_what_has_another_form() -> None:
    problem = read_problem("tr(A@X) + tr(X@A) + tr(A@A) + tr(A@B) + tr(A@X.T)", "X", ["A: n×n, B: n×n, X: n×n"])
    assert isinstance(problem.loss, Add)
    kinds = [form_of(term).kind for term in problem.loss.terms]
    assert kinds[0] == kinds[1] == kinds[3]
    assert len(set(kinds)) == 3
    assert all(isinstance(symbol, Symbol) for symbol in form_of(problem.loss).symbols)
