"""Terms of one form: their sum is the sum term by term, and one pair of them may stand for all of its kind."""

from __future__ import annotations

import pytest

from matgrad_cli.ir import Add, Differential, Expr, Partial, Symbol, nodes_of, substitute, transpose
from matgrad_cli.ir.alike import form_of
from matgrad_cli.ir.dimensions import Index
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.verify.arrays.tensor import total
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.probes import kinds_of_pairs

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


SIX = [f"A{number}" for number in range(6)]


@pytest.mark.parametrize(
    ("before", "after", "assume", "kinds", "equal"),
    [
        ("tr({A}@X)", "tr(X@{A})", "", 1, True),
        ("tr({A}@X)", "tr({A}.T@X)", "", 1, False),
        ("tr({A}@X)", "tr({A}.T@X)", "A0 symmetric", 2, False),
        ("tr({A}@X)", "tr({A}.T@X)", ", ".join(f"{name} symmetric" for name in SIX), 1, True),
    ],
)
def test_one_pair_of_terms_stands_for_all_of_its_kind(
    before: str, after: str, assume: str, kinds: int, equal: bool
) -> None:
    """But not for one of whose variable something else is known."""
    shapes = ", ".join(f"{name}: n×n" for name in (*SIX, "X"))
    sides = [" + ".join(text.format(A=name) for name in SIX) for text in (before, after)]
    one, other = (read_problem(side, "X", [shapes], [assume] if assume else []) for side in sides)
    court = Judge(one)
    row, col = Index("s", one.wrt.shape.rows), Index("t", one.wrt.shape.cols)
    left, right = (Add(tuple(Partial(term, one.wrt, row, col) for term in side.loss.children)) for side in (one, other))
    assert len(kinds_of_pairs(left, right, court.setting.words)) == kinds
    assert court.compare_over(left, right, (row, col)).holds is equal


@pytest.mark.parametrize("number", range(6))
def test_a_term_that_is_wrong_alone(number: int) -> None:
    shapes = ", ".join(f"{name}: n×n" for name in (*SIX, "X"))
    problem = read_problem(" + ".join(f"tr({name}@X)" for name in SIX), "X", [shapes])
    right = [term if place != number else transposed for place, (term, transposed) in enumerate(_terms(problem.loss))]
    assert not Judge(problem).compare(problem.loss, Add(tuple(right))).holds


def test_a_variable_by_which_is_differentiated_is_no_other() -> None:
    """∂ tr(AX)/∂X is Aᵀ, and ∂ tr(AX)/∂A is not: such terms are of two kinds."""
    problem = read_problem("tr(A@X)", "X", ["A: n×n, X: n×n"])
    (a, x), loss = problem.variables, problem.loss
    row, col = Index("s", x.shape.rows), Index("t", x.shape.cols)
    sums = (Add(tuple(Partial(loss, one, row, col) for one in (x, a, x, a, x, a))) for _ in range(2))
    assert len(kinds_of_pairs(*sums, {})) == 2


def _terms(loss: Expr) -> list[tuple[Expr, Expr]]:
    """The terms tr(AX), and tr(AᵀX) for each."""
    found = []
    for term in loss.children:
        a = next(node for node in nodes_of(term) if isinstance(node, Symbol) and node.name != "X")
        found.append((term, substitute(term, {a: transpose(a)})))
    return found
