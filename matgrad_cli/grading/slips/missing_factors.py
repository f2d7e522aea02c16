"""A factor that was left out of a product, or that does not belong in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...ir import Delta, Expr, Hadamard, MatMul, Mul, Number, SumOver, hadamard, matmul, mul, places, replace_at, sum_over
from ..bench import Bench
from .causes import Slip, Trial, holding
from .terms import shown, written_places

MOST_TRIES = 60


def factor_slips(bench: Bench, before: Expr, after: Expr, reference: Expr | None) -> Iterator[Slip]:
    """The line before, or another way to write it, without one factor is this line; or the other way round."""
    for source in (before, reference):
        factor = left_out(bench, source, after) if source is not None else None
        repair = bench.repair(before, source) if factor is not None and source is not None else None
        if repair is not None and factor is not None:
            message = f"the factor `{shown(factor)}` is missing"
            yield Slip("dropped-term", message, help=f"as in `{shown(repair.expr)}`", repair=repair)
            return
    yield from holding(bench, before, islice(_too_many(after), MOST_TRIES))


def left_out(bench: Bench, source: Expr, target: Expr) -> Expr | None:
    """The factor without which the source is the target; None if there is none."""
    for factor, rest in islice(_with_one_less(source), MOST_TRIES):
        if rest.shape is target.shape and rest.free == target.free and bench.equal(rest, target):
            return factor
    return None


def _too_many(after: Expr) -> Iterator[Trial]:
    for factor, rest in _with_one_less(after):
        said = f"the factor `{shown(factor)}` does not belong here"
        yield Trial("extra-term", rest, said, f"leave `{shown(factor)}` out", part=factor)


def _with_one_less(source: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Every factor, but of what is differentiated, and the line without it."""
    for path, node in written_places(source):
        for factor, rest in _without(node) if isinstance(node, (Mul, MatMul, Hadamard)) else ():
            try:
                yield factor, replace_at(source, path, rest)
            except ValueError:
                continue


def _without(node: Mul | MatMul | Hadamard) -> Iterator[tuple[Expr, Expr]]:
    joined = {Mul: mul, MatMul: matmul, Hadamard: hadamard}[type(node)]
    for at, factor in enumerate(node.factors):
        rest = (*node.factors[:at], *node.factors[at + 1 :])
        if isinstance(factor, (Number, Delta)) or not rest:
            continue
        try:
            yield factor, rest[0] if len(rest) == 1 else joined(*rest)
        except ValueError:
            continue


def idle_sum(after: Expr) -> Iterator[Trial]:
    """A sum over a letter that no longer stands behind it: the δ has picked its term, and the Σ stayed."""
    for path, node in places(after):
        for index in node.indices if isinstance(node, SumOver) else ():
            if not isinstance(node, SumOver) or index in node.body.free:
                continue
            rest = tuple(other for other in node.indices if other is not index)
            said = f"the sum over {index} is kept although nothing behind it depends on {index}: a δ picks one term, and the Σ goes"
            yield Trial("bad-sum-collapse", replace_at(after, path, sum_over(rest, node.body)), said, f"leave Σ_{index} out", part=node)
