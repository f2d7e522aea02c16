"""δ's collapse one at a time: the right letter survives, the value stays, a wrong letter is caught."""

from __future__ import annotations

import pytest

from matgrad_cli.facts import Problem
from matgrad_cli.ir import ONE, Delta, Dim, Entry, Expr, Index, Kron, Pair, Shape, Symbol, add, mul, rename, sum_over
from matgrad_cli.ir.terms import split
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.rewrite.network.places import collapse_one, tidy_positions
from matgrad_cli.verify.judge import Judge

m, n = Dim.of("m"), Dim.of("n")
A, S, x = Symbol("A", Shape(m, n)), Symbol("S", Shape(n, n)), Symbol("x", Shape(n, ONE))
i, j, k, s, t = Index("i", m), Index("j", n), Index("k", n), Index("s", n), Index("t", n)
PROBLEM = Problem(add(S, S), S, (A, S, x))


@pytest.mark.parametrize(
    ("line", "after", "old", "new"),
    [
        (sum_over((k,), mul(Entry(S, j, k), Delta(k, s))), "S[j,s]", "k", "s"),
        (sum_over((k,), mul(Entry(S, j, k), Delta(s, k))), "S[j,s]", "k", "s"),
        (sum_over((j, k), mul(Entry(S, j, k), Delta(j, k))), "sum[j](S[j,j])", "k", "j"),  # the letter drawn last goes
        (sum_over((k,), mul(Delta(k, s), Delta(k, t))), "delta[s,t]", "k", "s"),
        (sum_over((k,), mul(Entry(x, k, None), Delta(k, 0))), "x[0]", "k", "0"),
        (sum_over((j, k), mul(Entry(A, i, j), Delta(j, s), Delta(k, t))), "sum[j](A[i,j]*delta[j,s])", "k", "t"),
    ],
)
def test_one_delta(line: Expr, after: str, old: str, new: str) -> None:
    (term,) = split(line)
    found = collapse_one(term)
    assert found is not None
    left, *letters_said = found
    assert to_text(left.expr()) == after
    assert list(map(str, letters_said)) == [old, new]
    letters = tuple(sorted(line.free))
    judge = Judge(PROBLEM)
    assert judge.compare_over(line, left.expr(), letters).kind == "proved"
    for letter in left.expr().free:  # another surviving letter is caught
        if letter.dim is n:
            wrong = rename(left.expr(), {letter: next(other for other in (s, t, j) if other is not letter)})
            assert judge.compare_over(line, wrong, tuple(sorted(line.free | wrong.free))).kind == "differs"


def test_a_delta_of_free_letters_stays() -> None:
    (term,) = split(mul(Entry(A, i, s), Delta(s, t)))
    assert collapse_one(term) is None


def test_pairs_are_split_into_letters() -> None:
    a, b = Index("a", m), Index("b", n)
    kron = Entry(Kron((A, S)), Pair(a, b, n), Pair(j, k, n))
    assert to_text(tidy_positions(kron)) == "A[a,j]*S[b,k]"
    assert to_text(tidy_positions(Delta(Pair(a, b, n), Pair(a, k, n)))) == "delta[b,k]"
