"""The counterexample of a slip in words: small values at which two lines differ, and what each is there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from ...ir import Expr, Fill, Symbol
from ...verify.arrays.tensor import Tensor, nested
from ...verify.evaluate import Evaluator
from ...verify.points import Point
from ...verify.verdict import Witness
from ...verify.witness import Known, plain, witnesses
from ..lines.scope import Surroundings

TRIES, LONGEST = 12, 400


def counterexample(
    around: Surroundings, before: Expr, after: Expr, called: str = "the line before", judged: str = "this one"
) -> str | None:
    """`at X = [[1, -1]], w = [1] the line before is 2 and this one is 1`; None if no small one was found."""

    def said(found: Witness, given: str) -> str:
        return f"{given}{called} is {_text(found.left)} and {judged} is {_text(found.right)}"

    known = None if before.free or after.free else around.bench.small_points(before)
    return _told(around, before, after, around.bench.completed, said, known=known)


def not_stationary(around: Surroundings, unknown: Symbol, value: Expr, gradient: Expr) -> str | None:
    """`at A = [[1]], b = [2] the gradient there is [2]`: small data at which it is not zero at this value of the
    unknown; or None."""

    at: list[Tensor] = []

    def complete(place: Evaluator) -> bool:
        assert isinstance(place.point, Point)
        at[:] = [place.laid(value)]
        place.point.give(unknown, at[0])
        return True

    def said(found: Witness, given: str) -> str:
        return (
            f"{given}this is {unknown.name} = {_text(plain(nested(at[0])))}, and the gradient there is "
            f"{_text(found.left)}"
        )

    return _told(around, gradient, Fill(0, gradient.shape), complete, said, unknown)


def _told(
    around: Surroundings,
    before: Expr,
    after: Expr,
    complete: Callable[[Evaluator], bool],
    said: Callable[[Witness, str], str],
    but: Symbol | None = None,
    known: Known | None = None,
) -> str | None:
    """The witness that is told in the fewest words, behind the values of the problem's variables."""
    letters = tuple(sorted(before.free | after.free))
    names = {symbol.name for symbol in (*around.task.problem.variables, *around.task.declared) if symbol is not but}
    texts = []
    for found in islice(witnesses(around.bench.setting, before, after, letters, complete, known), TRIES):
        values = ", ".join(f"{name} = {_text(value)}" for name, value in found.values if name in names)
        if _text(found.left) != _text(found.right):  # a difference beyond the digits that are told is not seen
            texts.append(said(found, f"at {values} " if values else ""))
    return min((text for text in texts if len(text) < LONGEST), key=len, default=None)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
