"""A line that went wrong, what is needed in its place, and lines that may be what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from ...diagnostics.record import record
from ...ir import (
    Add,
    Call,
    Delta,
    Entry,
    Expr,
    Eye,
    Fill,
    Index,
    MatMul,
    Mul,
    Path,
    Symbol,
    Transpose,
    add,
    at,
    letters_in,
    matmul,
    mul,
    nodes_of,
    product,
    replace_at,
    sub,
)
from ...verify.arrays.tensor import TooLarge
from ...verify.fields import NotExact, OutOfDomain
from ..bench import Bench
from ..lines.reading import Read
from ..lines.scope import Surroundings
from .causes import Repair
from .factors import Factor
from .sieve import Sieve
from .terms import Shown, levels_of, shown, written_places


@record
class Context:
    """What is known where a line went wrong: the head of its chain, whether that is the derivative asked for,
    the line as read."""

    around: Surroundings
    head: Expr | None
    target: bool
    order: tuple[Index, ...]
    read: Read
    reference: Expr | None = None
    answering: bool = False
    solved: Bench | None = None
    """Points at which the derivative is zero, where an equation is judged."""

    @property
    def bench(self) -> Bench:
        """Where the line is compared with what is needed."""
        return self.solved or self.around.bench


class Case:
    """A wrong line and what is needed in its place, in one form; what several kinds of slips look at is found once.

    `context` is absent where an equation is judged, `earlier` is then the one that it should follow from; `reference`
    tells what is needed, worked out.
    """

    def __init__(
        self,
        bench: Bench,
        needed: Expr,
        line: Expr,
        context: Context | None = None,
        earlier: tuple[Expr, Expr] | None = None,
        reference: Callable[[], Expr | None] = lambda: None,
        repair: Callable[[Expr], Repair | None] | None = None,
    ) -> None:
        self.bench, self.needed, self.line, self.earlier = bench, needed, line, earlier
        self._context, self._reference = context, reference
        self.repair = repair or (lambda line: bench.repair(needed, line))
        """The line as a repair, if it is what is needed."""
        self._sieved = repair is None

    @property
    def context(self) -> Context:
        """What is known where the line went wrong."""
        assert self._context is not None
        return self._context

    def changed(self, path: Path, new: Any, said: tuple[object, ...] = (), part: Any = None) -> Trial | None:
        """The line with another part at a path; None where that is surely no repair, seen without making the line."""
        stray = not path and not new.free <= self.line.free | self.needed.free  # a letter that no Σ there counts
        if stray or (self._sieve is not None and self._sieve.excludes(path, new)):
            return None
        return Trial(replace_at(self.line, path, new), said, part)

    def of(self, line: Expr) -> Case:
        """The same line in another form."""
        return Case(self.bench, self.needed, line, self._context, self.earlier, self._reference)

    def text(self, part: Any) -> str:
        """A part in words."""
        return shown(part)

    def same(self, part: Any) -> list[Path]:
        """Where the same part stands."""
        return [path for path, node in self.places if node is part]

    @cached_property
    def _sieve(self) -> Sieve | None:
        usual = self._sieved and self.alike and not self.line.free
        place = next(self.bench.float_points(1), None) if usual else None
        try:
            return Sieve(place, self.needed, self.line) if place is not None else None
        except (OutOfDomain, NotExact, TooLarge):
            return None

    @property
    def alike(self) -> bool:
        """Whether the line has the kind of what is needed."""
        return self.needed.shape is self.line.shape and self.needed.free == self.line.free

    @cached_property
    def reference(self) -> Expr | None:
        """What is needed, worked out."""
        return self._reference()

    @property
    def worked_out(self) -> Expr:
        """What is needed, worked out as far as that can be."""
        return self.needed if self.reference is None else self.reference

    @cached_property
    def ratio(self) -> Factor | None:
        """The constant factor between the line and what is needed."""
        return self.bench.ratio(self.line, self.needed)

    @cached_property
    def kinds(self) -> frozenset[type[Expr]]:
        """The kinds of nodes that stand in the line."""
        return frozenset(map(type, nodes_of(self.line)))

    @cached_property
    def places(self) -> tuple[tuple[Path, Any], ...]:
        """The parts of the line that are its own, with their paths."""
        return tuple(written_places(self.line))

    @cached_property
    def levels(self) -> list[list[Expr]]:
        """The terms of the line, opened once, twice, …"""
        return levels_of(self.line)

    @cached_property
    def terms_off(self) -> list[tuple[list[Expr], int, Factor]]:
        """The terms of the line that must stand in it another number of times: among which, where, how often."""
        rest, terms = sub(self.needed, self.line), dict.fromkeys(term for parts in self.levels for term in parts)
        needed = {term: ratio for term in terms if (ratio := self.bench.ratio(rest, term, more=1)) is not None}
        tried = [(parts, at, needed.get(term)) for parts in self.levels for at, term in enumerate(parts)]
        return [(parts, at, ratio) for parts, at, ratio in tried if ratio is not None and ratio.constant != 1]

    # ---- how it is written: its letters, its sums, its products and the arrays in it, and what is made of them

    def deltas(self) -> Iterator[tuple[Path, Any, tuple[Any, ...]]]:
        """The δ's and their letters."""
        for path, node in self.places if Delta in self.kinds and self.needed.shape is self.line.shape else ():
            if isinstance(node, Delta):
                yield path, node, (node.left, node.right)

    def entries(self) -> Iterator[tuple[Path, Any, tuple[Any, ...]]]:
        """The entries of names, and where each stands: its letters, or None."""
        for path, node in self.places if Entry in self.kinds else ():
            if isinstance(node, Entry) and isinstance(node.base, Symbol):
                yield path, node, (node.row, node.col)

    def instead(self, place: Any, *kept: Any) -> list[Any]:
        """The letters that may stand where one does; not those that are `kept` beside it."""
        letters = sorted(letters_in(self.line) | self.needed.free) if isinstance(place, Index) else ()
        return [letter for letter in letters if letter.dim is place.dim and letter not in (place, *kept)]

    def lettered(self, node: Any, letters: Sequence[Any]) -> Any:
        """A δ, or an entry, with other letters."""
        return Delta(*letters) if isinstance(node, Delta) else Entry(node.base, *letters)

    def both(self, first: tuple[Path, Any], second: tuple[Path, Any]) -> Any:
        """The whole line with two parts replaced."""
        return replace_at(replace_at(self.line, *first), *second)

    def told(self, *letters: Any) -> str:
        """Letters in words."""
        return "".join(map(str, letters))

    def said(self, part: Any) -> object:
        """A part in words, which are found when it is told."""
        return Shown(part)

    def sums(self) -> Iterator[tuple[Path, Sequence[Any]]]:
        """Whole sums and their terms."""
        for path, node in self.places:
            if isinstance(node, Add) and not self.decides(path):
                yield path, node.terms

    def decides(self, path: Path) -> bool:
        """Whether a part stands in the condition of a mask, whose sign alone matters: no factor is lost there."""
        above = (at(self.line, path[:end]) for end in range(len(path)))
        return any(isinstance(node, Call) and node.function in ("step", "sign") for node in above)

    def sum(self, terms: Sequence[Any]) -> Any:
        """The sum of these terms."""
        return add(*terms)

    def factors(self, term: Any) -> list[Any]:
        """The numbers and the arrays of a product, in order."""
        if isinstance(term, Mul):
            parts = ([factor] if factor.shape.is_number else self.factors(factor) for factor in term.factors)
            return [one for part in parts for one in part]
        return list(term.factors) if isinstance(term, MatMul) else [term]

    def product(self, _like: Any, parts: Sequence[Any]) -> Any:
        """The product of these factors, written like another one."""
        return product(*parts)

    def chains(self) -> Iterator[tuple[Path, Any, list[Any], list[Any]]]:
        """Whole products of arrays: the numbers in front and a row of arrays,
        where some neighbours may meet in a number (xᵀy z)."""
        for path, node in self.places:
            if isinstance(node, (Mul, MatMul)) and not isinstance(above(self.line, path), Mul):
                numbers: list[Expr] = []
                arrays: list[Expr] = []
                for factor in node.factors if isinstance(node, Mul) else (node,):
                    if isinstance(factor, MatMul):
                        arrays += factor.factors
                    else:
                        (numbers if factor.shape.is_number else arrays).append(factor)
                if len(arrays) > 1:
                    yield path, node, numbers, arrays

    def joined(self, _like: Any, numbers: Sequence[Any], arrays: Sequence[Any]) -> Any:
        """The product of arrays in this order, neighbours that meet in a number taken together;
        raises ValueError if there is none."""
        pieces: list[list[Expr]] = []
        for array in arrays:
            if pieces and pieces[-1][-1].shape.cols is array.shape.rows and not matmul(*pieces[-1]).shape.is_number:
                pieces[-1].append(array)
            else:
                pieces.append([array])
        return mul(*numbers, *(matmul(*piece) for piece in pieces))

    def arrays(self) -> Iterator[tuple[Path, Any]]:
        """The parts that can carry a transpose or an inverse of their own, and carry no transpose."""
        for path, node in self.places:
            if is_array(node) and not isinstance(above(self.line, path), Transpose):
                yield path, node

    def turned(self, part: Any) -> Any:
        """The part with a transpose more, or without its own."""
        return part.body if isinstance(part, Transpose) else Transpose(part)


def above(root: Expr, path: Path) -> Expr | None:
    return at(root, path[:-1]) if path else None


def is_array(node: Expr) -> bool:
    """Whether it is a name, a sum in brackets, a function, an inverse, a product of arrays."""
    return not node.shape.is_number and not isinstance(node, (Mul, Transpose, Eye, Fill))


@record
class Trial:
    """A slip that may have been made: the line without it, or with it; what the sentences say of it; the part at fault.

    `source` is what the line would have come from by a wrong rule, `bench` where alone it is right,
    if these variables have these `values`. It is no slip of one kind where `several` were made: a factor and a sign.
    """

    line: Expr
    said: tuple[object, ...] = ()
    part: Expr | None = None
    notes: tuple[str, ...] = ()
    source: Expr | None = None
    bench: Bench | None = None
    values: tuple[tuple[Expr, Expr], ...] = ()
    several: bool = False


_LONGEST = 40
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


@record
class Quoted:
    """A part in words, which are found when it is told: `the first X` where X stands at several places of the line
    and its `path` is known, else the bare part."""

    case: Case
    part: Any
    path: Path | None = None

    def __str__(self) -> str:
        found = self.case.text(self.part)
        found = f"`{found}`" if len(found) <= _LONGEST else f"`{found[: _LONGEST - 3]}…`"
        place, count = self.nth
        return f"the {ORDINALS[place] if place < len(ORDINALS) else f'{place + 1}th'} {found}" if count > 1 else found

    @property
    def nth(self) -> tuple[int, int]:
        """Which of how many such parts of the line it is."""
        same = self.case.same(self.part) if self.path is not None else []
        return (same.index(self.path), len(same)) if self.path in same else (0, 1)
