"""Entries read back by the text of rules: a random term of entries becomes an entry of an equal matrix,
or stays what it is worth."""

from __future__ import annotations

from random import Random

import pytest
from test_readback import PROBLEM, A, B, S, at, i, j, k, l, random_product, s, t, u, x

from matgrad_cli.ir import Delta, Entry, Expr, Index, Number, add, mul, sum_over
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.rewrite.engine.application import Scene
from matgrad_cli.rewrite.engine.recorder import Recorder
from matgrad_cli.rewrite.network.reading import read_line
from matgrad_cli.rulebook.load import rulebook
from matgrad_cli.verify.judge import Judge
from replaying import maker_of, replayed

BOOK = rulebook()


def read(line: Expr, row: Index | None, col: Index | None) -> Recorder:
    letters = tuple(letter for letter in (row, col) if letter is not None)
    recorder = Recorder(PROBLEM, BOOK, Judge(PROBLEM), line, letters=letters)
    read_line(recorder, row, col)
    return recorder


@pytest.mark.parametrize("seed", range(60))
def test_a_random_product_keeps_its_value_and_each_step_runs_again(seed: int) -> None:
    line, row, col = random_product(Random(seed))
    letters = tuple(letter for letter in (row, col) if letter is not None)
    if not line.free <= set(letters):
        return
    recorder = read(line, row, col)
    assert Judge(PROBLEM).compare_over(line, recorder.line, letters).kind == "proved"
    for step in recorder.steps:
        if maker_of(step, BOOK) == "pattern":
            assert replayed(step, Scene(PROBLEM, BOOK)) is step.after, step.rule


@pytest.mark.parametrize(
    ("line", "rules", "last"),
    [
        (sum_over((i,), mul(at(A, i, t), at(u, i))), ["transpose-to-match", "read-product"], "(A.T @ u)[t]"),
        (sum_over((j, k), mul(at(A, s, j), at(S, j, k), at(S, k, t))), ["read-product"], "(A @ S @ S)[s,t]"),
        (sum_over((k,), mul(at(A, s, k), at(x, k), at(S, k, t))), ["read-between"], "(A @ diag(x) @ S)[s,t]"),
        (mul(at(u, s), at(x, t)), ["read-outer"], "(u @ x.T)[s,t]"),
        (mul(at(x, t), at(u, s)), ["read-outer"], "(u @ x.T)[s,t]"),
        (mul(Delta(k, t), at(x, t)), ["read-eye", "read-columns"], "(eye(n) @ diag(x))[k,t]"),
        (sum_over((k,), mul(at(A, s, k), at(S, k, k))), ["read-diagonal", "read-product"], "(A @ diag(S))[s]"),
        (add(mul(Number(2), at(A, s, t)), at(A, s, t)), ["read-entry"], "(2*A + A)[s,t]"),
        (sum_over((k, l), mul(at(A, s, k), at(B, k, l))), ["read-product", "read-ones"], "(A @ B @ ones(p))[s]"),
    ],
)
def test_one_idea_a_step(line: Expr, rules: list[str], last: str) -> None:
    free = sorted(line.free)
    recorder = read(line, free[0], free[1] if len(free) > 1 else None)
    assert [step.rule for step in recorder.steps] == rules
    assert to_text(recorder.line) == last
    assert isinstance(recorder.line, Entry)
