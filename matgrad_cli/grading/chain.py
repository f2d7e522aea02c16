"""Where a derivation stands, and what became of its rows: plain records that the reader of rows fills."""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics.record import field, mutable, record, replace
from ..diagnostics.regex import regex
from ..documents.sheets.facts import facts_by_standing
from ..documents.words import said
from ..ir import Expr, Index
from ..records.finding import LineVerdict, Role
from .answers.dress import UNDER_A_FACT
from .lines.forms import descends, left_letters, letters_of, order_of
from .lines.kinds import Clash, Pairing, entry_at, pairings, slopes, ways_at
from .lines.lost_sums import lost_sum, lost_sums, sigma_letters
from .lines.reading import Read, undefined
from .lines.scope import Surroundings
from .lines.shape_said import misfit_behind
from .lines.statements import NO_STEP, STEP, Claim, Row
from .lines.syntax_walk import names
from .meanings.targets import is_target, is_turned
from .slips.causes import Slip
from .slips.codes import TIED


@record
class Outcome:
    """What was found at one sign of equality, or at a side that could not be read. `head`:
    the left side with which its chain begins.

    `carried`: an equation that follows from a wrong one alone, and is false itself.
    """

    verdict: LineVerdict
    read: Read | None = None
    slip: Slip | None = None
    role: Role = "claim"
    head: Expr | None = None
    carried: bool = False


@record
class RowResult:
    """The verdict on a row, the outcome that decided it, all its outcomes,
    and what is to be said about how the row was read.

    `apart`: only what it is the derivative of is not known; its last side is, and the next row goes on from that.
    """

    row: Row
    verdict: LineVerdict
    outcome: Outcome | None
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    apart: bool = False

    @property
    def begins_right(self) -> bool:
        """Whether the first of several equalities follows: what is open are those behind it."""
        first = self.outcomes[0] if len(self.outcomes) > 1 else None
        return first is not None and (first.verdict, first.role) == ("follows", "question")

    @property
    def role(self) -> Role:
        """What the row does: the most that one of its parts does."""
        roles = {outcome.role for outcome in self.outcomes}
        order: tuple[Role, ...] = ("claim", "equation", "definition", "question", "aside")
        return next((role for role in order if role in roles), "aside")

    @property
    def slip(self) -> Slip | None:
        """The slip that decided the row."""
        return self.outcome.slip if self.outcome is not None else None


@mutable
class Chain:
    """Where a derivation stands: the last expression, the order of its letters,
    whether it is the derivative of the loss.

    `sound` says that everything since the head follows, so that the head has the value of the last side.
    `turned` says that the left side is the transpose of the derivative that is asked for, `(∇f)ᵀ` or `∂f/∂xᵀ`.
    `sums` are the letters over which the line before writes a Σ, `always` those over which the text does anywhere;
    `silent` are the letters that the left side has without a Σ, `lost` those of them that have a Σ elsewhere.
    `gap` says that the row before could not be judged, `apart` that of this one only the left side could not.
    `guess` says why the left side is only a guess at the loss's derivative.
    `equation` says that the derivative was set to zero: what comes now is an equation for the variable, no identity.
    """

    last: Expr | None = None
    order: tuple[Index, ...] = ()
    target: bool = False
    rough: bool = False
    head: Expr | None = None
    turned: bool = False
    sound: bool = False
    gap: bool = False
    apart: bool = False
    guess: Slip | None = None
    equation: bool = False
    sums: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()
    final: Read | None = None
    final_order: tuple[Index, ...] = ()
    notes: list[str] = field(default_factory=list)

    def begin(self, left: Read, expr: Expr, around: Surroundings) -> None:
        """A claim with its own left side begins a chain."""
        self.order, self.head, self.sound, self.rough = order_of(expr, around.task.layout), expr, True, left.rough
        self.target, self.turned = is_target(around, expr), is_turned(around, left)
        self.guess = undefined(left.side.node, around)
        written = names(left.side.node) if left.side.node is not None else ()
        own = (label for name in written for label in name.name.split("_")[1:])  # the i of ℓ_i
        kept = self.silent if self.gap else frozenset[str]()
        self.silent = kept.union(left.summed, letters_of(left.side.node), own)
        self.lost = lost_sums(left, self.always - kept)
        self.sums = (self.sums | self.always | sigma_letters(left.side.node)) - self.silent

    def begin_unknown(self, left: Read) -> None:
        """A claim begins a chain whose left side could not be read: only its letters are known."""
        self.target, self.order, self.head, self.sound, self.guess = False, (), None, False, None
        self.silent = frozenset(letters_of(left.side.node))

    def lost_sums(self, found: Read) -> tuple[str, ...]:
        """The letters of the next side that are summed though no Σ goes over them any more."""
        before, self.sums = self.sums, sigma_letters(found.side.node) | (self.always - self.silent)
        return lost_sums(found, before)

    def lost_of_equation(self, last: Expr, found: Read) -> tuple[tuple[str, ...], Expr | None]:
        """The letters that one side of an equation sums though their Σ stands elsewhere, and that side as it is meant;
        letters that both sides sum silently speak of each."""
        if left := tuple(letter for letter in self.lost if letter not in found.summed):
            return left, last
        return lost_sums(found, self.always - self.silent), found.expr

    def letters(self, last: Expr) -> frozenset[Index]:
        """The free letters that a side may carry after this expression."""
        return last.free | frozenset(self.order)

    def each(self) -> frozenset[str]:
        """The letters for each of which the equation before holds."""
        last = self.last if self.equation else None
        return frozenset(letter.name for letter in self.letters(last)) if last is not None else frozenset()

    def pairings(self, before: Expr, after: Expr) -> list[Pairing] | Clash:
        """The ways in which two sides of this chain may be compared."""
        return (not self.target and slopes(before, after)) or pairings(before, after, self.order)

    def learn_order(self, arrays: Pairing, taken: Pairing) -> None:
        """The letters that a matrix was taken at are from now on in that order."""
        for array, entry in () if self.order else zip(arrays, taken, strict=True):
            ways = ways_at(array, entry.free - array.free) if entry is not array else ()
            self.order = next((way for way in ways if entry_at(array, way) is entry), self.order)


def with_its_sums(outcome: Outcome, lost: tuple[str, ...], summed: Expr | None, around: Surroundings) -> Outcome:
    """Wrong where a side follows only if a letter is summed that has its Σ elsewhere in the text."""
    if not lost or summed is None or around.sums_silently or outcome.verdict != "follows":
        return outcome
    repair = around.bench.repair(summed, summed)
    return replace(outcome, verdict="wrong", slip=lost_sum(lost, repair)) if repair is not None else outcome


def as_said(outcome: Outcome, found: Read, around: Surroundings) -> Outcome:
    """Not right where the row says of the value of a side which follows that it has another shape."""
    if outcome.verdict != "follows" or found.expr is None:
        return outcome
    slip = misfit_behind(found.expr, found.side.source.text, found.side.span.end, around)
    if slip is None:
        return outcome
    return replace(outcome, verdict="undecided" if slip.code == "undecided" else "wrong", slip=slip)


def unless_if(found: Read, slip: Slip) -> Outcome:
    """A side that does not follow; an aside where it is true if a matrix is symmetric, and the row claims no more; open
    where it is the derivative with the entries of a symmetric variable tied."""
    if slip.code == TIED:
        return Outcome("undecided", found, slip)
    condition = said(UNDER_A_FACT).search(found.side.source.text) if slip.code == "needs-fact" else None
    if condition is None:
        return Outcome("wrong", found, slip)
    text, start = found.side.source.text, condition.start()
    told = facts_by_standing(_IN_SIGNS.sub("", text[start:]))["supposed"]
    needed = {name: {"symmetric"} for name in _NAMED.findall(slip.message)}
    if told != needed or _ALSO.search(text[:start]) or _EITHER_WAY.search(text[start:]):
        return Outcome("wrong", found, slip)
    return Outcome("follows", found, role="aside")


_NAMED = regex(r"`(\w+)`(?=[\w` ]* symmetric,)")
_IN_SIGNS = regex(r"\\(?:text\w*|mbox|mathrm)|[{}]")
_ALSO = regex(r"(?<![A-Za-z\\])[A-Za-z]{3,}[^A-Za-z\\]*$")
"""A word before the condition: `even if`, `not only if`, `no matter if`."""
_EITHER_WAY = regex(r"\b(?:or|not|any|general\w*)\b")


def open_outcome(found: Read, unknown: str | None) -> Outcome | None:
    """What is said of two sides that were not seen to be equal, where more than a plain difference is known;
    None elsewhere."""
    if found.side.up_to == "∝":
        return Outcome("undecided", found, Slip("undecided", "what is constant in this proportionality is not said"))
    if found.side.up_to:
        return Outcome(
            "wrong", found, Slip("differs", "this differs from what stands before it by more than a constant")
        )
    if unknown is not None:
        return Outcome("undecided", found, Slip("undecided", f"whether this follows could not be decided: {unknown}"))
    return None


def failed(found: Read) -> Outcome:
    """A side that could not be read, or whose parts do not fit."""
    return Outcome(found.failure or "unreadable", found, found.slip)


def unsaid(name: str, claim: Claim, found: Read, around: Surroundings) -> Outcome | None:
    r"""What is said of a definition that leaves open what a name is; and of the step `\Delta w`: no definition where
    it is not seen to go against the gradient, and an aside where it does but its length is not known."""
    if not name.startswith(STEP):
        return replace(failed(found), role="definition") if found.expr is None else None
    letters = left_letters(claim.sides[0])
    against = (descends(side, around, letters) for side in claim.sides[1:])
    if found.expr is None:
        return Outcome("follows", role="aside") if found.failure == "undecided" and all(against) else failed(found)
    fits = bool(letters) or found.expr.shape is around.task.problem.wrt.shape
    return None if fits and next(against) else Outcome("undecided", found, Slip("undecided", NO_STEP))


def worst_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The outcome that decides: wrong before unreadable before undecided before follows."""
    for verdict in ("wrong", "unreadable", "undecided"):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return outcomes[0] if outcomes else None
