"""Entries read back into matrices by rules: Σ_k A_ik B_kj is (A B)_ij. Which rules, in which order:
rules/methods/index.toml.

Code only says where a rule is tried and which entries are turned round: seen from the row letter, each summed letter
stands first as a column and then as a row. One rule at all its places is one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from ...diagnostics.record import record
from ...ir import Add, Call, Entry, Expr, Index, Mul, Path, Power, SumOver, Transpose, is_elementwise
from ...ir.terms import terms_of
from ...ir.walk import at
from ...ir.walk import places as places_in
from ...records import Bindings
from ..engine.application import Application, Scene, applied
from ..engine.apply import Rewriting
from ..engine.recorder import Search
from . import places as places  # its native rules

Ends = tuple[Index | None, Index | None]
Places = Iterable[tuple[Path, Expr]]

LIMIT: Final = 400
"""At most so many readings of one line; each removes a letter, a factor or a term,
so the limit is never met in practice."""


@record
class Reading:
    """One rule that read something back: the line before and after, and what its sentence says."""

    application: Application
    title: str
    said: Bindings


def matrix_of(line: Expr, row: Index | None, col: Index | None, scene: Scene) -> Expr | None:
    """The matrix (a number without letters) whose entry (row, col) the line is; None if the rules find none."""
    return read_matrix(read_through(line, (row, col), scene), row, col)


def read_through(line: Expr, ends: Ends | None, scene: Scene) -> Expr:
    """The line that all readings together make."""
    for reading in readings(line, ends, scene):
        line = reading.application.after
    return line


def read_matrix(line: Expr, row: Index | None, col: Index | None) -> Expr | None:
    """The matrix of a line that is one entry (row, col); a number without letters itself; None for all other lines."""
    if row is None and col is None:
        return None if line.free or _has_sum(line) else line
    whole = isinstance(line, Entry) and not line.base.free and (line.row, line.col) == (row, col)
    return line.base if whole and isinstance(line, Entry) else None


def readings(line: Expr, ends: Ends | None, scene: Scene) -> Iterator[Reading]:
    """Rules one after the other until none fits. `ends` are the letters of the matrix (row, column); without them only
    what stands under a Σ is read, and the free letters stay."""
    row = ends[1] if ends is not None and ends[0] is None else None
    reader = _Reader(line, ends if row is None else (row, None), scene)
    for found in islice(reader.run(), LIMIT):
        reader.line = found.application.after
        yield found
    if row is not None and read_matrix(reader.line, row, None) is not None:
        found_row = reader.first("row", [((), reader.line)])
        yield from () if found_row is None else (found_row,)


class _Reader:
    """The line of which the part at `root` is read, and where rules fit in it.
    Whoever takes a reading sets the line."""

    def __init__(
        self, line: Expr, ends: Ends | None, scene: Scene, root: Path = (), search: Search | None = None
    ) -> None:
        self.line, self.ends, self.scene, self.root = line, ends, scene, root
        self.search = search or Search(scene, _is_plain)
        self.rules = {phase.name: phase.rules for phase in scene.rules.method("index").phases}

    def run(self) -> Iterator[Reading]:
        """What is seen at sight, brackets, entries turned round, one sum after the other,
        then what is left over the ends."""
        begun, fewest = self.ends is None, LIMIT
        while True:
            found = self.first("see", self._nodes())
            if found is None:
                inner = None
                for inner in self._brackets():
                    yield inner
                if inner is not None:
                    continue
            if found is None and not begun:
                begun, found = True, self._turned(self._wrong())
            found = found or self.first("sum", self._nodes())
            sums = sum(len(node.indices) for _, node in self._number_nodes() if isinstance(node, SumOver))
            if found is None and 0 < sums < fewest:
                fewest = sums
                found = self._turned([path for start, term in self._terms() for path in _clashing(start, term)])
            found = found or self._left_over()
            if found is None:
                return
            yield found

    def _left_over(self) -> Reading | None:
        if self.ends is None:
            return self.first("free", self._number_nodes())
        ends = zip(("i", "j"), self.ends, strict=True)
        bindings: Bindings = tuple((name, letter) for name, letter in ends if letter is not None)
        found = self.first("place", self._number_nodes(True), bindings)
        if found is not None or any(_has_sum(term) for _, term in self._terms()):
            return found
        found = self._turned(self._wrong()) or self.first("spread", self._terms(), bindings)
        return found or self.first("collect", self._number_nodes(True), bindings)

    def _brackets(self) -> Iterator[Reading]:
        """The readings of the innermost bracket that can be read: it becomes one entry over its own letters."""
        for path, node in self._inner():
            reader = _Reader(self.line, _own_ends(node), self.scene, path, self.search)
            found = None
            for found in reader.run():
                yield found
                reader.line = self.line
                here = dict(places_in(self.line)).get(path)
                if here is None or here.free != node.free or isinstance(here, Entry):
                    return  # it is read, or numbers came out of it and it stands elsewhere
            if found is not None:
                return

    def _part(self) -> Expr:
        return at(self.line, self.root)

    def _terms(self) -> list[tuple[Path, Expr]]:
        return [((*self.root, *path), term) for path, term in terms_of(self._part())]

    def _number_nodes(self, whole: bool = False) -> list[tuple[Path, Expr]]:
        return [((*self.root, *path), node) for path, node in _number_nodes(self._part(), whole)]

    def _nodes(self) -> Places:
        """Where rules without ends are tried: everywhere, or under a Σ."""
        nodes = self._number_nodes()
        bound = frozenset().union(*(node.indices for _, node in nodes if isinstance(node, SumOver)))
        return [one for one in nodes if self.ends is not None or isinstance(one[1], SumOver) or one[1].free & bound]

    def _inner(self) -> list[tuple[Path, Expr]]:
        """Brackets of one or two letters, and what stands under a function or a power: inner ones first."""
        found = []
        for path, node in self._number_nodes():
            whole = len(path) == len(self.root) or isinstance(node, Entry) or not node.shape.is_number
            if whole or not 0 < len(node.free) < 3:
                continue
            above = at(self.line, path[:-1])
            curved = isinstance(above, Power) or (isinstance(above, Call) and is_elementwise(above.function))
            if (curved and path[-1] == 0) or (isinstance(node, Add) and isinstance(above, Mul | SumOver)):
                found.append((path, node))
        return found[::-1]

    def first(self, phase: str, places: Places, ends: Bindings = ()) -> Reading | None:
        """One step by the first rule of a phase that fits at one of the places,
        there and wherever else it fits by itself."""
        found = self.search.first(self.rules[phase], self.line, places, ends)
        return _reading(self.line, found) if found else None

    def _turned(self, wrong: list[Path]) -> Reading | None:
        """The entries at these places turned round."""
        return self.first("turn", [(path, at(self.line, path)) for path in wrong])

    def _wrong(self) -> list[Path]:
        return [path for start, term in self._terms() for path in _wrong_way(start, term, self.ends or (None, None))]


def _own_ends(bracket: Expr) -> Ends:
    """The letters of a bracket, row and column as most of its entries have them."""
    letters = sorted(bracket.free)
    if len(letters) == 1:
        return letters[0], None
    entries = (one for _, one in _number_nodes(bracket) if isinstance(one, Entry))
    places = [(one.row, one.col) for one in entries if not isinstance(one.base, Transpose)]
    first, second = letters
    return (second, first) if places.count((second, first)) > places.count((first, second)) else (first, second)


def _is_plain(found: Rewriting) -> bool:
    """Whether no array would hold letters (it would be another one for each of their values),
    and no letter is a number."""
    literal = any(isinstance(value, int) for _, value in found.bindings)
    return not literal and not any(isinstance(node, Entry) and node.base.free for _, node in _number_nodes(found.new))


def _reading(line: Expr, found: dict[Path, Rewriting]) -> Reading:
    path, first = next(iter(found.items()))
    before = at(line, path)
    left = _factors((), first.new)[0]
    letters = ", ".join(
        str(index) for index in (before.indices if isinstance(before, SumOver) else ()) if index not in left
    )
    product = _made(before, first.new)
    said: Bindings = (("entry", before), ("turned", first.new), ("letters", letters))
    said = (*said, ("product", product.base if isinstance(product, Entry) else product))
    several = ", and in the other terms likewise" if len({one.new for one in found.values()}) > 1 else ""
    return Reading(
        applied(line, found), first.rule.title + several, (*said, ("purpose", _purpose(line, path, first.new)))
    )


def _purpose(line: Expr, path: Path, turned: Expr) -> str:
    """What an entry is turned round for: its summed letter comes beside the other one,
    or without a sum its letters in their order."""
    around = (at(line, path[:depth]) for depth in range(len(path)))
    if not isinstance(turned, Entry) or any(
        isinstance(node, SumOver) and not turned.free.isdisjoint(node.indices) for node in around
    ):
        return "the summed letters stand side by side"
    if turned.row is None or turned.col is None:
        return f"it is an entry of a {'row' if turned.row is None else 'column'}"
    return f"{turned.row} stands in front of {turned.col}"


def _made(before: Expr, new: Expr) -> Expr:
    """What a rule made, without the factors that it left."""
    old = [factor for _, factor in _factors((), before)[1]]
    return next((factor for _, factor in _factors((), new)[1] if factor not in old), new)


def _number_nodes(line: Expr, whole: bool = False) -> Iterator[tuple[Path, Expr]]:
    """What stands in a line of entries, from outside in and in reading order; arrays are not entered."""
    stack: list[tuple[Path, Expr]] = [((), line)]
    while stack:
        path, node = stack.pop()
        if whole and len(path) == isinstance(line, Add) and _has_sum(node):
            continue
        yield path, node
        if not isinstance(node, Entry) and (node.free or isinstance(node, SumOver) or not path or len(path) == 1):
            stack.extend(((*path, number), node.children[number]) for number in range(len(node.children) - 1, -1, -1))


def _has_sum(term: Expr) -> bool:
    return any(isinstance(node, SumOver) for _, node in _number_nodes(term))


def _wrong_way(path: Path, term: Expr, ends: Ends) -> list[Path]:
    """Which entries of a term have the letter that is reached first as their column;
    an entry of a row is one of a column."""
    entries = [(place, factor) for place, factor in _factors(path, term)[1] if isinstance(factor, Entry)]
    edges = [one for one in entries if _is_edge(one[1])]
    wrong = [place for place, factor in entries if factor.row is None and isinstance(factor.col, Index)]
    seen: set[Index] = set()
    for start in ends:
        waiting = [start] if start is not None and start not in seen else []
        seen.update(waiting)
        while waiting:
            here = waiting.pop(0)
            for edge in [one for one in edges if here in (one[1].row, one[1].col)]:
                place, factor = edge
                edges.remove(edge)
                there = factor.col if factor.row is here else factor.row
                if factor.row is not here:
                    wrong.append(place)
                if isinstance(there, Index) and there not in seen:
                    seen.add(there)
                    waiting.append(there)
    return wrong


def _clashing(path: Path, term: Expr) -> list[Path]:
    """One entry at a summed letter that is the row (or the column) of both its entries, or the row of its only one."""
    bound, factors = _factors(path, term)
    edges = [(place, one) for place, one in factors if isinstance(one, Entry) and _is_edge(one)]
    for letter in bound:
        here = [(place, one) for place, one in edges if letter in (one.row, one.col)]
        as_row = [one.row is letter for _, one in here]
        if as_row in ([True, True], [False, False], [True]):
            return [next((place for place, one in here if isinstance(one.base, Transpose)), here[0][0])]
    return []


def _is_edge(factor: Entry) -> bool:
    letters = isinstance(factor.row, Index) and isinstance(factor.col, Index)
    return letters and factor.row is not factor.col and not factor.base.free


def _factors(path: Path, node: Expr) -> tuple[tuple[Index, ...], list[tuple[Path, Expr]]]:
    """The summed letters of a term, and its factors with their places."""
    if isinstance(node, SumOver):
        bound, found = _factors((*path, 0), node.body)
        return (*node.indices, *bound), found
    if not isinstance(node, Mul):
        return (), [(path, node)]
    parts = [_factors((*path, number), factor) for number, factor in enumerate(node.factors)]
    return tuple(index for bound, _ in parts for index in bound), [one for _, found in parts for one in found]
