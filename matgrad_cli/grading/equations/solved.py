"""A judge whose points are solutions: two lines are compared where the derivative is zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir import Expr, Index
from ...verify.evaluate import Evaluator
from ...verify.solving.holding import holds_at, vanish_at
from ...verify.solving.system import Solution
from ...verify.verdict import Verdict
from ..bench import Bench
from ..lines.kinds import is_zero
from ..slips.causes import Repair

NO_VALUE = "where the line before holds this has a value only if all sizes are equal"


class SolvedBench(Bench):
    """Compares lines at solutions of a system. `needs` collects what an inverse that is written needs to have a value.

    Where data were made to fit the unknown (`fitted`), a line that fails is wrong only if it is seen what is wrong with
    it.
    """

    def __init__(self, bench: Bench, solutions: Sequence[Solution], fitted: bool = False, sure: bool = True) -> None:
        super().__init__(bench.problem)
        self.plain = bench
        self.derived = bench.derived
        self.solutions, self.fitted, self.sure = solutions, fitted, sure
        for place in (place for one in solutions for place in (one.place, *one.starts)):
            place.work = 0  # others have asked there before
        self.needs: list[str] = []

    def float_points(self, count: int = 5) -> Iterator[Evaluator]:
        """The solutions."""
        return iter([solution.place for solution in self.solutions[:count]])

    def compare_over(
        self,
        before: Expr,
        after: Expr,
        letters: tuple[Index, ...],  # noqa: ARG002
        thorough: bool = False,  # noqa: ARG002
        claim: bool = False,  # noqa: ARG002
    ) -> Verdict:
        """Whether two lines have one value at the solutions, as far as they have values there."""
        if before.shape is not after.shape:
            return Verdict("differs", f"shapes differ: {before.shape} and {after.shape}")
        verdict = holds_at(self.solutions, (before, after), self.needs)
        dims = [dim for symbol in self.problem.variables for dim in symbol.shape.dims if dim.names]
        apart = [one for one in self.solutions if len({one.place.point.size(dim) for dim in dims}) > 1]
        only_equal = verdict.holds and apart and holds_at(apart, (before, after)).kind == "unknown"
        return Verdict("unknown", NO_VALUE) if only_equal else verdict

    def compare(self, before: Expr, after: Expr) -> Verdict:
        """The same; a side without the letters of the other holds for all of them: `p_i = 1/n`."""
        return self.compare_over(before, after, ())

    def denied(self, place: Evaluator, left: Expr, right: Expr) -> bool:  # noqa: ARG002
        """Never: where a line has no value nothing is compared."""
        return False

    def repair(self, needed: Expr, line: Expr) -> Repair | None:
        """A line that holds at the solutions and says something there:
        neither an identity nor a multiple of the whole equation."""
        found = super().repair(needed, line)
        if found is None or self.plain.equal(needed, line):
            return None
        return None if not (is_zero(needed) or is_zero(line)) and self.vanish(needed, line) else found

    def vanish(self, before: Expr, after: Expr) -> bool:
        """Whether both sides are nothing but zero at every solution."""
        return vanish_at(self.solutions, (before, after))
