"""The same lines at one small example in whole numbers: sums are written out term by term, so that they can be counted.

What is written is a small notation of its own, which every format sets in its way:
`2/2 · (3 · 1 + (−2) · 0) = 3`, a matrix `[1 2; 0 3]`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Final, NamedTuple

from ...diagnostics.record import replace
from ...facts import Problem
from ...facts.samplers import Fractions
from ...ir import Add, Call, Expr, Hadamard, Index, MatMul, Mul, Number, Power, Shape, Size, SumOver, Symbol, nodes_of
from ...notation.printing.to_unicode import name_unicode
from ...records import Derivation
from ...records.solution import Solution
from ...verify.arrays.tensor import TooLarge, nested
from ...verify.evaluate import Evaluator
from ...verify.fields import Floats, NotExact, NoValue, OutOfDomain
from ...verify.points import Point, Setting
from .blocks import Block, Chain, Document, Formula, Move, Numbers, Sentence, Variables

_SIZES: Final = (2,), (2, 3), (1, 2, 3)
"""The sizes to choose from; the first at which there is an example."""
_DRAWN: Final = 8
"""How often numbers are drawn for them, up to 3 and up to 2."""
_MOST_TERMS: Final = 8
_LONGEST: Final = 190
_LARGEST_BELOW: Final = 40
_NOISE: Final = 1e-12
_ROUNDING: Final = 1e-9
_CALM: Final = 20
_LARGE: Final = 1000
_HARD: Final = 15
_SUM, _PRODUCT, _ATOM = 1, 2, 3
Env = Mapping[Index, int]


class Text(NamedTuple):
    """Written numbers, and how tightly they bind."""

    text: str
    level: int = _ATOM

    def within(self, level: int) -> str:
        """The text in brackets, if it binds more loosely."""
        return f"({self.text})" if self.level < level or self.text.startswith("−") else self.text


class Example:
    """A small point of a problem and a choice of the free letters; names that `follow` are worth what they equal."""

    def __init__(
        self, problem: Problem, letters: tuple[Index, ...], start: Expr, follow: tuple[tuple[Symbol, Expr], ...] = ()
    ) -> None:
        self.problem = problem
        self.place: Evaluator | None = None
        self.at: dict[Index, int] = {}
        self._following = tuple(symbol for symbol, _ in follow)
        self._drawn = [symbol for symbol in problem.variables if symbol not in self._following]
        shown = (start, *(node for node in nodes_of(start) if isinstance(node, Call)))
        for first, choices in enumerate(_SIZES):
            best: tuple[int, Evaluator, dict[Index, int]] | None = None
            for place in _places(problem, choices, first * _DRAWN):
                self.place = place
                self.at = {letter: min(at, place.point.size(letter.dim) - 1) for at, letter in enumerate(letters)}
                values = [self.value(part, self.at) for part in shown]
                if _some(values[0]) and all(map(self._telling, self._drawn)):
                    cost = sum(map(_unread, values))
                    if best is None or cost < best[0]:
                        best = cost, place, self.at
                    if cost == 0:
                        break
            if best is not None:
                _, self.place, self.at = best
                self._follow(best[1], follow)
                return
        self.place = None

    def _follow(self, place: Evaluator, follow: tuple[tuple[Symbol, Expr], ...]) -> None:
        assert isinstance(place.point, Point)
        for symbol, value in follow:
            place.point.give(symbol, place.laid(value))

    def _telling(self, symbol: Symbol) -> bool:
        """Whether the entries of a variable can be told from each other."""
        assert self.place is not None
        entries = self.place.point.array(symbol).data
        return len(entries) < 3 or len(set(map(abs, entries))) > 1

    def given(self) -> Iterator[str]:
        """What the variables are: `m = 2`, `X = [1 2; 3 1]`, and where the entry stands: `s = 1`."""
        if self.place is None:
            return
        sizes = sorted({name for symbol in self.problem.variables for dim in symbol.shape.dims for name in dim.names})
        point = self.place.point
        assert isinstance(point, Point)
        yield from (f"{name_unicode(name)} = {point.sizes[name]}" for name in sizes if name in point.sizes)
        told = [(symbol.name, self.plain(symbol)) for symbol in (*self._drawn, *self._following)]
        told += [(letter.name, str(place + 1)) for letter, place in self.at.items()]
        yield from (f"{name_unicode(name)} = {value}" for name, value in told)
        moves = ((name_unicode(symbol.name), _array(nested(tensor))) for symbol, tensor in point.directions.items())
        yield from (f"d{name} = {value}" for name, value in moves)

    def plain(self, expr: Expr) -> str:
        """The value alone."""
        return _array(self.value(expr, {}))

    def line(self, body: Expr) -> str:
        """A line written out, and what it comes to; nothing where it has no value."""
        value = self.value(body, self.at)
        if value is None:
            return ""
        written, shown = self.written(body, self.at).text, _array(value)
        return shown if written == shown or len(written) > _LONGEST else f"{written} = {shown}"

    def equation(self, left: Expr, right: Expr) -> str:
        """An equation written out, each thing that it comes to once; nothing where a side has no value."""
        sides = [self.line(side) for side in (left, right)]
        return " = ".join(dict.fromkeys(part for side in sides for part in side.split(" = "))) if all(sides) else ""

    def value(self, expr: Expr, at: Env) -> Any:
        """A number, or nested lists; None where there is no value."""
        assert self.place is not None
        letters = tuple(sorted(expr.free))
        if not set(letters) <= set(at):
            return None
        try:
            found: Any = nested(self.place.laid(expr, letters))
        except (OutOfDomain, NotExact, NoValue, TooLarge):
            return None
        for letter in letters:
            found = found[at[letter]]
        return _upright(found, expr.shape)

    def filled(self, entry: Expr, letters: tuple[Index, ...]) -> Any:
        """Where an array is not 0: nested tuples, a level for each letter; None where it has no value."""
        if self.place is None:
            return None
        try:
            array = self.place.laid(entry, letters)
        except (OutOfDomain, NotExact, NoValue, TooLarge):
            return None
        return _truths(nested(array))

    def written(self, expr: Expr, at: Env) -> Text:
        """Sums and products written out; whatever stands inside as its value."""
        match expr:
            case SumOver(indices, body) if prod(self._size(index) for index in indices) <= _MOST_TERMS:
                places = product(*(range(self._size(index)) for index in indices))
                return _sum([self.written(body, {**at, **dict(zip(indices, place, strict=True))}) for place in places])
            case Add(terms):
                return _sum([self.written(term, at) for term in terms])
            case Mul(factors):
                return self._product(factors, at)
            case MatMul(factors) | Hadamard(factors):
                shown = [Text(_array(self.value(factor, at))).within(_PRODUCT) for factor in factors]
                return Text((" " if isinstance(expr, MatMul) else " ∘ ").join(shown), _PRODUCT)
            case Call("tr" | "sum" as name, (body,)) if not body.shape.is_number:
                return Text(f"{name}({self.written(body, at).text})")
        return Text(_array(self.value(expr, at)))

    def _product(self, factors: tuple[Expr, ...], at: Env) -> Text:
        """The factors side by side, behind a coefficient: 2/m is 2/3, and −1 a sign."""
        top, bottom, rest = Fraction(1), 1, list[Expr]()
        for factor in factors:
            match factor:
                case Number(value) if value.denominator == 1:
                    top *= value
                case Power(Size(dim), Number(value)) if value == -1:
                    assert self.place is not None
                    bottom *= self.place.point.size(dim)
                case _:
                    rest.append(factor)
        shown = [self.written(factor, at).within(_PRODUCT) for factor in rest]
        if abs(top) != 1 or bottom != 1 or not shown:
            shown.insert(0, f"{abs(top)}/{bottom}" if bottom != 1 else str(abs(top)))
        return Text(("−" if top < 0 else "") + " · ".join(shown), _PRODUCT)

    def _size(self, index: Index) -> int:
        assert self.place is not None
        return self.place.point.size(index.dim)


def _places(problem: Problem, choices: tuple[int, ...], first: int) -> Iterator[Evaluator]:
    setting = Setting(problem)
    for largest, number in product((3, 2), range(first, first + _DRAWN)):
        rng = random.Random(f"example/{number}")
        sizes = setting.sizes.drawn(rng, choices)
        if sizes is not None:
            yield Evaluator(Point(setting, number, "generic", Floats(), sizes, Fractions(rng, largest)))


def _sum(terms: list[Text]) -> Text:
    if len(terms) == 1:
        return terms[0]
    text = " + ".join(term.text if term.level >= _PRODUCT else f"({term.text})" for term in terms)
    return Text(text.replace("+ −", "− "), _SUM)


def _upright(value: Any, shape: Shape) -> Any:
    """A column as a list of rows, so that it is written upright; a row as one row."""
    if shape.is_number:
        return value
    if shape.is_column:
        return [[entry] for entry in value]
    return [value] if shape.is_row else value


def _some(value: Any) -> bool:
    """Whether there is a value, and not zeros alone."""
    return any(map(_some, value)) if isinstance(value, list) else bool(value)


def _truths(value: Any) -> Any:
    return tuple(map(_truths, value)) if isinstance(value, list) else abs(value) > 1e-9


def _array(value: Any) -> str:
    if value is None:
        return "…"
    if not isinstance(value, list):
        return _number(value)
    rows = value if isinstance(value[0], list) else [[entry] for entry in value]
    return f"[{'; '.join(' '.join(map(_number, row)) for row in rows)}]"


def _exact(value: Any) -> bool:
    return bool(abs(_fraction(value) - value) <= _NOISE * abs(value))


def _unread(value: Any) -> int:
    """How little numbers tell a reader: the digits of rounded ones, and more for those that are 0, very large,
    very small, or whole only as they are rounded."""
    if isinstance(value, list):
        return sum(map(_unread, value))
    if value is None or _exact(value):
        return 0 if value is None or 0 < abs(value) < _LARGE else _HARD
    shown = f"{float(value):.3g}"
    return len(shown) if "." in shown and 1 / _CALM < abs(value) < _CALM else _HARD


def _fraction(value: Any) -> Fraction:
    return Fraction(value).limit_denominator(_LARGEST_BELOW)


def _number(value: Any) -> str:
    near = _fraction(value)
    if abs(near - value) < _ROUNDING:
        return str(near).replace("-", "−")
    return f"{float(f'{float(value):.3g}'):.9f}".rstrip("0").rstrip(".").replace("-", "−")


def derivation_numbers(blocks: Document, derivation: Derivation) -> Document:
    """The blocks with each line at one small example, if one is found; else with a note that there is none."""
    return tuple(_told(blocks, Example(derivation.problem, tuple(sorted(derivation.start.free)), derivation.start), ()))


def solution_numbers(blocks: Document, solution: Solution) -> Document:
    """The blocks of an optimum with both sides of each equation at the solution of one small example."""
    start, unknown = solution.value, solution.unknown
    if start is None:
        said = "eigenvectors are seldom whole numbers: the lines are shown without an example"
        return (*blocks, Sentence((said,), "note"))
    stated = {left: right for left, right in (move.after for move in solution.moves) if left in solution.multipliers}
    open_ = {unknown, *solution.multipliers}
    clear = (name for name in solution.multipliers if open_.isdisjoint(nodes_of(stated.get(name, name))))
    known = [(name, stated[name]) for name in clear]
    unclear = tuple(name for name in solution.multipliers if name not in dict(known))
    return tuple(_told(blocks, Example(solution.problem, (), start, (*known, (unknown, start))), unclear))


def numbers_data(blocks: Document) -> dict[str, object]:
    """The numbers of a document as data: what is given, and each line by the number of its step."""
    chain = next((block for block in blocks if isinstance(block, Chain)), None)
    given = [one for block in blocks if isinstance(block, Numbers) for one in block.given]
    steps = {move.number: move.numbers for move in _lines(chain.moves if chain is not None else ()) if move.numbers}
    result = [block.numbers for block in blocks if isinstance(block, Formula) and block.role == "result"]
    start = chain.numbers if chain is not None else ""
    return {"given": given, "start": start, "steps": steps, "result": "".join(result)}


def _lines(moves: tuple[Move, ...]) -> Iterator[Move]:
    for move in moves:
        yield from _lines(move.inner) if move.inner else (move,)


def _told(blocks: Document, example: Example, unclear: tuple[Symbol, ...]) -> Iterator[Block]:
    if example.place is None:
        yield from blocks
        yield Sentence(("no small example in whole numbers was found",), "note")
        return
    told = [_beside(block, example, unclear) for block in blocks]
    for block in told:
        yield block
        if isinstance(block, Variables):
            yield Numbers(tuple(example.given()))  # after the lines: directions are drawn by them


def _beside(block: Block, example: Example, unclear: tuple[Symbol, ...]) -> Block:
    match block:
        case Chain(start=start):
            moves = tuple(_move(move, example, unclear) for move in block.moves)
            return replace(block, moves=moves, numbers="" if start is None else example.line(start.body))
        case Formula(role="equation", left=Expr() as left, right=right):
            return replace(block, numbers=_equation(left, right, example, unclear))
        case Formula(role="result", right=right) if not right.free:
            return replace(block, numbers=example.line(right))
    return block


def _move(move: Move, example: Example, unclear: tuple[Symbol, ...]) -> Move:
    if move.inner:
        return replace(move, inner=tuple(_move(inner, example, unclear) for inner in move.inner))
    left, body = move.line.left, move.line.body
    return replace(move, numbers=example.line(body) if left is None else _equation(left, body, example, unclear))


def _equation(left: Expr, right: Expr, example: Example, unclear: tuple[Symbol, ...]) -> str:
    """An equation at the solution; nothing where it holds a multiplier whose value is nowhere said."""
    hidden = any(name in nodes_of(side) for name in unclear for side in (left, right))
    return "" if hidden else example.equation(left, right)
