"""Code for entries of arrays that depend on an index letter: rows of a family inside functions, products, norms."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    NUMBER,
    Call,
    Dim,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    MatMul,
    MatrixOf,
    Named,
    Number,
    Power,
    Shape,
    Symbol,
    Transpose,
    add,
    mul,
    sub,
    sum_over,
)
from matgrad_cli.records import Result
from matgrad_cli.render.code.module import python_code

from .plain import Plain

n, d, k = Dim.of("n"), Dim.of("d"), Dim.of("k")
SIZES = {"n": 4, "d": 3, "k": 2}
X, A, S = Symbol("X", Shape(n, d)), Symbol("A", Shape(k, d)), Symbol("S", Shape(d, d))
a, c = Symbol("a", Shape(k)), Symbol("c", Shape(n))
VARIABLES = (X, A, a, c, S)
i, j, s, t = Index("i", n), Index("j", d), Index("s", k), Index("t", d)
u = Index("u", d)
ROW = MatrixOf(j, None, Entry(X, i, j))  # x_i
UNIT = Call("tanh", MatMul((A, ROW)))
ERROR = sub(MatMul((Transpose(a), UNIT)), Entry(c, i, None))
OUTER = MatMul((ROW, Transpose(ROW)))
INVERSE = Inverse(add(Eye(d), OUTER))
LOSS = sum_over((i,), Call("norm", ROW))

CASES: list[tuple[Expr, tuple[Index, ...]]] = [
    (sum_over((i,), mul(ERROR, Entry(a, s, None), Entry(UNIT, s, None), Entry(X, i, t))), (s, t)),
    (sum_over((i,), mul(Power(Call("norm", UNIT), Number(-1)), Entry(X, i, t))), (t,)),
    (sum_over((i,), mul(Call("norm1", ROW), Call("sum", UNIT), Call("inner", ROW, ROW), Entry(X, i, t))), (t,)),
    (
        sum_over((i,), mul(Call("tr", MatMul((ROW, Transpose(ROW)))), Entry(MatMul((ROW, Transpose(UNIT))), t, s))),
        (t, s),
    ),
    (sum_over((i,), Entry(Call("diag", Hadamard((ROW, ROW))), t, u)), (t, u)),
    (sum_over((i,), Entry(Call("diagonal", MatMul((S, Call("diag", ROW)))), t, None)), (t,)),
    (
        sum_over((i,), mul(Entry(c, i, None), Entry(add(mul(Entry(c, i, None), UNIT), Fill(1, Shape(k))), s, None))),
        (s,),
    ),
    (sum_over((i,), Entry(INVERSE, t, u)), (t, u)),
    (sum_over((i,), mul(Entry(c, i, None), Entry(INVERSE, u, t), Entry(X, i, t))), (u, t)),
    (mul(Entry(INVERSE, t, u), Entry(c, i, None)), (t, i, u)),
    (Entry(Inverse(add(Eye(d), sum_over((i,), mul(Power(Entry(c, i, None), Number(2)), OUTER)))), t, u), (t, u)),
    (Entry(Inverse(add(Eye(d), sum_over((i,), mul(Call("norm", MatMul((INVERSE, ROW))), OUTER)))), t, u), (t, u)),
    (sum_over((i,), mul(Entry(c, i, None), Call("det", INVERSE))), ()),
    (sum_over((i,), mul(Entry(Transpose(Named("Z", UNIT)), None, s), Entry(Power(ROW, Number(2)), t, None))), (s, t)),
]


def computed(entry: Expr, letters: tuple[Index, ...], arrays: dict[str, Any]) -> Any:
    code = python_code(Result(entry, letters, None), Problem(LOSS, Symbol("w", NUMBER), VARIABLES))
    space: dict[str, Any] = {}
    exec(compile(code, "printed", "exec"), space)  # noqa: S102  our own output
    values = [arrays[symbol.name][:, 0] if symbol.shape.is_column else arrays[symbol.name] for symbol in VARIABLES]
    return space["gradient"](
        *values, *(SIZES[name] for name in list(inspect.signature(space["gradient"]).parameters)[len(VARIABLES) :])
    )


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_entries_of_arrays_with_letters(case: tuple[Expr, tuple[Index, ...]]) -> None:
    entry, letters = case
    random = np.random.default_rng(0)
    plain = Plain({}, SIZES)
    arrays = {
        symbol.name: random.normal(size=(plain.size(symbol.shape.rows), plain.size(symbol.shape.cols)))
        for symbol in VARIABLES
    }
    lengths = [plain.size(letter.dim) for letter in letters]
    wanted = np.empty(lengths)
    for at in np.ndindex(*lengths):
        wanted[at] = Plain(arrays, SIZES).value(entry, dict(zip(letters, at, strict=True))).item()
    got = computed(entry, letters, arrays)
    assert got.shape == wanted.shape
    assert np.allclose(got, wanted)
