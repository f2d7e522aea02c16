"""The closed list of facts: how each is said, tested, sampled and violated, and what follows from it; and arrays drawn
at random under facts, or that break one."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from math import prod
from operator import eq, ge, le
from typing import Any, Final

from ..diagnostics import UsageError
from ..diagnostics.record import record
from ..diagnostics.regex import regex
from . import samplers
from .samplers import Entry, Rows

Structured = Callable[[samplers.Source, int, int, Entry], Rows]
Test = Callable[[Rows], bool]


@record
class Condition:
    """A fact that can be declared of a variable.

    `says` is its sentence with {0} for the variable. `test` looks at a matrix of floats or fractions. `sample` draws
    arrays that satisfy it and `violate` arrays that do not; `entry` draws single entries where the fact is about each
    entry. `ordered` facts mean nothing modulo a prime. `sides` relates rows and columns: `=`, `>`, `<` or nothing.
    `implies` are the facts that follow from it.
    """

    word: str
    says: str
    test: Test
    violate: Structured
    sample: Structured | None
    entry: Entry | None
    implies: tuple[str, ...]
    sides: str
    ordered: bool
    synonyms: tuple[str, ...]


def _near(left: Any, right: Any) -> bool:
    return bool(abs(left - right) <= 1e-9 * max(1, abs(left), abs(right)))


def _square(a: Rows) -> bool:
    return len(a) == len(a[0])


def _each(holds: Callable[[Any], bool]) -> Test:
    return lambda a: all(holds(value) for row in a for value in row)


def _zero_but(kept: Callable[[int, int], bool]) -> Test:
    return lambda a: all(kept(i, j) or value == 0 for i, row in enumerate(a) for j, value in enumerate(row))


def _turned(a: Rows, by: int = 1) -> Rows:
    return [[by * value for value in col] for col in zip(*a, strict=True)]


def _is(made: Callable[[Rows], Rows]) -> Test:
    """Whether a square array is what is made of it."""
    return lambda a: _square(a) and all(map(_near, chain(*a), chain(*made(a))))


def pivots(a: Rows, exchanged: bool = False) -> list[Any]:
    """The pivots of elimination, where it stops a 0 more; with `exchanged` rows their product is the determinant."""
    rows, found = [[*row] for row in a], []
    for k in range(len(rows)):
        best = max(range(k, len(rows)), key=lambda r: abs(rows[r][k])) if exchanged else k
        rows[k], rows[best] = rows[best], rows[k]
        pivot = rows[k][k]
        found.append(pivot if best == k else -pivot)
        if abs(pivot) < 1e-12:
            return [*found, 0]
        for below in rows[k + 1 :]:
            factor = below[k] / pivot
            below[k:] = [x - factor * y for x, y in zip(below[k:], rows[k][k:], strict=True)]
    return found


_symmetric: Final = _is(_turned)


def _invertible(a: Rows) -> bool:
    return _square(a) and all(abs(pivot) > 1e-10 for pivot in pivots(a, exchanged=True))


def _orthogonal(a: Rows) -> bool:
    turned = _turned(a)
    gram = samplers.times(turned, a) if len(a) >= len(a[0]) else samplers.times(a, turned)
    return _is(lambda _: [[int(i == j) for j in range(len(gram))] for i in range(len(gram))])(gram)


def _each_line(holds: Callable[[list[Any]], bool]) -> Test:
    """Whether it holds of every row of a matrix; of a vector as one row."""
    return lambda a: all(map(holds, _turned(a) if len(a[0]) == 1 else a))


_TOLD: Final = """
symmetric | {0} is symmetric | = | square | sym, self-adjoint, hermitian
antisymmetric | {0} is antisymmetric | = | square | skew-symmetric, skew, anti-symmetric
spd | {0} is symmetric positive definite | = | symmetric invertible det_positive \
    | positive definite, symmetric positive definite, pd
orthogonal | {0} is orthogonal |  |  | orthonormal, unitary, rotation
idempotent | {0} is its own square | = | square | projection, projector
diagonal | {0} is diagonal | = | symmetric lower upper | diag
lower | {0} is lower triangular |  |  | lower triangular, tril
upper | {0} is upper triangular |  |  | upper triangular, triu
invertible | {0} is invertible | = | square | nonsingular, non-singular, regular, full rank
square | {0} is square | = |  |
tall | {0} has more rows than columns | > |  | more rows, full column rank
wide | {0} has more columns than rows | < |  | more columns, full row rank
positive | {0} has positive entries |  | nonnegative nonzero | pos, > 0
nonnegative | {0} has no negative entries |  |  | non-negative, >= 0
nonzero | {0} has no zero entries |  |  | non-zero, != 0
unit | {0} has length 1 |  |  | unit length, unit norm, unit vector, normalized, normalised
unit_interval | {0} has entries between 0 and 1 |  | nonnegative | unit interval, probabilities, between 0 and 1
simplex | {0} is positive and sums to one |  | positive unit_interval \
    | probability vector, distribution, stochastic, probability
onehot | {0} has a single 1 |  | binary | one-hot, one hot, indicator
binary | {0} has entries 0 and 1 |  | unit_interval | boolean, 0/1, zero-one
signs | {0} has entries +1 and −1 |  | nonzero | pm1, plus-minus one, +-1, ±1, sign
det_positive | det({0}) > 0 | = | invertible | positive determinant
"""
"""Every fact, a line each: its word, its sentence, how rows and columns stand, what follows from it, and synonyms."""

_ORDERED: Final = frozenset("spd positive nonnegative unit_interval simplex det_positive".split())

_ARRAYS: Final[dict[str, tuple[Test, Structured, Structured | None, Entry | None]]] = {
    "symmetric": (_symmetric, samplers.lopsided, samplers.symmetric, None),
    "antisymmetric": (_is(lambda a: _turned(a, -1)), samplers.lopsided, samplers.antisymmetric, None),
    "spd": (lambda a: _symmetric(a) and min(pivots(a)) > 1e-12, samplers.lopsided, samplers.spd, None),
    "orthogonal": (_orthogonal, samplers.lopsided, samplers.orthogonal, None),
    "idempotent": (_is(lambda a: samplers.times(a, a)), samplers.lopsided, samplers.idempotent, None),
    "diagonal": (_zero_but(eq), samplers.lopsided, samplers.diagonal, None),
    "lower": (_zero_but(ge), samplers.lopsided, samplers.lower, None),
    "upper": (_zero_but(le), samplers.lopsided, samplers.upper, None),
    "invertible": (_invertible, samplers.singular, samplers.invertible, None),
    "square": (_square, samplers.generic, None, None),
    "tall": (lambda a: len(a) > len(a[0]), samplers.generic, None, None),
    "wide": (lambda a: len(a) < len(a[0]), samplers.generic, None, None),
    "positive": (_each(lambda value: value > 0), samplers.negative, None, samplers.positive_number),
    "nonnegative": (_each(lambda value: value >= 0), samplers.negative, None, samplers.positive_number),
    "nonzero": (_each(bool), samplers.zero, None, samplers.any_number),
    "unit": (
        lambda a: _near(sum(value * value for row in a for value in row), 1),
        samplers.lopsided,
        samplers.unit,
        None,
    ),
    "unit_interval": (_each(lambda value: 0 <= value <= 1), samplers.negative, None, samplers.fraction_of_one),
    "simplex": (
        _each_line(lambda line: min(line) > 0 and _near(sum(line), 1)),
        samplers.negative,
        samplers.simplex,
        None,
    ),
    "onehot": (
        _each_line(lambda line: sorted(line) == [0] * (len(line) - 1) + [1]),
        samplers.lopsided,
        samplers.onehot,
        None,
    ),
    "binary": (_each(lambda value: value in (0, 1)), samplers.lopsided, None, samplers.bit),
    "signs": (_each(lambda value: value in (-1, 1)), samplers.lopsided, None, samplers.sign),
    "det_positive": (
        lambda a: _invertible(a) and prod(pivots(a, exchanged=True)) > 0,
        samplers.lopsided,
        samplers.spd,
        None,
    ),
}
"""How each is tested, violated and sampled: whole arrays, or the single entries where it is about each of them."""


def _condition(line: str) -> Condition:
    word, says, sides, implies, synonyms = (part.strip() for part in line.split("|"))
    known = tuple(filter(None, synonyms.split(", ")))
    return Condition(word, says, *_ARRAYS[word], tuple(implies.split()), sides, word in _ORDERED, known)


CONDITIONS: Final[dict[str, Condition]] = {one.word: one for one in map(_condition, _TOLD.strip().splitlines())}
"""Every fact by its word."""


def _joined(text: str) -> str:
    """A word as it is looked up: `Non-Negative`, `non negative` and `nonnegative` are one."""
    return _BETWEEN.sub("", " ".join(text.strip().casefold().split()))


_BETWEEN: Final = regex(r"(?<=[^\W_])[ _-]+(?=[^\W_])")
_WORDS: Final = {
    _joined(name): condition.word for condition in CONDITIONS.values() for name in (condition.word, *condition.synonyms)
}


def parse_fact_word(text: str) -> str:
    """The word of the closed list that a text means; everyday synonyms are understood."""
    plain = _joined(text)
    if plain in _WORDS:
        return _WORDS[plain]
    from difflib import get_close_matches

    near = get_close_matches(plain, _WORDS, 1, 0.5) if len(plain) > 2 else []
    raise UsageError.coded(
        "unknown-fact",
        f"`{text.strip()}` is not a fact that can be assumed",
        notes=(f"facts: {' '.join(CONDITIONS)}",),
        help=f"write `{_WORDS[near[0]]}`" if near else None,
    )


_OF_A_NUMBER: Final = {
    "nonzero": "{0} ≠ 0",
    "positive": "{0} > 0",
    "nonnegative": "{0} ≥ 0",
    "unit_interval": "0 < {0} < 1",
}


def said_of(word: str, number: bool) -> str:
    """The sentence of a fact, {0} for the variable; a number has no entries."""
    return _OF_A_NUMBER.get(word, CONDITIONS[word].says) if number else CONDITIONS[word].says


def consequences(word: str) -> frozenset[str]:
    """The fact and all that follow from it."""
    found, left = {word}, [word]
    while left:
        for other in CONDITIONS[left.pop()].implies:
            if other not in found:
                found.add(other)
                left.append(other)
    return frozenset(found)


_NEVER_BOTH: Final = (
    {"antisymmetric", "spd"},
    {"signs", "onehot"},
    {"signs", "simplex"},
    {"antisymmetric", "positive"},
)


def contradiction(words: frozenset[str]) -> tuple[str, str] | None:
    """Two of the facts that no array has at once: more rows than columns and as many, spd and antisymmetric."""
    ordered = sorted(words)
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            sides = {CONDITIONS[word].sides for first in (one, other) for word in consequences(first)} - {""}
            if len(sides) > 1 or {one, other} in _NEVER_BOTH:
                return one, other
    return None


@lru_cache(maxsize=256)
def _way(words: frozenset[str]) -> tuple[Structured, Entry] | None:
    """A way of drawing arrays with all the facts at once, tried out on fractions; None if none is known."""
    conditions = [CONDITIONS[word] for word in sorted(words)]
    found = [condition.entry for condition in conditions if condition.entry is not None]
    exact = [entry for entry in found if entry in (samplers.bit, samplers.sign)]
    entries: list[Entry] = [*exact, samplers.fraction_of_one, *found, samplers.any_number]
    ways: list[Structured] = [condition.sample for condition in conditions if condition.sample is not None]
    usual: tuple[Structured, ...] = (
        samplers.positive_diagonal,
        samplers.sign_diagonal,
        samplers.mirror,
        samplers.projector,
        samplers.identity,
        samplers.generic,
    )
    rows, cols = (3, 2) if "tall" in words else (2, 3) if "wide" in words else (3, 3)
    for way in (*ways, *(usual if len(words) > 1 else usual[-1:])):
        for entry in dict.fromkeys(found if len(found) == 1 else entries if found else [samplers.any_number]):
            source = samplers.Fractions(random.Random(7), 5)
            shapes = ((rows, cols), (rows + 1, cols + 1)) + (((3, 1),) if not any(c.sides for c in conditions) else ())
            draws = [way(source, *shape, entry) for shape in shapes for _ in range(3)]
            if all(condition.test(drawn) for drawn in draws for condition in conditions):
                return way, entry
    # "diagonal and positive" is said of the entries that are not zero by form.
    both = len(words) == 2 and found
    forms = [CONDITIONS[word].sample for word in ("diagonal", "lower", "upper") if word in words and both]
    return (forms[0], found[0]) if forms and forms[0] is not None else None


_OF_ROWS: Final = frozenset(("simplex", "onehot"))
"""Facts that of a matrix are said of each row, of a vector of the whole."""


def sample(words: frozenset[str], source: samplers.Source, rows: int, cols: int, vector: bool = True) -> Rows | None:
    """A random array with all the facts; None if no way of drawing one is known.

    `vector` says whether an array of one column is a vector, or a matrix that happens to have a single column.
    """
    if cols == 1 and not vector and words & _OF_ROWS:
        return [[1] for _ in range(rows)]
    way = _way(words)
    return None if way is None else way[0](source, rows, cols, way[1])


def violating(words: frozenset[str], broken: str, source: samplers.Source, rows: int, cols: int) -> Rows:
    """A random array that breaks one fact (and keeps the others if a way of drawing one is known)."""
    condition = CONDITIONS[broken]
    for _ in range(20):
        kept = sample(words - {broken}, source, rows, cols) if words - {broken} else None
        if kept is not None and not condition.test(kept):
            return kept
    return condition.violate(source, rows, cols, samplers.any_number)
