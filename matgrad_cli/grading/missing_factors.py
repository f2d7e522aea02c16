"""A factor that was left out of a product, or that does not belong in it."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Delta, Expr, Hadamard, MatMul, Mul, Number, SumOver, hadamard, matmul, mul, places, replace_at
from .bench import Bench
from .slips import Slip
from .terms import shown

MOST_TRIES = 60


def factor_slips(bench: Bench, before: Expr, after: Expr, reference: Expr | None) -> Iterator[Slip]:
    """The line before, or another way to write it, without one factor is this line; or the other way round."""
    for source in (before, reference):
        factor = left_out(bench, source, after) if source is not None else None
        if factor is not None and source is not None:
            yield Slip("dropped-term", f"the factor `{shown(factor)}` is missing", help=f"as in `{shown(source)}`")
            return
    factor = left_out(bench, after, before)
    if factor is not None:
        yield Slip("extra-term", f"the factor `{shown(factor)}` does not belong here", help=f"leave `{shown(factor)}` out", part=factor)


def left_out(bench: Bench, source: Expr, target: Expr) -> Expr | None:
    """The factor without which the source is the target; None if there is none."""
    tries = 0
    for path, node in places(source):
        if not isinstance(node, (Mul, MatMul, Hadamard)):
            continue
        for factor, rest in _without(node):
            tries += 1
            if tries > MOST_TRIES:
                return None
            try:
                found = replace_at(source, path, rest)
            except ValueError:
                continue
            if found.shape is target.shape and found.free == target.free and bench.equal(found, target):
                return factor
    return None


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


def idle_sum(bench: Bench, before: Expr, after: Expr) -> Iterator[Slip]:
    """A sum over a letter that no longer stands behind it: the δ has picked its term, and the Σ stayed."""
    for path, node in places(after):
        if not isinstance(node, SumOver):
            continue
        idle = tuple(index for index in node.indices if index not in node.body.free)
        for index in idle:
            rest = tuple(other for other in node.indices if other is not index)
            mended = replace_at(after, path, SumOver(rest, node.body) if rest else node.body)
            if mended.free == before.free and bench.equal(before, mended):
                yield Slip(
                    "bad-sum-collapse",
                    f"the sum over {index} is kept although nothing behind it depends on {index}: a δ picks one term, and the Σ goes",
                    help=f"leave Σ_{index} out",
                    part=node,
                )
                return
