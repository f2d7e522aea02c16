"""Verdicts: equal lines are seen to be equal, mutants differ, what cannot be decided is unknown."""

import time
from fractions import Fraction
from itertools import pairwise

import pytest

from matgrad_cli.facts import Fact, Problem
from matgrad_cli.ir import (
    NUMBER,
    Call,
    Constant,
    Delta,
    Differential,
    Dim,
    Entry,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    LinearMap,
    MatrixOf,
    Number,
    Partial,
    Power,
    Shape,
    Size,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
    over,
    reciprocal,
    sub,
    sum_over,
    transpose,
)
from matgrad_cli.verify.judge import Judge

M, N, P = Dim.of("m"), Dim.of("n"), Dim.of("p")
X, R, Y, A = Symbol("X", Shape(M, N)), Symbol("R", Shape(N, P)), Symbol("Y", Shape(M, P)), Symbol("A", Shape(N, N))
w, z, c = Symbol("w", Shape(N)), Symbol("z", Shape(M)), Symbol("c", NUMBER)
i, j, k, s, t = Index("i", M), Index("j", P), Index("k", N), Index("s", N), Index("t", P)
E = sub(matmul(X, R), Y)
LOSS = over(Power(Call("norm", E), Number(2)), Size(M))
HALF = Number(Fraction(1, 2))


def forum_lines():
    def d(body):
        return Partial(body, R, s, t)

    e, m = Entry(E, i, j), reciprocal(Size(M))
    two = Number(2)
    return [
        d(LOSS),
        mul(m, d(sum_over((i, j), Power(e, two)))),
        mul(m, sum_over((i, j), d(Power(e, two)))),
        mul(m, sum_over((i, j), mul(two, e, d(e)))),
        mul(two, m, sum_over((i, j), mul(e, d(sum_over((k,), mul(Entry(X, i, k), Entry(R, k, j))))))),
        mul(two, m, sum_over((i, j, k), mul(e, Entry(X, i, k), d(Entry(R, k, j))))),
        mul(two, m, sum_over((i, j, k), mul(e, Entry(X, i, k), Delta(k, s), Delta(j, t)))),
        mul(two, m, sum_over((i, j), mul(e, Entry(X, i, s), Delta(j, t)))),
        mul(two, m, sum_over((i,), mul(Entry(E, i, t), Entry(X, i, s)))),
        mul(two, m, Entry(matmul(transpose(X), E), s, t)),
    ]


def judge(loss=LOSS, wrt=R, variables=(X, R, Y), *facts):
    return Judge(Problem(loss, wrt, variables, tuple(facts)))


def test_the_forum_derivation_is_proved():
    lines, court = forum_lines(), judge()
    assert [court.compare(a, b).kind for a, b in pairwise(lines)] == ["proved"] * 9
    assert court.check_derivative(lines[-1], (s, t)).kind == "proved"
    assert "sizes m=" in court.compare(lines[0], lines[1]).by


def test_mutants_differ_with_small_witnesses():
    court, right = judge(), forum_lines()[-1]
    e = Entry(E, i, t)
    mutants = [
        neg(right),
        mul(HALF, right),
        mul(Number(2), reciprocal(Size(M)), Entry(matmul(transpose(X), Y), s, t)),
        mul(Number(2), reciprocal(Size(N)), Entry(matmul(transpose(X), E), s, t)),
        mul(Number(2), reciprocal(Size(M)), sum_over((i,), mul(e, Entry(X, i, s), e))),
    ]
    for mutant in mutants:
        verdict = court.check_derivative(mutant, (s, t))
        assert verdict.kind == "differs"
        assert verdict.witness is not None
        assert verdict.witness.left != verdict.witness.right
        assert dict(verdict.witness.values).keys() <= {"X", "R", "Y"}


def test_a_transpose_is_seen_also_where_it_is_square():
    loss = matmul(transpose(w), A, w)
    court = judge(loss, w, (w, A))
    right, wrong = matmul(add(A, transpose(A)), w), mul(Number(2), matmul(A, w))
    entry = Entry(right, s, None)
    assert court.check_derivative(entry, (s,)).kind == "proved"
    assert court.check_derivative(Entry(wrong, s, None), (s,)).kind == "differs"
    informed = judge(loss, w, (w, A), Fact(A, "symmetric"))
    assert informed.compare(right, wrong).kind == "proved"


def test_facts_about_wrt_restrict_points_not_directions():
    loss = Call("logdet", A)
    court = judge(loss, A, (A,), Fact(A, "spd"))
    u, v = Index("u", N), Index("v", N)
    assert court.check_derivative(Entry(Inverse(A), u, v), (u, v)).kind == "proved"
    doubled = sub(mul(Number(2), Inverse(A)), Hadamard((Inverse(A), Eye(N))))
    assert court.check_derivative(Entry(doubled, u, v), (u, v)).kind == "differs"


def test_form_comes_first():
    court = judge()
    assert court.compare(X, transpose(X)).by == "shapes differ: m×n and n×m"
    assert court.compare(Entry(X, i, k), Entry(X, i, 0)).by == "free indices differ: i, k and i"
    assert court.compare(Partial(Call("tr", matmul(A, A)), R, s, t), Number(0)).kind == "proved"


def test_oracles():
    court = judge(Call("sum", Call("tanh", w)), w, (w,))
    u = Call("exp", w)
    ones = Fill(1, w.shape)
    sigma = Call("sigmoid", w)
    assert court.compare(Call("sigmoid", neg(w)), sub(ones, sigma)).kind == "proved"
    assert (
        court.compare(Call("tanh", w), sub(mul(Number(2), Call("sigmoid", mul(Number(2), w))), ones)).kind == "proved"
    )
    assert court.compare(Call("log", u), w).kind == "proved"
    assert court.compare(Hadamard((u, u)), Call("exp", mul(Number(2), w))).kind == "proved"
    assert court.compare(Hadamard((u, u, u)), Call("exp", mul(Number(3), w))).kind == "agrees"
    assert court.compare(add(Power(Call("sin", w), Number(2)), Power(Call("cos", w), Number(2))), ones).kind == "agrees"
    assert court.compare(Call("exp", w), Call("expm1", w)).kind == "differs"


def test_what_has_a_value_nowhere_is_not_proved():
    """An oracle does not know that sin² + cos² is 1: that a number divided by the difference has a value is seen in
    floats."""
    court = judge(Call("sum", w), w, (w,))
    nothing = add(Power(Call("sin", c), Number(2)), Power(Call("cos", c), Number(2)), Number(-1))
    for divided in (reciprocal(nothing), Inverse(mul(nothing, Eye(N)))):
        assert not court.compare(add(mul(Number(0), divided), divided), divided).holds
    assert court.compare(sub(Call("tanh", c), Call("tanh", c)), Number(0)).kind == "proved"


def test_roots_and_signs_are_left_to_floats():
    court = judge(Call("norm", w), w, (w,))
    assert court.check_derivative(Entry(mul(reciprocal(Call("norm", w)), w), s, None), (s,)).kind == "agrees"
    assert court.compare(Call("abs", w), w).kind == "differs"
    assert court.compare(Call("abs", Power(w, Number(2))), Power(w, Number(2))).kind == "agrees"
    assert court.compare(Power(Power(w, Number(2)), HALF), w).kind == "differs"
    assert court.compare(Power(Call("abs", w), Number(2)), Power(w, Number(2))).kind == "proved"


def test_a_point_outside_the_domain_is_no_verdict():
    court = judge(Call("log", Call("det", A)), A, (A,))
    u, v = Index("u", N), Index("v", N)
    assert court.check_derivative(Entry(transpose(Inverse(A)), u, v), (u, v)).kind == "proved"
    assert court.check_derivative(Entry(Inverse(A), u, v), (u, v)).kind == "differs"
    nowhere = judge(Call("log", neg(Power(c, Number(2)))), c, (c,))
    assert nowhere.compare(Call("log", c), Call("log", neg(neg(c)))).kind in ("proved", "unknown")
    assert nowhere.compare(Call("sqrt", sub(neg(Power(c, Number(2))), Number(1))), c).kind == "unknown"


def test_losses_that_need_a_domain():
    one = Fill(1, w.shape)
    losses = [
        Call("sum", Call("log", w)),
        Call("log", matmul(transpose(w), A, w)),
        Call("sqrt", sub(Number(1), matmul(transpose(w), w))),
        Call("sum", Call("acosh", add(one, w))),
        Call("log", Call("det", matmul(transpose(X), X))),
        Call("sum", Call("log", sub(one, w))),
    ]
    for loss in losses:
        variables = tuple(sorted(loss.symbols, key=lambda symbol: symbol.name))
        court = judge(loss, variables[0], variables)
        assert len(list(court.float_points())) == 5, loss


def test_impossible_facts_are_unknown():
    court = judge(Call("sum", A), A, (A,), Fact(A, "antisymmetric"), Fact(A, "spd"))
    verdict = court.compare(A, transpose(A))
    assert verdict.kind == "unknown"
    assert "antisymmetric and spd" in verdict.by


def test_differentials_maps_and_constants():
    court = judge(Power(Call("norm", X), Number(2)), X, (X,))
    d = Differential(Power(Call("norm", X), Number(2)), X)
    dx = Differential(X, X)
    assert court.compare(d, mul(Number(2), Call("tr", matmul(transpose(X), dx)))).kind == "proved"
    assert court.compare(d, Call("tr", matmul(transpose(X), dx))).kind == "differs"
    h = Symbol("H", X.shape)
    assert (
        court.compare(LinearMap(h, Call("inner", X, h)), LinearMap(h, Call("tr", matmul(transpose(h), X)))).kind
        == "proved"
    )
    assert court.compare(mul(Constant("pi"), X), mul(Number(Fraction(22, 7)), X)).kind == "differs"


def test_second_order():
    loss = matmul(transpose(w), A, w)
    u = Index("u", N)
    court = judge(loss, w, (w, A))
    assert court.check_derivative(Entry(add(A, Transpose(A)), s, u), (s, u), 2).kind == "proved"
    assert court.check_derivative(Entry(mul(Number(2), A), s, u), (s, u), 2).kind == "differs"


def test_sizes_respect_facts():
    tall = judge(Call("logdet", matmul(transpose(X), X)), X, (X,), Fact(X, "tall"))
    for place in tall.float_points():
        assert place.point.size(M) > place.point.size(N)
    square = judge(Call("sum", X), X, (X,), Fact(X, "square"))
    for place in square.exact_points():
        assert place.point.size(M) == place.point.size(N)


def test_constants_spread_over_the_letters_of_a_derivative():
    court = judge(Call("sum", X), X, (X,))
    u, v = Index("u", M), Index("v", N)
    assert court.check_derivative(Number(1), (u, v)).kind == "proved"
    assert court.check_derivative(Number(2), (u, v)).kind == "differs"
    assert court.compare(MatrixOf(u, v, Partial(Call("sum", X), X, u, v)), Fill(1, X.shape)).kind == "proved"


@pytest.mark.thorough
def test_too_large_is_unknown():
    n = [Index(f"a{number}", N) for number in range(30)]
    many = mul(*[Entry(w, index, None) for index in n])
    court = judge(Call("sum", w), w, (w,))
    assert court.compare(many, mul(Number(2), many)).kind == "unknown"


@pytest.mark.bench
def test_speed():
    lines = forum_lines()
    begin = time.process_time()
    court = judge()
    for a, b in pairwise(lines):
        court.compare(a, b)
    court.check_derivative(lines[-1], (s, t))
    assert time.process_time() - begin < 0.2
    begin = time.process_time()
    for number in range(100):
        court.compare(lines[-1], add(lines[-1], mul(Number(number), lines[-1]), mul(Number(-number), lines[-1])))
    assert time.process_time() - begin < 1
    assert z.shape is not w.shape
