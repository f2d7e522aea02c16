"""The forum's derivation built by hand, so that the pages are tested without the engine."""

from __future__ import annotations

from matgrad_cli.facts import Fact, Problem
from matgrad_cli.ir import (
    Call,
    Delta,
    Dim,
    Entry,
    Expr,
    Index,
    Named,
    Number,
    Partial,
    Power,
    Shape,
    Size,
    Symbol,
    Transpose,
    matmul,
    mul,
    sub,
    sum_over,
)
from matgrad_cli.records import Derivation, ReadOff, Result, Sentence, Step
from matgrad_cli.verify.verdict import Verdict, Witness

m, n, p = (Dim.of(name) for name in "mnp")
X, R, Y = Symbol("X", Shape(m, n)), Symbol("R", Shape(n, p)), Symbol("Y", Shape(m, p))
i, j, k, s, t = Index("i", m), Index("j", p), Index("k", n), Index("s", n), Index("t", p)
OVER_M = Power(Size(m), Number(-1))
RESIDUAL = sub(matmul(X, R), Y)
LOSS = mul(OVER_M, Power(Call("norm", RESIDUAL), Number(2)))
GRADIENT = mul(Number(2), OVER_M, matmul(Transpose(X), RESIDUAL))
PROVED = Verdict("proved", "equal modulo a prime at m=2, n=3, p=4")
PROBLEM = Problem(
    LOSS,
    R,
    (X, R, Y),
    (Fact(X, "tall"),),
    (("X", "from --shape"), ("R", "from --shape"), ("Y", "assumed")),
    ("`Y` is m×p",),
    ("read `@` as the product",),
    (m,),
    "norm(X@R - Y, 'fro')**2 / m",
)


def _step(rule: str, title: Sentence, before: Expr, after: Expr, *substeps: Step) -> Step:
    why = Sentence(
        "because {X} holds still while one entry moves, which takes more than one line to say in a narrow window",
        (("X", X),),
    )
    return Step(rule, title, why, before, after, (("A", X), ("k", k), ("d", n)), (), PROVED, substeps)


def _lines() -> list[Expr]:
    entry, residual = Entry(matmul(X, R), i, j), Entry(RESIDUAL, i, j)
    inner: list[Expr] = [
        Partial(entry, R, s, t),
        sum_over((k,), mul(Entry(X, i, k), Partial(Entry(R, k, j), R, s, t))),
        sum_over((k,), mul(Entry(X, i, k), Delta(k, s), Delta(j, t))),
        mul(Entry(X, i, s), Delta(j, t)),
    ]
    front: list[Expr] = [Partial(LOSS, R, s, t)]
    front += [mul(OVER_M, sum_over((i, j), mul(Number(2), residual, part))) for part in inner]
    last = mul(OVER_M, sum_over((i,), mul(Number(2), Entry(Transpose(X), s, i), Entry(RESIDUAL, i, t))))
    return [*front, last, Entry(GRADIENT, s, t)]


def forum() -> Derivation:
    """‖XR − Y‖²/m by R, with a group of two substeps, an assumption and a sentence with values."""
    lines = _lines()
    delta = Sentence("δ is 1 only where {k} = {s}, so of the sum over {k} one term is left", (("k", k), ("s", s)))
    assumed = Sentence("det({0}) > 0", (("0", X),))
    steps = [
        _step("norm", Sentence("the squared norm is a sum of squares"), lines[0], lines[1]),
        _step("product", Sentence("an entry of a product is a row times a column"), lines[1], lines[2]),
        _step("entry", Sentence("only the entry {entry} moves", (("entry", Entry(R, s, t)),)), lines[2], lines[3]),
        _step("delta", delta, lines[3], lines[4]),
        Step(
            "turn",
            Sentence("turn X round"),
            Sentence(""),
            lines[4],
            lines[5],
            (),
            (assumed,),
            Verdict("agrees", "40 points"),
        ),
    ]
    first = Step("merge", Sentence("numbers come out"), Sentence(""), lines[5], lines[4], verdict=PROVED)
    second = Step("read", Sentence("the sum is a product"), Sentence(""), lines[4], lines[6], verdict=PROVED)
    steps.append(_step("tidy", Sentence("textbook form"), lines[5], lines[6], first, second))
    readoff = ReadOff(
        Sentence(
            "both sides have the same entry at every place, so the gradient is {gradient}", (("gradient", GRADIENT),)
        ),
        Sentence("two matrices with equal entries are equal"),
        lines[-1],
        Result(lines[-1], (s, t), GRADIENT),
        PROVED,
    )
    return Derivation(
        PROBLEM, "index", "gradient", 1, lines[0], tuple(steps), readoff, (assumed,), (Sentence("a note"),)
    )


def named() -> Derivation:
    """A result of four letters with a named part, cases, a flattened form and a witness."""
    body = Named("Z", matmul(Transpose(X), X))
    problem = Problem(matmul(X, R), R, (X, R))
    entry = mul(Entry(X, i, s), Delta(j, t), Call("tr", body))
    start = Partial(Entry(problem.loss, i, j), R, s, t)
    verdict = Verdict("unknown", "no point was found", Witness((("X", [[0, 1], [0.5, 0]]),), 1, [1, 2]))
    step = Step("r", Sentence("a step"), Sentence(""), start, entry, verdict=verdict)
    result = Result(entry, (i, j, s, t), None, (("Z", body.body),), matmul(X, R), ((Entry(X, i, s), "j = t"),))
    return Derivation(
        problem,
        "index",
        "numerator",
        1,
        start,
        (step,),
        ReadOff(Sentence("stated"), Sentence(""), entry, result, verdict),
    )
