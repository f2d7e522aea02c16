"""Data of every sign: undeclared numbers positive and negative, undeclared matrices of every definiteness,
all of them large and small."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from ...ir import Expr, Symbol
from ..arrays.lazily import np
from ..arrays.tensor import Tensor
from ..evaluate import Evaluator
from ..judge import Judge
from .system import facts_kept
from .unknowns import moved

ANY: Final = "as drawn"
UNEVEN: Final = ("uneven", "uneven, of both signs")
"""Entries that differ by orders of magnitude, of the signs as drawn and of any: the sign of a sum of such says nothing
of that of each."""
SAID: Final = {
    "positive": "{0} > 0",
    "negative": "{0} < 0",
    "definite": "{0} is positive definite",
    "negative definite": "{0} is negative definite",
    "definite part": "the symmetric part of {0} is positive definite",
    "negative definite part": "the symmetric part of {0} is negative definite",
    "positive entries": "all entries of {0} are positive",
    "negative entries": "all entries of {0} are negative",
}
"""How a sign of the data is said, {0} for the variable."""
NATURAL: Final = ("positive", "definite", "definite part", "positive entries")
_SCALES: Final = (1, 0.1, 10, 1, 0.01, 30)
_MOST: Final = 60
"""So many plans of signs, and twice as many where some are given, which half of the data may not have."""

Signs = Mapping[Expr, str]
"""Signs of the data, and of numbers that are made of them."""
Where = tuple[tuple[Expr, str], ...]
"""Some of them."""


def _signs_of(symbol: Symbol, words: frozenset[str], uneven: bool) -> tuple[str, ...]:
    """What may be tried of a variable, the natural sign first; the facts are asked later."""
    if symbol.shape.is_number:
        return ("positive", "negative")
    entries = (ANY, "positive entries", "negative entries", *(UNEVEN if uneven else ()))
    if not symbol.shape.is_square:
        return entries
    part = "" if words & {"symmetric", "spd", "diagonal"} else " part"
    return (f"definite{part}", f"negative definite{part}", "mixed", *entries)


def plans(judge: Judge, symbols: tuple[Symbol, ...], where: Where = ()) -> Iterator[Mapping[Symbol, str]]:
    """Signs for all variables: all natural, each one otherwise beside natural ones, and beside any others; where some
    are given, beside any others alone, and many of them."""
    rng, words = random.Random(len(symbols)), judge.setting.words
    tried = {symbol: _signs_of(symbol, words.get(symbol, frozenset()), bool(where)) for symbol in symbols}
    usual = {symbol: signs[0] for symbol, signs in tried.items()}
    each = [(symbol, sign) for symbol, signs in tried.items() for sign in signs]
    found: list[Mapping[Symbol, str]] = [] if where else [usual] * 6
    for round_, (symbol, sign) in product(range(_MOST if where else 4), each):
        others = usual if round_ % 2 and not where else {other: rng.choice(signs) for other, signs in tried.items()}
        found.append({**others, symbol: sign, **{one: given for one, given in where if one in usual}})
    yield from found[: 2 * _MOST if where else _MOST]


def varied(judge: Judge, place: Evaluator, signs: Mapping[Symbol, str], turn: int) -> tuple[Evaluator, dict[Expr, str]]:
    """The place with data of these signs and of several scales as the facts allow; and the signs they have."""
    rng = random.Random(turn)
    values, real = {}, dict[Expr, str]()
    for symbol, sign in signs.items():
        drawn = place.laid(symbol)
        scale = rng.choice(_SCALES)
        for wanted, factor in ((sign, scale), (sign, 1), (ANY, scale)):
            data = [factor * entry for entry in _with_sign(list(drawn.data), drawn.dims, wanted, rng)]
            given = Tensor(drawn.labels, drawn.dims, data)
            if all(facts_kept(judge, symbol, given).values()):
                values[symbol], real[symbol] = given, wanted if _has(data, drawn.dims, wanted) else ANY
                break
    return moved(place, values), real


def _has(data: list[float], sizes: tuple[int, ...], sign: str) -> bool:
    """Whether an array has the sign; an antisymmetric matrix is never definite."""
    if sign in ("positive", "positive entries"):
        return min(data) > 0
    if sign in ("negative", "negative entries"):
        return max(data) < 0
    if sign in (ANY, "mixed", *UNEVEN):
        return True
    matrix: Any = np.array(data).reshape(sizes)
    values = np.linalg.eigvalsh(matrix + matrix.T) * (-1 if sign[0] == "n" else 1)
    return bool(np.min(values) > 1e-9 * np.max(np.abs(values)))


def _with_sign(data: list[float], sizes: tuple[int, ...], sign: str, rng: random.Random) -> list[float]:
    if sign in ("positive", "positive entries"):
        return [abs(value) for value in data]
    if sign in ("negative", "negative entries"):
        return [-abs(value) for value in data]
    if sign in UNEVEN:
        turned = (1, 1 if sign == UNEVEN[0] else -1)
        return [value * rng.choice(turned) * 10 ** rng.uniform(-1.5, 1.5) for value in data]
    if sign == ANY:
        return data
    matrix: Any = np.array(data).reshape(sizes)
    symmetric, other = (matrix + matrix.T) / 2, (matrix - matrix.T) / 2
    values, vectors = np.linalg.eigh(symmetric)
    wanted = np.abs(values) * {"d": 1, "n": -1, "m": (-1) ** np.arange(len(values))}[sign[0]]
    if not np.any(symmetric - np.diag(np.diag(symmetric))):
        wanted, vectors = wanted[np.argsort(np.argmax(np.abs(vectors), axis=0))], np.eye(len(values))
    again = (vectors * wanted) @ vectors.T
    return [float(value) for value in ((again + again.T) / 2 + other).reshape(-1)]
