"""Unknown dimensions and how they are made equal: union-find over dimensions that may be open, not 1, or known.

What learns from them is told when something was learnt (`Watcher`),
so that nothing is asked again that has not changed.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final, Literal

from ...ir import NUMBER, ONE, Dim, Shape

Watcher = Callable[[], bool]
"""Called when a side or a kind has changed; False says that it need not be called again."""


def _tell(watchers: list[Watcher]) -> None:
    watchers[:] = [watcher for watcher in watchers if watcher()]


class Side:
    """One side of a shape, perhaps still open. `long` says that it is not 1."""

    __slots__ = ("dim", "long", "parent", "reason", "watchers")

    def __init__(self, dim: Dim | None = None, long: bool = False) -> None:
        self.parent: Side | None = None
        self.dim = dim
        self.long = long or (dim is not None and dim is not ONE)
        self.reason: str | None = None
        self.watchers: list[Watcher] = []

    @property
    def root(self) -> Side:
        """The side that stands for all that were made equal."""
        side = self
        while side.parent is not None:
            if side.parent.parent is not None:
                side.parent = side.parent.parent
            side = side.parent
        return side

    def watch(self, watcher: Watcher) -> None:
        """Be told when anything more is known of this side."""
        self.root.watchers.append(watcher)

    @property
    def known(self) -> Dim | None:
        """The dimension, if it is known by now."""
        return self.root.dim

    @property
    def is_one(self) -> bool:
        """Whether this side is 1."""
        return self.root.dim is ONE

    @property
    def is_long(self) -> bool:
        """Whether this side is known not to be 1."""
        return self.root.long


class Kind:
    """What is known of an array beyond its sides: `array` (not a number), `matrix`, `hint` (multiplied with @),
    `divisor`, `count` (in front of a number), `weighs` (in front of what may turn out to be a number).
    `alike` are those of equal forms."""

    FLAGS = ("array", "count", "divisor", "hint", "matrix")
    __slots__ = (*FLAGS, "alike", "watchers", "weighs")

    def __init__(self) -> None:
        self.array = self.matrix = self.hint = self.divisor = self.count = self.weighs = False
        self.watchers: list[Watcher] = []
        self.alike: list[Kind] = []

    def multiplied(self) -> None:
        """Note that it is a side of `@`, and so is all that has its form: `b` of `2*b @ x`."""
        if not self.hint:
            self.hint = True
            _tell(self.watchers)
            for other in self.alike:
                other.multiplied()

    def tell(self) -> None:
        """Say that something was learnt."""
        _tell(self.watchers)

    def learn(self, other: Kind) -> None:
        """Take over what is known of another array."""
        new = [name for name in Kind.FLAGS if getattr(other, name) and not getattr(self, name)]
        for name in new:
            setattr(self, name, True)
        if new:
            _tell(self.watchers)


class Form:
    """The shape of a part of the text while it is being inferred.

    `rank` counts the dimensions of NumPy's array where they are known; one of rank 1 has its length in `rows`.
    """

    __slots__ = ("cols", "kind", "rank", "rows")

    def __init__(
        self, rows: Side | None = None, cols: Side | None = None, kind: Kind | None = None, rank: int | None = None
    ) -> None:
        self.rows = rows or Side()
        self.cols = cols or Side()
        self.kind = kind or Kind()
        self.rank = rank

    @staticmethod
    def of(shape: Shape, rank: int | None = None) -> Form:
        """The form of a known shape."""
        return Form(Side(shape.rows), Side(shape.cols), rank=rank)

    @staticmethod
    def flat(length: Side) -> Form:
        """The form of a one-dimensional array."""
        return Form(length, Side(ONE), rank=1)

    @staticmethod
    def number() -> Form:
        """The form of a number."""
        return Form.of(NUMBER)

    @property
    def transposed(self) -> Form:
        """Columns × rows; what is learnt of one is learnt of the other."""
        return self if self.rank == 1 else Form(self.cols, self.rows, self.kind, self.rank)

    @property
    def is_number(self) -> bool:
        """Whether it is known to be 1×1."""
        return self.rows.is_one and self.cols.is_one

    @property
    def is_array(self) -> bool:
        """Whether it is known not to be 1×1."""
        return self.rows.is_long or self.cols.is_long

    @property
    def shape(self) -> Shape | None:
        """The shape, once both sides are known."""
        rows, cols = self.rows.known, self.cols.known
        return Shape(rows, cols) if rows is not None and cols is not None else None

    def watch(self, watcher: Watcher) -> None:
        """Be told when anything more is known of this form."""
        self.rows.watch(watcher)
        self.cols.watch(watcher)
        self.kind.watchers.append(watcher)

    def has_rank(self, rank: int | None) -> None:
        """Note how many dimensions NumPy's array has."""
        if self.rank != rank:
            self.rank = rank
            _tell(self.kind.watchers)

    def is_open(self) -> bool:
        """Whether it is not yet decided which sides are 1."""
        return not ((self.rows.is_one or self.rows.is_long) and (self.cols.is_one or self.cols.is_long))


def join(left: Side, right: Side, reason: str | None = None) -> Literal[True]:
    """Make two sides equal; a contradiction is left for the elaboration to report, with both operands. A rule that ends
    with it has said what it knows."""
    a, b = left.root, right.root
    against = a.dim is not None and b.dim is not None and a.dim is not b.dim
    if a is b or against or (a.long and b.dim is ONE) or (b.long and a.dim is ONE):
        return True
    if a.dim is None and b.dim is not None:
        a, b = b, a
    news = [side for side in (a, b) if (side.dim, side.long) != (a.dim, a.long or b.long)]
    b.parent = a
    a.long = a.long or b.long
    a.reason = a.reason or b.reason or reason
    told = [side.watchers for side in news]
    for watchers in told:
        _tell(watchers)
    if len(a.watchers) < len(b.watchers):
        a.watchers, b.watchers = b.watchers, a.watchers
    a.watchers += b.watchers
    b.watchers = []
    return True


def merge(left: Form, right: Form, reason: str | None = None) -> Literal[True]:
    """Make two forms equal; a rule that ends with it has said what it knows."""
    join(left.rows, right.rows, reason)
    join(left.cols, right.cols, reason)
    rank = left.rank or right.rank
    left.has_rank(rank)
    right.has_rank(rank)
    left.kind.learn(right.kind)
    right.kind.learn(left.kind)
    left.kind.alike.append(right.kind)
    right.kind.alike.append(left.kind)
    return True


def lengthen(side: Side, reason: str | None = None) -> None:
    """Note that a side is not 1 (unless it is known to be)."""
    root = side.root
    if root.dim is not ONE:
        new = not root.long
        root.long = True
        root.reason = root.reason or reason
        if new:
            _tell(root.watchers)


def name_side(side: Side, dim: Dim) -> None:
    """Give an open side its dimension."""
    root = side.root
    root.dim = dim
    _tell(root.watchers)


# ---- what waits to be asked, in its order; whatever has been asked is asked again only after something that it looks
# at has changed


Rule = Callable[[int], bool]
"""A rule is asked again and again until it says that it has learnt all it can. The number says how bold it may be."""

WAIT: Final = 0
PREFER: Final = 1
DECIDE: Final = 2
GUESS: Final = 3


class Agenda:
    """Numbers, each at most once, smallest first."""

    def __init__(self) -> None:
        self.heap: list[int] = []
        self.inside: set[int] = set()

    def put(self, place: int) -> None:
        if place not in self.inside:
            self.inside.add(place)
            heappush(self.heap, place)

    def take(self) -> int | None:
        """The smallest number, which is then no longer there."""
        if not self.heap:
            return None
        place = heappop(self.heap)
        self.inside.remove(place)
        return place


class Waiting:
    """Rules that have not learnt all they can."""

    def __init__(self) -> None:
        self.rules: list[Rule | None] = []
        self.now = Agenda()
        self.next = Agenda()
        self.bold = {PREFER: Agenda(), DECIDE: Agenda(), GUESS: Agenda()}
        self.at = -1

    def add(self, rule: Rule, *parts: Form | Side) -> None:
        """Ask a rule from now on; `parts` are the forms and sides that it looks at."""
        place = len(self.rules)
        self.rules.append(rule)

        def wake() -> bool:
            if self.rules[place] is None:
                return False
            (self.now if place > self.at else self.next).put(place)
            for agenda in self.bold.values():
                agenda.put(place)
            return True

        wake()
        for part in parts:
            part.watch(wake)

    def settle(self) -> None:
        """Ask in rounds, each in the order of the text, until none of the rules learns anything more."""
        while self.now.heap:
            while (place := self.now.take()) is not None:
                self.at = place
                self.ask(place, WAIT)
            self.at = -1
            self.now, self.next = self.next, self.now

    def force(self, level: int) -> bool:
        """Let one rule take its default."""
        while (place := self.bold[level].take()) is not None:
            if self.ask(place, level):
                return True
        return False

    def ask(self, place: int, level: int) -> bool:
        rule = self.rules[place]
        if rule is None or not rule(level):
            return False
        self.rules[place] = None
        return True
