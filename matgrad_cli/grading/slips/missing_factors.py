"""A factor that was left out of a product, or that does not belong in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...ir import Delta, Expr, Hadamard, MatMul, Mul, Number, hadamard, matmul, mul, replace_at
from .case import Case, Trial
from .kind import kind, leads_here
from .terms import Shown, written_places

MOST_TRIES = 60


@kind("dropped-term", "the factor `{0}` is missing", "as in `{line}`", leads_here)
def factor_left_out(case: Case) -> Iterator[Trial]:
    """The line before, or another way to write it, without one factor."""
    for source in dict.fromkeys((case.needed, case.worked_out)):
        for factor, rest in islice(_with_one_less(source), MOST_TRIES):
            if rest.shape is case.line.shape and rest.free == case.line.free:
                yield Trial(rest, (Shown(factor),), source=source)


@kind("extra-term", "the factor `{0}` does not belong here", "leave `{0}` out: `{line}`")
def factor_too_many(case: Case) -> Iterator[Trial]:
    """A factor that does not belong here."""
    for factor, rest in islice(_with_one_less(case.line), MOST_TRIES):
        yield Trial(rest, (Shown(factor),), factor)


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
