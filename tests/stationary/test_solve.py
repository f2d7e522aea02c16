"""From the loss to the point where the gradient is zero: the printed code is run,
and its point is compared with points around it."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
from closed_forms import CASES, SENTENCES
from solving import D, all_run_again, printed, run, spd

import matgrad_cli as matgrad
from matgrad_cli.diagnostics import InputError, StuckError
from matgrad_cli.ir import Number, mul
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.render.optimum.formats import solution_data
from matgrad_cli.rewrite.forms.algebra import zero
from matgrad_cli.verify.judge import Judge
from matgrad_cli.verify.solving.system import solved_by
from matgrad_cli.verify.solving.unknowns import System

SIZES = {"m": 7, "n": 4, "p": 3, "k": 2, "q": 5}


def arguments(function: Any, shapes: str, assume: str) -> dict[str, Any]:
    """Random data for the parameters of a printed function."""
    sizes = {name.strip(): size.strip() for name, _, size in (part.partition(":") for part in shapes.split(","))}
    found: dict[str, Any] = {}
    for name in inspect.signature(function).parameters:
        side = [SIZES[part] for part in sizes[name].split("×")] if sizes[name] != "scalar" else []
        value = (
            spd(side[0])
            if f"{name} spd" in assume
            else np.abs(D.normal(size=side)) + 0.5
            if f"{name} positive" in assume
            else D.uniform(0.1, 0.9, side)
            if f"{name} unit_interval" in assume
            else D.normal(size=side)
        )
        found[name] = float(value) if not side else value
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("name", CASES)
def test_the_printed_solution_is_the_known_one(name: str) -> None:
    loss, wrt, shapes, assume, constraint, known = CASES[name]
    optimum = matgrad.solve(loss, wrt, shapes, assume, subject_to=constraint or ())
    assert optimum.verified
    code = optimum.render("numpy")
    function = printed(optimum)
    given = arguments(function, shapes, assume)
    np.testing.assert_allclose(function(**given), known(**given), rtol=1e-8, atol=1e-9)
    assert "linalg.inv(" not in code or name == "precision"
    assert solution_data(optimum.solution)["kind"] == "minimum"
    assert all_run_again(optimum)
    for style in ("text", "markdown", "html"):
        assert optimum.render(style)
    assert optimum.render("latex").isascii()


KINDS = {"mu.T@w - w.T@S@w/2": "maximum", "w.T@S@w/2 - mu.T@w": "minimum"}


@pytest.mark.parametrize("loss", KINDS)
def test_a_maximum_is_told_from_a_minimum(loss: str) -> None:
    assert matgrad.solve(loss, "w", "w: n, S: n×n, mu: n", "S spd").solution.extremum.kind == KINDS[loss]


def test_a_saddle_is_one() -> None:
    assert matgrad.solve("x.T@A@x - b.T@x", "x", "A: n×n, x: n, b: n").solution.extremum.kind in ("saddle", "unknown")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "told", "advised"),
    [
        ("tr(S@C) - logdet(S)", "", True),
        ("logdet(S) + tr(inv(S)@C)", "", True),
        ("n/2*logdet(S) + tr(inv(S)@C)/2", "", True),
        ("logdet(S) + tr(inv(S)@C)", "C spd", True),
        ("logdet(S) + tr(inv(S)@C)", "S spd", False),
        ("norm(S - C)**2", "", False),
        ("tr(S@A@S.T@B) - tr(C@S)", "", False),
    ],
)
def test_a_covariance_is_to_be_told(loss: str, told: str, advised: bool) -> None:
    shapes = "S: m×m, C: m×m" + (", n: scalar" if "n/2" in loss else "")
    page = " ".join(matgrad.solve(loss, "S", shapes, told).render("text").split())
    assert ('with `--assume "S spd"` it is a minimum' in page) == advised


UNDECIDED = {
    "a number before the loss": (
        "lam*norm(X@w - y)**2",
        "w",
        "X: m×n, w: n, y: m, lam: scalar",
        "",
        "lam",
        "minimum",
        "maximum",
    ),
    "ridge": ("norm(X@w - y)**2 + lam*norm(w)**2", "w", "X: m×n, w: n, y: m, lam: scalar", "", "lam", "minimum", None),
    "against the ridge": (
        "norm(X@w - y)**2 - lam*norm(w)**2",
        "w",
        "X: m×n, w: n, y: m, lam: scalar",
        "",
        "-lam",
        "minimum",
        None,
    ),
    "quadratic form": ("x.T@A@x/2 - b.T@x", "x", "A: n×n, x: n, b: n", "A symmetric", "A", "minimum", "maximum"),
    "any matrix": ("x.T@A@x/2 - b.T@x", "x", "A: n×n, x: n, b: n", "", "A", "minimum", "maximum"),
    "weights": ("(X@w - y).T@W@(X@w - y)", "w", "X: m×n, w: n, y: m, W: m×m", "W diagonal", "W", "minimum", "maximum"),
    "smoothing": (
        "norm(w - d)**2/2 + tau*w.T@A@w",
        "w",
        "w: n, d: n, A: n×n, tau: scalar",
        "A spd",
        "tau",
        "minimum",
        None,
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", UNDECIDED)
def test_a_kind_that_depends_on_the_data_is_said_under_its_condition(name: str) -> None:
    loss, wrt, shapes, assume, deciding, first, second = UNDECIDED[name]
    optimum = matgrad.solve(loss, wrt, shapes, assume)
    found, data = optimum.solution.extremum, solution_data(optimum.solution)
    assert found.kind == data["kind"] == "unknown"
    assert (
        [kind for kind, _ in found.cases]
        == [one["kind"] for one in data["cases"]]
        == [kind for kind in (first, second) if kind]
    )
    ((_, symbol),) = found.cases[0][1].values
    assert symbol.name == deciding.removeprefix("-")
    assert ("< 0" in found.cases[0][1].template) is deciding.startswith("-")
    assert "The stationary point of" in optimum.render("numpy")
    assert ": a minimum if" in optimum.render("numpy")
    for style in ("text", "markdown", "latex"):
        assert "this is a minimum if" in optimum.render(style).lower()


@pytest.mark.thorough
def test_only_data_count_for_which_the_solution_keeps_the_facts_of_the_unknown() -> None:
    found = matgrad.solve("n/2*logdet(S) + tr(inv(S)@C)/2", "S", "S: d×d, C: d×d, n: scalar", "S spd, C spd").solution
    assert found.extremum.kind == "minimum"
    assert [said.template for said in found.conditions] == ["{0} ≠ 0", "{0} is symmetric positive definite"]


@pytest.mark.thorough
def test_both_roots_can_be_had() -> None:
    low, high = (
        matgrad.solve("x**3/3 - a*x", "x", "a: scalar, x: scalar", "a positive", maximize=up).solution
        for up in (False, True)
    )
    assert (low.extremum.kind, high.extremum.kind) == ("minimum", "maximum")
    assert "is zero at {0} too, which is a local maximum" in low.without[-2].template


def test_a_kind_that_no_sign_decides_names_the_hessian() -> None:
    optimum = matgrad.solve("w.T@(A - B)@w/2 - b.T@w", "w", "w: n, A: n×n, B: n×n, b: n", "A spd, B spd")
    assert optimum.solution.extremum.kind == "unknown"
    assert "it depends on the data what kind of point this is: a minimum where the Hessian A − B" in optimum.render(
        "text", width=200
    )


def test_divisors_are_said_plainly() -> None:
    text = matgrad.solve("norm(w - d)**2/2", "w", "w: n, d: n", subject_to="sum(w) = 1").render("text")
    assert "(−1)" not in text
    assert "mean(𝟏)" not in matgrad.solve("norm(X - ones(N)@mu.T)**2/(2*N)", "mu", "X: N×d, mu: d").render("text")


def test_under_a_constraint_no_step_without_it_is_offered() -> None:
    with pytest.raises(StuckError) as caught:
        matgrad.solve("norm(X - X@v@v.T)**2", "v", "X: m×n, v: n", subject_to="v.T@v = 1")
    said = " ".join((*caught.value.diagnostic.notes, caught.value.diagnostic.help or ""))
    assert "step" not in said
    assert "multiplier λ" in said


@pytest.mark.thorough
def test_stacked_columns() -> None:
    optimum = matgrad.solve("norm(A@X + X@B - C)**2", "X", "A: n×n, X: n×n, B: n×n, C: n×n")
    a, b, c = D.normal(size=(3, 4, 4))
    x = run(optimum, a, b, c)
    np.testing.assert_allclose(a @ x + x @ b, c, atol=1e-7)
    assert optimum.solution.moves[-1].rule == "eq-vec"
    assert all_run_again(optimum)
    assert "is invertible" in optimum.solution.conditions[-1].template


@pytest.mark.thorough
def test_a_letter_that_is_divided_by_must_not_be_zero() -> None:
    optimum = matgrad.solve("lam*norm(X@w - y)**2", "w", "X: m×n, w: n, y: m, lam: scalar")
    assert "it is assumed that λ ≠ 0" in optimum.render("text")
    for loss, said in (("a*x**2 - b*x", {"a ≠ 0"}), ("a*log(x) - b*x", {"a/b > 0"})):
        page = matgrad.solve(loss, "x", "a: scalar, b: scalar, x: scalar").render("text")
        assert set(re.findall("it is assumed that (.*)", page)) == said
    assert "≠ 0" not in matgrad.solve(
        "lam*norm(X@w - y)**2", "w", "X: m×n, w: n, y: m, lam: scalar", "lam positive"
    ).render("text")


def test_an_extremum_that_is_not_there_is_refused() -> None:
    with pytest.raises(StuckError, match="is a minimum, and no maximum"):
        matgrad.solve("norm(X@w - y)**2", "w", "X: m×n, w: n, y: m", maximize=True)
    with pytest.raises(InputError):
        matgrad.solve("norm(w)**2", "w", "w: n", maximize=True, minimize=True)


@pytest.mark.thorough
@pytest.mark.parametrize("loss", ["sum(exp(X@w)) - y.T@X@w", "norm(X@w - y) + norm(w)", "(w.T@w - 1)**2", "y.T@X@w"])
def test_without_a_closed_form_it_says_so(loss: str) -> None:
    with pytest.raises(StuckError) as caught:
        matgrad.solve(loss, "w", "X: m×n, w: n, y: m")
    assert caught.value.diagnostic.code == "no-closed-form"


def test_where_no_point_is_found_the_reason_is_said() -> None:
    for loss, constraint, said in (
        ("b.T@x", (), "the gradient does not depend on `x`"),
        ("b.T@x", "sum(x) = 1", "the gradient of the Lagrangian does not depend on `x`"),
        ("norm(A@x - b)**2/2 + norm1(x)", (), "found where no entry of x is 0"),
    ):
        with pytest.raises(StuckError) as caught:
            matgrad.solve(loss, "x", "x: n, A: m×n" + (", b: m" if "A" in loss else ", b: n"), subject_to=constraint)
        assert said in " ".join((caught.value.diagnostic.message, *caught.value.diagnostic.notes))


def test_a_multiplier_that_stands_in_itself_is_not_solved_for() -> None:
    with pytest.raises(StuckError):
        matgrad.solve("x.T@y", "x", "x: n, y: n", subject_to=["sum(x) = 1", "x.T@x = 1"])


def test_every_move_keeps_the_solutions_and_says_its_conditions() -> None:
    solution = matgrad.solve("norm(X@w - y)**2", "w", "X: m×n, w: n, y: m").solution
    assert [move.rule for move in solution.moves] == ["eq-divide-number", "eq-open", "eq-move-terms", "eq-inverse-left"]
    assert all(move.verdict.kind == "agrees" for move in solution.moves)
    assert len(solution.conditions) == len(solution.without) == 1


WITHOUT_ONE = {
    "constraints that contradict each other": ("norm(x)**2", "x: n", "", ("sum(x) = 0", "sum(x) = 1")),
    "a constraint without the unknown": ("norm(x)**2", "x: n", "", ("1 = 0",)),
    "a quotient by a matrix of no sign": ("x.T@A@x/(x.T@B@x)", "x: n, A: n×n, B: n×n", "", ()),
    "a negative length": ("x.T@A@x", "x: n, A: n×n", "", ("norm(x)**2 = -1",)),
    "a loss that is zero": ("x.T@A@x", "x: n, A: n×n", "A antisymmetric", ("x.T@x = 1",)),
    "a loss of columns that is zero": ("tr(x.T@A@x)", "x: n×k, A: n×n", "A antisymmetric", ("x.T@x = eye(k)",)),
    "a root of no sign": ("sum(sqrt(x))", "x: n", "", ("sum(x) = 1",)),
    "a denominator that vanishes": ("log(norm(x - a)**2)", "x: n, a: n", "", ()),
    "a denominator that may vanish": ("log(norm(A@x - b)**2)", "x: n, A: m×n, b: m", "", ()),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", WITHOUT_ONE)
def test_what_fails_where_a_supposition_fails_is_no_contradiction(name: str) -> None:
    loss, shapes, assume, constraints = WITHOUT_ONE[name]
    with pytest.raises(StuckError, match=r"no closed form|the constraints hold"):
        matgrad.solve(loss, "x", shapes, assume, subject_to=constraints)


@pytest.mark.thorough
def test_entries_decide_nothing_where_definiteness_does() -> None:
    kinds = matgrad.solve(
        "a.T@x", "x", "a: n, x: n, A: n×n", "A symmetric", subject_to="x.T@A@x = 1"
    ).solution.extremum.cases
    assert [(kind, where.template) for kind, where in kinds] == [("minimum", "{s0} is positive definite")]
    found = matgrad.solve("sum(C*(X - B)**2)", "X", "X: n×n, B: n×n, C: n×n", "C symmetric").solution.extremum.cases
    assert [kind for kind, _ in found] == ["minimum", "maximum"]


def test_a_matrix_of_rank_one_is_not_supposed_to_be_invertible() -> None:
    with pytest.raises(StuckError):
        matgrad.solve("norm(b@a.T@x - c)**2", "x", "a: n, x: n, b: m, c: m")


def test_where_a_matrix_is_singular_there_may_be_no_solution() -> None:
    for loss, wrt, assume, said in (
        ("norm(X@w - y)**2", "w", (), "many solutions;"),
        ("norm(W@X - 2*Y)**2", "W", (), "many solutions;"),
        ("w.T@A@w/2 - b.T@w", "w", "A symmetric", "many solutions or none;"),
    ):
        assert said in matgrad.solve(loss, wrt, assume=assume).render("text", width=200)


def test_an_equation_with_the_unknown_on_both_sides_of_a_matrix() -> None:
    optimum = matgrad.solve("tr(X@A) + tr(inv(X)@B)", "X", "X: n×n, A: n×n, B: n×n", "X spd, A spd, B spd")
    assert [move.rule for move in optimum.solution.moves] == ["eq-multiply-unknown", "eq-riccati"]
    assert all_run_again(optimum)
    assert optimum.solution.extremum.kind == "minimum"
    A, B = (half @ half.T + np.eye(3) for half in np.random.default_rng(3).normal(size=(2, 3, 3)))
    X = run(optimum, A, B)
    assert np.allclose(X @ A @ X, B)
    assert np.allclose(X, X.T)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("loss", "shapes", "assume", "factor"),
    [
        ("n*logdet(Z) + tr(inv(Z) @ S)", "Z: m×m, S: m×m, n: scalar", (), "Zᵀ"),
        ("n*logdet(Z) + tr(inv(Z) @ S)", "Z: m×m, S: m×m, n: scalar", "Z spd, S spd", "Z"),
    ],
)
def test_the_factor_on_both_sides_is_named_and_the_step_judged(
    loss: str, shapes: str, assume: Any, factor: str
) -> None:
    move = matgrad.solve(loss, "Z", shapes, assume).solution.moves[0]
    assert (move.rule, move.verdict.kind) == ("eq-multiply-unknown", "agrees")
    assert to_unicode(dict(move.title.values)["S"]) == factor


def test_a_share_that_some_data_do_not_allow_is_solved_where_they_do() -> None:
    facts = "p unit_interval, k positive, n positive"
    found = matgrad.solve("k*log(p) + (n - k)*log(1 - p)", "p", "k: scalar, n: scalar, p: scalar", facts)
    assert found.render("text").count("p = k/n") == 2


@pytest.mark.thorough
def test_constraints_that_contradict_each_other_are_said() -> None:
    with pytest.raises(StuckError, match="constraints hold together"):
        matgrad.solve("norm(x)**2", "x", "a: n, x: n", subject_to=("a.T@x = 1", "a.T@x = 2"))
    with pytest.raises(StuckError, match=r"the constraints hold\n"):
        matgrad.solve("norm(x)**2", "x", "x: n", subject_to="x.T@x = -1")


@pytest.mark.thorough
def test_a_constraint_on_the_others_alone_is_no_constraint_here() -> None:
    """Each of two vectors has its length: where one is solved for, that of the other is said, and left out."""
    for wrt, other in (("a", "b"), ("b", "a")):
        asked = "a.T@C@b", wrt, "C: m×n, a: m, b: n"
        optimum = matgrad.solve(*asked, subject_to=("a.T@a = 1", "b.T@b = 1"), maximize=True)
        assert optimum.verified
        assert optimum.solution.value is not None
        assert to_unicode(optimum.solution.value) == ("Cb/‖Cb‖" if wrt == "a" else "Cᵀa/‖Cᵀa‖")
        assert f"{other}ᵀ{other} − 1 = 0 does not contain {wrt}" in optimum.render("text")


def test_what_is_known_to_be_invertible_falls_away_first() -> None:
    """K (K a − y + c a) = 0 with K positive definite; without that K may make zero of more."""
    shapes = "K: n×n, a: n, y: n, c: scalar"
    known = matgrad.solve("norm(K@a - y)**2 + c*a.T@K@a", "a", shapes, "K spd, c positive").solution
    open_ = matgrad.solve("norm(K@a - y)**2 + c*a.T@K@a", "a", shapes, "K symmetric, c positive").solution
    assert known.value is not None
    assert to_unicode(known.value) == "(K + cI)⁻¹y"
    assert "eq-drop-left" in [move.rule for move in known.moves]
    assert "eq-drop-left" not in [move.rule for move in open_.moves]


def test_a_number_that_is_never_zero_falls_away() -> None:
    for text in ("log(1 + norm(x - a)**2)", "-exp(-norm(x - a)**2)"):
        solution = matgrad.solve(text, "x", "x: n, a: n").solution
        assert solution.value is not None
        assert to_unicode(solution.value) == "a"


@pytest.mark.thorough
def test_a_matrix_that_would_be_singular_is_no_bug() -> None:
    """I = X⁻¹ a aᵀ X⁻¹ has no solution: X² = a aᵀ has one, which has no inverse."""
    with pytest.raises(StuckError, match=r"no closed form"):
        matgrad.solve("a.T@inv(X)@a + tr(X)", "X", "X: n×n, a: n", "X spd")


def test_a_multiplier_that_stands_below_is_found_as_its_reciprocal() -> None:
    """Power is poured over noisy channels until all levels are alike: p + s is the same everywhere."""
    optimum = matgrad.solve("sum(log(s + p))", "p", "p: n, s: n", "s positive", subject_to="sum(p) = 1", maximize=True)
    assert optimum.verified
    assert optimum.solution.value is not None
    assert to_unicode(optimum.solution.value) == "(sum(s) + 1)/n · 𝟏 − s"
    assert all_run_again(optimum)


@pytest.mark.thorough
@pytest.mark.parametrize("name", SENTENCES)
def test_what_is_said_of_the_point(name: str) -> None:
    asked, said, unsaid = SENTENCES[name]
    optimum = matgrad.solve(*asked)
    page = " ".join(optimum.render("text", width=400).split())
    assert all_run_again(optimum)
    assert [part for part in said if part not in page] == [part for part in unsaid if part in page] == []


def test_data_at_which_what_is_inverted_is_singular_but_for_rounding_do_not_count() -> None:
    found = matgrad.solve("norm(A@x - b)**2", "x", "A: m×n, x: n, b: m, C: p×n, d: p", subject_to="C@x = d").solution
    lines = tuple((one, zero(one.shape)) for one in (found.gradient, *found.constraints))
    asked = Judge(found.derivation.problem), System(lines, (found.unknown, *found.multipliers)), found.unknown
    assert found.value is not None
    assert solved_by(*asked, found.value)
    assert solved_by(*asked, mul(Number(2), found.value)) is False
