"""Every fact: its samplers satisfy its test, its violators break it, and what follows by form is true."""

import random

import pytest
from sympy import isprime, primerange

from matgrad_cli.diagnostics import UsageError
from matgrad_cli.facts import Fact, Problem
from matgrad_cli.facts.conditions import CONDITIONS, consequences, parse_fact_word, sample, violating
from matgrad_cli.facts.holding import holds
from matgrad_cli.facts.samplers import Fractions
from matgrad_cli.ir import (
    Add,
    Call,
    Dim,
    Entry,
    Eye,
    Fill,
    Index,
    Inverse,
    MatrixPower,
    Number,
    Power,
    Shape,
    Size,
    Symbol,
    Transpose,
    add,
    matmul,
    mul,
    neg,
)
from matgrad_cli.verify.arrays.tensor import nested
from matgrad_cli.verify.evaluate import Evaluator
from matgrad_cli.verify.fields import PRIME, Floats, Modular, prime_of
from matgrad_cli.verify.points import FloatSource, Point, Setting

M, N = Dim.of("m"), Dim.of("n")
X, A, S = Symbol("X", Shape(M, N)), Symbol("A", Shape(M, M)), Symbol("S", Shape(M, M))
b, c = Symbol("b", Shape(M)), Symbol("c", Shape(Dim.of(1), Dim.of(1)))
WORDS = [
    "symmetric",
    "antisymmetric",
    "spd",
    "orthogonal",
    "idempotent",
    "diagonal",
    "lower",
    "upper",
    "invertible",
    "square",
    "tall",
    "wide",
    "positive",
    "nonnegative",
    "nonzero",
    "unit",
    "unit_interval",
    "simplex",
    "onehot",
    "binary",
    "signs",
]


def sides(word):
    return {"tall": (4, 2), "wide": (2, 4)}.get(word, (3, 3))


@pytest.mark.parametrize("word", sorted(CONDITIONS))
def test_samples_satisfy_and_violations_do_not(word):
    condition = CONDITIONS[word]
    for seed in range(10):
        for source in (Fractions(random.Random(seed), 4), FloatSource(random.Random(seed), "generic")):
            drawn = sample(frozenset((word,)), source, *sides(word))
            assert drawn is not None
            assert all(CONDITIONS[other].test(drawn) for other in consequences(word)), (word, drawn)
            if not condition.sides or (condition.sides == "=" and word != "square"):
                assert not condition.test(violating(frozenset((word,)), word, source, *sides(word)))


def test_the_list_is_the_declared_one():
    assert set(WORDS) | {"det_positive"} == set(CONDITIONS)
    for condition in CONDITIONS.values():
        assert "{0}" in condition.says
        assert set(condition.implies) <= set(CONDITIONS)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("positive definite", "spd"),
        ("one-hot", "onehot"),
        ("Lower Triangular", "lower"),
        ("pm1", "signs"),
        ("skew-symmetric", "antisymmetric"),
        ("unit interval", "unit_interval"),
        ("unit-interval", "unit_interval"),
        ("non-negative", "nonnegative"),
        (" symmetric ", "symmetric"),
    ],
)
def test_synonyms(text, word):
    assert parse_fact_word(text) == word


def test_unknown_words_get_the_nearest():
    with pytest.raises(UsageError) as caught:
        parse_fact_word("simetric")
    assert caught.value.diagnostic.code == "unknown-fact"
    assert caught.value.diagnostic.help == "write `symmetric`"


@pytest.mark.parametrize(
    "words",
    [
        {"symmetric", "orthogonal"},
        {"diagonal", "spd"},
        {"diagonal", "positive"},
        {"symmetric", "positive"},
        {"symmetric", "invertible"},
        {"diagonal", "orthogonal"},
        {"spd", "positive"},
        {"lower", "invertible"},
        {"binary", "symmetric"},
        {"unit", "positive"},
    ],
)
def test_facts_together(words):
    words = frozenset(words)
    drawn = sample(words, FloatSource(random.Random(3), "generic"), 3, 3)
    if words == {"diagonal", "positive"}:
        assert drawn is not None
        assert all((value > 0) == (i == j) for i, row in enumerate(drawn) for j, value in enumerate(row))
    elif words != {"unit", "positive"}:
        assert drawn is not None
        assert all(CONDITIONS[word].test(drawn) for word in words)


def problem(*facts):
    return Problem(Call("sum", X), X, (X, A, S, b, c), tuple(Fact(symbol, word) for symbol, word in facts))


KNOWN = [
    (matmul(Transpose(X), X), "symmetric"),
    (matmul(X, Transpose(X)), "symmetric"),
    (add(A, Transpose(A)), "symmetric"),
    (matmul(Transpose(X), S, X), "symmetric"),
    (Inverse(S), "symmetric"),
    (Inverse(S), "spd"),
    (Call("diag", b), "symmetric"),
    (Eye(M), "orthogonal"),
    (S, "invertible"),
    (matmul(S, S), "symmetric"),
    (MatrixPower(S, 3), "spd"),
    (Call("exp", X), "positive"),
    (Call("exp", X), "nonzero"),
    (add(S, Eye(M)), "spd"),
    (matmul(Transpose(b), b), "nonnegative"),
    (matmul(Transpose(b), S, b), "nonnegative"),
    (Power(c, Number(2)), "nonnegative"),
    (add(Number(1), Power(c, Number(2))), "positive"),
    (Size(M), "positive"),
    (Call("det", S), "positive"),
    (Call("softmax", b), "simplex"),
    (Call("softmax", b), "unit_interval"),
    (Fill(1, Shape(M, M)), "symmetric"),
    (Add((matmul(X, Transpose(X)), S)), "spd"),
    (add(mul(Number(2), A), mul(Number(2), Transpose(A))), "symmetric"),
    (add(Fill(1, b.shape), neg(Call("sigmoid", b))), "positive"),
    (add(Fill(1, b.shape), neg(Call("softmax", b))), "nonnegative"),
    (add(Fill(1, X.shape), neg(Power(Call("tanh", X), Number(2)))), "positive"),
    (add(Number(2), Call("sin", c)), "positive"),
    (Entry(Call("softmax1", X), Index("i", M), Index("j", N)), "positive"),
]


@pytest.mark.parametrize(("expr", "word"), KNOWN)
def test_what_follows_by_form(expr, word):
    given = problem((S, "spd"))
    assert holds(expr, word, given) is True
    for number in range(4):
        point = Point(Setting(given, 1), number, "generic", Floats())
        value = nested(Evaluator(point).value(expr))
        rows = (
            [[value]]
            if not isinstance(value, list)
            else [[v] for v in value]
            if not isinstance(value[0], list)
            else value
        )
        assert CONDITIONS[word].test(rows)


@pytest.mark.parametrize(
    ("expr", "word"),
    [
        (A, "symmetric"),
        (matmul(A, S), "symmetric"),
        (neg(S), "spd"),
        (X, "positive"),
        (matmul(Transpose(X), A, X), "symmetric"),
        (c, "nonzero"),
        (A, "invertible"),
        (matmul(S, add(S, A)), "symmetric"),
        (Call("tanh", X), "positive"),
        (add(S, A), "invertible"),
        (add(Fill(1, b.shape), neg(Call("softmax", b))), "positive"),
        (add(Fill(1, X.shape), neg(Power(X, Number(2)))), "nonnegative"),
        (add(Number(1), Call("sin", c)), "positive"),
    ],
)
def test_what_is_not_known(expr, word):
    assert holds(expr, word, problem((S, "spd"))) is None


def test_facts_modulo_a_prime():
    given = problem((A, "orthogonal"), (S, "symmetric"), (b, "unit"))
    place = Evaluator(Point(Setting(given), 0, "exact", Modular("0")))
    gram = nested(place.value(matmul(Transpose(A), A)))
    assert gram == [[int(i == j) for j in range(len(gram))] for i in range(len(gram))]
    assert place.value(matmul(Transpose(b), b)).data[0] == 1
    assert nested(place.value(S)) == nested(place.value(Transpose(S)))
    assert PRIME % 4 == 3
    for p in map(prime_of, range(8)):
        assert p % 8 == 7
        assert isprime(p)
        assert all(pow(small, p // 2, p) == 1 for small in primerange(3, 60))


def test_broken_facts():
    given = problem((A, "symmetric"))
    value = nested(Evaluator(Point(Setting(given, 0, given.facts), 0, "generic", Floats())).value(A))
    assert not CONDITIONS["symmetric"].test(value)


@pytest.mark.parametrize("word", ["simplex", "onehot"])
def test_a_matrix_of_one_column_is_not_a_vector(word):
    source = FloatSource(random.Random(3), "generic")
    assert sample(frozenset({word}), source, 3, 1, vector=False) == [[1], [1], [1]]
    assert sum(row[0] for row in sample(frozenset({word}), source, 3, 1)) == pytest.approx(1)
