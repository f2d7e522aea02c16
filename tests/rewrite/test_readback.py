"""Reading entries back into matrices: a table of the cases, random products against exact evaluation, broken twins."""

from __future__ import annotations

from random import Random

import pytest

from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    ONE,
    Delta,
    Dim,
    Entry,
    Expr,
    Index,
    MatrixOf,
    Shape,
    Symbol,
    Transpose,
    add,
    mul,
    nodes_of,
    sum_over,
)
from matgrad_cli.ir.entries import entry
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.rewrite.engine.application import Scene
from matgrad_cli.rewrite.network.reading_rules import matrix_of, read_through
from matgrad_cli.rulebook.load import rulebook
from matgrad_cli.verify.judge import Judge

m, n, p = (Dim.of(name) for name in "mnp")
A, C = Symbol("A", Shape(m, n)), Symbol("C", Shape(m, n))
B, S, R = Symbol("B", Shape(n, p)), Symbol("S", Shape(n, n)), Symbol("R", Shape(n, n))
u, x, w = Symbol("u", Shape(m, ONE)), Symbol("x", Shape(n, ONE)), Symbol("w", Shape(p, ONE))
s, t = Index("s", m), Index("t", n)
i, j, k, l = Index("i", m), Index("j", n), Index("k", n), Index("l", p)  # noqa: E741
a, b = Index("a", p), Index("b", m)
PROBLEM = Problem(add(S, R), S, (A, B, C, S, R, u, x, w))


SCENE = Scene(PROBLEM, rulebook())


def text(line: Expr, row: Index | None, col: Index | None) -> str | None:
    found = matrix_of(line, row, col, SCENE)
    return None if found is None else to_text(found)


def at(array: Symbol, *letters: Index) -> Expr:
    return Entry(array, letters[0], letters[1] if len(letters) > 1 else None)


@pytest.mark.parametrize(
    ("line", "row", "col", "expected"),
    [
        (sum_over((k,), mul(at(A, s, k), at(S, k, t))), s, t, "A @ S"),  # a chain
        (sum_over((k,), mul(at(A, s, k), at(S, t, k))), s, t, "A @ S.T"),
        (sum_over((i, k), mul(at(A, i, k), at(C, i, k))), None, None, "tr(A.T @ C)"),  # a bare cycle of two is a trace
        (sum_over((k,), at(S, k, k)), None, None, "tr(S)"),
        (sum_over((j, k), mul(at(S, j, k), at(R, k, j))), None, None, "tr(S @ R)"),
        (mul(at(A, s, t), at(C, s, t)), s, t, "A * C"),  # parallel edges
        (sum_over((k,), mul(at(A, s, k), at(C, s, k), at(S, k, t))), s, t, "(A * C) @ S"),
        (mul(at(u, s), at(x, t)), s, t, "u @ x.T"),  # nothing joins the letters
        (at(u, s), s, t, "u @ ones(1, n)"),
        (mul(at(u, s), at(A, s, t), at(x, t)), s, t, "(u @ x.T) * A"),
        (sum_over((k,), mul(at(A, s, k), at(x, k))), s, None, "A @ x"),  # a loose end
        (sum_over((k,), at(A, s, k)), s, None, "A @ ones(n)"),
        (sum_over((k,), mul(at(A, s, k), at(x, k), at(S, k, t))), s, t, "A @ diag(x) @ S"),
        (mul(at(A, s, t), at(x, t)), s, t, "A @ diag(x)"),
        (sum_over((k,), mul(at(x, k), at(x, k))), None, None, "x.T @ x"),
        (sum_over((k,), at(x, k)), None, None, "sum(x)"),
        (sum_over((i, k), at(A, i, k)), None, None, "sum(A)"),
        (sum_over((i, k), mul(at(u, i), at(A, i, k), at(x, k))), None, None, "u.T @ A @ x"),
        (mul(sum_over((k,), at(x, k)), at(u, s)), s, None, "sum(x)*u"),
        (sum_over((k,), at(u, s)), s, None, "n*u"),  # a sum over nothing counts
        (mul(at(S, t, t), at(u, s)), s, t, "u @ diag(S).T"),  # a loop at a free letter
        (mul(Delta(k, t), at(x, t)), k, t, "eye(n) @ diag(x)"),
        (Delta(k, t), k, t, "eye(n)"),
        (sum_over((j,), mul(Delta(j, k), at(S, j, t))), k, t, "S"),  # a δ with a bound end replaces
        # parallel after a join
        (sum_over((j, k), mul(at(A, s, j), at(A, s, k), at(S, j, k))), s, None, "(A * (A @ S)) @ ones(n)"),
        (sum_over((j,), mul(at(A, s, j), at(B, j, l), at(S, j, t))), s, t, None),  # three free letters
    ],
)
def test_one_reading(line: Expr, row: Index | None, col: Index | None, expected: str | None) -> None:
    assert text(line, row, col) == expected


def random_product(random: Random, literal: float = 0.0) -> tuple[Expr, Index | None, Index | None]:
    """A product of entries and δ's over a few letters; up to two of them free.
    `literal` is how often a position is a number."""

    def place(letters: list[Index]) -> Index | int:
        return random.randrange(2) if literal and random.random() < literal else random.choice(letters)

    letters = [Index(name, random.choice((m, n, p))) for name in "ijklab"[: random.randrange(1, 7)]]
    arrays: list[Expr] = [A, B, C, S, R, u, x, w]
    if literal:
        arrays += [
            MatrixOf(a, None, Entry(B, random.randrange(2), a)),
            MatrixOf(b, a, mul(Entry(A, b, 1), Entry(B, 1, a))),
        ]
    factors: list[Expr] = []
    for _ in range(random.randrange(1, 8)):
        array = random.choice(arrays)
        rows = [letter for letter in letters if letter.dim is array.shape.rows]
        cols = [letter for letter in letters if letter.dim is array.shape.cols]
        if array.shape.is_column and rows:
            factors.append(Entry(array, place(rows), None))
        elif rows and cols:
            here = Transpose(array) if random.random() < 0.3 else array
            first, second = place(rows), place(cols)
            factors.append(entry(here, second, first) if here is not array else entry(here, first, second))
        alike = [(one, other) for one in letters for other in letters if one is not other and one.dim is other.dim]
        if alike and random.random() < 0.15:
            left, right = random.choice(alike)
            factors.append(Delta(left, place([right])))
    free = random.sample(letters, min(len(letters), random.randrange(3)))
    bound = [letter for letter in letters if letter not in free]
    body = mul(*factors) if factors else at(x, k)
    row = free[0] if free else None
    return sum_over(bound, body), row, free[1] if len(free) > 1 else None


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(320))
def test_a_random_product_reads_back_to_an_equal_matrix(seed: int) -> None:
    line, row, col = random_product(Random(seed), 0.4 if seed % 2 else 0.0)
    letters = tuple(letter for letter in (row, col) if letter is not None)
    if line.free <= set(letters):
        found = matrix_of(line, row, col, SCENE)
        assert found is not None, to_text(line)
        assert Judge(PROBLEM).compare_over(line, entry(found, row, col), letters).kind == "proved", (
            to_text(line),
            to_text(found),
        )
    inside = read_through(line, None, SCENE)
    assert Judge(PROBLEM).compare_over(line, inside, tuple(sorted(line.free))).kind == "proved", (
        to_text(line),
        to_text(inside),
    )


@pytest.mark.parametrize("seed", range(30))
def test_a_transpose_forgotten_in_the_reading_is_caught(seed: int) -> None:
    line, row, col = random_product(Random(seed))
    found = matrix_of(line, row, col, SCENE) if line.free <= {row, col} else None
    if found is None or row is None or col is None or row.dim is not col.dim:
        return
    if not any(isinstance(node, Symbol) for node in nodes_of(found)):
        return
    judge = Judge(PROBLEM)
    if judge.compare(found, Transpose(found)).holds:  # xxᵀ is symmetric
        return
    assert judge.compare_over(line, entry(found, col, row), (row, col)).kind == "differs"
