"""Random points: sizes for every dimension name, arrays for every variable under its facts,
directions for differentials."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from ..facts import Fact, Problem
from ..facts.conditions import CONDITIONS, sample, violating
from ..facts.samplers import Rows, Source, generic
from ..ir import ONE, Dim, Expr, Shape, Symbol
from .arrays import structure as lay
from .arrays.tensor import Tensor, TooLarge
from .fields import Field, Floats, Modular
from .sizes import SMALL, Sizes, shrunk

LARGEST_ARRAY: Final = 100_000
"""So many entries a variable may have at a point."""

_SIMPLE: Final = SMALL
"""A number is tied to a declared size only if it is larger than this, or the inverse of one that is."""


_SCALES: Final = {
    "small": (0.02, 0.12),
    "tiny": (0.001, 0.01),
    "large": (3, 50),
    "huge": (100, 1000),
    "mixed": (0.01, 300),
}
RANGES: Final = {
    "generic": (0.25, 1.6, 0),
    "positive": (0.25, 1.6, 1),
    "negative": (0.25, 1.6, -1),
    "fractions": (0.05, 0.45, 1),
    "above": (1.2, 2.6, 1),
    **{name: (*scale, 0) for name, scale in _SCALES.items()},
    **{f"{name} positive": (*scale, 1) for name, scale in _SCALES.items()},
}
"""How floats are drawn: from which size to which, of either sign or of one.
Where a range is wide, all orders of magnitude are alike."""

DOMAINS: Final = ("generic", "positive", "fractions", "above", "negative")
"""A loss with log or √ has its domain in one of these."""


class FloatSource(Source):
    """Floats away from zero, in the range of a mode (times a factor)."""

    def __init__(self, rng: random.Random, mode: str, factor: float = 1) -> None:
        super().__init__(rng)
        low, high, self._sign = RANGES[mode]
        self._low, self._high = low * factor, high * factor
        self._wide = high > 50 * low

    def number(self) -> Any:
        """A float away from zero; of either sign unless the mode says otherwise."""
        size = self.positive()
        if self._sign:
            return size * self._sign
        return size if self._random.random() < 0.5 else -size

    def positive(self) -> Any:
        """A positive float."""
        part, low, high = self._random.random(), self._low, self._high
        return low * (high / low) ** part if self._wide else low + (high - low) * part


class ModularSource(Source):
    """Integers modulo a prime."""

    def __init__(self, rng: random.Random, field: Modular) -> None:
        super().__init__(rng)
        self._field = field

    def positive(self) -> Any:
        """Any number but zero: there is no order."""
        return self.numbers(1)[0]

    def numbers(self, count: int) -> list[Any]:
        """What `randrange(1, p)` gives so often, without its ceremony."""
        most, bits = self._field.p - 1, (self._field.p - 1).bit_length()
        draw = self._random.getrandbits
        found: list[Any] = []
        while len(found) < count:
            number = draw(bits)
            if number < most:
                found.append(number + 1)
        return found

    def ratio(self, top: Any, bottom: Any) -> Any:
        """top / bottom."""
        return top * self._field.inverse(bottom % self._field.p) % self._field.p


class Setting:
    """What all points of a problem share: facts by variable, relations between sizes, facts to be broken."""

    def __init__(self, problem: Problem, seed: int = 0, violating: Iterable[Fact] = ()) -> None:
        self.problem = problem
        self.seed = seed
        self.broken = {fact.symbol: fact.word for fact in violating}
        self.words: dict[Symbol, frozenset[str]] = {}
        for fact in problem.facts:
            self.words[fact.symbol] = self.words.get(fact.symbol, frozenset()) | {fact.word}
        known = (*problem.variables, *self.words)  # a fact may be about what the loss does not use
        dims = [side for symbol in known for side in (symbol.shape.rows, symbol.shape.cols)]
        declared = {side.factor for side in dims if not side.names}
        self.names = list(dict.fromkeys(name for side in dims for name in side.names))
        said = ((symbol.shape, self._side(symbol, word)) for symbol, words in self.words.items() for word in words)
        relations = [(shape.rows, side, shape.cols) for shape, side in said if side]
        self.shrunk = shrunk({side.factor for side in dims})
        text = f"{problem.source}/{','.join(self.names)}/{seed}"
        self.sizes = Sizes(self.names, declared | set(self.shrunk.values()), relations, text)

    def _side(self, symbol: Symbol, word: str) -> str:
        side = CONDITIONS[word].sides
        if self.broken.get(symbol) == word and side in "<>":
            return {"<": ">", ">": "<", "": ""}[side]
        return side


class Point:
    """Numbers for everything: drawn when first asked for, the same ever after.

    `number` names the draw, and the turn of sizes if none are given. `factors` scales the floats of some variables.
    Declared sizes that are large are `shrunk`; then a number that is such a size or its inverse,
    but for a small factor, means the size if it is `tied`.
    """

    def __init__(
        self, setting: Setting, number: int, mode: str, field: Field, sizes: dict[str, int] | None = None,
        source: Source | None = None,
        factors: dict[Expr, float] | None = None, shrunk: dict[int, int] | None = None, tied: bool = True,
    ) -> None:  # fmt: skip
        self.setting = setting
        self.number = number
        self.mode = mode
        self.field = field
        self._key = f"{setting.seed}/{number}/{mode}"
        self.sizes = dict(sizes if sizes is not None else setting.sizes.at(number) or setting.sizes.at(0) or {})
        self._lengths: dict[Dim, int] = {}
        self.shrunk = setting.shrunk if shrunk is None else shrunk
        self.literal = self._literal if self.shrunk and tied else None
        self.factors = factors or {}
        self._source = source
        self._arrays: dict[Symbol, Tensor] = {}
        self.directions: dict[Symbol, Tensor] = {}
        self.rows: dict[Symbol, Rows] = {}

    def size(self, dim: Dim) -> int:
        """The length of a dimension; a name that is not in the problem gets a size that no other has."""
        found = self._lengths.get(dim)
        if found is None:
            found = self._lengths[dim] = self._length(dim)
        return found

    def _length(self, dim: Dim) -> int:
        for name in dim.names:
            if name not in self.sizes:
                used = set(self.sizes.values())
                self.sizes[name] = next((n for n in (2, 3, 4, 5) if n not in used), 2 + len(self.sizes) % 4)
        size = dim.size(self.sizes)
        if not self.shrunk or dim.factor <= SMALL:
            return size
        factor = dim.factor
        size //= factor
        for large in sorted(self.shrunk, reverse=True):
            while factor % large == 0:
                factor, size = factor // large, size * self.shrunk[large]
        return size * factor

    def _literal(self, value: Fraction) -> Fraction:
        """A number of the text: 2/60000 follows the size 60000 when that is shrunk."""
        for large, small in self.shrunk.items():
            if value.denominator > _SIMPLE and _simple(value * large):
                return value * large / small
            if abs(value.numerator) > _SIMPLE and _simple(value / large):
                return value / large * small
        return value

    def array(self, symbol: Symbol) -> Tensor:
        """The value of a variable, under its facts."""
        found = self._arrays.get(symbol)
        if found is None:
            source = self._draws(symbol.name, self.factors.get(symbol, 1))
            rows, cols = self.size(symbol.shape.rows), self.size(symbol.shape.cols)
            if rows * cols > LARGEST_ARRAY:
                raise TooLarge
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
        drawn = sample(words, source, rows, cols, symbol.shape.cols is ONE)
        return generic(source, rows, cols) if drawn is None else drawn

    def _draws(self, name: str, factor: float = 1) -> Source:
        if self._source is not None:
            return self._source
        rng = random.Random(f"{self._key}/{name}")
        return FloatSource(rng, self.mode, factor) if isinstance(self.field, Floats) else ModularSource(rng, self.field)

    def _tensor(self, drawn: Rows, shape: Shape) -> Tensor:
        flat = [value for row in drawn for value in row]
        p, number = self.field.p, self.field.number
        whole = [number(value) if type(value) is Fraction else value % p for value in flat] if p else map(float, flat)
        return Tensor(lay.sides(shape), lay.lengths(shape, self.size), list(whole))

    def described(self) -> str:
        """The sizes, for evidence: m=3, n=2, and 6 for 60000."""
        said = [f"{name}={self.sizes[name]}" for name in self.setting.names if name in self.sizes]
        return ", ".join([*said, *[f"{small} for {large}" for large, small in self.shrunk.items()]])


def _simple(value: Fraction) -> bool:
    return abs(value.numerator) <= 8 and value.denominator <= 8


def impossible(setting: Setting) -> str | None:
    """Facts of one variable that cannot be drawn together, said in words; None if all can."""
    for symbol, words in setting.words.items():
        if sample(words, ModularSource(random.Random(1), Modular("1")), 3, 3) is None:
            return f"no array is known that is {' and '.join(sorted(words))}, as `{symbol.name}` should be"
    return None if setting.sizes.possible() else "no sizes satisfy the facts about rows and columns"
