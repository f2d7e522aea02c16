"""Whether two lines denote the same array: exactly modulo a prime where possible, else in floats at several points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..diagnostics.record import record
from ..facts import Fact, Problem
from ..ir import Entry, Expr, Index, OpenLetter, Partial, Shape
from . import structure as lay
from .evaluate import Evaluator
from .exactness import FLOAT_KIND, ORACLE_KIND, kind
from .fields import PRIME, Floats, Modular, NotExact, OutOfDomain
from .points import MODES, Point, Setting, impossible
from .tensor import Labels, Tensor, TooLarge, spread
from .verdict import Verdict, Witness
from .witness import find_witness

EXACT_POINTS: Final = 2
FLOAT_POINTS: Final = 5
_WITNESS_WEIGHT: Final = 400
_AGREE: Final = 1e-9
_DIFFER: Final = 1e-6


@record
class Form:
    """The axes of a comparison: the letters that are free and the shape."""

    letters: tuple[Index, ...]
    shape: Shape

    def axes(self, point: Point) -> tuple[Labels, tuple[int, ...]]:
        """Labels and lengths at a point."""
        return ((*self.letters, *lay.sides(self.shape)),
                (*[point.size(letter.dim) for letter in self.letters], *lay.lengths(self.shape, point.size)))


class Judge:
    """Compares expressions of one problem. Points, and every node evaluated there, are shared by all comparisons."""

    def __init__(self, problem: Problem, seed: int = 0, violating: Iterable[Fact] = ()) -> None:
        self.problem = problem
        self.setting = Setting(problem, seed, violating)
        self._exact: list[Evaluator] = []
        self._floats: list[Evaluator] = []
        self._tried = 0
        self._impossible = impossible(self.setting)

    # --- points -------------------------------------------------------------------------------------------------------

    def exact_points(self, count: int = EXACT_POINTS) -> Iterator[Evaluator]:
        """Evaluators at points modulo the prime."""
        for number in range(count):
            if number == len(self._exact):
                self._exact.append(Evaluator(Point(self.setting, number, "exact", Modular(f"{self.setting.seed}/{number}"))))
            yield self._exact[number]

    def float_points(self, count: int = FLOAT_POINTS) -> Iterator[Evaluator]:
        """Evaluators at points of floats where the loss has a value."""
        number = 0
        while number < count:
            if number == len(self._floats) and not self._find_point():
                return
            yield self._floats[number]
            number += 1

    def _find_point(self) -> bool:
        """One more point inside the domain of the loss, in whichever mode has one."""
        limit = self._tried + 12 * len(MODES)
        while self._tried < limit:
            turn = self._tried
            self._tried += 1
            mode = MODES[0] if turn < 4 else MODES[turn % len(MODES)]
            found = Evaluator(Point(self.setting, turn, mode, Floats()))
            try:
                found.value(self.problem.loss)
            except OutOfDomain:
                continue
            except (NotExact, TooLarge):
                return False
            self._floats.append(found)
            return True
        return False

    # --- comparisons --------------------------------------------------------------------------------------------------

    def compare(self, before: Expr, after: Expr) -> Verdict:
        """Whether two lines with the same free letters and shape denote the same array."""
        wrong = self._form(before, after)
        if wrong is not None:
            return Verdict("differs", wrong)
        return self.compare_over(before, after, tuple(sorted(before.free | after.free)))

    def _form(self, before: Expr, after: Expr) -> str | None:
        if before.shape is not after.shape:
            return f"shapes differ: {before.shape} and {after.shape}"
        if before.free == after.free or any(not side.free and not side.symbols for side in (before, after)):
            return None

        def said(expr: Expr) -> str:
            return ", ".join(map(str, sorted(expr.free))) or "none"
        return f"free indices differ: {said(before)} and {said(after)}"

    def compare_over(self, before: Expr, after: Expr, letters: tuple[Index, ...]) -> Verdict:
        """The same over given letters: a side that lacks one of them is constant along it. Another letter in it is an OpenLetter."""
        unknown = (before.free | after.free).difference(letters)
        if unknown:
            raise OpenLetter(f"the letter {min(unknown).name} stands outside of its sum", before, after)
        if before is after:
            return Verdict("proved", "the same expression")
        if self._impossible is not None:
            return Verdict("unknown", self._impossible)
        if before.shape is not after.shape:
            return Verdict("differs", f"shapes differ: {before.shape} and {after.shape}")
        form = Form(letters, before.shape)
        try:
            verdict = self._judged(before, after, form)
        except TooLarge:
            return Verdict("unknown", "too large to evaluate")
        if verdict.kind != "differs" or max(before.weight, after.weight) > _WITNESS_WEIGHT:
            return verdict
        return Verdict("differs", verdict.by, self.find_witness(before, after, letters))

    def _judged(self, before: Expr, after: Expr, form: Form) -> Verdict:
        worst = max(kind(before), kind(after))
        exactly = None if worst == FLOAT_KIND else self._exactly(before, after, form, worst)
        return self._in_floats(before, after, form) if exactly is None else exactly

    def find_witness(self, before: Expr, after: Expr, letters: tuple[Index, ...] | None = None) -> Witness | None:
        """The smallest values in small integers at which the two sides differ, if some are found quickly."""
        free = tuple(sorted(before.free | after.free)) if letters is None else letters
        return find_witness(self.setting, before, after, free)

    def _exactly(self, before: Expr, after: Expr, form: Form, worst: int) -> Verdict | None:
        seen: list[Evaluator] = []
        for place in self.exact_points(EXACT_POINTS + 6):
            try:
                equal = list(self._laid(place, before, form).data) == list(self._laid(place, after, form).data)
            except OutOfDomain:
                continue
            except NotExact:
                return None
            if not equal:
                return None if worst == ORACLE_KIND else Verdict("differs", f"not equal modulo {PRIME} at {self._sizes([place])}")
            seen.append(place)
            if len(seen) == EXACT_POINTS:
                break
        if len(seen) < EXACT_POINTS or (worst == ORACLE_KIND and not self._somewhere(before, after, form)):
            return None
        return Verdict("proved", f"equal modulo {PRIME} at {self._sizes(seen)}")

    def _sizes(self, places: list[Evaluator]) -> str:
        said = list(dict.fromkeys(place.point.described() for place in places if isinstance(place.point, Point)))
        return "sizes " + " and ".join(said) if any(said) else f"{len(places)} points"

    def _somewhere(self, before: Expr, after: Expr, form: Form) -> bool:
        """Whether there is a point in the reals where both sides have values, and they agree."""
        for place in self.float_points(FLOAT_POINTS + 12):
            try:
                error = self._error(place, before, after, form)
            except (OutOfDomain, NotExact):
                continue
            return error < _DIFFER
        return False

    def _in_floats(self, before: Expr, after: Expr, form: Form) -> Verdict:
        errors: list[float] = []
        reason = "no point was found inside the domain"
        for place in self.float_points(FLOAT_POINTS + 20):
            try:
                errors.append(self._error(place, before, after, form))
            except OutOfDomain as outside:
                reason = f"no point was found inside the domain: {outside}"
            except NotExact as lacking:
                return Verdict("unknown", f"no value can be computed: {lacking}")
            if len(errors) == FLOAT_POINTS:
                break
        good = [error for error in errors if error <= _AGREE]
        bad = [error for error in errors if error > _DIFFER]
        if bad and (len(bad) > 1 or bad[0] > 1e-3 or len(errors) == 1):
            return Verdict("differs", f"error {max(bad):.1g} at {len(bad)} of {len(errors)} random points")
        if len(good) >= 2 and len(good) == len(errors):
            return Verdict("agrees", f"worst error {max(good):.1g} at {len(good)} random points")
        return Verdict("unknown", reason if not errors else "rounding hides whether the two sides are equal")

    def _laid(self, place: Evaluator, expr: Expr, form: Form) -> Tensor:
        point = place.point
        assert isinstance(point, Point)
        return spread(place.value(expr), *form.axes(point))

    def _error(self, place: Evaluator, before: Expr, after: Expr, form: Form) -> float:
        """The largest difference over the largest entry."""
        left, right = self._laid(place, before, form).data, self._laid(place, after, form).data
        scale = max(1e-3, max(map(abs, left)), max(map(abs, right)))
        if not scale < 1e200:
            raise OutOfDomain("numbers too large")
        return float(max(abs(a - b) for a, b in zip(left, right, strict=True)) / scale)

    # --- derivatives --------------------------------------------------------------------------------------------------

    def derivative(self, letters: tuple[Index, ...], order: int = 1) -> Expr:
        """The pending derivative of the loss at the letters: sides of the loss first, then of wrt (twice for order 2)."""
        loss, wrt = self.problem.loss, self.problem.wrt
        left = list(letters)

        def two(shape: Shape) -> tuple[Index | None, Index | None]:
            return (left.pop(0) if shape.rows.names or shape.rows.factor > 1 else None,
                    left.pop(0) if shape.cols.names or shape.cols.factor > 1 else None)

        result = loss if loss.shape.is_number else Entry(loss, *two(loss.shape))
        for _ in range(order):
            result = Partial(result, wrt, *two(wrt.shape))
        if left:
            raise ValueError("more letters than the derivative has")
        return result

    def check_derivative(self, entry: Expr, letters: tuple[Index, ...], order: int = 1) -> Verdict:
        """Whether `entry` at the letters is the derivative of the loss itself, whatever any chain of steps says."""
        if not entry.shape.is_number or not entry.free <= set(letters):
            return Verdict("differs", "not an entry over the letters of the derivative")
        return self.compare_over(self.derivative(letters, order), entry, letters)

