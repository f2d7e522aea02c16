"""Everything that is printed is read back as the same meaning: each function and each kind of node, nested,
in text and in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from mathml_read import latex_of

from matgrad_cli import ir
from matgrad_cli.diagnostics import MatgradError, Source
from matgrad_cli.diagnostics.record import replace
from matgrad_cli.facts import Problem
from matgrad_cli.ir import (
    FUNCTIONS,
    NUMBER,
    ONE,
    Add,
    Call,
    Constant,
    Delta,
    Differential,
    Dim,
    Entry,
    Expr,
    Eye,
    Fill,
    Hadamard,
    Index,
    Inverse,
    Kron,
    LinearMap,
    Literal,
    MatMul,
    MatrixOf,
    MatrixPower,
    Mul,
    Named,
    Number,
    Pair,
    Partial,
    Power,
    Shape,
    Size,
    Stack,
    SumOver,
    Symbol,
    Transpose,
    member,
    mul,
    nodes_of,
)
from matgrad_cli.ir.functions import unknown, unknown_parts
from matgrad_cli.notation.printing.to_latex import to_latex
from matgrad_cli.notation.printing.to_mathml import to_mathml
from matgrad_cli.notation.printing.to_text import to_text
from matgrad_cli.notation.printing.to_unicode import to_unicode
from matgrad_cli.notation.problems import read_in, read_problem, scope_of
from matgrad_cli.notation.scope import Scope
from matgrad_cli.verify.judge import Judge

m, n = Dim.of("m"), Dim.of("n")
A, B, W1, X = Symbol("A", Shape(n, n)), Symbol("B", Shape(n, n)), Symbol("W1", Shape(n, n)), Symbol("X", Shape(m, n))
x, y, r = Symbol("x", Shape(n)), Symbol("y", Shape(n)), Symbol("r", Shape(ONE, n))
v = Symbol("v", Shape(Dim.of(3)))
a, lam = Symbol("a", NUMBER), Symbol("lambda", NUMBER)
i, j, s, t, k = Index("i", n), Index("j", n), Index("s", n), Index("t", n), Index("k", m)
C = Stack("C", Shape(m * n, n), m)
named = Named("Z", MatMul((A, B)))

PROBLEM = read_problem(
    "x.T@A@B@y + r@W1@x + norm(X) + v.T@v + a + lambda + sum[k](tr(C[k]))",
    "x",
    ["A: n×n, B: n×n, W1: n×n, X: m×n, x: n, y: n, r: 1×n, v: 3, a: scalar, lambda: scalar, C: m×n×n"],
    ["a positive", "lambda positive"],
)
SCOPE = replace(scope_of(PROBLEM, Source("text", "")), letters={"i": n, "j": n, "s": n, "t": n, "k": m}).defining(
    "Z", named
)
JUDGE = Judge(PROBLEM)

BASES: list[Expr] = [
    a, x, r, A, X, W1, Number(2), Size(n), Constant("pi"), Entry(A, i, j), Entry(x, i, None), MatMul((X, x)), MatMul((A,
    B)), Add((A, B)),
    Add((a, lam)), mul(Number(-1), x), mul(Number(2), A), mul(Number(Fraction(-1, 3)), a), named, Hadamard((A, B)),
    MatMul((A, Eye(n), Fill(1, Shape(n)))), Add((A, Eye(n))), Add((x, Fill(0, Shape(n)))), v, member(C, k),
    Entry(C, Pair(k, i, n), j), Entry(MatMul((C, B)), Pair(k, i, n), j),
]  # fmt: skip


def _made(make: Callable[[], Expr]) -> Iterator[Expr]:
    try:
        yield make()
    except (MatgradError, ValueError, TypeError):
        return


def _calls(base: Expr) -> Iterator[Expr]:
    """The functions that can be taken of the base; a reduction along an axis only of a matrix."""
    for name, function in FUNCTIONS.items():
        along = function.kind == "array" and name[-1] in "01"
        if ((function.needs == "matrix" or along) and not base.shape.is_matrix) or (
            name.startswith("cross") and base is not v
        ):
            continue
        yield from _made(
            lambda name=name, others=function.others: Call(
                name, base, *(a if kind == "number" else base for kind in others)
            )
        )


def _around(base: Expr) -> Iterator[Expr]:
    """Every kind of node with the base in it."""
    number = base.shape.is_number
    rows, cols = base.shape.rows, base.shape.cols
    yield from _made(lambda: Add((base, mul(Number(-1), base))))
    yield from _made(lambda: Mul((Number(Fraction(1, 2)), a, base)))
    yield from _made(lambda: mul(base, Power(a, Number(-1))))
    yield from _made(lambda: mul(Power(Size(n), Number(-1)), base))
    yield from _made(lambda: mul(Delta(i, j), base))
    yield from _made(lambda: mul(Delta(i, 0), base))
    for exponent in (Number(2), Number(-1), Number(-2), Number(Fraction(1, 2)), Number(Fraction(-2, 3)), a):
        yield from _made(lambda exponent=exponent: Power(base, exponent))
    if not number:
        yield from (
            Transpose(base),
            Hadamard((base, base)),
            Hadamard((base, Power(base, Number(-1)))),
            Kron((base, base)),
        )
        yield from _made(lambda: MatrixPower(base, 3))
        yield from _made(lambda: Inverse(base))
        yield from _made(lambda: Transpose(Inverse(base)))
        yield from _made(lambda: Inverse(Transpose(base)))
        yield from _made(lambda: MatrixPower(base, -2))
        row = None if rows is ONE else i if rows is n else k
        yield from _made(lambda: Entry(base, row, None if cols is ONE else j))
        yield Entry(base, None if rows is ONE else 0, None if cols is ONE else 1)
    if base.shape is A.shape:
        yield Entry(Kron((base, A)), Pair(i, s, n), Pair(j, t, n))
    yield SumOver((i, j), base)
    yield Differential(base, x)
    yield Differential(base, x, y)
    yield LinearMap(x, base)
    yield Partial(base, x, s, None)
    yield Partial(base, A, s, t)
    yield Partial(base, a, None, None)
    if base.free >= {i, j} and number:
        yield from (MatrixOf(i, j, base), MatrixOf(None, j, base), MatrixOf(i, None, base))
        yield MatrixOf(s, t, Partial(base, A, s, t))
        yield MatrixOf(s, None, Partial(base, x, s, None))


def _contexts(node: Expr) -> Iterator[Expr]:
    """The node as people meet it: a term, a factor, under a fraction, transposed, in a function."""
    yield node
    yield Add((mul(Number(-1), node), node))
    yield mul(Number(2), node)
    yield mul(node, Power(a, Number(-1)))
    if node.shape.is_number:
        yield from (Power(node, Number(-1)), Power(node, Number(2)), mul(node, A), mul(node, Add((a, lam))))
    else:
        yield from (Transpose(node), Hadamard((node, Power(node, Number(-1)))), Call("abs", node))
        yield from _made(lambda: MatMul((A, node)))
        yield from _made(lambda: MatMul((node, A)))


NODES = list(dict.fromkeys(node for base in BASES for make in (_calls, _around) for node in make(base)))


def test_every_kind_of_node_and_every_function_occurs() -> None:
    met = {type(node) for outer in NODES for node in nodes_of(outer)}
    kinds = {
        kind for kind in vars(ir).values() if isinstance(kind, type) and issubclass(kind, Expr) and kind is not Expr
    }
    assert kinds - met == {Literal}  # a matrix written out is read in a loss alone
    assert set(FUNCTIONS) == {node.function for node in NODES if isinstance(node, Call)}


PRINTERS: dict[str, tuple[str, Callable[[Expr], str]]] = {
    "text": ("numpy", to_text),
    "LaTeX": ("latex", to_latex),
    "Unicode": ("latex", to_unicode),
    "MathML": ("latex", lambda node: latex_of(to_mathml(node))),
}


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(6))
@pytest.mark.parametrize("printer", PRINTERS)
def test_what_is_printed_is_read_back(printer: str, part: int) -> None:
    syntax, printed = PRINTERS[printer]
    misread: list[str] = []
    every = 6 if printer in ("text", "LaTeX") else 18  # the marks of the others are those of LaTeX
    for node in (around for place, inner in enumerate(NODES) if place % every == part for around in _contexts(inner)):
        misread += _misread(node, syntax, printed)
    assert misread == []


def _misread(
    node: Expr, syntax: str, printed: Callable[[Expr], str], scope: Scope = SCOPE, judge: Judge = JUDGE
) -> list[str]:
    text = printed(node)
    try:
        found = read_in(text, scope, syntax).expr
    except MatgradError as error:
        return [f"{to_text(node)}: {text}: {error.diagnostic.message}"]
    if found is not node and judge.compare(node, found).kind == "differs":
        return [f"{to_text(node)}: {text}: read as {to_text(found)}"]
    return []


def _as_met(node: Expr) -> tuple[Expr, ...]:
    return (node, mul(Number(2), Power(node, Number(2))), Add((node, mul(Number(-1), node))))


@pytest.mark.thorough
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_read_back_from_every_printer(name: str) -> None:
    of_it = [node for base in (a, x, A, v) for node in _calls(base) if isinstance(node, Call) and node.function == name]
    assert of_it
    assert [
        bad for node in of_it for around in _as_met(node) for how in PRINTERS.values() for bad in _misread(around, *how)
    ] == []


UNKNOWN = [
    read_problem(loss, "x", ["A: n×n, x: n, y: n, a: scalar"])
    for loss in (
        "sum(phi(x)) + f(x) + y.T@h(x) + tr(g(a)@A) + tr(ell(A))",
        "sum(psi(x, y)) + f(x, a, A)",
        r"\mathbf{1}^\top\phi_\tau(x) + f_{\theta}(x) + y^\top h_2(x) + \ell_{\text{low}}(x, y)",
    )
]


def _of_unknown_functions(problem: Problem) -> Iterator[Expr]:
    for call in (node for node in nodes_of(problem.loss) if isinstance(node, Call)):
        parts = unknown_parts(call.function)
        for order in range({"v": 2}.get(parts[0], 3) if parts is not None else 0):
            beside = (A,) if parts[0] == "m" and order else ()
            yield Call(unknown(parts[2], parts[0], order), *call.arguments, *beside)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("problem", "node"), [(problem, node) for problem in UNKNOWN for node in _of_unknown_functions(problem)]
)
def test_unknown_functions_and_their_derivatives_are_read_back_from_every_printer(problem: Problem, node: Expr) -> None:
    scope, judge = scope_of(problem, Source("text", "")), Judge(problem)
    assert [
        bad for around in _as_met(node) for how in PRINTERS.values() for bad in _misread(around, *how, scope, judge)
    ] == []
