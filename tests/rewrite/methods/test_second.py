"""Hessians by differentials: each line holds, each step runs again, and the result is that of the index method."""

from __future__ import annotations

import pytest

from matgrad_cli.diagnostics import StuckError
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_problem
from matgrad_cli.records import Derivation
from matgrad_cli.records.derivation import steps_in
from matgrad_cli.records.layout import LAYOUTS
from matgrad_cli.rewrite.derive import derive
from matgrad_cli.rulebook.load import rulebook
from matgrad_cli.verify.judge import Judge
from replaying import maker_of, replayed, scene_of

HESSIANS = [
    ("norm(X@w - y)**2", "w", "X: m×n, w: n, y: m", "2XᵀX"),
    ("x.T@A@x/2 - b.T@x", "x", "A: n×n, x: n, b: n", "1/2 (A + Aᵀ)"),
    ("norm(x)**4", "x", "x: n", "4‖x‖²I + 8xxᵀ"),
    ("norm(x)", "x", "x: n", "I/‖x‖ − xxᵀ/‖x‖³"),
    ("log(a.T@x)", "x", "a: n, x: n", "−aaᵀ/(aᵀx)²"),
    ("logsumexp(A@x)", "x", "A: m×n, x: n", "Aᵀ(diag(softmax(Ax)) − softmax(Ax) softmax(Ax)ᵀ)A"),
    ("exp(-norm(x-y)**2/2)", "x", "x: n, y: n", "exp(−1/2 ‖x − y‖²) ((x − y)(x − y)ᵀ − I)"),
    ("exp(-t)*a + t**3", "t", "t: scalar, a: scalar", "6t + a exp(−t)"),
    ("b.T@x", "x", "b: n, x: n", "0"),
    ("sum(softmax(x)*c)", "x", "x: n, c: n", None),
    (r"\sum_i (y_i - w^\top x_i)^2", "w", "x: n×d, w: d, y: n", "2xᵀx"),
]


def hessian(loss: str, wrt: str, shapes: str, layout: str = "gradient") -> Derivation:
    return derive(read_problem(loss, wrt, [shapes]), "differential", layout, order=2)


@pytest.mark.parametrize(("loss", "wrt", "shapes", "text"), HESSIANS)
def test_a_hessian(loss: str, wrt: str, shapes: str, text: str | None) -> None:
    found = hessian(loss, wrt, shapes)
    assert found.result.matrix is not None
    assert text in (None, to_unicode(found.result.matrix))
    assert found.readoff.verdict.holds
    assert [step.rule for step in found.steps if not step.verdict.holds] == []
    other = derive(read_problem(loss, wrt, [shapes]), order=2).result
    assert found.result.letters == other.letters
    assert Judge(found.problem).compare_over(found.result.entry, other.entry, other.letters).holds


@pytest.mark.parametrize(("loss", "wrt", "shapes", "text"), HESSIANS)
def test_its_steps_run_again(loss: str, wrt: str, shapes: str, text: str | None) -> None:
    found, book = hessian(loss, wrt, shapes), rulebook()
    scene = scene_of(found, book)
    made = [step for step in steps_in(found.steps) if maker_of(step, book) != "group"]
    assert [step.rule for step in made if replayed(step, scene) is not step.after] == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_each_layout(layout: str) -> None:
    assert hessian("x.T@A@x", "x", "A: n×n, x: n", layout).readoff.verdict.holds


@pytest.mark.parametrize("method", ["differential", "chain"])
def test_of_a_matrix_the_index_method_gives_it(method: str) -> None:
    with pytest.raises(StuckError) as caught:
        derive(read_problem("norm(X)**2", "X", ["X: m×n"]), method, order=2)
    assert "`--method index`" in str(caught.value.diagnostic.help)
