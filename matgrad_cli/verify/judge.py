"""Whether two lines denote the same array: exactly modulo a prime where possible, else in floats at several points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from ..diagnostics.record import record, replace
from ..facts import Fact, Problem
from ..ir import ONE, Entry, Expr, Index, OpenLetter, Partial, Shape
from ..ir.memory import remembered
from .arrays.tensor import TooLarge
from .evaluate import EVALUATION_LIMIT, Evaluator
from .fields import NotExact, NoValue, OutOfDomain, prime_of
from .functions import FLOAT_KIND, ORACLE_KIND, RATIONAL_KIND, kind
from .kinks import FACTORS, SEARCHED, Reach, is_discrete, kinks, said, segments, signs
from .nearness import CLEAR, Nearness, Shaken, nearness, weighed
from .places import Denied, Points, condition, counts
from .points import DOMAINS, Point, Setting, impossible
from .probes import kinds_of_pairs, probed, unshared
from .verdict import Verdict, Witness

EXACT_POINTS: Final = 2
"""So many points modulo the prime prove a line."""
FLOAT_POINTS: Final = 5
_WITNESS_WEIGHT: Final = 400
_UNCOMMON: Final = 200
"""A declared size from here on is hardly met by chance as another number of the text."""


@record
class Form:
    """How two lines are compared: over which letters, and whether it is a claim of the first."""

    letters: tuple[Index, ...]
    claim: bool = False


class Judge:
    """Compares expressions of one problem. Points, and every node evaluated there, are shared by all comparisons.

    Each comparison is made at points of every order of sizes and every scale of entries. A `thorough` judge, and a
    whole result in any, is also asked where one dimension is 1 and where one is larger.
    """

    def __init__(self, problem: Problem, seed: int = 0, violating: Iterable[Fact] = (), thorough: bool = False) -> None:
        self.problem = problem
        self.setting = Setting(problem, seed, violating)
        self.thorough = thorough
        self._points = Points(self.setting)
        self._untied: list[Points] = []
        self._shaken: dict[tuple[Evaluator, int], Shaken] = {}
        self._reached: dict[Expr, Reach] = {}
        self._impossible = impossible(self.setting)
        self.lasting: Expr | None = None
        """The line whose values are kept where all else is let go: what many lines are compared with."""

    # --- points -------------------------------------------------------------------------------------------------------

    def exact_points(self, count: int = EXACT_POINTS) -> Iterator[Evaluator]:
        """Evaluators at so many points modulo the prime (fewer if the facts exclude some sizes)."""
        for number in range(count):
            place = self._points.exact(number)
            if place is not None and self.completed(place):
                yield place

    def float_points(self, count: int = FLOAT_POINTS) -> Iterator[Evaluator]:
        """Evaluators at so many points of floats where the loss has a value (fewer if none are found)."""
        found = 0
        for number in range(count + 12):
            place = self._points.inside(number, self.problem.loss)
            if place is not None and self.completed(place):
                yield place
                found += 1
                if found == count:
                    return

    def drawn(self, number: int, mode: str, turn: int, factor: float = 1, symbols: Iterable[Expr] = ()) -> Evaluator:
        """A point with the sizes of a turn, drawn in a range, some variables scaled; the loss may have no value."""
        return self._points.scaled(number, mode, turn, factor, symbols)

    def completed(self, place: Evaluator) -> bool:  # noqa: ARG002
        """Whether the point has values for everything; a judge that knows definitions computes them here."""
        return True

    def renew(self, *, forget: bool = False) -> None:
        """What comes now may take as much work as what came before; the points stay, even if they `forget`."""
        for place in [place for points in (self._points, *self._untied) for place in points.made()]:
            place.work = 0
            if forget:
                place.forget(self.lasting)

    def forget(self) -> None:
        """Lets go of what was evaluated."""
        self.renew(forget=True)
        self._shaken, self._reached = {}, {}
        self._points.between = {}

    # --- comparisons --------------------------------------------------------------------------------------------------

    def compare(self, before: Expr, after: Expr) -> Verdict:
        """Whether two lines with the same free letters and shape denote the same array."""
        constant = any(not side.free and not side.symbols for side in (before, after))
        if before.shape is after.shape and before.free != after.free and not constant:
            one, other = (", ".join(map(str, sorted(side.free))) or "none" for side in (before, after))
            return Verdict("differs", f"free indices differ: {one} and {other}")
        return self.compare_over(before, after, tuple(sorted(before.free | after.free)))

    def compare_over(
        self, before: Expr, after: Expr, letters: tuple[Index, ...], thorough: bool = False, claim: bool = False
    ) -> Verdict:
        """The same over given letters: a side that lacks one of them is constant along it.
        Another letter in it is an OpenLetter.

        A `claim` says something only where its left side `before` has a value: ∂ log det X/∂X = X⁻¹ where det X > 0.
        """
        unknown = (before.free | after.free).difference(letters)
        if unknown:
            raise OpenLetter(f"the letter {min(unknown).name} stands outside of its sum", before, after)
        if before is after:
            return Verdict("proved", "the same expression")
        if before.shape is not after.shape:
            return Verdict("differs", f"shapes differ: {before.shape} and {after.shape}")
        if self._impossible is not None:
            return Verdict("unknown", self._impossible)
        form = Form(letters, claim)
        try:
            verdict = self._judged(before, after, form, thorough or self.thorough)
        except TooLarge:
            return Verdict("unknown", "too large to evaluate")
        except Denied as lacking:
            if (apart := self._apart(before, after, form)) is not None:
                return apart
            where = "at a point where the other side has a value this one has none"
            return Verdict("unknown", f"needs {lacking.needs}: {where}")
        if verdict.kind != "differs" or max(before.weight, after.weight) > _WITNESS_WEIGHT:
            return verdict
        return Verdict("differs", verdict.by, self.find_witness(before, after, letters))

    def _judged(self, before: Expr, after: Expr, form: Form, thorough: bool) -> Verdict:
        worst = max(kind(before), kind(after))
        exactly = None if worst == FLOAT_KIND else self._exactly(before, after, form, worst, thorough)
        found = self._in_floats(before, after, form, thorough) if exactly is None else exactly
        smaller = found.kind == "differs" and self.setting.shrunk
        return self._at_true_sizes(found, before, after, form) if smaller else found

    def _at_true_sizes(self, found: Verdict, before: Expr, after: Expr, form: Form) -> Verdict:
        """Lines that differ at sizes smaller than declared: a number of the text may be a size or not,
        so ask again where it is none.

        What holds for all smaller sizes in either way holds for the declared ones. What holds in neither is asked at
        the declared sizes themselves; if they are too large, a difference is believed where no size is a common number.
        """
        if not self._untied:
            self._untied = [Points(self.setting, tied=False), Points(self.setting, shrunk={})]
        kept = self._points
        try:
            for points in self._untied:
                self._points = points
                again = self._in_floats(before, after, form, False)
                if again.holds:
                    return again
            return found
        except TooLarge:
            undecided = min(self.setting.shrunk) < _UNCOMMON
        finally:
            self._points = kept
        why = "too large to evaluate, and smaller sizes do not decide: a number of the text may be a size"
        return Verdict("unknown", why) if undecided else found

    def find_witness(self, before: Expr, after: Expr, letters: tuple[Index, ...] | None = None) -> Witness | None:
        """The smallest values in small integers at which the two sides differ, if some are found quickly."""
        from .witness import find_witness  # seldom needed

        free = tuple(sorted(before.free | after.free)) if letters is None else letters
        return find_witness(self.setting, before, after, free)

    def _exactly(self, before: Expr, after: Expr, form: Form, worst: int, thorough: bool) -> Verdict | None:
        seen: list[Evaluator] = []
        excluded = ""
        before, after = unshared(before, after)
        pairs = [] if thorough or worst >= ORACLE_KIND else kinds_of_pairs(before, after, self.setting.words)
        apart = [self._exactly(left, right, form, worst, False) for left, right in pairs]
        if pairs and all(verdict is not None and verdict.kind == "proved" and not verdict.needs for verdict in apart):
            return apart[0]
        one, other, letters = probed(before, after, form.letters if before.shape.is_number else ())
        along = replace(form, letters=letters) if before.shape.is_number else form
        count = len(self._points.turns) if thorough else self._points.exact_base
        for place in self.exact_points(count + 6):
            if len(seen) >= EXACT_POINTS and place is self._points.exact(count):
                break
            try:
                sides = self._sides(place, one, other, along)
            except NotExact:
                return None
            if isinstance(sides, str):
                excluded = excluded or sides
            elif sides is not None:
                if list(sides[0]) != list(sides[1]):
                    by = f"not equal modulo {prime_of(self.setting.seed)} at {self._sizes([place])}"
                    return Verdict("differs", by) if worst == RATIONAL_KIND else None
                seen.append(place)
        if len(seen) < EXACT_POINTS or (worst == ORACLE_KIND and not self._somewhere(before, after, form, thorough)):
            return None
        by = f"equal modulo {prime_of(self.setting.seed)} at {self._sizes(seen)}"
        return Verdict("proved", f"{by}, where {excluded}" if excluded else by, needs=excluded)

    def _sizes(self, places: list[Evaluator]) -> str:
        said = list(dict.fromkeys(place.point.described() for place in places if isinstance(place.point, Point)))
        return "sizes " + " and ".join(said) if any(said) else f"{len(places)} points"

    def _sides(self, place: Evaluator, before: Expr, after: Expr, form: Form) -> tuple[Any, Any] | str | None:
        """Both arrays at a point; None if the point says nothing, the condition if neither side has a value.

        Raises Denied if one has a value and the other surely none, though the loss has one; NotExact, TooLarge.
        """
        found = [self._attempt(place, side, form) for side in (before, after)]
        lacking = [side for side in found if isinstance(side, OutOfDomain)]
        if not lacking:
            return found[0], found[1]
        sure = [side for side in lacking if isinstance(side, NoValue) and counts(place, side)]
        if not sure or any(isinstance(side, TooLarge) for side in found) or self._outside(place):
            return None
        if len(lacking) == 1:
            if form.claim and lacking[0] is found[0]:
                return None
            raise Denied(condition(sure[0]))
        return condition(sure[0]) if "invertible" in sure[0].needs else None

    def _attempt(self, place: Evaluator, expr: Expr, form: Form) -> Any:
        """The entries of an expression at a point, or why it has none there."""
        try:
            return place.laid(expr, form.letters).data
        except OutOfDomain as outside:
            return outside
        except TooLarge:
            if place.limit == EVALUATION_LIMIT:
                raise
            return OutOfDomain("too large for a point that is one more")

    def _outside(self, place: Evaluator) -> OutOfDomain | None:
        """Why the loss has no value at a point; None where it has one."""
        try:
            place.value(self.problem.loss)
        except OutOfDomain as why:
            return why
        return None

    def _somewhere(self, before: Expr, after: Expr, form: Form, thorough: bool) -> bool:
        """Whether both sides agree in the reals, wherever both have values:
        an oracle knows only some laws of exp and log.

        Here both may be nothing but rounding: that what is computed there is zero was proved.
        """
        places = self.float_points(FLOAT_POINTS + 1 if thorough else 2)
        found = [self._near(place, before, after, form).outcome for place in places]
        return "differs" not in found and ("agrees" in found or "noise" in found)

    def _apart(self, before: Expr, after: Expr, form: Form) -> Verdict | None:
        """That two sides differ wherever both have values, though one has none where the other has one."""
        found: dict[Evaluator, Nearness] = {}
        for number, mode in enumerate((*DOMAINS, *DOMAINS)):
            place = self.drawn(2000 + number, mode, number % 2)
            with suppress(Denied, NotExact):
                if self.completed(place) and not self._outside(place):
                    found[place] = self._near(place, before, after, form)
        outcomes = [near.outcome for near in found.values()]
        clear = outcomes.count("differs") > 1 and "agrees" not in outcomes
        return weighed([*found.items()], [], False) if clear else None

    def _in_floats(self, before: Expr, after: Expr, form: Form, thorough: bool) -> Verdict:
        try:
            found = {}
            for place in self.float_points(len(self._points.slots) if thorough else FLOAT_POINTS):
                near = found[place] = self._near(place, before, after, form)
                if near.outcome == "differs" and near.error > CLEAR:  # no other point changes that
                    return weighed([*found.items()], [], False)
            reached = [(u, self._reach(u)) for u in dict.fromkeys((*kinks(before), *kinks(after)))]
            for place in (place for _, reach in reached for place in reach.places if place not in found):
                found[place] = self._near(place, before, after, form)
        except NotExact as lacking:
            return Verdict("unknown", f"no value can be computed: {lacking}")
        telling = [place for place, near in found.items() if near.outcome == "agrees"]
        unseen = any({True, False} - signs(u, telling) - reach.excluded for u, reach in reached)
        verdict = weighed([*found.items()], [reach.said for _, reach in reached if reach.said], unseen)
        return self._between(verdict, found, before, after, form) if verdict.holds else verdict

    def _between(
        self, verdict: Verdict, found: dict[Evaluator, Nearness], before: Expr, after: Expr, form: Form
    ) -> Verdict:
        """What holds on both sides of every kink, asked between them, where one side has kinks that the other has not:
        a threshold that is another one shows itself only there."""
        both = (*kinks(before), *kinks(after))
        words, alone = self.setting.words, next(iter(self.float_points()), None)
        if alone is None:
            return verdict
        once = {u for u in both if both.count(u) == 1 and not (self._reach(u).excluded or is_discrete(u, words, alone))}
        if not once:
            return verdict
        for segment in segments(self._points, [*self.float_points()], both, once, self.completed):
            near = [self._near(place, before, after, form) for place in segment.places]
            found |= zip(segment.places, near, strict=True)
            once -= segment.told([one.outcome == "agrees" for one in near])
        again = weighed([*found.items()], [], bool(once))
        return verdict if again.holds else again

    def _near(self, place: Evaluator, before: Expr, after: Expr, form: Form) -> Nearness:
        """How near the two sides are at a point of floats. Raises Denied, NotExact, TooLarge."""
        sides = self._sides(place, before, after, form)
        if sides is None or isinstance(sides, str):
            return Nearness("nothing")

        def shaken(number: int) -> tuple[Any, Any] | None:
            again = self._shaken.get((place, number))
            if again is None:
                again = self._shaken[place, number] = Shaken(place, number)
            both = [self._attempt(again, side, form) for side in (before, after)]
            return None if any(isinstance(side, OutOfDomain) for side in both) else (both[0], both[1])

        return nearness(sides[0], sides[1], shaken)

    def _reach(self, u: Expr) -> Reach:
        """Points on the sides of a kink that were not visited yet; sides found nowhere in the domain."""
        if u in self._reached:
            return self._reached[u]
        wanted = {True, False} - signs(u, self.float_points())
        found: list[Evaluator] = []
        hidden: set[bool] = set()
        ways = [(factor, mode) for factor in FACTORS for mode in SEARCHED] if wanted else []
        for number, (factor, mode) in enumerate(ways):
            place = self._points.scaled(1000 + number, mode, number % 2, factor, u.symbols)
            seen = signs(u, [place]) & wanted if self.completed(place) else set()
            if seen and not self._outside(place):
                wanted -= seen
                found.append(place)
            elif seen and not isinstance(self._outside(place), NoValue):  # it may be that no float can hold it
                hidden |= seen
            if not wanted:
                break
        excluded = frozenset(wanted - hidden)
        self._reached[u] = Reach(tuple(found), excluded, said(u, excluded))
        return self._reached[u]

    # --- derivatives --------------------------------------------------------------------------------------------------

    def derivative(self, letters: tuple[Index, ...], order: int = 1) -> Expr:
        """The pending derivative of the loss at the letters: sides of the loss, then of wrt (twice for order 2)."""
        loss, wrt = self.problem.loss, self.problem.wrt
        left = list(letters)

        def two(shape: Shape) -> list[Index | None]:
            return [None if side is ONE else left.pop(0) for side in (shape.rows, shape.cols)]

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
        return self.compare_over(self.derivative(letters, order), entry, letters, thorough=True)


_shared: Final = remembered(maxsize=2)(Judge)


def judge_of(problem: Problem) -> Judge:
    """The judge of a problem, shared by all who ask, with all it has evaluated. Each may ask for as much."""
    judge = _shared(problem)
    judge.renew()
    return judge
