"""Random points: sizes for every dimension name, arrays for every variable under its facts, directions for differentials."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any, Final

from ..facts import Fact, Problem
from ..facts.conditions import CONDITIONS, sample, violating
from ..facts.samplers import Rows, Source, generic
from ..ir import Dim, Shape, Symbol
from . import structure as lay
from .fields import Field, Floats, Modular
from .tensor import Tensor

MODES: Final = ("generic", "positive", "small", "fractions", "large", "negative")
"""How floats are drawn; a loss with log or √ has its domain in one of these."""

_RANGES: Final = {"generic": (0.25, 1.6), "positive": (0.25, 1.6), "small": (0.02, 0.12), "fractions": (0.05, 0.45), "large": (1.2, 2.6),
                  "negative": (0.25, 1.6)}


class FloatSource:
    """Floats away from zero, in the range of a mode."""

    __slots__ = ("_high", "_low", "_mode", "_random")

    def __init__(self, rng: random.Random, mode: str) -> None:
        self._random = rng
        self._mode = mode
        self._low, self._high = _RANGES[mode]

    def number(self) -> Any:
        """A float away from zero; of either sign unless the mode says otherwise."""
        size = self._low + (self._high - self._low) * self._random.random()
        if self._mode in ("generic", "small"):
            return size if self._random.random() < 0.5 else -size
        return -size if self._mode == "negative" else size

    def positive(self) -> Any:
        """A positive float."""
        return self._low + (self._high - self._low) * self._random.random()

    def ratio(self, top: Any, bottom: Any) -> Any:
        """top / bottom."""
        return top / bottom

    def below(self, limit: int) -> int:
        """A whole number below the limit."""
        return int(self._random.random() * limit)


class ModularSource:
    """Integers modulo a prime."""

    __slots__ = ("_field", "_random")

    def __init__(self, rng: random.Random, field: Modular) -> None:
        self._random = rng
        self._field = field

    def number(self) -> Any:
        """Any number but zero."""
        return self._random.randrange(1, self._field.p)

    def positive(self) -> Any:
        """Any number but zero: there is no order."""
        return self._random.randrange(1, self._field.p)

    def ratio(self, top: Any, bottom: Any) -> Any:
        """top / bottom."""
        return top * self._field.inverse(bottom % self._field.p) % self._field.p

    def below(self, limit: int) -> int:
        """A whole number below the limit."""
        return int(self._random.random() * limit)


TURNS = 3
"""So many different choices of sizes are gone through."""


def _moved(before: dict[str, int], sizes: dict[str, int], attempt: int) -> bool:
    """Whether every size, and every difference and product of two, is another than before; after many attempts less is asked for."""
    if attempt > 200:
        return True
    names = [name for name in sizes if name in before]
    if attempt > 100:
        return any(sizes[name] != before[name] for name in names) or not names
    if any(sizes[name] == before[name] for name in names):
        return False
    pairs = ((one, other) for number, one in enumerate(names) for other in names[number + 1 :])
    return all(
        sizes[one] == sizes[other]
        or (sizes[one] - sizes[other] != before[one] - before[other] and sizes[one] * sizes[other] != before[one] * before[other])
        for one, other in pairs
    )


class Setting:
    """What all points of a problem share: the facts by variable, the relations between sizes, the facts to be broken."""

    def __init__(self, problem: Problem, seed: int = 0, violating: Iterable[Fact] = ()) -> None:
        self.problem = problem
        self.seed = seed
        self._turns: dict[int, dict[str, int]] = {}
        self.broken = {fact.symbol: fact.word for fact in violating}
        self.words: dict[Symbol, frozenset[str]] = {}
        for fact in problem.facts:
            self.words[fact.symbol] = self.words.get(fact.symbol, frozenset()) | {fact.word}
        shapes = [symbol.shape for symbol in (*problem.variables, *self.words)]  # a fact may be about what the loss does not use
        self.fixed = {side.factor for shape in shapes for side in (shape.rows, shape.cols) if not side.names}
        self.names = list(dict.fromkeys(name for shape in shapes for side in (shape.rows, shape.cols) for name in side.names))
        self.relations = [(symbol.shape.rows, side, symbol.shape.cols) for symbol, words in self.words.items()
                          for word in words for side in [self._side(symbol, word)] if side]

    def _side(self, symbol: Symbol, word: str) -> str:
        side = CONDITIONS[word].sides
        if self.broken.get(symbol) == word and side in "<>":
            return {"<": ">", ">": "<", "": ""}[side]
        return side

    def sizes(self, rng: random.Random, choices: Sequence[int] | None = None, turn: int = 0) -> dict[str, int]:
        """A size for every name, different ones where there are enough, under the facts about sides.

        From one `turn` to the next every size changes, and so does every difference and product of two: no number and no
        relation such as m + 1 = n or 6/m = n can stand for a size at all points.
        """
        turn %= TURNS
        known = self._turns.get(turn) if choices is None else None
        if known is not None:
            return dict(known)
        before = self.sizes(rng, None, turn - 1) if turn and choices is None else None
        sizes: dict[str, int] = {}
        for attempt in range(300):
            sizes = self._joined(dict(zip(self.names, self._pool(rng, choices, turn, attempt), strict=False)))
            fits = all(self._fits(left.size(sizes), side, right.size(sizes)) for left, side, right in self.relations)
            if fits and (before is None or _moved(before, sizes, attempt)):
                break
        if choices is None:
            self._turns[turn] = dict(sizes)
        return sizes

    def _pool(self, rng: random.Random, choices: Sequence[int] | None, turn: int, attempt: int) -> list[int]:
        count = len(self.names)
        if choices is not None:
            return [choices[rng.randrange(len(choices))] for _ in self.names]
        pool = [size for size in range(2, 9) if size not in self.fixed or attempt > 50]
        pool = pool[:max(count, 2) + (turn > 0) + (attempt > 20) + (attempt > 80)]
        while len(pool) < count:
            pool += [2, 3, 4, 5]
        random.Random(f"{self.seed}/{turn}/{attempt}").shuffle(pool)
        return pool

    def _joined(self, sizes: dict[str, int]) -> dict[str, int]:
        """Names that a fact makes equal get one size."""
        for _ in range(len(self.relations)):
            for left, side, right in self.relations:
                if side == "=" and len(left.powers) == 1 == len(right.powers) and left.factor == right.factor:
                    sizes[right.names[0]] = sizes[left.names[0]]
                elif side == "=" and len(left.powers) == 1 and not right.powers:
                    sizes[left.names[0]] = right.factor
                elif side == "=" and len(right.powers) == 1 and not left.powers:
                    sizes[right.names[0]] = left.factor
        return sizes

    @staticmethod
    def _fits(left: int, side: str, right: int) -> bool:
        return left == right if side == "=" else left > right if side == ">" else left < right


class Point:
    """Numbers for everything: drawn when first asked for, the same ever after."""

    def __init__(self, setting: Setting, number: int, mode: str, field: Field, sizes: dict[str, int] | None = None,
                 source: Source | None = None) -> None:
        self.setting = setting
        self.number = number
        self.mode = mode
        self.field = field
        self._key = f"{setting.seed}/{number}/{mode}"
        self.sizes = setting.sizes(random.Random(self._key), None, number) if sizes is None else dict(sizes)
        self._source = source
        self._arrays: dict[Symbol, Tensor] = {}
        self.directions: dict[Symbol, Tensor] = {}
        self.rows: dict[Symbol, Rows] = {}

    def size(self, dim: Dim) -> int:
        """The length of a dimension; a name that is not in the problem gets a size that no other has."""
        for name in dim.names:
            if name not in self.sizes:
                used = set(self.sizes.values())
                self.sizes[name] = next((n for n in (2, 3, 4, 5) if n not in used), 2 + len(self.sizes) % 4)
        return dim.size(self.sizes)

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable, under its facts."""
        found = self._arrays.get(symbol)
        if found is None:
            source = self._draws(symbol.name)
            rows, cols = self.size(symbol.shape.rows), self.size(symbol.shape.cols)
            drawn = self.rows[symbol] = self._drawn(symbol, source, rows, cols)
            found = self._arrays[symbol] = self._tensor(drawn, symbol.shape)
        return found

    def has(self, symbol: Symbol) -> bool:
        """Whether the variable has a value already."""
        return symbol in self._arrays

    def give(self, symbol: Symbol, value: Tensor) -> None:
        """A value that follows from others: a variable that is defined rather than drawn."""
        self._arrays[symbol] = value

    def direction(self, symbol: Symbol) -> Tensor:
        """A direction for a variable: facts restrict the points, never the directions."""
        found = self.directions.get(symbol)
        if found is None:
            source = self._draws(symbol.name + " moves")
            drawn = generic(source, self.size(symbol.shape.rows), self.size(symbol.shape.cols))
            found = self.directions[symbol] = self._tensor(drawn, symbol.shape)
        return found

    def _drawn(self, symbol: Symbol, source: Source, rows: int, cols: int) -> Rows:
        words = self.setting.words.get(symbol)
        if words is None:
            return generic(source, rows, cols)
        broken = self.setting.broken.get(symbol)
        if broken is not None:
            return violating(words, broken, source, rows, cols)
        drawn = sample(words, source, rows, cols)
        return generic(source, rows, cols) if drawn is None else drawn

    def _draws(self, name: str) -> Source:
        if self._source is not None:
            return self._source
        rng = random.Random(f"{self._key}/{name}")
        return FloatSource(rng, self.mode) if isinstance(self.field, Floats) else ModularSource(rng, self.field)

    def _tensor(self, drawn: Rows, shape: Shape) -> Tensor:
        flat = [value for row in drawn for value in row]
        p = self.field.p
        data = [self._modular(value, p) for value in flat] if p else [float(value) for value in flat]
        return Tensor(lay.sides(shape), lay.lengths(shape, self.size), data)

    def _modular(self, value: Any, p: int) -> int:
        return int(self.field.number(value)) if isinstance(value, Fraction) else int(value % p)

    def described(self) -> str:
        """The sizes, for evidence: m=3, n=2."""
        return ", ".join(f"{name}={self.sizes[name]}" for name in self.setting.names if name in self.sizes)


def impossible(setting: Setting) -> str | None:
    """Facts of one variable that cannot be drawn together, said in words; None if all can."""
    for symbol, words in setting.words.items():
        if sample(words, ModularSource(random.Random(1), Modular("1")), 3, 3) is None:
            return f"no array is known that is {' and '.join(sorted(words))}, as `{symbol.name}` should be"
    return None



class Given:
    """A point whose values are given: nested lists by variable name (a vector may be a flat list), sizes by dimension name."""

    def __init__(self, field: Field, sizes: dict[str, int], values: dict[str, Any], directions: dict[str, Any] | None = None) -> None:
        self.field = field
        self.sizes = sizes
        self._values = values
        self._directions = directions or {}

    def size(self, dim: Dim) -> int:
        """The length of a dimension."""
        return dim.size(self.sizes)

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable."""
        return self._tensor(self._values[symbol.name], symbol.shape)

    def direction(self, symbol: Symbol) -> Tensor:
        """The direction in which a variable moves."""
        return self._tensor(self._directions[symbol.name], symbol.shape)

    def _tensor(self, values: Any, shape: Shape) -> Tensor:
        flat = list(_flat(values))
        dims = lay.lengths(shape, self.size)
        if len(flat) != prod(dims):
            raise ValueError(f"{len(flat)} numbers given for an array of {prod(dims)}")
        return Tensor(lay.sides(shape), dims, [self.field.number(Fraction(value)) for value in flat])


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from _flat(value)
    else:
        yield values
