"""The closed list of facts: how each is said, tested, sampled and violated, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..diagnostics import UsageError
from ..diagnostics.record import record
from . import samplers
from .samplers import Entry, Rows

Structured = Callable[[samplers.Source, int, int, Entry], Rows]


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
    test: Callable[[Rows], bool]
    violate: Structured
    sample: Structured | None = None
    entry: Entry | None = None
    implies: tuple[str, ...] = ()
    sides: str = ""
    ordered: bool = False
    synonyms: tuple[str, ...] = ()


def _near(left: Any, right: Any) -> bool:
    return bool(abs(left - right) <= 1e-9 * max(1, abs(left), abs(right)))


def _square(a: Rows) -> bool:
    return len(a) == len(a[0])


def _all(a: Rows, holds: Callable[[int, int, Any], bool]) -> bool:
    return all(holds(i, j, value) for i, row in enumerate(a) for j, value in enumerate(row))


def _each(a: Rows, holds: Callable[[Any], bool]) -> bool:
    return all(holds(value) for row in a for value in row)


def _symmetric(a: Rows) -> bool:
    return _square(a) and _all(a, lambda i, j, value: _near(value, a[j][i]))


def _antisymmetric(a: Rows) -> bool:
    return _square(a) and _all(a, lambda i, j, value: _near(value, -a[j][i]))


def pivots(a: Rows) -> list[Any]:
    """The pivots of elimination without exchanges; 0 where it stops."""
    rows, found = [[*row] for row in a], []
    for k in range(len(rows)):
        pivot = rows[k][k]
        found.append(pivot)
        if abs(pivot) < 1e-12:
            return [*found, 0]
        for below in rows[k + 1 :]:
            factor = below[k] / pivot
            below[k:] = [x - factor * y for x, y in zip(below[k:], rows[k][k:], strict=True)]
    return found


def _spd(a: Rows) -> bool:
    return _symmetric(a) and all(pivot > 1e-12 for pivot in pivots(a))


def _orthogonal(a: Rows) -> bool:
    turned = [list(col) for col in zip(*a, strict=True)]
    gram = samplers.times(turned, a) if len(a) >= len(a[0]) else samplers.times(a, turned)
    return _all(gram, lambda i, j, value: _near(value, int(i == j)))


def _idempotent(a: Rows) -> bool:
    return _square(a) and _all(samplers.times(a, a), lambda i, j, value: _near(value, a[i][j]))


def _rank_full(a: Rows) -> bool:
    rows = [[*row] for row in a]
    for k in range(len(rows)):
        best = max(range(k, len(rows)), key=lambda r: abs(rows[r][k]))
        if abs(rows[best][k]) < 1e-10:
            return False
        rows[k], rows[best] = rows[best], rows[k]
        for below in rows[k + 1 :]:
            factor = below[k] / rows[k][k]
            below[k:] = [x - factor * y for x, y in zip(below[k:], rows[k][k:], strict=True)]
    return True


def _lines(a: Rows) -> Rows:
    """The rows of a matrix; a vector as one row."""
    return [[row[0] for row in a]] if len(a[0]) == 1 else a


def _simplex(a: Rows) -> bool:
    return all(_near(sum(line), 1) and all(value > 0 for value in line) for line in _lines(a))


def _onehot(a: Rows) -> bool:
    return all(sorted(line) == [0] * (len(line) - 1) + [1] for line in _lines(a))


_LIST: Final = (
    Condition(
        "symmetric",
        "{0} is symmetric",
        _symmetric,
        samplers.lopsided,
        samplers.symmetric,
        sides="=",
        implies=("square",),
        synonyms=("sym", "self-adjoint", "hermitian"),
    ),
    Condition(
        "antisymmetric",
        "{0} is antisymmetric",
        _antisymmetric,
        samplers.lopsided,
        samplers.antisymmetric,
        sides="=",
        implies=("square",),
        synonyms=("skew-symmetric", "skew", "anti-symmetric"),
    ),
    Condition(
        "spd",
        "{0} is symmetric positive definite",
        _spd,
        samplers.lopsided,
        samplers.spd,
        sides="=",
        ordered=True,
        implies=("symmetric", "invertible", "square", "det_positive"),
        synonyms=("positive definite", "symmetric positive definite", "pd"),
    ),
    Condition(
        "orthogonal",
        "{0} is orthogonal",
        _orthogonal,
        samplers.lopsided,
        samplers.orthogonal,
        synonyms=("orthonormal", "unitary", "rotation"),
    ),
    Condition(
        "idempotent",
        "{0} is its own square",
        _idempotent,
        samplers.lopsided,
        samplers.idempotent,
        sides="=",
        implies=("square",),
        synonyms=("projection", "projector"),
    ),
    Condition(
        "diagonal",
        "{0} is diagonal",
        lambda a: _all(a, lambda i, j, value: i == j or value == 0),
        samplers.lopsided,
        samplers.diagonal,
        sides="=",
        implies=("symmetric", "square", "lower", "upper"),
        synonyms=("diag",),
    ),
    Condition(
        "lower",
        "{0} is lower triangular",
        lambda a: _all(a, lambda i, j, value: i >= j or value == 0),
        samplers.lopsided,
        samplers.lower,
        synonyms=("lower triangular", "tril"),
    ),
    Condition(
        "upper",
        "{0} is upper triangular",
        lambda a: _all(a, lambda i, j, value: i <= j or value == 0),
        samplers.lopsided,
        samplers.upper,
        synonyms=("upper triangular", "triu"),
    ),
    Condition(
        "invertible",
        "{0} is invertible",
        lambda a: _square(a) and _rank_full(a),
        samplers.singular,
        samplers.invertible,
        sides="=",
        implies=("square",),
        synonyms=("nonsingular", "non-singular", "regular", "full rank"),
    ),
    Condition("square", "{0} is square", _square, samplers.generic, sides="="),
    Condition(
        "tall",
        "{0} has more rows than columns",
        lambda a: len(a) > len(a[0]),
        samplers.generic,
        sides=">",
        synonyms=("more rows", "full column rank"),
    ),
    Condition(
        "wide",
        "{0} has more columns than rows",
        lambda a: len(a) < len(a[0]),
        samplers.generic,
        sides="<",
        synonyms=("more columns", "full row rank"),
    ),
    Condition(
        "positive",
        "{0} has positive entries",
        lambda a: _each(a, lambda value: value > 0),
        samplers.negative,
        entry=samplers.positive_number,
        implies=("nonnegative", "nonzero"),
        ordered=True,
        synonyms=("pos", "> 0"),
    ),
    Condition(
        "nonnegative",
        "{0} has no negative entries",
        lambda a: _each(a, lambda value: value >= 0),
        samplers.negative,
        entry=samplers.positive_number,
        ordered=True,
        synonyms=("non-negative", ">= 0"),
    ),
    Condition(
        "nonzero",
        "{0} has no zero entries",
        lambda a: _each(a, lambda value: value != 0),
        samplers.zero,
        entry=samplers.any_number,
        synonyms=("non-zero", "!= 0"),
    ),
    Condition(
        "unit",
        "{0} has length 1",
        lambda a: _near(sum(value * value for row in a for value in row), 1),
        samplers.lopsided,
        samplers.unit,
        synonyms=("unit length", "unit norm", "unit vector", "normalized", "normalised"),
    ),
    Condition(
        "unit_interval",
        "{0} has entries between 0 and 1",
        lambda a: _each(a, lambda value: 0 <= value <= 1),
        samplers.negative,
        entry=samplers.fraction_of_one,
        implies=("nonnegative",),
        ordered=True,
        synonyms=("unit interval", "probabilities", "between 0 and 1"),
    ),
    Condition(
        "simplex",
        "{0} is positive and sums to one",
        _simplex,
        samplers.negative,
        samplers.simplex,
        ordered=True,
        implies=("positive", "nonnegative", "nonzero", "unit_interval"),
        synonyms=("probability vector", "distribution", "stochastic", "probability"),
    ),
    Condition(
        "onehot",
        "{0} has a single 1",
        _onehot,
        samplers.lopsided,
        samplers.onehot,
        implies=("binary", "nonnegative", "unit_interval"),
        synonyms=("one-hot", "one hot", "indicator"),
    ),
    Condition(
        "binary",
        "{0} has entries 0 and 1",
        lambda a: _each(a, lambda value: value in (0, 1)),
        samplers.lopsided,
        entry=samplers.bit,
        implies=("nonnegative", "unit_interval"),
        synonyms=("boolean", "0/1", "zero-one"),
    ),
    Condition(
        "signs",
        "{0} has entries +1 and −1",
        lambda a: _each(a, lambda value: value in (-1, 1)),
        samplers.lopsided,
        entry=samplers.sign,
        implies=("nonzero",),
        synonyms=("pm1", "plus-minus one", "+-1", "±1", "sign"),
    ),
    Condition(
        "det_positive",
        "det({0}) > 0",
        lambda a: _spd(samplers.times([list(c) for c in zip(*a, strict=True)], a)) and _det(a) > 0,
        samplers.lopsided,
        samplers.spd,
        sides="=",
        implies=("invertible", "square"),
        ordered=True,
        synonyms=("positive determinant",),
    ),
)


def _det(a: Rows) -> Any:
    if len(a) == 1:
        return a[0][0]
    rest = [row[1:] for row in a]
    return sum((-1) ** i * row[0] * _det(rest[:i] + rest[i + 1 :]) for i, row in enumerate(a))


CONDITIONS: Final[dict[str, Condition]] = {condition.word: condition for condition in _LIST}
"""Every fact by its word."""

_WORDS: Final = {name: condition.word for condition in _LIST for name in (condition.word, *condition.synonyms)}


def parse_fact_word(text: str) -> str:
    """The word of the closed list that a text means; everyday synonyms are understood."""
    plain = " ".join(text.strip().casefold().split())
    for form in (
        plain,
        plain.replace("_", " "),
        plain.replace("-", " "),
        plain.replace(" ", "_"),
        plain.replace(" ", "-"),
        plain.replace(" ", ""),
        plain.replace("-", "").replace("_", ""),
    ):
        if form in _WORDS:
            return _WORDS[form]
    from difflib import get_close_matches

    near = get_close_matches(plain, _WORDS, 1, 0.5) if len(plain) > 2 else []
    raise UsageError.coded(
        "unknown-fact",
        f"`{text.strip()}` is not a fact that can be assumed",
        notes=(f"facts: {' '.join(CONDITIONS)}",),
        help=f"write `{_WORDS[near[0]]}`" if near else None,
    )


_OF_A_NUMBER: Final = {"nonzero": "{0} ≠ 0", "positive": "{0} > 0", "nonnegative": "{0} ≥ 0"}


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
    """Two of the facts that no array has at once: one asks for more rows and one for as many as columns,
    spd and antisymmetric."""
    ordered = sorted(words)
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            sides = {CONDITIONS[word].sides for first in (one, other) for word in consequences(first)} - {""}
            if len(sides) > 1 or {one, other} in _NEVER_BOTH:
                return one, other
    return None
